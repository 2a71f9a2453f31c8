package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/policy"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/app/demo/tales"
)

func (s *story) planChanges() {
	for _, p := range passages {
		s.change(p)
	}
	s.sum.Changes++
	s.plan(s.workday(2), "petra", "records what was found", func(ctx context.Context) error {
		_, err := s.Changes.Detect(ctx, changes.DetectInput{Title: "Port 8443 of the warehouse switch is open, and no change says so", Team: s.teams["network"],
			Description: "The nightly comparison of the configurations shows it. Yesterday it was shut.\n\n```\n+ interface 24\n+   permit tcp any 8443\n```"})
		return err
	})
}

// journey is one change while its life is being planned.
type journey struct {
	life
	s      *story
	rec    *record
	way    passage
	plan   tales.Proposal
	window [2]time.Time
}

func (s *story) change(p passage) {
	j := &journey{s: s, rec: &record{}, way: p, plan: tales.Proposals[p.plan]}
	if _, ok := s.changes[p.plan]; !ok {
		s.changes[p.plan] = j.rec
	}
	s.sum.Changes++
	words := s.wording(pick(s, places).key)
	for _, text := range []*string{&j.plan.Title, &j.plan.Text} {
		*text = words.Replace(*text)
	}
	start := midnight(s.now).AddDate(0, 0, p.days).Add(time.Duration(p.at) * time.Hour)
	if p.now != 0 {
		start = s.now.Add(time.Duration(p.now) * time.Minute).Truncate(5 * time.Minute)
	}
	j.window = [2]time.Time{start, start.Add(time.Duration(p.hours) * time.Hour)}

	opened := s.working(start.Add(-12 * day))
	deadline := start.Add(-time.Hour)
	if recent := s.now.Add(-9 * day); opened.After(recent) {
		opened = s.working(recent)
	}
	if p.twist == expedited || p.twist == glass {
		j.always = true
		opened = start.Add(-75 * time.Minute)
		deadline = start.Add(-10 * time.Minute)
	}
	if last := s.now.Add(-25 * time.Minute); deadline.After(last) {
		deadline = last
	}
	j.prepare()
	s.lived(j.life, opened, deadline)
	j.carryOut()
}

// prepare is what happens before the window.
func (j *journey) prepare() {
	p := j.way
	j.raise()
	if p.twist == bare {
		return
	}
	if p.end == changes.StateCancelled && len(p.votes) == 0 {
		j.move(day, "ines", changes.MoveInput{Event: "cancel", Reason: p.notes})
		return
	}
	if p.twist == glass {
		j.breakGlass(p.crew[0])
		return
	}
	if p.twist == expedited {
		j.move(10*time.Minute, p.raiser, changes.MoveInput{Event: "expedite", Reason: j.plan.Why})
	} else {
		j.move(9*time.Hour, p.raiser, changes.MoveInput{Event: "submit"})
		if j.s.chance(60) {
			j.then(5*time.Hour, crewOf(j.plan.Team)[0], "notes", j.s.comment(j.rec, pick(j.s, []string{"Read by a second pair of eyes: the order of the steps is right.", "Way back tried out on the test system last week.", "Risk as rated: agreed.", "Please keep the Service Desk informed, they will get the calls."}), true))
		}
		if p.end == changes.StateAssess {
			return
		}
		j.review(6 * time.Hour)
		j.move(14*time.Hour, "ines", changes.MoveInput{Event: "request_authorization"})
	}
	j.ask(p.votes)
	switch p.twist {
	case rejected:
		if len(p.again) > 0 {
			j.amend("Call the duty manager on 7710 when a step fails. ")
			j.round(p.again)
		}
	case edited:
		j.amend("Each step is signed off in the change by a second person. ")
		if len(p.again) > 0 {
			j.round(p.again)
		}
	case held, released:
		j.then(4*time.Hour, "ines", "puts it on hold", func(ctx context.Context) error {
			why := p.notes
			if why == "" {
				why = "Waits for the vendor's release notes."
			}
			_, err := j.s.Changes.Hold(ctx, j.rec.number, 0, why)
			return err
		})
		if p.twist == released {
			j.then(20*time.Hour, "ines", "lets it go on", func(ctx context.Context) error {
				_, err := j.s.Changes.Release(ctx, j.rec.number, 0)
				return err
			})
		}
	case dropped:
		j.move(9*time.Hour, "ines", changes.MoveInput{Event: "cancel", Reason: p.notes})
	}
}

// round goes through assessment and the board once more.
func (j *journey) round(votes []vote) {
	j.move(3*time.Hour, j.way.raiser, changes.MoveInput{Event: "submit"})
	j.review(3 * time.Hour)
	j.move(3*time.Hour, "ines", changes.MoveInput{Event: "request_authorization"})
	j.ask(votes)
}

// carryOut is what happens from the beginning of the window.
func (j *journey) carryOut() {
	p, outcome, notes := j.way, j.way.outcome, j.way.notes
	if outcome == "" {
		outcome = "successful"
	}
	if notes == "" {
		notes = "As planned and in time; no incident since."
	}
	j.life = life{always: true}
	switch p.end {
	case changes.StateImplementing, changes.StateReview, changes.StateClosed:
	default:
		return
	}
	worker := p.crew[0]
	if p.twist != glass {
		j.move(5*time.Minute, worker, changes.MoveInput{Event: "start"})
	}
	j.then(40*time.Minute, worker, "notes", j.s.comment(j.rec, "First half done, everything as expected.", true))
	if p.end != changes.StateImplementing {
		j.move(50*time.Minute, worker, changes.MoveInput{Event: "complete", Outcome: outcome})
		j.then(5*time.Minute, worker, "attaches the protocol", j.s.attach(j.rec, "protocol.txt", "Window "+j.window[0].Format("2006-01-02 15:04")+" UTC\nImplemented by "+worker+"\n\n"+j.plan.How+"\n\nTest: "+j.plan.Test+"\nResult: "+string(outcome)+"\n"))
	}
	j.s.lived(j.life, j.window[0], earlier(j.window[1], j.s.now.Add(-20*time.Minute)))
	if p.end == changes.StateClosed {
		j.life = life{}
		j.then(0, "ines", "close", func(ctx context.Context) error {
			if err := j.s.look(&j.rec.number, outcome)(ctx); err != nil {
				return err
			}
			_, err := j.s.Changes.Move(ctx, changes.MoveInput{Number: j.rec.number, Event: "close", CloseNotes: notes})
			return err
		})
		j.s.lived(j.life, j.s.working(j.window[1].Add(30*time.Hour)), j.s.now.Add(-time.Hour))
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// raise drafts it, with its whole plan unless that is still to be written.
func (j *journey) raise() {
	p, w := j.way, j.plan
	j.then(0, p.raiser, "raises a change", func(ctx context.Context) error {
		crew, model := j.s.ids(p.crew...), changes.Normal
		if p.twist == expedited || p.twist == glass {
			model = changes.Emergency
		}
		patch := changes.PlanPatch{Title: &w.Title, Description: &w.Text, Service: &w.Service, Model: &model, Risk: &w.Risk, Justification: &w.Why,
			ImplementationPlan: &w.How, PlannedStart: &j.window[0], PlannedEnd: &j.window[1], AffectedServices: &w.Touches}
		if p.twist != bare {
			patch.TestPlan, patch.BackoutPlan, patch.Implementers = &w.Test, &w.Back, &crew
			rate(&patch, w)
		}
		c, err := j.s.Changes.Raise(ctx, changes.RaiseInput{Plan: patch, Classification: w.Class, Team: j.s.teams[w.Team], Owner: j.s.id("ines")})
		j.rec.number = c.Ticket.Number
		return err
	})
	if problem := j.s.problems[w.Problem]; problem != nil {
		j.then(6*time.Minute, p.raiser, "ties it to the problem that it mends", func(ctx context.Context) error {
			if problem.number == "" {
				return nil
			}
			return j.s.link(j.rec, ticket.Related, problem)(ctx)
		})
	}
	assignee := "ines"
	team := "apps" // hers
	if len(p.crew) > 0 && p.end != changes.StateReview && p.end != changes.StateAssess {
		assignee, team = p.crew[0], w.Team
	}
	j.then(8*time.Minute, "ines", "assigns it", func(ctx context.Context) error {
		t, u := j.s.teams[team], j.s.id(assignee)
		if ok, member, err := j.s.People.MemberOf(ctx, u, t); err != nil || !ok || !member {
			t = 0 // somebody of another team does it
		}
		_, err := j.s.Tickets.Assign(ctx, ticket.AssignInput{Number: j.rec.number, Team: &t, Assignee: &u})
		return err
	})
	if w.Service == "ERP" {
		j.then(10*time.Minute, "omar", "watches", j.s.watch(j.rec, "omar"))
		j.then(time.Hour, "omar", "replies", j.s.comment(j.rec, "As the owner of the ERP: fine with me, but please not in the three days before the month's end.", false))
	}
}

func (j *journey) move(after time.Duration, who string, in changes.MoveInput) {
	j.then(after, who, in.Event, func(ctx context.Context) error {
		in.Number = j.rec.number
		_, err := j.s.Changes.Move(ctx, in)
		return err
	})
}

// amend edits the plan of a change: what was decided on it counts no more.
func (j *journey) amend(more string) {
	j.then(5*time.Hour, j.way.raiser, "edits the plan", func(ctx context.Context) error {
		how := j.plan.How + "\n\n" + more
		_, _, err := j.s.Changes.Amend(ctx, changes.AmendInput{Number: j.rec.number, Plan: changes.PlanPatch{ImplementationPlan: &how}})
		return err
	})
}

// ask lets people vote on the plan as it stands then.
func (j *journey) ask(votes []vote) {
	for _, v := range votes {
		after := 8 * time.Hour
		if j.way.twist == expedited {
			after = 6 * time.Minute
		}
		j.then(after, v.who, "votes", func(ctx context.Context) error {
			c, err := j.s.Changes.Get(domain.WithActor(ctx, domain.SystemActor(domain.ViaDemo)), j.rec.number)
			if err != nil {
				return err
			}
			open := c.Current()
			if len(open) == 0 {
				return fmt.Errorf("%s asks nobody", j.rec.number)
			}
			in := changes.DecideInput{Number: j.rec.number, Slot: open[0].Slot.Ref, Verdict: v.verdict, Comment: v.say, Digest: c.Facet.Digest}
			if v.first != "" {
				in.Conditions = []approval.Condition{{Text: v.first, Before: "start"}}
			}
			if open[0].Slot.Kind == policy.Peer { // one colleague is enough, whoever was thought of
				voters := open[0].Tally(c.Subject()).Open
				if c.Ticket.State != changes.StateAuthorize || len(voters) == 0 {
					return nil
				}
				ctx = j.s.actingAs(ctx, voters[0])
			}
			_, err = j.s.Changes.Decide(ctx, in)
			return err
		})
	}
}

// actingAs is a context in which somebody acts who is known by their key.
func (s *story) actingAs(ctx context.Context, user domain.UserID) context.Context {
	for _, a := range s.actors {
		if a.User == user {
			return domain.WithActor(ctx, a)
		}
	}
	return ctx
}

// review lets a colleague look at the plan, unless one will decide on it anyway.
func (j *journey) review(after time.Duration) {
	who := "ines"
	for _, m := range crewOf(j.plan.Team) {
		if m != j.way.raiser && !slices.Contains(j.way.crew, m) {
			who = m
		}
	}
	j.then(after, who, "looks at the plan", func(ctx context.Context) error {
		c, err := j.s.Changes.Get(ctx, j.rec.number)
		if err != nil || c.Facet.Risk == changes.Low {
			return err
		}
		_, err = j.s.Changes.PeerReview(ctx, j.rec.number, c.Facet.Digest, pick(j.s, []string{"The steps are in the right order.", "Way back tried out in my head, step by step: it holds.", "Read twice. Sound.", "I would do it the same way."}))
		return err
	})
}

// breakGlass begins the work before anybody is asked, for an incident.
func (j *journey) breakGlass(who string) {
	j.then(12*time.Minute, who, "breaks the glass", func(ctx context.Context) error {
		incident := ""
		for _, tale := range slices.Sorted(maps.Keys(j.s.sames)) {
			for _, r := range j.s.sames[tale] {
				if r.number != "" && (incident == "" || strings.Contains(tale, "VPN")) {
					incident = r.number
				}
			}
		}
		_, err := j.s.Changes.Move(ctx, changes.MoveInput{Number: j.rec.number, Event: "break_glass", Reason: j.plan.Why, Incident: incident})
		return err
	})
}

// planStandard tells how routine became a standard change: three times it was done and registered, the board approved a
// template of it, and now it takes one form.
func (s *story) planStandard() {
	const key = "renew-a-certificate"
	doc := template.Doc{Title: "Renew the certificate of a web server", Summary: "When a certificate of ours runs out within thirty days.", Service: "Web shop", Category: "security",
		Environment: "production", Justification: "The certificate runs out.", ImplementationPlan: "1. Request the certificate from the internal authority.\n2. Put it beside the old one.\n3. Reload the server.",
		TestPlan: "Open the page in a private window and look at the dates of the certificate.", BackoutPlan: "Point the configuration at the old certificate and reload.", BackoutTested: "yes",
		Outage: "no", AffectedServices: []string{"Web shop"}, Variable: []string{"description"}, Minutes: 30, Zone: "Europe/Vienna", MaxRisk: changes.Low, Failures: 1}
	done := s.registered(doc, 40)
	var digest string
	s.plan(s.workday(28), "petra", "proposes a template", func(ctx context.Context) error {
		if _, err := s.Templates.Draft(ctx, template.DraftInput{Key: key, Doc: doc}); err != nil {
			return err
		}
		t, err := s.Templates.Move(ctx, template.MoveInput{Key: key, Edition: 1, Event: "propose", Evidence: *done})
		digest = t.Digest
		return err
	})
	for i, who := range []string{"carl", "dora"} {
		s.plan(s.workday(21).Add(time.Duration(i)*time.Hour), who, "approves a template", func(ctx context.Context) error {
			_, _, err := s.Templates.Decide(ctx, template.DecideInput{Key: key, Edition: 1, Verdict: approval.Approve, Comment: "The steps are the same each time.", Digest: digest})
			return err
		})
	}
	s.plan(s.workday(14), "ines", "publishes a template", func(ctx context.Context) error {
		_, err := s.Templates.Move(ctx, template.MoveInput{Key: key, Edition: 1, Event: "publish"})
		return err
	})
	s.sum.Changes++
	var renewed, task string
	day := s.workday(1)
	s.plan(day, "petra", "raises a standard change", func(ctx context.Context) error {
		c, err := s.Templates.Raise(ctx, template.RaiseInput{Key: key, Start: s.now.Add(3 * time.Hour).Truncate(5 * time.Minute), Implementers: s.ids("petra"), Team: s.teams["network"],
			Fields: map[string]string{"description": "The shop's certificate runs out in twelve days."}})
		if err != nil {
			return err
		}
		build, err := s.Work.Add(ctx, work.AddInput{Change: c.Ticket.Number, Kind: work.Build, Title: "Request the certificate", Assignee: s.id("petra"), Checklist: []string{"All names are in it", "The chain is complete"}})
		if err != nil {
			return err
		}
		if _, err = s.Work.Add(ctx, work.AddInput{Change: c.Ticket.Number, Kind: work.Deploy, Title: "Put it in place and reload", Assignee: s.id("petra"), After: []string{build.Number}}); err != nil {
			return err
		}
		if _, err = s.Work.Move(ctx, work.MoveInput{Change: c.Ticket.Number, Task: build.Number, Event: "start"}); err != nil {
			return err
		}
		a, err := s.Tickets.Attach(ctx, ticket.AttachInput{Number: c.Ticket.Number, Name: "shop.csr.txt", MediaType: "text/plain", Internal: true,
			Body: strings.NewReader("Subject: CN = shop.example.org\nX509v3 Subject Alternative Name: DNS:shop.example.org, DNS:www.shop.example.org\n")})
		if err != nil {
			return err
		}
		renewed, task = c.Ticket.Number, build.Number
		_, err = s.Work.Show(ctx, renewed, task, a.Key, "The request, with all names.")
		return err
	})
	s.plan(day.Add(30*time.Minute), "ines", "corrects when a task began", func(ctx context.Context) error {
		began := day.Add(-40 * time.Minute)
		_, err := s.Work.Correct(ctx, work.CorrectInput{Change: renewed, Task: task, Started: &began, Reason: "Petra had begun before she was at her desk."})
		return err
	})
}
