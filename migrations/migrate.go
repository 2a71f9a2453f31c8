// Package migrations holds the schema of both databases as numbered SQL files in pairs, and runs them.
// The files are applied by goose; schema.sql beside them is a dump of the present shape, kept up to date
// by a test. A migration must leave the previous release of the server able to run.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

//go:embed postgres/[0-9]*.sql sqlite/[0-9]*.sql
var files embed.FS

// ErrNewer is returned for a database that a newer release has upgraded.
var ErrNewer = domain.Code(domain.Unavailable, "database_newer", "The database is newer than this program")

// Files returns the migration files of one database.
func Files(dialect db.Dialect) fs.FS {
	sub, err := fs.Sub(files, string(dialect))
	if err != nil {
		panic(err) // both folders are embedded at build time
	}
	return sub
}

// Step is one migration and whether it has been applied.
type Step struct {
	Version int64
	Name    string
	Applied bool
}

func provider(d *db.DB) (*goose.Provider, error) {
	dialect := goose.DialectSQLite3
	if d.IsPostgres() {
		dialect = goose.DialectPostgres
	}
	return goose.NewProvider(dialect, d.Writer(), Files(d.Dialect()), goose.WithDisableGlobalRegistry(true))
}

// Status lists the migrations in order.
func Status(ctx context.Context, d *db.DB) ([]Step, error) {
	p, err := provider(d)
	if err != nil {
		return nil, err
	}
	list, err := p.Status(ctx)
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, s := range list {
		steps = append(steps, Step{Version: s.Source.Version, Name: s.Source.Path, Applied: s.State == goose.StateApplied})
	}
	return steps, nil
}

// Pending tells how many migrations the database lacks, and fails with ErrNewer when it has more than
// this program knows.
func Pending(ctx context.Context, d *db.DB) (int, error) {
	p, err := provider(d)
	if err != nil {
		return 0, err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return 0, err
	}
	if current > target {
		return 0, ErrNewer.Because("The database is at version %d, this program knows %d: run the newer release.", current, target)
	}
	steps, err := Status(ctx, d)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, s := range steps {
		if !s.Applied {
			n++
		}
	}
	return n, nil
}

// Up brings the database to this program's version and then runs also: what keeps its own tables in the
// same database (the job queue). Instances that start together wait for each other on PostgreSQL.
func Up(ctx context.Context, d *db.DB, also func(ctx context.Context) error) (applied int, err error) {
	if d.IsPostgres() {
		unlock, err := exclusive(ctx, d.Writer())
		if err != nil {
			return 0, err
		}
		defer unlock()
	}
	if _, err := Pending(ctx, d); err != nil {
		return 0, err
	}
	p, err := provider(d)
	if err != nil {
		return 0, err
	}
	results, err := p.Up(ctx)
	if err != nil {
		return len(results), fmt.Errorf("migrate: %w", err)
	}
	if also != nil {
		if err := also(ctx); err != nil {
			return len(results), err
		}
	}
	return len(results), nil
}

// exclusive holds PostgreSQL's session lock for migrations until the returned function is called.
func exclusive(ctx context.Context, pool *sql.DB) (func(), error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if err := locker.SessionLock(ctx, conn); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("wait for another instance that migrates: %w", err)
	}
	return func() {
		_ = locker.SessionUnlock(context.WithoutCancel(ctx), conn)
		_ = conn.Close()
	}, nil
}
