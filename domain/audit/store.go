package audit

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/cabinetdesk/cabinet/internal/db"
)

// store runs the log's plain SQL on both databases. Statements are written with "?".
type store struct{ d *db.DB }

// bind turns "?" into the placeholders of the database.
func (s store) bind(q string) string {
	if !s.d.IsPostgres() {
		return q
	}
	var b strings.Builder
	n := 0
	for {
		i := strings.IndexByte(q, '?')
		if i < 0 {
			b.WriteString(q)
			return b.String()
		}
		n++
		b.WriteString(q[:i])
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		q = q[i+1:]
	}
}

func (s store) exec(ctx context.Context, q string, args ...any) (int64, error) {
	res, err := s.d.SQL(ctx).ExecContext(ctx, s.bind(q), args...)
	if err != nil {
		return 0, db.Translate(err)
	}
	return res.RowsAffected()
}

// row scans the only row of q; found is false when there is none.
func (s store) row(ctx context.Context, q string, args []any, dst ...any) (found bool, err error) {
	err = s.d.SQL(ctx).QueryRowContext(ctx, s.bind(q), args...).Scan(dst...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, db.Translate(err)
}

// rows calls scan for every row of q.
func (s store) rows(ctx context.Context, q string, args []any, scan func(r *sql.Rows) error) error {
	r, err := s.d.SQL(ctx).QueryContext(ctx, s.bind(q), args...)
	if err != nil {
		return db.Translate(err)
	}
	defer func() { _ = r.Close() }()
	for r.Next() {
		if err := scan(r); err != nil {
			return err
		}
	}
	return db.Translate(r.Err())
}

// chunks are the numbers of rows in one INSERT: few different statements, so that they stay prepared.
var chunks = [...]int{256, 32, 4, 1}

// insert writes rows, many in one statement. Every row has one value a column.
func (s store) insert(ctx context.Context, table string, columns []string, rows [][]any) error {
	head := "insert into " + table + " (" + strings.Join(columns, ", ") + ") values "
	tuple := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	for _, size := range chunks {
		if len(rows) < size {
			continue
		}
		q := s.bind(head + strings.TrimSuffix(strings.Repeat(tuple+", ", size), ", "))
		args := make([]any, 0, size*len(columns))
		for len(rows) >= size {
			args = args[:0]
			for _, r := range rows[:size] {
				args = append(args, r...)
			}
			rows = rows[size:]
			if _, err := s.d.SQL(ctx).ExecContext(ctx, q, args...); err != nil {
				return db.Translate(err)
			}
		}
	}
	return nil
}

// in writes "(?, ?, …)" and the arguments for a list.
func in[T any](list []T) (string, []any) {
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return "(" + strings.TrimSuffix(strings.Repeat("?, ", len(list)), ", ") + ")", args
}
