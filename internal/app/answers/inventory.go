package answers

import (
	"context"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/impact"
	"github.com/cabinetdesk/cabinet/domain"
)

// Inventory answers what changes ask about configuration items.
type Inventory struct {
	CMDB   *cmdb.Service
	Impact *impact.Service
}

func (i Inventory) Facts(ctx context.Context, numbers []string) (out []changes.ItemFact, err error) {
	found, err := i.CMDB.ByNumbers(ctx, numbers)
	for _, n := range numbers {
		if c, ok := found[n]; ok {
			out = append(out, itemFact(c))
		}
	}
	return out, err
}

// Impacted lists the services within the closure of the items.
func (i Inventory) Impacted(ctx context.Context, numbers []string) ([]changes.ItemFact, error) {
	found, err := i.CMDB.ByNumbers(ctx, numbers)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var roots, reached []domain.CIID
	for _, n := range numbers {
		if c, ok := found[n]; ok {
			roots = append(roots, c.ID)
		}
	}
	parts, _, err := i.Impact.Closure(ctx, roots, impact.ClosureDepth)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		if p.Role == impact.Impacted {
			reached = append(reached, p.CI)
		}
	}
	items, err := i.CMDB.ByIDs(ctx, reached)
	if err != nil {
		return nil, err
	}
	m, _, err := i.CMDB.Model(ctx)
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

func (i Inventory) Readable(ctx context.Context, numbers []string) (out []string, err error) {
	found, err := i.CMDB.ByNumbers(ctx, numbers)
	if err != nil {
		return nil, err
	}
	byID := make(map[domain.CIID]cmdb.CI, len(found))
	for _, c := range found {
		if c.Facts.Presence == cmdb.Present {
			byID[c.ID] = c
		}
	}
	for _, c := range i.CMDB.Readable(ctx, byID) {
		out = append(out, c.Number)
	}
	return out, nil
}

// Closures keep what the items of plans reach.
type Closures struct{ Impact *impact.Service }

func (c Closures) Keep(ctx context.Context, change domain.TicketID, revision int64, numbers []string) error {
	_, err := c.Impact.Keep(ctx, change, revision, numbers)
	return err
}

func (c Closures) Freeze(ctx context.Context, change domain.TicketID, revision int64) (string, error) {
	return c.Impact.Freeze(ctx, change, revision)
}
