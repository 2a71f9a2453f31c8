package people

import (
	"context"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// NewPerson is somebody whom an import needs. Inactive people can be referred to, and do nothing; nobody who
// comes from an import has a password.
type NewPerson struct {
	Login    string
	Name     string
	Email    string
	Service  bool
	Inactive bool
}

// EnsurePeople makes those who are not there yet, and gives the key of each by login; who is there already
// stays as they are. Who has import.run may. Fact: PersonCreated for each who is new. Errors: domain.ErrInvalid.
func (s *Service) EnsurePeople(ctx context.Context, want []NewPerson) (map[string]domain.UserID, error) {
	var out map[string]domain.UserID
	err := s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.gate.Check(ctx, "import.run", policies.Object{}); err != nil {
			return err
		}
		var logins []string
		for _, w := range want {
			logins = append(logins, cleanLogin(w.Login))
		}
		var err error
		if out, err = s.store.logins(ctx, logins); err != nil {
			return err
		}
		var fresh []Person
		var facts []domain.Fact
		added := map[string]bool{}
		for i, w := range want {
			if _, there := out[logins[i]]; there || added[logins[i]] {
				continue
			}
			p, err := s.newPerson(CreateInput{Name: w.Name, Login: w.Login, Email: w.Email, Service: w.Service})
			if err != nil {
				return err
			}
			p.Active = !w.Inactive
			p.CreatedAt = s.db.Now(ctx)
			p.UpdatedAt = p.CreatedAt
			added[p.Login] = true
			fresh = append(fresh, p)
			facts = append(facts, PersonCreated{personFact{Person: p}})
		}
		if len(fresh) == 0 {
			return nil
		}
		if err := s.db.Emit(ctx, facts...); err != nil {
			return err
		}
		if err := s.store.insertPeople(ctx, fresh, ""); err != nil {
			return err
		}
		out, err = s.store.logins(ctx, logins)
		return err
	})
	return out, err
}

// EnsurePerson is EnsurePeople for one.
func (s *Service) EnsurePerson(ctx context.Context, want NewPerson) (domain.UserID, error) {
	m, err := s.EnsurePeople(ctx, []NewPerson{want})
	return m[cleanLogin(want.Login)], err
}

// NewTeam is a team that an import needs.
type NewTeam struct {
	Key  string
	Name string
}

// EnsureTeams makes those teams that are not there yet, and gives the key of each in the database by the key
// that people use. Who has import.run may. Fact: TeamCreated for each that is new. Errors: domain.ErrInvalid.
func (s *Service) EnsureTeams(ctx context.Context, want []NewTeam) (map[string]domain.TeamID, error) {
	out := map[string]domain.TeamID{}
	err := s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.gate.Check(ctx, "import.run", policies.Object{}); err != nil {
			return err
		}
		clear(out)
		load := func() error {
			list, err := s.store.teams(ctx, nil)
			for _, t := range list {
				out[t.Key] = t.ID
			}
			return err
		}
		if err := load(); err != nil {
			return err
		}
		var fresh []Team
		var facts []domain.Fact
		added := map[string]bool{}
		for _, w := range want {
			t := Team{Key: strings.ToLower(strings.TrimSpace(w.Key)), Name: strings.TrimSpace(w.Name), Version: 1}
			if _, there := out[t.Key]; there || added[t.Key] {
				continue
			}
			if err := checkKey(t.Key, t.Name); err != nil {
				return err
			}
			added[t.Key] = true
			fresh = append(fresh, t)
			facts = append(facts, TeamCreated{teamFact{Team: t}})
		}
		if len(fresh) == 0 {
			return nil
		}
		if err := s.db.Emit(ctx, facts...); err != nil {
			return err
		}
		if err := s.store.insertTeams(ctx, fresh); err != nil {
			return err
		}
		return load()
	})
	return out, err
}

// EnsureTeam is EnsureTeams for one.
func (s *Service) EnsureTeam(ctx context.Context, key, name string) (domain.TeamID, error) {
	m, err := s.EnsureTeams(ctx, []NewTeam{{Key: key, Name: name}})
	return m[strings.ToLower(strings.TrimSpace(key))], err
}

// EnsureMembers adds people to a team, who stay if they are in it already. Who has import.run may. Fact:
// TeamMembersSet, unless nothing differs.
func (s *Service) EnsureMembers(ctx context.Context, key string, users []domain.UserID) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.gate.Check(ctx, "import.run", policies.Object{}); err != nil {
			return err
		}
		t, err := s.store.lockTeam(ctx, key)
		if err != nil {
			return err
		}
		return s.saveMembers(ctx, t, append(t.memberIDs(), users...))
	})
}
