package api_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit/merkle"
)

// draft makes a change with a complete plan through the API, by Amir, implemented by Alice.
func (h *house) draft(title string) answer {
	h.t.Helper()
	start := h.Clock.Now().Add(24 * time.Hour)
	return h.post("amir", "/changes", map[string]any{"title": title, "description": "The disks are old.", "risk": "medium", "plan": map[string]any{
		"justification": "The vendor ends support.", "implementation_plan": "Drain, *upgrade*, undrain.", "test_plan": "Send a message.",
		"backout_plan": "Restore the snapshot.", "planned_start": start, "planned_end": start.Add(2 * time.Hour), "affected_services": []string{"Mail"},
		"implementers": []string{h.ref("alice")}, "answers": *h.Easy()}}).ok(201)
}

func TestABoardApprovesExactlyThePlanThatItRead(t *testing.T) {
	each(t, func(h *house) {
		c := h.draft("Replace the disks")
		n := c.text("number")
		c.is("state", "draft").is("approvals.state", "none").is("plan.implementers.0.name", "Alice").is("plan.implementation_plan_html", "<p>Drain, <em>upgrade</em>, undrain.</p>\n")
		if c.header.Get("Location") != "/api/v1/changes/"+n {
			h.fail(c.header.Get("Location"))
		}
		h.post("amir", "/changes/"+n+"/moves/submit", nil).ok(200).is("state", "assess")
		h.post("maya", "/changes/"+n+"/moves/request_authorization", nil).problem(409, "not_peer_reviewed")
		h.get("tess", "/changes/"+n).ok(200).is("peer.can", true)
		h.post("amir", "/changes/"+n+"/peer-review", map[string]any{"digest": c.text("digest")}).problem(403, "author_reviews")
		h.post("tess", "/changes/"+n+"/peer-review", map[string]any{"digest": c.text("digest"), "note": "Sound."}).ok(200).is("peer.person.name", "Tess").is("peer.valid", true)
		asked := h.post("maya", "/changes/"+n+"/moves/request_authorization", nil).ok(200)
		asked.is("state", "authorize").is("approvals.state", "waiting").is("approvals.needed", "2 of the CAB")
		slot, digest := asked.text("approvals.slots.0.id"), asked.text("digest")

		h.get("cora", "/approvals").ok(200).is("items.0.number", n).is("items.0.can", true).is("items.0.slot_id", slot)
		h.get("cora", "/changes/"+n).ok(200).is("approvals.mine.can", true).is("may.decide", true)

		// Who has no seat hears why; who saw another plan is told to read again.
		h.post("maya", "/changes/"+n+"/decisions", map[string]any{"slot_id": slot, "decision": "approve", "digest": digest}).problem(403, "decision_not_permitted").
			is("reasons.0.code", "ROLE")
		h.post("cora", "/changes/"+n+"/decisions", map[string]any{"slot_id": slot, "decision": "approve", "digest": strings.Repeat("0", 64)}).problem(409, "digest_stale")
		h.post("cora", "/changes/"+n+"/decisions", map[string]any{"slot_id": slot, "decision": "reject", "digest": digest}).problem(422, "decision_needs_reason")

		first := h.post("cora", "/changes/"+n+"/decisions", map[string]any{"slot_id": slot, "decision": "approve", "comment": "Well planned.", "digest": digest}).ok(200)
		first.is("change.approvals.slots.0.approved", 1)
		if first.text("receipt.checkpoint") == "" || first.at("receipt.tree_size").(float64) <= first.at("receipt.leaf").(float64) {
			h.fail(string(first.raw))
		}
		h.post("cora", "/changes/"+n+"/decisions", map[string]any{"slot_id": slot, "decision": "approve", "digest": digest}).problem(409, "already_decided")
		h.post("carl", "/changes/"+n+"/recusals", map[string]any{"slot_id": slot, "reason": "My brother sells the disks."}).ok(200)
		done := h.post("cleo", "/changes/"+n+"/decisions", map[string]any{"slot_id": slot, "decision": "approve", "digest": digest}).ok(200)
		done.is("change.state", "scheduled").is("change.approvals.state", "approved")
		h.get("cora", "/approvals?state=decided").ok(200).is("items.0.decided.decision", "approve").is("items.0.decided.comment", "Well planned.")
		h.get("carl", "/approvals?state=decided").ok(200).is("items.0.decided.decision", "recuse")

		// A material edit voids what was decided; the answer says how many.
		edited := h.do(ask{by: "amir", method: "PATCH", path: "/changes/" + n, body: map[string]any{"plan": map[string]any{"backout_plan": "Hope."}}}).ok(200)
		edited.is("state", "draft").is("revision", 2).is("voided", 3).is("approvals.state", "stale")
		if len(edited.list("approvals.history")) != 1 || len(edited.list("approvals.slots")) != 0 {
			h.fail(string(edited.raw))
		}
		edited.is("approvals.history.0.electorate.0.decision.receipt.event_id", first.text("receipt.event_id"))
	})
}

func TestAPlanCannotBeDecidedOnByThoseWhoHaveAHandInIt(tt *testing.T) {
	h := one(tt, nil)
	c := h.Raise("amir", "Upgrade", "cora")
	h.AskForApproval("maya", c.Ticket.Number)
	got := h.get("cora", "/changes/"+c.Ticket.Number).ok(200)
	got.is("approvals.mine.can", false).is("approvals.mine.reasons.0.code", "IMPLEMENTER").is("approvals.needed", "2 of the CAB, not Cora: Cora implements it")
	for i := range got.list("approvals.slots.0.electorate") {
		e := "approvals.slots.0.electorate." + string(rune('0'+i))
		if got.text(e+".person.name") == "Cora" {
			got.is(e+".eligible", false).is(e+".reasons.0.text", "implements it")
		} else {
			got.is(e+".eligible", true)
		}
	}
	ex := h.get("maya", "/explain?action=change.approve&object="+c.Ticket.Number+"&person="+h.ref("cora")).ok(200)
	ex.is("allowed", false)
	if !strings.Contains(ex.text("sentence"), "They implement it") {
		tt.Error(ex.text("sentence"))
	}
	h.get("maya", "/explain?action=change.approve&object="+c.Ticket.Number+"&person="+h.ref("carl")).ok(200).is("allowed", true)
	h.get("ann", "/explain?action=incident.resolve&person=me").ok(200).is("allowed", false)
}

func TestAMoveSaysWhyItIsNotPossible(tt *testing.T) {
	h := one(tt, nil)
	n := h.report("ann", "Mail is down")
	refused := h.post("amir", "/incidents/"+n+"/moves/close", nil).problem(409, "move_not_possible")
	if got := refused.list("possible"); len(got) == 0 || got[0] != "start" {
		tt.Error(got)
	}
	h.post("amir", "/incidents/"+n+"/moves/resolve", nil).problem(422, "missing_input").is("errors.0.location", "body.resolution")
	h.post("amir", "/incidents/"+n+"/moves/fly", nil).problem(409, "move_not_possible")
	page := h.get("ann", "/incidents/"+n).ok(200)
	for i := range page.list("moves") {
		mv := page.at("moves." + string(rune('0'+i))).(map[string]any)
		if mv["event"] == "start" && mv["blocked"] != "your roles do not allow it" {
			tt.Error(mv)
		}
		if mv["event"] == "cancel" && mv["blocked"] != nil {
			tt.Error(mv)
		}
	}
	c := h.post("amir", "/changes", map[string]any{"title": "No plan yet"}).ok(201)
	h.post("amir", "/changes/"+c.text("number")+"/moves/submit", nil).problem(422, "plan_incomplete").is("errors.0.location", "body.plan.justification")
	for i := range c.list("moves") {
		mv := c.at("moves." + string(rune('0'+i))).(map[string]any)
		if blocked, _ := mv["blocked"].(string); mv["event"] == "submit" && !strings.HasPrefix(blocked, "The plan is not complete") {
			tt.Error(mv)
		}
	}
}

func TestAnAuditorFollowsADecisionToTheSignedTree(tt *testing.T) {
	each(tt, func(h *house) {
		c := h.Raise("amir", "Upgrade", "alice")
		h.AskForApproval("maya", c.Ticket.Number)
		v, err := h.Vote("cora", c.Ticket.Number, approval.Approve)
		if err != nil {
			h.t.Fatal(err)
		}
		list := h.get("otto", "/audit/events?record="+strings.ToLower(c.Ticket.Number)+"&limit=2").ok(200)
		list.is("items.0.type", "change.approved").is("items.0.actor.name", "Cora").is("items.0.record", c.Ticket.Number)
		if list.at("next") == nil {
			h.t.Fatal("there are more events")
		}
		h.get("otto", "/audit/events?record="+c.Ticket.Number+"&limit=2&after="+list.text("next")).ok(200)
		h.get("otto", "/audit/events?after=NOSUCH").problem(400, "malformed_cursor")
		e := h.get("otto", "/audit/events/"+v.Decision.EventID).ok(200)
		hash := merkle.LeafHash([]byte(e.text("leaf_text")))
		if e.text("leaf_hash") != base64.StdEncoding.EncodeToString(hash[:]) || e.text("checkpoint") == "" || e.at("proof.index") != e.at("leaf") {
			h.t.Fatalf("%s", e.raw)
		}
		h.get("otto", "/audit/checkpoint").ok(200).is("sealed_lag_seconds", 0)
		id := h.post("otto", "/audit/verify", nil).ok(202).text("id")
		h.get("otto", "/audit/verify/"+id).ok(200).is("state", "running")
		h.RunJobs()
		run := h.get("otto", "/audit/verify/"+id).ok(200)
		if run.text("state") != "passed" || len(run.list("steps")) == 0 {
			h.t.Fatalf("%s", run.raw)
		}
		h.get("amir", "/audit/events").problem(403, "not_permitted")
		h.get("amir", "/audit/events/"+v.Decision.EventID).problem(403, "not_permitted")
	})
}
