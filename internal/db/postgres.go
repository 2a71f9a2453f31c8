package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/cabinetdesk/cabinet/domain"
)

// openPostgres opens one pool; GORM, the job queue and LISTEN share it. Commits are durable
// (synchronous_commit is left at the server's setting, and refused when it is off).
func openPostgres(ctx context.Context, dsn string, cfg Config) (*DB, error) {
	pcfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("the database URL is not valid") // the cause would print the password
	}
	pcfg.MaxConns = int32(cfg.maxConns())
	pcfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pcfg.ConnConfig.RuntimeParams["application_name"] = "cabinet"
	pcfg.AfterConnect = func(_ context.Context, c *pgx.Conn) error {
		c.TypeMap().RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID,
			Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, pcfg)
	if err != nil {
		return nil, domain.ErrStorage.Wrap(err)
	}
	d := &DB{dialect: Postgres, pool: pool}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, domain.ErrStorage.Because("The PostgreSQL server does not answer.").Wrap(err)
	}
	if !cfg.Unsafe {
		if err := durable(ctx, pool); err != nil {
			pool.Close()
			return nil, err
		}
	}
	d.writer = stdlib.OpenDBFromPool(pool)
	d.reader = d.writer
	if d.write, err = gorm.Open(postgres.New(postgres.Config{Conn: d.writer}), gormConfig()); err != nil {
		pool.Close()
		return nil, err
	}
	d.read = d.write
	return d, d.install()
}

// durable refuses a server that acknowledges commits before they are on disk: what was answered must stay.
func durable(ctx context.Context, pool *pgxpool.Pool) error {
	for _, setting := range []string{"synchronous_commit", "fsync"} {
		var value string
		if err := pool.QueryRow(ctx, "select current_setting($1)", setting).Scan(&value); err != nil {
			return domain.ErrStorage.Wrap(err)
		}
		if value == "off" {
			return domain.ErrStorage.Because("The PostgreSQL server has %s = off: what it acknowledges can be lost. Set it to on.", setting)
		}
	}
	return nil
}

// pgxOf returns the pgx connection below a database/sql connection.
func pgxOf(raw any) (*pgx.Conn, error) {
	c, ok := raw.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("not a pgx connection: %T", raw)
	}
	return c.Conn(), nil
}

// tailored has PostgreSQL plan each query for its arguments. Left to itself it keeps, after five times, one plan for
// all of them, and of the average person and week that can be to read a whole table.
type tailored struct{ gorm.ConnPool }

// QueryContext runs a query.
func (t tailored) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.ConnPool.QueryContext(ctx, query, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
}

// Tailored is Conn for queries whose best plan depends on whose they are and how many they find, as of counts and
// searches. Planning costs as much as a small query, so that others leave it.
func (d *DB) Tailored(ctx context.Context) *gorm.DB {
	g := d.Conn(ctx)
	if d.IsPostgres() {
		g.Statement.ConnPool = tailored{g.Statement.ConnPool}
	}
	return g
}

// Analyse lets PostgreSQL look at tables that have just grown by much: until its own background work comes round, it plans for the
// size that they had, and reads them whole. SQLite does not need it. A role that does not own them is ignored by the server.
func (d *DB) Analyse(ctx context.Context, tables ...string) error {
	if !d.IsPostgres() {
		return nil
	}
	_, err := d.writer.ExecContext(ctx, "analyze "+strings.Join(tables, ", "))
	return translate(err)
}
