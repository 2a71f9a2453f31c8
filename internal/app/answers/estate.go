package answers

import (
	"context"
	"slices"
	"strconv"

	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// Estate answers what the calendar asks about configuration items.
type Estate struct{ CMDB *cmdb.Service }

func (e Estate) Look(ctx context.Context, numbers []string) ([]calendar.Item, error) {
	found, err := e.CMDB.ByNumbers(ctx, numbers)
	if err != nil {
		return nil, err
	}
	byID := make(map[domain.CIID]cmdb.CI, len(found))
	for _, c := range found {
		byID[c.ID] = c
	}
	return e.describe(ctx, byID)
}

func (e Estate) Describe(ctx context.Context, items []domain.CIID) ([]calendar.Item, error) {
	if len(items) == 0 {
		return nil, nil
	}
	found, err := e.CMDB.ByIDs(ctx, items)
	if err != nil {
		return nil, err
	}
	return e.describe(ctx, found)
}

func (e Estate) describe(ctx context.Context, found map[domain.CIID]cmdb.CI) (out []calendar.Item, err error) {
	m, _, err := e.CMDB.Model(ctx)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	ids := make([]domain.CIID, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	groups, err := e.CMDB.GroupKeys(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		c := found[id]
		if c.Facts.Presence != cmdb.Present {
			continue
		}
		item := calendar.Item{ID: id, Number: c.Number, Name: c.Facts.Name, Tags: c.Facts.TagList(), Groups: groups[id], Site: c.Facts.SiteID}
		for _, class := range m.Path(c.Facts.Class) {
			item.Classes = append(item.Classes, class.Key)
		}
		out = append(out, item)
	}
	return out, nil
}

// How far, and to how many items, a change is followed: what is further away is rarely news.
const (
	reachDepth = 3
	reachItems = 5000
)

// Reach follows failures over the relations of now. Items that stand in for each other count as reached: two changes at
// once may take them both.
func (e Estate) Reach(ctx context.Context, items []domain.CIID) ([]calendar.Touch, error) {
	m, _, err := e.CMDB.Model(ctx)
	if err != nil {
		return nil, err
	}
	var out []calendar.Touch
	seen := map[domain.CIID]bool{}
	for _, id := range items {
		if !seen[id] {
			seen[id] = true
			out = append(out, calendar.Touch{CI: id})
		}
	}
	for depth, front := 1, items; depth <= reachDepth && len(front) > 0; depth++ {
		ties, err := e.CMDB.Ties(ctx, front)
		if err != nil {
			return nil, err
		}
		in := map[domain.CIID]bool{}
		for _, id := range front {
			in[id] = true
		}
		front = nil
		for _, t := range ties {
			for _, end := range spread(m, t) {
				if in[end.provider] && !seen[end.dependent] && len(out) < reachItems {
					seen[end.dependent] = true
					out = append(out, calendar.Touch{CI: end.dependent, Depth: depth})
					front = append(front, end.dependent)
				}
			}
		}
	}
	return out, nil
}

// way is how a failure goes along a relation.
type way struct{ provider, dependent domain.CIID }

func spread(m model.Model, r cmdb.Relation) (out []way) {
	t, _ := m.Relation(r.Type)
	if t.Forth {
		out = append(out, way{r.FromID, r.ToID})
	}
	if t.Back {
		out = append(out, way{r.ToID, r.FromID})
	}
	return out
}

func (e Estate) Ties(ctx context.Context, items []domain.CIID) (map[domain.CIID][]string, error) {
	m, _, err := e.CMDB.Model(ctx)
	if err != nil {
		return nil, err
	}
	ties, err := e.CMDB.Ties(ctx, items)
	out := map[domain.CIID][]string{}
	for _, t := range ties {
		if t.Redundancy == "" {
			continue
		}
		for _, end := range spread(m, t) {
			if slices.Contains(items, end.provider) {
				out[end.provider] = append(out[end.provider], strconv.FormatInt(int64(end.dependent), 10)+" "+t.Type+" "+t.Redundancy)
			}
		}
	}
	for id := range out {
		slices.Sort(out[id])
		out[id] = slices.Compact(out[id])
	}
	return out, err
}
