// Package web holds the built user interface: files only, no behaviour.
//
// The UI is a pure client of the REST API (docs/openapi.json). It is built by `npm run build` into dist and
// embedded from there; a fresh clone has an empty dist, so that `go build ./...` and `go vet ./...` work
// before the UI is built.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var files embed.FS

// Dist returns the built UI, rooted at the folder which holds index.html, and whether it was built at all.
// When built is false the server should answer a page that says how to build it. Next to each text file
// stands a copy compressed with brotli (".br") and gzip (".gz"). Files below assets/ carry a content hash in their
// name and may be cached for ever; everything else must be revalidated.
func Dist() (dist fs.FS, built bool) {
	dist, err := fs.Sub(files, "dist")
	if err != nil { // cannot happen for a constant, valid path
		return files, false
	}
	_, err = fs.Stat(dist, "index.html")
	return dist, err == nil
}
