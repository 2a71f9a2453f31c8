package app

import (
	"context"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/impact"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// voters answers what changes ask about those who may be asked to decide.
type voters struct {
	directory
	gate *policies.Engine
}

func (v voters) MembersOf(ctx context.Context, team domain.TeamID) (out []domain.UserID, err error) {
	teams, err := v.people.TeamsByID(ctx)
	for _, m := range teams[team].Members {
		out = append(out, m.ID)
	}
	return out, err
}

func (v voters) TeamKeys(ctx context.Context) (map[domain.TeamID]string, error) {
	teams, err := v.people.TeamsByID(ctx)
	out := map[domain.TeamID]string{}
	for id, t := range teams {
		out[id] = t.Name
	}
	return out, err
}

func (v voters) HoldersOf(_ context.Context, role string, team domain.TeamID, site domain.SiteID) ([]domain.UserID, error) {
	return v.gate.HoldersOf(role, team, site), nil
}

func (v voters) UsersByRef(ctx context.Context, refs []string) (out []domain.UserID, err error) {
	found, err := v.people.ByRefs(ctx, refs)
	for _, ref := range refs {
		if p, ok := found[ref]; ok {
			out = append(out, p.ID)
		}
	}
	return out, err
}

func (v voters) Confirmed(ctx context.Context) (bool, error) { return v.people.Confirmed(ctx) }

// inventory answers what changes ask about configuration items.
type inventory struct {
	cmdb   *cmdb.Service
	impact *impact.Service
}

func (i inventory) Facts(ctx context.Context, numbers []string) (out []changes.ItemFact, err error) {
	found, err := i.cmdb.ByNumbers(ctx, numbers)
	for _, n := range numbers {
		if c, ok := found[n]; ok {
			out = append(out, itemFact(c))
		}
	}
	return out, err
}

// Impacted lists the services within the closure of the items.
func (i inventory) Impacted(ctx context.Context, numbers []string) ([]changes.ItemFact, error) {
	found, err := i.cmdb.ByNumbers(ctx, numbers)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var roots, reached []domain.CIID
	for _, n := range numbers {
		if c, ok := found[n]; ok {
			roots = append(roots, c.ID)
		}
	}
	parts, _, err := i.impact.Closure(ctx, roots, impact.ClosureDepth)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		if p.Role == impact.Impacted {
			reached = append(reached, p.CI)
		}
	}
	items, err := i.cmdb.ByIDs(ctx, reached)
	if err != nil {
		return nil, err
	}
	m, _, err := i.cmdb.Model(ctx)
	out := []changes.ItemFact{} // known, also when there is none
	for _, id := range reached {
		if c, ok := items[id]; ok && m.IsA(c.Facts.Class, "service") {
			out = append(out, itemFact(c))
		}
	}
	return out, err
}

func itemFact(c cmdb.CI) changes.ItemFact {
	f := c.Facts
	return changes.ItemFact{Number: c.Number, Name: f.Name, Class: f.Class, Criticality: f.Criticality, Tags: f.TagList(), Owner: f.OwnerID, Team: f.TeamID, Environment: f.Environment}
}

func (i inventory) Readable(ctx context.Context, numbers []string) (out []string, err error) {
	found, err := i.cmdb.ByNumbers(ctx, numbers)
	if err != nil {
		return nil, err
	}
	byID := make(map[domain.CIID]cmdb.CI, len(found))
	for _, c := range found {
		if c.Facts.Presence == cmdb.Present {
			byID[c.ID] = c
		}
	}
	for _, c := range i.cmdb.Readable(ctx, byID) {
		out = append(out, c.Number)
	}
	return out, nil
}

// closures keep what the items of plans reach.
type closures struct{ impact *impact.Service }

func (c closures) Keep(ctx context.Context, change domain.TicketID, revision int64, numbers []string) error {
	_, err := c.impact.Keep(ctx, change, revision, numbers)
	return err
}

func (c closures) Freeze(ctx context.Context, change domain.TicketID, revision int64) (string, error) {
	return c.impact.Freeze(ctx, change, revision)
}
