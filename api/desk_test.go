package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/policies"
)

func TestARequestIsFulfilledByItsTasks(t *testing.T) {
	each(t, func(h *house) {
		r := h.post("ann", "/requests", map[string]any{"title": "A laptop for Bob", "impact": 3, "urgency": 2, "contact_type": "portal"}).ok(201).is("priority", 4).is("contact_type", "portal")
		n := r.text("number")
		h.get("ann", "/tickets?queue=all").ok(200).is("items.0.contact_type", "portal")
		r = h.post("amir", "/requests/"+n+"/tasks", map[string]any{"title": "Order it", "team": "network"}).ok(201)
		task := r.text("tasks.0.number")
		r.is("tasks.0.state", "open").is("tasks.0.moves.0.event", "start").is("tasks.0.team.name", "Network")
		h.post("amir", "/requests/"+n+"/moves/fulfil", nil).problem(409, "tasks_open")
		h.post("amir", "/tasks/"+task+"/moves/finish", nil).ok(200).is("state", "done").is("assignee.name", "Amir")
		h.post("amir", "/requests/"+n+"/moves/fulfil", map[string]any{"fulfilment": "On Bob's *desk*.", "comment": "Enjoy it."}).ok(200).is("state", "fulfilled")
		line := h.get("ann", "/tickets/"+n+"/timeline").ok(200)
		if got := line.list("items"); len(got) != 5 || line.text("items.4.body") != "Enjoy it." {
			h.fail(string(line.raw))
		}
		// What happens to its tasks is told with it, page by page.
		line.is("items.1.label", "added the task “Order it”").is("items.2.label", "finished the task “Order it”").is("items.2.changes.0.after", "Done")
		page := h.get("ann", "/tickets/"+n+"/timeline?limit=2").ok(200)
		h.get("ann", "/tickets/"+n+"/timeline?limit=2&after="+page.text("next")).ok(200).is("items.0.type", "task.finished").is("items.1.type", "request.fulfilled")
		other := h.post("ann", "/requests", map[string]any{"title": "Another"}).ok(201).text("number")
		h.get("ann", "/tickets/"+other+"/timeline?after="+page.text("next")).problem(400, "malformed_cursor")
		h.do(ask{by: "ann", method: "PATCH", path: "/requests/" + n, body: map[string]any{"title": "Two laptops"}}).problem(403, "not_permitted")
	})
}

func TestTheTimelineOfAnItemSaysWhatEnded(t *testing.T) {
	each(t, func(h *house) {
		for class, name := range map[string]string{"server": "host-1", "database": "shop"} {
			h.post("omar", "/cis", map[string]any{"class": class, "status": "live", "values": map[string]string{"name": name}}).ok(201)
		}
		host, shop := h.get("omar", "/cis?q=host-1").ok(200).text("items.0.number"), h.get("omar", "/cis?q=shop").ok(200).text("items.0.number")
		ref := h.post("omar", "/cis/"+shop+"/relations", map[string]any{"type": "runs_on", "to": host}).ok(200).text("relations.0.id")
		h.do(ask{by: "omar", method: "DELETE", path: "/cis/" + shop + "/relations/" + ref}).ok(200)
		h.get("omar", "/cis/"+host+"/timeline").ok(200).is("items.0.label", "ended a relation").is("items.0.changes.0.after", "runs shop ("+shop+")")
	})
}

func TestAListOfItemsIsFilteredByWhatItsClassHas(t *testing.T) {
	each(t, func(h *house) {
		for name, memory := range map[string]string{"db-01": "64", "db-02": "128"} {
			h.post("omar", "/cis", map[string]any{"class": "server", "values": map[string]string{"name": name, "memory_gb": memory}}).ok(201)
		}
		h.get("amir", "/cis?class=server&attr.memory_gb=064").ok(200).is("items.0.name", "db-01").is("next", nil)
	})
}

func TestAProblemIsKnownAndLinkedToItsIncidents(t *testing.T) {
	h := one(t, nil)
	p := h.post("amir", "/problems", map[string]any{"title": "Disks fail", "impact": 1, "urgency": 2}).ok(201).is("priority", 2)
	n, inc := p.text("number"), h.report("ann", "Mail is down")
	h.post("amir", "/tickets/"+inc+"/links", map[string]any{"kind": "caused_by", "to": n}).ok(201).is("items.0.kind", "caused_by").is("items.0.other.number", n)
	h.post("amir", "/problems/"+n+"/moves/investigate", nil).ok(200)
	page := h.get("amir", "/problems/"+n).ok(200).is("incidents.0.number", inc).is("links.0.kind", "causes")
	for i := range page.list("moves") {
		mv := page.at(fmt.Sprintf("moves.%d", i)).(map[string]any)
		if mv["event"] == "declare_known_error" && mv["blocked"] != "Write down the root cause first." {
			t.Error(mv)
		}
	}
	h.do(ask{by: "amir", method: "PATCH", path: "/problems/" + n, header: map[string]string{"If-Match": page.header.Get("ETag")},
		body: map[string]any{"root_cause": "Firmware.", "workaround": "Restart."}}).ok(200).is("root_cause_html", "<p>Firmware.</p>\n")
	h.post("amir", "/problems/"+n+"/moves/declare_known_error", nil).ok(200).is("state", "known_error")
	// Who may not see the problem does not see the link to it either.
	if l := h.get("ann", "/incidents/"+inc).ok(200).list("links"); len(l) != 0 {
		t.Error(l)
	}
	link := page.text("links.0.id")
	h.do(ask{by: "amir", method: "DELETE", path: "/tickets/" + n + "/links/" + link}).ok(204)
	h.do(ask{by: "amir", method: "DELETE", path: "/tickets/" + n + "/links/" + link}).problem(404, "not_found")
}

func TestABulkActAnswersForEachRecord(t *testing.T) {
	each(t, func(h *house) {
		a, b := h.report("ann", "One"), h.report("ann", "Two")
		h.post("amir", "/incidents/"+b+"/moves/cancel", map[string]any{"reason": "A duplicate."}).ok(200)
		got := h.post("amir", "/tickets/bulk", map[string]any{"numbers": []string{a, b, "INC-999999", a}, "action": "assign", "assignee": "me", "team": "network"}).ok(200)
		if len(got.list("results")) != 3 {
			h.fail(string(got.raw))
		}
		got.is("results.0.ok", true).is("results.0.version", 2).is("results.1.ok", false).is("results.1.problem.code", "record_closed").is("results.2.problem.status", 404)
		h.post("amir", "/tickets/bulk", map[string]any{"numbers": []string{a}, "action": "move", "event": "resolve", "fields": map[string]any{"resolution": "Done."}}).ok(200).is("results.0.ok", true)
		h.post("ann", "/tickets/bulk", map[string]any{"numbers": []string{a}, "action": "assign", "assignee": "me"}).ok(200).is("results.0.problem.status", 403)
		h.post("amir", "/tickets/bulk", map[string]any{"numbers": []string{a}, "action": "move"}).problem(422, "missing_input")
	})
}

func TestListsQueuesAndSearchAgreeOnBothDatabases(t *testing.T) {
	each(t, func(h *house) {
		for i := range 5 {
			h.report("ann", fmt.Sprintf("Printer %d", i))
		}
		n := h.report("ann", "Mail of canary is down")
		h.post("amir", "/tickets/"+n+"/comments", map[string]any{"body": "secretword", "internal": true}).ok(201)
		first := h.get("amir", "/tickets?kind=incident&limit=4&sort=number&count=true").ok(200).is("total", 6)
		rest := h.get("amir", "/tickets?kind=incident&limit=4&sort=number&after="+first.text("next")).ok(200).is("next", nil)
		if len(first.list("items")) != 4 || len(rest.list("items")) != 2 {
			h.fail(string(rest.raw))
		}
		first.is("items.0.requester.name", "Ann").is("items.0.impact", 2)
		queues := h.get("amir", "/queues?kind=incident").ok(200)
		for i := range queues.list("items") {
			if q := queues.at(fmt.Sprintf("items.%d", i)).(map[string]any); q["key"] == "open" && q["count"] != float64(6) {
				h.fail(fmt.Sprint(q))
			}
		}
		found := h.get("amir", "/search?q=canary").ok(200).is("items.0.number", n)
		if html := found.text("items.0.highlights.0.html"); !strings.Contains(html, "<mark>canary</mark>") {
			h.fail(html)
		}
		if l := h.get("amir", "/search?q=secretword").ok(200).list("items"); len(l) != 1 {
			h.fail("a note is not found by who may read it")
		}
		if l := h.get("ann", "/search?q=secretword").ok(200).list("items"); len(l) != 0 {
			h.fail("a note is found by who may not read it")
		}
		h.do(ask{by: "amir", method: "PATCH", path: "/incidents/" + n, body: map[string]any{"service": "Exchange"}}).ok(200)
		h.get("amir", "/suggest/services?q=exch").ok(200).is("items.0.id", "Exchange")
		if l := h.get("rolf", "/suggest/services?q=").ok(200).list("items"); len(l) != 0 {
			h.fail("a suggestion shows what rolf may not see")
		}
		h.get("amir", "/suggest/tickets?q=canary").ok(200).is("items.0.number", n)
		h.get("amir", "/suggest/people?q=mai").ok(200)
		h.get("ann", "/suggest/people?q=").ok(200).is("items.0.name", "Ann")
	})
}

func TestViewsDraftsAndFollowersAreKept(t *testing.T) {
	each(t, func(h *house) {
		v := h.post("amir", "/views", map[string]any{"name": "Mine", "kind": "incident", "query": "queue=mine&sort=priority", "shared": true}).ok(201).is("mine", true)
		h.get("alice", "/views").ok(200).is("items.0.name", "Mine").is("items.0.mine", false)
		h.do(ask{by: "alice", method: "DELETE", path: "/views/" + v.text("id")}).problem(404, "not_found")
		h.post("amir", "/views", map[string]any{"name": "Bad", "query": "colour=red"}).problem(400, "malformed_filter")
		h.post("amir", "/views", map[string]any{"name": "Servers", "kind": "ci", "query": "class=server&sort=-updated_at"}).ok(201).is("kind", "ci")
		h.post("amir", "/views", map[string]any{"name": "Bad", "kind": "ci", "query": "colour=red"}).problem(422, "ci_filter_malformed")
		h.do(ask{by: "amir", method: "DELETE", path: "/views/" + v.text("id")}).ok(204)

		h.get("amir", "/drafts/reply:INC-000001").ok(204)
		h.do(ask{by: "amir", method: "PUT", path: "/drafts/reply:INC-000001", body: map[string]any{"body": map[string]any{"text": "half a sen"}}}).ok(200)
		h.do(ask{by: "amir", method: "PUT", path: "/drafts/reply%3AINC-000001", body: map[string]any{"body": map[string]any{"text": "half a sentence"}}}).ok(200)
		h.get("amir", "/drafts/reply:INC-000001").ok(200).is("body.text", "half a sentence")
		h.get("alice", "/drafts/reply:INC-000001").ok(204)
		h.do(ask{by: "amir", method: "PUT", path: "/drafts/x", body: map[string]any{"body": map[string]any{"text": strings.Repeat("x", 200_001)}}}).problem(422, "text_too_long")
		h.do(ask{by: "amir", method: "DELETE", path: "/drafts/reply:INC-000001"}).ok(204)
		h.get("amir", "/drafts/reply:INC-000001").ok(204)

		n := h.report("ann", "Mail is down")
		h.get("rolf", "/incidents/"+n).problem(404, "not_found")
		h.post("ann", "/tickets/"+n+"/watchers", map[string]any{"person": h.ref("rolf")}).problem(422, "invalid_input") // she may not look up people
		h.post("amir", "/tickets/"+n+"/watchers", map[string]any{"person": h.ref("rolf")}).ok(200).is("watchers.0.name", "Rolf").is("watching", false)
		h.get("rolf", "/incidents/"+n).ok(200).is("watching", true).is("may.close", false)
		h.do(ask{by: "amir", method: "DELETE", path: "/tickets/" + n + "/watchers/" + h.ref("rolf")}).ok(200)
		h.get("rolf", "/incidents/"+n).problem(404, "not_found")
	})
}

func TestATimelineSaysWhatHappenedInPeoplesWords(t *testing.T) {
	h := one(t, nil)
	n := h.report("ann", "Mail is down")
	h.do(ask{by: "amir", method: "PUT", path: "/tickets/" + n + "/assignment", body: map[string]any{"assignee": "me"}}).ok(200)
	h.do(ask{by: "amir", method: "PATCH", path: "/incidents/" + n, body: map[string]any{"urgency": 1}}).ok(200)
	h.post("amir", "/incidents/"+n+"/moves/pend", map[string]any{"pending_on": "user", "pending_reason": "We need the log."}).ok(200).is("pending_reason", "We need the log.")
	h.post("ann", "/tickets/"+n+"/comments", map[string]any{"body": "Here it is."}).ok(201)
	h.Seal()
	line := h.get("ann", "/tickets/"+n+"/timeline").ok(200)
	var said []string
	for i, raw := range line.list("items") {
		e := raw.(map[string]any)
		words := e["actor"].(map[string]any)["name"].(string) + " " + e["label"].(string)
		for _, c := range e["changes"].([]any) {
			c := c.(map[string]any)
			words += fmt.Sprintf("; %v: %v → %v", c["label"], c["before"], c["after"])
		}
		said = append(said, words)
		if leaf := line.at(fmt.Sprintf("items.%d.seal.leaf", i)); leaf == nil {
			t.Error("it is sealed, and the timeline does not say so")
		}
	}
	want := []string{"Ann reported this", "Amir assigned; State: New → Assigned; Assignee: <nil> → Amir", "Amir changed; Priority: Moderate → High; Urgency: Medium → High",
		"Amir put this on hold; State: Assigned → Pending; Waits for: <nil> → user; Because: <nil> → We need the log.; Because: <nil> → We need the log.",
		"Ann replied", "system answered: work goes on; State: Pending → In progress; Waits for: user → <nil>; Because: We need the log. → <nil>"}
	if strings.Join(said, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
	page := h.get("ann", "/tickets/"+n+"/timeline?limit=2").ok(200)
	if next := h.get("ann", "/tickets/"+n+"/timeline?limit=2&after="+page.text("next")).ok(200); next.text("items.0.type") != "incident.amended" {
		t.Errorf("%s", next.raw)
	}
	other := h.report("ann", "Printer")
	foreign := h.get("ann", "/tickets/"+other+"/timeline").ok(200).text("items.0.id")
	h.get("ann", "/tickets/"+n+"/timeline?after="+foreign).problem(400, "malformed_cursor")
}

func TestAnAdministratorKeepsPeopleTeamsAndGrants(t *testing.T) {
	each(t, func(h *house) {
		p := h.post("ada", "/people", map[string]any{"name": "Nina New", "login": "nina", "email": "nina@example.org", "teams": []string{"network"}, "site": "north"}).ok(201)
		id := p.text("id")
		p.is("teams.0.id", "network").is("active", true)
		h.post("ada", "/people", map[string]any{"name": "Nina New", "login": "nina"}).problem(409, "login_taken")
		g := h.post("ada", "/people/"+id+"/grants", map[string]any{"role": "agent", "scope": "team:network", "valid_until": nil, "reason": "hired"}).ok(201)
		if g.text("checkpoint") == "" || g.text("grant.id") == "" {
			h.fail(string(g.raw))
		}
		h.get("ada", "/people/"+id).ok(200).is("grants.0.label", "Agent").is("grants.0.granted_by.name", "Ada").is("roles.1.role", "agent")
		h.get("ada", "/people?role=agent&q=nina").ok(200).is("items.0.login", "nina")
		h.do(ask{by: "ada", method: "PATCH", path: "/people/" + id, header: map[string]string{"If-Match": `"99"`}, body: map[string]any{"name": "N."}}).problem(412, "stale_version")
		h.do(ask{by: "ada", method: "PATCH", path: "/people/" + id, body: map[string]any{"name": "Nina N.", "site": nil}}).ok(200).is("name", "Nina N.").is("site", nil)
		h.do(ask{by: "ada", method: "DELETE", path: "/grants/" + g.text("grant.id"), body: map[string]any{"reason": "left"}}).ok(200)
		h.do(ask{by: "ada", method: "DELETE", path: "/grants/" + g.text("grant.id"), body: map[string]any{"reason": "left"}}).problem(409, "grant_revoked")
		h.post("ada", "/people/"+id+"/moves/disable", map[string]any{"reason": "left"}).ok(200).is("active", false)
		h.post("ada", "/people/"+id+"/moves/fly", map[string]any{"reason": "left"}).problem(422, "invalid_input")
		h.post("ada", "/people/"+h.ref("ada")+"/moves/disable", map[string]any{"reason": "x"}).problem(403, "own_account")

		h.post("ada", "/teams", map[string]any{"key": "cloud", "name": "Cloud"}).ok(201)
		h.do(ask{by: "ada", method: "PUT", path: "/teams/cloud/members", body: map[string]any{"members": []string{h.ref("amir")}, "lead": h.ref("amir")}}).ok(200).is("lead.name", "Amir").is("version", 3)
		h.get("amir", "/teams").ok(200)
		h.get("ada", "/sites").ok(200).is("items.0.id", "north")
		b := h.do(ask{by: "maya", method: "PUT", path: "/boards/ecab", body: map[string]any{"name": "ECAB", "rule": "any", "needed": 1, "members": []string{h.ref("cleo")}}}).ok(200)
		b.is("members.0.name", "Cleo")
		r := h.get("ada", "/roles").ok(200)
		if len(r.list("roles")) != len(policies.Roles()) || len(r.list("table")) == 0 {
			h.fail("the policy is not whole")
		}
		h.get("ada", "/jobs?state=dead").ok(200)
		h.post("ada", "/jobs/12345/retry", nil).problem(404, "not_found")
	})
}

func TestSomebodyDecidesForSomebodyWhoIsAway(t *testing.T) {
	h := one(t, nil)
	h.password("cora")
	c := with(h.cookie("cora"))
	open := h.Raise("maya", "Upgrade", "amir")
	h.AskForApproval("maya", open.Ticket.Number)
	foresee := func(by, to string, more ...string) answer {
		body := map[string]any{"to": h.ref(to)}
		if len(more) > 0 {
			body["max_risk"] = more[0]
		}
		return h.post(by, "/delegations/preview", body)
	}
	f := foresee("cora", "cleo").ok(200)
	f.is("votes.0.number", open.Ticket.Number).is("votes.0.reasons.0.text", "has a vote of their own there, and casts only that one")
	foresee("cora", "amir").ok(200).is("votes.0.reasons.0.code", "IMPLEMENTER").is("votes.0.reasons.1.code", "ROLE")
	if f := foresee("cora", "amir", "low").ok(200); len(f.list("votes")) != 0 { // it is not for changes of this risk
		t.Errorf("%s", f.raw)
	}
	foresee("maya", "carl").ok(200).is("lost.0.number", open.Ticket.Number).is("lost.0.reasons.0.text", "would stand in for you, and you are its requester")
	if f := foresee("tess", "carl").ok(200); len(f.list("lost"))+len(f.list("votes")) != 0 { // she has no hand in it
		t.Errorf("%s", f.raw)
	}
	foresee("cora", "cora").problem(422, "delegation_not_possible").is("errors.0.location", "body.to")
	foresee("otto", "cora").problem(403, "not_permitted")
	d := h.do(ask{method: "POST", path: "/delegations", header: c, body: map[string]any{"to": h.ref("tess"), "from_date": "2026-03-02", "until": "2026-03-06", "board": "cab", "reason": "Holiday"}}).ok(201)
	if d.text("until") != "2026-03-07T00:00:00Z" { // the last day counts whole, in the zone of who is away
		t.Error(d.text("until"))
	}
	h.do(ask{method: "GET", path: "/delegations", header: c}).ok(200).is("items.0.to.name", "Tess").is("items.0.board", "cab")
	h.do(ask{method: "POST", path: "/delegations", header: c, body: map[string]any{"to": h.ref("tess"), "until": "tomorrow", "reason": "x"}}).problem(422, "invalid_input").is("errors.0.location", "body.until")
	h.get("tess", "/delegations").ok(200).is("items.0.from.name", "Cora")
	h.do(ask{by: "tess", method: "DELETE", path: "/delegations/" + d.text("id")}).ok(204)
	h.do(ask{by: "tess", method: "DELETE", path: "/delegations/" + d.text("id")}).problem(404, "not_found")
}
