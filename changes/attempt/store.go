package attempt

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

func (s store) known(ctx context.Context, slot string, user domain.UserID) (bool, error) {
	var n int64
	err := s.db.Conn(ctx).Raw("select count(*) from change_attempts where slot = ? and user_id = ?", slot, user).Scan(&n).Error
	return n > 0, err
}

func (s store) of(ctx context.Context, change domain.TicketID) (out []Attempt, err error) {
	return out, s.db.Conn(ctx).Where("ticket_id = ?", change).Order("id").Find(&out).Error
}

func (s store) insert(ctx context.Context, a *Attempt) error { return s.db.Conn(ctx).Create(a).Error }

func (s store) each(ctx context.Context, yield func(Attempt) error) error {
	return db.Each(ctx, s.db, "id", func(a Attempt) int64 { return a.ID }, yield)
}
