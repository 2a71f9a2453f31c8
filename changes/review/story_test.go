package review_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cause"
	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// carriedOut is a change of Maya's that Amir carried out with an outcome, so many hours late.
func carriedOut(t *testing.T, w *world.World, outcome changes.Outcome, late time.Duration) changes.Change {
	t.Helper()
	c := w.Raise("maya", "Upgrade", "amir")
	w.AskForApproval("maya", c.Ticket.Number)
	for _, by := range []string{"cora", "carl"} {
		if _, err := w.Vote(by, c.Ticket.Number, approval.Approve); err != nil {
			t.Fatal(err)
		}
	}
	w.Clock.Set(*c.Facet.PlannedStart)
	c = move(t, w, "amir", c.Ticket.Number, "start", "")
	w.Clock.Set(c.Facet.PlannedEnd.Add(late))
	return move(t, w, "amir", c.Ticket.Number, "complete", outcome)
}

func move(t *testing.T, w *world.World, by, number, event string, outcome changes.Outcome) changes.Change {
	t.Helper()
	c, err := w.Changes.Move(w.As(by), changes.MoveInput{Number: number, Event: event, Outcome: outcome, CloseNotes: "Done."})
	if err != nil {
		t.Fatalf("%s: %v", event, err)
	}
	return c
}

func found(number string) review.Findings {
	return review.Findings{Change: number, Objectives: "partly", Lessons: "Test the new driver on the old printer, too.", CMDB: "updated"}
}

func TestAChangeThatFailedIsReviewedBySomebodyElseBeforeItIsClosed(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := carriedOut(t, w, "failed", 0)
		n := c.Ticket.Number
		r, _, ok, err := w.Reviews.Of(w.As("maya"), n)
		if err != nil || !ok || r.State != review.Open || !slices.Contains(r.Reasons, review.Outcome) || !r.DueAt.Equal(w.Clock.Now().Add(7*24*time.Hour)) {
			t.Fatalf("%+v, %v, %v", r, ok, err)
		}
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: n, Event: "close", CloseNotes: "Done."}); !errors.Is(err, changes.ErrReview) {
			t.Errorf("closed before it was reviewed: %v", err)
		}
		if _, err := w.Reviews.Conduct(w.As("amir"), found(n)); !errors.Is(err, review.ErrReviewer) {
			t.Errorf("reviewed by its implementer: %v", err)
		}
		if _, err := w.Reviews.Conduct(w.As("ann"), found(n)); domain.KindOf(err) != domain.NotFound && !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("reviewed by a requester: %v", err)
		}
		for field, in := range map[string]func(*review.Findings){
			"body.objectives":  func(f *review.Findings) { f.Objectives = "" },
			"body.lessons":     func(f *review.Findings) { f.Lessons = " \n" },
			"body.cmdb":        func(f *review.Findings) { f.CMDB = "perhaps" },
			"body.cmdb_reason": func(f *review.Findings) { f.CMDB = "waived" },
			"body.follow_ups":  func(f *review.Findings) { f.FollowUps = []string{"PRB-999999"} },
		} {
			f := found(n)
			in(&f)
			var e *domain.Error
			if _, err := w.Reviews.Conduct(w.As("maya"), f); !errors.Is(err, review.ErrReview) || !errors.As(err, &e) || e.Fields[0].Location != field {
				t.Errorf("without %s: %v", field, err)
			}
		}
		p, err := w.Problems.Detect(w.As("alice"), problem.DetectInput{Title: "The driver does not know old printers", Impact: 2, Urgency: 2})
		if err != nil {
			t.Fatal(err)
		}
		f := found(n)
		f.FollowUps = []string{p.Ticket.Number}
		if r, err = w.Reviews.Conduct(w.As("maya"), f); err != nil || r.State != review.Done || r.ReviewerID != w.ID("maya") || !slices.Equal(r.FollowUps, f.FollowUps) {
			t.Fatalf("%+v, %v", r, err)
		}
		links, err := w.Tickets.Links(w.As("maya"), p.Ticket)
		if err != nil || len(links) != 1 {
			t.Errorf("the follow-up is tied by %d links, %v", len(links), err)
		}
		if due, err := w.Reviews.Waiting(w.As("maya")); err != nil || len(due) != 0 {
			t.Errorf("%d wait still, %v", len(due), err)
		}
		move(t, w, "maya", n, "close", "")
		w.Seal()
		w.VerifyLog()
	})
}

func TestWhatGoesAsPlannedIsClosedWithoutAReviewUnlessSomebodyAsks(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := carriedOut(t, w, "successful", 0)
		n := c.Ticket.Number
		r, _, ok, err := w.Reviews.Of(w.As("maya"), n)
		if err != nil || ok != (len(r.Reasons) > 0) || ok && !slices.Equal(r.Reasons, []string{review.Sample}) {
			t.Fatalf("%+v, %v", r, err)
		}
		if r, err = w.Reviews.Ask(w.As("tess"), n); err != nil || r.State != review.Open || !slices.Contains(r.Reasons, review.Asked) {
			t.Fatalf("%+v, %v", r, err)
		}
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: n, Event: "close", CloseNotes: "Done."}); !errors.Is(err, changes.ErrReview) {
			t.Errorf("closed before it was reviewed: %v", err)
		}
		draft := w.Raise("maya", "Later", "amir")
		if _, err := w.Reviews.Ask(w.As("maya"), draft.Ticket.Number); !errors.Is(err, review.ErrEarly) {
			t.Errorf("asked for before anything was done: %v", err)
		}
	})
}

// What turns out later opens the review again.
func TestAConfirmedCauseOpensAReviewAlsoOfAClosedChange(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := carriedOut(t, w, "failed", 0)
		n := c.Ticket.Number
		if _, err := w.Reviews.Conduct(w.As("maya"), found(n)); err != nil {
			t.Fatal(err)
		}
		move(t, w, "maya", n, "close", "")
		inc := w.Report("ann", "Printing is broken since the upgrade")
		if _, err := w.Causes.Say(w.As("maya"), cause.SayInput{Incident: inc.Ticket.Number, Change: n, Kind: cause.CausedBy, Confidence: cause.Confirmed, Evidence: "It prints again with the old driver."}); err != nil {
			t.Fatal(err)
		}
		r, c, _, err := w.Reviews.Of(w.As("maya"), n)
		if err != nil || r.State != review.Open || !slices.Contains(r.Reasons, review.Incident) || c.Ticket.State != changes.StateClosed {
			t.Fatalf("%+v, %v", r, err)
		}
		w.Seal()
		w.VerifyLog()
	})
}

func TestWhyAChangeIsReviewed(t *testing.T) {
	at := func(hours float64) *time.Time {
		x := time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC).Add(time.Duration(hours * float64(time.Hour)))
		return &x
	}
	plain := review.Facts{Model: model.Model{GraceMinutes: 15}, Change: changes.Change{Facet: changes.Facet{Model: changes.Normal, Risk: "medium", Outcome: "successful", PlannedEnd: at(2), ActualEnd: at(2.2)}}}
	for _, x := range []struct {
		because string
		alter   func(*review.Facts)
	}{
		{"", func(*review.Facts) {}},
		{review.Outcome, func(f *review.Facts) { f.Change.Facet.Outcome = "successful_with_issues" }},
		{review.Emergency, func(f *review.Facts) { f.Change.Facet.Model = changes.Emergency }},
		{review.HighRisk, func(f *review.Facts) { f.Change.Facet.Risk = "high" }},
		{review.Overran, func(f *review.Facts) { f.Change.Facet.ActualEnd = at(2.3) }},
		{review.Incident, func(f *review.Facts) { f.Caused = true }},
		{review.Model, func(f *review.Facts) { f.Model.Review = true }},
		{review.Sample, func(f *review.Facts) { f.Model.ReviewPercent = 100 }},
		{review.FirstUse, func(f *review.Facts) { f.FirstUse, f.Change.Facet.Template = true, "restart" }},
		{"", func(f *review.Facts) { f.FirstUse = true }}, // it comes from no template
	} {
		f := plain
		x.alter(&f)
		want := []string(nil)
		if x.because != "" {
			want = []string{x.because}
		}
		if got := review.Why(f); !slices.Equal(got, want) {
			t.Errorf("%q: %v", x.because, got)
		}
	}
}

func TestASampleHasItsShareAndIsTheSameForEverybody(t *testing.T) {
	drawn := 0
	for i := range 10000 {
		n := domain.Number{Kind: domain.KindChange, N: int64(i + 1)}.String()
		if review.Drawn(n, 10) {
			drawn++
		}
		if review.Drawn(n, 0) || !review.Drawn(n, 100) {
			t.Fatal(n)
		}
	}
	if drawn < 900 || drawn > 1100 {
		t.Errorf("%d of 10,000", drawn)
	}
}
