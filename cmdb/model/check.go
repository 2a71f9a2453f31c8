package model

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var keyShape = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// How large a model may be.
const (
	maxClasses    = 300
	maxAttributes = 100 // of one class
	maxRelations  = 100
	maxOptions    = 200
)

// Check lists what is wrong with a model, in sentences; none means that it can be used.
func (m Model) Check() (out []string) {
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if len(m.Classes) == 0 || len(m.Classes) > maxClasses || len(m.Relations) > maxRelations {
		bad("a model has 1 to %d classes and at most %d types of relation", maxClasses, maxRelations)
		return out
	}
	seen := map[string]bool{}
	for _, c := range m.Classes {
		if !validKey(c.Key) {
			bad("the class %q: a key is lower snake case, at most 40 characters", clip(c.Key))
			continue
		}
		if seen[c.Key] {
			bad("the class %s is there twice", c.Key)
		}
		seen[c.Key] = true
		if !validLabel(c.Label) {
			bad("the class %s needs a label of one line", c.Key)
		}
		if c.Parent != "" {
			if _, ok := m.Class(c.Parent); !ok {
				bad("the class %s is below %q, which does not exist", c.Key, clip(c.Parent))
			}
		}
		if path := m.Path(c.Key); len(path) > 0 && path[len(path)-1].Parent != "" {
			if _, known := m.Class(path[len(path)-1].Parent); known {
				bad("the class %s is above itself", c.Key)
			}
		}
		m.checkAttributes(c, bad)
	}
	names := map[string]bool{}
	for _, r := range m.Relations {
		switch {
		case !validKey(r.Key):
			bad("the relation %q: a key is lower snake case, at most 40 characters", clip(r.Key))
		case names[r.Key]:
			bad("the relation %s is there twice", r.Key)
		case !validLabel(r.Label) || !validLabel(r.Inverse):
			bad("the relation %s needs a label for each direction", r.Key)
		}
		names[r.Key] = true
	}
	if len(m.Junk) > 1000 {
		bad("the list of meaningless values has more than 1,000 entries")
	}
	return out
}

func (m Model) checkAttributes(c Class, bad func(string, ...any)) {
	if len(c.Attributes) > maxAttributes {
		bad("the class %s has more than %d attributes of its own", c.Key, maxAttributes)
	}
	inherited := map[string]bool{}
	for i, above := range m.Path(c.Key) {
		for _, a := range above.Attributes {
			if i > 0 {
				inherited[a.Key] = true
			}
		}
	}
	own := map[string]bool{}
	for _, a := range c.Attributes {
		where := c.Key + "." + clip(a.Key)
		switch {
		case !validKey(a.Key):
			bad("%s: a key is lower snake case, at most 40 characters", where)
		case coreKeys[a.Key]:
			bad("%s: every item has that already", where)
		case own[a.Key]:
			bad("%s is there twice", where)
		case inherited[a.Key]:
			bad("%s is declared by a class above already", where)
		}
		own[a.Key] = true
		if !validLabel(a.Label) {
			bad("%s needs a label of one line", where)
		}
		if !slices.Contains(Kinds, a.Kind) {
			bad("%s: a kind is one of %s", where, kindList())
		}
		if (a.Kind == Enum) != (len(a.Options) > 0) {
			bad("%s: an enum, and only an enum, has options", where)
		}
		if len(a.Options) > maxOptions || slices.ContainsFunc(a.Options, func(o string) bool { return !validLabel(o) }) {
			bad("%s: options are lines of at most 200 characters, at most %d", where, maxOptions)
		}
		if _, ok := m.Class(a.Class); (a.Kind == Reference) != (a.Class != "") || a.Class != "" && !ok {
			bad("%s: a reference, and only a reference, names a class that exists", where)
		}
	}
}

func validKey(s string) bool { return len(s) <= 40 && keyShape.MatchString(s) }

func validLabel(s string) bool {
	return s != "" && len(s) <= 200 && s == strings.TrimSpace(s) && !strings.ContainsAny(s, "\n\r\x00")
}

func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}

func kindList() string {
	names := make([]string, len(Kinds))
	for i, k := range Kinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

// IsJunk tells whether a value identifies nothing: it is in the list, has no letter or digit, or only zeros.
func (m Model) IsJunk(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	if strings.Trim(s, "0 .-_/\\?*#xn") == "" { // zeros, dashes, "xxx", "n/a" without its a
		return true
	}
	return slices.Contains(m.Junk, s)
}
