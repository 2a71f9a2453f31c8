package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/policies"
)

// PersonRow is a person as the administrators' list shows them.
type PersonRow struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Login      string     `json:"login"`
	Email      string     `json:"email"`
	Active     bool       `json:"active"`
	Service    bool       `json:"service" doc:"A program's account"`
	Site       *string    `json:"site"`
	TimeZone   string     `json:"time_zone"`
	Teams      []who.Team `json:"teams"`
	Roles      []HeldRole `json:"roles" doc:"For those who may see who holds which role"`
	LastSeenAt *time.Time `json:"last_seen_at" doc:"For those who may see sessions"`
	Version    int64      `json:"version"`
}

// HeldRole is a role that somebody holds.
type HeldRole struct {
	Role  string `json:"role"`
	Scope string `json:"scope"`
	Label string `json:"label"`
}

// PersonPage is a person with their grants and sessions.
type PersonPage struct {
	PersonRow
	Grants   []Grant   `json:"grants"`
	Sessions []Session `json:"sessions"`
}

// Session is one place where somebody is signed in.
type Session struct {
	ID         string    `json:"id"`
	Current    bool      `json:"current"`
	CreatedAt  time.Time `json:"created_at"`
	LastSeenAt time.Time `json:"last_seen_at"`
	Address    string    `json:"address"`
	UserAgent  string    `json:"user_agent"`
}

// SessionsOf are sessions as the API shows them.
func SessionsOf(in []people.SessionInfo) []Session {
	out := []Session{}
	for _, s := range in {
		out = append(out, Session{ID: s.Ref, Current: s.Current, CreatedAt: s.CreatedAt, LastSeenAt: s.LastSeenAt, Address: s.Address, UserAgent: s.UserAgent})
	}
	return out
}

// RoleLabel is what people call a role.
func RoleLabel(name string) string {
	i := slices.IndexFunc(policies.Roles(), func(r policies.Role) bool { return r.Name == name })
	if i < 0 {
		return name
	}
	return policies.Roles()[i].Label
}

type listPeopleInput struct {
	Q      string `query:"q" maxLength:"200"`
	Team   string `query:"team" maxLength:"64"`
	Role   string `query:"role" maxLength:"40"`
	Active string `query:"active" enum:"true,false"`
	After  string `query:"after" maxLength:"1000"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (a *area) listPeople(ctx context.Context, in *listPeopleInput) (*rest.Body[rest.Page[PersonRow]], error) {
	q := people.Query{Text: in.Q, Team: in.Team, After: in.After, Limit: in.Limit}
	if in.Active != "" {
		active := in.Active == "true"
		q.Active = &active
	}
	if in.Role != "" {
		q.Only = rest.NotNil(a.Policies.Holders(in.Role))
	}
	found, err := a.People.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, err := a.rows(ctx, found.People)
	if err != nil {
		return nil, err
	}
	return &rest.Body[rest.Page[PersonRow]]{Body: rest.Page[PersonRow]{Items: rows, Next: rest.Opt(found.Next)}}, nil
}

// rows composes many people with a fixed number of queries.
func (a *area) rows(ctx context.Context, list []people.Person) ([]PersonRow, error) {
	teams, err := a.People.TeamsByID(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[domain.UserID]time.Time{}
	if a.may(ctx, "person.sessions", policies.Object{}) {
		ids := make([]domain.UserID, len(list))
		for i, p := range list {
			ids[i] = p.ID
		}
		if seen, err = a.store.lastSeen(ctx, ids); err != nil {
			return nil, err
		}
	}
	holders := map[string][]domain.UserID{}
	if a.may(ctx, "person.sessions", policies.Object{}) || a.may(ctx, "person.grant", policies.Object{}) {
		for _, r := range policies.Roles() {
			holders[r.Name] = a.Policies.Holders(r.Name)
		}
	}
	out := make([]PersonRow, 0, len(list))
	for _, p := range list {
		row := PersonRow{ID: p.Ref, Name: p.Name, Login: p.Login, Email: p.Email, Active: p.Active, Service: p.Service, Site: rest.Opt(p.SiteKey),
			TimeZone: p.TimeZone, Teams: []who.Team{}, Roles: []HeldRole{}, Version: p.Version}
		for _, t := range teams {
			if slices.ContainsFunc(t.Members, func(m people.Member) bool { return m.ID == p.ID }) {
				row.Teams = append(row.Teams, who.Team{ID: t.Key, Name: t.Name})
			}
		}
		slices.SortFunc(row.Teams, func(x, y who.Team) int { return strings.Compare(x.Name, y.Name) })
		for _, r := range policies.Roles() {
			if slices.Contains(holders[r.Name], p.ID) {
				row.Roles = append(row.Roles, HeldRole{Role: r.Name, Label: r.Label})
			}
		}
		if at, ok := seen[p.ID]; ok {
			row.LastSeenAt = &at
		}
		out = append(out, row)
	}
	return out, nil
}

func (a *area) row(ctx context.Context, p people.Person, err error) (*rest.Versioned[PersonRow], error) {
	if err != nil {
		return nil, err
	}
	rows, err := a.rows(ctx, []people.Person{p})
	if err != nil {
		return nil, err
	}
	return &rest.Versioned[PersonRow]{ETag: rest.ETag(p.Version), Body: rows[0]}, nil
}

type createPersonInput struct {
	Body struct {
		Name     string   `json:"name" maxLength:"300"`
		Login    string   `json:"login" maxLength:"200"`
		Email    string   `json:"email,omitempty" maxLength:"300"`
		Site     string   `json:"site,omitempty" maxLength:"64" doc:"A site's key"`
		TimeZone string   `json:"time_zone,omitempty" maxLength:"64" example:"Europe/Berlin"`
		Password string   `json:"password,omitempty" maxLength:"500" doc:"Without one, they cannot sign in until one is set"`
		Teams    []string `json:"teams,omitempty" maxItems:"100" doc:"Teams' ids"`
		Service  bool     `json:"service,omitempty" doc:"A program's account: it has tokens, no password"`
	}
}

func (a *area) createPerson(ctx context.Context, in *createPersonInput) (*rest.Versioned[PersonRow], error) {
	b := in.Body
	p, err := a.People.Create(ctx, people.CreateInput{Name: b.Name, Login: b.Login, Email: b.Email, Site: b.Site, TimeZone: b.TimeZone, Password: b.Password,
		Teams: b.Teams, Service: b.Service})
	out, err := a.row(ctx, p, err)
	if err == nil {
		out.Location = route.Prefix + "/people/" + p.Ref
	}
	return out, err
}

func (a *area) getPerson(ctx context.Context, in *rest.ByID) (*rest.Versioned[PersonPage], error) {
	p, err := a.People.Find(ctx, in.ID)
	row, err := a.row(ctx, p, err)
	if err != nil {
		return nil, err
	}
	page := PersonPage{PersonRow: row.Body, Grants: []Grant{}, Sessions: []Session{}}
	own := p.ID == domain.ActorFrom(ctx).User
	if own || a.may(ctx, "person.sessions", policies.Object{}) || a.may(ctx, "person.grant", policies.Object{}) {
		grants, err := a.Policies.ListGrants(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		if page.Grants, err = a.grants(ctx, grants); err != nil {
			return nil, err
		}
	}
	var list []people.SessionInfo
	switch {
	case own:
		list, err = a.People.Sessions(ctx)
	case a.may(ctx, "person.sessions", policies.Object{Class: "person", Number: p.Ref, Site: p.Site, Participants: []domain.UserID{p.ID}}):
		list, err = a.People.SessionsOf(ctx, p.Ref)
	}
	if err != nil {
		return nil, err
	}
	page.Sessions = SessionsOf(list)
	return &rest.Versioned[PersonPage]{ETag: row.ETag, Body: page}, nil
}

type amendPersonInput struct {
	ID      string `path:"id" maxLength:"128"`
	IfMatch string `header:"If-Match" maxLength:"60"`
	Body    struct {
		Name     rest.Maybe[string] `json:"name,omitempty"`
		Email    rest.Maybe[string] `json:"email,omitempty"`
		Site     rest.Maybe[string] `json:"site,omitempty" doc:"A site's key; null for none"`
		TimeZone rest.Maybe[string] `json:"time_zone,omitempty"`
	}
}

func (a *area) amendPerson(ctx context.Context, in *amendPersonInput) (*rest.Versioned[PersonRow], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	p, err := a.People.Amend(ctx, people.AmendInput{Ref: in.ID, Version: version, Name: in.Body.Name.Value, Email: rest.OrEmpty(in.Body.Email),
		Site: rest.OrEmpty(in.Body.Site), TimeZone: in.Body.TimeZone.Value})
	return a.row(ctx, p, err)
}

type movePersonInput struct {
	ID      string `path:"id" maxLength:"128"`
	Event   string `path:"event" enum:"disable,enable"`
	IfMatch string `header:"If-Match" maxLength:"60"`
	Body    rest.Why
}

func (a *area) movePerson(ctx context.Context, in *movePersonInput) (*rest.Versioned[PersonRow], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	move := a.People.Disable
	if in.Event == "enable" {
		move = a.People.Enable
	}
	p, err := move(ctx, people.MoveInput{Ref: in.ID, Version: version, Reason: in.Body.Reason})
	return a.row(ctx, p, err)
}

type setPasswordInput struct {
	ID   string `path:"id" maxLength:"128"`
	Body struct {
		Password string `json:"password" maxLength:"500"`
	}
}

func (a *area) setPassword(ctx context.Context, in *setPasswordInput) (*rest.Empty, error) {
	_, err := a.People.SetPassword(ctx, people.PasswordInput{Ref: in.ID, Password: in.Body.Password})
	return nil, err
}

// TeamPage is a team with its members.
type TeamPage struct {
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	Members []who.Person `json:"members"`
	Lead    *who.Person  `json:"lead"`
	Version int64        `json:"version"`
}

func team(t people.Team) TeamPage {
	out := TeamPage{ID: t.Key, Name: t.Name, Members: who.Members(t.Members), Version: t.Version}
	if t.Lead.Ref != "" {
		lead := who.Member(t.Lead)
		out.Lead = &lead
	}
	return out
}

func (a *area) listTeams(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[TeamPage]], error) {
	all, err := a.People.Teams(ctx)
	if err != nil {
		return nil, err
	}
	out := []TeamPage{}
	for _, t := range all {
		out = append(out, team(t))
	}
	return rest.List(out), nil
}

type createTeamInput struct {
	Body struct {
		Key  string `json:"key" maxLength:"64"`
		Name string `json:"name" maxLength:"300"`
	}
}

func (a *area) createTeam(ctx context.Context, in *createTeamInput) (*rest.Versioned[TeamPage], error) {
	t, err := a.People.CreateTeam(ctx, in.Body.Key, in.Body.Name)
	if err != nil {
		return nil, err
	}
	return &rest.Versioned[TeamPage]{ETag: rest.ETag(t.Version), Body: team(t)}, nil
}

type setMembersInput struct {
	Key     string `path:"key" maxLength:"64"`
	IfMatch string `header:"If-Match" maxLength:"60"`
	Body    struct {
		Members []string           `json:"members" maxItems:"2000" doc:"People's ids"`
		Lead    rest.Maybe[string] `json:"lead,omitempty" doc:"One of the members; null for nobody"`
	}
}

// setMembers names the members, and the lead where one is given, as one act.
func (a *area) setMembers(ctx context.Context, in *setMembersInput) (*rest.Versioned[TeamPage], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	var t people.Team
	err = a.DB.Do(ctx, func(ctx context.Context) error {
		if t, err = a.People.SetMembers(ctx, people.MembersInput{Key: in.Key, Version: version, Members: in.Body.Members}); err != nil || !in.Body.Lead.Given {
			return err
		}
		t, err = a.People.SetLead(ctx, in.Key, 0, in.Body.Lead.Or(""))
		return err
	})
	if err != nil {
		return nil, err
	}
	return &rest.Versioned[TeamPage]{ETag: rest.ETag(t.Version), Body: team(t)}, nil
}

// Site is a place where people are.
type Site struct {
	ID       string `json:"id"`
	Key      string `json:"key"`
	Name     string `json:"name"`
	TimeZone string `json:"time_zone"`
}

func (a *area) listSites(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[Site]], error) {
	all, err := a.People.Sites(ctx)
	if err != nil {
		return nil, err
	}
	out := []Site{}
	for _, s := range all {
		out = append(out, Site{ID: s.Key, Key: s.Key, Name: s.Name, TimeZone: s.TimeZone})
	}
	return rest.List(out), nil
}

type suggestInput struct {
	Q string `query:"q" maxLength:"100"`
}

// suggestPeople finds active people by a part of the name. Who may not look up people finds themselves.
func (a *area) suggestPeople(ctx context.Context, in *suggestInput) (*rest.Body[rest.Items[who.Person]], error) {
	active, out := true, []who.Person{}
	if !a.may(ctx, "person.read", policies.Object{}) {
		me, err := a.People.ByID(ctx, domain.ActorFrom(ctx).User)
		if err != nil {
			return nil, err
		}
		if strings.Contains(strings.ToLower(me.Name+" "+me.Login), strings.ToLower(strings.TrimSpace(in.Q))) {
			out = append(out, who.Of(me))
		}
		return rest.List(out), nil
	}
	found, err := a.People.Search(ctx, people.Query{Text: in.Q, Active: &active, Limit: 20})
	if err != nil {
		return nil, err
	}
	for _, p := range found.People {
		if !p.Service {
			out = append(out, who.Of(p))
		}
	}
	return rest.List(out), nil
}
