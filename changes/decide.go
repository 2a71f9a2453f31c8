package changes

import (
	"context"
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
	role := s.gate.Decide(ctx, actor, "change.decide", c.DecisionObject(b.Slot.BoardID))
	var why []domain.Reason
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
// decision is sealed. Facts: Decided, and Moved by "authorize" or "reject" when the vote settles it.
// Errors: decision_not_permitted with the reasons, digest_stale, already_decided, no_decision_open.
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
	if in.Digest == "" {
		return v, domain.ErrInvalid.With("body.digest", "say which plan you decide on: its digest")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
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
			why = slices.DeleteFunc(why, func(r domain.Reason) bool {
				return slices.Contains([]string{approval.ReasonSelf, approval.ReasonImplements, approval.ReasonEditor, approval.ReasonDelegate}, r.Code)
			})
		}
		if err := approval.Refusal(why); err != nil {
			return err
		}
		now, before := s.db.Now(ctx), c.Fields()
		d := approval.Decision{Ref: s.approvals.Random(), UserID: seat.User, CastBy: actor.User, DelegationRef: seat.Delegation, Decision: in.Verdict,
			Comment: in.Comment, Rule: rule, PolicyVersion: policy, EventID: audit.NewID(now)}
		// The vote first: the event that follows in this unit carries the ballots as they are after it.
		if err := s.approvals.Cast(ctx, &c.Ballots[i], c.Subject(), d); err != nil {
			return err
		}
		d = c.Ballots[i].Decisions[len(c.Ballots[i].Decisions)-1]
		h := ticket.Happened{What: map[approval.Verdict]string{approval.Approve: "approved", approval.Reject: "rejected_by", approval.Recuse: "recused"}[in.Verdict],
			ID: d.EventID, Details: slices.Concat(ticket.Detail("comment", in.Comment, actor.Ref), ticket.Detail("slot", c.Ballots[i].Slot.Label, ""),
				ticket.Detail("rule", rule, ""), ticket.Detail("policy_version", ticket.Int(policy), ""), ticket.Detail("delegation", seat.Delegation, ""))}
		if seat.User != actor.User {
			if h.OnBehalfOf, err = s.approvals.RefOf(ctx, seat.User); err != nil {
				return err
			}
		}
		if err := s.save(ctx, &c, before, h, func(h ticket.Happened) domain.Fact { return Decided{h, c, c.Ballots[i].Slot, d} }); err != nil {
			return err
		}
		switch c.Verdict() {
		case approval.Approved:
			err = s.fire(ctx, &c, MoveInput{Event: "authorize"}, true)
		case approval.Rejected:
			err = s.fire(ctx, &c, MoveInput{Event: "reject", Reason: in.Comment}, true)
		}
		v.Change, v.Decision = c, d
		return err
	})
	if err != nil {
		return v, err
	}
	v.Receipt, err = s.seal.Await(ctx, v.Decision.EventID)
	return v, err
}

// Inbox lists the slots that wait for the actor, or that they have decided, with their changes.
func (s *Service) Inbox(ctx context.Context, decided bool, after int64, limit int) ([]approval.Slot, error) {
	actor := domain.ActorFrom(ctx)
	if actor.User == 0 {
		return nil, domain.ErrSignIn
	}
	return s.approvals.Inbox(ctx, actor.User, decided, after, limit)
}
