package impact

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// Authorizer is the gate (policies.Engine).
type Authorizer interface {
	Scope(ctx context.Context, action string) policies.Scope
}

// Items are the configuration items (cmdb.Service).
type Items interface {
	At(ctx context.Context, number string, m cmdb.Moment) (cmdb.CI, error)
	ByIDs(ctx context.Context, ids []domain.CIID) (map[domain.CIID]cmdb.CI, error)
	ByNumbers(ctx context.Context, numbers []string) (map[string]cmdb.CI, error)
	ModelAt(ctx context.Context, known time.Time) (model.Model, error)
}

// Service answers questions about impact and keeps the closures of changes.
type Service struct {
	db    *db.DB
	items Items
	gate  Authorizer
	store store
}

// New builds the service.
func New(d *db.DB, items Items, gate Authorizer) *Service {
	return &Service{db: d, items: items, gate: gate, store: store{d}}
}

// graph is the graph at a moment, as failures go: what [Neighbours] asks, answered from the relations.
type graph struct {
	store       store
	moment      cmdb.Moment // zero: now
	forth, back map[string]bool
}

func (s *Service) graph(m model.Model, moment cmdb.Moment) graph {
	g := graph{store: s.store, moment: moment, forth: map[string]bool{}, back: map[string]bool{}}
	for _, r := range m.Relations {
		g.forth[r.Key], g.back[r.Key] = r.Forth, r.Back
	}
	return g
}

// Dependents implements Neighbours.
func (g graph) Dependents(ctx context.Context, ids []domain.CIID) ([]Tie, int, error) {
	return g.ties(ctx, ids, true)
}

// Providers implements Neighbours.
func (g graph) Providers(ctx context.Context, ids []domain.CIID) ([]Tie, int, error) {
	return g.ties(ctx, ids, false)
}

// Idle implements Neighbours.
func (g graph) Idle(ctx context.Context, ids []domain.CIID) (map[domain.CIID]bool, error) {
	live := map[domain.CIID]bool{}
	for page := range slices.Chunk(ids, chunk) {
		if err := g.store.inUse(ctx, page, g.moment, live); err != nil {
			return nil, err
		}
	}
	out := map[domain.CIID]bool{}
	for _, id := range ids {
		if !live[id] {
			out[id] = true
		}
	}
	return out, nil
}

// chunk is how many items one question names, and most how many relations a round reads before it stops asking.
const (
	chunk = 2000
	most  = 200_000
)

// ties reads the relations in which items are the first, and those in which they are the second, and keeps those along
// which a failure spreads from them, or to them.
func (g graph) ties(ctx context.Context, ids []domain.CIID, asProvider bool) (out []Tie, more int, err error) {
	for len(ids) > 0 {
		if len(out) > most {
			return out, len(ids), nil
		}
		page := ids[:min(len(ids), chunk)]
		ids = ids[len(page):]
		for _, asFirst := range []bool{true, false} {
			forth := asFirst == asProvider
			err := g.store.relations(ctx, page, asFirst, g.moment, func(r relation) {
				switch {
				case forth && g.forth[r.kind]:
					out = append(out, Tie{Provider: r.from, Dependent: r.to, Type: r.kind, Forth: true, Redundancy: r.redundancy, Needed: r.needed})
				case !forth && g.back[r.kind]:
					out = append(out, Tie{Provider: r.to, Dependent: r.from, Type: r.kind, Redundancy: r.redundancy, Needed: r.needed})
				}
			})
			if err != nil {
				return nil, 0, err
			}
		}
	}
	return out, 0, nil
}

// moment fills in what a moment leaves open; now stays the zero one, which the faster indexes serve.
func (s *Service) moment(ctx context.Context, m cmdb.Moment) cmdb.Moment {
	if m.Now() {
		return m
	}
	if m.Known.IsZero() {
		m.Known = s.db.Now(ctx)
	}
	if m.At.IsZero() {
		m.At = m.Known
	}
	return cmdb.Moment{At: domain.Instant(m.At), Known: domain.Instant(m.Known)}
}
