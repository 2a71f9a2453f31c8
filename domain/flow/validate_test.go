package flow_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/flow/flowtest"
	"pgregory.net/rapid"
)

// defects are ways to break a sound machine, each with the rule that it breaks.
// The machine has a first state that is open and not final, a last state that
// is final, and at least one move for people out of the first.
var defects = []struct {
	name  string
	rule  flow.Rule
	spoil func(m *flow.Machine)
}{
	{"an empty kind", flow.RuleName, func(m *flow.Machine) { m.Kind = "" }},
	{"a kind in capitals", flow.RuleName, func(m *flow.Machine) { m.Kind = "Parcel" }},
	{"a state name with a space", flow.RuleName, func(m *flow.Machine) { rename(m, m.States[0].Name, "on hold") }},
	{"an event with a dash", flow.RuleName, func(m *flow.Machine) { m.Moves[0].Event = "put-on" }},
	{"a nameless guard", flow.RuleName, func(m *flow.Machine) { m.Moves[0].Guards = []string{""} }},
	{"a nameless input", flow.RuleName, func(m *flow.Machine) { m.Moves[0].Requires = []string{""} }},
	{"a machine without label", flow.RuleLabel, func(m *flow.Machine) { m.Label = " " }},
	{"a state without label", flow.RuleLabel, func(m *flow.Machine) { m.States[0].Label = "" }},
	{"a move without label", flow.RuleLabel, func(m *flow.Machine) { m.Moves[0].Label = "" }},
	{"a label of two lines", flow.RuleLabel, func(m *flow.Machine) { m.Moves[0].Label = "a\nb" }},
	{"a state twice", flow.RuleDuplicate, func(m *flow.Machine) { m.States = append(m.States, m.States[0]) }},
	{"a guard twice", flow.RuleDuplicate, func(m *flow.Machine) { m.Moves[0].Guards = []string{"a", "a"} }},
	{"an input twice", flow.RuleDuplicate, func(m *flow.Machine) { m.Moves[0].Requires = []string{"a", "a"} }},
	{"an unknown initial state", flow.RuleUnknownState, func(m *flow.Machine) { m.Initial = "nowhere" }},
	{"a move to an unknown state", flow.RuleUnknownState, func(m *flow.Machine) { m.Moves[0].To = "nowhere" }},
	{"a move from an unknown state", flow.RuleUnknownState, func(m *flow.Machine) { m.Moves[0].From = []string{"nowhere"} }},
	{"an unknown category", flow.RuleUnknownValue, func(m *flow.Machine) { m.States[0].Category = "busy" }},
	{"an unknown clock", flow.RuleUnknownValue, func(m *flow.Machine) { m.States[0].Clock = "walk" }},
	{"an unknown tone", flow.RuleUnknownValue, func(m *flow.Machine) { m.Moves[0].Tone = "loud" }},
	{"a final state with a running clock", flow.RuleContradiction, func(m *flow.Machine) { last(m).Clock = flow.Run }},
	{"a final state with a paused clock", flow.RuleContradiction, func(m *flow.Machine) { last(m).Clock = flow.Pause }},
	{"a final state that is open", flow.RuleContradiction, func(m *flow.Machine) { last(m).Category = flow.Open }},
	{"a waiting state with a running clock", flow.RuleContradiction, func(m *flow.Machine) {
		m.States[0].Category, m.States[0].Clock = flow.Waiting, flow.Run
	}},
	{"a waiting state with a stopped clock", flow.RuleContradiction, func(m *flow.Machine) {
		m.States[0].Category, m.States[0].Clock = flow.Waiting, flow.Stop
	}},
	{"a done state with a running clock", flow.RuleContradiction, func(m *flow.Machine) {
		m.States[0].Category, m.States[0].Clock = flow.Done, flow.Run
	}},
	{"a move out of nowhere", flow.RuleNoFrom, func(m *flow.Machine) { m.Moves[0].From = nil }},
	{"a move for people without action", flow.RuleAction, func(m *flow.Machine) { m.Moves[0].Action, m.Moves[0].Automatic = "", false }},
	{"an action of one word", flow.RuleAction, func(m *flow.Machine) { m.Moves[0].Action = "resolve" }},
	{"the same move twice", flow.RuleAmbiguous, func(m *flow.Machine) { m.Moves = append(m.Moves, m.Moves[0]) }},
	{"the same state twice in one move", flow.RuleAmbiguous, func(m *flow.Machine) {
		m.Moves[0].From = append(slices.Clone(m.Moves[0].From), m.Moves[0].From[0])
	}},
	{"a move out of a final state", flow.RuleOutOfFinal, func(m *flow.Machine) {
		m.Moves[0].From = append(slices.Clone(m.Moves[0].From), last(m).Name)
	}},
	{"a dead end", flow.RuleDeadEnd, func(m *flow.Machine) {
		m.States = append(m.States, flow.State{Name: "pit", Label: "Pit", Category: flow.Open, Clock: flow.Run})
		m.Moves = append(m.Moves, flow.Move{Event: "fall", Label: "Fall", From: []string{m.Initial}, To: "pit", Action: "a.fall"})
	}},
	{"a state that nothing leads to", flow.RuleUnreachable, func(m *flow.Machine) {
		m.States = append(m.States, flow.State{Name: "isle", Label: "Isle", Category: flow.Open, Clock: flow.Run})
		m.Moves = append(m.Moves, flow.Move{Event: "swim", Label: "Swim", From: []string{"isle"}, To: m.Initial, Action: "a.swim"})
	}},
	{"two states that only lead to each other", flow.RuleNoWayToFinish, func(m *flow.Machine) {
		m.States = append(m.States,
			flow.State{Name: "tick", Label: "Tick", Category: flow.Open, Clock: flow.Run},
			flow.State{Name: "tock", Label: "Tock", Category: flow.Open, Clock: flow.Run})
		m.Moves = append(m.Moves,
			flow.Move{Event: "wind", Label: "Wind", From: []string{m.Initial, "tock"}, To: "tick", Action: "a.wind"},
			flow.Move{Event: "swing", Label: "Swing", From: []string{"tick"}, To: "tock", Action: "a.swing"})
	}},
}

func last(m *flow.Machine) *flow.State { return &m.States[len(m.States)-1] }

// rename changes a state's name everywhere, so that only the name is wrong.
func rename(m *flow.Machine, old, name string) {
	swap := func(s *string) {
		if *s == old {
			*s = name
		}
	}
	swap(&m.Initial)
	for i := range m.States {
		swap(&m.States[i].Name)
	}
	for i := range m.Moves {
		swap(&m.Moves[i].To)
		m.Moves[i].From = slices.Clone(m.Moves[i].From)
		for j := range m.Moves[i].From {
			swap(&m.Moves[i].From[j])
		}
	}
}

// sound draws a machine without defects: each state is reached from an earlier
// one, each that is not final has its own move to the last, and further moves
// are drawn freely.
func sound(t *rapid.T) flow.Machine {
	m := flow.Machine{Kind: "thing", Label: "Thing", Initial: "s0"}
	n := rapid.IntRange(2, 7).Draw(t, "states")
	name := func(i int) string { return fmt.Sprintf("s%d", i) }
	kinds := []flow.State{
		{Category: flow.Open, Clock: flow.Run}, {Category: flow.Open, Clock: flow.Stop},
		{Category: flow.Waiting, Clock: flow.Pause}, {Category: flow.Done, Clock: flow.Stop},
		{Category: flow.Cancelled, Clock: flow.Pause},
	}
	for i := range n {
		s := flow.State{Category: flow.Open, Clock: flow.Run}
		if i == n-1 {
			s = flow.State{Category: flow.Done, Clock: flow.Stop, Final: true}
		} else if i > 0 {
			s = rapid.SampledFrom(kinds).Draw(t, "kind of state")
		}
		s.Name, s.Label = name(i), "State "+name(i)
		m.States = append(m.States, s)
	}
	add := func(event string, to int, from ...string) {
		move := flow.Move{Event: event, Label: event, From: from, To: name(to), Action: "thing." + event}
		if rapid.IntRange(0, 3).Draw(t, "automatic") == 0 {
			move.Automatic, move.Action = true, ""
		}
		if rapid.Bool().Draw(t, "guarded") {
			move.Guards = []string{"weather", "moon"}
		}
		if rapid.Bool().Draw(t, "requires") {
			move.Requires = []string{"reason"}
		}
		m.Moves = append(m.Moves, move)
	}
	for i := range n - 1 {
		add(fmt.Sprintf("finish%d", i), n-1, name(i))
		if i > 0 {
			add(fmt.Sprintf("reach%d", i), i, name(rapid.IntRange(0, i-1).Draw(t, "from")))
		}
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "more") {
		from := rapid.SliceOfNDistinct(rapid.IntRange(0, n-2), 1, -1, rapid.ID[int]).Draw(t, "from")
		names := make([]string, len(from))
		for j, f := range from {
			names[j] = name(f)
		}
		add(fmt.Sprintf("more%d", i), rapid.IntRange(0, n-1).Draw(t, "to"), names...)
	}
	return m
}

func rules(errs []error) []flow.Rule {
	var out []flow.Rule
	for _, err := range errs {
		var defect *flow.Defect
		if errors.As(err, &defect) {
			out = append(out, defect.Rule)
		}
	}
	return out
}

func TestValidateFindsEachDefectInTheExample(t *testing.T) {
	t.Parallel()
	for _, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			m := parcel()
			d.spoil(&m)
			if got := rules(m.Validate()); !slices.Contains(got, d.rule) {
				t.Errorf("found %v, want %s", got, d.rule)
			}
		})
	}
}

func TestValidateFindsASeededDefectInAnySoundMachine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := sound(t)
		if found := m.Validate(); found != nil {
			t.Fatalf("a sound machine has defects: %v", found)
		}
		d := defects[rapid.IntRange(0, len(defects)-1).Draw(t, "defect")]
		d.spoil(&m)
		if got := rules(m.Validate()); !slices.Contains(got, d.rule) {
			t.Fatalf("%s: found %v, want %s", d.name, got, d.rule)
		}
	})
}

func TestEveryRuleHasASeededDefect(t *testing.T) {
	t.Parallel()
	all := []flow.Rule{
		flow.RuleName, flow.RuleLabel, flow.RuleDuplicate, flow.RuleUnknownState, flow.RuleUnknownValue,
		flow.RuleContradiction, flow.RuleNoFrom, flow.RuleAction, flow.RuleAmbiguous, flow.RuleOutOfFinal,
		flow.RuleDeadEnd, flow.RuleUnreachable, flow.RuleNoWayToFinish,
	}
	for _, d := range defects {
		all = slices.DeleteFunc(all, func(r flow.Rule) bool { return r == d.rule })
	}
	if len(all) > 0 {
		t.Errorf("no defect is seeded for %v", all)
	}
}

func TestARecordThatMayAlwaysComeBackNeedsNoFinalState(t *testing.T) {
	t.Parallel()
	m := flow.Machine{
		Kind: "server", Label: "Server", Initial: "live",
		States: []flow.State{
			{Name: "live", Label: "Live", Category: flow.Open, Clock: flow.Run},
			{Name: "retired", Label: "Retired", Category: flow.Done, Clock: flow.Stop},
		},
		Moves: []flow.Move{
			{Event: "retire", Label: "Retire", From: []string{"live"}, To: "retired", Action: "server.retire"},
			{Event: "revive", Label: "Revive", From: []string{"retired"}, To: "live", Action: "server.revive"},
		},
	}
	flowtest.Sound(t, m)
}

// Fire and Possible must agree for every state and event, whoever asks.
func TestFireAgreesWithPossible(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := sound(t)
		system := rapid.Bool().Draw(t, "system")
		all := flow.Input{Given: map[string]bool{"reason": true}, Guard: pass, System: system}
		for _, from := range m.StateNames() {
			for _, event := range m.Events() {
				i := slices.IndexFunc(m.Possible(from), func(mv flow.Move) bool { return mv.Event == event })
				want := i >= 0 && (system || !m.Possible(from)[i].Automatic)
				move, err := m.Fire(from, event, all)
				if (err == nil) != want {
					t.Fatalf("%s from %s: %v, want possible %t", event, from, err, want)
				}
				if want && move.To != m.Possible(from)[i].To {
					t.Fatalf("%s from %s leads to %s", event, from, move.To)
				}
			}
		}
	})
}

// An offer is blocked exactly when firing it with all inputs would be refused.
func TestFireAgreesWithOffer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := sound(t)
		guard := rapid.SampledFrom([]func(string) error{nil, pass, func(name string) error {
			if name == "moon" {
				return errUnpaid
			}
			return nil
		}}).Draw(t, "guard")
		for _, from := range m.StateNames() {
			for _, offer := range m.Offer(from, guard) {
				_, err := m.Fire(from, offer.Move.Event, flow.Input{Given: map[string]bool{"reason": true}, Guard: guard})
				if fmt.Sprint(err) != fmt.Sprint(offer.Blocked) {
					t.Fatalf("offered %s with %v, fired with %v", offer.Move.Event, offer.Blocked, err)
				}
			}
		}
	})
}

func TestAWalkEndsOnlyInFinalStatesOrWhenItsStepsAreUsed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := sound(t)
		at := m.Initial
		flowtest.Walk(t, m, 30, func(t *rapid.T, from string, move flow.Move) string {
			if from != at {
				t.Fatalf("the walk is at %s, the record at %s", from, at)
			}
			if s, _ := m.State(from); s.Final {
				t.Fatalf("a move out of the final state %s", from)
			}
			if rapid.Bool().Draw(t, "refused") {
				return from
			}
			at = move.To
			return at
		})
	})
}
