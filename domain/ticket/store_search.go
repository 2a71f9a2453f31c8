package ticket

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// document is what a ticket can be found by.
type document struct {
	number, title, description, comments, people, notes string
}

// maxDocument caps how much of a long conversation is searched, in bytes.
const maxDocument = 200_000

func (s store) index(ctx context.Context, id domain.TicketID, d document) error {
	if !s.db.IsPostgres() {
		if err := s.db.Conn(ctx).Exec("delete from ticket_search where rowid = ?", id).Error; err != nil {
			return err
		}
		return s.db.Conn(ctx).Exec("insert into ticket_search (rowid, number, title, description, comments, people, notes) values (?, ?, ?, ?, ?, ?, ?)",
			id, d.number, d.title, d.description, d.comments, d.people, d.notes).Error
	}
	return s.db.Conn(ctx).Exec(`insert into ticket_search (ticket_id, doc, notes) values (?,
			setweight(to_tsvector('simple', ?), 'A') || setweight(to_tsvector('simple', ?), 'B') || setweight(to_tsvector('simple', ?), 'C'),
			to_tsvector('simple', ?))
		on conflict (ticket_id) do update set doc = excluded.doc, notes = excluded.notes`,
		id, db.Fold(d.number+" "+d.title), db.Fold(d.description+" "+d.people), db.Fold(d.comments), db.Fold(d.notes)).Error
}

// matching adds the condition that a ticket has all words; notes tells whether internal notes count.
func (s store) matching(ctx context.Context, c *clauses, q string, notes bool) error {
	ws := db.Words(q)
	if len(ws) == 0 {
		c.add("1 = 0")
		return nil
	}
	m := s.db.Match(ws, true)
	if !s.db.IsPostgres() {
		if !notes {
			m = "{number title description comments people} : (" + m + ")"
		}
		c.add("t.id in (select rowid from ticket_search where ticket_search match ?)", m)
		return nil
	}
	ids, all, err := s.hits(ctx, m, notes)
	if err != nil {
		return err
	}
	if all {
		c.add("t.id = any(cast(? as bigint[]))", ids)
		return nil
	}
	var w clauses
	w.words(m, notes)
	c.add("exists (select 1 from ticket_search s where s.ticket_id = t.id and "+w.sql()+")", w.args...)
	return nil
}

// Hit is one search result: the ticket and where the words were found, with <mark> around them in
// otherwise escaped text.
type Hit struct {
	Ticket     Ticket
	Highlights []Highlight
}

// Highlight is one place in which words were found.
type Highlight struct {
	Field string // title, description, comment
	HTML  string
}

// search finds the newest tickets that have all words. Only where the words as they stand do not fill the page, the
// last one may be the beginning of a word: the engines gather everything that begins so first.
func (s store) search(ctx context.Context, q string, kind domain.Kind, limit int, sc []kindScope, notes bool) ([]Ticket, error) {
	ws := db.Words(q)
	if len(ws) == 0 {
		return nil, nil
	}
	newest := s.newest
	if s.db.IsPostgres() {
		newest = s.newestInPostgres
	}
	found, err := newest(ctx, s.db.Match(ws, false), kind, limit, sc, notes)
	if err != nil || len(found) == limit {
		return found, err
	}
	return newest(ctx, s.db.Match(ws, true), kind, limit, sc, notes)
}

// seen adds what of the results somebody may see.
func (c *clauses) seen(kind domain.Kind, sc []kindScope) {
	c.visible(sc)
	if kind != "" {
		c.add("t.kind = ?", kind)
	}
}

// newest walks SQLite's search index from the newest document backwards, and ends with the page, however many
// tickets have the words.
func (s store) newest(ctx context.Context, m string, kind domain.Kind, limit int, sc []kindScope, notes bool) (out []Ticket, err error) {
	var c clauses
	if !notes {
		m = "{number title description comments people} : (" + m + ")"
	}
	c.add("s.ticket_search match ?", m)
	if ownOnly(sc) {
		// Before the row is looked up; the sign keeps SQLite from searching once for each record that is their own.
		c.add("+s.rowid in (select ticket_id from participants where user_id = ?)", domain.ActorFrom(ctx).User)
	}
	c.seen(kind, sc)
	err = s.db.Tailored(ctx).Raw("select t.* from ticket_search s cross join tickets t on t.id = s.rowid where "+c.sql()+" order by s.rowid desc limit ?",
		append(c.args, limit)...).Scan(&out).Error
	return out, err
}

// How PostgreSQL searches. Its index of words does not know which document is the newest: it gathers all that have
// the words. That is right for few, and for many a walk from the newest document backwards is: it meets enough soon.
// Statistics tell the two apart badly, above all for several words together, so it is tried.
const (
	hasWords      = "s.doc @@ to_tsquery('simple', ?)"
	hasWordsNoted = "(s.doc @@ to_tsquery('simple', ?) or s.notes @@ to_tsquery('simple', ?))"
)

func (c *clauses) words(m string, notes bool) {
	if notes {
		c.add(hasWordsNoted, m, m)
	} else {
		c.add(hasWords, m)
	}
}

func (s store) newestInPostgres(ctx context.Context, m string, kind domain.Kind, limit int, sc []kindScope, notes bool) (out []Ticket, err error) {
	var c clauses
	c.words(m, notes)
	c.seen(kind, sc)
	walk := func(documents string, of ...any) error {
		return s.db.Tailored(ctx).Raw("select t.* from "+documents+" s cross join lateral (select * from tickets where id = s.ticket_id offset 0) t where "+c.sql()+" order by s.ticket_id desc limit ?",
			append(append(of, c.args...), limit)...).Scan(&out).Error
	}
	if ownOnly(sc) {
		var f resolved
		if err = s.own(ctx, &f, sc, domain.ActorFrom(ctx)); err != nil {
			return nil, err
		}
		if f.fewOwn {
			err = walk("(select * from ticket_search where ticket_id = any(array(select ticket_id from participants where user_id = ?)))", domain.ActorFrom(ctx).User)
			return out, err
		}
	}
	if err = walk("(select * from ticket_search order by ticket_id desc limit ?)", s.limits.documents); err != nil || len(out) == limit {
		return out, err
	}
	frequent, err := s.frequent(ctx, m, notes)
	if err != nil {
		return nil, err
	}
	ids, all := "", false
	if !frequent {
		if ids, all, err = s.hits(ctx, m, notes); err != nil {
			return nil, err
		}
	}
	if !all {
		err = walk("ticket_search")
		return out, err
	}
	c = clauses{}
	c.add("t.id = any(cast(? as bigint[]))", ids)
	c.seen(kind, sc)
	err = s.db.Tailored(ctx).Raw("select t.* from tickets t where "+c.sql()+" order by t.id desc limit ?", append(c.args, limit)...).Scan(&out).Error
	return out, err
}

// frequent tells whether the words stand in many of the newest documents, so that a walk meets them soon enough also
// for somebody who sees little of them.
func (s store) frequent(ctx context.Context, m string, notes bool) (bool, error) {
	var c clauses
	c.words(m, notes)
	var n int
	err := s.db.Tailored(ctx).Raw("select count(*) from (select 1 from (select * from ticket_search order by ticket_id desc limit ?) s where "+c.sql()+" limit ?) x",
		append(append([]any{s.limits.documents}, c.args...), s.limits.frequent)...).Scan(&n).Error
	return n >= s.limits.frequent, err
}

// hits are the keys of the tickets that have the words, as an array of PostgreSQL; all is false when there are so many
// that they were not gathered.
func (s store) hits(ctx context.Context, m string, notes bool) (ids string, all bool, err error) {
	var c clauses
	c.words(m, notes)
	var found struct {
		N    int
		Keys string
	}
	// What is materialised is planned as if all of it were read, by the index of words, and read only as far as asked.
	err = s.db.Tailored(ctx).Raw("with s as materialized (select s.ticket_id from ticket_search s where "+c.sql()+") "+
		"select count(*) as n, coalesce(array_agg(ticket_id), '{}')::text as keys from (select ticket_id from s limit ?) x",
		append(c.args, s.limits.hits+1)...).Scan(&found).Error
	return found.Keys, found.N <= s.limits.hits, err
}

// saidIn joins the conversation of tickets, for highlights.
func (s store) saidIn(ctx context.Context, ids []domain.TicketID, notes bool) (map[domain.TicketID]string, error) {
	out := map[domain.TicketID]string{}
	if len(ids) == 0 {
		return out, nil
	}
	q := s.db.Conn(ctx).Model(&Comment{}).Where("ticket_id in ?", ids)
	if !notes {
		q = q.Where("internal = ?", false)
	}
	var rows []Comment
	err := q.Order("id").Limit(2000).Find(&rows).Error
	for _, c := range rows {
		out[c.TicketID] += c.Body + "\n"
	}
	return out, err
}
