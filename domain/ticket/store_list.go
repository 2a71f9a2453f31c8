package ticket

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
)

// Page is one page of a list: its rows, the cursor of the next one (empty at the end), and the count where
// it was asked for.
type Page struct {
	Tickets []Ticket
	Next    string
	Total   *int64
}

// own finds out what of a list is the actor's own. The records are counted, up to a limit: statistics know only the
// average of all people.
func (s store) own(ctx context.Context, f *resolved, scopes []kindScope, a domain.Actor) error {
	f.onlyOwn = f.Queue == "requested" || ownOnly(scopes)
	if !f.onlyOwn && everything(scopes) {
		return nil
	}
	var n int
	err := s.db.Conn(ctx).Raw("select count(*) from (select 1 from participants where user_id = ? limit ?) x", a.User, s.limits.own).Scan(&n).Error
	f.fewOwn = n < s.limits.own
	return err
}

// where collects the conditions of a filter; a row lies in all of the scopes.
func (s store) where(ctx context.Context, f resolved, a domain.Actor, now time.Time, scopes ...[]kindScope) (c clauses, err error) {
	if f.onlyOwn && f.fewOwn && s.db.IsPostgres() { // an array is looked up by key whatever the statistics say
		c.add("t.id = any(array(select ticket_id from participants where user_id = ?))", a.User)
	}
	for _, sc := range scopes {
		c.visible(sc)
	}
	c.filter(f, a, now)
	for _, ids := range f.items {
		cond, args := s.about(ids)
		c.add(cond, args...)
	}
	if f.Q != "" {
		err = s.matching(ctx, &c, f.Q, false)
	}
	return c, err
}

func (s store) list(ctx context.Context, f resolved, sc []kindScope, a domain.Actor, now time.Time, also ...[]kindScope) (p Page, err error) {
	if f.Count {
		n, err := s.total(ctx, f, a, now, append(also, sc)...)
		if err != nil {
			return p, err
		}
		p.Total = &n
	}
	q, args, err := s.statement(ctx, f, sc, a, now, also...)
	if err != nil {
		return p, err
	}
	err = s.db.Conn(ctx).Raw(q, args...).Scan(&p.Tickets).Error
	if err == nil && len(p.Tickets) > f.Limit {
		p.Tickets = p.Tickets[:f.Limit]
		last := p.Tickets[f.Limit-1]
		p.Next = cursor{Sort: f.Sort, At: sortValue(strings.TrimPrefix(f.Sort, "-"), last), ID: int64(last.ID)}.String()
	}
	return p, err
}

// statement asks for one page and one row more, which tells that there is another page.
func (s store) statement(ctx context.Context, f resolved, sc []kindScope, a domain.Actor, now time.Time, also ...[]kindScope) (q string, args []any, err error) {
	if err := s.own(ctx, &f, sc, a); err != nil {
		return "", nil, err
	}
	c, err := s.where(ctx, f, a, now, append(also, sc)...)
	if err != nil {
		return "", nil, err
	}
	column, direction, than := s.column(strings.TrimPrefix(f.Sort, "-")), "asc", ">"
	if strings.HasPrefix(f.Sort, "-") {
		direction, than = "desc", "<"
	}
	if f.After != "" {
		cur, value, err := parseCursor(f.After, f.Sort)
		if err != nil {
			return "", nil, err
		}
		if column == "t.id" {
			c.add("t.id "+than+" ?", cur.ID)
		} else {
			c.add("("+column+", t.id) "+than+" (?, ?)", value, cur.ID)
		}
	}
	order := column + " " + direction
	if column != "t.id" {
		order += ", t.id " + direction
	}
	return "select t.* from tickets t " + s.path(f) + " where " + c.sql() + " order by " + order + " limit ?", append(c.args, f.Limit+1), nil
}

// farAway stands for "no due time" when sorting: after everything that is due.
var farAway = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

func (s store) column(name string) string {
	col := sorts[name].column
	if name == "due_at" {
		if s.db.IsPostgres() {
			return "coalesce(t.due_at, '9999-12-31 00:00:00+00'::timestamptz)"
		}
		return "coalesce(t.due_at, '9999-12-31 00:00:00.000000')"
	}
	return col
}

func sortValue(name string, t Ticket) string {
	switch name {
	case "updated_at":
		return t.UpdatedAt.Format(time.RFC3339Nano)
	case "opened_at":
		return t.OpenedAt.Format(time.RFC3339Nano)
	case "due_at":
		if t.DueAt == nil {
			return farAway.Format(time.RFC3339Nano)
		}
		return t.DueAt.Format(time.RFC3339Nano)
	case "priority":
		return strconv.Itoa(t.Priority)
	}
	return strconv.FormatInt(int64(t.ID), 10)
}

// CountCap is where the counting of a queue stops: "999+" is all that a badge can say.
const CountCap = 1000

func (s store) count(ctx context.Context, f resolved, sc []kindScope, a domain.Actor, now time.Time) (n int64, err error) {
	q, args, err := s.counting(ctx, f, sc, a, now)
	if err != nil {
		return 0, err
	}
	return n, s.db.Tailored(ctx).Raw(q, args...).Scan(&n).Error
}

func (s store) counting(ctx context.Context, f resolved, sc []kindScope, a domain.Actor, now time.Time) (q string, args []any, err error) {
	if err := s.own(ctx, &f, sc, a); err != nil {
		return "", nil, err
	}
	var each []string
	for _, p := range s.parts(f, sc, a) {
		c, err := s.where(ctx, f, a, now, p.seen...)
		if err != nil {
			return "", nil, err
		}
		each = append(each, "select id from (select t.id from tickets t "+p.path+" where "+p.cond+" and "+c.sql()+" limit ?) x"+Int(len(each)))
		args = append(append(append(args, p.args...), c.args...), CountCap)
	}
	return "select count(*) from (select id from (" + strings.Join(each, " union ") + ") y limit ?) z", append(args, CountCap), nil
}

// part is a part of what a count looks through, and the way to it.
type part struct {
	path, cond string
	args       []any
	seen       [][]kindScope // what must be asked beside the condition
}

// parts are where all that fits must be. A count has no order: for somebody who sees some teams, each part of the
// scope is found by its own index, where a walk would pass the work of everybody else.
func (s store) parts(f resolved, scopes []kindScope, a domain.Actor) []part {
	teams, walk, alike, own := scopes[0].scope.Teams, f.onlyOwn || !f.fewOwn || f.Queue == "mine" || f.assignee != 0, true, false
	for _, k := range scopes {
		walk = walk || k.scope.All || len(k.scope.Sites) > 0
		alike = alike && slices.Equal(k.scope.Teams, teams)
		own = own || k.scope.Own
	}
	if walk || !alike {
		path := s.path(f)
		if !f.openOnly && !f.onlyOwn && f.Queue != "recent" && !everything(scopes) {
			path = "" // the planner joins what each part of the scope finds by its own index
		}
		return []part{{path: path, cond: "1 = 1", seen: [][]kindScope{scopes}}}
	}
	byTeam, byKey, mine := "indexed by tickets_team_updated", "not indexed", "t.id in (select ticket_id from participants where user_id = ?)"
	switch {
	case s.db.IsPostgres():
		byTeam, byKey, mine = "", "", "t.id = any(array(select ticket_id from participants where user_id = ?))"
	case f.openOnly:
		byTeam = "indexed by tickets_open_team"
	}
	var out []part
	if len(teams) > 0 { // with the team it is seen, of whatever kind
		out = append(out, part{path: byTeam, cond: "t.team_id in ?", args: []any{teams}})
	}
	if own || len(out) == 0 {
		out = append(out, part{byKey, mine, []any{a.User}, [][]kindScope{scopes}})
	}
	return out
}

// total counts without a cap.
func (s store) total(ctx context.Context, f resolved, a domain.Actor, now time.Time, scopes ...[]kindScope) (n int64, err error) {
	f.fewOwn = true // all of them are read, so none is looked for on a walk
	c, err := s.where(ctx, f, a, now, scopes...)
	if err != nil {
		return 0, err
	}
	return n, s.db.Tailored(ctx).Raw("select count(*) from tickets t where "+c.sql(), c.args...).Scan(&n).Error
}

// A list is a walk over an index in the order of the list, from which rows that do not fit are left out: what it
// costs is the page and what is left out on the way to it. Two things keep that short. Work that is open is a few per
// cent of all, so it has indexes of its own, which hold the columns that people filter by. Of all other lists, the
// walk is over the index of the filter that fits the fewest.
//
// PostgreSQL chooses by its statistics. SQLite does not count on the walk ending with the page, and often sorts
// a tenth of the table instead: there the index is named. A test holds that every list is served on both.

// openIndexes serve lists of open work, by what they are sorted by.
var openIndexes = map[string]string{"updated_at": "tickets_open_updated", "opened_at": "tickets_open_opened", "priority": "tickets_open_priority", "due_at": "tickets_open_due"}

// wholeIndexes serve lists of everything.
var wholeIndexes = map[string]string{"updated_at": "tickets_updated", "opened_at": "tickets_opened", "priority": "tickets_priority", "due_at": "tickets_due"}

// path says how SQLite is to find the rows of a list: an index to walk, or none, which is to look records up by
// their keys; empty leaves it to the planner.
func (s store) path(f resolved) string {
	const keys = "not indexed"
	sorted := strings.TrimPrefix(f.Sort, "-")
	walk := func(index string) string {
		if index == "" {
			return keys
		}
		return "indexed by " + index
	}
	switch {
	case s.db.IsPostgres(), f.Q != "", f.PlannedFrom != nil, f.PlannedTo != nil:
		return ""
	case f.onlyOwn && f.fewOwn, len(f.items) > 0:
		return keys
	case f.Queue == "mine", f.assignee != 0 && f.openOnly:
		return walk("tickets_open_assignee")
	case f.assignee != 0:
		return walk("tickets_assignee_updated")
	case f.requester != 0:
		return walk("tickets_requester_updated")
	case f.Queue == "recent":
		return walk("tickets_closed_updated") // a week of what is closed, in whatever order
	case f.openOnly && sorted == "number":
		return walk("tickets_open_opened")
	case f.openOnly:
		return walk(openIndexes[sorted])
	case sorted != "updated_at":
		return walk(wholeIndexes[sorted])
	case f.Service != "":
		return walk("tickets_service_updated")
	case f.team != 0:
		return walk("tickets_team_updated")
	case f.Classification != "":
		return walk("tickets_class_updated")
	case len(f.States) == 1:
		return walk("tickets_state_updated")
	case f.Kind != "":
		return walk("tickets_kind_updated")
	}
	return walk(wholeIndexes[sorted])
}

// ownOnly tells whether somebody sees only what they take part in.
func ownOnly(scopes []kindScope) bool {
	for _, k := range scopes {
		if k.scope.All || len(k.scope.Teams) > 0 || len(k.scope.Sites) > 0 {
			return false
		}
	}
	return true
}

// onlyOpen tells whether a filter lets through only work that is open or waiting.
func (s *Service) onlyOpen(f Filter) bool {
	if slices.Contains([]string{"mine", "teams", "unassigned", "pending", "open"}, f.Queue) {
		return true
	}
	if len(f.Categories) > 0 {
		return !slices.ContainsFunc(f.Categories, func(c string) bool { return c != string(flow.Open) && c != string(flow.Waiting) })
	}
	return len(f.States) > 0 && !slices.ContainsFunc(f.States, func(state string) bool { return s.maybeDone(f.Kind, state) })
}

// maybeDone tells whether a record of a kind, or of any, can be done or cancelled in a state of that name.
func (s *Service) maybeDone(kind domain.Kind, name string) bool {
	known := false
	for k, of := range s.kinds {
		st, ok := of.Machine.State(name)
		if !ok || kind != "" && k != kind {
			continue
		}
		if known = true; st.Category != flow.Open && st.Category != flow.Waiting {
			return true
		}
	}
	return !known
}
