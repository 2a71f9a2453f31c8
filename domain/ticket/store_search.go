package ticket

import (
	"context"
	"strings"
	"unicode"

	"github.com/cabinetdesk/cabinet/domain"
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
		id, Fold(d.number+" "+d.title), Fold(d.description+" "+d.people), Fold(d.comments), Fold(d.notes)).Error
}

// Fold brings a text to the lower case in which words are looked for. PostgreSQL would do it by the rules of its
// own locale, which in "C" leaves Ü as it is.
func Fold(s string) string { return strings.ToLower(s) }

// words splits what somebody typed into the words that every result must have; the last one may be the
// beginning of a word. Operators of the engines are not offered: what is typed is text.
func words(q string) []string {
	out := strings.FieldsFunc(strings.ToLower(q), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(out) > 12 {
		out = out[:12]
	}
	return out
}

// match is the engine's query for words.
func (s store) match(ws []string) string {
	parts := make([]string, len(ws))
	for i, w := range ws {
		if s.db.IsPostgres() {
			parts[i] = "'" + w + "'"
		} else {
			parts[i] = `"` + w + `"`
		}
		if i == len(ws)-1 && len([]rune(w)) > 1 {
			if s.db.IsPostgres() {
				parts[i] += ":*"
			} else {
				parts[i] += "*"
			}
		}
	}
	if s.db.IsPostgres() {
		return strings.Join(parts, " & ")
	}
	return strings.Join(parts, " AND ")
}

// matching adds the condition that a ticket has all words; notes tells whether internal notes count.
func (s store) matching(c *clauses, q string, notes bool) error {
	ws := words(q)
	if len(ws) == 0 {
		c.add("1 = 0")
		return nil
	}
	m := s.match(ws)
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

func (s store) search(ctx context.Context, q string, kind domain.Kind, limit int, sc []kindScope, notes bool) ([]Ticket, error) {
	var c clauses
	c.visible(sc)
	if kind != "" {
		c.add("t.kind = ?", kind)
	}
	if err := s.matching(&c, q, notes); err != nil {
		return nil, err
	}
	var out []Ticket
	err := s.db.Conn(ctx).Raw("select t.* from tickets t where "+c.sql()+" order by t.updated_at desc, t.id desc limit ?", append(c.args, limit)...).Scan(&out).Error
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
