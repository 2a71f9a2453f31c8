package request

import (
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Request is the shared ticket with its facet and tasks.
type Request struct {
	Ticket ticket.Ticket
	Facet  Facet
	Tasks  []Task
}

// Facet is what only service requests have.
type Facet struct {
	TicketID   domain.TicketID `gorm:"primaryKey"`
	Fulfilment string          // what was delivered, in words
	// ContactType is how it came in: portal, phone, email and so on.
	ContactType string
}

// TableName names the table.
func (Facet) TableName() string { return "requests" }

// Fields is the facet's part of the record's state in the log.
// A field that is younger than the first release stands in it only when it says something: older hashes hold.
func (f Facet) Fields() map[string]string {
	fields := map[string]string{"fulfilment": f.Fulfilment}
	if f.ContactType != "" {
		fields["contact_type"] = f.ContactType
	}
	return fields
}

// Core implements ticket.Record.
func (r *Request) Core() *ticket.Ticket { return &r.Ticket }

// Fields implements ticket.Record.
func (r *Request) Fields() map[string]string {
	return ticket.Merge(r.Ticket.Fields(), r.Facet.Fields())
}

// Task is one step of fulfilment.
type Task struct {
	ID         int64 `gorm:"primaryKey"`
	Number     string
	TicketID   domain.TicketID
	Position   int
	Title      string
	State      string
	TeamID     domain.TeamID
	AssigneeID domain.UserID
	Version    int64
	CreatedAt  time.Time
	ClosedAt   *time.Time
}

// TableName names the table.
func (Task) TableName() string { return "tasks" }

// Fields is the task's state in the log.
func (t Task) Fields() map[string]string {
	return map[string]string{"title": t.Title, "state": t.State, "position": ticket.Int(t.Position),
		"team": ticket.Int(int64(t.TeamID)), "assignee": ticket.Int(int64(t.AssigneeID)), "closed_at": ticket.Instant(t.ClosedAt)}
}

// Open tells whether the task is still to be done.
func (t Task) Open() bool { return t.State == TaskOpen || t.State == TaskInProgress }

// OpenTasks counts the tasks that are still to be done.
func (r Request) OpenTasks() (n int) {
	for _, t := range r.Tasks {
		if t.Open() {
			n++
		}
	}
	return n
}

// Guard evaluates the named guards of Flow.
func (r Request) Guard(name string) error {
	if n := r.OpenTasks(); name == guardTasksFinished && n > 0 {
		return ErrOpenTasks.Because("%d of %d tasks are still open.", n, len(r.Tasks))
	}
	return nil
}

// ErrOpenTasks is returned when a request is to be fulfilled before its tasks are.
var ErrOpenTasks = domain.Code(domain.Conflict, "tasks_open", "Tasks are still open")

// Submitted is the fact that something was asked for.
type Submitted struct {
	ticket.Happened
	Request Request
}

// Moved is the fact that a request changed its state by a move of its flow.
type Moved struct {
	ticket.Happened
	Request Request
	Move    string
}

// TaskHappened is the fact that something happened to a task.
type TaskHappened struct {
	Task   Task
	What   string
	Before map[string]string
	From   string
	Reason string
	Parent string // number of the request
}

// Event implements domain.Fact.
func (h TaskHappened) Event() domain.Event {
	return domain.Event{Type: "task." + h.What, EntityKind: "task", Entity: h.Task.Number, Version: h.Task.Version,
		StateFrom: h.From, StateTo: h.Task.State, Visibility: domain.Public, State: h.Task.Fields(), Scope: []string{h.Parent},
		Fields: append(ticket.Diff(h.Before, h.Task.Fields()), ticket.Detail("reason", h.Reason, "")...)}
}
