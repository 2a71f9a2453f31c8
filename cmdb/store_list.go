package cmdb

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
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

// A list is a walk over an index in its order, from which rows that do not fit are left out. Now, the items are the rows of cis;
// at another moment they are the revisions that held then, under the present scope.
func (s store) from(r resolved) (tables, key, scoped string) {
	if r.Moment.Now() {
		return "cis c " + s.path(r), "c.id", "c"
	}
	return "ci_revisions c join cis x on x.id = c.ci_id", "c.ci_id", "x"
}

// path names the index that SQLite is to walk: it does not count on the walk ending with the page, and would often
// sort instead. PostgreSQL chooses by its statistics.
func (s store) path(r resolved) string {
	if s.db.IsPostgres() || r.Q != "" && !r.frequent || len(r.attributes) > 0 || r.Group != "" {
		return ""
	}
	sorted := strings.TrimPrefix(r.Sort, "-")
	switch {
	case sorted == "number":
		return "not indexed"
	case sorted != "name":
		return "indexed by " + map[string]string{"updated_at": "cis_updated", "criticality": "cis_criticality", "verified_at": "cis_verified"}[sorted]
	case r.usedBy != 0:
		return "indexed by cis_user_name"
	case r.owner != 0:
		return "indexed by cis_owner_name"
	case len(r.classes) == 1:
		return "indexed by cis_class_name"
	case r.team != 0:
		return "indexed by cis_team_name"
	case r.site != 0:
		return "indexed by cis_site_name"
	}
	return "indexed by cis_name"
}

func (s store) where(r resolved, now time.Time, key, scoped string, scopes []policies.Scope) (c clauses) {
	c.add("c.presence = 'present'")
	if !r.Moment.Now() {
		cond, args := r.Moment.during("c")
		c.add(cond, args...)
	}
	for _, sc := range scopes {
		cond, args := sc.Items(scoped)
		if cond == "" {
			cond = "1 = 0"
		}
		c.add("("+cond+")", args...)
	}
	if r.classes != nil {
		if len(r.classes) == 1 {
			c.add("c.class = ?", r.classes[0])
		} else {
			c.add("c.class in ?", r.classes)
		}
	}
	for column, list := range map[string][]string{"status": r.Statuses, "environment": r.Environments} {
		if len(list) > 0 {
			c.add("c."+column+" in ?", list)
		}
	}
	if len(r.Criticality) > 0 {
		c.add("c.criticality in ?", numbers(r.Criticality))
	}
	for _, p := range []struct {
		column, asked string
		id            int64
	}{{"team_id", r.Team, int64(r.team)}, {"owner_id", r.Owner, int64(r.owner)}, {"used_by", r.UsedBy, int64(r.usedBy)}, {"site_id", r.Site, int64(r.site)}} {
		switch {
		case p.asked == "none":
			c.add("c." + p.column + " is null")
		case p.asked != "":
			c.add("c."+p.column+" = ?", p.id)
		}
	}
	if r.Tag != "" {
		c.add("' ' || c.tags || ' ' like ? escape '!'", "% "+escaped(r.Tag)+" %")
	}
	if r.Group != "" {
		cond, args := r.Moment.with(now).during("m")
		c.add(key+" in (select m.ci_id from ci_memberships m join ci_groups g on g.id = m.group_id where g.key = ? and "+cond+")", append([]any{r.Group}, args...)...)
	}
	for _, field := range sortedKeys(r.attributes) {
		switch {
		case r.Moment.Now():
			c.add("c.id in (select a.ci_id from ci_attributes a where a.field = ? and a.value = ?)", field, r.attributes[field])
		case s.db.IsPostgres():
			c.add("c.body::jsonb -> cast(? as text) ->> 'v' = ?", field, r.attributes[field])
		default:
			c.add("json_extract(c.body, '$.\"' || ? || '\".v') = ?", field, r.attributes[field])
		}
	}
	if r.StaleDays > 0 {
		before := r.Moment.with(now).At.AddDate(0, 0, -r.StaleDays)
		c.add("(c.verified_at is null or c.verified_at < ?) and not exists (select 1 from ci_sightings g where g.ci_id = "+key+" and g.last_seen >= ?)", before, before)
	}
	if r.Q != "" && !r.wordless {
		words := db.Words(r.Q)
		switch {
		case len(words) == 0:
			c.add("1 = 0")
		case r.few != "":
			c.add(key+" = any(cast(? as bigint[]))", r.few)
		case s.db.IsPostgres():
			c.add(key+" in (select f.ci_id from ci_search f where f.doc @@ to_tsquery('simple', ?))", s.db.Match(words, true))
		default:
			c.add(key+" in (select f.rowid from ci_search f where f.ci_search match ?)", s.db.Match(words, true))
		}
	}
	return c
}

func numbers(list []string) []int {
	out := make([]int, len(list))
	for i, s := range list {
		out[i] = int(s[0] - '0')
	}
	return out
}

func escaped(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// statement asks for one page and one row more, which tells that there is another page; by is its order.
func (s store) statement(r resolved, now time.Time, scopes []policies.Scope) (q, by string, args []any, err error) {
	tables, key, scoped := s.from(r)
	c := s.where(r, now, key, scoped, scopes)
	direction, than := "asc", ">"
	if strings.HasPrefix(r.Sort, "-") {
		direction, than = "desc", "<"
	}
	never, name := "'0001-01-01 00:00:00.000000'", byName
	if s.db.IsPostgres() {
		never = "'0001-01-01 00:00:00+00'::timestamptz"
	}
	if !r.Moment.Now() {
		name = "lower(c.name)"
	}
	var order, marks []string
	for _, column := range sorts[strings.TrimPrefix(r.Sort, "-")].columns {
		mark := "?"
		if column == byName {
			column, mark = name, "lower(?)"
		}
		order, marks = append(order, strings.ReplaceAll(column, "never", never)), append(marks, mark)
	}
	order, marks = append(order, key), append(marks, "?")
	if r.After != "" {
		values, id, err := parseCursor(r.After, r.Sort)
		if err != nil {
			return "", "", nil, err
		}
		c.add("("+strings.Join(order, ", ")+") "+than+" ("+strings.Join(marks, ", ")+")", append(values, id)...)
	}
	columns := "c.*"
	if !r.Moment.Now() {
		columns = `c.ci_id as id, x.number, c.class, c.name, c.status, c.presence, c.merged_into, c.environment, c.criticality, c.team_id, c.owner_id, c.used_by, c.site_id, c.serial,
			c.asset_tag, c.tags, c.warranty_until, c.support_until, c.body, c.verified_at, c.verified_by, c.version, c.created_at, c.updated_at`
	}
	by = strings.Join(order, " "+direction+", ") + " " + direction
	found := " from " + tables + " where " + strings.Join(c.where, " and ") + " order by " + by + " limit ?"
	if r.match != "" {
		// Along the index alone, which the planner would not do by itself, since it does not know that so many are met before
		// long; rows are read of the page only. What "is true" keeps the set of those that have the words one that is looked into.
		walk := "select c.id from " + tables + " where " + strings.Join(c.where, " and ") + " order by " + by + " offset 0"
		return "select c.* from (select w.id from (" + walk + ") w where (w.id in (select f.ci_id from ci_search f where f.doc @@ to_tsquery('simple', ?))) is true limit ?) p join cis c on c.id = p.id order by " + by,
			by, append(c.args, r.match, r.Limit+1), nil
	}
	return "select " + columns + found, by, append(c.args, r.Limit+1), nil
}

// How a list with words is found. The index of words does not know the order of the list: it gathers all items that have
// the words. Few are looked up and sorted; many are met along the list before long, unless they all stand at its end.
// Statistics tell the cases apart badly, above all for several words together, so it is tried: SQLite counts quickly and
// walks where there are many, PostgreSQL walks first and counts where that is not enough.
type limits struct {
	often   int // from how many hits on there are many
	walking int // how far the list is walked before all hits are gathered
}

var usual = limits{often: 3000, walking: 300}

func (s store) list(ctx context.Context, r resolved, scopes ...policies.Scope) (out []CI, err error) {
	words := db.Words(r.Q)
	if len(words) == 0 || !r.Moment.Now() {
		return s.page(ctx, r, scopes, "", nil)
	}
	match := s.db.Match(words, true)
	if !s.db.IsPostgres() {
		var n int64
		err = s.db.Conn(ctx).Raw("select count(*) from (select 1 from ci_search f where f.ci_search match ? limit ?) x", match, s.limits.often).Scan(&n).Error
		if err != nil {
			return nil, err
		}
		if r.frequent = n >= int64(s.limits.often); !r.frequent {
			return s.page(ctx, r, scopes, "", nil)
		}
	}
	walk := r
	walk.wordless, walk.Limit = true, s.limits.walking-1
	// The plus keeps SQLite from asking the index of words once for each row: it is read once, and what stands on the walk is kept.
	has := "c.id in (select f.rowid from ci_search f where f.ci_search match ? and +f.rowid in (select w.id from walk w))"
	if s.db.IsPostgres() {
		has = "exists (select 1 from ci_search f where f.ci_id = c.id and f.doc @@ to_tsquery('simple', ?))"
	}
	out, err = s.page(ctx, walk, scopes, has, []any{match, r.Limit + 1})
	if err != nil || len(out) > r.Limit {
		return out, err
	}
	if !s.db.IsPostgres() {
		return s.page(ctx, r, scopes, "", nil)
	}
	keys, many, err := s.hits(ctx, match)
	if err != nil {
		return nil, err
	}
	if r.few = keys; many {
		r.few, r.match, r.wordless = "", match, true
	}
	return s.page(ctx, r, scopes, "", nil)
}

// page reads a page and one row more; with a condition, what meets it of that page, which the condition calls walk.
func (s store) page(ctx context.Context, r resolved, scopes []policies.Scope, of string, with []any) (out []CI, err error) {
	q, by, args, err := s.statement(r, s.db.Now(ctx), scopes)
	if err != nil {
		return nil, err
	}
	if of != "" {
		q, args = "with walk as materialized ("+q+") select * from walk c where "+of+" order by "+by+" limit ?", append(args, with...)
	}
	run := s.db.Conn
	if r.Q != "" {
		run = s.db.Tailored
	}
	return out, run(ctx).Raw(q, args...).Scan(&out).Error
}

// hits are the keys of the items that have the words, as an array of PostgreSQL, unless they are many.
func (s store) hits(ctx context.Context, match string) (keys string, many bool, err error) {
	var found struct {
		N    int
		Keys string
	}
	// What is materialised is planned as if all of it were read, by the index of words, and read only as far as asked.
	err = s.db.Tailored(ctx).Raw("with f as materialized (select ci_id from ci_search where doc @@ to_tsquery('simple', ?)) "+
		"select count(*) as n, coalesce(array_agg(ci_id), '{}')::text as keys from (select ci_id from f limit ?) x", match, s.limits.often+1).Scan(&found).Error
	return found.Keys, found.N > s.limits.often, err
}

func (s store) count(ctx context.Context, r resolved, scope policies.Scope) (n int64, err error) {
	tables, key, scoped := s.from(r)
	c := s.where(r, s.db.Now(ctx), key, scoped, []policies.Scope{scope})
	return n, s.db.Conn(ctx).Raw("select count(*) from (select 1 from "+tables+" where "+strings.Join(c.where, " and ")+" limit ?) x", append(c.args, CountCap)...).Scan(&n).Error
}

func (s store) total(ctx context.Context, r resolved, scopes ...policies.Scope) (n int64, err error) {
	tables, key, scoped := s.from(r)
	c := s.where(r, s.db.Now(ctx), key, scoped, scopes)
	return n, s.db.Conn(ctx).Raw("select count(*) from "+tables+" where "+strings.Join(c.where, " and "), c.args...).Scan(&n).Error
}
