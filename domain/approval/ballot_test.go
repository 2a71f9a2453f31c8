package approval_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

const plan = "d1"

func subject(interested map[domain.UserID][]string) approval.Subject {
	return approval.Subject{TicketID: 1, Number: "CHG-000001", Open: true, Revision: 1, Digest: plan, Interested: interested}
}

func ballot(rule approval.Rule, needed int, electors ...domain.UserID) approval.Ballot {
	b := approval.Ballot{Slot: approval.Slot{ID: 1, Label: "the CAB", BoardID: 7, Rule: rule, Needed: needed, Digest: plan, Revision: 1, State: approval.Waiting}}
	for _, u := range electors {
		b.Electors = append(b.Electors, approval.Elector{SlotID: 1, UserID: u})
	}
	return b
}

func vote(b *approval.Ballot, user domain.UserID, v approval.Verdict) {
	b.Decisions = append(b.Decisions, approval.Decision{UserID: user, CastBy: user, Decision: v, Digest: plan})
}

func codes(why []domain.Reason) (out []string) {
	for _, r := range why {
		out = append(out, r.Code)
	}
	return out
}

func TestWhoHasAHandInAChangeCannotDecideOnIt(t *testing.T) {
	s := subject(map[domain.UserID][]string{1: {"requester"}, 2: {"implementer"}, 3: {"editor"}})
	b := ballot(approval.Quorum, 2, 1, 2, 3, 4, 5)
	b.Delegations = []approval.Delegation{{Ref: "x", From: 1, To: 5}}
	for user, want := range map[domain.UserID][]string{
		1: {approval.ReasonSelf}, 2: {approval.ReasonImplements}, 3: {approval.ReasonEditor}, 4: nil,
		5: {approval.ReasonDelegate}, // stands in for the requester
		6: {approval.ReasonElectorate},
	} {
		if _, why := b.CanDecide(user, s, plan, nil); !slices.Equal(codes(why), want) {
			t.Errorf("user %d: reasons %v, want %v", user, codes(why), want)
		}
	}
}

func TestTheReasonsComeInOrderAndAllOfThem(t *testing.T) {
	s := subject(map[domain.UserID][]string{1: {"requester", "implementer"}})
	b := ballot(approval.Any, 1, 1)
	_, why := b.CanDecide(1, s, "another plan", []domain.Reason{{Code: "x", Text: "not your band"}})
	want := []string{approval.ReasonRole, approval.ReasonSelf, approval.ReasonImplements, approval.ReasonStale}
	if !slices.Equal(codes(why), want) {
		t.Errorf("got %v, want %v", codes(why), want)
	}
}

func TestADelegateCastsTheVoteOfTheElectorOnce(t *testing.T) {
	s := subject(nil)
	b := ballot(approval.All, 0, 1, 2)
	b.Delegations = []approval.Delegation{{Ref: "lent", From: 1, To: 9}}
	seat, why := b.CanDecide(9, s, plan, nil)
	if len(why) != 0 || seat != (approval.Seat{User: 1, Delegation: "lent"}) {
		t.Fatalf("seat %v, reasons %v", seat, codes(why))
	}
	b.Decisions = append(b.Decisions, approval.Decision{UserID: 1, CastBy: 9, Decision: approval.Approve, Digest: plan})
	if _, why := b.CanDecide(9, s, plan, nil); !slices.Equal(codes(why), []string{approval.ReasonDecided}) {
		t.Errorf("the delegate again: %v", codes(why))
	}
	if _, why := b.CanDecide(1, s, plan, nil); !slices.Equal(codes(why), []string{approval.ReasonDecided}) {
		t.Errorf("the elector again: %v", codes(why))
	}
}

func TestADelegateOfAnotherBoardHasNoSeat(t *testing.T) {
	b := ballot(approval.Any, 1, 1)
	b.Delegations = []approval.Delegation{{From: 1, To: 9, Board: 8}}
	if _, why := b.CanDecide(9, subject(nil), plan, nil); !slices.Equal(codes(why), []string{approval.ReasonElectorate}) {
		t.Errorf("got %v", codes(why))
	}
}

func TestCounting(t *testing.T) {
	left := time.Now()
	for name, c := range map[string]struct {
		rule    approval.Rule
		needed  int
		prepare func(b *approval.Ballot)
		want    approval.State
		missing int
		stuck   bool
	}{
		"nobody has voted":      {approval.Quorum, 2, func(*approval.Ballot) {}, approval.Waiting, 2, false},
		"one of any is enough":  {approval.Any, 1, func(b *approval.Ballot) { vote(b, 4, approval.Approve) }, approval.Approved, 0, false},
		"one of two is not":     {approval.Quorum, 2, func(b *approval.Ballot) { vote(b, 4, approval.Approve) }, approval.Waiting, 1, false},
		"the quorum is reached": {approval.Quorum, 2, func(b *approval.Ballot) { vote(b, 4, approval.Approve); vote(b, 5, approval.Approve) }, approval.Approved, 0, false},
		"one rejection is a veto": {approval.Quorum, 2, func(b *approval.Ballot) {
			vote(b, 4, approval.Approve)
			vote(b, 5, approval.Reject)
			vote(b, 6, approval.Approve)
		}, approval.Rejected, 0, false},
		"the requester's vote does not count":  {approval.Any, 1, func(b *approval.Ballot) { vote(b, 1, approval.Approve) }, approval.Waiting, 1, false},
		"the requester's veto does not either": {approval.Any, 1, func(b *approval.Ballot) { vote(b, 1, approval.Reject) }, approval.Waiting, 1, false},
		"a recusal leaves the quorum as it is": {approval.Quorum, 3, func(b *approval.Ballot) { vote(b, 4, approval.Recuse) }, approval.Waiting, 3, true},
		"all means all that are eligible": {approval.All, 0, func(b *approval.Ballot) {
			vote(b, 4, approval.Approve)
			vote(b, 5, approval.Approve)
			vote(b, 6, approval.Recuse)
		}, approval.Approved, 0, false},
		"who left does not count": {approval.Any, 1, func(b *approval.Ballot) { vote(b, 4, approval.Approve); b.Electors[1].LeftAt = &left }, approval.Waiting, 1, false},
		"a vote on another plan does not count": {approval.Any, 1, func(b *approval.Ballot) {
			b.Decisions = append(b.Decisions, approval.Decision{UserID: 4, CastBy: 4, Decision: approval.Approve, Digest: "d0"})
		}, approval.Waiting, 1, false},
		"the plan was edited":                {approval.Any, 1, func(b *approval.Ballot) { vote(b, 4, approval.Approve); b.Slot.Digest = "d0" }, approval.Stale, 0, false},
		"an empty electorate never approves": {approval.All, 0, func(b *approval.Ballot) { b.Electors = nil }, approval.Waiting, 1, true},
		"a disabled account does not count": {approval.Any, 1, func(b *approval.Ballot) {
			vote(b, 4, approval.Approve)
			b.Inactive = map[domain.UserID]bool{4: true}
		}, approval.Waiting, 1, false},
		"a vote cast by the implementer for somebody else does not count": {approval.Any, 1, func(b *approval.Ballot) {
			b.Decisions = append(b.Decisions, approval.Decision{UserID: 4, CastBy: 1, Decision: approval.Approve, Digest: plan})
		}, approval.Waiting, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := ballot(c.rule, c.needed, 1, 4, 5, 6)
			c.prepare(&b)
			tally := b.Tally(subject(map[domain.UserID][]string{1: {"requester"}}))
			if tally.State != c.want || tally.Stuck != c.stuck || (c.want == approval.Waiting && tally.Missing != c.missing) {
				t.Errorf("state %s, missing %d, stuck %v; want %s, %d, %v", tally.State, tally.Missing, tally.Stuck, c.want, c.missing, c.stuck)
			}
		})
	}
}

func TestTheSentenceSaysWhatIsStillNeededAndWhoCannot(t *testing.T) {
	names := func(u domain.UserID) string { return map[domain.UserID]string{1: "Ines", 4: "Grace"}[u] }
	b := ballot(approval.Quorum, 2, 1, 4, 5)
	vote(&b, 4, approval.Approve)
	got := b.Sentence(subject(map[domain.UserID][]string{1: {"implementer"}}), names)
	if want := "1 more of the CAB, not Ines: Ines implements it"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// No sequence of votes lets somebody who has a hand in the subject tip the balance.
func TestInterestedPeopleNeverTipTheBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		users := []domain.UserID{1, 2, 3, 4, 5, 6}
		interested := map[domain.UserID][]string{}
		for _, u := range users {
			if c := rapid.SampledFrom([]string{"", "", "requester", "implementer", "editor"}).Draw(t, "interest"); c != "" {
				interested[u] = []string{c}
			}
		}
		s := subject(interested)
		b := ballot(rapid.SampledFrom([]approval.Rule{approval.Any, approval.All, approval.Quorum}).Draw(t, "rule"), rapid.IntRange(1, 4).Draw(t, "needed"), users...)
		for range rapid.IntRange(0, 3).Draw(t, "delegations") {
			b.Delegations = append(b.Delegations, approval.Delegation{From: rapid.SampledFrom(users).Draw(t, "from"), To: rapid.SampledFrom(append(users, 7, 8)).Draw(t, "to")})
		}
		for range rapid.IntRange(0, 8).Draw(t, "votes") {
			actor := rapid.SampledFrom(append(users, 7, 8)).Draw(t, "actor")
			seat, why := b.CanDecide(actor, s, plan, nil)
			if len(why) > 0 {
				continue
			}
			b.Decisions = append(b.Decisions, approval.Decision{UserID: seat.User, CastBy: actor, Digest: plan,
				Decision: rapid.SampledFrom([]approval.Verdict{approval.Approve, approval.Reject, approval.Recuse}).Draw(t, "verdict")})
		}
		full := b.Tally(s)
		clean := b
		clean.Decisions = slices.DeleteFunc(slices.Clone(b.Decisions), func(d approval.Decision) bool {
			return len(interested[d.UserID]) > 0 || len(interested[d.CastBy]) > 0
		})
		if got := clean.Tally(s); got.State != full.State || len(got.Approved) != len(full.Approved) {
			t.Fatalf("without the interested: %s (%d), with: %s (%d)", got.State, len(got.Approved), full.State, len(full.Approved))
		}
		seen := map[domain.UserID]bool{}
		for _, d := range b.Decisions {
			if seen[d.UserID] {
				t.Fatalf("%d has two votes", d.UserID)
			}
			seen[d.UserID] = true
		}
	})
}
