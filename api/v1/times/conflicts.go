package times

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
)

// Conflict is something that stands against a change's time.
type Conflict struct {
	ID         string        `json:"id"`
	Version    int64         `json:"version"`
	Kind       string        `json:"kind" enum:"same_item,stand_in,neighbour,meeting,same_person,outside_window,freeze"`
	Severity   string        `json:"severity" enum:"hard,high,medium,info"`
	State      string        `json:"state" enum:"open,accepted,resolved,seen" doc:"seen: for information only, and not kept"`
	Other      *OtherChange  `json:"other" doc:"The other change; null when it may not be seen, or there is none"`
	Schedule   *string       `json:"schedule" doc:"The name of the window or freeze"`
	Item       *ConflictItem `json:"item"`
	Person     *who.Person   `json:"person"`
	AcceptedBy *who.Person   `json:"accepted_by"`
	ResolvedBy *who.Person   `json:"resolved_by" doc:"Who said that it is none; null when it went away by itself"`
	Reason     string        `json:"reason"`
	Until      *time.Time    `json:"until"`
	FoundAt    *time.Time    `json:"found_at"`
}

// OtherChange names a change.
type OtherChange struct {
	Number string `json:"number"`
	Title  string `json:"title"`
}

// ConflictItem names a configuration item.
type ConflictItem struct {
	Number string `json:"number"`
	Name   string `json:"name"`
}

func (a *area) conflicts(ctx context.Context, in *rest.ByNumber) (*rest.Body[rest.Items[Conflict]], error) {
	c, err := a.Changes.Get(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	kept, err := a.Calendar.Kept(ctx, c.Ticket.ID)
	if err != nil {
		return nil, err
	}
	plan := a.Plan(c)
	found, err := a.Calendar.Look(ctx, plan)
	if err != nil {
		return nil, err
	}
	if plan.Live { // what counts is kept
		found = slices.DeleteFunc(found, func(f calendar.Finding) bool { return f.Severity() != calendar.Info })
	}
	out, err := a.say(ctx, c.Ticket.ID, append(kept, seen(plan, found)...))
	return rest.List(out), err
}

// say puts conflicts into the words of the API: of other changes and items only what the actor may read.
func (a *area) say(ctx context.Context, of domain.TicketID, kept []calendar.Conflict) ([]Conflict, error) {
	var users []domain.UserID
	var tickets []domain.TicketID
	var cis []domain.CIID
	for _, c := range kept {
		users, cis = append(users, c.UserID, c.AcceptedBy, c.ResolvedBy), append(cis, c.CIID)
		tickets = append(tickets, c.TicketID, domain.TicketID(c.OtherID))
	}
	cast, err := a.Cast(ctx, users)
	if err != nil {
		return nil, err
	}
	others, err := a.Tickets.ByIDs(ctx, tickets)
	if err != nil {
		return nil, err
	}
	items, err := a.CMDB.ByIDs(ctx, cis)
	if err != nil {
		return nil, err
	}
	readable := map[domain.CIID]cmdb.CI{}
	for id, c := range a.CMDB.Readable(ctx, items) {
		readable[id] = c
	}
	schedules, err := a.Calendar.Named(ctx)
	if err != nil {
		return nil, err
	}
	out := []Conflict{}
	for _, c := range kept {
		x := Conflict{ID: c.Ref, Version: c.Version, Kind: string(c.Kind), Severity: string(c.Severity), State: string(c.State), Person: cast.Person(c.UserID),
			AcceptedBy: cast.Person(c.AcceptedBy), ResolvedBy: cast.Person(c.ResolvedBy), Reason: c.Reason, Until: c.Until}
		if !c.FoundAt.IsZero() {
			x.FoundAt = &c.FoundAt
		}
		other := c.TicketID
		if other == of {
			other = domain.TicketID(c.OtherID)
		}
		if t, ok := others[other]; ok && other != 0 {
			if t, err := a.Tickets.Get(ctx, t.Number); err == nil {
				x.Other = &OtherChange{t.Number, t.Title}
			}
		}
		if s, ok := schedules[int64(c.ScheduleID)]; ok {
			x.Schedule = &s.Name
		}
		if i, ok := readable[c.CIID]; ok {
			x.Item = &ConflictItem{i.Number, i.Facts.Name}
		}
		out = append(out, x)
	}
	return out, nil
}

type acceptInput struct {
	Number string `path:"number" maxLength:"40"`
	rest.ByID
	Body struct {
		Reason  string     `json:"reason"`
		Until   *time.Time `json:"until,omitempty" doc:"Until when; the end of the change's time, unless given"`
		Version int64      `json:"version,omitempty" doc:"The version that was seen"`
	}
}

func (in acceptInput) ask() calendar.AcceptInput {
	return calendar.AcceptInput{Number: in.Number, Ref: in.ID, Version: in.Body.Version, Reason: in.Body.Reason, Until: in.Body.Until}
}

func (a *area) accept(ctx context.Context, in *acceptInput) (*rest.Body[Conflict], error) {
	c, err := a.Calendar.Accept(ctx, in.ask())
	return a.accepted(ctx, in.Number, c, err)
}

func (a *area) override(ctx context.Context, in *acceptInput) (*rest.Body[Conflict], error) {
	c, err := a.Calendar.OverrideFreeze(ctx, in.ask())
	return a.accepted(ctx, in.Number, c, err)
}

type resolveInput struct {
	Number string `path:"number" maxLength:"40"`
	rest.ByID
	Body struct {
		Reason  string `json:"reason"`
		Version int64  `json:"version,omitempty" doc:"The version that was seen"`
	}
}

func (a *area) resolve(ctx context.Context, in *resolveInput) (*rest.Body[Conflict], error) {
	c, err := a.Calendar.Resolve(ctx, calendar.ResolveInput{Number: in.Number, Ref: in.ID, Version: in.Body.Version, Reason: in.Body.Reason})
	return a.accepted(ctx, in.Number, c, err)
}

func (a *area) accepted(ctx context.Context, number string, c calendar.Conflict, err error) (*rest.Body[Conflict], error) {
	if err != nil {
		return nil, err
	}
	t, err := a.Tickets.Get(ctx, number)
	if err != nil {
		return nil, err
	}
	out, err := a.say(ctx, t.ID, []calendar.Conflict{c})
	if err != nil {
		return nil, err
	}
	return &rest.Body[Conflict]{Body: out[0]}, nil
}
