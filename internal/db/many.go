package db

import (
	"context"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/cabinetdesk/cabinet/domain"
)

// chunks are the numbers of rows in one INSERT, and what is left goes into a last one: few different statements, so that
// they stay prepared, and a single one for the rows of one record.
var chunks = [...]int{256, 32}

// maxParameters is what both databases take in one statement.
const maxParameters = 30_000

// InsertMany writes many rows in few statements of plain SQL, in the unit of work open in ctx. Every row has
// one value a column. tail follows the values ("on conflict do nothing"), and may be empty. A unit that writes
// records this way emits their facts itself.
func (d *DB) InsertMany(ctx context.Context, table string, columns []string, rows [][]any, tail string) error {
	head := "insert into " + table + " (" + strings.Join(columns, ", ") + ") values "
	tuple := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	for _, size := range append(chunks[:], len(rows)%chunks[len(chunks)-1]) {
		if len(rows) < size || size == 0 || size*len(columns) > maxParameters {
			continue
		}
		q := d.Bind(head + strings.TrimSuffix(strings.Repeat(tuple+", ", size), ", ") + " " + tail)
		args := make([]any, 0, size*len(columns))
		for len(rows) >= size {
			args = args[:0]
			for _, r := range rows[:size] {
				args = append(args, r...)
			}
			rows = rows[size:]
			if _, err := d.SQL(ctx).ExecContext(ctx, q, args...); err != nil {
				return translate(err)
			}
		}
	}
	return nil
}

// Bind turns the "?" of a plain statement into the placeholders of the database. Texts in the statement must
// not hold a question mark.
func (d *DB) Bind(q string) string {
	if !d.IsPostgres() {
		return q
	}
	var b strings.Builder
	b.Grow(len(q) + len(q)/4)
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

// In writes "(?, ?, …)" for a list; an empty list matches nothing.
func In[T any](list []T) (string, []any) {
	if len(list) == 0 {
		return "(null)", nil
	}
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return "(" + strings.TrimSuffix(strings.Repeat("?, ", len(list)), ", ") + ")", args
}

// Among is the condition that a column of keys is one of many, with its one argument: however many there are, the
// statement stays the same, and one index serves it.
func Among[T ~int64](d *DB, column string, keys []T) (cond, arg string) {
	open, end := byte('['), byte(']')
	cond = column + " in (select value from json_each(?))"
	if d.IsPostgres() {
		open, end, cond = '{', '}', column+" = any(cast(? as bigint[]))"
	}
	b := append(make([]byte, 0, len(keys)*7+2), open)
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(k), 10)
	}
	return cond, string(append(b, end))
}

// walked is how many rows a walk over a table holds at once.
const walked = 1000

// Pages walks over a table by its key, a page at a time, for what looks at everything: the verification of the log. key
// names the column, of gives it; where, a condition with its arguments, may be left out.
func Pages[T any](ctx context.Context, d *DB, key string, of func(T) int64, yield func([]T) error, where ...any) error {
	for after := int64(0); ; {
		var page []T
		q := d.Conn(ctx).Where(key+" > ?", after)
		if len(where) > 0 {
			q = q.Where(where[0], where[1:]...)
		}
		if err := q.Order(key).Limit(walked).Find(&page).Error; err != nil || len(page) == 0 {
			return err
		}
		if err := yield(page); err != nil {
			return err
		}
		after = of(page[len(page)-1])
	}
}

// Each is Pages, a row at a time.
func Each[T any](ctx context.Context, d *DB, key string, of func(T) int64, yield func(T) error) error {
	return Pages(ctx, d, key, of, func(page []T) error {
		for _, x := range page {
			if err := yield(x); err != nil {
				return err
			}
		}
		return nil
	})
}

// One is what an update by key and version must have done: it altered one row. Otherwise somebody else was quicker,
// and it fails with domain.ErrStale.
func One(done *gorm.DB) error {
	if done.Error == nil && done.RowsAffected != 1 {
		return domain.ErrStale
	}
	return done.Error
}
