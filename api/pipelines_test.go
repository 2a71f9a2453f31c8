package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

func TestAPipelineIsRegisteredRaisesItsChangeAndIsLetThroughOverTheAPI(t *testing.T) {
	each(t, func(h *house) {
		item, err := h.CMDB.Register(h.As("omar"), cmdb.RegisterInput{Class: "server", Status: cmdb.Live, Values: map[string]string{"name": "shop-01"}})
		if err != nil {
			t.Fatal(err)
		}
		h.post("maya", "/pipelines", map[string]any{"key": "shop", "name": "Shop"}).problem(403, "not_permitted")
		h.post("ada", "/pipelines", map[string]any{"key": "Shop!", "name": "Shop"}).problem(422, "pipeline_unsound")
		h.post("ada", "/pipelines", map[string]any{"key": "shop", "name": "Shop", "team": "apps", "owner": h.ref("alice"), "items": []string{item.Number}}).ok(201).
			is("modes.production", "closed").is("modes.test", "open").is("account.login", "pipeline.shop").is("may_manage", true)
		h.post("ada", "/pipelines", map[string]any{"key": "shop", "name": "Shop"}).problem(409, "pipeline_key_taken")
		h.get("amir", "/pipelines").ok(200).is("items.0.key", "shop").is("items.0.may_manage", false)
		h.post("ada", "/pipelines/shop/tokens", map[string]any{"name": "CI"}).problem(403, "full_session_needed") // a token makes no tokens
		secret, err := h.Pipelines.IssueToken(h.As("ada"), "shop", "CI", 90)
		if err != nil {
			t.Fatal(err)
		}
		h.tokens["bot "] = secret.Secret
		shown := h.get("ada", "/pipelines/shop").ok(200).is("tokens.0.name", "CI")
		if strings.Contains(string(shown.raw), "secret") {
			t.Errorf("the secret is shown again: %s", shown.raw)
		}

		start := h.Clock.Now().Add(24 * time.Hour)
		run := map[string]any{"run": "shop#1", "environment": "production", "title": "Shop 4.2", "artifacts": []any{map[string]any{"name": "api", "digest": oneDigest}},
			"evidence": []any{map[string]any{"kind": "pr_review", "name": "#4", "sha256": strings.Repeat("c3", 32), "author": "alice", "reviewer": "alice"}},
			"plan":     map[string]any{"justification": "A faster basket.", "test_plan": "In CI.", "backout_plan": "Deploy the one before.", "planned_start": start, "planned_end": start.Add(time.Hour), "answers": *h.Easy()}}
		h.post("bot", "/pipeline-runs", run).problem(422, "reviewer_is_author")
		delete(run, "evidence")
		h.post("amir", "/pipeline-runs", run).problem(409, "not_a_pipeline")
		made := h.post("bot", "/pipeline-runs", run).ok(201).is("state", "assess").is("again", false)
		n := made.text("change")
		h.post("bot", "/pipeline-runs", run).ok(201).is("change", n).is("again", true)
		h.post("bot", "/pipeline-runs/"+made.text("id")+"/evidence", map[string]any{"evidence": []any{map[string]any{"kind": "sbom", "name": "Parts", "sha256": strings.Repeat("c3", 32)}}}).ok(200).is("items.0.kind", "sbom")
		gate := "/changes/" + n + "/gate?env=production&artifact=" + oneDigest
		h.get("bot", gate).ok(200).is("decision", "wait").is("mode", "closed").is("retry_after", 60)
		h.get("bot", "/changes/"+n+"/gate?env=production&artifact=x").problem(422, "artifact_unsound")
		h.get("ann", gate).problem(404, "not_found")
		h.post("bot", "/changes/"+n+"/deployments", map[string]any{"environment": "production", "artifact": oneDigest}).problem(409, "gate_pass_missing")

		if _, err := h.Changes.PeerReview(h.As("tess"), n, "", "Sound."); err != nil {
			t.Fatal(err)
		}
		h.post("maya", "/changes/"+n+"/moves/request_authorization", map[string]any{}).ok(200)
		for _, login := range []string{"cora", "carl"} {
			if _, err := h.Vote(login, n, approval.Approve); err != nil {
				t.Fatal(err)
			}
		}
		h.Clock.Advance(24 * time.Hour)
		pass := h.get("bot", gate).ok(200).is("decision", "allow").text("gate_token")
		body := map[string]any{"environment": "production", "artifact": oneDigest, "gate_token": pass, "url": "https://ci.example.org/1"}
		retry := ask{by: "bot", method: "POST", path: "/changes/" + n + "/deployments", body: body, header: map[string]string{"Idempotency-Key": "shop/1/production"}}
		d := h.do(retry).ok(201).is("authorised", true).is("state", "started").is("change", n)
		h.do(retry).ok(201).is("id", d.text("id")) // an answer that got lost
		h.post("bot", "/changes/"+n+"/deployments", body).problem(409, "gate_pass_spent")
		h.post("bot", "/deployments/"+d.text("id")+"/result", map[string]any{"status": "succeeded"}).ok(200).is("state", "succeeded")
		h.get("maya", "/changes/"+n).ok(200).is("state", "review").is("outcome", "successful")
		h.get("maya", "/changes/"+n+"/deployments").ok(200).is("deployments.0.id", d.text("id")).is("runs.0.evidence.0.kind", "sbom").is("runs.0.pipeline", "Shop")

		lost := h.post("bot", "/deployments", map[string]any{"environment": "production", "artifact": "sha256:" + strings.Repeat("9", 64), "status": "succeeded"}).ok(201).is("authorised", false).is("why", "gate_pass_missing")
		h.get("maya", "/changes/"+lost.text("change")).ok(200).is("state", "detected").is("model", "unauthorised")
		h.get("ada", "/pipelines/shop").ok(200).is("deployments.0.authorised", false)
		h.do(ask{by: "ada", method: "DELETE", path: "/pipelines/shop/tokens/" + secret.Ref}).ok(204)
		if got := h.get("bot", gate); got.status != 401 {
			t.Errorf("the token still counts: %d", got.status)
		}
		h.VerifyLog()
	})
}

func TestWebhooksAreKeptOverTheAPI(t *testing.T) {
	each(t, func(h *house) {
		h.get("amir", "/webhooks").problem(403, "not_permitted")
		h.post("ada", "/webhooks", map[string]any{"name": "x", "url": "https://169.254.169.254/", "events": []string{"change.authorized"}}).problem(422, "address_refused")
		h.post("ada", "/webhooks", map[string]any{"name": "x", "url": "https://x:y@chat.example.org/", "events": []string{"change.authorized"}}).problem(422, "url_unsound")
		made := h.post("ada", "/webhooks", map[string]any{"name": "Chat", "url": "https://chat.example.org/a", "events": []string{"change.authorized"}}).ok(201).is("state", "active")
		secret, path := made.text("secret"), "/webhooks/"+made.text("id")
		h.post("ada", path+"/ping", nil).ok(204)
		for _, got := range []answer{h.get("otto", "/webhooks").ok(200).is("items.0.waiting", 1), h.get("otto", path+"/deliveries").ok(200).is("items.0.event", "ping").is("items.0.state", "waiting")} {
			if strings.Contains(string(got.raw), secret[6:]) {
				t.Errorf("the secret is shown again: %s", got.raw)
			}
		}
		h.post("ada", path+"/deliveries/nothing/retry", nil).problem(404, "not_found")
		h.post("ada", path+"/moves/pause", nil).ok(200).is("state", "paused")
		h.post("ada", path+"/ping", nil).problem(409, "webhook_state")
		if again := h.post("ada", path+"/secret", nil).ok(200).text("secret"); again == secret {
			t.Error("the secret is the old one")
		}
		h.do(ask{by: "ada", method: "PATCH", path: path, body: map[string]any{"url": "https://other.example.org/"}, header: map[string]string{"If-Match": `"1"`}}).problem(412, "stale_version")
		h.VerifyLog()
	})
}
