package items

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/story"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/policies"
)

type timelineInput struct {
	rest.ByNumber
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	After string `query:"after" maxLength:"40" doc:"The marker of a page"`
}

// timeline tells the history of an item, its relations and its memberships from the log, newest first. Restricted events need audit.read.
func (a *area) timeline(ctx context.Context, in *timelineInput) (*rest.Body[rest.Page[story.Entry]], error) {
	c, among, err := a.CMDB.Entities(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	seen := []domain.Visibility{domain.Public, domain.InternalV}
	if err := a.Gate.Check(ctx, "audit.read", policies.Object{}); err == nil {
		seen = append(seen, domain.Restricted)
	}
	events, err := a.Audit.Events(ctx, audit.Filter{Among: among, Visibilities: seen, After: in.After, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	page := rest.Page[story.Entry]{}
	if len(events) > in.Limit {
		events = events[:in.Limit]
		page.Next = rest.Opt(events[in.Limit-1].ID)
	}
	page.Items, err = a.entries(ctx, c, events)
	return &rest.Body[rest.Page[story.Entry]]{Body: page}, err
}

// said is what happened, to be read after a name, where the event's type does not say it well.
var said = map[string]string{"ci.registered": "registered this", "ci.amended": "changed", "ci.attested": "attested that this is right", "ci.went_live": "put this into service",
	"ci.received": "took this into stock", "ci.maintained": "took this out for maintenance", "ci.resumed": "brought this back into service", "ci.restocked": "took this back into stock",
	"ci.retired": "retired this", "ci.disposed": "disposed of this", "ci.abandoned": "abandoned this", "ci.merged": "merged this into another item", "ci.unmerged": "parted this from another item",
	"ci.withdrawn": "withdrew this: it should not have been recorded", "ci.reinstated": "brought this back", "ci_relation.related": "related", "ci_relation.unrelated": "ended a relation",
	"ci_relation.withdrawn": "withdrew a relation", "ci_relation.reinstated": "brought a relation back", "ci_membership.joined": "added this to a group", "ci_membership.left": "took this out of a group",
	"ci_membership.withdrawn": "withdrew a membership", "ci_membership.reinstated": "brought a membership back", "ci.took_over": "let this take values over", "ci.gave_back": "gave back what this had taken over",
	"ci_apart.told": "said that this is not the same as another item", "ci_apart.taken_back": "took back that this is not the same as another item"}

// unsaid are fields that a line does not show.
var unsaid = []string{"verified_at", "verified_by", "valid_from", "valid_to", "by", "source", "withdrawn", "a", "b", "stands", "evidence"}

// words are what the texts of events refer to, loaded once.
func (a *area) words(ctx context.Context, events []audit.Event) (cast, map[domain.CIID]cmdb.CI, error) {
	var users []domain.UserID
	var teams []domain.TeamID
	var ids []domain.CIID
	var numbers []string
	for _, e := range events {
		for _, ch := range e.Changes {
			if ch.Field == "items" {
				numbers = append(numbers, strings.Fields(ch.After)...)
				continue
			}
			for _, v := range []string{ch.Before, ch.After} {
				n, err := strconv.ParseInt(v, 10, 64)
				if err != nil {
					continue
				}
				switch ch.Field {
				case "owner", "used_by":
					users = append(users, domain.UserID(n))
				case "team":
					teams = append(teams, domain.TeamID(n))
				case "from", "to", "ci", "merged_into":
					ids = append(ids, domain.CIID(n))
				}
			}
		}
	}
	c, err := a.cast(ctx, nil, users...)
	if err != nil {
		return c, nil, err
	}
	if c.who, err = a.Cast(ctx, users, teams...); err != nil {
		return c, nil, err
	}
	items, err := a.CMDB.ByIDs(ctx, ids)
	if err != nil {
		return c, nil, err
	}
	apart, err := a.CMDB.ByNumbers(ctx, numbers)
	for _, x := range apart {
		items[x.ID] = x
	}
	return c, a.CMDB.Readable(ctx, items), err
}

func (a *area) entries(ctx context.Context, c cmdb.CI, events []audit.Event) ([]story.Entry, error) {
	var refs []string
	for _, e := range events {
		refs = append(refs, e.Actor)
	}
	slices.Sort(refs)
	people, err := a.People.ByRefs(ctx, slices.Compact(refs))
	if err != nil {
		return nil, err
	}
	if events, err = a.whole(ctx, events); err != nil {
		return nil, err
	}
	w, items, err := a.words(ctx, events)
	if err != nil {
		return nil, err
	}
	out := []story.Entry{}
	for _, e := range events {
		label := said[e.Type]
		if label == "" {
			_, what, _ := strings.Cut(e.Type, ".")
			label = strings.ReplaceAll(what, "_", " ")
		}
		x := story.Entry{ID: e.ID, At: e.OccurredAt, RecordedAt: e.RecordedAt, Actor: story.ActorOf(e.Actor, people), Type: e.Type, Label: label, Kind: "field", Internal: true,
			Changes: w.changes(e, c, items), Seal: story.SealOf(e), Via: e.Via}
		switch {
		case e.EntityKind != "ci":
			x.Kind = "link"
		case e.StateFrom != "" && e.StateFrom != e.StateTo:
			x.Kind = "move"
		case e.Via == string(domain.ViaImport):
			x.Kind = "import"
		}
		out = append(out, x)
	}
	return out, nil
}

// whole lends the events of relations that did not change their ends what these are: the end of a relation says what ended.
func (a *area) whole(ctx context.Context, events []audit.Event) ([]audit.Event, error) {
	var refs []string
	for _, e := range events {
		if e.EntityKind == "ci_relation" && !slices.ContainsFunc(e.Changes, func(ch audit.Change) bool { return ch.Field == "from" }) {
			refs = append(refs, e.Entity)
		}
	}
	if len(refs) == 0 {
		return events, nil
	}
	known, err := a.CMDB.RelationsByRef(ctx, refs)
	out := slices.Clone(events)
	for i, e := range out {
		r, ok := known[e.Entity]
		if !ok || !slices.Contains(refs, e.Entity) {
			continue
		}
		key := func(id domain.CIID) string { return strconv.FormatInt(int64(id), 10) }
		out[i].Changes = append(slices.Clone(e.Changes), audit.Change{Field: "from", After: key(r.FromID)}, audit.Change{Field: "to", After: key(r.ToID)}, audit.Change{Field: "type", After: r.Type})
	}
	return out, err
}

// changes lists what an event changed, in words: an item's values, or the two ends of a relation.
func (c cast) changes(e audit.Event, of cmdb.CI, items map[domain.CIID]cmdb.CI) []story.FieldChange {
	out := []story.FieldChange{}
	if e.EntityKind == "ci_relation" {
		return c.tie(e, of, items)
	}
	if e.EntityKind == "ci" && e.Version == 1 {
		return out
	}
	for _, ch := range e.Changes {
		if slices.Contains(unsaid, ch.Field) || e.EntityKind == "ci_membership" && ch.Field == "ci" {
			continue
		}
		at, known := c.model.Field(of.Facts.Class, ch.Field)
		if !known {
			at = model.Attribute{Key: ch.Field, Label: strings.ToUpper(ch.Field[:1]) + strings.ReplaceAll(ch.Field[1:], "_", " "), Kind: model.Text}
		}
		word := func(v string) *string {
			switch ch.Field {
			case "items": // the two of a pair, the other one as far as the reader may see it
				for _, x := range items {
					if x.ID != of.ID && slices.Contains(strings.Fields(v), x.Number) {
						return rest.Opt(x.Facts.Name + " (" + x.Number + ")")
					}
				}
				return nil
			case "status":
				s, _ := cmdb.Flow.State(v)
				return rest.Opt(s.Label)
			case "class":
				k, _ := c.model.Class(v)
				return rest.Opt(k.Label)
			case "merged_into":
				n, _ := strconv.ParseInt(v, 10, 64) //nolint:errcheck // zero finds nothing
				return rest.Opt(items[domain.CIID(n)].Number)
			}
			if v == "" {
				return nil
			}
			return rest.Opt(c.display(at, v))
		}
		out = append(out, story.FieldChange{Field: ch.Field, Label: at.Label, Before: word(ch.Before), After: word(ch.After), Erased: ch.Erased})
	}
	return out
}

// tie says a relation in one sentence: "runs on db-01 (CI-000007)".
func (c cast) tie(e audit.Event, of cmdb.CI, items map[domain.CIID]cmdb.CI) []story.FieldChange {
	value := map[string]string{}
	for _, ch := range e.Changes {
		if value[ch.Field] = ch.After; ch.After == "" {
			value[ch.Field] = ch.Before
		}
	}
	from, _ := strconv.ParseInt(value["from"], 10, 64) //nolint:errcheck // zero finds nothing
	to, _ := strconv.ParseInt(value["to"], 10, 64)     //nolint:errcheck // zero finds nothing
	t, _ := c.model.Relation(value["type"])
	other, label := items[domain.CIID(to)], t.Label
	if domain.CIID(from) != of.ID {
		other, label = items[domain.CIID(from)], t.Inverse
	}
	if other.Number == "" {
		return []story.FieldChange{}
	}
	text := label + " " + other.Facts.Name + " (" + other.Number + ")"
	return []story.FieldChange{{Field: "relation", Label: "Relation", After: &text}}
}

// Moments are the instants at which anything about an item changed.
type Moments struct {
	Moments  []time.Time `json:"moments" doc:"When it became so, as far as is held to be true now; oldest first"`
	Recorded []time.Time `json:"recorded" doc:"When something about it was recorded; oldest first"`
}

func (a *area) moments(ctx context.Context, in *rest.ByNumber) (*rest.Body[Moments], error) {
	valid, recorded, err := a.CMDB.Moments(ctx, in.Number)
	return &rest.Body[Moments]{Body: Moments{rest.NotNil(valid), rest.NotNil(recorded)}}, err
}

type compareInput struct {
	rest.ByNumber
	From string `query:"from" required:"true" maxLength:"40" doc:"A day or an instant"`
	To   string `query:"to" maxLength:"40" doc:"A day or an instant; now by default"`
}

// ItemComparison is in what an item differs between two moments.
type ItemComparison struct {
	From    time.Time           `json:"from"`
	To      time.Time           `json:"to"`
	Fields  []story.FieldChange `json:"fields"`
	Added   []ItemTie           `json:"added" doc:"Relations and groups that the later moment has"`
	Removed []ItemTie           `json:"removed" doc:"Relations and groups that only the earlier moment has"`
}

// ItemTie is a relation or a membership in words.
type ItemTie struct {
	Label string     `json:"label"`
	Item  *ItemBrief `json:"item"`
	Group *string    `json:"group"`
}

func between(from, to string, now time.Time) (a, b cmdb.Moment, err error) {
	if a.At, err = cmdb.ParseInstant(from); err != nil {
		return a, b, cmdb.ErrMoment.With("query.from", "a time looks like 2026-03-02 or 2026-03-02T09:00:00Z")
	}
	if b.At = now; to != "" {
		if b.At, err = cmdb.ParseInstant(to); err != nil {
			return a, b, cmdb.ErrMoment.With("query.to", "a time looks like 2026-03-02 or 2026-03-02T09:00:00Z")
		}
	}
	return a, b, nil
}

func (a *area) compare(ctx context.Context, in *compareInput) (*rest.Body[ItemComparison], error) {
	from, to, err := between(in.From, in.To, a.Now(ctx))
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Get(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	d, err := a.CMDB.Compare(ctx, in.Number, from, to)
	if err != nil {
		return nil, err
	}
	w, items, err := a.words(ctx, []audit.Event{asEvent(d.Fields)})
	if err != nil {
		return nil, err
	}
	out := ItemComparison{From: from.At, To: to.At, Fields: w.changes(asEvent(d.Fields), c, items), Added: []ItemTie{}, Removed: []ItemTie{}}
	put := func(added bool, t ItemTie) {
		if added {
			out.Added = append(out.Added, t)
		} else {
			out.Removed = append(out.Removed, t)
		}
	}
	for _, t := range d.Relations {
		kind, _ := w.model.Relation(t.Relation.Type)
		b := brief(t.Other, w.model)
		tie := ItemTie{Label: kind.Label, Item: &b}
		if t.Relation.ToID == c.ID {
			tie.Label = kind.Inverse
		}
		put(t.Added, tie)
	}
	for _, t := range d.Memberships {
		put(t.Added, ItemTie{Label: "is in the group", Group: &t.Group})
	}
	return &rest.Body[ItemComparison]{Body: out}, nil
}

// asEvent lends differences the form of an event, whose words are known.
func asEvent(fields []domain.FieldChange) audit.Event {
	e := audit.Event{EntityKind: "ci", Version: 2}
	for _, f := range fields {
		e.Changes = append(e.Changes, audit.Change{Field: f.Field, Before: f.Before, After: f.After})
	}
	return e
}

type compareGroupInput struct {
	ByKey
	From string `query:"from" required:"true" maxLength:"40"`
	To   string `query:"to" maxLength:"40"`
}

// GroupComparison is in what a group differs between two moments.
type GroupComparison struct {
	From    time.Time     `json:"from"`
	To      time.Time     `json:"to"`
	Joined  []ItemBrief   `json:"joined"`
	Left    []ItemBrief   `json:"left"`
	Changed []GroupChange `json:"changed" doc:"Items that are in it at both moments and differ; up to 500"`
}

// GroupChange is one item of a group that differs.
type GroupChange struct {
	Item   ItemBrief           `json:"item"`
	Fields []story.FieldChange `json:"fields"`
}

func (a *area) compareGroup(ctx context.Context, in *compareGroupInput) (*rest.Body[GroupComparison], error) {
	from, to, err := between(in.From, in.To, a.Now(ctx))
	if err != nil {
		return nil, err
	}
	joined, left, changed, err := a.CMDB.CompareGroup(ctx, in.Key, from, to)
	if err != nil {
		return nil, err
	}
	out := GroupComparison{From: from.At, To: to.At, Joined: []ItemBrief{}, Left: []ItemBrief{}, Changed: []GroupChange{}}
	numbers := slices.Sorted(maps.Keys(changed))
	items, err := a.CMDB.ByNumbers(ctx, numbers)
	if err != nil {
		return nil, err
	}
	var events []audit.Event
	for _, n := range numbers {
		events = append(events, asEvent(changed[n]))
	}
	w, referred, err := a.words(ctx, events)
	if err != nil {
		return nil, err
	}
	for _, c := range joined {
		out.Joined = append(out.Joined, brief(c, w.model))
	}
	for _, c := range left {
		out.Left = append(out.Left, brief(c, w.model))
	}
	for i, n := range numbers {
		out.Changed = append(out.Changed, GroupChange{Item: brief(items[n], w.model), Fields: w.changes(events[i], items[n], referred)})
	}
	return &rest.Body[GroupComparison]{Body: out}, nil
}
