package calendar

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Severity says what a conflict does: a hard one is in the way until it is resolved or accepted, the others warn.
type Severity string

// The severities.
const (
	Hard   Severity = "hard"
	High   Severity = "high"
	Medium Severity = "medium"
	Info   Severity = "info"
)

// Sort says why two things conflict.
type Sort string

// The sorts of conflict.
const (
	SameItem      Sort = "same_item"      // both change it
	StandIn       Sort = "stand_in"       // they change items that stand in for each other
	Neighbour     Sort = "neighbour"      // one changes what the other's item depends on directly
	Meeting       Sort = "meeting"        // what they change meets further down
	SamePerson    Sort = "same_person"    // somebody implements both
	OutsideWindow Sort = "outside_window" // its items have windows, and it is in none
	InFreeze      Sort = "freeze"
)

// Severity of a sort.
func (s Sort) Severity() Severity {
	switch s {
	case SameItem, StandIn, InFreeze:
		return Hard
	case Neighbour, OutsideWindow:
		return High
	case SamePerson:
		return Medium
	}
	return Info
}

// Touch is an item that a change touches: at depth 0 it changes it, further on it reaches it.
type Touch struct {
	CI    domain.CIID
	Depth int
}

// Booking is what a change takes up, and when.
type Booking struct {
	Change  domain.TicketID
	Span    Span
	Touches map[domain.CIID]int      // item → depth
	Ties    map[string][]domain.CIID // redundancy → items that it changes and that are part of it
	People  []domain.UserID
}

// Finding is one conflict, as it is seen now.
type Finding struct {
	Sort     Sort
	Other    domain.TicketID // 0 for a window or a freeze
	Schedule int64           // 0 for another change
	CI       domain.CIID
	User     domain.UserID
	Basis    string // what was seen: the same only for the same
}

// Severity of the finding.
func (f Finding) Severity() Severity { return f.Sort.Severity() }

// crowd is how many changes may meet at one item before they are told as one.
const crowd = 10

// Detect finds the conflicts of a booking with others: of items at most the gravest with each other change, then
// stand-ins, then people. Changes that only meet further down at one item, where many do, are told once, without naming
// one. The order does not depend on that of the others.
func Detect(b Booking, others []Booking) (out []Finding) {
	meetings := map[domain.CIID][]Finding{}
	for _, o := range others {
		if o.Change == b.Change || !b.Span.Overlaps(o.Span) {
			continue
		}
		basis := pair(b, o)
		if sort, ci := gravest(b, o); sort == Meeting {
			meetings[ci] = append(meetings[ci], Finding{Sort: sort, Other: o.Change, CI: ci})
		} else if sort != "" {
			out = append(out, Finding{Sort: sort, Other: o.Change, CI: ci, Basis: basis + " " + id(ci)})
		}
		if tie, ci := standIns(b, o); tie != "" {
			out = append(out, Finding{Sort: StandIn, Other: o.Change, CI: ci, Basis: basis + " " + tie})
		}
		for _, u := range slices.Sorted(slices.Values(b.People)) {
			if slices.Contains(o.People, u) {
				out = append(out, Finding{Sort: SamePerson, Other: o.Change, User: u, Basis: basis + " " + id(u)})
				break
			}
		}
	}
	for ci, list := range meetings {
		if len(list) > crowd {
			list = []Finding{{Sort: Meeting, CI: ci}}
		}
		out = append(out, list...)
	}
	slices.SortFunc(out, compare)
	return out
}

var order = []Sort{InFreeze, SameItem, StandIn, OutsideWindow, Neighbour, SamePerson, Meeting}

func compare(a, b Finding) int {
	return cmp.Or(cmp.Compare(slices.Index(order, a.Sort), slices.Index(order, b.Sort)), cmp.Compare(a.Other, b.Other), cmp.Compare(a.Schedule, b.Schedule), cmp.Compare(a.CI, b.CI))
}

// pair names two bookings at their times; the same from either side.
func pair(a, b Booking) string {
	if b.Change < a.Change {
		a, b = b, a
	}
	return fmt.Sprintf("%d %s %d %s", a.Change, a.Span, b.Change, b.Span)
}

// gravest is how two changes meet in items: the worst way, at the item with the lowest key.
func gravest(a, b Booking) (sort Sort, at domain.CIID) {
	if len(b.Touches) < len(a.Touches) {
		a, b = b, a
	}
	best := -1
	for ci, mine := range a.Touches {
		theirs, ok := b.Touches[ci]
		if !ok {
			continue
		}
		if best < 0 || mine+theirs < best || mine+theirs == best && ci < at {
			best, at = mine+theirs, ci
		}
	}
	switch best {
	case -1:
		return "", 0
	case 0:
		return SameItem, at
	case 1:
		return Neighbour, at
	}
	return Meeting, at
}

// standIns finds a redundancy of which both change a member, and not the same one. Of several it is always the same, and
// the item is the lower one that the two do not share.
func standIns(a, b Booking) (tie string, ci domain.CIID) {
	for name, mine := range a.Ties {
		if tie != "" && name > tie {
			continue
		}
		theirs := b.Ties[name]
		var apart []domain.CIID
		for _, x := range mine {
			for _, y := range theirs {
				if x != y {
					apart = append(apart, min(x, y))
				}
			}
		}
		if len(apart) > 0 {
			tie, ci = name, slices.Min(apart)
		}
	}
	return tie, ci
}

func id[T ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// State is where a conflict is in its life.
type State string

// The states.
const (
	Open     State = "open"
	Accepted State = "accepted"
	Resolved State = "resolved"
)

// Optional is a key that may be none: zero is NULL in the database.
type Optional int64

// Value implements driver.Valuer.
func (o Optional) Value() (driver.Value, error) {
	if o == 0 {
		return nil, nil
	}
	return int64(o), nil
}

// Scan implements sql.Scanner.
func (o *Optional) Scan(v any) error {
	n, ok := v.(int64)
	if !ok && v != nil {
		return fmt.Errorf("a key cannot be read from %T", v)
	}
	*o = Optional(n)
	return nil
}

// Conflict is a finding that is kept. Of two changes, the one with the lower key is Ticket.
type Conflict struct {
	ID         int64 `gorm:"primaryKey"`
	Ref        string
	TicketID   domain.TicketID
	OtherID    Optional
	ScheduleID Optional
	Kind       Sort
	Severity   Severity
	CIID       domain.CIID `gorm:"column:ci_id"`
	UserID     domain.UserID
	Basis      string
	State      State
	AcceptedBy domain.UserID
	ResolvedBy domain.UserID // who said that it is none; nobody when the desk found that it is gone
	Reason     string
	Until      *time.Time
	FoundAt    time.Time
	SettledAt  *time.Time
	Version    int64
}

// TableName names the table.
func (Conflict) TableName() string { return "change_conflicts" }

// Fields is the conflict's state in the log.
func (c Conflict) Fields() map[string]string {
	out := map[string]string{"ticket": id(c.TicketID), "other": id(c.OtherID), "schedule": id(c.ScheduleID), "kind": string(c.Kind), "severity": string(c.Severity),
		"ci": id(c.CIID), "basis": c.Basis, "state": string(c.State)}
	if c.UserID != 0 {
		out["user"] = id(c.UserID)
	}
	if c.State == Accepted {
		out["accepted_by"], out["reason"], out["until"] = id(c.AcceptedBy), c.Reason, ticket.Instant(c.Until)
	}
	if c.ResolvedBy != 0 {
		out["resolved_by"], out["reason"] = id(c.ResolvedBy), c.Reason
	}
	return out
}

// key is what makes two findings about the same conflict.
type key struct {
	sort     Sort
	a, b     domain.TicketID
	schedule int64
}

func (c Conflict) key() key {
	return key{c.Kind, c.TicketID, domain.TicketID(c.OtherID), int64(c.ScheduleID)}
}

func (f Finding) key(of domain.TicketID) key {
	if f.Other != 0 && f.Other < of {
		return key{f.Sort, f.Other, of, f.Schedule}
	}
	return key{f.Sort, of, f.Other, f.Schedule}
}

// Holds tells whether somebody has accepted the conflict as it is seen now.
func (c Conflict) Holds(f Finding, now time.Time) bool {
	return c.State == Accepted && c.Basis == f.Basis && c.Until != nil && now.Before(*c.Until)
}
