package db

import (
	"strings"
	"unicode"
)

// Fold brings a text to the lower case in which words are looked for. PostgreSQL would do it by the rules of its
// own locale, which in "C" leaves Ü as it is.
func Fold(s string) string { return strings.ToLower(s) }

// Spaced is Fold with blanks for all that is neither letter nor digit: PostgreSQL's own parser would read the end of
// "SN-4711" as a negative number, and an address as one word.
func Spaced(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return ' '
	}, Fold(s))
}

// Words splits what somebody typed into the words that every result must have, at most 12. Operators of the engines
// are not offered: what is typed is text.
func Words(q string) []string {
	out := strings.FieldsFunc(Fold(q), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(out) > 12 {
		out = out[:12]
	}
	return out
}

// Match is the query of the database's full-text engine for documents that have all words; with beginnings the last
// one may go on. Words come from Words.
func (d *DB) Match(words []string, beginnings bool) string {
	quote, goesOn, and := `"`, "*", " AND "
	if d.IsPostgres() {
		quote, goesOn, and = "'", ":*", " & "
	}
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = quote + w + quote
		if beginnings && i == len(words)-1 && len([]rune(w)) > 1 {
			parts[i] += goesOn
		}
	}
	return strings.Join(parts, and)
}
