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
	Including(ctx context.Context, ids []domain.CIID) ([]domain.CIID, error)
	LivingOn(ctx context.Context, ids []domain.CIID) (map[domain.CIID]cmdb.CI, error)
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
	forth, back []string    // types of relation that let a failure spread that way
}

func (s *Service) graph(m model.Model, moment cmdb.Moment) graph {
	g := graph{store: s.store, moment: moment}
	for _, r := range m.Relations {
		if r.Forth {
			g.forth = append(g.forth, r.Key)
		}
		if r.Back {
			g.back = append(g.back, r.Key)
		}
	}
	return g
}

// Dependents implements Neighbours.
func (g graph) Dependents(ctx context.Context, ids []domain.CIID) ([]Tie, int, error) {
	return g.ties(ctx, ids, true, false)
}

// Providers implements Neighbours.
func (g graph) Providers(ctx context.Context, ids []domain.CIID) ([]Tie, int, error) {
	return g.ties(ctx, ids, false, false)
}

// Members implements Neighbours.
func (g graph) Members(ctx context.Context, ids []domain.CIID) ([]Tie, error) {
	ties, _, err := g.ties(ctx, ids, false, true)
	return ties, err
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

// ties reads the relations in which items are the first, and those in which they are the second, and along which a
// failure spreads from them, or to them; all, or those that are part of a redundancy.
func (g graph) ties(ctx context.Context, ids []domain.CIID, asProvider, redundant bool) (out []Tie, more int, err error) {
	for len(ids) > 0 {
		if len(out) > most && !redundant {
			return out, len(ids), nil
		}
		page := ids[:min(len(ids), chunk)]
		ids = ids[len(page):]
		for _, asFirst := range []bool{true, false} {
			forth, kinds := asFirst == asProvider, g.back
			if forth {
				kinds = g.forth
			}
			if len(kinds) == 0 {
				continue
			}
			err := g.store.relations(ctx, ends{ids: page, first: asFirst, kinds: kinds, redundant: redundant}, g.moment, func(r relation) {
				t := Tie{Provider: r.to, Dependent: r.from, Type: r.kind, Redundancy: r.redundancy, Needed: r.needed}
				if forth {
					t.Provider, t.Dependent, t.Forth = r.from, r.to, true
				}
				out = append(out, t)
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
