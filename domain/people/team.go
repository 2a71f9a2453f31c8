package people

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// Member is a person as teams and delegations show them.
type Member struct {
	ID   domain.UserID
	Ref  string
	Name string
}

// Team is a group of people that work is assigned to. Key is what people and addresses call it; it never changes.
type Team struct {
	ID      domain.TeamID
	Key     string
	Name    string
	Lead    Member // zero when nobody leads it
	Members []Member
	Version int64
}

func (t Team) memberIDs() []domain.UserID {
	var ids []domain.UserID
	for _, m := range t.Members {
		ids = append(ids, m.ID)
	}
	return ids
}

func (t Team) object() policies.Object {
	return policies.Object{Class: "team", Number: t.Key, Team: t.ID}
}

// Site is a place where people are.
type Site struct {
	ID       domain.SiteID
	Key      string
	Name     string
	TimeZone string
}

var keyShape = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$`)

func checkKey(key, name string) error {
	bad := domain.ErrInvalid
	if !keyShape.MatchString(key) {
		bad = bad.With("body.key", "a key has letters a to z, digits and . _ -, 64 at most")
	}
	if name == "" || !isLine(name, 200) {
		bad = bad.With("body.name", "a name is one line of at most 200 characters")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// CreateTeam makes a team. Who has team.manage for the whole desk may. Fact: TeamCreated. Errors: ErrKeyTaken,
// domain.ErrInvalid.
func (s *Service) CreateTeam(ctx context.Context, key, name string) (Team, error) {
	t := Team{Key: strings.ToLower(strings.TrimSpace(key)), Name: strings.TrimSpace(name), Version: 1}
	err := s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.gate.Check(ctx, "team.manage", policies.Object{}); err != nil {
			return err
		}
		if err := checkKey(t.Key, t.Name); err != nil {
			return err
		}
		have, err := s.store.teams(ctx, []string{t.Key})
		if err != nil {
			return err
		}
		if len(have) > 0 {
			return ErrKeyTaken.With("body.key", "another team has this key")
		}
		if err := s.db.Emit(ctx, TeamCreated{teamFact{Team: t}}); err != nil {
			return err
		}
		if err := s.store.insertTeams(ctx, []Team{t}); err != nil {
			return err
		}
		t, err = s.store.lockTeam(ctx, t.Key)
		return err
	})
	return t, err
}

// MembersInput names all members of a team, by reference.
type MembersInput struct {
	Key     string
	Version int64
	Members []string
}

// SetMembers names the members of a team anew; who was one and is not named leaves, and leads it no more. Who
// has team.manage for the team may. Facts: TeamMembersSet, unless nothing differs. Errors: domain.ErrInvalid
// for an unknown or disabled person, domain.ErrStale.
func (s *Service) SetMembers(ctx context.Context, in MembersInput) (Team, error) {
	return s.alterTeam(ctx, in.Key, in.Version, func(ctx context.Context, t Team) error {
		var ids []domain.UserID
		for _, ref := range in.Members {
			p, err := s.store.person(ctx, "ref", ref)
			if errors.Is(err, domain.ErrNotFound) || err == nil && !p.Active && !slices.Contains(t.memberIDs(), p.ID) {
				return domain.ErrInvalid.With("body.members", "a member is an active person")
			}
			if err != nil {
				return err
			}
			ids = append(ids, p.ID)
		}
		return s.saveMembers(ctx, t, ids)
	})
}

// SetLead names who leads a team, one of its members, or nobody when ref is empty. Who has team.manage for the
// team may. Fact: TeamLeadSet, unless nothing differs. Errors: domain.ErrInvalid for somebody who is no member.
func (s *Service) SetLead(ctx context.Context, key string, version int64, ref string) (Team, error) {
	return s.alterTeam(ctx, key, version, func(ctx context.Context, t Team) error {
		before := t.state()
		t.Lead = Member{}
		for _, m := range t.Members {
			if ref != "" && m.Ref == ref {
				t.Lead = m
			}
		}
		if t.Lead.Ref != ref {
			return domain.ErrInvalid.With("body.lead", "the lead of a team is one of its members")
		}
		if before["lead"] == ref {
			return nil
		}
		t.Version++
		if err := s.db.Emit(ctx, TeamLeadSet{teamFact{Team: t, before: before}}); err != nil {
			return err
		}
		return s.store.updateTeam(ctx, t)
	})
}

func (s *Service) alterTeam(ctx context.Context, key string, version int64, alter func(ctx context.Context, t Team) error) (Team, error) {
	var out Team
	err := s.db.Do(ctx, func(ctx context.Context) error {
		t, err := s.store.lockTeam(ctx, key)
		if err != nil {
			return err
		}
		if err := s.gate.Check(ctx, "team.manage", t.object()); err != nil {
			return err
		}
		if version != 0 && version != t.Version {
			return domain.ErrStale.Because("The team is at version %d now; you saw %d.", t.Version, version)
		}
		if err := alter(ctx, t); err != nil {
			return err
		}
		out, err = s.store.lockTeam(ctx, key)
		return err
	})
	return out, err
}

// saveMembers writes who is in a locked team, and that its lead has left if so.
func (s *Service) saveMembers(ctx context.Context, t Team, ids []domain.UserID) error {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	before := t.state()
	members, err := s.store.members(ctx, ids)
	if err != nil {
		return err
	}
	t.Members = members
	if !slices.Contains(ids, t.Lead.ID) {
		t.Lead = Member{}
	}
	if len(diff(before, t.state(), "")) == 0 {
		return nil
	}
	t.Version++
	if err := s.db.Emit(ctx, TeamMembersSet{teamFact{Team: t, before: before}}); err != nil {
		return err
	}
	if err := s.store.updateTeam(ctx, t); err != nil {
		return err
	}
	return s.store.replaceMembers(ctx, t.ID, ids)
}

// Teams lists all teams with their members, by name. Who has team.read may.
func (s *Service) Teams(ctx context.Context) ([]Team, error) {
	if err := s.gate.Check(ctx, "team.read", policies.Object{}); err != nil {
		return nil, err
	}
	return s.store.teams(ctx, nil)
}

// CreateSite makes a site. Who has site.manage may. Fact: SiteCreated. Errors: ErrKeyTaken, domain.ErrInvalid.
func (s *Service) CreateSite(ctx context.Context, key, name, zone string) (Site, error) {
	site := Site{Key: strings.ToLower(strings.TrimSpace(key)), Name: strings.TrimSpace(name), TimeZone: zone}
	err := s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.gate.Check(ctx, "site.manage", policies.Object{}); err != nil {
			return err
		}
		if site.TimeZone == "" {
			site.TimeZone = "UTC"
		}
		if err := checkKey(site.Key, site.Name); err != nil {
			return err
		}
		if _, err := time.LoadLocation(site.TimeZone); err != nil || site.TimeZone == "Local" {
			return domain.ErrInvalid.With("body.time_zone", "a time zone is named like Europe/Berlin")
		}
		if _, err := s.store.site(ctx, site.Key); err == nil {
			return ErrKeyTaken.With("body.key", "another site has this key")
		} else if !errors.Is(err, domain.ErrNotFound) {
			return err
		}
		if err := s.db.Emit(ctx, SiteCreated{site}); err != nil {
			return err
		}
		if err := s.store.insertSite(ctx, site); err != nil {
			return err
		}
		var err error
		site, err = s.store.site(ctx, site.Key)
		return err
	})
	return site, err
}

// Sites lists all sites by name. Who has site.read may.
func (s *Service) Sites(ctx context.Context) ([]Site, error) {
	if err := s.gate.Check(ctx, "site.read", policies.Object{}); err != nil {
		return nil, err
	}
	return s.store.sites(ctx)
}
