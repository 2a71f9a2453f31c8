package impact

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
)

// Role says what an item has to do with a plan.
type Role string

// Primary is the first item that a plan names, Affected are the others, Impacted what depends on them.
const (
	Primary  Role = "primary"
	Affected Role = "affected"
	Impacted Role = "impacted"
)

// The caps of a closure. What lies further away is rarely news to those who decide, and always in the impact of an item.
const (
	ClosureDepth = 3
	MaxClosure   = 5000
)

// Part is one item of a closure: so many steps from the plan, from which item, by which type of relation.
type Part struct {
	CI       domain.CIID
	Role     Role
	Depth    int
	Parent   domain.CIID
	Relation string
	AtRisk   bool
}

// Kept is the closure of one revision of a plan. FrozenAt is set once the change was authorised.
type Kept struct {
	Revision int64
	Parts    []Part
	KeptAt   time.Time
	FrozenAt *time.Time
}

// Closure computes what items touch now: themselves, the first as the primary one, and what depends on them within so
// many steps; of one that was merged, the item that it lives on in is the first step. cut tells that there is more.
func (s *Service) Closure(ctx context.Context, ids []domain.CIID, depth int) (parts []Part, cut *Cut, err error) {
	m, err := s.items.ModelAt(ctx, time.Time{})
	if err != nil {
		return nil, nil, err
	}
	on, err := s.items.LivingOn(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	start := make([]domain.CIID, len(ids))
	for i, id := range ids {
		if start[i] = id; on[id].ID != 0 {
			start[i] = on[id].ID
		}
	}
	w, err := Run(ctx, s.graph(m, cmdb.Moment{}), start, Down, depth, MaxClosure)
	if err != nil {
		return nil, nil, err
	}
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		role := Affected
		if i == 0 {
			role = Primary
		}
		parts = append(parts, Part{CI: id, Role: role})
	}
	for i, id := range start {
		if id != ids[i] && !slices.Contains(ids, id) && !slices.Contains(start[:i], id) {
			parts = append(parts, Part{CI: id, Role: Impacted, Depth: 1, Parent: ids[i], Relation: "merged_into"})
		}
	}
	for _, r := range w.Items {
		parts = append(parts, Part{CI: r.ID, Role: Impacted, Depth: r.Level, Parent: r.parent(), Relation: r.Via.Type, AtRisk: r.AtRisk})
	}
	return parts, w.Cut, nil
}

// Keep keeps what a revision of a change's plan touches, in the unit of work of the verb that wrote the plan; what was
// kept of earlier revisions and not frozen goes. numbers are the plan's items, the primary one first. It asks nobody:
// who may write the plan is the verb's question. Errors: change_cis_unknown with every number that names no
// present item, change_cis_frozen.
func (s *Service) Keep(ctx context.Context, change domain.TicketID, revision int64, numbers []string) ([]Part, error) {
	found, err := s.items.ByNumbers(ctx, numbers)
	if err != nil {
		return nil, err
	}
	var ids []domain.CIID
	unknown := ErrItems
	for _, n := range numbers {
		if c, ok := found[n]; ok && c.Facts.Presence == cmdb.Present {
			ids = append(ids, c.ID)
			continue
		}
		unknown = unknown.With("body.plan.cis", "there is no item "+strings.ToUpper(n[:min(len(n), 20)]))
	}
	if len(unknown.Fields) > 0 {
		return nil, unknown
	}
	return s.keep(ctx, change, revision, ids)
}

func (s *Service) keep(ctx context.Context, change domain.TicketID, revision int64, ids []domain.CIID) ([]Part, error) {
	old, err := s.store.kept(ctx, change, revision)
	switch {
	case err != nil:
		return nil, err
	case old.FrozenAt != nil:
		return nil, ErrFrozen
	}
	parts, _, err := s.Closure(ctx, ids, ClosureDepth)
	if err != nil {
		return nil, err
	}
	return parts, s.store.replace(ctx, change, Kept{Revision: revision, Parts: parts, KeptAt: s.db.Now(ctx)})
}

// Freeze computes the closure of a revision anew and makes it evidence, in the unit of work that authorises the change. It returns the
// digest that the fact of the authorisation carries; empty for a plan that names no items. A closure that is frozen
// stays, and gives its digest again.
func (s *Service) Freeze(ctx context.Context, change domain.TicketID, revision int64) (digest string, err error) {
	k, err := s.store.kept(ctx, change, revision)
	if err != nil || len(k.Parts) == 0 {
		return "", err
	}
	if k.FrozenAt == nil {
		if k.Parts, err = s.keep(ctx, change, revision, k.roots()); err != nil {
			return "", err
		}
		if err := s.store.freeze(ctx, change, revision, s.db.Now(ctx)); err != nil {
			return "", err
		}
	}
	return s.Digest(ctx, k.Parts)
}

// roots are the items that the plan itself names, the primary one first.
func (k Kept) roots() (out []domain.CIID) {
	parts := slices.Clone(k.Parts)
	slices.SortStableFunc(parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.Role, a.Role), cmp.Compare(a.CI, b.CI)) // primary before affected
	})
	for _, p := range parts {
		if p.Role != Impacted {
			out = append(out, p.CI)
		}
	}
	return out
}

// Of gives what is kept of a change: of its latest revision, empty for none.
func (s *Service) Of(ctx context.Context, change domain.TicketID) (Kept, error) {
	return s.store.kept(ctx, change, 0)
}

// OfRevision gives what is kept of one revision.
func (s *Service) OfRevision(ctx context.Context, change domain.TicketID, revision int64) (Kept, error) {
	return s.store.kept(ctx, change, revision)
}

// Digest names a closure: the SHA-256, in hex, of a JSON array with the name of the format and then, sorted by number,
// number, role, depth, number of the parent, type of the relation and whether it is only at risk.
func (s *Service) Digest(ctx context.Context, parts []Part) (string, error) {
	ids := make([]domain.CIID, 0, 2*len(parts))
	for _, p := range parts {
		ids = append(ids, p.CI, p.Parent)
	}
	found, err := s.items.ByIDs(ctx, slices.Compact(slices.Sorted(slices.Values(ids))))
	if err != nil {
		return "", err
	}
	lines := make([][]any, len(parts))
	for i, p := range parts {
		lines[i] = []any{found[p.CI].Number, p.Role, p.Depth, found[p.Parent].Number, p.Relation, p.AtRisk}
	}
	slices.SortFunc(lines, func(a, b []any) int { return strings.Compare(a[0].(string), b[0].(string)) })
	b, err := json.Marshal([]any{"cabinet-closure-v1", lines})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Refresh computes the closures of open changes anew that are older than the last change of the relations or of the
// model. Frozen ones stay. A job does so; a change that fails does not keep the others.
func (s *Service) Refresh(ctx context.Context) error {
	at, err := s.store.lastChange(ctx)
	if err != nil || at == nil {
		return err
	}
	loose, err := s.store.loose(ctx, *at)
	if err != nil {
		return err
	}
	for _, l := range loose {
		err := s.db.Do(ctx, func(ctx context.Context) error {
			k, err := s.store.kept(ctx, l.change, l.revision)
			if err != nil || len(k.Parts) == 0 || k.FrozenAt != nil {
				return err
			}
			_, err = s.keep(ctx, l.change, l.revision, k.roots())
			return err
		})
		if err != nil && domain.KindOf(err) != domain.Conflict { // somebody edited or authorised it meanwhile
			return err
		}
	}
	return nil
}

// Overlap is an item that another open change touches in a time.
type Overlap struct {
	Change     domain.TicketID
	CI         domain.CIID
	Role       Role
	Depth      int
	Start, End time.Time
}

// MaxOverlaps is how many overlaps are found at most, those of the earliest windows.
const MaxOverlaps = 500

// Overlapping lists what other open changes touch of the items between two instants, by the closure of their
// present plan. It asks nobody who may see them: for guards, and for composition of what was allowed.
func (s *Service) Overlapping(ctx context.Context, items []domain.CIID, from, to time.Time, except domain.TicketID) ([]Overlap, error) {
	items, err := s.items.Including(ctx, items)
	if err != nil {
		return nil, err
	}
	return s.store.overlapping(ctx, items, domain.Instant(from), domain.Instant(to), except)
}
