package app

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// watched puts what operators ask for in front of the desk: /healthz says that the process answers, /readyz that
// the database does and the log may be written, /metrics gives figures in Prometheus' form. None of them tells
// anything about a record or a person.
func watched(k *Desk, next http.Handler) http.Handler {
	registry := prometheus.NewRegistry()
	requests := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "cabinet_http_request_seconds", Help: "Time to answer, by method, area and status.",
		Buckets: []float64{.002, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"method", "area", "status"})
	registry.MustRegister(requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cabinet_log_waiting_events", Help: "Events that wait for their seal."}, func() float64 { return k.count("select count(*) from audit_outbox") }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cabinet_jobs_dead", Help: "Jobs that have failed for good."}, func() float64 {
			return k.count("select count(*) from river_job where state = 'discarded'")
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cabinet_database_connections_in_use", Help: "Connections at work."}, func() float64 {
			return float64(k.DB.Writer().Stats().InUse + k.DB.Reader().Stats().InUse)
		}))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		switch {
		case k.DB.Reader().PingContext(ctx) != nil:
			say(w, http.StatusServiceUnavailable, "the database does not answer")
		case k.Log.ReadOnly() != nil:
			say(w, http.StatusServiceUnavailable, "the log is read-only")
		default:
			say(w, http.StatusOK, "ready")
		}
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started, seen := time.Now(), &status{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(seen, r)
		requests.WithLabelValues(method(r.Method), area(r.URL.Path), strconv.Itoa(seen.code)).Observe(time.Since(started).Seconds())
	}))
	return mux
}

func say(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(text + "\n"))
}

func (k *Desk) count(query string) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var n float64
	if k.DB.Reader().QueryRowContext(ctx, query).Scan(&n) != nil {
		return -1
	}
	return n
}

// area is the noun of an address, so that there is one series per sort of request and not one per record.
func area(path string) string {
	rest, ok := strings.CutPrefix(path, "/api/v1/")
	if !ok {
		if strings.HasPrefix(path, "/assets/") {
			return "assets"
		}
		return "page"
	}
	noun, _, _ := strings.Cut(rest, "/")
	if len(noun) > 20 || strings.Trim(noun, "abcdefghijklmnopqrstuvwxyz_-") != "" {
		return "other"
	}
	return noun
}

func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return m
	}
	return "other"
}

// status remembers the answer's code. It unwraps, so that streams can flush.
type status struct {
	http.ResponseWriter
	code  int
	wrote bool
}

func (s *status) WriteHeader(code int) {
	if !s.wrote {
		s.code, s.wrote = code, true
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }
