package demo

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/app/demo/tales"
)

// The incidents that are still open, by state: how long ago each was reported, and whom it is with where that
// matters. Three more, and the major incident itself, are in majors.go.
var openIncidents = []struct {
	state string
	ago   time.Duration
	agent string
}{
	{incident.StateNew, 9 * time.Minute, ""}, {incident.StateNew, 26 * time.Minute, ""}, {incident.StateNew, 48 * time.Minute, ""},
	{incident.StateNew, 95 * time.Minute, ""}, {incident.StateNew, 3 * time.Hour, ""}, {incident.StateNew, 5 * time.Hour, ""},
	{incident.StateNew, 21 * time.Hour, ""}, {incident.StateNew, 27 * time.Hour, ""}, {incident.StateNew, 75 * time.Hour, ""}, {incident.StateNew, 8 * day, ""},
	{incident.StateAssigned, 70 * time.Minute, "hugo"}, {incident.StateAssigned, 4 * time.Hour, "tess"}, {incident.StateAssigned, 6 * time.Hour, "-"},
	{incident.StateAssigned, 22 * time.Hour, ""}, {incident.StateAssigned, 30 * time.Hour, "-"}, {incident.StateAssigned, 3 * day, ""}, {incident.StateAssigned, 9 * day, "-"},
	{incident.StateInProgress, 2 * time.Hour, "hugo"}, {incident.StateInProgress, 5 * time.Hour, "hugo"}, {incident.StateInProgress, 26 * time.Hour, "hugo"},
	{incident.StateInProgress, 3 * time.Hour, "tess"}, {incident.StateInProgress, 2 * day, "tess"}, {incident.StateInProgress, 7 * time.Hour, ""},
	{incident.StateInProgress, 24 * time.Hour, ""}, {incident.StateInProgress, 50 * time.Hour, ""}, {incident.StateInProgress, 3 * day, ""},
	{incident.StateInProgress, 5 * day, ""}, {incident.StateInProgress, 12 * day, ""}, {incident.StateInProgress, 25 * day, ""}, {incident.StateInProgress, 41 * day, ""},
	{incident.StatePending, 8 * time.Hour, "hugo"}, {incident.StatePending, 4 * day, "hugo"}, {incident.StatePending, 6 * day, "tess"},
	{incident.StatePending, 28 * time.Hour, ""}, {incident.StatePending, 2 * day, ""}, {incident.StatePending, 3 * day, ""}, {incident.StatePending, 5 * day, ""},
	{incident.StatePending, 10 * day, ""}, {incident.StatePending, 17 * day, ""}, {incident.StatePending, 33 * day, ""}, {incident.StatePending, 58 * day, ""},
}

const day = 24 * time.Hour

// How many are over, by how they ended.
const (
	closedIncidents    = 223
	resolvedIncidents  = 15
	cancelledIncidents = 12
)

// deck deals tales: each comes once before any comes again.
type deck struct {
	all, left []tales.Tale
}

func (s *story) deal(d *deck, fits func(tales.Tale) bool) tales.Tale {
	for {
		for i, t := range d.left {
			if fits(t) {
				d.left = slices.Delete(d.left, i, i+1)
				return t
			}
		}
		d.left = slices.Clone(d.all)
		s.rng.Shuffle(len(d.left), func(i, j int) { d.left[i], d.left[j] = d.left[j], d.left[i] })
	}
}

// course is how one incident goes.
type course struct {
	end              string
	asker, agent     string // agent "-": only the team
	opened, deadline time.Time
}

func (s *story) planIncidents() {
	d := &deck{all: tales.Incidents}
	calm := func(t tales.Tale) bool { return t.Impact+t.Urgency > 2 } // nothing critical stays open for weeks
	person := func(t tales.Tale) bool { return !t.Watched && calm(t) }
	for i, o := range openIncidents {
		fits := calm
		switch {
		case o.agent == "tess":
			fits = func(t tales.Tale) bool { return t.Team == "network" && person(t) }
		case o.agent == "hugo" || i%10 == 0:
			fits = person
		}
		t := s.deal(d, fits)
		c := course{end: o.state, agent: o.agent, opened: s.now.Add(-o.ago), deadline: s.now.Add(-o.ago / 12)}
		if o.ago > 20*time.Hour {
			c.opened = s.working(c.opened)
		}
		if c.deadline.Before(c.opened) {
			c.opened = s.now.Add(-o.ago)
		}
		if i%10 == 0 {
			c.asker = "ana"
		}
		if o.agent == "hugo" {
			t.Team = "desk"
		}
		s.incident(c, t)
	}
	any := func(tales.Tale) bool { return true }
	for range closedIncidents {
		opened := s.workday(5 + s.rng.IntN(Days-6))
		s.incident(course{end: incident.StateClosed, opened: opened, deadline: s.now.Add(-s.about(day))}, s.deal(d, any))
	}
	for range resolvedIncidents {
		opened := s.workday(1 + s.rng.IntN(5))
		s.incident(course{end: incident.StateResolved, opened: opened, deadline: s.now.Add(-s.about(3 * time.Hour))}, s.deal(d, any))
	}
	for range cancelledIncidents {
		opened := s.workday(2 + s.rng.IntN(Days-3))
		s.incident(course{end: incident.StateCancelled, opened: opened, deadline: s.now.Add(-time.Hour)}, s.deal(d, calm))
	}
}

// pace is how long people take, by priority.
var pace = map[int]struct{ triage, start, work time.Duration }{
	1: {6 * time.Minute, 5 * time.Minute, 40 * time.Minute},
	2: {25 * time.Minute, 40 * time.Minute, 2 * time.Hour},
	3: {90 * time.Minute, 3 * time.Hour, 7 * time.Hour},
	4: {3 * time.Hour, 9 * time.Hour, 15 * time.Hour},
}

// incident plans one incident from its report to the end of its course.
func (s *story) incident(c course, t tales.Tale) {
	m := s.newMatter(&c, t)
	m.report()
	if c.end == incident.StateNew {
		if s.now.Sub(c.opened) > day {
			m.says(m.pace.work, m.asker, pick(s, chasing))
		}
		s.lived(m.life, c.opened, c.deadline)
		return
	}
	if c.end == incident.StateCancelled {
		m.cancel()
		s.lived(m.life, c.opened, c.deadline)
		return
	}
	m.assign()
	m.names()
	if c.end != incident.StateAssigned {
		m.work(c.end)
	}
	s.lived(m.life, c.opened, c.deadline)
}

// matter is one incident while its life is being planned.
type matter struct {
	life
	s     *story
	tale  tales.Tale
	rec   *record
	asker string
	agent string // who works on it
	owner string // "-" when only the team gets it at first
	desk  string // who takes calls and dispatches
	by    string // how it came in
	pace  struct{ triage, start, work time.Duration }
}

func (s *story) newMatter(c *course, t tales.Tale) *matter {
	m := &matter{s: s, asker: c.asker, owner: c.agent, agent: c.agent, desk: pick(s, crewOf("desk")), by: "portal"}
	if m.asker == "" {
		m.asker = pick(s, askers)
	}
	site := "lisbon"
	for _, who := range cast {
		if who.login == m.asker {
			site = who.site
		}
	}
	m.tale = s.told(t, site)
	m.rec = &record{tale: t.Title}
	if m.agent == "" || m.agent == "-" {
		m.agent = pick(s, crewOf(t.Team))
	}
	p, _ := ticket.PriorityOf(t.Impact, t.Urgency) //nolint:errcheck // tales are in range, a test looks
	m.pace = pace[p]
	switch n := s.rng.IntN(100); {
	case t.Watched:
		m.by, m.asker, m.always = watchman, watchman, true
	case c.asker != "" || n < 55:
	case n < 80:
		m.by = "phone"
	case n < 95:
		m.by = "mail"
	default:
		m.by = "chat"
	}
	s.sum.Incidents++
	return m
}

// report opens it: by the person, by the Service Desk for a caller, or by monitoring.
func (m *matter) report() {
	opener := m.asker
	if m.by != "portal" && m.by != watchman {
		opener = m.desk
	}
	m.then(0, opener, "reports", func(ctx context.Context) error {
		in := incident.ReportInput{Title: m.tale.Title, Description: m.tale.Text, Impact: m.tale.Impact, Urgency: m.tale.Urgency,
			Requester: m.s.id(m.asker), Site: m.s.actors[m.asker].Site, Service: m.tale.Service, Classification: m.tale.Class, ContactType: m.by}
		i, err := m.s.Incidents.Report(ctx, in)
		m.rec.number = i.Ticket.Number
		m.s.remember(m.rec)
		return err
	})
	if m.by == "portal" && m.s.chance(12) {
		m.attach(4*time.Minute, m.asker)
	}
}

func (m *matter) cancel() {
	duplicate := m.s.chance(60)
	m.then(m.pace.triage, m.desk, "cancels", func(ctx context.Context) error {
		reason := "No incident: everything works as it should, explained on the phone."
		if other := m.s.earlier(m.rec); duplicate && other != "" {
			if _, err := m.s.Tickets.Link(ctx, ticket.LinkInput{Number: m.rec.number, Kind: ticket.DuplicateOf, To: other}); err != nil {
				return err
			}
			reason = "Duplicate of " + other + "."
		}
		_, err := m.s.Incidents.Move(ctx, incident.MoveInput{Number: m.rec.number, Event: "cancel", Reason: reason})
		return err
	})
}

// assign gives it to its team, sometimes by way of a wrong one.
func (m *matter) assign() {
	if m.tale.Team != "desk" && m.owner == "" && m.s.chance(12) {
		wrong := pick(m.s, []string{"workplace", "network", "apps"})
		if wrong != m.tale.Team {
			m.give(m.pace.triage, m.desk, wrong, "")
			lead := crewOf(wrong)[0]
			m.notes(m.pace.triage, lead, "Not ours: please see the description, it is a matter for another team.")
		}
	}
	who := m.agent
	if m.owner == "-" || m.owner == "" && m.s.chance(30) {
		who = ""
	}
	m.give(m.pace.triage, m.desk, m.tale.Team, who)
	if m.s.chance(18) {
		lead := crewOf(m.tale.Team)[0]
		m.then(m.pace.triage, lead, "watches", m.s.watch(m.rec, lead))
	}
	if m.tale.Service == "ERP" && m.asker != "omar" && m.s.chance(50) {
		m.then(m.pace.triage, "omar", "watches", m.s.watch(m.rec, "omar"))
	}
}

// work is what happens from the start to the end of the course.
func (m *matter) work(end string) {
	m.move(m.pace.start, m.agent, incident.MoveInput{Event: "start"})
	if m.tale.Problem != "" {
		m.blame()
	}
	if m.s.chance(4) {
		m.override()
	}
	if end == incident.StatePending {
		m.pend(m.by != watchman && m.s.chance(55))
		if m.s.chance(40) {
			m.notes(m.pace.work, m.agent, m.tale.Note)
		}
		return
	}
	m.talk()
	if end == incident.StateInProgress {
		return
	}
	m.resolve()
	switch n := m.s.rng.IntN(100); {
	case m.by == watchman:
	case n < 9: // a reply to a resolved incident opens it again
		m.says(m.pace.work, m.asker, pick(m.s, objecting))
		m.notes(m.pace.work, m.agent, "Looked at it again together with the requester; the first fix had not reached all devices.")
		m.resolve()
	case n < 13 && m.by == "portal":
		m.move(m.pace.work, m.asker, incident.MoveInput{Event: "reopen", Reason: pick(m.s, objecting)})
		m.says(m.pace.work, m.agent, "I am sorry about that. I have repeated it and checked it on your device this time.")
		m.resolve()
	}
	if end != incident.StateClosed {
		return
	}
	closer := m.desk
	if m.by == "portal" && m.s.chance(60) {
		closer = m.asker
	}
	m.move(20*time.Hour, closer, incident.MoveInput{Event: "close"})
	if closer == m.asker && m.s.chance(50) {
		m.says(time.Minute, m.asker, pick(m.s, thanks))
	}
}

// talk is the conversation on the way to the solution.
func (m *matter) talk() {
	switch n := m.s.rng.IntN(100); {
	case m.by == watchman:
		m.notes(m.pace.work, m.agent, m.tale.Note)
		return
	case n < 40:
		m.says(m.pace.triage, m.agent, m.s.greet(m.asker, m.tale.Ask))
		m.says(m.pace.triage, m.asker, m.tale.Answer)
	case n < 70:
		m.pend(true)
		m.says(m.pace.work, m.asker, m.tale.Answer) // which resumes it
	case n < 88:
		m.pend(false)
		m.move(2*m.pace.work, m.agent, incident.MoveInput{Event: "resume"})
	}
	if m.s.chance(80) {
		m.notes(m.pace.work, m.agent, m.tale.Note)
	}
}

func (m *matter) resolve() {
	code := "Fixed"
	if m.s.chance(15) {
		code = "Fixed with workaround"
	}
	m.move(m.pace.work, m.agent, incident.MoveInput{Event: "resolve", Resolution: m.tale.Fix, CloseCode: code})
}

// pend waits for the requester, with a question, or for somebody else.
func (m *matter) pend(user bool) {
	in := incident.MoveInput{Event: "pend", PendingOn: "user", Reason: "Waits for an answer: " + strings.TrimSpace(m.tale.Ask)}
	if user {
		in.Comment = m.s.greet(m.asker, m.tale.Ask)
	} else {
		in.PendingOn, in.Reason = "vendor", pick(m.s, waiting)
		if m.tale.Problem != "" {
			in.PendingOn, in.Reason = "problem", "The cause is being looked for; the workaround holds for now."
		}
	}
	m.move(m.pace.triage, m.agent, in)
}
