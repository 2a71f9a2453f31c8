// Package api is the only door to the desk: the REST API with its documentation, live events, and the user interface
// as files. It knows HTTP and who is asking; what may be done is asked of the services below, through package v1.
//
// Invariants:
//
//  1. Every error answer is a problem document; none repeats a value that was sent or shows an internal text.
//  2. Every route has a row in the table of routes, and every row a route.
//  3. Who is not signed in reaches only the routes that are public.
//  4. A request that writes is refused when it comes from another site, or is no JSON.
//  5. A log line holds no query, no body, no name and no secret.
package api

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/route"
	v1 "github.com/cabinetdesk/cabinet/api/v1"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/attempt"
	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/changes/calendar/feed"
	"github.com/cabinetdesk/cabinet/changes/cause"
	"github.com/cabinetdesk/cabinet/changes/oversight"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/changes/rulebook"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/impact"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/audit/runs"
	"github.com/cabinetdesk/cabinet/domain/canned"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/people"
	desk_problem "github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/domain/webhook"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/jobs"
	"github.com/cabinetdesk/cabinet/policies"
	"github.com/cabinetdesk/cabinet/reports"
)

// DemoLogin is one of the people of a demonstration, for its sign-in page.
type DemoLogin = v1.DemoLogin

// Uploads keeps the files that sources are read from.
type Uploads interface {
	Put(ctx context.Context, r io.Reader, limit int64) (key string, size int64, sha256 string, err error)
}

// Deps is what the server needs. Gate is asked by the routes themselves; it is Policies in the running desk.
type Deps struct {
	DB        *db.DB
	Log       *slog.Logger
	Gate      v1.Gate
	Policies  *policies.Engine
	People    *people.Service
	Tickets   *ticket.Service
	Incidents *incident.Service
	Requests  *request.Service
	Problems  *desk_problem.Service
	Changes   *changes.Service
	Approvals *approval.Service
	Rules     *rulebook.Service
	Oversight *oversight.Service
	Calendar  *calendar.Service
	Feeds     *feed.Service
	// Plan is a change as the calendar sees it.
	Plan      func(c changes.Change) calendar.Plan
	Templates *template.Service
	Work      *work.Service
	Meetings  *cab.Service
	Pipelines *pipeline.Service
	Webhooks  *webhook.Service
	Attempts  *attempt.Service
	Causes    *cause.Service
	Reviews   *review.Service
	CMDB      *cmdb.Service
	Sources   *reconcile.Service
	Uploads   Uploads
	Impact    *impact.Service
	Audit     *audit.Log
	Sealer    *audit.Sealer
	Runs      *runs.Service
	Canned    *canned.Service
	Jobs      *jobs.Runner
	Reports   *reports.Reports
	Exports   *reports.Exports

	// UI is the built user interface; UIBuilt is false when there is none, and a page then says how to build it.
	UI      fs.FS
	UIBuilt bool
	// BaseURL is how browsers reach the desk, "https://desk.example.org"; with https the session cookie is bound to
	// it. Empty is fine for a desk on this machine.
	BaseURL string
	// TrustedProxies may say in X-Forwarded-For where a request comes from; nobody else may.
	TrustedProxies []netip.Prefix
	Version        string
	// Heartbeat is how often a live stream says that it is alive, and looks whether its session is; 0 means 15 seconds.
	Heartbeat time.Duration
	// Demo lists the logins of a demonstration; nil in a real desk.
	Demo []DemoLogin
}

// Server is the whole HTTP side of the desk.
type Server struct {
	deps    Deps
	secure  bool
	store   store
	routes  map[string]route.Row // by method and path, as echo has them
	desk    *v1.Desk
	api     huma.API
	spec    []byte
	handler http.Handler
	page    echo.HandlerFunc // the one page of the UI, for all of its addresses
}

// New builds the server. It fails when a route has no row in the table of routes, or a row no route.
func New(d Deps) (*Server, error) {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Gate == nil {
		d.Gate = d.Policies
	}
	if d.Heartbeat == 0 {
		d.Heartbeat = 15 * time.Second
	}
	s := &Server{deps: d, secure: strings.HasPrefix(d.BaseURL, "https://"), store: store{d.DB}, routes: map[string]route.Row{}}
	for _, r := range route.Table {
		path := strings.NewReplacer("{", ":", "}", "").Replace(route.Prefix + r.Path)
		s.routes[r.Method+" "+path] = r
	}
	e := echo.New()
	e.HTTPErrorHandler = s.unrouted
	useProblems()
	group := e.Group(route.Prefix, s.admit)
	s.api = humaecho.NewWithGroup(e, group, config())
	var err error
	if s.desk, err = v1.Register(s.api, v1.Deps{DB: d.DB, Log: d.Log, Gate: d.Gate, Policies: d.Policies, Tickets: d.Tickets, Incidents: d.Incidents,
		Pipelines: d.Pipelines, Webhooks: d.Webhooks,
		Requests: d.Requests, Problems: d.Problems, Changes: d.Changes, Approvals: d.Approvals, Rules: d.Rules, Oversight: d.Oversight, Calendar: d.Calendar, Feeds: d.Feeds, Plan: d.Plan, Templates: d.Templates, Work: d.Work, Meetings: d.Meetings, Attempts: d.Attempts, Causes: d.Causes, Reviews: d.Reviews, CMDB: d.CMDB, Sources: d.Sources, Uploads: d.Uploads, Impact: d.Impact, People: d.People, Audit: d.Audit, Runs: d.Runs, Canned: d.Canned, Sealer: d.Sealer, Jobs: d.Jobs,
		Reports: d.Reports, Exports: d.Exports, Demo: d.Demo, Version: d.Version, Heartbeat: d.Heartbeat, Cookie: s.cookie, SessionToken: s.sessionToken, Authenticate: s.identify, ClientAddress: s.clientAddress}); err != nil {
		return nil, err
	}
	if s.spec, err = describe(s.api); err != nil {
		return nil, err
	}
	s.documentation(e)
	s.feeds(e)
	if err := s.userInterface(e); err != nil {
		return nil, err
	}
	s.handler, err = s.protect(e)
	return s, err
}

// Handler answers all requests.
func (s *Server) Handler() http.Handler { return s.handler }

// Spec is the description of the API, OpenAPI 3.1 as JSON.
func (s *Server) Spec() []byte { return s.spec }

// Close ends live streams and background work, so that the process can stop.
func (s *Server) Close() { s.desk.Close() }

// protect puts around all routes what no request may miss: its number, its log line, the security headers, and the
// refusal of what another site sends.
func (s *Server) protect(next http.Handler) (http.Handler, error) {
	guard := http.NewCrossOriginProtection()
	if u, err := url.Parse(s.deps.BaseURL); err == nil && u.Host != "" {
		// Behind a proxy the Host may be another one than browsers see.
		if err := guard.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, err
		}
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		problem.Write(r.Context(), w, problem.ErrCrossOrigin.Because("Requests that change something are taken from this desk's own pages only."))
	}))
	return s.observe(guard.Handler(next)), nil
}

// unrouted answers what no route took: unknown addresses and methods.
func (s *Server) unrouted(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var he *echo.HTTPError
	status := http.StatusInternalServerError
	if asHTTP(err, &he) {
		status = he.Code
	}
	ctx := c.Request().Context()
	switch status {
	case http.StatusNotFound:
		err = domain.ErrNotFound.Because("There is nothing at this address.")
	case http.StatusMethodNotAllowed:
		err = problem.ErrMethod.Because("This address does not take %s.", c.Request().Method)
	case http.StatusRequestEntityTooLarge:
		err = domain.ErrBodyTooLarge
	}
	p := problem.For(ctx, err)
	if p.Status >= http.StatusInternalServerError && ctx.Err() == nil {
		s.deps.Log.ErrorContext(ctx, "request failed", "request", problem.RequestID(ctx), "error", err)
	}
	problem.Write(ctx, c.Response(), p)
}

// PurgeIdempotencyKeys forgets the answers that are older than a day; a periodic job calls it.
func (s *Server) PurgeIdempotencyKeys(ctx context.Context) error {
	return s.store.purge(ctx, s.deps.DB.Now(ctx).Add(-keptAnswers))
}
