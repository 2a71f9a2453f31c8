package changes

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
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

func (s store) update(ctx context.Context, f Facet) error {
	res := s.db.Conn(ctx).Model(&Facet{}).Where("ticket_id = ? and version = ?", f.TicketID, f.Version-1).Select("*").Omit("ticket_id").Updates(&f)
	if res.Error == nil && res.RowsAffected != 1 {
		return domain.ErrStale
	}
	return res.Error
}

// touch follows the ticket's version where a shared verb made a new one.
func (s store) touch(ctx context.Context, t ticket.Ticket) error {
	res := s.db.Conn(ctx).Exec("update changes set version = ? where ticket_id = ? and version = ?", t.Version, t.ID, t.Version-1)
	if res.Error == nil && res.RowsAffected != 1 {
		return domain.ErrStale
	}
	return res.Error
}
