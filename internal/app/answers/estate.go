package answers

import (
	"context"
	"slices"
	"strconv"

	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/impact"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// Estate answers what the calendar asks about configuration items.
type Estate struct {
	CMDB   *cmdb.Service
	Impact *impact.Service
}

func (e Estate) Look(ctx context.Context, numbers []string) ([]calendar.Item, error) {
	found, err := e.CMDB.ByNumbers(ctx, numbers)
	if err != nil {
		return nil, err
	}
	ids := make([]domain.CIID, 0, len(found))
	for _, c := range found {
		ids = append(ids, c.ID)
	}
	on, err := e.CMDB.LivingOn(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[domain.CIID]cmdb.CI, len(on))
	for _, c := range on {
		byID[c.ID] = c
	}
	return e.describe(ctx, byID)
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

// Reach is the closure of the items, the same that is kept with a change as evidence. What only loses a part of its
// redundancy counts as reached: two changes at once may take all of it.
func (e Estate) Reach(ctx context.Context, items []domain.CIID) ([]calendar.Touch, error) {
	parts, _, err := e.Impact.Closure(ctx, items, impact.ClosureDepth)
	out := make([]calendar.Touch, len(parts))
	for i, p := range parts {
		out[i] = calendar.Touch{CI: p.CI, Depth: p.Depth}
	}
	return out, err
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
