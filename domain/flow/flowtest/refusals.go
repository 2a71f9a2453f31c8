package flowtest

import (
	"slices"
	"testing"

	"github.com/cabinetdesk/cabinet/domain/flow"
)

// Refusals lists everything that a machine can refuse: each guard and each required input of each move, and for each move
// the states from which it does not go. A test that meets every one of them with its code stays whole when somebody adds a
// guard: the list is the machine's own.
func Refusals(m flow.Machine) (out []string) {
	for _, mv := range m.Moves {
		for _, g := range mv.Guards {
			out = append(out, mv.Event+": "+g)
		}
		for _, in := range mv.Requires {
			out = append(out, mv.Event+": without "+in)
		}
		out = append(out, mv.Event+": from elsewhere")
	}
	return out
}

// Met fails the test for every refusal of a machine that no case meets, and for every case that is of no refusal.
func Met(t testing.TB, m flow.Machine, cases []string) {
	t.Helper()
	all := Refusals(m)
	for _, r := range all {
		if !slices.Contains(cases, r) {
			t.Errorf("%s: nothing shows how this is refused: %q", m.Kind, r)
		}
	}
	for _, c := range cases {
		if !slices.Contains(all, c) {
			t.Errorf("%s: there is no such refusal: %q", m.Kind, c)
		}
	}
}
