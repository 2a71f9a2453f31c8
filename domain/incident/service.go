package incident

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Service holds the verbs of incidents.
type Service struct {
	db      *db.DB
	tickets *ticket.Service
	gate    authorizer
	store   store
}

// New builds the service and makes the kind known to the shared part.
func New(d *db.DB, tickets *ticket.Service, gate authorizer) *Service {
	s := &Service{db: d, tickets: tickets, gate: gate, store: store{d}}
	tickets.Register(ticket.Kind{Name: domain.KindIncident, Machine: Flow,
		Facet: func(ctx context.Context, id domain.TicketID) (map[string]string, error) {
			f, err := s.store.load(ctx, id)
			return f.Fields(), err
		}})
	return s
}

// Get loads an incident that the actor may read.
func (s *Service) Get(ctx context.Context, number string) (Incident, error) {
	t, err := s.tickets.Get(ctx, number)
	if err != nil {
		return Incident{}, err
	}
	return s.withFacet(ctx, t)
}

func (s *Service) withFacet(ctx context.Context, t ticket.Ticket) (i Incident, err error) {
	if t.Kind != domain.KindIncident {
		return i, domain.ErrNotFound.Because("%s is not an incident.", t.Number)
	}
	i.Ticket = t
	i.Facet, err = s.store.load(ctx, t.ID)
	return i, err
}

// Facets loads the facets of many incidents, for lists.
func (s *Service) Facets(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]Facet, error) {
	return s.store.many(ctx, ids)
}

// States yields the state of every incident, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.tickets.States(ctx, domain.KindIncident, func(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]map[string]string, error) {
		facets, err := s.store.many(ctx, ids)
		out := map[domain.TicketID]map[string]string{}
		for id, f := range facets {
			out[id] = f.Fields()
		}
		return out, err
	}, yield)
}

// lock loads an incident for a verb.
func (s *Service) lock(ctx context.Context, number string, version int64, action string) (Incident, error) {
	t, err := s.tickets.Lock(ctx, number, version, action)
	if err != nil {
		return Incident{}, err
	}
	return s.withFacet(ctx, t)
}

func (s *Service) save(ctx context.Context, i *Incident, before map[string]string, h ticket.Happened, fact func(ticket.Happened) domain.Fact) error {
	return s.tickets.SaveAs(ctx, i, before, h, fact, func(ctx context.Context) error { return s.store.update(ctx, i.Facet) })
}

// Moves offers the moves out of the incident's state, with the reason where one is blocked; whether the
// actor may make them is the gate's answer, given with each.
func (s *Service) Moves(i Incident) []flow.Offer {
	return Flow.Offer(i.Ticket.State, nil)
}
