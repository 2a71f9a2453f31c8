package bulk

import (
	"context"
	"slices"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ d *db.DB }

var ticketColumns = []string{"kind", "number", "title", "description", "state", "category", "priority", "requester_id", "opened_by", "team_id",
	"assignee_id", "site_id", "service", "classification", "version", "opened_at", "updated_at", "due_at", "resolved_at", "closed_at"}

// tickets writes the rows and reads their keys back by number.
func (s store) tickets(ctx context.Context, rows []Row) error {
	values := make([][]any, len(rows))
	byNumber := make(map[string]*ticket.Ticket, len(rows))
	for i, r := range rows {
		t := r.Ticket
		values[i] = []any{string(t.Kind), t.Number, t.Title, t.Description, t.State, string(t.Category), t.Priority, t.RequesterID, t.OpenedBy, t.TeamID,
			t.AssigneeID, t.SiteID, t.Service, t.Classification, t.Version, t.OpenedAt, t.UpdatedAt, t.DueAt, t.ResolvedAt, t.ClosedAt}
		byNumber[t.Number] = t
	}
	if err := s.d.InsertMany(ctx, "tickets", ticketColumns, values, ""); err != nil {
		return err
	}
	for page := range slices.Chunk(rows, 500) {
		numbers := make([]string, len(page))
		for i, r := range page {
			numbers[i] = r.Ticket.Number
		}
		in, args := db.In(numbers)
		found, err := s.d.SQL(ctx).QueryContext(ctx, s.d.Bind("select id, number from tickets where number in "+in), args...)
		if err != nil {
			return db.Translate(err)
		}
		for found.Next() {
			var id int64
			var number string
			if err := found.Scan(&id, &number); err != nil {
				_ = found.Close()
				return db.Translate(err)
			}
			byNumber[number].ID = domain.TicketID(id)
		}
		if err := found.Err(); err != nil {
			return db.Translate(err)
		}
	}
	return nil
}

func (s store) participants(ctx context.Context, rows []Row) error {
	var values [][]any
	for _, r := range rows {
		if r.Ticket.RequesterID != 0 {
			values = append(values, []any{int64(r.Ticket.ID), r.Ticket.RequesterID, "requester"})
		}
		if r.Ticket.OpenedBy != 0 {
			values = append(values, []any{int64(r.Ticket.ID), r.Ticket.OpenedBy, "opener"})
		}
	}
	return s.d.InsertMany(ctx, "participants", []string{"ticket_id", "user_id", "role"}, values, "")
}

// documents writes what package ticket writes for one ticket, see its store_search.go.
func (s store) documents(ctx context.Context, rows []Row) error {
	if !s.d.IsPostgres() {
		values := make([][]any, len(rows))
		for i, r := range rows {
			t := r.Ticket
			values[i] = []any{int64(t.ID), t.Number, t.Title, t.Description, r.Said, r.People, ""}
		}
		return s.d.InsertMany(ctx, "ticket_search", []string{"rowid", "number", "title", "description", "comments", "people", "notes"}, values, "")
	}
	for page := range slices.Chunk(rows, 500) {
		ids, heads, bodies, said := make([]int64, len(page)), make([]string, len(page)), make([]string, len(page)), make([]string, len(page))
		for i, r := range page {
			t := r.Ticket
			ids[i], heads[i], bodies[i], said[i] = int64(t.ID), db.Fold(t.Number+" "+t.Title), db.Fold(t.Description+" "+r.People), db.Fold(r.Said)
		}
		_, err := s.d.SQL(ctx).ExecContext(ctx, `insert into ticket_search (ticket_id, doc, notes)
			select x.id, setweight(to_tsvector('simple', x.head), 'A') || setweight(to_tsvector('simple', x.body), 'B') || setweight(to_tsvector('simple', x.said), 'C'), ''::tsvector
			from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as x (id, head, body, said)`, ids, heads, bodies, said)
		if err != nil {
			return db.Translate(err)
		}
	}
	return nil
}

func (s store) links(ctx context.Context, links []ticket.Link) error {
	values := make([][]any, len(links))
	for i, l := range links {
		values[i] = []any{l.Ref, int64(l.FromID), string(l.Kind), int64(l.ToID), l.At}
	}
	return s.d.InsertMany(ctx, "ticket_links", []string{"ref", "from_id", "kind", "to_id", "at"}, values, "on conflict do nothing")
}

// count takes n numbers at once; the row stays locked until the commit.
func (s store) count(ctx context.Context, kind domain.Kind, n int) (last int64, err error) {
	err = s.d.SQL(ctx).QueryRowContext(ctx, s.d.Bind(`insert into counters (kind, n) values (?, ?)
		on conflict (kind) do update set n = counters.n + excluded.n returning n`), string(kind), n).Scan(&last)
	return last, db.Translate(err)
}

func (s store) taken(ctx context.Context, numbers []string) (map[string]bool, error) {
	out := map[string]bool{}
	for page := range slices.Chunk(numbers, 500) {
		in, args := db.In(page)
		rows, err := s.d.SQL(ctx).QueryContext(ctx, s.d.Bind("select number from tickets where number in "+in), args...)
		if err != nil {
			return nil, db.Translate(err)
		}
		for rows.Next() {
			var n string
			if err := rows.Scan(&n); err != nil {
				_ = rows.Close()
				return nil, db.Translate(err)
			}
			out[n] = true
		}
		if err := rows.Err(); err != nil {
			return nil, db.Translate(err)
		}
	}
	return out, nil
}
