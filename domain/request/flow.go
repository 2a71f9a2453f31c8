package request

import "github.com/cabinetdesk/cabinet/domain/flow"

// The states of a service request.
const (
	StateSubmitted     = "submitted"
	StateInFulfilment  = "in_fulfilment"
	StateFulfilled     = "fulfilled"
	StateClosed        = "closed"
	StateCancelled     = "cancelled"
	guardTasksFinished = "tasks_finished"
)

// Flow is the life of a service request.
var Flow = flow.Machine{
	Kind: "request", Label: "Service request", Initial: StateSubmitted,
	States: []flow.State{
		{Name: StateSubmitted, Label: "Submitted", Category: flow.Open, Clock: flow.Run, Hint: "Asked for, and nobody has begun."},
		{Name: StateInFulfilment, Label: "In fulfilment", Category: flow.Open, Clock: flow.Run, Hint: "Somebody works on it or on one of its tasks."},
		{Name: StateFulfilled, Label: "Fulfilled", Category: flow.Done, Clock: flow.Stop, Hint: "Delivered; the requester may object."},
		{Name: StateClosed, Label: "Closed", Category: flow.Done, Clock: flow.Stop, Final: true, Hint: "Agreed to be over."},
		{Name: StateCancelled, Label: "Cancelled", Category: flow.Cancelled, Clock: flow.Stop, Final: true, Hint: "No longer wanted, or not offered."},
	},
	Moves: []flow.Move{
		{Event: "start", Label: "Start fulfilment", From: []string{StateSubmitted}, To: StateInFulfilment, Action: "request.start", Tone: "primary"},
		{Event: "fulfil", Label: "Fulfil", From: []string{StateSubmitted, StateInFulfilment}, To: StateFulfilled, Action: "request.fulfil", Guards: []string{guardTasksFinished}, Tone: "primary"},
		{Event: "close", Label: "Close", From: []string{StateFulfilled}, To: StateClosed, Action: "request.close", Tone: "primary"},
		{Event: "reopen", Label: "Reopen", From: []string{StateFulfilled}, To: StateInFulfilment, Action: "request.reopen", Requires: []string{"reason"}},
		{Event: "cancel", Label: "Cancel", From: []string{StateSubmitted, StateInFulfilment}, To: StateCancelled, Action: "request.cancel", Requires: []string{"reason"}, Tone: "danger"},
	},
}

// The states of a fulfilment task.
const (
	TaskOpen       = "open"
	TaskInProgress = "in_progress"
	TaskDone       = "done"
	TaskSkipped    = "skipped"
)

// TaskFlow is the life of a fulfilment task.
var TaskFlow = flow.Machine{
	Kind: "task", Label: "Fulfilment task", Initial: TaskOpen,
	States: []flow.State{
		{Name: TaskOpen, Label: "Open", Category: flow.Open, Clock: flow.Run, Hint: "Not begun."},
		{Name: TaskInProgress, Label: "In progress", Category: flow.Open, Clock: flow.Run, Hint: "Somebody works on it."},
		{Name: TaskDone, Label: "Done", Category: flow.Done, Clock: flow.Stop, Final: true, Hint: "Finished."},
		{Name: TaskSkipped, Label: "Skipped", Category: flow.Cancelled, Clock: flow.Stop, Final: true, Hint: "Not needed this time."},
	},
	Moves: []flow.Move{
		{Event: "start", Label: "Start", From: []string{TaskOpen}, To: TaskInProgress, Action: "task.move", Tone: "primary"},
		{Event: "finish", Label: "Done", From: []string{TaskOpen, TaskInProgress}, To: TaskDone, Action: "task.move", Tone: "primary"},
		{Event: "skip", Label: "Skip", From: []string{TaskOpen, TaskInProgress}, To: TaskSkipped, Action: "task.move", Requires: []string{"reason"}},
	},
}

var past = map[string]string{"start": "started", "fulfil": "fulfilled", "close": "closed", "reopen": "reopened", "cancel": "cancelled",
	"finish": "finished", "skip": "skipped"}
