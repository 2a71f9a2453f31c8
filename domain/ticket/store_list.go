package ticket

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
)

// clauses collects the conditions of a list and their arguments.
type clauses struct {
	where []string
	args  []any
}

func (c *clauses) add(cond string, args ...any) {
	c.where = append(c.where, cond)
	c.args = append(c.args, args...)
}

func (c *clauses) sql() string {
	if len(c.where) == 0 {
		return "1 = 1"
	}
	return strings.Join(c.where, " and ")
}

// visible adds the predicate of what the actor may see: the same answer that the gate gives for one record.
// Kinds with the same scope share a condition.
func (c *clauses) visible(scopes []kindScope) {
	if everything(scopes) {
		return
	}
	type part struct {
		cond  string
		args  []any
		kinds []domain.Kind
	}
	var parts []*part
	for _, k := range scopes {
		cond, args := k.scope.Tickets()
		if cond == "" {
			continue
		}
		i := slices.IndexFunc(parts, func(p *part) bool { return p.cond == cond && reflect.DeepEqual(p.args, args) })
		if i < 0 {
			i, parts = len(parts), append(parts, &part{cond: cond, args: args})
		}
		parts[i].kinds = append(parts[i].kinds, k.kind)
	}
	if len(parts) == 1 && len(parts[0].kinds) == len(scopes) {
		c.add("("+parts[0].cond+")", parts[0].args...)
		return
	}
	var or []string
	var args []any
	for _, p := range parts {
		or, args = append(or, "t.kind in ? and ("+p.cond+")"), append(append(args, p.kinds), p.args...)
	}
	if len(or) == 0 {
		c.add("1 = 0")
		return
	}
	c.add("("+strings.Join(or, " or ")+")", args...)
}

// open is written out, in these words, so that the partial indexes over open tickets serve it.
const open = "t.category in ('open', 'waiting')"

func (c *clauses) queue(name string, a domain.Actor, now time.Time) {
	switch name {
	case "mine":
		c.add("t.assignee_id = ?", a.User)
	case "teams":
		if len(a.Teams) == 0 {
			c.add("1 = 0")
			return
		}
		c.add("t.team_id in ?", a.Teams)
	case "unassigned":
		c.add("t.assignee_id is null")
	case "pending":
		c.add("t.category = 'waiting'")
	case "recent":
		// Nothing is closed after its last update: the second condition lets the index over updated_at serve.
		since := now.Add(-7 * 24 * time.Hour)
		c.add("t.closed_at >= ? and t.updated_at >= ?", since, since)
	case "requested":
		c.add("t.id in (select ticket_id from participants where user_id = ? and role in ('requester', 'opener'))", a.User)
	}
}

// Resolved is a filter whose names have become keys.
type resolved struct {
	Filter
	team      domain.TeamID
	assignee  domain.UserID
	requester domain.UserID
	openOnly  bool            // only open and waiting records fit
	items     [][]domain.CIID // about one of each
}

func (c *clauses) filter(f resolved, a domain.Actor, now time.Time) {
	if f.Kind != "" {
		c.add("t.kind = ?", f.Kind)
	}
	if f.openOnly {
		c.add(open)
	}
	c.queue(f.Queue, a, now)
	if len(f.States) > 0 {
		c.add("t.state in ?", f.States)
	}
	if len(f.Categories) > 0 {
		c.add("t.category in ?", f.Categories)
	}
	if len(f.Priorities) > 0 {
		c.add("t.priority in ?", f.Priorities)
	}
	if f.team != 0 {
		c.add("t.team_id = ?", f.team)
	}
	switch {
	case f.Assignee == "none":
		c.add("t.assignee_id is null")
	case f.assignee != 0:
		c.add("t.assignee_id = ?", f.assignee)
	}
	if f.requester != 0 {
		c.add("t.requester_id = ?", f.requester)
	}
	if f.Service != "" {
		c.add("t.service = ?", f.Service)
	}
	if f.Classification != "" {
		c.add("t.classification = ?", f.Classification)
	}
	for _, w := range []struct {
		cond string
		at   *time.Time
	}{
		{"t.opened_at >= ?", f.OpenedFrom}, {"t.opened_at < ?", f.OpenedTo}, {"t.updated_at >= ?", f.UpdatedFrom}, {"t.updated_at < ?", f.UpdatedTo},
		{"exists (select 1 from changes c where c.ticket_id = t.id and c.planned_end >= ?)", f.PlannedFrom},
		{"exists (select 1 from changes c where c.ticket_id = t.id and c.planned_start < ?)", f.PlannedTo},
	} {
		if w.at != nil {
			c.add(w.cond, *w.at)
		}
	}
	if f.Risk != "" {
		c.add("exists (select 1 from changes c where c.ticket_id = t.id and c.risk in ?)", strings.Split(f.Risk, ","))
	}
	if f.Model != "" {
		c.add("exists (select 1 from changes c where c.ticket_id = t.id and c.model in ?)", strings.Split(f.Model, ","))
	}
}

// Page is one page of a list: its rows, the cursor of the next one (empty at the end), and the count where
// it was asked for.
type Page struct {
	Tickets []Ticket
	Next    string
	Total   *int64
}

// where collects the conditions of a filter; a row lies in all of the scopes.
func (s store) where(f resolved, a domain.Actor, now time.Time, scopes ...[]kindScope) (c clauses, err error) {
	for _, sc := range scopes {
		c.visible(sc)
	}
	c.filter(f, a, now)
	for _, ids := range f.items {
		cond, args := s.about(ids)
		c.add(cond, args...)
	}
	if f.Q != "" {
		err = s.matching(&c, f.Q, false)
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
	q, args, err := s.statement(f, sc, a, now, also...)
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
func (s store) statement(f resolved, sc []kindScope, a domain.Actor, now time.Time, also ...[]kindScope) (q string, args []any, err error) {
	c, err := s.where(f, a, now, append(also, sc)...)
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
	return "select t.* from tickets t " + s.path(f, sc) + " where " + c.sql() + " order by " + order + " limit ?", append(c.args, f.Limit+1), nil
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
	c, err := s.where(f, a, now, sc)
	if err != nil {
		return 0, err
	}
	path := s.path(f, sc)
	if !f.openOnly && f.Queue != "recent" && !everything(sc) {
		path = "" // a count has no order: the planner joins what each part of the scope finds by its own index
	}
	err = s.db.Conn(ctx).Raw("select count(*) from (select 1 from tickets t "+path+" where "+c.sql()+" limit ?) x", append(c.args, CountCap)...).Scan(&n).Error
	return n, err
}

// total counts without a cap.
func (s store) total(ctx context.Context, f resolved, a domain.Actor, now time.Time, scopes ...[]kindScope) (n int64, err error) {
	c, err := s.where(f, a, now, scopes...)
	if err != nil {
		return 0, err
	}
	return n, s.db.Conn(ctx).Raw("select count(*) from tickets t where "+c.sql(), c.args...).Scan(&n).Error
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
func (s store) path(f resolved, scopes []kindScope) string {
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
	case f.Queue == "requested", ownOnly(scopes), len(f.items) > 0:
		return keys // of what is somebody's own there is little
	case f.Queue == "mine", f.assignee != 0 && f.openOnly:
		return walk("tickets_open_assignee")
	case f.assignee != 0:
		return walk("tickets_assignee_updated")
	case f.requester != 0:
		return walk("tickets_requester_updated")
	case f.Queue == "recent":
		return walk("tickets_updated") // a week of all, in whatever order
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
