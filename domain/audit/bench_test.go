package audit_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

// benchEvents is how many events the benchmarks work on; CABINET_BENCH_EVENTS=1000000 is what the design names.
func benchEvents() int {
	if n, err := strconv.Atoi(os.Getenv("CABINET_BENCH_EVENTS")); err == nil && n > 0 {
		return n
	}
	return 20000
}

// fill records n events, 500 in a transaction, five versions a record.
func fill(b *testing.B, d *db.DB, n int) {
	b.Helper()
	facts := make([]domain.Fact, 0, 500)
	for i := range n {
		facts = append(facts, renamed(site(i/5), int64(i%5+1), "before", "after"))
		if len(facts) == cap(facts) || i == n-1 {
			emit(b, d, facts...)
			facts = facts[:0]
		}
	}
}

func eachDialect(b *testing.B, bench func(b *testing.B, d *db.DB)) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(dialect), func(b *testing.B) {
			bench(b, testkit.Open(b, dialect, testkit.NewClock(testkit.Epoch)))
		})
	}
}

func perSecond(b *testing.B, n int) {
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkRecord(b *testing.B) {
	eachDialect(b, func(b *testing.B, d *db.DB) {
		open(b, d)
		facts := make([]domain.Fact, 500)
		next := 0
		for b.Loop() {
			for i := range facts {
				facts[i] = renamed(site(next), 1, "before", "after")
				next++
			}
			emit(b, d, facts...)
		}
		perSecond(b, len(facts))
	})
}

func BenchmarkSealAndVerify(b *testing.B) {
	eachDialect(b, func(b *testing.B, d *db.DB) {
		n := benchEvents()
		l := open(b, d)
		fill(b, d, n)
		s := audit.NewSealer(l)
		b.Run("seal", func(b *testing.B) {
			if b.N > 1 {
				b.Skip("a log is sealed once: run with -benchtime 1x")
			}
			for range b.N {
				for {
					sealed, err := s.Seal(desk())
					if err != nil {
						b.Fatal(err)
					}
					if sealed == 0 {
						break
					}
				}
			}
			perSecond(b, n)
		})
		b.Run("verify", func(b *testing.B) {
			for b.Loop() {
				r, err := l.Verify(desk(), audit.Options{})
				if err != nil || !r.OK {
					b.Fatal(r, err)
				}
			}
			perSecond(b, n)
		})
	})
}
