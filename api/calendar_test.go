package api_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/changes/calendar/feed"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/people"
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

// feed makes a feed of somebody who is signed in, and tells where it is read.
func (h *house) feed(login string) (ref, secret string) {
	h.t.Helper()
	f, secret, err := h.Feeds.Make(h.As(login), "Phone")
	if err != nil {
		h.t.Fatal(err)
	}
	return f.Ref, secret
}

// subscribe reads a feed as a program does: without a session.
func (h *house) subscribe(secret string) answer {
	return h.raw(secret + ".ics")
}

func (h *house) raw(file string) answer {
	return h.send(httptest.NewRequest(http.MethodGet, "/calendar/"+file, nil), httptest.NewRecorder())
}

func TestAFeedShowsWhatItsOwnerMayReadAndNothingElse(t *testing.T) {
	each(t, func(h *house) {
		plan := h.Plan("Patch db-01; reboot", "amir")
		start := h.Clock.Now().Add(24 * time.Hour)
		end := start.Add(2 * time.Hour)
		plan.PlannedStart, plan.PlannedEnd = &start, &end
		c, err := h.Changes.Raise(h.As("maya"), changes.RaiseInput{Plan: plan})
		if err != nil {
			t.Fatal(err)
		}
		h.post("maya", "/me/calendar-feeds", map[string]any{"name": "Phone"}).problem(403, "calendar_feed_session") // by a token
		if _, _, err := h.Feeds.Make(h.As("ann"), "Phone"); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a requester: %v", err)
		}
		if _, _, err := h.Feeds.Make(h.As("maya"), " "); !errors.Is(err, domain.ErrMissing) {
			t.Errorf("without a name: %v", err)
		}
		ref, secret := h.feed("maya")
		got := h.subscribe(secret)
		if got.status != 200 || !strings.Contains(string(got.raw), "SUMMARY:"+c.Ticket.Number+" Patch db-01\\; reboot\r\n") || got.header.Get("Content-Type") != "text/calendar; charset=utf-8" || got.header.Get("Cache-Control") != "private, no-store" {
			t.Fatalf("%d %v %s", got.status, got.header, got.raw)
		}
		h.get("maya", "/me/calendar-feeds").ok(200).is("items.0.name", "Phone").is("items.0.path", nil)
		for _, bad := range []string{secret, secret + "x.ics", "cabcal_.ics", "x.ics", strings.Repeat("x", 5000) + ".ics"} {
			if got := h.raw(bad); got.status != 404 {
				t.Errorf("%.20s… answers %d", bad, got.status)
			}
		}
		h.do(ask{method: http.MethodGet, path: "/changes/" + c.Ticket.Number, header: map[string]string{"Authorization": "Bearer " + secret}}).problem(401, "credentials_invalid")
		if err := h.Feeds.Revoke(h.As("amir"), ref); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("somebody else revokes it: %v", err)
		}
		if err := h.Feeds.Revoke(h.As("maya"), ref); err != nil {
			t.Fatal(err)
		}
		if got := h.subscribe(secret); got.status != 404 {
			t.Errorf("revoked, it answers %d", got.status)
		}
		_, secret = h.feed("amir")
		amir, err := h.People.ByID(h.System(), h.ID("amir"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.People.Disable(h.System(), people.MoveInput{Ref: amir.Ref, Reason: "left"}); err != nil {
			t.Fatal(err)
		}
		if got := h.subscribe(secret); got.status != 404 {
			t.Errorf("of somebody who left, it answers %d", got.status)
		}
		for range feed.MaxFeeds {
			_, secret = h.feed("maya")
		}
		if _, _, err := h.Feeds.Make(h.As("maya"), "One more"); !errors.Is(err, feed.ErrTooMany) {
			t.Errorf("an eleventh: %v", err)
		}
		for range 60 {
			got = h.subscribe(secret)
		}
		if got.status != 429 || got.header.Get("Retry-After") == "" {
			t.Errorf("after sixty in a minute: %d %v", got.status, got.header)
		}
		h.Clock.Advance(time.Minute)
		if got := h.subscribe(secret); got.status != 200 {
			t.Errorf("a minute later: %d", got.status)
		}
		h.VerifyLog()
	})
}

// What the matrix asks of the API, of feeds: for every role, what it shows is what the calendar shows.
func TestAFeedIsThereForExactlyThoseWhoMayReadTheCalendar(t *testing.T) {
	m := newMatrix(t)
	plan := m.Plan("Patch db-01", "amir")
	start := m.Clock.Now().Add(24 * time.Hour)
	end := start.Add(2 * time.Hour)
	plan.PlannedStart, plan.PlannedEnd = &start, &end
	if _, err := m.Changes.Raise(m.As("maya"), changes.RaiseInput{Plan: plan}); err != nil {
		t.Fatal(err)
	}
	have := 0
	for _, role := range roles {
		as := domain.WithActor(t.Context(), m.actors[role])
		_, secret, err := m.Feeds.Make(as, "x")
		if may := m.Gate.May(as, "calendar.read"); may != (err == nil) {
			t.Errorf("%s: %v", role, err)
		}
		if err != nil {
			continue
		}
		have++
		list, _, _, err := m.Calendar.Show(as, calendar.Span{Start: start, End: end})
		if err != nil {
			t.Fatal(err)
		}
		if got := m.subscribe(secret); got.status != 200 || strings.Count(string(got.raw), "BEGIN:VEVENT") != len(list) {
			t.Errorf("%s sees %d changes, and the feed says %s", role, len(list), got.raw)
		}
	}
	if have == 0 || have == len(roles) {
		t.Errorf("%d roles may", have)
	}
}

func TestEverybodyIsToldOfPlannedInterruptionsAndOfNothingBehindThem(t *testing.T) {
	each(t, func(h *house) {
		plan := h.Plan("Move the mail store", "amir")
		start, outage, minutes, services := h.Clock.Now().Add(24*time.Hour), "yes", int64(30), []string{"Mail"}
		end := start.Add(2 * time.Hour)
		plan.PlannedStart, plan.PlannedEnd, plan.Outage, plan.OutageMinutes, plan.AffectedServices = &start, &end, &outage, &minutes, &services
		c, err := h.Changes.Raise(h.As("maya"), changes.RaiseInput{Plan: plan})
		if err != nil {
			t.Fatal(err)
		}
		if got := h.get("ann", "/planned-interruptions").ok(200); len(got.list("items")) != 0 {
			t.Errorf("nobody has approved it: %s", got.raw)
		}
		h.AskForApproval("maya", c.Ticket.Number)
		for _, who := range []string{"cora", "carl"} {
			if _, err := h.Vote(who, c.Ticket.Number, approval.Approve); err != nil {
				t.Fatal(err)
			}
		}
		got := h.get("ann", "/planned-interruptions").ok(200).is("items.0.title", "Move the mail store").is("items.0.services.0", "Mail").is("items.0.minutes", 30.0).is("items.0.begun", false)
		if strings.Contains(string(got.raw), c.Ticket.Number) || strings.Contains(string(got.raw), "Amir") {
			t.Errorf("it tells more: %s", got.raw)
		}
		secret := h.Plan("Close the hole in the mail gateway", "amir")
		security := "security"
		secret.PlannedStart, secret.PlannedEnd, secret.Outage, secret.OutageMinutes, secret.AffectedServices, secret.ReasonCode = &start, &end, &outage, &minutes, &services, &security
		if c, err = h.Changes.Raise(h.As("maya"), changes.RaiseInput{Plan: secret}); err != nil {
			t.Fatal(err)
		}
		h.AskForApproval("maya", c.Ticket.Number)
		for _, who := range []string{"cora", "carl"} {
			if _, err := h.Vote(who, c.Ticket.Number, approval.Approve); err != nil {
				t.Fatal(err)
			}
		}
		h.get("ann", "/planned-interruptions").ok(200).is("items.1.title", nil).is("items.1.services.0", "Mail")
		h.Clock.Advance(30 * 24 * time.Hour)
		if got := h.get("ann", "/planned-interruptions").ok(200); len(got.list("items")) != 0 {
			t.Errorf("it is over: %s", got.raw)
		}
	})
}
