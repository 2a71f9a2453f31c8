package template

import "github.com/cabinetdesk/cabinet/domain/flow"

// The states of an edition.
const (
	StateDraft     = "draft"
	StateProposed  = "proposed"
	StateApproved  = "approved"
	StatePublished = "published"
	StateSuspended = "suspended"
	StateRetired   = "retired"
)

// Flow is the life of an edition. What its board decides fires approve or reject; nobody else does.
var Flow = flow.Machine{
	Kind: "template", Label: "Template of standard changes", Initial: StateDraft,
	States: []flow.State{
		{Name: StateDraft, Label: "Draft", Category: flow.Open, Clock: flow.Run, Hint: "It is being written."},
		{Name: StateProposed, Label: "Proposed", Category: flow.Waiting, Clock: flow.Pause, Hint: "The board looks at it, with the evidence."},
		{Name: StateApproved, Label: "Approved", Category: flow.Open, Clock: flow.Run, Hint: "The board agrees; it is not offered yet."},
		{Name: StatePublished, Label: "Published", Category: flow.Done, Clock: flow.Stop, Hint: "Standard changes come from it, without a meeting."},
		{Name: StateSuspended, Label: "Suspended", Category: flow.Waiting, Clock: flow.Stop, Hint: "Something went wrong; no change comes from it meanwhile."},
		{Name: StateRetired, Label: "Retired", Category: flow.Cancelled, Clock: flow.Stop, Final: true, Hint: "Replaced by its next edition, or given up."},
	},
	Moves: []flow.Move{
		{Event: "propose", Label: "Propose", From: []string{StateDraft}, To: StateProposed, Action: "template.draft", Tone: flow.Primary},
		{Event: "approve", Label: "Approved", From: []string{StateProposed}, To: StateApproved, Automatic: true},
		{Event: "reject", Label: "Rejected", From: []string{StateProposed}, To: StateDraft, Automatic: true},
		{Event: "withdraw", Label: "Back to draft", From: []string{StateProposed, StateApproved}, To: StateDraft, Action: "template.draft", Requires: []string{"reason"}},
		{Event: "publish", Label: "Publish", From: []string{StateApproved}, To: StatePublished, Action: "template.manage", Tone: flow.Primary},
		{Event: "suspend", Label: "Suspend", From: []string{StatePublished}, To: StateSuspended, Action: "template.manage", Requires: []string{"reason"}},
		{Event: "reinstate", Label: "Let it go on", From: []string{StateSuspended}, To: StatePublished, Action: "template.manage", Requires: []string{"reason"}, Tone: flow.Primary},
		{Event: "retire", Label: "Retire", From: []string{StateDraft, StateApproved, StatePublished, StateSuspended}, To: StateRetired, Action: "template.manage",
			Requires: []string{"reason"}, Tone: flow.Danger},
	},
}

var past = map[string]string{"propose": "proposed", "approve": "approved", "reject": "rejected", "withdraw": "withdrawn", "publish": "published",
	"suspend": "suspended", "reinstate": "reinstated", "retire": "retired"}
