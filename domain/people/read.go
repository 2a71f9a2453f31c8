package people

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/policies"
)

// Query selects people for a list. Text is part of a name, login or address. Only, when not nil, keeps to
// these people: who holds a role is asked of policies.
type Query struct {
	Text   string
	Team   string
	Active *bool
	Only   []domain.UserID
	Limit  int
	After  string
}

// Page is one page of people, by name, and the marker of the next one, empty at the end.
type Page struct {
	People []Person
	Next   string
}

// The sizes of a page.
const (
	defaultPage = 50
	maxPage     = 200
)

// Search lists people. Who has person.read may. Errors: domain.ErrCursor.
func (s *Service) Search(ctx context.Context, q Query) (Page, error) {
	if err := s.gate.Check(ctx, "person.read", policies.Object{}); err != nil {
		return Page{}, err
	}
	if q.Limit <= 0 {
		q.Limit = defaultPage
	}
	q.Limit = min(q.Limit, maxPage)
	q.Text = strings.TrimSpace(oneLine(q.Text, 200))
	q.Team = oneLine(q.Team, 64)
	if q.Only != nil && len(q.Only) == 0 {
		return Page{}, nil
	}
	var after position
	if q.After != "" {
		raw, err := base64.RawURLEncoding.DecodeString(q.After)
		if err != nil || json.Unmarshal(raw, &after) != nil || after.ID <= 0 || strings.ContainsRune(after.Name, 0) {
			return Page{}, domain.ErrCursor
		}
	}
	people, names, err := s.store.search(ctx, q, after)
	if err != nil {
		return Page{}, err
	}
	out := Page{People: people}
	if len(people) > q.Limit {
		out.People = people[:q.Limit]
		last, err := json.Marshal(position{Name: names[q.Limit-1], ID: int64(people[q.Limit-1].ID)})
		if err != nil {
			return Page{}, err
		}
		out.Next = base64.RawURLEncoding.EncodeToString(last)
	}
	return out, nil
}

// Each yields all people, in the order in which they were added. Who has person.read may.
func (s *Service) Each(ctx context.Context, yield func(Person) error) error {
	if err := s.gate.Check(ctx, "person.read", policies.Object{}); err != nil {
		return err
	}
	return s.eachPerson(ctx, yield)
}

func (s *Service) eachPerson(ctx context.Context, yield func(Person) error) error {
	for last := int64(0); ; {
		page, err := s.store.peopleAfter(ctx, last, 1000)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			if err := yield(p); err != nil {
				return err
			}
		}
		last = int64(page[len(page)-1].ID)
	}
}

// position is where a page ended: the name as the database folds it, and the key.
type position struct {
	Name string `json:"n"`
	ID   int64  `json:"i"`
}

// Find loads a person by reference or login. Everybody may load themselves, others who has person.read. Errors:
// domain.ErrNotFound, also for who may not.
func (s *Service) Find(ctx context.Context, refOrLogin string) (Person, error) {
	if !isLine(refOrLogin, 128) {
		return Person{}, errNoPerson
	}
	p, err := s.store.person(ctx, "ref", refOrLogin)
	if errors.Is(err, domain.ErrNotFound) {
		p, err = s.store.person(ctx, "login", cleanLogin(refOrLogin))
	}
	if err == nil && s.mayRead(ctx, p) != nil {
		return Person{}, errNoPerson
	}
	return p, err
}

// ByID loads a person, without asking who may: for composition of what was already allowed.
func (s *Service) ByID(ctx context.Context, id domain.UserID) (Person, error) {
	return s.store.person(ctx, "id", int64(id))
}

// ByIDs loads people, without asking who may: for composition of what was already allowed. Who does not exist
// is left out.
func (s *Service) ByIDs(ctx context.Context, ids []domain.UserID) (map[domain.UserID]Person, error) {
	return s.store.byIDs(ctx, ids)
}

// ByRefs loads people by reference, without asking who may: for composition and for the log.
func (s *Service) ByRefs(ctx context.Context, refs []string) (map[string]Person, error) {
	return s.store.byRefs(ctx, refs)
}

// NamesOf gives the names by which people look for each other, for the search of records.
func (s *Service) NamesOf(ctx context.Context, users []domain.UserID) (map[domain.UserID]string, error) {
	people, err := s.store.byIDs(ctx, users)
	if err != nil {
		return nil, err
	}
	out := make(map[domain.UserID]string, len(people))
	for id, p := range people {
		out[id] = p.Name
	}
	return out, nil
}

// Named finds people by login, mail address, reference, or a name that only one of them has, without asking who may: for imports. The
// keys are the words that were given; words that mean nobody, or several, are left out.
func (s *Service) Named(ctx context.Context, words []string) (map[string]domain.UserID, error) {
	list, err := s.store.calledBy(ctx, words)
	if err != nil {
		return nil, err
	}
	exact, named, twice := map[string]domain.UserID{}, map[string]domain.UserID{}, map[string]bool{}
	for _, p := range list {
		exact[p.Login], exact[p.Ref] = p.ID, p.ID
		for _, w := range []string{strings.ToLower(p.Email), strings.ToLower(p.Name)} {
			if id, there := named[w]; there && id != p.ID {
				twice[w] = true
			}
			named[w] = p.ID
		}
	}
	out := map[string]domain.UserID{}
	for _, w := range words {
		low := strings.ToLower(strings.TrimSpace(w))
		for _, id := range []domain.UserID{named[low], exact[low], exact[w]} {
			if id != 0 && (id != named[low] || !twice[low]) {
				out[w] = id
			}
		}
	}
	return out, nil
}

// MemberOf tells whether a user's account is active and whether they are in a team. Errors: domain.ErrNotFound.
func (s *Service) MemberOf(ctx context.Context, user domain.UserID, team domain.TeamID) (active, member bool, err error) {
	return s.store.memberOf(ctx, user, team)
}

// TeamsOf lists the teams of a user.
func (s *Service) TeamsOf(ctx context.Context, user domain.UserID) ([]domain.TeamID, error) {
	return s.store.teamsOf(ctx, user)
}

// TeamsByID loads all teams with their members, without asking who may: for composition.
func (s *Service) TeamsByID(ctx context.Context) (map[domain.TeamID]Team, error) {
	list, err := s.store.teams(ctx, nil)
	if err != nil {
		return nil, err
	}
	out := make(map[domain.TeamID]Team, len(list))
	for _, t := range list {
		out[t.ID] = t
	}
	return out, nil
}

// TeamByKey loads a team, without asking who may: an address or a filter names it. Errors: domain.ErrNotFound.
func (s *Service) TeamByKey(ctx context.Context, key string) (Team, error) {
	list, err := s.store.teams(ctx, []string{key})
	if err != nil {
		return Team{}, err
	}
	if len(list) == 0 {
		return Team{}, errNoTeam
	}
	return list[0], nil
}

// SiteByKey finds a site by its key, without asking who may: for filters and imports.
func (s *Service) SiteByKey(ctx context.Context, key string) (Site, error) {
	if !isLine(key, 64) {
		return Site{}, domain.ErrNotFound.Because("There is no such site.")
	}
	return s.store.site(ctx, key)
}

// SitesByID loads all sites, without asking who may: for composition.
func (s *Service) SitesByID(ctx context.Context) (map[domain.SiteID]Site, error) {
	list, err := s.store.sites(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[domain.SiteID]Site, len(list))
	for _, x := range list {
		out[x.ID] = x
	}
	return out, nil
}

// ActorFor makes the actor of a user for what runs on the machine itself: commands, imports, the demo. Errors:
// domain.ErrNotFound, ErrInactive.
func (s *Service) ActorFor(ctx context.Context, id domain.UserID, via domain.Via) (domain.Actor, error) {
	p, err := s.store.person(ctx, "id", int64(id))
	if err != nil {
		return domain.Actor{}, err
	}
	if !p.Active {
		return domain.Actor{}, ErrInactive
	}
	a := p.actor(via)
	a.Authn = authnLocal
	a.Teams, err = s.store.teamsOf(ctx, id)
	return a, err
}

func (p Person) actor(via domain.Via) domain.Actor {
	a := domain.Actor{Kind: domain.Person, User: p.ID, Ref: p.Ref, Name: p.Name, Via: via, Site: p.Site}
	if p.Service {
		a.Kind = domain.Service
	}
	return a
}

// Preferences reads what whoever acts has kept for themselves, a JSON object.
func (s *Service) Preferences(ctx context.Context) (json.RawMessage, error) {
	a := domain.ActorFrom(ctx)
	if a.User == 0 {
		return nil, domain.ErrSignIn
	}
	return s.store.preferences(ctx, a.User)
}

// SetPreferences keeps a JSON object of at most 16 KiB for whoever acts. It is no record: it has no fact.
func (s *Service) SetPreferences(ctx context.Context, body json.RawMessage) error {
	a := domain.ActorFrom(ctx)
	if a.User == 0 {
		return domain.ErrSignIn
	}
	var object map[string]any
	if len(body) > 16<<10 || json.Unmarshal(body, &object) != nil || object == nil {
		return domain.ErrInvalid.With("body", "preferences are a JSON object of at most 16 KiB")
	}
	return s.db.Do(ctx, func(ctx context.Context) error { return s.store.putPreferences(ctx, a.User, body) })
}

// RegisterStates tells the log how to read the present state of what this package owns.
func (s *Service) RegisterStates(register func(kind string, states audit.States)) {
	register(kindPerson, s.PersonStates)
	register(kindTeam, s.TeamStates)
	register(kindSite, s.SiteStates)
	register(kindToken, s.TokenStates)
	register(kindDelegation, s.DelegationStates)
}

// PersonStates yields the present state of every person, for the verification of the log; the four others do
// the same for teams, sites, tokens and delegations.
func (s *Service) PersonStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.eachPerson(ctx, func(p Person) error { return yield(p.Ref, p.Version, p.state()) })
}

// TeamStates yields the present state of every team.
func (s *Service) TeamStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	list, err := s.store.teams(ctx, nil)
	for _, t := range list {
		if err := yield(t.Key, t.Version, t.state()); err != nil {
			return err
		}
	}
	return err
}

// SiteStates yields the present state of every site.
func (s *Service) SiteStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	list, err := s.store.sites(ctx)
	for _, x := range list {
		if err := yield(x.Key, 1, x.state()); err != nil {
			return err
		}
	}
	return err
}

// TokenStates yields the present state of every token.
func (s *Service) TokenStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	for last := int64(0); ; {
		page, err := s.store.tokens(ctx, "t.id > ? order by t.id limit 1000", last)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, t := range page {
			if err := yield(t.Ref, t.Version, t.state()); err != nil {
				return err
			}
		}
		last = page[len(page)-1].ID
	}
}

// DelegationStates yields the present state of every delegation.
func (s *Service) DelegationStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	for last := int64(0); ; {
		page, err := s.store.delegations(ctx, "d.id > ? order by d.id limit 1000", last)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, d := range page {
			if err := yield(d.Ref, d.Version, d.state()); err != nil {
				return err
			}
		}
		last = page[len(page)-1].ID
	}
}
