package problem

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

// Service holds the verbs of problems.
type Service struct {
	db      *db.DB
	tickets *ticket.Service
	gate    authorizer
	store   store
}

// New builds the service and makes the kind known to the shared part.
func New(d *db.DB, tickets *ticket.Service, gate authorizer) *Service {
	s := &Service{db: d, tickets: tickets, gate: gate, store: store{d}}
	tickets.Register(ticket.Kind{Name: domain.KindProblem, Machine: Flow,
		Facet: func(ctx context.Context, id domain.TicketID) (map[string]string, error) {
			f, err := s.store.load(ctx, id)
			return f.Fields(), err
		}})
	return s
}

// Get loads a problem that the actor may read.
func (s *Service) Get(ctx context.Context, number string) (Problem, error) {
	t, err := s.tickets.Get(ctx, number)
	if err != nil {
		return Problem{}, err
	}
	return s.withFacet(ctx, t)
}

func (s *Service) withFacet(ctx context.Context, t ticket.Ticket) (p Problem, err error) {
	if t.Kind != domain.KindProblem {
		return p, domain.ErrNotFound.Because("%s is not a problem.", t.Number)
	}
	p.Ticket = t
	p.Facet, err = s.store.load(ctx, t.ID)
	return p, err
}

func (s *Service) lock(ctx context.Context, number string, version int64, action string) (Problem, error) {
	t, err := s.tickets.Lock(ctx, number, version, action)
	if err != nil {
		return Problem{}, err
	}
	return s.withFacet(ctx, t)
}

func (s *Service) save(ctx context.Context, p *Problem, before map[string]string, h ticket.Happened, fact func(ticket.Happened) domain.Fact) error {
	return s.tickets.SaveAs(ctx, p, before, h, fact, func(ctx context.Context) error { return s.store.update(ctx, p.Facet) })
}

// States yields the state of every problem, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.tickets.States(ctx, domain.KindProblem, s.store.fields, yield)
}

// DetectInput is what is suspected.
type DetectInput struct {
	Title, Description string
	Impact, Urgency    int // 1 high … 3 low; they give the priority
	Service            string
	Classification     string
	Team               domain.TeamID
	Assignee           domain.UserID
	Workaround         string
	RootCause          string
}

// Detect records a problem. Who may: problem.create. Facts: Detected.
func (s *Service) Detect(ctx context.Context, in DetectInput) (p Problem, err error) {
	if in.Title, err = ticket.Title(in.Title); err != nil {
		return p, err
	}
	if err := ticket.Texts(map[string]*string{"description": &in.Description, "workaround": &in.Workaround, "root_cause": &in.RootCause}, ticket.MaxText); err != nil {
		return p, err
	}
	if err := ticket.Texts(map[string]*string{"service": &in.Service, "classification": &in.Classification}, ticket.MaxShort); err != nil {
		return p, err
	}
	priority, err := ticket.PriorityOf(in.Impact, in.Urgency)
	if err != nil {
		return p, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		actor := domain.ActorFrom(ctx)
		p = Problem{Ticket: ticket.Ticket{Kind: domain.KindProblem, Title: in.Title, Description: in.Description, Priority: priority, RequesterID: actor.User,
			OpenedBy: actor.User, TeamID: in.Team, AssigneeID: in.Assignee, SiteID: actor.Site, Service: in.Service, Classification: in.Classification},
			Facet: Facet{Workaround: in.Workaround, RootCause: in.RootCause}}
		if err := s.gate.Check(ctx, "problem.create", p.Ticket.Object([]domain.UserID{actor.User})); err != nil {
			return err
		}
		if err := s.tickets.CheckAssignment(ctx, in.Team, in.Assignee); err != nil {
			return err
		}
		if err := p.Ticket.Enter(Flow, StateDetected, s.db.Now(ctx)); err != nil {
			return err
		}
		return s.tickets.InsertAs(ctx, &p, ticket.Happened{What: "detected"},
			func(h ticket.Happened) domain.Fact { return Detected{h, p} },
			func(ctx context.Context) error {
				p.Facet.TicketID = p.Ticket.ID
				return s.store.insert(ctx, p.Facet)
			})
	})
	return p, err
}

// AmendInput changes what is known; nil leaves a field as it is.
type AmendInput struct {
	ticket.Patch
	Priority   *int
	Workaround *string
	RootCause  *string
}

// Amend writes down what is known of a problem. Who may: problem.amend. Facts: "amended". A known error
// cannot lose its root cause or workaround.
func (s *Service) Amend(ctx context.Context, in AmendInput) (p Problem, err error) {
	if err := ticket.Texts(map[string]*string{"workaround": in.Workaround, "root_cause": in.RootCause}, ticket.MaxText); err != nil {
		return p, err
	}
	if in.Priority != nil && (*in.Priority < 1 || *in.Priority > 4) {
		return p, domain.ErrInvalid.With("body.priority", "priority is 1 (critical) to 4 (low)")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if p, err = s.lock(ctx, in.Number, in.Version, "amend"); err != nil {
			return err
		}
		if err := ticket.NotFinal(Flow, p.Ticket); err != nil {
			return err
		}
		before := p.Fields()
		if err := in.Apply(&p.Ticket); err != nil {
			return err
		}
		ticket.Set(&p.Ticket.Priority, in.Priority)
		ticket.Set(&p.Facet.Workaround, in.Workaround)
		ticket.Set(&p.Facet.RootCause, in.RootCause)
		if p.Ticket.State == StateKnownError {
			for _, g := range []string{guardRootCause, guardWorkaround} {
				if err := p.Guard(g); err != nil {
					return err
				}
			}
		}
		if len(ticket.Diff(before, p.Fields())) == 0 {
			return nil
		}
		return s.save(ctx, &p, before, ticket.Happened{What: "amended"}, ticket.Plain)
	})
	return p, err
}

// MoveInput asks for a move.
type MoveInput struct {
	Number     string
	Version    int64
	Event      string
	Reason     string
	Resolution string
}

// Move makes a move of the flow. Who may: the move's action. Facts: Moved. Errors: move_not_possible,
// missing_input, root_cause_missing, workaround_missing.
func (s *Service) Move(ctx context.Context, in MoveInput) (p Problem, err error) {
	mv, known := Flow.Event(in.Event)
	if !known {
		return p, domain.ErrMove.Because("There is no such move.")
	}
	if err := ticket.Texts(map[string]*string{"reason": &in.Reason, "resolution": &in.Resolution}, ticket.MaxText); err != nil {
		return p, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if p, err = s.lock(ctx, in.Number, in.Version, strings.TrimPrefix(mv.Action, "problem.")); err != nil {
			return err
		}
		before, now := p.Fields(), s.db.Now(ctx)
		mv, err := ticket.Fire(Flow, p.Ticket.State, in.Event, flow.Input{
			Given: map[string]bool{"reason": in.Reason != "", "resolution": in.Resolution != ""}, Guard: p.Guard})
		if err != nil {
			return err
		}
		switch in.Event {
		case "declare_known_error":
			p.Facet.KnownErrorAt = &now
		case "resolve":
			p.Facet.Resolution = in.Resolution
		case "reopen":
			p.Facet.Resolution, p.Facet.KnownErrorAt = "", nil
		}
		if err := p.Ticket.Enter(Flow, mv.To, now); err != nil {
			return err
		}
		h := ticket.Happened{What: past[in.Event], Details: ticket.Detail("reason", in.Reason, domain.ActorFrom(ctx).Ref)}
		return s.save(ctx, &p, before, h, func(h ticket.Happened) domain.Fact { return Moved{h, p, in.Event} })
	})
	return p, err
}

// Moves offers the moves out of the problem's state, with the reason where one is blocked.
func (s *Service) Moves(p Problem) []flow.Offer { return Flow.Offer(p.Ticket.State, p.Guard) }
