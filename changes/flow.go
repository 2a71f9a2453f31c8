package changes

import "github.com/cabinetdesk/cabinet/domain/flow"

// The states of a change.
const (
	StateDraft        = "draft"
	StateAssess       = "assess"
	StateAuthorize    = "authorize"
	StateScheduled    = "scheduled"
	StateImplementing = "implementing"
	StateReview       = "review"
	StateClosed       = "closed"
	StateCancelled    = "cancelled"
)

// The named guards, in the words of the refusals in change.go.
const (
	guardPlan       = "plan_complete"
	guardNormal     = "model_normal"
	guardEmergency  = "model_emergency"
	guardApproved   = "approved_for_this_plan"
	guardWindow     = "inside_the_window"
	guardNotHeld    = "not_on_hold"
	guardReviewer   = "reviewed_by_somebody_else"
	guardElectorate = "somebody_may_approve"
)

// Flow is the life of a change. Approvals are rows, not states: only their answer fires a move.
var Flow = flow.Machine{
	Kind: "change", Label: "Change", Initial: StateDraft,
	States: []flow.State{
		{Name: StateDraft, Label: "Draft", Category: flow.Open, Clock: flow.Run, Hint: "The plan is being written."},
		{Name: StateAssess, Label: "Assess", Category: flow.Open, Clock: flow.Run, Hint: "Peers look at plan and risk."},
		{Name: StateAuthorize, Label: "Authorize", Category: flow.Waiting, Clock: flow.Pause, Hint: "The plan is frozen and waits for its approvals."},
		{Name: StateScheduled, Label: "Scheduled", Category: flow.Open, Clock: flow.Run, Hint: "Approved for exactly this plan; waits for its window."},
		{Name: StateImplementing, Label: "Implementing", Category: flow.Open, Clock: flow.Run, Hint: "Work on the live service has begun."},
		{Name: StateReview, Label: "Review", Category: flow.Open, Clock: flow.Run, Hint: "Done; the outcome is being looked at."},
		{Name: StateClosed, Label: "Closed", Category: flow.Done, Clock: flow.Stop, Final: true, Hint: "Reviewed and over."},
		{Name: StateCancelled, Label: "Cancelled", Category: flow.Cancelled, Clock: flow.Stop, Final: true, Hint: "Given up before it was done."},
	},
	Moves: []flow.Move{
		{Event: "submit", Label: "Submit for assessment", From: []string{StateDraft}, To: StateAssess, Action: "change.submit", Guards: []string{guardNormal, guardPlan}, Tone: "primary"},
		{Event: "expedite", Label: "Ask the emergency board", From: []string{StateDraft}, To: StateAuthorize, Action: "change.submit",
			Guards: []string{guardEmergency, guardPlan, guardElectorate}, Requires: []string{"reason"}, Tone: "primary"},
		{Event: "request_authorization", Label: "Request authorization", From: []string{StateAssess}, To: StateAuthorize, Action: "change.request_authorization",
			Guards: []string{guardPlan, guardElectorate}, Tone: "primary"},
		{Event: "authorize", Label: "Authorized", From: []string{StateAuthorize}, To: StateScheduled, Automatic: true, Guards: []string{guardApproved}},
		{Event: "reject", Label: "Rejected", From: []string{StateAuthorize}, To: StateDraft, Automatic: true},
		{Event: "revise", Label: "Plan revised", From: []string{StateAssess, StateAuthorize, StateScheduled}, To: StateDraft, Automatic: true},
		{Event: "start", Label: "Start implementation", From: []string{StateScheduled}, To: StateImplementing, Action: "change.start",
			Guards: []string{guardApproved, guardNotHeld, guardWindow}, Tone: "primary"},
		{Event: "complete", Label: "Complete", From: []string{StateImplementing}, To: StateReview, Action: "change.complete", Requires: []string{"outcome"}, Tone: "primary"},
		{Event: "close", Label: "Close", From: []string{StateReview}, To: StateClosed, Action: "change.close", Guards: []string{guardReviewer}, Requires: []string{"close_notes"}, Tone: "primary"},
		{Event: "withdraw", Label: "Back to draft", From: []string{StateAssess, StateAuthorize, StateScheduled}, To: StateDraft, Action: "change.withdraw", Requires: []string{"reason"}},
		{Event: "cancel", Label: "Cancel", From: []string{StateDraft, StateAssess, StateAuthorize, StateScheduled}, To: StateCancelled, Action: "change.cancel",
			Requires: []string{"reason"}, Tone: "danger"},
	},
}

var past = map[string]string{"submit": "submitted", "expedite": "expedited", "request_authorization": "authorization_requested", "authorize": "authorized",
	"reject": "rejected", "revise": "revised", "start": "started", "complete": "completed", "close": "closed", "withdraw": "withdrawn", "cancel": "cancelled"}
