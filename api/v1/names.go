package v1

import (
	"context"
	"encoding/json"
	"reflect"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
)

// Person is somebody, as records show them.
type Person struct {
	ID    string `json:"id" doc:"Opaque"`
	Name  string `json:"name"`
	Login string `json:"login,omitempty"`
}

// Team is a team, as records show it. Its id is its key.
type Team struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// cast is who takes part in an answer: loaded once, asked often.
type cast struct {
	people map[domain.UserID]people.Person
	teams  map[domain.TeamID]Team
}

// cast loads the names of people, in one query, and those of teams, which are remembered.
func (d *Desk) cast(ctx context.Context, users []domain.UserID, teams ...domain.TeamID) (c cast, err error) {
	seen := map[domain.UserID]bool{0: true}
	ids := make([]domain.UserID, 0, len(users))
	for _, u := range users {
		if !seen[u] {
			seen[u] = true
			ids = append(ids, u)
		}
	}
	if len(ids) > 0 {
		if c.people, err = d.People.ByIDs(ctx, ids); err != nil {
			return c, err
		}
	}
	c.teams, err = d.teamsNamed(ctx, teams)
	return c, err
}

func (d *Desk) teamsNamed(ctx context.Context, ids []domain.TeamID) (map[domain.TeamID]Team, error) {
	d.teams.mu.RLock()
	known := d.teams.known
	d.teams.mu.RUnlock()
	for _, id := range ids {
		if _, ok := known[id]; id == 0 || ok {
			continue
		}
		all, err := d.People.TeamsByID(ctx)
		if err != nil {
			return nil, err
		}
		known = make(map[domain.TeamID]Team, len(all))
		for id, t := range all {
			known[id] = Team{ID: t.Key, Name: t.Name}
		}
		d.teams.mu.Lock()
		d.teams.known = known
		d.teams.mu.Unlock()
		break
	}
	return known, nil
}

// person is somebody of the cast, nil for nobody.
func (c cast) person(id domain.UserID) *Person {
	if id == 0 {
		return nil
	}
	p := personOf(c.people[id])
	return &p
}

func (c cast) persons(ids []domain.UserID) []Person {
	out := make([]Person, 0, len(ids))
	for _, id := range ids {
		out = append(out, personOf(c.people[id]))
	}
	return out
}

func (c cast) name(id domain.UserID) string { return personOf(c.people[id]).Name }

func (c cast) team(id domain.TeamID) *Team {
	t, ok := c.teams[id]
	if !ok || id == 0 {
		return nil
	}
	return &t
}

func personOf(p people.Person) Person {
	if p.Ref == "" {
		return Person{Name: "Somebody"}
	}
	return Person{ID: p.Ref, Name: p.Name, Login: p.Login}
}

func memberOf(m people.Member) Person { return Person{ID: m.Ref, Name: m.Name} }

func members(list []people.Member) []Person {
	out := make([]Person, 0, len(list))
	for _, m := range list {
		out = append(out, memberOf(m))
	}
	return out
}

// UserByRef implements ticket.Names.
func (d *Desk) UserByRef(ctx context.Context, ref string) (domain.UserID, error) {
	p, err := d.People.ByRefs(ctx, []string{ref})
	if err != nil {
		return 0, err
	}
	if p[ref].ID == 0 {
		return 0, domain.ErrNotFound
	}
	return p[ref].ID, nil
}

// TeamByKey implements ticket.Names.
func (d *Desk) TeamByKey(ctx context.Context, key string) (domain.TeamID, error) {
	t, err := d.People.TeamByKey(ctx, key)
	return t.ID, err
}

// user turns a reference in a body into a key; "" and nil are nobody, "me" is the actor. Who may not look up
// people can name only themselves: the answer is the same as for an unknown reference.
func (d *Desk) user(ctx context.Context, location, ref string) (domain.UserID, error) {
	actor := domain.ActorFrom(ctx)
	switch ref {
	case "":
		return 0, nil
	case "me", actor.Ref:
		return actor.User, nil
	}
	unknown := domain.ErrInvalid.With(location, "there is no such person")
	p, err := d.People.Find(ctx, ref)
	switch {
	case domain.KindOf(err) == domain.NotFound:
		return 0, unknown
	case err == nil && p.Ref != ref: // found by login: an input names people by id
		return 0, unknown
	}
	return p.ID, err
}

func (d *Desk) users(ctx context.Context, location string, refs []string) ([]domain.UserID, error) {
	out := make([]domain.UserID, 0, len(refs))
	for _, ref := range refs {
		u, err := d.user(ctx, location, ref)
		if err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, nil
}

// team turns a team's key in a body into its identifier; "" is none.
func (d *Desk) team(ctx context.Context, location, key string) (domain.TeamID, error) {
	if key == "" {
		return 0, nil
	}
	t, err := d.People.TeamByKey(ctx, key)
	if domain.KindOf(err) == domain.NotFound {
		return 0, domain.ErrInvalid.With(location, "there is no such team")
	}
	return t.ID, err
}

// userPtr and teamPtr do the same for fields that may be absent or null.
func (d *Desk) userPtr(ctx context.Context, location string, ref Maybe[string]) (*domain.UserID, error) {
	if !ref.Given {
		return nil, nil
	}
	id := domain.UserID(0)
	if ref.Value != nil {
		var err error
		if id, err = d.user(ctx, location, *ref.Value); err != nil {
			return nil, err
		}
	}
	return &id, nil
}

func (d *Desk) teamPtr(ctx context.Context, location string, key Maybe[string]) (*domain.TeamID, error) {
	if !key.Given {
		return nil, nil
	}
	id := domain.TeamID(0)
	if key.Value != nil {
		var err error
		if id, err = d.team(ctx, location, *key.Value); err != nil {
			return nil, err
		}
	}
	return &id, nil
}

func decode(b []byte, v any) error { return json.Unmarshal(b, v) }

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
