// Package imports brings another tool's event log into the desk: it reads rows through a mapping
// (internal/channels/eventlog), makes the people, teams, problems and changes that they name, and applies them
// batch by batch (incident.Service.Import).
//
// Invariants:
//
//  1. A file that its mapping does not fit changes nothing, not even the list of runs.
//  2. A batch is one unit of work together with the position that it reached: a run that was interrupted goes on
//     where it stopped, given the same file and mapping.
//  3. A run that applies nothing leaves nothing behind but its own row.
package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/internal/channels/eventlog"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// Deps is what an import needs of the desk.
type Deps struct {
	DB        *db.DB
	Gate      *policies.Engine
	People    *people.Service
	Incidents *incident.Service
	Problems  *problem.Service
	Changes   *changes.Service
	Random    func() string // an unguessable reference
}

// Source is what to import. File is read twice: once to know it, once to import it.
type Source struct {
	Name    string // what the log calls it; a path is cut to its last part
	File    io.ReadSeeker
	Mapping *eventlog.Mapping
	Limit   int // rows to read, 0 for all
	// Progress, when not nil, is told after every batch how far it is.
	Progress func(Progress)
}

// Progress is how far a run is.
type Progress struct {
	Rows, Refused int
	Bytes, Total  int64 // of the file
}

// Report is the reconciliation of a run: RowsRead is the sum of Applied, Unchanged and Refused.
type Report struct {
	Run        string             `json:"run"`
	System     string             `json:"system"`
	Mapping    string             `json:"mapping"`
	File       string             `json:"file"`
	SHA256     string             `json:"sha256"`
	Resumed    bool               `json:"resumed"` // an interrupted run went on
	RowsRead   int                `json:"rows_read"`
	Applied    int                `json:"applied"`
	Unchanged  int                `json:"unchanged"`
	Refused    int                `json:"refused"`
	Refusals   []eventlog.Refusal `json:"-"`
	StartedAt  time.Time          `json:"started_at"`
	FinishedAt time.Time          `json:"finished_at"`
}

// A batch ends with the first new ticket after this many rows, and in any case at the larger bound.
const (
	batchRows = 1500
	batchMost = 6000
)

// maxRefusals is how many refusals of a run are kept and listed; all are counted.
const maxRefusals = 10_000

// Run imports a file. Who may: import.run. Errors: eventlog.ErrMapping and eventlog.ErrFile, after which
// nothing has changed; refused rows are no error.
func Run(ctx context.Context, d Deps, src Source) (Report, error) {
	if err := d.Gate.Check(ctx, "import.run", policies.Object{}); err != nil {
		return Report{}, err
	}
	if err := fits(src.Mapping); err != nil {
		return Report{}, err
	}
	digest := sha256.New()
	size, err := io.Copy(digest, src.File)
	if err != nil {
		return Report{}, eventlog.ErrFile.Because("The file cannot be read.").Wrap(err)
	}
	if _, err := src.File.Seek(0, io.SeekStart); err != nil {
		return Report{}, eventlog.ErrFile.Because("The file cannot be read twice.").Wrap(err)
	}
	rows, err := eventlog.NewReader(src.File, src.Mapping)
	if err != nil {
		return Report{}, err
	}
	r := &runner{Deps: d, store: store{d.DB}, src: src, rows: rows, size: size, by: domain.ActorFrom(ctx), names: newNames()}
	r.run = run{System: src.Mapping.System, Mapping: src.Mapping.Name() + " " + src.Mapping.Digest(), Source: fileName(src.Name), SHA256: hex.EncodeToString(digest.Sum(nil))}
	actor := domain.Actor{Kind: domain.System, Ref: "system", Name: "Import", Via: domain.ViaImport, Authn: r.by.Authn, Origin: src.Mapping.System}
	return r.all(domain.WithActor(ctx, actor))
}

// fits refuses a mapping that names states which the desk does not have.
func fits(m *eventlog.Mapping) error {
	for _, name := range m.StateNames() {
		if err := incident.Flow.Knows(name); err != nil {
			return eventlog.ErrMapping.Because("An incident has no state %q; there are: %s.", name, strings.Join(incident.Flow.StateNames(), ", "))
		}
	}
	for _, on := range m.WaitingOn() {
		if !slices.Contains(incident.PendingOn, on) {
			return eventlog.ErrMapping.Because("An incident cannot wait on %q; it can on: %s.", on, strings.Join(incident.PendingOn, ", "))
		}
	}
	return nil
}

func fileName(path string) string {
	name := strings.ToValidUTF8(filepath.Base(path), "")
	name = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, name)
	return name[:min(len(name), 200)]
}

type runner struct {
	Deps
	store   store
	src     Source
	rows    *eventlog.Reader
	size    int64
	by      domain.Actor // who asked for the import
	run     run
	resumed bool
	names   *names
	refused []eventlog.Refusal // of this run, as listed in the end
}

func (r *runner) all(ctx context.Context) (Report, error) {
	if err := r.begin(ctx); err != nil {
		return Report{}, err
	}
	if err := r.batches(ctx); err != nil {
		// What has been applied stays; the next run of the same file goes on.
		return Report{}, errors.Join(err, r.DB.Do(context.WithoutCancel(ctx), func(ctx context.Context) error { return r.store.fail(ctx, r.run) }))
	}
	return r.finish(ctx)
}

// begin takes up an interrupted run of the same file and mapping, or starts a new one.
func (r *runner) begin(ctx context.Context) error {
	return r.DB.Do(ctx, func(ctx context.Context) error {
		old, err := r.store.unfinished(ctx, r.run)
		if err == nil && r.src.Limit == 0 {
			r.run, r.resumed = old, true
			r.run.State = "running"
			if r.refused, err = r.store.refusals(ctx, r.run.ID); err != nil {
				return err
			}
			return r.store.save(ctx, r.run)
		}
		if err != nil && domain.KindOf(err) != domain.NotFound {
			return err
		}
		r.run.Ref, r.run.State, r.run.StartedAt = r.Random(), "running", r.DB.Now(ctx)
		return r.store.insert(ctx, &r.run)
	})
}

// batches reads the file and applies it, a batch at a time. Rows of one ticket stay together where they stand together.
func (r *runner) batches(ctx context.Context) error {
	var batch []eventlog.Row
	skip := r.run.Position
	for r.src.Limit == 0 || r.rows.Rows() < r.src.Limit {
		row, err := r.rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if int64(row.Line) <= skip {
			r.rows.Refused() // they are listed already
			continue
		}
		full := len(batch) >= batchRows && row.Number != batch[len(batch)-1].Number || len(batch) >= batchMost
		if full {
			if err := r.apply(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
		batch = append(batch, row)
	}
	return r.apply(ctx, batch)
}

// apply brings one batch in, in one unit of work, and moves the position.
func (r *runner) apply(ctx context.Context, batch []eventlog.Row) error {
	refused := r.fresh()
	if len(batch) == 0 && len(refused) == 0 {
		return nil
	}
	next := r.run
	for _, f := range refused {
		next.Position = max(next.Position, int64(f.Line))
	}
	for _, row := range batch {
		next.Position = max(next.Position, int64(row.Line))
	}
	var done run
	var listed []eventlog.Refusal
	err := r.DB.Do(ctx, func(ctx context.Context) error {
		r.names.restart()
		done, listed = next, slices.Clone(refused)
		tickets, err := r.translate(ctx, batch)
		if err != nil {
			return err
		}
		results, err := r.Incidents.Import(ctx, incident.Batch{System: r.run.System, Run: r.run.Ref, File: r.run.Source, SHA256: r.run.SHA256, Tickets: tickets})
		if err != nil {
			return err
		}
		for _, res := range results {
			done.Applied += int64(res.Applied)
			done.Unchanged += int64(res.Unchanged)
			for _, f := range res.Refused {
				listed = append(listed, eventlog.Refusal{Line: f.Line, Reason: f.Reason})
			}
		}
		done.Refused += int64(len(listed))
		done.RowsRead += int64(len(batch) + len(refused))
		if r.run.Applied == 0 && done.Applied > 0 {
			if err := r.DB.Emit(ctx, runFact{run: done, by: r.by.Ref}); err != nil {
				return err
			}
		}
		if err := r.store.refuse(ctx, done.ID, listed[:min(len(listed), max(0, maxRefusals-len(r.refused)))]); err != nil {
			return err
		}
		return r.store.advance(ctx, done, r.run.Position)
	})
	if err != nil {
		return err
	}
	r.names.keep()
	r.run = done
	r.refused = append(r.refused, listed[:min(len(listed), max(0, maxRefusals-len(r.refused)))]...)
	if r.src.Progress != nil {
		r.src.Progress(Progress{Rows: int(r.run.RowsRead), Refused: int(r.run.Refused), Bytes: r.rows.Bytes(), Total: r.size})
	}
	return nil
}

// fresh is what the reader has refused since the last batch, beyond what an earlier run has listed.
func (r *runner) fresh() []eventlog.Refusal {
	return slices.DeleteFunc(r.rows.Refused(), func(f eventlog.Refusal) bool { return int64(f.Line) <= r.run.Position })
}

func (r *runner) finish(ctx context.Context) (Report, error) {
	err := r.DB.Do(ctx, func(ctx context.Context) error {
		now := r.DB.Now(ctx)
		r.run.State, r.run.FinishedAt = "done", &now
		if r.run.Applied > 0 {
			if err := r.DB.Emit(ctx, runFact{run: r.run, by: r.by.Ref}); err != nil {
				return err
			}
		}
		return r.store.save(ctx, r.run)
	})
	if err != nil {
		return Report{}, err
	}
	slices.SortStableFunc(r.refused, func(a, b eventlog.Refusal) int { return a.Line - b.Line })
	return Report{Run: r.run.Ref, System: r.run.System, Mapping: r.src.Mapping.Name(), File: r.run.Source, SHA256: r.run.SHA256, Resumed: r.resumed,
		RowsRead: int(r.run.RowsRead), Applied: int(r.run.Applied), Unchanged: int(r.run.Unchanged), Refused: int(r.run.Refused), Refusals: r.refused,
		StartedAt: r.run.StartedAt, FinishedAt: *r.run.FinishedAt}, nil
}

// runFact is the fact that an import began to bring something in, and, once it is done, that it ended.
type runFact struct {
	run run
	by  string
}

// Event implements domain.Fact.
func (f runFact) Event() domain.Event {
	e := domain.Event{Type: "import.started", EntityKind: "import", Entity: f.run.Ref, Version: 1, StateTo: "running", Visibility: domain.Restricted,
		Scope: []string{"import:" + f.run.Ref}, By: f.by}
	say := func(field, text string) { e.Fields = append(e.Fields, domain.FieldChange{Field: field, After: text}) }
	if f.run.State == "done" {
		e.Type, e.Version, e.StateFrom, e.StateTo = "import.finished", 2, "running", "done"
		say("rows_read", decimal(f.run.RowsRead))
		say("applied", decimal(f.run.Applied))
		say("unchanged", decimal(f.run.Unchanged))
		say("refused", decimal(f.run.Refused))
		return e
	}
	say("system", f.run.System)
	say("mapping", f.run.Mapping)
	say("file", f.run.Source)
	say("sha256", f.run.SHA256)
	return e
}
