package times

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
)

// Planned is a change in the calendar.
type Planned struct {
	Number string    `json:"number"`
	Title  string    `json:"title"`
	State  string    `json:"state"`
	Model  string    `json:"model"`
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
	Hard   int       `json:"hard" doc:"How many hard conflicts are open"`
}

// Happening is a window or a freeze in the calendar.
type Happening struct {
	Schedule string    `json:"schedule" doc:"The id of the schedule"`
	Kind     string    `json:"kind" enum:"window,freeze"`
	Name     string    `json:"name"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
}

// Calendar is what is planned in a stretch of time.
type Calendar struct {
	Changes []Planned   `json:"changes" doc:"Those that the reader may see"`
	Times   []Happening `json:"times"`
	Cut     bool        `json:"cut" doc:"There are more than are shown: ask for less time"`
}

type calendarInput struct {
	From time.Time `query:"from" required:"true"`
	To   time.Time `query:"to" required:"true" doc:"At most 400 days later"`
}

func (a *area) calendar(ctx context.Context, in *calendarInput) (*rest.Body[Calendar], error) {
	list, times, cut, err := a.Calendar.Show(ctx, calendar.Span{Start: in.From, End: in.To})
	if err != nil {
		return nil, err
	}
	out := Calendar{Changes: []Planned{}, Times: happenings(times), Cut: cut}
	for _, c := range list {
		out.Changes = append(out.Changes, Planned{Number: c.Number, Title: c.Title, State: c.State, Model: c.Model, Start: c.Span.Start, End: c.Span.End, Hard: c.Hard})
	}
	return &rest.Body[Calendar]{Body: out}, nil
}

func happenings(times []calendar.Happening) []Happening {
	out := []Happening{}
	for _, h := range times {
		out = append(out, Happening{Schedule: h.Schedule.Ref, Kind: string(h.Schedule.Kind), Name: h.Schedule.Name, Start: h.Span.Start, End: h.Span.End})
	}
	return out
}

// Frozen tells whether changes of an item are frozen.
type Frozen struct {
	Frozen bool        `json:"frozen"`
	By     []Happening `json:"by"`
}

type freezeInput struct {
	Number string    `path:"number" maxLength:"40" example:"CI-000123"`
	At     time.Time `query:"at" doc:"Now, unless given"`
	Model  string    `query:"model" maxLength:"40" default:"normal"`
}

func (a *area) freeze(ctx context.Context, in *freezeInput) (*rest.Body[Frozen], error) {
	item, err := a.CMDB.Get(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	at := in.At
	if at.IsZero() {
		at = a.Now(ctx)
	}
	by, err := a.Calendar.FrozenAt(ctx, item.Number, in.Model, at)
	return &rest.Body[Frozen]{Body: Frozen{Frozen: len(by) > 0, By: happenings(by)}}, err
}

type freeInput struct {
	Body struct {
		Number  string     `json:"number,omitempty" maxLength:"40" doc:"A change: what it takes up itself does not count"`
		Model   string     `json:"model,omitempty" maxLength:"40"`
		Minutes int        `json:"minutes" doc:"How long it takes"`
		From    *time.Time `json:"from,omitempty" doc:"Now, unless given"`
		Days    int        `json:"days,omitempty" minimum:"0" maximum:"366" doc:"How far to look; 92, unless given"`
		CIs     []string   `json:"cis,omitempty" nullable:"false" maxItems:"200" doc:"Numbers of configuration items"`
		People  []string   `json:"people,omitempty" nullable:"false" maxItems:"50" doc:"Ids of everybody who has to be there"`
	}
}

func (a *area) free(ctx context.Context, in *freeInput) (*rest.Body[PlannedTime], error) {
	b := in.Body
	q := calendar.FreeQuery{Plan: calendar.Plan{Model: b.Model}, From: a.Now(ctx), Length: time.Duration(min(max(b.Minutes, 0), 1_000_000)) * time.Minute, Within: time.Duration(b.Days) * 24 * time.Hour}
	if b.From != nil {
		q.From = *b.From
	}
	if b.Number != "" {
		t, err := a.Tickets.Get(ctx, b.Number)
		if err != nil {
			return nil, err
		}
		q.Plan.Change = t.ID
	}
	var err error
	if q.Plan.People, err = a.Users(ctx, "body.people", b.People); err != nil {
		return nil, err
	}
	for _, n := range b.CIs {
		item, err := a.CMDB.Get(ctx, n)
		if err != nil {
			return nil, calendar.ErrSlot.With("body.cis", "one of the items is not there")
		}
		q.Plan.Items = append(q.Plan.Items, item.Number)
	}
	slot, err := a.Calendar.NextFree(ctx, q)
	return &rest.Body[PlannedTime]{Body: PlannedTime{slot.Start, slot.End}}, err
}

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
	for _, f := range found {
		if plan.Live && f.Severity() != calendar.Info {
			continue // it is kept
		}
		kept = append(kept, calendar.Conflict{TicketID: c.Ticket.ID, OtherID: calendar.Optional(f.Other), ScheduleID: calendar.Optional(f.Schedule), Kind: f.Sort, Severity: f.Severity(), CIID: f.CI, UserID: f.User, State: "seen"})
	}
	out, err := a.say(ctx, c.Ticket.ID, kept)
	return rest.List(out), err
}

// say puts conflicts into the words of the API: of other changes and items only what the actor may read.
func (a *area) say(ctx context.Context, of domain.TicketID, kept []calendar.Conflict) ([]Conflict, error) {
	var users []domain.UserID
	var tickets []domain.TicketID
	var cis []domain.CIID
	for _, c := range kept {
		users, cis = append(users, c.UserID, c.AcceptedBy), append(cis, c.CIID)
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
			AcceptedBy: cast.Person(c.AcceptedBy), Reason: c.Reason, Until: c.Until}
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
