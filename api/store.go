package api

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"github.com/cabinetdesk/cabinet/internal/db"
)

// claim is an idempotency key that somebody has used: claimed while Status is 0, answered afterwards.
type claim struct {
	Actor       string
	Key         string // SHA-256 of the key, hex
	RequestHash []byte
	Status      int
	Headers     string
	Body        []byte
	CreatedAt   time.Time
}

// TableName names the table.
func (claim) TableName() string { return "idempotency_keys" }

type store struct{ db *db.DB }

// take claims a key; it reports whether nobody had it.
func (s store) take(ctx context.Context, k claim) (bool, error) {
	res := s.db.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&k)
	return res.RowsAffected == 1, res.Error
}

func (s store) find(ctx context.Context, k claim) (out claim, err error) {
	return out, s.db.Conn(ctx).Where("actor = ? and key = ?", k.Actor, k.Key).Take(&out).Error
}

// takeOver claims a key whose holder has not answered; one of several who try does.
func (s store) takeOver(ctx context.Context, old claim, now time.Time) (bool, error) {
	res := s.db.Conn(ctx).Model(&claim{}).Where("actor = ? and key = ? and status = 0 and created_at = ?", old.Actor, old.Key, old.CreatedAt).
		Update("created_at", now)
	return res.RowsAffected == 1, res.Error
}

func (s store) complete(ctx context.Context, k claim) error {
	return s.db.Conn(ctx).Model(&claim{}).Where("actor = ? and key = ? and status = 0", k.Actor, k.Key).
		Select("status", "headers", "body").Updates(&k).Error
}

func (s store) release(ctx context.Context, k claim) error {
	return s.db.Conn(ctx).Where("actor = ? and key = ? and status = 0", k.Actor, k.Key).Delete(&claim{}).Error
}

// forget removes one key that is too old to count.
func (s store) forget(ctx context.Context, k claim, before time.Time) error {
	return s.db.Conn(ctx).Where("actor = ? and key = ? and created_at < ?", k.Actor, k.Key, before).Delete(&claim{}).Error
}

func (s store) purge(ctx context.Context, before time.Time) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.Conn(ctx).Where("created_at < ?", before).Delete(&claim{}).Error
	})
}
