package model

import (
	"maps"
	"slices"
)

// Model is one version of the description of the CMDB.
type Model struct {
	Classes   []Class        `json:"classes" yaml:"classes"`
	Relations []RelationType `json:"relations" yaml:"relations"`
	// Junk are values of serial numbers, asset tags and names that identify nothing, in lower case.
	Junk []string `json:"junk" yaml:"junk"`
}

// Class is a kind of configuration item.
type Class struct {
	Key    string `json:"key" yaml:"key"` // lower snake case; never changes
	Label  string `json:"label" yaml:"label"`
	Parent string `json:"parent,omitempty" yaml:"parent,omitempty"`
	Hint   string `json:"hint,omitempty" yaml:"hint,omitempty"`
	// Abstract classes only pass on their attributes: no item is of one.
	Abstract   bool        `json:"abstract,omitempty" yaml:"abstract,omitempty"`
	Attributes []Attribute `json:"attributes,omitempty" yaml:"attributes,omitempty"`
}

// Attribute is something that items of a class have a value of.
type Attribute struct {
	Key   string `json:"key" yaml:"key"`
	Label string `json:"label" yaml:"label"`
	Kind  Kind   `json:"kind" yaml:"kind"`
	// Options are the permitted values of an enum, in order.
	Options []string `json:"options,omitempty" yaml:"options,omitempty"`
	// Class is what a reference refers to: items of this class or of one below it.
	Class string `json:"class,omitempty" yaml:"class,omitempty"`
	Unit  string `json:"unit,omitempty" yaml:"unit,omitempty"` // of a number
	Hint  string `json:"hint,omitempty" yaml:"hint,omitempty"`
	// Wanted attributes count for completeness; no value is ever forced.
	Wanted bool `json:"wanted,omitempty" yaml:"wanted,omitempty"`
}

// RelationType says how two items belong together: "a runs on b".
type RelationType struct {
	Key     string `json:"key" yaml:"key"`
	Label   string `json:"label" yaml:"label"`     // from the first to the second: "runs on"
	Inverse string `json:"inverse" yaml:"inverse"` // and back: "runs"
	// Forth: when the first fails, the second suffers. Back: when the second fails, the first does.
	Forth bool `json:"forth,omitempty" yaml:"forth,omitempty"`
	Back  bool `json:"back,omitempty" yaml:"back,omitempty"`
	// Acyclic relations form no loops: containment.
	Acyclic bool   `json:"acyclic,omitempty" yaml:"acyclic,omitempty"`
	Hint    string `json:"hint,omitempty" yaml:"hint,omitempty"`
}

// Class finds a class by its key.
func (m Model) Class(key string) (Class, bool) {
	i := slices.IndexFunc(m.Classes, func(c Class) bool { return c.Key == key })
	if i < 0 {
		return Class{}, false
	}
	return m.Classes[i], true
}

// Relation finds a type of relation by its key.
func (m Model) Relation(key string) (RelationType, bool) {
	i := slices.IndexFunc(m.Relations, func(r RelationType) bool { return r.Key == key })
	if i < 0 {
		return RelationType{}, false
	}
	return m.Relations[i], true
}

// Path lists a class and those above it, itself first. It ends at an unknown parent, and at a loop.
func (m Model) Path(key string) (out []Class) {
	for key != "" && !slices.ContainsFunc(out, func(c Class) bool { return c.Key == key }) {
		c, ok := m.Class(key)
		if !ok {
			return out
		}
		out = append(out, c)
		key = c.Parent
	}
	return out
}

// IsA tells whether a class is another one or below it.
func (m Model) IsA(key, above string) bool {
	return slices.ContainsFunc(m.Path(key), func(c Class) bool { return c.Key == above })
}

// SameBranch tells whether two classes are below one class that is below none: a serial number is unique there.
func (m Model) SameBranch(a, b string) bool {
	pa, pb := m.Path(a), m.Path(b)
	return len(pa) > 0 && len(pb) > 0 && pa[len(pa)-1].Key == pb[len(pb)-1].Key
}

// Below lists the keys of a class and of all classes below it.
func (m Model) Below(key string) (out []string) {
	for _, c := range m.Classes {
		if m.IsA(c.Key, key) {
			out = append(out, c.Key)
		}
	}
	return out
}

// Attributes lists what items of a class have beside the core: from the top of the tree down.
func (m Model) Attributes(class string) (out []Attribute) {
	path := m.Path(class)
	for _, c := range slices.Backward(path) {
		out = append(out, c.Attributes...)
	}
	return out
}

// Fields lists everything that items of a class have values of: the core first.
func (m Model) Fields(class string) []Attribute {
	return append(slices.Clone(Core), m.Attributes(class)...)
}

// Field finds one of them.
func (m Model) Field(class, key string) (Attribute, bool) {
	for _, a := range Core {
		if a.Key == key {
			return a, true
		}
	}
	for _, c := range m.Path(class) {
		for _, a := range c.Attributes {
			if a.Key == key {
				return a, true
			}
		}
	}
	return Attribute{}, false
}

// Spreads tells whether any type of relation lets a failure spread.
func (m Model) Spreads(keys []string) bool {
	return slices.ContainsFunc(keys, func(key string) bool {
		r, ok := m.Relation(key)
		return ok && (r.Forth || r.Back)
	})
}

// AnyField finds an attribute by its key in whatever class has it; a key means the same kind in all of them
// as far as filters are concerned.
func (m Model) AnyField(key string) (Attribute, bool) {
	for _, a := range Core {
		if a.Key == key {
			return a, true
		}
	}
	for _, c := range m.Classes {
		for _, a := range c.Attributes {
			if a.Key == key {
				return a, true
			}
		}
	}
	return Attribute{}, false
}

// Core are the fields that every item has, whatever its class.
var Core = []Attribute{
	{Key: "name", Label: "Name", Kind: Text, Wanted: true},
	{Key: "description", Label: "Description", Kind: Text},
	{Key: "environment", Label: "Environment", Kind: Enum, Options: []string{"production", "staging", "test", "development"}, Wanted: true},
	{Key: "criticality", Label: "Criticality", Kind: Enum, Options: []string{"1", "2", "3", "4"}, Wanted: true, Hint: "1 is the most critical"},
	{Key: "team", Label: "Owner team", Kind: Team, Wanted: true},
	{Key: "owner", Label: "Owner", Kind: Person, Wanted: true},
	{Key: "used_by", Label: "Used by", Kind: Person},
	{Key: "site", Label: "Site", Kind: Site, Wanted: true},
	{Key: "serial", Label: "Serial number", Kind: Text},
	{Key: "asset_tag", Label: "Asset tag", Kind: Text},
	{Key: "tags", Label: "Scope tags", Kind: Tags, Options: []string{"SOX", "PCI", "GxP", "PHI"}, Hint: "SOX, PCI, GxP, PHI or your own"},
	{Key: "supplier", Label: "Supplier", Kind: Text},
	{Key: "warranty_until", Label: "Warranty until", Kind: Date},
	{Key: "support_until", Label: "Support until", Kind: Date},
	{Key: "cost", Label: "Cost", Kind: Money},
	{Key: "url", Label: "Link", Kind: URL},
}

// coreKeys are the keys that no class may use.
var coreKeys = func() map[string]bool {
	keys := map[string]bool{"class": true, "status": true, "number": true, "presence": true, "merged_into": true, "provenance": true, "verified_at": true, "verified_by": true, "effective": true, "reason": true, "source": true}
	for _, a := range Core {
		keys[a.Key] = true
	}
	return keys
}()

// IsCore tells whether every item has the field.
func IsCore(key string) bool { return coreKeys[key] }

// sortedKeys lists the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
