package canned

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

var errNoText = domain.ErrNotFound.Because("There is no such canned text.")

func (s store) offered(ctx context.Context, teams []domain.TeamID) (out []Text, err error) {
	q := s.db.Conn(ctx).Where("not retired and team_id is null")
	if len(teams) > 0 {
		q = s.db.Conn(ctx).Where("not retired and (team_id is null or team_id in ?)", teams)
	}
	return out, q.Order("name, id").Find(&out).Error
}

func (s store) all(ctx context.Context) (out []Text, err error) {
	return out, s.db.Conn(ctx).Order("name, id").Find(&out).Error
}

// inUse lists the references and names of the texts of one team, or of those for all.
func (s store) inUse(ctx context.Context, team domain.TeamID) (out []Text, err error) {
	return out, s.db.Conn(ctx).Select("ref, name").Where("not retired and coalesce(team_id, 0) = ?", int64(team)).Find(&out).Error
}

func (s store) lock(ctx context.Context, ref string) (Text, error) {
	var found []Text
	if err := s.db.ForUpdate(s.db.Conn(ctx)).Where("ref = ?", ref).Limit(1).Find(&found).Error; err != nil {
		return Text{}, err
	}
	if len(found) == 0 {
		return Text{}, errNoText
	}
	return found[0], nil
}

func (s store) insert(ctx context.Context, t *Text) error { return s.db.Conn(ctx).Create(t).Error }

func (s store) update(ctx context.Context, t Text) error {
	return db.One(s.db.Conn(ctx).Model(&Text{}).Where("id = ? and version = ?", t.ID, t.Version-1).
		Select("name", "body", "team_id", "retired", "version", "updated_at").Updates(&t))
}
