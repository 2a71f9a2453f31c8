package reports_test

import (
	"fmt"
	"io"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes/work"
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

// BenchmarkExportOfChanges writes changes with their whole life, each put to its approvers and with a task.
func BenchmarkExportOfChanges(b *testing.B) {
	const n = 1_000
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		w := world.New(b, dialect)
		for i := range n {
			c := w.AskForApproval("maya", w.Raise("maya", fmt.Sprintf("Upgrade %d", i), "amir").Ticket.Number)
			if _, err := w.Work.Add(w.As("maya"), work.AddInput{Change: c.Ticket.Number, Kind: work.Deploy, Title: "Deploy it"}); err != nil {
				b.Fatal(err)
			}
			w.Clock.Advance(3 * time.Hour)
		}
		w.Seal()
		b.Run(string(dialect), func(b *testing.B) {
			runtime.GC()
			peak := peakMemory(b)
			for b.Loop() {
				if _, _, err := w.Exports.Write(w.As("otto"), request(b, "changes", "xlsx", ""), io.Discard, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/change")
		})
	}
}
