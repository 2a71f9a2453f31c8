package imports

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/eventlog"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// run is a row of import_runs. Position is the last line of the file that a committed batch covers.
type run struct {
	ID         int64 `gorm:"primaryKey"`
	Ref        string
	System     string
	Mapping    string // name and digest
	Source     string
	SHA256     string `gorm:"column:sha256"`
	State      string
	Position   int64
	RowsRead   int64
	Applied    int64
	Unchanged  int64
	Refused    int64
	StartedAt  time.Time
	FinishedAt *time.Time
}

// TableName names the table.
func (run) TableName() string { return "import_runs" }

type store struct{ db *db.DB }

func (s store) unfinished(ctx context.Context, like run) (r run, err error) {
	return r, s.db.Conn(ctx).Where("system = ? and mapping = ? and sha256 = ? and state in ('running', 'failed')", like.System, like.Mapping, like.SHA256).
		Order("id desc").Take(&r).Error
}

func (s store) insert(ctx context.Context, r *run) error { return s.db.Conn(ctx).Create(r).Error }

var progress = []string{"state", "position", "rows_read", "applied", "unchanged", "refused", "finished_at"}

func (s store) save(ctx context.Context, r run) error {
	return s.db.Conn(ctx).Model(&run{}).Where("id = ?", r.ID).Select(progress).Updates(&r).Error
}

// advance moves the position, unless somebody else has moved it: two imports of one file would be at it at once.
func (s store) advance(ctx context.Context, r run, from int64) error {
	res := s.db.Conn(ctx).Model(&run{}).Where("id = ? and position = ? and state = 'running'", r.ID, from).Select(progress).Updates(&r)
	if res.Error == nil && res.RowsAffected != 1 {
		return domain.ErrStale.Because("Another import of the same file is under way.")
	}
	return res.Error
}

// fail marks a run as interrupted, unless another import of the same file has taken it over.
func (s store) fail(ctx context.Context, r run) error {
	return s.db.Conn(ctx).Model(&run{}).Where("id = ? and position = ? and state = 'running'", r.ID, r.Position).Select("state").Updates(&run{State: "failed"}).Error
}

func (s store) refuse(ctx context.Context, run int64, list []eventlog.Refusal) error {
	rows := make([][]any, len(list))
	for i, f := range list {
		rows[i] = []any{run, f.Line, f.Column, f.Reason}
	}
	return s.db.InsertMany(ctx, "import_refusals", []string{"run_id", "line", "field", "reason"}, rows, "on conflict do nothing")
}

func (s store) refusals(ctx context.Context, run int64) (out []eventlog.Refusal, err error) {
	err = s.each(ctx, "select line, field, reason from import_refusals where run_id = ? order by line", []any{run}, func(r *sql.Rows) error {
		var f eventlog.Refusal
		err := r.Scan(&f.Line, &f.Column, &f.Reason)
		out = append(out, f)
		return err
	})
	return out, err
}

// known finds what names of the tool have become here.
func (s store) known(ctx context.Context, system, kind string, keys []string) (map[string]int64, error) {
	out := map[string]int64{}
	for page := range slices.Chunk(keys, 500) {
		in, args := db.In(page)
		err := s.each(ctx, "select key, target from import_refs where system = ? and kind = ? and key in "+in, append([]any{system, kind}, args...), func(r *sql.Rows) error {
			var key string
			var id int64
			err := r.Scan(&key, &id)
			out[key] = id
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s store) remember(ctx context.Context, system, kind string, met map[string]int64) error {
	rows := make([][]any, 0, len(met))
	for key, id := range met {
		rows = append(rows, []any{system, kind, key, id})
	}
	return s.db.InsertMany(ctx, "import_refs", []string{"system", "kind", "key", "target"}, rows, "on conflict do nothing")
}

// records finds problems and changes that the tool's numbers stand for: met before, or here under that number.
func (s store) records(ctx context.Context, system, kind string, keys []string) (map[string]record, error) {
	out := map[string]record{}
	for page := range slices.Chunk(keys, 500) {
		in, args := db.In(page)
		all := append(append([]any{kind}, args...), append([]any{system, kind}, args...)...)
		err := s.each(ctx, `select number, id, number from tickets where kind = ? and number in `+in+`
			union all select r.key, t.id, t.number from import_refs r join tickets t on t.id = r.target where r.system = ? and r.kind = ? and r.key in `+in, all, func(r *sql.Rows) error {
			var key string
			var id int64
			var rec record
			err := r.Scan(&key, &id, &rec.number)
			rec.id = domain.TicketID(id)
			out[key] = rec
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s store) refs(ctx context.Context, ids map[string]int64) (map[int64]string, error) {
	list := make([]int64, 0, len(ids))
	for _, id := range ids {
		list = append(list, id)
	}
	out := map[int64]string{}
	for page := range slices.Chunk(list, 500) {
		in, args := db.In(page)
		err := s.each(ctx, "select id, ref from users where id in "+in, args, func(r *sql.Rows) error {
			var id int64
			var ref string
			err := r.Scan(&id, &ref)
			out[id] = ref
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s store) logins(ctx context.Context, list []string) (map[string]bool, error) {
	out := map[string]bool{}
	for page := range slices.Chunk(list, 500) {
		in, args := db.In(page)
		err := s.each(ctx, "select login from users where login in "+in, args, func(r *sql.Rows) error {
			var login string
			err := r.Scan(&login)
			out[login] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s store) teamKeys(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	err := s.each(ctx, "select key from teams", nil, func(r *sql.Rows) error {
		var key string
		err := r.Scan(&key)
		out[key] = true
		return err
	})
	return out, err
}

func (s store) each(ctx context.Context, q string, args []any, scan func(r *sql.Rows) error) error {
	rows, err := s.db.SQL(ctx).QueryContext(ctx, s.db.Bind(q), args...)
	if err != nil {
		return db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return db.Translate(err)
		}
	}
	return db.Translate(rows.Err())
}
