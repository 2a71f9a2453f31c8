package work

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

func (s store) of(ctx context.Context, change domain.TicketID) (out []Task, err error) {
	return out, s.db.Conn(ctx).Where("ticket_id = ?", change).Order("position, id").Find(&out).Error
}

// undoing tells whether a change is being backed out.
func (s store) undoing(ctx context.Context, change domain.TicketID) (yes bool, err error) {
	var n int64
	err = s.db.Conn(ctx).Raw("select count(*) from changes where ticket_id = ? and backout_at is not null", change).Scan(&n).Error
	return n > 0, err
}

func (s store) insert(ctx context.Context, t *Task) error { return s.db.Conn(ctx).Create(t).Error }

func (s store) update(ctx context.Context, t Task) error {
	return db.One(s.db.Conn(ctx).Model(&Task{}).Where("id = ? and version = ?", t.ID, t.Version-1).Select("*").Omit("id", "number", "ticket_id", "created_at").Updates(&t))
}

func (s store) each(ctx context.Context, yield func(Task) error) error {
	return db.Each(ctx, s.db, "id", func(x Task) int64 { return x.ID }, yield)
}
