package changes_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func emergency(t *testing.T, w *world.World) changes.Change {
	t.Helper()
	plan := w.Plan("Stop the ransomware", "amir")
	plan.Model = ptr(changes.Emergency)
	start := w.Clock.Now()
	plan.PlannedStart, plan.PlannedEnd = &start, ptr(start.Add(4*time.Hour))
	c, err := w.Changes.Raise(w.As("maya"), changes.RaiseInput{Plan: plan})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnEmergencyTakesTwoOfThoseOnDuty(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := emergency(t, w)
		n := c.Ticket.Number
		if _, err := move(w, "maya", n, "submit"); !errors.Is(err, changes.ErrModel) {
			t.Errorf("the usual way: %v", err)
		}
		if _, err := move(w, "maya", n, "expedite"); !errors.Is(err, approval.ErrBoard) {
			t.Errorf("without the board: %v", err)
		}
		if _, err := w.Approvals.SetBoard(w.As("ada"), approval.Board{Key: "ecab", Name: "ECAB", Rule: approval.Any, Members: w.IDs("cleo", "cora", "carl")}); err != nil {
			t.Fatal(err)
		}
		if _, err := move(w, "maya", n, "expedite"); !errors.Is(err, approval.ErrNobodyOnCall) {
			t.Errorf("with nobody on duty: %v", err)
		}
		w.OnDuty("ecab", "cleo")
		if _, err := move(w, "maya", n, "expedite"); !errors.Is(err, approval.ErrElectorate) {
			t.Errorf("with one on duty: %v", err)
		}
		w.OnDuty("ecab", "carl", "ann")
		if _, err := w.Approvals.EnterDuty(w.As("ada"), "ecab", w.ID("carl"), w.Clock.Now(), w.Clock.Now().Add(time.Hour)); !errors.Is(err, domain.ErrDuplicate) {
			t.Errorf("twice at one time: %v", err)
		}
		c, err := move(w, "maya", n, "expedite")
		if err != nil || c.Ticket.State != changes.StateAuthorize || c.Facet.Lane != changes.LaneECAB {
			t.Fatal(err)
		}
		if _, err := w.Vote("cora", n, approval.Approve); !slices.Contains(reasons(err), approval.ReasonElectorate) {
			t.Errorf("a member who is not on duty: %v", err)
		}
		if _, err := w.Vote("ann", n, approval.Approve); err == nil {
			t.Error("on duty, but without a role that decides")
		}
		if v, err := w.Vote("cleo", n, approval.Approve); err != nil || v.Change.Ticket.State != changes.StateAuthorize {
			t.Fatalf("%s, %v", v.Change.Ticket.State, err)
		}
		if v, err := w.Vote("carl", n, approval.Approve); err != nil || v.Change.Ticket.State != changes.StateScheduled {
			t.Fatalf("%s, %v", v.Change.Ticket.State, err)
		}
		w.VerifyLog()
	})
}

// Demonstration (c): whoever breaks the glass is flagged, a clock runs, and somebody else decides.
func TestABrokenGlassIsFlaggedAndDecidedOnBySomebodyElse(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c, i := emergency(t, w), w.Report("ann", "Files are being encrypted")
		n := c.Ticket.Number
		glass := func(ctx context.Context, incident string) (changes.Change, error) {
			return w.Changes.Move(ctx, changes.MoveInput{Number: n, Event: "break_glass", Reason: "It spreads.", Incident: incident})
		}
		tess := w.SignedIn("tess")
		if _, err := glass(w.SignedIn("amir"), i.Ticket.Number); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("without the right: %v", err)
		}
		for _, incident := range []string{"", "INC-000099", n, "nonsense"} {
			if _, err := glass(tess, incident); !errors.Is(err, changes.ErrIncident) {
				t.Errorf("incident %q: %v", incident, err)
			}
		}
		if _, err := glass(tess, i.Ticket.Number); !errors.Is(err, approval.ErrSignature) {
			t.Errorf("without the password: %v", err)
		}
		if _, err := w.People.Confirm(tess, "wrong"); !errors.Is(err, people.ErrCurrent) {
			t.Errorf("a wrong password: %v", err)
		}
		if _, err := w.People.Confirm(tess, world.Password); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(people.SignatureLasts)
		if _, err := glass(tess, i.Ticket.Number); !errors.Is(err, approval.ErrSignature) {
			t.Errorf("too long after the password: %v", err)
		}
		if _, err := w.People.Confirm(tess, world.Password); err != nil {
			t.Fatal(err)
		}
		if offers, err := w.Changes.Moves(tess, c); err != nil || !slices.ContainsFunc(offers, func(o flow.Offer) bool { return o.Move.Event == "break_glass" && o.Blocked == nil }) {
			t.Errorf("what the dialog asks for does not block the button: %v, %v", offers, err)
		}
		c, err := glass(tess, "inc-1")
		if err != nil || c.Ticket.State != changes.StateImplementing || c.Facet.RetroState != changes.RetroPending || c.Facet.Incident != i.Ticket.Number ||
			!c.Facet.RetroDueAt.Equal(w.Clock.Now().Add(24*time.Hour)) || !slices.Contains(c.Facet.Exceptions, changes.BrokeGlass) || !slices.Contains(c.Facet.Implementers, w.ID("tess")) {
			t.Fatalf("%+v, %v", c.Facet, err)
		}
		if _, err := w.Vote("tess", n, approval.Approve); !slices.Contains(reasons(err), approval.ReasonImplements) {
			t.Errorf("who broke it: %v %v", err, reasons(err))
		}
		if _, err := w.Changes.Move(w.As("amir"), changes.MoveInput{Number: n, Event: "complete", Outcome: "successful"}); err != nil {
			t.Fatal(err)
		}
		finish := changes.MoveInput{Number: n, Event: "close", CloseNotes: "It stopped."}
		if _, err := w.Changes.Move(w.As("maya"), finish); !errors.Is(err, changes.ErrRetro) {
			t.Errorf("closed before it is decided: %v", err)
		}
		w.Clock.Advance(25 * time.Hour)
		for range 2 {
			if err := w.Changes.Sweep(w.System()); err != nil {
				t.Fatal(err)
			}
		}
		if c, err = w.Changes.Get(w.As("maya"), n); err != nil || c.Facet.RetroLateAt == nil || !slices.Contains(c.Facet.Exceptions, changes.RetroLate) {
			t.Fatalf("late, and nothing says so: %v, %v", c.Facet.Exceptions, err)
		}
		v, err := w.Vote("cora", n, approval.Reject)
		if err != nil || v.Change.Ticket.State != changes.StateReview || v.Change.Facet.RetroState != approval.Rejected || v.Change.Facet.Outcome != "successful" ||
			!slices.Contains(v.Change.Facet.Exceptions, changes.RetroRejected) {
			t.Fatalf("%s, %+v, %v", v.Change.Ticket.State, v.Change.Facet, err)
		}
		if _, err := w.Changes.Move(w.As("maya"), finish); !errors.Is(err, changes.ErrReview) {
			t.Errorf("an emergency was closed before it was reviewed: %v", err)
		}
		if _, err := w.Reviews.Conduct(w.As("maya"), review.Findings{Change: n, Objectives: "met", Lessons: "Ask those on duty.", CMDB: "nothing"}); err != nil {
			t.Fatal(err)
		}
		if c, err = w.Changes.Move(w.As("maya"), finish); err != nil || c.Ticket.State != changes.StateClosed {
			t.Error(err)
		}
		w.VerifyLog()
	})
}

func TestWhatNobodyHadAskedForIsFoundLookedIntoAndJudged(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		if _, err := w.Changes.Detect(w.As("ann"), changes.DetectInput{Title: "A port is open"}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("by a requester: %v", err)
		}
		c, err := w.Changes.Detect(w.As("amir"), changes.DetectInput{Title: "A port is open that was shut", Description: "Found by the scan.", Team: w.Team("network")})
		if err != nil || c.Ticket.State != changes.StateDetected || !slices.Contains(c.Facet.Exceptions, changes.NobodyApproved) || c.Ticket.Priority != 1 {
			t.Fatalf("%s, %v", c.Ticket.State, err)
		}
		n := c.Ticket.Number
		if _, _, err := w.Changes.Amend(w.As("maya"), changes.AmendInput{Number: n, Plan: changes.PlanPatch{Model: ptr(changes.Normal)}}); !errors.Is(err, changes.ErrFrozen) {
			t.Errorf("made a normal one: %v", err)
		}
		if _, err := move(w, "amir", n, "examine"); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("looked into by an agent: %v", err)
		}
		if _, err := move(w, "maya", n, "examine"); err != nil {
			t.Fatal(err)
		}
		judge := changes.MoveInput{Number: n, Event: "judge", Outcome: "successful", CloseNotes: "A technician opened it for a test."}
		if _, err := w.Changes.Move(w.As("maya"), judge); !errors.Is(err, domain.ErrInvalid) {
			t.Errorf("as a success: %v", err)
		}
		judge.Outcome = "reverted"
		if c, err = w.Changes.Move(w.As("maya"), judge); err != nil || c.Ticket.State != changes.StateClosed || c.Facet.Outcome != "reverted" {
			t.Errorf("%v", err)
		}
		w.VerifyLog()
	})
}

func TestAPipelineRegistersWhatItHasDone(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c, err := w.Changes.Raise(w.As("alice"), changes.RaiseInput{Plan: changes.PlanPatch{Title: ptr("Deploy 1.4.2"), Model: ptr(changes.Registration), AffectedServices: ptr([]string{"Shop"})}})
		if err != nil {
			t.Fatal(err)
		}
		c, err = w.Changes.Move(w.As("alice"), changes.MoveInput{Number: c.Ticket.Number, Event: "register", Outcome: "successful"})
		if err != nil || c.Ticket.State != changes.StateClosed || c.Facet.ActualEnd == nil || len(c.Ballots) != 0 {
			t.Fatalf("%s, %v", c.Ticket.State, err)
		}
		if _, err := w.Changes.Raise(w.As("alice"), changes.RaiseInput{Plan: changes.PlanPatch{Title: ptr("x"), Model: ptr(changes.Standard)}}); !errors.Is(err, changes.ErrTemplate) {
			t.Errorf("a standard change without a template: %v", err)
		}
		w.VerifyLog()
	})
}
