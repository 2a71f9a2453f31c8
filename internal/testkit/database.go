package testkit

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx" for creating databases

	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/jobs"
	"github.com/cabinetdesk/cabinet/migrations"
)

// PostgresEnv names the variable with the URL of a PostgreSQL server on which tests may create databases.
const PostgresEnv = "CABINET_TEST_POSTGRES"

// Epoch is the instant at which the clock of every test starts: a Monday morning.
var Epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// EachDatabase runs a test on SQLite and on PostgreSQL, each time on a fresh, migrated database of its
// own. Without a PostgreSQL server the test fails: `make test` provides one.
func EachDatabase(t *testing.T, test func(t *testing.T, d *db.DB, clock *Clock)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			clock := NewClock(Epoch)
			test(t, Open(t, dialect, clock), clock)
		})
	}
}

// Open gives one fresh, migrated database, closed when the test ends.
func Open(t testing.TB, dialect db.Dialect, clock *Clock) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{URL: FreshURL(t, dialect), MaxConns: 8, Unsafe: true}, clock)
	if err != nil {
		t.Fatalf("open %s: %v", dialect, err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// FreshURL gives the address of a fresh, migrated database that is dropped when the test ends.
func FreshURL(t testing.TB, dialect db.Dialect) string {
	t.Helper()
	if dialect == db.SQLite {
		return freshSQLite(t)
	}
	return freshPostgres(t)
}

var template struct {
	sqlite, postgres sync.Once
	file             []byte
	name             string
	err, pgErr       error
}

func freshSQLite(t testing.TB) string {
	t.Helper()
	template.sqlite.Do(func() {
		template.err = func() error {
			dir, err := os.MkdirTemp("", "cabinet-template-")
			if err != nil {
				return err
			}
			defer func() { _ = os.RemoveAll(dir) }()
			path := filepath.Join(dir, "t.db")
			if err := migrateNew(path); err != nil {
				return err
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }()
			template.file, err = io.ReadAll(f)
			return err
		}()
	})
	if template.err != nil {
		t.Fatalf("make the SQLite template: %v", template.err)
	}
	path := filepath.Join(t.TempDir(), "cabinet.db")
	if err := os.WriteFile(path, template.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func migrateNew(dsn string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: dsn, Unsafe: true}, NewClock(Epoch))
	if err != nil {
		return err
	}
	if _, err := migrations.Up(ctx, d, func(ctx context.Context) error { return jobs.Migrate(ctx, d) }); err != nil {
		_ = d.Close()
		return err
	}
	return d.Close()
}

var databases atomic.Int64

func freshPostgres(t testing.TB) string {
	t.Helper()
	base := os.Getenv(PostgresEnv)
	if base == "" {
		t.Fatalf("%s is not set: run the tests through `make test`, or give the URL of a PostgreSQL server for tests", PostgresEnv)
	}
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	template.postgres.Do(func() {
		template.name = fmt.Sprintf("cabinet_template_%d_%d", os.Getpid(), time.Now().UnixNano())
		if _, template.pgErr = admin.Exec("create database " + template.name); template.pgErr == nil {
			template.pgErr = migrateNew(withDatabase(base, template.name))
		}
	})
	if template.pgErr != nil {
		t.Fatalf("make the PostgreSQL template: %v", template.pgErr)
	}
	name := fmt.Sprintf("%s_%d", template.name, databases.Add(1))
	if _, err := admin.Exec("create database " + name + " template " + template.name); err != nil {
		t.Fatalf("clone the PostgreSQL template: %v", err)
	}
	t.Cleanup(func() {
		admin, err := sql.Open("pgx", base)
		if err != nil {
			return
		}
		defer func() { _ = admin.Close() }()
		_, _ = admin.Exec("drop database if exists " + name + " with (force)")
	})
	return withDatabase(base, name)
}

// DropTemplates removes what the tests of one package left on the PostgreSQL server; call it from TestMain
// where a server outlives the run.
func DropTemplates() {
	if base := os.Getenv(PostgresEnv); base != "" && template.name != "" {
		if admin, err := sql.Open("pgx", base); err == nil {
			_, _ = admin.Exec("drop database if exists " + template.name + " with (force)")
			_ = admin.Close()
		}
	}
}

func withDatabase(base, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	u.Path = "/" + name
	return u.String()
}
