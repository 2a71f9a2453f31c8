package changes

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/changes/risk"
	"github.com/cabinetdesk/cabinet/changes/when"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Assessment is a risk with all that it was computed from, as it is kept.
type Assessment struct {
	risk.Result
	Facts when.Facts `json:"facts"`
	At    time.Time  `json:"at"`
}

// assess computes the risk from the answers and from what is known now, and keeps it on the change. It sets the place in
// the queues, too, which follows from the risk.
func (s *Service) assess(ctx context.Context, c *Change) error {
	q, err := s.rules.Questionnaire(ctx, 0)
	if err != nil {
		return err
	}
	rules, err := s.rules.Rules(ctx, 0)
	if err != nil {
		return err
	}
	facts, err := s.facts(ctx, *c)
	if err != nil {
		return err
	}
	if f := &c.Facet; f.Assessment == "" && f.RiskChosen == "" { // chosen by hand before risk was computed: that stands
		f.RiskChosen = f.Risk
	}
	a := Assessment{Result: c.Facet.rate(q, rules, facts), Facts: facts, At: s.db.Now(ctx)}
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	c.Facet.Assessment, c.Facet.RiskComputed = string(b), Risk(a.Band)
	c.Facet.settleRisk()
	c.prioritise()
	return nil
}

// rate applies documents of risk to the answers and to facts.
func (f Facet) rate(q risk.Questionnaire, rules risk.Rules, facts when.Facts) risk.Result {
	if f.Model != Normal && len(f.Answers) == 0 {
		q.Questions = nil // nobody is asked: the rules alone say how risky it is
	}
	return risk.Assess(q, risk.Answers(f.Answers), rules, facts)
}

// Rate is the risk by other documents, over the answers and the facts that were kept when it was computed last; false for a
// change of before risk was computed.
func (f Facet) Rate(q risk.Questionnaire, rules risk.Rules) (risk.Result, bool) {
	a, ok := f.Assessed()
	if !ok {
		return risk.Result{}, false
	}
	return f.rate(q, rules, a.Facts), true
}

// Lacks is what the change would have lacked by a model, with the notice that was left when its risk was computed last.
func (c Change) Lacks(m model.Model) []domain.Field {
	out := c.missing(m)
	if a, ok := c.Facet.Assessed(); ok {
		if hours, known := a.Facts["lead_hours"].(float64); known {
			if say := notice(m, hours); say != "" {
				out = append(out, domain.Field{Location: "body.plan.planned_start", Message: say})
			}
		}
	}
	return out
}

// How far back a team's changes are counted: for the rule about failures, and for the record that is shown beside the risk.
const (
	failuresSince = 90 * 24 * time.Hour
	recordSince   = 365 * 24 * time.Hour
)

// facts is what the rules of risk may ask about. What nobody knows is left out.
func (s *Service) facts(ctx context.Context, c Change) (when.Facts, error) {
	f := c.Facet
	out := when.Facts{"model": string(f.Model), "lane": LaneUsual, "items": float64(len(f.CIs)), "owners_known": false}
	if f.Lane != "" {
		out["lane"] = f.Lane
	}
	for name, v := range map[string]string{"category": f.Category, "environment": f.Environment} {
		if v != "" {
			out[name] = v
		}
	}
	for name, v := range map[string]string{"outage": f.Outage, "backout_tested": f.BackoutTested, "security_impact": f.SecurityTouched} {
		if v != "" {
			out[name] = v == "yes"
		}
	}
	if f.Outage != "" {
		out["outage_minutes"] = float64(f.OutageMinutes)
	}
	if f.PlannedStart != nil {
		out["lead_hours"] = float64(max(0, f.PlannedStart.Sub(s.db.Now(ctx))) / time.Hour)
	}
	if team := c.Ticket.TeamID; team != 0 {
		done, failed, err := s.store.record(ctx, team, "", s.db.Now(ctx).Add(-failuresSince))
		if err != nil {
			return nil, err
		}
		if out["team_sample"] = float64(done); done > 0 {
			out["team_failure_rate"] = float64(failed * 100 / done)
		}
		if f.Category != "" {
			if done, _, err = s.store.record(ctx, team, f.Category, s.db.Now(ctx).Add(-recordSince)); err != nil {
				return nil, err
			}
			out["first_of_its_kind"] = done == 0
		}
	}
	return out, s.itemFacts(ctx, f.CIs, out)
}

// itemFacts adds what the CMDB knows. Without one, or without items, that is unknown.
func (s *Service) itemFacts(ctx context.Context, numbers []string, out when.Facts) error {
	if s.items == nil || len(numbers) == 0 {
		return nil
	}
	items, err := s.items.Facts(ctx, numbers)
	if err != nil || len(items) == 0 {
		return err
	}
	reached, err := s.items.Impacted(ctx, numbers)
	if err != nil {
		return err
	}
	classes, tags, critical := []string{}, []string{}, 0
	for i, x := range slices.Concat(items, reached) {
		if i < len(items) {
			classes = append(classes, x.Class)
			out["owners_known"] = out["owners_known"] == true || x.Owner != 0 || x.Team != 0
		}
		tags = append(tags, x.Tags...)
		if x.Criticality > 0 && (critical == 0 || x.Criticality < critical) {
			critical = x.Criticality
		}
	}
	out["classes"], out["tags"] = compact(classes), compact(tags)
	if reached != nil {
		out["impacted_services"] = float64(len(reached))
	}
	if critical > 0 {
		out["criticality"] = float64(critical)
	}
	return nil
}

func compact(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// Record is how a team's changes of the last year ended, beside the risk and never part of it.
type Record struct {
	Done, Failed int
	Category     string // of these only, empty for all
}

// RecordOf counts the finished changes of a change's team: those of its category where there are some, otherwise all.
func (s *Service) RecordOf(ctx context.Context, c Change) (r Record, err error) {
	if c.Ticket.TeamID == 0 {
		return r, nil
	}
	since := s.db.Now(ctx).Add(-recordSince)
	if r.Category = c.Facet.Category; r.Category != "" {
		if r.Done, r.Failed, err = s.store.record(ctx, c.Ticket.TeamID, r.Category, since); err != nil || r.Done > 0 {
			return r, err
		}
		r.Category = ""
	}
	r.Done, r.Failed, err = s.store.record(ctx, c.Ticket.TeamID, "", since)
	return r, err
}

// LowerRisk sets the risk lower than it was computed, with a reason, and flags the change for ever. It holds until
// something else is computed. Who may: change.lower_risk. From the states in which the plan can be edited, as a material
// edit. Facts: Replanned as "risk_lowered", and Moved by "revise". Errors: risk_not_lower, plan_frozen, reason_required.
func (s *Service) LowerRisk(ctx context.Context, number string, version int64, to Risk, reason string) (c Change, err error) {
	if reason, err = ticket.Reason(reason); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if c, err = s.lock(ctx, number, version, "lower_risk"); err != nil {
			return err
		}
		if !c.Editable() {
			return ErrFrozen.Because("%s is %s: what was approved is being, or has been, done.", c.Ticket.Number, c.Ticket.State)
		}
		before, f := c.Fields(), &c.Facet
		if err := s.assess(ctx, &c); err != nil {
			return err
		}
		if risk.Band(to).Rank() < 0 || risk.Band(to).Rank() >= risk.Band(f.RiskComputed).Rank() {
			return ErrRisk.Because("It was computed as %s: lower is less than that.", f.RiskComputed)
		}
		f.RiskLowered, f.RiskLoweredFrom, f.RiskReason, f.RiskChosen = to, f.RiskComputed, reason, ""
		f.settleRisk()
		c.prioritise()
		f.flag(LoweredRisk)
		return s.revised(ctx, &c, before, ticket.Happened{What: "risk_lowered", Details: ticket.Detail("reason", reason, domain.ActorFrom(ctx).Ref)})
	})
	return c, err
}

// revised makes the next revision of a plan that was altered: decisions lose their force, whoever acts is an editor, and
// the change goes back to draft.
func (s *Service) revised(ctx context.Context, c *Change, before map[string]string, h ticket.Happened) error {
	voided, err := s.approvals.Void(ctx, c.Ballots)
	if err != nil {
		return err
	}
	if actor := domain.ActorFrom(ctx).User; actor != 0 && !slices.Contains(c.Facet.Editors, actor) {
		c.Facet.Editors = append(c.Facet.Editors, actor)
	}
	c.Facet.Revision++
	c.Facet.PlanForm = 2
	c.Facet.Digest = c.Plan().Digest()
	if err := s.save(ctx, c, before, h, func(h ticket.Happened) domain.Fact { return Replanned{h, *c, voided} }); err != nil {
		return err
	}
	if c.Ticket.State != StateDraft {
		return s.fire(ctx, c, c.Fields(), MoveInput{Event: "revise"}, true)
	}
	return nil
}

// PeerReview says that a colleague has looked at exactly this plan and finds it sound. Who may: change.review_plan, and no
// hand in the change. In the state assess. Facts: "peer_reviewed". Errors: author_reviews, move_not_possible, digest_stale.
func (s *Service) PeerReview(ctx context.Context, number string, digest, note string) (c Change, err error) {
	if note, err = ticket.Clean("body.note", note, ticket.MaxText); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if c, err = s.lock(ctx, number, 0, "review_plan"); err != nil {
			return err
		}
		actor := domain.ActorFrom(ctx)
		if actor.Kind == domain.Service {
			return ErrAuthor.Because("A program does not look at plans: a colleague does.")
		}
		if why := c.Reviewable(actor.User, digest); why != nil {
			return why
		}
		before, now := c.Fields(), s.db.Now(ctx)
		f := &c.Facet
		f.PeerID, f.PeerAt, f.PeerDigest, f.PeerNote = actor.User, &now, f.Digest, note
		return s.save(ctx, &c, before, ticket.Happened{What: "peer_reviewed", Details: ticket.Detail("comment", note, actor.Ref)}, ticket.Plain)
	})
	return c, err
}

// Reviewable tells why a person cannot review the plan with a digest now; nil when they can.
func (c Change) Reviewable(user domain.UserID, digest string) error {
	switch why := c.Subject().Interested[user]; {
	case c.Ticket.State != StateAssess:
		return domain.ErrMove.Because("A colleague looks at a plan while it is assessed.")
	case digest != "" && digest != c.Facet.Digest:
		return approval.ErrDigestStale.Because("The plan was edited since you read it.")
	case len(why) > 0:
		return ErrAuthor.Because("Somebody who has no hand in it looks at the plan: you are its %s.", why[0])
	}
	return nil
}
