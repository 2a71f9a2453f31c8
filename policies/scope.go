package policies

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
)

// The kinds of scope. Own is never granted: it is what somebody takes part in.
const (
	All     = "all"
	InTeam  = "team"
	InSite  = "site"
	OnBoard = "board"
	Own     = "own"
)

// Where is a scope in which a role is held: everywhere, or in one team, site or board.
type Where struct {
	Kind string
	ID   int64
}

// String writes the scope as it is kept: "all", "team:5".
func (w Where) String() string {
	if w.Kind == All || w.Kind == Own {
		return w.Kind
	}
	return w.Kind + ":" + strconv.FormatInt(w.ID, 10)
}

// ParseWhere reads a scope as it is kept. Only the exact form is read: "all", or a kind with an identifier.
func ParseWhere(s string) (Where, error) {
	if s == All {
		return Where{Kind: All}, nil
	}
	kind, id, _ := strings.Cut(s, ":")
	n, err := strconv.ParseInt(id, 10, 64)
	w := Where{Kind: kind, ID: n}
	if err != nil || n <= 0 || !slices.Contains([]string{InTeam, InSite, OnBoard}, kind) || w.String() != s {
		return Where{}, fmt.Errorf("not a scope")
	}
	return w, nil
}

// Object is the thing that somebody wants to act on, as far as permission is concerned.
type Object struct {
	// Class defaults to the part of the action before the dot. For change.decide it is the band of risk:
	// "change:low", "change:medium", "change:high" or "change:emergency".
	Class string
	// Number is for explanations only.
	Number string
	Team   domain.TeamID
	Site   domain.SiteID
	Board  domain.BoardID
	// Boards lists further boards to which the thing has been put.
	Boards []domain.BoardID
	// Participants are the people whose own the thing is: requester, who opened it, watchers.
	Participants []domain.UserID
}

// within tells whether the object lies in a granted scope.
func (o Object) within(w Where) bool {
	switch w.Kind {
	case All:
		return true
	case InTeam:
		return int64(o.Team) == w.ID
	case InSite:
		return int64(o.Site) == w.ID
	case OnBoard:
		return int64(o.Board) == w.ID || slices.Contains(o.Boards, domain.BoardID(w.ID))
	}
	return false
}

// ownedBy tells whether the thing is the user's own.
func (o Object) ownedBy(u domain.UserID) bool {
	return u != 0 && slices.Contains(o.Participants, u)
}

// Scope is the set of things to which a right extends, for the predicate of a list: everything, or what is
// in one of the teams, sites or boards, or, when Own is set, what User takes part in.
type Scope struct {
	All    bool
	Own    bool
	Teams  []domain.TeamID
	Sites  []domain.SiteID
	Boards []domain.BoardID
	User   domain.UserID
}

// None tells that the scope is empty.
func (s Scope) None() bool {
	return !s.All && !s.Own && len(s.Teams) == 0 && len(s.Sites) == 0 && len(s.Boards) == 0
}

// Covers tells whether an object lies in the scope. The SQL predicate of a list says the same.
func (s Scope) Covers(o Object) bool {
	if s.All || s.Own && o.ownedBy(s.User) ||
		o.Team != 0 && slices.Contains(s.Teams, o.Team) || o.Site != 0 && slices.Contains(s.Sites, o.Site) ||
		o.Board != 0 && slices.Contains(s.Boards, o.Board) {
		return true
	}
	for _, b := range o.Boards {
		if b != 0 && slices.Contains(s.Boards, b) {
			return true
		}
	}
	return false
}

// Tickets is the scope as an SQL condition over tickets under the name t: what [Scope.Covers] says of one record.
// It is empty when the scope holds no ticket. Lists, counts, searches, reports and exports all use this one.
func (s Scope) Tickets() (cond string, args []any) {
	if s.All {
		return "1 = 1", nil
	}
	var or []string
	if len(s.Teams) > 0 {
		or, args = append(or, "t.team_id in ?"), append(args, s.Teams)
	}
	if len(s.Sites) > 0 {
		or, args = append(or, "t.site_id in ?"), append(args, s.Sites)
	}
	if s.Own && s.User != 0 {
		or, args = append(or, "t.id in (select ticket_id from participants where user_id = ?)"), append(args, s.User)
	}
	return strings.Join(or, " or "), args
}

// Items is the scope as an SQL condition over configuration items under an alias: what [Scope.Covers] says of one. It is
// empty when the scope holds none.
func (s Scope) Items(alias string) (cond string, args []any) {
	if s.All {
		return "1 = 1", nil
	}
	var or []string
	if len(s.Teams) > 0 {
		or, args = append(or, alias+".team_id in ?"), append(args, s.Teams)
	}
	if len(s.Sites) > 0 {
		or, args = append(or, alias+".site_id in ?"), append(args, s.Sites)
	}
	if s.Own && s.User != 0 {
		or, args = append(or, alias+".owner_id = ? or "+alias+".used_by = ?"), append(args, s.User, s.User)
	}
	return strings.Join(or, " or "), args
}

func (s *Scope) add(w Where) {
	switch w.Kind {
	case All:
		s.All = true
	case Own:
		s.Own = true
	case InTeam:
		s.Teams = append(s.Teams, domain.TeamID(w.ID))
	case InSite:
		s.Sites = append(s.Sites, domain.SiteID(w.ID))
	case OnBoard:
		s.Boards = append(s.Boards, domain.BoardID(w.ID))
	}
}
