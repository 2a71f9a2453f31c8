// Package times is the part of the REST API about when changes happen: maintenance windows and freezes, the calendar, the
// next free time, and the conflicts of a change.
package times

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/changes/calendar/feed"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// Gate answers who may do what (policies.Engine).
type Gate interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Deps is what these routes are composed from.
type Deps struct {
	*who.Directory
	Gate     Gate
	Calendar *calendar.Service
	Feeds    *feed.Service
	Changes  *changes.Service
	Tickets  *ticket.Service
	CMDB     *cmdb.Service
	People   *people.Service
	Now      func(ctx context.Context) time.Time
	// State is what a state of a change is called, and how it looks.
	State func(state string) (label, tone string)
	// Plan is a change as the calendar sees it.
	Plan func(c changes.Change) calendar.Plan
}

type area struct{ Deps }

// Routes offers them.
func Routes(b *route.Book, d Deps) Teller {
	a := &area{d}
	route.Add(b, "list-schedules", a.list)
	route.Add(b, "make-schedule", a.make)
	route.Add(b, "amend-schedule", a.amend)
	route.Add(b, "move-schedule", a.move)
	route.Add(b, "change-calendar", a.calendar)
	route.Add(b, "service-freeze", a.freeze)
	route.Add(b, "free-slots", a.free)
	route.Add(b, "foresee-conflicts", a.foresee)
	route.Add(b, "preview-schedule", a.preview)
	route.Add(b, "list-conflicts", a.conflicts)
	route.Add(b, "accept-conflict", a.accept)
	route.Add(b, "override-freeze", a.override)
	route.Add(b, "resolve-conflict", a.resolve)
	route.Add(b, "planned-interruptions", a.outages)
	route.Add(b, "my-calendar-feeds", a.feeds)
	route.Add(b, "make-my-calendar-feed", a.makeFeed)
	route.Add(b, "revoke-my-calendar-feed", a.revokeFeed)
	return Teller{a}
}

// ScheduleScope says what a schedule covers: everything, or whatever is in one of the lists.
type ScheduleScope struct {
	Everything bool     `json:"everything,omitempty"`
	Groups     []string `json:"groups,omitempty" nullable:"false" doc:"Keys of groups of configuration items"`
	Classes    []string `json:"classes,omitempty" nullable:"false" doc:"Keys of classes, with everything below them"`
	Tags       []string `json:"tags,omitempty" nullable:"false"`
	Sites      []string `json:"sites,omitempty" nullable:"false" doc:"Keys of sites"`
	Items      []string `json:"items,omitempty" nullable:"false" doc:"Numbers of items or services; a service is also covered when something that it needs is changed"`
}

// Schedule is a maintenance window or a freeze.
type Schedule struct {
	ID             string        `json:"id"`
	Version        int64         `json:"version"`
	Kind           string        `json:"kind" enum:"window,freeze"`
	Name           string        `json:"name"`
	Purpose        string        `json:"purpose"`
	Zone           string        `json:"zone"`
	Starts         string        `json:"starts" doc:"What a clock in the zone shows the first time"`
	Minutes        int64         `json:"minutes" doc:"On that clock: a window from 22:00 to 04:00 stays one when the clocks change"`
	Rule           string        `json:"rule" doc:"How it repeats, as in RFC 5545; empty for once"`
	Scope          ScheduleScope `json:"scope"`
	Models         []string      `json:"models" doc:"Models of changes that a freeze does not hold up"`
	SuspendedUntil *time.Time    `json:"suspended_until" doc:"It does not count until then, and then it does again by itself"`
	SuspendReason  string        `json:"suspend_reason"`
	Retired        bool          `json:"retired"`
	Next           *PlannedTime  `json:"next" doc:"When it counts next, within the next 18 months"`
}

// PlannedTime is a stretch of time.
type PlannedTime struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// ahead is how far the next time is looked for.
const ahead = 548 * 24 * time.Hour

func (a *area) schedule(ctx context.Context, s calendar.Schedule, sites map[domain.SiteID]people.Site) Schedule {
	out := Schedule{ID: s.Ref, Version: s.Version, Kind: string(s.Kind), Name: s.Name, Purpose: s.Purpose, Zone: s.Zone, Starts: s.Starts, Minutes: s.Minutes, Rule: s.Rule,
		Scope:  ScheduleScope{Everything: s.Scope.Everything, Groups: s.Scope.Groups, Classes: s.Scope.Classes, Tags: s.Scope.Tags, Items: s.Scope.Items},
		Models: rest.NotNil([]string(s.Models)), Retired: s.Retired}
	for _, id := range s.Scope.Sites {
		out.Scope.Sites = append(out.Scope.Sites, sites[id].Key)
	}
	now := a.Now(ctx)
	if s.SuspendedUntil != nil && now.Before(*s.SuspendedUntil) {
		out.SuspendedUntil, out.SuspendReason = s.SuspendedUntil, s.SuspendReason
	}
	if next := s.Between(calendar.Span{Start: now, End: now.Add(ahead)}); len(next) > 0 {
		out.Next = &PlannedTime{next[0].Start, next[0].End}
	}
	return out
}

func (a *area) list(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[Schedule]], error) {
	all, err := a.Calendar.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	sites, err := a.People.SitesByID(ctx)
	out := []Schedule{}
	for _, s := range all {
		out = append(out, a.schedule(ctx, s, sites))
	}
	return rest.List(out), err
}

// scope finds the sites of a scope.
func (a *area) scope(ctx context.Context, in ScheduleScope) (out calendar.Scope, err error) {
	out = calendar.Scope{Everything: in.Everything, Groups: in.Groups, Classes: in.Classes, Tags: in.Tags, Items: in.Items}
	for _, key := range in.Sites {
		site, err := a.People.SiteByKey(ctx, key)
		if err != nil {
			return out, calendar.ErrScope.With("body.scope.sites", "there is no such site")
		}
		out.Sites = append(out.Sites, site.ID)
	}
	return out, nil
}

type makeInput struct {
	Body struct {
		Kind    string        `json:"kind" enum:"window,freeze"`
		Name    string        `json:"name"`
		Purpose string        `json:"purpose,omitempty"`
		Zone    string        `json:"zone" example:"Europe/Berlin"`
		Starts  string        `json:"starts" example:"2026-03-28T22:00"`
		Minutes int64         `json:"minutes"`
		Rule    string        `json:"rule,omitempty" example:"FREQ=MONTHLY;BYDAY=2SU"`
		Scope   ScheduleScope `json:"scope"`
		Models  []string      `json:"models,omitempty" nullable:"false" maxItems:"10"`
	}
}

func (a *area) make(ctx context.Context, in *makeInput) (*rest.Versioned[Schedule], error) {
	scope, err := a.scope(ctx, in.Body.Scope)
	if err != nil {
		return nil, err
	}
	s, err := a.Calendar.Make(ctx, calendar.Schedule{Kind: calendar.Kind(in.Body.Kind), Name: in.Body.Name, Purpose: in.Body.Purpose, Zone: in.Body.Zone, Starts: in.Body.Starts,
		Minutes: in.Body.Minutes, Rule: in.Body.Rule, Scope: scope, Models: in.Body.Models})
	return a.after(ctx, s, err)
}

type occurInput struct {
	Body struct {
		Zone    string `json:"zone" example:"Europe/Berlin"`
		Starts  string `json:"starts" example:"2026-03-28T22:00"`
		Minutes int64  `json:"minutes"`
		Rule    string `json:"rule,omitempty" example:"FREQ=MONTHLY;BYDAY=2SU"`
	}
}

// Occurrences are times of a schedule.
type Occurrences struct {
	Next []PlannedTime `json:"next" doc:"The next five that are not over, within ten years"`
}

func (a *area) preview(ctx context.Context, in *occurInput) (*rest.Body[Occurrences], error) {
	s := calendar.Schedule{Zone: in.Body.Zone, Starts: in.Body.Starts, Minutes: in.Body.Minutes, Rule: in.Body.Rule}
	spans, err := s.Next(a.Now(ctx), 5)
	out := Occurrences{Next: []PlannedTime{}}
	for _, span := range spans {
		out.Next = append(out.Next, PlannedTime{span.Start, span.End})
	}
	return &rest.Body[Occurrences]{Body: out}, err
}

type amendInput struct {
	rest.ByID
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read"`
	Body    struct {
		Name    *string        `json:"name,omitempty"`
		Purpose *string        `json:"purpose,omitempty"`
		Zone    *string        `json:"zone,omitempty"`
		Starts  *string        `json:"starts,omitempty"`
		Minutes *int64         `json:"minutes,omitempty"`
		Rule    *string        `json:"rule,omitempty"`
		Scope   *ScheduleScope `json:"scope,omitempty"`
		Models  *[]string      `json:"models,omitempty" nullable:"false"`
	}
}

func (a *area) amend(ctx context.Context, in *amendInput) (*rest.Versioned[Schedule], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	b := in.Body
	p := calendar.Patch{Name: b.Name, Purpose: b.Purpose, Zone: b.Zone, Starts: b.Starts, Minutes: b.Minutes, Rule: b.Rule}
	if b.Scope != nil {
		scope, err := a.scope(ctx, *b.Scope)
		if err != nil {
			return nil, err
		}
		p.Scope = &scope
	}
	if b.Models != nil {
		models := calendar.Names(*b.Models)
		p.Models = &models
	}
	s, err := a.Calendar.Amend(ctx, in.ID, version, p)
	return a.after(ctx, s, err)
}

type moveInput struct {
	rest.ByID
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read"`
	Event   string `path:"event" enum:"suspend,resume,retire"`
	Body    *struct {
		Until  *time.Time `json:"until,omitempty" doc:"Until when it is suspended"`
		Reason string     `json:"reason,omitempty" doc:"Why it is suspended"`
	}
}

func (a *area) move(ctx context.Context, in *moveInput) (*rest.Versioned[Schedule], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	var s calendar.Schedule
	switch in.Event {
	case "suspend":
		var until time.Time
		reason := ""
		if in.Body != nil {
			reason = in.Body.Reason
			if in.Body.Until != nil {
				until = *in.Body.Until
			}
		}
		s, err = a.Calendar.Suspend(ctx, in.ID, version, until, reason)
	case "resume":
		s, err = a.Calendar.Resume(ctx, in.ID, version)
	default:
		s, err = a.Calendar.Retire(ctx, in.ID, version)
	}
	return a.after(ctx, s, err)
}

func (a *area) after(ctx context.Context, s calendar.Schedule, err error) (*rest.Versioned[Schedule], error) {
	if err != nil {
		return nil, err
	}
	sites, err := a.People.SitesByID(ctx)
	return &rest.Versioned[Schedule]{ETag: rest.ETag(s.Version), Body: a.schedule(ctx, s, sites)}, err
}
