package flow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Rule names what a machine breaks, for programs and tests.
type Rule string

// The rules of a sound machine.
const (
	RuleName          Rule = "name"             // a name is missing or not lower snake case
	RuleLabel         Rule = "label"            // a label is empty or has more than one line
	RuleDuplicate     Rule = "duplicate"        // a state or a list entry is there twice
	RuleUnknownState  Rule = "unknown_state"    // a move or Initial names a state that is not declared
	RuleUnknownValue  Rule = "unknown_value"    // a category, clock or tone is not one of the constants
	RuleContradiction Rule = "contradiction"    // category, clock and final do not fit together
	RuleNoFrom        Rule = "no_from"          // a move leads out of nowhere
	RuleAction        Rule = "action"           // a move for people names no action, or a malformed one
	RuleAmbiguous     Rule = "ambiguous"        // one event leads out of one state twice
	RuleOutOfFinal    Rule = "out_of_final"     // a move leads out of a final state
	RuleDeadEnd       Rule = "dead_end"         // nothing leads out of a state that is not final
	RuleUnreachable   Rule = "unreachable"      // no moves lead from Initial to the state
	RuleNoWayToFinish Rule = "no_way_to_finish" // moves lead out of the state, but never to a final one
)

// Defect is one broken rule, found by Validate.
type Defect struct {
	Machine string // kind
	Rule    Rule
	Where   string // the state or event in question
	Text    string // in plain words
}

// Error says which machine, where and what.
func (d *Defect) Error() string {
	return fmt.Sprintf("flow %s: %s: %s", d.Machine, d.Where, d.Text)
}

var (
	namePattern   = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	actionPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$`)
)

// Validate lists every *Defect of the machine, nil if it is sound. Every kind
// calls it in a test: a machine is a literal, so a defect is a bug in the
// program and never a matter of input.
func (m Machine) Validate() []error {
	v := &validation{m: m}
	v.names()
	for _, s := range m.States {
		v.state(s)
	}
	for _, move := range m.Moves {
		v.move(move)
	}
	v.ambiguities()
	v.paths()
	return v.found
}

type validation struct {
	m     Machine
	found []error
}

func (v *validation) add(rule Rule, where, format string, args ...any) {
	v.found = append(v.found, &Defect{v.m.Kind, rule, where, fmt.Sprintf(format, args...)})
}

func (v *validation) names() {
	v.name("kind", v.m.Kind)
	v.label("kind", v.m.Label)
	v.known("initial state", v.m.Initial)
	v.twice("states", v.m.StateNames())
}

func (v *validation) name(where, name string) {
	if !namePattern.MatchString(name) {
		v.add(RuleName, where, "the name %q is not lower snake case", name)
	}
}

func (v *validation) label(where, label string) {
	if strings.TrimSpace(label) == "" {
		v.add(RuleLabel, where, "the label is empty")
	} else if strings.ContainsAny(label, "\r\n") {
		v.add(RuleLabel, where, "the label has more than one line")
	}
}

func (v *validation) known(where, state string) {
	if _, ok := v.m.State(state); !ok {
		v.add(RuleUnknownState, where, "there is no state %q", state)
	}
}

func (v *validation) twice(where string, names []string) {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			v.add(RuleDuplicate, where, "%q is there twice", name)
		}
	}
}

func (v *validation) state(s State) {
	where := "state " + s.Name
	v.name(where, s.Name)
	v.label(where, s.Label)
	if !slices.Contains([]Category{Open, Waiting, Done, Cancelled}, s.Category) {
		v.add(RuleUnknownValue, where, "there is no category %q", s.Category)
	}
	if !slices.Contains([]Clock{Run, Pause, Stop}, s.Clock) {
		v.add(RuleUnknownValue, where, "there is no clock %q", s.Clock)
	}
	finished := s.Category == Done || s.Category == Cancelled
	switch {
	case s.Final && s.Clock != Stop:
		v.add(RuleContradiction, where, "a final state must stop the clock")
	case s.Final && !finished:
		v.add(RuleContradiction, where, "a final state must be done or cancelled")
	case s.Category == Waiting && s.Clock != Pause:
		v.add(RuleContradiction, where, "a waiting state must pause the clock")
	case finished && s.Clock == Run:
		v.add(RuleContradiction, where, "the clock cannot run when the work is done or cancelled")
	}
}

func (v *validation) move(move Move) {
	where := "move " + move.Event
	v.name(where, move.Event)
	v.label(where, move.Label)
	if len(move.From) == 0 {
		v.add(RuleNoFrom, where, "it leads out of no state")
	}
	for _, from := range move.From {
		v.known(where, from)
		if s, ok := v.m.State(from); ok && s.Final {
			v.add(RuleOutOfFinal, where, "it leads out of the final state %q", from)
		}
	}
	v.known(where, move.To)
	if (move.Action != "" || !move.Automatic) && !actionPattern.MatchString(move.Action) {
		v.add(RuleAction, where, "the action %q is not of the form incident.resolve", move.Action)
	}
	if !slices.Contains([]string{"", Primary, Danger}, move.Tone) {
		v.add(RuleUnknownValue, where, "there is no tone %q", move.Tone)
	}
	for _, list := range [][]string{move.Guards, move.Requires} {
		v.twice(where, list)
		for _, name := range list {
			v.name(where, name)
		}
	}
}

// ambiguities finds pairs of state and event with more than one move. A state
// written twice in one From is the same defect.
func (v *validation) ambiguities() {
	type pair struct{ from, event string }
	seen := map[pair]int{}
	for _, move := range v.m.Moves {
		for _, from := range move.From {
			p := pair{from, move.Event}
			if seen[p]++; seen[p] == 2 {
				v.add(RuleAmbiguous, "move "+move.Event, "it leads out of %q more than once", from)
			}
		}
	}
}

// paths finds states that cannot be reached or left. That every state can reach
// a final one is asked only of machines which have one: some records (a
// configuration item) may always come back.
func (v *validation) paths() {
	var finals []string
	for _, s := range v.m.States {
		if s.Final {
			finals = append(finals, s.Name)
		}
	}
	reached := v.closure([]string{v.m.Initial}, false)
	finishes := v.closure(finals, true)
	for _, s := range v.m.States {
		where := "state " + s.Name
		if !reached[s.Name] {
			v.add(RuleUnreachable, where, "no moves lead here from %q", v.m.Initial)
		}
		switch {
		case s.Final:
		case len(v.m.Possible(s.Name)) == 0:
			v.add(RuleDeadEnd, where, "nothing leads out of it and it is not final")
		case len(finals) > 0 && !finishes[s.Name]:
			v.add(RuleNoWayToFinish, where, "no moves lead from here to a final state")
		}
	}
}

// closure is every state that can be reached from the start along the moves,
// or against them.
func (v *validation) closure(start []string, backwards bool) map[string]bool {
	seen := map[string]bool{}
	visit := slices.Clone(start)
	for len(visit) > 0 {
		at := visit[0]
		visit = visit[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		for _, move := range v.m.Moves {
			switch {
			case !backwards && slices.Contains(move.From, at):
				visit = append(visit, move.To)
			case backwards && move.To == at:
				visit = append(visit, move.From...)
			}
		}
	}
	return seen
}
