package reconcile

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
)

// sighting is an item as a source sees it.
type sighting struct {
	source string
	ci     domain.CIID
}

type sightedAt struct {
	sighting
	key    string
	at     time.Time
	status string
}

type seenKey struct {
	Key    string
	CIID   domain.CIID
	Status string
}

// seenItem is the item that a source calls by a key, and the status that it reported.
type seenItem struct {
	CI     cmdb.CI
	Status string
}

// sighted is an item that a source has shown.
type sighted struct {
	Key     string
	CIID    domain.CIID
	Class   string
	Name    string
	Status  string
	Version int64
}

// sightings finds what a source calls by keys: the key of the item, and the status that was reported.
func (s store) sightings(ctx context.Context, source string, keys []string) (out []seenKey, err error) {
	err = s.in(keys, func(page []string) error {
		var rows []seenKey
		err := s.db.Conn(ctx).Raw("select key, ci_id, status from ci_sightings where source = ? and key in ?", source, page).Scan(&rows).Error
		out = append(out, rows...)
		return err
	})
	return out, err
}

// identified finds present items by serial, asset_tag or name; column is one of ours.
func (s store) identified(ctx context.Context, column string, texts []string) (map[string][]cmdb.CI, error) {
	out := map[string][]cmdb.CI{}
	err := s.in(texts, func(page []string) error {
		var list []cmdb.CI
		err := s.db.Conn(ctx).Where(column+" in ? and "+column+" <> '' and presence = 'present'", page).Order("id").Limit(20_000).Find(&list).Error
		for _, c := range list {
			text := map[string]string{"serial": c.Facts.Serial, "asset_tag": c.Facts.AssetTag, "name": c.Facts.Name}[column]
			out[text] = append(out[text], c)
		}
		return err
	})
	return out, err
}

// sightedAs tells whether a source knows an item already.
func (s store) sightedAs(ctx context.Context, source string, ci domain.CIID) (bool, error) {
	var n int64
	err := s.db.Conn(ctx).Raw("select count(*) from ci_sightings where ci_id = ? and source = ?", ci, source).Scan(&n).Error
	return n > 0, err
}

// lastSeen gives when each source saw items last.
func (s store) lastSeen(ctx context.Context, ids []domain.CIID) (map[sighting]sightedAt, error) {
	out := map[sighting]sightedAt{}
	for page := range slices.Chunk(ids, 500) {
		var rows []struct {
			Source   string
			CIID     domain.CIID
			LastSeen time.Time
		}
		if err := s.db.Conn(ctx).Raw("select source, ci_id, last_seen from ci_sightings where ci_id in ?", page).Scan(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			k := sighting{r.Source, r.CIID}
			if at := domain.Instant(r.LastSeen); at.After(out[k].at) {
				out[k] = sightedAt{sighting: k, at: at}
			}
		}
	}
	return out, nil
}

// see records that a source has seen items.
func (s store) see(ctx context.Context, list []sightedAt) error {
	seen := map[string]bool{}
	var rows [][]any
	for _, g := range list {
		if g.key == "" || seen[g.key] {
			continue
		}
		seen[g.key] = true
		rows = append(rows, []any{g.source, g.key, g.ci, g.at, g.at, g.status})
	}
	return s.db.InsertMany(ctx, "ci_sightings", []string{"source", "key", "ci_id", "first_seen", "last_seen", "status"}, rows,
		`on conflict (source, key) do update set ci_id = excluded.ci_id, last_seen = excluded.last_seen,
		status = case when excluded.status = '' then ci_sightings.status else excluded.status end`)
}

// unsee forgets what a source calls by a key, unless it has seen it again since.
func (s store) unsee(ctx context.Context, source, key string, at time.Time) error {
	res := s.db.Conn(ctx).Exec("delete from ci_sightings where source = ? and key = ? and last_seen = ?", source, key, at)
	if res.Error == nil && res.RowsAffected != 1 {
		return ErrSettle.Because("The source has shown the item under that key since.")
	}
	return res.Error
}

// report puts the status back that a source had reported.
func (s store) report(ctx context.Context, source, key, status string) error {
	return s.db.Conn(ctx).Exec("update ci_sightings set status = ? where source = ? and key = ?", status, source, key).Error
}

const inUse = " join cis c on c.id = g.ci_id where g.source = ? and c.presence = 'present' and c.status not in ('retired', 'disposed')"

// knownBy counts the items in use that a source has shown.
func (s store) knownBy(ctx context.Context, source string) (n int64, err error) {
	return n, s.db.Conn(ctx).Raw("select count(*) from ci_sightings g"+inUse, source).Scan(&n).Error
}

// unseen lists the items in use that a source showed before and a run does not.
func (s store) unseen(ctx context.Context, source string, run int64, after string, limit int) (out []sighted, err error) {
	return out, s.db.Conn(ctx).Raw("select g.key, g.ci_id, c.class, c.name, c.status, c.version from ci_sightings g"+inUse+` and g.key > ?
		and not exists (select 1 from ci_run_items i where i.run_id = ? and i.key = g.key)
		and not exists (select 1 from ci_run_items i where i.run_id = ? and i.ci_id = g.ci_id)
		order by g.key limit ?`, source, after, run, run, limit).Scan(&out).Error
}

type relation struct {
	ID     int64
	Ref    string
	FromID domain.CIID
	Type   string
	ToID   domain.CIID
}

type joined struct {
	from domain.CIID
	kind string
	to   domain.CIID
}

type member struct {
	ci    domain.CIID
	group string
}

// relationsFrom gives the present relations of items, by what they join, as references.
func (s store) relationsFrom(ctx context.Context, ids []domain.CIID) (map[joined]string, error) {
	out := map[joined]string{}
	for page := range slices.Chunk(unique(ids), 500) {
		var rows []relation
		if err := s.db.Conn(ctx).Raw("select id, ref, from_id, type, to_id from ci_relations where from_id in ? and valid_to is null and superseded_at is null", page).Scan(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[joined{r.FromID, r.Type, r.ToID}] = r.Ref
		}
	}
	return out, nil
}

func (s store) membersOf(ctx context.Context, ids []domain.CIID, now time.Time) (map[member]string, error) {
	out := map[member]string{}
	for page := range slices.Chunk(unique(ids), 500) {
		var rows []struct {
			CIID domain.CIID
			Key  string
			Ref  string
		}
		err := s.db.Conn(ctx).Raw(`select m.ci_id, g.key, m.ref from ci_memberships m join ci_groups g on g.id = m.group_id
			where m.ci_id in ? and m.superseded_at is null and (m.valid_to is null or m.valid_to > ?)`, page, now).Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[member{r.CIID, r.Key}] = r.Ref
		}
	}
	return out, nil
}

func unique(ids []domain.CIID) []domain.CIID {
	out := slices.Clone(ids)
	slices.Sort(out)
	return slices.Compact(out)
}

// unsaid lists relations of a source between items that a run shows, which the run does not say.
func (s store) unsaid(ctx context.Context, source string, run, after int64, limit int) (out []relation, err error) {
	return out, s.db.Conn(ctx).Raw(`select r.id, r.ref, r.from_id, r.type, r.to_id from ci_relations r
		where r.source = ? and r.id > ? and r.valid_to is null and r.superseded_at is null
		and exists (select 1 from ci_run_items i where i.run_id = ? and i.ci_id = r.from_id and i.action in ('new', 'changed', 'unchanged', 'outranked'))
		and exists (select 1 from ci_run_items i where i.run_id = ? and i.ci_id = r.to_id and i.action in ('new', 'changed', 'unchanged', 'outranked'))
		and not exists (select 1 from ci_run_ties t where t.run_id = ? and t.ref = r.ref)
		order by r.id limit ?`, source, after, run, run, run, limit).Scan(&out).Error
}

// membership is one that a source has asserted.
type membership struct {
	ID   int64
	Ref  string
	CIID domain.CIID
	Key  string // of the group
	Name string
}

// unsaidMembers lists memberships that a source has asserted, of items that a run shows, which the run does not say. What a run brought in
// before the source was kept with a membership is known by that run.
func (s store) unsaidMembers(ctx context.Context, source Source, run, after int64, now time.Time, limit int) (out []membership, err error) {
	return out, s.db.Conn(ctx).Raw(`select m.id, m.ref, m.ci_id, g.key, g.name from ci_memberships m join ci_groups g on g.id = m.group_id
		where m.id > ? and m.superseded_at is null and m.valid_from < ? and (m.valid_to is null or m.valid_to > ?)
		and (m.source = ? or m.source = '' and exists (select 1 from ci_runs r join ci_run_ties t on t.run_id = r.id and t.ref = m.ref
			where r.source_id = ? and r.id < ? and t.kind = 'member' and t.action = 'new' and t.done = 1))
		and exists (select 1 from ci_run_items i where i.run_id = ? and i.ci_id = m.ci_id and i.action in ('new', 'changed', 'unchanged', 'outranked'))
		and not exists (select 1 from ci_run_ties t where t.run_id = ? and t.ref = m.ref)
		order by m.id limit ?`, after, now, now, source.Key, source.ID, run, run, run, limit).Scan(&out).Error
}

// builtOn says for items that a run made what somebody has tied to them.
func (s store) builtOn(ctx context.Context, run int64, ids []domain.CIID, now time.Time) (map[domain.CIID]string, error) {
	out := map[domain.CIID]string{}
	for page := range slices.Chunk(unique(ids), 500) {
		for _, q := range []struct{ sql, why string }{
			{`select r.from_id as ci_id from ci_relations r where r.from_id in ? and r.valid_to is null and r.superseded_at is null
				and not exists (select 1 from ci_run_ties t where t.run_id = ? and t.ref = r.ref and t.done = 1 and t.action = 'new')`, "somebody has related it to another item"},
			{`select r.to_id as ci_id from ci_relations r where r.to_id in ? and r.valid_to is null and r.superseded_at is null
				and not exists (select 1 from ci_run_ties t where t.run_id = ? and t.ref = r.ref and t.done = 1 and t.action = 'new')`, "somebody has related another item to it"},
			{`select m.ci_id from ci_memberships m where m.ci_id in ? and m.superseded_at is null
				and not exists (select 1 from ci_run_ties t where t.run_id = ? and t.ref = m.ref and t.done = 1)`, "somebody has put it into a group"},
			{"select x.ci_id from ticket_cis x where x.ci_id in ? and ? > 0", "a record names it"},
			{"select x.into_id as ci_id from ci_merges x where x.into_id in ? and ? > 0 and x.undone_at is null", "another item was merged into it"},
		} {
			var rows []struct{ CIID domain.CIID }
			if err := s.db.Conn(ctx).Raw(q.sql, page, run).Scan(&rows).Error; err != nil {
				return nil, err
			}
			for _, r := range rows {
				out[r.CIID] = q.why
			}
		}
	}
	return out, nil
}

// fate is what an undo does to an item.
type fate int

const (
	isThere fate = iota // the run did not make it
	goesAway
	staysThere
)

func (s store) fates(ctx context.Context, run int64, ids []domain.CIID) (map[domain.CIID]fate, error) {
	out := map[domain.CIID]fate{}
	for page := range slices.Chunk(unique(ids), 500) {
		var rows []Item
		if err := s.db.Conn(ctx).Raw("select ci_id, done, outcome from ci_run_items where run_id = ? and ci_id in ?", run, page).Scan(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			switch {
			case r.Done == isKept:
				out[r.CIID] = staysThere
			case r.Outcome.Created:
				out[r.CIID] = goesAway
			}
		}
	}
	return out, nil
}
