package request

import (
	"context"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Service holds the verbs of service requests.
type Service struct {
	db      *db.DB
	tickets *ticket.Service
	gate    authorizer
	store   store
}

// New builds the service and makes the kind known to the shared part.
func New(d *db.DB, tickets *ticket.Service, gate authorizer) *Service {
	s := &Service{db: d, tickets: tickets, gate: gate, store: store{d}}
	tickets.Register(ticket.Kind{Name: domain.KindRequest, Machine: Flow,
		Facet: func(ctx context.Context, id domain.TicketID) (map[string]string, error) {
			f, err := s.store.load(ctx, id)
			return f.Fields(), err
		}})
	return s
}

// Get loads a request that the actor may read, with its tasks.
func (s *Service) Get(ctx context.Context, number string) (Request, error) {
	t, err := s.tickets.Get(ctx, number)
	if err != nil {
		return Request{}, err
	}
	return s.whole(ctx, t)
}

func (s *Service) whole(ctx context.Context, t ticket.Ticket) (r Request, err error) {
	if t.Kind != domain.KindRequest {
		return r, domain.ErrNotFound.Because("%s is not a service request.", t.Number)
	}
	r.Ticket = t
	if r.Facet, err = s.store.load(ctx, t.ID); err != nil {
		return r, err
	}
	r.Tasks, err = s.store.tasks(ctx, t.ID)
	return r, err
}

func (s *Service) lock(ctx context.Context, number string, version int64, action string) (Request, error) {
	t, err := s.tickets.Lock(ctx, number, version, action)
	if err != nil {
		return Request{}, err
	}
	return s.whole(ctx, t)
}

func (s *Service) save(ctx context.Context, r *Request, before map[string]string, h ticket.Happened, fact func(ticket.Happened) domain.Fact) error {
	return s.tickets.SaveAs(ctx, r, before, h, fact, func(ctx context.Context) error { return s.store.update(ctx, r.Facet) })
}

// Tasks lists the tasks of a request that the caller may read, in their order.
func (s *Service) Tasks(ctx context.Context, id domain.TicketID) ([]Task, error) {
	return s.store.tasks(ctx, id)
}

// Facets loads the facets of many requests, for lists; the caller may read the tickets.
func (s *Service) Facets(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]Facet, error) {
	return s.store.facets(ctx, ids)
}

// States yields the state of every request, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.tickets.States(ctx, domain.KindRequest, s.store.fields, yield)
}

// TaskStates yields the state of every task, for the verification of the log.
func (s *Service) TaskStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.store.eachTask(ctx, func(t Task) error { return yield(t.Number, t.Version, t.Fields()) })
}

// SubmitInput is what somebody asks for.
type SubmitInput struct {
	Title, Description string
	Priority           int // 1 critical … 4 low; 0 means 3
	Requester          domain.UserID
	Site               domain.SiteID
	Service            string
	Classification     string
	Team               domain.TeamID
	Assignee           domain.UserID
	ContactType        string
}

// Submit opens a service request. Who may: request.create; for somebody else, or given to somebody at
// once, request.assign. Facts: Submitted.
func (s *Service) Submit(ctx context.Context, in SubmitInput) (r Request, err error) {
	if in.Title, err = ticket.Title(in.Title); err != nil {
		return r, err
	}
	if err := ticket.Texts(map[string]*string{"description": &in.Description}, ticket.MaxText); err != nil {
		return r, err
	}
	if err := ticket.Texts(map[string]*string{"service": &in.Service, "classification": &in.Classification, "contact_type": &in.ContactType}, ticket.MaxShort); err != nil {
		return r, err
	}
	if in.Priority == 0 {
		in.Priority = 3
	}
	if in.Priority < 1 || in.Priority > 4 {
		return r, domain.ErrInvalid.With("body.priority", "priority is 1 (critical) to 4 (low)")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		actor := domain.ActorFrom(ctx)
		if in.Requester == 0 {
			in.Requester = actor.User
		}
		r = Request{Ticket: ticket.Ticket{Kind: domain.KindRequest, Title: in.Title, Description: in.Description, Priority: in.Priority,
			RequesterID: in.Requester, OpenedBy: actor.User, TeamID: in.Team, AssigneeID: in.Assignee, SiteID: in.Site,
			Service: in.Service, Classification: in.Classification}, Facet: Facet{ContactType: in.ContactType}}
		if r.Ticket.SiteID == 0 && in.Requester == actor.User {
			r.Ticket.SiteID = actor.Site
		}
		o := r.Ticket.Object([]domain.UserID{actor.User})
		if err := s.gate.Check(ctx, "request.create", o); err != nil {
			return err
		}
		if in.Requester != actor.User || in.Team != 0 || in.Assignee != 0 {
			if err := s.gate.Check(ctx, "request.assign", o); err != nil {
				return err
			}
		}
		if err := s.tickets.CheckAssignment(ctx, in.Team, in.Assignee); err != nil {
			return err
		}
		if err := r.Ticket.Enter(Flow, StateSubmitted, s.db.Now(ctx)); err != nil {
			return err
		}
		return s.tickets.InsertAs(ctx, &r, ticket.Happened{What: "submitted"},
			func(h ticket.Happened) domain.Fact { return Submitted{h, r} },
			func(ctx context.Context) error {
				r.Facet.TicketID = r.Ticket.ID
				return s.store.insert(ctx, r.Facet)
			})
	})
	return r, err
}

// AmendInput changes harmless fields; nil leaves a field as it is.
type AmendInput struct {
	ticket.Patch
	Priority   *int
	Fulfilment *string
}

// Amend corrects what was said about a request. Who may: request.amend. Facts: "amended".
func (s *Service) Amend(ctx context.Context, in AmendInput) (r Request, err error) {
	if err := ticket.Texts(map[string]*string{"fulfilment": in.Fulfilment}, ticket.MaxText); err != nil {
		return r, err
	}
	if in.Priority != nil && (*in.Priority < 1 || *in.Priority > 4) {
		return r, domain.ErrInvalid.With("body.priority", "priority is 1 (critical) to 4 (low)")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if r, err = s.lock(ctx, in.Number, in.Version, "amend"); err != nil {
			return err
		}
		if err := ticket.NotFinal(Flow, r.Ticket); err != nil {
			return err
		}
		before := r.Fields()
		if err := in.Apply(&r.Ticket); err != nil {
			return err
		}
		ticket.Set(&r.Ticket.Priority, in.Priority)
		ticket.Set(&r.Facet.Fulfilment, in.Fulfilment)
		if len(ticket.Diff(before, r.Fields())) == 0 {
			return nil
		}
		return s.save(ctx, &r, before, ticket.Happened{What: "amended"}, ticket.Plain)
	})
	return r, err
}

// MoveInput asks for a move.
type MoveInput struct {
	Number     string
	Version    int64
	Event      string
	Reason     string
	Fulfilment string
}

// Move makes a move of the flow. Who may: the move's action. Facts: Moved. Errors: move_not_possible,
// missing_input, tasks_open.
func (s *Service) Move(ctx context.Context, in MoveInput) (r Request, err error) {
	mv, known := Flow.Event(in.Event)
	if !known {
		return r, domain.ErrMove.Because("There is no such move.")
	}
	if err := ticket.Texts(map[string]*string{"reason": &in.Reason, "fulfilment": &in.Fulfilment}, ticket.MaxText); err != nil {
		return r, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if r, err = s.lock(ctx, in.Number, in.Version, strings.TrimPrefix(mv.Action, "request.")); err != nil {
			return err
		}
		before := r.Fields()
		mv, err := ticket.Fire(Flow, r.Ticket.State, in.Event, flow.Input{Given: map[string]bool{"reason": in.Reason != ""}, Guard: r.Guard})
		if err != nil {
			return err
		}
		if in.Fulfilment != "" {
			r.Facet.Fulfilment = in.Fulfilment
		}
		if err := r.Ticket.Enter(Flow, mv.To, s.db.Now(ctx)); err != nil {
			return err
		}
		h := ticket.Happened{What: past[in.Event], Details: ticket.Detail("reason", in.Reason, domain.ActorFrom(ctx).Ref)}
		return s.save(ctx, &r, before, h, func(h ticket.Happened) domain.Fact { return Moved{h, r, in.Event} })
	})
	return r, err
}

// Moves offers the moves out of the request's state, with the reason where one is blocked.
func (s *Service) Moves(r Request) []flow.Offer { return Flow.Offer(r.Ticket.State, r.Guard) }
