package cmdb

import (
	"context"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// Relation joins two items: "from runs on to". It is kept over a stretch of valid time; a relation that ended and
// began again is another one.
type Relation struct {
	ID     int64 `gorm:"primaryKey"`
	Ref    string
	FromID domain.CIID
	Type   string
	ToID   domain.CIID
	// Redundancy names relations of one item that stand in for each other; Needed is how many of them it takes.
	Redundancy   string
	Needed       int
	Source       string
	ByID         domain.UserID
	Version      int64
	ValidFrom    time.Time
	ValidTo      *time.Time
	RecordedAt   time.Time
	SupersededAt *time.Time
}

// TableName names the table.
func (Relation) TableName() string { return "ci_relations" }

// name is what makes two relations the same: its ends, its type and its redundancy.
func (r Relation) name() string {
	return id(r.FromID) + " " + r.Type + " " + id(r.ToID) + " " + r.Redundancy + " " + strconv.Itoa(r.Needed)
}

func id(n domain.CIID) string { return strconv.FormatInt(int64(n), 10) }

// state is the relation in the log.
func (r Relation) state() map[string]string {
	out := map[string]string{"from": id(r.FromID), "type": r.Type, "to": id(r.ToID), "valid_from": Instant(r.ValidFrom), "source": r.Source}
	if r.Redundancy != "" {
		out["redundancy"], out["needed"] = r.Redundancy, strconv.Itoa(r.Needed)
	}
	if r.ValidTo != nil {
		out["valid_to"] = Instant(*r.ValidTo)
	}
	if r.ByID != 0 {
		out["by"] = strconv.FormatInt(int64(r.ByID), 10)
	}
	return out
}

// RelateInput joins two items.
type RelateInput struct {
	From, Type, To string // numbers and a type of the model
	Redundancy     string
	Needed         int
	Origin         Origin
}

// Relate joins two items, since now or an instant in the past. A relation that is there already stays, unless its
// redundancy differs: then it ends and another one begins. Who may: ci.relate on the first, ci.read on the second.
// Facts: Tied "related". Errors: ci_relation_invalid, ci_relation_loop, ci_effective_time, ci_not_present.
func (s *Service) Relate(ctx context.Context, in RelateInput) (r Relation, err error) {
	if in.Redundancy, err = domain.CleanLine("body.redundancy", in.Redundancy, 100); err != nil {
		return r, err
	}
	if in.Needed < 0 || in.Needed > 1000 || (in.Redundancy == "") != (in.Needed == 0) {
		return r, ErrRelation.With("body.needed", "a redundancy has a name and says how many it takes, 1 to 1000")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		t, ok := m.Relation(in.Type)
		if !ok {
			return ErrRelation.With("body.type", "choose a type of relation of the model")
		}
		from, err := s.lock(ctx, in.From, 0, "relate")
		if err != nil {
			return err
		}
		to, err := s.Get(ctx, in.To)
		if err != nil {
			return err
		}
		if err := s.joinable(ctx, t, from, to); err != nil {
			return err
		}
		now := s.db.Now(ctx)
		since, err := in.Origin.since(now)
		if err != nil {
			return err
		}
		old, err := s.store.relationNow(ctx, from.ID, in.Type, to.ID)
		switch {
		case err == nil && old.Redundancy == in.Redundancy && old.Needed == in.Needed:
			r = old
			return nil
		case err == nil:
			if err := s.end(ctx, old, now, "", in.Origin.Run); err != nil {
				return err
			}
			since = now
		case domain.KindOf(err) != domain.NotFound:
			return err
		}
		r = Relation{Ref: s.random(), FromID: from.ID, Type: in.Type, ToID: to.ID, Redundancy: in.Redundancy, Needed: in.Needed, Source: in.Origin.Source,
			ByID: domain.ActorFrom(ctx).User, Version: 1, ValidFrom: since, RecordedAt: now}
		return s.tieRelation(ctx, &r, nil, "related", "", in.Origin.Run)
	})
	return r, err
}

func (s *Service) joinable(ctx context.Context, t model.RelationType, from, to CI) error {
	if from.ID == to.ID {
		return ErrRelation.With("body.to", "an item is not related to itself")
	}
	for _, c := range []CI{from, to} {
		if err := present(c); err != nil {
			return err
		}
	}
	if !t.Acyclic {
		return nil
	}
	loop, err := s.store.reaches(ctx, t.Key, to.ID, from.ID)
	if err == nil && loop {
		err = ErrLoop.Because("%s already %s %s, directly or through others.", to.Number, t.Label, from.Number)
	}
	return err
}

// tieRelation records a relation as it is from now on; old, if any, is what was held to be true before.
func (s *Service) tieRelation(ctx context.Context, r *Relation, old *Relation, what, reason, run string) error {
	fact := Tied{Kind: kindRelation, Ref: r.Ref, Version: r.Version, What: what, State: r.state(), Reason: reason, Run: run}
	switch {
	case old != nil:
		fact.Before = old.state()
	case r.Version > 1:
		fact.Before = map[string]string{"withdrawn": "true"}
	}
	if err := s.db.Emit(ctx, fact); err != nil {
		return err
	}
	if old != nil {
		if err := s.store.supersedeTie(ctx, "ci_relations", old.ID, r.RecordedAt); err != nil {
			return err
		}
	}
	r.ID = 0
	return s.store.addRelation(ctx, r)
}

func (s *Service) end(ctx context.Context, old Relation, at time.Time, reason, run string) error {
	if at.Before(old.ValidFrom) {
		return ErrEffective.With("body.effective", "the relation began later than that")
	}
	r := old
	r.Version, r.ValidTo, r.RecordedAt = old.Version+1, &at, s.db.Now(ctx)
	return s.tieRelation(ctx, &r, &old, "unrelated", reason, run)
}

// UnrelateInput ends a relation by its reference. Number, if given, is one of its items, which the actor must be allowed to
// relate as well.
type UnrelateInput struct {
	Number string
	Ref    string
	Reason string
	Origin Origin
}

// Unrelate ends a relation, now or since an instant in the past. Who may: ci.relate on its first item. Facts: Tied "unrelated". A
// relation that has ended stays as it is.
func (s *Service) Unrelate(ctx context.Context, in UnrelateInput) (r Relation, err error) {
	if in.Reason, err = domain.CleanText("body.reason", in.Reason, 4000); err != nil {
		return r, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		var c CI
		if in.Number != "" {
			if c, err = s.lock(ctx, in.Number, 0, "relate"); err != nil {
				return err
			}
		}
		if r, err = s.lockRelation(ctx, in.Ref); err != nil || r.ValidTo != nil {
			return err
		}
		if in.Number != "" && c.ID != r.FromID && c.ID != r.ToID {
			return domain.ErrNotFound.Because("%s has no such relation.", c.Number)
		}
		at, err := in.Origin.since(s.db.Now(ctx))
		if err != nil {
			return err
		}
		return s.end(ctx, r, at, in.Reason, in.Origin.Run)
	})
	return r, err
}

// lockRelation finds a relation that is held to be true and locks its first item, which the actor may relate.
func (s *Service) lockRelation(ctx context.Context, ref string) (Relation, error) {
	r, err := s.store.relationByRef(ctx, ref)
	if err != nil {
		return r, err
	}
	from, err := s.store.byIDs(ctx, []domain.CIID{r.FromID})
	if err != nil {
		return r, err
	}
	if _, err := s.lock(ctx, from[r.FromID].Number, 0, "relate"); err != nil {
		return r, err
	}
	return s.store.relationByRef(ctx, ref)
}

// WithdrawRelation takes a relation back that should never have been recorded, and ReinstateRelation brings back one that
// ended or was withdrawn, as it was before: what an undo needs. Who may: ci.relate on its first item. Facts: Tied.
func (s *Service) WithdrawRelation(ctx context.Context, ref, reason, run string) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		old, err := s.lockRelation(ctx, ref)
		if err != nil {
			return err
		}
		now := s.db.Now(ctx)
		fact := Tied{Kind: kindRelation, Ref: ref, Version: old.Version + 1, What: "withdrawn", State: map[string]string{"withdrawn": "true"}, Before: old.state(), Reason: reason, Run: run}
		if err := s.db.Emit(ctx, fact); err != nil {
			return err
		}
		return s.store.supersedeTie(ctx, "ci_relations", old.ID, now)
	})
}

// ReinstateRelation brings a relation back as it was open last; see WithdrawRelation.
func (s *Service) ReinstateRelation(ctx context.Context, ref, reason, run string) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		last, open, version, err := s.store.relationPast(ctx, ref)
		if err != nil {
			return err
		}
		from, err := s.store.byIDs(ctx, []domain.CIID{open.FromID})
		if err != nil {
			return err
		}
		if _, err := s.lock(ctx, from[open.FromID].Number, 0, "relate"); err != nil {
			return err
		}
		if last != nil && last.ValidTo == nil {
			return nil
		}
		if _, err := s.store.relationNow(ctx, open.FromID, open.Type, open.ToID); err == nil {
			return nil // another one has taken its place
		}
		r := open
		r.Version, r.RecordedAt, r.SupersededAt = version+1, s.db.Now(ctx), nil
		return s.tieRelation(ctx, &r, last, "reinstated", reason, run)
	})
}

// Relations lists the relations of an item at a moment, in both directions, whose other end the actor may read. Who may: ci.read.
func (s *Service) Relations(ctx context.Context, number string, m Moment) (c CI, out []Relation, others map[domain.CIID]CI, err error) {
	if c, err = s.Get(ctx, number); err != nil {
		return c, nil, nil, err
	}
	rows, err := s.store.relations(ctx, c.ID, m.with(s.db.Now(ctx)))
	if err != nil {
		return c, nil, nil, err
	}
	ids := make([]domain.CIID, len(rows))
	for i, r := range rows {
		ids[i] = r.FromID + r.ToID - c.ID
	}
	if others, err = s.store.byIDs(ctx, ids); err != nil {
		return c, nil, nil, err
	}
	others = s.Readable(ctx, others)
	for _, r := range rows {
		if _, ok := others[r.FromID+r.ToID-c.ID]; ok {
			out = append(out, r)
		}
	}
	return c, out, others, nil
}

// RelationsByRef gives relations as they were recorded last, by reference: what an event that does not name both ends is about. It
// asks for no right, since it names keys; show only what [Service.Readable] lets through.
func (s *Service) RelationsByRef(ctx context.Context, refs []string) (map[string]Relation, error) {
	return s.store.relationsByRef(ctx, refs)
}

// Ties lists the relations that items have now, at either end, without asking who may see them: for composition, and for
// guards.
func (s *Service) Ties(ctx context.Context, ids []domain.CIID) ([]Relation, error) {
	return s.store.ties(ctx, ids)
}
