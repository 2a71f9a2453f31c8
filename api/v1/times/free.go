package times

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/changes/calendar"
)

// Sketch is as much of a plan as its times depend on.
type Sketch struct {
	Number string   `json:"number,omitempty" maxLength:"40" doc:"A change: what it takes up itself does not count"`
	Model  string   `json:"model,omitempty" maxLength:"40"`
	CIs    []string `json:"cis,omitempty" nullable:"false" maxItems:"200" doc:"Numbers of configuration items"`
	People []string `json:"people,omitempty" nullable:"false" maxItems:"50" doc:"Ids of everybody who has to be there"`
}

// plan is a sketch as the calendar sees it.
func (a *area) plan(ctx context.Context, in Sketch) (p calendar.Plan, err error) {
	p.Model = in.Model
	if in.Number != "" {
		t, err := a.Tickets.Get(ctx, in.Number)
		if err != nil {
			return p, err
		}
		p.Change = t.ID
	}
	if p.People, err = a.Users(ctx, "body.people", in.People); err != nil {
		return p, err
	}
	for _, n := range in.CIs {
		item, err := a.CMDB.Get(ctx, n)
		if err != nil {
			return p, calendar.ErrSlot.With("body.cis", "one of the items is not there")
		}
		p.Items = append(p.Items, item.Number)
	}
	return p, nil
}

type freeInput struct {
	Body struct {
		Sketch
		Minutes int        `json:"minutes" doc:"How long it takes"`
		From    *time.Time `json:"from,omitempty" doc:"Now, unless given"`
		Days    int        `json:"days,omitempty" minimum:"0" maximum:"366" doc:"How far to look; 92, unless given"`
		Count   int        `json:"count,omitempty" minimum:"0" maximum:"10" doc:"How many to offer, at least a day apart; one, unless given"`
	}
}

// FreeSlots are times that are free.
type FreeSlots struct {
	Slots  []PlannedTime `json:"slots" doc:"The earliest first"`
	Passed []Passed      `json:"passed" doc:"What stood in the way of an earlier one"`
}

// Passed is a time that is not free, and why.
type Passed struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Why   Conflict  `json:"why"`
}

func (a *area) free(ctx context.Context, in *freeInput) (*rest.Body[FreeSlots], error) {
	b := in.Body
	q := calendar.FreeQuery{From: a.Now(ctx), Length: time.Duration(min(max(b.Minutes, 0), 1_000_000)) * time.Minute, Within: time.Duration(b.Days) * 24 * time.Hour, Count: b.Count}
	if b.From != nil {
		q.From = *b.From
	}
	var err error
	if q.Plan, err = a.plan(ctx, b.Sketch); err != nil {
		return nil, err
	}
	slots, err := a.Calendar.FreeSlots(ctx, q)
	if err != nil {
		return nil, err
	}
	out := FreeSlots{Passed: []Passed{}}
	for _, s := range slots.Found {
		out.Slots = append(out.Slots, PlannedTime{s.Start, s.End})
	}
	found := make([]calendar.Finding, len(slots.Passed))
	for i, o := range slots.Passed {
		found[i] = o.Finding
	}
	why, err := a.say(ctx, q.Plan.Change, seen(q.Plan, found))
	if err != nil {
		return nil, err
	}
	for i, o := range slots.Passed {
		out.Passed = append(out.Passed, Passed{o.Span.Start, o.Span.End, why[i]})
	}
	return &rest.Body[FreeSlots]{Body: out}, nil
}

type foreseeInput struct {
	Body struct {
		Sketch
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
	}
}

// foresee tells what would stand against a plan that is still being written.
func (a *area) foresee(ctx context.Context, in *foreseeInput) (*rest.Body[rest.Items[Conflict]], error) {
	p, err := a.plan(ctx, in.Body.Sketch)
	if err != nil {
		return nil, err
	}
	p.Start, p.End = &in.Body.Start, &in.Body.End
	found, err := a.Calendar.Look(ctx, p)
	if err != nil {
		return nil, err
	}
	out, err := a.say(ctx, p.Change, seen(p, found))
	return rest.List(out), err
}

// seen are findings as conflicts that nobody keeps.
func seen(p calendar.Plan, found []calendar.Finding) (out []calendar.Conflict) {
	for _, f := range found {
		out = append(out, calendar.Conflict{TicketID: p.Change, OtherID: calendar.Optional(f.Other), ScheduleID: calendar.Optional(f.Schedule), Kind: f.Sort, Severity: f.Severity(), CIID: f.CI, UserID: f.User, State: "seen"})
	}
	return out
}
