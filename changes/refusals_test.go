package changes_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/flow/flowtest"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
	"github.com/cabinetdesk/cabinet/policies"
)

// refusals are all that the flow of changes can refuse, each with how it is met.
var refusals = []struct {
	what, code string
	try        func(b *bench) error
}{
	{"submit: model_permits_submit", "other_model", func(b *bench) error { return b.move("maya", b.draft(model.Emergency, nil), "submit") }},
	{"submit: plan_complete", "plan_incomplete", func(b *bench) error { return b.move("maya", b.draft(model.Normal, incomplete), "submit") }},
	{"submit: questionnaire_complete", "questionnaire_incomplete", func(b *bench) error { return b.move("maya", b.draft(model.Normal, unanswered), "submit") }},

	{"expedite: model_permits_expedite", "other_model", func(b *bench) error { return b.move("maya", b.draft(model.Normal, nil), "expedite") }},
	{"expedite: plan_complete", "plan_incomplete", func(b *bench) error { return b.move("maya", b.draft(model.Emergency, incomplete), "expedite") }},
	{"expedite: somebody_may_approve", "board_missing", func(b *bench) error { return b.move("maya", b.draft(model.Emergency, nil), "expedite") }},
	{"expedite: somebody_may_approve", "nobody_on_call", func(b *bench) error {
		_, err := b.Approvals.SetBoard(b.As("ada"), approval.Board{Key: "ecab", Name: "ECAB", Rule: approval.Any, Members: b.IDs("cleo", "carl")})
		b.must(err)
		return b.move("maya", b.draft(model.Emergency, nil), "expedite")
	}},
	{"expedite: without reason", "missing_input", func(b *bench) error { return b.without("maya", b.draft(model.Emergency, nil), "expedite", "reason") }},

	{"schedule: model_permits_schedule", "other_model", func(b *bench) error { return b.move("maya", b.draft(model.Normal, nil), "schedule") }},
	{"schedule: plan_complete", "plan_incomplete", func(b *bench) error {
		n := b.routine()
		b.must(b.move("maya", n, "withdraw"))
		b.model(model.Standard, func(m *model.Model) { m.Required = append(m.Required, "communication_plan") })
		return b.move("maya", n, "schedule")
	}},
	{"schedule: template_published", "template_not_in_use", func(b *bench) error {
		n := b.routine()
		b.must(b.move("maya", n, "withdraw"))
		b.templateMoves("suspend")
		b.undo = append(b.undo, func() { b.templateMoves("reinstate") })
		return b.move("maya", n, "schedule")
	}},
	{"schedule: no_hard_conflict", "hard_conflict", func(b *bench) error {
		item := b.item()
		n := b.routine(item)
		b.must(b.move("maya", n, "withdraw"))
		b.submitted(on(item))
		return b.move("maya", n, "schedule")
	}},
	{"schedule: no_freeze", "change_freeze", func(b *bench) error {
		item := b.item()
		n := b.routine(item)
		b.must(b.move("maya", n, "withdraw"))
		b.freeze(item)
		return b.move("maya", n, "schedule")
	}},

	{"break_glass: model_permits_break_glass", "other_model", func(b *bench) error { return b.move("maya", b.draft(model.Normal, nil), "break_glass") }},
	{"break_glass: incident_named", "incident_required", func(b *bench) error {
		return b.moveIn(b.signed("tess"), changes.MoveInput{Number: b.draft(model.Emergency, nil), Event: "break_glass"})
	}},
	{"break_glass: somebody_may_approve", "board_missing", func(b *bench) error {
		b.unanswerable()
		return b.moveIn(b.signed("tess"), changes.MoveInput{Number: b.draft(model.Emergency, nil), Event: "break_glass", Incident: b.Report("ann", "It burns").Ticket.Number})
	}},
	{"break_glass: signed", "signature_required", func(b *bench) error {
		return b.moveIn(b.SignedIn("tess"), changes.MoveInput{Number: b.draft(model.Emergency, nil), Event: "break_glass", Incident: b.Report("ann", "It burns").Ticket.Number})
	}},
	{"break_glass: without reason", "missing_input", func(b *bench) error { return b.without("tess", b.draft(model.Emergency, nil), "break_glass", "reason") }},

	{"register: model_permits_register", "other_model", func(b *bench) error { return b.move("maya", b.draft(model.Normal, nil), "register") }},
	{"register: plan_complete", "plan_incomplete", func(b *bench) error {
		return b.move("maya", b.draft(model.Registration, func(p *changes.PlanPatch) { p.AffectedServices = nil }), "register")
	}},
	{"register: without outcome", "missing_input", func(b *bench) error {
		return b.without("maya", b.draft(model.Registration, nil), "register", "outcome")
	}},

	{"detect: model_permits_detect", "other_model", func(b *bench) error {
		b.drop(model.Unauthorised, "detect")
		_, err := b.Changes.Detect(b.As("amir"), changes.DetectInput{Title: "A port is open"})
		return err
	}},

	{"request_authorization: model_permits_request_authorization", "other_model", func(b *bench) error {
		b.drop(model.Normal, "request_authorization")
		return b.move("maya", b.submitted(nil), "request_authorization")
	}},
	{"request_authorization: plan_complete", "plan_incomplete", func(b *bench) error {
		return b.obstacle("maya", b.draft(model.Normal, incomplete), "request_authorization", "plan_incomplete")
	}},
	{"request_authorization: questionnaire_complete", "questionnaire_incomplete", func(b *bench) error {
		return b.obstacle("maya", b.draft(model.Normal, unanswered), "request_authorization", "questionnaire_incomplete")
	}},
	{"request_authorization: peer_reviewed", "not_peer_reviewed", func(b *bench) error { return b.move("maya", b.submitted(nil), "request_authorization") }},
	{"request_authorization: somebody_may_approve", "board_missing", func(b *bench) error {
		n := b.submitted(nil)
		_, err := b.Changes.PeerReview(b.As("tess"), n, "", "Sound.")
		b.must(err)
		b.unanswerable()
		return b.move("maya", n, "request_authorization")
	}},
	{"request_authorization: no_hard_conflict", "hard_conflict", func(b *bench) error {
		item := b.item()
		b.submitted(on(item))
		n := b.submitted(on(item))
		_, err := b.Changes.PeerReview(b.As("tess"), n, "", "Sound.")
		b.must(err)
		return b.move("maya", n, "request_authorization")
	}},

	{"authorize: approved_for_this_plan", "not_approved", func(b *bench) error {
		n := b.asked(nil)
		b.vote("cora", n)
		return b.obstacle("maya", n, "authorize", "not_approved")
	}},

	{"start: model_permits_start", "other_model", func(b *bench) error {
		b.drop(model.Normal, "start")
		n := b.scheduled(nil)
		b.Clock.Advance(24 * time.Hour)
		return b.move("amir", n, "start")
	}},
	{"start: approved_for_this_plan", "not_approved", func(b *bench) error { return b.obstacle("amir", b.draft(model.Normal, nil), "start", "not_approved") }},
	{"start: approved_for_this_plan", "template_not_in_use", func(b *bench) error {
		n := b.routine()
		b.templateMoves("suspend")
		b.undo = append(b.undo, func() { b.templateMoves("reinstate") })
		b.Clock.Advance(24 * time.Hour)
		return b.move("amir", n, "start")
	}},
	{"start: conditions_met", "conditions_open", func(b *bench) error {
		n := b.scheduled(nil, approval.Condition{Text: "Tell the plant.", Before: "start"})
		b.Clock.Advance(24 * time.Hour)
		return b.move("amir", n, "start")
	}},
	{"start: not_on_hold", "on_hold", func(b *bench) error {
		n := b.scheduled(nil)
		_, err := b.Changes.Hold(b.As("maya"), n, 0, "The vendor is late.")
		b.must(err)
		b.Clock.Advance(24 * time.Hour)
		return b.move("amir", n, "start")
	}},
	{"start: tasks_before_start_finished", "tasks_before", func(b *bench) error {
		n := b.scheduled(nil)
		_, err := b.Work.Add(b.As("maya"), work.AddInput{Change: n, Kind: work.Build, Title: "Build it"})
		b.must(err)
		b.Clock.Advance(24 * time.Hour)
		return b.move("amir", n, "start")
	}},
	{"start: inside_the_window", "outside_window", func(b *bench) error { return b.move("amir", b.scheduled(nil), "start") }},
	{"start: inside_the_window", "outside_window", func(b *bench) error { // the clock has jumped over it
		n := b.scheduled(nil)
		b.Clock.Advance(7 * 24 * time.Hour)
		return b.move("amir", n, "start")
	}},
	{"start: starter_did_not_decide", "starter_decided", func(b *bench) error {
		n := b.scheduled(nil)
		b.Clock.Advance(24 * time.Hour)
		return b.move("cora", n, "start")
	}},
	{"start: no_hard_conflict", "hard_conflict", func(b *bench) error {
		item := b.item()
		n := b.scheduled(on(item))
		b.submitted(on(item))
		b.Clock.Advance(24 * time.Hour)
		return b.move("amir", n, "start")
	}},
	{"start: no_freeze", "change_freeze", func(b *bench) error {
		item := b.item()
		n := b.scheduled(on(item))
		b.freeze(item)
		b.Clock.Advance(24 * time.Hour)
		return b.move("amir", n, "start")
	}},

	{"complete: model_permits_complete", "other_model", func(b *bench) error {
		b.drop(model.Normal, "complete")
		return b.move("amir", b.begun(), "complete")
	}},
	{"complete: tasks_finished", "tasks_before", func(b *bench) error {
		n := b.begun()
		_, err := b.Work.Add(b.As("maya"), work.AddInput{Change: n, Kind: work.Verify, Title: "Look at it"})
		b.must(err)
		return b.move("amir", n, "complete")
	}},
	{"complete: without outcome", "missing_input", func(b *bench) error { return b.without("amir", b.begun(), "complete", "outcome") }},

	{"examine: model_permits_examine", "other_model", func(b *bench) error {
		b.drop(model.Unauthorised, "examine")
		return b.move("maya", b.found(), "examine")
	}},
	{"judge: model_permits_judge", "other_model", func(b *bench) error { return b.move("maya", b.done("successful"), "judge") }},
	{"judge: reviewed_by_somebody_else", "reviewer_implemented", func(b *bench) error {
		return b.obstacle("amir", b.draft(model.Normal, nil), "judge", "reviewer_implemented")
	}},
	{"judge: without outcome", "missing_input", func(b *bench) error { return b.judged("outcome") }},
	{"judge: without close_notes", "missing_input", func(b *bench) error { return b.judged("close_notes") }},

	{"close: model_permits_close", "other_model", func(b *bench) error {
		n := b.found()
		b.must(b.move("maya", n, "examine"))
		return b.move("maya", n, "close")
	}},
	{"close: reviewed_by_somebody_else", "reviewer_implemented", func(b *bench) error { return b.move("amir", b.done("successful"), "close") }},
	{"close: decided_in_retrospect", "retrospective_open", func(b *bench) error {
		n := b.draft(model.Emergency, nil)
		b.must(b.moveIn(b.signed("tess"), changes.MoveInput{Number: n, Event: "break_glass", Incident: b.Report("ann", "It burns").Ticket.Number}))
		b.must(b.move("amir", n, "complete"))
		return b.move("maya", n, "close")
	}},
	{"close: conditions_before_closure_met", "conditions_open", func(b *bench) error {
		return b.move("maya", b.done("successful", approval.Condition{Text: "Remove the old disks.", Before: "close"}), "close")
	}},
	{"close: review_done", "review_open", func(b *bench) error { return b.move("maya", b.done("failed"), "close") }},
	{"close: without close_notes", "missing_input", func(b *bench) error { return b.without("maya", b.done("successful"), "close", "close_notes") }},

	{"withdraw: model_permits_withdraw", "other_model", func(b *bench) error {
		b.drop(model.Normal, "withdraw")
		return b.move("maya", b.submitted(nil), "withdraw")
	}},
	{"withdraw: without reason", "missing_input", func(b *bench) error { return b.without("maya", b.submitted(nil), "withdraw", "reason") }},
	{"cancel: model_permits_cancel", "other_model", func(b *bench) error {
		b.drop(model.Normal, "cancel")
		return b.move("maya", b.draft(model.Normal, nil), "cancel")
	}},
	{"cancel: without reason", "missing_input", func(b *bench) error { return b.without("maya", b.draft(model.Normal, nil), "cancel", "reason") }},
}

func (b *bench) judged(missing string) error {
	b.Helper()
	n := b.found()
	b.must(b.move("maya", n, "examine"))
	return b.without("maya", n, "judge", missing)
}

// Whatever the flow of changes can refuse is refused, with its code, through the verb that people use. The list is the flow's
// own: a guard that nobody shows refusing fails the test.
func TestEveryRefusalOfTheFlowHasItsCode(t *testing.T) {
	var shown []string
	for _, r := range refusals {
		shown = append(shown, r.what)
	}
	for _, mv := range changes.Flow.Moves {
		shown = append(shown, mv.Event+": from elsewhere")
	}
	flowtest.Met(t, changes.Flow, shown)
	world.Each(t, func(t *testing.T, w *world.World) {
		if _, err := w.Gate.Grant(w.System(), policies.GrantInput{User: w.ID("cora"), Role: policies.Agent, Scope: "all", Reason: "helps out"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Gate.Grant(w.System(), policies.GrantInput{User: w.ID("amir"), Role: policies.ChangeManager, Scope: "all", Reason: "both"}); err != nil {
			t.Fatal(err)
		}
		b := &bench{T: t, World: w}
		b.publish()
		over := b.draft(model.Registration, nil)
		b.must(b.move("maya", over, "register"))
		for _, r := range refusals {
			b.T, b.undo = t, nil
			if got := codeOf(r.try(b)); got != r.code {
				t.Errorf("%s: %s, want %s", r.what, got, r.code)
			}
			for _, undo := range b.undo {
				undo()
			}
		}
		// From a state from which it does not go; and what the desk fires itself, nobody can ask for.
		for _, mv := range changes.Flow.Moves {
			n := over
			if mv.Automatic {
				n = b.draft(model.Normal, nil)
			}
			if err := b.move("maya", n, mv.Event); !errors.Is(err, domain.ErrMove) {
				t.Errorf("%s from elsewhere: %v", mv.Event, err)
			}
			// Who may read everything and alter nothing is told so, whatever the state.
			if err := b.move("otto", over, mv.Event); !mv.Automatic && !errors.Is(err, domain.ErrForbidden) {
				t.Errorf("%s by an auditor: %v", mv.Event, err)
			}
		}
		w.VerifyLog()
	})
}

// No model takes the way of another: each of its changes is refused every move that it does not make.
func TestEveryModelRefusesTheMovesOfTheOthers(t *testing.T) {
	for _, key := range model.Keys {
		m := seed(key)
		for _, mv := range changes.Flow.Moves {
			asked := slices.Contains(mv.Guards, "model_permits_"+mv.Event)
			if m.Permits(mv.Event) || !asked && mv.Automatic {
				continue
			}
			if !asked {
				t.Errorf("%s: nobody asks whether the model makes it", mv.Event)
				continue
			}
			c := planned()
			c.Facet.Model, c.Ticket.State = changes.Model(key), mv.From[0]
			_, err := c.Apply(changes.MoveInput{Event: mv.Event, Reason: "because", Outcome: "successful", CloseNotes: "done"}, at(monday, 3, key), mv.Automatic)
			if !errors.Is(err, changes.ErrModel) {
				t.Errorf("%s of a %s change: %v", mv.Event, key, err)
			}
		}
		if life := changes.Life(m); len(life.Validate()) > 0 && !slices.ContainsFunc(life.States, func(s flow.State) bool { return s.Final }) {
			t.Errorf("%s has no end", key)
		}
	}
}
