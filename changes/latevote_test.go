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

// A vote that is cast too late, on another plan, by somebody who has left, for somebody whose time is over, or twice at once.
func TestAVoteThatMustNotCountIsRefusedWithTheReason(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		b := &bench{T: t, World: w}
		slot := func(n string) (changes.Change, changes.DecideInput) {
			c, err := w.Changes.Get(w.System(), n)
			b.must(err)
			return c, changes.DecideInput{Number: n, Slot: c.Ballots[0].Slot.Ref, Verdict: approval.Approve, Digest: c.Facet.Digest}
		}
		refused := func(what, by string, in changes.DecideInput, want *domain.Error, reason string) {
			t.Helper()
			_, err := w.Changes.Decide(w.As(by), in)
			if !errors.Is(err, want) || reason != "" && !slices.Contains(reasons(err), reason) {
				t.Errorf("%s: %v %v", what, err, reasons(err))
			}
		}
		// On another plan than the present one: the digest of the plan before, and the slot of the plan before.
		n := b.asked(nil)
		_, stale := slot(n)
		if _, _, err := w.Changes.Amend(w.As("maya"), changes.AmendInput{Number: n, Plan: changes.PlanPatch{TestPlan: ptr("Another test.")}}); err != nil {
			t.Fatal(err)
		}
		refused("its slot is of the plan before", "cora", stale, approval.ErrDigestStale, approval.ReasonStale)
		b.must(b.move("maya", n, "submit"))
		if _, err := w.Changes.PeerReview(w.As("tess"), n, "", "Sound."); err != nil {
			t.Fatal(err)
		}
		b.must(b.move("maya", n, "request_authorization"))
		c, in := slot(n)
		in.Slot, in.Digest = c.Current()[0].Slot.Ref, stale.Digest
		refused("its digest is of the plan before", "cora", in, approval.ErrDigestStale, "")

		// After it was decided, and after everything is over.
		over := b.done("successful")
		_, late := slot(over)
		refused("in review", "cleo", late, approval.ErrNoDecision, "")
		b.must(b.move("maya", over, "close"))
		refused("closed", "cleo", late, approval.ErrNoDecision, "")
		refused("closed, the other way round", "cora", changes.DecideInput{Number: late.Number, Slot: late.Slot, Verdict: approval.Reject, Comment: "No.", Digest: late.Digest}, approval.ErrDecided, "")

		// In the name of somebody outside the dates of the delegation.
		n = b.asked(nil)
		_, in = slot(n)
		if _, err := w.Gate.Grant(w.System(), policies.GrantInput{User: w.ID("alice"), Role: policies.CABMember, Scope: "all", Reason: "stands in"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.People.Delegate(w.As("cora"), people.DelegateInput{To: w.Ref("alice"), From: ptr(w.Clock.Now().Add(time.Hour)), Until: w.Clock.Now().Add(2 * time.Hour), Reason: "away"}); err != nil {
			t.Fatal(err)
		}
		refused("before the delegation begins", "alice", in, approval.ErrCannotDecide, approval.ReasonElectorate)
		w.Clock.Advance(2*time.Hour + time.Minute)
		refused("after the delegation has ended", "alice", in, approval.ErrCannotDecide, approval.ReasonElectorate)

		// By somebody who has left the company: with what they held when they were let in.
		cleo := w.As("cleo")
		if _, err := w.People.Disable(w.As("ada"), people.MoveInput{Ref: w.Ref("cleo"), Reason: "left"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Changes.Decide(cleo, in); !errors.Is(err, domain.ErrNotFound) { // nothing is there for them any more
			t.Errorf("by somebody disabled: %v %v", err, reasons(err))
		}

		// Twice at once, from two browsers.
		done, cora := make(chan error, 2), w.As("cora")
		for range 2 {
			go func() {
				_, err := w.Changes.Decide(cora, in)
				done <- err
			}()
		}
		first, second := <-done, <-done
		if first != nil {
			first, second = second, first
		}
		if first != nil || !errors.Is(second, approval.ErrDecided) {
			t.Errorf("twice at once: %v, %v", first, second)
		}
		w.VerifyLog()
	})
}
