package ticket

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/policies"
)

// Ticket is the row that all four records share. Facets hold it in a field named Ticket.
type Ticket struct {
	ID             domain.TicketID `gorm:"primaryKey"`
	Kind           domain.Kind
	Number         string
	Title          string
	Description    string
	State          string
	Category       flow.Category
	Priority       int // 1 critical … 4 low
	RequesterID    domain.UserID
	OpenedBy       domain.UserID
	TeamID         domain.TeamID
	AssigneeID     domain.UserID
	SiteID         domain.SiteID
	Service        string
	Classification string
	Version        int64
	OpenedAt       time.Time
	UpdatedAt      time.Time `gorm:"autoUpdateTime:false"` // GORM would write the time of the machine, not that of the unit
	DueAt          *time.Time
	ResolvedAt     *time.Time
	ClosedAt       *time.Time
}

// TableName names the table.
func (Ticket) TableName() string { return "tickets" }

// Fields is the shared part of the record's state, as the log keeps it: canonical text by field name.
// People and teams are their internal keys, so that no name enters a hash.
func (t Ticket) Fields() map[string]string {
	return map[string]string{
		"title": t.Title, "description": t.Description, "state": t.State, "priority": strconv.Itoa(t.Priority),
		"requester": key(int64(t.RequesterID)), "team": key(int64(t.TeamID)), "assignee": key(int64(t.AssigneeID)),
		"site": key(int64(t.SiteID)), "service": t.Service, "classification": t.Classification,
		"opened_at": Instant(&t.OpenedAt), "due_at": Instant(t.DueAt), "resolved_at": Instant(t.ResolvedAt), "closed_at": Instant(t.ClosedAt),
	}
}

func key(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// Instant is the canonical text of a time in the log; empty for none.
func Instant(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return domain.Instant(*t).Format("2006-01-02T15:04:05.000000Z")
}

// Object is what a permission is asked about.
func (t Ticket) Object(participants []domain.UserID) policies.Object {
	return policies.Object{Class: string(t.Kind), Number: t.Number, Team: t.TeamID, Site: t.SiteID, Participants: participants}
}

// Kind is one of the four records as this package sees it: data and two functions of the kind's package.
type Kind struct {
	Name    domain.Kind
	Machine flow.Machine
	// Facet gives the kind's own part of a record's fields.
	Facet func(ctx context.Context, id domain.TicketID) (map[string]string, error)
	// Touched is told when a shared verb has made a new version, where the facet keeps the version too; may be nil.
	Touched func(ctx context.Context, t Ticket) error
}

// Enter moves a ticket into a state of its machine: category and times follow, so that they cannot
// disagree (invariant 2).
func (t *Ticket) Enter(m flow.Machine, state string, at time.Time) error {
	s, ok := m.State(state)
	if !ok {
		return fmt.Errorf("%s has no state %q", m.Kind, state)
	}
	wasDone := t.Category == flow.Done || t.Category == flow.Cancelled
	isDone := s.Category == flow.Done || s.Category == flow.Cancelled
	t.State, t.Category = s.Name, s.Category
	switch {
	case isDone && !wasDone:
		t.ResolvedAt = &at
	case !isDone:
		t.ResolvedAt = nil
	}
	t.ClosedAt = nil
	if s.Final {
		t.ClosedAt = &at
	}
	return nil
}

// Priority from impact and urgency, each 1 high … 3 low: the matrix that ITIL 4 practice guides print.
var priorities = [3][3]int{{1, 2, 3}, {2, 3, 4}, {3, 4, 4}}

// PriorityOf looks a pair up in the matrix; values outside 1…3 are refused with domain.ErrInvalid.
func PriorityOf(impact, urgency int) (int, error) {
	if impact < 1 || impact > 3 {
		return 0, domain.ErrInvalid.With("impact", "impact is 1 (high), 2 (medium) or 3 (low)")
	}
	if urgency < 1 || urgency > 3 {
		return 0, domain.ErrInvalid.With("urgency", "urgency is 1 (high), 2 (medium) or 3 (low)")
	}
	return priorities[impact-1][urgency-1], nil
}

// Patch changes the harmless shared fields of a record; nil leaves a field as it is.
type Patch struct {
	Number         string
	Version        int64
	Title          *string
	Description    *string
	Service        *string
	Classification *string
	Requester      *domain.UserID
	DueAt          *time.Time
}

// Apply checks the texts and sets what is given.
func (p Patch) Apply(t *Ticket) (err error) {
	if p.Title != nil {
		if t.Title, err = Title(*p.Title); err != nil {
			return err
		}
	}
	if err := Texts(map[string]*string{"description": p.Description}, MaxText); err != nil {
		return err
	}
	if err := Texts(map[string]*string{"service": p.Service, "classification": p.Classification}, MaxShort); err != nil {
		return err
	}
	Set(&t.Description, p.Description)
	Set(&t.Service, p.Service)
	Set(&t.Classification, p.Classification)
	Set(&t.RequesterID, p.Requester)
	if p.DueAt != nil {
		due := domain.Instant(*p.DueAt)
		t.DueAt = &due
	}
	return nil
}
