package cmdb_test

import (
	"slices"
	"testing"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/app"
	"github.com/cabinetdesk/cabinet/internal/app/bench"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

// A list with words takes one way or another to the same items, by how many have them. Which way is taken must not be seen,
// on the first page nor on those that follow.
func TestEveryWayToTheItemsWithSomeWordsFindsTheSameOnes(t *testing.T) {
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
			if _, err := bench.Fill(t.Context(), bench.Desk{DB: d, Log: k.Log, Sealer: k.Sealer, People: k.People, Gate: k.Gate, Tickets: k.Tickets}, 10, 1000, func(string) {}); err != nil {
				t.Fatal(err)
			}
			p, err := k.People.Find(domain.WithActor(t.Context(), domain.SystemActor(domain.ViaCLI)), bench.AgentOfAll)
			if err != nil {
				t.Fatal(err)
			}
			a, err := k.People.ActorFor(t.Context(), p.ID, domain.ViaUI)
			if err != nil {
				t.Fatal(err)
			}
			ctx := domain.WithActor(t.Context(), a)
			pages := func(s *cmdb.Service, query string) (out []string) {
				t.Helper()
				f, err := cmdb.ParseQuery(query)
				if err != nil {
					t.Fatal(err)
				}
				for f.Limit = 60; ; {
					page, err := s.List(ctx, f, app.Names{People: k.People})
					if err != nil {
						t.Fatalf("%s: %v", query, err)
					}
					for _, c := range page.Items {
						out = append(out, c.Number)
					}
					if page.Next == "" {
						return out
					}
					f.After = page.Next
				}
			}
			for _, query := range []string{"q=virtual", "q=agent&sort=-updated_at", "q=ser&sort=number", "q=ser&class=server&sort=-name", "q=agent&status=live&sort=criticality", "q=bake", "q=nothing-is-called-so"} {
				want := pages(k.CMDB, query)
				if len(want) == 0 && query != "q=nothing-is-called-so" {
					t.Errorf("%s finds nothing", query)
				}
				for _, l := range [][2]int{{0, 1}, {1, 200}, {10_000, 1}, {50, 100}} {
					if got := pages(k.CMDB.WithLimits(l[0], l[1]), query); !slices.Equal(got, want) {
						t.Errorf("%s with %v: %d items instead of %d", query, l, len(got), len(want))
					}
				}
			}
		})
	}
}
