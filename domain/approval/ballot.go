package approval

import (
	"fmt"
	"slices"

	"github.com/cabinetdesk/cabinet/domain"
)

// Rule says how many of an electorate it takes.
type Rule string

// The rules.
const (
	Any    Rule = "any"    // one is enough
	All    Rule = "all"    // every eligible elector
	Quorum Rule = "quorum" // Needed of them, whoever is recused; with a Percent, that share of the eligible, and Needed at least
)

// Veto says what rejections do.
type Veto string

// The vetoes. With majority and none, a slot that rejections have made impossible to fill is rejected as well.
const (
	VetoAny      Veto = "any" // one rejection is enough
	VetoMajority Veto = "majority"
	VetoNone     Veto = "none"
)

// State is where a slot stands.
type State string

// The states of a slot. Stale: its plan was edited, its decisions are history.
const (
	Waiting  State = "waiting"
	Approved State = "approved"
	Rejected State = "rejected"
	Stale    State = "stale"
)

// Verdict is what an elector says.
type Verdict string

// The verdicts. A recusal takes the elector out of the count and leaves the quorum as it is.
const (
	Approve Verdict = "approve"
	Reject  Verdict = "reject"
	Recuse  Verdict = "recuse"
)

// Delegation is somebody's authority lent to somebody else, as it stands now.
type Delegation struct {
	Ref      string
	From, To domain.UserID
	Board    domain.BoardID // zero: all boards
	MaxRisk  string         // empty: of every risk
	Models   []string       // none: of every model
}

// Covers tells whether the delegation is for this slot of this subject.
func (d Delegation) Covers(b domain.BoardID, s Subject) bool {
	return (d.Board == 0 || d.Board == b) && (d.MaxRisk == "" || slices.Index(bands, s.Risk) <= slices.Index(bands, d.MaxRisk)) &&
		(len(d.Models) == 0 || slices.Contains(d.Models, s.Model))
}

var bands = []string{"", "low", "medium", "high"}

// Subject is what a slot decides about, as it stands now.
type Subject struct {
	TicketID domain.TicketID
	Number   string
	Open     bool // its state allows decisions
	Revision int64
	Digest   string
	// Interested says in which capacity people have a hand in the subject: "requester", "implementer", "editor".
	Interested map[domain.UserID][]string
	Risk       string // the band, for delegations that end at one
	Model      string
	// Stage is the one that is open; slots of later stages wait for it. 0: there are no stages.
	Stage int
}

// Ballot is a slot with everything that its rules look at.
type Ballot struct {
	Slot      Slot
	Electors  []Elector
	Decisions []Decision
	// Conditions are those under which it was approved.
	Conditions []Condition
	// Elsewhere are those who have voted, or cast a vote, in another slot of the same plan.
	Elsewhere map[domain.UserID]bool
	// Inactive are electors whose account is disabled.
	Inactive map[domain.UserID]bool
	// Delegations are those in force from or to electors and interested people.
	Delegations []Delegation
}

// Codes of the reasons why somebody cannot decide, in the order in which they are given.
const (
	ReasonRole       = "ROLE"
	ReasonElectorate = "ELECTORATE"
	ReasonInactive   = "INACTIVE"
	ReasonSelf       = "SELF"
	ReasonImplements = "IMPLEMENTER"
	ReasonEditor     = "EDITOR"
	ReasonDelegate   = "DELEGATE_OF_INTERESTED"
	ReasonDelegation = "DELEGATION"
	ReasonState      = "STATE"
	ReasonStale      = "DIGEST_STALE"
	ReasonDecided    = "ALREADY_DECIDED"
	ReasonApart      = "DISTINCT"
	ReasonStage      = "STAGE"
)

var capacities = []struct{ name, code, second, third string }{
	{"requester", ReasonSelf, "you requested it", "requested it"},
	{"implementer", ReasonImplements, "you implement it", "implements it"},
	{"editor", ReasonEditor, "you edited its plan", "edited its plan"},
}

// Interest lists why a person has a hand in the subject: themselves, or as the delegate of somebody who has.
func (b Ballot) Interest(user domain.UserID, s Subject) []domain.Reason {
	var out []domain.Reason
	for _, c := range capacities {
		if slices.Contains(s.Interested[user], c.name) {
			out = append(out, domain.Reason{Code: c.code, Text: c.third})
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, d := range b.Delegations {
		if d.To == user && len(s.Interested[d.From]) > 0 && d.Covers(b.Slot.BoardID, s) {
			out = append(out, domain.Reason{Code: ReasonDelegate, Text: "stands in for somebody who has a hand in it"})
			break
		}
	}
	return out
}

// Seated tells whether the person has a seat of their own.
func (b Ballot) Seated(user domain.UserID) bool {
	return slices.ContainsFunc(b.Electors, func(e Elector) bool { return e.UserID == user && e.LeftAt == nil })
}

// DecisionOf finds what the person, or their delegate, decided in this slot.
func (b Ballot) DecisionOf(user domain.UserID) (Decision, bool) {
	i := slices.IndexFunc(b.Decisions, func(d Decision) bool { return d.UserID == user })
	if i < 0 {
		return Decision{}, false
	}
	return b.Decisions[i], true
}

// Seat is whose vote an actor would cast, and under which delegation.
type Seat struct {
	User       domain.UserID
	Delegation string
}

// SeatOf finds whose vote the actor casts: their own seat first, otherwise that of an elector who has
// delegated to them and has not decided. ok is false when there is none.
func (b Ballot) SeatOf(actor domain.UserID, s Subject) (seat Seat, ok bool) {
	if b.Seated(actor) {
		return Seat{User: actor}, true
	}
	for _, d := range b.Delegations {
		if d.To != actor || !b.Seated(d.From) || !d.Covers(b.Slot.BoardID, s) {
			continue
		}
		if _, decided := b.DecisionOf(d.From); !decided || !ok {
			seat, ok = Seat{User: d.From, Delegation: d.Ref}, true
			if !decided {
				break
			}
		}
	}
	return seat, ok
}

// CanDecide is the one answer to "may this person decide on this, now?": it is behind the button, the API and
// whatever link a mail holds. It returns the seat and the ordered reasons against; none means yes. Whether the
// person's role allows it is the policy's answer, given by the caller as role (nil: allowed).
func (b Ballot) CanDecide(actor domain.UserID, s Subject, digest string, role []domain.Reason) (Seat, []domain.Reason) {
	var why []domain.Reason
	for _, r := range role {
		why = append(why, domain.Reason{Code: ReasonRole, Text: r.Text})
	}
	seat, ok := b.SeatOf(actor, s)
	switch {
	case !ok && b.left(actor):
		why = append(why, domain.Reason{Code: ReasonElectorate, Text: "you have left " + b.Slot.Label + " since the decision was asked for"})
	case !ok:
		why = append(why, domain.Reason{Code: ReasonElectorate, Text: "you are not one of those asked: " + b.Slot.Label})
	}
	for _, r := range b.Interest(actor, s) {
		why = append(why, domain.Reason{Code: r.Code, Text: secondPerson(r)})
	}
	if ok && seat.User != actor {
		for range b.Interest(seat.User, s)[:min(1, len(b.Interest(seat.User, s)))] {
			why = append(why, domain.Reason{Code: ReasonDelegation, Text: "the person whose vote you would cast has a hand in it"})
		}
		if b.Inactive[seat.User] {
			why = append(why, domain.Reason{Code: ReasonDelegation, Text: "the account of the person whose vote you would cast is disabled"})
		}
	}
	if b.Inactive[actor] {
		why = append(why, domain.Reason{Code: ReasonInactive, Text: "your account is disabled"})
	}
	again := func(d Decision) bool { return d.CastBy == actor && d.UserID != seat.User && d.Decision != Recuse }
	if b.Slot.Apart && (b.Elsewhere[actor] || ok && b.Elsewhere[seat.User] || slices.ContainsFunc(b.Decisions, again)) {
		why = append(why, domain.Reason{Code: ReasonApart, Text: "this takes somebody who has not voted on this plan elsewhere"})
	}
	switch {
	case b.Slot.State == Stale || b.Slot.Digest != s.Digest:
		why = append(why, domain.Reason{Code: ReasonStale, Text: "the plan was edited after this decision was asked for"})
	case s.Open && b.Slot.State == Waiting && s.Stage != 0 && b.Slot.Stage > s.Stage:
		why = append(why, domain.Reason{Code: ReasonStage, Text: "those of an earlier stage decide first"})
	case !s.Open || b.Slot.State != Waiting:
		why = append(why, domain.Reason{Code: ReasonState, Text: "no decision is asked for now"})
	case digest != "" && digest != s.Digest:
		why = append(why, domain.Reason{Code: ReasonStale, Text: "the plan you saw is not the plan as it is now"})
	}
	if d, decided := b.DecisionOf(seat.User); ok && decided {
		text := "you have decided already"
		if seat.User != actor || d.CastBy != seat.User {
			text = "this vote has been cast already"
		}
		why = append(why, domain.Reason{Code: ReasonDecided, Text: text})
	}
	return seat, why
}

func (b Ballot) left(user domain.UserID) bool {
	return slices.ContainsFunc(b.Electors, func(e Elector) bool { return e.UserID == user && e.LeftAt != nil })
}

func secondPerson(r domain.Reason) string {
	for _, c := range capacities {
		if c.code == r.Code {
			return c.second
		}
	}
	return "you stand in for somebody who has a hand in it"
}

// Tally is how a slot stands.
type Tally struct {
	Eligible []domain.UserID // electors who could still count: active, not left, without interest, not recused
	Approved []domain.UserID
	Rejected []domain.UserID
	Recused  []domain.UserID
	Open     []domain.UserID // eligible and undecided
	Needed   int             // how many approvals it takes
	Missing  int             // how many are still missing
	Stuck    bool            // the eligible can no longer reach what is needed
	State    State
}

// Tally counts (invariants 1 to 5). What a rejection does, the slot's veto says.
func (b Ballot) Tally(s Subject) Tally {
	t := Tally{State: b.Slot.State}
	for _, e := range b.Electors {
		d, decided := b.DecisionOf(e.UserID)
		if decided && d.Decision == Recuse {
			t.Recused = append(t.Recused, e.UserID)
			continue
		}
		if e.LeftAt != nil || b.Inactive[e.UserID] || len(b.Interest(e.UserID, s)) > 0 {
			continue
		}
		if b.Slot.Apart && !decided && b.Elsewhere[e.UserID] {
			continue // has spoken elsewhere on this plan
		}
		t.Eligible = append(t.Eligible, e.UserID)
		switch {
		case !decided || d.Digest != s.Digest:
			t.Open = append(t.Open, e.UserID)
		case d.CastBy != e.UserID && len(b.Interest(d.CastBy, s)) > 0:
			// cast by somebody who has a hand in it: it does not count, and the elector has spoken
		case d.Decision == Approve:
			t.Approved = append(t.Approved, e.UserID)
		case d.Decision == Reject:
			t.Rejected = append(t.Rejected, e.UserID)
		}
	}
	switch b.Slot.Rule {
	case Any:
		t.Needed = 1
	case All:
		t.Needed = max(1, len(t.Eligible))
	default:
		t.Needed = max(1, b.Slot.Needed, (b.Slot.Percent*len(t.Eligible)+99)/100)
	}
	t.Missing = max(0, t.Needed-len(t.Approved))
	t.Stuck = len(t.Approved)+len(t.Open) < t.Needed
	switch {
	case b.Slot.State == Stale || b.Slot.Digest != s.Digest:
		t.State = Stale
	case b.vetoed(t):
		t.State = Rejected
	case t.Missing == 0:
		t.State = Approved
	default:
		t.State = Waiting
	}
	return t
}

func (b Ballot) vetoed(t Tally) bool {
	n := len(t.Rejected)
	switch b.Slot.Veto {
	case VetoMajority:
		return 2*n > len(t.Eligible) || n > 0 && t.Stuck
	case VetoNone:
		return n > 0 && t.Stuck
	}
	return n > 0
}

// Unmet lists the conditions that guard a move ("start", "close") and are not met yet.
func (b Ballot) Unmet(before string) (out []Condition) {
	for _, c := range b.Conditions {
		if c.Before == before && c.MetAt == nil {
			out = append(out, c)
		}
	}
	return out
}

// Sentence says in words what is still needed; names gives people's names.
func (b Ballot) Sentence(s Subject, names func(domain.UserID) string) string {
	t := b.Tally(s)
	switch t.State {
	case Approved:
		return b.Slot.Label + " has approved"
	case Rejected:
		return names(t.Rejected[0]) + " rejected it"
	case Stale:
		return "The plan was edited: these decisions no longer count"
	}
	if b.Slot.Advisory && len(t.Open) == 0 {
		return b.Slot.Label + " has given its advice"
	}
	text := fmt.Sprintf("%d more of %s", t.Missing, b.Slot.Label)
	if len(b.Decisions) == 0 {
		text = fmt.Sprintf("%d of %s", t.Needed, b.Slot.Label)
	}
	if b.Slot.Rule == All {
		text = "Everybody eligible of " + b.Slot.Label
	}
	for _, e := range b.Electors {
		if why := b.Interest(e.UserID, s); len(why) > 0 && e.LeftAt == nil {
			text += ", not " + names(e.UserID) + ": " + names(e.UserID) + " " + why[0].Text
		}
	}
	if t.Stuck {
		text += ". Too few are left who may vote: ask the change manager to withdraw it or to extend the board"
	}
	return text
}
