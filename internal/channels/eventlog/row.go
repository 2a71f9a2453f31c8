package eventlog

import "time"

// Row is one event of the log: a ticket as it was at a time. Texts are as the file has them; a value that is
// missing is empty.
type Row struct {
	Line int
	Hash [32]byte // knows the row again, see invariant 3

	Number string
	At     time.Time
	By     string // a person

	Title       string
	Description string
	State       State
	Impact      int // 1 high … 3 low
	Urgency     int
	Priority    int // 1 critical … 4 low, 0 when the tool has none

	ContactType       string
	Classification    string
	Subclassification string
	Service           string
	Requester         string // people and teams are names
	OpenedBy          string
	Team              string
	Assignee          string

	OpenedAt   time.Time // zero when the file does not say
	ResolvedAt time.Time
	ResolvedBy string
	ClosedAt   time.Time
	CloseCode  string
	Resolution string

	ReassignCount int
	ReopenCount   int
	MadeSLA       *bool

	References []Reference
	Labels     Labels
}

// Reference is another record that the row names.
type Reference struct {
	Kind string // problem or change
	Link string // related, caused_by or parent
	Key  string // as the tool writes it
}

// Labels are the tool's own words, marks for missing values included: reports count them.
type Labels struct {
	State, Priority, Impact, Urgency, ContactType, Category, Team string
}

// Refusal says why a row was not taken. It never repeats the value.
type Refusal struct {
	Line   int
	Column string // as the header writes it; empty when the row as a whole is meant
	Reason string
}

// People lists the names of all persons that the row mentions.
func (r Row) People() []string {
	var out []string
	for _, name := range [...]string{r.By, r.Requester, r.OpenedBy, r.Assignee, r.ResolvedBy} {
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}
