package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/canned"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// place is a site of the organisation.
type place struct{ key, name, zone string }

var places = []place{{"lisbon", "Lisbon", "Europe/Lisbon"}, {"rotterdam", "Rotterdam", "Europe/Amsterdam"}, {"graz", "Graz", "Europe/Vienna"}}

// crew is a team; who leads it comes first among its agents.
type crew struct {
	key, name string
	agents    []string
}

var crews = []crew{
	{"desk", "Service Desk", []string{"mila", "hugo", "jonas", "sofia", "bram"}},
	{"network", "Network", []string{"tess", "niels", "kofi", "petra"}},
	{"apps", "Applications", []string{"paul", "yara", "felix", "tomas"}},
	{"databases", "Databases", []string{"rita", "emil", "zoe"}},
	{"workplace", "Workplace", []string{"wim", "lucia", "stefan"}},
	{"security", "Security", []string{"vera", "lena", "arjen"}},
}

func crewOf(team string) []string {
	for _, c := range crews {
		if c.key == team {
			return c.agents
		}
	}
	return nil
}

// member is somebody of the organisation: login, name, site and what they hold, as "role" or "role@scope".
type member struct {
	login, name, site string
	roles             []string
}

const everywhere = "@all"

var cast = []member{
	{"ana", "Ana Ferreira", "lisbon", nil},
	{"hugo", "Hugo Martins", "lisbon", []string{policies.Agent + everywhere}},
	{"tess", "Tess de Vries", "rotterdam", []string{policies.Agent + everywhere, policies.TeamLead + "@team:network"}},
	{"ines", "Inês Carvalho", "lisbon", []string{policies.ChangeManager + everywhere}},
	{"carl", "Carl Brandner", "graz", []string{policies.CABMember + everywhere}},
	{"cleo", "Cleo Janssen", "rotterdam", []string{policies.CABChair + everywhere}},
	{"omar", "Omar Haddad", "lisbon", []string{policies.CIOwner + everywhere}},
	{"otto", "Otto Steiner", "graz", []string{policies.Auditor + everywhere}},
	{"dora", "Dora Lindqvist", "graz", []string{policies.CABMember + everywhere}},
	{"paul", "Paul Okafor", "lisbon", []string{policies.Agent + everywhere, policies.TeamLead + "@team:apps", policies.CABMember + everywhere}},
	{"rita", "Rita Nunes", "lisbon", []string{policies.Agent + everywhere, policies.TeamLead + "@team:databases", policies.CABMember + everywhere}},
	{"vera", "Vera Popescu", "graz", []string{policies.Agent + everywhere, policies.TeamLead + "@team:security", policies.CABChair + everywhere}},
	{"lena", "Lena Hofer", "graz", []string{policies.Agent + everywhere, policies.CABMember + everywhere}},
	{"mila", "Mila Horvat", "graz", []string{policies.TeamLead + everywhere}}, // and the manager of major incidents
	{"jonas", "Jonas Weber", "graz", []string{policies.Agent + everywhere}},
	{"sofia", "Sofia Almeida", "lisbon", []string{policies.Agent + everywhere}},
	{"bram", "Bram Visser", "rotterdam", []string{policies.Agent + everywhere}},
	{"niels", "Niels Bakker", "rotterdam", []string{policies.Agent + everywhere}},
	{"kofi", "Kofi Mensah", "rotterdam", []string{policies.Agent + everywhere}},
	{"petra", "Petra Maier", "graz", []string{policies.Agent + everywhere}},
	{"yara", "Yara Costa", "lisbon", []string{policies.Agent + everywhere}},
	{"felix", "Felix Gruber", "graz", []string{policies.Agent + everywhere}},
	{"tomas", "Tomás Ribeiro", "lisbon", []string{policies.Agent + everywhere}},
	{"emil", "Emil Larsen", "rotterdam", []string{policies.Agent + everywhere}},
	{"zoe", "Zoë Smit", "rotterdam", []string{policies.Agent + everywhere}},
	{"wim", "Wim Dekker", "rotterdam", []string{policies.Agent + everywhere, policies.TeamLead + "@team:workplace"}},
	{"lucia", "Lúcia Moreira", "lisbon", []string{policies.Agent + everywhere}},
	{"stefan", "Stefan Kogler", "graz", []string{policies.Agent + everywhere}},
	{"arjen", "Arjen Mulder", "rotterdam", []string{policies.Agent + everywhere}},
	{"marta", "Marta Sousa", "lisbon", nil}, {"joao", "João Pinto", "lisbon", nil}, {"beatriz", "Beatriz Lopes", "lisbon", nil},
	{"ruben", "Ruben Tavares", "lisbon", nil}, {"klaas", "Klaas Hendriks", "rotterdam", nil}, {"femke", "Femke Jacobs", "rotterdam", nil},
	{"nina", "Nina Peters", "rotterdam", nil}, {"greta", "Greta Wagner", "graz", nil}, {"anton", "Anton Berger", "graz", nil},
	{"sara", "Sara Novak", "graz", nil}, {"leo", "Leo Fontana", "lisbon", nil},
}

// askers report most of what is broken.
var askers = []string{"ana", "marta", "joao", "beatriz", "ruben", "klaas", "femke", "nina", "greta", "anton", "sara", "omar", "carl", "dora"}

// watchman is the account by which monitoring reports.
const watchman = "monitoring"

// leaver leaves the organisation on the day before now that is named here; he does nothing.
const (
	leaver    = "leo"
	leaverDay = 34
)

// found makes sites, teams, people, boards and grants: first the administrator, by the desk itself, then she
// makes the rest.
func (s *story) found(ctx context.Context) error {
	t := s.start
	s.clock.Set(t)
	tick := func() { // a person at a form
		t = t.Add(s.about(30 * time.Second))
		s.clock.Set(t)
	}
	desk, err := s.as(ctx, "")
	if err != nil {
		return err
	}
	if err := s.hire(desk, member{"ada", "Ada Kowalska", "", []string{policies.Admin + everywhere}}, false); err != nil {
		return err
	}
	ada, err := s.as(ctx, "ada")
	if err != nil {
		return err
	}
	s.sites, s.teams = map[string]people.Site{}, map[string]domain.TeamID{}
	for _, p := range places {
		tick()
		if s.sites[p.key], err = s.People.CreateSite(ada, p.key, p.name, p.zone); err != nil {
			return err
		}
	}
	for _, c := range crews {
		tick()
		team, err := s.People.CreateTeam(ada, c.key, c.name)
		if err != nil {
			return err
		}
		s.teams[c.key] = team.ID
	}
	for _, m := range append(cast, member{watchman, "Monitoring", "", nil}) {
		tick()
		if err := s.hire(ada, m, m.login == watchman); err != nil {
			return err
		}
	}
	for _, b := range []approval.Board{
		{Key: "cab", Name: "Change Advisory Board", Rule: approval.Quorum, Needed: 2, Members: s.ids("cleo", "carl", "dora", "paul", "rita")},
		{Key: "ecab", Name: "Emergency CAB", Rule: approval.Any, Needed: 1, Members: s.ids("cleo", "vera")},
	} {
		tick()
		if _, err := s.Approvals.SetBoard(ada, b); err != nil {
			return err
		}
	}
	if err := s.grant(ada, tick); err != nil {
		return err
	}
	for _, login := range []string{"cleo", "vera", "rita"} { // three turns of a quarter each reach from the beginning to beyond now
		for from := t; from.Before(s.now.AddDate(0, 0, 30)); from = from.AddDate(0, 0, 90) {
			tick()
			if _, err := s.Approvals.EnterDuty(ada, "ecab", s.actors[login].User, from, from.AddDate(0, 0, 90)); err != nil {
				return err
			}
		}
	}
	for _, c := range crews {
		tick()
		if _, err := s.People.SetLead(ada, c.key, 0, s.actors[c.agents[0]].Ref); err != nil {
			return err
		}
	}
	s.plan(s.workday(leaverDay), "ada", "disables the account of a leaver", func(ctx context.Context) error {
		_, err := s.People.Disable(ctx, people.MoveInput{Ref: s.actors[leaver].Ref, Reason: "Left the company; the manager has confirmed the hand-over."})
		return err
	})
	s.plan(s.workday(24), "dora", "delegates her vote", func(ctx context.Context) error {
		until := s.now.AddDate(0, 0, 21)
		_, err := s.People.Delegate(ctx, people.DelegateInput{To: s.actors["lena"].Ref, Until: until, Board: "cab", Reason: "Parental leave; Lena has taken over my part of the CAB."})
		return err
	})
	return nil
}

// hire adds a person to their teams. The first grant of all is the administrator's own.
func (s *story) hire(ctx context.Context, m member, service bool) error {
	in := people.CreateInput{Name: m.name, Login: m.login, Site: m.site, Service: service, TimeZone: "UTC"}
	for _, p := range places {
		if p.key == m.site {
			in.TimeZone = p.zone
		}
	}
	if !service {
		in.Email = m.login + "@example.org"
	}
	for _, l := range Logins {
		if l.Login == m.login {
			in.Password = l.Password
		}
	}
	for _, c := range crews {
		for _, a := range c.agents {
			if a == m.login {
				in.Teams = append(in.Teams, c.key)
			}
		}
	}
	if m.login == "ines" {
		in.Teams = []string{"apps"}
	}
	p, err := s.People.Create(ctx, in)
	if err != nil {
		return fmt.Errorf("hire %s: %w", m.login, err)
	}
	s.sum.People++
	if len(m.roles) > 0 && m.roles[0] == policies.Admin+everywhere {
		if _, err := s.Gate.Grant(ctx, policies.GrantInput{User: p.ID, Role: policies.Admin, Scope: policies.All, Reason: "The first administrator"}); err != nil {
			return err
		}
	}
	s.actors[m.login], err = s.People.ActorFor(ctx, p.ID, domain.ViaDemo)
	return err
}

// Password is that of every login of the demo organisation. It is shown to everybody: a desk with the demo in
// it is for looking around, and holds nothing of anybody's.
const Password = "show-me-around"

// Login is a person as whom one can look around.
type Login struct {
	Login, Password, Name string
	Roles                 []string
	Does                  string // what to see as this person, one sentence
}

// Logins are the people of the demo who can sign in, one for each role; the page for signing in offers them
// when the server runs with the demo.
var Logins = []Login{
	{"ana", Password, "Ana Ferreira", []string{policies.Requester}, "Reports what is broken, asks for things and follows her own tickets in the portal."},
	{"hugo", Password, "Hugo Martins", []string{policies.Agent}, "Works on the Service Desk: queues, replies, internal notes, resolving."},
	{"tess", Password, "Tess de Vries", []string{policies.Agent, policies.TeamLead}, "Leads the Network team, and can start a change whose window is open now."},
	{"ines", Password, "Inês Carvalho", []string{policies.ChangeManager}, "Leads changes from draft to review, and decides on none."},
	{"carl", Password, "Carl Brandner", []string{policies.CABMember}, "Sits on the CAB: several changes wait for his vote."},
	{"cleo", Password, "Cleo Janssen", []string{policies.CABChair}, "Chairs the CAB, and votes on emergency changes as well."},
	{"omar", Password, "Omar Haddad", []string{policies.CIOwner}, "Owns configuration items: keeps the CMDB right, and says what he thinks of changes to it."},
	{"otto", Password, "Otto Steiner", []string{policies.Auditor}, "Reads, exports and verifies everything, and changes nothing."},
	{"ada", Password, "Ada Kowalska", []string{policies.Admin}, "Administers people, teams, boards and roles."},
}

// grant gives everybody what they hold, with a reason for the reviewers of access.
func (s *story) grant(ctx context.Context, tick func()) error {
	for _, m := range append(cast, member{watchman, "", "", []string{policies.Agent + everywhere}}) {
		for _, r := range m.roles {
			tick()
			role, scope, _ := strings.Cut(r, "@")
			reason := "Joined the organisation's support; agreed with the team lead."
			switch {
			case m.login == watchman:
				reason = "Opens incidents for alarms."
			case role == policies.CABMember || role == policies.CABChair:
				reason = "Appointed to the board by the head of IT."
			case role == policies.Auditor:
				reason = "Internal audit plan of this year."
			}
			if _, err := s.Gate.Grant(ctx, policies.GrantInput{User: s.id(m.login), Role: role, Scope: scope, Reason: reason}); err != nil {
				return fmt.Errorf("grant %s to %s: %w", r, m.login, err)
			}
		}
	}
	return nil
}

// planViews lets people share the lists that they look at every day.
func (s *story) planViews() {
	for _, v := range []struct{ who, name, kind, query string }{
		{"mila", "P1 and P2, open", "incident", "kind=incident&queue=open&priority=1,2&sort=priority"},
		{"mila", "Nobody has it yet", "incident", "kind=incident&queue=unassigned&sort=opened_at"},
		{"tess", "Network, oldest first", "", "team=network&queue=open&sort=opened_at"},
		{"wim", "Requests in fulfilment", "request", "kind=request&state=in_fulfilment&sort=opened_at"},
		{"ines", "Waiting for approval", "change", "kind=change&state=authorize&sort=updated_at"},
		{"ines", "High-risk changes", "change", "kind=change&risk=high&sort=-updated_at"},
		{"omar", "Everything about the ERP", "", "service=ERP&sort=-updated_at"},
		{"rita", "Known errors", "problem", "kind=problem&state=known_error&sort=-updated_at"},
	} {
		s.plan(s.workday(20+s.rng.IntN(60)), v.who, "shares a view", func(ctx context.Context) error {
			_, err := s.Tickets.SaveView(ctx, ticket.View{Name: v.name, Kind: domain.Kind(v.kind), Query: v.query, Shared: true})
			return err
		})
	}
}

// planTexts gives the desk its canned texts: for all by the administrator, for a team by its lead.
func (s *story) planTexts() {
	for i, t := range []struct{ who, team, name, body string }{
		{"ada", "", "We are on it", "Hello {{requester.first_name}},\n\nthank you for telling us. {{me.first_name}} from {{team.name}} looks at it now; you will hear from us here.\n\nYour number is {{number}}."},
		{"ada", "", "One question", "Hello {{requester.first_name}},\n\nto go on we need one thing from you: "},
		{"ada", "", "Please check", "Hello {{requester.first_name}},\n\nit should work again. Please try it, and close {{number}} if it does. If it does not, say what you see and we go on.\n\n{{me.name}}"},
		{"ada", "", "Picked up in person", "Your order is ready at the service desk, Monday to Friday 8:00 to 17:00. Please bring your badge."},
		{"tess", "network", "VPN: collect the log", "Hello {{requester.first_name}},\n\nplease open the VPN client, choose *Help*, then *Collect logs*, and attach the file here. It holds no passwords.\n\n{{me.first_name}}, {{team.name}}"},
		{"tess", "network", "Wi-Fi: where and when", "To look at the right access point we need three things:\n\n- the room\n- the time, to the minute\n- the name of the laptop or phone"},
	} {
		s.plan(s.start.AddDate(0, 0, 1).Add(time.Duration(i)*time.Minute), t.who, "writes a canned text", func(ctx context.Context) error {
			_, err := s.Canned.Write(ctx, canned.WriteInput{Name: t.name, Body: t.body, Team: s.teams[t.team]})
			return err
		})
	}
}
