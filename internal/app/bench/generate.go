package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/domain/ticket/bulk"
	"github.com/cabinetdesk/cabinet/policies"
)

// The organisation around the tickets.
const (
	siteCount      = 5
	teamCount      = 20
	agentsPerTeam  = 10
	requesterCount = 2000
	batch          = 500
	span           = 3 * 365 * 24 * time.Hour
)

// The people as whom the server is asked: an agent who sees everything, one who sees a team, and a requester.
const (
	AgentOfAll  = "agent000"
	AgentOfTeam = "agent001"
	Requester   = "person0000"
)

// made is an organisation and what is being generated in it.
type made struct {
	Desk
	rng        *rand.Rand
	now        time.Time
	sites      []domain.SiteID
	teams      []domain.TeamID
	agents     []domain.UserID // agent i is in team i % teamCount
	requesters []domain.UserID
	names      map[domain.UserID]string
	actor      domain.UserID
}

// Generate fills an empty desk with an organisation and n tickets of the last three years: 96 of a hundred closed,
// 3 open, and with items configuration items. Every ticket has its event, its private values, its facet, participants and search document; three in
// ten have a reply, which is a second event. Nothing is sealed. The same n gives the same tickets.
func Generate(ctx context.Context, d Desk, n, items int, progress func(done int)) error {
	ctx = asSystem(ctx)
	m := &made{Desk: d, rng: rand.New(rand.NewPCG(uint64(n), 1)), now: d.DB.Now(ctx), names: map[domain.UserID]string{}}
	if err := m.organisation(ctx); err != nil {
		return fmt.Errorf("the organisation: %w", err)
	}
	for done := 0; done < n; {
		size := min(batch, n-done)
		if err := d.DB.Do(ctx, func(ctx context.Context) error { return m.tickets(ctx, done, size, n) }); err != nil {
			return fmt.Errorf("tickets from %d: %w", done, err)
		}
		done += size
		progress(done)
	}
	return m.items(ctx, items, func(int) {})
}

func (m *made) organisation(ctx context.Context) error {
	for i := range siteCount {
		site, err := m.People.CreateSite(ctx, fmt.Sprintf("site%d", i), fmt.Sprintf("Site %d", i), "Europe/Vienna")
		if err != nil {
			return err
		}
		m.sites = append(m.sites, site.ID)
	}
	var who []people.NewPerson
	for i := range teamCount * agentsPerTeam {
		who = append(who, people.NewPerson{Login: fmt.Sprintf("agent%03d", i), Name: "Agent " + word(i)})
	}
	for i := range requesterCount {
		who = append(who, people.NewPerson{Login: fmt.Sprintf("person%04d", i), Name: "Person " + word(i+500)})
	}
	ids, err := m.People.EnsurePeople(ctx, who)
	if err != nil {
		return err
	}
	for i, w := range who {
		id := ids[w.Login]
		m.names[id] = w.Name
		if i < teamCount*agentsPerTeam {
			m.agents = append(m.agents, id)
		} else {
			m.requesters = append(m.requesters, id)
		}
	}
	for t := range teamCount {
		team, err := m.People.EnsureTeam(ctx, teamKey(t), fmt.Sprintf("Team %02d", t))
		if err != nil {
			return err
		}
		m.teams = append(m.teams, team)
		var members []domain.UserID
		for i := t; i < len(m.agents); i += teamCount {
			members = append(members, m.agents[i])
		}
		if err := m.People.EnsureMembers(ctx, teamKey(t), members); err != nil {
			return err
		}
	}
	m.actor = m.agents[0]
	for login, scope := range map[string]string{AgentOfAll: policies.All, AgentOfTeam: "team:" + teamKey(1)} {
		if _, err := m.Gate.Grant(ctx, policies.GrantInput{User: ids[login], Role: policies.Agent, Scope: scope, Reason: "measures"}); err != nil {
			return err
		}
	}
	return nil
}

func teamKey(t int) string { return fmt.Sprintf("team%02d", t) }

// item is one ticket before it is written.
type item struct {
	bulk.Row
	facet  map[string]string
	values []any // of the row of the facet, after its key
	reply  string
	event  string // of the reply
}

// tickets writes one batch in the unit of work open in ctx: events first, then the rows.
func (m *made) tickets(ctx context.Context, from, size, of int) error {
	items := make([]*item, size)
	byKind := map[domain.Kind][]*item{}
	for i := range items {
		it := m.item(from+i, of)
		items[i] = it
		byKind[it.Ticket.Kind] = append(byKind[it.Ticket.Kind], it)
	}
	for _, kind := range domain.Records {
		numbers, err := bulk.Numbers(ctx, m.DB, kind, len(byKind[kind]))
		if err != nil {
			return err
		}
		for i, it := range byKind[kind] {
			it.Ticket.Number = numbers[i]
		}
	}
	facts := make([]domain.Fact, 0, size*2)
	rows := make([]bulk.Row, size)
	for i, it := range items {
		facts = append(facts, m.facts(it)...)
		rows[i] = it.Row
	}
	if err := m.DB.Emit(ctx, facts...); err != nil {
		return err
	}
	if err := bulk.Insert(ctx, m.DB, rows); err != nil {
		return err
	}
	return m.children(ctx, items, byKind)
}

// facts are the events of a ticket: what it was opened with, and the reply.
func (m *made) facts(it *item) []domain.Fact {
	t := *it.Ticket
	t.Version = 1
	after := ticket.Merge(t.Fields(), it.facet)
	before := ticket.Merge(t.Fields(), it.facet)
	for _, said := range []string{"title", "priority", "requester"} { // four values a ticket, with its state
		delete(before, said)
	}
	first := ticket.Happened{Ticket: t, What: "generated", Before: before, After: after, At: t.OpenedAt}
	first.From = ""
	out := []domain.Fact{first}
	if it.reply != "" {
		t.Version = 2
		it.event = m.Tickets.NewID(m.now)
		out = append(out, ticket.Happened{Ticket: t, What: "replied", From: t.State, Before: after, After: after, ID: it.event, At: t.UpdatedAt,
			Details: ticket.Detail("comment", it.reply, "")})
	}
	return out
}

// weights of kinds: of a hundred tickets, so many are of each.
var weights = []struct {
	kind  domain.Kind
	upTo  int
	flow  flow.Machine
	open  []string
	final string
}{
	{domain.KindIncident, 80, incident.Flow, []string{incident.StateNew, incident.StateAssigned, incident.StateInProgress, incident.StateInProgress, incident.StatePending}, incident.StateClosed},
	{domain.KindRequest, 92, request.Flow, []string{request.StateSubmitted, request.StateInFulfilment}, request.StateClosed},
	{domain.KindProblem, 94, problem.Flow, []string{problem.StateInvestigating, problem.StateKnownError}, problem.StateClosed},
	{domain.KindChange, 100, changes.Flow, []string{changes.StateDraft, changes.StateAssess}, changes.StateClosed},
}

// item makes the i-th of n tickets.
func (m *made) item(i, n int) *item {
	r := m.rng
	w := weights[0]
	for k, p := 0, r.IntN(100); p >= weights[k].upTo; k++ {
		w = weights[k+1]
	}
	opened := m.now.Add(-span + time.Duration(float64(span)*float64(i)/float64(n))).Truncate(time.Microsecond)
	updated := opened.Add(time.Duration(r.Int64N(int64(10 * 24 * time.Hour)))).Truncate(time.Microsecond)
	team := r.IntN(teamCount)
	t := &ticket.Ticket{Kind: w.kind, Title: sentence(r, 6), Description: sentence(r, 30), Priority: 1 + min(3, r.IntN(12)/2+r.IntN(2)),
		RequesterID: m.requesters[r.IntN(requesterCount)], TeamID: m.teams[team], AssigneeID: m.agents[team+teamCount*r.IntN(agentsPerTeam)],
		SiteID: m.sites[r.IntN(siteCount)], Service: services[r.IntN(len(services))], Classification: classes[r.IntN(len(classes))],
		Version: 1, OpenedAt: opened}
	t.OpenedBy = t.RequesterID
	state := w.final
	switch late := n - i; {
	case late <= n*2/100 && r.IntN(100) < 90, r.IntN(1000) < 12:
		state = w.open[r.IntN(len(w.open))]
		if r.IntN(10) < 2 {
			t.AssigneeID = 0
		}
		if r.IntN(10) < 4 {
			due := m.now.Add(time.Duration(r.Int64N(int64(20*24*time.Hour))) - 5*24*time.Hour).Truncate(time.Microsecond)
			t.DueAt = &due
		}
	case late <= n*3/100 && w.kind == domain.KindIncident:
		state = incident.StateResolved
	}
	if updated.After(m.now) {
		updated = m.now
	}
	t.UpdatedAt = updated
	_ = t.Enter(w.flow, state, updated) //nolint:errcheck // the states are those of the flow
	it := &item{Row: bulk.Row{Ticket: t, People: m.names[t.RequesterID] + " " + m.names[t.AssigneeID]}}
	if r.IntN(10) < 3 {
		t.Version, it.reply = 2, sentence(r, 15)
		it.Said = it.reply
	}
	m.facet(it, opened)
	return it
}
