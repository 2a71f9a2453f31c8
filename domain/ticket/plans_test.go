package ticket_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/app"
	"github.com/cabinetdesk/cabinet/internal/app/bench"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}

type names struct{ *app.Desk }

func (n names) UserByRef(ctx context.Context, ref string) (domain.UserID, error) {
	p, err := n.People.Find(ctx, ref)
	return p.ID, err
}

func (n names) TeamByKey(ctx context.Context, key string) (domain.TeamID, error) {
	t, err := n.People.TeamByKey(ctx, key)
	return t.ID, err
}

// The lists that the UI offers: each queue, alone and with filters, in each order.
var (
	queues  = []string{"mine", "teams", "unassigned", "pending", "open", "recent", "requested", "all"}
	filters = []string{"", "kind=incident", "kind=change&risk=high", "state=in_progress", "state=closed", "priority=1,2", "team=team03", "assignee=none", "assignee=me", "requester=me",
		"service=ERP", "classification=Access", "ci=CI-000001", "ci_impact=CI-000250", "category=open,waiting", "kind=incident&service=Mail&priority=1&team=team02"}
	orders = []string{"-updated_at", "updated_at", "-opened_at", "opened_at", "priority", "-priority", "due_at", "-due_at", "number", "-number"}
)

// Cost must grow with the page that is shown, not with the size of the database: no list reads the whole table of
// tickets, and none sorts more of it than is somebody's own.
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
			if _, err := bench.Fill(t.Context(), bench.Desk{DB: d, Log: k.Log, Sealer: k.Sealer, People: k.People, Gate: k.Gate, Tickets: k.Tickets}, 3000, 300, func(string) {}); err != nil {
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
				ctx := domain.WithActor(t.Context(), a)
				for _, queue := range queues {
					f, err := ticket.ParseQuery("queue=" + queue)
					if err != nil {
						t.Fatal(err)
					}
					plan, err := k.Tickets.PlanOfCount(ctx, f, names{k})
					if err != nil {
						t.Fatalf("the count of %s as %s: %v", queue, login, err)
					}
					if why := unserved(d.IsPostgres(), plan, true, false); why != "" {
						t.Errorf("the count of %s as %s: %s\n\t%s", queue, login, why, strings.Join(plan, "\n\t"))
					}
					for _, filter := range filters {
						if login == bench.Requester && strings.Contains(filter, "=CI-") {
							continue // they may see none of these items
						}
						for _, order := range orders {
							query := strings.TrimSuffix("queue="+queue+"&sort="+order+"&"+filter, "&")
							f, err := ticket.ParseQuery(query)
							if err != nil {
								t.Fatal(err)
							}
							plan, err := k.Tickets.PlanOfList(ctx, f, names{k})
							if err != nil {
								t.Fatalf("%s as %s: %v", query, login, err)
							}
							// Of what is somebody's own, or of one week, there is little, and few lists of open work are sorted by number.
							own := login == bench.Requester || queue == "recent" || queue == "mine" || queue == "requested" || strings.Contains(filter, "=me") || strings.Contains(filter, "ci") && strings.Contains(filter, "=CI-") ||
								strings.HasSuffix(order, "number") && (slices.Contains([]string{"teams", "unassigned", "pending", "open"}, queue) || strings.Contains(filter, "open") || strings.Contains(filter, "in_progress"))
							if why := unserved(d.IsPostgres(), plan, own, strings.HasSuffix(order, "number") && queue != "recent"); why != "" {
								t.Errorf("%s as %s: %s\n\t%s", query, login, why, strings.Join(plan, "\n\t"))
							}
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
		case strings.HasPrefix(line, "Seq Scan on tickets"), line == "SCAN t" && !byKey: // in the order of the key a scan ends with the page
			return "it reads the whole table"
		case maySort:
		case postgres && (strings.HasPrefix(line, "Sort") && !strings.HasPrefix(line, "Sort Key") || strings.HasPrefix(line, "Incremental Sort")), strings.HasPrefix(line, "USE TEMP B-TREE"):
			return "it sorts"
		}
	}
	return ""
}
