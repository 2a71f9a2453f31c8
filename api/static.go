package api

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/domain"
)

//go:embed docs/docs.html docs/docs.css docs/docs.js
var docFiles embed.FS

// documentation offers the description of the API, its pages and those about problems.
func (s *Server) documentation(e *echo.Echo) {
	e.GET("/api/openapi.json", func(c echo.Context) error {
		c.Response().Header().Set("Cache-Control", "no-cache")
		return send(c, "openapi.json", "application/json", s.spec)
	})
	page := func(name, mediaType string) echo.HandlerFunc {
		return func(c echo.Context) error {
			b, err := docFiles.ReadFile("docs/" + name)
			if err != nil {
				return err
			}
			c.Response().Header().Set("Content-Security-Policy", uiPolicy)
			c.Response().Header().Set("Cache-Control", "no-cache")
			return send(c, name, mediaType, b)
		}
	}
	e.GET("/api/docs", page("docs.html", "text/html; charset=utf-8"))
	e.GET("/api/docs/docs.css", page("docs.css", "text/css; charset=utf-8"))
	e.GET("/api/docs/docs.js", page("docs.js", "text/javascript; charset=utf-8"))
	problems := func(c echo.Context) error {
		if _, err := domain.ParseNumber(c.Param("code")); err == nil {
			return s.page(c) // the page of a problem record has the same address as a kind of problem
		}
		var b bytes.Buffer
		found, err := problem.Page(&b, c.Param("code"))
		if err != nil {
			return err
		}
		if !found {
			return domain.ErrNotFound.Because("There is no such kind of problem.")
		}
		return send(c, "problem.html", "text/html; charset=utf-8", b.Bytes())
	}
	e.GET("/problems/:code", problems)
	e.GET("/problems/", problems)
	e.GET("/problems", problems)
}

// send answers with bytes that carry their own ETag, so that what is known is not sent again.
func send(c echo.Context, name, mediaType string, b []byte) error {
	sum := sha256.Sum256(b)
	h := c.Response().Header()
	h.Set("Content-Type", mediaType)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	http.ServeContent(c.Response(), c.Request(), name, time.Time{}, bytes.NewReader(b))
	return nil
}

var notBuilt = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Cabinet</title>
<link rel="stylesheet" href="/api/docs/docs.css"></head><body class="prose"><main><h1>Cabinet is running</h1>
<p>This binary was built without its user interface. Build both with <code>make build</code>, or start with <code>make run</code>.</p>
<p>The REST API works: <a href="/api/docs">read how</a>.</p></main></body></html>
`))

// userInterface serves the built UI: files under /assets are named by their content and kept for ever; every other
// address that is not the API's is a page of the UI.
func (s *Server) userInterface(e *echo.Echo) error {
	if !s.deps.UIBuilt || s.deps.UI == nil {
		var b bytes.Buffer
		if err := notBuilt.Execute(&b, nil); err != nil {
			return err
		}
		s.page = func(c echo.Context) error { return send(c, "index.html", "text/html; charset=utf-8", b.Bytes()) }
		s.pages(e, s.page)
		return nil
	}
	s.page = func(c echo.Context) error { return s.file(c, "index.html", false) }
	s.pages(e, func(c echo.Context) error {
		name := strings.TrimPrefix(path.Clean("/"+c.Request().URL.Path), "/")
		asset := name == "assets" || strings.HasPrefix(name, "assets/")
		err := s.file(c, name, asset)
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if asset || path.Ext(name) != "" && !strings.Contains(name, "/") {
			return domain.ErrNotFound.Because("There is no such file.") // a stale page must not take a page for a script
		}
		return s.page(c)
	})
	return nil
}

// pages offers a handler at all addresses that are not the API's.
func (s *Server) pages(e *echo.Echo, page echo.HandlerFunc) {
	h := func(c echo.Context) error {
		p := c.Request().URL.Path
		if p == "/api" || strings.HasPrefix(p, "/api/") {
			return echo.ErrNotFound
		}
		return page(c)
	}
	e.GET("/*", h)
	e.HEAD("/*", h)
}

// encodings are the compressed copies that stand beside a file, the smaller first.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// file sends a file of the UI, compressed where the browser takes it and a compressed copy is there. It fails with
// fs.ErrNotExist.
func (s *Server) file(c echo.Context, name string, immutable bool) error {
	if name == "" || strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") || !fs.ValidPath(name) {
		return fs.ErrNotExist
	}
	info, err := fs.Stat(s.deps.UI, name)
	if err != nil || info.IsDir() {
		return fs.ErrNotExist
	}
	mediaType := mime.TypeByExtension(path.Ext(name))
	switch path.Ext(name) { // whatever the machine believes
	case ".html":
		mediaType = "text/html; charset=utf-8"
	case ".js":
		mediaType = "text/javascript; charset=utf-8"
	case ".css":
		mediaType = "text/css; charset=utf-8"
	case ".svg":
		mediaType = "image/svg+xml"
	case ".woff2":
		mediaType = "font/woff2"
	case ".webmanifest":
		mediaType = "application/manifest+json"
	case "":
		mediaType = "application/octet-stream"
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-cache")
	if immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Add("Vary", "Accept-Encoding")
	accepts := accepted(c.Request().Header.Get("Accept-Encoding"))
	for _, e := range encodings {
		if !accepts[e.name] || c.Request().Header.Get("Range") != "" {
			continue
		}
		if b, err := fs.ReadFile(s.deps.UI, name+e.suffix); err == nil {
			h.Set("Content-Encoding", e.name)
			return send(c, name, mediaType, b)
		}
	}
	b, err := fs.ReadFile(s.deps.UI, name)
	if err != nil {
		return err
	}
	return send(c, name, mediaType, b)
}

// accepted reads Accept-Encoding; "q=0" is a refusal.
func accepted(header string) map[string]bool {
	out := map[string]bool{}
	for _, part := range strings.Split(header, ",") {
		name, q, _ := strings.Cut(part, ";")
		q = strings.ReplaceAll(strings.TrimSpace(q), " ", "")
		if q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000" {
			out[strings.ToLower(strings.TrimSpace(name))] = true
		}
	}
	return out
}
