package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

func TestAChangeThatBrokeSomethingIsNamedReviewedAndCountedOverTheAPI(t *testing.T) {
	each(t, func(h *house) {
		c := h.Raise("maya", "Patch the firewall", "amir")
		n := c.Ticket.Number
		h.AskForApproval("maya", n)
		h.Clock.Advance(2 * time.Hour)
		for _, by := range []string{"cora", "carl"} {
			if _, err := h.Vote(by, n, approval.Approve); err != nil {
				h.t.Fatal(err)
			}
		}
		rejected := h.Raise("maya", "Open a port", "amir")
		h.AskForApproval("maya", rejected.Ticket.Number)
		if _, err := h.Vote("cora", rejected.Ticket.Number, approval.Reject); err != nil {
			h.t.Fatal(err)
		}
		h.Clock.Set(*c.Facet.PlannedStart)
		h.get("maya", "/changes/"+n+"/review").ok(200).is("state", "none").is("may", false)
		for _, m := range []changes.MoveInput{{Event: "start"}, {Event: "complete", Outcome: "successful"}} {
			m.Number = n
			if _, err := h.Changes.Move(h.As("amir"), m); err != nil {
				h.t.Fatal(err)
			}
			h.Clock.Advance(30 * time.Minute)
		}
		inc := h.report("ann", "No way out into the internet")
		causes := "/changes/" + n + "/causes"
		h.post("alice", causes, map[string]any{"incident": inc, "confidence": "suspected"}).ok(200).is("ties.0.other.number", inc).is("ties.0.confidence", "suspected").is("caused", false).is("may.confirm", false)
		h.post("alice", causes, map[string]any{"incident": inc, "confidence": "confirmed", "evidence": "x"}).problem(403, "not_permitted")
		h.post("maya", causes, map[string]any{"incident": inc, "confidence": "confirmed"}).problem(422, "evidence_missing")
		h.post("maya", causes, map[string]any{"incident": inc, "confidence": "confirmed", "evidence": "It works again with the old rules."}).ok(200).is("caused", true).is("ties.0.by.name", "Maya")
		h.get("alice", "/tickets/"+inc+"/causes").ok(200).is("ties.0.other.number", n).is("caused", false)
		if got := h.get("ann", "/tickets/"+inc+"/causes").ok(200); len(got.list("ties")) != 0 {
			t.Errorf("the requester is told: %s", got.raw)
		}

		review := "/changes/" + n + "/review"
		h.get("maya", review).ok(200).is("state", "open").is("reasons.0.code", "incident").is("may", true)
		h.get("amir", review).ok(200).is("may", false).is("why_not", "You implemented it: somebody else reviews it.")
		h.get("tess", "/change-reviews").ok(200).is("items.0.number", n)
		h.post("maya", "/changes/"+n+"/moves/close", map[string]any{"close_notes": "Done."}).problem(409, "review_open")
		h.post("amir", review, map[string]any{"objectives": "met", "lessons": "x", "cmdb": "nothing"}).problem(403, "review_of_own_work")
		h.post("maya", review, map[string]any{"objectives": "met", "lessons": " ", "cmdb": "waived"}).problem(422, "review_unsound")
		h.post("maya", review, map[string]any{"objectives": "met", "lessons": "Look at **both** ways out.", "cmdb": "updated", "follow_ups": []string{inc}}).ok(200).is("state", "done").is("reviewer.name", "Maya").
			is("lessons_html", "<p>Look at <strong>both</strong> ways out.</p>\n").is("follow_ups.0", inc)
		h.post("maya", "/changes/"+n+"/moves/close", map[string]any{"close_notes": "Done."}).ok(200)
		h.post("tess", review+"/request", nil).ok(200).is("state", "open")

		for path, want := range map[string][]string{"/tickets/" + n + "/timeline": {"suspected: caused " + inc, "confirmed: caused " + inc, "reviewed this"}, "/tickets/" + inc + "/timeline": {"confirmed: caused by " + n}} {
			told := h.get("maya", path+"?limit=200").ok(200)
			for _, label := range want {
				if !strings.Contains(string(told.raw), `"`+label+`"`) {
					t.Errorf("%s does not tell %q: %s", path, label, told.raw)
				}
			}
		}
		if told := h.get("ann", "/tickets/"+inc+"/timeline").ok(200); strings.Contains(string(told.raw), n) {
			t.Errorf("the requester is told of the cause: %s", told.raw)
		}
		h.get("ann", "/reports/changes").problem(403, "not_permitted")
		h.get("maya", "/reports/changes?from=2026-05-01T00:00:00Z&to=2026-04-01T00:00:00Z").problem(422, "invalid_input")
		all := h.get("maya", "/reports/changes?by=team").ok(200).is("total.carried_out", 1.0).is("total.approval.n", 1.0).is("rejections.0.number", rejected.Ticket.Number).is("groups.0.key", "")
		if len(all.list("definitions")) != 10 {
			t.Errorf("%d definitions", len(all.list("definitions")))
		}
		for _, by := range []string{"model", "service", "month"} {
			if got := h.get("maya", "/reports/changes?by="+by).ok(200); len(got.list("groups")) != 1 {
				t.Errorf("by %s: %s", by, got.raw)
			}
		}
		for _, figure := range []string{"carried_out", "lead", "approval"} {
			h.get("maya", "/reports/changes/records?all=true&figure="+figure).ok(200).is("items.0.number", n)
		}
		if none := h.get("maya", "/reports/changes/records?by=team&key=nobody&figure=carried_out").ok(200); len(none.list("items")) != 0 {
			t.Errorf("behind nothing: %s", none.raw)
		}
		h.VerifyLog()
	})
}
