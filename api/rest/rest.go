// Package rest has the forms in which the API asks and answers, whatever it is about: pages, versions, fields that
// may be absent or null, receipts.
package rest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
)

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

// Body is an answer that has only a body.
type Body[T any] struct{ Body T }

// List is the answer of a list that is not paged.
func List[T any](items []T) *Body[Items[T]] { return &Body[Items[T]]{Items[T]{NotNil(items)}} }

// Empty is an input or an answer with nothing in it.
type Empty struct{}

// Versioned is an answer about a record.
type Versioned[T any] struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     T
}

// ByID names something by its opaque identifier.
type ByID struct {
	ID string `path:"id" maxLength:"128"`
}

// ByNumber names a record and, for writes, the version that the caller saw.
type ByNumber struct {
	Number  string `path:"number" maxLength:"40" doc:"A record's number, in any case, with or without leading zeros" example:"INC-000123"`
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read; a record that was changed meanwhile is refused with stale_version"`
}

// Version is the version that the caller saw, 0 for any. It fails with problem.ErrMalformed.
func (in ByNumber) Version() (int64, error) { return ParseETag(in.IfMatch) }

// IfNoneMatch is for reads of records: what is known already is not sent again.
type IfNoneMatch struct {
	IfNoneMatch string `header:"If-None-Match" maxLength:"200"`
}

// Unchanged tells whether the caller has this version.
func (in IfNoneMatch) Unchanged(version int64) bool { return in.IfNoneMatch == ETag(version) }

// ETag is the ETag of a version.
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// ParseETag reads the version out of an ETag of this API; "*" and nothing stand for any, which is 0.
func ParseETag(s string) (int64, error) {
	if s == "" || s == "*" {
		return 0, nil
	}
	digits := s
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' {
		digits = s[1 : len(s)-1]
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || n == 0 {
		return 0, problem.ErrMalformed.With("header.If-Match", `a version looks like "12"`)
	}
	return int64(n), nil
}

// NotModified is the answer to a read whose ETag the caller has: that of this version.
type NotModified struct{ Version int64 }

func (NotModified) Error() string { return "not modified" }

// GetStatus is 304.
func (NotModified) GetStatus() int { return http.StatusNotModified }

// GetHeaders gives the ETag again (RFC 9110, 15.4.5).
func (n NotModified) GetHeaders() http.Header { return http.Header{"Etag": {ETag(n.Version)}} }

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
	return json.Unmarshal(b, m.Value)
}

// Schema is that of the value, or null.
func (m Maybe[T]) Schema(r huma.Registry) *huma.Schema {
	s := *huma.SchemaFromType(r, reflect.TypeFor[T]())
	s.Nullable = true
	return &s
}

// Or is the value, or what stands for none.
func (m Maybe[T]) Or(none T) T {
	if m.Value == nil {
		return none
	}
	return *m.Value
}

// OrEmpty makes null the way to empty a text; not given stays nil.
func OrEmpty(m Maybe[string]) *string {
	if m.Given && m.Value == nil {
		return new(string)
	}
	return m.Value
}

// Opt makes an empty text null.
func Opt(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// NotNil makes no list an empty list, which JSON writes as [].
func NotNil[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}

// Reason is one ground against something: a stable code and a sentence.
type Reason struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Why is a body that holds a reason only.
type Why struct {
	Reason string `json:"reason"`
}

// Receipt proves that an event has its place in the sealed log.
type Receipt struct {
	EventID    string    `json:"event_id"`
	Leaf       int64     `json:"leaf"`
	TreeSize   int64     `json:"tree_size"`
	Root       string    `json:"root" doc:"Base64"`
	Checkpoint string    `json:"checkpoint" doc:"The signed note (C2SP)"`
	SealedAt   time.Time `json:"sealed_at"`
}

// ReceiptOf is a receipt as the API shows it.
func ReceiptOf(r audit.Receipt) Receipt {
	return Receipt{EventID: r.EventID, Leaf: r.Leaf, TreeSize: r.TreeSize, Root: r.Root.String(), Checkpoint: r.Checkpoint, SealedAt: r.SealedAt}
}

// Mark is the marker of a page that ended at a key; ParseMark reads it back, or fails with domain.ErrCursor.
func Mark(id int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte("k" + strconv.FormatInt(id, 36)))
}

// ParseMark reads a marker; an empty one is 0, the beginning.
func ParseMark(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < 2 || b[0] != 'k' {
		return 0, domain.ErrCursor
	}
	n, err := strconv.ParseInt(string(b[1:]), 36, 64)
	if err != nil || n <= 0 {
		return 0, domain.ErrCursor
	}
	return n, nil
}

type requestKey struct{}

// WithRequest keeps the request itself in its context, for the few routes that need more than their input.
func WithRequest(ctx context.Context, r *http.Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// Request is the request of ctx, an empty one outside of any.
func Request(ctx context.Context) *http.Request {
	r, _ := ctx.Value(requestKey{}).(*http.Request)
	if r == nil {
		return &http.Request{}
	}
	return r
}
