package pipeline

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

var (
	errNoPipeline   = domain.ErrNotFound.Because("There is no such pipeline.")
	errNoRun        = domain.ErrNotFound.Because("There is no such run.")
	errNoDeployment = domain.ErrNotFound.Because("There is no such deployment.")
)

func first[T any](found []T, err error, none error) (T, error) {
	var zero T
	switch {
	case err != nil:
		return zero, err
	case len(found) == 0:
		return zero, none
	}
	return found[0], nil
}

func (s store) pipelines(ctx context.Context) (out []Pipeline, err error) {
	return out, s.db.Conn(ctx).Order("retired, name, id").Find(&out).Error
}

func (s store) pipeline(ctx context.Context, key string) (Pipeline, error) {
	var found []Pipeline
	err := s.db.Conn(ctx).Where("key = ?", key).Find(&found).Error
	return first(found, err, errNoPipeline)
}

func (s store) lockPipeline(ctx context.Context, column string, value any) (Pipeline, error) {
	var found []Pipeline
	err := s.db.ForUpdate(s.db.Conn(ctx)).Where(column+" = ?", value).Limit(1).Find(&found).Error
	return first(found, err, errNoPipeline)
}

// ofAccount finds the pipeline that acts through an account, or none.
func (s store) ofAccount(ctx context.Context, account domain.UserID) (*Pipeline, error) {
	var found []Pipeline
	if err := s.db.Conn(ctx).Where("account_id = ?", account).Find(&found).Error; err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func (s store) insertPipeline(ctx context.Context, p *Pipeline) error {
	return s.db.Conn(ctx).Create(p).Error
}

func (s store) updatePipeline(ctx context.Context, p Pipeline) error {
	return db.One(s.db.Conn(ctx).Model(&Pipeline{}).Where("id = ? and version = ?", p.ID, p.Version-1).
		Select("name", "purpose", "owner_id", "team_id", "items", "modes", "required", "retired", "version").Updates(&p))
}

func (s store) runNamed(ctx context.Context, pipeline int64, name, environment string) (*Run, error) {
	var found []Run
	if err := s.db.Conn(ctx).Where("pipeline_id = ? and name = ? and environment = ?", pipeline, name, environment).Find(&found).Error; err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// numbered finds a change by its number, whoever asks; 0 for none.
func (s store) numbered(ctx context.Context, number string) (id domain.TicketID, err error) {
	return id, s.db.Conn(ctx).Raw("select coalesce(max(id), 0) from tickets where number = ? and kind = 'change'", number).Scan(&id).Error
}

func (s store) lockRun(ctx context.Context, ref string) (Run, error) {
	var found []Run
	err := s.db.ForUpdate(s.db.Conn(ctx)).Where("ref = ?", ref).Limit(1).Find(&found).Error
	return first(found, err, errNoRun)
}

func (s store) runs(ctx context.Context, change domain.TicketID) (out []Run, err error) {
	return out, s.db.Conn(ctx).Where("ticket_id = ?", change).Order("id").Find(&out).Error
}

func (s store) insertRun(ctx context.Context, r *Run) error { return s.db.Conn(ctx).Create(r).Error }

func (s store) updateRun(ctx context.Context, r Run) error {
	return db.One(s.db.Conn(ctx).Model(&Run{}).Where("id = ? and version = ?", r.ID, r.Version-1).Select("evidence", "version").Updates(&r))
}

func (s store) deployments(ctx context.Context, change domain.TicketID) (out []Deployment, err error) {
	return out, s.db.Conn(ctx).Where("ticket_id = ?", change).Order("id").Find(&out).Error
}

func (s store) latest(ctx context.Context, pipeline int64, limit int) (out []Deployment, err error) {
	return out, s.db.Conn(ctx).Where("pipeline_id = ?", pipeline).Order("id desc").Limit(limit).Find(&out).Error
}

func (s store) lockDeployment(ctx context.Context, ref string) (Deployment, error) {
	var found []Deployment
	err := s.db.ForUpdate(s.db.Conn(ctx)).Where("ref = ?", ref).Limit(1).Find(&found).Error
	return first(found, err, errNoDeployment)
}

// spent tells whether a pass has let something in.
func (s store) spent(ctx context.Context, nonce string) (bool, error) {
	var n int64
	err := s.db.Conn(ctx).Raw("select count(*) from deployments where nonce = ?", nonce).Scan(&n).Error
	return n > 0, err
}

// told finds what somebody told of the same deployment before, as when an answer got lost.
func (s store) told(ctx context.Context, d Deployment, since time.Time) (*Deployment, error) {
	var found []Deployment
	err := s.db.Conn(ctx).Where("artifact = ? and environment = ? and url = ? and actor_id = ? and not authorised and started_at >= ?", d.Artifact, d.Environment, d.URL, d.ActorID, since).
		Order("id desc").Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func (s store) insertDeployment(ctx context.Context, d *Deployment) error {
	return s.db.Conn(ctx).Create(d).Error
}

func (s store) updateDeployment(ctx context.Context, d Deployment) error {
	return db.One(s.db.Conn(ctx).Model(&Deployment{}).Where("id = ? and version = ?", d.ID, d.Version-1).
		Select("state", "finished_at", "told_finish", "evidence", "note", "version").Updates(&d))
}

// due lists the scheduled changes whose window is open at an instant.
func (s store) due(ctx context.Context, at time.Time) (out []domain.TicketID, err error) {
	return out, s.db.Conn(ctx).Raw(`select b.ticket_id from change_bookings b join tickets t on t.id = b.ticket_id
		where b.live and b.starts_at <= ? and b.ends_at > ? and t.state = ? order by b.ticket_id limit 1000`, at, at, changes.StateScheduled).Scan(&out).Error
}
