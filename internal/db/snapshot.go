package db

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// snapshot is an open reading transaction.
type snapshot struct {
	sqlTx *sql.Tx
	gorm  *gorm.DB
}

type snapshotKey struct{}

func snapshotFrom(ctx context.Context) *snapshot {
	s, _ := ctx.Value(snapshotKey{}).(*snapshot)
	return s
}

// Snapshot runs fn in one consistent view of the database: whatever is read with the context that fn gets is as of one
// instant, however long it takes and whoever writes meanwhile (SQLite: a read transaction in WAL mode; PostgreSQL:
// repeatable read, read only). A unit of work opened inside writes and reads the present, not the snapshot.
// Inside a unit of work fn joins the unit.
func (d *DB) Snapshot(ctx context.Context, fn func(ctx context.Context) error) error {
	if unitFrom(ctx) != nil || snapshotFrom(ctx) != nil {
		return fn(ctx)
	}
	opts := &sql.TxOptions{ReadOnly: true}
	if d.dialect == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	} else {
		opts = nil // the pool is query_only already
	}
	tx, err := d.reader.BeginTx(ctx, opts)
	if err != nil {
		return translate(err)
	}
	defer func() { _ = tx.Rollback() }() // it wrote nothing
	s := &snapshot{sqlTx: tx, gorm: d.read.Session(&gorm.Session{NewDB: true, Context: ctx, SkipDefaultTransaction: true})}
	s.gorm.Statement.ConnPool = tx
	return fn(context.WithValue(ctx, snapshotKey{}, s))
}
