package problem

import "github.com/cabinetdesk/cabinet/domain/flow"

// The states of a problem.
const (
	StateDetected      = "detected"
	StateInvestigating = "investigating"
	StateKnownError    = "known_error"
	StateResolved      = "resolved"
	StateClosed        = "closed"
	StateCancelled     = "cancelled"

	guardRootCause  = "root_cause_known"
	guardWorkaround = "workaround_known"
)

// Flow is the life of a problem.
var Flow = flow.Machine{
	Kind: "problem", Label: "Problem", Initial: StateDetected,
	States: []flow.State{
		{Name: StateDetected, Label: "Detected", Category: flow.Open, Clock: flow.Run, Hint: "Suspected, and not looked into yet."},
		{Name: StateInvestigating, Label: "Investigating", Category: flow.Open, Clock: flow.Run, Hint: "Somebody looks for the cause."},
		{Name: StateKnownError, Label: "Known error", Category: flow.Open, Clock: flow.Run, Hint: "The cause is known and there is a workaround; the fix is still to come."},
		{Name: StateResolved, Label: "Resolved", Category: flow.Done, Clock: flow.Stop, Hint: "The cause is removed; watch that it stays so."},
		{Name: StateClosed, Label: "Closed", Category: flow.Done, Clock: flow.Stop, Final: true, Hint: "It has not come back."},
		{Name: StateCancelled, Label: "Cancelled", Category: flow.Cancelled, Clock: flow.Stop, Final: true, Hint: "It was no problem, or a duplicate."},
	},
	Moves: []flow.Move{
		{Event: "investigate", Label: "Investigate", From: []string{StateDetected}, To: StateInvestigating, Action: "problem.investigate", Tone: "primary"},
		{Event: "declare_known_error", Label: "Declare known error", From: []string{StateInvestigating}, To: StateKnownError, Action: "problem.declare_known_error",
			Guards: []string{guardRootCause, guardWorkaround}, Tone: "primary"},
		{Event: "resolve", Label: "Resolve", From: []string{StateInvestigating, StateKnownError}, To: StateResolved, Action: "problem.resolve",
			Guards: []string{guardRootCause}, Requires: []string{"resolution"}, Tone: "primary"},
		{Event: "close", Label: "Close", From: []string{StateResolved}, To: StateClosed, Action: "problem.close", Tone: "primary"},
		{Event: "reopen", Label: "Reopen", From: []string{StateResolved}, To: StateInvestigating, Action: "problem.reopen", Requires: []string{"reason"}},
		{Event: "cancel", Label: "Cancel", From: []string{StateDetected, StateInvestigating}, To: StateCancelled, Action: "problem.cancel", Requires: []string{"reason"}, Tone: "danger"},
	},
}

var past = map[string]string{"investigate": "investigated", "declare_known_error": "known_error_declared", "resolve": "resolved", "close": "closed",
	"reopen": "reopened", "cancel": "cancelled"}
