package reports

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/jobs"
)

// AtOnce is how many rows are exported while the asker waits; more are the work of a job.
const AtOnce = 5_000

// Kept is how long the file of an export can be fetched.
const Kept = 7 * 24 * time.Hour

// maxFile is how large the file of an export may be, in bytes.
const maxFile = 16 << 30

type checkpointer interface {
	Checkpoint(ctx context.Context) (audit.Checkpoint, error)
}

type sealer interface {
	Await(ctx context.Context, eventID string) (audit.Receipt, error)
}

type queue interface {
	Enqueue(ctx context.Context, args jobs.Args) error
}

// models gives the models of changes in their versions, for what an export of changes holds them to (rulebook.Service).
type models interface {
	Model(ctx context.Context, key string, version int64) (model.Model, error)
}

type actors interface {
	ActorFor(ctx context.Context, id domain.UserID, via domain.Via) (domain.Actor, error)
}

// Files keeps the bytes of exports under random keys (the same as for attachments).
type Files interface {
	Put(ctx context.Context, r io.Reader, limit int64) (key string, size int64, sha256 string, err error)
	Open(key string) (io.ReadSeekCloser, error)
	Remove(key string) error
}

// ExportDeps is what exports need.
type ExportDeps struct {
	DB      *db.DB
	Gate    authorizer
	Tickets tickets
	CMDB    items
	Models  models
	Names   Names
	Log     checkpointer
	Seal    sealer
	Files   Files
	Queue   queue
	Actors  actors
	NewID   func(now time.Time) string
	Random  func() string
}

// Exports makes files of lists.
type Exports struct {
	ExportDeps
	store store
}

// NewExports builds the service.
func NewExports(d ExportDeps) *Exports { return &Exports{ExportDeps: d, store: store{d.DB}} }

// Job makes one export in the background.
type Job struct {
	Ref string `json:"ref"`
}

// Kind implements jobs.Args.
func (Job) Kind() string { return "export" }

// PurgeJob removes the files of old exports.
type PurgeJob struct{}

// Kind implements jobs.Args.
func (PurgeJob) Kind() string { return "export_purge" }

// Write makes an export into w at once, for the command line, and waits until it is in the sealed log: only then is it
// the maker's to use. Who may: <kind>.export. Facts: Made. When it fails, what w has got is worthless.
func (e *Exports) Write(ctx context.Context, q Request, w io.Writer, progress func(rows, total int64) error) (Result, audit.Receipt, error) {
	if err := q.check(); err != nil {
		return Result{}, audit.Receipt{}, err
	}
	if err := e.source(q).permitted(ctx); err != nil {
		return Result{}, audit.Receipt{}, err
	}
	res, err := e.produce(ctx, q, w, progress)
	if err != nil {
		return res, audit.Receipt{}, err
	}
	made := Made{ID: e.NewID(e.DB.Now(ctx)), Ref: e.Random(), Request: q, Result: res}
	if err := e.DB.Do(ctx, func(ctx context.Context) error { return e.DB.Emit(ctx, made) }); err != nil {
		return res, audit.Receipt{}, err
	}
	receipt, err := e.Seal.Await(ctx, made.ID)
	return res, receipt, err
}

// Start asks for an export. A small one is done in the answer, a large one by a job: ask with Get.
// Who may: <kind>.export, people only. Facts: Made, once it is done.
func (e *Exports) Start(ctx context.Context, q Request) (Row, error) {
	if err := q.check(); err != nil {
		return Row{}, err
	}
	actor := domain.ActorFrom(ctx)
	if actor.User == 0 {
		return Row{}, domain.ErrSignIn
	}
	if err := e.source(q).permitted(ctx); err != nil {
		return Row{}, err
	}
	_, total, err := e.source(q).totals(ctx)
	if err != nil {
		return Row{}, err
	}
	var row Row
	err = e.DB.Do(ctx, func(ctx context.Context) error {
		row = Row{Ref: e.Random(), UserID: actor.User, Kind: q.Kind, Format: q.Format, Query: q.Query, State: "running", Total: total, CreatedAt: e.DB.Now(ctx)}
		if err := e.store.addExport(ctx, &row); err != nil {
			return err
		}
		if total <= AtOnce {
			return nil
		}
		return e.Queue.Enqueue(ctx, Job{Ref: row.Ref})
	})
	if err != nil || total > AtOnce {
		return row, err
	}
	return e.make(ctx, row, q)
}

// Work is the job: it makes the export as its owner, with the rights that they have by now. parse reads the
// request again.
func (e *Exports) Work(ctx context.Context, job Job, parse func(kind, format, query string) (Request, error)) error {
	row, err := e.store.export(ctx, job.Ref)
	if err != nil || row.State != "running" {
		return ignoreMissing(err) // purged meanwhile, or done before this instance died
	}
	actor, err := e.Actors.ActorFor(ctx, row.UserID, domain.ViaJob)
	if err != nil {
		return err
	}
	ctx = domain.WithActor(ctx, actor)
	q, err := parse(row.Kind, row.Format, row.Query)
	if err == nil {
		if err = q.check(); err == nil {
			err = e.source(q).permitted(ctx)
		}
	}
	if err != nil {
		return e.fail(ctx, row, err)
	}
	_, err = e.make(ctx, row, q)
	if domain.KindOf(err) == domain.Unavailable && ctx.Err() == nil {
		return nil // it is marked as failed; asking again is for the person who knows whether the disk has room
	}
	return err
}

func ignoreMissing(err error) error {
	if errors.Is(err, domain.ErrNotFound) {
		return nil
	}
	return err
}

// make writes the file, then says in one unit that it was made, then waits for the seal.
func (e *Exports) make(ctx context.Context, row Row, q Request) (Row, error) {
	read, write := io.Pipe()
	results := make(chan Result, 1)
	go func() {
		res, err := e.produce(ctx, q, write, func(rows, _ int64) error {
			return e.DB.Do(ctx, func(ctx context.Context) error { return e.store.progress(ctx, row.ID, rows) })
		})
		results <- res
		_ = write.CloseWithError(err)
	}()
	key, size, sum, err := e.Files.Put(ctx, read, maxFile)
	_ = read.Close() // when the disk is full the writer must not wait for a reader for ever
	res := <-results
	if err == nil && sum != res.SHA256 {
		err = ErrCount.Because("The file is not what was written.")
	}
	if err != nil {
		return row, errors.Join(err, e.fail(ctx, row, err))
	}
	err = e.DB.Do(ctx, func(ctx context.Context) error {
		now := e.DB.Now(ctx)
		row.State, row.Rows, row.Total, row.FileKey, row.FileSize, row.SHA256, row.FinishedAt = "done", res.Rows, res.Rows, key, size, sum, &now
		row.FileName = "cabinet-" + q.Kind + "-" + res.AsOf.Format("2006-01-02-1504") + "." + q.Format
		row.EventID = e.NewID(now)
		if err := e.DB.Emit(ctx, Made{ID: row.EventID, Ref: row.Ref, Request: q, Result: res}); err != nil {
			return err
		}
		return e.store.saveExport(ctx, row)
	})
	if err != nil {
		_ = e.Files.Remove(key) // best effort: without its key nobody finds it
		return row, errors.Join(err, e.fail(ctx, row, err))
	}
	_, err = e.Seal.Await(ctx, row.EventID)
	return row, err
}

// fail marks an export as failed, in words for its owner.
func (e *Exports) fail(ctx context.Context, row Row, cause error) error {
	ctx = context.WithoutCancel(ctx)
	return e.DB.Do(ctx, func(ctx context.Context) error {
		now := e.DB.Now(ctx)
		row.State, row.FinishedAt, row.Problem = "failed", &now, domain.ErrInternal.Title
		var known *domain.Error
		if errors.As(cause, &known) && known.Kind != domain.Internal {
			row.Problem = known.Title
		}
		return e.store.saveExport(ctx, row)
	})
}

// Get finds an export of the actor; those who may export the log find everybody's.
func (e *Exports) Get(ctx context.Context, ref string) (Row, error) {
	row, err := e.store.export(ctx, ref)
	if err != nil {
		return Row{}, err
	}
	actor := domain.ActorFrom(ctx)
	if row.UserID != actor.User && !e.Gate.May(ctx, "audit.export") {
		return Row{}, domain.ErrNotFound
	}
	return row, nil
}

// OpenFile opens the file of an export that is done and sealed. Errors: domain.ErrNotFound, also for others' exports,
// ErrNotReady.
func (e *Exports) OpenFile(ctx context.Context, ref string) (Row, io.ReadSeekCloser, error) {
	row, err := e.Get(ctx, ref)
	if err != nil {
		return row, nil, err
	}
	if row.State != "done" {
		return row, nil, ErrNotReady.Because("Its state is %s.", row.State)
	}
	if _, err := e.Seal.Await(ctx, row.EventID); err != nil { // invariant 4
		return row, nil, err
	}
	f, err := e.Files.Open(row.FileKey)
	return row, f, err
}

// Purge forgets exports that are older than Kept, with their files. What the log says of them stays.
func (e *Exports) Purge(ctx context.Context) error {
	for {
		old, err := e.store.stale(ctx, e.DB.Now(ctx).Add(-Kept))
		if err != nil || len(old) == 0 {
			return err
		}
		for _, row := range old {
			if row.FileKey != "" {
				if err := e.Files.Remove(row.FileKey); err != nil {
					return err
				}
			}
			if err := e.DB.Do(ctx, func(ctx context.Context) error { return e.store.dropExport(ctx, row.ID) }); err != nil {
				return err
			}
		}
	}
}
