package changes_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
	"github.com/cabinetdesk/cabinet/policies"
)

func reasons(err error) (out []string) {
	var e *domain.Error
	if errors.As(err, &e) {
		for _, r := range e.Reasons {
			out = append(out, r.Code)
		}
	}
	return out
}

func TestAChangeGoesItsWayWithTwoVotesOfTheCAB(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.Raise("maya", "Upgrade the mail server", "amir")
		c = w.AskForApproval("maya", c.Ticket.Number)
		if c.Ticket.State != changes.StateAuthorize || len(c.Current()) != 1 {
			t.Fatalf("state %s, %d slots", c.Ticket.State, len(c.Current()))
		}
		v, err := w.Vote("cora", c.Ticket.Number, approval.Approve)
		if err != nil || v.Change.Ticket.State != changes.StateAuthorize || v.Receipt.TreeSize == 0 || v.Receipt.Checkpoint == "" {
			t.Fatalf("after one vote: %s, receipt %+v, %v", v.Change.Ticket.State, v.Receipt, err)
		}
		v, err = w.Vote("carl", c.Ticket.Number, approval.Approve)
		if err != nil || v.Change.Ticket.State != changes.StateScheduled {
			t.Fatalf("after two votes: %s, %v", v.Change.Ticket.State, err)
		}
		move := func(by string, in changes.MoveInput) error {
			in.Number = c.Ticket.Number
			_, err := w.Changes.Move(w.As(by), in)
			return err
		}
		if err := move("amir", changes.MoveInput{Event: "start"}); !errors.Is(err, changes.ErrWindow) {
			t.Fatalf("a start before the window: %v", err)
		}
		w.Clock.Advance(24*time.Hour + time.Minute)
		for _, step := range []struct {
			by string
			in changes.MoveInput
		}{
			{"amir", changes.MoveInput{Event: "start"}}, {"amir", changes.MoveInput{Event: "complete", Outcome: "successful"}},
			{"maya", changes.MoveInput{Event: "close", CloseNotes: "No incident since."}},
		} {
			if err := move(step.by, step.in); err != nil {
				t.Fatalf("%s by %s: %v", step.in.Event, step.by, err)
			}
		}
		c, err = w.Changes.Get(w.As("maya"), c.Ticket.Number)
		if err != nil || c.Ticket.State != changes.StateClosed || c.Ticket.ClosedAt == nil || c.Facet.ActualStart == nil || c.Facet.Outcome != "successful" {
			t.Fatalf("%+v, %v", c.Facet, err)
		}
	})
}

func TestWhoHasAHandInItIsRefusedByEveryRouteWithTheReason(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.Raise("maya", "Replace a switch", "cora") // a member of the CAB implements it
		w.AskForApproval("maya", c.Ticket.Number)
		_, err := w.Vote("cora", c.Ticket.Number, approval.Approve)
		if !errors.Is(err, approval.ErrCannotDecide) || !slices.Equal(reasons(err), []string{approval.ReasonImplements}) {
			t.Errorf("the implementer: %v %v", err, reasons(err))
		}
		_, err = w.Vote("maya", c.Ticket.Number, approval.Approve)
		if got := reasons(err); !slices.Contains(got, approval.ReasonSelf) || !slices.Contains(got, approval.ReasonElectorate) {
			t.Errorf("the requester: %v", got)
		}
		if _, err := w.Vote("ann", c.Ticket.Number, approval.Approve); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("a requester who may not even see it: %v", err)
		}
		// The implementer lends her vote: what she may not do, nobody may do for her.
		if _, err := w.People.Delegate(w.As("cora"), people.DelegateInput{To: w.Ref("tess"), Until: w.Clock.Now().Add(48 * time.Hour), Reason: "away"}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Minute)
		if _, err := w.Vote("tess", c.Ticket.Number, approval.Approve); !errors.Is(err, approval.ErrCannotDecide) {
			t.Errorf("the implementer's delegate: %v", err)
		}
		if v, err := w.Vote("cora", c.Ticket.Number, approval.Recuse); err != nil || v.Change.Ticket.State != changes.StateAuthorize {
			t.Errorf("she may recuse herself: %v", err)
		}
	})
}

func TestAMaterialEditVoidsTheApprovals(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.Raise("maya", "Upgrade the mail server", "amir")
		w.AskForApproval("maya", c.Ticket.Number)
		first, err := w.Vote("cora", c.Ticket.Number, approval.Approve)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Vote("carl", c.Ticket.Number, approval.Approve); err != nil {
			t.Fatal(err)
		}
		longer := "Restore the snapshot, then replay the queue."
		c, voided, err := w.Changes.Amend(w.As("maya"), changes.AmendInput{Number: c.Ticket.Number, Plan: changes.PlanPatch{BackoutPlan: &longer}})
		if err != nil || voided != 2 || c.Ticket.State != changes.StateDraft || c.Facet.Revision != 2 || len(c.Current()) != 0 {
			t.Fatalf("voided %d, state %s, revision %d, %v", voided, c.Ticket.State, c.Facet.Revision, err)
		}
		if len(c.Ballots) != 1 || len(c.Ballots[0].Decisions) != 2 || c.Ballots[0].Slot.State != approval.Stale {
			t.Errorf("history is kept: %+v", c.Ballots)
		}
		w.AskForApproval("maya", c.Ticket.Number)
		_, err = w.Changes.Decide(w.As("cora"), changes.DecideInput{Number: c.Ticket.Number, Slot: slot(t, w, c.Ticket.Number), Verdict: approval.Approve, Digest: first.Decision.Digest})
		if !errors.Is(err, approval.ErrDigestStale) {
			t.Errorf("a vote on the plan of yesterday: %v", err)
		}
		if _, err := w.Vote("cora", c.Ticket.Number, approval.Approve); err != nil {
			t.Errorf("a vote on the plan of today: %v", err)
		}
	})
}

func slot(t *testing.T, w *world.World, number string) string {
	t.Helper()
	c, err := w.Changes.Get(w.System(), number)
	if err != nil || len(c.Current()) == 0 {
		t.Fatalf("no open slot: %v", err)
	}
	return c.Current()[0].Slot.Ref
}

func TestARejectionNeedsAReasonAndBringsTheChangeBackToDraft(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.Raise("maya", "Open the firewall", "amir")
		c = w.AskForApproval("maya", c.Ticket.Number)
		_, err := w.Changes.Decide(w.As("cora"), changes.DecideInput{Number: c.Ticket.Number, Slot: slot(t, w, c.Ticket.Number), Verdict: approval.Reject, Digest: c.Facet.Digest})
		if !errors.Is(err, approval.ErrComment) {
			t.Fatalf("without a reason: %v", err)
		}
		v, err := w.Vote("cora", c.Ticket.Number, approval.Reject)
		if err != nil || v.Change.Ticket.State != changes.StateDraft {
			t.Fatalf("state %s, %v", v.Change.Ticket.State, err)
		}
		// The same plan can be asked for again; the old rejection stays in its history and does not count.
		w.AskForApproval("maya", c.Ticket.Number)
		if v, err := w.Vote("carl", c.Ticket.Number, approval.Approve); err != nil || v.Change.Ticket.State != changes.StateAuthorize {
			t.Fatalf("state %s, %v", v.Change.Ticket.State, err)
		}
	})
}

func TestAPlanThatNobodyCouldApproveIsRefusedBeforeAnybodyIsAsked(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.Raise("maya", "Everybody does it", "cora", "carl")
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: c.Ticket.Number, Event: "submit"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Changes.PeerReview(w.As("tess"), c.Ticket.Number, "", ""); err != nil {
			t.Fatal(err)
		}
		_, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: c.Ticket.Number, Event: "request_authorization"})
		if !errors.Is(err, approval.ErrElectorate) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestASecondVoteIsRefusedAndALeaverNoLongerCounts(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.Raise("maya", "Upgrade", "amir")
		w.AskForApproval("maya", c.Ticket.Number)
		if _, err := w.Vote("cora", c.Ticket.Number, approval.Approve); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Vote("cora", c.Ticket.Number, approval.Approve); !errors.Is(err, approval.ErrDecided) {
			t.Errorf("a second vote: %v", err)
		}
		if _, err := w.Approvals.SetBoard(w.As("ada"), approval.Board{Key: "cab", Name: "CAB", Rule: approval.Quorum, Needed: 2, Members: w.IDs("carl", "cleo", "tess")}); err != nil {
			t.Fatal(err)
		}
		if v, err := w.Vote("carl", c.Ticket.Number, approval.Approve); err != nil || v.Change.Ticket.State != changes.StateAuthorize {
			t.Errorf("the leaver's vote still counts: %s, %v", v.Change.Ticket.State, err)
		}
		if _, err := w.Vote("tess", c.Ticket.Number, approval.Approve); !errors.Is(err, approval.ErrCannotDecide) {
			t.Errorf("who joined later may not vote on it: %v", err)
		}
		if v, err := w.Vote("cleo", c.Ticket.Number, approval.Approve); err != nil || v.Change.Ticket.State != changes.StateScheduled {
			t.Errorf("%s, %v", v.Change.Ticket.State, err)
		}
	})
}

func TestAChangeOnHoldIsNeitherDecidedNorStarted(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.Raise("maya", "Upgrade", "amir")
		w.AskForApproval("maya", c.Ticket.Number)
		if _, err := w.Changes.Hold(w.As("maya"), c.Ticket.Number, 0, "vendor fixes a defect"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Vote("cora", c.Ticket.Number, approval.Approve); !errors.Is(err, approval.ErrNoDecision) {
			t.Errorf("a vote while on hold: %v", err)
		}
		if _, err := w.Changes.Release(w.As("maya"), c.Ticket.Number, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Vote("cora", c.Ticket.Number, approval.Approve); err != nil {
			t.Error(err)
		}
	})
}

// Ten people press the button at once, each twice: every elector has one vote, and the change moves once.
func TestVotesAtTheSameTimeGiveOneVoteEachAndOneMove(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		for range 5 {
			c := w.Raise("maya", "Upgrade", "amir")
			c = w.AskForApproval("maya", c.Ticket.Number)
			ref, done := slot(t, w, c.Ticket.Number), make(chan error)
			voters := []string{"cora", "carl", "cleo", "cora", "carl", "cleo"}
			for _, who := range voters {
				ctx := w.As(who)
				go func() {
					_, err := w.Changes.Decide(ctx, changes.DecideInput{Number: c.Ticket.Number, Slot: ref, Verdict: approval.Approve, Digest: c.Facet.Digest})
					done <- err
				}()
			}
			accepted := 0
			for range voters {
				if err := <-done; err == nil {
					accepted++
				} else if k := domain.KindOf(err); k != domain.Conflict {
					t.Errorf("refused with %v", err)
				}
			}
			c, err := w.Changes.Get(w.System(), c.Ticket.Number)
			if err != nil || c.Ticket.State != changes.StateScheduled || accepted != 2 || len(c.Ballots[0].Decisions) != 2 {
				t.Fatalf("state %s, %d accepted, %d kept, %v", c.Ticket.State, accepted, len(c.Ballots[0].Decisions), err)
			}
		}
	})
}

func TestTheLogOfAWholeStoryVerifies(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.Raise("maya", "Upgrade", "amir")
		w.AskForApproval("maya", c.Ticket.Number)
		if _, err := w.Vote("cora", c.Ticket.Number, approval.Approve); err != nil {
			t.Fatal(err)
		}
		w.Report("ann", "Mail is down")
		w.VerifyLog()
	})
}

func TestTheLogSaysOnWhoseBehalfAVoteWasCast(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.Raise("maya", "Upgrade", "amir")
		w.AskForApproval("maya", c.Ticket.Number)
		if _, err := w.People.Delegate(w.As("cora"), people.DelegateInput{To: w.Ref("tess"), Until: w.Clock.Now().Add(48 * time.Hour), Reason: "away"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Gate.Grant(w.As("ada"), policies.GrantInput{User: w.ID("tess"), Role: policies.CABMember, Scope: "all", Reason: "stands in"}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Minute)
		v, err := w.Vote("tess", c.Ticket.Number, approval.Approve)
		if err != nil {
			t.Fatal(err)
		}
		e, err := w.Log.Event(w.System(), v.Decision.EventID)
		if err != nil || e.OnBehalfOf != w.Ref("cora") || e.Actor != w.Ref("tess") {
			t.Errorf("actor %s on behalf of %s, want %s of %s (%v)", e.Actor, e.OnBehalfOf, w.Ref("tess"), w.Ref("cora"), err)
		}
	})
}
