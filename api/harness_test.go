package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/api"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/app/answers"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
	"github.com/cabinetdesk/cabinet/policies"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}

// house is a world behind its API.
type house struct {
	*world.World
	t      *testing.T
	server *api.Server
	mu     sync.Mutex
	tokens map[string]string
}

// each tells a story on both databases.
func each(t *testing.T, story func(h *house)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			story(open(t, dialect, nil))
		})
	}
}

// one tells a story where the database does not matter.
func one(t *testing.T, alter func(*api.Deps)) *house {
	t.Helper()
	t.Parallel()
	return open(t, db.SQLite, alter)
}

func open(t *testing.T, dialect db.Dialect, alter func(*api.Deps)) *house {
	t.Helper()
	w := world.New(t, dialect)
	return &house{World: w, t: t, server: serve(t, w, alter), tokens: map[string]string{}}
}

func serve(t *testing.T, w *world.World, alter func(*api.Deps)) *api.Server {
	t.Helper()
	d := api.Deps{DB: w.DB, Policies: w.Gate, People: w.People, Tickets: w.Tickets, Incidents: w.Incidents, Requests: w.Requests, Problems: w.Problems,
		Pipelines: w.Pipelines, Webhooks: w.Webhooks,
		Changes: w.Changes, Approvals: w.Approvals, Rules: w.Rules, Oversight: w.Oversight, Calendar: w.Calendar, Feeds: w.Feeds, Plan: answers.Plan, Templates: w.Templates, Work: w.Work, Meetings: w.Meetings, Attempts: w.Attempts, Causes: w.Causes, Reviews: w.Reviews, CMDB: w.CMDB, Sources: w.Sources, Uploads: w.Files, Impact: w.Impact, Audit: w.Log, Runs: w.Runs, Canned: w.Canned, Sealer: w.Sealer, Jobs: w.Jobs, Reports: w.Reports, Exports: w.Exports, Version: "test"}
	if alter != nil {
		alter(&d)
	}
	s, err := api.New(d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// everything is every class of right.
func everything() (out []string) {
	for _, g := range policies.Actions() {
		out = append(out, g.Class+".*")
	}
	return out
}

// token gives a person a token; without rights it has all that the person has.
func (h *house) token(login string, rights ...string) string {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	key := login + " " + strings.Join(rights, " ")
	if h.tokens[key] == "" {
		if len(rights) == 0 {
			rights = everything()
		}
		_, secret, err := h.People.CreateToken(h.As(login), people.TokenInput{Name: "test", Rights: rights, ExpiresAt: h.Clock.Now().Add(300 * 24 * time.Hour)})
		if err != nil {
			h.t.Fatal(err)
		}
		h.tokens[key] = secret
	}
	return h.tokens[key]
}

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	raw    []byte
	json   map[string]any
}

// ask is one request; by is a login, empty for nobody.
type ask struct {
	by, method, path string
	body             any // marshalled, unless it is a string or bytes
	header           map[string]string
}

func (h *house) do(a ask) answer {
	h.t.Helper()
	return h.doWith(context.Background(), a)
}

func (h *house) doWith(ctx context.Context, a ask) answer {
	h.t.Helper()
	return h.doInto(ctx, a, httptest.NewRecorder())
}

// recording is where an answer goes.
type recording interface {
	http.ResponseWriter
	Result() *http.Response
}

func (h *house) doInto(ctx context.Context, a ask, w recording) answer {
	h.t.Helper()
	var body io.Reader
	switch b := a.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	case []byte:
		body = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			h.t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	path := a.path
	if !strings.HasPrefix(path, "/api/") && !strings.HasPrefix(path, "!") {
		path = "/api/v1" + path
	}
	r := httptest.NewRequestWithContext(ctx, a.method, strings.TrimPrefix(path, "!"), body)
	r.RemoteAddr = "192.0.2.7:4711"
	if a.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if a.by != "" {
		r.Header.Set("Authorization", "Bearer "+h.token(a.by))
	}
	for k, v := range a.header {
		r.Header.Set(k, v)
	}
	return h.send(r, w)
}

func (h *house) send(r *http.Request, w recording) answer {
	h.t.Helper()
	h.server.Handler().ServeHTTP(w, r)
	res := w.Result()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	out := answer{t: h.t, status: res.StatusCode, header: res.Header, raw: raw}
	if strings.Contains(res.Header.Get("Content-Type"), "json") && len(raw) > 0 {
		if err := json.Unmarshal(out.raw, &out.json); err != nil {
			h.t.Fatalf("%s %s answered no JSON object: %v", r.Method, r.URL.Path, err)
		}
	}
	return out
}

func (h *house) get(by, path string) answer {
	h.t.Helper()
	return h.do(ask{by: by, method: "GET", path: path})
}

func (h *house) post(by, path string, body any) answer {
	h.t.Helper()
	return h.do(ask{by: by, method: "POST", path: path, body: body})
}

// ok demands a status of success and goes on with the answer.
func (a answer) ok(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("answered %d, want %d: %s", a.status, status, a.raw)
	}
	return a
}

// problem demands a problem document with a status and a code.
func (a answer) problem(status int, code string) answer {
	a.t.Helper()
	if a.status != status || a.json["code"] != code {
		a.t.Fatalf("answered %d %v, want %d %s: %s", a.status, a.json["code"], status, code, a.raw)
	}
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Fatalf("a problem came as %s", got)
	}
	if a.json["type"] != "/problems/"+code || a.json["status"] != float64(status) || a.json["title"] == "" || a.json["request_id"] == "" {
		a.t.Fatalf("the problem is not whole: %s", a.raw)
	}
	return a
}

// at follows a path of names and indexes into the answer: "moves.0.event".
func (a answer) at(path string) any {
	a.t.Helper()
	var v any = a.json
	for _, part := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i := 0
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(x) {
				a.t.Fatalf("there is no %s in %s", path, a.raw)
			}
			v = x[i]
		default:
			a.t.Fatalf("there is no %s in %s", path, a.raw)
		}
	}
	return v
}

func (a answer) text(path string) string {
	a.t.Helper()
	s, ok := a.at(path).(string)
	if !ok {
		a.t.Fatalf("%s is %v, not a text, in %s", path, a.at(path), a.raw)
	}
	return s
}

func (a answer) list(path string) []any {
	a.t.Helper()
	l, ok := a.at(path).([]any)
	if !ok {
		a.t.Fatalf("%s is %v, not a list, in %s", path, a.at(path), a.raw)
	}
	return l
}

func (a answer) is(path string, want any) answer {
	a.t.Helper()
	if n, ok := want.(int); ok {
		want = float64(n)
	}
	if got := a.at(path); got != want {
		a.t.Fatalf("%s is %v, want %v", path, got, want)
	}
	return a
}

// ref is the reference by which the API knows a person.
func (h *house) ref(login string) string {
	h.t.Helper()
	p, err := h.People.ByID(context.Background(), h.ID(login))
	if err != nil {
		h.t.Fatal(err)
	}
	return p.Ref
}

// report opens an incident through the API and gives its number.
func (h *house) report(by, title string) string {
	h.t.Helper()
	return h.post(by, "/incidents", map[string]any{"title": title, "impact": 2, "urgency": 2}).ok(201).text("number")
}

func prefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func (h *house) fail(what string) {
	h.t.Helper()
	h.t.Fatal(what)
}
