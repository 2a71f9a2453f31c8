package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cab"
)

var meetingBodies = map[string]any{
	"add-point": map[string]any{"title": "x"}, "amend-point": map[string]any{"minutes": 5}, "take-point": map[string]any{}, "invite-guest": map[string]any{"person": "me"},
	"answer-invitation": map[string]any{"comes": true}, "approve-together": map[string]any{"votes": []any{map[string]any{"number": "CHG-999999", "digest": "x"}}},
	"note-action": map[string]any{"text": "x", "owner": "me"}, "sign-minutes": map[string]any{"digest": "x"}, "append-minutes": map[string]any{"text": "x"},
	"convene-meeting": map[string]any{"board": "cab", "starts_at": "2026-06-01T09:00:00Z"},
	"set-rhythm":      map[string]any{"active": true, "zone": "UTC", "starts": "2026-03-03T14:00", "rule": "FREQ=WEEKLY", "minutes": 60, "notice_hours": 24, "item_minutes": 5, "sections": []string{"forward"}},
}

// meeting makes, or finds again, a meeting of the board; to their own one somebody is invited.
func (m *matrix) meeting(owned, role string) cab.Meeting {
	m.t.Helper()
	key := "meeting " + owned + " " + role
	if ref := m.objects[key]; ref != "" {
		x, err := m.Meetings.Get(m.System(), ref)
		m.must(err)
		return x
	}
	m.meetings++
	x, err := m.Meetings.Convene(m.System(), cab.ConveneInput{Board: "cab", StartsAt: m.Clock.Now().Add(time.Duration(m.meetings) * time.Minute)})
	m.must(err)
	if owned == "own" {
		x, err = m.Meetings.Invite(m.System(), x.Ref, m.actors[role].User)
		m.must(err)
	}
	m.objects[key] = x.Ref
	return x
}

func (m *matrix) meetingProbes(row route.Row, role string) []probe {
	var out []probe
	for _, owned := range []string{"own", "other", missing} {
		p := probe{name: row.ID, kind: "meeting", owned: owned, body: meetingBodies[row.ID], vague: strings.Contains(row.Path, "{point}") || strings.Contains(row.Path, "{action}")}
		ref := "nothing"
		if owned != missing {
			x := m.meeting(owned, role)
			ref = x.Ref
			p.visible, p.allowed = m.decide(role, "meeting.read", x.Object()), m.decide(role, row.Action, x.Object())
		}
		p.path = strings.NewReplacer("{id}", ref, "{event}", "start", "{point}", "nothing", "{action}", "nothing", "{step}", map[string]string{"step-point": "promote", "meeting-clock": "next"}[row.ID]).Replace(row.Path)
		out = append(out, p)
	}
	return out
}

// TestARoomOverTheAPI is a meeting as screens see it: agenda, quorum, a vote in the room, minutes.
func TestARoomOverTheAPI(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		plan := h.Plan("Replace the core switch", "amir")
		high := changes.High
		plan.Risk = &high
		c, err := h.Changes.Raise(h.As("maya"), changes.RaiseInput{Plan: plan})
		if err != nil {
			t.Fatal(err)
		}
		c = h.AskForApproval("maya", c.Ticket.Number)
		m := h.post("maya", "/meetings", map[string]any{"board": "cab", "starts_at": h.Clock.Now().Add(time.Hour)}).ok(http.StatusCreated)
		at := "/meetings/" + m.text("id")
		if m.text("items.0.number") != c.Ticket.Number || m.at("items.0.quorum.reached") != false {
			t.Fatalf("%s", m.raw)
		}
		h.do(ask{by: "carl", method: http.MethodPut, path: at + "/answer", body: map[string]any{"comes": true}}).ok(200)
		h.post("cleo", at+"/moves/start", nil).ok(200)
		h.post("carl", at+"/join", nil).ok(200)
		h.post("cora", at+"/join", nil).ok(200)
		m = h.post("cleo", at+"/clock/next", nil).ok(200)
		if m.text("items.0.state") != "current" || m.at("items.0.quorum.reached") != true || m.at("items.0.ballot.can") != true {
			t.Fatalf("%s", m.raw)
		}
		point := m.text("items.0.id")
		if r := h.get("carl", at+"/points/"+point+"/reading").ok(200); r.text("number") != c.Ticket.Number {
			t.Errorf("%s", r.raw)
		}
		if got := h.post("carl", at+"/approvals", map[string]any{"votes": []any{map[string]any{"number": c.Ticket.Number, "digest": c.Facet.Digest}}}).ok(200); got.text("items.0.problem.code") != "bulk_only_low_risk" {
			t.Errorf("approved together: %s", got.raw)
		}
		for _, who := range []string{"carl", "cora"} {
			h.post(who, "/changes/"+c.Ticket.Number+"/decisions", map[string]any{"slot_id": m.text("items.0.ballot.slot_id"), "decision": "approve", "digest": m.text("items.0.ballot.digest")}).ok(200)
		}
		m = h.get("carl", at).ok(200)
		if m.text("items.0.ballot.state") != "approved" || len(m.list("items.0.ballot.votes")) != 2 {
			t.Errorf("%s", m.raw)
		}
		h.do(ask{by: "cleo", method: http.MethodPatch, path: at + "/points/" + point, body: map[string]any{"note": "Nobody was against it."}}).ok(200)
		h.post("cleo", at+"/actions", map[string]any{"point": point, "text": "Tell the plant", "owner": h.Ref("carl")}).ok(200)
		h.post("cleo", at+"/moves/end", nil).ok(200)
		minutes := h.get("carl", at+"/minutes").ok(200)
		if !strings.Contains(minutes.text("html"), "The board approved this plan.") || minutes.at("may_sign") != false {
			t.Errorf("%s", minutes.raw)
		}
		if got := h.post("cleo", at+"/minutes/signature", map[string]any{"digest": minutes.text("digest")}); got.status != http.StatusForbidden {
			t.Errorf("signed with a token: %d %s", got.status, got.raw)
		}
		if got := h.get("ann", at); got.status != http.StatusNotFound {
			t.Errorf("a requester: %d", got.status)
		}
		if list := h.get("otto", "/meetings?past=true").ok(200); len(list.list("items")) != 1 {
			t.Errorf("%s", list.raw)
		}
	})
}

// TestAChangeThatMayNotBeReadIsHiddenInTheRoom: who is invited as a guest sees that there is a point, and no more.
func TestAChangeThatMayNotBeReadIsHiddenInTheRoom(t *testing.T) {
	h := one(t, nil)
	plan := h.Plan("Replace the secret switch", "amir")
	c, err := h.Changes.Raise(h.As("maya"), changes.RaiseInput{Plan: plan})
	if err != nil {
		t.Fatal(err)
	}
	x, err := h.Meetings.Convene(h.As("maya"), cab.ConveneInput{Board: "cab", StartsAt: h.Clock.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if x, err = h.Meetings.Put(h.As("maya"), cab.PutInput{Meeting: x.Ref, Change: c.Ticket.Number}); err != nil {
		t.Fatal(err)
	}
	if x, err = h.Meetings.Invite(h.As("maya"), x.Ref, h.ID("rolf")); err != nil {
		t.Fatal(err)
	}
	shown := string(h.get("rolf", "/meetings/"+x.Ref).ok(200).raw)
	if strings.Contains(shown, "secret switch") || strings.Contains(shown, c.Ticket.Number) || !strings.Contains(shown, "cannot see") {
		t.Errorf("shown: %s", shown)
	}
	h.post("maya", "/meetings/"+x.Ref+"/moves/start", nil).ok(200)
	h.get("rolf", "/meetings/"+x.Ref+"/minutes").problem(http.StatusForbidden, "minutes_of_hidden")
	h.get("carl", "/meetings/"+x.Ref+"/minutes").ok(200)
}
