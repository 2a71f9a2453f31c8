package work_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
	"github.com/cabinetdesk/cabinet/policies"
)

func add(t *testing.T, w *world.World, change, kind, title string, after ...string) work.Task {
	t.Helper()
	x, err := w.Work.Add(w.As("maya"), work.AddInput{Change: change, Kind: kind, Title: title, After: after})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func move(w *world.World, by, change, task, event string) (work.Task, error) {
	return w.Work.Move(w.As(by), work.MoveInput{Change: change, Task: task, Event: event, Result: "It works."})
}

// approved is a change that waits for its window, implemented by Amir; Cora and Carl approved it.
func approved(t *testing.T, w *world.World) string {
	t.Helper()
	c := w.Raise("maya", "Upgrade", "amir")
	w.AskForApproval("maya", c.Ticket.Number)
	for _, by := range []string{"cora", "carl"} {
		if _, err := w.Vote(by, c.Ticket.Number, approval.Approve); err != nil {
			t.Fatal(err)
		}
	}
	return c.Ticket.Number
}

func change(w *world.World, by, number, event string, outcome changes.Outcome) (changes.Change, error) {
	return w.Changes.Move(w.As(by), changes.MoveInput{Number: number, Event: event, Outcome: outcome, CloseNotes: "Done."})
}

func TestWorkGoesInItsOrderAndTheChangeWaitsForIt(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		n := approved(t, w)
		build := add(t, w, n, work.Build, "Build it")
		test := add(t, w, n, work.Test, "Test it", build.Number)
		deploy := add(t, w, n, work.Deploy, "Deploy it")
		if _, err := w.Work.Add(w.As("maya"), work.AddInput{Change: n, Kind: work.Verify, Title: "x", After: []string{"TSK-999999"}}); !errors.Is(err, work.ErrTask) {
			t.Errorf("after a task of another change: %v", err)
		}
		if _, err := w.Work.Add(w.As("maya"), work.AddInput{Change: n, Kind: "party", Title: "x"}); !errors.Is(err, work.ErrTask) {
			t.Errorf("of no kind: %v", err)
		}
		if _, err := move(w, "amir", n, test.Number, "start"); !errors.Is(err, work.ErrFirst) {
			t.Errorf("out of order: %v", err)
		}
		if _, err := move(w, "amir", n, deploy.Number, "start"); !errors.Is(err, work.ErrNotBegun) {
			t.Errorf("deployed before the change began: %v", err)
		}
		if _, err := move(w, "amir", n, build.Number, "finish"); !errors.Is(err, domain.ErrMove) {
			t.Errorf("ended before it began: %v", err)
		}
		w.Clock.Advance(24 * time.Hour)
		if _, err := change(w, "amir", n, "start", ""); !errors.Is(err, changes.ErrTasks) {
			t.Errorf("started before it was tested: %v", err)
		}
		for _, x := range []work.Task{build, test} {
			for _, event := range []string{"start", "finish"} {
				if _, err := move(w, "amir", n, x.Number, event); err != nil {
					t.Fatalf("%s %s: %v", event, x.Title, err)
				}
				w.Clock.Advance(time.Minute)
			}
		}
		if _, err := change(w, "amir", n, "start", ""); err != nil {
			t.Fatal(err)
		}
		x, err := move(w, "amir", n, deploy.Number, "start")
		if err != nil || x.StartedAt == nil || !x.StartedAt.Equal(w.Clock.Now()) || x.StartedBy != w.ID("amir") {
			t.Fatalf("%+v, %v", x, err)
		}
		if _, err := change(w, "amir", n, "complete", "successful"); !errors.Is(err, changes.ErrTasks) {
			t.Errorf("completed with an open task: %v", err)
		}
		if _, err := move(w, "amir", n, deploy.Number, "finish"); err != nil {
			t.Fatal(err)
		}
		if c, err := change(w, "amir", n, "complete", "successful"); err != nil || c.Ticket.State != changes.StateReview {
			t.Fatal(err)
		}
		if _, err := w.Work.Add(w.As("maya"), work.AddInput{Change: n, Kind: work.Verify, Title: "Late"}); !errors.Is(err, work.ErrOver) {
			t.Errorf("work in review: %v", err)
		}
		w.VerifyLog()
	})
}

func TestATaskEndsOnlyWhenItsChecklistIsTickedOff(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		n := w.Raise("maya", "Upgrade", "amir").Ticket.Number
		x, err := w.Work.Add(w.As("maya"), work.AddInput{Change: n, Kind: work.Build, Title: "Build it", Checklist: []string{"Backup", " ", "Notes"}})
		if err != nil || len(x.Checks()) != 2 {
			t.Fatalf("%+v, %v", x.Checks(), err)
		}
		if _, err := move(w, "amir", n, x.Number, "start"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Work.Tick(w.As("amir"), n, x.Number, 3, true); !errors.Is(err, work.ErrTask) {
			t.Errorf("a line that is not there: %v", err)
		}
		for line := 1; line <= 2; line++ {
			if _, err := move(w, "amir", n, x.Number, "finish"); !errors.Is(err, work.ErrChecklist) {
				t.Errorf("before line %d: %v", line, err)
			}
			if _, err := w.Work.Tick(w.As("amir"), n, x.Number, line, true); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := move(w, "amir", n, x.Number, "finish"); err != nil {
			t.Fatal(err)
		}
		w.VerifyLog()
	})
}

func TestEvidenceIsAFileOfTheChangeNamedByItsHash(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		n, other := w.Raise("maya", "Upgrade", "amir").Ticket.Number, w.Raise("maya", "Another", "amir").Ticket.Number
		x := add(t, w, n, work.Test, "Test it")
		attach := func(to string) ticket.Attachment {
			a, err := w.Tickets.Attach(w.As("amir"), ticket.AttachInput{Number: to, Name: "log.txt", Body: strings.NewReader("all is well")})
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		if _, err := w.Work.Show(w.As("amir"), n, x.Number, attach(other).Key, ""); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("a file of another change: %v", err)
		}
		mine := attach(n)
		x, err := w.Work.Show(w.As("amir"), n, x.Number, mine.Key, "The run of tonight.")
		sum := sha256.Sum256([]byte("all is well"))
		if err != nil || len(x.Files()) != 1 || x.Files()[0].SHA256 != hex.EncodeToString(sum[:]) {
			t.Fatalf("%+v, %v", x.Files(), err)
		}
		if _, err := w.Work.Show(w.As("amir"), n, x.Number, mine.Key, ""); !errors.Is(err, work.ErrTask) {
			t.Errorf("twice: %v", err)
		}
		w.VerifyLog()
	})
}

func TestWhoDecidedOnAChangeDoesNotWorkOnIt(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		n := approved(t, w)
		x := add(t, w, n, work.Build, "Build it")
		if err := grantAgent(w, "cora"); err != nil {
			t.Fatal(err)
		}
		if _, err := move(w, "cora", n, x.Number, "start"); !errors.Is(err, work.ErrDecided) {
			t.Errorf("an approver works on it: %v", err)
		}
		if _, err := w.Work.Add(w.As("maya"), work.AddInput{Change: n, Kind: work.Build, Title: "x", Assignee: w.ID("cora")}); !errors.Is(err, work.ErrDecided) {
			t.Errorf("an approver is named: %v", err)
		}
	})
}

func TestAChangeIsBackedOutWithOneClick(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		n := approved(t, w)
		deploy := add(t, w, n, work.Deploy, "Deploy it")
		if _, err := w.Work.BackOut(w.As("amir"), n, 0, "Too early."); !errors.Is(err, domain.ErrMove) {
			t.Errorf("before it began: %v", err)
		}
		w.Clock.Advance(24 * time.Hour)
		if _, err := change(w, "amir", n, "start", ""); err != nil {
			t.Fatal(err)
		}
		if _, err := move(w, "amir", n, deploy.Number, "start"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Work.BackOut(w.As("ann"), n, 0, "No."); err == nil {
			t.Error("a requester backs it out")
		}
		if _, err := w.Work.BackOut(w.As("amir"), n, 0, " "); !errors.Is(err, ticket.ErrNoReason) {
			t.Errorf("without a reason: %v", err)
		}
		s, err := w.Work.BackOut(w.As("amir"), n, 0, "It drops mail.")
		if err != nil || s.Tasks[0].State != work.Skipped || len(s.Tasks) != 2 || s.Tasks[1].Kind != work.Backout || s.Tasks[1].State != work.InProgress {
			t.Fatalf("%+v, %v", s.Tasks, err)
		}
		if _, err := w.Work.BackOut(w.As("amir"), n, 0, "Again."); !errors.Is(err, changes.ErrUndoing) {
			t.Errorf("twice: %v", err)
		}
		if _, err := change(w, "amir", n, "complete", "backed_out"); !errors.Is(err, changes.ErrTasks) {
			t.Errorf("before it is undone: %v", err)
		}
		if _, err := move(w, "amir", n, s.Tasks[1].Number, "finish"); err != nil {
			t.Fatal(err)
		}
		if _, err := change(w, "amir", n, "complete", "successful"); !errors.Is(err, changes.ErrUndoing) {
			t.Errorf("as a success: %v", err)
		}
		if c, err := change(w, "amir", n, "complete", "backed_out"); err != nil || c.Facet.Outcome != "backed_out" {
			t.Fatal(err)
		}
		w.VerifyLog()
	})
}

func TestTimesAreCorrectedOnlyWithARightAReasonAndATimeThatWas(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		n := w.Raise("maya", "Upgrade", "amir").Ticket.Number
		x := add(t, w, n, work.Build, "Build it")
		at := func(d time.Duration) *time.Time { v := w.Clock.Now().Add(d); return &v }
		in := work.CorrectInput{Change: n, Task: x.Number, Started: at(-time.Hour), Reason: "The clock of the site was wrong."}
		if _, err := w.Work.Correct(w.As("maya"), in); !errors.Is(err, work.ErrTimes) {
			t.Errorf("before it began: %v", err)
		}
		if _, err := move(w, "amir", n, x.Number, "start"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Work.Correct(w.As("amir"), in); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an agent: %v", err)
		}
		late := in
		late.Started = at(time.Hour)
		if _, err := w.Work.Correct(w.As("maya"), late); !errors.Is(err, work.ErrTimes) {
			t.Errorf("in the future: %v", err)
		}
		mute := in
		mute.Reason = ""
		if _, err := w.Work.Correct(w.As("maya"), mute); !errors.Is(err, ticket.ErrNoReason) {
			t.Errorf("without a reason: %v", err)
		}
		if x, err := w.Work.Correct(w.As("maya"), in); err != nil || !x.StartedAt.Equal(*in.Started) {
			t.Fatalf("%v, %v", x.StartedAt, err)
		}
		w.VerifyLog()
	})
}

func grantAgent(w *world.World, login string) error {
	_, err := w.Gate.Grant(w.System(), policies.GrantInput{User: w.ID(login), Role: policies.Agent, Scope: "all", Reason: "helps out"})
	return err
}
