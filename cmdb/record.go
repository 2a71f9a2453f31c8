package cmdb

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
)

// Origin says where facts are from. The zero Origin is the actor, by hand, now.
type Origin struct {
	Source     string    // key of a source
	Run        string    // reference of the import run
	ObservedAt time.Time // zero: now
	// Effective is since when it is so; zero: now. It may lie in the past, never in the future.
	Effective time.Time
}

// RegisterInput records an item. Values are by the key of the attribute, as people write them; people, teams, sites
// and items in them are internal keys and numbers.
type RegisterInput struct {
	Class  string
	Status string // empty: planned
	Values map[string]string
	Origin Origin
}

// Register records an item, in the state in which it is found. Who may: ci.create, for the team and site that it is
// given. Facts: Changed "registered". Errors: ci_class_unknown, ci_value_invalid with every value that does not fit,
// ci_effective_time.
func (s *Service) Register(ctx context.Context, in RegisterInput) (c CI, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		if c, err = s.begin(ctx, m, &in); err != nil {
			return err
		}
		now := s.db.Now(ctx)
		from, err := in.Origin.since(now)
		if err != nil {
			return err
		}
		n, err := s.db.NextNumber(ctx, domain.KindCI)
		if err != nil {
			return err
		}
		c.Number = n.String()
		fact := Changed{CI: c, What: "registered", Changes: diff(nil, c.Facts.Fields()), Effective: in.Origin.Effective, Source: in.Origin.Source, Run: in.Origin.Run}
		if err := s.db.Emit(ctx, fact); err != nil {
			return err
		}
		if err := s.store.insert(ctx, &c); err != nil {
			return err
		}
		if err := s.store.addRevisions(ctx, []Revision{revisionOf(c, from, nil, now)}); err != nil {
			return err
		}
		return s.follow(ctx, m, c, Facts{})
	})
	return c, err
}

// placeable tells whether items may be of a class.
func placeable(m model.Model, class string) error {
	k, ok := m.Class(class)
	switch {
	case !ok:
		return ErrClass.With("body.class", "choose a class of the model")
	case k.Abstract:
		return ErrClass.With("body.class", "choose a class below "+k.Label)
	}
	return nil
}

// since is from when on facts hold.
func (o Origin) since(now time.Time) (time.Time, error) {
	if o.Effective.IsZero() {
		return now, nil
	}
	at := domain.Instant(o.Effective)
	if at.After(now) {
		return at, ErrEffective.With("body.effective", "what is not so yet cannot be recorded; plan it with a change")
	}
	if at.Year() < 1970 {
		return at, ErrEffective.With("body.effective", "that is before there were computers like these")
	}
	return at, nil
}

// set checks values and puts those that differ into facts: a value that is the same already keeps its origin. All that do not
// fit are named at once.
func (s *Service) set(ctx context.Context, m model.Model, f *Facts, values map[string]string, o Origin) error {
	bad := ErrValue
	var referred []string
	where := map[string]string{}
	observed := domain.Instant(o.ObservedAt)
	if o.ObservedAt.IsZero() {
		observed = s.db.Now(ctx)
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		a, ok := m.Field(f.Class, key)
		if !ok {
			bad = bad.With("body.values."+short(key), "items of this class have no such attribute")
			continue
		}
		text, err := a.Canon(values[key])
		if err != nil {
			bad = bad.With("body.values."+key, err.Error())
			continue
		}
		if text == f.Text(key) {
			continue
		}
		if a.Kind == model.Reference && text != "" {
			referred, where[text] = append(referred, text), key+" "+a.Class
		}
		f.put(key, Value{Text: text, Source: o.Source, ObservedAt: observed, By: domain.ActorFrom(ctx).User})
	}
	items, err := s.store.byNumbers(ctx, referred)
	if err != nil {
		return err
	}
	for _, n := range referred {
		key, class, _ := strings.Cut(where[n], " ")
		if c, ok := items[n]; !ok || !m.IsA(c.Facts.Class, class) {
			bad = bad.With("body.values."+key, "there is no such item of that class")
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func short(key string) string {
	if len(key) > 40 {
		return strings.ToValidUTF8(key[:40], "")
	}
	return key
}

// AmendInput changes what is known of an item. Values with an empty text are taken away.
type AmendInput struct {
	Number  string
	Version int64
	Values  map[string]string
	Class   *string // another class: values that it does not have are refused, unless they are taken away
	Origin  Origin
}

// Amend changes what is known of an item: since now, or since an instant in its past. Who may: ci.amend, also for the
// team and site that it is given. Facts: Changed "amended", unless nothing differs. Errors: ci_value_invalid, ci_effective_time,
// ci_not_present.
func (s *Service) Amend(ctx context.Context, in AmendInput) (c CI, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		if c, err = s.lock(ctx, in.Number, in.Version, "amend"); err != nil {
			return err
		}
		if err := present(c); err != nil {
			return err
		}
		patch := func(f *Facts) error {
			if in.Class != nil && *in.Class != f.Class {
				if err := placeable(m, *in.Class); err != nil {
					return err
				}
				f.Class = *in.Class
			}
			if err := s.set(ctx, m, f, in.Values, in.Origin); err != nil {
				return err
			}
			return fits(m, *f)
		}
		return s.alter(ctx, m, &c, Changed{What: "amended", Effective: in.Origin.Effective, Source: in.Origin.Source, Run: in.Origin.Run}, in.Origin, patch)
	})
	return c, err
}

// fits refuses facts with values that their class does not have.
func fits(m model.Model, f Facts) error {
	bad := ErrValue
	for _, key := range slices.Sorted(maps.Keys(f.Values)) {
		if _, ok := m.Field(f.Class, key); !ok {
			bad = bad.With("body.values."+key, "items of the new class have no such attribute: take its value away first")
		}
	}
	if f.Name == "" {
		bad = bad.With("body.values.name", "an item needs a name")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// alter applies a patch to all that is known of a locked item from an instant on, and records it: the event first, then the
// row, the revisions, and what is found by them. Nothing happens when nothing differs.
func (s *Service) alter(ctx context.Context, m model.Model, c *CI, fact Changed, o Origin, patch func(f *Facts) error) error {
	now := s.db.Now(ctx)
	from, err := o.since(now)
	if err != nil {
		return err
	}
	known, err := s.store.known(ctx, c.ID)
	if err != nil {
		return err
	}
	next := *c
	next.Version++
	next.UpdatedAt = now
	old, fresh, facts, changes, err := revise(known, next, from, now, patch)
	if err != nil || len(fresh) == 0 {
		return err
	}
	before := c.Facts
	next.Facts = facts
	if err := s.mayPlace(ctx, *c, next); err != nil {
		return err
	}
	fact.CI, fact.Changes = next, changes
	if err := s.db.Emit(ctx, fact); err != nil {
		return err
	}
	if err := s.store.update(ctx, next); err != nil {
		return err
	}
	if err := s.store.supersede(ctx, old, now); err != nil {
		return err
	}
	if err := s.store.addRevisions(ctx, fresh); err != nil {
		return err
	}
	*c = next
	return s.follow(ctx, m, *c, before)
}

// mayPlace asks the gate again when an item goes to another team or site: who may amend it there, too.
func (s *Service) mayPlace(ctx context.Context, was, is CI) error {
	if was.Facts.TeamID == is.Facts.TeamID && was.Facts.SiteID == is.Facts.SiteID {
		return nil
	}
	return s.gate.Check(ctx, "ci.create", is.Object())
}

// follow keeps what is derived from the present facts: attributes to filter by, and the search.
func (s *Service) follow(ctx context.Context, m model.Model, c CI, before Facts) error {
	want := map[string]string{}
	if c.Facts.Presence == Present {
		for _, a := range m.Attributes(c.Facts.Class) {
			if text := c.Facts.Text(a.Key); text != "" && len(text) <= 300 {
				want[a.Key] = text
			}
		}
	}
	if err := s.store.setAttributes(ctx, c.ID, want, before.Values == nil); err != nil {
		return err
	}
	return s.index(ctx, m, c)
}

// MoveInput asks for a move of the life of an item.
type MoveInput struct {
	Number  string
	Version int64
	Event   string
	Reason  string
	Origin  Origin
}

// Move makes a move of the life of an item. Who may: the move's action. Facts: Changed. Errors: move_not_possible with what is
// possible, missing_input, ci_not_present.
func (s *Service) Move(ctx context.Context, in MoveInput) (c CI, err error) {
	mv, known := Flow.Event(in.Event)
	if !known {
		return c, domain.ErrMove.Because("There is no such move.")
	}
	if in.Reason, err = domain.CleanText("body.reason", in.Reason, 4000); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		if c, err = s.lock(ctx, in.Number, in.Version, strings.TrimPrefix(mv.Action, "ci.")); err != nil {
			return err
		}
		if err := present(c); err != nil {
			return err
		}
		return s.move(ctx, m, &c, in)
	})
	return c, err
}

func (s *Service) move(ctx context.Context, m model.Model, c *CI, in MoveInput) error {
	mv, err := Flow.Fire(c.Facts.Status, in.Event, flow.Input{Given: map[string]bool{"reason": strings.TrimSpace(in.Reason) != ""}})
	if err != nil {
		return refused(err)
	}
	return s.alter(ctx, m, c, Changed{What: past[in.Event], From: c.Facts.Status, Reason: in.Reason, Source: in.Origin.Source, Run: in.Origin.Run, Effective: in.Origin.Effective}, in.Origin,
		func(f *Facts) error { f.Status = mv.To; return nil })
}

// Bring moves an item to the status in which it was observed, by the shortest sequence of moves; reason stands with
// each. Who may: the actions of the moves. Errors: move_not_possible when no moves lead there.
func (s *Service) Bring(ctx context.Context, number, status, reason string, o Origin) (c CI, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if c, err = s.Get(ctx, number); err != nil || c.Facts.Status == status {
			return err
		}
		events := way(c.Facts.Status, status)
		if len(events) == 0 {
			return domain.ErrMove.Because("No moves lead from %s to %s.", c.Facts.Status, status)
		}
		for _, e := range events {
			if c, err = s.Move(ctx, MoveInput{Number: number, Event: e, Reason: reason, Origin: o}); err != nil {
				return err
			}
		}
		return nil
	})
	return c, err
}

// Attest records that somebody has looked and that what is known of an item is right. Who may: ci.attest. Facts: Changed "attested".
func (s *Service) Attest(ctx context.Context, number string, version int64) (c CI, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		if c, err = s.lock(ctx, number, version, "attest"); err != nil {
			return err
		}
		if err := present(c); err != nil {
			return err
		}
		now := s.db.Now(ctx)
		return s.alter(ctx, m, &c, Changed{What: "attested"}, Origin{}, func(f *Facts) error {
			f.VerifiedAt, f.VerifiedBy = &now, domain.ActorFrom(ctx).User
			return nil
		})
	})
	return c, err
}
