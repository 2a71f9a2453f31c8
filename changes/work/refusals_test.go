package work_test

import (
	"errors"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow/flowtest"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// Whatever the flow of tasks can refuse is refused with its code; the list is the flow's own.
func TestEveryRefusalOfTheFlowOfTasksHasItsCode(t *testing.T) {
	type refusal struct {
		what string
		want *domain.Error
		try  func(w *world.World, n string) error
	}
	moved := func(w *world.World, by, n, task, event, result string) error {
		_, err := w.Work.Move(w.As(by), work.MoveInput{Change: n, Task: task, Event: event, Result: result})
		return err
	}
	begun := func(t *testing.T, w *world.World, n string, checklist ...string) string {
		x, err := w.Work.Add(w.As("maya"), work.AddInput{Change: n, Kind: work.Build, Title: "Build it", Checklist: checklist})
		if err == nil {
			err = moved(w, "amir", n, x.Number, "start", "")
		}
		if err != nil {
			t.Fatal(err)
		}
		return x.Number
	}
	cases := []refusal{
		{"start: worker_did_not_decide", work.ErrDecided, func(w *world.World, n string) error {
			return moved(w, "cora", n, add(t, w, n, work.Build, "Build it").Number, "start", "")
		}},
		{"start: change_is_at_that_point", work.ErrNotBegun, func(w *world.World, n string) error {
			return moved(w, "amir", n, add(t, w, n, work.Deploy, "Deploy it").Number, "start", "")
		}},
		{"start: first_tasks_finished", work.ErrFirst, func(w *world.World, n string) error {
			first := add(t, w, n, work.Build, "Build it")
			return moved(w, "amir", n, add(t, w, n, work.Test, "Test it", first.Number).Number, "start", "")
		}},
		{"finish: worker_did_not_decide", work.ErrDecided, func(w *world.World, n string) error { return moved(w, "cora", n, begun(t, w, n), "finish", "") }},
		{"finish: checklist_ticked_off", work.ErrChecklist, func(w *world.World, n string) error {
			return moved(w, "amir", n, begun(t, w, n, "Backup"), "finish", "")
		}},
		{"fail: worker_did_not_decide", work.ErrDecided, func(w *world.World, n string) error { return moved(w, "cora", n, begun(t, w, n), "fail", "No.") }},
		{"fail: without result", domain.ErrMissing, func(w *world.World, n string) error { return moved(w, "amir", n, begun(t, w, n), "fail", " ") }},
		{"skip: worker_did_not_decide", work.ErrDecided, func(w *world.World, n string) error { return moved(w, "cora", n, begun(t, w, n), "skip", "No.") }},
		{"skip: without result", domain.ErrMissing, func(w *world.World, n string) error { return moved(w, "amir", n, begun(t, w, n), "skip", "") }},
	}
	for _, mv := range work.Flow.Moves {
		cases = append(cases, refusal{mv.Event + ": from elsewhere", domain.ErrMove, func(w *world.World, n string) error {
			task := begun(t, w, n)
			if err := moved(w, "amir", n, task, "finish", ""); err != nil {
				return err
			}
			return moved(w, "amir", n, task, mv.Event, "Again.")
		}})
	}
	var shown []string
	for _, c := range cases {
		shown = append(shown, c.what)
	}
	flowtest.Met(t, work.Flow, shown)
	world.Each(t, func(t *testing.T, w *world.World) {
		if err := grantAgent(w, "cora"); err != nil {
			t.Fatal(err)
		}
		n := approved(t, w)
		for _, c := range cases {
			if err := c.try(w, n); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.what, err, c.want)
			}
		}
		w.Clock.Advance(time.Minute)
		w.VerifyLog()
	})
}
