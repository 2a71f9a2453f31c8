package evidence

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/attempt"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Life is everything that is kept of one change.
type Life struct {
	AsOf        time.Time
	Grace       time.Duration // by which its model lets it begin and end outside its window
	Ticket      ticket.Ticket
	Facet       changes.Facet
	Slots       []approval.Slot // of all revisions
	Asked       map[int64]int   // how many were asked in a slot
	Decisions   []approval.Decision
	Conditions  []approval.Condition
	Tasks       []work.Task
	Files       map[string]string // the change's files: key and SHA-256
	Runs        []pipeline.Run
	Deployments []pipeline.Deployment
	Points      []Point
	Conflicts   []Conflict
	Review      *review.Review
	Causes      []Cause
	Attempts    []attempt.Attempt
	Events      []Event
	Names       *Names

	exceptions []Exception
	judged     bool // the rules were asked
}

// Point is a change on the agenda of a meeting.
type Point struct {
	Meeting    string
	Board      string
	TicketID   domain.TicketID
	StartsAt   time.Time
	StartedAt  *time.Time
	State      string
	Revision   int64
	Digest     string
	Result     string
	LeadID     domain.UserID
	SignedAt   *time.Time
	SignedBy   domain.UserID
	SignedText string // digest of the minutes that were signed
}

// Conflict is a conflict with the names of what it is with.
type Conflict struct {
	calendar.Conflict
	Number   string // of the change that has it, the one with the lower key
	Other    string // of the other one
	Schedule string
	Item     string
}

// With is what the change conflicts with.
func (c Conflict) With(number string) string {
	switch {
	case c.Schedule != "":
		return c.Schedule
	case c.Other == number:
		return c.Number
	}
	return c.Other
}

// Cause is a tie to an incident, with what is known of it.
type Cause struct {
	Ref        string
	ChangeID   domain.TicketID
	Incident   string
	Title      string
	Priority   int
	OpenedAt   time.Time
	ResolvedAt *time.Time
	Kind       string
	Confidence string
	Evidence   string
	SetBy      domain.UserID
	SetAt      time.Time
}

// Event is one event of the log of a change: what happened, and where the log has it.
type Event struct {
	ID         string
	Entity     string
	Version    int64
	Type       string
	ActorID    domain.UserID // 0 for the desk
	StateFrom  string
	StateTo    string
	OccurredAt time.Time
	Leaf       *int64
}

// String names an event for a reader, so that it is found in the log.
func (e Event) String() string {
	where := ", not sealed yet"
	if e.Leaf != nil {
		where = ", leaf " + strconv.FormatInt(*e.Leaf, 10)
	}
	return e.Entity + " v" + strconv.FormatInt(e.Version, 10) + " " + e.Type + " (" + e.ID + where + ")"
}

// Names are what keys stand for.
type Names struct {
	People    map[domain.UserID]string
	Programs  map[domain.UserID]bool // accounts of programs
	Pipelines map[int64]string
}

// Person is a name.
func (n *Names) Person(id domain.UserID) string { return n.People[id] }

// Persons are several.
func (n *Names) Persons(ids []domain.UserID) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = n.People[id]
	}
	return strings.Join(out, ", ")
}

// people lists everybody who is named in a life.
func (l Life) people() []domain.UserID {
	f := l.Facet
	out := slices.Concat([]domain.UserID{l.Ticket.RequesterID, l.Ticket.OpenedBy, l.Ticket.AssigneeID, f.OwnerID, f.TesterID, f.PeerID, f.StartedBy, f.BackoutBy}, f.Implementers, f.Editors)
	for _, s := range l.Slots {
		out = append(out, s.OverriddenBy)
	}
	for _, d := range l.Decisions {
		out = append(out, d.UserID, d.CastBy)
	}
	for _, c := range l.Conditions {
		out = append(out, c.SetBy, c.MetBy)
	}
	for _, t := range l.Tasks {
		out = append(out, t.AssigneeID, t.StartedBy, t.EndedBy, t.TimesBy)
		for _, file := range t.Files() {
			out = append(out, file.By)
		}
	}
	for _, d := range l.Deployments {
		out = append(out, d.ActorID)
	}
	for _, p := range l.Points {
		out = append(out, p.LeadID, p.SignedBy)
	}
	for _, c := range l.Conflicts {
		out = append(out, c.AcceptedBy, c.ResolvedBy, c.UserID)
	}
	if l.Review != nil {
		out = append(out, l.Review.ReviewerID)
	}
	for _, c := range l.Causes {
		out = append(out, c.SetBy)
	}
	for _, a := range l.Attempts {
		out = append(out, a.UserID)
	}
	for _, e := range l.Events {
		out = append(out, e.ActorID)
	}
	return out
}

// slot finds a slot by its key.
func (l Life) slot(id int64) approval.Slot {
	i := slices.IndexFunc(l.Slots, func(s approval.Slot) bool { return s.ID == id })
	if i < 0 {
		return approval.Slot{}
	}
	return l.Slots[i]
}

// binding are the slots of the present plan that had to be filled before it began.
func (l Life) binding() (out []approval.Slot) {
	for _, s := range l.Slots {
		if s.Revision == l.Facet.Revision && s.State != approval.Stale && !s.Advisory && !s.Retro {
			out = append(out, s)
		}
	}
	return out
}

// said tells whether an event happened, and the events of that type; the last part of the type is given.
func (l Life) said(what ...string) (out []Event) {
	for _, e := range l.Events {
		_, did, _ := strings.Cut(e.Type, ".")
		if slices.Contains(what, did) {
			out = append(out, e)
		}
	}
	return out
}

// workers are those who did it: who started it, worked on its tasks, or deployed it.
func (l Life) workers() []domain.UserID {
	out := slices.Concat(l.Facet.Implementers, []domain.UserID{l.Facet.StartedBy})
	for _, t := range l.Tasks {
		out = append(out, t.StartedBy, t.EndedBy)
	}
	for _, d := range l.Deployments {
		out = append(out, d.ActorID)
	}
	return slices.DeleteFunc(out, func(u domain.UserID) bool { return u == 0 })
}

// started tells whether work on the live service began, other than by registration after the fact.
func (l Life) started() bool {
	return l.Facet.ActualStart != nil && l.Facet.Model != changes.Unauthorised && l.Facet.Model != changes.Registration
}
