// Package problem turns whatever went wrong into the one shape in which the API says so: RFC 9457 problem
// details, application/problem+json. It never repeats a value that was sent and never shows the text of an
// internal error; the request's identifier ties the answer to the server's own log.
package problem

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
)

// MediaType is that of every error answer (RFC 9457).
const MediaType = "application/problem+json"

// The codes that only HTTP has.
var (
	ErrMalformed   = domain.Code(domain.Invalid, "malformed_request", "The request cannot be read")
	ErrMethod      = domain.Code(domain.Invalid, "method_not_allowed", "That cannot be done to this address")
	ErrMediaType   = domain.Code(domain.Invalid, "unsupported_media_type", "The body is not of a kind that is read here")
	ErrAccept      = domain.Code(domain.Invalid, "not_acceptable", "The answer cannot be given in the form that was asked for")
	ErrTimeout     = domain.Code(domain.Invalid, "request_timeout", "The request took too long to arrive")
	ErrCrossOrigin = domain.Code(domain.Forbidden, "cross_origin", "The request came from another site")
	ErrBadToken    = domain.Code(domain.Unauthenticated, "credentials_invalid", "The session or token is not valid any more")
)

// Details is the body of an error answer.
type Details struct {
	Type      string   `json:"type" doc:"A page about this kind of problem" example:"/problems/stale_version"`
	Title     string   `json:"title" doc:"The same for every occurrence"`
	Status    int      `json:"status"`
	Detail    string   `json:"detail,omitempty" doc:"What is the matter this time"`
	Code      string   `json:"code" doc:"Stable name of the kind of problem" example:"stale_version"`
	RequestID string   `json:"request_id,omitempty" doc:"Names the request in the server's log"`
	Errors    []Field  `json:"errors,omitempty" doc:"Everything that is wrong with the input"`
	Possible  []string `json:"possible,omitempty" doc:"The moves that are possible instead"`
	Reasons   []Reason `json:"reasons,omitempty" doc:"The grounds of a refusal"`

	after time.Duration
	cause error
}

// Field is one thing that is wrong: where, and what to do about it.
type Field struct {
	Location string `json:"location" example:"body.title"`
	Message  string `json:"message"`
}

// Reason is one ground of a refusal.
type Reason struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// statuses maps kinds to HTTP statuses; exceptions name the codes that have another one than their kind.
var (
	statuses = map[domain.ErrorKind]int{
		domain.Invalid: http.StatusUnprocessableEntity, domain.Unauthenticated: http.StatusUnauthorized, domain.Forbidden: http.StatusForbidden,
		domain.NotFound: http.StatusNotFound, domain.Conflict: http.StatusConflict, domain.Stale: http.StatusPreconditionFailed,
		domain.Limited: http.StatusTooManyRequests, domain.Unavailable: http.StatusServiceUnavailable, domain.Internal: http.StatusInternalServerError,
	}
	exceptions = map[string]int{
		"malformed_request": http.StatusBadRequest, "malformed_number": http.StatusBadRequest, "malformed_cursor": http.StatusBadRequest,
		"malformed_filter": http.StatusBadRequest, "method_not_allowed": http.StatusMethodNotAllowed, "not_acceptable": http.StatusNotAcceptable,
		"unsupported_media_type": http.StatusUnsupportedMediaType, "request_timeout": http.StatusRequestTimeout,
		"body_too_large": http.StatusRequestEntityTooLarge, "attachment_too_large": http.StatusRequestEntityTooLarge,
	}
)

// StatusOf is the HTTP status of a code.
func StatusOf(e *domain.Error) int {
	if s, ok := exceptions[e.Code]; ok {
		return s
	}
	if s, ok := statuses[e.Kind]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// From turns an error into a problem. What is no error of the desk, or is one of its internal kind, becomes
// internal_error without any text of its own.
func From(err error) *Details {
	var p *Details
	if errors.As(err, &p) {
		return p
	}
	var e *domain.Error
	if !errors.As(err, &e) || e.Kind == domain.Internal {
		e = domain.ErrInternal.Because("Try again; if it happens again, give the administrator the request's number.")
	}
	p = &Details{Type: "/problems/" + e.Code, Title: e.Title, Status: StatusOf(e), Detail: e.Detail, Code: e.Code, Possible: e.Possible, cause: err}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, Field(f))
	}
	for _, r := range e.Reasons {
		p.Reasons = append(p.Reasons, Reason(r))
	}
	var throttled *people.Throttled
	switch {
	case errors.As(err, &throttled):
		p.after = throttled.After
	case p.Status == http.StatusTooManyRequests:
		p.after = time.Minute
	case p.Status == http.StatusServiceUnavailable:
		p.after = 5 * time.Second
	}
	return p
}

type requestKey struct{}

// WithRequest gives the request of ctx its identifier.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestID is the identifier of the request of ctx, empty outside one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// For is From with the identifier of the request of ctx. What failed only since that request has ended is said to be broken off.
func For(ctx context.Context, err error) *Details {
	p := *From(err)
	if ctx.Err() != nil && p.Status == http.StatusInternalServerError {
		p = *From(domain.ErrBrokenOff)
		p.cause = err
	}
	p.RequestID = RequestID(ctx)
	return &p
}

// Error implements error.
func (p *Details) Error() string { return p.Code + ": " + p.Detail }

// Unwrap gives the cause, for the server's own log.
func (p *Details) Unwrap() error { return p.cause }

// GetStatus is the HTTP status (huma.StatusError).
func (p *Details) GetStatus() int { return p.Status }

// ContentType names the media type of the body (huma.ContentTypeFilter).
func (p *Details) ContentType(string) string { return MediaType }

// GetHeaders gives Retry-After where waiting helps (huma.HeadersError).
func (p *Details) GetHeaders() http.Header {
	h := http.Header{}
	if p.after > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.after+time.Second-1)/time.Second)))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="cabinet"`)
	}
	return h
}

// Write sends the problem of err, unless the answer has begun.
func Write(ctx context.Context, w http.ResponseWriter, err error) {
	p := For(ctx, err)
	body, mErr := json.Marshal(p)
	if mErr != nil { // a struct of texts and numbers always marshals
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", MediaType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // the client may have gone; there is nobody to tell
}
