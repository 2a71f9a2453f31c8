package cab

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type store struct{ db *db.DB }

func (s store) rhythm(ctx context.Context, board domain.BoardID) (r Rhythm, known bool, err error) {
	var found []Rhythm
	err = s.db.Conn(ctx).Where("board_id = ?", int64(board)).Limit(1).Find(&found).Error
	if len(found) == 0 {
		return r, false, err
	}
	return found[0], true, err
}

func (s store) saveRhythm(ctx context.Context, r Rhythm, known bool) error {
	if !known {
		return s.db.Conn(ctx).Create(&r).Error
	}
	res := s.db.Conn(ctx).Model(&Rhythm{}).Where("board_id = ? and version = ?", int64(r.BoardID), r.Version-1).Select("*").Omit("board_id").Updates(&r)
	return once(res.Error, res.RowsAffected)
}

func once(err error, rows int64) error {
	if err == nil && rows != 1 {
		return domain.ErrStale
	}
	return err
}

func (s store) load(ctx context.Context, ref string, lock bool) (m Meeting, err error) {
	q := s.db.Conn(ctx)
	if lock {
		q = s.db.ForUpdate(q)
	}
	var found []Meeting
	if err := q.Where("ref = ?", ref).Limit(1).Find(&found).Error; err != nil {
		return m, err
	}
	if len(found) == 0 {
		return m, errNone
	}
	err = s.parts(ctx, found)
	return found[0], err
}

// parts loads the parts of meetings, in order.
func (s store) parts(ctx context.Context, list []Meeting) error {
	at := map[int64]int{}
	var ids []int64
	for i, m := range list {
		at[m.ID] = i
		ids = append(ids, m.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	var items []Item
	if err := s.db.Conn(ctx).Where("meeting_id in ?", ids).Order("meeting_id, position, id").Find(&items).Error; err != nil {
		return err
	}
	for _, x := range items {
		list[at[x.MeetingID]].Items = append(list[at[x.MeetingID]].Items, x)
	}
	var people []Attendee
	if err := s.db.Conn(ctx).Where("meeting_id in ?", ids).Order("meeting_id, id").Find(&people).Error; err != nil {
		return err
	}
	for _, x := range people {
		list[at[x.MeetingID]].People = append(list[at[x.MeetingID]].People, x)
	}
	var acts []Action
	if err := s.db.Conn(ctx).Where("meeting_id in ?", ids).Order("meeting_id, id").Find(&acts).Error; err != nil {
		return err
	}
	for _, x := range acts {
		list[at[x.MeetingID]].Actions = append(list[at[x.MeetingID]].Actions, x)
	}
	var addenda []Addendum
	err := s.db.Conn(ctx).Where("meeting_id in ?", ids).Order("meeting_id, id").Find(&addenda).Error
	for _, x := range addenda {
		list[at[x.MeetingID]].Addenda = append(list[at[x.MeetingID]].Addenda, x)
	}
	return err
}

// save writes a meeting, and those of its parts that altered.
func (s store) save(ctx context.Context, m *Meeting, before map[string]string) error {
	if m.ID == 0 {
		if err := s.db.Conn(ctx).Create(m).Error; err != nil {
			return err
		}
	} else {
		res := s.db.Conn(ctx).Model(&Meeting{}).Where("id = ? and version = ?", m.ID, m.Version-1).Select("*").Omit("id", "ref", "board_id", "created_at").Updates(m)
		if err := once(res.Error, res.RowsAffected); err != nil {
			return err
		}
	}
	now := m.Fields()
	altered := func(key string) bool { return before[key] != now[key] }
	for i := range m.Items {
		if x := &m.Items[i]; altered("item " + x.Ref) {
			x.MeetingID, x.Version = m.ID, m.Version
			if err := part(ctx, s, x.ID, x); err != nil {
				return err
			}
		}
	}
	for i := range m.People {
		if x := &m.People[i]; altered("person " + ticket.Int(int64(x.UserID))) {
			x.MeetingID, x.Version = m.ID, m.Version
			if err := part(ctx, s, x.ID, x); err != nil {
				return err
			}
		}
	}
	for i := range m.Actions {
		if x := &m.Actions[i]; altered("action " + x.Ref) {
			x.MeetingID, x.Version = m.ID, m.Version
			if err := part(ctx, s, x.ID, x); err != nil {
				return err
			}
		}
	}
	for i := range m.Addenda {
		if x := &m.Addenda[i]; altered("addendum " + x.Ref) {
			x.MeetingID, x.Version = m.ID, m.Version
			if err := part(ctx, s, x.ID, x); err != nil {
				return err
			}
		}
	}
	return nil
}

func part[T any](ctx context.Context, s store, id int64, x *T) error {
	if id == 0 {
		return s.db.Conn(ctx).Create(x).Error
	}
	res := s.db.Conn(ctx).Model(x).Where("id = ?", id).Select("*").Omit("id", "ref", "meeting_id", "ticket_id", "user_id").Updates(x)
	return once(res.Error, res.RowsAffected)
}

// list is without parts but for the people, who say whose own a meeting is.
func (s store) list(ctx context.Context, q Query, boards []domain.BoardID, own domain.UserID) (out []Meeting, err error) {
	if len(boards) == 0 && own == 0 {
		return nil, nil
	}
	ids := []int64{-1}
	for _, b := range boards {
		ids = append(ids, int64(b))
	}
	c := s.db.Conn(ctx).Where("board_id in ? or id in (select meeting_id from meeting_people where user_id = ?)", ids, int64(own))
	if q.Past {
		c = c.Where("state in ('ended', 'cancelled')").Order("starts_at desc, id desc")
		if q.After != 0 {
			c = c.Where("(starts_at, id) < (select starts_at, id from meetings where id = ?)", q.After)
		}
	} else {
		c = c.Where("state in ('planned', 'in_progress')").Order("starts_at, id")
		if q.After != 0 {
			c = c.Where("(starts_at, id) > (select starts_at, id from meetings where id = ?)", q.After)
		}
	}
	if err := c.Limit(q.Limit).Find(&out).Error; err != nil {
		return nil, err
	}
	return out, s.parts(ctx, out)
}

func (s store) objects(ctx context.Context, refs []string) (map[string]policies.Object, error) {
	out := map[string]policies.Object{}
	if len(refs) == 0 {
		return out, nil
	}
	var list []Meeting
	if err := s.db.Conn(ctx).Where("ref in ?", refs).Find(&list).Error; err != nil {
		return nil, err
	}
	ids, at := []int64{}, map[int64]int{}
	for i, m := range list {
		ids, at[m.ID] = append(ids, m.ID), i
	}
	var people []Attendee
	err := s.db.Conn(ctx).Where("meeting_id in ?", append(ids, -1)).Find(&people).Error
	for _, a := range people {
		list[at[a.MeetingID]].People = append(list[at[a.MeetingID]].People, a)
	}
	for _, m := range list {
		out[m.Ref] = m.Object()
	}
	return out, err
}

func (s store) taken(ctx context.Context, board domain.BoardID, at time.Time) (bool, error) {
	var n int64
	err := s.db.Conn(ctx).Model(&Meeting{}).Where("board_id = ? and starts_at = ? and state <> 'cancelled'", int64(board), at).Count(&n).Error
	return n > 0, err
}

// ahead lists the meetings of a board from an instant on, without their parts.
func (s store) ahead(ctx context.Context, board domain.BoardID, from time.Time) (out []Meeting, err error) {
	return out, s.db.Conn(ctx).Where("board_id = ? and starts_at >= ?", int64(board), from).Order("starts_at").Limit(500).Find(&out).Error
}

// last is when the last meeting of a board before an instant began.
func (s store) last(ctx context.Context, board domain.BoardID, before time.Time) (at time.Time, ok bool, err error) {
	var found []Meeting
	err = s.db.Conn(ctx).Where("board_id = ? and state = 'ended' and starts_at < ?", int64(board), before).Order("starts_at desc").Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return at, false, err
	}
	return *found[0].StartedAt, true, nil
}

func (s store) each(ctx context.Context, yield func(Meeting) error) error {
	return db.Pages(ctx, s.db, "id", func(m Meeting) int64 { return m.ID }, func(page []Meeting) error {
		if err := s.parts(ctx, page); err != nil {
			return err
		}
		for _, m := range page {
			if err := yield(m); err != nil {
				return err
			}
		}
		return nil
	})
}

// Past is a change whose work has ended.
type Past struct {
	TicketID   domain.TicketID
	State      string
	Model      changes.Model
	Outcome    changes.Outcome
	Exceptions changes.Texts
}

// Grave tells whether it went wrong, or went around the usual way.
func (p Past) Grave() bool {
	return slices.Contains([]changes.Outcome{"failed", "backed_out", "partially_implemented"}, p.Outcome) || p.Model == changes.Emergency || len(p.Exceptions) > 0
}

// ended lists the changes whose work has ended since an instant, or that are in review; standard ones only where they went wrong.
func (s store) ended(ctx context.Context, since time.Time, limit int) (out []Past, err error) {
	return out, s.db.Conn(ctx).Raw(`select c.ticket_id, t.state, c.model, c.outcome, c.exceptions from changes c join tickets t on t.id = c.ticket_id
		where t.kind = 'change' and c.model <> 'registration' and (t.state = 'review' or t.state = 'closed' and c.actual_end >= ?)
		and (c.model <> 'standard' or c.outcome in ('failed', 'backed_out', 'partially_implemented')) order by c.actual_end desc, c.ticket_id desc limit ?`, since, limit).Scan(&out).Error
}

// Asking is a change that is put to a board.
type Asking struct {
	TicketID  domain.TicketID
	Risk      changes.Risk
	Conflicts int // hard and high ones, not accepted
}

// asking describes changes that are put to their approvers, those that start first before others; never standard ones.
func (s store) asking(ctx context.Context, ids []domain.TicketID) (out []Asking, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return out, s.db.Conn(ctx).Raw(`select c.ticket_id, c.risk, (select count(*) from change_conflicts x where (x.ticket_id = t.id or x.other_id = t.id) and x.state = 'open' and x.severity in ('hard', 'high')) as conflicts
		from changes c join tickets t on t.id = c.ticket_id where t.id in ? and t.state = 'authorize' and c.model <> 'standard' order by c.planned_start, t.id`, ids).Scan(&out).Error
}

// proposed names the editions of templates that are put to a board.
func (s store) proposed(ctx context.Context, board domain.BoardID) (out []string, err error) {
	return out, s.db.Conn(ctx).Raw(`select key || '/' || edition from change_templates where state = 'proposed' and exists (select 1 from boards where id = ? and key = 'cab') order by state_since, id`, int64(board)).Scan(&out).Error
}

func (s store) numbers(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]string, error) {
	var rows []struct {
		ID     domain.TicketID
		Number string
	}
	err := s.db.Conn(ctx).Raw("select id, number from tickets where id in ?", ids).Scan(&rows).Error
	out := map[domain.TicketID]string{}
	for _, r := range rows {
		out[r.ID] = r.Number
	}
	return out, err
}

// touched is a change with the items that it names.
type touched struct {
	TicketID domain.TicketID
	CIs      changes.Texts `gorm:"column:cis"`
}

// failed lists the last changes that went wrong since an instant and name items, the newest first.
func (s store) failed(ctx context.Context, since time.Time) (out []touched, err error) {
	return out, s.db.Conn(ctx).Raw(`select ticket_id, cis from changes where outcome in ('failed', 'backed_out', 'partially_implemented') and actual_end >= ? and cis <> '[]'
		order by actual_end desc limit 1000`, since).Scan(&out).Error
}
