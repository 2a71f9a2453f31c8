package webhook

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

var (
	errNoWebhook  = domain.ErrNotFound.Because("There is no such webhook.")
	errNoDelivery = domain.ErrNotFound.Because("There is no such delivery.")
)

func (s store) all(ctx context.Context) (out []Webhook, err error) {
	return out, s.db.Conn(ctx).Order("name, id").Find(&out).Error
}

func (s store) active(ctx context.Context) (out []Webhook, err error) {
	return out, s.db.Conn(ctx).Where("state = ?", Active).Order("id").Find(&out).Error
}

func (s store) find(ctx context.Context, ref string, lock bool) (Webhook, error) {
	var found []Webhook
	q := s.db.Conn(ctx)
	if lock {
		q = s.db.ForUpdate(q)
	}
	if err := q.Where("ref = ?", ref).Limit(1).Find(&found).Error; err != nil {
		return Webhook{}, err
	}
	if len(found) == 0 {
		return Webhook{}, errNoWebhook
	}
	return found[0], nil
}

func (s store) byID(ctx context.Context, id int64) (w Webhook, err error) {
	return w, s.db.Conn(ctx).Where("id = ?", id).Limit(1).Find(&w).Error
}

func (s store) insert(ctx context.Context, w *Webhook) error { return s.db.Conn(ctx).Create(w).Error }

func (s store) update(ctx context.Context, w Webhook) error {
	return db.One(s.db.Conn(ctx).Model(&Webhook{}).Where("id = ? and version = ?", w.ID, w.Version-1).
		Select("name", "url", "events", "secret", "secret_at", "state", "version").Updates(&w))
}

// tell keeps a delivery unless the same was told before.
func (s store) tell(ctx context.Context, d *Delivery) (fresh bool, err error) {
	res := s.db.Conn(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "webhook_id"}, {Name: "once"}}, DoNothing: true}).Create(d)
	return res.RowsAffected == 1, res.Error
}

func (s store) delivery(ctx context.Context, ref string, lock bool) (Delivery, error) {
	var found []Delivery
	q := s.db.Conn(ctx)
	if lock {
		q = s.db.ForUpdate(q)
	}
	if err := q.Where("ref = ?", ref).Limit(1).Find(&found).Error; err != nil {
		return Delivery{}, err
	}
	if len(found) == 0 {
		return Delivery{}, errNoDelivery
	}
	return found[0], nil
}

func (s store) latest(ctx context.Context, webhook int64, limit int) (out []Delivery, err error) {
	return out, s.db.Conn(ctx).Where("webhook_id = ?", webhook).Order("id desc").Limit(limit).Find(&out).Error
}

// counts says how many deliveries of each webhook are in a state.
func (s store) counts(ctx context.Context, state string) (map[int64]int, error) {
	var rows []struct {
		WebhookID int64
		N         int
	}
	err := s.db.Conn(ctx).Raw("select webhook_id, count(*) as n from webhook_deliveries where state = ? group by webhook_id", state).Scan(&rows).Error
	out := map[int64]int{}
	for _, r := range rows {
		out[r.WebhookID] = r.N
	}
	return out, err
}

func (s store) tried(ctx context.Context, d Delivery) error {
	return s.db.Conn(ctx).Model(&Delivery{}).Where("id = ?", d.ID).Select("state", "attempts", "status", "trouble", "tried_at").Updates(&d).Error
}

func (s store) forget(ctx context.Context, before time.Time) error {
	return s.db.Conn(ctx).Exec("delete from webhook_deliveries where created_at < ? and state <> ?", before, Waiting).Error
}
