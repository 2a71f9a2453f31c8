package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func TestAPlanSaysWhatItWouldNeedWhileItIsBeingTyped(t *testing.T) {
	h := one(t, nil)
	p := h.post("amir", "/changes/preview", map[string]any{"title": "Restart"}).ok(200)
	p.is("model.key", "normal").is("risk.band", "medium").is("risk.because", "medium until all questions are answered").is("approvals.0.label", "the CAB").is("approvals.0.needed", 2)
	if len(p.list("missing")) == 0 || len(p.list("risk.missing")) != 10 || len(p.list("unknown")) == 0 {
		t.Errorf("%s", p.raw)
	}
	start := h.Clock.Now().Add(72 * time.Hour)
	p = h.post("amir", "/changes/preview", map[string]any{"team": "network", "plan": map[string]any{"answers": *h.Easy(), "planned_start": start, "planned_end": start.Add(time.Hour)}}).ok(200)
	p.is("risk.band", "low").is("approvals.0.kind", "peer").is("approvals.0.people.0.name", "Tess").is("approvals.0.trouble", nil)
	p = h.post("amir", "/changes/preview", map[string]any{"plan": map[string]any{"answers": *h.Easy(), "outage": "yes", "outage_minutes": 90}}).ok(200)
	p.is("risk.band", "high").is("risk.computed", "high")
	p = h.post("amir", "/changes/preview", map[string]any{"model": "emergency"}).ok(200)
	if !strings.Contains(p.text("approvals.0.trouble"), "ecab") {
		t.Error(p.text("approvals.0.trouble"))
	}
	h.post("amir", "/changes/preview", map[string]any{"plan": map[string]any{"outage": "perhaps"}}).problem(422, "invalid_input")
	h.post("ann", "/changes/preview", map[string]any{}).problem(403, "not_permitted")
}

func TestAnApprovalPolicyIsRehearsedCheckedAndSet(t *testing.T) {
	each(t, func(h *house) {
		c := h.Raise("maya", "Upgrade", "amir")
		h.AskForApproval("maya", c.Ticket.Number)
		doc := h.get("maya", "/change-rules/approval_policy/desk").ok(200)
		doc.is("version", 1).is("document.rows.0.id", "low")
		policy := map[string]any{"rows": []any{map[string]any{"id": "all", "label": "Everything", "when": []any{map[string]any{"fact": "model", "is": "is", "value": "normal"}},
			"slots": []any{map[string]any{"stage": 1, "label": "CAB", "kind": "board", "of": "cab"}, map[string]any{"stage": 2, "label": "The release board", "kind": "board", "of": "release", "rule": "any"}}}}}
		r := h.post("maya", "/approval-policies/rehearse", map[string]any{"document": policy, "days": 30}).ok(200)
		r.is("looked", 1).is("differ", 1).is("stalled", 1).is("before", 1).is("after", 2).is("changes.0.number", c.Ticket.Number).is("changes.0.had.0", "the CAB").is("check.findings.0.slot", "The release board")
		if !strings.Contains(r.text("changes.0.trouble.0"), "Found a board") {
			h.fail(r.text("changes.0.trouble.0"))
		}
		h.post("amir", "/approval-policies/rehearse", map[string]any{"document": policy}).problem(403, "not_permitted")
		h.post("maya", "/approval-policies/rehearse", map[string]any{"document": map[string]any{"rows": []any{}}}).problem(422, "rule_unsound")

		set := func(by string, body map[string]any) answer {
			return h.do(ask{by: by, method: "PUT", path: "/change-rules/approval_policy/desk", body: body})
		}
		set("amir", map[string]any{"document": policy, "note": "x"}).problem(403, "not_permitted")
		set("maya", map[string]any{"document": policy, "note": " "}).problem(422, "missing_input")
		set("maya", map[string]any{"document": policy, "note": "x", "seen": 7}).problem(412, "stale_version")
		set("maya", map[string]any{"document": policy, "note": "A release board.", "seen": 1}).ok(200).is("version", 2).is("versions.0.note", "A release board.").is("versions.0.set_by.name", "Maya")
		check := h.get("otto", "/approval-policies/check").ok(200)
		check.is("version", 2).is("findings.0.row", "all")

		m := h.get("maya", "/change-rules/model/normal").ok(200)
		model := m.at("document").(map[string]any)
		model["required"] = append(model["required"].([]any), "team")
		h.do(ask{by: "maya", method: "PUT", path: "/change-rules/model/normal", body: map[string]any{"document": model, "note": "Somebody must do it."}}).ok(200)
		n := h.Raise("maya", "No team", "amir").Ticket.Number
		h.post("maya", "/changes/"+n+"/moves/submit", nil).problem(422, "plan_incomplete").is("errors.0.location", "body.team")
		model["moves"] = append(model["moves"].([]any), "break_glass")
		h.do(ask{by: "maya", method: "PUT", path: "/change-rules/model/normal", body: map[string]any{"document": model, "note": "x"}}).problem(422, "rule_unsound")
		h.get("maya", "/change-rules/model/express").problem(404, "not_found")
		h.get("amir", "/change-models").ok(200).is("items.1.version", 2)
		h.get("amir", "/change-rules").ok(200).is("facts.0.name", "model")
		h.VerifyLog()
	})
}

func TestRulesAreCheckedPlaceByPlaceTriedOverThePastAndReadAsTheyWere(t *testing.T) {
	each(t, func(h *house) {
		start := h.Clock.Now().Add(72 * time.Hour)
		n := h.post("amir", "/changes", map[string]any{"title": "Upgrade", "team": "network", "plan": map[string]any{"answers": *h.Easy(), "planned_start": start, "planned_end": start.Add(time.Hour), "outage": "no"}}).ok(201).text("number")
		doc := h.get("maya", "/change-rules/risk_rules/desk").ok(200).at("document").(map[string]any)
		rule := func(more map[string]any) map[string]any {
			one := map[string]any{"id": "no_outage", "label": "nobody expects an outage", "floor": "high", "when": []any{map[string]any{"fact": "outage", "is": "is", "value": false}}}
			for k, v := range more {
				one[k] = v
			}
			return map[string]any{"rules": append(append([]any{}, doc["rules"].([]any)...), one)}
		}
		check := func(path string, body any) answer {
			return h.post("maya", "/change-rules/"+path+"/check", map[string]any{"document": body}).ok(200)
		}
		if sound := check("risk_rules/desk", rule(nil)).is("flow", nil); len(sound.list("faults")) != 0 {
			h.fail(string(sound.raw))
		}
		c := check("risk_rules/desk", rule(map[string]any{"id": "outage", "label": " ", "when": []any{map[string]any{"fact": "weather", "is": "is", "value": "fine"}}}))
		c.is("faults.0.location", "rules[11].id").is("faults.1.location", "rules[11].label").is("faults.2.location", "rules[11].when[0]").is("faults.2.message", "there is no such fact")
		check("risk_rules/desk", map[string]any{"rules": "none"}).is("faults.0.location", "")
		h.post("maya", "/change-rules/horoscope/desk/check", map[string]any{"document": 1}).problem(422, "invalid_input")
		h.post("maya", "/change-rules/model/express/check", map[string]any{"document": map[string]any{}}).problem(404, "not_found")
		h.post("ann", "/change-rules/risk_rules/desk/check", map[string]any{"document": rule(nil)}).problem(403, "not_permitted")

		try := func(path string, body any) answer {
			return h.post("maya", "/change-rules/"+path+"/rehearse", map[string]any{"document": body, "days": 30})
		}
		r := try("risk_rules/desk", rule(nil)).ok(200)
		r.is("looked", 1).is("same", 0).is("shifts.0.from", "low").is("shifts.0.to", "high").is("shifts.0.changes", 1)
		r.is("changes.0.number", n).is("changes.0.before", "low").is("changes.0.why.0", "high, because nobody expects an outage (rule no_outage)")
		try("risk_rules/desk", doc).ok(200).is("same", 1)
		try("risk_rules/desk", rule(map[string]any{"floor": "extreme"})).problem(422, "rule_unsound").is("errors.0.location", "body.document.rules[11].floor")
		h.post("amir", "/change-rules/risk_rules/desk/rehearse", map[string]any{"document": doc}).problem(403, "not_permitted")

		q := h.get("maya", "/change-rules/questionnaire/desk").ok(200).at("document").(map[string]any)
		asked := append(append([]any{}, q["questions"].([]any)...), map[string]any{"key": "vendor", "text": "Does a vendor do it?", "weight": 1,
			"options": []any{map[string]any{"key": "no", "text": "No", "points": 0}, map[string]any{"key": "yes", "text": "Yes", "points": 3}}})
		try("questionnaire/desk", map[string]any{"medium": 34, "high": 60, "questions": asked}).ok(200).is("unanswered", 1).is("shifts.0.to", "medium")

		h.do(ask{by: "maya", method: "PUT", path: "/change-rules/risk_rules/desk", body: map[string]any{"document": rule(nil), "note": "Quiet days are the worst."}}).ok(200).is("version", 2)
		h.get("otto", "/change-rules/risk_rules/desk/versions/1").ok(200).is("version", 1).is("document.rules.0.id", "critical_item")
		h.get("otto", "/change-rules/risk_rules/desk/versions/2").ok(200).is("document.rules.11.id", "no_outage")
		h.get("otto", "/change-rules/risk_rules/desk/versions/3").problem(404, "not_found")
	})
}

func TestAModelIsDrawnAsItWouldBeTriedOverThePastAndAsksForNotice(t *testing.T) {
	each(t, func(h *house) {
		c := h.Raise("maya", "Upgrade", "amir")
		h.AskForApproval("maya", c.Ticket.Number)
		m := h.get("maya", "/change-rules/model/normal").ok(200).at("document").(map[string]any)
		h.post("maya", "/change-rules/model/normal/check", map[string]any{"document": m}).ok(200).is("flow.initial", "draft").is("flow.moves.0.event", "submit").is("flow.states.1.name", "assess")
		m["lead_hours"], m["required"] = 5000, append(m["required"].([]any), "communication_plan")
		h.post("maya", "/change-rules/model/normal/check", map[string]any{"document": m}).ok(200).is("faults.0.location", "lead_hours").is("flow", nil)
		m["lead_hours"] = 2000
		r := h.post("maya", "/change-rules/model/normal/rehearse", map[string]any{"document": m}).ok(200)
		r.is("looked", 1).is("same", 0).is("changes.0.number", c.Ticket.Number).is("changes.0.why.0", "say who is told, when and how").is("lacking.0.changes", 1)
		if !strings.Contains(r.text("changes.0.why.1"), "2000 hours before") {
			h.fail(r.text("changes.0.why.1"))
		}
		h.do(ask{by: "maya", method: "PUT", path: "/change-rules/model/normal", body: map[string]any{"document": m, "note": "The plant wants to know."}}).ok(200)
		n := h.Raise("maya", "Another", "amir").Ticket.Number
		p := h.post("maya", "/changes/"+n+"/moves/submit", nil).problem(422, "plan_incomplete")
		p.is("errors.0.location", "body.plan.communication_plan").is("errors.1.location", "body.plan.planned_start")
		h.VerifyLog()
	})
}

func TestTheGlassIsBrokenWithThePasswordAndTheClockIsShown(t *testing.T) {
	each(t, func(h *house) {
		h.password("tess")
		incident := h.report("ann", "The shop is down")
		start := h.Clock.Now()
		c := h.post("tess", "/changes", map[string]any{"title": "Roll back", "model": "emergency", "plan": map[string]any{"justification": "The shop is down.", "implementation_plan": "Roll back.",
			"backout_plan": "Roll forward.", "planned_start": start, "planned_end": start.Add(time.Hour), "affected_services": []string{"Shop"}, "implementers": []string{h.ref("tess")}}}).ok(201)
		n := c.text("number")
		session := with(h.cookie("tess"))
		glass := func() answer {
			return h.do(ask{method: "POST", path: "/changes/" + n + "/moves/break_glass", header: session, body: map[string]any{"reason": "Every minute costs.", "incident": incident}})
		}
		glass().problem(403, "signature_required")
		h.do(ask{method: "POST", path: "/session/confirmation", header: session, body: map[string]any{"password": "wrong"}}).problem(403, "current_password_wrong")
		h.post("tess", "/session/confirmation", map[string]any{"password": world.Password}).problem(403, "full_session_needed")
		h.do(ask{method: "POST", path: "/session/confirmation", header: session, body: map[string]any{"password": world.Password}}).ok(200)
		got := glass().ok(200).is("state", "implementing").is("retro.state", "pending").is("retro.incident", incident).is("exceptions.0.code", "BREAK_GLASS").is("approvals.slots.0.retro", true)
		if got.text("retro.due_at") != h.Clock.Now().Add(24*time.Hour).UTC().Format(time.RFC3339Nano) {
			h.fail(got.text("retro.due_at"))
		}
		h.get("cora", "/approvals").ok(200).is("items.0.retro", true).is("items.0.exceptions.0.code", "BREAK_GLASS")
		h.post("cora", "/changes/"+n+"/decisions", map[string]any{"slot_id": got.text("approvals.slots.0.id"), "decision": "approve", "digest": got.text("digest")}).ok(200).is("change.retro.state", "approved")
	})
}

func TestAConditionIsSetByTheVoteAndTickedOffWithEvidence(t *testing.T) {
	h := one(t, nil)
	c := h.AskForApproval("maya", h.Raise("maya", "Upgrade", "amir").Ticket.Number)
	n := c.Ticket.Number
	slot := c.Current()[0].Slot.Ref
	got := h.post("cora", "/changes/"+n+"/decisions", map[string]any{"slot_id": slot, "decision": "approve", "digest": c.Facet.Digest,
		"conditions": []any{map[string]any{"text": "Tell the plant.", "before": "start"}}}).ok(200)
	id := got.text("change.approvals.slots.0.conditions.0.id")
	h.post("amir", "/changes/"+n+"/conditions/"+id, map[string]any{"evidence": "tbd"}).problem(422, "missing_input")
	h.post("amir", "/changes/"+n+"/conditions/"+id, map[string]any{"evidence": "Mail of 09:12."}).ok(200).is("approvals.slots.0.conditions.0.met_by.name", "Amir")
	h.post("amir", "/changes/"+n+"/conditions/"+id, map[string]any{"evidence": "Mail of 09:12."}).problem(409, "condition_met")
	h.post("amir", "/changes/"+n+"/conditions/none", map[string]any{"evidence": "Mail of 09:12."}).problem(404, "not_found")
	h.post("maya", "/changes/"+n+"/overrides", map[string]any{"slot_id": slot, "reason": "x"}).problem(403, "decision_not_permitted")
}

func TestTheRosterOfABoardAndRiskAndFindings(t *testing.T) {
	h := one(t, nil)
	now := h.Clock.Now()
	d := h.post("cleo", "/boards/cab/duties", map[string]any{"person": h.ref("cora"), "from": now, "until": now.Add(24 * time.Hour)}).ok(201).is("now", true)
	h.get("amir", "/boards/cab/duties").ok(200).is("items.0.person.name", "Cora")
	h.post("cleo", "/boards/cab/duties", map[string]any{"person": h.ref("cora"), "from": now, "until": now}).problem(422, "duty_invalid")
	h.post("amir", "/boards/cab/duties", map[string]any{"person": h.ref("cora"), "from": now, "until": now.Add(time.Hour)}).problem(403, "not_permitted")
	h.do(ask{by: "amir", method: "DELETE", path: "/duties/" + d.text("id")}).problem(403, "not_permitted")
	h.do(ask{by: "cleo", method: "DELETE", path: "/duties/" + d.text("id")}).ok(204)
	h.do(ask{by: "cleo", method: "DELETE", path: "/duties/" + d.text("id")}).problem(404, "not_found")

	c := h.post("amir", "/changes", map[string]any{"title": "Swap", "plan": map[string]any{"outage": "yes", "outage_minutes": 90}}).ok(201).is("risk_detail.band", "high").is("risk", "high")
	h.post("maya", "/changes/"+c.text("number")+"/risk", map[string]any{"risk": "low", "reason": "There is a standby."}).ok(200).is("risk", "low").is("exceptions.0.code", "RISK_LOWERED").
		is("risk_detail.lowered_reason", "There is a standby.")
	found := h.post("amir", "/changes/detected", map[string]any{"title": "A port is open"}).ok(201).is("state", "detected").is("model", "unauthorised").is("moves.0.event", "examine")
	h.post("maya", "/changes/"+found.text("number")+"/moves/examine", nil).ok(200)
	h.post("maya", "/changes/"+found.text("number")+"/moves/judge", map[string]any{"outcome": "false_positive", "close_notes": "It was always open."}).ok(200).is("state", "closed")
	h.VerifyLog()
}
