package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/libtnb/sqlite"
	"gorm.io/gorm"

	"github.com/cabinetdesk/cabinet/domain"
)

// ErrLocked is returned when another server holds the SQLite file.
var ErrLocked = domain.Code(domain.Unavailable, "database_in_use", "Another server uses this database file")

// openSQLite opens one file: a single writer with durable commits (synchronous=FULL: what was answered
// with 2xx is on disk) and a pool of read-only connections that see the last committed state (WAL).
func openSQLite(path string, cfg Config) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("create the data folder: %w", err)
	}
	d := &DB{dialect: SQLite, path: path}
	if !cfg.Shared {
		lock := flock.New(path + ".lock")
		ok, err := lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if !ok {
			return nil, ErrLocked.Because("Another server has %s open; stop it first, or give this one its own data folder.", filepath.Base(path))
		}
		d.lock = lock
	}
	// A file that others may read is a leak of everything in it.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		if ro, roErr := os.Open(path); roErr == nil {
			_ = ro.Close()
			d.unlock()
			return nil, domain.ErrReadOnly.Because("The database file %s cannot be written.", filepath.Base(path)).Wrap(err)
		}
		d.unlock()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	_ = f.Close()

	sync := "FULL"
	if cfg.Unsafe {
		sync = "OFF"
	}
	pragmas := func(extra ...string) string {
		v := url.Values{}
		for _, p := range append([]string{"busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(1)",
			"recursive_triggers(1)", "synchronous(" + sync + ")", "cache_size(-20000)", "temp_store(2)", "mmap_size(268435456)"}, extra...) {
			v.Add("_pragma", p)
		}
		return v.Encode()
	}
	file := "file:" + (&url.URL{Path: path}).EscapedPath()
	d.writer = sql.OpenDB(newConnector(file + "?" + pragmas() + "&_txlock=immediate"))
	d.writer.SetMaxOpenConns(1)
	d.reader = sql.OpenDB(newConnector(file + "?" + pragmas("query_only(1)")))
	d.reader.SetMaxOpenConns(4)
	d.reader.SetMaxIdleConns(4)
	// A connection keeps its statements, its cache and the parts of the file that it has read. One that is not needed, and
	// one that has once read the whole log, gives that back; opening the next takes less than a millisecond.
	d.reader.SetConnMaxIdleTime(time.Minute)
	d.reader.SetConnMaxLifetime(10 * time.Minute)
	if err := d.writer.PingContext(context.Background()); err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	gcfg := gormConfig()
	if d.write, err = gorm.Open(sqlite.New(sqlite.Config{Conn: d.writer}), gcfg); err != nil {
		_ = d.Close()
		return nil, err
	}
	if d.read, err = gorm.Open(sqlite.New(sqlite.Config{Conn: d.reader}), gormConfig()); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, d.install()
}

func (d *DB) unlock() {
	if d.lock != nil {
		_ = d.lock.Unlock()
	}
}

// sqlitePath tells whether a database URL names a file, and which.
func sqlitePath(dsn string) (string, bool) {
	for _, p := range []string{"sqlite://", "sqlite:", "file:"} {
		if rest, ok := strings.CutPrefix(dsn, p); ok {
			return rest, true
		}
	}
	return dsn, !strings.Contains(dsn, "://") && !strings.Contains(dsn, "=")
}

// Optimise brings the statistics up to date by which SQLite chooses indexes, as far as they are old; it looks at a
// part of each index, so that it takes a moment also on a large file. PostgreSQL does that by itself.
func (d *DB) Optimise(ctx context.Context) error {
	if d.IsPostgres() {
		return nil
	}
	_, err := d.writer.ExecContext(ctx, "pragma analysis_limit = 1000; pragma optimize = 0x10002")
	return translate(err)
}
