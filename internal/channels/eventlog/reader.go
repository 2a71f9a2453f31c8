package eventlog

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cabinetdesk/cabinet/internal/channels/textfile"
)

// How long values may be. What is longer is refused, never cut.
const (
	maxName  = 200     // characters of a name, number or label
	maxValue = 100_000 // bytes of a text
)

// Reader yields the rows of one file.
type Reader struct {
	m        *Mapping
	in       *textfile.Rows
	header   []string
	at       map[string]int // column → index
	hashed   []string       // all columns, sorted
	refused  []Refusal
	rows     int
	missing  map[string]bool
	truth    map[string]bool
	final    map[string]map[string]bool
	scratch  []byte
	lastTime map[string]parsedTime
}

// parsedTime remembers the last time of a column: neighbouring rows mostly repeat it.
type parsedTime struct {
	text string
	t    time.Time
}

// NewReader reads the header. It fails with [ErrFile] for what is not a text file, has no header, or
// misses a column that the mapping names.
func NewReader(r io.Reader, m *Mapping) (*Reader, error) {
	out := &Reader{m: m, in: textfile.NewRows(r, m.File.Delimiter), at: map[string]int{},
		missing: map[string]bool{"": true}, truth: map[string]bool{}, final: map[string]map[string]bool{}, lastTime: map[string]parsedTime{}}
	var used []string
	fields, _, err := out.in.Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, ErrFile.Because("The file is empty.")
	case err != nil && textfile.IsMalformed(err):
		return nil, ErrFile.Because("The header cannot be read: %s.", err)
	case err != nil:
		return nil, ErrFile.Because("The file cannot be read.").Wrap(err)
	}
	out.header, used = slices.Clone(fields), m.used()
	for i, name := range out.header {
		if _, twice := out.at[name]; twice {
			if slices.Contains(used, name) {
				return nil, ErrFile.Because("The header names the column %q twice.", name)
			}
			continue
		}
		out.at[name] = i
	}
	var absent []string
	for _, name := range used {
		if _, ok := out.at[name]; !ok {
			absent = append(absent, strconv.Quote(name))
		}
	}
	if len(absent) > 0 {
		return nil, ErrFile.Because("The mapping names columns that the file does not have: %s. Its header has %d columns.", strings.Join(absent, ", "), len(out.header))
	}
	out.hashed = slices.Sorted(maps.Keys(out.at))
	for _, mark := range m.File.Missing {
		out.missing[mark] = true
	}
	for _, v := range m.True {
		out.truth[v] = true
	}
	for column, states := range m.Final {
		out.final[column] = map[string]bool{}
		for _, s := range states {
			out.final[column][s] = true
		}
	}
	return out, nil
}

// Next returns the next good row. Bad ones are refused on the way: see [Reader.Refused]. It fails with io.EOF at the
// end, and with [ErrFile] when the file cannot be read on.
func (r *Reader) Next() (Row, error) {
	for {
		fields, line, err := r.in.Next()
		if err != nil && !textfile.IsMalformed(err) {
			if errors.Is(err, io.EOF) {
				return Row{}, io.EOF
			}
			return Row{}, ErrFile.Because("The file cannot be read on after line %d.", line).Wrap(err)
		}
		r.rows++
		if err == nil && len(fields) != len(r.header) {
			err = textfile.Malformed("the row has " + strconv.Itoa(len(fields)) + " columns and the header " + strconv.Itoa(len(r.header)))
		}
		if err != nil {
			r.refused = append(r.refused, Refusal{Line: line, Reason: err.Error()})
			continue
		}
		p := parse{r: r, fields: fields}
		row := p.row(line)
		if p.reason != "" {
			r.refused = append(r.refused, Refusal{Line: line, Column: p.column, Reason: p.reason})
			continue
		}
		return row, nil
	}
}

// Refused returns the rows refused since the last call.
func (r *Reader) Refused() []Refusal {
	out := r.refused
	r.refused = nil
	return out
}

// Rows is how many rows have been read, refused ones included.
func (r *Reader) Rows() int { return r.rows }

// Line is the line of the file that was read last.
func (r *Reader) Line() int { return r.in.Line() }

// Bytes is how much of the file has been read.
func (r *Reader) Bytes() int64 { return r.in.Bytes() }

// parse reads one row; the first thing that is wrong stays in column and reason.
type parse struct {
	r              *Reader
	fields         []string
	state          string
	now            time.Time
	column, reason string
}

func (p *parse) refuse(column, reason string) {
	if p.reason == "" {
		p.column, p.reason = column, reason
	}
}

// raw is the value as the file has it; "" for a column that the mapping does not name.
func (p *parse) raw(column string) string {
	if column == "" {
		return ""
	}
	return p.fields[p.r.at[column]]
}

// value is the value without marks for missing ones, and without final values before their time.
func (p *parse) value(column string) string {
	v := strings.TrimSpace(p.raw(column))
	if p.r.missing[v] {
		return ""
	}
	if states, final := p.r.final[column]; final && !states[p.state] {
		return ""
	}
	if len(v) > maxValue {
		p.refuse(column, "the value is longer than 100,000 bytes")
		return ""
	}
	return v
}

// name is a value of one line: a number, a person, a label.
func (p *parse) name(column string) string {
	v := p.value(column)
	if len(v) > maxName && utf8.RuneCountInString(v) > maxName {
		p.refuse(column, "the value is longer than 200 characters")
		return ""
	}
	if strings.ContainsFunc(v, unicode.IsControl) {
		p.refuse(column, "the value has control characters")
		return ""
	}
	return v
}

// label is what reports count: the file's own word, its mark for a missing value included.
func (p *parse) label(column string) string {
	v := strings.TrimSpace(p.raw(column))
	if len(v) > 4*maxName || strings.ContainsFunc(v, unicode.IsControl) {
		p.refuse(column, "the value is no label")
		return ""
	}
	return v
}

func (p *parse) when(column string) time.Time {
	v := p.value(column)
	if v == "" {
		return time.Time{}
	}
	if last := p.r.lastTime[column]; last.text == v {
		return last.t
	}
	for _, l := range p.r.m.times {
		if t, ok := l.Parse(v, p.r.m.zone); ok {
			p.r.lastTime[column] = parsedTime{strings.Clone(v), t}
			return t
		}
	}
	p.refuse(column, "this is no time as the mapping writes them")
	return time.Time{}
}

// until is a final time, which is not replayed before it has come (invariant 2).
func (p *parse) until(column string) time.Time {
	t := p.when(column)
	if _, final := p.r.final[column]; final && t.After(p.now) {
		return p.now
	}
	return t
}

func (p *parse) count(column string) int {
	v := p.value(column)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > 1_000_000 {
		p.refuse(column, "this is no count")
		return 0
	}
	return n
}

// grade looks a label up in a table; a missing value gives def.
func (p *parse) grade(column string, table map[string]int, def int) int {
	v := p.value(column)
	if v == "" {
		return def
	}
	n, ok := table[v]
	if !ok {
		p.refuse(column, "the mapping's table does not have this label")
	}
	return n
}

func (p *parse) row(line int) Row {
	m, c := p.r.m, p.r.m.Columns
	row := Row{Line: line, Number: p.name(c.Number), At: p.when(c.At)}
	if row.Number == "" {
		p.refuse(c.Number, "the row names no ticket")
	}
	if row.At.IsZero() {
		p.refuse(c.At, "the row names no time")
	}
	label := p.name(c.State)
	var known bool
	if row.State, known = m.States[label]; !known {
		if m.OtherState == nil {
			p.refuse(c.State, "the mapping's table does not have this state")
			return row
		}
		row.State = *m.OtherState
	}
	p.state, p.now = row.State.State, row.At
	row.By, row.Requester, row.OpenedBy, row.Assignee, row.ResolvedBy = p.name(c.By), p.name(c.Requester), p.name(c.OpenedBy), p.name(c.Assignee), p.name(c.ResolvedBy)
	row.Team = p.name(c.Team)
	row.Impact, row.Urgency, row.Priority = p.grade(c.Impact, m.Impact, m.DefaultImpact), p.grade(c.Urgency, m.Urgency, m.DefaultUrgency), p.grade(c.Priority, m.Priority, 0)
	row.ContactType = p.name(c.ContactType)
	if ours, ok := m.ContactTypes[row.ContactType]; ok {
		row.ContactType = ours
	}
	row.Classification, row.Subclassification, row.Service = p.name(c.Classification), p.name(c.Subclassification), p.name(c.Service)
	row.OpenedAt, row.ResolvedAt, row.ClosedAt = p.until(c.OpenedAt), p.until(c.ResolvedAt), p.until(c.ClosedAt)
	row.CloseCode, row.Resolution = p.name(c.CloseCode), p.value(c.Resolution)
	row.ReassignCount, row.ReopenCount = p.count(c.ReassignCount), p.count(c.ReopenCount)
	if v := p.value(c.MadeSLA); v != "" {
		made := p.r.truth[v]
		row.MadeSLA = &made
	}
	row.Title, row.Description = p.title(), p.description()
	for _, ref := range m.References {
		if key := p.name(ref.Column); key != "" {
			row.References = append(row.References, Reference{Kind: ref.Kind, Link: ref.Link, Key: key})
		}
	}
	row.Labels = Labels{State: p.label(c.State), Priority: p.label(c.Priority), Impact: p.label(c.Impact), Urgency: p.label(c.Urgency),
		ContactType: p.label(c.ContactType), Category: p.label(c.Classification), Team: p.label(c.Team)}
	row.Hash = p.hash()
	return row
}

// title joins the values that make it and keeps to one line of a length that a list can show.
func (p *parse) title() string {
	var parts []string
	for _, column := range p.r.m.Title {
		if v := p.value(column); v != "" {
			parts = append(parts, strings.Join(strings.FieldsFunc(v, unicode.IsControl), " "))
		}
	}
	title := strings.Join(parts, ", ")
	for len(title) > 300 { // a title is cut where all other values are refused: the description has the whole
		_, size := utf8.DecodeLastRuneInString(title)
		title = title[:len(title)-size]
	}
	return title
}

func (p *parse) description() string {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(p.value(p.r.m.Columns.Description), "\r\n", "\n"))
	for _, l := range p.r.m.Description {
		if v := p.value(l.Column); v != "" {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(l.Label + ": " + v)
		}
	}
	if b.Len() > maxValue {
		p.refuse(p.r.m.Columns.Description, "the description is longer than 100,000 bytes")
	}
	return b.String()
}

// hash is over all columns in the order of their names, each with its length before it.
func (p *parse) hash() [32]byte {
	b := append(p.r.scratch[:0], p.r.m.System...)
	for _, column := range p.r.hashed {
		for _, s := range [...]string{column, p.raw(column)} {
			b = binary.AppendUvarint(b, uint64(len(s)))
			b = append(b, s...)
		}
	}
	p.r.scratch = b
	return sha256.Sum256(b)
}
