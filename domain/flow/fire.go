package flow

import (
	"errors"
	"slices"
)

// Input is what the caller of Fire knows about one attempt.
type Input struct {
	// Given tells which of the required inputs are present, by name.
	Given map[string]bool
	// Guard evaluates a named guard on the record at hand: nil lets the move
	// pass, an error says in plain words why not. Nil is right only where no
	// move has guards: a guard that nobody evaluates refuses.
	Guard func(name string) error
	// System is true when the program itself fires the move (a reaction, a
	// timer), never for a request of a person or of a machine account.
	// Only then may an automatic move be fired.
	System bool
}

// Offer is one button: a move out of the current state, and the reason why it
// is not possible now.
type Offer struct {
	Move    Move
	Blocked error // nil if possible, otherwise a *Refused
}

// errNotEvaluated is what an unanswered guard says.
var errNotEvaluated = errors.New("nobody checked this condition")

// Fire answers which move the event means from this state, or a *Refused. It
// asks in this order: does the state exist, does the event, is the state final,
// does the event lead out of it, may a person fire it, are the required inputs
// given, and does each guard agree (in declared order; the first refusal
// counts). The new state of the record is the To of the answer. Fire changes
// nothing, and it authorises nobody: the caller checks Move.Action.
func (m Machine) Fire(from, event string, in Input) (Move, error) {
	state, known := m.State(from)
	if !known {
		return Move{}, &Refused{Machine: m.Kind, From: from, Event: event, Reason: UnknownState}
	}
	refuse := func(r Refused) (Move, error) {
		r.Machine, r.From, r.Event, r.Possible = m.Kind, from, event, m.events(from)
		return Move{}, &r
	}
	if !slices.ContainsFunc(m.Moves, func(mv Move) bool { return mv.Event == event }) {
		return refuse(Refused{Reason: UnknownEvent})
	}
	if state.Final {
		return refuse(Refused{Reason: Final})
	}
	move, ok := m.move(from, event)
	if !ok {
		return refuse(Refused{Reason: NotFromHere})
	}
	if move.Automatic && !in.System {
		return refuse(Refused{Reason: SystemOnly})
	}
	if missing := absent(move.Requires, in.Given); len(missing) > 0 {
		return refuse(Refused{Reason: MissingInput, Missing: missing})
	}
	if name, err := ask(move.Guards, in.Guard); err != nil {
		return refuse(Refused{Reason: Guard, Guard: name, Err: err})
	}
	return move, nil
}

// Offer lists every move that a person could ask for in this state, in declared
// order, with the first guard that blocks it. The interface shows blocked moves
// with their reason instead of hiding them. Required inputs are not asked for
// here: the dialog of the move collects them (Move.Requires). Authority is the
// caller's: it drops or explains what the actor may not do.
func (m Machine) Offer(from string, guard func(name string) error) []Offer {
	var offers []Offer
	for _, move := range m.Possible(from) {
		if move.Automatic {
			continue
		}
		offer := Offer{Move: move}
		if name, err := ask(move.Guards, guard); err != nil {
			offer.Blocked = &Refused{
				Machine: m.Kind, From: from, Event: move.Event, Reason: Guard,
				Guard: name, Err: err, Possible: m.events(from),
			}
		}
		offers = append(offers, offer)
	}
	return offers
}

// move finds the one move of that event out of that state.
func (m Machine) move(from, event string) (Move, bool) {
	i := slices.IndexFunc(m.Moves, func(mv Move) bool {
		return mv.Event == event && slices.Contains(mv.From, from)
	})
	if i < 0 {
		return Move{}, false
	}
	return m.Moves[i], true
}

// events names the events that a person could try from a state.
func (m Machine) events(from string) []string {
	var names []string
	for _, move := range m.Possible(from) {
		if !move.Automatic {
			names = append(names, move.Event)
		}
	}
	return names
}

// absent lists the required names that were not given.
func absent(required []string, given map[string]bool) []string {
	var out []string
	for _, name := range required {
		if !given[name] {
			out = append(out, name)
		}
	}
	return out
}

// ask evaluates guards in order and returns the first that refuses.
func ask(guards []string, guard func(string) error) (string, error) {
	for _, name := range guards {
		if guard == nil {
			return name, errNotEvaluated
		}
		if err := guard(name); err != nil {
			return name, err
		}
	}
	return "", nil
}
