package bench

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket/bulk"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// The estate: of ten relations one is to a hub, as everything is behind some switch; of twenty one is part of a redundancy.
const (
	hubCount         = 200
	relationsAnItem  = 5
	hardwareOfPeople = 4 // every so many items is a workstation that somebody uses
)

var itemClasses = []string{"virtual_machine", "application", "workstation", "server", "database", "virtual_machine", "network_device", "workstation", "application_service", "virtual_machine", "printer", "storage"}

// items fills the desk with n configuration items and five times as many relations, each with its event.
func (m *made) items(ctx context.Context, n int, progress func(done int)) error {
	ids := make([]domain.CIID, 0, n)
	for done := 0; done < n; done += batch {
		err := m.DB.Do(ctx, func(ctx context.Context) error {
			more, err := m.itemBatch(ctx, done, min(batch, n-done))
			ids = append(ids, more...)
			return err
		})
		if err != nil {
			return fmt.Errorf("items from %d: %w", done, err)
		}
		progress(min(done+batch, n))
	}
	seen := make(map[[2]domain.CIID]bool, n*relationsAnItem)
	for done := 0; done < n*relationsAnItem; done += batch {
		if err := m.DB.Do(ctx, func(ctx context.Context) error { return m.relationBatch(ctx, ids, seen, batch) }); err != nil {
			return fmt.Errorf("relations from %d: %w", done, err)
		}
	}
	return nil
}

// itemBatch writes items: the events, the rows, what was so when, and what they are found by.
func (m *made) itemBatch(ctx context.Context, from, size int) ([]domain.CIID, error) {
	numbers, err := bulk.Numbers(ctx, m.DB, domain.KindCI, size)
	if err != nil {
		return nil, err
	}
	began := m.now.Add(-span)
	cis, facts := make([]cmdb.CI, size), make([]domain.Fact, size)
	for i := range cis {
		cis[i] = cmdb.CI{Number: numbers[i], Facts: m.itemFacts(from+i, began), Version: 1, CreatedAt: began, UpdatedAt: began.Add(time.Duration(from+i) * time.Second)}
		facts[i] = cmdb.Changed{CI: cis[i], What: "registered"}
	}
	if err := m.DB.Emit(ctx, facts...); err != nil {
		return nil, err
	}
	return m.itemRows(ctx, cis, began)
}

func (m *made) itemFacts(i int, at time.Time) cmdb.Facts {
	r, class := m.rng, itemClasses[i%len(itemClasses)]
	f := cmdb.Facts{Class: class, Status: cmdb.Live, Presence: cmdb.Present, Name: fmt.Sprintf("%s-%s-%02d", class[:3], word(i%3000), i/3000), Environment: []string{"production", "staging", "test"}[r.IntN(3)],
		Criticality: 1 + r.IntN(4), TeamID: m.teams[r.IntN(teamCount)], OwnerID: m.agents[r.IntN(len(m.agents))], SiteID: m.sites[r.IntN(siteCount)], Serial: fmt.Sprintf("SN-%07d", i), AssetTag: fmt.Sprintf("A%06d", i), Values: cmdb.Values{}}
	put := func(key, text string) { f.Values[key] = cmdb.Value{Text: text, ObservedAt: at} }
	if i%hardwareOfPeople == 2 {
		f.UsedBy = m.requesters[r.IntN(requesterCount)]
		put("used_by", strconv.FormatInt(int64(f.UsedBy), 10))
	}
	put("name", f.Name)
	put("environment", f.Environment)
	put("criticality", strconv.Itoa(f.Criticality))
	put("team", strconv.FormatInt(int64(f.TeamID), 10))
	put("owner", strconv.FormatInt(int64(f.OwnerID), 10))
	put("site", strconv.FormatInt(int64(f.SiteID), 10))
	put("serial", f.Serial)
	put("asset_tag", f.AssetTag)
	return f
}

var (
	itemColumns = []string{"number", "class", "name", "status", "presence", "environment", "criticality", "team_id", "owner_id", "used_by", "site_id", "serial", "asset_tag", "body", "version", "created_at", "updated_at"}
	pastColumns = []string{"ci_id", "version", "class", "name", "status", "presence", "environment", "criticality", "team_id", "owner_id", "used_by", "site_id", "serial", "asset_tag", "tags",
		"warranty_until", "support_until", "body", "created_at", "updated_at", "valid_from", "recorded_at"}
	relationColumns = []string{"ref", "from_id", "type", "to_id", "redundancy", "needed", "source", "version", "valid_from", "recorded_at"}
)

func (m *made) itemRows(ctx context.Context, cis []cmdb.CI, began time.Time) ([]domain.CIID, error) {
	rows, numbers := make([][]any, len(cis)), make([]string, len(cis))
	for i, c := range cis {
		f := c.Facts
		numbers[i] = c.Number
		rows[i] = []any{c.Number, f.Class, f.Name, f.Status, string(f.Presence), f.Environment, f.Criticality, f.TeamID, f.OwnerID, f.UsedBy, f.SiteID, f.Serial, f.AssetTag, f.Values, c.Version, c.CreatedAt, c.UpdatedAt}
	}
	if err := m.DB.InsertMany(ctx, "cis", itemColumns, rows, ""); err != nil {
		return nil, err
	}
	ids, err := itemKeys(ctx, m.DB, numbers)
	if err != nil {
		return nil, err
	}
	past, found := make([][]any, len(cis)), make([][]any, len(cis))
	for i, c := range cis {
		f := c.Facts
		past[i] = []any{int64(ids[i]), c.Version, f.Class, f.Name, f.Status, string(f.Presence), f.Environment, f.Criticality, f.TeamID, f.OwnerID, f.UsedBy, f.SiteID, f.Serial, f.AssetTag, "", "", "", f.Values, c.CreatedAt, c.UpdatedAt, began, began}
		people := m.names[f.OwnerID] + " " + m.names[f.UsedBy]
		if m.DB.IsPostgres() {
			found[i] = []any{int64(ids[i]), db.Spaced(c.Number + " " + f.Name + " " + f.Serial + " " + f.AssetTag + " " + people + " " + f.Class)}
		} else {
			found[i] = []any{int64(ids[i]), c.Number, f.Name, f.Serial + " " + f.AssetTag, people, f.Class}
		}
	}
	if err := m.DB.InsertMany(ctx, "ci_revisions", pastColumns, past, ""); err != nil {
		return nil, err
	}
	return ids, itemDocuments(ctx, m.DB, found)
}

// relationBatch relates items at random; the first of them are the hubs.
func (m *made) relationBatch(ctx context.Context, ids []domain.CIID, seen map[[2]domain.CIID]bool, size int) error {
	r := m.rng
	var facts []domain.Fact
	var rows [][]any
	for range size {
		from, to := ids[r.IntN(len(ids))], ids[r.IntN(len(ids))]
		if r.IntN(10) == 0 {
			to = ids[r.IntN(min(hubCount, len(ids)))]
		}
		if from == to || seen[[2]domain.CIID{from, to}] {
			continue
		}
		seen[[2]domain.CIID{from, to}] = true
		kind, at := []string{"runs_on", "uses", "connects_to"}[r.IntN(3)], m.now.Add(-time.Duration(r.Int64N(int64(span)))).Truncate(time.Microsecond)
		redundancy, needed := "", 0
		if r.IntN(20) == 0 {
			redundancy, needed = "pair", 1
		}
		ref := m.Tickets.Random()
		state := map[string]string{"from": strconv.FormatInt(int64(from), 10), "type": kind, "to": strconv.FormatInt(int64(to), 10), "valid_from": cmdb.Instant(at), "source": ""}
		if needed > 0 {
			state["redundancy"], state["needed"] = redundancy, strconv.Itoa(needed)
		}
		facts = append(facts, cmdb.Tied{Kind: "ci_relation", Ref: ref, Version: 1, What: "related", State: state})
		rows = append(rows, []any{ref, int64(from), kind, int64(to), redundancy, needed, "", 1, at, at})
	}
	if err := m.DB.Emit(ctx, facts...); err != nil {
		return err
	}
	return m.DB.InsertMany(ctx, "ci_relations", relationColumns, rows, "")
}
