package ticket_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/app"
	"github.com/cabinetdesk/cabinet/internal/app/bench"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/policies"
)

// Lists, counts and searches take one way or another to the same records, by how many there are. Which way is taken
// must not be seen: somebody who takes part in much sees what somebody who takes part in little would see.
func TestEveryWayToTheRecordsFindsTheSameOnes(t *testing.T) {
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
			if _, err := bench.Fill(t.Context(), bench.Desk{DB: d, Log: k.Log, Sealer: k.Sealer, People: k.People, Gate: k.Gate, Tickets: k.Tickets}, 2000, 0, func(string) {}); err != nil {
				t.Fatal(err)
			}
			system := domain.WithActor(t.Context(), domain.SystemActor(domain.ViaCLI))
			both, err := k.People.Find(system, "person0007") // sees a team, and what is their own in all others
			if err != nil {
				t.Fatal(err)
			}
			if _, err := k.Gate.Grant(system, policies.GrantInput{User: both.ID, Role: policies.Agent, Scope: "team:team02", Reason: "helps out"}); err != nil {
				t.Fatal(err)
			}
			takePart(t, d, both.ID)
			usual := k.Tickets
			others := []*ticket.Service{usual.WithLimits(0, 1, 2, 1_000_000), usual.WithLimits(0, 1, 2, 0), usual.WithLimits(5000, 3, 1, 3)}
			for _, login := range []string{bench.AgentOfAll, bench.AgentOfTeam, bench.Requester, "person0007"} {
				p, err := k.People.Find(system, login)
				if err != nil {
					t.Fatal(err)
				}
				a, err := k.People.ActorFor(t.Context(), p.ID, domain.ViaUI)
				if err != nil {
					t.Fatal(err)
				}
				ctx := domain.WithActor(t.Context(), a)
				for _, queue := range queues {
					f := ticket.Filter{Queue: queue, Sort: "-updated_at", Limit: 200}
					want := pages(ctx, t, usual, f, names{k})
					for i, s := range slices.Insert(others, 0, usual) {
						if got := pages(ctx, t, s, f, names{k}); !slices.Equal(got, want) {
							t.Errorf("%s as %s, way %d: %d records instead of %d", queue, login, i, len(got), len(want))
						}
						if n, err := s.Count(ctx, f, names{k}); err != nil || n != int64(min(len(want), ticket.CountCap)) {
							t.Errorf("the count of %s as %s, way %d: %d instead of %d, %v", queue, login, i, n, len(want), err)
						}
					}
				}
				for _, q := range []string{bench.Frequent, bench.Rare, "bake", "ke", "INC-000017", bench.Frequent + " ke", "nothing has this"} {
					want := found(ctx, t, usual, q)
					for i, s := range others {
						if got := found(ctx, t, s, q); got != want {
							t.Errorf("“%s” as %s, way %d: %s\n\tinstead of %s", q, login, i, got, want)
						}
					}
					f := ticket.Filter{Q: q, Sort: "-updated_at", Limit: 200}
					matching := pages(ctx, t, usual, f, names{k})
					for i, s := range others {
						if got := pages(ctx, t, s, f, names{k}); !slices.Equal(got, matching) {
							t.Errorf("the list of “%s” as %s, way %d: %d records instead of %d", q, login, i, len(got), len(matching))
						}
					}
				}
			}
		})
	}
}

// takePart gives somebody a part in some hundred records of all kinds, teams and states.
func takePart(t *testing.T, d *db.DB, who domain.UserID) {
	t.Helper()
	var rows [][]any
	for role, every := range map[string]int{"requester": 7, "opener": 11, "watcher": 13} {
		for id := every; id <= 2000; id += every {
			rows = append(rows, []any{id, int64(who), role})
		}
	}
	if err := d.Do(t.Context(), func(ctx context.Context) error {
		return d.InsertMany(ctx, "participants", []string{"ticket_id", "user_id", "role"}, rows, "on conflict do nothing")
	}); err != nil {
		t.Fatal(err)
	}
}

// pages are the numbers of a whole list.
func pages(ctx context.Context, t *testing.T, s *ticket.Service, f ticket.Filter, n ticket.Names) (out []string) {
	t.Helper()
	for {
		p, err := s.List(ctx, f, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range p.Tickets {
			out = append(out, x.Number)
		}
		if f.After = p.Next; f.After == "" {
			return out
		}
	}
}

func found(ctx context.Context, t *testing.T, s *ticket.Service, q string) string {
	t.Helper()
	hits, err := s.Search(ctx, q, "", 25)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(hits))
	for i, h := range hits {
		out[i] = h.Ticket.Number
	}
	return strings.Join(out, " ")
}
