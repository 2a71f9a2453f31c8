package review

import (
	"context"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

func (s store) one(ctx context.Context, change domain.TicketID) (r Review, found bool, err error) {
	var rows []Review
	err = s.db.Conn(ctx).Where("ticket_id = ?", change).Limit(1).Find(&rows).Error
	if len(rows) > 0 {
		r = rows[0]
	}
	return r, len(rows) > 0, err
}

func (s store) insert(ctx context.Context, r Review) error { return s.db.Conn(ctx).Create(&r).Error }

func (s store) update(ctx context.Context, r Review) error {
	return db.One(s.db.Conn(ctx).Model(&Review{}).Where("ticket_id = ? and version = ?", r.TicketID, r.Version-1).Select("*").Omit("ticket_id", "number", "created_at").Updates(&r))
}

// open lists what is to be done, the first due first.
func (s store) open(ctx context.Context) (out []Review, err error) {
	return out, s.db.Conn(ctx).Where("state = ?", Open).Order("due_at, ticket_id").Limit(500).Find(&out).Error
}

// firstUse tells whether no change was carried out from this edition of a template before.
func (s store) firstUse(ctx context.Context, c changes.Change) (bool, error) {
	var n int64
	err := s.db.Conn(ctx).Raw("select count(*) from (select 1 from changes where template = ? and template_edition = ? and ticket_id < ? and actual_end is not null limit 1) x",
		c.Facet.Template, c.Facet.TemplateEdition, c.Ticket.ID).Scan(&n).Error
	return n == 0, err
}

func (s store) each(ctx context.Context, yield func(Review) error) error {
	return db.Each(ctx, s.db, "ticket_id", func(r Review) int64 { return int64(r.TicketID) }, yield)
}
