package flow

import (
	"fmt"
	"strings"
)

// Reason says why a move was refused, for programs.
type Reason string

// All reasons of a refusal.
const (
	UnknownState Reason = "unknown_state" // the record's state is not one of this machine
	UnknownEvent Reason = "unknown_event" // no move of this machine has that event
	NotFromHere  Reason = "not_from_here" // the event exists but not in this state
	Final        Reason = "final"         // nothing leads out of this state
	SystemOnly   Reason = "system_only"   // the move is automatic and a person asked for it
	MissingInput Reason = "missing_input" // a required input was not given
	Guard        Reason = "guard"         // a condition on the record does not hold
)

// Refused is the error of every refused move.
type Refused struct {
	Machine  string // kind
	From     string // state of the record
	Event    string // what was asked; empty when only a state was looked up
	Reason   Reason
	Missing  []string // with MissingInput: the names of the absent inputs
	Possible []string // events that a person could try in this state
	Guard    string   // with reason Guard: its name
	Err      error    // with reason Guard: what the guard said
}

// Error says in plain words what was refused and why.
func (r *Refused) Error() string {
	switch r.Reason {
	case UnknownState:
		return fmt.Sprintf("%s: there is no state %q", r.Machine, r.From)
	case UnknownEvent:
		return fmt.Sprintf("%s: there is no move %q%s", r.Machine, r.Event, r.possible())
	case Final:
		return fmt.Sprintf("%s: %q is final, so %q is not possible", r.Machine, r.From, r.Event)
	case NotFromHere:
		return fmt.Sprintf("%s: %q is not possible from %q%s", r.Machine, r.Event, r.From, r.possible())
	case SystemOnly:
		return fmt.Sprintf("%s: only the system does %q", r.Machine, r.Event)
	case MissingInput:
		return fmt.Sprintf("%s: %q needs %s", r.Machine, r.Event, strings.Join(r.Missing, ", "))
	case Guard:
		return fmt.Sprintf("%s: %q is not possible now: %v", r.Machine, r.Event, r.Err)
	}
	return fmt.Sprintf("%s: %q was refused", r.Machine, r.Event)
}

// Unwrap gives what the guard said, so that its own error type is not lost.
func (r *Refused) Unwrap() error { return r.Err }

func (r *Refused) possible() string {
	if len(r.Possible) == 0 {
		return ""
	}
	return "; possible: " + strings.Join(r.Possible, ", ")
}
