package api_test

import "testing"

func TestACannedTextIsOfferedFilledForTheRecord(t *testing.T) {
	each(t, func(h *house) {
		n := h.report("ann", "Mail is down")
		text := h.post("ada", "/canned", map[string]any{"name": "Thanks", "body": "Hello {{requester.first_name}}, {{me.name}} looks at {{number}} ({{service}})."}).ok(201)
		text.is("team", nil).is("may_manage", true).is("retired", false)
		h.post("tess", "/canned", map[string]any{"name": "Network only", "body": "x", "team": "network"}).ok(201).is("team.name", "Network")
		page := h.get("amir", "/canned?record="+n).ok(200)
		if len(page.list("items")) != 2 {
			h.fail(string(page.raw))
		}
		h.get("amir", "/canned?q=hello&record="+n).ok(200).is("items.0.text", "Hello Ann, Amir looks at "+n+" ({{service}}).").is("items.0.may_manage", false)
		h.get("alice", "/canned").ok(200).is("items.0.name", "Thanks").is("items.0.text", nil)
		if theirs := h.get("alice", "/canned").ok(200).list("items"); len(theirs) != 1 {
			h.fail("another team's text is offered")
		}
		h.get("amir", "/canned?record=INC-999999").problem(404, "not_found")
		h.get("ann", "/canned").problem(403, "not_permitted")
		h.post("amir", "/canned", map[string]any{"name": "x", "body": "x"}).problem(403, "not_permitted")
		h.post("ada", "/canned", map[string]any{"name": "x", "body": "{{password}}"}).problem(422, "canned_variable_unknown")

		path := "/canned/" + text.text("id")
		h.do(ask{by: "ada", method: "PATCH", path: path, body: map[string]any{"team": "apps"}, header: map[string]string{"If-Match": text.header.Get("ETag")}}).ok(200).is("team.id", "apps").is("version", 2)
		h.do(ask{by: "ada", method: "PATCH", path: path, body: map[string]any{"name": "y"}, header: map[string]string{"If-Match": `"1"`}}).problem(412, "stale_version")
		h.post("ada", path+"/moves/retire", nil).ok(200).is("retired", true)
		h.post("ada", path+"/moves/retire", nil).problem(409, "canned_state")
		if left := h.get("alice", "/canned").ok(200).list("items"); len(left) != 0 {
			h.fail("a retired text is offered")
		}
		h.get("ada", "/canned?all=true").ok(200).is("items.1.retired", true)
		h.post("ada", path+"/moves/restore", nil).ok(200).is("retired", false)
		h.VerifyLog()
	})
}
