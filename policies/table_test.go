package policies_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/policies"
)

var update = flag.Bool("update", false, "write the golden files anew")

func person(id domain.UserID) domain.Actor {
	return domain.Actor{Kind: domain.Person, User: id, Ref: fmt.Sprintf("u%d", id), Name: fmt.Sprintf("Person %d", id)}
}

func built(t testing.TB, grants ...policies.Held) policies.Snapshot {
	t.Helper()
	s, err := policies.Build(policies.DefaultRules(), grants, testkit.Epoch)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTheRolesMayDoWhatTheTableSays asks Casbin for one person per role, held for the whole desk, and writes
// the answers as the table that people review. "own" marks what holds in one's own things only.
func TestTheRolesMayDoWhatTheTableSays(t *testing.T) {
	t.Parallel()
	var grants []policies.Held
	for i, r := range policies.Roles() {
		if len(r.Scopes) > 0 {
			grants = append(grants, policies.Held{User: domain.UserID(i + 1), Role: r.Name, Scope: "all", From: testkit.Epoch})
		}
	}
	s := built(t, grants...)
	var b strings.Builder
	fmt.Fprintf(&b, "%-34s", "")
	for _, r := range policies.Roles() {
		fmt.Fprintf(&b, " %-14s", r.Name)
	}
	b.WriteString("\n")
	for _, g := range policies.Actions() {
		for _, a := range g.Actions {
			for _, class := range a.Classes {
				name := a.Name
				if class != a.Class() {
					name += " " + strings.TrimPrefix(class, a.Class()+":")
				}
				fmt.Fprintf(&b, "%-34s", name)
				for i := range policies.Roles() {
					who := person(domain.UserID(i + 1))
					far := s.Decide(who, a.Name, policies.Object{Class: class})
					near := s.Decide(who, a.Name, policies.Object{Class: class, Participants: []domain.UserID{who.User}})
					cell := "."
					switch {
					case far.Allowed:
						cell = "yes"
					case near.Allowed:
						cell = "own"
					case far.Rule != "":
						cell = "NEVER"
					}
					fmt.Fprintf(&b, " %-14s", cell)
				}
				b.WriteString("\n")
			}
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	golden(t, "testdata/golden/roles.txt", strings.Join(lines, "\n"))
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; review it and run the test with -update\n%s", path, got)
	}
}

func TestAnAuditorChangesNothingWhateverElseTheyHold(t *testing.T) {
	t.Parallel()
	everything := []policies.Held{{User: 1, Role: policies.Auditor, Scope: "all", From: testkit.Epoch}}
	for _, r := range policies.Roles() {
		if len(r.Scopes) > 0 && r.Name != policies.Auditor {
			everything = append(everything, policies.Held{User: 1, Role: r.Name, Scope: "all", From: testkit.Epoch})
		}
	}
	everything = append(everything, policies.Held{User: 1, Role: policies.Agent, Scope: "team:7", From: testkit.Epoch})
	s := built(t, everything...)
	who := person(1)
	for _, g := range policies.Actions() {
		for _, a := range g.Actions {
			for _, class := range a.Classes {
				o := policies.Object{Class: class, Team: 7, Participants: []domain.UserID{1}}
				d := s.Decide(who, a.Name, o)
				if d.Allowed == a.Changes {
					t.Errorf("%s on %s: allowed %v, changes something %v (%s)", a.Name, class, d.Allowed, a.Changes, d.Rule)
				}
				if a.Changes && (len(d.Reasons) == 0 || d.Reasons[0].Code != "denied_by_role") {
					t.Errorf("%s: reasons %v", a.Name, d.Reasons)
				}
				if a.Changes && !s.Scope(who, a.Name).None() {
					t.Errorf("%s: an auditor has a scope to change things in", a.Name)
				}
			}
		}
	}
}

func TestBeingAnAdministratorApprovesNothing(t *testing.T) {
	t.Parallel()
	s := built(t, policies.Held{User: 1, Role: policies.Admin, Scope: "all", From: testkit.Epoch})
	for _, class := range []string{"change:low", "change:medium", "change:high", "change:emergency"} {
		if s.Decide(person(1), "change.decide", policies.Object{Class: class, Participants: []domain.UserID{1}}).Allowed {
			t.Errorf("an administrator decides on %s", class)
		}
	}
	for _, r := range policies.DefaultRules() {
		if r.Class == "audit" && r.Action == "write" {
			t.Error("somebody may write the log")
		}
	}
}

func TestTheTableOfTheUIAgreesWithTheGate(t *testing.T) {
	t.Parallel()
	e, _ := open(t)
	cells := map[policies.Row]bool{}
	var grants []policies.Held
	holder := map[string]domain.UserID{policies.Requester: 100}
	for i, r := range policies.Roles()[1:] {
		holder[r.Name] = domain.UserID(i + 1)
		grants = append(grants, policies.Held{User: holder[r.Name], Role: r.Name, Scope: "all", From: testkit.Epoch})
	}
	s := built(t, grants...)
	for _, r := range e.Table() {
		cells[policies.Row{Role: r.Role, Class: r.Class, Action: r.Action}] = true
		who := person(holder[r.Role])
		d := s.Decide(who, r.Action, policies.Object{Class: r.Class, Participants: []domain.UserID{who.User}})
		if d.Allowed != (r.Effect == policies.Allow) {
			t.Errorf("%+v: the gate says %v", r, d.Allowed)
		}
	}
	if len(cells) != len(e.Table()) || len(cells) < 300 {
		t.Errorf("%d cells in %d rows", len(cells), len(e.Table()))
	}
}

func TestThePrintedTableHasALineForEachAction(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := policies.PrintTable(&b); err != nil {
		t.Fatal(err)
	}
	for _, a := range everyAction {
		if !strings.Contains(b.String(), "\n"+a.Name+" ") {
			t.Errorf("%s has no line", a.Name)
		}
	}
	if !strings.Contains(b.String(), "change.decide (emergency)") || strings.Count(b.String(), "never") < 80 {
		t.Error(b.String())
	}
}

func TestAPolicyThatCouldBeMisreadIsRefused(t *testing.T) {
	t.Parallel()
	good := "p, agent, *, incident, read, allow"
	if _, err := policies.Parse(good); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"a trailing field is empty": "p, agent, *, incident, read,",
		"a field is missing":        "p, agent, *, incident, read",
		"a field too many":          good + ", allow",
		"unknown role":              "p, boss, *, incident, read, allow",
		"unknown action":            "p, agent, *, incident, delete, allow",
		"unknown class":             "p, agent, *, *, read, allow",
		"no audit.write":            "p, admin, all, audit, write, allow",
		"unknown effect":            "p, agent, *, incident, read, Allow",
		"unknown scope":             "p, agent, team:1, incident, read, allow",
		"a partial denial":          "p, agent, own, incident, read, deny",
		"twice":                     good + "\n" + good,
		"a grant":                   "g, alice, agent, all, x, y",
	} {
		if rules, err := policies.Parse(text); err == nil {
			t.Errorf("%s: accepted as %v", name, rules)
		}
	}
	if policies.Adapter().SavePolicyFails() == nil {
		t.Error("the policy can be saved over")
	}
}

func TestTheDefaultPolicyIsSmallAndNamesEveryAction(t *testing.T) {
	t.Parallel()
	rules := policies.DefaultRules()
	if len(rules) >= 1000 {
		t.Errorf("%d rows", len(rules))
	}
	for _, g := range policies.Actions() {
		for _, a := range g.Actions {
			for _, class := range a.Classes {
				if !slices.ContainsFunc(rules, func(r policies.Rule) bool {
					return r.Class == class && class[:len(a.Class())] == a.Class() && a.Class()+"."+r.Action == a.Name && r.Effect == policies.Allow
				}) {
					t.Errorf("nobody may %s on %s", a.Name, class)
				}
			}
			if a.Label == "" || a.Sentence == "" {
				t.Errorf("%s has no words", a.Name)
			}
			if !policies.KnownRight(a.Name) || !policies.KnownRight(a.Class()+".*") {
				t.Errorf("a token cannot be narrowed to %s", a.Name)
			}
		}
	}
	for _, bad := range []string{"", "*", "*.*", "incident", "incident.", "incident.fly", "nothing.*"} {
		if policies.KnownRight(bad) {
			t.Errorf("%q is a right", bad)
		}
	}
}
