package cifile

import (
	"embed"
	"maps"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/mapping"
)

// The errors of this package: both mean that nothing was read.
var (
	ErrMapping = domain.Code(domain.Invalid, "malformed_ci_mapping", "The mapping cannot be used")
	ErrFile    = domain.Code(domain.Invalid, "malformed_ci_file", "The file is not one that this mapping fits")
)

// Mapping says what the rows of a tool's export mean. Its YAML form is described in docs/guide-importers.md.
type Mapping struct {
	File FileShape `yaml:"file"`
	// References says which fields of a stream name a row of another one: stream → field → stream. A path goes on
	// through them: "device_type.manufacturer.name".
	References map[string]map[string]string `yaml:"references"`
	Streams    map[string]Stream            `yaml:"streams"`
	// Defaults are values for items that have none from anywhere.
	Defaults map[string]string `yaml:"defaults"`
	// Other is why rows of streams that are not named are skipped.
	Other string `yaml:"other"`

	name   string
	digest string
	joins  map[string]joining // name of the join → how
	needed map[string]map[string]bool
	counts map[string]map[string]bool // stream → fields by which its rows are counted
}

// FileShape says how the file is written. Only what differs from the usual form is given.
type FileShape struct {
	Delimiter string   `yaml:"delimiter"` // of CSV: one character; found out when empty
	Missing   []string `yaml:"missing"`   // values that mean "none", beside the empty one
	Rows      string   `yaml:"rows"`      // JSON: the field of the whole that holds the rows
	Stream    string   `yaml:"stream"`    // JSON: the field that says of which kind a row is
	Key       string   `yaml:"key"`       // the field by which rows of one kind are told apart
	Fields    string   `yaml:"fields"`    // JSON: the field that holds all others
}

// Stream is one kind of row.
type Stream struct {
	// Columns of a CSV file or sheet: a header that has them all makes its rows of this kind.
	Columns []string `yaml:"columns"`
	// Skip is why rows of this kind are no items.
	Skip   string          `yaml:"skip"`
	Key    Expr            `yaml:"key"` // instead of FileShape.Key
	Class  Expr            `yaml:"class"`
	Status Expr            `yaml:"status"`
	Values map[string]Expr `yaml:"values"`
	// ByClass are values that only items of one class have.
	ByClass   map[string]map[string]Expr `yaml:"by_class"`
	Relations []Relation                 `yaml:"relations"`
	Groups    []GroupShape               `yaml:"groups"`
	Joins     []Join                     `yaml:"joins"`
	Person    *PersonShape               `yaml:"person"`
}

// Relation ties the item of a row to another one; the first target that has a value counts.
type Relation struct {
	Type string   `yaml:"type"`
	To   []Target `yaml:"to"`
	// Inverse makes the other item the first of the two.
	Inverse bool `yaml:"inverse"`
}

// Target names another item: the row of a stream by its key, or whatever has a number, serial, asset tag or name.
type Target struct {
	Row      string `yaml:"row"`
	Key      Expr   `yaml:"key"`
	Number   Expr   `yaml:"number"`
	Serial   Expr   `yaml:"serial"`
	AssetTag Expr   `yaml:"asset_tag"`
	Name     Expr   `yaml:"name"`
	Class    string `yaml:"class"` // of what is looked for by name
}

// GroupShape makes the item a member of a group.
type GroupShape struct {
	Key  Expr `yaml:"key"`
	Name Expr `yaml:"name"`
}

// Join pairs rows that share a value, such as the two ends of a cable: their items are related.
type Join struct {
	Name string `yaml:"name"` // rows of several streams meet under one name
	By   string `yaml:"by"`   // the field whose value they share
	Side string `yaml:"side"` // the field that says which end it is: the smaller one is the first
	Role string `yaml:"role"` // first or second, whatever the side says
	Row  string `yaml:"row"`  // the stream of the item
	Item Expr   `yaml:"item"` // its key
	Type string `yaml:"type"` // of the relation
}

type joining struct{ kind string }

// PersonShape makes a row a person of the desk, who does nothing until somebody gives them a password.
type PersonShape struct {
	Login  Expr `yaml:"login"`
	Name   Expr `yaml:"name"`
	Email  Expr `yaml:"email"`
	Active Expr `yaml:"active"`
}

//go:embed mappings/*.yaml
var builtin embed.FS

var library = mapping.Library{Files: builtin, Refuse: ErrMapping}

// Builtin lists the names of the mappings that come with the desk.
func Builtin() []string { return library.Names() }

// Named gives a mapping that comes with the desk. It fails with [ErrMapping].
func Named(name string) (*Mapping, error) {
	raw, err := library.Text(name)
	if err != nil {
		return nil, err
	}
	return ParseMapping(name, raw)
}

// ParseMapping reads and checks a mapping. It fails with [ErrMapping], saying where.
func ParseMapping(name string, raw []byte) (m *Mapping, err error) {
	m = &Mapping{name: name}
	if m.digest, err = library.Read(raw, m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	m.plan()
	return m, nil
}

// Name is the built-in name or the file name of the mapping.
func (m *Mapping) Name() string { return m.name }

// Digest is the SHA-256 of the mapping's text, in hex.
func (m *Mapping) Digest() string { return m.digest }

// Uses lists the types of relation and the classes that the mapping names, so that the importer can refuse one that does not fit the desk.
func (m *Mapping) Uses() (relations, classes []string) {
	r, c := map[string]bool{}, map[string]bool{}
	for _, s := range m.Streams {
		for _, rel := range s.Relations {
			r[rel.Type] = true
		}
		for _, j := range s.Joins {
			r[j.Type] = true
		}
		s.Class.constants(c)
		for class := range s.ByClass {
			c[class] = true
		}
	}
	delete(c, "")
	return slices.Sorted(maps.Keys(r)), slices.Sorted(maps.Keys(c))
}

func (m *Mapping) check() error {
	var p mapping.Problems
	if d := m.File.Delimiter; d != "" && (len(d) != 1 || strings.ContainsAny(d, "\"\r\n\x00")) {
		p.Add("file.delimiter: one character is needed, such as , or ;")
	}
	if len(m.Streams) == 0 || len(m.Streams) > 500 {
		p.Add("streams: say what the rows are, 1 to 500 kinds")
	}
	if m.Other == "" {
		m.Other = "The mapping does not say what these rows are."
	}
	m.joins = map[string]joining{}
	for _, name := range slices.Sorted(maps.Keys(m.Streams)) {
		m.checkStream(name, m.Streams[name], &p)
	}
	for from, fields := range m.References {
		for field, to := range fields {
			if field == "" || to == "" || from == "" {
				p.Add("references: a stream, a field and the stream that it refers to are needed")
			}
		}
	}
	return library.Refusal(p)
}

func (m *Mapping) checkStream(name string, s Stream, p *mapping.Problems) {
	kinds := 0
	for _, is := range []bool{s.Skip != "", s.Person != nil, !s.Class.empty()} {
		if is {
			kinds++
		}
	}
	where := "streams." + name
	if name == "" {
		where = "streams"
	}
	if kinds != 1 {
		p.Add("%s: give either class, person or skip with a reason", where)
	}
	if s.Skip == "" && s.Key.empty() && m.File.Key == "" && s.Person == nil {
		p.Add("%s: a key is needed, by which the row is known again", where)
	}
	if s.Person != nil && (s.Person.Login.empty() || s.Person.Name.empty()) {
		p.Add("%s.person: a login and a name are needed", where)
	}
	for _, r := range s.Relations {
		if r.Type == "" || len(r.To) == 0 {
			p.Add("%s.relations: each has a type and at least one target", where)
		}
		for _, t := range r.To {
			given := 0
			for _, x := range []Expr{t.Key, t.Number, t.Serial, t.AssetTag, t.Name} {
				if !x.empty() {
					given++
				}
			}
			if given != 1 || (t.Row != "") != (!t.Key.empty()) {
				p.Add("%s.relations: a target is a row with a key, or one of number, serial, asset_tag, name", where)
			}
		}
	}
	for _, g := range s.Groups {
		if g.Key.empty() {
			p.Add("%s.groups: a key is needed", where)
		}
	}
	for _, j := range s.Joins {
		if j.Name == "" || j.By == "" || j.Item.empty() || j.Type == "" || j.Role != "" && j.Role != "first" && j.Role != "second" {
			p.Add("%s.joins: name, by, item and type are needed; a role is first or second", where)
		}
		if was, ok := m.joins[j.Name]; ok && was.kind != j.Type {
			p.Add("%s.joins: %s relates in two ways", where, j.Name)
		}
		m.joins[j.Name] = joining{j.Type}
	}
}

// IsMappingFile tells whether what was given for a mapping is a file rather than a built-in name.
func IsMappingFile(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}
