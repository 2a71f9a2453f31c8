package domain

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// What can be wrong with a text that people wrote.
var (
	ErrTooLong = Code(Invalid, "text_too_long", "The text is too long")
	ErrText    = Code(Invalid, "text_malformed", "The text is not valid")
)

// CleanText checks a text that people wrote: valid UTF-8, no NUL, at most max bytes; line ends become LF, and what
// is blank at the end goes. It fails with ErrText or ErrTooLong at location.
func CleanText(location, s string, max int) (string, error) {
	if !utf8.ValidString(s) {
		return "", ErrText.With(location, "the text is not valid UTF-8")
	}
	if strings.ContainsRune(s, 0) {
		return "", ErrText.With(location, "the text holds a NUL character")
	}
	if len(s) > max {
		return "", ErrTooLong.With(location, "the text is longer than "+strconv.Itoa(max)+" bytes")
	}
	return strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), " \n\t"), nil
}

// CleanLine checks a text of one line, such as a title: breaks and tabs become blanks.
func CleanLine(location, s string, max int) (string, error) {
	s, err := CleanText(location, s, max)
	if err != nil {
		return "", err
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " "), nil
}
