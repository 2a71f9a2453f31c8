package demo

import (
	"context"
	"fmt"
	"github.com/cabinetdesk/cabinet/internal/app/demo/tales"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/people"
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

var (
	departments = []string{"Sales", "Purchasing", "Controlling", "Logistics", "Engineering", "Marketing", "Human Resources", "Quality", "Customer Service"}
	rooms       = []string{"Tejo", "Douro", "Maas", "Schie", "Mur", "Schlossberg", "Atlantic", "Glacier", "Harbour"}
	hosts       = []string{"lis-app-03", "lis-db-01", "rtm-sw-12", "rtm-app-07", "graz-sw-02", "graz-file-01", "dc1-erp-02", "dc1-proxy-01", "dc2-db-04", "rtm-ap-31"}
)

// wording fills the words in braces, for one occasion: the same everywhere in its texts.
func (s *story) wording(site string) *strings.Replacer {
	name := "Lisbon"
	for _, p := range places {
		if p.key == site {
			name = p.name
		}
	}
	clock := fmt.Sprintf("%d:%02d", 7+s.rng.IntN(9), 5*s.rng.IntN(12))
	return strings.NewReplacer(
		"{site}", name,
		"{floor}", strconv.Itoa(1+s.rng.IntN(5)),
		"{desk}", fmt.Sprintf("%d.%02d", 1+s.rng.IntN(5), 1+s.rng.IntN(40)),
		"{room}", pick(s, rooms),
		"{dept}", pick(s, departments),
		"{host}", pick(s, hosts),
		"{printer}", fmt.Sprintf("PR-%s-%02d", strings.ToUpper(name[:3]), 1+s.rng.IntN(30)),
		"{laptop}", fmt.Sprintf("NB-%05d", 20000+s.rng.IntN(9000)),
		"{order}", strconv.Itoa(4500000000+s.rng.IntN(900000)),
		"{time}", clock,
		"{n}", strconv.Itoa(100+s.rng.IntN(900)),
	)
}

// told is a tale with its words filled in.
func (s *story) told(t tales.Tale, site string) tales.Tale {
	w := s.wording(site)
	for _, field := range []*string{&t.Title, &t.Text, &t.Ask, &t.Answer, &t.Note, &t.Fix} {
		*field = w.Replace(*field)
	}
	return t
}

// thanks and the like are what people say when it works again.
var (
	thanks    = []string{"Works again, thank you!", "Perfect, thanks for the quick help.", "Thank you, all good now.", "Confirmed, it is fine again.", "Great, thanks!"}
	greetings = []string{"Hello %s,\n\nthank you for telling us. %s", "Hi %s,\n\nI have taken this over. %s", "Good morning %s,\n\n%s", "Hello %s,\n\n%s"}
	objecting = []string{"I am afraid it is back: the same as before.", "It worked for an hour, and now it is the same again.", "Unfortunately not solved for me. What else can we try?"}
	waiting   = []string{"A spare part is ordered; the supplier promises it for Thursday.", "Vendor's support has the logs; their case is 00-48213.", "Waits for the vendor's hot fix."}
	chasing   = []string{"Any news? I have a deadline tomorrow.", "Can you say roughly when somebody will look at it?", "It got worse today, now a colleague has it as well."}
)

func (s *story) greet(login, text string) string {
	first := login
	for _, m := range cast {
		if m.login == login {
			first, _, _ = strings.Cut(m.name, " ")
		}
	}
	return fmt.Sprintf(pick(s, greetings), first, text)
}
