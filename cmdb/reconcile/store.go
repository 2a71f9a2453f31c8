package reconcile

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// store knows the tables of sources and runs; store_match.go reads the items that rows are about.
type store struct{ db *db.DB }

func (s store) sources(ctx context.Context) (out []Source, err error) {
	return out, s.db.Conn(ctx).Order("key").Find(&out).Error
}

func (s store) source(ctx context.Context, key string) (out Source, err error) {
	if len(key) > 100 {
		return out, domain.ErrNotFound
	}
	if err = s.db.Conn(ctx).Where("key = ?", key).Take(&out).Error; domain.KindOf(err) == domain.NotFound {
		err = domain.ErrNotFound.Because("There is no such source.")
	}
	return out, err
}

func (s store) sourceByID(ctx context.Context, id int64) (out Source, err error) {
	return out, s.db.Conn(ctx).Where("id = ?", id).Take(&out).Error
}

func (s store) saveSource(ctx context.Context, x *Source) error {
	if x.Version == 1 {
		return s.db.Conn(ctx).Create(x).Error
	}
	return db.One(s.db.Conn(ctx).Model(&Source{}).Where("id = ? and version = ?", x.ID, x.Version-1).
		Select("name", "kind", "rank", "precedence", "stale_days", "missing", "retire_share", "account_id", "version").Updates(x))
}

func (s store) addRun(ctx context.Context, r *Run) error { return s.db.Conn(ctx).Create(r).Error }

func (s store) run(ctx context.Context, ref string) (r Run, err error) {
	if len(ref) > 100 {
		return r, domain.ErrNotFound
	}
	if err = s.db.Conn(ctx).Where("ref = ?", ref).Take(&r).Error; domain.KindOf(err) == domain.NotFound {
		err = domain.ErrNotFound.Because("There is no such run.")
	}
	return r, err
}

func (s store) runs(ctx context.Context, source, after int64, limit int) (out []Run, err error) {
	q := s.db.Conn(ctx).Order("id desc").Limit(limit)
	if source != 0 {
		q = q.Where("source_id = ?", source)
	}
	if after != 0 {
		q = q.Where("id < ?", after)
	}
	return out, q.Find(&out).Error
}

// busy finds another run that is at work on a source and has been touched since.
func (s store) busy(ctx context.Context, source, but int64, since time.Time) (r Run, err error) {
	return r, s.db.Conn(ctx).Where("source_id = ? and id <> ? and state in ('reading', 'applying', 'undoing') and touched_at > ?", source, but, since).Order("id").Take(&r).Error
}

func (s store) waiting(ctx context.Context, source int64) (r Run, err error) {
	return r, s.db.Conn(ctx).Where("source_id = ? and state = 'waiting'", source).Order("id").Take(&r).Error
}

var progress = []string{"state", "mapping", "summary", "position", "events", "problem", "touched_at", "proposed_at", "applied_at", "undone_at"}

// saveRun writes how far a run is, unless somebody else has brought it into another state.
func (s store) saveRun(ctx context.Context, r *Run, from string) error {
	r.TouchedAt = s.db.Now(ctx)
	res := s.db.Conn(ctx).Model(&Run{}).Where("id = ? and state = ?", r.ID, from).Select(progress).Updates(r)
	return lost(res.Error, res.RowsAffected)
}

// advance writes how far a run is, unless somebody else is working on it.
func (s store) advance(ctx context.Context, r *Run, from string, position int64) error {
	r.TouchedAt = s.db.Now(ctx)
	res := s.db.Conn(ctx).Model(&Run{}).Where("id = ? and state = ? and position = ?", r.ID, from, position).Select(progress).Updates(r)
	return lost(res.Error, res.RowsAffected)
}

func lost(err error, n int64) error {
	if err == nil && n != 1 {
		return domain.ErrStale.Because("Somebody else is working on this run.")
	}
	return err
}

func (s store) touch(ctx context.Context, r *Run) error {
	r.TouchedAt = s.db.Now(ctx)
	return s.db.Conn(ctx).Exec("update ci_runs set touched_at = ? where id = ?", r.TouchedAt, r.ID).Error
}

var itemColumns = []string{"run_id", "seq", "line", "key", "class", "name", "serial", "asset_tag", "ci_id", "version", "matched", "action", "proposal"}

func (i Item) row() []any {
	return []any{i.RunID, i.Seq, i.Line, i.Key, i.Class, i.Name, i.Serial, i.AssetTag, i.CIID, i.Version, i.Matched, i.Action, i.Proposal}
}

func (s store) addItems(ctx context.Context, items []Item) error {
	rows := make([][]any, len(items))
	for i, x := range items {
		rows[i] = x.row()
	}
	return s.db.InsertMany(ctx, "ci_run_items", itemColumns, rows, "")
}

var tieColumns = []string{"run_id", "seq", "line", "kind", "key", "type", "inverse", "other", "from_id", "to_id", "ref", "action", "done", "reason"}

func (t Tie) row() []any {
	return []any{t.RunID, t.Seq, t.Line, t.Kind, t.Key, t.Type, t.Inverse, t.Other, t.FromID, t.ToID, t.Ref, t.Action, t.Done, t.Reason}
}

func (s store) addTies(ctx context.Context, ties []Tie) error { return s.putTies(ctx, ties, "") }

// saveTies writes ties of a run anew.
func (s store) saveTies(ctx context.Context, ties []Tie) error {
	return s.putTies(ctx, ties, `on conflict (run_id, seq) do update set from_id = excluded.from_id, to_id = excluded.to_id, ref = excluded.ref, action = excluded.action,
		done = excluded.done, reason = excluded.reason`)
}

func (s store) putTies(ctx context.Context, ties []Tie, tail string) error {
	rows := make([][]any, len(ties))
	for i, t := range ties {
		rows[i] = t.row()
	}
	return s.db.InsertMany(ctx, "ci_run_ties", tieColumns, rows, tail)
}

func (s store) items(ctx context.Context, run int64, action string, after int64, limit int) (out []Item, err error) {
	q, args := "select * from ci_run_items where run_id = ? and seq > ?", []any{run, after}
	if action != "" {
		q, args = q+" and action = ?", append(args, action)
	}
	return out, s.db.Conn(ctx).Raw(q+" order by seq limit ?", append(args, limit)...).Scan(&out).Error
}

func (s store) item(ctx context.Context, run, seq int64) (i Item, err error) {
	return i, s.db.Conn(ctx).Raw("select * from ci_run_items where run_id = ? and seq = ?", run, seq).Scan(&i).Error
}

func (s store) last(ctx context.Context, run int64) (n int64, err error) {
	return n, s.db.Conn(ctx).Raw("select coalesce(max(seq), 0) from ci_run_items where run_id = ?", run).Scan(&n).Error
}

func (s store) saveItem(ctx context.Context, i Item) error {
	return s.db.Conn(ctx).Exec("update ci_run_items set ci_id = ?, version = ?, action = ?, done = ?, proposal = ?, outcome = ? where run_id = ? and seq = ?",
		i.CIID, i.Version, i.Action, i.Done, i.Proposal, i.Outcome, i.RunID, i.Seq).Error
}

// settleItems writes how items came out.
func (s store) settleItems(ctx context.Context, items []Item) error {
	var rows [][]any
	for _, i := range items {
		if i.Done != isProposed {
			rows = append(rows, append(i.row(), i.Done, i.Outcome))
		}
	}
	return s.db.InsertMany(ctx, "ci_run_items", append(itemColumns[:len(itemColumns):len(itemColumns)], "done", "outcome"), rows,
		"on conflict (run_id, seq) do update set ci_id = excluded.ci_id, done = excluded.done, outcome = excluded.outcome")
}

// doneItems lists what a run has done to items, in order; backItems the last ones first.
func (s store) doneItems(ctx context.Context, run, after int64, limit int) (out []Item, err error) {
	return out, s.db.Conn(ctx).Raw(`select * from ci_run_items where run_id = ? and seq > ? and done = 1 and action in ('new', 'changed', 'retired')
		order by seq limit ?`, run, after, limit).Scan(&out).Error
}

func (s store) backItems(ctx context.Context, run int64, limit int) (out []Item, err error) {
	return out, s.db.Conn(ctx).Raw(`select * from ci_run_items where run_id = ? and done = 1 and action in ('new', 'changed', 'retired')
		order by seq desc limit ?`, run, limit).Scan(&out).Error
}

func (s store) ties(ctx context.Context, run int64, kind, action string, after int64, limit int) (out []Tie, err error) {
	q, args := "select * from ci_run_ties where run_id = ? and seq > ?", []any{run, after}
	if kind != "" {
		q, args = q+" and kind = ?", append(args, kind)
	}
	if action != "" {
		q, args = q+" and action = ?", append(args, action)
	}
	return out, s.db.Conn(ctx).Raw(q+" order by seq limit ?", append(args, limit)...).Scan(&out).Error
}

func (s store) openTies(ctx context.Context, run int64, limit int) (out []Tie, err error) {
	return out, s.db.Conn(ctx).Raw("select * from ci_run_ties where run_id = ? and action in ('new', 'ended') and done = 0 order by seq limit ?", run, limit).Scan(&out).Error
}

func (s store) doneTies(ctx context.Context, run int64, limit int) (out []Tie, err error) {
	return out, s.db.Conn(ctx).Raw("select * from ci_run_ties where run_id = ? and done = 1 order by seq desc limit ?", run, limit).Scan(&out).Error
}

type counted struct {
	Kind   string
	Action string
	N      int64
}

func (s store) countItems(ctx context.Context, run int64) (map[string]int64, int64, error) {
	var noted int64
	if err := s.db.Conn(ctx).Raw("select count(*) from ci_run_items where run_id = ? and proposal like '%\"notes\":%'", run).Scan(&noted).Error; err != nil {
		return nil, 0, err
	}
	var rows []counted
	err := s.db.Conn(ctx).Raw("select action, count(*) as n from ci_run_items where run_id = ? group by action", run).Scan(&rows).Error
	out := map[string]int64{}
	for _, r := range rows {
		out[r.Action] = r.N
	}
	return out, noted, err
}

// countTies counts relations and memberships by action, and memberships alone.
func (s store) countTies(ctx context.Context, run int64) (all, members map[string]int64, err error) {
	var rows []counted
	err = s.db.Conn(ctx).Raw("select kind, action, count(*) as n from ci_run_ties where run_id = ? group by kind, action", run).Scan(&rows).Error
	all, members = map[string]int64{}, map[string]int64{}
	for _, r := range rows {
		if all[r.Action] += r.N; r.Kind == "member" {
			members[r.Action] += r.N
		}
	}
	return all, members, err
}

// shared lists what several rows of a run have in common; column is one of ours. Numbers are written as text.
func (s store) shared(ctx context.Context, run int64, column string) (out []string, err error) {
	cond := column + " <> ''"
	if column == "ci_id" {
		cond = "ci_id is not null"
	}
	if column == "serial" || column == "asset_tag" {
		cond += " and ci_id is null"
	}
	return out, s.db.Conn(ctx).Raw("select cast("+column+" as text) from ci_run_items where run_id = ? and "+cond+" and action not in ('refused', 'person') group by "+column+
		" having count(*) > 1 order by 1 limit 10000", run).Scan(&out).Error
}

func (s store) sharing(ctx context.Context, run int64, column, value string) (out []Item, err error) {
	var key any = value
	if column == "ci_id" {
		if key, err = strconv.ParseInt(value, 10, 64); err != nil {
			return nil, err
		}
	}
	return out, s.db.Conn(ctx).Raw("select * from ci_run_items where run_id = ? and "+column+" = ? and action not in ('refused', 'person') order by seq limit 1000", run, key).Scan(&out).Error
}

// outdated lists numbers of items that have another version than when they were proposed, and counts them.
func (s store) outdated(ctx context.Context, run int64) (numbers []string, n int64, err error) {
	const from = " from ci_run_items i join cis c on c.id = i.ci_id where i.run_id = ? and i.action in ('new', 'changed', 'retired') and c.version <> i.version"
	if err := s.db.Conn(ctx).Raw("select count(*)"+from, run).Scan(&n).Error; err != nil || n == 0 {
		return nil, n, err
	}
	return numbers, n, s.db.Conn(ctx).Raw("select c.number"+from+" order by c.id limit 20", run).Scan(&numbers).Error
}

// itemsByKey finds rows of a run by their keys; itemsByName by their names.
func (s store) itemsByKey(ctx context.Context, run int64, keys []string) (map[string]Item, error) {
	out := map[string]Item{}
	err := s.in(keys, func(page []string) error {
		var rows []Item
		err := s.db.Conn(ctx).Raw("select run_id, seq, key, ci_id, action, done from ci_run_items where run_id = ? and key in ? order by seq", run, page).Scan(&rows).Error
		for _, r := range rows {
			out[r.Key] = r
		}
		return err
	})
	return out, err
}

func (s store) itemsByName(ctx context.Context, run int64, names []string) (out []Item, err error) {
	err = s.in(names, func(page []string) error {
		var rows []Item
		err := s.db.Conn(ctx).Raw(`select run_id, seq, key, name, class, ci_id, action, done from ci_run_items where run_id = ? and name in ?
			and action not in ('refused', 'person', 'conflicting', 'gone') and done <> 4`, run, page).Scan(&rows).Error
		out = append(out, rows...)
		return err
	})
	return out, err
}

// in asks for the texts of a list that are not empty, each once, some at a time.
func (s store) in(list []string, ask func(page []string) error) error {
	list = slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == "" })
	slices.Sort(list)
	for page := range slices.Chunk(slices.Compact(list), 500) {
		if err := ask(page); err != nil {
			return err
		}
	}
	return nil
}
