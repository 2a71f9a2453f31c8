package bench

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// indexed are the tables whose indexes are made once at the end of the generation: a row at a time they would be
// most of its cost, and would come out larger than they have to be.
var indexed = []string{"tickets", "ticket_search", "participants", "comments", "changes", "audit_private", "cis", "ci_revisions", "ci_relations", "ci_search"}

// index is one index as the database wrote it down.
type index struct{ name, ddl string }

// withoutIndexes takes the indexes of the tables away; what it returns makes them again.
func withoutIndexes(ctx context.Context, d *db.DB) (again func() error, err error) {
	in, args := db.In(indexed)
	q := "select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in " + in
	if d.IsPostgres() {
		q = `select indexname, indexdef from pg_indexes where schemaname = current_schema() and tablename in ` + in +
			" and not exists (select 1 from pg_constraint c where c.conname = indexname)"
	}
	rows, err := d.Writer().QueryContext(ctx, d.Bind(q), args...)
	if err != nil {
		return nil, err
	}
	var all []index
	for rows.Next() {
		var x index
		if err := rows.Scan(&x.name, &x.ddl); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, x)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	for _, x := range all {
		if _, err := d.Writer().ExecContext(ctx, "drop index "+x.name); err != nil {
			return nil, err
		}
	}
	return func() error {
		for _, x := range all {
			if _, err := d.Writer().ExecContext(ctx, x.ddl); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// analyze brings the statistics of the database up to date, as its own housekeeping does.
func analyze(ctx context.Context, d *db.DB) error {
	if d.IsPostgres() {
		_, err := d.Writer().ExecContext(ctx, "vacuum (analyze)")
		return err
	}
	if _, err := d.Writer().ExecContext(ctx, "analyze"); err != nil {
		return err
	}
	_, err := d.Writer().ExecContext(ctx, "pragma wal_checkpoint(truncate)")
	return err
}

// some picks numbers of records evenly over the whole database.
func some(ctx context.Context, d *db.DB, kind string, n int) ([]string, error) {
	var last int64
	if err := d.Reader().QueryRowContext(ctx, d.Bind("select n from counters where kind = ?"), kind).Scan(&last); err != nil {
		return nil, err
	}
	var out []string
	for i := range int64(n) {
		var number string
		err := d.Reader().QueryRowContext(ctx, d.Bind("select number from tickets where number = ?"), numberOf(kind, 1+i*last/int64(n))).Scan(&number)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, number)
	}
	return out, nil
}

// size is how large the database is on its disk, in bytes.
func size(ctx context.Context, d *db.DB) (n int64, err error) {
	q := "select page_count * page_size from pragma_page_count, pragma_page_size"
	if d.IsPostgres() {
		q = "select pg_database_size(current_database())"
	}
	return n, d.Reader().QueryRowContext(ctx, q).Scan(&n)
}

// version is what the database says it is.
func version(ctx context.Context, d *db.DB) (v string, err error) {
	if d.IsPostgres() {
		err = d.Reader().QueryRowContext(ctx, "show server_version").Scan(&v)
		v, _, _ = strings.Cut(v, " ")
		return "PostgreSQL " + v, err
	}
	return v, d.Reader().QueryRowContext(ctx, "select 'SQLite ' || sqlite_version()").Scan(&v)
}

// itemKeys reads the keys of items back, in the order of their numbers.
func itemKeys(ctx context.Context, d *db.DB, numbers []string) ([]domain.CIID, error) {
	in, args := db.In(numbers)
	rows, err := d.SQL(ctx).QueryContext(ctx, d.Bind("select id from cis where number in "+in+" order by id"), args...)
	if err != nil {
		return nil, db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	var out []domain.CIID
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, db.Translate(err)
		}
		out = append(out, domain.CIID(id))
	}
	return out, db.Translate(rows.Err())
}

// itemDocuments writes what items are found by, see package cmdb.
func itemDocuments(ctx context.Context, d *db.DB, rows [][]any) error {
	if !d.IsPostgres() {
		return d.InsertMany(ctx, "ci_search", []string{"rowid", "number", "name", "codes", "people", "words"}, rows, "")
	}
	for _, r := range rows {
		if _, err := d.SQL(ctx).ExecContext(ctx, "insert into ci_search (ci_id, doc) values ($1, to_tsvector('simple', $2))", r...); err != nil {
			return db.Translate(err)
		}
	}
	return nil
}

func itemCount(ctx context.Context, d *db.DB) (n int64, err error) {
	return n, d.Reader().QueryRowContext(ctx, "select coalesce(max(n), 0) from counters where kind = 'ci'").Scan(&n)
}

// changeKeys lists keys of changes, and presentItems those of items.
func changeKeys(ctx context.Context, d *db.DB, most int) ([]int64, error) {
	return keys(ctx, d, "select ticket_id from changes order by ticket_id limit ?", most)
}

func presentItems(ctx context.Context, d *db.DB) ([]int64, error) {
	return keys(ctx, d, "select id from cis where id > ? order by id limit 200000", hubCount)
}

func keys(ctx context.Context, d *db.DB, q string, arg any) (out []int64, err error) {
	rows, err := d.Reader().QueryContext(ctx, d.Bind(q), arg)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// spread adds to what changes touch at one depth what is joined to it, as at the next.
func spread(ctx context.Context, d *db.DB, depth int) error {
	_, err := d.SQL(ctx).ExecContext(ctx, d.Bind(`insert into change_booking_items (ticket_id, ci_id, depth) select distinct x.ticket_id, r.from_id, `+map[int]string{1: "1", 2: "2"}[depth]+`
		from change_booking_items x join ci_relations r on r.to_id = x.ci_id where x.depth = ? and r.superseded_at is null and r.valid_to is null
		and not exists (select 1 from change_booking_items y where y.ticket_id = x.ticket_id and y.ci_id = r.from_id)`), depth-1)
	return db.Translate(err)
}
