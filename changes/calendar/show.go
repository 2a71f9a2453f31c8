package calendar

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// Shown is a change in the calendar.
type Shown struct {
	TicketID domain.TicketID
	Number   string
	Title    string
	State    string
	Site     domain.SiteID
	Model    string
	Span     Span
	Hard     int // open hard conflicts
}

// Happening is one time at which a schedule counts.
type Happening struct {
	Schedule Schedule
	Span     Span
}

// The limits of what the calendar shows at once.
const (
	mostShown = 2000
	mostRange = 400 * 24 * time.Hour
)

// Show lists the changes that the actor may read, those that are over too, and the windows and freezes, in a stretch of time; cut tells that there
// are more than 2,000 of either. Who may: calendar.read, and change.read for each change. Errors: calendar_range.
func (s *Service) Show(ctx context.Context, in Span) (list []Shown, times []Happening, cut bool, err error) {
	if err := s.gate.Check(ctx, "calendar.read", policies.Object{}); err != nil {
		return nil, nil, false, err
	}
	if !in.Start.Before(in.End) || in.End.Sub(in.Start) > mostRange {
		return nil, nil, false, ErrRange.With("query.to", "the end comes after the start, at most 400 days")
	}
	in = Span{Start: domain.Instant(in.Start), End: domain.Instant(in.End)}
	if list, err = s.store.shown(ctx, s.gate.Scope(ctx, "change.read"), in, mostShown+1); err != nil {
		return nil, nil, false, err
	}
	schedules, err := s.store.used(ctx)
	if err != nil {
		return nil, nil, false, err
	}
	for _, sc := range schedules {
		for _, span := range sc.Between(in) {
			times = append(times, Happening{sc, span})
		}
	}
	slices.SortStableFunc(times, func(a, b Happening) int { return a.Span.Start.Compare(b.Span.Start) })
	cut = len(list) > mostShown || len(times) > mostShown
	return list[:min(len(list), mostShown)], times[:min(len(times), mostShown)], cut, nil
}

// FrozenAt lists the freezes that cover an item at an instant, for changes of a model. It asks nobody: what may be seen of
// the item is the caller's question.
func (s *Service) FrozenAt(ctx context.Context, number, model string, at time.Time) (out []Happening, err error) {
	at = domain.Instant(at)
	end := at.Add(time.Microsecond)
	_, near, err := s.book(ctx, Plan{Items: []string{number}})
	if err != nil {
		return nil, err
	}
	for _, sc := range near.schedules {
		if sc.Kind == Freeze && !sc.Excepts(model) && sc.Scope.Covers(near.items, near.reached) {
			for _, span := range sc.Between(Span{Start: at, End: end}) {
				out = append(out, Happening{sc, span})
			}
		}
	}
	return out, err
}

// Named finds schedules by key, for composition.
func (s *Service) Named(ctx context.Context) (map[int64]Schedule, error) {
	all, err := s.store.all(ctx)
	out := map[int64]Schedule{}
	for _, sc := range all {
		out[sc.ID] = sc
	}
	return out, err
}

// Outage is a planned interruption as those are told who use a service: nothing of who does what to which item.
type Outage struct {
	Title    string // empty where it would tell of a weakness
	Services []string
	Span     Span
	Minutes  int64 // for how long at most, 0 when nobody said
	Begun    bool
}

// The limits of what is told of interruptions.
const (
	outagesAhead = 60 * 24 * time.Hour
	mostOutages  = 100
)

// Outages lists the interruptions that changes bring which are approved or being done, the next first, of the coming sixty
// days. Who may: calendar.outages, which everybody holds.
func (s *Service) Outages(ctx context.Context) ([]Outage, error) {
	if err := s.gate.Check(ctx, "calendar.outages", policies.Object{}); err != nil {
		return nil, err
	}
	now := s.db.Now(ctx)
	return s.store.outages(ctx, Span{Start: now, End: now.Add(outagesAhead)}, mostOutages)
}
