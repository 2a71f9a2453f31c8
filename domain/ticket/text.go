package ticket

import (
	"strings"
	"unicode/utf8"
)

// How long texts may be, in bytes.
const (
	MaxTitle = 300
	MaxText  = 100_000
	MaxShort = 200
)

// Clean checks a text that people wrote: valid UTF-8, no NUL, not too long; line ends become LF. It fails
// with ErrText or ErrTooLong at location.
func Clean(location, s string, max int) (string, error) {
	if !utf8.ValidString(s) {
		return "", ErrText.With(location, "the text is not valid UTF-8")
	}
	if strings.ContainsRune(s, 0) {
		return "", ErrText.With(location, "the text holds a NUL character")
	}
	if len(s) > max {
		return "", ErrTooLong.With(location, "the text is longer than "+Int(max)+" bytes")
	}
	return strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), " \n\t"), nil
}

// Line checks a text of one line, such as a title.
func Line(location, s string, max int) (string, error) {
	s, err := Clean(location, s, max)
	if err != nil {
		return "", err
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " "), nil
}

// Title checks a title: one line, not empty.
func Title(s string) (string, error) {
	s, err := Line("body.title", s, MaxTitle)
	if err != nil {
		return "", err
	}
	if s = strings.TrimSpace(s); s == "" {
		return "", ErrTitle.With("body.title", "say in a few words what this is about")
	}
	return s, nil
}

// Texts cleans several optional texts in place: location → text.
func Texts(fields map[string]*string, max int) error {
	for location, s := range fields {
		if s == nil {
			continue
		}
		c, err := Clean("body."+location, *s, max)
		if err != nil {
			return err
		}
		*s = c
	}
	return nil
}

// Reason checks a reason that must be given.
func Reason(s string) (string, error) {
	s, err := Clean("body.reason", s, MaxText)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(s) == "" {
		return "", ErrNoReason.With("body.reason", "say why")
	}
	return s, nil
}
