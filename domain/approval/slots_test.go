package approval_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

func TestAShareIsRoundedUpAndHasASmallestNumber(t *testing.T) {
	for _, c := range []struct {
		percent, least, electors, want int
	}{{50, 1, 5, 3}, {50, 1, 4, 2}, {51, 1, 4, 3}, {1, 2, 9, 2}, {100, 1, 3, 3}, {34, 1, 3, 2}, {33, 1, 3, 1}} {
		b := ballot(approval.Quorum, c.least)
		b.Slot.Percent = c.percent
		for i := range c.electors {
			b.Electors = append(b.Electors, approval.Elector{UserID: domain.UserID(i + 1)})
		}
		if got := b.Tally(subject(nil)).Needed; got != c.want {
			t.Errorf("%d%% of %d, at least %d: %d, want %d", c.percent, c.electors, c.least, got, c.want)
		}
	}
	empty := ballot(approval.Quorum, 1)
	empty.Slot.Percent = 50
	if got := empty.Tally(subject(nil)); got.State != approval.Waiting || !got.Stuck {
		t.Errorf("a share of nobody: %+v", got)
	}
}

func TestARecusalLowersTheShareAndNeverTheSmallestNumber(t *testing.T) {
	b := ballot(approval.Quorum, 2, 1, 2, 3, 4)
	b.Slot.Percent = 75
	if got := b.Tally(subject(nil)).Needed; got != 3 {
		t.Fatalf("before: %d", got)
	}
	vote(&b, 1, approval.Recuse)
	vote(&b, 2, approval.Recuse)
	if got := b.Tally(subject(nil)).Needed; got != 2 {
		t.Errorf("after: %d", got)
	}
}

func TestAVetoIsWhatTheSlotSays(t *testing.T) {
	for _, c := range []struct {
		veto     approval.Veto
		rejects  int
		approves int
		want     approval.State
	}{
		{approval.VetoAny, 1, 2, approval.Rejected}, {"", 1, 0, approval.Rejected},
		{approval.VetoMajority, 2, 2, approval.Approved}, {approval.VetoMajority, 3, 0, approval.Rejected}, {approval.VetoMajority, 2, 0, approval.Waiting},
		{approval.VetoNone, 3, 2, approval.Approved}, {approval.VetoNone, 3, 1, approval.Waiting}, {approval.VetoNone, 4, 0, approval.Rejected},
	} {
		b := ballot(approval.Quorum, 2, 1, 2, 3, 4, 5)
		b.Slot.Veto = c.veto
		for i := range c.rejects {
			vote(&b, domain.UserID(i+1), approval.Reject)
		}
		for i := range c.approves {
			vote(&b, domain.UserID(5-i), approval.Approve)
		}
		if got := b.Tally(subject(nil)).State; got != c.want {
			t.Errorf("veto %q, %d against, %d for: %s, want %s", c.veto, c.rejects, c.approves, got, c.want)
		}
	}
}

func TestALaterStageWaits(t *testing.T) {
	b := ballot(approval.Any, 1, 1)
	b.Slot.Stage = 2
	s := subject(nil)
	s.Stage = 1
	if _, why := b.CanDecide(1, s, plan, nil); !slices.Equal(codes(why), []string{approval.ReasonStage}) {
		t.Errorf("got %v", codes(why))
	}
	s.Stage = 2
	if _, why := b.CanDecide(1, s, plan, nil); len(why) != 0 {
		t.Errorf("got %v", codes(why))
	}
}

func TestWhoHasSpokenElsewhereCannotSpeakHere(t *testing.T) {
	b := ballot(approval.Quorum, 2, 1, 2, 3)
	b.Slot.Apart, b.Elsewhere = true, map[domain.UserID]bool{1: true}
	if _, why := b.CanDecide(1, subject(nil), plan, nil); !slices.Equal(codes(why), []string{approval.ReasonApart}) {
		t.Errorf("got %v", codes(why))
	}
	if got := b.Tally(subject(nil)).Eligible; !slices.Equal(got, []domain.UserID{2, 3}) {
		t.Errorf("eligible %v", got)
	}
	// Two who are away lend their votes to one person: that is one person all the same.
	b.Delegations = []approval.Delegation{{Ref: "x", From: 2, To: 9}, {Ref: "y", From: 3, To: 9}}
	if seat, why := b.CanDecide(9, subject(nil), plan, nil); len(why) != 0 || seat.User != 2 {
		t.Fatalf("the first: %v %v", seat, codes(why))
	}
	b.Decisions = append(b.Decisions, approval.Decision{UserID: 2, CastBy: 9, Decision: approval.Approve, Digest: plan})
	if _, why := b.CanDecide(9, subject(nil), plan, nil); !slices.Contains(codes(why), approval.ReasonApart) {
		t.Errorf("the second: %v", codes(why))
	}
}

func TestADelegationEndsAtItsRiskAndItsModels(t *testing.T) {
	for name, c := range map[string]struct {
		lent approval.Delegation
		want bool
	}{
		"everything":         {approval.Delegation{}, true},
		"up to medium":       {approval.Delegation{MaxRisk: "medium"}, true},
		"up to low":          {approval.Delegation{MaxRisk: "low"}, false},
		"this model":         {approval.Delegation{Models: []string{"emergency", "normal"}}, true},
		"another model":      {approval.Delegation{Models: []string{"emergency"}}, false},
		"another board":      {approval.Delegation{Board: 8}, false},
		"this board, medium": {approval.Delegation{Board: 7, MaxRisk: "medium", Models: []string{"normal"}}, true},
	} {
		c.lent.Ref, c.lent.From, c.lent.To = "x", 1, 9
		b := ballot(approval.Any, 1, 1)
		b.Delegations = []approval.Delegation{c.lent}
		s := subject(nil)
		s.Risk, s.Model = "medium", "normal"
		if _, why := b.CanDecide(9, s, plan, nil); (len(why) == 0) != c.want {
			t.Errorf("%s: %v", name, codes(why))
		}
	}
}

// Whatever votes come in whatever order under whatever rule and veto: who has a hand in it never counts, nobody counts
// twice, and what is approved has the votes that it needs.
func TestRandomVotesKeepTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "electors")
		b := ballot(rapid.SampledFrom([]approval.Rule{approval.Any, approval.All, approval.Quorum}).Draw(t, "rule"), rapid.IntRange(1, 3).Draw(t, "needed"))
		b.Slot.Percent = rapid.SampledFrom([]int{0, 30, 50, 100}).Draw(t, "percent")
		b.Slot.Veto = rapid.SampledFrom([]approval.Veto{approval.VetoAny, approval.VetoMajority, approval.VetoNone}).Draw(t, "veto")
		b.Slot.Apart = rapid.Bool().Draw(t, "apart")
		s := subject(map[domain.UserID][]string{})
		for i := range n {
			u := domain.UserID(i + 1)
			b.Electors = append(b.Electors, approval.Elector{UserID: u})
			if what := rapid.SampledFrom([]string{"", "", "", "requester", "implementer", "editor"}).Draw(t, "hand"); what != "" {
				s.Interested[u] = []string{what}
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "delegations") {
			b.Delegations = append(b.Delegations, approval.Delegation{Ref: "x", From: domain.UserID(rapid.IntRange(1, 9).Draw(t, "from")), To: domain.UserID(rapid.IntRange(1, 9).Draw(t, "to"))})
		}
		for range rapid.IntRange(0, 12).Draw(t, "votes") {
			actor := domain.UserID(rapid.IntRange(1, 9).Draw(t, "actor"))
			seat, why := b.CanDecide(actor, s, plan, nil)
			if len(why) > 0 {
				continue
			}
			b.Decisions = append(b.Decisions, approval.Decision{UserID: seat.User, CastBy: actor, Digest: plan,
				Decision: rapid.SampledFrom([]approval.Verdict{approval.Approve, approval.Approve, approval.Reject, approval.Recuse}).Draw(t, "verdict")})
			got := b.Tally(s)
			for _, u := range got.Approved {
				d, _ := b.DecisionOf(u)
				if len(b.Interest(u, s)) > 0 || len(b.Interest(d.CastBy, s)) > 0 {
					t.Fatalf("the vote of %d, cast by %d, counts", u, d.CastBy)
				}
			}
			if got.State == approval.Approved && len(got.Approved) < got.Needed {
				t.Fatalf("approved with %d of %d", len(got.Approved), got.Needed)
			}
			if b.Slot.State = got.State; got.State != approval.Waiting {
				return
			}
		}
	})
}
