package items

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// ItemRelation is a relation as one of its items sees it.
type ItemRelation struct {
	ID         string     `json:"id"`
	Type       string     `json:"type"`
	Label      string     `json:"label" doc:"From this item to the other: runs on, is used by"`
	Outgoing   bool       `json:"outgoing" doc:"This item is the first one"`
	Other      ItemBrief  `json:"other"`
	Redundancy *string    `json:"redundancy"`
	Needed     *int       `json:"needed" doc:"How many of the redundancy it takes"`
	Spreads    string     `json:"spreads" enum:"to_other,to_this,both,none" doc:"Where a failure goes along it"`
	Source     *string    `json:"source"`
	Since      time.Time  `json:"since"`
	Until      *time.Time `json:"until"`
}

// ItemBrief is an item in a few words.
type ItemBrief struct {
	Number      string `json:"number"`
	Name        string `json:"name"`
	Class       string `json:"class"`
	ClassLabel  string `json:"class_label"`
	Status      string `json:"status"`
	StatusLabel string `json:"status_label"`
	Tone        string `json:"tone"`
	Criticality *int   `json:"criticality"`
}

func brief(c cmdb.CI, m model.Model) ItemBrief {
	class, _ := m.Class(c.Facts.Class)
	status, _ := cmdb.Flow.State(c.Facts.Status)
	out := ItemBrief{Number: c.Number, Name: c.Facts.Name, Class: c.Facts.Class, ClassLabel: class.Label, Status: c.Facts.Status, StatusLabel: status.Label, Tone: tones[c.Facts.Status]}
	if c.Facts.Criticality > 0 {
		out.Criticality = &c.Facts.Criticality
	}
	return out
}

func (a *area) relations(ctx context.Context, c cmdb.CI, at cmdb.Moment, m model.Model) ([]ItemRelation, error) {
	_, rows, others, err := a.CMDB.Relations(ctx, c.Number, at)
	if err != nil {
		return nil, err
	}
	out := []ItemRelation{}
	for _, r := range rows {
		t, _ := m.Relation(r.Type)
		x := ItemRelation{ID: r.Ref, Type: r.Type, Label: t.Label, Outgoing: r.FromID == c.ID, Other: brief(others[r.FromID+r.ToID-c.ID], m), Redundancy: rest.Opt(r.Redundancy),
			Source: rest.Opt(r.Source), Since: r.ValidFrom, Until: r.ValidTo, Spreads: spreads(t, r.FromID == c.ID)}
		if !x.Outgoing {
			x.Label = t.Inverse
		}
		if r.Needed > 0 {
			x.Needed = &r.Needed
		}
		out = append(out, x)
	}
	return out, nil
}

func spreads(t model.RelationType, outgoing bool) string {
	forth, back := t.Forth, t.Back
	if !outgoing {
		forth, back = back, forth
	}
	switch {
	case forth && back:
		return "both"
	case forth:
		return "to_other"
	case back:
		return "to_this"
	}
	return "none"
}

type relateInput struct {
	rest.ByNumber
	Body struct {
		Type       string     `json:"type" maxLength:"40"`
		To         string     `json:"to" maxLength:"40" doc:"The number of the other item"`
		Inverse    bool       `json:"inverse,omitempty" doc:"The other item is the first one"`
		Redundancy string     `json:"redundancy,omitempty" doc:"Relations of one item with the same name stand in for each other"`
		Needed     int        `json:"needed,omitempty" minimum:"0" maximum:"1000" doc:"How many of them it takes"`
		Effective  *time.Time `json:"effective,omitempty"`
	}
}

func (a *area) relate(ctx context.Context, in *relateInput) (*rest.Versioned[ItemPage], error) {
	b := in.Body
	r := cmdb.RelateInput{From: in.Number, Type: b.Type, To: b.To, Redundancy: b.Redundancy, Needed: b.Needed, Origin: since(b.Effective)}
	if b.Inverse {
		r.From, r.To = r.To, r.From
	}
	if _, err := a.CMDB.Get(ctx, in.Number); err != nil { // the item of the address first: what the body names comes after it
		return nil, err
	}
	if _, err := a.CMDB.Relate(ctx, r); err != nil {
		return nil, err
	}
	c, err := a.CMDB.Get(ctx, in.Number)
	return a.after(ctx, c, err)
}

type unrelateInput struct {
	rest.ByNumber
	ID        string `path:"id" maxLength:"128"`
	Effective string `query:"effective" maxLength:"40" doc:"When it ended; now by default"`
	Reason    string `query:"reason" maxLength:"1000"`
}

func (a *area) unrelate(ctx context.Context, in *unrelateInput) (*rest.Versioned[ItemPage], error) {
	o := cmdb.Origin{}
	if in.Effective != "" {
		var err error
		if o.Effective, err = cmdb.ParseInstant(in.Effective); err != nil {
			return nil, cmdb.ErrMoment.With("query.effective", "a time looks like 2026-03-02 or 2026-03-02T09:00:00Z")
		}
	}
	if _, err := a.CMDB.Get(ctx, in.Number); err != nil {
		return nil, err
	}
	if _, err := a.CMDB.Unrelate(ctx, cmdb.UnrelateInput{Number: in.Number, Ref: in.ID, Reason: in.Reason, Origin: o}); err != nil {
		return nil, err
	}
	c, err := a.CMDB.Get(ctx, in.Number)
	return a.after(ctx, c, err)
}

// ItemGroup is a group in which an item is.
type ItemGroup struct {
	Key    string     `json:"key"`
	Name   string     `json:"name"`
	Source *string    `json:"source" doc:"Which source says so; null: a person"`
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until"`
}

func (a *area) memberships(ctx context.Context, c cmdb.CI, m cmdb.Moment) ([]ItemGroup, error) {
	in, err := a.CMDB.GroupsOf(ctx, c.Number, m)
	if err != nil || len(in) == 0 {
		return []ItemGroup{}, err
	}
	all, err := a.CMDB.Groups(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, g := range all {
		names[g.Key] = g.Name
	}
	out := []ItemGroup{}
	for _, x := range in {
		out = append(out, ItemGroup{Key: x.Group, Name: names[x.Group], Source: rest.Opt(x.Source), Since: x.ValidFrom, Until: x.ValidTo})
	}
	return out, nil
}

// ItemSet is a set of items that somebody speaks of by name.
type ItemSet struct {
	Key     string `json:"key"`
	Name    string `json:"name"`
	Purpose string `json:"purpose"`
	Version int64  `json:"version"`
}

// ItemGroupPage is a group with everybody who was ever in it.
type ItemGroupPage struct {
	ItemSet
	Members []ItemMember `json:"members"`
}

// ItemMember is an item that is, was or will be in a group.
type ItemMember struct {
	Item   ItemBrief   `json:"item"`
	Since  time.Time   `json:"since"`
	Until  *time.Time  `json:"until"`
	Reason string      `json:"reason"`
	By     *who.Person `json:"by"`
	Now    bool        `json:"now" doc:"It is in the group at present"`
}

func groupOf(g cmdb.Group) ItemSet {
	return ItemSet{Key: g.Key, Name: g.Name, Purpose: g.Purpose, Version: g.Version}
}

func (a *area) groups(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[ItemSet]], error) {
	all, err := a.CMDB.Groups(ctx)
	if err != nil {
		return nil, err
	}
	out := []ItemSet{}
	for _, g := range all {
		out = append(out, groupOf(g))
	}
	return rest.List(out), nil
}

// ByKey names a group.
type ByKey struct {
	Key string `path:"key" maxLength:"64"`
}

func (a *area) group(ctx context.Context, in *ByKey) (*rest.Body[ItemGroupPage], error) {
	all, err := a.CMDB.Groups(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		if g.Key == in.Key {
			return a.groupPage(ctx, g)
		}
	}
	return nil, domain.ErrNotFound.Because("There is no such group.")
}

func (a *area) groupPage(ctx context.Context, g cmdb.Group) (*rest.Body[ItemGroupPage], error) {
	history, err := a.CMDB.MembershipHistory(ctx, g.Key)
	if err != nil {
		return nil, err
	}
	m, _, err := a.CMDB.Model(ctx)
	if err != nil {
		return nil, err
	}
	ids, users := make([]domain.CIID, len(history)), make([]domain.UserID, len(history))
	for i, x := range history {
		ids[i], users[i] = x.CIID, x.ByID
	}
	items, err := a.CMDB.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	items = a.CMDB.Readable(ctx, items)
	cast, err := a.Cast(ctx, users)
	if err != nil {
		return nil, err
	}
	out := ItemGroupPage{ItemSet: groupOf(g), Members: []ItemMember{}}
	now := a.Now(ctx)
	for _, x := range history {
		if c, ok := items[x.CIID]; ok {
			out.Members = append(out.Members, ItemMember{Item: brief(c, m), Since: x.ValidFrom, Until: x.ValidTo, Reason: x.Reason, By: cast.Person(x.ByID),
				Now: !x.ValidFrom.After(now) && (x.ValidTo == nil || x.ValidTo.After(now))})
		}
	}
	return &rest.Body[ItemGroupPage]{Body: out}, nil
}

type setGroupInput struct {
	ByKey
	Body struct {
		Name    string `json:"name"`
		Purpose string `json:"purpose,omitempty"`
		Version int64  `json:"version,omitempty" doc:"The version that was read"`
	}
}

func (a *area) setGroup(ctx context.Context, in *setGroupInput) (*rest.Body[ItemGroupPage], error) {
	g, err := a.CMDB.SetGroup(ctx, cmdb.Group{Key: in.Key, Name: in.Body.Name, Purpose: in.Body.Purpose, Version: in.Body.Version})
	if err != nil {
		return nil, err
	}
	return a.groupPage(ctx, g)
}

type joinGroupInput struct {
	ByKey
	Body struct {
		Number string     `json:"number" maxLength:"40"`
		From   *time.Time `json:"from,omitempty" doc:"Now by default; it may lie in the past or the future"`
		Until  *time.Time `json:"until,omitempty" doc:"Without it, no end"`
		Reason string     `json:"reason,omitempty"`
	}
}

func (a *area) join(ctx context.Context, in *joinGroupInput) (*rest.Body[ItemGroupPage], error) {
	x := cmdb.MemberInput{Group: in.Key, Number: in.Body.Number, Reason: in.Body.Reason}
	if in.Body.From != nil {
		x.From = *in.Body.From
	}
	if in.Body.Until != nil {
		x.Until = *in.Body.Until
	}
	if _, err := a.CMDB.Join(ctx, x); err != nil {
		return nil, err
	}
	return a.group(ctx, &in.ByKey)
}

type leaveInput struct {
	ByKey
	Number string `path:"number" maxLength:"40"`
	Until  string `query:"until" maxLength:"40" doc:"When it left; now by default"`
	Reason string `query:"reason" maxLength:"1000"`
}

func (a *area) leave(ctx context.Context, in *leaveInput) (*rest.Body[ItemGroupPage], error) {
	x := cmdb.MemberInput{Group: in.Key, Number: in.Number, Reason: in.Reason}
	if in.Until != "" {
		var err error
		if x.Until, err = cmdb.ParseInstant(in.Until); err != nil {
			return nil, cmdb.ErrMoment.With("query.until", "a time looks like 2026-03-02 or 2026-03-02T09:00:00Z")
		}
	}
	if _, err := a.CMDB.Leave(ctx, x); err != nil {
		return nil, err
	}
	return a.group(ctx, &in.ByKey)
}
