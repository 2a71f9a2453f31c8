package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// borrowedTx lets River insert into the transaction that database/sql has open on the same connection.
// River never commits or rolls back what it borrows; what it begins itself is a savepoint.
type borrowedTx struct {
	conn  *pgx.Conn
	point int
}

var errBorrowed = errors.New("a borrowed transaction belongs to its unit of work")

func (t *borrowedTx) Begin(ctx context.Context) (pgx.Tx, error) {
	s := &savepoint{borrowedTx{conn: t.conn, point: t.point + 1}}
	_, err := t.conn.Exec(ctx, fmt.Sprintf("savepoint river_%d", s.point))
	return s, err
}

func (t *borrowedTx) Commit(context.Context) error   { return errBorrowed }
func (t *borrowedTx) Rollback(context.Context) error { return errBorrowed }

func (t *borrowedTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return t.conn.CopyFrom(ctx, table, columns, rows)
}
func (t *borrowedTx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return t.conn.SendBatch(ctx, b)
}
func (t *borrowedTx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }
func (t *borrowedTx) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	return t.conn.Prepare(ctx, name, sql)
}
func (t *borrowedTx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return t.conn.Exec(ctx, sql, args...)
}
func (t *borrowedTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return t.conn.Query(ctx, sql, args...)
}
func (t *borrowedTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return t.conn.QueryRow(ctx, sql, args...)
}
func (t *borrowedTx) Conn() *pgx.Conn { return t.conn }

// savepoint is a transaction that River began inside the borrowed one.
type savepoint struct{ borrowedTx }

func (s *savepoint) Commit(ctx context.Context) error {
	_, err := s.conn.Exec(ctx, fmt.Sprintf("release savepoint river_%d", s.point))
	return err
}

func (s *savepoint) Rollback(ctx context.Context) error {
	_, err := s.conn.Exec(ctx, fmt.Sprintf("rollback to savepoint river_%d", s.point))
	return err
}
