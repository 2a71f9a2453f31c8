package policies_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/policies"
)

type seeded struct{}

func (seeded) Event() domain.Event { return domain.Event{Type: "test.seeded"} }

// desk is a database with five people, two teams and a board, and the gate over it.
type desk struct {
	*policies.Engine
	db     *db.DB
	clock  *testkit.Clock
	events []domain.Event
}

func open(t *testing.T) (*policies.Engine, *desk) {
	t.Helper()
	clock := testkit.NewClock(testkit.Epoch)
	w := newDesk(t, testkit.Open(t, db.SQLite, clock), clock)
	return w.Engine, w
}

func newDesk(t *testing.T, d *db.DB, clock *testkit.Clock) *desk {
	t.Helper()
	w := &desk{db: d, clock: clock}
	d.Use(func(_ context.Context, facts []domain.Fact) error {
		for _, f := range facts {
			w.events = append(w.events, f.Event())
		}
		return nil
	}, nil)
	w.exec(t, "insert into teams (id, key, name, version) values (1, 'network', 'Network', 1), (2, ?, 'Odd', 1)", "a,\"b\"\n* , all")
	w.exec(t, "insert into sites (id, key, name) values (1, 'berlin', 'Berlin')")
	w.exec(t, "insert into boards (id, key, name, rule, version) values (1, 'cab', 'CAB', 'quorum', 1)")
	for i := range 5 {
		w.exec(t, "insert into users (id, ref, login, name, version, created_at, updated_at) values (?, ?, ?, ?, 1, ?, ?)",
			i+1, fmt.Sprintf("u%d", i+1), fmt.Sprintf("p%d", i+1), fmt.Sprintf("Person %d", i+1), testkit.Epoch, testkit.Epoch)
	}
	var err error
	if w.Engine, err = policies.Open(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	w.grant(t, 1, policies.Admin, "all")
	w.events = nil
	return w
}

func (w *desk) exec(t *testing.T, q string, args ...any) {
	t.Helper()
	err := w.db.Do(t.Context(), func(ctx context.Context) error {
		if err := w.db.Emit(ctx, seeded{}); err != nil {
			return err
		}
		return w.db.Conn(ctx).Exec(q, args...).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

func as(ctx context.Context, id domain.UserID) context.Context {
	return domain.WithActor(ctx, person(id))
}

func system(ctx context.Context) context.Context {
	return domain.WithActor(ctx, domain.SystemActor(domain.ViaCLI))
}

func (w *desk) grant(t *testing.T, user domain.UserID, role, scope string) policies.Grant {
	t.Helper()
	g, err := w.Grant(system(t.Context()), policies.GrantInput{User: user, Role: role, Scope: scope, Reason: "a test"})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func may(ctx context.Context, e *policies.Engine, action string, o policies.Object) bool {
	return e.Check(ctx, action, o) == nil
}

func TestAGrantCountsAtOnceAndARevocationToo(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, clock *testkit.Clock) {
		w := newDesk(t, d, clock)
		agent, inTeam := as(t.Context(), 2), policies.Object{Team: 1}
		if may(agent, w.Engine, "incident.resolve", inTeam) {
			t.Fatal("allowed before the grant")
		}
		before := w.Version()
		g, err := w.Grant(as(t.Context(), 1), policies.GrantInput{User: 2, Role: policies.Agent, Scope: "team:network", Reason: "joins the team"})
		if err != nil {
			t.Fatal(err)
		}
		if !may(agent, w.Engine, "incident.resolve", inTeam) || may(agent, w.Engine, "incident.resolve", policies.Object{Team: 2}) {
			t.Fatal("the grant does not count where it was given")
		}
		if w.Version() != before+1 || g.GrantedBy != 1 || g.Scope != "team:network" {
			t.Fatalf("version %d after %d; %+v", w.Version(), before, g)
		}
		if _, err := w.Revoke(as(t.Context(), 1), policies.RevokeInput{Ref: g.Ref, Version: 7, Reason: "leaves"}); !errors.Is(err, domain.ErrStale) {
			t.Fatalf("a stale revocation: %v", err)
		}
		if _, err := w.Revoke(as(t.Context(), 1), policies.RevokeInput{Ref: g.Ref, Version: 1, Reason: "leaves"}); err != nil {
			t.Fatal(err)
		}
		if may(agent, w.Engine, "incident.resolve", inTeam) {
			t.Fatal("allowed after the revocation")
		}
		if _, err := w.Revoke(as(t.Context(), 1), policies.RevokeInput{Ref: g.Ref, Reason: "leaves"}); !errors.Is(err, policies.ErrRevoked) {
			t.Fatalf("revoked twice: %v", err)
		}
		if len(w.events) != 2 || w.events[0].Type != "grant.given" || w.events[1].Type != "grant.revoked" || w.events[1].Version != 2 ||
			w.events[0].Entity != g.Ref || w.events[0].Visibility != domain.Restricted {
			t.Fatalf("events %+v", w.events)
		}
		states := map[string]map[string]string{}
		if err := w.States(t.Context(), func(entity string, version int64, state map[string]string) error {
			states[fmt.Sprint(entity, version)] = state
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if got := states[fmt.Sprint(g.Ref, 2)]; fmt.Sprint(got) != fmt.Sprint(w.events[1].State) || got["revoked"] == "" || got["scope"] != "team:network" {
			t.Fatalf("state %v, event %v", got, w.events[1].State)
		}
		list, err := w.ListGrants(agent, 2)
		if err != nil || len(list) != 1 || list[0].RevokedAt == nil {
			t.Fatalf("own grants: %+v, %v", list, err)
		}
		if _, err := w.ListGrants(agent, 1); !errors.Is(err, domain.ErrForbidden) {
			t.Fatalf("the grants of somebody else: %v", err)
		}
	})
}

func TestAGrantThatRollsBackLeavesThePolicyAlone(t *testing.T) {
	t.Parallel()
	e, w := open(t)
	boom := errors.New("boom")
	before := e.Version()
	err := w.db.Do(system(t.Context()), func(ctx context.Context) error {
		w2 := policies.GrantInput{User: 2, Role: policies.Agent, Scope: "all", Reason: "x"}
		if _, err := e.Grant(ctx, w2); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) || e.Version() != before || may(as(t.Context(), 2), e, "incident.resolve", policies.Object{}) {
		t.Fatalf("%v, version %d", err, e.Version())
	}
}

func TestValidityFollowsTheClock(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, clock *testkit.Clock) {
		w := newDesk(t, d, clock)
		from, until := testkit.Epoch.Add(time.Hour), testkit.Epoch.Add(2*time.Hour)
		if _, err := w.Grant(as(t.Context(), 1), policies.GrantInput{User: 2, Role: policies.Agent, Scope: "all", ValidFrom: &from, ValidUntil: &until, Reason: "stands in"}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			at   time.Time
			want bool
		}{
			{testkit.Epoch, false}, {from.Add(-time.Microsecond), false}, {from, true},
			{until.Add(-time.Microsecond), true}, {until, false}, {until.Add(time.Hour), false},
		} {
			clock.Set(c.at)
			if got := may(as(t.Context(), 2), w.Engine, "incident.resolve", policies.Object{}); got != c.want {
				t.Errorf("at %v: %v", c.at, got)
			}
		}
	})
}

func TestAnotherInstanceFollows(t *testing.T) {
	t.Parallel()
	e, w := open(t)
	other, err := policies.Open(t.Context(), w.db)
	if err != nil {
		t.Fatal(err)
	}
	w.grant(t, 2, policies.Agent, "all")
	if may(as(t.Context(), 2), other, "incident.resolve", policies.Object{}) {
		t.Fatal("the other instance knows without having looked")
	}
	if err := other.Reload(t.Context()); err != nil { // what Watch does every two seconds
		t.Fatal(err)
	}
	if !may(as(t.Context(), 2), other, "incident.resolve", policies.Object{}) || other.Version() != e.Version() {
		t.Fatal("the other instance does not follow")
	}
}

func TestAGrantIsRefused(t *testing.T) {
	t.Parallel()
	e, w := open(t)
	w.grant(t, 2, policies.Agent, "team:network")
	w.exec(t, "update users set active = false where id = 5")
	past, later := testkit.Epoch.Add(-time.Hour), testkit.Epoch.Add(time.Hour)
	good := policies.GrantInput{User: 3, Role: policies.Agent, Scope: "all", Reason: "x"}
	for name, c := range map[string]struct {
		by   domain.UserID
		in   func(in *policies.GrantInput)
		want error
	}{
		"to oneself":            {1, func(in *policies.GrantInput) { in.User = 1 }, policies.ErrOwnGrant},
		"by an agent":           {2, func(*policies.GrantInput) {}, domain.ErrForbidden},
		"of no role":            {1, func(in *policies.GrantInput) { in.Role = "root" }, policies.ErrRole},
		"of the requester":      {1, func(in *policies.GrantInput) { in.Role = policies.Requester }, policies.ErrRole},
		"to nobody":             {1, func(in *policies.GrantInput) { in.User = 99 }, domain.ErrNotFound},
		"to a disabled account": {1, func(in *policies.GrantInput) { in.User = 5 }, domain.ErrInvalid},
		"without a reason":      {1, func(in *policies.GrantInput) { in.Reason = " " }, domain.ErrMissing},
		"in no team":            {1, func(in *policies.GrantInput) { in.Scope = "team:none" }, policies.ErrScope},
		"in no scope":           {1, func(in *policies.GrantInput) { in.Scope = "" }, policies.ErrScope},
		"in own":                {1, func(in *policies.GrantInput) { in.Scope = "own" }, policies.ErrScope},
		"of admin in a team":    {1, func(in *policies.GrantInput) { in.Role = policies.Admin; in.Scope = "team:network" }, policies.ErrScope},
		"of agent on a board":   {1, func(in *policies.GrantInput) { in.Scope = "board:cab" }, policies.ErrScope},
		"ending before now":     {1, func(in *policies.GrantInput) { in.ValidFrom, in.ValidUntil = &past, &past }, policies.ErrValidity},
		"ending as it begins":   {1, func(in *policies.GrantInput) { in.ValidFrom, in.ValidUntil = &later, &later }, policies.ErrValidity},
		"twice":                 {1, func(in *policies.GrantInput) { in.User = 2; in.Scope = "team:network" }, domain.ErrDuplicate},
	} {
		in := good
		c.in(&in)
		if _, err := e.Grant(as(t.Context(), c.by), in); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, clock *testkit.Clock) {
		w := newDesk(t, d, clock)
		list, err := w.ListGrants(system(t.Context()), 1)
		if err != nil {
			t.Fatal(err)
		}
		revoke := policies.RevokeInput{Ref: list[0].Ref, Reason: "moves on"}
		leave := func() error {
			return w.db.Do(system(t.Context()), func(ctx context.Context) error {
				if err := w.Leaving(ctx, 1); err != nil {
					return err
				}
				return errors.New("would leave")
			})
		}
		if _, err := w.Revoke(system(t.Context()), revoke); !errors.Is(err, policies.ErrLastAdmin) {
			t.Fatalf("revoked: %v", err)
		}
		if err := leave(); !errors.Is(err, policies.ErrLastAdmin) {
			t.Fatalf("left: %v", err)
		}
		w.grant(t, 2, policies.Admin, "all")
		if err := leave(); err == nil || errors.Is(err, policies.ErrLastAdmin) {
			t.Fatalf("a second administrator does not help: %v", err)
		}
		if _, err := w.Revoke(as(t.Context(), 2), revoke); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTextThatPeopleWriteCannotChangeADecision(t *testing.T) {
	t.Parallel()
	e, w := open(t)
	// A team whose key is full of what parsers trip over: the scope is its identifier all the same.
	w.grant(t, 2, policies.Agent, "team:a,\"b\"\n* , all")
	if !may(as(t.Context(), 2), e, "incident.read", policies.Object{Team: 2}) || may(as(t.Context(), 2), e, "incident.read", policies.Object{Team: 1}) {
		t.Fatal("the odd team's grant is misread")
	}
	// Rows that no verb writes grant nothing, and do not keep the others from loading.
	for i, bad := range [][2]string{{"agent", "*"}, {"agent", "all, allow"}, {"agent", "team:*"}, {"agent", "team:01"}, {"agent", "team:-1"}, {"agent", "own"}, {"agent", ""},
		{"*", "all"}, {"", "all"}, {"agent\np", "all"}, {"agent,all", "all"}, {"holder:1", "all"}, {"requester", "all"}, {"admin", "team:1"}, {"\"", "all"}} {
		w.exec(t, "insert into role_grants (ref, user_id, role, scope, valid_from, version, created_at) values (?, 3, ?, ?, ?, 1, ?)",
			fmt.Sprintf("bad,%d\"\n", i), bad[0], bad[1], testkit.Epoch, testkit.Epoch)
	}
	w.exec(t, "update policy_state set version = version + 1")
	if err := e.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, a := range everyAction {
		o := policies.Object{Class: a.Classes[0], Team: 1, Site: 1, Board: 1}
		with, without := may(as(t.Context(), 3), e, a.Name, o), may(as(t.Context(), 4), e, a.Name, o)
		if with != without {
			t.Errorf("%s: rows that no verb wrote count", a.Name)
		}
	}
	if !may(as(t.Context(), 2), e, "incident.read", policies.Object{Team: 2}) {
		t.Error("good grants are lost beside bad ones")
	}
}

func TestAnExplanationNamesWhatCountsAndWhatDoesNot(t *testing.T) {
	t.Parallel()
	e, w := open(t)
	w.grant(t, 2, policies.Agent, "team:network")
	gone := w.grant(t, 2, policies.CIOwner, "all")
	if _, err := e.Revoke(system(t.Context()), policies.RevokeInput{Ref: gone.Ref, Reason: "done"}); err != nil {
		t.Fatal(err)
	}
	later, soon := testkit.Epoch.Add(48*time.Hour), testkit.Epoch.Add(time.Hour)
	for _, in := range []policies.GrantInput{
		{User: 2, Role: policies.ChangeManager, Scope: "all", ValidFrom: &later, Reason: "x"},
		{User: 2, Role: policies.TeamLead, Scope: "all", ValidUntil: &soon, Reason: "x"},
	} {
		if _, err := e.Grant(system(t.Context()), in); err != nil {
			t.Fatal(err)
		}
	}
	w.clock.Advance(2 * time.Hour)
	no := e.Explain(t.Context(), person(2), "incident.resolve", policies.Object{Team: 2})
	text := fmt.Sprint(no.Sentence, no.Steps)
	for _, want := range []string{"No: Person 2 may not resolve incidents.", "The account is active", "Agent, team:network: held now, but this is not in that scope",
		"CI owner, all: revoked on 2 March 2026", "Change manager, all: begins on 4 March 2026", "Team lead, all: ran out on 2 March 2026 10:00 UTC", "No row of the policy allows it here"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
	yes := e.Explain(t.Context(), person(2), "incident.resolve", policies.Object{Team: 1})
	last := yes.Steps[len(yes.Steps)-1]
	if !yes.Allowed || last.Rule != "p, agent, *, incident, resolve, allow" || yes.Sentence != "Yes: Person 2 may resolve incidents, as Agent, in the scope team:1." || yes.PolicyVersion != e.Version() {
		t.Errorf("%+v", yes)
	}
	w.exec(t, "update users set active = false where id = 2")
	if e.Explain(t.Context(), person(2), "incident.resolve", policies.Object{Team: 1}).Allowed {
		t.Error("a disabled account may act")
	}
	if e.Explain(t.Context(), domain.ActorFrom(t.Context()), "incident.read", policies.Object{}).Allowed || e.Explain(t.Context(), person(2), "x.y", policies.Object{}).Allowed {
		t.Error("nobody, or nothing, is allowed")
	}
	w.grant(t, 3, policies.Auditor, "all")
	never := e.Explain(t.Context(), person(3), "incident.resolve", policies.Object{})
	if never.Allowed || never.Steps[len(never.Steps)-1].Rule != "p, auditor, *, incident, resolve, deny" {
		t.Errorf("%+v", never)
	}
}

func TestMayAndHoldersAnswerForAreas(t *testing.T) {
	t.Parallel()
	e, w := open(t)
	w.grant(t, 2, policies.CABChair, "board:cab")
	ctx := as(t.Context(), 2)
	for action, want := range map[string]bool{"change.decide": true, "change.read": true, "person.read": true, "audit.read": false, "incident.create": true, "incident.resolve": false} {
		if e.May(ctx, action) != want || e.Abilities(ctx)[action] != want {
			t.Errorf("%s: %v", action, e.May(ctx, action))
		}
	}
	if sc := e.Scope(ctx, "change.read"); sc.All || !sc.Own || fmt.Sprint(sc.Boards) != "[1]" || sc.User != 2 {
		t.Errorf("%+v", sc)
	}
	if fmt.Sprint(e.Holders(policies.CABMember), e.Holders(policies.Admin)) != "[2] [1]" {
		t.Errorf("%v %v", e.Holders(policies.CABMember), e.Holders(policies.Admin))
	}
	if err := e.Check(t.Context(), "incident.read", policies.Object{}); !errors.Is(err, domain.ErrSignIn) {
		t.Errorf("nobody: %v", err)
	}
	if d := e.Decide(t.Context(), domain.SystemActor(domain.ViaJob), "incident.close", policies.Object{}); !d.Allowed || d.Rule != "system" {
		t.Errorf("%+v", d)
	}
}
