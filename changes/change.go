package changes

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Change is the shared ticket with its facet and its ballots of all revisions.
type Change struct {
	Ticket  ticket.Ticket
	Facet   Facet
	Ballots []approval.Ballot
}

// Facet is what only changes have.
type Facet struct {
	TicketID           domain.TicketID `gorm:"primaryKey"`
	Version            int64           // that of the ticket: the guard of the database compares it
	Model              Model
	Risk               Risk
	OwnerID            domain.UserID
	Justification      string
	ImplementationPlan string
	TestPlan           string
	BackoutPlan        string
	PlannedStart       *time.Time
	PlannedEnd         *time.Time
	AffectedServices   Texts
	Implementers       Users
	Editors            Users // everybody who ever made a material edit
	Revision           int64
	Digest             string
	HoldReason         string
	HoldSince          *time.Time
	Outcome            Outcome
	CloseNotes         string
	ActualStart        *time.Time
	ActualEnd          *time.Time
}

// TableName names the table.
func (Facet) TableName() string { return "changes" }

// Outcome is how a change ended; it is a field, not a state.
type Outcome string

// The outcomes.
var Outcomes = []Outcome{"successful", "successful_with_issues", "partially_implemented", "failed", "backed_out", "not_executed"}

// Core implements ticket.Record.
func (c *Change) Core() *ticket.Ticket { return &c.Ticket }

// Fields implements ticket.Record. The decisions are part of it, so that an edited decision shows.
func (c *Change) Fields() map[string]string {
	return ticket.Merge(c.Ticket.Fields(), c.Facet.Fields(c.Ballots))
}

// Fields is the facet's part of the record's state in the log.
func (f Facet) Fields(ballots []approval.Ballot) map[string]string {
	return map[string]string{
		"model": string(f.Model), "risk": string(f.Risk), "owner": ticket.Int(int64(f.OwnerID)), "justification": f.Justification,
		"implementation_plan": f.ImplementationPlan, "test_plan": f.TestPlan, "backout_plan": f.BackoutPlan,
		"planned_start": ticket.Instant(f.PlannedStart), "planned_end": ticket.Instant(f.PlannedEnd),
		"affected_services": text(f.AffectedServices), "implementers": text(f.Implementers), "editors": text(f.Editors),
		"revision": ticket.Int(f.Revision), "digest": f.Digest, "hold_reason": f.HoldReason, "hold_since": ticket.Instant(f.HoldSince),
		"outcome": string(f.Outcome), "close_notes": f.CloseNotes, "actual_start": ticket.Instant(f.ActualStart), "actual_end": ticket.Instant(f.ActualEnd),
		"approvals": approval.Canonical(ballots),
	}
}

func text(v any) string {
	b, _ := json.Marshal(v) //nolint:errcheck // slices of strings and numbers always marshal
	return string(b)
}

// Plan is what the change's approvers approve.
func (c Change) Plan() Plan {
	f := c.Facet
	return Plan{Title: c.Ticket.Title, Description: c.Ticket.Description, Service: c.Ticket.Service, Model: f.Model, Risk: f.Risk,
		Justification: f.Justification, ImplementationPlan: f.ImplementationPlan, TestPlan: f.TestPlan, BackoutPlan: f.BackoutPlan,
		PlannedStart: f.PlannedStart, PlannedEnd: f.PlannedEnd, AffectedServices: f.AffectedServices, Implementers: f.Implementers}
}

// Subject is the change as the approval engine sees it.
func (c Change) Subject() approval.Subject {
	s := approval.Subject{TicketID: c.Ticket.ID, Number: c.Ticket.Number, Open: c.Ticket.State == StateAuthorize && c.Facet.HoldSince == nil,
		Revision: c.Facet.Revision, Digest: c.Facet.Digest, Interested: map[domain.UserID][]string{}}
	mark := func(users []domain.UserID, as string) {
		for _, u := range users {
			if u != 0 {
				s.Interested[u] = append(s.Interested[u], as)
			}
		}
	}
	mark([]domain.UserID{c.Ticket.RequesterID}, "requester")
	if c.Ticket.OpenedBy != c.Ticket.RequesterID {
		mark([]domain.UserID{c.Ticket.OpenedBy}, "requester")
	}
	mark(c.Facet.Implementers, "implementer")
	mark(c.Facet.Editors, "editor")
	return s
}

// Current lists the ballots of the present revision.
func (c Change) Current() (out []approval.Ballot) {
	for _, b := range c.Ballots {
		if b.Slot.Revision == c.Facet.Revision && b.Slot.State != approval.Stale {
			out = append(out, b)
		}
	}
	return out
}

// Verdict is how the approvals of the present plan stand: approved when there is at least one slot and all are.
func (c Change) Verdict() approval.State {
	current := c.Current()
	if len(current) == 0 {
		return approval.Waiting
	}
	subject := c.Subject()
	verdict := approval.Approved
	for _, b := range current {
		switch b.Tally(subject).State {
		case approval.Rejected:
			return approval.Rejected
		case approval.Approved:
		default:
			verdict = approval.Waiting
		}
	}
	return verdict
}

// Guard evaluates the named guards of Flow at an instant, for an actor; electorate is nil when nobody has looked.
func (c Change) Guard(now time.Time, actor domain.UserID, electorate func() error) func(name string) error {
	return func(name string) error {
		f := c.Facet
		switch name {
		case guardPlan:
			if missing := c.Plan().Missing(); len(missing) > 0 {
				e := ErrPlan.Because("The plan is not complete: %s.", missing[0].Message)
				e.Fields = missing
				return e
			}
		case guardNormal:
			if f.Model != Normal {
				return ErrModel.Because("This is an emergency change: ask the emergency board.")
			}
		case guardEmergency:
			if f.Model != Emergency {
				return ErrModel.Because("Only an emergency change goes to the emergency board at once.")
			}
		case guardElectorate:
			if electorate != nil {
				return electorate()
			}
		case guardApproved:
			if c.Verdict() != approval.Approved {
				return ErrNotApproved.Because("This plan, revision %d, is not approved.", f.Revision)
			}
		case guardNotHeld:
			if f.HoldSince != nil {
				return ErrHeld.Because("It is on hold: %s.", f.HoldReason)
			}
		case guardWindow:
			if f.PlannedStart == nil || f.PlannedEnd == nil || now.Before(f.PlannedStart.Add(-Grace)) || now.After(f.PlannedEnd.Add(Grace)) {
				return ErrWindow.Because("The approved window is %s to %s UTC.", clock(f.PlannedStart), clock(f.PlannedEnd))
			}
		case guardReviewer:
			if slices.Contains(f.Implementers, actor) {
				return ErrReviewer.Because("Somebody who did not implement it must close it.")
			}
		}
		return nil
	}
}

// Grace is how far before or after the approved window a start is still inside it.
const Grace = 15 * time.Minute

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
}

// Apply makes a move in memory: pure.
func (c *Change) Apply(in MoveInput, now time.Time, actor domain.UserID, electorate func() error, system bool) (flow.Move, error) {
	mv, err := ticket.Fire(Flow, c.Ticket.State, in.Event, flow.Input{System: system, Guard: c.Guard(now, actor, electorate),
		Given: map[string]bool{"reason": strings.TrimSpace(in.Reason) != "", "outcome": in.Outcome != "", "close_notes": strings.TrimSpace(in.CloseNotes) != ""}})
	if err != nil {
		return mv, err
	}
	f := &c.Facet
	switch in.Event {
	case "start":
		f.ActualStart = &now
	case "complete":
		if !slices.Contains(Outcomes, in.Outcome) {
			return mv, domain.ErrInvalid.With("body.outcome", "choose one of the outcomes")
		}
		f.ActualEnd, f.Outcome = &now, in.Outcome
	case "cancel":
		f.Outcome = "not_executed"
	}
	if in.CloseNotes != "" {
		f.CloseNotes = in.CloseNotes
	}
	if mv.To == StateDraft {
		f.HoldReason, f.HoldSince = "", nil
	}
	return mv, c.Ticket.Enter(Flow, mv.To, now)
}
