package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/cmdb"
)

func TestTheCalendarIsKeptAndConflictsAreAcceptedOverTheAPI(t *testing.T) {
	each(t, func(h *house) {
		item, err := h.CMDB.Register(h.As("omar"), cmdb.RegisterInput{Class: "server", Status: cmdb.Live, Values: map[string]string{"name": "db-01"}})
		if err != nil {
			t.Fatal(err)
		}
		var numbers []string
		start := h.Clock.Now().Add(24 * time.Hour)
		for _, who := range []string{"amir", "alice"} {
			plan := h.Plan("Patch db-01", who)
			end, items := start.Add(2*time.Hour), []string{item.Number}
			plan.PlannedStart, plan.PlannedEnd, plan.CIs = &start, &end, &items
			c, err := h.Changes.Raise(h.As("maya"), changes.RaiseInput{Plan: plan})
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, c.Ticket.Number)
		}
		drafts := h.get("maya", "/changes/"+numbers[0]+"/conflicts").ok(200)
		if len(drafts.list("items")) != 0 {
			t.Errorf("drafts are in nobody's way: %s", drafts.raw)
		}
		for _, n := range numbers {
			h.post("maya", "/changes/"+n+"/moves/submit", map[string]any{}).ok(200)
		}
		found := h.get("maya", "/changes/"+numbers[0]+"/conflicts").ok(200).is("items.0.kind", "same_item").is("items.0.severity", "hard").is("items.0.state", "open").
			is("items.0.other.number", numbers[1]).is("items.0.item.number", item.Number)
		path := "/changes/" + numbers[0] + "/conflicts/" + found.text("items.0.id")
		h.post("amir", path+"/accept", map[string]any{"reason": "x"}).problem(403, "not_permitted")
		h.post("maya", path+"/accept", map[string]any{"reason": " "}).problem(422, "reason_required")
		h.post("maya", path+"/override", map[string]any{"reason": "x"}).problem(409, "conflict_settled")
		h.post("maya", path+"/accept", map[string]any{"reason": "Agreed.", "until": "2046-01-01T00:00:00Z"}).problem(422, "acceptance_too_long")
		h.post("maya", path+"/accept", map[string]any{"reason": "They are agreed."}).ok(200).is("state", "accepted").is("accepted_by.name", "Maya").is("other.number", numbers[1])

		for _, said := range []string{"brought about a conflict: " + numbers[1] + " changes db-01 at the same time", "accepted a conflict: " + numbers[1] + " changes db-01 at the same time", "They are agreed."} {
			if line := h.get("amir", "/tickets/"+numbers[0]+"/timeline").ok(200); !strings.Contains(string(line.raw), said) {
				t.Errorf("the history does not say %q: %s", said, line.raw)
			}
		}
		if line := h.get("maya", "/tickets/"+numbers[1]+"/timeline?limit=3").ok(200); line.text("next") != "" {
			h.get("maya", "/tickets/"+numbers[1]+"/timeline?limit=3&after="+line.text("next")).ok(200)
		}

		freeze := h.post("maya", "/change-schedules", map[string]any{"kind": "freeze", "name": "Quarter end", "zone": "Europe/Berlin", "starts": start.Format("2006-01-02T00:00"), "minutes": 1440,
			"scope": map[string]any{"classes": []string{"server"}}, "models": []string{"emergency"}}).ok(201).is("kind", "freeze").is("retired", false)
		h.post("maya", "/change-schedules", map[string]any{"kind": "window", "name": "x", "zone": "UTC", "starts": "2026-03-01T22:00", "minutes": 0, "scope": map[string]any{"everything": true}}).problem(422, "schedule_unsound")
		h.post("maya", "/change-schedules", map[string]any{"kind": "window", "name": "x", "zone": "UTC", "starts": "2026-03-01T22:00", "minutes": 60, "scope": map[string]any{"sites": []string{"moon"}}}).problem(422, "schedule_scope")
		one := "/change-schedules/" + freeze.text("id")
		h.do(ask{by: "maya", method: "PATCH", path: one, body: map[string]any{"name": "The end of the quarter"}}).ok(200).is("name", "The end of the quarter")
		h.get("amir", "/change-schedules").ok(200).is("items.0.name", "The end of the quarter")
		h.get("ann", "/change-schedules").problem(403, "not_permitted")
		day := start.Truncate(24 * time.Hour)
		stamp := func(t time.Time) string { return strings.ReplaceAll(t.Format(time.RFC3339), "+", "%2B") }
		h.get("amir", "/calendar?from="+stamp(day)+"&to="+stamp(day.Add(48*time.Hour))).ok(200).is("times.0.name", "The end of the quarter").is("changes.0.number", numbers[0]).is("cut", false)
		h.get("amir", "/calendar?from="+stamp(day)+"&to="+stamp(day)).problem(422, "calendar_range")
		h.get("amir", "/services/"+item.Number+"/freeze?at="+stamp(start)).ok(200).is("frozen", true)
		h.get("amir", "/services/"+item.Number+"/freeze?model=emergency&at="+stamp(start)).ok(200).is("frozen", false)
		h.get("amir", "/services/CI-999999/freeze").problem(404, "not_found")
		slot := h.post("amir", "/changes/free-slots", map[string]any{"minutes": 60, "from": start, "cis": []string{item.Number}}).ok(200)
		if at, err := time.Parse(time.RFC3339, slot.text("slots.0.start")); err != nil || at.Before(start.Add(2*time.Hour)) {
			t.Errorf("it is not free: %s", slot.raw)
		}
		h.post("amir", "/changes/conflicts", map[string]any{"start": start, "end": start.Add(time.Hour), "cis": []string{item.Number}}).ok(200).is("items.0.kind", "freeze").is("items.0.state", "seen").is("items.1.other.number", numbers[0])
		h.post("amir", "/change-schedules/preview", map[string]any{"zone": "Europe/Berlin", "starts": "2026-01-11T02:00", "minutes": 60, "rule": "FREQ=MONTHLY;BYDAY=2SU"}).ok(200).is("next.4.end", "2026-07-12T01:00:00Z")
		h.post("amir", "/change-schedules/preview", map[string]any{"zone": "Europe/Berlin", "starts": "2026-01-12T02:00", "minutes": 60, "rule": "FREQ=MONTHLY;BYDAY=2SU"}).problem(422, "schedule_unsound")
		h.post("maya", one+"/moves/suspend", map[string]any{"until": start.Add(time.Hour)}).problem(422, "missing_input")
		h.post("maya", one+"/moves/suspend", map[string]any{"until": start.Add(time.Hour), "reason": "Closed early."}).ok(200).is("suspend_reason", "Closed early.")
		h.post("maya", one+"/moves/resume", nil).ok(200).is("suspended_until", nil)
		h.post("maya", one+"/moves/retire", nil).ok(200).is("retired", true)
		h.post("maya", one+"/moves/retire", nil).problem(409, "schedule_state")
		h.VerifyLog()
	})
}
