// Package items is the part of the REST API about configuration items: lists at any moment, an item with where each of
// its values is from, its relations and groups, its history, and the model that says what there is to be known.
package items

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/policies"
)

// Gate answers who may do what (policies.Engine).
type Gate interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Decide(ctx context.Context, actor domain.Actor, action string, o policies.Object) policies.Decision
}

// Deps is what these routes are composed from.
type Deps struct {
	*who.Directory
	Gate   Gate
	CMDB   *cmdb.Service
	People *people.Service
	Audit  *audit.Log
	Now    func(ctx context.Context) time.Time
}

type area struct{ Deps }

// Routes offers them.
func Routes(b *route.Book, d Deps) {
	a := &area{d}
	route.Add(b, "list-cis", a.list)
	route.Add(b, "create-ci", a.register)
	route.Add(b, "get-ci", a.get)
	route.Add(b, "amend-ci", a.amend)
	route.Add(b, "move-ci", a.move)
	route.Add(b, "attest-ci", a.attest)
	route.Add(b, "bulk-cis", a.bulk)
	route.Add(b, "relate-ci", a.relate)
	route.Add(b, "unrelate-ci", a.unrelate)
	route.Add(b, "ci-timeline", a.timeline)
	route.Add(b, "ci-moments", a.moments)
	route.Add(b, "compare-ci", a.compare)
	route.Add(b, "list-ci-groups", a.groups)
	route.Add(b, "get-ci-group", a.group)
	route.Add(b, "set-ci-group", a.setGroup)
	route.Add(b, "join-ci-group", a.join)
	route.Add(b, "leave-ci-group", a.leave)
	route.Add(b, "compare-ci-group", a.compareGroup)
	route.Add(b, "cmdb-model", a.model)
}

// Item is a configuration item as lists show it.
type Item struct {
	Number        string            `json:"number" example:"CI-000123"`
	Name          string            `json:"name"`
	Class         string            `json:"class"`
	ClassLabel    string            `json:"class_label"`
	Status        string            `json:"status" enum:"planned,in_stock,live,under_maintenance,retired,disposed"`
	StatusLabel   string            `json:"status_label"`
	Tone          string            `json:"tone" enum:"new,progress,waiting,done,closed,refused" doc:"How the status looks"`
	Environment   *string           `json:"environment"`
	Criticality   *int              `json:"criticality" doc:"1 the most critical to 4; null: not rated"`
	Team          *who.Team         `json:"team"`
	Owner         *who.Person       `json:"owner"`
	UsedBy        *who.Person       `json:"used_by"`
	Site          *string           `json:"site" doc:"Its name"`
	Serial        *string           `json:"serial"`
	AssetTag      *string           `json:"asset_tag"`
	Tags          []string          `json:"tags"`
	WarrantyUntil *string           `json:"warranty_until" format:"date"`
	SupportUntil  *string           `json:"support_until" format:"date"`
	SeenAt        *time.Time        `json:"seen_at" doc:"When somebody attested it, or a source saw it, last"`
	UpdatedAt     time.Time         `json:"updated_at"`
	Version       int64             `json:"version"`
	Values        map[string]string `json:"values" doc:"The values of the attributes of its class, as text"`
}

// tones of a status.
var tones = map[string]string{cmdb.Planned: "new", cmdb.InStock: "waiting", cmdb.Live: "done", cmdb.UnderMaintenance: "waiting", cmdb.Retired: "closed", cmdb.Disposed: "closed"}

// cast is what the rows of items need beside them, loaded once.
type cast struct {
	model model.Model
	who   who.Cast
	sites map[domain.SiteID]people.Site
	seen  map[domain.CIID]*time.Time
	items map[string]cmdb.CI // that values refer to, by number
}

func (a *area) cast(ctx context.Context, list []cmdb.CI, more ...domain.UserID) (c cast, err error) {
	users, ids := more, make([]domain.CIID, 0, len(list))
	var teams []domain.TeamID
	for _, i := range list {
		ids = append(ids, i.ID)
		users, teams = append(users, i.Facts.OwnerID, i.Facts.UsedBy), append(teams, i.Facts.TeamID)
	}
	if c.model, _, err = a.CMDB.Model(ctx); err != nil {
		return c, err
	}
	if c.who, err = a.Cast(ctx, users, teams...); err != nil {
		return c, err
	}
	if c.sites, err = a.People.SitesByID(ctx); err != nil {
		return c, err
	}
	c.seen, err = a.CMDB.LastSeen(ctx, ids)
	return c, err
}

// item is a row.
func (c cast) item(i cmdb.CI) Item {
	f := i.Facts
	class, _ := c.model.Class(f.Class)
	status, _ := cmdb.Flow.State(f.Status)
	out := Item{Number: i.Number, Name: f.Name, Class: f.Class, ClassLabel: class.Label, Status: f.Status, StatusLabel: status.Label, Tone: tones[f.Status],
		Environment: rest.Opt(f.Environment), Team: c.who.Team(f.TeamID), Owner: c.who.Person(f.OwnerID), UsedBy: c.who.Person(f.UsedBy), Serial: rest.Opt(f.Serial),
		AssetTag: rest.Opt(f.AssetTag), Tags: rest.NotNil(f.TagList()), WarrantyUntil: rest.Opt(f.WarrantyUntil), SupportUntil: rest.Opt(f.SupportUntil),
		SeenAt: c.seen[i.ID], UpdatedAt: i.UpdatedAt, Version: i.Version, Values: map[string]string{}}
	if class.Label == "" {
		out.ClassLabel = f.Class
	}
	if f.Criticality > 0 {
		out.Criticality = &f.Criticality
	}
	if s, ok := c.sites[f.SiteID]; ok {
		out.Site = &s.Name
	}
	if f.VerifiedAt != nil && (out.SeenAt == nil || f.VerifiedAt.After(*out.SeenAt)) {
		out.SeenAt = f.VerifiedAt
	}
	for _, at := range c.model.Attributes(f.Class) {
		if text := f.Text(at.Key); text != "" {
			out.Values[at.Key] = text
		}
	}
	return out
}

func (c cast) rows(list []cmdb.CI) []Item {
	out := make([]Item, len(list))
	for i, ci := range list {
		out[i] = c.item(ci)
	}
	return out
}

// SiteByKey implements cmdb.Names.
func (a *area) SiteByKey(ctx context.Context, key string) (domain.SiteID, error) {
	s, err := a.People.SiteByKey(ctx, key)
	return s.ID, err
}

// listInput describes the filter to readers of the API; package cmdb reads the query itself, so that unknown names are refused.
type listInput struct {
	Class       string `query:"class" doc:"Keys of classes, with those below them; several with commas"`
	Status      string `query:"status"`
	Environment string `query:"environment"`
	Criticality string `query:"criticality" doc:"1 to 4; 0: not rated"`
	Team        string `query:"team" doc:"A key, or none"`
	Owner       string `query:"owner" doc:"An id, me, or none"`
	UsedBy      string `query:"used_by" doc:"An id, me, or none"`
	Site        string `query:"site" doc:"A key, or none"`
	Tag         string `query:"tag"`
	Group       string `query:"group" doc:"The key of a group: who is in it at that moment"`
	Stale       string `query:"stale" doc:"Confirmed by nobody and nothing for so many days"`
	Q           string `query:"q" doc:"Words in number, name, serial number, asset tag, addresses, people and attributes"`
	At          string `query:"at" doc:"As it was then: a day or an instant"`
	Known       string `query:"known" doc:"As it was known then"`
	Sort        string `query:"sort" doc:"name, number, updated_at, criticality or verified_at, with - in front for the other direction"`
	After       string `query:"after"`
	Limit       string `query:"limit" doc:"1 to 200; 50"`
	Count       string `query:"count" enum:"true,false"`
}

func (a *area) list(ctx context.Context, _ *listInput) (*rest.Body[rest.Page[Item]], error) {
	f, err := cmdb.ParseQuery(rest.Request(ctx).URL.RawQuery)
	if err != nil {
		return nil, err
	}
	p, err := a.CMDB.List(ctx, f, a)
	if err != nil {
		return nil, err
	}
	c, err := a.cast(ctx, p.Items)
	if err != nil {
		return nil, err
	}
	return &rest.Body[rest.Page[Item]]{Body: rest.Page[Item]{Items: c.rows(p.Items), Next: rest.Opt(p.Next), Total: p.Total}}, nil
}

// CMDBModel is the model of the CMDB, with its version.
type CMDBModel struct {
	Version   int64           `json:"version"`
	Classes   []ItemClass     `json:"classes"`
	Relations []RelationType  `json:"relations"`
	Core      []ItemAttribute `json:"core" doc:"What every item has"`
	Statuses  []ItemStatus    `json:"statuses"`
	Junk      []string        `json:"junk" doc:"Values that identify nothing"`
}

// ItemClass is a kind of item.
type ItemClass struct {
	Key        string          `json:"key"`
	Label      string          `json:"label"`
	Parent     *string         `json:"parent"`
	Hint       *string         `json:"hint"`
	Abstract   bool            `json:"abstract"`
	Attributes []ItemAttribute `json:"attributes" doc:"Its own; it has those of the classes above it as well"`
}

// ItemAttribute is something that items have a value of.
type ItemAttribute struct {
	Key     string   `json:"key"`
	Label   string   `json:"label"`
	Kind    string   `json:"kind"`
	Options []string `json:"options"`
	Class   *string  `json:"class" doc:"What a reference refers to"`
	Unit    *string  `json:"unit"`
	Hint    *string  `json:"hint"`
	Wanted  bool     `json:"wanted" doc:"Counts for completeness"`
}

// RelationType is a way in which items belong together.
type RelationType struct {
	Key     string  `json:"key"`
	Label   string  `json:"label"`
	Inverse string  `json:"inverse"`
	Forth   bool    `json:"forth" doc:"When the first fails, the second suffers"`
	Back    bool    `json:"back" doc:"When the second fails, the first suffers"`
	Acyclic bool    `json:"acyclic"`
	Hint    *string `json:"hint"`
}

// ItemStatus is a state of the life of an item.
type ItemStatus struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Tone  string `json:"tone"`
	Hint  string `json:"hint"`
}

func attributes(list []model.Attribute) []ItemAttribute {
	out := []ItemAttribute{}
	for _, at := range list {
		out = append(out, ItemAttribute{Key: at.Key, Label: at.Label, Kind: string(at.Kind), Options: rest.NotNil(at.Options), Class: rest.Opt(at.Class), Unit: rest.Opt(at.Unit), Hint: rest.Opt(at.Hint), Wanted: at.Wanted})
	}
	return out
}

func (a *area) model(ctx context.Context, _ *rest.Empty) (*rest.Versioned[CMDBModel], error) {
	if !a.CMDB.May(ctx, "ci.read") {
		return nil, domain.ErrForbidden
	}
	m, version, err := a.CMDB.Model(ctx)
	if err != nil {
		return nil, err
	}
	out := CMDBModel{Version: version, Core: attributes(model.Core), Classes: []ItemClass{}, Relations: []RelationType{}, Statuses: []ItemStatus{}, Junk: rest.NotNil(m.Junk)}
	for _, c := range m.Classes {
		out.Classes = append(out.Classes, ItemClass{Key: c.Key, Label: c.Label, Parent: rest.Opt(c.Parent), Hint: rest.Opt(c.Hint), Abstract: c.Abstract, Attributes: attributes(c.Attributes)})
	}
	for _, r := range m.Relations {
		out.Relations = append(out.Relations, RelationType{Key: r.Key, Label: r.Label, Inverse: r.Inverse, Forth: r.Forth, Back: r.Back, Acyclic: r.Acyclic, Hint: rest.Opt(r.Hint)})
	}
	for _, s := range cmdb.Flow.States {
		out.Statuses = append(out.Statuses, ItemStatus{Name: s.Name, Label: s.Label, Tone: tones[s.Name], Hint: s.Hint})
	}
	return &rest.Versioned[CMDBModel]{ETag: `"m` + strconv.FormatInt(version, 10) + `"`, Body: out}, nil
}

// moves turns the offers of the life of an item into what its page shows.
func (a *area) moves(ctx context.Context, c cmdb.CI) []ItemMove {
	out := []ItemMove{}
	if c.Facts.Presence != cmdb.Present {
		return out
	}
	for _, offer := range cmdb.Flow.Offer(c.Facts.Status, func(string) error { return nil }) {
		mv := offer.Move
		to, _ := cmdb.Flow.State(mv.To)
		m := ItemMove{Event: mv.Event, Label: mv.Label, Tone: mv.Tone, To: mv.To, ToLabel: to.Label, Requires: rest.NotNil(mv.Requires)}
		if !a.Gate.Decide(ctx, domain.ActorFrom(ctx), mv.Action, c.Object()).Allowed {
			m.Blocked = rest.Opt("your roles do not allow it")
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(x, y ItemMove) int { return rank(x) - rank(y) })
	return out
}

func rank(m ItemMove) int {
	switch m.Tone {
	case flow.Primary:
		return 0
	case flow.Danger:
		return 2
	}
	return 1
}
