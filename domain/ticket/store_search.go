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
func (s store) matching(c *clauses, q string, notes bool) error {
	ws := db.Words(q)
	if len(ws) == 0 {
		c.add("1 = 0")
		return nil
	}
	m := s.db.Match(ws, true)
	switch {
	case s.db.IsPostgres() && notes:
		c.add("t.id in (select ticket_id from ticket_search where doc @@ to_tsquery('simple', ?) or notes @@ to_tsquery('simple', ?))", m, m)
	case s.db.IsPostgres():
		c.add("t.id in (select ticket_id from ticket_search where doc @@ to_tsquery('simple', ?))", m)
	case notes:
		c.add("t.id in (select rowid from ticket_search where ticket_search match ?)", m)
	default:
		c.add("t.id in (select rowid from ticket_search where ticket_search match ?)", "{number title description comments people} : ("+m+")")
	}
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

// search finds the newest tickets that have all words: the walk is over the search index from the newest document
// backwards, and ends with the page, however many tickets have the words. Only where the words as they stand do not
// fill the page, the last one may be the beginning of a word: the engines gather everything that begins so first.
func (s store) search(ctx context.Context, q string, kind domain.Kind, limit int, sc []kindScope, notes bool) ([]Ticket, error) {
	ws := db.Words(q)
	if len(ws) == 0 {
		return nil, nil
	}
	found, err := s.newest(ctx, s.db.Match(ws, false), kind, limit, sc, notes)
	if err != nil || len(found) == limit {
		return found, err
	}
	return s.newest(ctx, s.db.Match(ws, true), kind, limit, sc, notes)
}

func (s store) newest(ctx context.Context, m string, kind domain.Kind, limit int, sc []kindScope, notes bool) ([]Ticket, error) {
	var c clauses
	from, order := "ticket_search s cross join tickets t on t.id = s.rowid", "s.rowid"
	switch {
	case s.db.IsPostgres():
		from, order = "ticket_search s join tickets t on t.id = s.ticket_id", "s.ticket_id"
		if notes {
			c.add("(s.doc @@ to_tsquery('simple', ?) or s.notes @@ to_tsquery('simple', ?))", m, m)
		} else {
			c.add("s.doc @@ to_tsquery('simple', ?)", m)
		}
	case notes:
		c.add("s.ticket_search match ?", m)
	default:
		c.add("s.ticket_search match ?", "{number title description comments people} : ("+m+")")
	}
	if ownOnly(sc) && !s.db.IsPostgres() {
		// Before the row is looked up; the sign keeps SQLite from searching once for each record that is their own.
		c.add("+s.rowid in (select ticket_id from participants where user_id = ?)", domain.ActorFrom(ctx).User)
	}
	c.visible(sc)
	if kind != "" {
		c.add("t.kind = ?", kind)
	}
	var out []Ticket
	err := s.db.Conn(ctx).Raw("select t.* from "+from+" where "+c.sql()+" order by "+order+" desc limit ?", append(c.args, limit)...).Scan(&out).Error
	return out, err
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
