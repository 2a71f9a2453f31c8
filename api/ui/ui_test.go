package ui_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cabinetdesk/cabinet/api/ui"
)

var dist = fstest.MapFS{
	"index.html": {Data: []byte("<!doctype html>")}, "index.html.gz": {Data: []byte("small page")}, ".gitkeep": {},
	"assets/app-1a2b.js": {Data: []byte("code")}, "assets/app-1a2b.js.br": {Data: []byte("small")}, "scheme.js": {Data: []byte("s")},
}

func TestTheInterfaceIsServed(t *testing.T) {
	for _, c := range []struct {
		method, path, accept  string
		status                int
		body, cache, encoding string
	}{
		{"GET", "/", "", 200, "<!doctype html>", "no-cache", ""},
		{"GET", "/", "gzip, br", 200, "small page", "no-cache", "gzip"},
		{"GET", "/queue/mine", "", 200, "<!doctype html>", "no-cache", ""},
		{"GET", "/changes/CHG-000042", "", 200, "<!doctype html>", "no-cache", ""},
		{"GET", "/assets/app-1a2b.js", "", 200, "code", "immutable", ""},
		{"GET", "/assets/app-1a2b.js", "gzip, br;q=0.9", 200, "small", "immutable", "br"},
		{"GET", "/assets/app-1a2b.js", "br;q=0", 200, "code", "immutable", ""},
		{"GET", "/assets/gone.js", "", 404, "", "", ""},
		{"GET", "/favicon.ico", "", 404, "", "", ""},
		{"GET", "/.gitkeep", "", 404, "", "", ""},
		{"GET", "/index.html.gz", "", 404, "", "", ""},
		{"GET", "/../../etc/passwd", "", 200, "<!doctype html>", "no-cache", ""},
		{"POST", "/", "", 405, "", "", ""},
	} {
		r := httptest.NewRequest(c.method, "http://desk"+c.path, nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		ui.Handler(dist, true).ServeHTTP(w, r)
		if w.Code != c.status || (c.status == 200 && w.Body.String() != c.body) || !strings.Contains(w.Header().Get("Cache-Control"), c.cache) || w.Header().Get("Content-Encoding") != c.encoding {
			t.Errorf("%s %s (%s): %d %q %v", c.method, c.path, c.accept, w.Code, w.Body.String(), w.Header())
		}
	}
}

func TestAnInterfaceThatIsNotBuiltSaysHowToBuildIt(t *testing.T) {
	w := httptest.NewRecorder()
	ui.Handler(fstest.MapFS{}, false).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "make build") {
		t.Errorf("%d %s", w.Code, w.Body.String())
	}
}
