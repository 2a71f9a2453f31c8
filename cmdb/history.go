package cmdb

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
)

// Revision is an item over one stretch of valid time, as one of its versions recorded it.
type Revision struct {
	ID           int64 `gorm:"primaryKey"`
	CIID         domain.CIID
	Version      int64
	Facts        Facts     `gorm:"embedded"`
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt    time.Time `gorm:"autoUpdateTime:false"`
	ValidFrom    time.Time
	ValidTo      *time.Time // nil: still so
	RecordedAt   time.Time
	SupersededAt *time.Time // nil: still held to be true
}

// TableName names the table.
func (Revision) TableName() string { return "ci_revisions" }

func revisionOf(c CI, from time.Time, to *time.Time, now time.Time) Revision {
	return Revision{CIID: c.ID, Version: c.Version, Facts: c.Facts, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, ValidFrom: from, ValidTo: to, RecordedAt: now}
}

// ci is the item as the revision has it.
func (r Revision) ci(c CI) CI {
	c.Facts, c.Version, c.UpdatedAt = r.Facts, r.Version, r.RecordedAt
	return c
}

// revise applies a patch to all that is known from an instant on. known are the revisions that are held to be true, in the
// order of time, without gaps or overlaps; next is the item at its new version. It returns the keys of the revisions
// that are superseded, the revisions in their place, the facts that hold now, and what the patch changed in any of the
// stretches, each field with its value in the first of them; no revisions when it changes nothing. It is pure but for
// what patch does.
//
// A stretch that lies before the instant stays. One that goes on beyond it is cut there. What comes after
// takes the patch as well: a correction of the past holds until today, and later facts that it does not name stay.
func revise(known []Revision, next CI, from, now time.Time, patch func(f *Facts) error) (old []int64, fresh []Revision, present Facts, changes []domain.FieldChange, err error) {
	if len(known) == 0 {
		return nil, nil, present, nil, errors.New("an item without revisions")
	}
	if from.Before(known[0].ValidFrom) {
		return nil, nil, present, nil, ErrEffective.With("body.effective", "the item is known since "+known[0].ValidFrom.Format("2006-01-02 15:04")+" UTC only")
	}
	for _, r := range known {
		if r.ValidTo != nil && !r.ValidTo.After(from) {
			continue
		}
		present = r.Facts.clone()
		if err := patch(&present); err != nil {
			return nil, nil, present, nil, err
		}
		if reflect.DeepEqual(present, r.Facts) {
			continue
		}
		for _, c := range diff(r.Facts.Fields(), present.Fields()) {
			if !slices.ContainsFunc(changes, func(x domain.FieldChange) bool { return x.Field == c.Field }) {
				changes = append(changes, c)
			}
		}
		old = append(old, r.ID)
		again := r
		again.ID, again.Version, again.RecordedAt, again.UpdatedAt, again.SupersededAt = 0, next.Version, now, now, nil
		if r.ValidFrom.Before(from) {
			head := again
			head.ValidTo = &from
			fresh = append(fresh, head)
			again.ValidFrom = from
		}
		again.Facts = present.clone()
		fresh = append(fresh, again)
	}
	return old, fresh, present, changes, nil
}

// refused turns the refusal of the flow into the desk's error.
func refused(err error) error {
	var r *flow.Refused
	if !errors.As(err, &r) {
		return err
	}
	if r.Reason == flow.MissingInput {
		e := domain.ErrMissing.Because("%s", r.Error())
		for _, f := range r.Missing {
			e = e.With("body."+f, "this is required for the move")
		}
		return e
	}
	return domain.ErrMove.Because("%s", r.Error()).Instead(r.Possible)
}

// History lists the revisions of an item that are held to be true, in the order of valid time: what the time line of its
// page is drawn from. Who may: ci.read.
func (s *Service) History(ctx context.Context, number string) ([]Revision, error) {
	c, err := s.Get(ctx, number)
	if err != nil {
		return nil, err
	}
	return s.store.known(ctx, c.ID)
}

// Moments lists when anything about an item changed, oldest first: the instants at which it became so, as far as is held to be
// true now, which are the stops of the time slider, and the instants at which something was recorded. Who may: ci.read.
func (s *Service) Moments(ctx context.Context, number string) (valid, recorded []time.Time, err error) {
	c, err := s.Get(ctx, number)
	if err != nil {
		return nil, nil, err
	}
	return s.store.moments(ctx, c.ID, s.db.Now(ctx))
}

// Entities names everything in the log that is about an item: itself, its relations and memberships, and what it was told apart from. Who may: ci.read.
func (s *Service) Entities(ctx context.Context, number string) (CI, map[string][]string, error) {
	c, err := s.Get(ctx, number)
	if err != nil {
		return c, nil, err
	}
	out, err := s.store.refs(ctx, c.ID)
	if err != nil {
		return c, nil, err
	}
	out[kindCI] = []string{c.Number}
	return c, out, nil
}

// CompareGroup says who joined and who left a group between two moments, and in what those who are in it at both differ; up to 500 of these. Who may: ci.read for
// anything.
func (s *Service) CompareGroup(ctx context.Context, group string, a, b Moment) (joined, left []CI, changed map[string][]domain.FieldChange, err error) {
	if s.gate.Scope(ctx, "ci.read").None() {
		return nil, nil, nil, domain.ErrForbidden
	}
	g, err := s.store.group(ctx, group)
	if err != nil {
		return nil, nil, nil, err
	}
	now := s.db.Now(ctx)
	moments := [2]Moment{a.with(now), b.with(now)}
	var in [2][]domain.CIID
	for i, m := range moments {
		if in[i], err = s.store.members(ctx, g.ID, m); err != nil {
			return nil, nil, nil, err
		}
	}
	all, err := s.store.byIDs(ctx, slices.Concat(in[0], in[1]))
	if err != nil {
		return nil, nil, nil, err
	}
	all = s.Readable(ctx, all)
	changed = map[string][]domain.FieldChange{}
	for _, id := range in[1] {
		c, ok := all[id]
		switch {
		case !ok:
		case !slices.Contains(in[0], id):
			joined = append(joined, c)
		case len(changed) < 500:
			before, err := s.store.revisionAt(ctx, id, moments[0])
			if err != nil {
				continue // it was in the group before it was recorded
			}
			after, err := s.store.revisionAt(ctx, id, moments[1])
			if err != nil {
				return nil, nil, nil, err
			}
			if d := diff(before.Facts.Fields(), after.Facts.Fields()); len(d) > 0 {
				changed[c.Number] = d
			}
		}
	}
	for _, id := range in[0] {
		if c, ok := all[id]; ok && !slices.Contains(in[1], id) {
			left = append(left, c)
		}
	}
	return joined, left, changed, nil
}

// Comparison is in what an item, or a group, differs between two moments.
type Comparison struct {
	Fields      []domain.FieldChange
	Relations   []TieChange
	Memberships []TieChange
}

// TieChange is a relation or membership that one of two moments has and the other has not.
type TieChange struct {
	Added    bool // the later moment has it
	Relation Relation
	Group    string // key
	Other    CI
}

// Compare says in what an item differs between two moments. Who may: ci.read. An item that was not there at one of
// them differs in everything.
func (s *Service) Compare(ctx context.Context, number string, a, b Moment) (out Comparison, err error) {
	c, err := s.Get(ctx, number)
	if err != nil {
		return out, err
	}
	now := s.db.Now(ctx)
	var fields [2]map[string]string
	var relations [2]map[string]Relation
	var groups [2]map[string]bool
	for i, m := range []Moment{a.with(now), b.with(now)} {
		r, err := s.store.revisionAt(ctx, c.ID, m)
		if err != nil && domain.KindOf(err) != domain.NotFound {
			return out, err
		}
		if err == nil {
			fields[i] = r.Facts.Fields()
		}
		ties, err := s.store.relations(ctx, c.ID, m)
		if err != nil {
			return out, err
		}
		relations[i] = map[string]Relation{}
		for _, t := range ties {
			relations[i][t.name()] = t
		}
		in, err := s.store.groupsOf(ctx, []domain.CIID{c.ID}, m)
		if err != nil {
			return out, err
		}
		groups[i] = map[string]bool{}
		for _, g := range in {
			groups[i][g.Group] = true
		}
	}
	out.Fields = diff(fields[0], fields[1])
	var ids []domain.CIID
	for i := range relations {
		for _, name := range slices.Sorted(maps.Keys(relations[i])) {
			if _, both := relations[1-i][name]; !both {
				r := relations[i][name]
				out.Relations = append(out.Relations, TieChange{Added: i == 1, Relation: r})
				ids = append(ids, r.FromID+r.ToID-c.ID)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(groups[i])) {
			if !groups[1-i][key] {
				out.Memberships = append(out.Memberships, TieChange{Added: i == 1, Group: key})
			}
		}
	}
	others, err := s.store.byIDs(ctx, ids)
	others = s.Readable(ctx, others)
	kept := out.Relations[:0]
	for _, t := range out.Relations {
		if o, ok := others[t.Relation.FromID+t.Relation.ToID-c.ID]; ok {
			t.Other = o
			kept = append(kept, t)
		}
	}
	out.Relations = kept
	return out, err
}
