package model

import (
	"fmt"
	"slices"
)

// Difference is one thing in which a model differs from another.
type Difference struct {
	// What: class, attribute or relation; Where names it: "server", "server.cpu_cores", "runs_on".
	What  string
	Where string
	Text  string // "added", "removed", "label: A → B"
	// Narrows: values, items or relations that exist may not fit any more.
	Narrows bool
	// For a narrowed attribute: the classes whose items to look at, and the attribute as it would be (nil: gone).
	Class     string
	Attribute string
	New       *Attribute
}

// Compare lists in what next differs from old, in a stable order.
func Compare(old, next Model) (out []Difference) {
	before, after := byKey(old.Classes, Class.key), byKey(next.Classes, Class.key)
	for _, key := range sortedKeys(union(before, after)) {
		a, was := before[key]
		b, is := after[key]
		switch {
		case !was:
			out = append(out, Difference{What: "class", Where: key, Text: "added"})
			for _, at := range b.Attributes {
				out = append(out, Difference{What: "attribute", Where: key + "." + at.Key, Text: "added"})
			}
			continue
		case !is:
			out = append(out, Difference{What: "class", Where: key, Text: "removed", Narrows: true, Class: key})
			continue
		}
		out = append(out, changed("class", key, "label", a.Label, b.Label, false)...)
		out = append(out, changed("class", key, "hint", a.Hint, b.Hint, false)...)
		if a.Parent != b.Parent {
			out = append(out, Difference{What: "class", Where: key, Text: fmt.Sprintf("moved from below %s to below %s", or(a.Parent), or(b.Parent)), Narrows: true, Class: key})
		}
		if !a.Abstract && b.Abstract {
			out = append(out, Difference{What: "class", Where: key, Text: "no item may be of it any more", Narrows: true, Class: key})
		} else if a.Abstract != b.Abstract {
			out = append(out, Difference{What: "class", Where: key, Text: "items may be of it"})
		}
		out = append(out, compareAttributes(key, a.Attributes, b.Attributes)...)
	}
	out = append(out, compareRelations(old, next)...)
	if !slices.Equal(old.Junk, next.Junk) {
		out = append(out, Difference{What: "junk", Where: "junk", Text: fmt.Sprintf("%d values that identify nothing, %d before", len(next.Junk), len(old.Junk))})
	}
	return out
}

func compareAttributes(class string, old, next []Attribute) (out []Difference) {
	before, after := byKey(old, Attribute.key), byKey(next, Attribute.key)
	for _, key := range sortedKeys(union(before, after)) {
		a, was := before[key]
		b, is := after[key]
		where := class + "." + key
		narrow := func(text string, fresh *Attribute) {
			out = append(out, Difference{What: "attribute", Where: where, Text: text, Narrows: true, Class: class, Attribute: key, New: fresh})
		}
		switch {
		case !was:
			out = append(out, Difference{What: "attribute", Where: where, Text: "added"})
			continue
		case !is:
			narrow("removed", nil)
			continue
		}
		out = append(out, changed("attribute", where, "label", a.Label, b.Label, false)...)
		out = append(out, changed("attribute", where, "unit", a.Unit, b.Unit, false)...)
		out = append(out, changed("attribute", where, "hint", a.Hint, b.Hint, false)...)
		if a.Wanted != b.Wanted {
			out = append(out, Difference{What: "attribute", Where: where, Text: fmt.Sprintf("wanted: %t → %t", a.Wanted, b.Wanted)})
		}
		switch {
		case a.Kind != b.Kind:
			narrow(fmt.Sprintf("kind: %s → %s", a.Kind, b.Kind), &b)
		case a.Kind == Reference && a.Class != b.Class:
			narrow(fmt.Sprintf("refers to: %s → %s", a.Class, b.Class), &b)
		case !slices.Equal(a.Options, b.Options):
			if gone := without(a.Options, b.Options); len(gone) > 0 {
				narrow(fmt.Sprintf("options removed: %d of %d", len(gone), len(a.Options)), &b)
			} else {
				out = append(out, Difference{What: "attribute", Where: where, Text: fmt.Sprintf("options: %d → %d", len(a.Options), len(b.Options))})
			}
		}
	}
	return out
}

func compareRelations(old, next Model) (out []Difference) {
	before, after := byKey(old.Relations, RelationType.key), byKey(next.Relations, RelationType.key)
	for _, key := range sortedKeys(union(before, after)) {
		a, was := before[key]
		b, is := after[key]
		switch {
		case !was:
			out = append(out, Difference{What: "relation", Where: key, Text: "added"})
			continue
		case !is:
			out = append(out, Difference{What: "relation", Where: key, Text: "removed", Narrows: true})
			continue
		}
		out = append(out, changed("relation", key, "label", a.Label, b.Label, false)...)
		out = append(out, changed("relation", key, "inverse", a.Inverse, b.Inverse, false)...)
		if a.Forth != b.Forth || a.Back != b.Back {
			out = append(out, Difference{What: "relation", Where: key, Text: fmt.Sprintf("failure spreads: %s → %s", a.spread(), b.spread())})
		}
		if a.Acyclic != b.Acyclic {
			out = append(out, Difference{What: "relation", Where: key, Text: fmt.Sprintf("without loops: %t → %t", a.Acyclic, b.Acyclic), Narrows: b.Acyclic})
		}
	}
	return out
}

func (r RelationType) spread() string {
	switch {
	case r.Forth && r.Back:
		return "both ways"
	case r.Forth:
		return "forth"
	case r.Back:
		return "back"
	}
	return "not at all"
}

func (c Class) key() string        { return c.Key }
func (a Attribute) key() string    { return a.Key }
func (r RelationType) key() string { return r.Key }

func changed(what, where, field, before, after string, narrows bool) []Difference {
	if before == after {
		return nil
	}
	return []Difference{{What: what, Where: where, Text: fmt.Sprintf("%s: %s → %s", field, or(before), or(after)), Narrows: narrows}}
}

func or(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func byKey[T any](list []T, key func(T) string) map[string]T {
	out := make(map[string]T, len(list))
	for _, v := range list {
		out[key(v)] = v
	}
	return out
}

func union[T any](a, b map[string]T) map[string]T {
	out := map[string]T{}
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		out[k] = v
	}
	return out
}

func without(list, drop []string) (out []string) {
	for _, s := range list {
		if !slices.Contains(drop, s) {
			out = append(out, s)
		}
	}
	return out
}
