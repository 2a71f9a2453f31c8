package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/reports"
)

type exportCmd struct {
	Kind   string `arg:"" enum:"incidents,requests,problems,changes,tickets,cis" help:"incidents, requests, problems, changes, tickets for all of them, or cis for configuration items (filter these with --query)."`
	Format string `default:"xlsx" enum:"xlsx,csv" help:"xlsx or csv."`
	Out    string `required:"" help:"File to write." type:"path"`

	Query          string `help:"Filter as in the address of a list, such as 'state=new&team=network'; the flags below add to it."`
	Queue          string `help:"A standing list: unassigned, pending, open, recent or all."`
	State          string `help:"States, separated by commas."`
	Category       string `help:"open, waiting, done, cancelled, separated by commas."`
	Priority       string `help:"1 to 4, separated by commas."`
	Team           string `help:"Key of a team."`
	Assignee       string `help:"Login, or none."`
	Requester      string `help:"Login."`
	Service        string
	Classification string
	Risk           string `help:"Of changes: low, medium, high, separated by commas."`
	Model          string `help:"Of changes: normal, emergency, standard, separated by commas."`
	OpenedFrom     string `help:"Opened at or after a time, such as 2026-03-02."`
	OpenedTo       string `help:"Opened before a time."`
	UpdatedFrom    string
	UpdatedTo      string
	PlannedFrom    string
	PlannedTo      string
	Q              string `name:"words" help:"Words that must be in the record."`
	Sort           string `help:"number, opened_at, updated_at, due_at or priority, with - in front for the other direction."`
}

// filter is the flags as one query.
func (c exportCmd) filter() (url.Values, error) {
	v, err := url.ParseQuery(c.Query)
	if err != nil {
		return nil, ticket.ErrFilter.Because("--query is not a query string.")
	}
	for name, s := range map[string]string{"queue": c.Queue, "state": c.State, "category": c.Category, "priority": c.Priority, "team": c.Team, "assignee": c.Assignee,
		"requester": c.Requester, "service": c.Service, "classification": c.Classification, "risk": c.Risk, "model": c.Model, "opened_from": c.OpenedFrom,
		"opened_to": c.OpenedTo, "updated_from": c.UpdatedFrom, "updated_to": c.UpdatedTo, "planned_from": c.PlannedFrom, "planned_to": c.PlannedTo, "q": c.Q, "sort": c.Sort} {
		if s != "" {
			v.Set(name, s)
		}
	}
	return v, nil
}

func (c exportCmd) Run(r *run) error {
	v, err := c.filter()
	if err != nil {
		return err
	}
	q, err := exportRequest(c.Kind, c.Format, v.Encode())
	if err != nil {
		return err
	}
	desk, done, err := r.openBeside()
	if err != nil {
		return err
	}
	defer done()
	// The file appears under its name only when it is whole and in the log.
	f, err := os.CreateTemp(filepath.Dir(c.Out), ".export-*.tmp")
	if err != nil {
		return domain.ErrStorage.Because("The file cannot be written there.").Wrap(err)
	}
	whole := false
	defer func() {
		_ = f.Close()
		if !whole {
			_ = os.Remove(f.Name())
		}
	}()
	meter := newMeter(r.err, "rows")
	res, receipt, err := desk.Exports.Write(r.operator(), q, f, func(rows, total int64) error {
		meter.show(rows, rows, total, "")
		return nil
	})
	meter.end()
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close(), os.Rename(f.Name(), c.Out)); err != nil {
		return domain.ErrStorage.Because("The file cannot be written there.").Wrap(err)
	}
	whole = true
	_, err = fmt.Fprintf(r.out, "%s holds %d rows.\nSHA-256 %s\nIt is event %s of the log, sealed as leaf %d of %d.\n", c.Out, res.Rows, res.SHA256, receipt.EventID, receipt.Leaf, receipt.TreeSize)
	return err
}

// exportRequest reads what an export asks for: records and configuration items each have their own grammar of filters.
func exportRequest(kind, format, query string) (q reports.Request, err error) {
	q = reports.Request{Kind: kind, Format: format, Query: query}
	if kind == reports.Items {
		q.Items, err = cmdb.ParseQuery(query)
	} else {
		q.Filter, err = ticket.ParseQuery(query)
	}
	return q, err
}

// Names turns what the outside calls people and teams into keys, for the filters of lists.
type Names struct{ People *people.Service }

// UserByRef finds a person by reference or login.
func (n Names) UserByRef(ctx context.Context, ref string) (domain.UserID, error) {
	p, err := n.People.Find(ctx, ref)
	return p.ID, err
}

// TeamByKey finds a team.
func (n Names) TeamByKey(ctx context.Context, key string) (domain.TeamID, error) {
	t, err := n.People.TeamByKey(ctx, key)
	return t.ID, err
}

// SiteByKey finds a site.
func (n Names) SiteByKey(ctx context.Context, key string) (domain.SiteID, error) {
	s, err := n.People.SiteByKey(ctx, key)
	return s.ID, err
}

type reportCmd struct {
	IncidentSummary incidentSummaryCmd `cmd:"" help:"Count all incidents."`
}

type incidentSummaryCmd struct {
	Format string `default:"table" enum:"table,json" help:"table or json."`
}

func (c incidentSummaryCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{Shared: true})
	if err != nil {
		return err
	}
	defer done()
	s, err := desk.Reports.IncidentSummary(r.operator())
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(r.out, s)
	}
	return s.Print(r.out)
}
