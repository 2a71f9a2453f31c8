// Package route is the list of everything that the API offers, and how a route is offered: with its permission
// declared beside its address. No route exists without a row in [Table], and no row without a route; the test
// of the permission matrix walks the same rows.
package route

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// What a row says in place of an action.
const (
	// Public: everybody, also who is not signed in.
	Public = "public"
	// Own: everybody who is signed in, on what is only their own (sessions, drafts, views).
	Own = "own"
)

// Prefix is where all routes of [Table] are.
const Prefix = "/api/v1"

// Row is one route. Action is the right that it takes ("incident.read"), Public or Own; "{kind}" and "{event}"
// stand for the record's kind and the move. Ask says that the route itself asks the gate, for the area as a
// whole; otherwise the verb asks, with the record in hand.
type Row struct {
	ID, Method, Path string
	Action           string
	Object           string // what the path names: "ticket", "incident", "person", "" for nothing
	Tag, Summary     string
	Ask              bool
	// Status of the answer when all is well; 0 means 200.
	Status int
	// Secret: the answer holds a secret or a session, so it is never kept for an idempotency key.
	Secret bool
	// Stream: the body of the request is not JSON and is not read before the verb.
	Stream bool
	// Produces is the media type of an answer that is not JSON.
	Produces string
	// Filter: the query is a filter whose names are not all known beforehand; what reads it refuses those that it does not know.
	Filter bool
	// Note says more than the summary can.
	Note string
}

// Gate is who the routes ask.
type Gate interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Book collects the routes while the server is built.
type Book struct {
	api  huma.API
	gate Gate
	log  *slog.Logger
	done map[string]bool
	errs []error
}

// NewBook starts a book on an API.
func NewBook(api huma.API, gate Gate, log *slog.Logger) *Book {
	return &Book{api: api, gate: gate, log: log, done: map[string]bool{}}
}

// Find is the row of an operation.
func Find(id string) (Row, bool) {
	i := slices.IndexFunc(Table, func(r Row) bool { return r.ID == id })
	if i < 0 {
		return Row{}, false
	}
	return Table[i], true
}

// At is the row of a method and a path with its parameters in braces, without the prefix.
func At(method, path string) (Row, bool) {
	row, ok := byAddress()[method+" "+path]
	return row, ok
}

var byAddress = sync.OnceValue(func() map[string]Row {
	out := map[string]Row{}
	for _, r := range Table {
		out[r.Method+" "+r.Path] = r
	}
	return out
})

// maxBody is one more than the largest body, which the server has read and measured before.
const maxBody = 1<<20 + 1

// Add offers the operation with that identifier. Errors of the verb become problems; internal ones are logged
// with the request's identifier, and only that is told.
func Add[I, O any](b *Book, id string, handle func(ctx context.Context, in *I) (*O, error)) {
	row, ok := Find(id)
	if !ok || b.done[id] {
		b.errs = append(b.errs, fmt.Errorf("route %s has no row, or is offered twice", id))
		return
	}
	b.done[id] = true
	huma.Register(b.api, row.operation(), func(ctx context.Context, in *I) (*O, error) {
		if row.Ask {
			if err := b.gate.Check(ctx, row.Action, policies.Object{}); err != nil {
				return nil, problem.For(ctx, err)
			}
		}
		out, err := handle(ctx, in)
		if err == nil {
			return out, nil
		}
		var known huma.StatusError
		if errors.As(err, &known) && known.GetStatus() == http.StatusNotModified {
			return nil, err
		}
		p := problem.For(ctx, err)
		if p.Status >= http.StatusInternalServerError && ctx.Err() == nil {
			b.log.ErrorContext(ctx, "request failed", "request", p.RequestID, "operation", id, "error", err)
		}
		return nil, p
	})
}

func (r Row) operation() huma.Operation {
	op := huma.Operation{OperationID: r.ID, Method: r.Method, Path: r.Path, Summary: r.Summary, Description: r.Note, Tags: []string{r.Tag},
		DefaultStatus: r.Status, RejectUnknownQueryParameters: !r.Filter, MaxBodyBytes: maxBody, BodyReadTimeout: -1, Extensions: map[string]any{"x-action": r.Action}}
	if op.DefaultStatus == 0 {
		op.DefaultStatus = http.StatusOK
	}
	if r.Action != Public {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	if r.Method != http.MethodGet && !r.Secret && r.Action != Public {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header",
			Description: "Makes the request safe to repeat: the same key with the same request gives the first answer again, for 24 hours.",
			Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: ptr(200)}})
	}
	if r.Produces != "" {
		op.Responses = map[string]*huma.Response{"200": {Description: r.Summary, Content: map[string]*huma.MediaType{r.Produces: {}}}}
	}
	return op
}

func ptr[T any](v T) *T { return &v }

// Close tells what is wrong with the book: routes without a row, rows without a route.
func (b *Book) Close() error {
	for _, r := range Table {
		if !b.done[r.ID] {
			b.errs = append(b.errs, fmt.Errorf("no route is offered for %s", r.ID))
		}
	}
	if len(b.errs) > 0 {
		return domain.ErrInternal.Wrap(b.errs[0])
	}
	return nil
}
