package eventlog

import (
	"embed"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/mapping"
	"github.com/cabinetdesk/cabinet/internal/channels/textfile"
)

// The errors of this package: both mean that nothing was read.
var (
	ErrMapping = domain.Code(domain.Invalid, "malformed_mapping", "The mapping cannot be used")
	ErrFile    = domain.Code(domain.Invalid, "malformed_event_log", "The file is not an event log that this mapping fits")
)

// Mapping says what the columns of a tool's event log mean. All names of columns are those of the file's
// header, as they are. Its YAML form is described in docs/import-mapping.md.
type Mapping struct {
	// System names the tool, in lower case: it becomes part of logins and of the log.
	System      string              `yaml:"system"`
	File        FileShape           `yaml:"file"`
	Time        TimeShape           `yaml:"time"`
	Order       string              `yaml:"order"` // "file" (default): as the rows stand; "time": by time within a ticket
	Columns     Columns             `yaml:"columns"`
	Title       []string            `yaml:"title"` // columns whose values make the title
	Description []Labelled          `yaml:"description"`
	References  []ReferenceColumn   `yaml:"references"`
	Final       map[string][]string `yaml:"final"` // column → states of the desk in which it may be read
	States      map[string]State    `yaml:"states"`
	// OtherState is what a label that States lacks means; without it such a row is refused.
	OtherState   *State            `yaml:"other_state"`
	Impact       map[string]int    `yaml:"impact"`
	Urgency      map[string]int    `yaml:"urgency"`
	Priority     map[string]int    `yaml:"priority"`
	ContactTypes map[string]string `yaml:"contact_types"` // a label that is not listed stays as it is
	True         []string          `yaml:"true_values"`   // how "yes" is written; everything else is no
	// DefaultImpact and DefaultUrgency stand in where the tool has none; 0 means 2, medium.
	DefaultImpact  int `yaml:"default_impact"`
	DefaultUrgency int `yaml:"default_urgency"`

	name   string
	digest string
	zone   *time.Location
	times  []textfile.Layout
}

// FileShape says how the file is written.
type FileShape struct {
	Delimiter string   `yaml:"delimiter"` // one character; "," when empty, "\t" for a tab
	Missing   []string `yaml:"missing"`   // values that mean "none", beside the empty one
}

// TimeShape says how times are written: patterns such as "d/M/yyyy HH:mm", or "unix", or "rfc3339", and the
// zone of those that name none (IANA; UTC when empty).
type TimeShape struct {
	Formats []string `yaml:"formats"`
	Zone    string   `yaml:"zone"`
}

// Columns says which column holds what; number, at and state must be given.
type Columns struct {
	Number            string `yaml:"number"`
	At                string `yaml:"at"`
	By                string `yaml:"by"`
	State             string `yaml:"state"`
	Title             string `yaml:"title"`
	Description       string `yaml:"description"`
	Impact            string `yaml:"impact"`
	Urgency           string `yaml:"urgency"`
	Priority          string `yaml:"priority"`
	ContactType       string `yaml:"contact_type"`
	Classification    string `yaml:"classification"`
	Subclassification string `yaml:"subclassification"`
	Service           string `yaml:"service"`
	Requester         string `yaml:"requester"`
	OpenedBy          string `yaml:"opened_by"`
	Team              string `yaml:"team"`
	Assignee          string `yaml:"assignee"`
	OpenedAt          string `yaml:"opened_at"`
	ResolvedAt        string `yaml:"resolved_at"`
	ResolvedBy        string `yaml:"resolved_by"`
	ClosedAt          string `yaml:"closed_at"`
	CloseCode         string `yaml:"close_code"`
	Resolution        string `yaml:"resolution"`
	ReassignCount     string `yaml:"reassign_count"`
	ReopenCount       string `yaml:"reopen_count"`
	MadeSLA           string `yaml:"made_sla"`
}

// State is where a label of the tool puts an incident of the desk.
type State struct {
	State  string `yaml:"state"`
	On     string `yaml:"on"`     // for pending: user, vendor, change or problem
	Reason string `yaml:"reason"` // for pending
}

// Labelled is a column that has no place of its own here: it becomes a line "Label: value" of the description.
type Labelled struct {
	Label  string `yaml:"label"`
	Column string `yaml:"column"`
}

// ReferenceColumn names a column with the number of a problem or change, and how the ticket is tied to it.
type ReferenceColumn struct {
	Column string `yaml:"column"`
	Kind   string `yaml:"kind"` // problem or change
	Link   string `yaml:"link"` // related, caused_by or parent
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
	return m, nil
}

// Name is the built-in name or the file name of the mapping.
func (m *Mapping) Name() string { return m.name }

// Digest is the SHA-256 of the mapping's text, in hex.
func (m *Mapping) Digest() string { return m.digest }

var systemShape = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func (m *Mapping) check() error {
	var p mapping.Problems
	if !systemShape.MatchString(m.System) {
		p.Add("system: a short name in lower case is needed, such as servicenow")
	}
	if m.File.Delimiter == "" {
		m.File.Delimiter = ","
	}
	if len(m.File.Delimiter) != 1 || strings.ContainsAny(m.File.Delimiter, "\"\r\n\x00") {
		p.Add("file.delimiter: one character is needed, such as , or ;")
	}
	m.checkTimes(&p)
	if m.Order == "" {
		m.Order = "file"
	}
	if m.Order != "file" && m.Order != "time" {
		p.Add("order: file or time")
	}
	for name, column := range map[string]string{"number": m.Columns.Number, "at": m.Columns.At, "state": m.Columns.State} {
		if column == "" {
			p.Add("columns.%s: say which column it is", name)
		}
	}
	m.checkTables(&p)
	m.checkReferences(&p)
	return library.Refusal(p)
}

func (m *Mapping) checkTimes(p *mapping.Problems) {
	zone := m.Time.Zone
	if zone == "" {
		zone = "UTC"
	}
	var err error
	if m.zone, err = time.LoadLocation(zone); err != nil || zone == "Local" {
		p.Add("time.zone: name it as IANA does, such as Europe/Berlin")
	}
	if len(m.Time.Formats) == 0 {
		p.Add("time.formats: say how times are written, such as yyyy-MM-dd HH:mm:ss")
	}
	for _, f := range m.Time.Formats {
		l, err := textfile.ParseLayout(f)
		if err != nil {
			p.Add("time.formats: %s", err)
			continue
		}
		m.times = append(m.times, l)
	}
}

func (m *Mapping) checkTables(p *mapping.Problems) {
	if len(m.States) == 0 && m.OtherState == nil {
		p.Add("states: say what the labels mean")
	}
	for _, label := range slices.Sorted(maps.Keys(m.States)) {
		if m.States[label].State == "" {
			p.Add("states: one of the labels has no state")
		}
	}
	for _, t := range []struct {
		name string
		at   map[string]int
		max  int
	}{{"impact", m.Impact, 3}, {"urgency", m.Urgency, 3}, {"priority", m.Priority, 4}} {
		for _, v := range t.at {
			if v < 1 || v > t.max {
				p.Add("%s: values are 1 (highest) to %d", t.name, t.max)
				break
			}
		}
	}
	for name, v := range map[string]*int{"default_impact": &m.DefaultImpact, "default_urgency": &m.DefaultUrgency} {
		if *v == 0 {
			*v = 2
		}
		if *v < 1 || *v > 3 {
			p.Add("%s: 1 (high) to 3 (low)", name)
		}
	}
}

func (m *Mapping) checkReferences(p *mapping.Problems) {
	for _, r := range m.References {
		if r.Column == "" || (r.Kind != "problem" && r.Kind != "change") || !slices.Contains([]string{"related", "caused_by", "parent"}, r.Link) {
			p.Add("references: each has a column, a kind (problem or change) and a link (related, caused_by or parent)")
		}
	}
	for _, l := range m.Description {
		if l.Column == "" || l.Label == "" {
			p.Add("description: each has a label and a column")
		}
	}
	used := m.used()
	for column, states := range m.Final {
		if !slices.Contains(used, column) {
			p.Add("final: one of the columns is not used elsewhere in the mapping")
		}
		if len(states) == 0 {
			p.Add("final: each column needs the states in which it may be read")
		}
	}
	if len(m.Title) == 0 && m.Columns.Title != "" {
		m.Title = []string{m.Columns.Title}
	}
}

// StateNames lists the states of the desk that the mapping uses, so that the importer can refuse a mapping
// that names one which does not exist.
func (m *Mapping) StateNames() []string {
	set := map[string]bool{}
	for _, s := range m.States {
		set[s.State] = true
	}
	if m.OtherState != nil {
		set[m.OtherState.State] = true
	}
	for _, states := range m.Final {
		for _, s := range states {
			set[s] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// WaitingOn lists on whom its pending states wait.
func (m *Mapping) WaitingOn() []string {
	set := map[string]bool{}
	for _, s := range m.States {
		set[s.On] = true
	}
	if m.OtherState != nil {
		set[m.OtherState.On] = true
	}
	delete(set, "")
	return slices.Sorted(maps.Keys(set))
}

// used lists every column that the mapping reads, once each, sorted.
func (m *Mapping) used() []string {
	c := m.Columns
	set := map[string]bool{}
	for _, name := range []string{c.Number, c.At, c.By, c.State, c.Title, c.Description, c.Impact, c.Urgency, c.Priority, c.ContactType,
		c.Classification, c.Subclassification, c.Service, c.Requester, c.OpenedBy, c.Team, c.Assignee, c.OpenedAt, c.ResolvedAt,
		c.ResolvedBy, c.ClosedAt, c.CloseCode, c.Resolution, c.ReassignCount, c.ReopenCount, c.MadeSLA} {
		set[name] = true
	}
	for _, name := range m.Title {
		set[name] = true
	}
	for _, l := range m.Description {
		set[l.Column] = true
	}
	for _, r := range m.References {
		set[r.Column] = true
	}
	delete(set, "")
	return slices.Sorted(maps.Keys(set))
}

// IsMappingFile tells whether what was given for a mapping is a file rather than a built-in name.
func IsMappingFile(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}
