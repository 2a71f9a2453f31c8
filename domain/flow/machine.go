package flow

import "slices"

// Category says what a state means for work lists and figures.
type Category string

// The four categories. Every state of every kind has exactly one, so that
// queues and reports can be written once for all kinds.
const (
	Open      Category = "open"      // somebody here has to act
	Waiting   Category = "waiting"   // we wait for somebody or something else
	Done      Category = "done"      // the work is done
	Cancelled Category = "cancelled" // the work will not be done
)

// Clock says what the service-level clocks do while a record is in a state.
type Clock string

// The three things that a clock can do.
const (
	Run   Clock = "run"   // time counts against the target
	Pause Clock = "pause" // time does not count, but will again
	Stop  Clock = "stop"  // the target is met or void; only a move back starts the clock again
)

// Tones of a move: how much weight the user interface gives to its button.
const (
	Primary = "primary" // the usual next step
	Danger  = "danger"  // hard to take back
)

// Machine is the life of one kind of record.
type Machine struct {
	Kind    string // stable name, lower snake case: "incident"
	Label   string // for people: "Incident"
	Initial string // name of the state in which a record is created
	States  []State
	Moves   []Move
}

// State is one stop in the life of a record.
type State struct {
	Name     string // stable name, lower snake case, as stored: "in_progress"
	Label    string // for people: "In progress"
	Category Category
	Clock    Clock
	Final    bool   // nothing leads out of a final state
	Hint     string // one sentence for people: what it means to be here
}

// Move is one permitted way from some states to another.
type Move struct {
	Event     string   // stable name, lower snake case, as in the API: "resolve"
	Label     string   // for people: "Resolve"
	From      []string // names of the states which it leads out of
	To        string   // name of the state which it leads to; may be one of From
	Action    string   // what the actor must be authorised for: "incident.resolve"
	Guards    []string // named guards, evaluated by the owner of the record, in order
	Requires  []string // names of the inputs which must be given: "reason"
	Automatic bool     // fired by the system (a reaction), never offered as a button
	Tone      string   // "", Primary or Danger
}

// State returns the state of that name.
func (m Machine) State(name string) (State, bool) {
	i := slices.IndexFunc(m.States, func(s State) bool { return s.Name == name })
	if i < 0 {
		return State{}, false
	}
	return m.States[i], true
}

// StateNames lists the names of all states in declared order: what the
// database CHECK on the column must permit, no more and no less.
func (m Machine) StateNames() []string {
	names := make([]string, len(m.States))
	for i, s := range m.States {
		names[i] = s.Name
	}
	return names
}

// Events lists the names of all events once each, in declared order.
func (m Machine) Events() []string {
	return m.collect(func(mv Move) []string { return []string{mv.Event} })
}

// Actions lists every action that some move asks for, once each, in declared
// order. A policy test compares it with the known actions.
func (m Machine) Actions() []string {
	return m.collect(func(mv Move) []string { return []string{mv.Action} })
}

// GuardNames lists every guard that some move names, once each, in declared
// order. The owner of the record tests that it can evaluate all of them.
func (m Machine) GuardNames() []string {
	return m.collect(func(mv Move) []string { return mv.Guards })
}

func (m Machine) collect(names func(Move) []string) []string {
	var out []string
	for _, mv := range m.Moves {
		for _, name := range names(mv) {
			if name != "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// Possible lists the moves that lead out of a state, without asking guards:
// those for people first, then the automatic ones, each in declared order.
// It is empty for a final or unknown state.
func (m Machine) Possible(from string) []Move {
	var people, system []Move
	for _, mv := range m.Moves {
		switch {
		case !slices.Contains(mv.From, from):
		case mv.Automatic:
			system = append(system, mv)
		default:
			people = append(people, mv)
		}
	}
	return append(people, system...)
}

// Knows returns nil if the state exists, otherwise a *Refused with reason
// UnknownState. For records which were written elsewhere: imports, old rows.
func (m Machine) Knows(state string) error {
	if _, ok := m.State(state); ok {
		return nil
	}
	return &Refused{Machine: m.Kind, From: state, Reason: UnknownState}
}

// Event finds the first move with that event, from whatever state: its action and required inputs are the
// same for all of them in a machine that Validate accepts.
func (m Machine) Event(event string) (Move, bool) {
	i := slices.IndexFunc(m.Moves, func(mv Move) bool { return mv.Event == event })
	if i < 0 {
		return Move{}, false
	}
	return m.Moves[i], true
}
