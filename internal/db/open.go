package db

import (
	"context"
	"database/sql"
	"errors"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/cabinetdesk/cabinet/domain"
)

// Dialect names the database.
type Dialect string

// The two databases.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Config says which database to open and how.
type Config struct {
	// URL is a PostgreSQL URL ("postgres://…") or the path of a SQLite file.
	URL string
	// MaxConns caps the PostgreSQL pool; 0 means 20.
	MaxConns int
	// Shared opens a SQLite file without its exclusive lock: for reading tools beside a running server.
	Shared bool
	// Unsafe gives up durability for speed. Tests only: what is acknowledged may be lost.
	Unsafe bool
}

func (c Config) maxConns() int {
	if c.MaxConns > 0 {
		return c.MaxConns
	}
	return 20
}

// DB is the open database and the unit of work. It implements domain.Tx.
type DB struct {
	dialect Dialect
	path    string
	writer  *sql.DB
	reader  *sql.DB
	write   *gorm.DB
	read    *gorm.DB
	pool    *pgxpool.Pool
	lock    *flock.Flock
	clock   domain.Clock
	record  func(ctx context.Context, facts []domain.Fact) error
	react   func(ctx context.Context, fact domain.Fact) error
}

// Open opens the database that cfg names. It does not migrate it.
func Open(ctx context.Context, cfg Config, clock domain.Clock) (*DB, error) {
	var d *DB
	var err error
	if path, ok := sqlitePath(cfg.URL); ok {
		d, err = openSQLite(path, cfg)
	} else {
		d, err = openPostgres(ctx, cfg.URL, cfg)
	}
	if err != nil {
		return nil, err
	}
	d.clock = clock
	return d, nil
}

// Use gives the unit of work its two followers: record writes the events of facts, at once and in the
// same transaction; react runs the reactions to a fact before the commit, one level deep.
func (d *DB) Use(record func(ctx context.Context, facts []domain.Fact) error, react func(ctx context.Context, fact domain.Fact) error) {
	d.record, d.react = record, react
}

// Dialect tells which database this is.
func (d *DB) Dialect() Dialect { return d.dialect }

// IsPostgres tells whether this is PostgreSQL.
func (d *DB) IsPostgres() bool { return d.dialect == Postgres }

// Path is the SQLite file, empty on PostgreSQL.
func (d *DB) Path() string { return d.path }

// Writer is the pool that may write; migrations and the job queue need it. Verbs use Do.
func (d *DB) Writer() *sql.DB { return d.writer }

// Reader is the pool for plain SQL that only reads.
func (d *DB) Reader() *sql.DB { return d.reader }

// Pool is the PostgreSQL pool, nil on SQLite.
func (d *DB) Pool() *pgxpool.Pool { return d.pool }

// Clock is the clock that units of work read.
func (d *DB) Clock() domain.Clock { return d.clock }

// Close closes the pools and gives up the file.
func (d *DB) Close() error {
	var errs []error
	if d.reader != nil && d.reader != d.writer {
		errs = append(errs, d.reader.Close())
	}
	if d.writer != nil {
		errs = append(errs, d.writer.Close())
	}
	if d.pool != nil {
		d.pool.Close()
	}
	d.unlock()
	return errors.Join(errs...)
}

func gormConfig() *gorm.Config {
	return &gorm.Config{
		Logger:                 logger.Discard, // errors are returned, and logged once, by whoever handles them
		SkipDefaultTransaction: true,           // every write is in a unit of work already
		DisableAutomaticPing:   true,
		TranslateError:         false, // translate() below knows more
	}
}
