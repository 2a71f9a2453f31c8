package items

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// ItemPage is a configuration item with everything that its page shows.
type ItemPage struct {
	Item
	Presence   string          `json:"presence" enum:"present,merged,withdrawn"`
	MergedInto *string         `json:"merged_into" doc:"The number of the item that it is part of now"`
	Attributes []ItemValue     `json:"attributes"`
	Relations  []ItemRelation  `json:"relations"`
	Groups     []ItemGroup     `json:"groups"`
	Moves      []ItemMove      `json:"moves"`
	May        map[string]bool `json:"may"`
	Missing    []string        `json:"missing" doc:"Wanted attributes without a value"`
	OldestAt   *time.Time      `json:"oldest_at" doc:"When the oldest of the wanted values was observed"`
	VerifiedAt *time.Time      `json:"verified_at"`
	VerifiedBy *who.Person     `json:"verified_by"`
	CreatedAt  time.Time       `json:"created_at"`
	At         *time.Time      `json:"at" doc:"The moment that is shown; null: now"`
	Known      *time.Time      `json:"known" doc:"As it was known then; null: now"`
}

// ItemValue is one attribute of an item with its value and where that is from.
type ItemValue struct {
	Key        string      `json:"key"`
	Label      string      `json:"label"`
	Kind       string      `json:"kind"`
	Core       bool        `json:"core"`
	Wanted     bool        `json:"wanted"`
	Unit       *string     `json:"unit"`
	Options    []string    `json:"options"`
	Class      *string     `json:"class" doc:"What a reference refers to"`
	Value      *string     `json:"value" doc:"As text: people by id, teams and sites by key, items by number"`
	Display    *string     `json:"display" doc:"As people read it"`
	Person     *who.Person `json:"person,omitempty"`
	Source     *string     `json:"source" doc:"The key of the source; null: by hand"`
	ObservedAt *time.Time  `json:"observed_at"`
	By         *who.Person `json:"by"`
}

// ItemMove is a move of the life of an item.
type ItemMove struct {
	Event    string   `json:"event"`
	Label    string   `json:"label"`
	Tone     string   `json:"tone"`
	To       string   `json:"to"`
	ToLabel  string   `json:"to_label"`
	Requires []string `json:"requires"`
	Blocked  *string  `json:"blocked" doc:"Why it is not possible now"`
}

// AsOf picks what is looked at.
type AsOf struct {
	At    string `query:"at" maxLength:"40" doc:"As it was then: a day or an instant"`
	Known string `query:"known" maxLength:"40" doc:"As it was known then"`
}

// read reads the two times of a query.
func (m AsOf) read() (out cmdb.Moment, err error) {
	for _, p := range []struct {
		dst        *time.Time
		text, name string
	}{{&out.At, m.At, "at"}, {&out.Known, m.Known, "known"}} {
		if p.text == "" {
			continue
		}
		if *p.dst, err = cmdb.ParseInstant(p.text); err != nil {
			return out, cmdb.ErrMoment.With("query."+p.name, "a time looks like 2026-03-02 or 2026-03-02T09:00:00Z")
		}
	}
	return out, nil
}

type getInput struct {
	rest.ByNumber
	rest.IfNoneMatch
	AsOf
}

func (a *area) get(ctx context.Context, in *getInput) (*rest.Versioned[ItemPage], error) {
	m, err := in.read()
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.At(ctx, in.Number, m)
	if err != nil {
		return nil, err
	}
	return a.page(ctx, c, m)
}

func (a *area) after(ctx context.Context, c cmdb.CI, err error) (*rest.Versioned[ItemPage], error) {
	if err != nil {
		return nil, err
	}
	return a.page(ctx, c, cmdb.Moment{})
}

func (a *area) page(ctx context.Context, c cmdb.CI, m cmdb.Moment) (*rest.Versioned[ItemPage], error) {
	users := []domain.UserID{c.Facts.VerifiedBy}
	for _, v := range c.Facts.Values {
		users = append(users, v.By)
	}
	all, err := a.cast(ctx, []cmdb.CI{c}, users...)
	if err != nil {
		return nil, err
	}
	fresh, err := a.CMDB.Fresh(ctx, c)
	if err != nil {
		return nil, err
	}
	out := ItemPage{Item: all.item(c), Presence: string(c.Facts.Presence), Missing: rest.NotNil(fresh.Missing), OldestAt: fresh.Oldest, VerifiedAt: c.Facts.VerifiedAt,
		VerifiedBy: all.who.Person(c.Facts.VerifiedBy), CreatedAt: c.CreatedAt, Moves: []ItemMove{}, May: a.may(ctx, c, m)}
	if m.Now() {
		out.Moves = a.moves(ctx, c)
	}
	if !m.At.IsZero() {
		out.At = &m.At
	}
	if !m.Known.IsZero() {
		out.Known = &m.Known
	}
	if c.Facts.MergedInto != 0 {
		into, err := a.CMDB.ByIDs(ctx, []domain.CIID{c.Facts.MergedInto})
		if err != nil {
			return nil, err
		}
		out.MergedInto = rest.Opt(into[c.Facts.MergedInto].Number)
	}
	if out.Attributes, err = a.values(ctx, c, all); err != nil {
		return nil, err
	}
	if out.Relations, err = a.relations(ctx, c, m, all.model); err != nil {
		return nil, err
	}
	if out.Groups, err = a.memberships(ctx, c, m); err != nil {
		return nil, err
	}
	return &rest.Versioned[ItemPage]{ETag: rest.ETag(c.Version), Body: out}, nil
}

// verbs are what an item's page may offer.
var verbs = []string{"amend", "move", "retire", "attest", "relate", "group", "merge"}

// may tells which verbs the actor may use on an item; the past cannot be altered from its own page.
func (a *area) may(ctx context.Context, c cmdb.CI, m cmdb.Moment) map[string]bool {
	out := map[string]bool{}
	for _, verb := range verbs {
		out[verb] = m.Now() && (c.Facts.Presence == cmdb.Present || verb == "merge") && a.Gate.Decide(ctx, domain.ActorFrom(ctx), "ci."+verb, c.Object()).Allowed
	}
	return out
}

func (a *area) values(ctx context.Context, c cmdb.CI, all cast) ([]ItemValue, error) {
	var referred []string
	fields := all.model.Fields(c.Facts.Class)
	for _, at := range fields {
		if text := c.Facts.Text(at.Key); at.Kind == model.Reference && text != "" {
			referred = append(referred, text)
		}
	}
	items, err := a.CMDB.ByNumbers(ctx, referred)
	if err != nil {
		return nil, err
	}
	all.items = items
	known := map[string]bool{}
	out := []ItemValue{}
	for _, at := range fields {
		known[at.Key] = true
		out = append(out, all.value(at, c.Facts.Values[at.Key]))
	}
	for _, key := range slices.Sorted(maps.Keys(c.Facts.Values)) { // what the model of that time had and today's has not
		if !known[key] {
			out = append(out, all.value(model.Attribute{Key: key, Label: key, Kind: model.Text}, c.Facts.Values[key]))
		}
	}
	return out, nil
}

func (c cast) value(at model.Attribute, v cmdb.Value) ItemValue {
	out := ItemValue{Key: at.Key, Label: at.Label, Kind: string(at.Kind), Core: model.IsCore(at.Key), Wanted: at.Wanted, Unit: rest.Opt(at.Unit), Options: rest.NotNil(at.Options), Class: rest.Opt(at.Class)}
	if v.Text == "" {
		return out
	}
	out.Source, out.ObservedAt, out.By = rest.Opt(v.Source), &v.ObservedAt, c.who.Person(v.By)
	out.Value, out.Display = rest.Opt(v.Text), rest.Opt(c.display(at, v.Text))
	id, _ := strconv.ParseInt(v.Text, 10, 64) //nolint:errcheck // canonical where it matters
	switch at.Kind {
	case model.Person:
		out.Person = c.who.Person(domain.UserID(id))
		if out.Person != nil {
			out.Value = &out.Person.ID
		}
	case model.Team:
		if t := c.who.Team(domain.TeamID(id)); t != nil {
			out.Value = &t.ID
		}
	case model.Site:
		out.Value = rest.Opt(c.sites[domain.SiteID(id)].Key)
	}
	return out
}

// display is a value as people read it; no internal key leaves the server.
func (c cast) display(at model.Attribute, text string) string {
	id, _ := strconv.ParseInt(text, 10, 64) //nolint:errcheck // canonical where it matters
	switch at.Kind {
	case model.Person:
		return c.who.Name(domain.UserID(id))
	case model.Team:
		if t := c.who.Team(domain.TeamID(id)); t != nil {
			return t.Name
		}
		return ""
	case model.Site:
		return c.sites[domain.SiteID(id)].Name
	case model.Boolean:
		return map[string]string{"true": "yes", "false": "no"}[text]
	case model.Reference:
		if i, ok := c.items[text]; ok {
			return i.Facts.Name + " (" + text + ")"
		}
	case model.Number:
		if at.Unit != "" {
			return text + " " + at.Unit
		}
	}
	return text
}
