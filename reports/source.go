package reports

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// source is what an export takes its rows from: a list, with the rights to it.
type source interface {
	// permitted refuses who may export none of it.
	permitted(ctx context.Context) error
	totals(ctx context.Context) (readable, exportable int64, err error)
	columns(ctx context.Context) ([]column, error)
	// beside are the sheets of a workbook beside that of the rows.
	beside() []table
	// each yields the values of every row, and those of the rows beside it; paged is called after each page.
	each(ctx context.Context, yield func(values []any) error, beside func(sheet int, values []any) error, paged func() error) error
}

// Names turns what the outside calls people, teams and sites into keys, for the filters of lists.
type Names interface {
	ticket.Names
	SiteByKey(ctx context.Context, key string) (domain.SiteID, error)
}

func (e *Exports) source(q Request) source {
	if q.Kind == Items {
		return itemSource{e, q}
	}
	if q.Filter.Kind == domain.KindChange {
		return &changeSource{ticketSource: ticketSource{e, q}}
	}
	return ticketSource{e, q}
}

// ticketSource is a list of records.
type ticketSource struct {
	e *Exports
	q Request
}

func (s ticketSource) permitted(ctx context.Context) error {
	kinds := domain.Records[:]
	if s.q.Filter.Kind != "" {
		kinds = []domain.Kind{s.q.Filter.Kind}
	}
	for _, k := range kinds {
		if s.e.Gate.May(ctx, string(k)+".export") {
			return nil
		}
	}
	return errNoExport
}

var errNoExport = domain.ErrForbidden.Because("Your roles do not let you export that.")

func (s ticketSource) totals(ctx context.Context) (readable, exportable int64, err error) {
	return s.e.Tickets.Totals(ctx, s.q.Filter, s.e.Names)
}

func (s ticketSource) columns(context.Context) ([]column, error) {
	return columnsOf(s.q.Filter.Kind), nil
}

func (s ticketSource) beside() []table { return nil }

func (s ticketSource) each(ctx context.Context, yield func(values []any) error, _ func(int, []any) error, paged func() error) error {
	columns := columnsOf(s.q.Filter.Kind)
	var known names
	values := make([]any, len(columns))
	return s.e.Tickets.Each(ctx, s.q.Filter, s.e.Names, func(page []ticket.Ticket) error {
		records, err := s.e.store.records(ctx, s.q.Filter.Kind, page, nil, &known)
		if err != nil {
			return err
		}
		for i := range records {
			for j, c := range columns {
				values[j] = c.value(&records[i])
			}
			if err := yield(values); err != nil {
				return err
			}
		}
		return paged()
	})
}

// items is the list that an export of configuration items takes its rows from (cmdb.Service).
type items interface {
	Each(ctx context.Context, f cmdb.Filter, names cmdb.Names, yield func([]cmdb.CI) error) error
	Totals(ctx context.Context, f cmdb.Filter, names cmdb.Names) (readable, exportable int64, err error)
	Model(ctx context.Context) (model.Model, int64, error)
}

// itemSource is a list of configuration items: their numbers, what every item has, and the attributes of the classes that the
// filter names, or of all.
type itemSource struct {
	e *Exports
	q Request
}

func (s itemSource) permitted(ctx context.Context) error {
	if s.e.Gate.May(ctx, "ci.export") {
		return nil
	}
	return errNoExport
}

func (s itemSource) totals(ctx context.Context) (readable, exportable int64, err error) {
	return s.e.CMDB.Totals(ctx, s.q.Items, s.e.Names)
}

// itemFront and itemEnd are the columns around the attributes.
var (
	itemFront = []column{
		{"Number", "What people call the item", 14, nil}, {"Class", "What sort of thing it is", 20, nil}, {"Status", "Where it stands in its life", 18, nil},
	}
	itemEnd = []column{
		{"Attested at", "When somebody said last that all of this is right", 19, nil}, {"Attested by", "Who said so", 22, nil},
		{"Oldest observation", "When the oldest of these values was observed", 19, nil}, {"Sources", "Which sources they are from; nothing for what people wrote by hand", 20, nil},
		{"Updated", "When it changed last", 19, nil}, {"Version", "How many events of the log it has; the last one made it what it is here", 9, nil},
	}
)

// maxAttributes is how many attributes of classes an export has columns for.
const maxAttributes = 150

// attributes are those that have a column: the core, and then those of the classes, each key once.
func (s itemSource) attributes(ctx context.Context) (model.Model, []model.Attribute, error) {
	m, _, err := s.e.CMDB.Model(ctx)
	if err != nil {
		return m, nil, err
	}
	out := slices.Clone(model.Core)
	for _, c := range m.Classes {
		named := len(s.q.Items.Classes) == 0 || slices.ContainsFunc(s.q.Items.Classes, func(key string) bool { return m.IsA(c.Key, key) || m.IsA(key, c.Key) })
		for _, a := range c.Attributes {
			if named && len(out) < maxAttributes && !slices.ContainsFunc(out, func(x model.Attribute) bool { return x.Key == a.Key }) {
				out = append(out, a)
			}
		}
	}
	return m, out, nil
}

func (s itemSource) columns(ctx context.Context) ([]column, error) {
	_, attributes, err := s.attributes(ctx)
	out := slices.Clone(itemFront)
	for _, a := range attributes {
		name := a.Label
		if a.Unit != "" {
			name += " (" + a.Unit + ")"
		}
		for slices.ContainsFunc(out, func(c column) bool { return c.name == name }) {
			name += " (" + a.Key + ")"
		}
		meaning := a.Hint
		if meaning == "" {
			meaning = "The attribute " + a.Key
		}
		out = append(out, column{name: name, meaning: meaning, width: 18})
	}
	return append(out, itemEnd...), err
}

func (s itemSource) beside() []table { return nil }

func (s itemSource) each(ctx context.Context, yield func(values []any) error, _ func(int, []any) error, paged func() error) error {
	m, attributes, err := s.attributes(ctx)
	if err != nil {
		return err
	}
	var known names
	values := make([]any, len(itemFront)+len(attributes)+len(itemEnd))
	return s.e.CMDB.Each(ctx, s.q.Items, s.e.Names, func(page []cmdb.CI) error {
		var people []domain.UserID
		for _, c := range page {
			people = append(people, c.Facts.OwnerID, c.Facts.UsedBy, c.Facts.VerifiedBy)
		}
		if err := s.e.store.learn(ctx, &known, people); err != nil {
			return err
		}
		for _, c := range page {
			itemRow(values, m, attributes, c, known)
			if err := yield(values); err != nil {
				return err
			}
		}
		return paged()
	})
}

// itemRow fills the values of one item.
func itemRow(values []any, m model.Model, attributes []model.Attribute, c cmdb.CI, known names) {
	f := c.Facts
	class, status := f.Class, f.Status
	if k, ok := m.Class(f.Class); ok {
		class = k.Label
	}
	if st, ok := cmdb.Flow.State(f.Status); ok {
		status = st.Label
	}
	at := copy(values, []any{c.Number, class, status})
	oldest, sources := f.VerifiedAt, []string{}
	for _, a := range attributes {
		v := f.Values[a.Key]
		values[at] = nil
		if v.Text != "" {
			values[at] = itemValue(a, v.Text, f, known)
			if v.Source != "" && !slices.Contains(sources, v.Source) {
				sources = append(sources, v.Source)
			}
			if oldest == nil || v.ObservedAt.Before(*oldest) {
				observed := v.ObservedAt
				oldest = &observed
			}
		}
		at++
	}
	slices.Sort(sources)
	copy(values[at:], []any{when(f.VerifiedAt), known.people[f.VerifiedBy], when(oldest), strings.Join(sources, ", "), when(&c.UpdatedAt), c.Version})
}

func itemValue(a model.Attribute, text string, f cmdb.Facts, known names) any {
	switch a.Kind {
	case model.Person:
		if a.Key == "owner" {
			return known.people[f.OwnerID]
		}
		return known.people[f.UsedBy]
	case model.Team:
		return known.teams[f.TeamID]
	case model.Site:
		return known.sites[f.SiteID]
	case model.Boolean:
		return yes(text == "true")
	}
	return text
}

// Words says what a request asks for, in words.
func (q Request) Words() string {
	if q.Kind != Items {
		return Words(q.Filter)
	}
	f := q.Items
	var parts []string
	say := func(format string, v string) {
		if v != "" {
			parts = append(parts, fmt.Sprintf(format, v))
		}
	}
	say("of the class %s, with those below it", strings.Join(f.Classes, " or "))
	say("that are %s", strings.ReplaceAll(strings.Join(f.Statuses, " or "), "_", " "))
	say("of the environment %s", strings.Join(f.Environments, " or "))
	say("of criticality %s", strings.Join(f.Criticality, " or "))
	say("of the team %s", f.Team)
	say("owned by %s", f.Owner)
	say("used by %s", f.UsedBy)
	say("at the site %s", f.Site)
	say("tagged %s", f.Tag)
	say("in the group %s", f.Group)
	keys := make([]string, 0, len(f.Attributes))
	for k := range f.Attributes {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		parts = append(parts, fmt.Sprintf("whose %s is “%s”", strings.ReplaceAll(k, "_", " "), f.Attributes[k]))
	}
	if f.StaleDays > 0 {
		parts = append(parts, fmt.Sprintf("confirmed by nobody for %d days", f.StaleDays))
	}
	say("that have the words “%s”", f.Q)
	what := "Configuration items"
	if len(parts) > 0 {
		what += " " + strings.Join(parts, ", ")
	}
	if !f.Moment.At.IsZero() {
		what += ", as they were at " + instant(&f.Moment.At)
	}
	if !f.Moment.Known.IsZero() {
		what += ", as was known at " + instant(&f.Moment.Known)
	}
	return what
}
