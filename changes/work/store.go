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
	res := s.db.Conn(ctx).Model(&Task{}).Where("id = ? and version = ?", t.ID, t.Version-1).Select("*").Omit("id", "number", "ticket_id", "created_at").Updates(&t)
	if res.Error == nil && res.RowsAffected != 1 {
		return domain.ErrStale
	}
	return res.Error
}

func (s store) each(ctx context.Context, yield func(Task) error) error {
	var after int64
	for {
		var page []Task
		err := s.db.Conn(ctx).Where("id > ?", after).Order("id").Limit(1000).Find(&page).Error
		if err != nil || len(page) == 0 {
			return err
		}
		for _, t := range page {
			if err := yield(t); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}
