// Package exports is the part of the REST API about files of lists, and the figures of all incidents.
package exports

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/reports"
)

// Export is a file of a list, made or being made.
type Export struct {
	ID        string      `json:"id"`
	Kind      string      `json:"kind"`
	Format    string      `json:"format"`
	Query     string      `json:"query"`
	State     string      `json:"state" enum:"running,done,failed"`
	Rows      int64       `json:"rows" doc:"Written so far"`
	Total     int64       `json:"total" doc:"Counted at the beginning"`
	CreatedAt time.Time   `json:"created_at"`
	File      *ExportFile `json:"file" doc:"Null until it is done"`
	SHA256    string      `json:"sha256,omitempty" doc:"Of the file; the event of the log says the same"`
	EventID   string      `json:"event_id,omitempty" doc:"The event of the log that says who made it"`
	Problem   string      `json:"problem,omitempty" doc:"Why it failed"`
}

// ExportFile is what can be fetched, for seven days.
type ExportFile struct {
	Name      string `json:"name"`
	Size      int64  `json:"size"`
	MediaType string `json:"media_type"`
}

// Deps is what these routes are composed from.
type Deps struct {
	Exports *reports.Exports
	Reports *reports.Reports
}

type area struct{ Deps }

// Routes offers them.
func Routes(b *route.Book, d Deps) {
	a := &area{d}
	route.Add(b, "start-export", a.start)
	route.Add(b, "get-export", a.get)
	route.Add(b, "export-file", a.file)
	route.Add(b, "incident-summary", a.summary)
}

func exported(r reports.Row) *rest.Body[Export] {
	e := Export{ID: r.Ref, Kind: r.Kind, Format: r.Format, Query: r.Query, State: r.State, Rows: r.Rows, Total: r.Total, CreatedAt: r.CreatedAt,
		SHA256: r.SHA256, EventID: r.EventID, Problem: r.Problem}
	if r.State == "done" {
		e.File = &ExportFile{Name: r.FileName, Size: r.FileSize, MediaType: reports.MediaTypes[r.Format]}
	}
	return &rest.Body[Export]{Body: e}
}

type exportInput struct {
	Body struct {
		Kind   string `json:"kind" enum:"incidents,requests,problems,changes,tickets,cis"`
		Format string `json:"format" enum:"xlsx,csv"`
		Query  string `json:"query,omitempty" maxLength:"4000" doc:"The same filter as the list's; page and limit do not count" example:"queue=open&sort=-priority"`
	}
}

func (a *area) start(ctx context.Context, in *exportInput) (*rest.Body[Export], error) {
	q := reports.Request{Kind: in.Body.Kind, Format: in.Body.Format, Query: in.Body.Query}
	var err error
	if q.Kind == reports.Items {
		q.Items, err = cmdb.ParseQuery(q.Query)
	} else {
		q.Filter, err = ticket.ParseQuery(q.Query)
	}
	if err != nil {
		return nil, err
	}
	row, err := a.Exports.Start(ctx, q)
	if err != nil {
		return nil, err
	}
	return exported(row), nil
}

type exportPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *area) get(ctx context.Context, in *exportPath) (*rest.Body[Export], error) {
	row, err := a.Exports.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return exported(row), nil
}

// file sends the file of an export that is done and in the sealed log.
func (a *area) file(ctx context.Context, in *exportPath) (*huma.StreamResponse, error) {
	row, f, err := a.Exports.OpenFile(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { _ = f.Close() }()
		c.SetHeader("Content-Type", reports.MediaTypes[row.Format])
		c.SetHeader("Content-Disposition", "attachment; "+rest.FileName(row.FileName))
		c.SetHeader("Content-Length", strconv.FormatInt(row.FileSize, 10))
		c.SetHeader("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
		c.SetHeader("Cross-Origin-Resource-Policy", "same-origin")
		c.SetStatus(http.StatusOK)
		_, _ = io.Copy(c.BodyWriter(), f) // the reader may go away; there is nobody to tell
	}}, nil
}

func (a *area) summary(ctx context.Context, _ *struct{}) (*rest.Body[reports.Summary], error) {
	s, err := a.Reports.IncidentSummary(ctx)
	if err != nil {
		return nil, err
	}
	return &rest.Body[reports.Summary]{Body: s}, nil
}
