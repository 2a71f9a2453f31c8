package incident

import (
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Incident is the shared ticket with its facet.
type Incident struct {
	Ticket ticket.Ticket
	Facet  Facet
}

// Facet is what only incidents have.
type Facet struct {
	TicketID          domain.TicketID `gorm:"primaryKey"`
	Impact            int             // 1 high … 3 low
	Urgency           int             // 1 high … 3 low
	PriorityOverride  *int
	OverrideReason    string
	OverrideBy        domain.UserID
	ContactType       string // portal, mail, chat, phone, monitoring, api
	Subclassification string
	PendingOn         string
	PendingReason     string
	CloseCode         string
	Resolution        string
	ReopenCount       int
	ReassignCount     int
	Major             bool
	MajorReason       string
}

// TableName names the table.
func (Facet) TableName() string { return "incidents" }

// Core implements ticket.Record.
func (i *Incident) Core() *ticket.Ticket { return &i.Ticket }

// Fields implements ticket.Record.
func (i *Incident) Fields() map[string]string {
	return ticket.Merge(i.Ticket.Fields(), i.Facet.Fields())
}

// Fields is the facet's part of the record's state in the log.
func (f Facet) Fields() map[string]string {
	override := ""
	if f.PriorityOverride != nil {
		override = ticket.Int(*f.PriorityOverride)
	}
	major := ""
	if f.Major {
		major = "yes"
	}
	return map[string]string{
		"impact": ticket.Int(f.Impact), "urgency": ticket.Int(f.Urgency), "priority_override": override, "override_reason": f.OverrideReason,
		"contact_type": f.ContactType, "subclassification": f.Subclassification, "pending_on": f.PendingOn, "pending_reason": f.PendingReason,
		"close_code": f.CloseCode, "resolution": f.Resolution, "reopen_count": ticket.Int(f.ReopenCount), "reassign_count": ticket.Int(f.ReassignCount),
		"major": major, "major_reason": f.MajorReason,
	}
}

// Grade sets the priority from impact, urgency and override (invariant 1).
func (i *Incident) Grade() error {
	p, err := ticket.PriorityOf(i.Facet.Impact, i.Facet.Urgency)
	if err != nil {
		return err
	}
	if i.Facet.PriorityOverride != nil {
		p = *i.Facet.PriorityOverride
	}
	i.Ticket.Priority = p
	return nil
}

// MoveInput asks for a move; which of the texts are needed, the flow says.
type MoveInput struct {
	Number     string
	Version    int64
	Event      string
	Reason     string
	Resolution string
	CloseCode  string
	PendingOn  string // user, vendor, change, problem
	Comment    string // an optional reply that goes with the move
}

func (in MoveInput) given() map[string]bool {
	return map[string]bool{"reason": in.Reason != "", "resolution": in.Resolution != "", "pending_on": in.PendingOn != ""}
}

// Apply makes a move on the incident in memory: pure, so that every rule of the flow can be tested without
// a database. system is true for the automatic moves.
func (i *Incident) Apply(in MoveInput, at time.Time, system bool) (flow.Move, error) {
	mv, err := ticket.Fire(Flow, i.Ticket.State, in.Event, flow.Input{Given: in.given(), System: system})
	if err != nil {
		return mv, err
	}
	f := &i.Facet
	switch in.Event {
	case "pend":
		if !slices.Contains(PendingOn, in.PendingOn) {
			return mv, domain.ErrInvalid.With("body.pending_on", "an incident waits for user, vendor, change or problem")
		}
		f.PendingOn, f.PendingReason = in.PendingOn, in.Reason
	case "resolve":
		f.Resolution, f.CloseCode = in.Resolution, in.CloseCode
	case "reopen", "objected":
		f.ReopenCount++
		f.Resolution, f.CloseCode = "", ""
	}
	if mv.To != StatePending {
		f.PendingOn, f.PendingReason = "", ""
	}
	return mv, i.Ticket.Enter(Flow, mv.To, at)
}
