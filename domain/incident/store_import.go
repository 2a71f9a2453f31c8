package incident

import (
	"context"
	"slices"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// imported is what is known of an incident that came from another tool.
type imported struct {
	id     domain.TicketID
	number string
	events int64
	hashes map[[32]byte]bool
}

// imported finds those of the keys that were imported before, with the hashes of their rows.
func (s store) imported(ctx context.Context, system string, keys []string) (map[string]*imported, error) {
	out := map[string]*imported{}
	byID := map[int64]*imported{}
	for page := range slices.Chunk(keys, 500) {
		in, args := db.In(page)
		rows, err := s.db.SQL(ctx).QueryContext(ctx, s.db.Bind(`select i.ticket_id, i.source_key, i.events, t.number from imported_tickets i
			join tickets t on t.id = i.ticket_id where i.system = ? and i.source_key in `+in), append([]any{system}, args...)...)
		if err != nil {
			return nil, db.Translate(err)
		}
		var ids []int64
		for rows.Next() {
			var id int64
			var key string
			k := &imported{hashes: map[[32]byte]bool{}}
			if err := rows.Scan(&id, &key, &k.events, &k.number); err != nil {
				_ = rows.Close()
				return nil, db.Translate(err)
			}
			k.id = domain.TicketID(id)
			out[key], byID[id] = k, k
			ids = append(ids, id)
		}
		if err := rows.Err(); err != nil {
			return nil, db.Translate(err)
		}
		if err := s.hashes(ctx, ids, byID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s store) hashes(ctx context.Context, ids []int64, byID map[int64]*imported) error {
	if len(ids) == 0 {
		return nil
	}
	in, args := db.In(ids)
	rows, err := s.db.SQL(ctx).QueryContext(ctx, s.db.Bind("select ticket_id, hash from imported_rows where ticket_id in "+in), args...)
	if err != nil {
		return db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int64
		var hash []byte
		if err := rows.Scan(&id, &hash); err != nil {
			return db.Translate(err)
		}
		var h [32]byte
		copy(h[:], hash)
		byID[id].hashes[h] = true
	}
	return db.Translate(rows.Err())
}

var facetColumns = []string{"ticket_id", "impact", "urgency", "priority_override", "override_reason", "override_by", "contact_type", "subclassification",
	"pending_on", "pending_reason", "close_code", "resolution", "reopen_count", "reassign_count", "major", "major_reason"}

var importedColumns = []string{"ticket_id", "system", "source_key", "events", "state", "priority", "impact", "urgency", "contact_type", "category", "team",
	"made_sla", "imported_at"}

// insertImported writes the facets of new incidents and what is known of their origin.
func (s store) insertImported(ctx context.Context, replays []*replay) error {
	facets, origins := make([][]any, len(replays)), make([][]any, len(replays))
	for i, r := range replays {
		id, f, l := int64(r.incident.Ticket.ID), r.incident.Facet, r.last.Labels
		facets[i] = []any{id, f.Impact, f.Urgency, f.PriorityOverride, f.OverrideReason, f.OverrideBy, f.ContactType, f.Subclassification,
			f.PendingOn, f.PendingReason, f.CloseCode, f.Resolution, f.ReopenCount, f.ReassignCount, f.Major, f.MajorReason}
		origins[i] = []any{id, r.batch.System, r.key, len(r.facts), l.State, l.Priority, l.Impact, l.Urgency, l.ContactType, l.Category, l.Team,
			r.last.MadeSLA, r.now}
	}
	if err := s.db.InsertMany(ctx, "incidents", facetColumns, facets, ""); err != nil {
		return err
	}
	if err := s.db.InsertMany(ctx, "imported_tickets", importedColumns, origins, ""); err != nil {
		return err
	}
	return s.insertHashes(ctx, replays...)
}

func (s store) insertHashes(ctx context.Context, replays ...*replay) error {
	var rows [][]any
	for _, r := range replays {
		for _, h := range r.hashes {
			rows = append(rows, []any{int64(r.incident.Ticket.ID), h[:]})
		}
	}
	return s.db.InsertMany(ctx, "imported_rows", []string{"ticket_id", "hash"}, rows, "")
}

// updateImported says that an incident has got more of its tool's rows.
func (s store) updateImported(ctx context.Context, r *replay, events int64) error {
	l := r.last.Labels
	_, err := s.db.SQL(ctx).ExecContext(ctx, s.db.Bind(`update imported_tickets set events = ?, state = ?, priority = ?, impact = ?, urgency = ?,
		contact_type = ?, category = ?, team = ?, made_sla = ?, imported_at = ? where ticket_id = ?`),
		events, l.State, l.Priority, l.Impact, l.Urgency, l.ContactType, l.Category, l.Team, r.last.MadeSLA, r.now, int64(r.incident.Ticket.ID))
	if err != nil {
		return db.Translate(err)
	}
	return s.insertHashes(ctx, r)
}
