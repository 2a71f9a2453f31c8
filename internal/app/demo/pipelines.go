package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/webhook"
)

// robot is as whom the pipeline of the customer portal acts.
const robot = "pipeline.portal"

// planPipelines tells how the customer portal came to be deployed by a pipeline: at first only to test, then into production
// through the gate, and once around it.
func (s *story) planPipelines() {
	s.plan(s.workday(36), "ada", "registers a pipeline", func(ctx context.Context) error {
		p, err := s.Pipelines.Register(ctx, pipeline.RegisterInput{Key: "portal", Name: "Customer portal", Purpose: "Builds the portal and its API from the main branch, and deploys them.",
			Owner: s.id("felix"), Team: s.teams["apps"], Items: []string{s.items["Customer portal"]}, Required: []string{pipeline.TestReport, pipeline.Review}})
		if err != nil {
			return err
		}
		s.actors[robot], err = s.People.ActorFor(ctx, p.AccountID, domain.ViaDemo)
		return err
	})
	s.plan(s.workday(35), "ada", "sets up a webhook", func(ctx context.Context) error {
		w, _, err := s.Webhooks.SetUp(ctx, "Chat of the change managers", "https://chat.example.org/hooks/changes", []string{webhook.Authorized, webhook.Rejected, webhook.Unauthorised})
		if err == nil {
			_, err = s.Webhooks.Move(ctx, w.Ref, 0, "pause") // example.org answers nobody
		}
		return err
	})
	for i, r := range []struct {
		days        int
		environment string
		end         string
		title, by   string
	}{
		{33, "test", pipeline.Succeeded, "Orders can be repeated", "yara"}, {24, "test", pipeline.Failed, "Search finds part numbers", "tomas"}, {23, "test", pipeline.Succeeded, "Search finds part numbers", "tomas"},
		{17, "production", pipeline.Succeeded, "Search finds part numbers", "tomas"}, {9, "test", pipeline.Succeeded, "Delivery notes as PDF", "yara"},
	} {
		s.sum.Changes++
		s.plan(s.workday(r.days), robot, "deploys", func(ctx context.Context) error {
			run := s.built(410+7*i, r.environment, r.title, r.by, s.workday(r.days))
			run.Model = changes.Registration
			made, err := s.Pipelines.Raise(ctx, run)
			if err != nil {
				return err
			}
			for _, a := range made.Run.ArtifactList() {
				answer, err := s.Pipelines.Ask(ctx, made.Change.Ticket.Number, r.environment, a.Digest)
				if err != nil {
					return err
				}
				if _, _, err = s.Pipelines.Start(ctx, pipeline.StartInput{Change: made.Change.Ticket.Number, Environment: r.environment, Artifact: a.Digest, URL: run.URL, Pass: answer.Pass, End: r.end}); err != nil {
					return err
				}
				if r.end == pipeline.Failed {
					return nil // the second is not tried any more
				}
			}
			return nil
		})
	}
	s.sum.Changes++
	s.plan(s.workday(3), robot, "deploys around the gate", func(ctx context.Context) error {
		_, _, err := s.Pipelines.Start(ctx, pipeline.StartInput{Environment: "production", Artifact: digestOf("portal-api hotfix"), URL: "https://ci.example.org/portal/runs/463", End: pipeline.Succeeded,
			Note: "Deployed by hand from the branch hotfix/basket-total."})
		return err
	})
	s.sum.Changes++
	s.plan(s.now.Add(-50*time.Minute), robot, "asks for production", func(ctx context.Context) error {
		run := s.built(471, "production", "Delivery notes as PDF", "yara", s.now)
		text := func(t string) *string { return &t }
		start := midnight(s.now).AddDate(0, 0, 2).Add(18 * time.Hour)
		end, answers := start.Add(time.Hour), s.easiest(ctx)
		run.Plan.Justification, run.Plan.TestPlan = text("Customers ask for delivery notes that they can file."), text("The test report of the run; then order and print one note on the test system.")
		run.Plan.BackoutPlan, run.Plan.BackoutTested = text("The pipeline deploys the artifacts of run 417 again; that takes four minutes."), text("yes")
		run.Plan.PlannedStart, run.Plan.PlannedEnd, run.Plan.Outage, run.Plan.Answers = &start, &end, text("no"), &answers
		run.Evidence = append(run.Evidence, pipeline.Evidence{Kind: pipeline.Scan, Name: "Dependencies and image", SHA256: digestOf("scan 471")[7:], URL: run.URL + "/scan"},
			pipeline.Evidence{Kind: pipeline.SBOM, Name: "portal.spdx.json", SHA256: digestOf("sbom 471")[7:]})
		_, err := s.Pipelines.Raise(ctx, run)
		return err
	})
}

// built is what a run of the portal's pipeline tells at an instant.
func (s *story) built(n int, environment, title, by string, at time.Time) pipeline.RaiseInput {
	written, mended := at.Add(-27*time.Hour), at.Add(-3*time.Hour)
	name, reviewer := fmt.Sprintf("portal#%d", n), "felix"
	url := fmt.Sprintf("https://ci.example.org/portal/runs/%d", n)
	said := "Portal: " + title + " (" + environment + ")"
	return pipeline.RaiseInput{Run: name, URL: url, Environment: environment, Plan: changes.PlanPatch{Title: &said},
		Commits:   []pipeline.Commit{{SHA: digestOf(name + " commit")[7:47], Author: by, Title: title, At: &written}, {SHA: digestOf(name + " fix")[7:47], Author: by, Title: "Fix what the review found", At: &mended}},
		Artifacts: []pipeline.Artifact{{Name: "portal-web", Digest: digestOf(name + " web")}, {Name: "portal-api", Digest: digestOf(name + " api")}},
		Evidence: []pipeline.Evidence{{Kind: pipeline.TestReport, Name: "1,204 tests, all passed", SHA256: digestOf(name + " tests")[7:], URL: url + "/tests"},
			{Kind: pipeline.Review, Name: "Merge request", SHA256: digestOf(name + " review")[7:], URL: url + "/review", Author: by, Reviewer: reviewer}}}
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// easiest answers every question about the risk with what counts least.
func (s *story) easiest(ctx context.Context) map[string]string {
	q, err := s.Rules.Questionnaire(ctx, 0)
	out := map[string]string{}
	for i := 0; err == nil && i < len(q.Questions); i++ {
		out[q.Questions[i].Key] = q.Questions[i].Options[0].Key
	}
	return out
}
