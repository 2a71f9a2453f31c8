package runs

import (
	"context"
	"encoding/json"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

// row is a run as its table has it; the steps are JSON.
type row struct {
	ID          string
	State       string
	Done, Total int64
	Steps       string
	StartedAt   time.Time
	HeardAt     time.Time
	FinishedAt  *time.Time
}

func written(steps []Step) (string, error) {
	if steps == nil {
		steps = []Step{}
	}
	b, err := json.Marshal(steps)
	return string(b), err
}

func (s store) get(ctx context.Context, id string) (Run, error) {
	var found []row
	if err := s.db.Conn(ctx).Raw("select * from verifications where id = ?", id).Scan(&found).Error; err != nil {
		return Run{}, err
	}
	if len(found) == 0 {
		return Run{}, domain.ErrNotFound.Because("There is no such verification.")
	}
	r := found[0]
	run := Run{ID: r.ID, State: r.State, Done: r.Done, Total: r.Total, StartedAt: r.StartedAt, HeardAt: r.HeardAt, FinishedAt: r.FinishedAt}
	return run, json.Unmarshal([]byte(r.Steps), &run.Steps)
}

// begin writes a new run unless one is at work.
func (s store) begin(ctx context.Context, r Run) (bool, error) {
	res := s.db.Conn(ctx).Exec(`insert into verifications (id, state, started_at, heard_at) values (?, ?, ?, ?)
		on conflict do nothing`, r.ID, r.State, r.StartedAt, r.HeardAt)
	return res.RowsAffected == 1, res.Error
}

func (s store) running(ctx context.Context) (id string, err error) {
	return id, s.db.Conn(ctx).Raw("select id from verifications where state = 'running'").Scan(&id).Error
}

// giveUp ends the run of which nothing was heard since a time.
func (s store) giveUp(ctx context.Context, since time.Time, steps []Step, now time.Time) error {
	text, err := written(steps)
	if err != nil {
		return err
	}
	return s.db.Conn(ctx).Exec("update verifications set state = 'failed', steps = ?, finished_at = ? where state = 'running' and heard_at < ?", text, now, since).Error
}

// save writes what has become of a run that is at work.
func (s store) save(ctx context.Context, r Run) error {
	text, err := written(r.Steps)
	if err != nil {
		return err
	}
	return s.db.Conn(ctx).Exec(`update verifications set state = ?, done = ?, total = ?, steps = ?, heard_at = ?, finished_at = ?
		where id = ? and state = 'running'`, r.State, r.Done, r.Total, text, r.HeardAt, r.FinishedAt, r.ID).Error
}

// forget removes all but the latest runs; identifiers rise with time.
func (s store) forget(ctx context.Context, keep int) error {
	return s.db.Conn(ctx).Exec("delete from verifications where id not in (select id from verifications order by id desc limit ?)", keep).Error
}
