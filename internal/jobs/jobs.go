package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// Args are the arguments of a job: a plain struct that is kept as JSON, with a stable kind.
type Args interface {
	Kind() string
}

// Config says how much work runs at once.
type Config struct {
	// Workers is how many jobs run at once in this instance; 0 means 4.
	Workers int
	Log     *slog.Logger
}

// Runner enqueues and works jobs. It is built once; handlers are registered before Start.
type Runner struct {
	db       *db.DB
	cfg      Config
	workers  *river.Workers
	periodic []*river.PeriodicJob
	handlers map[string]func(ctx context.Context, args json.RawMessage) error
	client   client
}

// client is what the two typed River clients have in common.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	JobRetry(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobDelete(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobList(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
}

// Migrate creates or upgrades the queue's own tables.
func Migrate(ctx context.Context, d *db.DB) error {
	var err error
	if d.IsPostgres() {
		err = migrate(ctx, func() (*rivermigrate.Migrator[pgx.Tx], error) {
			return rivermigrate.New(riverpgxv5.New(d.Pool()), nil)
		})
	} else {
		err = migrate(ctx, func() (*rivermigrate.Migrator[*sql.Tx], error) {
			return rivermigrate.New(riversqlite.New(d.Writer()), nil)
		})
	}
	if err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	return nil
}

func migrate[T any](ctx context.Context, make func() (*rivermigrate.Migrator[T], error)) error {
	m, err := make()
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// New builds a runner on the database.
func New(d *db.DB, cfg Config) *Runner {
	if cfg.Workers == 0 {
		cfg.Workers = 4
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Runner{db: d, cfg: cfg, workers: river.NewWorkers(), handlers: map[string]func(context.Context, json.RawMessage) error{}}
}

// Register says how jobs of one kind are worked. It panics when a kind is registered twice: that is an
// error of wiring, found at the first start.
func Register[A Args](r *Runner, work func(ctx context.Context, args A) error) {
	var zero A
	if r.handlers[zero.Kind()] != nil {
		panic("job kind registered twice: " + zero.Kind())
	}
	r.handlers[zero.Kind()] = func(ctx context.Context, raw json.RawMessage) error {
		var args A
		if err := json.Unmarshal(raw, &args); err != nil {
			return err
		}
		return work(asJob(ctx), args)
	}
	river.AddWorker(r.workers, river.WorkFunc(func(ctx context.Context, job *river.Job[A]) error {
		return work(asJob(ctx), job.Args)
	}))
}

// Every enqueues a job each interval, by one of the instances only, and once at the start.
func Every[A Args](r *Runner, interval time.Duration, args A) {
	r.periodic = append(r.periodic, river.NewPeriodicJob(river.PeriodicInterval(interval), func() (river.JobArgs, *river.InsertOpts) {
		return args, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: interval}}
	}, &river.PeriodicJobOpts{RunOnStart: true}))
}

func asJob(ctx context.Context) context.Context {
	return domain.WithActor(ctx, domain.SystemActor(domain.ViaJob))
}

// Build makes the client; after it jobs can be enqueued, after Start they are worked.
func (r *Runner) Build() error {
	cfg := &river.Config{
		Queues:       map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: r.cfg.Workers}},
		Workers:      r.workers,
		PeriodicJobs: r.periodic,
		Logger:       r.cfg.Log,
		JobTimeout:   30 * time.Minute,
		MaxAttempts:  8,
	}
	if r.db.IsPostgres() {
		c, err := river.NewClient(riverpgxv5.New(r.db.Pool()), cfg)
		r.client = c
		return err
	}
	// One writer connection is shared with the verbs: fetch seldom, a commit wakes the queue anyway.
	cfg.FetchPollInterval = time.Second
	c, err := river.NewClient(riversqlite.New(r.db.Writer()), cfg)
	r.client = c
	return err
}

// Enqueue adds a job to the unit of work open in ctx.
func (r *Runner) Enqueue(ctx context.Context, args Args) error {
	tx, conn, ok := r.db.SQLTx(ctx)
	if !ok {
		return domain.ErrOutsideUnit.Because("The job %s was enqueued outside a unit of work.", args.Kind())
	}
	var err error
	switch c := r.client.(type) {
	case *river.Client[pgx.Tx]:
		_, err = c.InsertTx(ctx, &borrowedTx{conn: conn}, args, nil)
	case *river.Client[*sql.Tx]:
		_, err = c.InsertTx(ctx, tx, args, nil)
	default:
		err = fmt.Errorf("the job queue is not built")
	}
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return nil
}

// Start works jobs until Stop.
func (r *Runner) Start(ctx context.Context) error { return r.client.Start(ctx) }

// Stop waits for the jobs at work, up to the context's deadline.
func (r *Runner) Stop(ctx context.Context) error { return r.client.Stop(ctx) }

// Dead is a job that has failed for good.
type Dead struct {
	ID       int64
	Kind     string
	Attempts int
	Error    string
	FailedAt time.Time
}

// DeadList lists jobs that have failed for good, newest first.
func (r *Runner) DeadList(ctx context.Context, limit int) ([]Dead, error) {
	res, err := r.client.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateDiscarded).First(limit).
		OrderBy(river.JobListOrderByID, river.SortOrderDesc))
	if err != nil {
		return nil, err
	}
	var out []Dead
	for _, j := range res.Jobs {
		d := Dead{ID: j.ID, Kind: j.Kind, Attempts: j.Attempt}
		if n := len(j.Errors); n > 0 {
			d.Error = j.Errors[n-1].Error
		}
		if j.FinalizedAt != nil {
			d.FailedAt = domain.Instant(*j.FinalizedAt)
		}
		out = append(out, d)
	}
	return out, nil
}

// Retry gives a dead job another life.
func (r *Runner) Retry(ctx context.Context, id int64) error {
	_, err := r.client.JobRetry(ctx, id)
	return err
}

// Drain works everything that waits now, in order, in the caller's goroutine: for tests, which own time.
// It returns how many jobs it worked.
func (r *Runner) Drain(ctx context.Context) (int, error) {
	n := 0
	for {
		res, err := r.client.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateAvailable, rivertype.JobStateScheduled).First(100))
		if err != nil {
			return n, err
		}
		if len(res.Jobs) == 0 {
			return n, nil
		}
		for _, j := range res.Jobs {
			work := r.handlers[j.Kind]
			if work == nil {
				return n, fmt.Errorf("no handler for job %s", j.Kind)
			}
			if err := work(ctx, j.EncodedArgs); err != nil {
				return n, fmt.Errorf("job %s: %w", j.Kind, err)
			}
			if _, err := r.client.JobDelete(ctx, j.ID); err != nil {
				return n, err
			}
			n++
		}
	}
}
