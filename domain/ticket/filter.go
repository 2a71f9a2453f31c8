package ticket

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// Filter is the one grammar of all lists: the API's query, saved views, exports and the command line.
// People and teams are named by what the outside knows (reference, key); "me" and "none" are words.
type Filter struct {
	Kind           domain.Kind
	Queue          string
	States         []string
	Categories     []string
	Priorities     []int
	Team           string
	Assignee       string
	Requester      string
	Service        string
	Classification string
	Risk           string
	Model          string
	// CI is a configuration item that the records are about; CIImpact one that depends on what they are about.
	CI          string
	CIImpact    string
	OpenedFrom  *time.Time
	OpenedTo    *time.Time
	UpdatedFrom *time.Time
	UpdatedTo   *time.Time
	PlannedFrom *time.Time
	PlannedTo   *time.Time
	Q           string
	Sort        string
	After       string
	Limit       int
	Count       bool
}

// Queues are the standing lists, in the order in which they are shown.
var Queues = []struct{ Key, Label string }{
	{"mine", "Assigned to me"}, {"teams", "My teams"}, {"unassigned", "Unassigned"}, {"pending", "Pending"},
	{"open", "All open"}, {"recent", "Recently closed"}, {"requested", "My requests"}, {"all", "Everything"},
}

var sorts = map[string]sortKey{
	"updated_at": {"t.updated_at", isTime}, "opened_at": {"t.opened_at", isTime}, "priority": {"t.priority", isInt},
	"due_at": {"coalesce(t.due_at, timestamp)", isTime}, "number": {"t.id", isInt},
}

type valueKind int

const (
	isTime valueKind = iota
	isInt
)

type sortKey struct {
	column string
	kind   valueKind
}

// MaxPage is the most rows that one page holds.
const MaxPage = 200

// ParseQuery reads a filter from a query string. Unknown names and malformed values are refused with
// ErrFilter, naming the parameter: a filter that is silently ignored shows too much.
func ParseQuery(query string) (Filter, error) {
	v, err := url.ParseQuery(query)
	if err != nil {
		return Filter{}, ErrFilter.Because("The filter is not a query string.")
	}
	return ParseFilter(v)
}

// ParseFilter is ParseQuery for values already split.
func ParseFilter(v url.Values) (f Filter, err error) {
	f.Limit, f.Sort = 50, "-updated_at"
	for name, values := range v {
		for _, s := range values {
			if err := f.set(name, s); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

func (f *Filter) set(name, s string) error {
	bad := func(why string) error { return ErrFilter.With("query."+name, why) }
	if s == "" {
		return nil
	}
	if len(s) > 1000 {
		return bad("the value is too long")
	}
	switch name {
	case "kind":
		if f.Kind = domain.Kind(s); !slices.Contains(domain.Records[:], f.Kind) {
			return bad("kind is incident, request, problem or change")
		}
	case "queue":
		f.Queue = s
		if !slices.ContainsFunc(Queues, func(q struct{ Key, Label string }) bool { return q.Key == s }) {
			return bad("there is no such queue")
		}
	case "state":
		f.States = append(f.States, strings.Split(s, ",")...)
	case "category":
		f.Categories = append(f.Categories, strings.Split(s, ",")...)
		for _, c := range f.Categories {
			if !slices.Contains([]string{"open", "waiting", "done", "cancelled"}, c) {
				return bad("category is open, waiting, done or cancelled")
			}
		}
	case "priority":
		for _, p := range strings.Split(s, ",") {
			n, err := strconv.Atoi(p)
			if err != nil || n < 1 || n > 4 {
				return bad("priority is 1 to 4")
			}
			f.Priorities = append(f.Priorities, n)
		}
	case "team":
		f.Team = s
	case "assignee":
		f.Assignee = s
	case "requester":
		f.Requester = s
	case "service":
		f.Service = s
	case "classification":
		f.Classification = s
	case "risk":
		f.Risk = s
	case "model":
		f.Model = s
	case "ci":
		f.CI = s
	case "ci_impact":
		f.CIImpact = s
	case "opened_from":
		return when(&f.OpenedFrom, s, name)
	case "opened_to":
		return when(&f.OpenedTo, s, name)
	case "updated_from":
		return when(&f.UpdatedFrom, s, name)
	case "updated_to":
		return when(&f.UpdatedTo, s, name)
	case "planned_from":
		return when(&f.PlannedFrom, s, name)
	case "planned_to":
		return when(&f.PlannedTo, s, name)
	case "q":
		f.Q = s
	case "sort":
		f.Sort = s
		if _, ok := sorts[strings.TrimPrefix(s, "-")]; !ok {
			return bad("sort by updated_at, opened_at, priority, due_at or number, with - in front for the other direction")
		}
	case "after":
		f.After = s
	case "limit":
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > MaxPage {
			return bad("limit is 1 to 200")
		}
		f.Limit = n
	case "count":
		f.Count = s == "true" || s == "1"
	default:
		return bad("there is no such filter")
	}
	return nil
}

func when(dst **time.Time, s, name string) error {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			t = domain.Instant(t)
			*dst = &t
			return nil
		}
	}
	return ErrFilter.With("query."+name, "a time looks like 2026-03-02 or 2026-03-02T09:00:00Z")
}

// cursor is where a page ended: the sort value and the key of its last row. It is opaque outside, and
// bound to the sort order that made it.
type cursor struct {
	Sort string `json:"s"`
	At   string `json:"v"`
	ID   int64  `json:"i"`
}

func (c cursor) String() string {
	b, _ := json.Marshal(c) //nolint:errcheck // strings and a number always marshal
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(s, sort string) (c cursor, value any, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) > 300 || json.Unmarshal(b, &c) != nil || c.Sort != sort {
		return c, nil, domain.ErrCursor
	}
	switch sorts[strings.TrimPrefix(sort, "-")].kind {
	case isTime:
		t, err := time.Parse(time.RFC3339Nano, c.At)
		if err != nil {
			return c, nil, domain.ErrCursor
		}
		return c, t, nil
	default:
		n, err := strconv.ParseInt(c.At, 10, 64)
		if err != nil {
			return c, nil, domain.ErrCursor
		}
		return c, n, nil
	}
}

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

func (c *clauses) queue(name string, few bool, a domain.Actor, now time.Time) {
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
		// Nothing is closed after its last update: the second condition bounds the walk in the order of updates.
		since := now.Add(-7 * 24 * time.Hour)
		c.add("t.closed_at >= ? and t.updated_at >= ?", since, since)
	case "requested":
		const theirs = "user_id = ? and role in ('requester', 'opener')"
		if few {
			c.add("t.id in (select ticket_id from participants where "+theirs+")", a.User)
		} else { // asked of each row on the walk: with its offset the question is not turned into a join
			c.add("exists (select 1 from participants p where p.ticket_id = t.id and "+theirs+" limit 1 offset 0)", a.User)
		}
	}
}

// Resolved is a filter whose names have become keys.
type resolved struct {
	Filter
	team      domain.TeamID
	assignee  domain.UserID
	requester domain.UserID
	openOnly  bool            // only open and waiting records fit
	onlyOwn   bool            // only the actor's own fit
	fewOwn    bool            // of which there are so few that they are looked up by key, and sorted
	items     [][]domain.CIID // about one of each
}

func (c *clauses) filter(f resolved, a domain.Actor, now time.Time) {
	if f.Kind != "" {
		c.add("t.kind = ?", f.Kind)
	}
	if f.openOnly {
		c.add(open)
	}
	c.queue(f.Queue, f.fewOwn, a, now)
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
