package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Row is one figure: what was measured, how often, how long it took or how many a second, and the bar.
type Row struct {
	What     string
	N        int
	P50, P95 time.Duration
	Max      time.Duration
	Rate     float64 // a second; 0 for rows of times
	Value    string  // in place of times and rates: a size
	Bar      string
	OK       bool
	Worst    string // which request was the slowest
}

// sample is the time of one request, and which it was.
type sample struct {
	took time.Duration
	what string
}

// times makes a row of times with a bar for the 95th percentile.
func times(what string, all []sample, bar time.Duration) Row {
	slices.SortFunc(all, func(a, b sample) int { return int(a.took - b.took) })
	at := func(q float64) sample { return all[min(len(all)-1, int(q*float64(len(all))))] }
	p95 := at(0.95).took
	return Row{What: what, N: len(all), P50: at(0.5).took, P95: p95, Max: all[len(all)-1].took, Bar: "p95 ≤ " + ms(bar), OK: p95 <= bar, Worst: all[len(all)-1].what}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.3g ms", float64(d.Microseconds())/1000) }

// answer receives what the server writes.
type answer struct {
	header http.Header
	status int
	body   strings.Builder
}

func (a *answer) Header() http.Header { return a.header }
func (a *answer) WriteHeader(s int) {
	if a.status == 0 {
		a.status = s
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// client asks the server as one person. Requests go through the whole handler: authentication, permission, verb,
// and the writing of the answer; only the socket is left out.
type client struct {
	handler http.Handler
	token   string
}

func (c client) do(ctx context.Context, method, path, body string) (*answer, time.Duration, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://localhost/api/v1"+path, strings.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	r.RemoteAddr, r.RequestURI = "127.0.0.1:9", r.URL.RequestURI()
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	a := &answer{header: http.Header{}}
	began := time.Now()
	c.handler.ServeHTTP(a, r)
	took := time.Since(began)
	if a.status >= 300 {
		text := a.body.String()
		return a, took, fmt.Errorf("%s %s: %d %s", method, path, a.status, text[:min(len(text), 300)])
	}
	return a, took, nil
}

// asked asks each path so many times, in turn, after one round that does not count.
func (c client) asked(ctx context.Context, paths []string, rounds int) ([]sample, error) {
	var out []sample
	for round := range rounds + 1 {
		for _, p := range paths {
			_, took, err := c.do(ctx, http.MethodGet, p, "")
			if err != nil {
				return nil, err
			}
			if round > 0 {
				out = append(out, sample{took, p})
			}
		}
	}
	return out, nil
}

// crowd runs do in n goroutines for a while; it returns the time of each.
func crowd(ctx context.Context, n int, during time.Duration, do func(ctx context.Context, i int64) (time.Duration, error)) ([]sample, time.Duration, error) {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		all   []sample
		first error
		next  atomic.Int64
	)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := time.Now()
	for range n {
		wg.Go(func() {
			for time.Since(began) < during && ctx.Err() == nil {
				took, err := do(ctx, next.Add(1))
				mu.Lock()
				if err != nil {
					first = err
					cancel()
				}
				all = append(all, sample{took, ""})
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return all, time.Since(began), first
}

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}
