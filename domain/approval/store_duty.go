package approval

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

func (s store) impose(ctx context.Context, c *Condition) error { return s.db.Conn(ctx).Create(c).Error }

func (s store) meet(ctx context.Context, c Condition) error {
	res := s.db.Conn(ctx).Model(&Condition{}).Where("id = ? and met_at is null", c.ID).Select("met_by", "met_at", "evidence").Updates(&c)
	if res.Error == nil && res.RowsAffected != 1 {
		return ErrMet
	}
	return res.Error
}

// pressing finds subjects whose waiting slots are past half of their time, or past their time, and have not been told so.
// Which of the two it is, [Service.Press] says; half of the time is computed there.
func (s store) pressing(ctx context.Context, now time.Time, limit int) (out []domain.TicketID, err error) {
	return out, s.db.Conn(ctx).Raw(`select ticket_id from approval_slots
		where state = 'waiting' and due_at is not null and escalated_at is null and (reminded_at is null or due_at <= ?)
		group by ticket_id order by min(due_at) limit ?`, now, limit).Scan(&out).Error
}

func (s store) lockBoard(ctx context.Context, board domain.BoardID) error {
	var b Board
	return s.db.ForUpdate(s.db.Conn(ctx)).Where("id = ?", board).Take(&b).Error
}

func (s store) insertDuty(ctx context.Context, d *Duty) error { return s.db.Conn(ctx).Create(d).Error }

func (s store) duty(ctx context.Context, ref string) (d Duty, err error) {
	return d, s.db.Conn(ctx).Where("ref = ?", ref).Limit(1).Find(&d).Error
}

func (s store) endDuty(ctx context.Context, d Duty) error {
	return db.One(s.db.Conn(ctx).Model(&Duty{}).Where("id = ? and version = ?", d.ID, d.Version-1).Select("ends_at", "version").Updates(&d))
}

func (s store) duties(ctx context.Context, board domain.BoardID, from, until time.Time) (out []Duty, err error) {
	return out, s.db.Conn(ctx).Where("board_id = ? and ends_at > ? and starts_at < ?", board, from, until).Order("starts_at, id").Find(&out).Error
}

func (s store) allDuties(ctx context.Context, after int64, limit int) (out []Duty, err error) {
	return out, s.db.Conn(ctx).Where("id > ?", after).Order("id").Limit(limit).Find(&out).Error
}

// asked lists the slots that wait for a board.
func (s store) asked(ctx context.Context, board domain.BoardID, limit int) (out []Slot, err error) {
	return out, s.db.Conn(ctx).Where("board_id = ? and state = 'waiting'", int64(board)).Order("id").Limit(limit).Find(&out).Error
}
