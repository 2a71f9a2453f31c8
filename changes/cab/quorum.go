package cab

import (
	"context"
	"slices"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/policies"
)

// Quorum is how the room stands on one plan.
type Quorum struct {
	Needed   int             // voices that it takes
	Eligible []domain.UserID // whose voice could count
	Voted    []domain.UserID // of those: have spoken, here or before
	Here     []domain.UserID // of those: have spoken, or could now: they sit in the room, or somebody there stands in for them
	Away     []domain.UserID // of those: neither
	Reached  bool
}

// QuorumOf counts the room for a ballot (invariant 2): present are those in it, able tells whose roles let them vote.
func QuorumOf(b approval.Ballot, subject approval.Subject, present []domain.UserID, able func(domain.UserID) bool) Quorum {
	t := b.Tally(subject)
	q := Quorum{Needed: t.Needed, Eligible: []domain.UserID{}, Voted: []domain.UserID{}, Here: []domain.UserID{}, Away: []domain.UserID{}}
	open := func(u domain.UserID) bool { return slices.Contains(t.Open, u) }
	could := func(p domain.UserID) bool { return !b.Inactive[p] && len(b.Interest(p, subject)) == 0 && able(p) }
	seated := func(u domain.UserID) bool {
		return slices.ContainsFunc(b.Electors, func(e approval.Elector) bool { return e.UserID == u && e.LeftAt == nil })
	}
	for _, u := range t.Eligible {
		q.Eligible = append(q.Eligible, u)
		if !open(u) {
			q.Voted, q.Here = append(q.Voted, u), append(q.Here, u)
			continue
		}
		represented := slices.ContainsFunc(present, func(p domain.UserID) bool {
			if p == u {
				return could(p)
			}
			// Who has a seat votes for it, and for no other.
			return !seated(p) && could(p) && slices.ContainsFunc(b.Delegations, func(d approval.Delegation) bool {
				return d.From == u && d.To == p && d.Covers(b.Slot.BoardID, subject)
			})
		})
		if represented {
			q.Here = append(q.Here, u)
		} else {
			q.Away = append(q.Away, u)
		}
	}
	q.Reached = len(q.Here) >= q.Needed
	return q
}

// ChangeQuorum is how the room stands on the ballot of a change.
func (s *Service) ChangeQuorum(ctx context.Context, m Meeting, c changes.Change, b approval.Ballot) Quorum {
	return QuorumOf(b, c.Subject(), m.Present(), func(u domain.UserID) bool { return s.Changes.Able(ctx, c, b.Slot, u) })
}

// EditionQuorum is how the room stands on the ballot of an edition of a template.
func (s *Service) EditionQuorum(ctx context.Context, m Meeting, subject approval.Subject, b approval.Ballot) Quorum {
	return QuorumOf(b, subject, m.Present(), func(u domain.UserID) bool {
		return s.Gate.Decide(ctx, domain.Actor{Kind: domain.Person, User: u}, "template.decide", policies.Object{Class: "template", Board: b.Slot.BoardID}).Allowed
	})
}

// Vote is one vote of many.
type Vote struct {
	Number  string
	Digest  string
	Comment string
}

// Voted is what came of it.
type Voted struct {
	Number string
	Err    error
}

// ApproveTogether casts the actor's approvals on several changes of the agenda at once, each an ordinary decision of its own. Only
// for changes of low risk. Who may: whoever may decide on each. Facts: those of changes.Decide. Errors, of each: bulk_only_low_risk,
// agenda_unsound for what is not on the agenda, and those of changes.Decide.
func (s *Service) ApproveTogether(ctx context.Context, ref string, votes []Vote) ([]Voted, error) {
	m, err := s.Get(ctx, ref)
	if err != nil {
		return nil, err
	}
	if len(votes) == 0 || len(votes) > most {
		return nil, ErrItem.With("body.votes", "name the changes, at most "+plain(most))
	}
	var out []Voted
	for _, v := range votes {
		out = append(out, Voted{v.Number, s.approve(ctx, m, v)})
	}
	return out, nil
}

func (s *Service) approve(ctx context.Context, m Meeting, v Vote) error {
	c, err := s.Changes.Get(ctx, v.Number)
	if err != nil {
		return err
	}
	b, asked := BallotOf(c, m.BoardID, "")
	switch {
	case !asked || !slices.ContainsFunc(m.Items, func(x Item) bool { return x.TicketID == c.Ticket.ID && x.Listed() }):
		return ErrItem.Because("%s is not put to the board on this agenda.", c.Ticket.Number)
	case c.Facet.Risk != changes.Low || c.Facet.Model == changes.Emergency:
		return ErrBulk.Because("%s is of %s risk: decide on it by itself.", c.Ticket.Number, c.Facet.Risk)
	}
	_, err = s.Changes.Decide(ctx, changes.DecideInput{Number: c.Ticket.Number, Slot: b.Slot.Ref, Verdict: approval.Approve, Comment: v.Comment, Digest: v.Digest})
	return err
}

// Failures lists changes of the same items that went wrong within a year, the newest first; at most ten. It asks nobody: what may be
// seen of them is the caller's question.
func (s *Service) Failures(ctx context.Context, c changes.Change) (out []changes.Change, err error) {
	if len(c.Facet.CIs) == 0 {
		return nil, nil
	}
	ids, err := s.store.failed(ctx, s.DB.Now(ctx).AddDate(-1, 0, 0))
	if err != nil {
		return nil, err
	}
	for _, f := range ids {
		if f.TicketID == c.Ticket.ID || !slices.ContainsFunc(f.CIs, func(n string) bool { return slices.Contains(c.Facet.CIs, n) }) {
			continue
		}
		other, err := s.Changes.ByID(ctx, f.TicketID)
		if err != nil {
			return nil, err
		}
		if out = append(out, other); len(out) == 10 {
			break
		}
	}
	return out, nil
}
