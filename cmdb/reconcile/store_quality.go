package reconcile

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// alike is a text that several present items have.
type alike struct{ Text string }

// alike lists texts that several present items share; column is one of ours.
func (s store) alike(ctx context.Context, column, after string, limit int) (out []alike, err error) {
	return out, s.db.Conn(ctx).Raw("select "+column+" as text from cis where presence = 'present' and status <> 'disposed' and "+column+" <> '' and "+column+" > ? group by "+column+
		" having count(*) > 1 order by "+column+" limit ?", after, limit).Scan(&out).Error
}

// toldApart leaves out items which one source shows under several keys: it tells them apart itself. What is left are items of which no two
// are from one source.
func (s store) toldApart(ctx context.Context, list []cmdb.CI) ([]cmdb.CI, error) {
	ids := make([]domain.CIID, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	sources := map[domain.CIID][]string{}
	for page := range slices.Chunk(ids, 500) {
		var rows []struct {
			CIID   domain.CIID
			Source string
		}
		if err := s.db.Conn(ctx).Raw("select distinct ci_id, source from ci_sightings where ci_id in ?", page).Scan(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			sources[r.CIID] = append(sources[r.CIID], r.Source)
		}
	}
	seen := map[string]bool{}
	var out []cmdb.CI
	for _, c := range list {
		if slices.ContainsFunc(sources[c.ID], func(x string) bool { return seen[x] }) {
			continue
		}
		for _, x := range sources[c.ID] {
			seen[x] = true
		}
		out = append(out, c)
	}
	return out, nil
}

// undecided lists rows in conflict, of the latest run first, that no later run of their source has looked at again.
func (s store) undecided(ctx context.Context, run, seq int64, limit int) (out []Item, err error) {
	const counts = "in ('proposed', 'applying', 'applied')"
	return out, s.db.Conn(ctx).Raw(`select i.* from ci_runs r join ci_run_items i on i.run_id = r.id and i.action = 'conflicting'
		where r.state `+counts+` and i.done in (0, 1) and (r.id < ? or r.id = ? and i.seq > ?)
		and not exists (select 1 from ci_runs n where n.source_id = r.source_id and n.id > r.id and n.state `+counts+` and n.whole)
		and not exists (select 1 from ci_runs n join ci_run_items j on j.run_id = n.id and j.key = i.key where n.source_id = r.source_id and n.id > r.id and n.state `+counts+`)
		order by r.id desc, i.seq limit ?`, run, run, seq, limit).Scan(&out).Error
}

func (s store) runByID(ctx context.Context, id int64) (r Run, err error) {
	return r, s.db.Conn(ctx).Where("id = ?", id).Take(&r).Error
}

func (s store) stale(ctx context.Context, source string, before, from time.Time, id int64, scope policies.Scope, limit int) (out []StaleItem, err error) {
	cond, args := scope.Items("c")
	if cond == "" {
		return nil, nil
	}
	q := `select c.id, c.number, c.name, c.class, g.source, g.key, g.last_seen from ci_sightings g join cis c on c.id = g.ci_id
		where g.source = ? and g.last_seen < ? and c.presence = 'present' and c.status not in ('retired', 'disposed') and (` + cond + ")"
	args = append([]any{source, before}, args...)
	if !from.IsZero() {
		q, args = q+" and (g.last_seen > ? or g.last_seen = ? and c.id > ?)", append(args, from, from, id)
	}
	err = s.db.Conn(ctx).Raw(q+" order by g.last_seen, c.id limit ?", append(args, limit)...).Scan(&out).Error
	for i := range out {
		out[i].LastSeen = domain.Instant(out[i].LastSeen)
	}
	return out, err
}

// measure yields every present item that is not disposed of, whether it was confirmed since, whether it is related to anything, and which
// sources show it.
func (s store) measure(ctx context.Context, scope policies.Scope, since time.Time, yield func(c cmdb.CI, fresh, tied bool, by []string)) error {
	cond, args := scope.Items("c")
	if cond == "" {
		return nil
	}
	var after domain.CIID // sent as a number: a key of zero is null, and nothing is larger than that
	for {
		var page []cmdb.CI
		err := s.db.Conn(ctx).Raw("select c.* from cis c where c.presence = 'present' and c.status <> 'disposed' and c.id > ? and ("+cond+") order by c.id limit 1000", append([]any{int64(after)}, args...)...).Scan(&page).Error
		if err != nil || len(page) == 0 {
			return err
		}
		ids := make([]domain.CIID, len(page))
		for i, c := range page {
			ids[i] = c.ID
		}
		after = ids[len(ids)-1]
		var seen []struct {
			CIID     domain.CIID
			Source   string
			LastSeen time.Time
		}
		if err := s.db.Conn(ctx).Raw("select ci_id, source, last_seen from ci_sightings where ci_id in ?", ids).Scan(&seen).Error; err != nil {
			return err
		}
		tied := map[domain.CIID]bool{}
		for _, end := range []string{"from_id", "to_id"} {
			var rows []struct{ CIID domain.CIID }
			if err := s.db.Conn(ctx).Raw("select distinct "+end+" as ci_id from ci_relations where "+end+" in ? and valid_to is null and superseded_at is null", ids).Scan(&rows).Error; err != nil {
				return err
			}
			for _, r := range rows {
				tied[r.CIID] = true
			}
		}
		last, by := map[domain.CIID]time.Time{}, map[domain.CIID][]string{}
		for _, g := range seen {
			if at := domain.Instant(g.LastSeen); at.After(last[g.CIID]) {
				last[g.CIID] = at
			}
			if !slices.Contains(by[g.CIID], g.Source) {
				by[g.CIID] = append(by[g.CIID], g.Source)
			}
		}
		for _, c := range page {
			fresh := last[c.ID].After(since) || c.Facts.VerifiedAt != nil && c.Facts.VerifiedAt.After(since)
			yield(c, fresh, tied[c.ID], by[c.ID])
		}
	}
}
