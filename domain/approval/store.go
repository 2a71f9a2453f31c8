package approval

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

func (s store) insert(ctx context.Context, b *Ballot) error {
	if err := s.db.Conn(ctx).Create(&b.Slot).Error; err != nil {
		return err
	}
	for i := range b.Electors {
		b.Electors[i].SlotID = b.Slot.ID
	}
	if len(b.Electors) == 0 { // advice of nobody
		return nil
	}
	return s.db.Conn(ctx).Create(&b.Electors).Error
}

func (s store) ballots(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID][]Ballot, error) {
	out := map[domain.TicketID][]Ballot{}
	if len(ids) == 0 {
		return out, nil
	}
	var slots []Slot
	if err := s.db.Conn(ctx).Where("ticket_id in ?", ids).Order("revision, stage, id").Find(&slots).Error; err != nil || len(slots) == 0 {
		return out, err
	}
	keys := make([]int64, len(slots))
	for i, sl := range slots {
		keys[i] = sl.ID
	}
	var electors []Elector
	if err := s.db.Conn(ctx).Where("slot_id in ?", keys).Order("slot_id, user_id").Find(&electors).Error; err != nil {
		return nil, err
	}
	var decisions []Decision
	if err := s.db.Conn(ctx).Where("slot_id in ?", keys).Order("id").Find(&decisions).Error; err != nil {
		return nil, err
	}
	var conditions []Condition
	if err := s.db.Conn(ctx).Where("slot_id in ?", keys).Order("id").Find(&conditions).Error; err != nil {
		return nil, err
	}
	for _, sl := range slots {
		b := Ballot{Slot: sl}
		for _, c := range conditions {
			if c.SlotID == sl.ID {
				b.Conditions = append(b.Conditions, c)
			}
		}
		for _, e := range electors {
			if e.SlotID == sl.ID {
				b.Electors = append(b.Electors, e)
			}
		}
		for _, d := range decisions {
			if d.SlotID == sl.ID {
				b.Decisions = append(b.Decisions, d)
			}
		}
		out[sl.TicketID] = append(out[sl.TicketID], b)
	}
	return out, nil
}

func (s store) decide(ctx context.Context, d *Decision) error { return s.db.Conn(ctx).Create(d).Error }

func (s store) settle(ctx context.Context, sl Slot) error {
	return db.One(s.db.Conn(ctx).Model(&Slot{}).Where("id = ? and version = ?", sl.ID, sl.Version-1).
		Select("state", "closed_at", "version", "reminded_at", "escalated_at", "overridden_by", "overridden_at", "override_reason").Updates(&sl))
}

func (s store) inbox(ctx context.Context, user domain.UserID, users []domain.UserID, decided bool, after int64, limit int) (out []Slot, err error) {
	q := s.db.Conn(ctx)
	if decided {
		q = q.Where("id in (select slot_id from approval_decisions where cast_by = ?)", user)
	} else {
		q = q.Where(`state = 'waiting' and not exists (select 1 from approval_slots o where o.ticket_id = approval_slots.ticket_id and o.revision = approval_slots.revision
			and o.state = 'waiting' and not o.advisory and o.stage < approval_slots.stage) and id in (select e.slot_id from approval_electors e where e.user_id in ? and e.left_at is null
			and not exists (select 1 from approval_decisions d where d.slot_id = e.slot_id and d.user_id = e.user_id))`, users)
	}
	if after > 0 {
		q = q.Where("id < ?", after)
	}
	return out, q.Order("id desc").Limit(limit).Find(&out).Error
}

func (s store) boards(ctx context.Context) (out []Board, err error) {
	if err := s.db.Conn(ctx).Order("name").Find(&out).Error; err != nil {
		return nil, err
	}
	var rows []struct {
		BoardID domain.BoardID
		UserID  domain.UserID
	}
	if err := s.db.Conn(ctx).Raw("select board_id, user_id from board_members order by board_id, user_id").Scan(&rows).Error; err != nil {
		return nil, err
	}
	for i := range out {
		for _, r := range rows {
			if r.BoardID == out[i].ID {
				out[i].Members = append(out[i].Members, r.UserID)
			}
		}
	}
	return out, nil
}

func (s store) saveBoard(ctx context.Context, b *Board, founded bool, now time.Time) error {
	if founded {
		if err := s.db.Conn(ctx).Create(b).Error; err != nil {
			return err
		}
	} else {
		res := s.db.Conn(ctx).Model(&Board{}).Where("id = ? and version = ?", b.ID, b.Version-1).Select("name", "rule", "needed", "version").Updates(b)
		if res.Error != nil || res.RowsAffected != 1 {
			return orStale(res.Error)
		}
		if err := s.db.Conn(ctx).Exec("delete from board_members where board_id = ?", b.ID).Error; err != nil {
			return err
		}
		members := b.Members
		if len(members) == 0 {
			members = []domain.UserID{-1}
		}
		// Leavers lose their seat in open slots; joiners get none (invariant 2).
		if err := s.db.Conn(ctx).Exec(`update approval_electors set left_at = ? where left_at is null and user_id not in ?
			and slot_id in (select id from approval_slots where board_id = ? and state = 'waiting')`, now, members, b.ID).Error; err != nil {
			return err
		}
	}
	for _, m := range b.Members {
		if err := s.db.Conn(ctx).Exec("insert into board_members (board_id, user_id) values (?, ?)", b.ID, m).Error; err != nil {
			return err
		}
	}
	return nil
}

func orStale(err error) error {
	if err == nil {
		return domain.ErrStale
	}
	return err
}
