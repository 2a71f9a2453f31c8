package calendar

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// FreeQuery asks for the next free time of a length for a plan: its items, its model, and everybody who has to be there.
// What the plan's own change takes up does not count.
type FreeQuery struct {
	Plan   Plan
	From   time.Time // not before now
	Length time.Duration
	Within time.Duration // of From; at most a year
}

// The limits of a search for a free time.
const (
	mostLength = 14 * 24 * time.Hour
	mostSearch = 366 * 24 * time.Hour
)

// NextFree finds the earliest time that is free: inside the windows of the items, where they have any, outside of
// freezes, with no change in the way that would be a hard or a high conflict, and with all the people. Who may:
// calendar.read. Errors: slot_query_malformed, no_free_time.
func (s *Service) NextFree(ctx context.Context, q FreeQuery) (Span, error) {
	if err := s.gate.Check(ctx, "calendar.read", policies.Object{}); err != nil {
		return Span{}, err
	}
	if q.Within == 0 {
		q.Within = 92 * 24 * time.Hour
	}
	if q.Length < time.Minute || q.Length > mostLength || q.Within < q.Length || q.Within > mostSearch {
		return Span{}, ErrSlot.With("body.minutes", "it takes from a minute to two weeks, within at most a year")
	}
	from := later(domain.Instant(q.From), s.db.Now(ctx)).UTC()
	if whole := from.Truncate(time.Minute); whole.Before(from) {
		from = whole.Add(time.Minute)
	}
	in := Span{Start: from, End: from.Add(q.Within)}
	b, items, reached, err := s.book(ctx, q.Plan)
	if err != nil {
		return Span{}, err
	}
	for _, n := range q.Plan.Items {
		if !slices.ContainsFunc(items, func(i Item) bool { return i.Number == n }) {
			return Span{}, ErrSlot.With("body.cis", "one of the items is not there")
		}
	}
	others, err := s.store.bookings(ctx, b, in)
	if err != nil {
		return Span{}, err
	}
	schedules, err := s.store.used(ctx)
	if err != nil {
		return Span{}, err
	}
	windows, busy := Around(schedules, in, q.Plan.Model, items, reached)
	busy = append(busy, Taken(b, others)...)
	slot, ok := Free(in, q.Length, windows, busy)
	if !ok {
		return slot, ErrNoSlot.Because("There is none of that length in that time: ask for a shorter one, for later, or without somebody.")
	}
	return slot, nil
}

// Around lists, in a stretch of time, the windows of what a plan is for, nil when there are none, and the freezes that
// cover it.
func Around(schedules []Schedule, in Span, model string, items, reached []Item) (windows, frozen []Span) {
	for _, sc := range schedules {
		if !sc.Scope.Covers(items, reached) {
			continue
		}
		switch {
		case sc.Kind == Freeze && !sc.Excepts(model):
			frozen = append(frozen, sc.Between(in)...)
		case sc.Kind == Window:
			if windows == nil {
				windows = []Span{}
			}
			windows = append(windows, sc.Between(in)...)
		}
	}
	return windows, frozen
}

// Taken lists the times of others at which a booking would be in conflict with them, for more than information.
func Taken(b Booking, others []Booking) (out []Span) {
	for _, o := range others {
		b.Span = o.Span
		if slices.ContainsFunc(Detect(b, []Booking{o}), func(f Finding) bool { return f.Severity() != Info }) {
			out = append(out, o.Span)
		}
	}
	return out
}
