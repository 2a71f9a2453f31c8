package impact

import (
	"context"
	"database/sql"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// kept loads the closure of one revision of a change, or, with 0, of the latest that is kept.
func (s store) kept(ctx context.Context, change domain.TicketID, revision int64) (k Kept, err error) {
	q := "select k.revision, k.ci_id, k.role, k.depth, k.parent_ci_id, k.relation, k.at_risk, k.kept_at, k.frozen_at from change_cis k where k.ticket_id = ? and k.revision = "
	args := []any{int64(change), revision}
	if q += "?"; revision == 0 {
		q = q[:len(q)-1] + "(select max(x.revision) from change_cis x where x.ticket_id = ?)"
		args[1] = int64(change)
	}
	err = s.each(ctx, q+" order by k.depth, k.ci_id", args, func(rows *sql.Rows) error {
		var p Part
		var ci int64
		var parent sql.NullInt64
		var at, frozen instant
		if err := rows.Scan(&k.Revision, &ci, &p.Role, &p.Depth, &parent, &p.Relation, &p.AtRisk, &at, &frozen); err != nil {
			return err
		}
		p.CI, p.Parent = domain.CIID(ci), domain.CIID(parent.Int64)
		k.KeptAt, k.FrozenAt = *at.at, frozen.at
		k.Parts = append(k.Parts, p)
		return nil
	})
	return k, err
}

// replace keeps a closure in place of everything that was kept of the change and is not frozen.
func (s store) replace(ctx context.Context, change domain.TicketID, k Kept) error {
	if err := s.db.Conn(ctx).Exec("delete from change_cis where ticket_id = ? and frozen_at is null", change).Error; err != nil {
		return err
	}
	rows := make([][]any, len(k.Parts))
	for i, p := range k.Parts {
		rows[i] = []any{int64(change), k.Revision, int64(p.CI), string(p.Role), p.Depth, p.Parent, p.Relation, p.AtRisk, k.KeptAt}
	}
	return s.db.InsertMany(ctx, "change_cis", []string{"ticket_id", "revision", "ci_id", "role", "depth", "parent_ci_id", "relation", "at_risk", "kept_at"}, rows, "")
}

func (s store) freeze(ctx context.Context, change domain.TicketID, revision int64, at time.Time) error {
	return s.db.Conn(ctx).Exec("update change_cis set frozen_at = ? where ticket_id = ? and revision = ? and frozen_at is null", at, change, revision).Error
}

// lastChange is when a relation, or the model, was changed last; nil for never.
func (s store) lastChange(ctx context.Context) (last *time.Time, err error) {
	for _, q := range []string{"select recorded_at from ci_relations order by id desc limit 1", "select max(superseded_at) from ci_relations where superseded_at is not null", "select max(made_at) from cmdb_models"} {
		err := s.each(ctx, q, nil, func(rows *sql.Rows) error {
			var at instant
			if err := rows.Scan(&at); err != nil {
				return err
			}
			if at.at != nil && (last == nil || at.at.After(*last)) {
				last = at.at
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return last, nil
}

// plan names one revision of a change.
type plan struct {
	change   domain.TicketID
	revision int64
}

// loose lists the closures of open changes that were kept before an instant and are not frozen.
func (s store) loose(ctx context.Context, before time.Time) (out []plan, err error) {
	err = s.each(ctx, `select distinct k.ticket_id, k.revision from change_cis k join tickets t on t.id = k.ticket_id join changes g on g.ticket_id = k.ticket_id and g.revision = k.revision
		where k.frozen_at is null and k.kept_at < ? and t.category in ('open', 'waiting') order by k.ticket_id`, []any{before}, func(rows *sql.Rows) error {
		var change, revision int64
		err := rows.Scan(&change, &revision)
		out = append(out, plan{domain.TicketID(change), revision})
		return err
	})
	return out, err
}

// overlapQuery begins at the few changes whose window has not ended yet.
func (s store) overlapQuery(items []domain.CIID, from, to time.Time, except domain.TicketID) (string, []any) {
	cond, arg := db.Among(s.db, "k.ci_id", items)
	return `select k.ticket_id, k.ci_id, k.role, k.depth, g.planned_start, g.planned_end from changes g
		join tickets t on t.id = g.ticket_id and t.category in ('open', 'waiting')
		join change_cis k on k.ticket_id = g.ticket_id and k.revision = g.revision
		where g.planned_end > ? and g.planned_start < ? and g.ticket_id <> ? and ` + cond + " order by g.planned_start, k.ticket_id, k.depth, k.ci_id limit ?",
		[]any{from, to, int64(except), arg, MaxOverlaps}
}

func (s store) overlapping(ctx context.Context, items []domain.CIID, from, to time.Time, except domain.TicketID) (out []Overlap, err error) {
	q, args := s.overlapQuery(items, from, to, except)
	err = s.each(ctx, q, args, func(rows *sql.Rows) error {
		var o Overlap
		var change, ci int64
		var start, end instant
		if err := rows.Scan(&change, &ci, &o.Role, &o.Depth, &start, &end); err != nil {
			return err
		}
		o.Change, o.CI, o.Start, o.End = domain.TicketID(change), domain.CIID(ci), *start.at, *end.at
		out = append(out, o)
		return nil
	})
	return out, err
}
