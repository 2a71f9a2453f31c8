package cab

import "github.com/cabinetdesk/cabinet/domain/flow"

// The states of a meeting.
const (
	Planned    = "planned"
	InProgress = "in_progress"
	Ended      = "ended"
	Cancelled  = "cancelled"
)

// Flow is the life of a meeting. That its minutes are signed is no state: the meeting is over before.
var Flow = flow.Machine{
	Kind: "meeting", Label: "Meeting of a board", Initial: Planned,
	States: []flow.State{
		{Name: Planned, Label: "Planned", Category: flow.Waiting, Clock: flow.Pause, Hint: "Its agenda is being made."},
		{Name: InProgress, Label: "In progress", Category: flow.Open, Clock: flow.Run, Hint: "The board sits."},
		{Name: Ended, Label: "Ended", Category: flow.Done, Clock: flow.Stop, Final: true, Hint: "Over; its minutes are written, or signed."},
		{Name: Cancelled, Label: "Cancelled", Category: flow.Cancelled, Clock: flow.Stop, Final: true, Hint: "It does not take place."},
	},
	Moves: []flow.Move{
		{Event: "start", Label: "Start the meeting", From: []string{Planned}, To: InProgress, Action: "meeting.lead", Tone: flow.Primary},
		{Event: "end", Label: "End the meeting", From: []string{InProgress}, To: Ended, Action: "meeting.lead", Tone: flow.Primary},
		{Event: "cancel", Label: "Cancel", From: []string{Planned}, To: Cancelled, Action: "meeting.lead", Requires: []string{"reason"}, Tone: flow.Danger},
	},
}

var past = map[string]string{"start": "started", "end": "ended", "cancel": "cancelled"}
