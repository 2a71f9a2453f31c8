package calendar

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// FreeQuery asks for free times of a length for a plan: its items, its model, and everybody who has to be there. What the
// plan's own change takes up does not count.
type FreeQuery struct {
	Plan   Plan
	From   time.Time // not before now
	Length time.Duration
	Within time.Duration // of From; at most a year
	Count  int           // how many are offered, at least a day apart; 0 for one
}

// The limits of a search for a free time.
const (
	mostLength = 14 * 24 * time.Hour
	mostSearch = 366 * 24 * time.Hour
	mostSlots  = 10
	mostPassed = 8
)

// How far from what a change alters an item is: what depends on it directly, and whatever it reaches.
const (
	nextTo   = 1
	anywhere = 1 << 20
)

// Obstacle is a time that is not free, and why.
type Obstacle struct {
	Span    Span
	Finding Finding
}

// Slots are free times, the earliest first, and what stood in the way of an earlier one; of that the first few.
type Slots struct {
	Found  []Span
	Passed []Obstacle
}

// FreeSlots finds the earliest times that are free: inside the windows of the items, where they have any, outside of
// freezes, with no change in the way that would be a hard or a high conflict, and with all the people. Who may:
// calendar.read. Errors: slot_query_malformed, no_free_time.
func (s *Service) FreeSlots(ctx context.Context, q FreeQuery) (out Slots, err error) {
	if err := s.gate.Check(ctx, "calendar.read", policies.Object{}); err != nil {
		return out, err
	}
	if q.Within == 0 {
		q.Within = 92 * 24 * time.Hour
	}
	if q.Length < time.Minute || q.Length > mostLength || q.Within < q.Length || q.Within > mostSearch || q.Count > mostSlots {
		return out, ErrSlot.With("body.minutes", "it takes from a minute to two weeks, within at most a year")
	}
	from := later(domain.Instant(q.From), s.db.Now(ctx)).UTC()
	if whole := from.Truncate(time.Minute); whole.Before(from) {
		from = whole.Add(time.Minute)
	}
	in := Span{Start: from, End: from.Add(q.Within)}
	b, at, err := s.book(ctx, q.Plan)
	if err != nil {
		return out, err
	}
	for _, n := range q.Plan.Items {
		if !slices.ContainsFunc(at.items, func(i Item) bool { return i.Number == n }) {
			return out, ErrSlot.With("body.cis", "one of the items is not there")
		}
	}
	b.Touches = closeBy(b.Touches)
	others, err := s.store.bookings(ctx, b, in, nextTo)
	if err != nil {
		return out, err
	}
	windows, obstacles := Around(at.schedules, in, q.Plan.Model, at.items, at.reached)
	obstacles = append(obstacles, Taken(b, others)...)
	busy := make([]Span, len(obstacles))
	for i, o := range obstacles {
		busy[i] = o.Span
	}
	for rest := in; len(out.Found) < max(q.Count, 1); {
		slot, ok := Free(rest, q.Length, windows, busy)
		if !ok {
			break
		}
		out.Found = append(out.Found, slot)
		rest.Start = later(slot.End, slot.Start.Add(24*time.Hour))
	}
	if len(out.Found) == 0 {
		return out, ErrNoSlot.Because("There is none of that length in that time: ask for a shorter one, for later, or without somebody.")
	}
	out.Passed = passed(in.Start, out.Found[0].Start, windows, obstacles)
	return out, nil
}

// passed lists what stood between the time that was asked for and the one that was found, in its order.
func passed(asked, found time.Time, windows []Span, obstacles []Obstacle) (out []Obstacle) {
	if !asked.Before(found) {
		return nil
	}
	for _, o := range obstacles {
		if o.Span.Start.Before(found) && o.Span.End.After(asked) {
			out = append(out, o)
		}
	}
	if windows != nil {
		for at, w := asked, merged(windows); at.Before(found); w = w[1:] {
			if len(w) == 0 {
				break
			}
			if open := earlier(w[0].Start, found); at.Before(open) {
				out = append(out, Obstacle{Span{Start: at, End: open}, Finding{Sort: OutsideWindow}})
			}
			at = later(at, w[0].End)
		}
	}
	slices.SortStableFunc(out, func(a, b Obstacle) int { return a.Span.Start.Compare(b.Span.Start) })
	return out[:min(len(out), mostPassed)]
}

// Around lists, in a stretch of time, the windows of what a plan is for, nil when there are none, and the freezes that
// cover it.
func Around(schedules []Schedule, in Span, model string, items, reached []Item) (windows []Span, frozen []Obstacle) {
	for _, sc := range schedules {
		if !sc.Scope.Covers(items, reached) {
			continue
		}
		switch {
		case sc.Kind == Freeze && !sc.Excepts(model):
			for _, span := range sc.Between(in) {
				frozen = append(frozen, Obstacle{span, Finding{Sort: InFreeze, Schedule: sc.ID}})
			}
		case sc.Kind == Window:
			if windows == nil {
				windows = []Span{}
			}
			windows = append(windows, sc.Between(in)...)
		}
	}
	return windows, frozen
}

// closeBy keeps, of what a booking touches, what can be in the way of another one: that they meet further down only informs.
func closeBy(touches map[domain.CIID]int) map[domain.CIID]int {
	out := map[domain.CIID]int{}
	for ci, depth := range touches {
		if depth <= nextTo {
			out[ci] = depth
		}
	}
	return out
}

// Taken lists the times of others at which a booking would be in conflict with them, for more than information, with the
// gravest reason.
func Taken(b Booking, others []Booking) (out []Obstacle) {
	for _, o := range others {
		b.Span = o.Span
		if found := Detect(b, []Booking{o}); len(found) > 0 && found[0].Severity() != Info {
			out = append(out, Obstacle{o.Span, found[0]})
		}
	}
	return out
}
