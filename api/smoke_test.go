package api_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/api"
)

func TestAnIncidentLivesFromReportToClosure(t *testing.T) {
	each(t, func(h *house) {
		n := h.report("ann", "Mail is **down**")
		got := h.get("ann", "/incidents/"+n).ok(200)
		got.is("number", n).is("state", "new").is("tone", "new").is("requester.name", "Ann").is("version", 1)
		if got.header.Get("ETag") != `"1"` {
			t.Fatal(got.header)
		}
		h.do(ask{by: "amir", method: "PUT", path: "/tickets/" + n + "/assignment", body: map[string]any{"assignee": "me", "team": "network"}}).ok(200).is("assignee.name", "Amir").is("team.id", "network")
		h.post("amir", "/incidents/"+n+"/moves/start", map[string]any{}).ok(200).is("state", "in_progress")
		h.post("amir", "/tickets/"+n+"/comments", map[string]any{"body": "We *look*.", "internal": false}).ok(201).is("kind", "reply").is("body_html", "<p>We <em>look</em>.</p>\n")
		h.post("amir", "/tickets/"+n+"/comments", map[string]any{"body": "It is the disk.", "internal": true}).ok(201).is("internal", true)
		h.post("amir", "/incidents/"+n+"/moves/resolve", map[string]any{"resolution": "New disk."}).ok(200).is("state", "resolved")
		if l := h.get("ann", "/tickets/"+n+"/timeline").ok(200).list("items"); len(l) != 5 {
			t.Fatalf("%d", len(l))
		}
		if l := h.get("amir", "/tickets/"+n+"/timeline").ok(200).list("items"); len(l) != 6 {
			t.Fatalf("%d", len(l))
		}
		h.post("ann", "/incidents/"+n+"/moves/close", nil).ok(200).is("state", "closed")
	})
}

func TestWhoGoesAwayBeforeTheAnswerIsNoFailureOfTheServer(t *testing.T) {
	var said bytes.Buffer
	h := one(t, func(d *api.Deps) { d.Log = slog.New(slog.NewTextHandler(&said, nil)) })
	n := h.report("ann", "Mail is down")
	h.token("ann")
	gone, leave := context.WithCancel(context.Background())
	leave()
	answer := httptest.NewRecorder()
	h.doInto(gone, ask{by: "ann", method: "GET", path: "/incidents/" + n}, answer)
	if answer.Code != http.StatusServiceUnavailable || !strings.Contains(answer.Body.String(), "request_broken_off") || strings.Contains(said.String(), "level=ERROR") {
		t.Errorf("status %d, and the log says\n%s", answer.Code, said.String())
	}
}
