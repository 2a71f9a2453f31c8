package runs_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/audit/runs"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}

// another is a second instance on the same database: it knows only what is written there.
func another(w *world.World, log verifier) *runs.Service {
	return runs.New(w.DB, log, func(ctx context.Context, job runs.Job) error { return w.Jobs.Enqueue(ctx, job) })
}

type verifier interface {
	Verify(ctx context.Context, opt audit.Options) (audit.Report, error)
}

type broken struct{ err error }

func (b broken) Verify(_ context.Context, opt audit.Options) (audit.Report, error) {
	opt.Progress("leaves", 10, 20)
	return audit.Report{}, b.err
}

func TestARunIsDoneByAJobAndAnyInstanceAnswersForIt(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Report("ann", "Mail is down")
		w.Seal()
		id, err := w.Runs.Start(w.As("otto"))
		if err != nil {
			t.Fatal(err)
		}
		if joined, err := another(w, w.Log).Start(w.As("otto")); err != nil || joined != id {
			t.Errorf("the second who asks has run %s, %v", joined, err)
		}
		if run, err := another(w, w.Log).Get(w.As("otto"), id); err != nil || run.State != runs.Running || run.FinishedAt != nil {
			t.Errorf("before the work: %+v, %v", run, err)
		}
		w.RunJobs()
		run, err := another(w, w.Log).Get(w.As("otto"), id)
		if err != nil || run.State != runs.Passed || run.FinishedAt == nil || len(run.Steps) < 8 || run.Done == 0 || run.Done != run.Total {
			t.Errorf("after the work: %+v, %v", run, err)
		}
		if next, err := w.Runs.Start(w.As("otto")); err != nil || next == id {
			t.Errorf("a finished run is joined: %s, %v", next, err)
		}
	})
}

func TestARunWhoseInstanceIsGoneHasFailedAndIsStartedAnew(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		id, err := w.Runs.Start(w.As("otto"))
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(runs.Silence + time.Second)
		if run, err := w.Runs.Get(w.As("otto"), id); err != nil || run.State != runs.Failed || run.Steps[0].OK == nil || *run.Steps[0].OK {
			t.Errorf("%+v, %v", run, err)
		}
		w.Seal()
		next, err := w.Runs.Start(w.As("otto"))
		if err != nil || next == id {
			t.Fatalf("%s, %v", next, err)
		}
		w.RunJobs() // the job of the lost run finds it over
		for run, want := range map[string]string{id: runs.Failed, next: runs.Passed} {
			if got, err := w.Runs.Get(w.As("otto"), run); err != nil || got.State != want {
				t.Errorf("%s: %+v, %v", run, got, err)
			}
		}
	})
}

func TestALogThatCannotBeReadFailsTheRunAndAServerThatStopsDoesNot(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		trouble := errors.New("disk")
		s := runs.New(w.DB, broken{trouble}, func(context.Context, runs.Job) error { return nil })
		id, err := s.Start(w.As("otto"))
		if err != nil {
			t.Fatal(err)
		}
		stopping, stop := context.WithCancel(w.System())
		stopping = domain.WithActor(stopping, domain.SystemActor(domain.ViaJob))
		stop()
		if err := s.Work(stopping, runs.Job{Run: id}); err == nil {
			t.Error("a server that stops leaves the work to others")
		}
		if run, err := s.Get(w.System(), id); err != nil || run.State != runs.Running {
			t.Errorf("%+v, %v", run, err)
		}
		if err := s.Work(w.System(), runs.Job{Run: id}); !errors.Is(err, trouble) {
			t.Errorf("%v", err)
		}
		if run, err := s.Get(w.System(), id); err != nil || run.State != runs.Failed || len(run.Steps) != 2 || run.Done != 10 || run.Total != 20 {
			t.Errorf("%+v, %v", run, err)
		}
		if err := s.Work(w.System(), runs.Job{Run: id}); err != nil {
			t.Errorf("the second attempt: %v", err)
		}
		if _, err := s.Get(w.System(), "nothing"); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("%v", err)
		}
	})
}
