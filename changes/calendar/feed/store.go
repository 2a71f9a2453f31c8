package feed

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

func (s store) of(ctx context.Context, user domain.UserID) (out []Feed, err error) {
	return out, s.db.Conn(ctx).Where("user_id = ? and revoked_at is null", int64(user)).Order("id desc").Limit(100).Find(&out).Error
}

func first(found []Feed, err error) (Feed, error) {
	if err != nil {
		return Feed{}, err
	}
	if len(found) == 0 {
		return Feed{}, errGone
	}
	return found[0], nil
}

func (s store) lock(ctx context.Context, ref string, user domain.UserID) (Feed, error) {
	var found []Feed
	err := s.db.ForUpdate(s.db.Conn(ctx)).Where("ref = ? and user_id = ? and revoked_at is null", ref, int64(user)).Limit(1).Find(&found).Error
	return first(found, err)
}

func (s store) byHash(ctx context.Context, hash []byte) (Feed, error) {
	var found []Feed
	err := s.db.Conn(ctx).Where("token_hash = ? and revoked_at is null", hash).Limit(1).Find(&found).Error
	return first(found, err)
}

func (s store) insert(ctx context.Context, f *Feed) error { return s.db.Conn(ctx).Create(f).Error }

func (s store) revoke(ctx context.Context, f Feed) error {
	return db.One(s.db.Conn(ctx).Model(&Feed{}).Where("id = ? and version = ?", f.ID, f.Version-1).Select("revoked_at", "version").Updates(&f))
}

// seen writes down when a feed was read, never back in time.
func (s store) seen(ctx context.Context, id int64, at time.Time) error {
	return s.db.Conn(ctx).Exec("update calendar_feeds set last_used_at = ? where id = ? and (last_used_at is null or last_used_at < ?)", at, id, at).Error
}

func (s store) each(ctx context.Context, yield func(Feed) error) error {
	return db.Each(ctx, s.db, "id", func(x Feed) int64 { return x.ID }, yield)
}
