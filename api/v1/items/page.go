package items

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
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

// inward turns the values of a body, in which people, teams and sites are named as the outside knows them, into those of the
// domain. All that are unknown are named at once.
func (a *area) inward(ctx context.Context, class string, values map[string]string) (map[string]string, error) {
	m, _, err := a.CMDB.Model(ctx)
	if err != nil {
		return nil, err
	}
	bad := cmdb.ErrValue
	out := make(map[string]string, len(values))
	for key, text := range values {
		at, ok := m.Field(class, key)
		if !ok || strings.TrimSpace(text) == "" {
			out[key] = text
			continue
		}
		where := "body.values." + key
		var id int64
		switch at.Kind {
		case model.Person:
			var u domain.UserID
			u, err = a.User(ctx, where, text)
			id = int64(u)
		case model.Team:
			var t domain.TeamID
			t, err = a.Team(ctx, where, text)
			id = int64(t)
		case model.Site:
			var s domain.SiteID
			if s, err = a.SiteByKey(ctx, text); domain.KindOf(err) == domain.NotFound {
				err = domain.ErrInvalid.With(where, "there is no such site")
			}
			id = int64(s)
		default:
			out[key] = text
			continue
		}
		switch {
		case domain.KindOf(err) == domain.Invalid && err != nil:
			bad = bad.With(where, "there is no such "+string(at.Kind))
		case err != nil:
			return nil, err
		}
		out[key] = strconv.FormatInt(id, 10)
	}
	if len(bad.Fields) > 0 {
		return nil, bad
	}
	return out, nil
}

type registerItemInput struct {
	Body struct {
		Class     string            `json:"class" maxLength:"40"`
		Status    string            `json:"status,omitempty" enum:"planned,in_stock,live,under_maintenance,retired,disposed"`
		Values    map[string]string `json:"values" doc:"By the key of the attribute: people by id, teams and sites by key, items by number"`
		Effective *time.Time        `json:"effective,omitempty" doc:"Since when it is so; now by default, never in the future"`
	}
}

func (a *area) register(ctx context.Context, in *registerItemInput) (*rest.Versioned[ItemPage], error) {
	values, err := a.inward(ctx, in.Body.Class, in.Body.Values)
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Register(ctx, cmdb.RegisterInput{Class: in.Body.Class, Status: in.Body.Status, Values: values, Origin: since(in.Body.Effective)})
	out, err := a.after(ctx, c, err)
	if err == nil {
		out.Location = route.Prefix + "/cis/" + c.Number
	}
	return out, err
}

func since(at *time.Time) (o cmdb.Origin) {
	if at != nil {
		o.Effective = *at
	}
	return o
}

type amendItemInput struct {
	rest.ByNumber
	Body struct {
		Class     *string           `json:"class,omitempty" maxLength:"40"`
		Values    map[string]string `json:"values,omitempty" doc:"What is not given stays; an empty text takes a value away"`
		Effective *time.Time        `json:"effective,omitempty" doc:"Since when it is so; now by default, never in the future"`
	}
}

func (a *area) amend(ctx context.Context, in *amendItemInput) (*rest.Versioned[ItemPage], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	was, err := a.CMDB.Get(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	class := was.Facts.Class
	if in.Body.Class != nil {
		class = *in.Body.Class
	}
	values, err := a.inward(ctx, class, in.Body.Values)
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Amend(ctx, cmdb.AmendInput{Number: in.Number, Version: version, Class: in.Body.Class, Values: values, Origin: since(in.Body.Effective)})
	return a.after(ctx, c, err)
}

type moveItemInput struct {
	rest.ByNumber
	Event string `path:"event" maxLength:"40" example:"go_live"`
	Body  struct {
		Reason string `json:"reason,omitempty"`
	}
}

func (a *area) move(ctx context.Context, in *moveItemInput) (*rest.Versioned[ItemPage], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Move(ctx, cmdb.MoveInput{Number: in.Number, Version: version, Event: in.Event, Reason: in.Body.Reason})
	return a.after(ctx, c, err)
}

func (a *area) attest(ctx context.Context, in *struct{ rest.ByNumber }) (*rest.Versioned[ItemPage], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Attest(ctx, in.Number, version)
	return a.after(ctx, c, err)
}

// ItemResult is how one item of many fared.
type ItemResult struct {
	Number string           `json:"number"`
	OK     bool             `json:"ok"`
	Error  *problem.Details `json:"error"`
}

type bulkItemsInput struct {
	Body struct {
		Numbers []string          `json:"numbers" minItems:"1" maxItems:"200"`
		Action  string            `json:"action" enum:"amend,move,attest"`
		Values  map[string]string `json:"values,omitempty" doc:"amend: only what all of them have"`
		Event   string            `json:"event,omitempty" doc:"move"`
		Reason  string            `json:"reason,omitempty" doc:"move"`
	}
}

// bulk does the same with many items, each by itself: what one refuses does not stop the others.
func (a *area) bulk(ctx context.Context, in *bulkItemsInput) (*rest.Body[rest.Items[ItemResult]], error) {
	if !a.CMDB.May(ctx, "ci."+in.Body.Action) {
		return nil, domain.ErrForbidden
	}
	out := []ItemResult{}
	for _, n := range in.Body.Numbers {
		var err error
		switch in.Body.Action {
		case "amend":
			var c cmdb.CI
			if c, err = a.CMDB.Get(ctx, n); err == nil {
				var values map[string]string
				if values, err = a.inward(ctx, c.Facts.Class, in.Body.Values); err == nil {
					_, err = a.CMDB.Amend(ctx, cmdb.AmendInput{Number: n, Values: values})
				}
			}
		case "move":
			_, err = a.CMDB.Move(ctx, cmdb.MoveInput{Number: n, Event: in.Body.Event, Reason: in.Body.Reason})
		case "attest":
			_, err = a.CMDB.Attest(ctx, n, 0)
		}
		r := ItemResult{Number: n, OK: err == nil}
		if err != nil {
			r.Error = problem.For(ctx, err)
		}
		out = append(out, r)
	}
	return rest.List(out), nil
}
