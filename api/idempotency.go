package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/domain"
)

// What a key guarantees. The key is claimed before the verb, in a transaction of its own, and completed with the
// answer after it. Of two requests with one key, at whatever instance, one runs the verb; the other gets the same
// answer, or is told that the first is still being worked on. When the process dies between the verb and the
// completion, the key stays claimed for five minutes and then runs the verb again: so a repetition within five
// minutes never does a thing twice, and a client that repeats later after a crash should look first. A verb that was refused
// or failed gives its key back, since its unit of work was undone: the request may be mended and sent again. Only
// when the fate of a commit is not known does the key stay claimed.
const (
	keptAnswers   = 24 * time.Hour
	claimLife     = 5 * time.Minute
	maxKeptAnswer = 1 << 20
)

// keptHeaders are those of an answer that belong to it.
var keptHeaders = []string{"Content-Type", "ETag", "Location"}

// once runs a route at most once for an Idempotency-Key.
func (s *Server) once(c echo.Context, row route.Row, body []byte, next echo.HandlerFunc) error {
	r := c.Request()
	key := r.Header.Get("Idempotency-Key")
	actor := domain.ActorFrom(r.Context())
	if key == "" || r.Method == http.MethodGet || row.Secret || row.Action == route.Public {
		return next(c)
	}
	if len(key) > 200 || strings.ContainsFunc(key, func(c rune) bool { return c < '!' || c > '~' }) {
		return problem.ErrMalformed.With("header.Idempotency-Key", "a key has 1 to 200 visible ASCII characters")
	}
	k := claim{Actor: actor.Ref, Key: hashed(key), RequestHash: requestHash(key, r, row, body)}
	kept, err := s.claim(r.Context(), k)
	if err != nil {
		return err
	}
	if kept != nil {
		return replay(c.Response(), *kept)
	}
	rec := &recorder{ResponseWriter: c.Response().Writer}
	c.Response().Writer = rec
	// The answer must be kept, or the claim given back, also when the client has gone or the verb panics.
	after := context.WithoutCancel(r.Context())
	finished := false
	defer func() {
		if !finished {
			s.release(after, k)
		}
	}()
	err = next(c)
	if err != nil {
		s.unrouted(err, c)
	}
	finished = true
	s.complete(after, k, rec)
	return nil
}

func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// requestHash names a request. It is keyed with the key itself, of which the database has only a hash: a body may
// hold a password, and what the database keeps must not help to guess it. Of an upload, which is not read in
// advance, only the size counts.
func requestHash(key string, r *http.Request, row route.Row, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(key))
	parts := []string{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("If-Match")}
	if row.Stream {
		parts = append(parts, strconv.FormatInt(r.ContentLength, 10))
	}
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	h.Write(body)
	return h.Sum(nil)
}

// claim takes the key for this request (nil, nil), or finds the answer that was given before.
func (s *Server) claim(ctx context.Context, k claim) (*claim, error) {
	var kept *claim
	err := s.deps.DB.Do(ctx, func(ctx context.Context) error {
		kept = nil
		now := s.deps.DB.Now(ctx)
		k.CreatedAt = now
		if err := s.store.forget(ctx, k, now.Add(-keptAnswers)); err != nil {
			return err
		}
		taken, err := s.store.take(ctx, k)
		if err != nil || taken {
			return err
		}
		old, err := s.store.find(ctx, k)
		switch {
		case err != nil:
			return err
		case subtle.ConstantTimeCompare(old.RequestHash, k.RequestHash) != 1:
			return domain.ErrIdempotency.Because("Use a new key for a new request.")
		case old.Status != 0:
			kept = &old
			return nil
		case now.Sub(old.CreatedAt) < claimLife:
			return domain.ErrIdemRunning.Because("Ask again in a moment.")
		}
		taken, err = s.store.takeOver(ctx, old, now)
		if err == nil && !taken {
			err = domain.ErrIdemRunning.Because("Ask again in a moment.")
		}
		return err
	})
	return kept, err
}

// complete keeps the answer for whoever repeats the request.
func (s *Server) complete(ctx context.Context, k claim, rec *recorder) {
	if rec.status >= http.StatusBadRequest {
		var p struct{ Code string }
		if json.Unmarshal(rec.body.Bytes(), &p) == nil && p.Code == domain.ErrStorage.Code {
			return // nobody knows whether it was committed
		}
		s.release(ctx, k)
		return
	}
	headers := map[string]string{}
	for _, name := range keptHeaders {
		if v := rec.Header().Get(name); v != "" {
			headers[name] = v
		}
	}
	text, err := json.Marshal(headers)
	if err == nil {
		k.Status, k.Headers, k.Body = rec.status, string(text), rec.body.Bytes()
		err = s.deps.DB.Do(ctx, func(ctx context.Context) error { return s.store.complete(ctx, k) })
	}
	if err != nil {
		s.deps.Log.ErrorContext(ctx, "an answer is not kept for its idempotency key", "request", problem.RequestID(ctx), "error", err)
	}
}

// release gives a claim back, so that the same request may be tried again.
func (s *Server) release(ctx context.Context, k claim) {
	if err := s.deps.DB.Do(ctx, func(ctx context.Context) error { return s.store.release(ctx, k) }); err != nil {
		s.deps.Log.ErrorContext(ctx, "an idempotency key stays claimed", "request", problem.RequestID(ctx), "error", err)
	}
}

// replay gives the first answer again.
func replay(w http.ResponseWriter, k claim) error {
	headers := map[string]string{}
	if err := json.Unmarshal([]byte(k.Headers), &headers); err != nil {
		return err
	}
	for name, v := range headers {
		w.Header().Set(name, v)
	}
	w.Header().Set("Idempotent-Replay", "true")
	w.WriteHeader(k.Status)
	_, err := w.Write(k.Body)
	if errors.Is(err, http.ErrBodyNotAllowed) {
		return nil
	}
	return err
}

// recorder keeps a copy of an answer as it goes out, as long as it is not too large to be kept.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if r.body.Len()+len(p) <= maxKeptAnswer {
		r.body.Write(p)
	}
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
