package db

import (
	"context"
	"database/sql/driver"
	"reflect"
	"strings"
)

// Preparing a statement costs SQLite more than running most of them. Each connection keeps the statements that
// it ran last, by their text; database/sql uses a connection from one goroutine at a time, so there is no lock.
const maxPrepared = 300

type prepared struct {
	stmt driver.Stmt
	used int64
	busy bool // its rows are still being read
}

// statement finds or prepares the statement, nil when it is better run directly: scripts, statements that are
// being read, and pragmas.
func (c *borderConn) statement(ctx context.Context, query string) (*prepared, error) {
	c.clock++
	if p := c.prepared[query]; p != nil {
		if p.busy {
			return nil, nil
		}
		p.used = c.clock
		return p, nil
	}
	if len(query) > 8000 || strings.Contains(strings.TrimRight(query, "; \n\t"), ";") || !isQuery(query) {
		return nil, nil
	}
	stmt, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(c.prepared) >= maxPrepared {
		c.forget()
	}
	p := &prepared{stmt: stmt, used: c.clock}
	c.prepared[query] = p
	return p, nil
}

func isQuery(query string) bool {
	word, _, _ := strings.Cut(strings.TrimLeft(query, " \n\t("), " ")
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "select", "insert", "update", "delete", "with":
		return true
	}
	return false
}

// forget closes the older half of the statements.
func (c *borderConn) forget() {
	limit := c.clock - maxPrepared/2
	for q, p := range c.prepared {
		if p.used < limit && !p.busy {
			_ = p.stmt.Close()
			delete(c.prepared, q)
		}
	}
}

// ExecContext runs a statement.
func (c *borderConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	p, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
	}
	return p.stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// QueryContext runs a query.
func (c *borderConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	p, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	}
	rows, err := p.stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	p.busy = true
	return &borderRows{Rows: rows, of: p}, nil
}

// Close closes the kept statements and the connection.
func (c *borderConn) Close() error {
	for _, p := range c.prepared {
		_ = p.stmt.Close()
	}
	c.prepared = nil
	return c.Conn.Close()
}

// borderRows gives the statement back when the rows are read.
type borderRows struct {
	driver.Rows
	of *prepared
}

func (r *borderRows) Close() error {
	err := r.Rows.Close()
	r.of.busy = false
	return err
}

// What the driver knows of columns is passed on: database/sql asks by interface.

func (r *borderRows) ColumnTypeDatabaseTypeName(i int) string {
	if t, ok := r.Rows.(driver.RowsColumnTypeDatabaseTypeName); ok {
		return t.ColumnTypeDatabaseTypeName(i)
	}
	return ""
}

func (r *borderRows) ColumnTypeScanType(i int) reflect.Type {
	if t, ok := r.Rows.(driver.RowsColumnTypeScanType); ok {
		return t.ColumnTypeScanType(i)
	}
	return reflect.TypeFor[any]()
}
