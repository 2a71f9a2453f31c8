package people_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/policies"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}

const password = "a long enough sentence"

// world is a desk with an administrator "root", two agents "ann" and "bob" in the team "network", and the
// requester "rita".
type world struct {
	*people.Service
	t      *testing.T
	db     *db.DB
	clock  *testkit.Clock
	gate   *policies.Engine
	who    map[string]people.Person
	events *log
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, clock *testkit.Clock) { test(t, newWorld(t, d, clock)) })
}

func lite(t *testing.T) *world {
	t.Parallel()
	clock := testkit.NewClock(testkit.Epoch)
	return newWorld(t, testkit.Open(t, db.SQLite, clock), clock)
}

func empty(t *testing.T, d *db.DB, clock *testkit.Clock) *world {
	t.Helper()
	w := &world{t: t, db: d, clock: clock, who: map[string]people.Person{}, events: &log{}}
	d.Use(w.events.record, nil)
	var err error
	if w.gate, err = policies.Open(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	w.Service = people.New(people.Deps{DB: d, Gate: w.gate, Roster: w.gate})
	return w
}

func newWorld(t *testing.T, d *db.DB, clock *testkit.Clock) *world {
	t.Helper()
	w := empty(t, d, clock)
	w.populate()
	w.events.reset()
	return w
}

func (w *world) populate() {
	t, sys := w.t, w.system()
	t.Helper()
	must(t, second(w.CreateSite(sys, "berlin", "Berlin", "Europe/Berlin")))
	must(t, second(w.CreateTeam(sys, "network", "Network")))
	for _, in := range []people.CreateInput{
		{Login: "root", Name: "Root", Password: password},
		{Login: "ann", Name: "Ann Arbor", Email: "ann@example.org", Site: "berlin", Teams: []string{"network"}, Password: password},
		{Login: "bob", Name: "Bob", Teams: []string{"network"}},
		{Login: "rita", Name: "Rita"},
	} {
		p, err := w.Create(sys, in)
		must(t, err)
		w.who[in.Login] = p
	}
	w.grant("root", policies.Admin, "all")
	w.grant("ann", policies.Agent, "team:network")
	w.grant("bob", policies.Agent, "all")
}

func (w *world) system() context.Context {
	return domain.WithActor(w.t.Context(), domain.SystemActor(domain.ViaCLI))
}

func (w *world) as(login string) context.Context {
	w.t.Helper()
	a, err := w.ActorFor(w.t.Context(), w.who[login].ID, domain.ViaUI)
	must(w.t, err)
	return domain.WithActor(w.t.Context(), a)
}

func (w *world) grant(login, role, scope string) {
	w.t.Helper()
	must(w.t, second(w.gate.Grant(w.system(), policies.GrantInput{User: w.who[login].ID, Role: role, Scope: scope, Reason: "a test"})))
}

func (w *world) login(login, pw string) (people.Session, error) {
	return w.Login(w.t.Context(), people.LoginInput{Login: login, Password: pw, Address: "192.0.2.1", UserAgent: "a browser"})
}

// states are what the rows say, as the verification of the log reads them.
func (w *world) states() map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for kind, read := range map[string]func(context.Context, func(string, int64, map[string]string) error) error{
		"person": w.PersonStates, "team": w.TeamStates, "site": w.SiteStates, "token": w.TokenStates, "delegation": w.DelegationStates, "grant": w.gate.States,
	} {
		must(w.t, read(w.t.Context(), func(entity string, version int64, state map[string]string) error {
			out[kind+" "+entity] = fmt.Sprint(version, state)
			return nil
		}))
	}
	return out
}

// log keeps the events of facts, and what the last one of each entity says of its state.
type log struct {
	events []domain.Event
	last   map[string]string
	gaps   []string
	seen   map[string]int64
}

func (l *log) record(_ context.Context, facts []domain.Fact) error {
	for _, f := range facts {
		e := f.Event()
		l.events = append(l.events, e)
		if e.EntityKind == "seed" { // written behind the back of the service
			continue
		}
		if l.last == nil {
			l.last, l.seen = map[string]string{}, map[string]int64{}
		}
		k := e.EntityKind + " " + e.Entity
		if e.Version != l.seen[k]+1 {
			l.gaps = append(l.gaps, fmt.Sprintf("%s: version %d after %d", k, e.Version, l.seen[k]))
		}
		l.seen[k] = e.Version
		l.last[k] = fmt.Sprint(e.Version, e.State)
	}
	return nil
}

func (l *log) reset() { l.events = nil }

func (l *log) types() string {
	var out []string
	for _, e := range l.events {
		out = append(out, e.Type)
	}
	return fmt.Sprint(out)
}

type seeded struct{}

func (seeded) Event() domain.Event {
	return domain.Event{Type: "test.seeded", EntityKind: "seed", Entity: rand.Text(), Version: 1, Visibility: domain.Restricted}
}

// exec writes behind the back of the service.
func (w *world) exec(q string, args ...any) {
	w.t.Helper()
	must(w.t, w.db.Do(w.t.Context(), func(ctx context.Context) error {
		if err := w.db.Emit(ctx, seeded{}); err != nil {
			return err
		}
		return w.db.Conn(ctx).Exec(q, args...).Error
	}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func second[T any](_ T, err error) error { return err }
