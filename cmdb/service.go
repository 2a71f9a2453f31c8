package cmdb

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// Authorizer is the gate (policies.Engine).
type Authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Scope(ctx context.Context, action string) policies.Scope
}

// People answers what this package must know about persons.
type People interface {
	// NamesOf gives the names by which people look for each other.
	NamesOf(ctx context.Context, users []domain.UserID) (map[domain.UserID]string, error)
}

// Service keeps the configuration items.
type Service struct {
	db     *db.DB
	gate   Authorizer
	people People
	random func() string
	store  store
	// inUse is the model of the highest version that was read; versions never change.
	inUse atomic.Pointer[versioned]
}

type versioned struct {
	version int64
	model   model.Model
}

// New builds the service. random makes unguessable references.
func New(d *db.DB, gate Authorizer, people People, random func() string) *Service {
	return &Service{db: d, gate: gate, people: people, random: random, store: store{d, usual}}
}

// lock loads an item for a verb, inside its unit of work: it exists, the actor may take the action on it (otherwise it
// does not exist for them, or is forbidden when they may read it), and it has the version that the caller saw (0
// skips that).
func (s *Service) lock(ctx context.Context, number string, version int64, action string) (CI, error) {
	c, err := s.store.find(ctx, number, true)
	if err != nil {
		return CI{}, err
	}
	if err := s.permit(ctx, c, action); err != nil {
		return CI{}, err
	}
	if version != 0 && version != c.Version {
		return CI{}, domain.ErrStale.Because("%s is at version %d now; you saw %d.", c.Number, c.Version, version)
	}
	return c, nil
}

// permit asks the gate for an action on an item ("amend" means "ci.amend").
func (s *Service) permit(ctx context.Context, c CI, action string) error {
	err := s.gate.Check(ctx, "ci."+action, c.Object())
	if err == nil {
		return nil
	}
	if domain.KindOf(err) == domain.Forbidden && (action == "read" || s.gate.Check(ctx, "ci.read", c.Object()) != nil) {
		return domain.ErrNotFound.Because("There is no %s, or you may not see it.", c.Number)
	}
	return err
}

// present refuses with ErrNotPresent what a merged or withdrawn item does not allow.
func present(c CI) error {
	if c.Facts.Presence != Present {
		return ErrNotPresent.Because("%s has been %s.", c.Number, c.Facts.Presence)
	}
	return nil
}

// Get loads an item that the actor may read, also a merged or withdrawn one.
func (s *Service) Get(ctx context.Context, number string) (CI, error) {
	c, err := s.store.find(ctx, number, false)
	if err != nil {
		return CI{}, err
	}
	return c, s.permit(ctx, c, "read")
}

// At loads an item as it was at a moment. It fails with domain.ErrNotFound for a moment at which it was not there.
func (s *Service) At(ctx context.Context, number string, m Moment) (CI, error) {
	c, err := s.Get(ctx, number)
	if err != nil || m.Now() {
		return c, err
	}
	r, err := s.store.revisionAt(ctx, c.ID, m.with(s.db.Now(ctx)))
	if err != nil {
		return CI{}, err
	}
	return r.ci(c), nil
}

// ByIDs loads items by key, without asking who may see them: for composition of what was already allowed.
func (s *Service) ByIDs(ctx context.Context, ids []domain.CIID) (map[domain.CIID]CI, error) {
	return s.store.byIDs(ctx, ids)
}

// ByNumbers loads items by number, without asking who may see them; unknown numbers are left out.
func (s *Service) ByNumbers(ctx context.Context, numbers []string) (map[string]CI, error) {
	return s.store.byNumbers(ctx, numbers)
}

// Including lists items and all that live on in them, by key: what names one of these is about them. It asks for no right.
func (s *Service) Including(ctx context.Context, ids []domain.CIID) ([]domain.CIID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return s.store.including(ctx, ids)
}

// LivingOn loads items by key, a merged one as the item that it lives on in, without asking who may see them: for composition.
func (s *Service) LivingOn(ctx context.Context, ids []domain.CIID) (map[domain.CIID]CI, error) {
	out, err := s.store.byIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	for first, c := range out {
		for hop := 0; c.Facts.Presence == Merged && hop < 20; hop++ {
			next, err := s.store.byIDs(ctx, []domain.CIID{c.Facts.MergedInto})
			if err != nil {
				return nil, err
			}
			c = next[c.Facts.MergedInto]
		}
		out[first] = c
	}
	return out, nil
}

// Readable keeps those of the items that the actor may read.
func (s *Service) Readable(ctx context.Context, items map[domain.CIID]CI) map[domain.CIID]CI {
	scope := s.gate.Scope(ctx, "ci.read")
	out := make(map[domain.CIID]CI, len(items))
	for id, c := range items {
		if scope.Covers(c.Object()) {
			out[id] = c
		}
	}
	return out
}

// May tells whether the actor may take an action ("ci.amend") on some item.
func (s *Service) May(ctx context.Context, action string) bool {
	return !s.gate.Scope(ctx, action).None()
}

// Fresh says how old what is known of an item is, as of now or of the moment that the item was loaded for.
func (s *Service) Fresh(ctx context.Context, c CI) (Freshness, error) {
	m, _, err := s.Model(ctx)
	if err != nil {
		return Freshness{}, err
	}
	seen, err := s.store.lastSeen(ctx, []domain.CIID{c.ID})
	if err != nil {
		return Freshness{}, err
	}
	return c.Facts.fresh(m, seen[c.ID]), nil
}

// LastSeen gives the last sighting of each item that any source has seen.
func (s *Service) LastSeen(ctx context.Context, ids []domain.CIID) (map[domain.CIID]*time.Time, error) {
	return s.store.lastSeen(ctx, ids)
}

// index rewrites what an item is found by.
func (s *Service) index(ctx context.Context, m model.Model, c CI) error {
	if c.Facts.Presence != Present {
		return s.store.unindex(ctx, c.ID)
	}
	names, err := s.people.NamesOf(ctx, people(c))
	if err != nil {
		return err
	}
	return s.store.index(ctx, c.ID, describe(m, c, names))
}

// describe makes the document by which an item is found.
func describe(m model.Model, c CI, names map[domain.UserID]string) document {
	class, _ := m.Class(c.Facts.Class)
	d := document{number: c.Number, name: c.Facts.Name, codes: c.Facts.Serial + " " + c.Facts.AssetTag, people: names[c.Facts.OwnerID] + " " + names[c.Facts.UsedBy],
		words: class.Label + " " + c.Facts.Tags}
	for _, a := range m.Fields(c.Facts.Class) {
		text := c.Facts.Text(a.Key)
		switch {
		case text == "", a.Key == "name", a.Key == "serial", a.Key == "asset_tag", a.Key == "tags":
		case a.Kind == model.IP, a.Kind == model.MAC:
			d.codes += " " + text
		case slices.Contains([]model.Kind{model.Text, model.Enum, model.URL, model.Reference}, a.Kind):
			d.words += " " + text
		}
	}
	return d
}

func people(c CI) (out []domain.UserID) {
	for _, u := range []domain.UserID{c.Facts.OwnerID, c.Facts.UsedBy} {
		if u != 0 {
			out = append(out, u)
		}
	}
	return out
}

// RegisterStates tells the log how to find the present state of everything that this package keeps.
func (s *Service) RegisterStates(register func(kind string, states audit.States)) {
	register(kindCI, func(ctx context.Context, yield func(string, int64, map[string]string) error) error {
		return s.store.each(ctx, func(page []CI) error {
			for _, c := range page {
				if err := yield(c.Number, c.Version, c.Facts.state()); err != nil {
					return err
				}
			}
			return nil
		})
	})
	register(kindRelation, func(ctx context.Context, yield func(string, int64, map[string]string) error) error {
		return s.store.eachRelation(ctx, func(r Relation, withdrawn bool, version int64) error {
			if withdrawn {
				return yield(r.Ref, version, map[string]string{"withdrawn": "true"})
			}
			return yield(r.Ref, version, r.state())
		})
	})
	register(kindGroup, func(ctx context.Context, yield func(string, int64, map[string]string) error) error {
		groups, err := s.store.groups(ctx)
		if err != nil {
			return err
		}
		for _, g := range groups {
			if err := yield(g.Key, g.Version, g.fields()); err != nil {
				return err
			}
		}
		return nil
	})
	register(kindMembership, func(ctx context.Context, yield func(string, int64, map[string]string) error) error {
		return s.store.eachMembership(ctx, func(m Membership, withdrawn bool, version int64) error {
			if withdrawn {
				return yield(m.Ref, version, map[string]string{"withdrawn": "true"})
			}
			return yield(m.Ref, version, m.state())
		})
	})
	register(kindApart, func(ctx context.Context, yield func(string, int64, map[string]string) error) error {
		return s.store.eachApart(ctx, func(a Apart) error { return yield(a.Ref, a.Version, a.state()) })
	})
	register(kindModel, func(ctx context.Context, yield func(string, int64, map[string]string) error) error {
		versions, err := s.store.modelVersions(ctx)
		if err != nil || len(versions) == 0 {
			return err
		}
		return yield("cmdb", versions[0].Version, versions[0].state())
	})
}
