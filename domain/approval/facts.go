package approval

import (
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// Board is a standing electorate: the CAB, the ECAB, the owners of a service.
type Board struct {
	ID      domain.BoardID `gorm:"primaryKey"`
	Key     string
	Name    string
	Rule    Rule
	Needed  int
	Version int64
	Members []domain.UserID `gorm:"-"`
}

// TableName names the table.
func (Board) TableName() string { return "boards" }

// Fields is the board's state in the log.
func (b Board) Fields() map[string]string {
	ids := make([]string, len(b.Members))
	for i, m := range b.Members {
		ids[i] = strconv.FormatInt(int64(m), 10)
	}
	return map[string]string{"name": b.Name, "rule": string(b.Rule), "needed": strconv.Itoa(b.Needed), "members": strings.Join(ids, " ")}
}

// BoardSet is the fact that a board was founded, or its rule or members were changed.
type BoardSet struct {
	Board   Board
	Before  map[string]string
	Founded bool
}

// Event implements domain.Fact.
func (f BoardSet) Event() domain.Event {
	e := domain.Event{Type: "board.changed", EntityKind: "board", Entity: f.Board.Key, Version: f.Board.Version, Visibility: domain.InternalV, State: f.Board.Fields()}
	if f.Founded {
		e.Type = "board.founded"
	}
	for _, name := range []string{"name", "rule", "needed", "members"} {
		if f.Before[name] != e.State[name] {
			e.Fields = append(e.Fields, domain.FieldChange{Field: name, Before: f.Before[name], After: e.State[name]})
		}
	}
	return e
}

// The error codes of this package.
var (
	ErrCannotDecide = domain.Code(domain.Forbidden, "decision_not_permitted", "You cannot decide on this")
	ErrDigestStale  = domain.Code(domain.Conflict, "digest_stale", "The plan is not the one you saw")
	ErrDecided      = domain.Code(domain.Conflict, "already_decided", "This vote has been cast")
	ErrNoDecision   = domain.Code(domain.Conflict, "no_decision_open", "No decision is asked for now")
	ErrComment      = domain.Code(domain.Invalid, "decision_needs_reason", "Say why")
	ErrElectorate   = domain.Code(domain.Conflict, "electorate_too_small", "Too few people may decide")
	ErrSignature    = domain.Code(domain.Forbidden, "signature_required", "Confirm with your password")
	ErrCondition    = domain.Code(domain.Invalid, "condition_incomplete", "Say what has to be done before which step")
	ErrMet          = domain.Code(domain.Conflict, "condition_met", "This condition is met already")
	ErrNoAdvice     = domain.Code(domain.Conflict, "no_advice_against", "There is no advice against it")
	ErrDuty         = domain.Code(domain.Invalid, "duty_invalid", "That is not a turn of duty")
	ErrNobodyOnCall = domain.Code(domain.Conflict, "nobody_on_call", "Nobody is on duty")
	ErrBoard        = domain.Code(domain.Conflict, "board_missing", "There is no board that could decide")
)

// Refusal turns the reasons of CanDecide into the error that the outside sees: the most specific first.
func Refusal(why []domain.Reason) error {
	has := func(code string) bool {
		for _, r := range why {
			if r.Code == code {
				return true
			}
		}
		return false
	}
	switch {
	case len(why) == 0:
		return nil
	case has(ReasonRole), has(ReasonElectorate), has(ReasonInactive), has(ReasonSelf), has(ReasonImplements), has(ReasonEditor), has(ReasonDelegate), has(ReasonDelegation), has(ReasonApart):
		return ErrCannotDecide.For(why...)
	case has(ReasonStale):
		return ErrDigestStale.For(why...)
	case has(ReasonDecided):
		return ErrDecided.For(why...)
	}
	return ErrNoDecision.For(why...)
}

// Canonical is the decisions of a subject's ballots as one text, for the state that the log hashes: an edited
// or removed decision shows there.
func Canonical(ballots []Ballot) string {
	var b strings.Builder
	for _, ba := range ballots {
		b.WriteString(ba.Slot.Ref + " r" + strconv.FormatInt(ba.Slot.Revision, 10) + " " + string(ba.Slot.State) + " " + ba.Slot.Digest + ba.Slot.more() + "\n")
		for _, d := range ba.Decisions {
			b.WriteString("  " + strconv.FormatInt(int64(d.UserID), 10) + " by " + strconv.FormatInt(int64(d.CastBy), 10) + " " + string(d.Decision) + " " + d.Digest + " " + d.At.UTC().Format(time.RFC3339Nano) + signed(d) + "\n")
		}
		for _, c := range ba.Conditions {
			b.WriteString("  if " + c.Ref + " before " + c.Before + " by " + id(c.SetBy) + " " + strconv.Quote(c.Text) + " met " + id(c.MetBy) + " " + strconv.Quote(c.Evidence) + "\n")
		}
	}
	return b.String()
}

// more is what slots have had since they come from a policy; a slot of before has none of it, so that old hashes stand.
func (s Slot) more() string {
	var b strings.Builder
	for _, x := range []struct {
		name string
		on   bool
		text string
	}{
		{"kind", s.Kind != "" && s.Kind != "board", s.Kind}, {"percent", s.Percent > 0, strconv.Itoa(s.Percent)}, {"veto", s.Veto != "" && s.Veto != VetoAny, string(s.Veto)},
		{"advisory", s.Advisory, ""}, {"sign", s.Sign, strconv.Quote(s.Meaning)}, {"apart", s.Apart, ""}, {"retro", s.Retro, ""},
		{"overridden", s.OverriddenAt != nil, id(s.OverriddenBy) + strconv.Quote(s.OverrideReason)},
	} {
		if x.on {
			b.WriteString(" " + x.name + x.text)
		}
	}
	return b.String()
}

func signed(d Decision) string {
	if d.SignedAt == nil {
		return ""
	}
	return " signed " + strconv.Quote(d.Meaning)
}

func id(u domain.UserID) string { return strconv.FormatInt(int64(u), 10) }
