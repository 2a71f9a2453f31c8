package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

type happened struct{ what string }

func (h happened) Event() domain.Event { return domain.Event{Type: h.what} }

func recording(d *db.DB) *[]string {
	var seen []string
	d.Use(func(_ context.Context, facts []domain.Fact) error {
		for _, f := range facts {
			seen = append(seen, f.Event().Type)
		}
		return nil
	}, nil)
	return &seen
}

func TestAUnitCommitsWholeOrNotAtAll(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, clock *testkit.Clock) {
		ctx := context.Background()
		recording(d)
		boom := errors.New("boom")
		err := d.Do(ctx, func(ctx context.Context) error {
			if err := d.Emit(ctx, happened{"site.created"}); err != nil {
				return err
			}
			if err := d.Conn(ctx).Exec("insert into sites (key, name) values (?, ?)", "ber", "Berlin").Error; err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
		var n int64
		if err := d.Conn(ctx).Raw("select count(*) from sites").Scan(&n).Error; err != nil || n != 0 {
			t.Fatalf("after a rollback: %d rows, %v", n, err)
		}
	})
}

func TestAWriteOutsideAUnitIsRefused(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		err := d.Conn(context.Background()).Exec("insert into sites (key, name) values ('a', 'A')").Error
		if !errors.Is(err, domain.ErrOutsideUnit) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestARecordWrittenWithoutAFactIsRolledBack(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		ctx := context.Background()
		recording(d)
		err := d.Do(ctx, func(ctx context.Context) error {
			return d.Conn(ctx).Exec("insert into sites (key, name) values ('a', 'A')").Error
		})
		if !errors.Is(err, domain.ErrWithoutFact) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestANestedUnitJoinsAndNowStandsStill(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, clock *testkit.Clock) {
		ctx := context.Background()
		recording(d)
		after := 0
		err := d.Do(ctx, func(ctx context.Context) error {
			first := d.Now(ctx)
			clock.Advance(time.Hour)
			return d.Do(ctx, func(ctx context.Context) error {
				if !d.Now(ctx).Equal(first) {
					t.Errorf("now moved inside a unit: %v, %v", first, d.Now(ctx))
				}
				d.AfterCommit(ctx, func() { after++ })
				return nil
			})
		})
		if err != nil || after != 1 {
			t.Fatalf("err %v, after-commit ran %d times", err, after)
		}
	})
}

func TestTimesComeBackAsTheyWentInAndCompareAsText(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		ctx := context.Background()
		recording(d)
		zone := time.FixedZone("ahead", 5*3600+1800)
		in := time.Date(2026, 3, 2, 1, 2, 3, 4567, zone) // with nanoseconds and a zone
		want := domain.Instant(in)
		err := d.Do(ctx, func(ctx context.Context) error {
			for i, at := range []time.Time{in, in.Add(time.Second), in.Add(-time.Second)} {
				if err := d.Conn(ctx).Exec("insert into login_failures (id, key, at) values (?, 'k', ?)", i+1, at).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var got time.Time
		if err := d.SQL(ctx).QueryRowContext(ctx, "select at from login_failures where id = 1").Scan(&got); err != nil {
			t.Fatal(err)
		}
		if !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("wrote %v, read %v", want, got)
		}
		var later int
		if err := d.Conn(ctx).Raw("select count(*) from login_failures where at > ?", in).Scan(&later).Error; err != nil || later != 1 {
			t.Errorf("%d rows are later, want 1 (%v)", later, err)
		}
	})
}

func TestADuplicateIsNamedAndAPanicRollsBack(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		ctx := context.Background()
		recording(d)
		insert := func(ctx context.Context) error {
			if err := d.Emit(ctx, happened{"x"}); err != nil {
				return err
			}
			return d.Conn(ctx).Exec("insert into sites (key, name) values ('a', 'A')").Error
		}
		func() {
			defer func() { _ = recover() }()
			_ = d.Do(ctx, func(ctx context.Context) error {
				if err := insert(ctx); err != nil {
					t.Error(err)
				}
				panic("oops")
			})
		}()
		if err := d.Do(ctx, insert); err != nil {
			t.Fatalf("after a panic the row should be gone and the connection free: %v", err)
		}
		if err := d.Do(ctx, insert); !errors.Is(err, domain.ErrDuplicate) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestASecondServerOnTheSameFileIsRefused(t *testing.T) {
	url := testkit.FreshURL(t, db.SQLite)
	first, err := db.Open(context.Background(), db.Config{URL: url}, testkit.NewClock(testkit.Epoch))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close() }()
	if _, err := db.Open(context.Background(), db.Config{URL: url}, testkit.NewClock(testkit.Epoch)); !errors.Is(err, db.ErrLocked) {
		t.Fatalf("got %v", err)
	}
}

func TestATailoredQueryIsPlannedForItsArgumentsEachTime(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		recording(d)
		at := time.Date(2026, 3, 2, 1, 2, 3, 4000, time.UTC)
		err := d.Do(context.Background(), func(ctx context.Context) error {
			if err := d.Conn(ctx).Exec("insert into login_failures (id, key, at) values (1, 'k', ?)", at).Error; err != nil {
				return err
			}
			for range 7 { // after the fifth time PostgreSQL would keep a plan
				var got []time.Time
				if err := d.Tailored(ctx).Raw("select at from login_failures where key in ? and at >= ?", []string{"k", "l"}, at).Scan(&got).Error; err != nil {
					return err
				}
				if len(got) != 1 || !got[0].Equal(at) {
					t.Errorf("wrote %v, read %v", at, got)
				}
			}
			if !d.IsPostgres() {
				return nil
			}
			var kept int
			if err := d.Conn(ctx).Raw("select count(*) from pg_prepared_statements where statement like 'select at from login_failures%'").Scan(&kept).Error; err != nil {
				return err
			}
			if kept != 0 {
				t.Error("the statement was kept, and with it a plan for everybody")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestManyRowsAreWrittenWhateverTheirNumber(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		recording(d)
		written := 0
		for _, n := range []int{0, 1, 2, 31, 32, 33, 256, 289, 600} {
			rows := make([][]any, n)
			for i := range rows {
				rows[i] = []any{fmt.Sprintf("%d/%d", n, i), time.Date(2026, 3, 2, 1, 2, 3, 0, time.UTC)}
			}
			var there int
			err := d.Do(context.Background(), func(ctx context.Context) error {
				if err := d.InsertMany(ctx, "login_failures", []string{"key", "at"}, rows, ""); err != nil {
					return err
				}
				return d.Conn(ctx).Raw("select count(distinct key) from login_failures").Scan(&there).Error
			})
			if written += n; err != nil || there != written {
				t.Errorf("after %d rows there are %d instead of %d, %v", n, there, written, err)
			}
		}
	})
}

func TestASnapshotSeesOneInstantWhileOthersWrite(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		recording(d)
		add := func(key string) {
			t.Helper()
			err := d.Do(context.Background(), func(ctx context.Context) error {
				if err := d.Emit(ctx, happened{"x"}); err != nil {
					return err
				}
				return d.InsertMany(ctx, "sites", []string{"key", "name"}, [][]any{{key, "A"}, {key + "2", "B"}}, "")
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		add("a")
		err := d.Snapshot(context.Background(), func(ctx context.Context) error {
			for _, key := range []string{"b", "c"} {
				var n, plain int
				if err := d.Conn(ctx).Raw("select count(*) from sites").Scan(&n).Error; err != nil {
					return err
				}
				if err := d.SQL(ctx).QueryRowContext(ctx, "select count(*) from sites").Scan(&plain); err != nil {
					return err
				}
				if n != 2 || plain != 2 {
					t.Errorf("%d and %d sites", n, plain)
				}
				add(key)
			}
			if err := d.Conn(ctx).Exec("insert into sites (key, name) values ('c', 'C')").Error; !errors.Is(err, domain.ErrOutsideUnit) {
				t.Errorf("a snapshot writes: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// The statements that a connection keeps are not confused by being used while they are read, nor by their number.
func TestAKeptStatementCanBeUsedWhileItIsRead(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		ctx := context.Background()
		recording(d)
		err := d.Do(ctx, func(ctx context.Context) error {
			for i := range 700 {
				if err := d.Conn(ctx).Exec("insert into login_failures (key, at) values (?, ?) "+strings.Repeat(" ", i), "k", d.Now(ctx)).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		const q = "select id from login_failures where id > $1 order by id limit 3"
		rows, err := d.Reader().QueryContext(ctx, q, 0)
		if err != nil {
			t.Fatal(err)
		}
		var ids []int
		for rows.Next() {
			var id, inner int
			if err := rows.Scan(&id); err != nil {
				t.Fatal(err)
			}
			if err := d.Reader().QueryRowContext(ctx, q, 100+id).Scan(&inner); err != nil || inner != 101+id {
				t.Fatalf("inner %d, %v", inner, err)
			}
			ids = append(ids, id)
		}
		if len(ids) != 3 || ids[2] != 3 {
			t.Errorf("outer %v", ids)
		}
	})
}

// A disk that is full is said plainly, and what was committed before stays.
func TestAFullDiskIsSaidPlainlyAndLosesNothing(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, testkit.NewClock(testkit.Epoch))
	recording(d)
	ctx := context.Background()
	add := func(n int) error {
		return d.Do(ctx, func(ctx context.Context) error {
			return d.Conn(ctx).Exec("insert into login_failures (key, at) values (?, ?)", strings.Repeat("x", n), d.Now(ctx)).Error
		})
	}
	if err := add(10); err != nil {
		t.Fatal(err)
	}
	var pages int
	if err := d.Writer().QueryRowContext(ctx, "pragma page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if err := d.Writer().QueryRowContext(ctx, fmt.Sprintf("pragma max_page_count = %d", pages)).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if err := add(1 << 20); !errors.Is(err, domain.ErrStorage) {
		t.Fatalf("on a full disk: %v", err)
	}
	var n int
	if err := d.SQL(ctx).QueryRowContext(ctx, "select count(*) from login_failures").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestStatisticsAreBroughtUpToDate(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		if err := d.Optimise(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d.IsPostgres() {
			return
		}
		var n int
		if err := d.Reader().QueryRowContext(t.Context(), "select count(*) from sqlite_stat1").Scan(&n); err != nil {
			t.Errorf("SQLite kept no statistics: %v", err)
		}
	})
}

type attempt struct {
	ID  int64
	Key string
	At  time.Time
}

func (attempt) TableName() string { return "login_failures" }

func TestAWalkMeetsEveryRowOnceAndAnUpdateThatComesLateIsRefused(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		recording(d)
		const rows = 2503 // more than two pages
		err := d.Do(context.Background(), func(ctx context.Context) error {
			var all [][]any
			for i := range rows {
				all = append(all, []any{int64(3*i + 1), fmt.Sprint("k", i%2), testkit.Epoch})
			}
			if err := d.InsertMany(ctx, "login_failures", []string{"id", "key", "at"}, all, ""); err != nil {
				return err
			}
			var met, odd int
			last := int64(0)
			of := func(a attempt) int64 { return a.ID }
			if err := db.Each(ctx, d, "id", of, func(a attempt) error {
				if a.ID <= last {
					t.Errorf("%d comes after %d", a.ID, last)
				}
				last = a.ID
				met++
				return nil
			}); err != nil {
				return err
			}
			if err := db.Pages(ctx, d, "id", of, func(page []attempt) error { odd += len(page); return nil }, "key = ?", "k1"); err != nil {
				return err
			}
			if met != rows || odd != rows/2 {
				t.Errorf("met %d rows, and %d that fit", met, odd)
			}
			stop := errors.New("enough")
			if err := db.Each(ctx, d, "id", of, func(attempt) error { return stop }); !errors.Is(err, stop) {
				t.Errorf("went on: %v", err)
			}
			if err := db.One(d.Conn(ctx).Exec("update login_failures set key = 'x' where id = 4")); err != nil {
				t.Error(err)
			}
			if err := db.One(d.Conn(ctx).Exec("update login_failures set key = 'x' where id = 5")); !errors.Is(err, domain.ErrStale) {
				t.Errorf("of no row: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhatIsBrokenOffIsSaidToBe(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		recording(d)
		ended, end := context.WithCancel(context.Background())
		end()
		var n int
		if err := d.Conn(ended).Raw("select count(*) from sites").Scan(&n).Error; !errors.Is(err, domain.ErrBrokenOff) {
			t.Errorf("before it began: %v", err)
		}
		if err := d.Snapshot(ended, func(context.Context) error { return nil }); !errors.Is(err, domain.ErrBrokenOff) {
			t.Errorf("a snapshot: %v", err)
		}
		if err := d.Do(ended, func(context.Context) error { return nil }); !errors.Is(err, domain.ErrBrokenOff) {
			t.Errorf("a unit: %v", err)
		}
		running, stop := context.WithCancel(context.Background())
		row := make(chan error, 1)
		go func() {
			var n int64
			row <- db.Translate(d.Reader().QueryRowContext(running, "with recursive x (n) as (select 1 union all select n + 1 from x where n < 2000000000) select count(*) from x").Scan(&n))
		}()
		stop() // before it began, or while it runs
		if err := <-row; !errors.Is(err, domain.ErrBrokenOff) {
			t.Errorf("while it runs: %v", err)
		}
		if err := d.Conn(context.Background()).Raw("select count(*) from sites").Scan(&n).Error; err != nil {
			t.Errorf("the next one: %v", err)
		}
	})
}
