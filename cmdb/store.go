package cmdb

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// store knows the tables of items and of the model; store_ties.go those of relations and groups, store_list.go the lists.
type store struct {
	db     *db.DB
	limits limits
}

func (s store) find(ctx context.Context, number string, lock bool) (c CI, err error) {
	n, err := domain.ParseNumber(number)
	if err != nil || n.Kind != domain.KindCI {
		return c, domain.ErrNumber.With("path.number", "a configuration item's number looks like CI-000123")
	}
	q := s.db.Conn(ctx)
	if lock {
		q = s.db.ForUpdate(q)
	}
	if err = q.Where("number = ?", n.String()).Take(&c).Error; domain.KindOf(err) == domain.NotFound {
		err = domain.ErrNotFound.Because("There is no %s, or you may not see it.", n)
	}
	return c, err
}

func (s store) byIDs(ctx context.Context, ids []domain.CIID) (map[domain.CIID]CI, error) {
	out := make(map[domain.CIID]CI, len(ids))
	for len(ids) > 0 {
		page := ids[:min(len(ids), 1000)]
		ids = ids[len(page):]
		var rows []CI
		if err := s.db.Conn(ctx).Where("id in ?", page).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, c := range rows {
			out[c.ID] = c
		}
	}
	return out, nil
}

func (s store) byNumbers(ctx context.Context, numbers []string) (map[string]CI, error) {
	out := make(map[string]CI, len(numbers))
	for len(numbers) > 0 {
		page := numbers[:min(len(numbers), 1000)]
		numbers = numbers[len(page):]
		var rows []CI
		if err := s.db.Conn(ctx).Where("number in ?", page).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, c := range rows {
			out[c.Number] = c
		}
	}
	return out, nil
}

func (s store) insert(ctx context.Context, c *CI) error { return s.db.Conn(ctx).Create(c).Error }

var factColumns = []string{"class", "name", "status", "presence", "merged_into", "environment", "criticality", "team_id", "owner_id", "used_by", "site_id", "serial", "asset_tag",
	"tags", "warranty_until", "support_until", "body", "verified_at", "verified_by"}

func (f Facts) columns() []any {
	return []any{f.Class, f.Name, f.Status, string(f.Presence), f.MergedInto, f.Environment, f.Criticality, f.TeamID, f.OwnerID, f.UsedBy, f.SiteID, f.Serial, f.AssetTag,
		f.Tags, f.WarrantyUntil, f.SupportUntil, f.Values, f.VerifiedAt, f.VerifiedBy}
}

// insertMany writes new items and reads their keys back by number.
func (s store) insertMany(ctx context.Context, fresh []*CI) error {
	rows, numbers := make([][]any, len(fresh)), make([]string, len(fresh))
	for i, c := range fresh {
		rows[i], numbers[i] = append([]any{c.Number, c.Version, c.CreatedAt, c.UpdatedAt}, c.Facts.columns()...), c.Number
	}
	if err := s.db.InsertMany(ctx, "cis", append([]string{"number", "version", "created_at", "updated_at"}, factColumns...), rows, ""); err != nil {
		return err
	}
	ids := map[string]domain.CIID{}
	for page := range slices.Chunk(numbers, 1000) {
		var found []struct {
			ID     domain.CIID
			Number string
		}
		if err := s.db.Conn(ctx).Raw("select id, number from cis where number in ?", page).Scan(&found).Error; err != nil {
			return err
		}
		for _, f := range found {
			ids[f.Number] = f.ID
		}
	}
	for _, c := range fresh {
		c.ID = ids[c.Number]
	}
	return nil
}

func (s store) insertRevisions(ctx context.Context, list []Revision) error {
	rows := make([][]any, len(list))
	for i, r := range list {
		rows[i] = append([]any{r.CIID, r.Version, r.CreatedAt, r.UpdatedAt, r.ValidFrom, r.ValidTo, r.RecordedAt}, r.Facts.columns()...)
	}
	return s.db.InsertMany(ctx, "ci_revisions", append([]string{"ci_id", "version", "created_at", "updated_at", "valid_from", "valid_to", "recorded_at"}, factColumns...), rows, "")
}

// indexMany writes the documents of new items.
func (s store) indexMany(ctx context.Context, fresh []*CI, docs []document) error {
	if !s.db.IsPostgres() {
		rows := make([][]any, len(docs))
		for i, d := range docs {
			rows[i] = []any{int64(fresh[i].ID), d.number, d.name, d.codes, d.people, d.words}
		}
		return s.db.InsertMany(ctx, "ci_search", []string{"rowid", "number", "name", "codes", "people", "words"}, rows, "")
	}
	ids, heads, bodies := make([]int64, len(docs)), make([]string, len(docs)), make([]string, len(docs))
	for i, d := range docs {
		ids[i], heads[i], bodies[i] = int64(fresh[i].ID), db.Spaced(d.number+" "+d.name+" "+d.codes), db.Spaced(d.people+" "+d.words)
	}
	_, err := s.db.SQL(ctx).ExecContext(ctx, `insert into ci_search (ci_id, doc)
		select x.id, setweight(to_tsvector('simple', x.head), 'A') || setweight(to_tsvector('simple', x.body), 'B')
		from unnest($1::bigint[], $2::text[], $3::text[]) as x (id, head, body)`, ids, heads, bodies)
	return db.Translate(err)
}

// update writes all columns by version; a lost race is domain.ErrStale.
func (s store) update(ctx context.Context, c CI) error {
	return db.One(s.db.Conn(ctx).Model(&CI{}).Where("id = ? and version = ?", c.ID, c.Version-1).Select("*").Omit("id", "number", "created_at").Updates(&c))
}

func (s store) addRevisions(ctx context.Context, rows []Revision) error {
	if len(rows) == 0 {
		return nil
	}
	return s.db.Conn(ctx).Create(&rows).Error
}

func (s store) supersede(ctx context.Context, ids []int64, at time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	return s.db.Conn(ctx).Exec("update ci_revisions set superseded_at = ? where id in ?", at, ids).Error
}

// known lists the revisions that are held to be true, in the order of valid time.
func (s store) known(ctx context.Context, ci domain.CIID) (out []Revision, err error) {
	return out, s.db.Conn(ctx).Where("ci_id = ? and superseded_at is null", ci).Order("valid_from").Find(&out).Error
}

// during is the condition that a row under an alias holds at a moment.
func (m Moment) during(alias string) (string, []any) {
	a := strings.TrimSuffix(alias, ".")
	if a != "" {
		a += "."
	}
	return a + "valid_from <= ? and (" + a + "valid_to is null or " + a + "valid_to > ?) and " + a + "recorded_at <= ? and (" + a + "superseded_at is null or " + a + "superseded_at > ?)",
		[]any{m.At, m.At, m.Known, m.Known}
}

func (s store) revisionAt(ctx context.Context, ci domain.CIID, m Moment) (r Revision, err error) {
	cond, args := m.during("")
	err = s.db.Conn(ctx).Where("ci_id = ? and presence = 'present' and "+cond, append([]any{ci}, args...)...).Take(&r).Error
	if domain.KindOf(err) == domain.NotFound {
		err = domain.ErrNotFound.Because("The item was not there at that time, as far as was known.")
	}
	return r, err
}

// moments lists when anything about an item became so, and when it was recorded. What lies ahead is not among them.
func (s store) moments(ctx context.Context, ci domain.CIID, now time.Time) (valid, recorded []time.Time, err error) {
	named := map[string]any{"ci": ci, "now": now}
	for _, q := range []struct {
		dst *[]time.Time
		sql string
	}{{&valid, `select valid_from from ci_revisions where ci_id = @ci and superseded_at is null
		union select valid_from from ci_relations where (from_id = @ci or to_id = @ci) and superseded_at is null and valid_from <= @now
		union select valid_to from ci_relations where (from_id = @ci or to_id = @ci) and superseded_at is null and valid_to <= @now
		union select valid_from from ci_memberships where ci_id = @ci and superseded_at is null and valid_from <= @now
		union select valid_to from ci_memberships where ci_id = @ci and superseded_at is null and valid_to <= @now order by 1 limit 2000`},
		{&recorded, `select recorded_at from ci_revisions where ci_id = @ci
		union select recorded_at from ci_relations where from_id = @ci or to_id = @ci
		union select superseded_at from ci_relations where (from_id = @ci or to_id = @ci) and superseded_at is not null
		union select recorded_at from ci_memberships where ci_id = @ci order by 1 limit 2000`}} {
		if err := s.db.Conn(ctx).Raw(q.sql, named).Scan(q.dst).Error; err != nil {
			return nil, nil, err
		}
		for i := range *q.dst {
			(*q.dst)[i] = domain.Instant((*q.dst)[i])
		}
	}
	return valid, recorded, nil
}

// setAttributes writes the values that lists filter by; fresh says that there are none yet.
func (s store) setAttributes(ctx context.Context, ci domain.CIID, want map[string]string, fresh bool) error {
	have := map[string]string{}
	if !fresh {
		var rows []struct{ Field, Value string }
		if err := s.db.Conn(ctx).Raw("select field, value from ci_attributes where ci_id = ?", ci).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			have[r.Field] = r.Value
		}
	}
	for field := range have {
		if _, stays := want[field]; !stays {
			if err := s.db.Conn(ctx).Exec("delete from ci_attributes where ci_id = ? and field = ?", ci, field).Error; err != nil {
				return err
			}
		}
	}
	var rows [][]any
	for field, value := range want {
		if old, there := have[field]; !there || old != value {
			rows = append(rows, []any{ci, field, value})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return s.db.InsertMany(ctx, "ci_attributes", []string{"ci_id", "field", "value"}, rows, "on conflict (ci_id, field) do update set value = excluded.value")
}

// document is what an item can be found by.
type document struct{ number, name, codes, people, words string }

func (s store) index(ctx context.Context, ci domain.CIID, d document) error {
	if !s.db.IsPostgres() {
		if err := s.unindex(ctx, ci); err != nil {
			return err
		}
		return s.db.Conn(ctx).Exec("insert into ci_search (rowid, number, name, codes, people, words) values (?, ?, ?, ?, ?, ?)", ci, d.number, d.name, d.codes, d.people, d.words).Error
	}
	return s.db.Conn(ctx).Exec(`insert into ci_search (ci_id, doc) values (?, setweight(to_tsvector('simple', ?), 'A') || setweight(to_tsvector('simple', ?), 'B'))
		on conflict (ci_id) do update set doc = excluded.doc`, ci, db.Spaced(d.number+" "+d.name+" "+d.codes), db.Spaced(d.people+" "+d.words)).Error
}

func (s store) unindex(ctx context.Context, ci domain.CIID) error {
	key := "rowid"
	if s.db.IsPostgres() {
		key = "ci_id"
	}
	return s.db.Conn(ctx).Exec("delete from ci_search where "+key+" = ?", ci).Error
}

// lastSeen gives the last sighting of items by any source.
func (s store) lastSeen(ctx context.Context, ids []domain.CIID) (map[domain.CIID]*time.Time, error) {
	out := map[domain.CIID]*time.Time{}
	for len(ids) > 0 {
		page := ids[:min(len(ids), 1000)]
		ids = ids[len(page):]
		var rows []struct {
			CIID     domain.CIID
			LastSeen time.Time
		}
		if err := s.db.Conn(ctx).Raw("select ci_id, last_seen from ci_sightings where ci_id in ?", page).Scan(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			at := domain.Instant(r.LastSeen)
			if old := out[r.CIID]; old == nil || at.After(*old) {
				out[r.CIID] = &at
			}
		}
	}
	return out, nil
}

func (s store) modelVersion(ctx context.Context) (n int64, err error) {
	return n, s.db.Conn(ctx).Raw("select coalesce(max(version), 0) from cmdb_models").Scan(&n).Error
}

func (s store) model(ctx context.Context, version int64) (v ModelVersion, err error) {
	return v, s.db.Conn(ctx).Where("version = ?", version).Take(&v).Error
}

func (s store) modelAsOf(ctx context.Context, at time.Time) (v ModelVersion, err error) {
	return v, s.db.Conn(ctx).Where("made_at <= ?", at).Order("version desc").Take(&v).Error
}

func (s store) modelVersions(ctx context.Context) (out []ModelVersion, err error) {
	return out, s.db.Conn(ctx).Order("version desc").Find(&out).Error
}

// countByClass counts the present items that a scope holds, by their own class.
func (s store) countByClass(ctx context.Context, scope policies.Scope) (map[string]int64, error) {
	out := map[string]int64{}
	cond, args := scope.Items("c")
	if cond == "" {
		return out, nil
	}
	var rows []struct {
		Class string
		N     int64
	}
	err := s.db.Conn(ctx).Raw("select c.class, count(*) as n from cis c where c.presence = 'present' and ("+cond+") group by c.class", args...).Scan(&rows).Error
	for _, r := range rows {
		out[r.Class] = r.N
	}
	return out, err
}

func (s store) addModel(ctx context.Context, v ModelVersion) error {
	return s.db.Conn(ctx).Create(&v).Error
}

// each yields all items in the order of their keys, a page at a time; eachOf those of some classes that are present.
func (s store) each(ctx context.Context, yield func([]CI) error) error {
	return s.walk(ctx, "1 = 1", nil, yield)
}

func (s store) eachOf(ctx context.Context, classes []string, yield func([]CI) error) error {
	return s.walk(ctx, "presence = 'present' and class in ?", []any{classes}, yield)
}

func (s store) walk(ctx context.Context, cond string, args []any, yield func([]CI) error) error {
	return db.Pages(ctx, s.db, "id", func(c CI) int64 { return int64(c.ID) }, yield, append([]any{cond}, args...)...)
}
