package api_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/api"
	"github.com/cabinetdesk/cabinet/api/problem"
)

// TestWhatCannotBeReadIsRefusedWithItsReason is the list of limits: each with what is sent and what is answered.
func TestWhatCannotBeReadIsRefusedWithItsReason(t *testing.T) {
	h := one(t, nil)
	n := h.report("ann", "Mail is down")
	incident := func(title string) string { return `{"title":"` + title + `","impact":1,"urgency":1}` }
	for name, c := range map[string]struct {
		ask    ask
		status int
		code   string
		where  string // location of the first error
	}{
		"a body of more than 1 MiB":      {ask{method: "POST", path: "/incidents", body: incident(strings.Repeat("x", 1<<20))}, 413, "body_too_large", ""},
		"a body that is no JSON":         {ask{method: "POST", path: "/incidents", body: `{"title":`}, 400, "malformed_request", "body"},
		"a body that is a list":          {ask{method: "POST", path: "/incidents", body: `[]`}, 422, "invalid_input", "body"},
		"invalid UTF-8":                  {ask{method: "POST", path: "/incidents", body: []byte("{\"title\":\"\xff\xfe\",\"impact\":1,\"urgency\":1}")}, 400, "malformed_request", "body"},
		"a NUL byte":                     {ask{method: "POST", path: "/incidents", body: []byte("{\"title\":\"a\x00b\",\"impact\":1,\"urgency\":1}")}, 400, "malformed_request", "body"},
		"an escaped NUL":                 {ask{method: "POST", path: "/incidents", body: incident(`a\u0000b`)}, 400, "malformed_request", "body"},
		"an escaped NUL in a name":       {ask{method: "POST", path: "/incidents", body: `{"a\u0000":1}`}, 400, "malformed_request", "body"},
		"an unknown field":               {ask{method: "POST", path: "/incidents", body: `{"title":"x","impact":1,"urgency":1,"priority":1}`}, 422, "invalid_input", "body.priority"},
		"a number out of bounds":         {ask{method: "POST", path: "/incidents", body: `{"title":"x","impact":9,"urgency":1}`}, 422, "invalid_input", "body.impact"},
		"a text where a number belongs":  {ask{method: "POST", path: "/incidents", body: `{"title":"x","impact":"high","urgency":1}`}, 422, "invalid_input", "body.impact"},
		"no title":                       {ask{method: "POST", path: "/incidents", body: incident(" ")}, 422, "title_required", "body.title"},
		"a title too long":               {ask{method: "POST", path: "/incidents", body: incident(strings.Repeat("x", 301))}, 422, "text_too_long", "body.title"},
		"plain text":                     {ask{method: "POST", path: "/incidents", body: "x", header: map[string]string{"Content-Type": "text/plain"}}, 415, "unsupported_media_type", ""},
		"another character set":          {ask{method: "POST", path: "/incidents", body: incident("x"), header: map[string]string{"Content-Type": "application/json; charset=latin1"}}, 415, "unsupported_media_type", ""},
		"a file sent as JSON":            {ask{method: "POST", path: "/tickets/" + n + "/attachments", body: "{}"}, 415, "unsupported_media_type", ""},
		"a number that is none":          {ask{method: "GET", path: "/incidents/" + strings.Repeat("9", 41)}, 422, "invalid_input", "path.number"},
		"an unknown number":              {ask{method: "GET", path: "/incidents/INC-999999"}, 404, "not_found", ""},
		"a number of another kind":       {ask{method: "GET", path: "/problems/" + n}, 404, "not_found", ""},
		"a marker that is none":          {ask{method: "GET", path: "/tickets?after=xyz"}, 400, "malformed_cursor", ""},
		"a marker of another order":      {ask{method: "GET", path: "/tickets?sort=number&after=eyJzIjoiLXVwZGF0ZWRfYXQiLCJ2IjoiIiwiaSI6MX0"}, 400, "malformed_cursor", ""},
		"an inbox marker that is none":   {ask{method: "GET", path: "/approvals?after=AAAA"}, 400, "malformed_cursor", ""},
		"a page too large":               {ask{method: "GET", path: "/tickets?limit=201"}, 400, "malformed_filter", "query.limit"},
		"an unknown filter":              {ask{method: "GET", path: "/tickets?colour=red"}, 422, "invalid_input", "query.colour"},
		"an unknown filter of items":     {ask{method: "GET", path: "/cis?colour=red"}, 422, "ci_filter_malformed", "query.colour"},
		"an attribute that no class has": {ask{method: "GET", path: "/cis?attr.colour_of_door=red"}, 422, "ci_filter_malformed", "query.attr.colour_of_door"},
		"a filter with an unknown value": {ask{method: "GET", path: "/tickets?category=lost"}, 400, "malformed_filter", "query.category"},
		"a query that does not decode":   {ask{method: "GET", path: "/tickets?q=%zz"}, 400, "malformed_request", ""},
		"a query that is no text":        {ask{method: "GET", path: "/tickets?q=%ff"}, 400, "malformed_request", ""},
		"a NUL in the query":             {ask{method: "GET", path: "/search?q=a%00b"}, 400, "malformed_request", ""},
		"a path that is no text":         {ask{method: "GET", path: "/incidents/%ff"}, 400, "malformed_request", ""},
		"a version that is none":         {ask{method: "PATCH", path: "/incidents/" + n, body: "{}", header: map[string]string{"If-Match": `"one"`}}, 400, "malformed_request", "header.If-Match"},
		"a stale version":                {ask{method: "PATCH", path: "/incidents/" + n, body: `{"title":"y"}`, header: map[string]string{"If-Match": `"7"`}}, 412, "stale_version", ""},
		"an unknown address":             {ask{method: "GET", path: "/unicorns"}, 404, "not_found", ""},
		"a method that is not offered":   {ask{method: "DELETE", path: "/incidents/" + n}, 405, "method_not_allowed", ""},
		"a link to itself":               {ask{method: "POST", path: "/tickets/" + n + "/links", body: `{"kind":"related","to":"` + n + `"}`}, 422, "link_to_itself", "body.to"},
		"an unknown person":              {ask{method: "PUT", path: "/tickets/" + n + "/assignment", body: `{"assignee":"nobody"}`}, 422, "invalid_input", "body.assignee"},
		"an unknown team":                {ask{method: "PUT", path: "/tickets/" + n + "/assignment", body: `{"team":"nobody"}`}, 422, "invalid_input", "body.team"},
		"an idempotency key too long":    {ask{method: "POST", path: "/incidents", body: incident("x"), header: map[string]string{"Idempotency-Key": strings.Repeat("k", 201)}}, 400, "malformed_request", "header.Idempotency-Key"},
	} {
		c.ask.by = "amir"
		got := h.do(c.ask)
		if got.status != c.status || got.json["code"] != c.code {
			t.Errorf("%s: answered %d %v, want %d %s: %.300s", name, got.status, got.json["code"], c.status, c.code, got.raw)
			continue
		}
		got.problem(c.status, c.code)
		if c.where != "" {
			got.is("errors.0.location", c.where)
		}
	}
}

func TestAllThatIsWrongIsListedAndNothingIsRepeated(t *testing.T) {
	h := one(t, nil)
	got := h.post("", "/session", map[string]any{"login": 12, "password": []string{"s3cret-s3cret"}, "remember": "s3cret-s3cret"}).problem(422, "invalid_input")
	if len(got.list("errors")) != 3 {
		t.Errorf("%s", got.raw)
	}
	if strings.Contains(string(got.raw), "s3cret") {
		t.Errorf("the password comes back: %s", got.raw)
	}
	for _, raw := range []string{`{"login":"x","password":"s3cret"`, `{"password":s3cret}`} {
		if got := h.do(ask{method: "POST", path: "/session", body: raw}).problem(400, "malformed_request"); strings.Contains(string(got.raw), "s3cret") {
			t.Errorf("the body comes back: %s", got.raw)
		}
	}
}

func TestAReadOfWhatIsKnownIsAnsweredWithoutABody(t *testing.T) {
	h := one(t, nil)
	n := h.report("ann", "Mail is down")
	got := h.do(ask{by: "ann", method: "GET", path: "/incidents/" + strings.ToLower(n), header: map[string]string{"If-None-Match": `"1"`}})
	if got.status != http.StatusNotModified || len(got.raw) != 0 || got.header.Get("ETag") != `"1"` {
		t.Errorf("%d %s %v", got.status, got.raw, got.header)
	}
	h.post("ann", "/tickets/"+n+"/comments", map[string]any{"body": "Still down."}).ok(201)
	h.do(ask{by: "ann", method: "GET", path: "/incidents/" + n, header: map[string]string{"If-None-Match": `"1"`}}).ok(200)
}

// form is a multipart body of fields in order.
func form(parts ...string) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		head, body, _ := strings.Cut(p, "\n")
		fmt.Fprintf(&b, "--x\r\nContent-Disposition: form-data; name=%s\r\n\r\n%s\r\n", head, body)
	}
	b.WriteString("--x--\r\n")
	return b.Bytes()
}

var multipart = map[string]string{"Content-Type": "multipart/form-data; boundary=x"}

func TestAFileIsKeptUnderARandomKeyAndOnlyEverSaved(t *testing.T) {
	each(t, func(h *house) {
		n := h.report("ann", "Mail is down")
		up := func(by string, body []byte) answer {
			return h.do(ask{by: by, method: "POST", path: "/tickets/" + n + "/attachments", body: body, header: multipart})
		}
		page := up("ann", form(`"file"; filename="../../évil'\u202e.html"`+"\n"+`<script>alert(1)</script>`)).ok(201)
		got := h.get("ann", "/attachments/"+page.text("key")+"?inline=1").ok(200)
		if d := got.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment; filename*=UTF-8''") || strings.ContainsAny(d, "<>\r\n\"") || strings.Contains(d, "..") {
			h.t.Error(d)
		}
		if got.header.Get("Content-Type") != "application/octet-stream" || got.header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(got.header.Get("Content-Security-Policy"), "sandbox") || string(got.raw) != "<script>alert(1)</script>" {
			h.t.Error(got.header)
		}
		png := up("amir", form("\"internal\"\ntrue", "\"file\"; filename=\"a.png\"\n\x89PNG\r\n\x1a\n0000")).ok(201).is("internal", true)
		if in := h.get("amir", "/attachments/"+png.text("key")+"?inline=1").ok(200); in.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(in.header.Get("Content-Disposition"), "inline") {
			h.t.Error(in.header)
		}
		h.get("ann", "/attachments/"+png.text("key")).problem(404, "not_found")
		if l := h.get("ann", "/incidents/"+n).ok(200).list("attachments"); len(l) != 1 {
			h.t.Error(l)
		}
		up("ann", form()).problem(422, "missing_input")
		up("ann", form("\"other\"\nx")).problem(422, "invalid_input")
		up("ann", []byte("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nbroken off")).problem(400, "malformed_request")
		up("ann", append([]byte("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"), make([]byte, 51<<20)...)).problem(413, "attachment_too_large")
		// Without a length that says so in advance, the limit bites while the file arrives.
		r := httptest.NewRequest("POST", "/api/v1/tickets/"+n+"/attachments", bytes.NewReader(append([]byte("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"), make([]byte, 51<<20)...)))
		r.ContentLength = -1
		r.Header.Set("Content-Type", multipart["Content-Type"])
		r.Header.Set("Authorization", "Bearer "+h.token("ann"))
		h.send(r, httptest.NewRecorder()).problem(413, "attachment_too_large")
	})
}

func TestALogLineHoldsNoQueryNoBodyAndNoSecret(t *testing.T) {
	var log bytes.Buffer
	h := one(t, func(d *api.Deps) {
		d.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	n := h.report("ann", "Mail of canary-title is down")
	h.get("ann", "/search?q=canary-query").ok(200)
	h.post("", "/session", map[string]any{"login": "canary-login", "password": "canary-password"})
	h.get("", "/incidents/canary-number?token=canary-query")
	h.do(ask{method: "CANARY", path: "/tickets"})
	for _, secret := range []string{"canary", "CANARY", "Mail", "Ann", "cab_", n, "q="} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q: %s", secret, log.String())
		}
	}
	if !strings.Contains(log.String(), `"route":"create-incident","status":201`) || !strings.Contains(log.String(), `"actor":"`+h.ref("ann")+`"`) {
		t.Error(log.String())
	}
}

func TestEveryAnswerCarriesTheSecurityHeadersAndItsNumber(t *testing.T) {
	h := one(t, nil)
	seen := map[string]bool{}
	for _, path := range []string{"/about", "/unicorns", "/me", "!/", "!/problems/not_found", "/api/docs", "/api/openapi.json", "!/assets/none.js"} {
		got := h.get("", path)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, got.header.Get(name))
			}
		}
		if csp := got.header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe-eval") || !regexp.MustCompile(`default-src '(none|self)'`).MatchString(csp) {
			t.Errorf("%s: %s", path, csp)
		}
		id := got.header.Get("X-Request-Id")
		if len(id) < 20 || seen[id] {
			t.Errorf("%s: number %q", path, id)
		}
		seen[id] = true
		if got.json["request_id"] != nil && got.json["request_id"] != id {
			t.Errorf("%s: the problem names another request", path)
		}
	}
}

func TestEveryKindOfProblemHasAPage(t *testing.T) {
	h := one(t, nil)
	all := h.get("", "!/problems/").ok(200)
	for _, e := range problem.Entries() {
		if e.Advice == "" || e.Title == "" || e.Status < 400 {
			t.Errorf("%+v", e)
		}
		if page := h.get("", "!/problems/"+e.Code).ok(200); !strings.Contains(string(page.raw), e.Code) || !strings.Contains(string(all.raw), e.Code) {
			t.Errorf("%s", page.raw)
		}
	}
	h.get("", "!/problems/nonsense").problem(404, "not_found")
	if got := h.get("", "!/problems/write_outside_unit"); got.status != 404 {
		t.Error("an internal code has a page")
	}
}
