package changes

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// PlanPatch sets parts of a plan; nil leaves a part as it is.
type PlanPatch struct {
	Title              *string
	Description        *string
	Service            *string
	Model              *Model
	Risk               *Risk
	Justification      *string
	ImplementationPlan *string
	TestPlan           *string
	BackoutPlan        *string
	PlannedStart       *time.Time
	PlannedEnd         *time.Time
	AffectedServices   *[]string
	Implementers       *[]domain.UserID
}

func (s *Service) apply(ctx context.Context, c *Change, p PlanPatch) (err error) {
	if p.Title != nil {
		if c.Ticket.Title, err = ticket.Title(*p.Title); err != nil {
			return err
		}
	}
	if err := ticket.Texts(map[string]*string{"description": p.Description, "plan.justification": p.Justification,
		"plan.implementation_plan": p.ImplementationPlan, "plan.test_plan": p.TestPlan, "plan.backout_plan": p.BackoutPlan}, ticket.MaxText); err != nil {
		return err
	}
	if err := ticket.Texts(map[string]*string{"service": p.Service}, ticket.MaxShort); err != nil {
		return err
	}
	f := &c.Facet
	ticket.Set(&c.Ticket.Description, p.Description)
	ticket.Set(&c.Ticket.Service, p.Service)
	ticket.Set(&f.Justification, p.Justification)
	ticket.Set(&f.ImplementationPlan, p.ImplementationPlan)
	ticket.Set(&f.TestPlan, p.TestPlan)
	ticket.Set(&f.BackoutPlan, p.BackoutPlan)
	if p.Model != nil {
		switch *p.Model {
		case Normal, Emergency:
			f.Model = *p.Model
		case Standard:
			return ErrTemplate
		default:
			return domain.ErrInvalid.With("body.model", "a model is normal or emergency")
		}
	}
	if p.Risk != nil {
		if !slices.Contains([]Risk{Low, Medium, High}, *p.Risk) {
			return domain.ErrInvalid.With("body.risk", "risk is low, medium or high")
		}
		f.Risk = *p.Risk
	}
	for _, w := range []struct {
		dst **time.Time
		src *time.Time
	}{{&f.PlannedStart, p.PlannedStart}, {&f.PlannedEnd, p.PlannedEnd}} {
		if w.src != nil {
			at := domain.Instant(*w.src)
			*w.dst = &at
		}
	}
	if f.PlannedStart != nil && f.PlannedEnd != nil && !f.PlannedEnd.After(*f.PlannedStart) {
		return domain.ErrInvalid.With("body.plan.planned_end", "the end comes after the start")
	}
	if p.AffectedServices != nil {
		f.AffectedServices = nil
		for _, name := range *p.AffectedServices {
			if name, err = ticket.Line("body.plan.affected_services", strings.TrimSpace(name), ticket.MaxShort); err != nil {
				return err
			}
			if name != "" && !slices.Contains(f.AffectedServices, name) {
				f.AffectedServices = append(f.AffectedServices, name)
			}
		}
	}
	if p.Implementers != nil {
		f.Implementers = nil
		for _, u := range *p.Implementers {
			if err := s.tickets.CheckAssignment(ctx, 0, u); err != nil {
				return err
			}
			if !slices.Contains(f.Implementers, u) {
				f.Implementers = append(f.Implementers, u)
			}
		}
	}
	c.Ticket.Priority = map[Risk]int{Low: 4, Medium: 3, High: 2}[f.Risk]
	if f.Model == Emergency {
		c.Ticket.Priority = 1
	}
	return nil
}

// RaiseInput drafts a change.
type RaiseInput struct {
	Plan           PlanPatch
	Classification string
	Team           domain.TeamID
	Requester      domain.UserID // zero: the actor
	Owner          domain.UserID // zero: the actor
}

// Raise drafts a change. Who may: change.create. Facts: Raised.
func (s *Service) Raise(ctx context.Context, in RaiseInput) (c Change, err error) {
	if in.Plan.Title == nil {
		return c, ticket.ErrTitle.With("body.title", "say in a few words what is to change")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		actor := domain.ActorFrom(ctx)
		c = Change{Ticket: ticket.Ticket{Kind: domain.KindChange, RequesterID: in.Requester, OpenedBy: actor.User, TeamID: in.Team,
			SiteID: actor.Site, Classification: in.Classification},
			Facet: Facet{Version: 1, Model: Normal, Risk: Medium, OwnerID: in.Owner, Revision: 1}}
		if c.Ticket.RequesterID == 0 {
			c.Ticket.RequesterID = actor.User
		}
		if c.Facet.OwnerID == 0 {
			c.Facet.OwnerID = actor.User
		}
		if err := s.gate.Check(ctx, "change.create", c.Ticket.Object([]domain.UserID{actor.User})); err != nil {
			return err
		}
		if err := s.apply(ctx, &c, in.Plan); err != nil {
			return err
		}
		if actor.User != 0 {
			c.Facet.Editors = Users{actor.User}
		}
		c.Facet.Digest = c.Plan().Digest()
		if err := c.Ticket.Enter(Flow, StateDraft, s.db.Now(ctx)); err != nil {
			return err
		}
		return s.tickets.InsertAs(ctx, &c, ticket.Happened{What: "raised", Digest: c.Facet.Digest},
			func(h ticket.Happened) domain.Fact { return Raised{h, c} },
			func(ctx context.Context) error {
				c.Facet.TicketID = c.Ticket.ID
				return s.store.insert(ctx, c.Facet)
			})
	})
	return c, err
}

// AmendInput edits a change.
type AmendInput struct {
	Number         string
	Version        int64
	Plan           PlanPatch
	Classification *string
}

// Amend edits a change. What differs in the plan is a material edit: it makes the next revision with a new
// digest, adds the actor to its editors, voids all decisions and brings an assessed, waiting or approved change
// back to draft (invariant 1). Who may: change.amend_plan. Facts: Replanned, and Moved by "revise".
// Errors: plan_frozen once implementation has begun.
func (s *Service) Amend(ctx context.Context, in AmendInput) (c Change, voided int, err error) {
	if err := ticket.Texts(map[string]*string{"classification": in.Classification}, ticket.MaxShort); err != nil {
		return c, 0, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if c, err = s.lock(ctx, in.Number, in.Version, "amend_plan"); err != nil {
			return err
		}
		if !slices.Contains([]string{StateDraft, StateAssess, StateAuthorize, StateScheduled}, c.Ticket.State) {
			return ErrFrozen.Because("%s is %s: what was approved is being, or has been, done.", c.Ticket.Number, c.Ticket.State)
		}
		before := c.Fields()
		if err := s.apply(ctx, &c, in.Plan); err != nil {
			return err
		}
		ticket.Set(&c.Ticket.Classification, in.Classification)
		digest := c.Plan().Digest()
		material := digest != c.Facet.Digest
		if !material && len(ticket.Diff(before, c.Fields())) == 0 {
			return nil
		}
		h := ticket.Happened{What: "amended"}
		if material {
			if voided, err = s.approvals.Void(ctx, c.Ballots); err != nil {
				return err
			}
			if actor := domain.ActorFrom(ctx).User; actor != 0 && !slices.Contains(c.Facet.Editors, actor) {
				c.Facet.Editors = append(c.Facet.Editors, actor)
			}
			c.Facet.Revision++
			c.Facet.Digest, h.What = digest, "replanned"
		}
		if err := s.save(ctx, &c, before, h, func(h ticket.Happened) domain.Fact { return Replanned{h, c, voided} }); err != nil {
			return err
		}
		if material && c.Ticket.State != StateDraft {
			return s.fire(ctx, &c, MoveInput{Event: "revise"}, true)
		}
		return nil
	})
	return c, voided, err
}

// boardFor says which board decides on a change: the data of the thin policy. The decision table of change
// enablement replaces it.
func boardFor(m Model) []string {
	if m == Emergency {
		return []string{"ecab", "cab"}
	}
	return []string{"cab"}
}

// specs are the slots that the change's present plan needs.
func (s *Service) specs(ctx context.Context, c Change) ([]approval.Spec, error) {
	for _, key := range boardFor(c.Facet.Model) {
		b, err := s.approvals.Board(ctx, key)
		if err == nil {
			return []approval.Spec{{Stage: 1, Board: b}}, nil
		}
		if domain.KindOf(err) != domain.NotFound {
			return nil, err
		}
	}
	return nil, approval.ErrBoard.Because("Found a board with the key %q and members first.", boardFor(c.Facet.Model)[0])
}

// electorate tells, before anybody is asked, whether those who would be asked could approve the plan at all.
func (s *Service) electorate(ctx context.Context, c Change) func() error {
	return func() error {
		specs, err := s.specs(ctx, c)
		if err != nil {
			return err
		}
		ballots, err := s.approvals.Plan(ctx, c.Subject(), specs)
		if err != nil {
			return err
		}
		for _, b := range ballots {
			if t := b.Tally(c.Subject()); t.Stuck {
				return approval.ErrElectorate.Because("Of %s only %d may vote on this, and it takes %d: extend the board, or take its members off the implementers.",
					b.Slot.Label, len(t.Eligible), t.Needed)
			}
		}
		return nil
	}
}
