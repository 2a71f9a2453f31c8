package audit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestAnAwaitedEventReturnsItsReceiptWithoutARunningSealer(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		s := audit.NewSealer(l)
		f := renamed("ber", 1, "", "Berlin")
		f.ID = audit.NewID(testkit.Epoch)
		emit(t, d, f)
		if _, err := l.Receipt(desk(), f.ID); !errors.Is(err, audit.ErrNotSealed) {
			t.Errorf("before the seal: %v", err)
		}
		r, err := s.Await(desk(), f.ID)
		if err != nil {
			t.Fatal(err)
		}
		st, err := l.Check(desk())
		if err != nil || st.ReadOnly != nil {
			t.Fatal(st, err)
		}
		c, err := audit.OpenCheckpoint(r.Checkpoint, st.VerifierKey)
		if err != nil || c.Size != 2 || r.TreeSize != 2 || c.Root != r.Root || r.Leaf != 1 || !r.SealedAt.Equal(testkit.Epoch) {
			t.Errorf("receipt %+v, checkpoint %+v, %v", r, c, err)
		}
		if _, err := s.Await(desk(), "nothing"); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("an unknown event: %v", err)
		}
		var inside error
		_ = d.Do(desk(), func(ctx context.Context) error {
			_, inside = s.Await(ctx, f.ID)
			return nil
		})
		if !errors.Is(inside, audit.ErrInsideUnit) {
			t.Errorf("inside a unit: %v", inside)
		}
	})
}

func TestConcurrentWritersAndSealersLoseNothingAndKeepTheOrder(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		ctx, stop := context.WithCancel(desk())
		var sealers sync.WaitGroup
		var list []*audit.Sealer
		for range 2 { // as two instances do
			s := audit.NewSealer(l)
			list = append(list, s)
			sealers.Go(func() { s.Run(ctx) })
		}
		const writers, each = 6, 25
		var last [writers]string
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					f := renamed(site(w), int64(i+1), "", fmt.Sprint(i))
					f.ID = audit.NewID(testkit.Epoch)
					last[w] = f.ID
					if err := d.Do(desk(), func(ctx context.Context) error { return d.Emit(ctx, f) }); err != nil {
						t.Error(err)
						return
					}
					if i%10 == 0 {
						if _, err := list[w%2].Await(ctx, f.ID); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
		stop()
		sealers.Wait()
		for _, id := range last {
			// Not Seal: PostgreSQL may still be ending the transaction of a sealer that was stopped in the middle, and it
			// has the lock until then.
			if _, err := list[0].Await(desk(), id); err != nil {
				t.Fatal(err)
			}
		}
		tail, err := l.Tail(desk(), -1, 1000)
		if err != nil || len(tail) != writers*each+1 {
			t.Fatalf("%d sealed, %v", len(tail), err)
		}
		next := map[string]int64{}
		for i, e := range tail {
			if e.Index != int64(i) {
				t.Fatalf("leaf %d has index %d", i, e.Index)
			}
			if next[e.Entity]++; next[e.Entity] != e.Version {
				t.Errorf("%s: version %d comes as number %d", e.Entity, e.Version, next[e.Entity])
			}
		}
		verified(t, l)
	})
}

func TestAnEventThatCommitsLateIsSealedAllTheSame(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.Postgres, testkit.NewClock(testkit.Epoch)) // SQLite has one writer: nothing is late
	l := open(t, d)
	s := audit.NewSealer(l)
	early := renamed("ber", 1, "", "Berlin")
	early.ID = audit.NewID(testkit.Epoch)
	emitted, goOn, done := make(chan bool), make(chan bool), make(chan error)
	go func() {
		done <- d.Do(desk(), func(ctx context.Context) error {
			err := d.Emit(ctx, early)
			emitted <- true
			<-goOn
			return err
		})
	}()
	<-emitted
	emit(t, d, renamed("bonn", 1, "", "Bonn"))
	if n, err := s.Seal(desk()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	goOn <- true
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if r, err := s.Await(desk(), early.ID); err != nil || r.Leaf != 2 {
		t.Fatal(r, err)
	}
	verified(t, l)
}

func TestARunningSealerTellsItsSubscribers(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		here, there := audit.NewSealer(l), audit.NewSealer(l)
		ctx, stop := context.WithTimeout(desk(), 20*time.Second)
		defer stop()
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() { there.Run(ctx) })
		sizes, unsubscribe := there.Subscribe()
		defer unsubscribe()
		emit(t, d, renamed("ber", 1, "", "Berlin"))
		if _, err := here.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		for size := int64(0); size < 2; {
			select {
			case size = <-sizes:
			case <-ctx.Done():
				t.Fatal("the seal was not told")
			}
		}
		stop()
	})
}

func TestAForgedEventIsNeverSealed(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		s := audit.NewSealer(l)
		// A perfect leaf, but written by somebody who does not have the key of the log.
		forger := audit.New(d, audit.Config{})
		if err := d.Do(desk(), func(ctx context.Context) error {
			return forger.Record(ctx, []domain.Fact{renamed("ber", 1, "", "Berlin")})
		}); err != nil {
			t.Fatal(err)
		}
		emit(t, d, renamed("bonn", 1, "", "Bonn"))
		if n, err := s.Seal(desk()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		failing(t, l, "waiting")
	})
}

func TestABatchLargerThanTheSealersIsSealedInSeveral(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		s := audit.NewSealer(l)
		var facts []domain.Fact
		for i := range 2500 {
			facts = append(facts, renamed(site(i), 1, "", "x"))
		}
		emit(t, d, facts...)
		var sealed []int
		for {
			n, err := s.Seal(desk())
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
			sealed = append(sealed, n)
		}
		if !slices.Equal(sealed, []int{2000, 500}) {
			t.Errorf("sealed %v", sealed)
		}
		verified(t, l)
	})
}
