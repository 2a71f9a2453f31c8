package reports_test

import (
	"io"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// BenchmarkExport writes 100,000 incidents and says how much memory the program held at most.
func BenchmarkExport(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		w := world.New(b, dialect)
		many(b, w, 100_000)
		for n := 1; n > 0; {
			var err error
			if n, err = w.Sealer.Seal(w.System()); err != nil {
				b.Fatal(err)
			}
		}
		for _, format := range []string{"csv", "xlsx"} {
			b.Run(string(dialect)+"/"+format, func(b *testing.B) {
				runtime.GC()
				peak := peakMemory(b)
				for b.Loop() {
					if _, _, err := w.Exports.Write(w.As("otto"), request(b, "incidents", format, ""), io.Discard, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
			})
		}
	}
}

// peakMemory watches what the program has taken from the system and not given back, until the returned function is called.
func peakMemory(b *testing.B) func() uint64 {
	b.Helper()
	stop := make(chan struct{})
	var done sync.WaitGroup
	var peak uint64
	done.Add(1)
	go func() {
		defer done.Done()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.Sys-m.HeapReleased)
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
	}()
	return func() uint64 { close(stop); done.Wait(); return peak }
}
