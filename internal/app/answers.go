package app

import (
	"context"
	"slices"
	"strconv"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// estate answers what the calendar asks about configuration items.
type estate struct{ cmdb *cmdb.Service }

func (e estate) Look(ctx context.Context, numbers []string) ([]calendar.Item, error) {
	found, err := e.cmdb.ByNumbers(ctx, numbers)
	if err != nil {
		return nil, err
	}
	byID := make(map[domain.CIID]cmdb.CI, len(found))
	for _, c := range found {
		byID[c.ID] = c
	}
	return e.describe(ctx, byID)
}

func (e estate) Describe(ctx context.Context, items []domain.CIID) ([]calendar.Item, error) {
	if len(items) == 0 {
		return nil, nil
	}
	found, err := e.cmdb.ByIDs(ctx, items)
	if err != nil {
		return nil, err
	}
	return e.describe(ctx, found)
}

func (e estate) describe(ctx context.Context, found map[domain.CIID]cmdb.CI) (out []calendar.Item, err error) {
	m, _, err := e.cmdb.Model(ctx)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	ids := make([]domain.CIID, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	groups, err := e.cmdb.GroupKeys(ctx, ids)
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
func (e estate) Reach(ctx context.Context, items []domain.CIID) ([]calendar.Touch, error) {
	m, _, err := e.cmdb.Model(ctx)
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
		ties, err := e.cmdb.Ties(ctx, front)
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

func (e estate) Ties(ctx context.Context, items []domain.CIID) (map[domain.CIID][]string, error) {
	m, _, err := e.cmdb.Model(ctx)
	if err != nil {
		return nil, err
	}
	ties, err := e.cmdb.Ties(ctx, items)
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

// timetable answers what changes ask about their times.
type timetable struct{ calendar *calendar.Service }

func (t timetable) Clear(ctx context.Context, c changes.Change) error {
	return t.calendar.Clear(ctx, Plan(c))
}

func (t timetable) Thawed(ctx context.Context, c changes.Change) error {
	return t.calendar.Thawed(ctx, Plan(c))
}

// Plan is a change as the calendar sees it.
func Plan(c changes.Change) calendar.Plan {
	f := c.Facet
	live := slices.Contains([]string{changes.StateAssess, changes.StateAuthorize, changes.StateScheduled, changes.StateImplementing}, c.Ticket.State)
	return calendar.Plan{Change: c.Ticket.ID, Number: c.Ticket.Number, Model: string(f.Model), Start: f.PlannedStart, End: f.PlannedEnd, Items: f.CIs, People: f.Implementers, Live: live}
}

// over tells whether a change takes up no time any more.
func over(c changes.Change) bool {
	return slices.Contains([]string{changes.StateReview, changes.StateDetected, changes.StateClosed, changes.StateCancelled}, c.Ticket.State)
}
