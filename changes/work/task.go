package work

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// The kinds of task, in the order in which work goes.
const (
	Plan    = "plan"
	Build   = "build"
	Test    = "test"
	Deploy  = "deploy"
	Verify  = "verify"
	Backout = "backout"
)

// Kinds lists them.
var Kinds = []string{Plan, Build, Test, Deploy, Verify, Backout}

// The states of a task.
const (
	Open       = "open"
	InProgress = "in_progress"
	Done       = "done"
	Failed     = "failed"
	Skipped    = "skipped"
)

const (
	guardOrder   = "first_tasks_finished"
	guardPhase   = "change_is_at_that_point"
	guardWorker  = "worker_did_not_decide"
	guardChecked = "checklist_ticked_off"
)

// Flow is the life of a task.
var Flow = flow.Machine{
	Kind: "change_task", Label: "Task of a change", Initial: Open,
	States: []flow.State{
		{Name: Open, Label: "Open", Category: flow.Open, Clock: flow.Run, Hint: "Not begun."},
		{Name: InProgress, Label: "In progress", Category: flow.Open, Clock: flow.Run, Hint: "Somebody works on it."},
		{Name: Done, Label: "Done", Category: flow.Done, Clock: flow.Stop, Final: true, Hint: "Finished, with its evidence."},
		{Name: Failed, Label: "Failed", Category: flow.Done, Clock: flow.Stop, Final: true, Hint: "Tried, and it did not work."},
		{Name: Skipped, Label: "Skipped", Category: flow.Cancelled, Clock: flow.Stop, Final: true, Hint: "Not needed this time."},
	},
	Moves: []flow.Move{
		{Event: "start", Label: "Start", From: []string{Open}, To: InProgress, Action: "change.work", Guards: []string{guardWorker, guardPhase, guardOrder}, Tone: flow.Primary},
		{Event: "finish", Label: "Done", From: []string{InProgress}, To: Done, Action: "change.work", Guards: []string{guardWorker, guardChecked}, Tone: flow.Primary},
		{Event: "fail", Label: "Failed", From: []string{InProgress}, To: Failed, Action: "change.work", Guards: []string{guardWorker}, Requires: []string{"result"}, Tone: flow.Danger},
		{Event: "skip", Label: "Skip", From: []string{Open, InProgress}, To: Skipped, Action: "change.work", Guards: []string{guardWorker}, Requires: []string{"result"}},
	},
}

var past = map[string]string{"start": "started", "finish": "finished", "fail": "failed", "skip": "skipped"}

// Task is one step of the work on a change.
type Task struct {
	ID         int64 `gorm:"primaryKey"`
	Number     string
	TicketID   domain.TicketID
	Position   int
	Kind       string
	Title      string
	State      string
	TeamID     domain.TeamID
	AssigneeID domain.UserID
	After      changes.Texts // numbers of the tasks that come first
	Checklist  string        // a list of [Check] as JSON
	Evidence   string        // a list of [File] as JSON
	Result     string        // what came of it, in words
	StartedAt  *time.Time
	StartedBy  domain.UserID
	EndedAt    *time.Time
	EndedBy    domain.UserID
	// What the server had stamped, of a task whose times were corrected; who corrected them last, when and why.
	StampedStart *time.Time
	StampedEnd   *time.Time
	TimesBy      domain.UserID
	TimesAt      *time.Time
	TimesReason  string
	Version      int64
	CreatedAt    time.Time
}

// TableName names the table.
func (Task) TableName() string { return "change_tasks" }

// Check is one line of a checklist.
type Check struct {
	Text string        `json:"text"`
	By   domain.UserID `json:"by,omitempty"`
	At   *time.Time    `json:"at,omitempty"`
}

// File is a file of the change that shows what was done: its key, its name, and the SHA-256 of its bytes.
type File struct {
	Key    string        `json:"key"`
	Name   string        `json:"name"`
	SHA256 string        `json:"sha256"`
	Note   string        `json:"note"`
	By     domain.UserID `json:"by"`
	At     time.Time     `json:"at"`
}

// Checks reads the checklist.
func (t Task) Checks() (out []Check) {
	_ = json.Unmarshal([]byte(t.Checklist), &out) //nolint:errcheck // written by this package
	return out
}

// Files reads the evidence.
func (t Task) Files() (out []File) {
	_ = json.Unmarshal([]byte(t.Evidence), &out) //nolint:errcheck // written by this package
	return out
}

func text(v any) string {
	b, _ := json.Marshal(v) //nolint:errcheck // texts, numbers and lists always marshal
	return string(b)
}

// Ended tells whether nothing is left to do.
func (t Task) Ended() bool { return t.State != Open && t.State != InProgress }

// Fields is the task's state in the log.
func (t Task) Fields() map[string]string {
	out := map[string]string{"title": t.Title, "kind": t.Kind, "state": t.State, "position": ticket.Int(t.Position), "team": ticket.Int(int64(t.TeamID)),
		"assignee": ticket.Int(int64(t.AssigneeID)), "after": text(t.After), "checklist": t.Checklist, "evidence": t.Evidence, "result": t.Result,
		"started_at": ticket.Instant(t.StartedAt), "started_by": ticket.Int(int64(t.StartedBy)), "ended_at": ticket.Instant(t.EndedAt), "ended_by": ticket.Int(int64(t.EndedBy))}
	if t.TimesAt != nil { // what was corrected before corrections were kept has none of it
		out["stamped_start"], out["stamped_end"] = ticket.Instant(t.StampedStart), ticket.Instant(t.StampedEnd)
		out["times_by"], out["times_at"], out["times_reason"] = ticket.Int(int64(t.TimesBy)), ticket.Instant(t.TimesAt), t.TimesReason
	}
	return out
}

// Scene is what the guards of a task look at beside it: the change, its other tasks, and who acts.
type Scene struct {
	Change changes.Change
	Tasks  []Task
	Actor  domain.UserID
}

// Guard evaluates the named guards of Flow.
func (t Task) Guard(s Scene) func(name string) error {
	return func(name string) error {
		switch name {
		case guardWorker:
			if s.Change.Spoke(s.Actor) {
				return ErrDecided
			}
		case guardPhase:
			live := slices.Contains([]string{Deploy, Verify, Backout}, t.Kind)
			if live && s.Change.Ticket.State != changes.StateImplementing {
				return ErrNotBegun.Because("%s is %s.", s.Change.Ticket.Number, s.Change.Ticket.State)
			}
			if t.Kind == Backout && s.Change.Facet.BackoutAt == nil {
				return ErrNotBegun.Because("Nothing is being backed out.")
			}
		case guardOrder:
			for _, x := range s.Tasks {
				if slices.Contains(t.After, x.Number) && !x.Ended() {
					return ErrFirst.Because("%s comes first: %s.", x.Number, x.Title)
				}
			}
		case guardChecked:
			for _, c := range t.Checks() {
				if c.At == nil {
					return ErrChecklist.Because("Not ticked off: %s.", c.Text)
				}
			}
		default:
			return domain.ErrInternal.Because("The guard %s is not evaluated.", name)
		}
		return nil
	}
}

// Offers lists the moves of the task, with the reason where one is blocked.
func (t Task) Offers(s Scene) []flow.Offer { return Flow.Offer(t.State, t.Guard(s)) }

// Ahead lists the tasks that must end before a step of the change and have not (invariant 2). What would undo the change is
// in the way only once it is being undone.
func Ahead(tasks []Task, before string, undoing bool) (out []string) {
	for _, t := range tasks {
		early := slices.Contains([]string{Plan, Build, Test}, t.Kind)
		if !t.Ended() && (early || before == "review") && (t.Kind != Backout || undoing) {
			out = append(out, t.Number+" "+t.Title)
		}
	}
	return out
}

// Happened is the fact that something happened to a task.
type Happened struct {
	Task    Task
	What    string
	From    string
	Before  map[string]string
	Details []domain.FieldChange
	Parent  string // number of the change
}

// Event implements domain.Fact.
func (f Happened) Event() domain.Event {
	after := f.Task.Fields()
	e := domain.Event{Type: "change_task." + f.What, EntityKind: "change_task", Entity: f.Task.Number, Version: f.Task.Version, Visibility: domain.InternalV,
		State: after, Scope: []string{f.Parent}, Fields: append(ticket.Diff(f.Before, after), f.Details...)}
	if f.From != f.Task.State {
		e.StateFrom, e.StateTo = f.From, f.Task.State
	}
	return e
}
