package policies_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/policies"
)

// reference decides without Casbin, straight from the rows, the grants and the definition of scopes.
func reference(rules []policies.Rule, grants []policies.Held, who domain.Actor, a policies.Action, o policies.Object) bool {
	type hold struct{ role, scope string }
	var holds []hold
	service := false
	for _, g := range grants {
		if g.User != who.User || testkit.Epoch.Before(g.From) || !g.Until.IsZero() && !testkit.Epoch.Before(g.Until) {
			continue
		}
		service = g.Service
		for _, r := range policies.Roles() {
			if r.Name == g.Role {
				for _, name := range append([]string{r.Name}, r.Includes...) {
					holds = append(holds, hold{name, g.Scope})
				}
				if r.Own {
					holds = append(holds, hold{r.Name, policies.Own})
				}
			}
		}
	}
	if who.Kind == domain.Person && !service {
		holds = append(holds, hold{policies.Requester, policies.Own})
	}
	in := func(scope string) bool {
		kind, _, _ := strings.Cut(scope, ":")
		switch kind {
		case policies.Own:
			return a.Reach == policies.Self || slices.Contains(o.Participants, who.User)
		case policies.All:
			return true
		}
		w, _ := policies.ParseWhere(scope)
		return a.Reach == policies.Desk || kind == "team" && int64(o.Team) == w.ID || kind == "site" && int64(o.Site) == w.ID ||
			kind == "board" && int64(o.Board) == w.ID
	}
	allowed := false
	for _, h := range holds {
		for _, r := range rules {
			if r.Role != h.role || r.Class != o.Class || a.Class()+"."+r.Action != a.Name {
				continue
			}
			if r.Effect == policies.Deny {
				return false
			}
			allowed = allowed || (r.Scope == "*" || r.Scope == h.scope) && in(h.scope)
		}
	}
	return allowed
}

var everyAction = func() []policies.Action {
	var out []policies.Action
	for _, g := range policies.Actions() {
		out = append(out, g.Actions...)
	}
	return out
}()

func drawGrants(t *rapid.T) []policies.Held {
	roles := []string{policies.Agent, policies.TeamLead, policies.ChangeManager, policies.CABMember, policies.CABChair, policies.CIOwner, policies.Auditor, policies.Admin, policies.Pipeline}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) policies.Held {
		h := policies.Held{
			User:  domain.UserID(rapid.IntRange(1, 3).Draw(t, "user")),
			Role:  rapid.SampledFrom(roles).Draw(t, "role"),
			Scope: rapid.SampledFrom([]string{"all", "team:1", "team:2", "site:1", "site:2", "board:1", "board:2"}).Draw(t, "scope"),
			From:  testkit.Epoch.Add(time.Duration(rapid.IntRange(-2, 1).Draw(t, "from")) * time.Hour),
		}
		if rapid.Bool().Draw(t, "ends") {
			h.Until = testkit.Epoch.Add(time.Duration(rapid.IntRange(-1, 2).Draw(t, "until")) * time.Hour)
		}
		return h
	}), 0, 6).Draw(t, "grants")
}

func drawObject(t *rapid.T) policies.Object {
	return policies.Object{
		Team:         domain.TeamID(rapid.IntRange(0, 3).Draw(t, "team")),
		Site:         domain.SiteID(rapid.IntRange(0, 3).Draw(t, "site")),
		Board:        domain.BoardID(rapid.IntRange(0, 3).Draw(t, "board")),
		Participants: rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 4), func(i int) domain.UserID { return domain.UserID(i) }), 0, 2).Draw(t, "participants"),
	}
}

func TestTheGateAgreesWithAPlainReadingOfTheTable(t *testing.T) {
	t.Parallel()
	rules := policies.DefaultRules()
	rapid.Check(t, func(t *rapid.T) {
		grants := drawGrants(t)
		s, err := policies.Build(rules, grants, testkit.Epoch)
		if err != nil {
			t.Fatal(err)
		}
		for range 40 {
			a := rapid.SampledFrom(everyAction).Draw(t, "action")
			o := drawObject(t)
			o.Class = rapid.SampledFrom(a.Classes).Draw(t, "class")
			who := person(domain.UserID(rapid.IntRange(1, 4).Draw(t, "who")))
			d := s.Decide(who, a.Name, o)
			if want := reference(rules, grants, who, a, o); d.Allowed != want {
				t.Fatalf("%d %s %+v: gate %v, table %v; grants %+v", who.User, a.Name, o, d.Allowed, want, grants)
			}
			if d.Allowed && (!strings.HasSuffix(d.Rule, ", allow") || !strings.Contains(d.Rule, ", "+o.Class+", ")) {
				t.Fatalf("allowed by %q", d.Rule)
			}
			if !d.Allowed && len(d.Reasons) == 0 {
				t.Fatalf("%s refused without a reason", a.Name)
			}
		}
	})
}

func TestCheckAllowsAnObjectExactlyWhenTheListShowsIt(t *testing.T) {
	t.Parallel()
	rules := policies.DefaultRules()
	rapid.Check(t, func(t *rapid.T) {
		s, err := policies.Build(rules, drawGrants(t), testkit.Epoch)
		if err != nil {
			t.Fatal(err)
		}
		for range 40 {
			a := rapid.SampledFrom(everyAction).Draw(t, "action")
			who := person(domain.UserID(rapid.IntRange(0, 4).Draw(t, "who")))
			if rapid.IntRange(0, 4).Draw(t, "token") == 0 {
				who.Narrowed = []string{rapid.SampledFrom(everyAction).Draw(t, "right").Name}
			}
			o := drawObject(t)
			listed := s.Scope(who, a.Name).Covers(o)
			allowed := false
			for _, o.Class = range a.Classes { // a list of decisions shows what may be decided in some band
				allowed = allowed || s.Decide(who, a.Name, o).Allowed
			}
			if allowed != listed {
				t.Fatalf("%d %s %+v: check %v, list %v", who.User, a.Name, o, allowed, listed)
			}
		}
	})
}

func TestWhoeverIsUnknownMayNothing(t *testing.T) {
	t.Parallel()
	s := built(t, policies.Held{User: 1, Role: policies.Agent, Scope: "all", From: testkit.Epoch})
	o := policies.Object{Participants: []domain.UserID{0, 1, 9}}
	for name, who := range map[string]domain.Actor{
		"anonymous":                    {Kind: domain.Anonymous, User: 1},
		"no kind":                      {User: 1},
		"no person":                    {Kind: domain.Person},
		"a service without grants":     {Kind: domain.Service, User: 9},
		"a made-up kind":               {Kind: "root", User: 9},
		"a token for nothing":          {Kind: domain.Person, User: 1, Narrowed: []string{}},
		"a token for everything, like": {Kind: domain.Person, User: 1, Narrowed: []string{"*", "*.*", "", "incident", ".*"}},
	} {
		for _, a := range everyAction {
			for _, o.Class = range a.Classes {
				if s.Decide(who, a.Name, o).Allowed {
					t.Errorf("%s may %s", name, a.Name)
				}
			}
			if !s.Scope(who, a.Name).None() {
				t.Errorf("%s sees something under %s", name, a.Name)
			}
		}
	}
	agent := person(1)
	for _, q := range [][2]string{{"incident.fly", ""}, {"", ""}, {"incident", ""}, {"incident.read", "change"}, {"incident.read", "*"}, {"change.decide", "change"}, {"audit.write", ""}} {
		for _, who := range []domain.Actor{agent, domain.SystemActor(domain.ViaJob)} {
			if s.Decide(who, q[0], policies.Object{Class: q[1]}).Allowed {
				t.Errorf("%q on %q is allowed", q[0], q[1])
			}
		}
	}
}

func TestAPolicyThatLetsAStrangerInIsNotPutInPlace(t *testing.T) {
	t.Parallel()
	if err := policies.SelfTestDefault(); err != nil {
		t.Errorf("the default policy: %v", err)
	}
	for _, matcher := range []string{
		"r.act == p.act && r.class == p.class",
		"r.act == p.act && r.class == p.class && p.role == \"requester\" && r.scope == \"own\"",
		"true",
	} {
		if err := policies.SelfTest(matcher); !errors.Is(err, policies.ErrPolicyFault) {
			t.Errorf("%s: %v", matcher, err)
		}
	}
}

func TestATokenNarrowsAndNeverWidens(t *testing.T) {
	t.Parallel()
	s := built(t, policies.Held{User: 1, Role: policies.Agent, Scope: "team:1", From: testkit.Epoch})
	who := person(1)
	who.Narrowed = []string{"incident.*", "change.decide", "request.read"}
	for _, c := range []struct {
		action string
		o      policies.Object
		want   bool
	}{
		{"incident.resolve", policies.Object{Team: 1}, true},
		{"incident.resolve", policies.Object{Team: 2}, false},
		{"request.read", policies.Object{Team: 1}, true},
		{"request.start", policies.Object{Team: 1}, false},
		{"change.decide", policies.Object{Class: "change:low", Team: 1}, false},
	} {
		if got := s.Decide(who, c.action, c.o).Allowed; got != c.want {
			t.Errorf("%s on %+v: %v", c.action, c.o, got)
		}
	}
}

func TestARefusalSaysWhatItTakes(t *testing.T) {
	t.Parallel()
	s := built(t, policies.Held{User: 1, Role: policies.Agent, Scope: "team:1", From: testkit.Epoch},
		policies.Held{User: 2, Role: policies.Auditor, Scope: "all", From: testkit.Epoch})
	for _, c := range []struct {
		who        domain.Actor
		action     string
		o          policies.Object
		code, says string
	}{
		{person(1), "incident.resolve", policies.Object{Team: 2}, "out_of_scope", "your roles do not extend"},
		{person(3), "incident.resolve", policies.Object{}, "no_role", "Agent, Team lead"},
		{person(3), "incident.read", policies.Object{}, "not_your_own", "take part"},
		{person(2), "incident.resolve", policies.Object{}, "denied_by_role", "Auditor"},
		{domain.ActorFrom(t.Context()), "incident.read", policies.Object{}, "not_signed_in", "Sign in"},
	} {
		d := s.Decide(c.who, c.action, c.o)
		if d.Allowed || len(d.Reasons) != 1 || d.Reasons[0].Code != c.code || !strings.Contains(d.Reasons[0].Text, c.says) {
			t.Errorf("%s: %+v", c.action, d)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	s := built(b, policies.Held{User: 1, Role: policies.TeamLead, Scope: "team:1", From: testkit.Epoch},
		policies.Held{User: 1, Role: policies.CABMember, Scope: "board:1", From: testkit.Epoch})
	who := person(1)
	o := policies.Object{Team: 1, Participants: []domain.UserID{4, 5}}
	for b.Loop() {
		if !s.Decide(who, "incident.resolve", o).Allowed {
			b.Fatal("refused")
		}
	}
}

// BenchmarkReload builds the policy for 200 people in 20 teams, as after each change of a grant.
func BenchmarkReload(b *testing.B) {
	var grants []policies.Held
	for i := range 200 {
		grants = append(grants, policies.Held{User: domain.UserID(i + 1), Role: policies.Agent, Scope: policies.Where{Kind: "team", ID: int64(i%20 + 1)}.String(), From: testkit.Epoch})
	}
	rules := policies.DefaultRules()
	for b.Loop() {
		if _, err := policies.Build(rules, grants, testkit.Epoch); err != nil {
			b.Fatal(err)
		}
	}
}
