// Package who turns the keys by which records know people and teams into the references and names that the API
// shows, and back.
package who

import (
	"context"
	"sync"

	"github.com/cabinetdesk/cabinet/api/rest"
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

// Directory answers who is who.
type Directory struct {
	people *people.Service
	// known remembers what teams are called: neither key nor name of a team ever changes, so that only an
	// unknown team is asked for.
	mu    sync.RWMutex
	known map[domain.TeamID]Team
}

// New makes the directory of a desk.
func New(p *people.Service) *Directory { return &Directory{people: p} }

// Cast is who takes part in an answer: loaded once, asked often.
type Cast struct {
	people map[domain.UserID]people.Person
	teams  map[domain.TeamID]Team
}

// Cast loads the names of people, in one query, and those of teams, which are remembered.
func (d *Directory) Cast(ctx context.Context, users []domain.UserID, teams ...domain.TeamID) (c Cast, err error) {
	seen := map[domain.UserID]bool{0: true}
	ids := make([]domain.UserID, 0, len(users))
	for _, u := range users {
		if !seen[u] {
			seen[u] = true
			ids = append(ids, u)
		}
	}
	if len(ids) > 0 {
		if c.people, err = d.people.ByIDs(ctx, ids); err != nil {
			return c, err
		}
	}
	c.teams, err = d.Teams(ctx, teams)
	return c, err
}

func (d *Directory) Teams(ctx context.Context, ids []domain.TeamID) (map[domain.TeamID]Team, error) {
	d.mu.RLock()
	known := d.known
	d.mu.RUnlock()
	for _, id := range ids {
		if _, ok := known[id]; id == 0 || ok {
			continue
		}
		all, err := d.people.TeamsByID(ctx)
		if err != nil {
			return nil, err
		}
		known = make(map[domain.TeamID]Team, len(all))
		for id, t := range all {
			known[id] = Team{ID: t.Key, Name: t.Name}
		}
		d.mu.Lock()
		d.known = known
		d.mu.Unlock()
		break
	}
	return known, nil
}

// Person is somebody of the cast, nil for nobody.
func (c Cast) Person(id domain.UserID) *Person {
	if id == 0 {
		return nil
	}
	p := Of(c.people[id])
	return &p
}

func (c Cast) Persons(ids []domain.UserID) []Person {
	out := make([]Person, 0, len(ids))
	for _, id := range ids {
		out = append(out, Of(c.people[id]))
	}
	return out
}

func (c Cast) Name(id domain.UserID) string { return Of(c.people[id]).Name }

func (c Cast) Team(id domain.TeamID) *Team {
	t, ok := c.teams[id]
	if !ok || id == 0 {
		return nil
	}
	return &t
}

func Of(p people.Person) Person {
	if p.Ref == "" {
		return Person{Name: "Somebody"}
	}
	return Person{ID: p.Ref, Name: p.Name, Login: p.Login}
}

func Member(m people.Member) Person { return Person{ID: m.Ref, Name: m.Name} }

func Members(list []people.Member) []Person {
	out := make([]Person, 0, len(list))
	for _, m := range list {
		out = append(out, Member(m))
	}
	return out
}

// UserByRef implements ticket.Names.
func (d *Directory) UserByRef(ctx context.Context, ref string) (domain.UserID, error) {
	p, err := d.people.ByRefs(ctx, []string{ref})
	if err != nil {
		return 0, err
	}
	if p[ref].ID == 0 {
		return 0, domain.ErrNotFound
	}
	return p[ref].ID, nil
}

// TeamByKey implements ticket.Names.
func (d *Directory) TeamByKey(ctx context.Context, key string) (domain.TeamID, error) {
	t, err := d.people.TeamByKey(ctx, key)
	return t.ID, err
}

// User turns a reference in a body into a key; "" and nil are nobody, "me" is the actor. Who may not look up
// people can name only themselves: the answer is the same as for an unknown reference.
func (d *Directory) User(ctx context.Context, location, ref string) (domain.UserID, error) {
	actor := domain.ActorFrom(ctx)
	switch ref {
	case "":
		return 0, nil
	case "me", actor.Ref:
		return actor.User, nil
	}
	unknown := domain.ErrInvalid.With(location, "there is no such person")
	p, err := d.people.Find(ctx, ref)
	switch {
	case domain.KindOf(err) == domain.NotFound:
		return 0, unknown
	case err == nil && p.Ref != ref: // found by login: an input names people by id
		return 0, unknown
	}
	return p.ID, err
}

func (d *Directory) Users(ctx context.Context, location string, refs []string) ([]domain.UserID, error) {
	out := make([]domain.UserID, 0, len(refs))
	for _, ref := range refs {
		u, err := d.User(ctx, location, ref)
		if err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, nil
}

// Team turns a team's key in a body into its identifier; "" is none.
func (d *Directory) Team(ctx context.Context, location, key string) (domain.TeamID, error) {
	if key == "" {
		return 0, nil
	}
	t, err := d.people.TeamByKey(ctx, key)
	if domain.KindOf(err) == domain.NotFound {
		return 0, domain.ErrInvalid.With(location, "there is no such team")
	}
	return t.ID, err
}

// UserPtr and TeamPtr do the same for fields that may be absent or null.
func (d *Directory) UserPtr(ctx context.Context, location string, ref rest.Maybe[string]) (*domain.UserID, error) {
	if !ref.Given {
		return nil, nil
	}
	id := domain.UserID(0)
	if ref.Value != nil {
		var err error
		if id, err = d.User(ctx, location, *ref.Value); err != nil {
			return nil, err
		}
	}
	return &id, nil
}

func (d *Directory) TeamPtr(ctx context.Context, location string, key rest.Maybe[string]) (*domain.TeamID, error) {
	if !key.Given {
		return nil, nil
	}
	id := domain.TeamID(0)
	if key.Value != nil {
		var err error
		if id, err = d.Team(ctx, location, *key.Value); err != nil {
			return nil, err
		}
	}
	return &id, nil
}

// One is somebody of the cast, whoever they are.
func (c Cast) One(id domain.UserID) Person { return Of(c.people[id]) }
