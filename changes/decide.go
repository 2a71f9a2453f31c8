package changes

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// DecideInput is one vote.
type DecideInput struct {
	Number  string
	Slot    string // reference of the slot
	Verdict approval.Verdict
	Comment string // required to reject and to recuse oneself
	Digest  string // of the plan that the voter saw
	// Conditions are what has to be done first, for somebody who approves: text and "start" or "close".
	Conditions []approval.Condition
}

// Outcome of a vote: the change after it, the decision, and the receipt that proves its place in the log.
type Vote struct {
	Change   Change
	Decision approval.Decision
	Receipt  audit.Receipt
}

// Eligible answers "may this actor decide on this slot, now?" with the reasons against, in order. It stands
// behind the vote, the button and the list of those who are asked.
func (s *Service) Eligible(ctx context.Context, c Change, b approval.Ballot, actor domain.Actor, digest string) (approval.Seat, []domain.Reason, string, int64) {
	role := s.gate.Decide(ctx, actor, DecisionAction(b.Slot), c.DecisionObject(b.Slot.BoardID))
	var why []domain.Reason
	if actor.Kind == domain.Service { // whatever roles it was given
		return approval.Seat{}, []domain.Reason{{Code: approval.ReasonRole, Text: "programs implement changes; people decide on them"}}, role.Rule, role.PolicyVersion
	}
	if !role.Allowed {
		why = role.Reasons
		if len(why) == 0 {
			why = []domain.Reason{{Code: approval.ReasonRole, Text: "your roles do not let you decide on changes of this risk"}}
		}
	}
	seat, reasons := b.CanDecide(actor.User, c.Subject(), digest, why)
	return seat, reasons, role.Rule, role.PolicyVersion
}

// Decide casts a vote on the exact plan that its digest names. Who may: those of the slot's electorate whose role
// lets them decide on this band of risk, who have no hand in the change, or their delegates. It returns once the
// decision is sealed. Facts: Decided, and Moved by "authorize" or "reject" when the vote settles it; a decision in retrospect
// moves nothing. Errors: decision_not_permitted with the reasons, digest_stale, already_decided, no_decision_open,
// signature_required where the slot asks for one, condition_incomplete.
func (s *Service) Decide(ctx context.Context, in DecideInput) (v Vote, err error) {
	if in.Comment, err = ticket.Clean("body.comment", in.Comment, ticket.MaxText); err != nil {
		return v, err
	}
	if !slices.Contains([]approval.Verdict{approval.Approve, approval.Reject, approval.Recuse}, in.Verdict) {
		return v, domain.ErrInvalid.With("body.decision", "a decision is approve, reject or recuse")
	}
	if in.Verdict != approval.Approve && strings.TrimSpace(in.Comment) == "" {
		return v, approval.ErrComment.With("body.comment", "say why")
	}
	if len(in.Conditions) > 0 && in.Verdict != approval.Approve {
		return v, approval.ErrCondition.With("body.conditions", "only who approves sets conditions")
	}
	if in.Digest == "" {
		return v, domain.ErrInvalid.With("body.digest", "say which plan you decide on: its digest")
	}
	var tried Change // on which somebody who has a hand in it would have decided
	var hands []string
	err = s.db.Do(ctx, func(ctx context.Context) error {
		hands = nil
		c, err := s.lock(ctx, in.Number, 0, "read")
		if err != nil {
			return err
		}
		i := slices.IndexFunc(c.Ballots, func(b approval.Ballot) bool { return b.Slot.Ref == in.Slot })
		if i < 0 {
			return domain.ErrNotFound.Because("%s has no such approval.", c.Ticket.Number)
		}
		actor := domain.ActorFrom(ctx)
		seat, why, rule, policy := s.Eligible(ctx, c, c.Ballots[i], actor, in.Digest)
		if in.Verdict == approval.Recuse { // who has a hand in it may, and should, say so
			why = slices.DeleteFunc(why, func(r domain.Reason) bool { return slices.Contains(handed, r.Code) })
		}
		for _, r := range why {
			if slices.Contains(handed, r.Code) {
				tried, hands = c, append(hands, r.Code)
			}
		}
		if err := approval.Refusal(why); err != nil {
			return err
		}
		now, before, slot := s.db.Now(ctx), c.Fields(), c.Ballots[i].Slot
		if slot.Sign && in.Verdict != approval.Recuse {
			if err := s.signed(ctx); err != nil {
				return err
			}
		}
		d := approval.Decision{Ref: s.approvals.Random(), UserID: seat.User, CastBy: actor.User, DelegationRef: seat.Delegation, Decision: in.Verdict,
			Comment: in.Comment, Rule: rule, PolicyVersion: policy, EventID: audit.NewID(now)}
		if slot.Sign && in.Verdict != approval.Recuse {
			d.Meaning, d.SignedAt = slot.Meaning, &now
		}
		// The vote first: the event that follows in this unit carries the ballots as they are after it.
		if err := s.approvals.Cast(ctx, &c.Ballots[i], c.Subject(), d); err != nil {
			return err
		}
		d = c.Ballots[i].Decisions[len(c.Ballots[i].Decisions)-1]
		if err := s.approvals.Impose(ctx, &c.Ballots[i], actor.User, in.Conditions); err != nil {
			return err
		}
		c.decideRetro()
		h := ticket.Happened{What: map[approval.Verdict]string{approval.Approve: "approved", approval.Reject: "rejected_by", approval.Recuse: "recused"}[in.Verdict],
			ID: d.EventID, Details: slices.Concat(ticket.Detail("comment", in.Comment, actor.Ref), ticket.Detail("slot", c.Ballots[i].Slot.Label, ""),
				ticket.Detail("rule", rule, ""), ticket.Detail("policy_version", ticket.Int(policy), ""), ticket.Detail("delegation", seat.Delegation, ""), ticket.Detail("signature", d.Meaning, ""))}
		var conditions []string
		for _, x := range in.Conditions {
			conditions = append(conditions, x.Text)
		}
		h.Details = append(h.Details, ticket.Detail("conditions", strings.Join(conditions, "\n"), "")...)
		if seat.User != actor.User {
			if h.OnBehalfOf, err = s.approvals.RefOf(ctx, seat.User); err != nil {
				return err
			}
		}
		if err := s.save(ctx, &c, before, h, func(h ticket.Happened) domain.Fact { return Decided{h, c, c.Ballots[i].Slot, d} }); err != nil {
			return err
		}
		err = s.settle(ctx, &c, in.Comment)
		v.Change, v.Decision = c, d
		return err
	})
	if err != nil {
		if len(hands) > 0 && s.attempts != nil {
			err = errors.Join(err, s.attempts.Refused(ctx, tried, in.Slot, in.Verdict, hands))
		}
		return v, err
	}
	v.Receipt, err = s.seal.Await(ctx, v.Decision.EventID)
	return v, err
}

// handed are the reasons that somebody has a hand in the change. Who has may, and should, step aside; who tries to vote all
// the same is refused, and that is kept.
var handed = []string{approval.ReasonSelf, approval.ReasonImplements, approval.ReasonEditor, approval.ReasonDelegate}

// decideRetro keeps on a change whose glass was broken what was decided in retrospect. It stays what it was: done.
func (c *Change) decideRetro() {
	if c.Facet.RetroState != RetroPending {
		return
	}
	if state := c.Verdict(); state == approval.Approved || state == approval.Rejected {
		if c.Facet.RetroState = state; state == approval.Rejected {
			c.Facet.flag(RetroRejected)
		}
	}
}

// settle makes the move that the decisions ask for, if they do.
func (s *Service) settle(ctx context.Context, c *Change, why string) error {
	if c.Ticket.State != StateAuthorize || c.Facet.HoldSince != nil {
		return nil
	}
	switch c.Verdict() {
	case approval.Approved:
		return s.fire(ctx, c, c.Fields(), MoveInput{Event: "authorize"}, true)
	case approval.Rejected:
		return s.fire(ctx, c, c.Fields(), MoveInput{Event: "reject", Reason: why}, true)
	}
	return nil
}

// MeetCondition ticks off a condition of an approval, with what shows that it is met. Who may: change.meet_condition.
// Facts: "condition_met". Errors: condition_met, missing_input without evidence.
func (s *Service) MeetCondition(ctx context.Context, number, ref, evidence string) (c Change, err error) {
	if evidence, err = ticket.Clean("body.evidence", evidence, ticket.MaxText); err != nil {
		return c, err
	}
	if unsaid(evidence) {
		return c, domain.ErrMissing.With("body.evidence", "say what shows that it is met")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if c, err = s.lock(ctx, number, 0, "meet_condition"); err != nil {
			return err
		}
		before, actor := c.Fields(), domain.ActorFrom(ctx)
		for i := range c.Ballots {
			for j := range c.Ballots[i].Conditions {
				if x := &c.Ballots[i].Conditions[j]; x.Ref == ref {
					if err := s.approvals.Meet(ctx, x, actor.User, evidence); err != nil {
						return err
					}
					h := ticket.Happened{What: "condition_met", Details: slices.Concat(ticket.Detail("condition", x.Text, ""), ticket.Detail("evidence", evidence, actor.Ref))}
					return s.save(ctx, &c, before, h, ticket.Plain)
				}
			}
		}
		return domain.ErrNotFound.Because("%s has no such condition.", c.Ticket.Number)
	})
	return c, err
}

// OverrideAdvice lets a change go on against the advice of a slot, with a reason; the change is flagged for ever.
// Who may: change.override_advice, and no hand in the change. Facts: "advice_overridden", and Moved by "authorize".
// Errors: no_advice_against, decision_not_permitted, reason_required.
func (s *Service) OverrideAdvice(ctx context.Context, number, slot, reason string) (c Change, err error) {
	if reason, err = ticket.Reason(reason); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if c, err = s.lock(ctx, number, 0, "override_advice"); err != nil {
			return err
		}
		i := slices.IndexFunc(c.Ballots, func(b approval.Ballot) bool { return b.Slot.Ref == slot })
		if i < 0 {
			return domain.ErrNotFound.Because("%s has no such approval.", c.Ticket.Number)
		}
		before, actor, subject := c.Fields(), domain.ActorFrom(ctx), c.Subject()
		if why := c.Ballots[i].Interest(actor.User, subject); len(why) > 0 {
			return approval.ErrCannotDecide.For(domain.Reason{Code: why[0].Code, Text: "you have a hand in it"})
		}
		if !subject.Open {
			return approval.ErrNoDecision
		}
		if err := s.approvals.Override(ctx, &c.Ballots[i], subject, actor.User, reason); err != nil {
			return err
		}
		c.Facet.flag(AgainstAdvice)
		h := ticket.Happened{What: "advice_overridden", Details: slices.Concat(ticket.Detail("reason", reason, actor.Ref), ticket.Detail("slot", c.Ballots[i].Slot.Label, ""))}
		if err := s.save(ctx, &c, before, h, ticket.Plain); err != nil {
			return err
		}
		return s.settle(ctx, &c, "")
	})
	return c, err
}

// batch is how many changes one sweep looks at.
const batch = 500

// Sweep does what the passing of time asks for, and decides nothing: it reminds of approvals at half of their time,
// escalates those that are due, flags retrospective decisions that are late, and settles changes whose electorate has
// shrunk to those who have decided. It is run by the desk itself.
// Facts: "approval_reminded", "approval_escalated", "retro_late", and Moved.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.db.Now(ctx)
	pressing, err := s.approvals.Waiting(ctx, now, batch)
	if err != nil {
		return err
	}
	late, err := s.store.late(ctx, now, batch)
	if err != nil {
		return err
	}
	for _, id := range slices.Concat(pressing, late) {
		if err := s.each(ctx, id, s.press); err != nil {
			return err
		}
	}
	for after := domain.TicketID(0); ; {
		asking, err := s.store.asking(ctx, after, batch)
		if err != nil || len(asking) == 0 {
			return err
		}
		for _, id := range asking {
			after = id
			c, err := s.ByID(ctx, id)
			if err != nil {
				return err
			}
			if v := c.Verdict(); v != approval.Approved && v != approval.Rejected {
				continue
			}
			if err := s.each(ctx, id, func(ctx context.Context, c *Change) error {
				return s.settle(ctx, c, "Those who are left have decided.")
			}); err != nil {
				return err
			}
		}
	}
}

// each runs a part of the sweep on one change, in a unit of its own.
func (s *Service) each(ctx context.Context, id domain.TicketID, do func(ctx context.Context, c *Change) error) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		t, err := s.tickets.ByIDs(ctx, []domain.TicketID{id})
		if err != nil {
			return err
		}
		c, err := s.lock(ctx, t[id].Number, 0, "read")
		if err != nil {
			return err
		}
		return do(ctx, &c)
	})
}

// press reminds, escalates and flags what is due on one change.
func (s *Service) press(ctx context.Context, c *Change) error {
	now := s.db.Now(ctx)
	for i := range c.Ballots {
		before := c.Fields()
		what, err := s.approvals.Press(ctx, &c.Ballots[i], now)
		if err != nil || what == "" {
			if err != nil {
				return err
			}
			continue
		}
		h := ticket.Happened{What: "approval_" + what, Details: ticket.Detail("slot", c.Ballots[i].Slot.Label, "")}
		if err := s.save(ctx, c, before, h, ticket.Plain); err != nil {
			return err
		}
	}
	if f := &c.Facet; f.RetroState == RetroPending && f.RetroLateAt == nil && f.RetroDueAt != nil && !now.Before(*f.RetroDueAt) {
		before := c.Fields()
		f.RetroLateAt = &now
		f.flag(RetroLate)
		return s.save(ctx, c, before, ticket.Happened{What: "retro_late"}, ticket.Plain)
	}
	return nil
}

// Inbox lists the slots that wait for the actor, or that they have decided, with their changes.
func (s *Service) Inbox(ctx context.Context, decided bool, after int64, limit int) ([]approval.Slot, error) {
	actor := domain.ActorFrom(ctx)
	if actor.User == 0 {
		return nil, domain.ErrSignIn
	}
	return s.approvals.Inbox(ctx, actor.User, decided, after, limit)
}
