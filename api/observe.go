package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/domain"
)

// visit is what the log line of a request says beside its outcome; routes fill it in.
type visit struct{ route, actor string }

type visitKey struct{}

// note tells which route took the request, and the opaque reference of who asked.
func note(ctx context.Context, route, actor string) {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		v.route = route
		if actor != "" {
			v.actor = actor
		}
	}
}

// meter watches an answer go out.
type meter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (m *meter) WriteHeader(status int) {
	if m.status == 0 && status >= http.StatusOK {
		m.status = status
	}
	m.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (m *meter) Write(p []byte) (int, error) {
	if m.status == 0 {
		m.status = http.StatusOK
	}
	n, err := m.ResponseWriter.Write(p)
	m.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (m *meter) Unwrap() http.ResponseWriter { return m.ResponseWriter }

const (
	apiPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	uiPolicy  = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
		"worker-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)

// observe gives every request its number, its log line and its security headers, and answers for what panics.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.deps.DB.Clock().Now()
		id, v := strings.ToLower(rand.Text()), &visit{}
		ctx := context.WithValue(problem.WithRequest(r.Context(), id), visitKey{}, v)
		m := &meter{ResponseWriter: w}
		s.headers(w.Header(), r.URL.Path, id)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.deps.Log.ErrorContext(ctx, "request panicked", "request", id, "route", v.route, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if m.status == 0 {
					problem.Write(ctx, m, domain.ErrInternal)
				}
			}
			level := slog.LevelInfo
			if m.status >= http.StatusInternalServerError && r.Context().Err() == nil { // whoever went away meanwhile hears no answer: no failure of ours
				level = slog.LevelError
			}
			if v.route == "" {
				v.route, level = area(r.URL.Path), min(level, slog.LevelDebug)
			}
			s.deps.Log.Log(ctx, level, "request", "request", id, "method", method(r.Method), "route", v.route, "status", m.status,
				"ms", float64(s.deps.DB.Clock().Now().Sub(began).Microseconds())/1000, "bytes", m.bytes, "actor", v.actor)
		}()
		r = r.WithContext(ctx)
		if r.URL.RawPath != "" { // routes see what the path means, not how it was written
			u := *r.URL
			u.RawPath = ""
			r.URL = &u
		}
		next.ServeHTTP(m, r)
	})
}

// area names the part of the server that a path without a route belongs to: the path itself may hold anything.
func area(path string) string {
	switch {
	case strings.HasPrefix(path, "/api/"):
		return "api"
	case strings.HasPrefix(path, "/assets/"):
		return "assets"
	case strings.HasPrefix(path, "/problems/"):
		return "problems"
	}
	return "ui"
}

// method keeps what a client made up out of the log.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

func (s *Server) headers(h http.Header, path, id string) {
	h.Set("X-Request-Id", id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Content-Security-Policy", uiPolicy)
	if strings.HasPrefix(path, "/api/") {
		h.Set("Content-Security-Policy", apiPolicy)
		h.Set("Cache-Control", "no-store")
	}
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
