package cause

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

func (s store) between(ctx context.Context, incident, change domain.TicketID, kind string) (c Cause, found bool, err error) {
	var rows []Cause
	err = s.db.Conn(ctx).Where("incident_id = ? and change_id = ? and kind = ?", incident, change, kind).Limit(1).Find(&rows).Error
	if len(rows) > 0 {
		c = rows[0]
	}
	return c, len(rows) > 0, err
}

// of lists the ties of a record, from either end, the oldest first.
func (s store) of(ctx context.Context, id domain.TicketID) (out []Cause, err error) {
	return out, s.db.Conn(ctx).Where("incident_id = ? or change_id = ?", id, id).Order("id").Find(&out).Error
}

func (s store) insert(ctx context.Context, c *Cause) error { return s.db.Conn(ctx).Create(c).Error }

func (s store) update(ctx context.Context, c Cause) error {
	return db.One(s.db.Conn(ctx).Model(&Cause{}).Where("id = ? and version = ?", c.ID, c.Version-1).Select("confidence", "evidence", "set_by", "set_at", "version").Updates(&c))
}

func (s store) each(ctx context.Context, yield func(Cause) error) error {
	return db.Each(ctx, s.db, "id", func(x Cause) int64 { return x.ID }, yield)
}

// changesBefore finds the changes that were carried out until so long before an instant, and that reach one of the items by
// the closure of their present plan, which was frozen when it was authorised.
func (s store) changesBefore(ctx context.Context, items []domain.CIID, opened time.Time) (out []row, err error) {
	cond, arg := db.Among(s.db, "k.ci_id", items)
	reached := ` select g.ticket_id as other, k.ci_id as ci, k.depth, g.actual_start as start, g.actual_end as "end" from changes g
		join change_cis k on k.ticket_id = g.ticket_id and k.revision = g.revision where g.actual_start <= ? and `
	err = s.db.Conn(ctx).Raw("select * from ("+reached+"g.actual_end is not null and g.actual_end >= ? and "+cond+" union all "+reached+"g.actual_end is null and g.actual_start is not null and "+cond+
		") m order by m.depth, m.start desc limit 200", opened, opened.Add(-Within), arg, opened, arg).Scan(&out).Error
	for i := range out {
		out[i].Opened = opened
	}
	return out, err
}

// incidentsAfter finds the incidents about items that a change reaches, from its start until so long after its end.
func (s store) incidentsAfter(ctx context.Context, change domain.TicketID) (out []row, err error) {
	var g struct{ ActualStart, ActualEnd *time.Time }
	err = s.db.Conn(ctx).Raw("select actual_start, actual_end from changes where ticket_id = ?", change).Scan(&g).Error
	if err != nil || g.ActualStart == nil {
		return nil, err
	}
	until := s.db.Now(ctx)
	if g.ActualEnd != nil {
		until = g.ActualEnd.Add(Within)
	}
	err = s.db.Conn(ctx).Raw(`select t.id as other, k.ci_id as ci, k.depth, t.opened_at as opened from change_cis k join changes g on g.ticket_id = k.ticket_id and g.revision = k.revision
		join ticket_cis c on c.ci_id = k.ci_id join tickets t on t.id = c.ticket_id
		where k.ticket_id = ? and t.kind = 'incident' and t.opened_at >= ? and t.opened_at <= ? order by k.depth, t.opened_at limit 200`, change, *g.ActualStart, until).Scan(&out).Error
	for i := range out {
		out[i].Start, out[i].End = g.ActualStart, g.ActualEnd
	}
	return out, err
}
