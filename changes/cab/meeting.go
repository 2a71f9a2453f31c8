package cab

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// Meeting is one sitting of a board, whole.
type Meeting struct {
	ID      int64 `gorm:"primaryKey"`
	Ref     string
	BoardID domain.BoardID
	Title   string
	State   string
	Ruled   bool // it comes from the board's rhythm
	Zone    string
	// StartsAt is when it is planned to begin, Minutes how long it is planned to take.
	StartsAt time.Time
	Minutes  int
	LeadID   domain.UserID // who manages it
	Reason   string        // why it was cancelled

	AnnouncedAt *time.Time
	StartedAt   *time.Time
	EndedAt     *time.Time
	// Spent is how many seconds its clock has run, before RunningSince if it runs.
	Spent        int64
	RunningSince *time.Time

	Record       string // the minutes, once they are signed
	RecordDigest string
	SignedBy     domain.UserID
	SignedAt     *time.Time
	SignedEvent  string
	Version      int64
	CreatedAt    time.Time

	Items   []Item     `gorm:"-"`
	People  []Attendee `gorm:"-"`
	Actions []Action   `gorm:"-"`
	Addenda []Addendum `gorm:"-"`
}

// TableName names the table.
func (Meeting) TableName() string { return "meetings" }

// The states of a point.
const (
	ItemOpen    = "open"
	ItemCurrent = "current"
	ItemDone    = "done"
	ItemPutOff  = "put_off" // to the next meeting, by whoever leads
	ItemCarried = "carried" // over: the meeting ended before it was decided
	ItemDropped = "dropped" // the rule does not find it any more
	ItemStruck  = "struck"  // by a person
)

// Item is one point of an agenda: a change, an edition of a template, the forward schedule, or a title.
type Item struct {
	ID           int64 `gorm:"primaryKey"`
	Ref          string
	MeetingID    int64
	Position     int
	Section      string
	TicketID     domain.TicketID `gorm:"default:null"` // never altered
	Template     string          // key/edition
	Title        string
	Ruled        bool // the rule put it there
	State        string
	Minutes      int   // allotted
	Spent        int64 // seconds, as of the meeting
	RunningSince *time.Time
	Revision     int64  // of the plan that was talked about
	Digest       string // of that plan
	Result       string // what came of it
	Note         string
	Version      int64
}

// TableName names the table.
func (Item) TableName() string { return "meeting_items" }

// Listed tells whether the point stands on the agenda.
func (i Item) Listed() bool { return i.State != ItemDropped && i.State != ItemStruck }

// what names the thing that the point is about, the same for the same thing; titles are never the same.
func (i Item) what() string {
	switch {
	case i.TicketID != 0:
		return "change " + ticket.Int(int64(i.TicketID))
	case i.Template != "":
		return "template " + i.Template
	case i.Section == SectionForward:
		return SectionForward
	}
	return ""
}

// Elapsed is how long it has been talked about at an instant.
func (i Item) Elapsed(now time.Time) time.Duration { return elapsed(i.Spent, i.RunningSince, now) }

func elapsed(spent int64, since *time.Time, now time.Time) time.Duration {
	out := time.Duration(spent) * time.Second
	if since != nil && now.After(*since) {
		out += now.Sub(*since)
	}
	return out
}

// Elapsed is how long the meeting has sat at an instant, without its breaks.
func (m Meeting) Elapsed(now time.Time) time.Duration { return elapsed(m.Spent, m.RunningSince, now) }

// Stay is a time in which somebody was there; To is nil while they are.
type Stay struct {
	From time.Time  `json:"from"`
	To   *time.Time `json:"to,omitempty"`
}

// Stays are kept as JSON.
type Stays []Stay

// Value implements driver.Valuer.
func (s Stays) Value() (driver.Value, error) { return s.text(), nil }

func (s Stays) text() string {
	b, _ := json.Marshal(append([]Stay{}, s...)) //nolint:errcheck // instants always marshal
	return string(b)
}

// Scan implements sql.Scanner.
func (s *Stays) Scan(v any) error {
	switch x := v.(type) {
	case string:
		return json.Unmarshal([]byte(x), s)
	case []byte:
		return json.Unmarshal(x, s)
	}
	return fmt.Errorf("stays cannot be read from %T", v)
}

// Attendee is somebody who is expected at a meeting, and when they were there.
type Attendee struct {
	ID        int64 `gorm:"primaryKey"`
	MeetingID int64
	UserID    domain.UserID
	Guest     bool   // not of the board
	Answer    string // to the invitation: "yes", "no", or nothing
	Stays     Stays
	BehalfID  domain.UserID // for whom they sit there
	Version   int64
}

// TableName names the table.
func (Attendee) TableName() string { return "meeting_people" }

// Present tells whether they are there now.
func (a Attendee) Present() bool { return len(a.Stays) > 0 && a.Stays[len(a.Stays)-1].To == nil }

// Action is something that somebody is to do. One that became a task of a change is done when the task is.
type Action struct {
	ID        int64 `gorm:"primaryKey"`
	Ref       string
	MeetingID int64
	Item      string // reference of the point
	Text      string
	OwnerID   domain.UserID
	Due       string // a day: 2026-03-14
	Task      string // number of the task of the change
	DoneAt    *time.Time
	DoneBy    domain.UserID
	Version   int64
}

// TableName names the table.
func (Action) TableName() string { return "meeting_actions" }

// Addendum is what was added to signed minutes.
type Addendum struct {
	ID        int64 `gorm:"primaryKey"`
	Ref       string
	MeetingID int64
	Text      string
	ByID      domain.UserID
	At        time.Time
	Version   int64
}

// TableName names the table.
func (Addendum) TableName() string { return "meeting_addenda" }

// Object is what the gate is asked about: the board's, and the own of whoever is expected there.
func (m Meeting) Object() policies.Object {
	o := policies.Object{Class: kind, Number: m.Ref, Board: m.BoardID}
	for _, a := range m.People {
		o.Participants = append(o.Participants, a.UserID)
	}
	return o
}

// Item finds a point, nil when there is none.
func (m *Meeting) Item(ref string) *Item {
	i := slices.IndexFunc(m.Items, func(x Item) bool { return x.Ref == ref })
	if i < 0 {
		return nil
	}
	return &m.Items[i]
}

// Current is the point that is being talked about, nil for none.
func (m *Meeting) Current() *Item {
	i := slices.IndexFunc(m.Items, func(x Item) bool { return x.State == ItemCurrent })
	if i < 0 {
		return nil
	}
	return &m.Items[i]
}

// Attendee finds somebody who is expected, nil when they are not.
func (m *Meeting) Attendee(user domain.UserID) *Attendee {
	i := slices.IndexFunc(m.People, func(x Attendee) bool { return x.UserID == user })
	if i < 0 {
		return nil
	}
	return &m.People[i]
}

// Present lists who is there now; nobody is before a meeting and after it.
func (m Meeting) Present() (out []domain.UserID) {
	for _, a := range m.People {
		if m.State == InProgress && a.Present() {
			out = append(out, a.UserID)
		}
	}
	return out
}

// Fields is the meeting's state in the log: each part of it is a field of its own, so that an event says what it altered.
func (m Meeting) Fields() map[string]string {
	out := map[string]string{"board": ticket.Int(int64(m.BoardID)), "title": m.Title, "state": m.State, "ruled": strconv.FormatBool(m.Ruled), "zone": m.Zone, "starts_at": ticket.Instant(&m.StartsAt),
		"minutes": ticket.Int(m.Minutes), "lead": ticket.Int(int64(m.LeadID)), "reason": m.Reason, "announced_at": ticket.Instant(m.AnnouncedAt), "started_at": ticket.Instant(m.StartedAt),
		"ended_at": ticket.Instant(m.EndedAt), "spent": ticket.Int(m.Spent), "running_since": ticket.Instant(m.RunningSince), "record": m.Record, "record_digest": m.RecordDigest,
		"signed_by": ticket.Int(int64(m.SignedBy)), "signed_at": ticket.Instant(m.SignedAt), "signed_event": m.SignedEvent}
	for _, i := range m.Items {
		out["item "+i.Ref] = text([]any{i.Position, i.Section, i.TicketID, i.Template, i.Title, i.Ruled, i.State, i.Minutes, i.Spent, ticket.Instant(i.RunningSince), i.Revision, i.Digest, i.Result, i.Note})
	}
	for _, a := range m.People {
		out["person "+ticket.Int(int64(a.UserID))] = text([]any{a.Guest, a.Answer, a.Stays.text(), a.BehalfID})
	}
	for _, a := range m.Actions {
		out["action "+a.Ref] = text([]any{a.Item, a.Text, a.OwnerID, a.Due, a.Task, ticket.Instant(a.DoneAt), a.DoneBy})
	}
	for _, a := range m.Addenda {
		out["addendum "+a.Ref] = text([]any{a.Text, a.ByID, ticket.Instant(&a.At)})
	}
	return out
}

func text(v any) string {
	b, _ := json.Marshal(v) //nolint:errcheck // texts, numbers and lists always marshal
	return string(b)
}
