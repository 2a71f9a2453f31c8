package template

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// Enough is how many changes that went well a proposal shows.
const Enough = 3

// propose keeps the evidence and asks the board. An edition after the first is shown by the uses of the template.
func (s *Service) propose(ctx context.Context, t *Template, numbers []string) error {
	shown := []Run{}
	if t.Edition > 1 {
		var err error
		if shown, err = s.store.runs(ctx, t.Key, 0, 50); err != nil {
			return err
		}
	}
	if len(numbers) > 50 {
		return ErrEvidence.With("body.evidence", "fifty are enough")
	}
	for _, n := range numbers {
		c, err := s.Changes.Get(ctx, n)
		if err != nil {
			return ErrEvidence.With("body.evidence", "one of these changes does not exist, or you may not see it")
		}
		if c.Ticket.State != changes.StateClosed || c.Facet.Outcome != "successful" || c.Facet.ActualEnd == nil {
			return ErrEvidence.With("body.evidence", c.Ticket.Number+" has not ended well, or is not closed")
		}
		if !slices.ContainsFunc(shown, func(r Run) bool { return r.Number == c.Ticket.Number }) {
			shown = append(shown, Run{c.Ticket.Number, c.Facet.Outcome, *c.Facet.ActualEnd})
		}
	}
	good := 0
	for _, r := range shown {
		if !r.Failed() {
			good++
		}
	}
	if good < Enough {
		return ErrEvidence.With("body.evidence", "name "+ticket.Int(Enough)+" changes or more that went well")
	}
	b, err := json.Marshal(shown)
	if err != nil {
		return err
	}
	t.Evidence = string(b)
	board, err := s.Approvals.Board(ctx, Board)
	if err != nil {
		return approval.ErrBoard.Because("There is no board %s that could decide.", Board)
	}
	spec := approval.Spec{Label: board.Name, Kind: "board", Board: board.ID, Rule: board.Rule, Needed: board.Needed, Members: board.Members}
	ballots, err := s.Approvals.Plan(ctx, t.Subject(), []approval.Spec{spec})
	if err != nil {
		return err
	}
	if err := approval.TooFew(ballots[0], t.Subject(), ""); err != nil {
		return err
	}
	ballots[0].Slot.Ref, ballots[0].Slot.OpenedAt = s.Approvals.Random(), s.DB.Now(ctx)
	t.keep(ballots[0])
	return nil
}

// Ballot is what the board was asked, with how its people stand now; ok is false where nobody was asked. Who has left the
// board has left the electorate.
func (s *Service) Ballot(ctx context.Context, t Template) (b approval.Ballot, ok bool, err error) {
	if b, ok = t.Asked(); !ok {
		return b, false, nil
	}
	board, err := s.Approvals.Board(ctx, Board)
	if err != nil {
		return b, true, err
	}
	now := s.DB.Now(ctx)
	for i, e := range b.Electors {
		if b.Slot.State == approval.Waiting && e.LeftAt == nil && !slices.Contains(board.Members, e.UserID) {
			b.Electors[i].LeftAt = &now
		}
	}
	ballots := []approval.Ballot{b}
	err = s.Approvals.Standing(ctx, t.Subject(), ballots)
	return ballots[0], true, err
}

// Eligible answers "may this person decide on this edition, now?" with the reasons against, in order.
func (s *Service) Eligible(ctx context.Context, t Template, b approval.Ballot, digest string) (approval.Seat, []domain.Reason, string, int64) {
	actor := domain.ActorFrom(ctx)
	o := object(t.Key)
	o.Board = b.Slot.BoardID
	role := s.Gate.Decide(ctx, actor, "template.decide", o)
	var why []domain.Reason
	if !role.Allowed {
		if why = role.Reasons; len(why) == 0 {
			why = []domain.Reason{{Code: approval.ReasonRole, Text: "your roles do not let you decide on templates"}}
		}
	}
	seat, reasons := b.CanDecide(actor.User, t.Subject(), digest, why)
	return seat, reasons, role.Rule, role.PolicyVersion
}

// DecideInput is one vote on an edition.
type DecideInput struct {
	Key     string
	Edition int64
	Verdict approval.Verdict
	Comment string // required to reject and to step aside
	Digest  string // of what the voter read
}

// Decide casts a vote on exactly what the digest names. Who may: those of the board who were asked, whose role lets them, and
// who had no hand in the edition, or their delegates. It returns once the decision is sealed. Facts: "approved_by",
// "rejected_by" or "recused", and "approved" or "rejected" when the vote settles it. Errors: decision_not_permitted with the
// reasons, digest_stale, already_decided, no_decision_open, decision_needs_reason.
func (s *Service) Decide(ctx context.Context, in DecideInput) (t Template, receipt audit.Receipt, err error) {
	if in.Comment, err = ticket.Clean("body.comment", in.Comment, ticket.MaxText); err != nil {
		return t, receipt, err
	}
	what, known := map[approval.Verdict]string{approval.Approve: "approved_by", approval.Reject: "rejected_by", approval.Recuse: "recused"}[in.Verdict]
	switch {
	case !known:
		return t, receipt, domain.ErrInvalid.With("body.decision", "a decision is approve, reject or recuse")
	case in.Verdict != approval.Approve && strings.TrimSpace(in.Comment) == "":
		return t, receipt, approval.ErrComment.With("body.comment", "say why")
	case in.Digest == "":
		return t, receipt, domain.ErrInvalid.With("body.digest", "say what you decide on: its digest")
	}
	var event string
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		board, err := s.Approvals.Board(ctx, Board)
		if err != nil && domain.KindOf(err) != domain.NotFound {
			return err
		}
		if err := s.Gate.Check(ctx, "template.decide", policies.Object{Class: kind, Number: in.Key, Board: board.ID}); err != nil {
			return err
		}
		if t, err = s.lock(ctx, in.Key, in.Edition, 0, ""); err != nil {
			return err
		}
		b, _, err := s.Ballot(ctx, t)
		if err != nil {
			return err
		}
		seat, why, rule, policy := s.Eligible(ctx, t, b, in.Digest)
		if in.Verdict == approval.Recuse { // who has a hand in it may, and should, say so
			why = slices.DeleteFunc(why, func(r domain.Reason) bool {
				return r.Code == approval.ReasonEditor || r.Code == approval.ReasonDelegate
			})
		}
		if err := approval.Refusal(why); err != nil {
			return err
		}
		actor, now, before, from := domain.ActorFrom(ctx), s.DB.Now(ctx), t.Fields(), t.State
		event = audit.NewID(now)
		b.Decisions = append(b.Decisions, approval.Decision{Ref: s.Approvals.Random(), UserID: seat.User, CastBy: actor.User, DelegationRef: seat.Delegation, Decision: in.Verdict,
			Comment: in.Comment, Revision: t.Edition, Digest: t.Digest, Rule: rule, PolicyVersion: policy, EventID: event, At: now})
		verdict := b.Tally(t.Subject()).State
		if verdict != b.Slot.State {
			b.Slot.State, b.Slot.ClosedAt = verdict, &now
		}
		t.keep(b)
		h := Happened{What: what, ID: event, Digest: t.Digest, Details: slices.Concat(ticket.Detail("comment", in.Comment, actor.Ref), ticket.Detail("rule", rule, ""),
			ticket.Detail("policy_version", ticket.Int(policy), ""), ticket.Detail("delegation", seat.Delegation, ""))}
		if seat.User != actor.User {
			if h.Behalf, err = s.Approvals.RefOf(ctx, seat.User); err != nil {
				return err
			}
		}
		if err := s.write(ctx, &t, before, from, h); err != nil {
			return err
		}
		return s.settle(ctx, &t, verdict, in.Comment)
	})
	if err != nil {
		return t, receipt, err
	}
	receipt, err = s.Seal.Await(ctx, event)
	return t, receipt, err
}

// settle makes the move that the board's answer means.
func (s *Service) settle(ctx context.Context, t *Template, verdict approval.State, comment string) error {
	event := map[approval.State]string{approval.Approved: "approve", approval.Rejected: "reject"}[verdict]
	if event == "" {
		return nil
	}
	before, from := t.Fields(), t.State
	in := MoveInput{Event: event}
	if event == "reject" {
		in.Reason = comment
	}
	h, err := s.move(ctx, t, in, true)
	if err != nil {
		return err
	}
	return s.write(ctx, t, before, from, h)
}
