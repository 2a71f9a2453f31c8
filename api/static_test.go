package api_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cabinetdesk/cabinet/api"
)

func TestTheInterfaceIsServedAsFilesAndPages(t *testing.T) {
	ui := fstest.MapFS{
		"index.html":          {Data: []byte("<!doctype html><title>Cabinet</title>")},
		"index.html.br":       {Data: []byte("brotli")},
		"scheme.js":           {Data: []byte("scheme")},
		"assets/a-1234.js":    {Data: []byte("plain")},
		"assets/a-1234.js.br": {Data: []byte("brotli")},
		"assets/a-1234.js.gz": {Data: []byte("gzip")},
	}
	h := one(t, func(d *api.Deps) { d.UI, d.UIBuilt = ui, true })
	get := func(path, encoding string) answer {
		return h.do(ask{method: "GET", path: "!" + path, header: map[string]string{"Accept-Encoding": encoding}})
	}
	for path, encodings := range map[string]map[string][2]string{
		"/assets/a-1234.js": {"gzip, br": {"brotli", "br"}, "gzip": {"gzip", "gzip"}, "": {"plain", ""}, "br;q=0, gzip": {"gzip", "gzip"}},
	} {
		for accept, want := range encodings {
			got := get(path, accept).ok(200)
			if string(got.raw) != want[0] || got.header.Get("Content-Encoding") != want[1] || got.header.Get("Vary") != "Accept-Encoding" ||
				got.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || got.header.Get("Content-Type") != "text/javascript; charset=utf-8" {
				t.Errorf("%s %q: %s %v", path, accept, got.raw, got.header)
			}
		}
	}
	for _, page := range []string{"/", "/queue/mine", "/incidents/INC-000001", "/index.html", "/me/tokens", "/../etc/passwd"} {
		got := get(page, "").ok(200)
		if !strings.HasPrefix(string(got.raw), "<!doctype html>") || got.header.Get("Cache-Control") != "no-cache" || got.header.Get("ETag") == "" {
			t.Errorf("%s: %s %v", page, got.raw, got.header)
		}
		again := h.do(ask{method: "GET", path: "!" + page, header: map[string]string{"If-None-Match": got.header.Get("ETag")}})
		if again.status != 304 {
			t.Errorf("%s: %d", page, again.status)
		}
	}
	for _, missing := range []string{"/assets/b-5678.js", "/assets/", "/favicon.ico", "/assets/a-1234.js.br", "/api/nothing", "/api"} {
		get(missing, "").problem(404, "not_found")
	}
	if got := h.do(ask{method: "HEAD", path: "!/queue/mine"}); got.status != 200 || len(got.raw) != 0 {
		t.Errorf("HEAD: %d %s", got.status, got.raw)
	}
	if got := h.do(ask{method: "POST", path: "!/queue/mine", body: "{}"}); got.status != 405 {
		t.Errorf("POST: %d", got.status)
	}
}

func TestABinaryWithoutItsInterfaceSaysHowToBuildIt(t *testing.T) {
	h := one(t, nil)
	if got := h.get("", "!/").ok(200); !strings.Contains(string(got.raw), "make build") {
		t.Error(string(got.raw))
	}
}

func TestTheReferenceLoadsNothingFromElsewhere(t *testing.T) {
	h := one(t, nil)
	for _, path := range []string{"/api/docs", "/api/docs/docs.css", "/api/docs/docs.js"} {
		got := h.get("", path).ok(200)
		if strings.Contains(string(got.raw), "http://") || strings.Contains(string(got.raw), "https://") {
			t.Errorf("%s names another host", path)
		}
		if strings.Contains(string(got.raw), "<script>") || strings.Contains(string(got.raw), "innerHTML") || strings.Contains(string(got.raw), " style=") {
			t.Errorf("%s has markup that its policy forbids", path)
		}
	}
	if got := h.get("", "/api/openapi.json").ok(200); got.at("openapi") != "3.1.0" {
		t.Error(got.at("openapi"))
	}
}
