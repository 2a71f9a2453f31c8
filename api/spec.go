package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/domain"
)

// config describes the API. Huma's own pages, schema links and formats beside JSON are off.
func config() huma.Config {
	c := huma.DefaultConfig("Cabinet", "1")
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.Info.Description = "The service desk's REST API. What a person can click, a program can call. Every error is a problem document (RFC 9457); " +
		"records have ETags and take If-Match; every write takes an Idempotency-Key; lists are paged with limit and after."
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", name)
	c.Servers = []*huma.Server{{URL: route.Prefix}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: cookieName, Description: "The session of a person, set by POST /session"},
		"token":   {Type: "http", Scheme: "bearer", Description: "A token with narrowed rights, made with POST /me/tokens"},
	}
	return c
}

// upload is the body of a request with a file.
var upload = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
	Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
		"internal": {Type: huma.TypeBoolean, Description: "Before the file: only those see it who work on the record"},
		"file":     {Type: huma.TypeString, Format: "binary"},
	}}}}}

// uploads are the bodies of the routes that take a file.
var uploads = map[string]*huma.RequestBody{"attach": upload, "upload-cis": {Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
	Type: huma.TypeObject, Required: []string{"mapping", "file"}, Properties: map[string]*huma.Schema{
		"mapping": {Type: huma.TypeString, Description: "Before the file: the name of a mapping that comes with the desk, or a YAML file"},
		"part":    {Type: huma.TypeBoolean, Description: "Before the file: it does not list everything that the source has"},
		"file":    {Type: huma.TypeString, Format: "binary", Description: "CSV, a workbook (.xlsx), or JSON"},
	}}}}}}

// name is that of a type in the description; what belongs to errors says so.
func name(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	n := huma.DefaultSchemaNamer(t, hint)
	if strings.HasSuffix(t.PkgPath(), "/api/problem") {
		return "Problem" + n
	}
	return n
}

// describe writes the OpenAPI document.
func describe(api huma.API) ([]byte, error) {
	doc := api.OpenAPI()
	nullable(doc.Components.Schemas)
	for _, p := range doc.Paths {
		for _, op := range []*huma.Operation{p.Post, p.Put, p.Patch, p.Delete} {
			optional(op, doc.Components.Schemas)
		}
	}
	for _, row := range route.Table {
		if !slices.ContainsFunc(doc.Tags, func(t *huma.Tag) bool { return t.Name == row.Tag }) {
			doc.Tags = append(doc.Tags, &huma.Tag{Name: row.Tag})
		}
		if row.Stream { // huma would read a body that it knows of
			doc.Paths[row.Path].Post.RequestBody = uploads[row.ID]
		}
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	return append(b, '\n'), err
}

// optional says of a body without required fields that it may be left out.
func optional(op *huma.Operation, r huma.Registry) {
	if op == nil || op.RequestBody == nil {
		return
	}
	for _, m := range op.RequestBody.Content {
		s := m.Schema
		if s != nil && s.Ref != "" {
			s = r.SchemaFromRef(s.Ref)
		}
		op.RequestBody.Required = s != nil && len(s.Required) > 0
	}
}

// nullable says of every field that holds a pointer to another schema that it may be null: huma writes a bare
// reference, which promises more than is kept.
func nullable(r huma.Registry) {
	for name, schema := range r.Map() {
		t := r.TypeFromRef("#/components/schemas/" + name)
		for t != nil && t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t == nil || t.Kind() != reflect.Struct {
			continue
		}
		for _, f := range reflect.VisibleFields(t) {
			tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			p := schema.Properties[tag]
			if f.Type.Kind() == reflect.Pointer && p != nil && p.Ref != "" && !strings.Contains(options, "omitempty") {
				schema.Properties[tag] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}}, Description: p.Description}
			}
		}
	}
}

// useProblems makes huma say what is wrong as problems. Its error constructors are package variables; they are set
// once, before the first route is registered.
var useProblems = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError { return complaint(status, msg, errs) }
	huma.NewErrorWithContext = func(c huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return problem.For(c.Context(), complaint(status, msg, errs))
	}
})

// codes are the kinds of problem for the statuses that huma gives before a verb is asked.
var codes = map[int]*domain.Error{
	http.StatusBadRequest: problem.ErrMalformed, http.StatusNotFound: domain.ErrNotFound, http.StatusMethodNotAllowed: problem.ErrMethod,
	http.StatusNotAcceptable: problem.ErrAccept, http.StatusRequestTimeout: problem.ErrTimeout, http.StatusRequestEntityTooLarge: domain.ErrBodyTooLarge,
	http.StatusUnsupportedMediaType: problem.ErrMediaType, http.StatusUnprocessableEntity: domain.ErrInvalid,
}

// complaint turns huma's list of errors into a problem that names each place, and never the value found there.
func complaint(status int, _ string, errs []error) *problem.Details {
	code, ok := codes[status]
	if !ok {
		code = domain.ErrInternal
	}
	e := code
	for _, err := range errs {
		var d huma.ErrorDetailer
		if !errors.As(err, &d) {
			continue
		}
		detail := d.ErrorDetail()
		message := detail.Message
		if status == http.StatusBadRequest && detail.Location == "body" {
			message = "the body is not well-formed JSON"
		}
		location := detail.Location
		if len(location) > 200 {
			location = location[:200]
		}
		e = e.With(location, message)
	}
	if e.Detail == "" && status == http.StatusBadRequest {
		e = e.Because("The body is missing or cannot be read.")
	}
	p := problem.From(e)
	if len(p.Errors) > 1 {
		p.Detail = "Several things are not right; the list says which."
	} else if len(p.Errors) == 1 {
		p.Detail = p.Errors[0].Location + ": " + p.Errors[0].Message
	}
	return p
}

func asHTTP(err error, he **echo.HTTPError) bool { return errors.As(err, he) }
