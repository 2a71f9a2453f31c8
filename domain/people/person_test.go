package people_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/policies"
)

func ptr[T any](v T) *T { return &v }

func TestEveryAlterationIsAFactThatAgreesWithTheRow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		root := w.as("root")
		p, err := w.Create(root, people.CreateInput{Login: " Zoë ", Name: "Zoe"})
		if !errors.Is(err, domain.ErrInvalid) {
			t.Fatalf("%+v, %v", p, err)
		}
		p, err = w.Create(root, people.CreateInput{Login: " Zoe.Smith ", Name: "Zoë Smith", Email: "zoe@example.org", Site: "berlin", TimeZone: "Europe/Berlin", Teams: []string{"network"}, Password: password})
		must(t, err)
		if p.Login != "zoe.smith" || p.SiteKey != "berlin" || !p.HasPassword || p.Version != 1 {
			t.Fatalf("%+v", p)
		}
		p, err = w.Amend(root, people.AmendInput{Ref: p.Ref, Version: 1, Name: ptr("Zoë Jones"), Site: ptr("")})
		must(t, err)
		_, err = w.Amend(root, people.AmendInput{Ref: p.Ref, Version: 1, Name: ptr("Other")})
		if !errors.Is(err, domain.ErrStale) {
			t.Fatalf("stale: %v", err)
		}
		same, err := w.Amend(root, people.AmendInput{Ref: p.Ref, Name: ptr("Zoë Jones")})
		must(t, err)
		if same.Version != 2 {
			t.Fatalf("nothing differs, and the version is %d", same.Version)
		}
		must(t, second(w.SetPassword(root, people.PasswordInput{Ref: p.Ref, Password: "another long sentence"})))
		must(t, second(w.SetLead(root, "network", 0, p.Ref)))
		must(t, second(w.SetMembers(root, people.MembersInput{Key: "network", Members: []string{w.who["ann"].Ref, w.who["ann"].Ref}})))
		must(t, second(w.Disable(root, people.MoveInput{Ref: p.Ref, Reason: "left"})))
		must(t, second(w.Enable(root, people.MoveInput{Ref: p.Ref, Reason: "came back"})))
		want := "[person.created team.members_set person.amended person.password_set team.lead_set team.members_set person.disabled person.enabled]"
		if w.events.types() != want {
			t.Errorf("events %s", w.events.types())
		}
		got := w.states()
		for k, state := range w.events.last {
			if got[k] != state {
				t.Errorf("%s: the row says %s, the log %s", k, got[k], state)
			}
		}
		if len(got) != len(w.events.last) || len(w.events.gaps) > 0 {
			t.Errorf("%d rows, %d in the log, gaps %v", len(got), len(w.events.last), w.events.gaps)
		}
		for _, e := range w.events.events {
			for _, f := range e.Fields {
				if strings.Contains(f.Before+f.After, "argon2") || strings.Contains(f.Before+f.After, "sentence") {
					t.Errorf("%s tells a password", e.Type)
				}
				if e.EntityKind == "person" && f.Subject != p.Ref {
					t.Errorf("%s: %s is about nobody", e.Type, f.Field)
				}
			}
		}
		teams, err := w.Teams(root)
		must(t, err)
		if len(teams) != 1 || len(teams[0].Members) != 1 || teams[0].Lead.Ref != "" {
			t.Errorf("who leaves a team leads it no more: %+v", teams)
		}
	})
}

func TestAPersonIsRefused(t *testing.T) {
	w := lite(t)
	root := w.as("root")
	for name, in := range map[string]people.CreateInput{
		"no name":                   {Login: "x1"},
		"no login":                  {Name: "X"},
		"a login of spaces":         {Login: "a b", Name: "X"},
		"a name of lines":           {Login: "x1", Name: "X\nY"},
		"a long name":               {Login: "x1", Name: strings.Repeat("x", 201)},
		"a bad address":             {Login: "x1", Name: "X", Email: "X <x@example.org>"},
		"no such site":              {Login: "x1", Name: "X", Site: "mars"},
		"no such team":              {Login: "x1", Name: "X", Teams: []string{"mars"}},
		"no such zone":              {Login: "x1", Name: "X", TimeZone: "Mars/Olympus"},
		"the machine's zone":        {Login: "x1", Name: "X", TimeZone: "Local"},
		"a weak password":           {Login: "x1", Name: "X", Password: "short"},
		"a taken login":             {Login: "ANN", Name: "X"},
		"a service with a password": {Login: "x1", Name: "X", Service: true, Password: password},
	} {
		if _, err := w.Create(root, in); err == nil || domain.KindOf(err) == domain.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Find(root, "x1"); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("refused, and there: %v", err)
	}
}

func TestOnlyAdministratorsAlterPeople(t *testing.T) {
	w := lite(t)
	bob := w.who["bob"]
	for _, who := range []string{"ann", "rita"} {
		ctx := w.as(who)
		want := domain.ErrForbidden // an agent sees people
		if who == "rita" {
			want = domain.ErrNotFound // a requester does not
		}
		for name, err := range map[string]error{
			"amend":    second(w.Amend(ctx, people.AmendInput{Ref: bob.Ref, Name: ptr("B")})),
			"disable":  second(w.Disable(ctx, people.MoveInput{Ref: bob.Ref, Reason: "x"})),
			"password": second(w.SetPassword(ctx, people.PasswordInput{Ref: bob.Ref, Password: password})),
			"sessions": second(w.SessionsOf(ctx, bob.Ref)),
		} {
			if !errors.Is(err, want) {
				t.Errorf("%s, %s: %v", who, name, err)
			}
		}
		for name, err := range map[string]error{
			"create": second(w.Create(ctx, people.CreateInput{Login: "n", Name: "N"})),
			"team":   second(w.CreateTeam(ctx, "n", "N")),
			"site":   second(w.CreateSite(ctx, "n", "N", "")),
			"member": second(w.SetMembers(ctx, people.MembersInput{Key: "network"})),
			"import": second(w.EnsurePeople(ctx, nil)),
		} {
			if !errors.Is(err, domain.ErrForbidden) {
				t.Errorf("%s, %s: %v", who, name, err)
			}
		}
		if _, err := w.Amend(ctx, people.AmendInput{Ref: w.who[who].Ref, TimeZone: ptr("Europe/Berlin")}); err != nil {
			t.Errorf("%s cannot set their own time zone: %v", who, err)
		}
		if _, err := w.Amend(ctx, people.AmendInput{Ref: w.who[who].Ref, TimeZone: ptr("UTC"), Name: ptr("Queen")}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("%s names themselves: %v", who, err)
		}
	}
	if _, err := w.Disable(w.as("root"), people.MoveInput{Ref: w.who["root"].Ref, Reason: "x"}); !errors.Is(err, people.ErrOwnAccount) {
		t.Errorf("disabled themselves: %v", err)
	}
	if _, err := w.SetPassword(w.as("root"), people.PasswordInput{Ref: w.who["root"].Ref, Password: password}); !errors.Is(err, people.ErrOwnAccount) {
		t.Errorf("set their own password without the current one: %v", err)
	}
}

func TestTheLastAdministratorCannotBeDisabled(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if _, err := w.Disable(w.system(), people.MoveInput{Ref: w.who["root"].Ref, Reason: "x"}); !errors.Is(err, policies.ErrLastAdmin) {
			t.Fatal(err)
		}
		w.grant("bob", policies.Admin, "all")
		must(t, second(w.Disable(w.as("bob"), people.MoveInput{Ref: w.who["root"].Ref, Reason: "x"})))
		if w.gate.Check(w.as("bob"), "person.create", policies.Object{}) != nil {
			t.Error("the other administrator has lost their rights")
		}
	})
}

func TestADisabledAccountIsOutAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s, err := w.login("ann", password)
		must(t, err)
		actor, err := w.Authenticate(t.Context(), s.Token)
		must(t, err)
		ctx := domain.WithActor(t.Context(), actor)
		_, secret, err := w.CreateToken(ctx, people.TokenInput{Name: "script", Rights: []string{"incident.*"}, ExpiresAt: w.clock.Now().Add(1e12)})
		must(t, err)
		must(t, second(w.AuthenticateBearer(t.Context(), secret)))
		w.events.reset()
		must(t, second(w.Disable(w.as("root"), people.MoveInput{Ref: w.who["ann"].Ref, Reason: "left"})))
		if w.events.types() != "[token.revoked person.disabled]" {
			t.Errorf("events %s", w.events.types())
		}
		for name, err := range map[string]error{
			"session": second(w.Authenticate(t.Context(), s.Token)),
			"token":   second(w.AuthenticateBearer(t.Context(), secret)),
			"login":   second(w.login("ann", password)),
			"actor":   second(w.ActorFor(t.Context(), w.who["ann"].ID, domain.ViaCLI)),
			"rights":  w.gate.Check(ctx, "incident.read", policies.Object{Team: actor.Teams[0]}),
		} {
			if err == nil {
				t.Errorf("a disabled account keeps its %s", name)
			}
		}
		must(t, second(w.Enable(w.as("root"), people.MoveInput{Ref: w.who["ann"].Ref, Reason: "back"})))
		if _, err := w.Authenticate(t.Context(), s.Token); !errors.Is(err, domain.ErrSignIn) {
			t.Errorf("the old session is back: %v", err)
		}
		must(t, second(w.login("ann", password)))
		if w.gate.Check(w.as("ann"), "incident.read", policies.Object{Team: actor.Teams[0]}) != nil {
			t.Error("the grant does not count again")
		}
	})
}

func TestPeopleAreListedByNameInPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var want []people.NewPerson
		for i := range 23 {
			want = append(want, people.NewPerson{Login: fmt.Sprintf("caller-%d", i), Name: fmt.Sprintf("caller %02d", i/2), Inactive: i%2 == 0})
		}
		must(t, second(w.EnsurePeople(w.system(), want)))
		ann := w.as("ann")
		var names []string
		seen := map[string]bool{}
		q := people.Query{Limit: 5}
		for {
			page, err := w.Search(ann, q)
			must(t, err)
			for _, p := range page.People {
				names = append(names, strings.ToLower(p.Name))
				if seen[p.Ref] {
					t.Fatalf("%s comes twice", p.Name)
				}
				seen[p.Ref] = true
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		all := 0
		must(t, w.Each(ann, func(people.Person) error { all++; return nil }))
		if len(names) != 27 || all != 27 {
			t.Fatalf("%d people: %v", len(names), names)
		}
		for i := 1; i < len(names); i++ {
			if names[i] < names[i-1] {
				t.Fatalf("%q comes after %q", names[i], names[i-1])
			}
		}
		count := func(q people.Query) int {
			page, err := w.Search(ann, q)
			must(t, err)
			return len(page.People)
		}
		for name, c := range map[string]struct {
			q    people.Query
			want int
		}{
			"a part of a name":      {people.Query{Text: "ARBOR"}, 1},
			"an address":            {people.Query{Text: "ann@example"}, 1},
			"a login":               {people.Query{Text: "caller-1"}, 11},
			"wildcards are letters": {people.Query{Text: "%"}, 0},
			"and this one":          {people.Query{Text: "_"}, 0},
			"and this":              {people.Query{Text: `\`}, 0},
			"a quote":               {people.Query{Text: `' or 1=1 --`}, 0},
			"a team":                {people.Query{Team: "network"}, 2},
			"the inactive":          {people.Query{Active: ptr(false)}, 12},
			"some":                  {people.Query{Only: []domain.UserID{w.who["ann"].ID, 99}}, 1},
			"nobody":                {people.Query{Only: []domain.UserID{}}, 0},
		} {
			if got := count(c.q); got != c.want {
				t.Errorf("%s: %d", name, got)
			}
		}
		if _, err := w.Search(ann, people.Query{After: "bogus"}); !errors.Is(err, domain.ErrCursor) {
			t.Errorf("a made-up marker: %v", err)
		}
		if _, err := w.Search(w.as("rita"), people.Query{}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a requester lists people: %v", err)
		}
	})
}

func TestFindingSomebodyTellsNobodyElseAboutThem(t *testing.T) {
	w := lite(t)
	rita, ann := w.as("rita"), w.as("ann")
	for _, by := range []string{w.who["bob"].Ref, "bob", "BOB"} {
		if p, err := w.Find(ann, by); err != nil || p.ID != w.who["bob"].ID {
			t.Errorf("an agent finds by %q: %v", by, err)
		}
		if _, err := w.Find(rita, by); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("a requester finds by %q: %v", by, err)
		}
	}
	if p, err := w.Find(rita, "rita"); err != nil || p.ID != w.who["rita"].ID {
		t.Errorf("themselves: %v", err)
	}
	for _, by := range []string{"", "%", "bo_", "bob\x00", "\xff", strings.Repeat("x", 999)} {
		if _, err := w.Find(ann, by); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("%q: %v", by, err)
		}
	}
}

func TestAnImportMakesEachPersonAndTeamOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sys := w.system()
		var want []people.NewPerson
		var teams []people.NewTeam
		for i := range 1203 {
			want = append(want, people.NewPerson{Login: fmt.Sprintf("Caller-%d", i%1200), Name: fmt.Sprintf("Caller %d", i%1200)})
		}
		for i := range 80 {
			teams = append(teams, people.NewTeam{Key: fmt.Sprintf("group-%d", i%78), Name: fmt.Sprintf("Group %d", i%78)})
		}
		first, err := w.EnsurePeople(sys, want)
		must(t, err)
		groups, err := w.EnsureTeams(sys, teams)
		must(t, err)
		if len(first) != 1200 || len(groups) != 79 || len(w.events.events) != 1278 {
			t.Fatalf("%d people, %d teams, %d events", len(first), len(groups), len(w.events.events))
		}
		again, err := w.EnsurePeople(sys, want)
		must(t, err)
		must(t, second(w.EnsureTeams(sys, teams)))
		if fmt.Sprint(again) != fmt.Sprint(first) || len(w.events.events) != 1278 {
			t.Fatal("a second import changes something")
		}
		must(t, w.EnsureMembers(sys, "group-1", []domain.UserID{first["caller-1"], first["caller-2"]}))
		must(t, w.EnsureMembers(sys, "group-1", []domain.UserID{first["caller-1"], first["caller-3"]}))
		must(t, w.EnsureMembers(sys, "group-1", []domain.UserID{first["caller-3"]}))
		team, err := w.TeamByKey(sys, "group-1")
		must(t, err)
		if len(team.Members) != 3 || team.Version != 3 {
			t.Fatalf("%+v", team)
		}
		active, member, err := w.MemberOf(sys, first["caller-3"], team.ID)
		if err != nil || !active || !member {
			t.Errorf("%v %v %v", active, member, err)
		}
		if _, _, err := w.MemberOf(sys, 99999, team.ID); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		names, err := w.NamesOf(sys, []domain.UserID{first["caller-3"], 99999})
		if err != nil || len(names) != 1 || names[first["caller-3"]] != "Caller 3" {
			t.Errorf("%v %v", names, err)
		}
		got := w.states()
		for k, state := range w.events.last {
			if got[k] != state {
				t.Fatalf("%s: the row says %s, the log %s", k, got[k], state)
			}
		}
	})
}

func TestPreferencesAreOnesOwnAndNoRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ann := w.as("ann")
		must(t, w.SetPreferences(ann, []byte(`{"theme":"dark"}`)))
		must(t, w.SetPreferences(ann, []byte(`{"theme":"light"}`)))
		mine, err := w.Preferences(ann)
		must(t, err)
		other, err := w.Preferences(w.as("bob"))
		must(t, err)
		if string(mine) != `{"theme":"light"}` || string(other) != "{}" || len(w.events.events) != 0 {
			t.Errorf("%s %s %s", mine, other, w.events.types())
		}
		for _, bad := range []string{"", "null", "[]", "{", `{"x":"` + strings.Repeat("x", 17<<10) + `"}`} {
			if err := w.SetPreferences(ann, []byte(bad)); !errors.Is(err, domain.ErrInvalid) {
				t.Errorf("%.20s: %v", bad, err)
			}
		}
	})
}
