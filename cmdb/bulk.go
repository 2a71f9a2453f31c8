package cmdb

import (
	"context"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// RegisterMany records items as Register does, all of them in one unit of work and in few statements: for imports. An item that
// cannot be is refused alone: errs says why at its place, and no number is taken for it.
func (s *Service) RegisterMany(ctx context.Context, in []RegisterInput) (out []CI, errs []error, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		out, errs = make([]CI, len(in)), make([]error, len(in))
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		var fresh []*CI
		var facts []domain.Fact
		var revisions []Revision
		now := s.db.Now(ctx)
		for i := range in {
			if out[i], errs[i] = s.begin(ctx, m, &in[i]); errs[i] == nil {
				fresh = append(fresh, &out[i])
			} else if domain.KindOf(errs[i]) == domain.Internal {
				return errs[i]
			}
		}
		numbers, err := s.db.NextNumbers(ctx, domain.KindCI, len(fresh))
		if err != nil {
			return err
		}
		for i, c := range fresh {
			c.Number = numbers[i].String()
		}
		for i, c := range out {
			if errs[i] == nil {
				facts = append(facts, Changed{CI: c, What: "registered", Changes: diff(nil, c.Facts.Fields()), Effective: in[i].Origin.Effective, Source: in[i].Origin.Source, Run: in[i].Origin.Run})
			}
		}
		if len(fresh) == 0 {
			return nil
		}
		if err := s.db.Emit(ctx, facts...); err != nil {
			return err
		}
		if err := s.store.insertMany(ctx, fresh); err != nil {
			return err
		}
		for i, c := range out {
			if errs[i] != nil {
				continue
			}
			from, err := in[i].Origin.since(now)
			if err != nil {
				return err
			}
			revisions = append(revisions, revisionOf(c, from, nil, now))
		}
		if err := s.store.insertRevisions(ctx, revisions); err != nil {
			return err
		}
		return s.followMany(ctx, m, fresh)
	})
	return out, errs, err
}

// begin makes an item in memory; it has no number yet.
func (s *Service) begin(ctx context.Context, m model.Model, in *RegisterInput) (c CI, err error) {
	if err := placeable(m, in.Class); err != nil {
		return c, err
	}
	if in.Status == "" {
		in.Status = Flow.Initial
	}
	if err := Flow.Knows(in.Status); err != nil {
		return c, ErrValue.With("body.status", "a status is one of "+strings.Join(Flow.StateNames(), ", "))
	}
	now := s.db.Now(ctx)
	if _, err := in.Origin.since(now); err != nil {
		return c, err
	}
	c = CI{Facts: Facts{Class: in.Class, Status: in.Status, Presence: Present, Values: Values{}}, Version: 1, CreatedAt: now, UpdatedAt: now}
	if err := s.set(ctx, m, &c.Facts, in.Values, in.Origin); err != nil {
		return c, err
	}
	if c.Facts.Name == "" {
		return c, ErrValue.With("body.values.name", "an item needs a name")
	}
	return c, s.gate.Check(ctx, "ci.create", c.Object())
}

// followMany is follow for items that are new.
func (s *Service) followMany(ctx context.Context, m model.Model, fresh []*CI) error {
	var users []domain.UserID
	for _, c := range fresh {
		users = append(users, people(*c)...)
	}
	slices.Sort(users)
	names, err := s.people.NamesOf(ctx, slices.Compact(users))
	if err != nil {
		return err
	}
	var attributes [][]any
	documents := make([]document, len(fresh))
	for i, c := range fresh {
		for _, a := range m.Attributes(c.Facts.Class) {
			if text := c.Facts.Text(a.Key); text != "" && len(text) <= 300 {
				attributes = append(attributes, []any{int64(c.ID), a.Key, text})
			}
		}
		documents[i] = describe(m, *c, names)
	}
	if err := s.db.InsertMany(ctx, "ci_attributes", []string{"ci_id", "field", "value"}, attributes, ""); err != nil {
		return err
	}
	return s.store.indexMany(ctx, fresh, documents)
}

// RelateMany joins items as Relate does, all in one unit of work: for imports. A relation that cannot be is refused alone: errs says
// why at its place. fresh tells which ones were not there before.
func (s *Service) RelateMany(ctx context.Context, in []RelateInput) (out []Relation, fresh []bool, errs []error, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		out, fresh, errs = make([]Relation, len(in)), make([]bool, len(in)), make([]error, len(in))
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		var numbers []string
		for _, r := range in {
			numbers = append(numbers, r.From, r.To)
		}
		slices.Sort(numbers)
		items, err := s.store.byNumbers(ctx, slices.Compact(numbers))
		if err != nil {
			return err
		}
		var from []domain.CIID
		for _, r := range in {
			from = append(from, items[r.From].ID)
		}
		slices.Sort(from)
		there, err := s.store.relationsFrom(ctx, slices.Compact(from))
		if err != nil {
			return err
		}
		held, err := s.held(ctx, m, in, items)
		if err != nil {
			return err
		}
		var facts []domain.Fact
		var rows []*Relation
		now := s.db.Now(ctx)
		for i, r := range in {
			from, to := items[r.From], items[r.To]
			key := tieKey{from.ID, r.Type, to.ID}
			old, exists := there[key]
			t, known := m.Relation(r.Type)
			since, err := r.Origin.since(now)
			switch {
			case !known || r.Redundancy != "" || from.ID == 0 || to.ID == 0 || err != nil || from.Facts.Presence != Present || to.Facts.Presence != Present || from.ID == to.ID,
				exists && old.Redundancy != "", t.Acyclic && held[from.ID]:
				// What is not plain is decided by Relate, with what has been written so far.
				if err := s.write(ctx, facts, rows); err != nil {
					return err
				}
				facts, rows = nil, nil
				before, had := there[key]
				if out[i], errs[i] = s.Relate(ctx, r); errs[i] != nil && domain.KindOf(errs[i]) == domain.Internal {
					return errs[i]
				}
				fresh[i] = errs[i] == nil && (!had || before.Ref != out[i].Ref)
			case exists:
				out[i] = old
			default:
				if errs[i] = s.permit(ctx, from, "relate"); errs[i] == nil {
					errs[i] = s.permit(ctx, to, "read")
				}
				if errs[i] != nil {
					continue
				}
				out[i] = Relation{Ref: s.random(), FromID: from.ID, Type: r.Type, ToID: to.ID, Source: r.Origin.Source, ByID: domain.ActorFrom(ctx).User, Version: 1, ValidFrom: since, RecordedAt: now}
				fresh[i], there[key] = true, out[i]
				rows = append(rows, &out[i])
				facts = append(facts, Tied{Kind: kindRelation, Ref: out[i].Ref, Version: 1, What: "related", State: out[i].state(), Run: r.Origin.Run})
			}
		}
		return s.write(ctx, facts, rows)
	})
	return out, fresh, errs, err
}

// tieKey is what can be there once.
type tieKey struct {
	from domain.CIID
	kind string
	to   domain.CIID
}

// held tells which items of a batch are, or come to be, at the far end of a relation that must form no loop: only through them
// can a new one close a loop.
func (s *Service) held(ctx context.Context, m model.Model, in []RelateInput, items map[string]CI) (map[domain.CIID]bool, error) {
	held := map[domain.CIID]bool{}
	var kinds []string
	var ids []domain.CIID
	for _, r := range in {
		if t, ok := m.Relation(r.Type); ok && t.Acyclic {
			held[items[r.To].ID] = true
			kinds, ids = append(kinds, r.Type), append(ids, items[r.From].ID)
		}
	}
	slices.Sort(kinds)
	return held, s.store.heldBy(ctx, slices.Compact(kinds), ids, held)
}

func (s *Service) write(ctx context.Context, facts []domain.Fact, rows []*Relation) error {
	if len(rows) == 0 {
		return nil
	}
	if err := s.db.Emit(ctx, facts...); err != nil {
		return err
	}
	values := make([][]any, len(rows))
	for i, r := range rows {
		values[i] = []any{r.Ref, r.FromID, r.Type, r.ToID, r.Redundancy, r.Needed, r.Source, r.ByID, r.Version, r.ValidFrom, r.ValidTo, r.RecordedAt}
	}
	return s.db.InsertMany(ctx, "ci_relations", []string{"ref", "from_id", "type", "to_id", "redundancy", "needed", "source", "by_id", "version", "valid_from", "valid_to", "recorded_at"}, values, "")
}
