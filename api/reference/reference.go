// Package reference serves the description of the API as a page: every operation with its parameters, bodies and
// a curl line to try it. The page is read from the OpenAPI file by a small script of ours; it asks no other host.
package reference

import (
	"embed"
	"net/http"
)

//go:embed page.html page.css page.js
var files embed.FS

// Handler serves the page at its root, with its style and script beside it. Mount it under a prefix that is
// stripped; the OpenAPI file is expected one level above, as openapi.json.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, kind := "page.html", "text/html; charset=utf-8"
		switch r.URL.Path {
		case "/page.css":
			name, kind = "page.css", "text/css; charset=utf-8"
		case "/page.js":
			name, kind = "page.js", "text/javascript; charset=utf-8"
		case "", "/":
		default:
			http.NotFound(w, r)
			return
		}
		b, err := files.ReadFile(name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(b)
	})
}
