package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/cabinetdesk/cabinet/domain"
)

// unit is one open unit of work.
type unit struct {
	sqlTx *sql.Tx
	pgx   *pgx.Conn
	gorm  *gorm.DB
	now   time.Time
	facts []domain.Fact
	after []func()
	wrote string // a business table that was written, for the check that a fact was emitted
	// reacting is set while reactions run: facts that they emit are recorded, not reacted to again.
	reacting bool
}

type unitKey struct{}

func unitFrom(ctx context.Context) *unit {
	u, _ := ctx.Value(unitKey{}).(*unit)
	return u
}

const attempts = 3

// Do runs fn as one unit of work, see domain.Tx.
func (d *DB) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	if unitFrom(ctx) != nil {
		return fn(ctx)
	}
	var err error
	for i := 0; i < attempts; i++ {
		var u *unit
		u, err = d.once(ctx, fn)
		if err == nil {
			for _, f := range u.after {
				f()
			}
			return nil
		}
		if !isSerialisation(err) || ctx.Err() != nil {
			break
		}
	}
	return translate(err)
}

func (d *DB) once(ctx context.Context, fn func(ctx context.Context) error) (_ *unit, err error) {
	conn, err := d.writer.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	u := &unit{now: domain.Instant(d.clock.Now())}
	if d.dialect == Postgres {
		if err := conn.Raw(func(raw any) (e error) { u.pgx, e = pgxOf(raw); return e }); err != nil {
			return nil, err
		}
	}
	if u.sqlTx, err = conn.BeginTx(ctx, nil); err != nil {
		return nil, err
	}
	done := false
	defer func() {
		if !done { // also when fn panics
			_ = u.sqlTx.Rollback()
		}
	}()
	u.gorm = d.write.Session(&gorm.Session{NewDB: true, Context: ctx, SkipDefaultTransaction: true})
	u.gorm.Statement.ConnPool = u.sqlTx
	ctx = context.WithValue(ctx, unitKey{}, u)
	if err := fn(ctx); err != nil {
		return nil, err
	}
	if err := d.followUp(ctx, u); err != nil {
		return nil, err
	}
	done = true
	if err := u.sqlTx.Commit(); err != nil {
		return nil, err
	}
	return u, nil
}

// followUp runs the reactions, one level deep, and refuses a unit that altered records silently.
func (d *DB) followUp(ctx context.Context, u *unit) error {
	if d.react != nil {
		u.reacting = true
		for _, f := range u.facts {
			if err := d.react(ctx, f); err != nil {
				return fmt.Errorf("reaction to %T: %w", f, err)
			}
		}
	}
	if u.wrote != "" && len(u.facts) == 0 {
		return domain.ErrWithoutFact.Because("The table %s was written without a fact.", u.wrote)
	}
	return nil
}

// Now is the instant of the unit open in ctx, or the clock's time outside one.
func (d *DB) Now(ctx context.Context) time.Time {
	if u := unitFrom(ctx); u != nil {
		return u.now
	}
	return domain.Instant(d.clock.Now())
}

// Emit writes the events of facts into the log, in the unit open in ctx. It comes before the write of
// the record, whose trigger refuses a new version without its event.
func (d *DB) Emit(ctx context.Context, facts ...domain.Fact) error {
	u := unitFrom(ctx)
	if u == nil {
		return domain.ErrOutsideUnit
	}
	if d.record == nil {
		return fmt.Errorf("no recorder of facts is installed")
	}
	if err := d.record(ctx, facts); err != nil {
		return err
	}
	u.facts = append(u.facts, facts...)
	return nil
}

// AfterCommit runs fn once the unit is durable; outside a unit, at once.
func (d *DB) AfterCommit(ctx context.Context, fn func()) {
	if u := unitFrom(ctx); u != nil {
		u.after = append(u.after, fn)
		return
	}
	fn()
}

// Conn is the handle of the stores: the transaction of the unit open in ctx, or its snapshot, or the reading pool.
func (d *DB) Conn(ctx context.Context) *gorm.DB {
	if u := unitFrom(ctx); u != nil {
		return u.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})
	}
	if s := snapshotFrom(ctx); s != nil {
		return s.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})
	}
	return d.read.Session(&gorm.Session{NewDB: true, Context: ctx})
}

// SQL is the same for plain SQL.
func (d *DB) SQL(ctx context.Context) Querier {
	if u := unitFrom(ctx); u != nil {
		return u.sqlTx
	}
	if s := snapshotFrom(ctx); s != nil {
		return s.sqlTx
	}
	return d.reader
}

// Querier is what plain SQL needs of a transaction or pool.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// SQLTx is the transaction of the unit open in ctx; ok is false outside one. For the job queue.
func (d *DB) SQLTx(ctx context.Context) (tx *sql.Tx, conn *pgx.Conn, ok bool) {
	u := unitFrom(ctx)
	if u == nil {
		return nil, nil, false
	}
	return u.sqlTx, u.pgx, true
}
