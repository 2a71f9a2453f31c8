package cause

import (
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

const kind = "cause" // what the log calls a tie

// What an incident and a change have to do with each other, read from the incident.
const (
	CausedBy    = "caused_by"
	FixedBy     = "fixed_by"
	RequestedBy = "requested_by" // the change was asked for because of the incident
)

// How sure it is.
const (
	Suspected = "suspected"
	Confirmed = "confirmed"
	Refuted   = "refuted"
)

// Kinds and Confidences list them.
var (
	Kinds       = []string{CausedBy, FixedBy, RequestedBy}
	Confidences = []string{Suspected, Confirmed, Refuted}
)

// Cause ties an incident and a change.
type Cause struct {
	ID         int64 `gorm:"primaryKey"`
	Ref        string
	IncidentID domain.TicketID
	ChangeID   domain.TicketID
	Incident   string // their numbers
	Change     string
	Kind       string
	Confidence string
	Evidence   string
	SetBy      domain.UserID
	SetAt      time.Time
	Version    int64
	CreatedAt  time.Time
}

// TableName names the table.
func (Cause) TableName() string { return "change_causes" }

// Fields is the state of a tie in the log.
func (c Cause) Fields() map[string]string {
	return map[string]string{"incident": c.Incident, "change": c.Change, "kind": c.Kind, "confidence": c.Confidence, "evidence": c.Evidence,
		"set_by": ticket.Int(int64(c.SetBy)), "set_at": ticket.Instant(&c.SetAt)}
}

// Said is the fact that somebody said how sure a tie is.
type Said struct {
	Cause    Cause
	From     string
	Before   map[string]string
	Priority int // of the incident
}

// Event implements domain.Fact.
func (f Said) Event() domain.Event {
	after := f.Cause.Fields()
	return domain.Event{Type: kind + "." + f.Cause.Confidence, EntityKind: kind, Entity: f.Cause.Ref, Version: f.Cause.Version, Visibility: domain.InternalV, State: after,
		StateFrom: f.From, StateTo: f.Cause.Confidence, Scope: []string{f.Cause.Incident, f.Cause.Change}, Fields: ticket.Diff(f.Before, after)}
}

// CausedIncident is the computed outcome of a change that caused an incident.
const CausedIncident = "caused_incident"

// Computed is the outcome of a change by all that is known: the stated one, unless it was confirmed that the change caused an
// incident (invariant 3).
func Computed(stated string, ties []Cause) string {
	if slices.ContainsFunc(ties, func(c Cause) bool { return c.Kind == CausedBy && c.Confidence == Confirmed }) {
		return CausedIncident
	}
	return stated
}
