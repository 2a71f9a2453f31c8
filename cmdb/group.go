package cmdb

import (
	"context"
	"regexp"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// Group is a set of items that somebody speaks of by name: "financial systems". Joining and leaving are dated facts.
type Group struct {
	ID      int64 `gorm:"primaryKey"`
	Key     string
	Name    string
	Purpose string
	Version int64
}

// TableName names the table.
func (Group) TableName() string { return "ci_groups" }

func (g Group) fields() map[string]string {
	return map[string]string{"name": g.Name, "purpose": g.Purpose}
}

// Membership says that an item was in a group over a stretch of valid time.
type Membership struct {
	ID           int64 `gorm:"primaryKey"`
	Ref          string
	GroupID      int64
	Group        string `gorm:"->"` // key
	CIID         domain.CIID
	Reason       string
	Source       string // key of the source that says so; empty is a person
	ByID         domain.UserID
	Version      int64
	ValidFrom    time.Time
	ValidTo      *time.Time
	RecordedAt   time.Time
	SupersededAt *time.Time
}

// TableName names the table.
func (Membership) TableName() string { return "ci_memberships" }

func (m Membership) state() map[string]string {
	out := map[string]string{"group": m.Group, "ci": id(m.CIID), "valid_from": Instant(m.ValidFrom)}
	if m.ValidTo != nil {
		out["valid_to"] = Instant(*m.ValidTo)
	}
	if m.Source != "" {
		out["source"] = m.Source
	}
	return out
}

// holds tells whether the membership holds at an instant.
func (m Membership) holds(at time.Time) bool {
	return !m.ValidFrom.After(at) && (m.ValidTo == nil || m.ValidTo.After(at))
}

var groupKey = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$`)

// SetGroup founds a group, or renames it. Who may: ci.group. Facts: GroupSet, unless nothing differs.
func (s *Service) SetGroup(ctx context.Context, in Group) (g Group, err error) {
	if !groupKey.MatchString(in.Key) {
		return g, domain.ErrInvalid.With("body.key", "a key has small letters, digits and -, 64 at most")
	}
	if in.Name, err = domain.CleanLine("body.name", in.Name, 200); err != nil {
		return g, err
	}
	if in.Name == "" {
		return g, domain.ErrInvalid.With("body.name", "a group needs a name")
	}
	if in.Purpose, err = domain.CleanText("body.purpose", in.Purpose, 4000); err != nil {
		return g, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.gate.Check(ctx, "ci.group", policies.Object{Class: "ci", Number: in.Key}); err != nil {
			return err
		}
		old, err := s.store.group(ctx, in.Key)
		founded := domain.KindOf(err) == domain.NotFound
		if err != nil && !founded {
			return err
		}
		if !founded && in.Version != 0 && in.Version != old.Version {
			return domain.ErrStale.Because("The group is at version %d now; you saw %d.", old.Version, in.Version)
		}
		g = in
		g.ID, g.Version = old.ID, old.Version+1
		fact := GroupSet{Group: g}
		if !founded {
			fact.Before = old.fields()
			if len(diff(fact.Before, g.fields())) == 0 {
				g = old
				return nil
			}
		}
		if err := s.db.Emit(ctx, fact); err != nil {
			return err
		}
		return s.store.saveGroup(ctx, &g)
	})
	return g, err
}

// Groups lists all groups by name. Who may: ci.read for anything.
func (s *Service) Groups(ctx context.Context) ([]Group, error) {
	if s.gate.Scope(ctx, "ci.read").None() {
		return nil, domain.ErrForbidden
	}
	return s.store.groups(ctx)
}

// MemberInput lets an item join a group, or leave it.
type MemberInput struct {
	Group, Number string
	// From and Until are when it joins and leaves; they may lie in the past and in the future. A zero From is now; a zero
	// Until has no end.
	From, Until time.Time
	Reason      string
	Source      string
	Run         string
}

// Join makes an item a member of a group from a day on. Who may: ci.group. Facts: Tied "joined". Errors: ci_membership_overlaps,
// ci_effective_time.
func (s *Service) Join(ctx context.Context, in MemberInput) (m Membership, err error) {
	if in.Reason, err = domain.CleanText("body.reason", in.Reason, 4000); err != nil {
		return m, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		c, g, err := s.memberOf(ctx, in)
		if err != nil {
			return err
		}
		now := s.db.Now(ctx)
		m = Membership{Ref: s.random(), GroupID: g.ID, Group: g.Key, CIID: c.ID, Reason: in.Reason, Source: in.Source, ByID: domain.ActorFrom(ctx).User, Version: 1, ValidFrom: now, RecordedAt: now}
		if !in.From.IsZero() {
			m.ValidFrom = domain.Instant(in.From)
		}
		if !in.Until.IsZero() {
			until := domain.Instant(in.Until)
			if m.ValidTo = &until; !until.After(m.ValidFrom) {
				return ErrEffective.With("body.until", "the end comes after the beginning")
			}
		}
		others, err := s.store.memberships(ctx, g.ID, c.ID)
		if err != nil {
			return err
		}
		for _, o := range others {
			if (o.ValidTo == nil || o.ValidTo.After(m.ValidFrom)) && (m.ValidTo == nil || m.ValidTo.After(o.ValidFrom)) {
				return ErrMember.Because("%s is in %s since %s already.", c.Number, g.Name, o.ValidFrom.Format("2006-01-02"))
			}
		}
		return s.tieMember(ctx, &m, nil, "joined", in.Reason, in.Run)
	})
	return m, err
}

// Leave ends the membership that holds at in.Until (zero: now). Who may: ci.group. Facts: Tied "left".
func (s *Service) Leave(ctx context.Context, in MemberInput) (m Membership, err error) {
	if in.Reason, err = domain.CleanText("body.reason", in.Reason, 4000); err != nil {
		return m, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		c, g, err := s.memberOf(ctx, in)
		if err != nil {
			return err
		}
		now, until := s.db.Now(ctx), domain.Instant(in.Until)
		if in.Until.IsZero() {
			until = now
		}
		all, err := s.store.memberships(ctx, g.ID, c.ID)
		if err != nil {
			return err
		}
		for _, old := range all {
			if !old.holds(until) && !old.ValidFrom.Equal(until) {
				continue
			}
			if !until.After(old.ValidFrom) {
				return ErrEffective.With("body.until", "the end comes after the beginning")
			}
			m = old
			m.Version, m.ValidTo, m.RecordedAt = old.Version+1, &until, now
			return s.tieMember(ctx, &m, &old, "left", in.Reason, in.Run)
		}
		return domain.ErrNotFound.Because("%s is not in %s at that time.", c.Number, g.Name)
	})
	return m, err
}

// EndMembership ends a membership now, by its reference; one that has ended stays as it is. Who may: ci.group. Facts: Tied "left".
func (s *Service) EndMembership(ctx context.Context, ref, reason, run string) (ended bool, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		ended = false
		old, _, _, err := s.store.membershipPast(ctx, ref)
		if err != nil {
			return err
		}
		now := s.db.Now(ctx)
		if old == nil || old.ValidTo != nil && !old.ValidTo.After(now) {
			return nil
		}
		if err := s.mayGroup(ctx, old.CIID); err != nil {
			return err
		}
		if !now.After(old.ValidFrom) {
			return ErrEffective.With("body.until", "the end comes after the beginning")
		}
		m := *old
		m.Version, m.ValidTo, m.RecordedAt, ended = old.Version+1, &now, now, true
		return s.tieMember(ctx, &m, old, "left", reason, run)
	})
	return ended, err
}

// ReinstateMembership brings a membership back that was ended last, as it was before that: what an undo needs. Where the item has joined
// the group again meanwhile, nothing happens. Who may: ci.group. Facts: Tied "reinstated".
func (s *Service) ReinstateMembership(ctx context.Context, ref, reason, run string) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		last, before, err := s.store.membershipBefore(ctx, ref)
		if err != nil || last == nil || before == nil {
			return err
		}
		if err := s.mayGroup(ctx, last.CIID); err != nil {
			return err
		}
		others, err := s.store.memberships(ctx, last.GroupID, last.CIID)
		if err != nil {
			return err
		}
		for _, o := range others {
			if o.Ref != ref && (o.ValidTo == nil || o.ValidTo.After(before.ValidFrom)) && (before.ValidTo == nil || before.ValidTo.After(o.ValidFrom)) {
				return nil // another one has taken its place
			}
		}
		m := *before
		m.Version, m.RecordedAt, m.SupersededAt = last.Version+1, s.db.Now(ctx), nil
		return s.tieMember(ctx, &m, last, "reinstated", reason, run)
	})
}

func (s *Service) memberOf(ctx context.Context, in MemberInput) (CI, Group, error) {
	c, err := s.lock(ctx, in.Number, 0, "group")
	if err != nil {
		return c, Group{}, err
	}
	if err := present(c); err != nil {
		return c, Group{}, err
	}
	g, err := s.store.group(ctx, in.Group)
	return c, g, err
}

func (s *Service) tieMember(ctx context.Context, m, old *Membership, what, reason, run string) error {
	fact := Tied{Kind: kindMembership, Ref: m.Ref, Version: m.Version, What: what, State: m.state(), Reason: reason, Run: run}
	switch {
	case old != nil:
		fact.Before = old.state()
	case m.Version > 1:
		fact.Before = map[string]string{"withdrawn": "true"}
	}
	if err := s.db.Emit(ctx, fact); err != nil {
		return err
	}
	if old != nil {
		if err := s.store.supersedeTie(ctx, "ci_memberships", old.ID, m.RecordedAt); err != nil {
			return err
		}
	}
	m.ID = 0
	return s.store.addMembership(ctx, m)
}

// GroupsOf lists the memberships of an item at a moment. Who may: ci.read.
func (s *Service) GroupsOf(ctx context.Context, number string, m Moment) ([]Membership, error) {
	c, err := s.Get(ctx, number)
	if err != nil {
		return nil, err
	}
	return s.store.groupsOf(ctx, []domain.CIID{c.ID}, m.with(s.db.Now(ctx)))
}

// Members lists the items of a group at a moment, by key, without asking who may see them: for composition, evidence
// and scopes.
func (s *Service) Members(ctx context.Context, group string, m Moment) ([]domain.CIID, error) {
	g, err := s.store.group(ctx, group)
	if err != nil {
		return nil, err
	}
	return s.store.members(ctx, g.ID, m.with(s.db.Now(ctx)))
}

// GroupKeys lists the keys of the groups that items are in now, without asking who may see them: for composition and
// scopes.
func (s *Service) GroupKeys(ctx context.Context, ids []domain.CIID) (map[domain.CIID][]string, error) {
	rows, err := s.store.groupsOf(ctx, ids, Moment{}.with(s.db.Now(ctx)))
	out := map[domain.CIID][]string{}
	for _, m := range rows {
		out[m.CIID] = append(out[m.CIID], m.Group)
	}
	return out, err
}

// MembershipHistory lists everything that is held to be true of a group: who was a member when. Who may: ci.read for anything.
func (s *Service) MembershipHistory(ctx context.Context, group string) ([]Membership, error) {
	if s.gate.Scope(ctx, "ci.read").None() {
		return nil, domain.ErrForbidden
	}
	g, err := s.store.group(ctx, group)
	if err != nil {
		return nil, err
	}
	return s.store.memberships(ctx, g.ID, 0)
}
