package problem

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

func (s store) load(ctx context.Context, id domain.TicketID) (f Facet, err error) {
	return f, s.db.Conn(ctx).Where("ticket_id = ?", id).Take(&f).Error
}

func (s store) fields(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]map[string]string, error) {
	var rows []Facet
	err := s.db.Conn(ctx).Where("ticket_id in ?", ids).Find(&rows).Error
	out := map[domain.TicketID]map[string]string{}
	for _, f := range rows {
		out[f.TicketID] = f.Fields()
	}
	return out, err
}

func (s store) insert(ctx context.Context, f Facet) error { return s.db.Conn(ctx).Create(&f).Error }

func (s store) update(ctx context.Context, f Facet) error {
	return s.db.Conn(ctx).Model(&Facet{}).Where("ticket_id = ?", f.TicketID).Select("*").Omit("ticket_id").Updates(&f).Error
}
