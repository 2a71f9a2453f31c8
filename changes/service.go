package changes

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Decide(ctx context.Context, actor domain.Actor, action string, o policies.Object) policies.Decision
}

// sealer waits until an event has its place in the sealed log.
type sealer interface {
	Await(ctx context.Context, eventID string) (audit.Receipt, error)
}

// Service holds the verbs of changes.
type Service struct {
	db        *db.DB
	tickets   *ticket.Service
	approvals *approval.Service
	gate      authorizer
	seal      sealer
	store     store
}

// New builds the service and makes the kind known to the shared part.
func New(d *db.DB, tickets *ticket.Service, approvals *approval.Service, gate authorizer, seal sealer) *Service {
	s := &Service{db: d, tickets: tickets, approvals: approvals, gate: gate, seal: seal, store: store{d}}
	tickets.Register(ticket.Kind{Name: domain.KindChange, Machine: Flow,
		Facet: func(ctx context.Context, id domain.TicketID) (map[string]string, error) {
			f, err := s.store.load(ctx, id)
			if err != nil {
				return nil, err
			}
			ballots, err := approvals.Raw(ctx, []domain.TicketID{id})
			return f.Fields(ballots[id]), err
		},
		Touched: func(ctx context.Context, t ticket.Ticket) error { return s.store.touch(ctx, t) }})
	return s
}

// Get loads a change that the actor may read, with its ballots.
func (s *Service) Get(ctx context.Context, number string) (Change, error) {
	t, err := s.tickets.Get(ctx, number)
	if err != nil {
		return Change{}, err
	}
	return s.whole(ctx, t)
}

func (s *Service) whole(ctx context.Context, t ticket.Ticket) (c Change, err error) {
	if t.Kind != domain.KindChange {
		return c, domain.ErrNotFound.Because("%s is not a change.", t.Number)
	}
	c.Ticket = t
	if c.Facet, err = s.store.load(ctx, t.ID); err != nil {
		return c, err
	}
	c.Ballots, err = s.approvals.Ballots(ctx, c.Subject())
	return c, err
}

// Facets loads the facets of many changes, for lists.
func (s *Service) Facets(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]Facet, error) {
	return s.store.many(ctx, ids)
}

// ByID loads a change that is already known to be visible: for the inbox of approvals, whose electors may read.
func (s *Service) ByID(ctx context.Context, id domain.TicketID) (Change, error) {
	t, err := s.tickets.ByIDs(ctx, []domain.TicketID{id})
	if err != nil {
		return Change{}, err
	}
	return s.whole(ctx, t[id])
}

// States yields the state of every change, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.tickets.States(ctx, domain.KindChange, func(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]map[string]string, error) {
		facets, err := s.store.many(ctx, ids)
		if err != nil {
			return nil, err
		}
		ballots, err := s.approvals.Raw(ctx, ids)
		out := map[domain.TicketID]map[string]string{}
		for id, f := range facets {
			out[id] = f.Fields(ballots[id])
			if f.Version == 0 {
				out[id]["version"] = "missing"
			}
		}
		return out, err
	}, yield)
}

func (s *Service) lock(ctx context.Context, number string, version int64, action string) (Change, error) {
	t, err := s.tickets.Lock(ctx, number, version, action)
	if err != nil {
		return Change{}, err
	}
	return s.whole(ctx, t)
}

// save writes the change after its event. The fields of the log hold the decisions, so that whatever alters
// ballots in the same verb must be in c.Ballots before the event is made.
func (s *Service) save(ctx context.Context, c *Change, before map[string]string, h ticket.Happened, fact func(ticket.Happened) domain.Fact) error {
	h.Digest = c.Facet.Digest
	return s.tickets.SaveAs(ctx, c, before, h, fact, func(ctx context.Context) error {
		c.Facet.Version = c.Ticket.Version
		return s.store.update(ctx, c.Facet)
	})
}

// Moves offers the moves out of the change's state, with the reason where one is blocked.
func (s *Service) Moves(ctx context.Context, c Change) []flow.Offer {
	return Flow.Offer(c.Ticket.State, c.Guard(s.db.Now(ctx), domain.ActorFrom(ctx).User, s.electorate(ctx, c)))
}

// DecisionObject is what the gate is asked about for a decision: the band of risk is the class.
func (c Change) DecisionObject(board domain.BoardID) policies.Object {
	class := "change:" + string(c.Facet.Risk)
	if c.Facet.Model == Emergency {
		class = "change:emergency"
	}
	return policies.Object{Class: class, Number: c.Ticket.Number, Team: c.Ticket.TeamID, Site: c.Ticket.SiteID, Board: board}
}
