package api

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
)

// feeds offers the change calendar to programs that have a secret and no session: outside of the API, at an address that
// is told once. The secret is part of the address, which therefore is in no log of ours.
func (s *Server) feeds(e *echo.Echo) {
	gate := &turnstile{most: 60, every: time.Minute}
	read := func(c echo.Context) error {
		r := c.Request()
		ctx := r.Context()
		note(ctx, "calendar-feed", "")
		if wait := gate.pass(s.clientAddress(r), s.deps.DB.Clock().Now()); wait > 0 {
			problem.Write(ctx, c.Response(), problem.From(domain.ErrTooMany.Because("Read it less often: its programs need it once in a quarter of an hour.").Wrap(&people.Throttled{After: wait})))
			return nil
		}
		secret, ok := strings.CutSuffix(c.Param("file"), ".ics")
		if !ok {
			return echo.ErrNotFound
		}
		stream, actor, err := s.deps.Feeds.Read(ctx, secret, s.deps.BaseURL)
		if err != nil {
			problem.Write(ctx, c.Response(), problem.For(ctx, err))
			return nil
		}
		note(ctx, "calendar-feed", actor.Ref)
		h := c.Response().Header()
		h.Set("Content-Security-Policy", apiPolicy)
		h.Set("Cache-Control", "private, no-store")
		h.Set("Content-Disposition", `inline; filename="changes.ics"`)
		return c.Blob(http.StatusOK, "text/calendar; charset=utf-8", stream)
	}
	e.GET("/calendar/:file", read)
}

// turnstile lets each address through so many times in a while. It forgets: what it keeps is of the present while only.
// Each instance has its own.
type turnstile struct {
	most  int
	every time.Duration

	mu    sync.Mutex
	since time.Time
	seen  map[string]int
}

// pass counts a visit; it says how long to wait when there were too many.
func (t *turnstile) pass(who string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil || now.Sub(t.since) >= t.every || now.Before(t.since) {
		t.since, t.seen = now, map[string]int{}
	}
	if t.seen[who]++; t.seen[who] > t.most {
		return max(t.every-now.Sub(t.since), time.Second)
	}
	return 0
}
