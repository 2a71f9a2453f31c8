package cmdb

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

func (s store) addMerge(ctx context.Context, m *Merge) error { return s.db.Conn(ctx).Create(m).Error }

func (s store) openMerge(ctx context.Context, from domain.CIID) (m Merge, err error) {
	return m, s.db.Conn(ctx).Where("from_id = ? and undone_at is null", from).Take(&m).Error
}

// openMergesInto lists what was merged into an item and not parted, in order.
func (s store) openMergesInto(ctx context.Context, into domain.CIID) (out []Merge, err error) {
	return out, s.db.Conn(ctx).Where("into_id = ? and undone_at is null", into).Order("id").Find(&out).Error
}

// moveSightings lets sources see one item where they saw another, and says by which keys; returnSightings puts that back.
func (s store) moveSightings(ctx context.Context, from, into domain.CIID) (out []SourceKey, err error) {
	if err := s.db.Conn(ctx).Raw("select source, key from ci_sightings where ci_id = ? order by source, key", from).Scan(&out).Error; err != nil {
		return nil, err
	}
	return out, s.db.Conn(ctx).Exec("update ci_sightings set ci_id = ? where ci_id = ?", into, from).Error
}

func (s store) returnSightings(ctx context.Context, keys []SourceKey, from, to domain.CIID) error {
	for _, k := range keys {
		if err := s.db.Conn(ctx).Exec("update ci_sightings set ci_id = ? where source = ? and key = ? and ci_id = ?", to, k.Source, k.Key, from).Error; err != nil {
			return err
		}
	}
	return nil
}

func (s store) retake(ctx context.Context, id int64, values string) error {
	return s.db.Conn(ctx).Exec("update ci_merges set taken = ? where id = ?", values, id).Error
}

func (s store) closeMerge(ctx context.Context, id int64, at time.Time) error {
	return s.db.Conn(ctx).Exec("update ci_merges set undone_at = ? where id = ? and undone_at is null", at, id).Error
}

func (s store) saveApart(ctx context.Context, a *Apart) error {
	if a.Version == 1 {
		return s.db.Conn(ctx).Create(a).Error
	}
	return db.One(s.db.Conn(ctx).Model(&Apart{}).Where("id = ? and version = ?", a.ID, a.Version-1).Select("stands", "evidence", "reason", "by_id", "at", "version").Updates(a))
}

func (s store) apart(ctx context.Context, ref string) (a Apart, err error) {
	if len(ref) > 100 {
		return a, domain.ErrNotFound
	}
	if err = s.db.Conn(ctx).Where("ref = ?", ref).Take(&a).Error; domain.KindOf(err) == domain.NotFound {
		err = domain.ErrNotFound.Because("Nobody has told those items apart.")
	}
	return a, err
}

// apartBetween lists what was said of pairs with one item in each of two lists; standing leaves out what was taken back.
func (s store) apartBetween(ctx context.Context, one, other []domain.CIID, standing bool) (out []Apart, err error) {
	cond, arg := db.Among(s.db, "a_id", one)
	cond2, arg2 := db.Among(s.db, "b_id", other)
	back, argBack := db.Among(s.db, "a_id", other)
	back2, argBack2 := db.Among(s.db, "b_id", one)
	q := s.db.Conn(ctx).Where("("+cond+" and "+cond2+" or "+back+" and "+back2+")", arg, arg2, argBack, argBack2)
	if standing {
		q = q.Where("stands")
	}
	return out, q.Order("id").Find(&out).Error
}

// told lists what stands, the latest first, after the one with a key.
func (s store) told(ctx context.Context, before int64, limit int) (out []Apart, err error) {
	q := s.db.Conn(ctx).Where("stands")
	if before != 0 {
		q = q.Where("(at, id) < (select at, id from ci_apart where id = ?)", before)
	}
	return out, q.Order("at desc, id desc").Limit(limit).Find(&out).Error
}

func (s store) eachApart(ctx context.Context, yield func(Apart) error) error {
	return db.Each(ctx, s.db, "id", func(a Apart) int64 { return a.ID }, yield)
}

// including are items and all that live on in them, directly or through others.
func (s store) including(ctx context.Context, ids []domain.CIID) (out []domain.CIID, err error) {
	cond, arg := db.Among(s.db, "c.id", ids)
	var rows []struct{ ID domain.CIID }
	err = s.db.Conn(ctx).Raw(`with recursive part (id) as (
			select c.id from cis c where `+cond+` union
			select c.id from cis c join part p on c.merged_into = p.id where c.presence = 'merged')
		select id from part order by id`, arg).Scan(&rows).Error
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return out, err
}
