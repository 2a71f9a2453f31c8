package answers

import (
	"context"
	"slices"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
)

// Timetable answers what changes ask about their times.
type Timetable struct{ Calendar *calendar.Service }

func (t Timetable) Clear(ctx context.Context, c changes.Change) error {
	return t.Calendar.Clear(ctx, Plan(c))
}

func (t Timetable) Thawed(ctx context.Context, c changes.Change) error {
	return t.Calendar.Thawed(ctx, Plan(c))
}

// Plan is a change as the calendar sees it.
func Plan(c changes.Change) calendar.Plan {
	f := c.Facet
	live := slices.Contains([]string{changes.StateAssess, changes.StateAuthorize, changes.StateScheduled, changes.StateImplementing}, c.Ticket.State)
	return calendar.Plan{Change: c.Ticket.ID, Number: c.Ticket.Number, Model: string(f.Model), Start: f.PlannedStart, End: f.PlannedEnd, Items: f.CIs, People: f.Implementers, Live: live}
}

// Over tells whether a change takes up no time any more.
func Over(c changes.Change) bool {
	return slices.Contains([]string{changes.StateReview, changes.StateDetected, changes.StateClosed, changes.StateCancelled}, c.Ticket.State)
}

// StateOf is what a state of a change is called.
func StateOf(state string) string {
	if s, ok := changes.Flow.State(state); ok {
		return s.Label
	}
	return state
}
