package incident_test

import (
	"testing"

	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func BenchmarkReport(b *testing.B) {
	for _, d := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(d), func(b *testing.B) {
			w := world.New(b, d)
			ctx := w.As("ann")
			for b.Loop() {
				if _, err := w.Incidents.Report(ctx, incident.ReportInput{Title: "Mail is down", Impact: 2, Urgency: 2}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
