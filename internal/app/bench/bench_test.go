package bench_test

import (
	"io"
	"log/slog"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/api"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/app"
	"github.com/cabinetdesk/cabinet/internal/app/answers"
	"github.com/cabinetdesk/cabinet/internal/app/bench"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}

func desk(t *testing.T, dialect db.Dialect) (*app.Desk, bench.Desk) {
	t.Helper()
	d := testkit.Open(t, dialect, testkit.NewClock(testkit.Epoch))
	k, err := app.Wire(t.Context(), d, app.Options{FilesDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	server, err := api.New(api.Deps{DB: d, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Policies: k.Gate, Rules: k.Rules, Calendar: k.Calendar, Feeds: k.Feeds, Plan: answers.Plan, Oversight: k.Oversight, Templates: k.Templates, Work: k.Work, Attempts: k.Attempts, Causes: k.Causes, Reviews: k.Reviews, Meetings: k.Meetings, Pipelines: k.Pipelines, Webhooks: k.Webhooks, People: k.People, Tickets: k.Tickets, Incidents: k.Incidents,
		Requests: k.Requests, Problems: k.Problems, Changes: k.Changes, Approvals: k.Approvals, CMDB: k.CMDB, Impact: k.Impact, Audit: k.Log, Sealer: k.Sealer, Jobs: k.Jobs, BaseURL: (&url.URL{Scheme: "http", Host: "localhost"}).String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return k, bench.Desk{DB: d, Log: k.Log, Sealer: k.Sealer, People: k.People, Gate: k.Gate, Tickets: k.Tickets, Sources: k.Sources, Calendar: k.Calendar, Handler: server.Handler()}
}

func TestTheGeneratedDatabaseKeepsEveryInvariantAndTheSuiteRunsOnIt(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			k, d := desk(t, dialect)
			if _, err := bench.Fill(t.Context(), d, 1200, 300, func(string) {}); err != nil {
				t.Fatal(err)
			}
			report, err := k.Log.Verify(domain.WithActor(t.Context(), domain.SystemActor(domain.ViaJob)), audit.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range report.Steps {
				if !s.OK {
					t.Errorf("the log does not verify: %s: %s", s.Name, s.Detail)
				}
			}
			s, err := bench.Open(t.Context(), d, true)
			if err != nil {
				t.Fatal(err)
			}
			s.Rounds, s.During = 2, 200*time.Millisecond
			for _, m := range bench.Suite {
				rows, err := m.Run(s, t.Context())
				if err != nil {
					t.Fatalf("%s: %v", m.Name, err)
				}
				for _, r := range rows {
					if r.N == 0 || r.What == "" {
						t.Errorf("%s: an empty row: %+v", m.Name, r)
					}
				}
			}
		})
	}
}
