package cmdb_test

import (
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/app"
	"github.com/cabinetdesk/cabinet/internal/app/bench"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

// The lists that the UI offers.
var (
	filters = []string{"", "class=server", "class=hardware", "class=server,printer", "status=live", "status=retired,disposed", "environment=production", "criticality=1", "team=team03", "team=none", "owner=me",
		"used_by=me", "site=site1", "tag=SOX", "stale=90", "class=server&team=team01&site=site2", "class=workstation&status=in_stock"}
	orders = []string{"name", "-name", "number", "-number", "criticality", "-criticality", "updated_at", "-updated_at", "verified_at", "-verified_at"}
)

// Cost must grow with the page that is shown: no list reads the whole table of items, and none sorts more of it than is
// somebody's own.
func TestEveryListIsServedByAnIndexOnBothDatabases(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			d := testkit.Open(t, dialect, testkit.NewClock(testkit.Epoch))
			k, err := app.Wire(t.Context(), d, app.Options{FilesDir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = k.Close() })
			if _, err := bench.Fill(t.Context(), bench.Desk{DB: d, Log: k.Log, Sealer: k.Sealer, People: k.People, Gate: k.Gate, Tickets: k.Tickets}, 10, 2000, func(string) {}); err != nil {
				t.Fatal(err)
			}
			for _, login := range []string{bench.AgentOfAll, bench.AgentOfTeam, bench.Requester} {
				p, err := k.People.Find(domain.WithActor(t.Context(), domain.SystemActor(domain.ViaCLI)), login)
				if err != nil {
					t.Fatal(err)
				}
				a, err := k.People.ActorFor(t.Context(), p.ID, domain.ViaUI)
				if err != nil {
					t.Fatal(err)
				}
				for _, filter := range filters {
					for _, order := range orders {
						query := strings.TrimSuffix("sort="+order+"&"+filter, "&")
						f, err := cmdb.ParseQuery(query)
						if err != nil {
							t.Fatal(err)
						}
						plan, err := k.CMDB.PlanOfList(domain.WithActor(t.Context(), a), f, app.Names{People: k.People})
						if err != nil {
							t.Fatalf("%s as %s: %v", query, login, err)
						}
						own := login == bench.Requester || strings.Contains(filter, "=me")
						if why := unserved(d.IsPostgres(), plan, own, strings.HasSuffix(order, "number")); why != "" {
							t.Errorf("%s as %s: %s\n\t%s", query, login, why, strings.Join(plan, "\n\t"))
						}
					}
				}
			}
		})
	}
}

// unserved says what is wrong with a plan, empty for nothing.
func unserved(postgres bool, plan []string, maySort, byKey bool) string {
	for _, line := range plan {
		switch line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "->")); {
		case strings.HasPrefix(line, "Seq Scan on cis"), line == "SCAN c" && !byKey: // in the order of the key a scan ends with the page
			return "it reads the whole table"
		case maySort:
		case postgres && (strings.HasPrefix(line, "Sort") && !strings.HasPrefix(line, "Sort Key") || strings.HasPrefix(line, "Incremental Sort")), strings.HasPrefix(line, "USE TEMP B-TREE"):
			return "it sorts"
		}
	}
	return ""
}
