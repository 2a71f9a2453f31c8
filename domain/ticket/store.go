package ticket

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct {
	db     *db.DB
	limits limits
}

// limits say where one way to find records ends and another is better.
type limits struct {
	// own is in how many records somebody takes part before a list of them is a walk like any other: most people take
	// part in hundreds, the account of a monitoring tool in a great part of all.
	own int
	// documents are the newest ones, that a search walks through before it asks the index of words; in so many of
	// them words are frequent.
	documents, frequent int
	hits                int // that a search gathers from the index of words
}

// candidates are the spellings under which a number may be kept: as typed (a number of another tool), and
// in the desk's own form.
func candidates(number string) []string {
	typed := strings.ToUpper(strings.TrimSpace(number))
	if n, err := domain.ParseNumber(typed); err == nil && n.String() != typed {
		return []string{typed, n.String()}
	}
	return []string{typed}
}

func (s store) find(ctx context.Context, number string, lock bool) (t Ticket, err error) {
	spellings := candidates(number)
	if len(spellings[0]) > 40 || len(spellings[0]) == 0 {
		return t, domain.ErrNumber.With("path.number", "a number looks like INC-000123")
	}
	for _, spelling := range spellings {
		q := s.db.Conn(ctx)
		if lock {
			q = s.db.ForUpdate(q)
		}
		err = q.Where("number = ?", spelling).Take(&t).Error
		if !errors.Is(err, domain.ErrNotFound) {
			return t, err
		}
	}
	return t, domain.ErrNotFound.Because("There is no %s, or you may not see it.", spellings[len(spellings)-1])
}

func (s store) load(ctx context.Context, number string) (Ticket, error) {
	return s.find(ctx, number, false)
}
func (s store) lock(ctx context.Context, number string) (Ticket, error) {
	return s.find(ctx, number, true)
}

func (s store) byIDs(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]Ticket, error) {
	out := map[domain.TicketID]Ticket{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []Ticket
	err := s.db.Conn(ctx).Where("id in ?", ids).Find(&rows).Error
	for _, t := range rows {
		out[t.ID] = t
	}
	return out, err
}

func (s store) insert(ctx context.Context, t *Ticket) error { return s.db.Conn(ctx).Create(t).Error }

// update writes all columns by version; a lost race is domain.ErrStale.
func (s store) update(ctx context.Context, t *Ticket) error {
	return db.One(s.db.Conn(ctx).Model(&Ticket{}).Where("id = ? and version = ?", t.ID, t.Version-1).
		Select("*").Omit("id", "kind", "number").Updates(t))
}

func (s store) participants(ctx context.Context, id domain.TicketID) (users []domain.UserID, err error) {
	err = s.db.Conn(ctx).Raw("select distinct user_id from participants where ticket_id = ?", id).Scan(&users).Error
	return users, err
}

func (s store) roles(ctx context.Context, id domain.TicketID) (map[string][]domain.UserID, error) {
	var rows []struct {
		UserID domain.UserID
		Role   string
	}
	err := s.db.Conn(ctx).Raw("select user_id, role from participants where ticket_id = ? order by role, user_id", id).Scan(&rows).Error
	out := map[string][]domain.UserID{}
	for _, r := range rows {
		out[r.Role] = append(out[r.Role], r.UserID)
	}
	return out, err
}

// firstParticipants are those of a new record, which has none yet: whom it is for, and who opened it.
func (s store) firstParticipants(ctx context.Context, t Ticket) error {
	var rows [][]any
	for _, p := range [...]struct {
		user domain.UserID
		role string
	}{{t.RequesterID, "requester"}, {t.OpenedBy, "opener"}} {
		if p.user != 0 {
			rows = append(rows, []any{int64(t.ID), int64(p.user), p.role})
		}
	}
	return s.db.InsertMany(ctx, "participants", []string{"ticket_id", "user_id", "role"}, rows, "")
}

func (s store) participate(ctx context.Context, id domain.TicketID, user domain.UserID, role string) error {
	if role == "requester" {
		if err := s.db.Conn(ctx).Exec("delete from participants where ticket_id = ? and role = 'requester' and user_id <> ?", id, user).Error; err != nil {
			return err
		}
	}
	return s.db.Conn(ctx).Exec("insert into participants (ticket_id, user_id, role) values (?, ?, ?) on conflict do nothing", id, user, role).Error
}

func (s store) leave(ctx context.Context, id domain.TicketID, user domain.UserID, role string) error {
	return s.db.Conn(ctx).Exec("delete from participants where ticket_id = ? and user_id = ? and role = ?", id, user, role).Error
}

func (s store) watches(ctx context.Context, id domain.TicketID, user domain.UserID) (bool, error) {
	var n int64
	err := s.db.Conn(ctx).Raw("select count(*) from participants where ticket_id = ? and user_id = ? and role = 'watcher'", id, user).Scan(&n).Error
	return n > 0, err
}

func (s store) addComment(ctx context.Context, c *Comment) error {
	return s.db.Conn(ctx).Create(c).Error
}

func (s store) comments(ctx context.Context, id domain.TicketID, internal bool) (out []Comment, err error) {
	q := s.db.Conn(ctx).Where("ticket_id = ?", id)
	if !internal {
		q = q.Where("internal = ?", false)
	}
	return out, q.Order("id").Find(&out).Error
}

func (s store) addLink(ctx context.Context, l *Link) error { return s.db.Conn(ctx).Create(l).Error }

func (s store) linked(ctx context.Context, l Link) (bool, error) {
	var n int64
	q := s.db.Conn(ctx).Model(&Link{}).Where("kind = ? and from_id = ? and to_id = ?", l.Kind, l.FromID, l.ToID)
	if l.Kind == Related { // reads the same from both ends
		q = q.Or("kind = ? and from_id = ? and to_id = ?", l.Kind, l.ToID, l.FromID)
	}
	return n > 0, q.Count(&n).Error
}

// reaches tells whether links of a kind lead from one record to another.
func (s store) reaches(ctx context.Context, kind LinkKind, from, to domain.TicketID) (bool, error) {
	var n int64
	err := s.db.Conn(ctx).Raw(`with recursive up (id) as (
			select cast(? as bigint) union select l.to_id from ticket_links l join up on l.from_id = up.id and l.kind = ?)
		select count(*) from up where id = ?`, from, kind, to).Scan(&n).Error
	return n > 0, err
}

func (s store) links(ctx context.Context, id domain.TicketID) (out []Link, err error) {
	return out, s.db.Conn(ctx).Where("from_id = ? or to_id = ?", id, id).Order("id").Find(&out).Error
}

func (s store) link(ctx context.Context, id domain.TicketID, ref string) (l Link, err error) {
	return l, s.db.Conn(ctx).Where("ref = ? and (from_id = ? or to_id = ?)", ref, id, id).Take(&l).Error
}

func (s store) dropLink(ctx context.Context, id int64) error {
	return s.db.Conn(ctx).Where("id = ?", id).Delete(&Link{}).Error
}

// cis lists the items of records in the order of their roles.
func (s store) cis(ctx context.Context, ids []domain.TicketID) (out []CI, err error) {
	return out, s.db.Conn(ctx).Where("ticket_id in ?", ids).Order("ticket_id, role, ci_id").Find(&out).Error
}

// putCI ties an item to a record, in one role at a time.
func (s store) putCI(ctx context.Context, c CI) error {
	if err := s.dropCI(ctx, c); err != nil {
		return err
	}
	return s.db.Conn(ctx).Create(&c).Error
}

func (s store) dropCI(ctx context.Context, c CI) error {
	return s.db.Conn(ctx).Exec("delete from ticket_cis where ticket_id = ? and ci_id = ?", c.TicketID, c.CIID).Error
}

// about is the condition that a record names one of the items, or that the plan of a change does.
func (s store) about(items []domain.CIID) (string, []any) {
	cond, arg := db.Among(s.db, "k.ci_id", items)
	return "t.id in (select k.ticket_id from ticket_cis k where " + cond + `
		union select k.ticket_id from change_cis k join changes g on g.ticket_id = k.ticket_id and g.revision = k.revision where ` + cond + " and k.role <> 'impacted')", []any{arg, arg}
}

// repairs counts among the last thousand records of an item: what a whole department uses is named by too many to
// count on every page.
func (s store) repairs(ctx context.Context, items []domain.CIID, since time.Time, scopes []kindScope) (r Repairs, err error) {
	cond, arg := "= ?", any(items[0])
	if len(items) > 1 { // what was merged into it; one item alone is walked along its index, the latest record first
		cond, arg = "in ?", items
	}
	c := clauses{args: []any{since, arg, arg}}
	c.visible(scopes)
	err = s.db.Conn(ctx).Raw(`select coalesce(sum(case when t.kind = 'incident' and k.role = 'affected' and t.opened_at >= ? then 1 else 0 end), 0) as failures,
			coalesce(sum(case when t.category in ('open', 'waiting') then 1 else 0 end), 0) as open
		from (select * from (select ticket_id, role from ticket_cis where ci_id `+cond+` order by ticket_id desc limit 1000) a
			union all select * from (select k.ticket_id, k.role from change_cis k join changes g on g.ticket_id = k.ticket_id and g.revision = k.revision
				where k.ci_id `+cond+` and k.role <> 'impacted' order by k.ticket_id desc limit 1000) b) k
		join tickets t on t.id = k.ticket_id where `+c.sql(), c.args...).Scan(&r).Error
	return r, err
}

func (s store) attach(ctx context.Context, a *Attachment) error {
	return s.db.Conn(ctx).Create(a).Error
}

func (s store) attachments(ctx context.Context, id domain.TicketID, internal bool) (out []Attachment, err error) {
	q := s.db.Conn(ctx).Where("ticket_id = ?", id)
	if !internal {
		q = q.Where("internal = ?", false)
	}
	return out, q.Order("id").Find(&out).Error
}

func (s store) attachment(ctx context.Context, key string) (a Attachment, err error) {
	return a, s.db.Conn(ctx).Where("key = ?", key).Take(&a).Error
}

func (s store) views(ctx context.Context, user domain.UserID) (out []View, err error) {
	return out, s.db.Conn(ctx).Where("user_id = ? or shared = ?", user, true).Order("name, id").Find(&out).Error
}

func (s store) addView(ctx context.Context, v *View) error { return s.db.Conn(ctx).Create(v).Error }

func (s store) dropView(ctx context.Context, user domain.UserID, ref string) error {
	res := s.db.Conn(ctx).Where("ref = ? and user_id = ?", ref, user).Delete(&View{})
	if res.Error == nil && res.RowsAffected == 0 {
		return domain.ErrNotFound
	}
	return res.Error
}

func (s store) saveDraft(ctx context.Context, d Draft) error {
	return s.db.Conn(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "user_id"}, {Name: "key"}},
		DoUpdates: clause.AssignmentColumns([]string{"body", "saved_at"})}).Create(&d).Error
}

func (s store) draft(ctx context.Context, user domain.UserID, key string) (d Draft, err error) {
	return d, s.db.Conn(ctx).Where("user_id = ? and key = ?", user, key).Take(&d).Error
}

func (s store) dropDraft(ctx context.Context, user domain.UserID, key string) error {
	return s.db.Conn(ctx).Where("user_id = ? and key = ?", user, key).Delete(&Draft{}).Error
}

// each yields all tickets of a kind in key order, a page at a time: for the verification of the log.
func (s store) each(ctx context.Context, kind domain.Kind, yield func([]Ticket) error) error {
	return db.Pages(ctx, s.db, "id", func(t Ticket) int64 { return int64(t.ID) }, yield, "kind = ?", kind)
}
