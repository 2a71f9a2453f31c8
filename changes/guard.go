package changes

import (
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Scene is what the guards look at beside the change itself. What is nil was not looked at and does not refuse; the verbs
// look at everything.
type Scene struct {
	Now   time.Time
	Actor domain.UserID
	Model model.Model
	// Electorate tells whether those who would be asked by a move could approve the plan at all.
	Electorate func(event string) error
	// Template tells whether the change comes from a template that was approved once and for all.
	Template func() error
	// Signed tells whether the actor has given their password again.
	Signed func() error
	// Clear tells whether another change stands in the way, Thawed whether a freeze does.
	Clear, Thawed func() error
	// Tasks tells which tasks are still in the way before a step, "start" or "review".
	Tasks func(before string) error
	// Reviewed tells whether the review that it needs is done.
	Reviewed func() error
	// Offered: the move is only offered; what its dialog collects is not asked for yet.
	Offered bool
	// PeerAsked is set where a colleague decides anyway, so that nobody is asked twice.
	PeerAsked bool
}

// Guard evaluates the named guards of Flow in a scene.
func (c Change) Guard(s Scene) func(name string) error {
	asked := "" // the move whose guards these are: the first of them names it
	return func(name string) error {
		f := c.Facet
		if event, ok := strings.CutPrefix(name, permits("")); ok {
			asked = event
			if !s.Model.Permits(event) {
				return ErrModel.Because("%s", otherWay(f.Model, event))
			}
			return nil
		}
		if slices.Contains(model.Guards, name) && !s.Model.Asks(name) {
			return nil
		}
		switch name {
		case guardPlan:
			if missing := append(c.missing(s.Model), c.late(s.Model, s.Now)...); len(missing) > 0 {
				e := ErrPlan.Because("The plan is not complete: %s.", missing[0].Message)
				e.Fields = missing
				return e
			}
		case guardAnswers:
			if a, ok := f.Assessed(); !ok || len(a.Missing) > 0 {
				e := ErrAnswers.Because("Answer the questions about the risk: %d are open.", len(a.Missing))
				for _, key := range a.Missing {
					e = e.With("body.plan.answers."+key, "choose an answer")
				}
				return e
			}
		case guardPeer:
			if !s.PeerAsked && (f.PeerID == 0 || f.PeerDigest != f.Digest) {
				return ErrPeer.Because("A colleague who has no hand in it looks at this plan, revision %d, first.", f.Revision)
			}
		case guardElectorate:
			if s.Electorate != nil {
				return s.Electorate(asked)
			}
		case guardTemplate:
			return ask(s.Template)
		case guardClear:
			return ask(s.Clear)
		case guardThawed:
			return ask(s.Thawed)
		case guardReviewed:
			return ask(s.Reviewed)
		case guardSigned:
			if !s.Offered {
				return ask(s.Signed)
			}
		case guardIncident:
			if f.Incident == "" && !s.Offered {
				return ErrIncident.With("body.incident", "name the incident for which it is done")
			}
		case guardApproved:
			if f.Model == Standard {
				return ask(s.Template)
			}
			if c.Verdict() != approval.Approved {
				return ErrNotApproved.Because("This plan, revision %d, is not approved.", f.Revision)
			}
		case guardConditions, guardEnd:
			before := map[string]string{guardConditions: "start", guardEnd: "close"}[name]
			if open := c.Unmet(before); len(open) > 0 {
				return ErrConditions.Because("A condition of the approval is not met: %s", open[0].Text)
			}
		case guardReady, guardTasks:
			if s.Tasks != nil {
				return s.Tasks(map[string]string{guardReady: "start", guardTasks: "review"}[name])
			}
		case guardNotHeld:
			if f.HoldSince != nil {
				return ErrHeld.Because("It is on hold: %s.", f.HoldReason)
			}
		case guardWindow:
			grace := time.Duration(s.Model.GraceMinutes) * time.Minute
			if f.PlannedStart == nil || f.PlannedEnd == nil || s.Now.Before(f.PlannedStart.Add(-grace)) || s.Now.After(f.PlannedEnd.Add(grace)) {
				return ErrWindow.Because("The approved window is %s to %s UTC.", clock(f.PlannedStart), clock(f.PlannedEnd))
			}
		case guardStarter:
			if c.Spoke(s.Actor) {
				return ErrStarter.Because("Somebody who did not decide on it must start it.")
			}
		case guardReviewer:
			if s.Actor != 0 && (slices.Contains(f.Implementers, s.Actor) || f.StartedBy == s.Actor) {
				return ErrReviewer.Because("Somebody who did not implement it must close it.")
			}
		case guardRetro:
			if f.RetroState == RetroPending {
				return ErrRetro.Because("The glass was broken: somebody else must decide on it in retrospect first.")
			}
		default:
			return domain.ErrInternal.Because("The guard %s is not evaluated.", name)
		}
		return nil
	}
}

func ask(look func() error) error {
	if look == nil {
		return nil
	}
	return look()
}

// otherWay says which way a model takes in place of a move that it does not make.
func otherWay(m Model, event string) string {
	switch {
	case m == Emergency && (event == "submit" || event == "request_authorization"):
		return "This is an emergency change: ask the emergency board."
	case event == "expedite" || event == "break_glass":
		return "Only an emergency change goes to the emergency board at once, or breaks the glass."
	case event == "schedule":
		return "Only a standard change is scheduled without being asked for."
	}
	return "Changes of this model do not make that move."
}

func clock(t *time.Time) string {
	if t == nil {
		return "not set"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// MoveInput asks for a move.
type MoveInput struct {
	Number     string
	Version    int64
	Event      string
	Reason     string
	Outcome    Outcome
	CloseNotes string
	Incident   string // for which the glass is broken
}

// Apply makes a move in memory: pure. System says that the desk itself makes it.
func (c *Change) Apply(in MoveInput, s Scene, system bool) (flow.Move, error) {
	mv, err := ticket.Fire(Flow, c.Ticket.State, in.Event, flow.Input{System: system, Guard: c.Guard(s),
		Given: map[string]bool{"reason": strings.TrimSpace(in.Reason) != "", "outcome": in.Outcome != "", "close_notes": strings.TrimSpace(in.CloseNotes) != ""}})
	if err != nil {
		return mv, err
	}
	if mv.Event == "judge" && !slices.Contains(Findings, in.Outcome) || (mv.Event == "complete" || mv.Event == "register") && !slices.Contains(Outcomes, in.Outcome) {
		return mv, domain.ErrInvalid.With("body.outcome", "choose one of the outcomes")
	}
	f, now := &c.Facet, s.Now
	if mv.Event == "complete" && f.BackoutAt != nil && !slices.Contains([]Outcome{"backed_out", "failed"}, in.Outcome) {
		return mv, ErrUndoing.With("body.outcome", "it is backed out, or that has failed")
	}
	switch mv.Event {
	case "start":
		f.ActualStart, f.StartedBy = &now, s.Actor
	case "break_glass":
		due := now.Add(time.Duration(s.Model.RetroHours) * time.Hour)
		f.ActualStart, f.StartedBy, f.RetroDueAt, f.RetroState = &now, s.Actor, &due, RetroPending
		f.flag(BrokeGlass)
	case "complete":
		f.ActualEnd, f.Outcome = &now, in.Outcome
	case "register":
		f.ActualEnd, f.Outcome, f.StartedBy = &now, in.Outcome, s.Actor
		if f.ActualStart == nil {
			f.ActualStart = &now
		}
	case "judge":
		f.Outcome = in.Outcome
	case "detect":
		f.flag(NobodyApproved)
	case "cancel":
		f.Outcome = "not_executed"
	}
	if in.CloseNotes != "" {
		f.CloseNotes = in.CloseNotes
	}
	if mv.To == StateDraft {
		f.HoldReason, f.HoldSince, f.Lane = "", nil, ""
	}
	return mv, c.Ticket.Enter(Flow, mv.To, now)
}
