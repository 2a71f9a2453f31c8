package demo_test

import (
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/app"
	"github.com/cabinetdesk/cabinet/internal/app/demo"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

var now = time.Date(2026, 3, 4, 11, 20, 0, 0, time.UTC)

func filled(t *testing.T, dialect db.Dialect, now time.Time) (*app.Desk, demo.Summary) {
	t.Helper()
	clock := testkit.NewClock(demo.Start(now))
	d := testkit.Open(t, dialect, clock)
	desk, err := app.Wire(t.Context(), d, app.Options{FilesDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = desk.Close() })
	at := time.Now()
	sum, err := app.Fill(t.Context(), desk, clock, demo.Options{Seed: 1, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v in %s", sum, time.Since(at))
	return desk, sum
}

func TestX(t *testing.T) {
	filled(t, db.SQLite, now)
	_ = domain.Person
}
