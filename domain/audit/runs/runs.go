// Package runs keeps the verifications of the log that somebody asked for: a row and a job each, so that any instance
// may do the work and any may answer how far it is. The run of `cabinet audit verify` and the daily one are not kept.
//
// Invariants:
//
//  1. At most one run is at work at a time; who asks meanwhile joins it.
//  2. A run that nothing was heard of for Silence has failed: the instance that did it is gone.
package runs

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// The states of a run.
const (
	Running = "running"
	Passed  = "passed"
	Failed  = "failed"
)

// Silence is how long a run may be silent before it counts as lost, kept how many runs are remembered, and often how
// long progress may wait until it is written.
const (
	Silence = 10 * time.Minute
	kept    = 20
	often   = time.Second
)

// Run is one verification of the whole log.
type Run struct {
	ID          string
	State       string
	Done, Total int64 // of the step at work
	Steps       []Step
	StartedAt   time.Time
	HeardAt     time.Time
	FinishedAt  *time.Time
}

// Step is one thing that is checked; OK is nil while it is at work.
type Step struct {
	Name   string `json:"name"`
	OK     *bool  `json:"ok"`
	Detail string `json:"detail"`
}

// Job is the work of a run.
type Job struct {
	Run string `json:"run"`
}

// Kind names the job.
func (Job) Kind() string { return "verify_run" }

type verifier interface {
	Verify(ctx context.Context, opt audit.Options) (audit.Report, error)
}

// Service keeps the runs.
type Service struct {
	db      *db.DB
	log     verifier
	enqueue func(ctx context.Context, job Job) error
	store   store
}

// New builds it; enqueue adds a job to the unit of work open in its context.
func New(d *db.DB, log verifier, enqueue func(ctx context.Context, job Job) error) *Service {
	return &Service{db: d, log: log, enqueue: enqueue, store: store{d}}
}

// Start begins a run, or joins the one at work, and returns its identifier. Who may is asked by the route: a run reads
// and changes nothing of the desk.
func (s *Service) Start(ctx context.Context) (id string, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		now := s.db.Now(ctx)
		if err := s.store.giveUp(ctx, now.Add(-Silence), lost(), now); err != nil {
			return err
		}
		run := Run{ID: audit.NewID(now), State: Running, StartedAt: now, HeardAt: now}
		begun, err := s.store.begin(ctx, run)
		if err != nil {
			return err
		}
		if !begun {
			id, err = s.store.running(ctx)
			return err
		}
		id = run.ID
		if err := s.store.forget(ctx, kept); err != nil {
			return err
		}
		return s.enqueue(ctx, Job{Run: id})
	})
	return id, err
}

func lost() []Step {
	no := false
	return []Step{{Name: "reading", OK: &no, Detail: "The instance that did the work was not heard of any more. Start it again."}}
}

// Get says how far a run is.
func (s *Service) Get(ctx context.Context, id string) (Run, error) {
	run, err := s.store.get(ctx, id)
	if err == nil && run.State == Running && s.db.Now(ctx).Sub(run.HeardAt) > Silence {
		run.State, run.Steps = Failed, lost()
	}
	return run, err
}

// Work does a run. It is the handler of Job: a run that is over already is left as it is.
func (s *Service) Work(ctx context.Context, job Job) error {
	run, err := s.store.get(ctx, job.Run)
	if domain.KindOf(err) == domain.NotFound || err == nil && run.State != Running {
		return nil
	}
	if err != nil {
		return err
	}
	run.Steps, run.HeardAt = nil, s.db.Now(ctx)
	report, err := s.log.Verify(ctx, audit.Options{Progress: func(step string, done, total int64) {
		n, now := len(run.Steps), s.db.Now(ctx)
		next := n == 0 || run.Steps[n-1].Name != step
		if next {
			run.Steps = append(run.Steps, Step{Name: step})
		}
		run.Done, run.Total = done, max(total, done)
		if next || now.Sub(run.HeardAt) >= often {
			run.HeardAt = now
			// What cannot be written now is written the next time: progress is worth no failure.
			_ = s.save(ctx, run)
		}
	}})
	if ctx.Err() != nil { // the server stops: another one, or the next start, does it again
		return ctx.Err()
	}
	now := s.db.Now(ctx)
	run.State, run.HeardAt, run.FinishedAt = Passed, now, &now
	if err != nil || !report.OK {
		run.State = Failed
	}
	if err != nil {
		no := false
		run.Steps = append(run.Steps, Step{Name: "reading", OK: &no, Detail: "The log could not be read to its end; the server's own log says why."})
		if bad := s.save(ctx, run); bad != nil {
			return bad
		}
		return err
	}
	run.Steps = nil
	for _, step := range report.Steps {
		run.Steps = append(run.Steps, Step{Name: step.Name, OK: &step.OK, Detail: step.Detail})
	}
	run.Done, run.Total = report.Size, report.Size
	return s.save(ctx, run)
}

func (s *Service) save(ctx context.Context, run Run) error {
	return s.db.Do(ctx, func(ctx context.Context) error { return s.store.save(ctx, run) })
}
