package incident

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

func (s store) load(ctx context.Context, id domain.TicketID) (f Facet, err error) {
	return f, s.db.Conn(ctx).Where("ticket_id = ?", id).Take(&f).Error
}

func (s store) many(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]Facet, error) {
	out := map[domain.TicketID]Facet{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []Facet
	err := s.db.Conn(ctx).Where("ticket_id in ?", ids).Find(&rows).Error
	for _, f := range rows {
		out[f.TicketID] = f
	}
	return out, err
}

func (s store) insert(ctx context.Context, f Facet) error { return s.db.Conn(ctx).Create(&f).Error }

// update writes the facet; the ticket's version, checked in the same unit, guards it.
func (s store) update(ctx context.Context, f Facet) error {
	return db.One(s.db.Conn(ctx).Model(&Facet{}).Where("ticket_id = ?", f.TicketID).Select("*").Omit("ticket_id").Updates(&f))
}
