package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

// What an auditor asks of the work: the times that were corrected beside those that were stamped, who tried what, and a timeline
// that tells it.
func TestTheWorkOnAChangeIsShownWithWhatWasStampedAndWhoTriedWhat(t *testing.T) {
	each(t, func(h *house) {
		n := h.Raise("maya", "Upgrade", "amir").Ticket.Number
		tasks := "/changes/" + n + "/tasks"
		task := h.post("maya", tasks, map[string]any{"kind": "build", "title": "Build it"}).ok(201).text("tasks.0.number")
		h.post("amir", tasks+"/"+task+"/start", map[string]any{}).ok(200).is("tasks.0.corrected", nil)
		stamped, said := h.Clock.Now(), h.Clock.Now().Add(-time.Hour)
		correct := ask{by: "maya", method: "PUT", path: tasks + "/" + task + "/times", body: map[string]any{"started": said, "reason": " "}}
		h.do(correct).problem(422, "reason_required")
		correct.body = map[string]any{"started": said, "reason": "Begun by hand."}
		h.do(correct).ok(200).is("tasks.0.started_at", said.Format(time.RFC3339)).is("tasks.0.corrected.started", stamped.Format(time.RFC3339)).
			is("tasks.0.corrected.reason", "Begun by hand.").is("tasks.0.corrected.by.login", "maya")

		h.AskForApproval("maya", n)
		if _, err := h.Vote("amir", n, approval.Approve); err == nil {
			t.Fatal("who implements it decides")
		}
		told := h.get("maya", "/tickets/"+n+"/timeline").ok(200)
		for _, line := range []string{"corrected the times of the task “Build it”", "tried to decide on this and was refused"} {
			if !strings.Contains(string(told.raw), line) {
				t.Errorf("the timeline does not say: %s", line)
			}
		}
	})
}

// A run that does not belong to the change that it names is told every reason.
func TestARunThatDoesNotBelongToAPlannedChangeIsToldWhyOverTheAPI(t *testing.T) {
	each(t, func(h *house) {
		p, err := h.Pipelines.Register(h.As("ada"), pipeline.RegisterInput{Key: "shop", Name: "Shop", Owner: h.ID("alice"), Team: h.Team("apps")})
		if err != nil {
			t.Fatal(err)
		}
		secret, err := h.Pipelines.IssueToken(h.As("ada"), "shop", "CI", 90)
		if err != nil {
			t.Fatal(err)
		}
		h.tokens["bot "] = secret.Secret
		h.Know("bot", p.AccountID)
		plan, env := h.Plan("Release", "bot"), "test"
		plan.Environment = &env
		c, err := h.Changes.Raise(h.As("maya"), changes.RaiseInput{Plan: plan})
		if err != nil {
			t.Fatal(err)
		}
		run := map[string]any{"change": c.Ticket.Number, "run": "shop#1", "environment": "production", "artifacts": []any{map[string]any{"digest": oneDigest}},
			"commits": []any{map[string]any{"sha": "0123abc", "at": h.Clock.Now().Add(-time.Hour)}}}
		refused := h.post("bot", "/pipeline-runs", run)
		refused.problem(409, "run_not_of_change")
		for _, code := range []string{"environment_not_planned", "artifact_not_planned"} {
			if !strings.Contains(string(refused.raw), code) {
				t.Errorf("it does not say %s: %s", code, refused.raw)
			}
		}
		steps, prod := "Deploy "+oneDigest, "production"
		if _, _, err := h.Changes.Amend(h.As("maya"), changes.AmendInput{Number: c.Ticket.Number, Plan: changes.PlanPatch{ImplementationPlan: &steps, Environment: &prod}}); err != nil {
			t.Fatal(err)
		}
		h.post("bot", "/pipeline-runs", run).ok(201).is("change", c.Ticket.Number).is("state", "draft")
		h.get("bot", "/changes/"+c.Ticket.Number).ok(200)
		told := h.get("maya", "/tickets/"+c.Ticket.Number+"/timeline").ok(200)
		if !strings.Contains(string(told.raw), "joined with the run shop#1 of Shop for production") {
			t.Errorf("the timeline says nothing of it: %s", told.raw)
		}
		h.get("maya", "/changes/"+c.Ticket.Number+"/deployments").ok(200).is("runs.0.commits.0.at", h.Clock.Now().Add(-time.Hour).Format(time.RFC3339))
	})
}
