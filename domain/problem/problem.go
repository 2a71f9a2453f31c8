package problem

import (
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Problem is the shared ticket with its facet.
type Problem struct {
	Ticket ticket.Ticket
	Facet  Facet
}

// Facet is what only problems have.
type Facet struct {
	TicketID     domain.TicketID `gorm:"primaryKey"`
	Workaround   string
	RootCause    string
	Resolution   string
	KnownErrorAt *time.Time
}

// TableName names the table.
func (Facet) TableName() string { return "problems" }

// Fields is the facet's part of the record's state in the log.
func (f Facet) Fields() map[string]string {
	return map[string]string{"workaround": f.Workaround, "root_cause": f.RootCause, "resolution": f.Resolution, "known_error_at": ticket.Instant(f.KnownErrorAt)}
}

// Core implements ticket.Record.
func (p *Problem) Core() *ticket.Ticket { return &p.Ticket }

// Fields implements ticket.Record.
func (p *Problem) Fields() map[string]string {
	return ticket.Merge(p.Ticket.Fields(), p.Facet.Fields())
}

// The errors of the guards.
var (
	ErrNoRootCause  = domain.Code(domain.Conflict, "root_cause_missing", "The root cause is not known yet")
	ErrNoWorkaround = domain.Code(domain.Conflict, "workaround_missing", "There is no workaround yet")
)

// Guard evaluates the named guards of Flow (invariant 1).
func (p Problem) Guard(name string) error {
	switch {
	case name == guardRootCause && strings.TrimSpace(p.Facet.RootCause) == "":
		return ErrNoRootCause.Because("Write down the root cause first.")
	case name == guardWorkaround && strings.TrimSpace(p.Facet.Workaround) == "":
		return ErrNoWorkaround.Because("Write down the workaround first.")
	}
	return nil
}

// Detected is the fact that a problem was recorded.
type Detected struct {
	ticket.Happened
	Problem Problem
}

// Moved is the fact that a problem changed its state by a move of its flow.
type Moved struct {
	ticket.Happened
	Problem Problem
	Move    string
}
