package changes

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes/risk"
	"github.com/cabinetdesk/cabinet/domain"
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

	CIs               *[]string
	Environment       *string
	Outage            *string
	OutageMinutes     *int64
	BackoutTested     *string
	CommunicationPlan *string
	VerificationPlan  *string
	SecurityTouched   *string
	SecurityImpact    *string
	Answers           *map[string]string // those given replace those of before; an empty answer takes one back
	Category          *string
	ReasonCode        *string
	Tester            *domain.UserID
}

func (s *Service) apply(ctx context.Context, c *Change, p PlanPatch) (err error) {
	if p.Title != nil {
		if c.Ticket.Title, err = ticket.Title(*p.Title); err != nil {
			return err
		}
	}
	if err := ticket.Texts(map[string]*string{"description": p.Description, "plan.justification": p.Justification,
		"plan.implementation_plan": p.ImplementationPlan, "plan.test_plan": p.TestPlan, "plan.backout_plan": p.BackoutPlan,
		"plan.communication_plan": p.CommunicationPlan, "plan.verification_plan": p.VerificationPlan, "plan.security_impact": p.SecurityImpact}, ticket.MaxText); err != nil {
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
		case Normal, Emergency, Registration:
			if f.Model == Unauthorised {
				return ErrModel.With("body.model", "what was found stays what was found")
			}
			if f.Model != *p.Model {
				f.Template, f.TemplateEdition = "", 0 // it goes the way of everybody then
			}
			f.Model = *p.Model
		case Standard:
			return ErrTemplate
		default:
			return domain.ErrInvalid.With("body.model", "a model is normal, emergency or registration")
		}
	}
	if p.Risk != nil {
		if !slices.Contains([]Risk{Low, Medium, High}, *p.Risk) {
			return domain.ErrInvalid.With("body.risk", "risk is low, medium or high")
		}
		f.RiskChosen = *p.Risk
	}
	if err := s.applyMore(ctx, f, p); err != nil {
		return err
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
	return nil
}

// applyMore sets what came with change enablement.
func (s *Service) applyMore(ctx context.Context, f *Facet, p PlanPatch) error {
	for _, w := range []struct {
		name string
		dst  *string
		src  *string
		of   []string
	}{
		{"environment", &f.Environment, p.Environment, Environments}, {"outage", &f.Outage, p.Outage, yesNo}, {"backout_tested", &f.BackoutTested, p.BackoutTested, yesNo},
		{"security_touched", &f.SecurityTouched, p.SecurityTouched, yesNo}, {"category", &f.Category, p.Category, Categories}, {"reason_code", &f.ReasonCode, p.ReasonCode, ReasonCodes},
	} {
		if w.src != nil {
			if *w.src != "" && !slices.Contains(w.of, *w.src) {
				return domain.ErrInvalid.With("body.plan."+w.name, "choose one of: "+strings.Join(w.of, ", "))
			}
			*w.dst = *w.src
		}
	}
	ticket.Set(&f.CommunicationPlan, p.CommunicationPlan)
	ticket.Set(&f.VerificationPlan, p.VerificationPlan)
	ticket.Set(&f.SecurityImpact, p.SecurityImpact)
	if p.OutageMinutes != nil {
		if *p.OutageMinutes < 0 || *p.OutageMinutes > 60*24*90 {
			return domain.ErrInvalid.With("body.plan.outage_minutes", "minutes, within ninety days")
		}
		f.OutageMinutes = *p.OutageMinutes
	}
	if p.Tester != nil {
		if err := s.tickets.CheckAssignment(ctx, 0, *p.Tester); err != nil {
			return err
		}
		f.TesterID = *p.Tester
	}
	if p.Answers != nil {
		answers := Answers{}
		for _, from := range []map[string]string{f.Answers, *p.Answers} {
			for q, a := range from {
				if answers[q] = a; a == "" {
					delete(answers, q)
				}
			}
		}
		if err := s.knownAnswers(ctx, answers); err != nil {
			return err
		}
		f.Answers = answers
	}
	if p.CIs != nil {
		return s.setItems(ctx, f, *p.CIs)
	}
	return nil
}

var yesNo = []string{"yes", "no"}

// knownAnswers refuses an answer that the present questionnaire does not offer.
func (s *Service) knownAnswers(ctx context.Context, answers Answers) error {
	q, err := s.rules.Questionnaire(ctx, 0)
	if err != nil {
		return err
	}
	for key, option := range answers {
		if !slices.ContainsFunc(q.Questions, func(x risk.Question) bool {
			return x.Key == key && slices.ContainsFunc(x.Options, func(o risk.Option) bool { return o.Key == option })
		}) {
			return domain.ErrInvalid.With("body.plan.answers", "choose one of the answers that the questionnaire offers")
		}
	}
	return nil
}

// setItems names the configuration items that the change touches. Without a CMDB nobody can say whether they exist.
func (s *Service) setItems(ctx context.Context, f *Facet, numbers []string) error {
	f.CIs = nil
	for _, number := range numbers {
		n, err := domain.ParseNumber(number)
		if err != nil || n.Kind != domain.KindCI {
			return ErrItems.With("body.plan.items", "an item is named like CI-000123")
		}
		if !slices.Contains(f.CIs, n.String()) {
			f.CIs = append(f.CIs, n.String())
		}
	}
	slices.Sort(f.CIs)
	if s.items == nil || len(f.CIs) == 0 {
		return nil
	}
	known, err := s.items.Readable(ctx, f.CIs)
	if err == nil && len(known) < len(f.CIs) {
		return ErrItems.With("body.plan.items", "one of these items does not exist, or you may not see it")
	}
	return err
}

// prioritise makes the place in the queues follow from model and risk.
func (c *Change) prioritise() {
	c.Ticket.Priority = map[Risk]int{Low: 4, Medium: 3, High: 2}[c.Facet.Risk]
	if c.Facet.Model == Emergency || c.Facet.Model == Unauthorised {
		c.Ticket.Priority = 1
	}
}

// RaiseInput drafts a change.
type RaiseInput struct {
	Plan           PlanPatch
	Classification string
	Team           domain.TeamID
	Requester      domain.UserID // zero: the actor
	Owner          domain.UserID // zero: the actor
	// Template makes it a standard change. That it keeps to the edition is asked when it is scheduled and started.
	Template string
	Edition  int64
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
			Facet: Facet{Version: 1, Model: Normal, OwnerID: in.Owner, Revision: 1, PlanForm: 2}}
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
		if in.Template != "" {
			c.Facet.Model, c.Facet.Template, c.Facet.TemplateEdition = Standard, in.Template, in.Edition
		}
		if actor.User != 0 {
			c.Facet.Editors = Users{actor.User}
		}
		return s.insert(ctx, &c, "raised")
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
		if !c.Editable() {
			return ErrFrozen.Because("%s is %s: what was approved is being, or has been, done.", c.Ticket.Number, c.Ticket.State)
		}
		before, plan, chosen := c.Fields(), c.Plan().present(), c.Facet.RiskChosen
		if err := s.apply(ctx, &c, in.Plan); err != nil {
			return err
		}
		ticket.Set(&c.Ticket.Classification, in.Classification)
		material := c.Plan().present() != plan || c.Facet.RiskChosen != chosen
		if material {
			if err := s.assess(ctx, &c); err != nil {
				return err
			}
			material = c.Plan().present() != plan
		}
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
			c.Facet.PlanForm, h.What = 2, "replanned"
			c.Facet.Digest = c.Plan().Digest()
		}
		if err := s.save(ctx, &c, before, h, func(h ticket.Happened) domain.Fact { return Replanned{h, c, voided} }); err != nil {
			return err
		}
		if material && c.Ticket.State != StateDraft {
			return s.fire(ctx, &c, c.Fields(), MoveInput{Event: "revise"}, true)
		}
		return nil
	})
	return c, voided, err
}

// Editable tells whether the plan can still be edited.
func (c Change) Editable() bool {
	return slices.Contains([]string{StateDraft, StateAssess, StateAuthorize, StateScheduled}, c.Ticket.State)
}

// DetectInput tells of something that was changed and that nobody had asked for.
type DetectInput struct {
	Title       string
	Description string // what was found, where and how
	Team        domain.TeamID
	CIs         []string
}

// Detect records an unauthorised change: what was found, for somebody to look into and to judge. Who may: change.detect.
// Facts: Raised, and Moved by "detect".
func (s *Service) Detect(ctx context.Context, in DetectInput) (c Change, err error) {
	if in.Title, err = ticket.Title(in.Title); err != nil {
		return c, err
	}
	if in.Description, err = ticket.Clean("body.description", in.Description, ticket.MaxText); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		actor := domain.ActorFrom(ctx)
		c = Change{Ticket: ticket.Ticket{Kind: domain.KindChange, Title: in.Title, Description: in.Description, RequesterID: actor.User, OpenedBy: actor.User, TeamID: in.Team, SiteID: actor.Site},
			Facet: Facet{Version: 1, Model: Unauthorised, Risk: Medium, Revision: 1, PlanForm: 2}}
		if err := s.gate.Check(ctx, "change.detect", c.Ticket.Object([]domain.UserID{actor.User})); err != nil {
			return err
		}
		m, err := s.rules.Model(ctx, string(Unauthorised), 0)
		if err != nil {
			return err
		}
		c.Facet.ModelVersion = m.Version
		if err := s.setItems(ctx, &c.Facet, in.CIs); err != nil {
			return err
		}
		if err := s.insert(ctx, &c, "raised"); err != nil {
			return err
		}
		return s.fire(ctx, &c, c.Fields(), MoveInput{Event: "detect"}, true)
	})
	return c, err
}

// insert gives a new draft its number, its event and its rows.
func (s *Service) insert(ctx context.Context, c *Change, what string) error {
	if err := s.assess(ctx, c); err != nil {
		return err
	}
	c.Facet.Digest = c.Plan().Digest()
	if err := c.Ticket.Enter(Flow, StateDraft, s.db.Now(ctx)); err != nil {
		return err
	}
	return s.tickets.InsertAs(ctx, c, ticket.Happened{What: what, Digest: c.Facet.Digest},
		func(h ticket.Happened) domain.Fact { return Raised{h, *c} },
		func(ctx context.Context) error {
			c.Facet.TicketID = c.Ticket.ID
			if err := s.store.insert(ctx, c.Facet); err != nil || len(c.Facet.CIs) == 0 {
				return err
			}
			return s.keepClosure(ctx, *c)
		})
}
