// Package v1 is the REST API, version 1: what each route takes and answers, composed from the services below it.
// It has types of its own, so that what the outside sees does not follow the inside; it decides nothing: who may
// do what, and what a record allows, is asked of the verbs.
package v1

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"context"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/people"
	desk_problem "github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/jobs"
	"github.com/cabinetdesk/cabinet/policies"
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
	People    *people.Service
	Audit     *audit.Log
	Sealer    *audit.Sealer
	Jobs      *jobs.Runner
	// Demo lists the logins that a demonstration shows on its sign-in page; nil in a real desk.
	Demo    []DemoLogin
	Version string
	// Cookie makes the session cookie of a token that ends at an instant; an empty token takes it away.
	Cookie func(token string, expires time.Time) *http.Cookie
	// SessionToken is the token of the cookie of a request, empty for none.
	SessionToken func(r *http.Request) string
	// ClientAddress is where a request comes from, as far as trusted proxies tell.
	ClientAddress func(r *http.Request) string
}

// Desk holds the routes.
type Desk struct {
	Deps
	store    store
	teams    teamNames
	verifies verifications
}

// Register offers all routes. It fails when the table of routes and the routes disagree.
func Register(api huma.API, d Deps) (*Desk, error) {
	desk := &Desk{Deps: d, store: store{d.DB}}
	b := route.NewBook(api, d.Gate, d.Log)
	desk.ownRoutes(b)
	desk.listRoutes(b)
	desk.conversationRoutes(b)
	desk.incidentRoutes(b)
	desk.requestRoutes(b)
	desk.changeRoutes(b)
	desk.approvalRoutes(b)
	desk.auditRoutes(b)
	desk.peopleRoutes(b)
	desk.gateRoutes(b)
	desk.eventRoutes(b)
	return desk, b.Close()
}

type requestKey struct{}

// WithRequest keeps the request itself in its context, for the few routes that need more than their input.
func WithRequest(ctx context.Context, r *http.Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

func requestOf(ctx context.Context) *http.Request {
	r, _ := ctx.Value(requestKey{}).(*http.Request)
	if r == nil {
		return &http.Request{}
	}
	return r
}

// Items is a list that is not paged.
type Items[T any] struct {
	Items []T `json:"items"`
}

// Page is one page of a list. Next is the marker of the next one, null at the end; Total is there when it was
// asked for.
type Page[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
	Total *int64  `json:"total"`
}

type body[T any] struct{ Body T }

type empty struct{}

// versioned is an answer about a record.
type versioned[T any] struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     T
}

// ByNumber names a record and, for writes, the version that the caller saw.
type ByNumber struct {
	Number  string `path:"number" maxLength:"40" doc:"A record's number, in any case, with or without leading zeros" example:"INC-000123"`
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read; a record that was changed meanwhile is refused with stale_version"`
}

type ByID struct {
	ID string `path:"id" maxLength:"128"`
}

// IfNoneMatch is for reads of records: what is known already is not sent again.
type IfNoneMatch struct {
	IfNoneMatch string `header:"If-None-Match" maxLength:"200"`
}

func (in IfNoneMatch) unchanged(version int64) bool { return in.IfNoneMatch == etag(version) }

func etag(version int64) string { return `"` + ticket.Int(version) + `"` }

// version reads If-Match: an ETag of this API, "*" or nothing for any version.
func (in ByNumber) version() (int64, error) { return ParseETag(in.IfMatch) }

// ParseETag reads the version out of an ETag; 0 stands for any.
func ParseETag(s string) (int64, error) {
	if s == "" || s == "*" {
		return 0, nil
	}
	n := int64(0)
	digits := s
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' {
		digits = s[1 : len(s)-1]
	}
	for _, c := range digits {
		if c < '0' || c > '9' || n > 1<<50 {
			return 0, problem.ErrMalformed.With("header.If-Match", `a version looks like "12"`)
		}
		n = n*10 + int64(c-'0')
	}
	if n == 0 {
		return 0, problem.ErrMalformed.With("header.If-Match", `a version looks like "12"`)
	}
	return n, nil
}

// notModified is the answer to a read whose ETag the caller has.
type notModified struct{}

func (notModified) Error() string  { return "not modified" }
func (notModified) GetStatus() int { return http.StatusNotModified }

// Maybe tells apart a field that was not given, one that is null, and one with a value.
type Maybe[T any] struct {
	Given bool
	Value *T
}

// UnmarshalJSON is called only for fields that are given.
func (m *Maybe[T]) UnmarshalJSON(b []byte) error {
	m.Given = true
	if string(b) == "null" {
		return nil
	}
	m.Value = new(T)
	return decode(b, m.Value)
}

// Schema is that of the value, or null.
func (m Maybe[T]) Schema(r huma.Registry) *huma.Schema {
	s := *huma.SchemaFromType(r, typeOf[T]())
	s.Nullable = true
	return &s
}

func opt(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}

// teamNames remembers what teams are called: neither key nor name of a team ever changes, so that only an
// unknown team is asked for.
type teamNames struct {
	mu    sync.RWMutex
	known map[domain.TeamID]Team
}
