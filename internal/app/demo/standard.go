package demo

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

// planStandard tells how routine became a standard change: three times it was done and registered, the board approved a
// template of it, and now it takes one form.
func (s *story) planStandard() {
	const key = "renew-a-certificate"
	doc := template.Doc{Title: "Renew the certificate of a web server", Summary: "When a certificate of ours runs out within thirty days.", Service: "Web shop", Category: "security",
		Environment: "production", Justification: "The certificate runs out.", ImplementationPlan: "1. Request the certificate from the internal authority.\n2. Put it beside the old one.\n3. Reload the server.",
		TestPlan: "Open the page in a private window and look at the dates of the certificate.", BackoutPlan: "Point the configuration at the old certificate and reload.", BackoutTested: "yes",
		Outage: "no", AffectedServices: []string{"Web shop"}, Variable: []string{"description"}, Minutes: 30, Zone: "Europe/Vienna", MaxRisk: changes.Low, Failures: 1}
	var done []string
	for i := range 3 {
		s.sum.Changes++
		s.plan(s.workday(40-i), "petra", "registers a renewal", func(ctx context.Context) error {
			m, title, services := changes.Registration, doc.Title, doc.AffectedServices
			c, err := s.Changes.Raise(ctx, changes.RaiseInput{Team: s.teams["network"], Plan: changes.PlanPatch{Title: &title, Model: &m, ImplementationPlan: &doc.ImplementationPlan, AffectedServices: &services}})
			if err != nil {
				return err
			}
			done = append(done, c.Ticket.Number)
			_, err = s.Changes.Move(ctx, changes.MoveInput{Number: c.Ticket.Number, Event: "register", Outcome: "successful"})
			return err
		})
	}
	var digest string
	s.plan(s.workday(28), "petra", "proposes a template", func(ctx context.Context) error {
		if _, err := s.Templates.Draft(ctx, template.DraftInput{Key: key, Doc: doc}); err != nil {
			return err
		}
		t, err := s.Templates.Move(ctx, template.MoveInput{Key: key, Edition: 1, Event: "propose", Evidence: done})
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
	s.plan(s.workday(1), "petra", "raises a standard change", func(ctx context.Context) error {
		c, err := s.Templates.Raise(ctx, template.RaiseInput{Key: key, Start: s.now.Add(3 * time.Hour).Truncate(5 * time.Minute), Implementers: s.ids("petra"), Team: s.teams["network"],
			Fields: map[string]string{"description": "The shop's certificate runs out in twelve days."}})
		if err != nil {
			return err
		}
		build, err := s.Work.Add(ctx, work.AddInput{Change: c.Ticket.Number, Kind: work.Build, Title: "Request the certificate", Assignee: s.id("petra"), Checklist: []string{"All names are in it", "The chain is complete"}})
		if err != nil {
			return err
		}
		_, err = s.Work.Add(ctx, work.AddInput{Change: c.Ticket.Number, Kind: work.Deploy, Title: "Put it in place and reload", Assignee: s.id("petra"), After: []string{build.Number}})
		return err
	})
}
