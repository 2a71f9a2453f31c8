package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/app/imports"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
	"github.com/cabinetdesk/cabinet/internal/channels/eventlog"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/reports"
)

type importCmd struct {
	CIs      importCIsCmd      `cmd:"" name:"cis" help:"Import configuration items from another tool: a CSV file, a workbook or JSON. First a proposal is shown."`
	EventLog importEventLogCmd `cmd:"" name:"event-log" help:"Import incidents from an event log: a CSV file in which one row is one snapshot of a ticket."`
}

type importEventLogCmd struct {
	Mapping string `required:"" help:"What the columns mean: servicenow, or a file that ends in .yaml."`
	Limit   int    `help:"Read only so many rows."`
	Format  string `default:"table" enum:"table,json" help:"How to print the reconciliation: table or json."`
	File    string `arg:"" help:"CSV file, or - for standard input."`
}

// Run exits with 0 also when rows were refused, and with 1 for a file or mapping that cannot be used.
func (c importEventLogCmd) Run(r *run) error {
	if c.Limit < 0 {
		return domain.ErrInvalid.Because("--limit is a number of rows.")
	}
	m, err := loadMapping(c.Mapping)
	if err != nil {
		return err
	}
	file, name, done, err := r.source(c.File)
	if err != nil {
		return err
	}
	defer done()
	desk, closeDesk, err := r.open(true, db.Config{})
	if err != nil {
		return err
	}
	defer closeDesk()
	meter := newMeter(r.err, "rows")
	report, err := imports.Run(r.operator(), desk.Imports(), imports.Source{Name: name, File: file, Mapping: m, Limit: c.Limit, Progress: func(p imports.Progress) {
		meter.show(int64(p.Rows), p.Bytes, p.Total, fmt.Sprintf(", %d refused", p.Refused))
	}})
	meter.end()
	if err != nil {
		return err
	}
	if report.Applied > 0 {
		if err := r.seal(desk); err != nil {
			return err
		}
	}
	if c.Format == "json" {
		return printJSON(r.out, struct {
			imports.Report
			Refusals []refusal `json:"refusals"`
		}{report, refusals(report.Refusals)})
	}
	return printReconciliation(r.out, report)
}

// Imports is what an import needs of the desk.
func (k *Desk) Imports() imports.Deps {
	return imports.Deps{DB: k.DB, Gate: k.Gate, People: k.People, Incidents: k.Incidents, Problems: k.Problems, Changes: k.Changes, Random: Random}
}

func loadMapping(name string) (*eventlog.Mapping, error) {
	if !eventlog.IsMappingFile(name) {
		return eventlog.Named(name)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, eventlog.ErrMapping.Because("The file cannot be read.").Wrap(err)
	}
	return eventlog.ParseMapping(filepath.Base(name), raw)
}

// source opens the file; standard input is kept in a file first, since it is read twice.
func (r *run) source(path string) (file io.ReadSeeker, name string, done func(), err error) {
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, "", nil, eventlog.ErrFile.Because("The file cannot be opened.").Wrap(err)
		}
		return f, filepath.Base(path), func() { _ = f.Close() }, nil
	}
	if err := private(r.cfg.Data); err != nil {
		return nil, "", nil, err
	}
	f, err := os.CreateTemp(r.cfg.Data, "import-*.tmp")
	if err != nil {
		return nil, "", nil, err
	}
	done = func() { _ = f.Close(); _ = os.Remove(f.Name()) }
	if _, err = io.Copy(f, r.in); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		done()
		return nil, "", nil, eventlog.ErrFile.Because("Standard input cannot be read.").Wrap(err)
	}
	return f, "standard input", done, nil
}

// seal brings what was just recorded into the signed log, since no server may run that would.
func (r *run) seal(desk *Desk) error {
	meter := newMeter(r.err, "events sealed")
	defer meter.end()
	for total := 0; ; {
		n, err := desk.Sealer.Seal(r.operator())
		if err != nil || n == 0 {
			return err
		}
		total += n
		meter.show(int64(total), 0, 0, "")
	}
}

// meter shows how far something is on one line of a terminal, a few times a second.
type meter struct {
	out     io.Writer
	what    string
	started time.Time
	last    time.Time
}

func newMeter(out io.Writer, what string) *meter {
	return &meter{out: out, what: what, started: time.Now()}
}

func (m *meter) show(n, part, whole int64, more string) {
	now := time.Now()
	if now.Sub(m.last) < 200*time.Millisecond && part < whole {
		return
	}
	m.last = now
	share := ""
	if whole > 0 {
		share = fmt.Sprintf("%3d %%, ", part*100/whole)
	}
	_, _ = fmt.Fprintf(m.out, "\r%s%d %s, %.0f/s%s   ", share, n, m.what, float64(n)/max(now.Sub(m.started).Seconds(), 0.001), more)
}

func (m *meter) end() {
	if !m.last.IsZero() {
		_, _ = fmt.Fprintln(m.out)
	}
}

type refusal struct {
	Line   int    `json:"line"`
	Column string `json:"column,omitempty"`
	Reason string `json:"reason"`
}

func refusals(list []eventlog.Refusal) []refusal {
	out := make([]refusal, len(list))
	for i, f := range list {
		out[i] = refusal(f)
	}
	return out
}

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func printReconciliation(out io.Writer, rep imports.Report) error {
	again := ""
	if rep.Resumed {
		again = ", went on with an interrupted run"
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, err := fmt.Fprintf(w, "file\t%s\nSHA-256\t%s\nrun\t%s%s\nrows read\t%d\napplied\t%d\nunchanged\t%d\nrefused\t%d\n", rep.File, rep.SHA256, rep.Run, again,
		rep.RowsRead, rep.Applied, rep.Unchanged, rep.Refused)
	if len(rep.Refusals) > 0 {
		_, _ = fmt.Fprint(w, "\nLINE\tCOLUMN\tREASON\n")
		for _, f := range rep.Refusals {
			_, _ = fmt.Fprintf(w, "%d\t%s\t%s\n", f.Line, f.Column, f.Reason)
		}
		if more := rep.Refused - len(rep.Refusals); more > 0 {
			_, _ = fmt.Fprintf(w, "…\t\tand %d more\n", more)
		}
	}
	return errors.Join(err, w.Flush())
}

// named answers what files of other tools say about people, teams and sites.
type named struct{ people *people.Service }

func (n named) Named(ctx context.Context, words []string) (map[string]domain.UserID, error) {
	return n.people.Named(ctx, words)
}

func (n named) Ensure(ctx context.Context, p cifile.Person) error {
	_, err := n.people.EnsurePerson(ctx, people.NewPerson{Login: p.Login, Name: p.Name, Email: p.Email, Inactive: !p.Active})
	return err
}

func (n named) Places(ctx context.Context) (map[string]domain.TeamID, map[string]domain.SiteID, error) {
	teams, err := n.people.TeamsByID(ctx)
	if err != nil {
		return nil, nil, err
	}
	sites, err := n.people.SitesByID(ctx)
	byTeam, bySite := map[string]domain.TeamID{}, map[string]domain.SiteID{}
	for id, t := range teams {
		byTeam[strings.ToLower(t.Name)] = id
	}
	for id, t := range teams { // a key is exact: it counts before a name
		byTeam[t.Key] = id
	}
	for id, s := range sites {
		bySite[strings.ToLower(s.Name)] = id
	}
	for id, s := range sites {
		bySite[s.Key] = id
	}
	return byTeam, bySite, err
}

// sheet is the first sheet of a workbook, as the reader of files wants it.
type sheet struct{ file io.ReadSeeker }

func openSheet(f io.ReadSeeker) (cifile.Table, error) { return sheet{f}, nil }

func (s sheet) Each(yield func(line int, cells []string) error) error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return cifile.ErrFile.Because("The file cannot be read twice.").Wrap(err)
	}
	return reports.ReadSheet(s.file, yield)
}
