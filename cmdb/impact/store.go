package impact

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// store reads relations and items by the thousand, in plain SQL; store_closure.go keeps the closures of changes.
type store struct{ db *db.DB }

// relation is one row of ci_relations.
type relation struct {
	from, to   domain.CIID
	kind       string
	redundancy string
	needed     int
}

// among is the condition that a column is one of many keys, with its argument.
func (s store) among(column string, ids []domain.CIID) (string, any) {
	return db.Among(s.db, column, ids)
}

// during is the condition that a row holds at a moment, under an alias with its dot. Now has an index of its own.
func during(m cmdb.Moment, alias string) (string, []any) {
	if m.Now() {
		return alias + "valid_to is null and " + alias + "superseded_at is null", nil
	}
	return alias + "valid_from <= ? and (" + alias + "valid_to is null or " + alias + "valid_to > ?) and " + alias + "recorded_at <= ? and (" +
		alias + "superseded_at is null or " + alias + "superseded_at > ?)", []any{m.At, m.At, m.Known, m.Known}
}

// each runs a query and gives its rows to scan, one at a time.
func (s store) each(ctx context.Context, q string, args []any, scan func(rows *sql.Rows) error) error {
	rows, err := s.db.SQL(ctx).QueryContext(ctx, s.db.Bind(q), args...)
	if err != nil {
		return db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return db.Translate(err)
		}
	}
	return db.Translate(rows.Err())
}

// ends picks relations: those in which items are the first, or the second; of some types, or all; only those that are part
// of a redundancy, or all.
type ends struct {
	ids       []domain.CIID
	first     bool
	kinds     []string
	redundant bool
}

// relations yields relations at a moment. Their texts are few and come again and again: each is kept once. The types
// are compared in a form that no index serves: it is quicker to step over the relations of an item than to seek each type.
func (s store) relations(ctx context.Context, e ends, m cmdb.Moment, yield func(r relation)) error {
	column := "r.to_id"
	if e.first {
		column = "r.from_id"
	}
	cond, arg := s.among(column, e.ids)
	held, args := during(m, "r.")
	args = append([]any{arg}, args...)
	if e.kinds != nil {
		in, kinds := db.In(e.kinds)
		held, args = held+" and r.type || '' in "+in, append(args, kinds...)
	}
	if e.redundant {
		held += " and r.redundancy <> ''"
	}
	texts := map[string]string{"": ""}
	kept := func(b sql.RawBytes) string {
		t, ok := texts[string(b)]
		if !ok {
			t = string(b)
			texts[t] = t
		}
		return t
	}
	return s.each(ctx, "select r.from_id, r.type, r.to_id, r.redundancy, r.needed from ci_relations r where "+cond+" and "+held, args, func(rows *sql.Rows) error {
		var r relation
		var from, to int64
		var kind, redundancy sql.RawBytes
		if err := rows.Scan(&from, &kind, &to, &redundancy, &r.needed); err != nil {
			return err
		}
		r.from, r.to, r.kind, r.redundancy = domain.CIID(from), domain.CIID(to), kept(kind), kept(redundancy)
		yield(r)
		return nil
	})
}

// sources says where items are read at a moment: the tables, in which x has the key and what the scope asks about, and the
// alias of their facts. At a moment those are the revisions that held then, under the present scope; an item of which
// nothing was known then is not found.
func sources(m cmdb.Moment) (tables, facts string, args []any) {
	if m.Now() {
		return "cis x", "x", nil
	}
	held, args := during(m, "c.")
	return "cis x join ci_revisions c on c.ci_id = x.id and " + held, "c", args
}

func visible(scope policies.Scope) (string, []any) {
	cond, args := scope.Items("x")
	if cond == "" {
		cond = "1 = 0"
	}
	return "(" + cond + ")", args
}

// inUse adds those of the items that are live.
func (s store) inUse(ctx context.Context, ids []domain.CIID, m cmdb.Moment, out map[domain.CIID]bool) error {
	tables, f, args := sources(m)
	cond, arg := s.among("x.id", ids)
	return s.each(ctx, "select x.id from "+tables+" where "+cond+" and "+f+".presence = 'present' and "+f+".status = '"+cmdb.Live+"'", append(args, arg), func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		out[domain.CIID(id)] = true
		return err
	})
}

// items loads what a page shows of items that the scope holds.
func (s store) items(ctx context.Context, ids []domain.CIID, m cmdb.Moment, scope policies.Scope, out map[domain.CIID]Item) error {
	tables, f, args := sources(m)
	cond, arg := s.among("x.id", ids)
	seen, more := visible(scope)
	f += "."
	q := "select x.id, x.number, " + f + "class, " + f + "name, " + f + "status, " + f + "environment, " + f + "criticality, " + f + "site_id, " + f + "verified_at, (select max(g.last_seen) from ci_sightings g where g.ci_id = x.id) from " +
		tables + " where " + cond + " and " + seen
	return s.each(ctx, q, append(append(args, arg), more...), func(rows *sql.Rows) error {
		var i Item
		var id int64
		var site sql.NullInt64
		var verified, sighted instant
		if err := rows.Scan(&id, &i.Number, &i.Class, &i.Name, &i.Status, &i.Environment, &i.Criticality, &site, &verified, &sighted); err != nil {
			return err
		}
		i.ID, i.Site = domain.CIID(id), domain.SiteID(site.Int64)
		if i.SeenAt = verified.at; sighted.at != nil && (i.SeenAt == nil || sighted.at.After(*i.SeenAt)) {
			i.SeenAt = sighted.at
		}
		out[i.ID] = i
		return nil
	})
}

// instant reads a time or none; what SQLite computes is text.
type instant struct{ at *time.Time }

// Scan implements sql.Scanner.
func (i *instant) Scan(v any) error {
	i.at = nil
	switch v := v.(type) {
	case nil:
	case time.Time:
		t := domain.Instant(v)
		i.at = &t
	case string:
		return i.parse(v)
	case []byte:
		return i.parse(string(v))
	}
	return nil
}

func (i *instant) parse(s string) error {
	for _, layout := range []string{"2006-01-02 15:04:05.999999", time.RFC3339Nano, "2006-01-02 15:04:05.999999-07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			t = domain.Instant(t)
			i.at = &t
			return nil
		}
	}
	return domain.ErrInternal
}

// summary is what is said of everything that a walk reached and the scope holds.
type summary struct {
	seen, unverified int
	byClass          map[string]int
	named            map[domain.CIID]bool // of the classes that were asked for
}

// sum counts items by class, and those that nobody and nothing has confirmed since; it names those of some classes.
func (s store) sum(ctx context.Context, ids []domain.CIID, m cmdb.Moment, scope policies.Scope, since time.Time, named []string, out *summary) error {
	tables, f, args := sources(m)
	cond, arg := s.among("x.id", ids)
	seen, more := visible(scope)
	in, classes := db.In(named)
	join := "group_concat"
	if s.db.IsPostgres() {
		join = "string_agg"
	}
	q := "select " + f + ".class, count(*), sum(case when (" + f + ".verified_at is null or " + f + ".verified_at < ?) and not exists (select 1 from ci_sightings g where g.ci_id = x.id and g.last_seen >= ?) then 1 else 0 end), " +
		join + "(case when " + f + ".class in " + in + " then cast(x.id as text) end, ',') from " + tables + " where " + cond + " and " + seen + " group by " + f + ".class"
	all := append([]any{since, since}, classes...)
	return s.each(ctx, q, append(append(append(all, args...), arg), more...), func(rows *sql.Rows) error {
		var class string
		var list sql.NullString
		var n, unverified int
		if err := rows.Scan(&class, &n, &unverified, &list); err != nil {
			return err
		}
		out.seen, out.unverified = out.seen+n, out.unverified+unverified
		out.byClass[class] += n
		for id := range strings.SplitSeq(list.String, ",") {
			if key, err := strconv.ParseInt(id, 10, 64); err == nil {
				out.named[domain.CIID(key)] = true
			}
		}
		return nil
	})
}

// seen adds those of the items that the scope holds.
func (s store) seen(ctx context.Context, ids []domain.CIID, m cmdb.Moment, scope policies.Scope, out map[domain.CIID]bool) error {
	tables, _, args := sources(m)
	cond, arg := s.among("x.id", ids)
	held, more := visible(scope)
	return s.each(ctx, "select x.id from "+tables+" where "+cond+" and "+held, append(append(args, arg), more...), func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		out[domain.CIID(id)] = true
		return err
	})
}

// kinds lists the types of the relations that an item has at a moment.
func (s store) kinds(ctx context.Context, id domain.CIID, m cmdb.Moment) (out []string, err error) {
	held, args := during(m, "r.")
	one := "select distinct r.type from ci_relations r where r."
	q := one + "from_id = ? and " + held + " union " + one + "to_id = ? and " + held
	err = s.each(ctx, q, append(append(append([]any{int64(id)}, args...), int64(id)), args...), func(rows *sql.Rows) error {
		var kind string
		err := rows.Scan(&kind)
		out = append(out, kind)
		return err
	})
	return out, err
}
