package canned

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// Text is one canned text. Team is zero when it is for all.
type Text struct {
	ID        int64 `gorm:"primaryKey"`
	Ref       string
	Name      string
	Body      string // Markdown with variables
	TeamID    domain.TeamID
	Retired   bool
	Version   int64
	UpdatedAt time.Time
}

// TableName names the table.
func (Text) TableName() string { return "canned_texts" }

// Fields is the text's state in the log.
func (t Text) Fields() map[string]string {
	return map[string]string{"name": t.Name, "body": t.Body, "team": strconv.FormatInt(int64(t.TeamID), 10), "retired": strconv.FormatBool(t.Retired)}
}

// Object is what the gate is asked about: a text lies in its team, a text for all only in the whole desk.
func (t Text) Object() policies.Object {
	return policies.Object{Class: "canned", Team: t.TeamID}
}

// The limits of a text, in bytes, and of how many are in use in one place.
const (
	MaxName  = 100
	MaxBody  = 20_000
	MaxTexts = 200
)

// Variable is a name that a text may hold in double braces, and what stands in its place.
type Variable struct{ Name, Means string }

// Variables are all that there are.
var Variables = []Variable{
	{"requester.name", "The requester's name"}, {"requester.first_name", "The requester's first name"},
	{"me.name", "Your name"}, {"me.first_name", "Your first name"}, {"team.name", "The team that has the record"},
	{"number", "The record's number"}, {"title", "The record's title"}, {"service", "The service"}, {"state", "The state"},
}

var variable = regexp.MustCompile(`\{\{ *([a-z_.]+) *\}\}`)

func known(name string) bool {
	return slices.ContainsFunc(Variables, func(v Variable) bool { return v.Name == name })
}

// Unknown lists what stands in double braces in a text and is no variable, each once: the whole of it, or the braces
// when they are left open.
func Unknown(body string) (out []string) {
	rest := variable.ReplaceAllStringFunc(body, func(s string) string {
		if name := variable.FindStringSubmatch(s)[1]; !known(name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
		return ""
	})
	if strings.Contains(rest, "{{") {
		out = append(out, "{{")
	}
	return out
}

// Fill puts values in the place of variables.
func Fill(body string, values map[string]string) string {
	return variable.ReplaceAllStringFunc(body, func(s string) string {
		name := variable.FindStringSubmatch(s)[1]
		if v := values[name]; v != "" && known(name) {
			return v
		}
		return s
	})
}

// FirstName is the part of a name before the first space.
func FirstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}

// Match finds the texts that say all the words, those first whose name begins with them, then by name.
func Match(texts []Text, words string) []Text {
	wanted := strings.Fields(strings.ToLower(words))
	type found struct {
		text Text
		rank int
	}
	var hits []found
	for _, t := range texts {
		name, all := strings.ToLower(t.Name), strings.ToLower(t.Name+" "+t.Body)
		if !slices.ContainsFunc(wanted, func(w string) bool { return !strings.Contains(all, w) }) {
			rank := 2
			if len(wanted) == 0 || strings.HasPrefix(name, wanted[0]) {
				rank = 0
			} else if strings.Contains(name, wanted[0]) {
				rank = 1
			}
			hits = append(hits, found{t, rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(strings.ToLower(a.text.Name), strings.ToLower(b.text.Name)))
	})
	out := make([]Text, len(hits))
	for i, h := range hits {
		out[i] = h.text
	}
	return out
}

// check cleans what somebody wrote: the name is one line, the body Markdown with known variables only.
func (t *Text) check() error {
	bad := domain.ErrInvalid
	t.Name = strings.Join(strings.Fields(t.Name), " ")
	t.Body = strings.TrimSpace(strings.ReplaceAll(t.Body, "\r\n", "\n"))
	switch {
	case !clean(t.Name):
		bad = bad.With("body.name", "the name is not valid text")
	case t.Name == "" || len(t.Name) > MaxName:
		bad = bad.With("body.name", "a name has 1 to 100 bytes")
	}
	switch {
	case !clean(t.Body):
		bad = bad.With("body.body", "the text is not valid text")
	case t.Body == "" || len(t.Body) > MaxBody:
		bad = bad.With("body.body", "a text has 1 to 20,000 bytes")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	if len(Unknown(t.Body)) > 0 {
		return ErrVariable.With("body.body", "the variables are "+names())
	}
	return nil
}

func names() string {
	all := make([]string, len(Variables))
	for i, v := range Variables {
		all[i] = "{{" + v.Name + "}}"
	}
	return strings.Join(all, ", ")
}

func clean(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
