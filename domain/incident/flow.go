package incident

import "github.com/cabinetdesk/cabinet/domain/flow"

// The states of an incident.
const (
	StateNew        = "new"
	StateAssigned   = "assigned"
	StateInProgress = "in_progress"
	StatePending    = "pending"
	StateResolved   = "resolved"
	StateClosed     = "closed"
	StateCancelled  = "cancelled"
)

// Flow is the life of an incident.
var Flow = flow.Machine{
	Kind: "incident", Label: "Incident", Initial: StateNew,
	States: []flow.State{
		{Name: StateNew, Label: "New", Category: flow.Open, Clock: flow.Run, Hint: "Reported, and nobody has it yet."},
		{Name: StateAssigned, Label: "Assigned", Category: flow.Open, Clock: flow.Run, Hint: "A team or a person has it and has not begun."},
		{Name: StateInProgress, Label: "In progress", Category: flow.Open, Clock: flow.Run, Hint: "Somebody works on it."},
		{Name: StatePending, Label: "Pending", Category: flow.Waiting, Clock: flow.Pause, Hint: "Work waits for the user, a vendor, a change or a problem."},
		{Name: StateResolved, Label: "Resolved", Category: flow.Done, Clock: flow.Stop, Hint: "Service is restored; the requester may object."},
		{Name: StateClosed, Label: "Closed", Category: flow.Done, Clock: flow.Stop, Final: true, Hint: "Agreed to be over."},
		{Name: StateCancelled, Label: "Cancelled", Category: flow.Cancelled, Clock: flow.Stop, Final: true, Hint: "It was no incident, or a duplicate."},
	},
	Moves: []flow.Move{
		{Event: "assign", Label: "Assigned", From: []string{StateNew}, To: StateAssigned, Automatic: true},
		{Event: "start", Label: "Start work", From: []string{StateNew, StateAssigned}, To: StateInProgress, Action: "incident.start", Tone: "primary"},
		{Event: "resume", Label: "Resume", From: []string{StatePending}, To: StateInProgress, Action: "incident.resume", Tone: "primary"},
		{Event: "resolve", Label: "Resolve", From: []string{StateNew, StateAssigned, StateInProgress, StatePending}, To: StateResolved, Action: "incident.resolve", Requires: []string{"resolution"}, Tone: "primary"},
		{Event: "pend", Label: "Put on hold", From: []string{StateNew, StateAssigned, StateInProgress}, To: StatePending, Action: "incident.pend", Requires: []string{"pending_on", "reason"}},
		{Event: "close", Label: "Close", From: []string{StateResolved}, To: StateClosed, Action: "incident.close", Tone: "primary"},
		{Event: "reopen", Label: "Reopen", From: []string{StateResolved}, To: StateInProgress, Action: "incident.reopen", Requires: []string{"reason"}},
		{Event: "cancel", Label: "Cancel", From: []string{StateNew, StateAssigned, StateInProgress, StatePending}, To: StateCancelled, Action: "incident.cancel", Requires: []string{"reason"}, Tone: "danger"},
		{Event: "answered", Label: "Requester answered", From: []string{StatePending}, To: StateInProgress, Automatic: true},
		{Event: "objected", Label: "Requester objected", From: []string{StateResolved}, To: StateInProgress, Automatic: true},
	},
}

// PendingOn lists on whom an incident may wait.
var PendingOn = []string{"user", "vendor", "change", "problem"}

// past says what a move is called once it has happened.
var past = map[string]string{
	"assign": "assigned", "start": "started", "resume": "resumed", "resolve": "resolved", "pend": "pended", "close": "closed",
	"reopen": "reopened", "cancel": "cancelled", "answered": "answered", "objected": "reopened",
}
