package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/api"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// password gives somebody the world's password.
func (h *house) password(login string) {
	h.t.Helper()
	if _, err := h.People.SetPassword(h.System(), people.PasswordInput{Ref: h.ref(login), Password: world.Password}); err != nil {
		h.t.Fatal(err)
	}
}

// cookie signs somebody in and gives their session cookie.
func (h *house) cookie(login string) *http.Cookie {
	h.t.Helper()
	got := h.do(ask{method: "POST", path: "/session", body: map[string]any{"login": login, "password": world.Password}}).ok(200)
	c, err := http.ParseSetCookie(got.header.Get("Set-Cookie"))
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func with(c *http.Cookie) map[string]string {
	return map[string]string{"Cookie": c.Name + "=" + c.Value}
}

func TestSomebodySignsInWorksAndSignsOut(t *testing.T) {
	each(t, func(h *house) {
		h.password("amir")
		h.do(ask{method: "POST", path: "/session", body: map[string]any{"login": "amir", "password": "wrong"}}).problem(401, "login_failed")
		h.get("", "/me").problem(401, "sign_in_required")
		c := h.cookie("amir")
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure || c.Name != "cabinet_session" {
			t.Error(c)
		}
		me := h.do(ask{method: "GET", path: "/me", header: with(c)}).ok(200)
		me.is("login", "amir").is("teams.0.id", "network")
		if may := me.at("may").(map[string]any); may["incident.create"] != true || may["person.create"] != false {
			t.Error(may)
		}
		if me.header.Get("Cache-Control") != "no-store" {
			t.Error(me.header)
		}
		h.do(ask{method: "PUT", path: "/me/preferences", body: map[string]any{"theme": "dark"}, header: with(c)}).ok(200)
		h.do(ask{method: "GET", path: "/me", header: with(c)}).ok(200).is("preferences.theme", "dark")
		other := h.cookie("amir")
		all := h.do(ask{method: "GET", path: "/me/sessions", header: with(c)}).ok(200).list("items")
		if len(all) != 2 {
			t.Error(all)
		}
		for _, s := range all {
			if s := s.(map[string]any); s["current"] == false {
				h.do(ask{method: "DELETE", path: "/me/sessions/" + s["id"].(string), header: with(c)}).ok(204)
			}
		}
		h.do(ask{method: "GET", path: "/me", header: with(other)}).problem(401, "sign_in_required")
		h.do(ask{method: "DELETE", path: "/session", header: with(c)}).ok(204)
		h.do(ask{method: "GET", path: "/me", header: with(c)}).problem(401, "sign_in_required")
		h.do(ask{method: "DELETE", path: "/session"}).ok(204) // there is none: nothing to do
	})
}

func TestTheFirstAdministratorIsMadeOnce(t *testing.T) {
	h := one(t, nil)
	h.get("", "/about").ok(200).is("setup_needed", true).is("demo", false)
	token, err := h.People.EnsureSetupLink(h.System())
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]any{"token": token, "name": "Root", "login": "root", "email": "root@example.org", "password": world.Password}
	h.post("", "/setup", map[string]any{"token": "wrong", "name": "Root", "login": "root", "password": world.Password}).problem(403, "setup_link_invalid")
	got := h.post("", "/setup", body).ok(200).is("login", "root").is("roles.0.role", "admin")
	if got.header.Get("Set-Cookie") == "" {
		t.Error("the administrator is not signed in")
	}
	h.post("", "/setup", body).problem(403, "setup_link_invalid")
	h.get("", "/about").ok(200).is("setup_needed", false)
}

func TestATokenIsShownOnceAndNarrowsWhatItsOwnerMayDo(t *testing.T) {
	h := one(t, nil)
	h.password("amir")
	c := with(h.cookie("amir"))
	made := h.do(ask{method: "POST", path: "/me/tokens", header: c, body: map[string]any{"name": "script", "rights": []string{"incident.read"}, "expires_at": h.Clock.Now().Add(time.Hour)}}).ok(201)
	secret := made.text("secret")
	if got := h.do(ask{method: "GET", path: "/me/tokens", header: c}).ok(200); strings.Contains(string(got.raw), secret) {
		t.Error("the secret is shown again")
	}
	bearer := map[string]string{"Authorization": "Bearer " + secret}
	n := h.report("ann", "Mail is down")
	h.do(ask{method: "GET", path: "/incidents/" + n, header: bearer}).ok(200)
	h.do(ask{method: "POST", path: "/incidents/" + n + "/moves/start", header: bearer, body: map[string]any{}}).problem(403, "not_permitted").is("reasons.0.code", "token_narrowed")
	h.do(ask{method: "POST", path: "/me/tokens", header: bearer, body: map[string]any{"name": "more", "rights": []string{"incident.*"}, "expires_at": h.Clock.Now().Add(time.Hour)}}).
		problem(403, "full_session_needed")
	h.do(ask{method: "DELETE", path: "/me/tokens/" + made.text("id"), header: c}).ok(204)
	refused := h.do(ask{method: "GET", path: "/incidents/" + n, header: bearer}).problem(401, "credentials_invalid")
	if refused.header.Get("WWW-Authenticate") == "" {
		t.Error("nothing says how to authenticate")
	}
	h.do(ask{method: "GET", path: "/me", header: map[string]string{"Authorization": "Basic YTpi"}}).problem(401, "credentials_invalid")
}

func TestTooManyWrongPasswordsAreAnsweredWithTheTimeToWait(t *testing.T) {
	h := one(t, nil)
	for range 10 {
		h.do(ask{method: "POST", path: "/session", body: map[string]any{"login": "nobody", "password": "guess"}}).problem(401, "login_failed")
	}
	got := h.do(ask{method: "POST", path: "/session", body: map[string]any{"login": "nobody", "password": "guess"}}).problem(429, "too_many_requests")
	if got.header.Get("Retry-After") != "900" {
		t.Error(got.header.Get("Retry-After"))
	}
}

func TestOverHTTPSTheCookieIsBoundToTheHost(t *testing.T) {
	h := one(t, func(d *api.Deps) { d.BaseURL = "https://desk.example.org" })
	h.password("amir")
	c := h.cookie("amir")
	if c.Name != "__Host-cabinet_session" || !c.Secure {
		t.Error(c)
	}
	if got := h.get("", "/about"); got.header.Get("Strict-Transport-Security") == "" {
		t.Error("browsers may come back without TLS")
	}
	if c := h.do(ask{method: "GET", path: "/me", header: map[string]string{"Cookie": "cabinet_session=" + c.Value}}); c.status != 401 {
		t.Error("the cookie without its prefix is taken")
	}
}

func TestWhatAnotherSiteSendsIsRefused(t *testing.T) {
	h := one(t, func(d *api.Deps) { d.BaseURL = "https://desk.example.org" })
	h.password("amir")
	c := h.cookie("amir")
	send := func(origin, site, contentType string) answer {
		r := httptest.NewRequest("POST", "/api/v1/incidents", strings.NewReader(`{"title":"x","impact":1,"urgency":1}`))
		r.AddCookie(c)
		r.Header.Set("Content-Type", contentType)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		return h.send(r, httptest.NewRecorder())
	}
	send("https://evil.example", "cross-site", "application/json").problem(403, "cross_origin")
	send("https://evil.example", "", "application/json").problem(403, "cross_origin")
	send("", "same-site", "application/json").problem(403, "cross_origin")
	send("", "same-origin", "text/plain").problem(415, "unsupported_media_type")
	send("", "same-origin", "application/x-www-form-urlencoded").problem(415, "unsupported_media_type")
	send("https://desk.example.org", "", "application/json").ok(201)
	send("", "same-origin", "application/json").ok(201)
}

func TestForwardedAddressesAreBelievedFromTrustedProxiesOnly(t *testing.T) {
	h := one(t, nil)
	h.password("amir")
	sign := func() string {
		got := h.do(ask{method: "POST", path: "/session", body: map[string]any{"login": "amir", "password": world.Password},
			header: map[string]string{"X-Forwarded-For": "203.0.113.9"}}).ok(200)
		c, err := http.ParseSetCookie(got.header.Get("Set-Cookie"))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range h.do(ask{method: "GET", path: "/me/sessions", header: with(c)}).ok(200).list("items") {
			if s := s.(map[string]any); s["current"] == true {
				return s["address"].(string)
			}
		}
		return ""
	}
	if got := sign(); got != "192.0.2.7" {
		t.Error(got)
	}
	h.server = serve(t, h.World, func(d *api.Deps) { d.TrustedProxies = prefixes("192.0.2.0/24") })
	if got := sign(); got != "203.0.113.9" {
		t.Error(got)
	}
}
