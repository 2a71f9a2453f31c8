package rulebook

import (
	"context"

	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

// latest is the newest version, 1 for the seed.
func (s store) latest(ctx context.Context, kind, key string) (v int64, err error) {
	err = s.db.Conn(ctx).Raw("select coalesce(max(version), 1) from change_rules where kind = ? and key = ?", kind, key).Scan(&v).Error
	return v, err
}

func (s store) load(ctx context.Context, kind, key string, version int64) (e Entry, err error) {
	return e, s.db.Conn(ctx).Where("kind = ? and key = ? and version = ?", kind, key, version).Take(&e).Error
}

func (s store) versions(ctx context.Context, kind, key string) (out []Entry, err error) {
	return out, s.db.Conn(ctx).Where("kind = ? and key = ?", kind, key).Order("version desc").Limit(100).Find(&out).Error
}

func (s store) insert(ctx context.Context, e *Entry) error { return s.db.Conn(ctx).Create(e).Error }

func (s store) newest(ctx context.Context) (out []Entry, err error) {
	return out, s.db.Conn(ctx).Where("version = (select max(x.version) from change_rules x where x.kind = change_rules.kind and x.key = change_rules.key)").Order("id").Find(&out).Error
}
