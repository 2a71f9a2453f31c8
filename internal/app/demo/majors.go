package demo

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cause"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/app/demo/tales"
)

// crisis is a major incident, as it was told while it lasted.
type crisis struct {
	tale     tales.Tale
	reason   string
	reports  []tales.Tale // what users report, and the desk ties to it
	askers   []string     // who reports them
	agent    string
	updates  []string // public, by the agent
	internal string
	change   string // the change that caused it, or that ends it
	kind     string // of the tie to it
	over     bool
}

func userReport(title, service string) tales.Tale {
	return tales.Tale{Title: title, Service: service, Class: "Software", Team: "apps", Impact: 2, Urgency: 2, Text: "Just to let you know, in case nobody has told you yet. It began a few minutes ago."}
}

var crises = []crisis{
	{tale: tales.Tale{Title: "Mail is down at all sites", Service: "Mail", Class: "Software", Team: "apps", Impact: 1, Urgency: 1, Watched: true,
		Text: "```\nCRITICAL  mail-store-01  no free space on /var/spool (100 %)\nCRITICAL  mail-store-02  no free space on /var/spool (100 %)\n```\nNo mail in or out since **08:02**.",
		Fix:  "Old queue files of the migration removed, spool volume extended by 200 GB. All mails held back were delivered by 11:20; none was lost. A review is planned."},
		reason: "No mail for 400 people at three sites, and customers get bounces.", agent: "felix",
		reports:  []tales.Tale{userReport("I cannot send mail", "Mail"), userReport("Mails of this morning are missing", "Mail"), userReport("Customer says our mail bounces", "Mail"), userReport("The mail program says *disconnected*", "Mail")},
		askers:   []string{"marta", "klaas", "sara", "ruben"},
		updates:  []string{"We are aware that **no mail is sent or received** at all sites. The spool of the mail store is full. Next update in 30 minutes.", "Space is being made. Mails sent to you meanwhile are held back by the gateways and **not lost**.", "Mail flows again since 10:10. The held-back mails are being delivered, oldest first; expect the last ones before noon."},
		internal: "Migration of the night left its copies in the spool: 180 GB. The check after the change looked at one store of two, ten minutes too early.",
		change:   "mailstore", kind: cause.CausedBy, over: true},
	{tale: tales.Tale{Title: "Customer portal answers with error 502 for everybody", Service: "Customer portal", Class: "Software", Team: "apps", Impact: 1, Urgency: 1, Watched: true,
		Text: "```\nCRITICAL  portal-lb  0 of 4 back ends healthy\nlast deployment  8.4.1, this morning\n```"},
		reason: "Customers can neither order nor see their deliveries.", agent: "yara",
		reports:  []tales.Tale{userReport("Portal shows *Bad gateway* to a customer", "Customer portal"), userReport("Orders of the portal do not arrive in the ERP", "Customer portal"), userReport("Customer portal does not open", "Customer portal")},
		askers:   []string{"ana", "femke", "anton"},
		updates:  []string{"The customer portal is **not available**. It began after this morning's release. We prepare the way back to the release before; next update in 30 minutes.", "The emergency board has been asked to approve going back to release 8.4.0. Orders by mail and phone are taken as usual."},
		internal: "All four back ends run out of connections 90 seconds after their start: the new pool never gives them back. Rolling back is quicker than mending.",
		change:   "rollback", kind: cause.FixedBy},
}

// planMajor plans the two major incidents: one that is over, and one that is going on.
func (s *story) planMajor() {
	s.major(crises[0], midnight(s.workday(38)).Add(8*time.Hour+4*time.Minute))
	s.major(crises[1], s.now.Add(-100*time.Minute))
}

func (s *story) major(k crisis, at time.Time) {
	c := course{agent: k.agent, opened: at, deadline: s.now.Add(-4 * time.Minute)}
	m := s.newMatter(&c, k.tale)
	m.pace.triage, m.pace.start, m.pace.work = 4*time.Minute, 4*time.Minute, 20*time.Minute
	m.report()
	m.give(m.pace.triage, m.desk, k.tale.Team, k.agent)
	m.move(m.pace.start, m.agent, incident.MoveInput{Event: "start"})
	m.then(m.pace.triage, "mila", "declares a major incident", func(ctx context.Context) error {
		_, err := s.Incidents.DeclareMajor(ctx, m.rec.number, 0, k.reason)
		return err
	})
	m.then(time.Minute, "ines", "watches", s.watch(m.rec, "ines"))
	for i, u := range k.updates {
		m.says(m.pace.work, m.agent, u)
		if i == 0 {
			m.notes(m.pace.triage, m.agent, k.internal)
		}
	}
	if k.over {
		m.resolve()
		m.then(2*time.Minute, m.agent, "attaches the course of events", s.attach(m.rec, "course-of-events.txt",
			"08:02 spool full on both stores\n08:06 incident declared major\n08:40 cause found: copies of the migration\n10:10 mail flows\n11:20 queue empty\n"))
		m.always = false
		m.move(26*time.Hour, "mila", incident.MoveInput{Event: "close"})
	}
	s.lived(m.life, at, c.deadline)
	s.tie(k, m.rec, at.Add(3*time.Hour))
	for i, t := range k.reports {
		s.child(t, k, m.rec, k.askers[i], at.Add(12*time.Minute+s.about(25*time.Minute)))
	}
}

// child plans a user's report of what is known already: the desk ties it to the major incident.
func (s *story) child(t tales.Tale, k crisis, parent *record, asker string, at time.Time) {
	m := s.newMatter(&course{asker: asker, agent: k.agent, opened: at}, t)
	m.always = true
	m.report()
	m.then(5*time.Minute, m.desk, "ties it to the major incident", func(ctx context.Context) error {
		return s.link(m.rec, ticket.Parent, parent)(ctx)
	})
	m.give(time.Minute, m.desk, t.Team, k.agent)
	m.says(2*time.Minute, m.desk, s.greet(asker, "This is part of a larger disturbance that we are working on with all hands. We tell you here when it is over."))
	if k.over {
		m.move(3*time.Hour, m.desk, incident.MoveInput{Event: "resolve", Resolution: "Over with the major incident.", CloseCode: "Fixed"})
		m.move(20*time.Hour, m.desk, incident.MoveInput{Event: "close"})
	}
	s.lived(m.life, at, s.now.Add(-2*time.Minute))
}

// lessons are what reviews say, by what had happened.
var lessons = map[changes.Outcome]struct{ objectives, learned string }{
	"successful":             {"met", "As planned. The order of the steps is kept for the next time."},
	"successful_with_issues": {"met", "The check after the change looked too early: it now waits ten minutes."},
	"partially_implemented":  {"partly", "Too much for one window. The rest has a change of its own, with half of the steps."},
	"failed":                 {"missed", "The test system lacked what broke the real one. It is refreshed before the next attempt."},
	"backed_out":             {"missed", "The way back worked as written, in twenty minutes. The vendor has the log of the failed step."},
}

// look has somebody conduct the review of a change, where there is one to be done.
func (s *story) look(number *string, outcome changes.Outcome) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		r, _, found, err := s.Reviews.Of(ctx, *number)
		if err != nil || !found || r.State == review.Done {
			return err
		}
		says := lessons[outcome]
		_, err = s.Reviews.Conduct(ctx, review.Findings{Change: *number, Objectives: says.objectives, Lessons: says.learned, CMDB: "updated"})
		return err
	}
}

// tie says what an incident and a change have to do with each other; a cause that was confirmed is reviewed.
func (s *story) tie(k crisis, incident *record, at time.Time) {
	change := s.changes[k.change]
	say := func(confidence, evidence string) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			if change.number == "" {
				return nil
			}
			_, err := s.Causes.Say(ctx, cause.SayInput{Incident: incident.number, Change: change.number, Kind: k.kind, Confidence: confidence, Evidence: evidence})
			return err
		}
	}
	s.plan(earlier(at, s.now.Add(-5*time.Minute)), k.agent, "ties it to a change", say(cause.Suspected, ""))
	if k.kind != cause.CausedBy {
		return
	}
	s.plan(at.Add(22*time.Hour), "ines", "confirms the cause", say(cause.Confirmed, k.internal))
	s.plan(at.Add(30*time.Hour), "ines", "reviews the change behind it", s.look(&change.number, "successful_with_issues"))
}
