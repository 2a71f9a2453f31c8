package changes

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/domain/flow"
)

// The states of a change.
const (
	StateDraft        = "draft"
	StateAssess       = "assess"
	StateAuthorize    = "authorize"
	StateScheduled    = "scheduled"
	StateImplementing = "implementing"
	StateDetected     = "detected"
	StateReview       = "review"
	StateClosed       = "closed"
	StateCancelled    = "cancelled"
)

// The named guards, in the words of the refusals in guard.go. Those of the model are switched by it (package model);
// the others protect everybody.
const (
	guardPlan       = "plan_complete"
	guardAnswers    = "questionnaire_complete"
	guardPeer       = "peer_reviewed"
	guardElectorate = "somebody_may_approve"
	guardTemplate   = "template_published"
	guardIncident   = "incident_named"
	guardSigned     = "signed"
	guardApproved   = "approved_for_this_plan"
	guardConditions = "conditions_met"
	guardNotHeld    = "not_on_hold"
	guardWindow     = "inside_the_window"
	guardClear      = "no_hard_conflict"
	guardThawed     = "no_freeze"
	guardStarter    = "starter_did_not_decide"
	guardReviewer   = "reviewed_by_somebody_else"
	guardRetro      = "decided_in_retrospect"
	guardEnd        = "conditions_before_closure_met"
	guardReady      = "tasks_before_start_finished"
	guardTasks      = "tasks_finished"
	guardReviewed   = "review_done"
)

// permits is the guard that asks whether the change's model makes a move.
func permits(event string) string { return "model_permits_" + event }

// Flow is the life of every change: a model makes a part of it. Approvals are rows, not states: only their answer fires a
// move.
var Flow = flow.Machine{
	Kind: "change", Label: "Change", Initial: StateDraft,
	States: []flow.State{
		{Name: StateDraft, Label: "Draft", Category: flow.Open, Clock: flow.Run, Hint: "The plan is being written."},
		{Name: StateAssess, Label: "Assess", Category: flow.Open, Clock: flow.Run, Hint: "A colleague looks at plan and risk."},
		{Name: StateAuthorize, Label: "Authorize", Category: flow.Waiting, Clock: flow.Pause, Hint: "The plan is frozen and waits for its approvals."},
		{Name: StateScheduled, Label: "Scheduled", Category: flow.Open, Clock: flow.Run, Hint: "Approved for exactly this plan; waits for its window."},
		{Name: StateImplementing, Label: "Implementing", Category: flow.Open, Clock: flow.Run, Hint: "Work on the live service has begun."},
		{Name: StateDetected, Label: "Detected", Category: flow.Open, Clock: flow.Run, Hint: "Something was changed and nobody had asked."},
		{Name: StateReview, Label: "Review", Category: flow.Open, Clock: flow.Run, Hint: "Done; the outcome is being looked at."},
		{Name: StateClosed, Label: "Closed", Category: flow.Done, Clock: flow.Stop, Final: true, Hint: "Reviewed and over."},
		{Name: StateCancelled, Label: "Cancelled", Category: flow.Cancelled, Clock: flow.Stop, Final: true, Hint: "Given up before it was done."},
	},
	Moves: []flow.Move{
		{Event: "submit", Label: "Submit for assessment", From: []string{StateDraft}, To: StateAssess, Action: "change.submit",
			Guards: []string{permits("submit"), guardPlan, guardAnswers}, Tone: flow.Primary},
		{Event: "expedite", Label: "Ask the emergency board", From: []string{StateDraft}, To: StateAuthorize, Action: "change.submit",
			Guards: []string{permits("expedite"), guardPlan, guardElectorate}, Requires: []string{"reason"}, Tone: flow.Primary},
		{Event: "schedule", Label: "Schedule", From: []string{StateDraft}, To: StateScheduled, Action: "change.submit",
			Guards: []string{permits("schedule"), guardPlan, guardTemplate, guardClear, guardThawed}, Tone: flow.Primary},
		{Event: "break_glass", Label: "Break the glass", From: []string{StateDraft}, To: StateImplementing, Action: "change.break_glass",
			Guards: []string{permits("break_glass"), guardIncident, guardElectorate, guardSigned}, Requires: []string{"reason"}, Tone: flow.Danger},
		{Event: "register", Label: "Register as done", From: []string{StateDraft}, To: StateClosed, Action: "change.register",
			Guards: []string{permits("register"), guardPlan}, Requires: []string{"outcome"}, Tone: flow.Primary},
		{Event: "detect", Label: "Found", From: []string{StateDraft}, To: StateDetected, Automatic: true, Guards: []string{permits("detect")}},
		{Event: "request_authorization", Label: "Request authorization", From: []string{StateAssess}, To: StateAuthorize, Action: "change.request_authorization",
			Guards: []string{permits("request_authorization"), guardPlan, guardAnswers, guardPeer, guardElectorate, guardClear}, Tone: flow.Primary},
		{Event: "authorize", Label: "Authorized", From: []string{StateAuthorize}, To: StateScheduled, Automatic: true, Guards: []string{guardApproved}},
		{Event: "reject", Label: "Rejected", From: []string{StateAuthorize}, To: StateDraft, Automatic: true},
		{Event: "revise", Label: "Plan revised", From: []string{StateAssess, StateAuthorize, StateScheduled}, To: StateDraft, Automatic: true},
		{Event: "start", Label: "Start implementation", From: []string{StateScheduled}, To: StateImplementing, Action: "change.start",
			Guards: []string{permits("start"), guardApproved, guardConditions, guardNotHeld, guardReady, guardWindow, guardStarter, guardClear, guardThawed}, Tone: flow.Primary},
		{Event: "complete", Label: "Complete", From: []string{StateImplementing}, To: StateReview, Action: "change.complete",
			Guards: []string{permits("complete"), guardTasks}, Requires: []string{"outcome"}, Tone: flow.Primary},
		{Event: "examine", Label: "Look into it", From: []string{StateDetected}, To: StateReview, Action: "change.examine",
			Guards: []string{permits("examine")}, Tone: flow.Primary},
		{Event: "judge", Label: "Say what it was", From: []string{StateReview}, To: StateClosed, Action: "change.judge",
			Guards: []string{permits("judge"), guardReviewer}, Requires: []string{"outcome", "close_notes"}, Tone: flow.Primary},
		{Event: "close", Label: "Close", From: []string{StateReview}, To: StateClosed, Action: "change.close",
			Guards: []string{permits("close"), guardReviewer, guardRetro, guardEnd, guardReviewed}, Requires: []string{"close_notes"}, Tone: flow.Primary},
		{Event: "withdraw", Label: "Back to draft", From: []string{StateAssess, StateAuthorize, StateScheduled}, To: StateDraft, Action: "change.withdraw",
			Guards: []string{permits("withdraw")}, Requires: []string{"reason"}},
		{Event: "cancel", Label: "Cancel", From: []string{StateDraft, StateAssess, StateAuthorize, StateScheduled}, To: StateCancelled, Action: "change.cancel",
			Guards: []string{permits("cancel")}, Requires: []string{"reason"}, Tone: flow.Danger},
	},
}

var past = map[string]string{"submit": "submitted", "expedite": "expedited", "schedule": "scheduled", "break_glass": "glass_broken", "register": "registered",
	"detect": "detected", "request_authorization": "authorization_requested", "authorize": "authorized", "reject": "rejected", "revise": "revised", "start": "started",
	"complete": "completed", "examine": "examined", "judge": "judged", "close": "closed", "withdraw": "withdrawn", "cancel": "cancelled"}

// Life is the part of the flow that changes of a model make: only its moves, only the states that these lead to, and of the
// guards only those that it asks. What is drawn of a model is computed from what is enforced.
func Life(m model.Model) flow.Machine {
	out := flow.Machine{Kind: "change_" + m.Key, Label: m.Label + " change", Initial: Flow.Initial}
	reached := []string{Flow.Initial}
	for i := 0; i < len(reached); i++ {
		for _, mv := range Flow.Possible(reached[i]) {
			if m.Permits(mv.Event) && !slices.Contains(reached, mv.To) {
				reached = append(reached, mv.To)
			}
		}
	}
	for _, s := range Flow.States {
		if slices.Contains(reached, s.Name) {
			out.States = append(out.States, s)
		}
	}
	for _, mv := range Flow.Moves {
		mv.From = slices.DeleteFunc(slices.Clone(mv.From), func(from string) bool { return !slices.Contains(reached, from) })
		if !m.Permits(mv.Event) || len(mv.From) == 0 {
			continue
		}
		mv.Guards = slices.DeleteFunc(slices.Clone(mv.Guards), func(name string) bool {
			return strings.HasPrefix(name, permits("")) || slices.Contains(model.Guards, name) && !m.Asks(name)
		})
		out.Moves = append(out.Moves, mv)
	}
	return out
}

// Drawing is the page of a model: its life, drawn, and what its plan must say.
func Drawing(m model.Model) string {
	must := "Nothing in particular."
	if len(m.Required) > 0 {
		must = "`" + strings.Join(m.Required, "`, `") + "`"
	}
	return Life(m).Document() + "\n## The plan must say\n\n" + must + "\n\nThis is the model of a new desk, version " + strconv.FormatInt(m.Version, 10) + "; a desk may have set another version of it.\n"
}
