package domain

import (
	"errors"
	"fmt"
)

// ErrorKind says what sort of trouble an error is; api maps each to one HTTP status.
type ErrorKind string

// The kinds of trouble. Not visible is not_found, visible but not permitted is forbidden.
const (
	Invalid         ErrorKind = "invalid"
	Unauthenticated ErrorKind = "unauthenticated"
	Forbidden       ErrorKind = "forbidden"
	NotFound        ErrorKind = "not_found"
	Conflict        ErrorKind = "conflict"
	Stale           ErrorKind = "stale"
	Limited         ErrorKind = "limited"
	Unavailable     ErrorKind = "unavailable"
	Internal        ErrorKind = "internal"
)

// Field is one thing that is wrong with an input: where, and what to do about it. It never repeats
// the value that was given.
type Field struct {
	Location string
	Message  string
}

// Reason is one ground for a refusal: a stable code and a sentence.
type Reason struct {
	Code string
	Text string
}

// Error is the one error type of the desk. Code is stable and names a page under /problems/; Title is
// the same for every occurrence; Detail says what is the matter this time, in words for the person who
// reads it. Err is the cause, for the log of the server only.
type Error struct {
	Kind     ErrorKind
	Code     string
	Title    string
	Detail   string
	Fields   []Field
	Reasons  []Reason
	Possible []string
	Err      error
}

// codes lists every code that has been declared, for the generated problem pages.
var codes []*Error

// Code declares an error code of a module; call it from a package-level var in errors.go.
func Code(kind ErrorKind, code, title string) *Error {
	e := &Error{Kind: kind, Code: code, Title: title}
	codes = append(codes, e)
	return e
}

// Codes returns all declared codes.
func Codes() []*Error { return append([]*Error(nil), codes...) }

func (e *Error) Error() string {
	s := e.Code
	if e.Detail != "" {
		s += ": " + e.Detail
	} else {
		s += ": " + e.Title
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is compare by code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

func (e *Error) copy() *Error {
	c := *e
	c.Fields = append([]Field(nil), e.Fields...)
	c.Reasons = append([]Reason(nil), e.Reasons...)
	return &c
}

// Because returns the error with a detail for this occurrence.
func (e *Error) Because(format string, args ...any) *Error {
	c := e.copy()
	c.Detail = fmt.Sprintf(format, args...)
	return c
}

// With returns the error with one more field that is wrong.
func (e *Error) With(location, message string) *Error {
	c := e.copy()
	c.Fields = append(c.Fields, Field{Location: location, Message: message})
	if c.Detail == "" {
		c.Detail = message
	}
	return c
}

// For returns the error with the reasons of a refusal; the first one becomes the detail.
func (e *Error) For(reasons ...Reason) *Error {
	c := e.copy()
	c.Reasons = append(c.Reasons, reasons...)
	if c.Detail == "" && len(reasons) > 0 {
		c.Detail = reasons[0].Text
	}
	return c
}

// Instead returns the error with what would be possible.
func (e *Error) Instead(possible []string) *Error {
	c := e.copy()
	c.Possible = possible
	return c
}

// Wrap returns the error with its cause.
func (e *Error) Wrap(err error) *Error {
	c := e.copy()
	c.Err = err
	return c
}

// KindOf returns the kind of err; whatever is not an [Error] is internal.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// The codes that all modules share.
var (
	ErrInvalid      = Code(Invalid, "invalid_input", "The input is not valid")
	ErrNumber       = Code(Invalid, "malformed_number", "That is not a record number")
	ErrCursor       = Code(Invalid, "malformed_cursor", "That page marker is not valid")
	ErrSignIn       = Code(Unauthenticated, "sign_in_required", "Sign in first")
	ErrForbidden    = Code(Forbidden, "not_permitted", "You may not do that")
	ErrNotFound     = Code(NotFound, "not_found", "There is no such thing, or you may not see it")
	ErrStale        = Code(Stale, "stale_version", "Somebody changed this meanwhile")
	ErrMove         = Code(Conflict, "move_not_possible", "That move is not possible now")
	ErrMissing      = Code(Invalid, "missing_input", "Something required is missing")
	ErrDuplicate    = Code(Conflict, "already_exists", "That exists already")
	ErrTooMany      = Code(Limited, "too_many_requests", "Too many requests")
	ErrReadOnly     = Code(Unavailable, "read_only", "The desk is read-only at the moment")
	ErrStorage      = Code(Unavailable, "storage_unavailable", "The database cannot be reached or is full")
	ErrBrokenOff    = Code(Unavailable, "request_broken_off", "The request was broken off before it was answered")
	ErrInternal     = Code(Internal, "internal_error", "Something went wrong on our side")
	ErrOutsideUnit  = Code(Internal, "write_outside_unit", "A write was attempted outside a unit of work")
	ErrWithoutFact  = Code(Internal, "write_without_fact", "A unit of work changed records without a fact")
	ErrIdempotency  = Code(Conflict, "idempotency_key_reused", "That idempotency key was used with another request")
	ErrIdemRunning  = Code(Conflict, "idempotency_in_progress", "The same request is still being worked on")
	ErrBodyTooLarge = Code(Limited, "body_too_large", "The request is too large")
)
