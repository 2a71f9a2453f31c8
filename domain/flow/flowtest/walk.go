// Package flowtest walks state machines at random. Each kind of record uses it
// in its own tests, to hold invariants such as "final ⇔ closed" and "no clock
// runs in a waiting state" over every order of events.
package flowtest

import (
	"slices"
	"testing"

	"github.com/cabinetdesk/cabinet/domain/flow"
	"pgregory.net/rapid"
)

// Sound fails the test with every defect of the machine.
func Sound(t testing.TB, m flow.Machine) {
	t.Helper()
	for _, defect := range m.Validate() {
		t.Error(defect)
	}
}

// Step is told about one drawn move. It applies the move to the record under
// test and answers the state in which the record is afterwards: move.To if all
// went well, from if the record rightly refused.
type Step func(t *rapid.T, from string, move flow.Move) (now string)

// Walk starts in the initial state and draws up to the given number of moves,
// automatic ones too, until it is in a final state. It fails when the record
// turns out to be in a state that is neither the old one nor the move's.
//
//	rapid.Check(t, func(t *rapid.T) {
//		flowtest.Walk(t, incident.Flow, 20, func(t *rapid.T, from string, move flow.Move) string { … })
//	})
func Walk(t *rapid.T, m flow.Machine, steps int, step Step) {
	at := m.Initial
	for range rapid.IntRange(0, steps).Draw(t, "steps") {
		moves := m.Possible(at)
		if len(moves) == 0 {
			return
		}
		events := make([]string, len(moves)) // drawn by name: a failing walk reads as a list of events
		for i, move := range moves {
			events[i] = move.Event
		}
		move := moves[slices.Index(events, rapid.SampledFrom(events).Draw(t, "move from "+at))]
		now := step(t, at, move)
		if now != at && now != move.To {
			t.Fatalf("%s: %q from %q ended in %q, not in %q", m.Kind, move.Event, at, now, move.To)
		}
		at = now
	}
}
