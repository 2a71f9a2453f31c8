package impact

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// Edge is a relation as it reads: From runs on To.
type Edge struct {
	From, To   domain.CIID
	Type       string
	Redundancy string
	Needed     int
}

// Neighbourhood is everything around an item, whether or not a failure spreads that way.
type Neighbourhood struct {
	Start Item
	Model model.Model
	Items map[domain.CIID]Item
	// Level is in how many steps an item is reached; Order lists the items by level and key.
	Level  map[domain.CIID]int
	Order  []domain.CIID
	Edges  []Edge
	Hidden int
	Cut    *Cut
	// Now is the instant from which ages are counted.
	Now time.Time
}

// MaxAround is the most items of a neighbourhood.
const MaxAround = 2000

// Around gives the neighbourhood of an item. Who may: ci.read on the item; of others only those are named that the
// actor may read, and the relations between those. Errors: impact_query_malformed, not_found.
func (s *Service) Around(ctx context.Context, number string, depth int, m cmdb.Moment) (n Neighbourhood, err error) {
	if depth < 1 || depth > 3 {
		return n, ErrQuery.With("query.depth", "the depth is 1 to 3")
	}
	c, err := s.items.At(ctx, number, m)
	if err != nil {
		return n, err
	}
	moment := s.moment(ctx, m)
	if n.Model, err = s.items.ModelAt(ctx, moment.Known); err != nil {
		return n, err
	}
	if n.Now = moment.At; moment.Now() {
		n.Now = s.db.Now(ctx)
	}
	n.Level, n.Items = map[domain.CIID]int{c.ID: 0}, map[domain.CIID]Item{}
	edges, hidden := map[Edge]bool{}, map[domain.CIID]bool{}
	scope := s.gate.Scope(ctx, "ci.read")
	for level, frontier := 1, []domain.CIID{c.ID}; level <= depth && len(frontier) > 0 && n.Cut == nil; level++ {
		next := map[domain.CIID]bool{}
		for _, asFirst := range []bool{true, false} {
			err := s.store.relations(ctx, ends{ids: frontier, first: asFirst}, moment, func(r relation) {
				edges[Edge{r.from, r.to, r.kind, r.redundancy, r.needed}] = true
				other := r.from
				if asFirst {
					other = r.to
				}
				if _, known := n.Level[other]; !known {
					next[other] = true
				}
			})
			if err != nil {
				return n, err
			}
		}
		frontier = slices.Sorted(keys(next))
		// Who may not be seen is not walked through either: what lies behind would be named without a way to it.
		if err := s.load(ctx, next, moment, scope, n.Items); err != nil {
			return n, err
		}
		frontier = slices.DeleteFunc(frontier, func(id domain.CIID) bool {
			_, seen := n.Items[id]
			if !seen {
				hidden[id] = true
			}
			return !seen
		})
		if room := MaxAround - len(n.Level); len(frontier) > room {
			n.Cut = &Cut{CutItems, level, len(frontier) - room}
			frontier = frontier[:room]
		}
		for _, id := range frontier {
			n.Level[id] = level
		}
	}
	if err := s.load(ctx, map[domain.CIID]bool{c.ID: true}, moment, scope, n.Items); err != nil {
		return n, err
	}
	n.Start, n.Hidden = n.Items[c.ID], len(hidden)
	n.Order = slices.SortedFunc(keys(n.Level), func(a, b domain.CIID) int { return cmp.Or(cmp.Compare(n.Level[a], n.Level[b]), cmp.Compare(a, b)) })
	for e := range edges {
		_, from := n.Level[e.From]
		_, to := n.Level[e.To]
		if from && to {
			n.Edges = append(n.Edges, e)
		}
	}
	slices.SortFunc(n.Edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Type, b.Type), cmp.Compare(a.To, b.To))
	})
	return n, nil
}
