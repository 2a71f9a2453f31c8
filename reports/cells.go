package reports

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxCell is how many UTF-16 units a cell of a workbook holds.
const maxCell = 32_767

// clean makes a text that a cell can hold: valid, without control characters other than line ends and tabs, and cut
// visibly when it is too long.
func clean(s string) string {
	if ok := !strings.ContainsFunc(s, unwanted); !ok || !utf8.ValidString(s) {
		s = strings.Map(func(r rune) rune {
			if unwanted(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, "�"))
	}
	if len(s) <= maxCell {
		return s
	}
	return cut(s)
}

// unwanted characters are those that XML 1.0 does not allow, and what else has no place in a cell.
func unwanted(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff
}

func cut(s string) string {
	units := 0
	for _, r := range s {
		units += max(utf16.RuneLen(r), 1)
	}
	if units <= maxCell {
		return s
	}
	const room = maxCell - 60
	kept, at := 0, 0
	for i, r := range s {
		if kept += max(utf16.RuneLen(r), 1); kept > room {
			at = i
			break
		}
	}
	return s[:at] + "… [cut here: the text has " + strconv.Itoa(utf8.RuneCountInString(s)) + " characters]"
}

// neutral keeps a text from being taken for a formula by whatever opens the CSV file: with an apostrophe in front when
// its first character, after white space and marks of byte order, is one that begins a formula (OWASP, CSV
// injection; the full-width forms are what Excel takes for the plain ones). A workbook needs none of this: its cells have
// types.
func neutral(s string) string {
	t := strings.TrimLeftFunc(s, func(r rune) bool { return r == 0xfeff || r == ' ' || unicode.IsSpace(r) && r != '\t' && r != '\r' })
	if t == "" {
		return s
	}
	if r, _ := utf8.DecodeRuneInString(t); strings.ContainsRune("=+-@\t\r\x00＝＋－＠", r) {
		return "'" + s
	}
	return s
}

// instant is how times are written in text: UTC, to the second.
func instant(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
