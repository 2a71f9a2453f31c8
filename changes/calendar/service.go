package calendar

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Scope(ctx context.Context, action string) policies.Scope
}

// Tickets answers for the records that changes are (ticket.Service).
type Tickets interface {
	Get(ctx context.Context, number string) (ticket.Ticket, error)
	// Lock loads a record for a verb, and asks whether the actor may.
	Lock(ctx context.Context, number string, version int64, action string) (ticket.Ticket, error)
}

// Estate answers for the configuration items (the CMDB), whoever asks: what stands in the way does not depend on who
// looks.
type Estate interface {
	// Look describes items by number; unknown ones are left out.
	Look(ctx context.Context, numbers []string) ([]Item, error)
	// Reach lists the items and what depends on them, with how far it is.
	Reach(ctx context.Context, items []domain.CIID) ([]Touch, error)
	// Ties names the redundancies of which each item is a member: items in one stand in for each other.
	Ties(ctx context.Context, items []domain.CIID) (map[domain.CIID][]string, error)
}

// Service holds the verbs of the calendar.
type Service struct {
	db      *db.DB
	gate    authorizer
	tickets Tickets
	estate  Estate
	random  func() string
	later   func(ctx context.Context) error
	store   store
}

// Deps is what the service needs.
type Deps struct {
	DB      *db.DB
	Gate    authorizer
	Tickets Tickets
	Estate  Estate
	Random  func() string // opaque references
	// Later asks for a Refresh soon, in the unit of work: all that is planned is too much for the verb of a schedule.
	Later func(ctx context.Context) error
}

// New builds the service.
func New(d Deps) *Service {
	return &Service{db: d.DB, gate: d.Gate, tickets: d.Tickets, estate: d.Estate, random: d.Random, later: d.Later, store: store{d.DB}}
}

// Plan is a change as the calendar sees it.
type Plan struct {
	Change domain.TicketID // 0 for one that is not kept yet
	Number string
	Model  string
	Start  *time.Time
	End    *time.Time
	Items  []string // numbers
	People []domain.UserID
	// Live tells that the plan was put to others: it stands in the way of other changes, and its conflicts are kept.
	Live bool
}

// timed tells whether the plan has a time in which anything can be.
func (p Plan) timed() bool { return p.Start != nil && p.End != nil && p.Start.Before(*p.End) }

// around is what a plan's times are compared with beside other changes.
type around struct {
	items     []Item // of the plan
	reached   []Item // of what it reaches, those that schedules name
	schedules []Schedule
}

// book computes what a plan takes up, and loads what its times are compared with.
func (s *Service) book(ctx context.Context, p Plan) (b Booking, at around, err error) {
	b = Booking{Change: p.Change, Touches: map[domain.CIID]int{}, Ties: map[string][]domain.CIID{}, People: p.People}
	if p.timed() {
		b.Span = Span{Start: domain.Instant(*p.Start), End: domain.Instant(*p.End)}
	}
	if at.schedules, err = s.store.used(ctx); err != nil || len(p.Items) == 0 {
		return b, at, err
	}
	if at.items, err = s.estate.Look(ctx, p.Items); err != nil || len(at.items) == 0 {
		return b, at, err
	}
	ids := make([]domain.CIID, len(at.items))
	for i, item := range at.items {
		ids[i] = item.ID
	}
	touches, err := s.estate.Reach(ctx, ids)
	if err != nil {
		return b, at, err
	}
	for _, t := range touches {
		if old, ok := b.Touches[t.CI]; !ok || t.Depth < old {
			b.Touches[t.CI] = t.Depth
		}
	}
	for _, ci := range ids {
		b.Touches[ci] = 0
	}
	ties, err := s.estate.Ties(ctx, ids)
	if err != nil {
		return b, at, err
	}
	for ci, names := range ties {
		for _, name := range names {
			b.Ties[name] = append(b.Ties[name], ci)
		}
	}
	at.reached, err = s.reached(ctx, b, at.schedules)
	return b, at, err
}

// reached describes, of what a booking reaches, what schedules name: of the rest nobody asks anything.
func (s *Service) reached(ctx context.Context, b Booking, schedules []Schedule) (out []Item, err error) {
	var named []string
	for _, sc := range schedules {
		named = append(named, sc.Scope.Items...)
	}
	if len(named) == 0 {
		return nil, nil
	}
	slices.Sort(named)
	found, err := s.estate.Look(ctx, slices.Compact(named))
	return slices.DeleteFunc(found, func(i Item) bool { return b.Touches[i.ID] == 0 }), err
}

// Look finds the conflicts of a plan as it stands now, gravest first. It asks nobody: for guards, and for composition of
// what was allowed.
func (s *Service) Look(ctx context.Context, p Plan) ([]Finding, error) {
	b, at, err := s.book(ctx, p)
	if err != nil || !p.timed() {
		return nil, err
	}
	return s.find(ctx, p, b, at)
}

func (s *Service) find(ctx context.Context, p Plan, b Booking, at around) ([]Finding, error) {
	others, err := s.store.bookings(ctx, b, b.Span, anywhere)
	if err != nil {
		return nil, err
	}
	return append(Timely(at.schedules, b.Span, p.Model, at.items, at.reached), Detect(b, others)...), nil
}

// Timely finds the freezes that a time falls into, and whether it is outside of the windows of what it is for.
func Timely(schedules []Schedule, at Span, model string, items, reached []Item) (out []Finding) {
	windows, inside, first := 0, false, int64(0)
	for _, sc := range schedules {
		if !sc.Scope.Covers(items, reached) {
			continue
		}
		spans := sc.Between(at)
		switch {
		case sc.Kind == Freeze:
			if len(spans) > 0 && !sc.Excepts(model) {
				out = append(out, Finding{Sort: InFreeze, Schedule: sc.ID, Basis: at.String() + " in " + spans[0].String()})
			}
		default:
			if windows++; first == 0 {
				first = sc.ID
			}
			inside = inside || contains(spans, at)
		}
	}
	if windows > 0 && !inside {
		out = append(out, Finding{Sort: OutsideWindow, Schedule: first, Basis: at.String()})
	}
	return out
}
