package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// cookieName is that of the session cookie; over https it has the prefix that binds it to this host.
const cookieName = "cabinet_session"

// The largest bodies: JSON, and an upload with what multipart puts around the file.
const (
	maxBody   = 1 << 20
	maxUpload = ticket.MaxAttachment + 64<<10
)

func (s *Server) cookieName() string {
	if s.secure {
		return "__Host-" + cookieName
	}
	return cookieName
}

// cookie makes the session cookie; an empty token takes it away.
func (s *Server) cookie(token string, expires time.Time) *http.Cookie {
	c := &http.Cookie{Name: s.cookieName(), Value: token, Path: "/", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode}
	if token == "" {
		c.MaxAge = -1
	} else {
		c.Expires = expires
	}
	return c
}

func (s *Server) sessionToken(r *http.Request) string {
	c, err := r.Cookie(s.cookieName())
	if err != nil || len(c.Value) > 200 {
		return ""
	}
	return c.Value
}

// identify finds who sent a request: a bearer token counts before a session. Without either it is the anonymous
// actor; a token that is not valid is refused, so that nobody works on as somebody else.
func (s *Server) identify(r *http.Request) (domain.Actor, error) {
	ctx := r.Context()
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, secret, _ := strings.Cut(h, " ")
		if !strings.EqualFold(scheme, "Bearer") || len(secret) > 200 {
			return domain.Actor{}, problem.ErrBadToken.Because("Send a token of this desk as “Authorization: Bearer …”.")
		}
		a, err := s.deps.People.AuthenticateBearer(ctx, strings.TrimSpace(secret))
		if errors.Is(err, domain.ErrSignIn) {
			return a, problem.ErrBadToken.Because("The token is not known, has expired, or was revoked.")
		}
		return a, err
	}
	if token := s.sessionToken(r); token != "" {
		a, err := s.deps.People.Authenticate(ctx, token)
		if errors.Is(err, domain.ErrSignIn) {
			return nobody, nil
		}
		return a, err
	}
	return nobody, nil
}

// nobody is the anonymous actor.
var nobody = domain.ActorFrom(context.Background())

// admit is what every route of the API goes through: who is asking, may anybody ask, is the body fit to be read,
// and was the same asked before.
func (s *Server) admit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		row, known := s.routes[r.Method+" "+c.Path()]
		if !known {
			if offered := s.offered(c); len(offered) > 0 {
				c.Response().Header().Set("Allow", strings.Join(offered, ", "))
				return problem.ErrMethod.Because("This address takes %s.", strings.Join(offered, ", "))
			}
			return echo.ErrNotFound
		}
		note(r.Context(), row.ID, "")
		ctx := r.Context()
		if row.Action != route.Public {
			actor, err := s.identify(r)
			if err == nil && actor.Kind == domain.Anonymous {
				err = domain.ErrSignIn
			}
			if err != nil {
				return err
			}
			note(ctx, row.ID, actor.Ref)
			ctx = domain.WithActor(ctx, actor)
		}
		if err := sound(r.URL); err != nil {
			return err
		}
		body, err := s.read(c.Response(), r, row)
		if err != nil {
			return err
		}
		r = r.WithContext(ctx)
		r = r.WithContext(rest.WithRequest(ctx, r))
		c.SetRequest(r)
		c.Response().Header().Set("Cache-Control", "no-store")
		return s.once(c, row, body, next)
	}
}

// offered lists the methods that an address takes, when it is one of the API's at all.
func (s *Server) offered(c echo.Context) (out []string) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := c.Echo().NewContext(c.Request(), nil)
		c.Echo().Router().Find(method, c.Request().URL.Path, probe)
		if _, ok := s.routes[method+" "+probe.Path()]; ok {
			out = append(out, method)
		}
	}
	return out
}

// read takes in the body of a request and refuses what is not JSON in valid UTF-8. Uploads are only given a limit.
func (s *Server) read(w http.ResponseWriter, r *http.Request, row route.Row) ([]byte, error) {
	if r.Method == http.MethodGet {
		return nil, nil
	}
	if row.Stream {
		if r.ContentLength > maxUpload {
			return nil, ticket.ErrTooLarge.Because("A file may have at most %d MiB.", ticket.MaxAttachment>>20)
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
		return nil, nil
	}
	tooLarge := domain.ErrBodyTooLarge.Because("A request may have at most 1 MiB.")
	if r.ContentLength > maxBody {
		return nil, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var mb *http.MaxBytesError
	switch {
	case errors.As(err, &mb):
		return nil, tooLarge
	case err != nil:
		return nil, problem.ErrMalformed.Because("The body broke off.")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if len(body) == 0 {
		r.Body = io.NopCloser(strings.NewReader("{}")) // nothing said is nothing given: a move may need no more
		if r.Header.Get("Content-Type") == "" {
			return nil, nil
		}
	}
	if charset := params["charset"]; err != nil || mediaType != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, problem.ErrMediaType.Because("Send JSON, as application/json.")
	}
	if !utf8.Valid(body) {
		return nil, problem.ErrMalformed.With("body", "the body is not valid UTF-8")
	}
	if holdsNUL(body) {
		return nil, problem.ErrMalformed.With("body", "the body holds a NUL character")
	}
	return body, nil
}

// holdsNUL finds the character NUL in JSON, as a byte or as an escape: PostgreSQL cannot keep it, and no text needs it.
func holdsNUL(body []byte) bool {
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case 0:
			return true
		case '\\':
			if bytes.HasPrefix(body[i+1:], []byte("u0000")) {
				return true
			}
			i++ // what is escaped is no escape itself
		}
	}
	return false
}

// sound refuses an address whose path or query does not decode to valid text.
func sound(u *url.URL) error {
	bad := func(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || bad(u.Path) {
		return problem.ErrMalformed.Because("The address is not well-formed.")
	}
	for name, values := range query {
		for _, v := range append(values, name) {
			if bad(v) {
				return problem.ErrMalformed.Because("The query is not valid UTF-8, or holds a NUL character.")
			}
		}
	}
	return nil
}

// clientAddress is where a request comes from: the peer, or, behind trusted proxies, the last address in
// X-Forwarded-For that is not one of them.
func (s *Server) clientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(host); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		host = hop.Unmap().String()
	}
	return host
}

func (s *Server) trusted(host string) bool {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range s.deps.TrustedProxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
