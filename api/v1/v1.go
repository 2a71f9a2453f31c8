// Package v1 is the REST API, version 1: what each route takes and answers, composed from the services below it.
// It has types of its own, so that what the outside sees does not follow the inside; it decides nothing: who may
// do what, and what a record allows, is asked of the verbs.
package v1

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/v1/admin"
	"github.com/cabinetdesk/cabinet/api/v1/aftermath"
	"github.com/cabinetdesk/cabinet/api/v1/cis"
	"github.com/cabinetdesk/cabinet/api/v1/exports"
	"github.com/cabinetdesk/cabinet/api/v1/items"
	"github.com/cabinetdesk/cabinet/api/v1/kept"
	"github.com/cabinetdesk/cabinet/api/v1/pipelines"
	"github.com/cabinetdesk/cabinet/api/v1/rooms"
	"github.com/cabinetdesk/cabinet/api/v1/rules"
	"github.com/cabinetdesk/cabinet/api/v1/sources"
	"github.com/cabinetdesk/cabinet/api/v1/standard"
	"github.com/cabinetdesk/cabinet/api/v1/times"
	"github.com/cabinetdesk/cabinet/api/who"
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

// Gate answers who may do what (policies.Engine).
type Gate interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Decide(ctx context.Context, actor domain.Actor, action string, o policies.Object) policies.Decision
	Scope(ctx context.Context, action string) policies.Scope
}

// Deps is what the routes are composed from.
type Deps struct {
	DB        *db.DB
	Log       *slog.Logger
	Gate      Gate
	Policies  *policies.Engine
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
	Uploads   sources.Files
	Impact    *impact.Service
	People    *people.Service
	Audit     *audit.Log
	Runs      *runs.Service
	Canned    *canned.Service
	Sealer    *audit.Sealer
	Jobs      *jobs.Runner
	Reports   *reports.Reports
	Exports   *reports.Exports
	// Demo lists the logins that a demonstration shows on its sign-in page; nil in a real desk.
	Demo    []DemoLogin
	Version string
	// Heartbeat is how often a stream says that it is alive, and asks again whose it is.
	Heartbeat time.Duration
	// Cookie makes the session cookie of a token that ends at an instant; an empty token takes it away.
	Cookie func(token string, expires time.Time) *http.Cookie
	// SessionToken is the token of the cookie of a request, empty for none.
	SessionToken func(r *http.Request) string
	// Authenticate finds again who sent a request, for streams that outlive their beginning.
	Authenticate func(r *http.Request) (domain.Actor, error)
	// ClientAddress is where a request comes from, as far as trusted proxies tell.
	ClientAddress func(r *http.Request) string
}

// Desk holds the routes.
type Desk struct {
	Deps
	*who.Directory
	cis   *cis.Desk
	times times.Teller
	store store
	live  hub

	life context.Context // ends with the server
	end  context.CancelFunc
}

// Register offers all routes. It fails when the table of routes and the routes disagree.
func Register(api huma.API, d Deps) (*Desk, error) {
	desk := &Desk{Deps: d, Directory: who.New(d.People), store: store{d.DB}}
	desk.life, desk.end = context.WithCancel(context.Background())
	b := route.NewBook(api, d.Gate, d.Log)
	desk.ownRoutes(b)
	desk.listRoutes(b)
	desk.conversationRoutes(b)
	desk.incidentRoutes(b)
	desk.requestRoutes(b)
	desk.changeRoutes(b)
	desk.approvalRoutes(b)
	desk.auditRoutes(b)
	desk.eventRoutes(b)
	exports.Routes(b, exports.Deps{Exports: d.Exports, Reports: d.Reports})
	desk.cis = cis.Routes(b, cis.Deps{Directory: desk.Directory, CMDB: d.CMDB, Impact: d.Impact, Tickets: d.Tickets, People: d.People})
	admin.Routes(b, admin.Deps{DB: d.DB, Gate: d.Gate, Policies: d.Policies, People: d.People, Tickets: d.Tickets, Changes: d.Changes, Approvals: d.Approvals,
		Audit: d.Audit, Sealer: d.Sealer, Jobs: d.Jobs, Canned: d.Canned, Directory: desk.Directory})
	kept.Routes(b, kept.Deps{Gate: d.Gate, Tickets: d.Tickets})
	items.Routes(b, items.Deps{Directory: desk.Directory, Gate: d.Gate, CMDB: d.CMDB, People: d.People, Audit: d.Audit, Now: d.DB.Now})
	sources.Routes(b, sources.Deps{Directory: desk.Directory, CMDB: d.CMDB, Sources: d.Sources, People: d.People, Files: d.Uploads})
	rules.Routes(b, rules.Deps{Directory: desk.Directory, DB: d.DB, Gate: d.Gate, Changes: d.Changes, Rules: d.Rules, Oversight: d.Oversight, Approvals: d.Approvals})
	desk.times = times.Routes(b, times.Deps{Directory: desk.Directory, Gate: d.Gate, Calendar: d.Calendar, Feeds: d.Feeds, Changes: d.Changes, Tickets: d.Tickets, CMDB: d.CMDB, People: d.People, Now: d.DB.Now, Plan: d.Plan,
		State: func(state string) (string, string) { return stateLabel(changes.Flow, state), tone(changes.Flow, state) }})
	standard.Routes(b, standard.Deps{Directory: desk.Directory, DB: d.DB, Gate: d.Gate, Templates: d.Templates, Work: d.Work, Tickets: d.Tickets})
	rooms.Routes(b, rooms.Deps{Directory: desk.Directory, DB: d.DB, Gate: d.Gate, Meetings: d.Meetings, Changes: d.Changes, Templates: d.Templates, Tickets: d.Tickets, Approvals: d.Approvals,
		Calendar: d.Calendar, Impact: d.Impact, People: d.People, Audit: d.Audit})
	pipelines.Routes(b, pipelines.Deps{Directory: desk.Directory, Gate: d.Gate, Pipelines: d.Pipelines, Webhooks: d.Webhooks})
	aftermath.Routes(b, aftermath.Deps{Directory: desk.Directory, Tickets: d.Tickets, Reviews: d.Reviews, Causes: d.Causes, CMDB: d.CMDB, Reports: d.Reports, Now: d.DB.Now})
	return desk, b.Close()
}

// Close ends the streams.
func (d *Desk) Close() {
	d.end()
}
