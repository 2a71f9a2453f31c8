package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/jobs"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

type greet struct{ Name string }

func (greet) Kind() string { return "greet" }

func runner(t *testing.T, d *db.DB, work func(ctx context.Context, g greet) error) *jobs.Runner {
	t.Helper()
	d.Use(func(context.Context, []domain.Fact) error { return nil }, nil)
	r := jobs.New(d, jobs.Config{})
	jobs.Register(r, work)
	if err := r.Build(); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAJobExistsIfAndOnlyIfItsUnitWasCommitted(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		ctx := context.Background()
		var greeted []string
		r := runner(t, d, func(ctx context.Context, g greet) error {
			if domain.ActorFrom(ctx).Kind != domain.System {
				t.Error("a job acts as the desk itself")
			}
			greeted = append(greeted, g.Name)
			return nil
		})
		if err := r.Enqueue(ctx, greet{"outside"}); !errors.Is(err, domain.ErrOutsideUnit) {
			t.Errorf("outside a unit: %v", err)
		}
		boom := errors.New("boom")
		if err := d.Do(ctx, func(ctx context.Context) error { return errors.Join(r.Enqueue(ctx, greet{"rolled back"}), boom) }); !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if err := d.Do(ctx, func(ctx context.Context) error {
			return errors.Join(r.Enqueue(ctx, greet{"ann"}), r.Enqueue(ctx, greet{"rolf"}))
		}); err != nil {
			t.Fatal(err)
		}
		if n, err := r.Drain(ctx); n != 2 || err != nil || len(greeted) != 2 || greeted[0] != "ann" {
			t.Errorf("%d jobs, %v, %v", n, greeted, err)
		}
	})
}

func TestWorkersWorkWhatIsCommitted(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		done := make(chan string, 1)
		var tries atomic.Int64
		r := runner(t, d, func(_ context.Context, g greet) error {
			tries.Add(1)
			done <- g.Name
			return nil
		})
		if err := r.Start(ctx); err != nil {
			t.Fatal(err)
		}
		if err := d.Do(ctx, func(ctx context.Context) error { return r.Enqueue(ctx, greet{"ann"}) }); err != nil {
			t.Fatal(err)
		}
		select {
		case name := <-done:
			if name != "ann" {
				t.Error(name)
			}
		case <-ctx.Done():
			t.Error("nobody worked the job")
		}
		if err := r.Stop(ctx); err != nil {
			t.Error(err)
		}
		if dead, err := r.DeadList(ctx, 10); len(dead) != 0 || err != nil {
			t.Errorf("%v, %v", dead, err)
		}
	})
}
