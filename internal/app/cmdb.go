package app

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/goccy/go-yaml"

	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type importCIsCmd struct {
	Mapping string `required:"" help:"What the rows mean: netbox, snipe-it, or a file that ends in .yaml."`
	Source  string `help:"Key of the source; the name of the mapping when it is not given. It is made when it is not there."`
	Part    bool   `help:"The file does not list everything that the source has: nothing is missing from it."`
	DryRun  bool   `help:"Show the proposal and change nothing."`
	Yes     bool   `help:"Apply without asking."`
	Gone    bool   `help:"Apply also when the file no longer shows a large share of the source's items."`
	Format  string `default:"table" enum:"table,json" help:"How to print the reconciliation: table or json."`
	File    string `arg:"" help:"CSV file, workbook (.xlsx) or JSON, or - for standard input."`
}

// Run exits with 0 also when rows were refused, and with 1 for a file or mapping that cannot be used.
func (c importCIsCmd) Run(r *run) error {
	m, err := loadCIMapping(c.Mapping)
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
	if c.Source == "" {
		c.Source = strings.TrimSuffix(strings.TrimSuffix(m.Name(), ".yaml"), ".yml")
	}
	if _, err := desk.Sources.SourceByKey(r.operator(), c.Source); errors.Is(err, domain.ErrNotFound) {
		if _, err := desk.Sources.SetSource(r.operator(), reconcile.Source{Key: c.Source, Name: c.Source, RetireShare: 20}); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	meter := newMeter(r.err, "rows read")
	proposal, err := desk.Sources.Propose(r.operator(), reconcile.ProposeInput{Source: c.Source, Name: name, File: file, Mapping: m, Part: c.Part,
		Progress: func(rows int) { meter.show(int64(rows), 0, 0, "") }})
	meter.end()
	if err != nil {
		return err
	}
	if err := r.printRun(desk, proposal, c.Source, c.Format); err != nil || c.DryRun {
		return err
	}
	if !c.Yes {
		if c.File == "-" {
			return domain.ErrInvalid.Because("Standard input holds the file: say --yes to apply it, or --dry-run.")
		}
		_, _ = fmt.Fprint(r.err, "Apply it? [y/N] ")
		answer, _ := bufio.NewReader(r.in).ReadString('\n') // no answer is no
		if !strings.EqualFold(strings.TrimSpace(answer), "y") {
			_, err := desk.Sources.Discard(r.operator(), proposal.Ref)
			return err
		}
	}
	meter = newMeter(r.err, "items applied")
	applied, err := desk.Sources.Apply(r.operator(), reconcile.ApplyInput{Ref: proposal.Ref, Confirm: c.Gone, Progress: func(n, total int64) { meter.show(n, n, total, "") }})
	meter.end()
	if err != nil {
		return err
	}
	if applied.Events > 0 {
		if err := r.seal(desk); err != nil {
			return err
		}
	}
	if c.Format == "json" {
		return nil
	}
	_, err = fmt.Fprintf(r.out, "applied as run %s, %d failed; `cabinet cmdb undo %s` takes it back\n", applied.Ref, applied.Summary.Failed, applied.Ref)
	return err
}

func loadCIMapping(name string) (*cifile.Mapping, error) {
	if !cifile.IsMappingFile(name) {
		return cifile.Named(name)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, cifile.ErrMapping.Because("The file cannot be read.").Wrap(err)
	}
	return cifile.ParseMapping(filepath.Base(name), raw)
}

// runReport is a run as it is printed.
type runReport struct {
	Run     string            `json:"run"`
	Source  string            `json:"source"`
	State   string            `json:"state"`
	File    string            `json:"file"`
	SHA256  string            `json:"sha256"`
	Summary reconcile.Summary `json:"summary"`
	Details []runDetail       `json:"details"`
}

type runDetail struct {
	Line   int    `json:"line"`
	Action string `json:"action"`
	Name   string `json:"name,omitempty"`
	Column string `json:"column,omitempty"`
	Text   string `json:"text"`
}

// maxDetails is how many lines of each sort are printed.
const maxDetails = 200

func (r *run) printRun(desk *Desk, p reconcile.Run, source, format string) error {
	rep := runReport{Run: p.Ref, Source: source, State: p.State, File: p.File, SHA256: p.SHA256, Summary: p.Summary}
	for _, action := range []string{reconcile.Refused, reconcile.Conflicting, reconcile.Changed, reconcile.Outranked, reconcile.Retired} {
		items, err := desk.Sources.Items(r.operator(), p.Ref, action, 0, maxDetails)
		if err != nil {
			return err
		}
		for _, i := range items {
			rep.Details = append(rep.Details, runDetail{Line: i.Line, Action: action, Name: i.Name, Column: i.Proposal.Column, Text: sayItem(i)})
		}
	}
	for _, action := range []string{reconcile.Ended, reconcile.Unresolved} {
		ties, err := desk.Sources.Ties(r.operator(), p.Ref, "", action, 0, maxDetails)
		if err != nil {
			return err
		}
		for _, t := range ties {
			rep.Details = append(rep.Details, runDetail{Line: t.Line, Action: action, Name: t.Type, Text: t.Reason})
		}
	}
	if format == "json" {
		return printJSON(r.out, rep)
	}
	return printRunTable(r.out, rep)
}

func sayItem(i reconcile.Item) string {
	var parts []string
	if i.Proposal.Reason != "" {
		parts = append(parts, i.Proposal.Reason)
	}
	parts = append(parts, i.Proposal.Others...)
	for _, ch := range i.Proposal.Changes {
		if a, _ := (model.Model{}).AnyField(ch.Field); a.Kind == model.Person || a.Kind == model.Team || a.Kind == model.Site {
			parts = append(parts, ch.Field+" is another one")
			continue
		}
		parts = append(parts, ch.Field+": "+orNone(ch.Before)+" → "+orNone(ch.After))
	}
	for _, ch := range i.Proposal.Kept {
		parts = append(parts, ch.Field+" stays as it is")
	}
	return strings.Join(parts, "; ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

var labels = map[string]string{reconcile.Fresh: "new", reconcile.Changed: "changed", reconcile.Unchanged: "unchanged", reconcile.Outranked: "outranked", reconcile.Conflicting: "conflicting",
	reconcile.Refused: "refused", reconcile.APerson: "people", reconcile.Gone: "no longer shown", reconcile.Retired: "to retire"}

func printRunTable(out io.Writer, rep runReport) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, err := fmt.Fprintf(w, "file\t%s\nSHA-256\t%s\nrun\t%s\nrows read\t%d\n", rep.File, rep.SHA256, rep.Run, rep.Summary.Rows)
	for _, k := range []string{reconcile.Fresh, reconcile.Changed, reconcile.Unchanged, reconcile.Outranked, reconcile.Conflicting, reconcile.Refused, reconcile.APerson, reconcile.Retired, reconcile.Gone} {
		if n := rep.Summary.Items[k]; n > 0 {
			_, _ = fmt.Fprintf(w, "%s\t%d\n", labels[k], n)
		}
	}
	for _, k := range []string{reconcile.Fresh, reconcile.Unchanged, reconcile.Ended, reconcile.Unresolved, reconcile.Refused} {
		if n := rep.Summary.Ties[k]; n > 0 {
			_, _ = fmt.Fprintf(w, "relations %s\t%d\n", k, n)
		}
	}
	for _, s := range rep.Summary.Skipped {
		_, _ = fmt.Fprintf(w, "skipped %s\t%d\t%s\n", s.Stream, s.Rows, s.Reason)
	}
	if rep.Summary.Asks {
		_, _ = fmt.Fprintf(w, "ASKS\t%d of %d items are not in the file: say --gone when they are really gone\n", rep.Summary.Missing, rep.Summary.Known)
	}
	if len(rep.Details) > 0 {
		_, _ = fmt.Fprint(w, "\nLINE\tWHAT\tNAME\tCOLUMN\tTEXT\n")
		for _, d := range rep.Details {
			_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", d.Line, d.Action, d.Name, d.Column, d.Text)
		}
	}
	return errors.Join(err, w.Flush())
}

type cmdbCmd struct {
	Runs  cmdbRunsCmd  `cmd:"" help:"List imports of configuration items, newest first."`
	Undo  cmdbUndoCmd  `cmd:"" help:"Take an import back as a whole."`
	Model cmdbModelCmd `cmd:"" help:"Export the model of the CMDB, compare a file with it, or bring one in."`
}

type cmdbRunsCmd struct {
	Source string `help:"Only those of one source."`
	Limit  int    `default:"20" help:"How many."`
}

func (c cmdbRunsCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{Shared: true})
	if err != nil {
		return err
	}
	defer done()
	runs, err := desk.Sources.Runs(r.operator(), c.Source, 0, c.Limit)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(r.out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "RUN\tMADE\tSTATE\tFILE\tNEW\tCHANGED\tREFUSED\tCONFLICTS")
	for _, x := range runs {
		n := x.Summary.Items
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\n", x.Ref, x.MadeAt.Format("2006-01-02 15:04"), x.State, x.File, n[reconcile.Fresh], n[reconcile.Changed], n[reconcile.Refused], n[reconcile.Conflicting])
	}
	return w.Flush()
}

type cmdbUndoCmd struct {
	Ref  string `arg:"" name:"run" help:"Reference of the run."`
	Rest bool   `help:"Leave what somebody has changed since, and undo the rest."`
}

// Run fails with the list of what was changed since, unless the rest is to be undone.
func (c cmdbUndoCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{})
	if err != nil {
		return err
	}
	defer done()
	meter := newMeter(r.err, "items taken back")
	undone, err := desk.Sources.Undo(r.operator(), reconcile.UndoInput{Ref: c.Ref, Rest: c.Rest, Progress: func(n, total int64) { meter.show(n, n, total, "") }})
	meter.end()
	if err != nil {
		return err
	}
	if err := r.seal(desk); err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.out, "undone; %d items were left as somebody has changed them\n", undone.Summary.Kept)
	return err
}

type cmdbModelCmd struct {
	Export cmdbModelExportCmd `cmd:"" help:"Print the model in use as YAML."`
	Diff   cmdbModelDiffCmd   `cmd:"" help:"Say in what a file differs from the model in use, and what would not fit it."`
	Import cmdbModelImportCmd `cmd:"" help:"Bring a model into use."`
}

type cmdbModelExportCmd struct{}

func (cmdbModelExportCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{Shared: true})
	if err != nil {
		return err
	}
	defer done()
	m, version, err := desk.CMDB.Model(r.operator())
	if err != nil {
		return err
	}
	text, err := yaml.Marshal(m)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.out, "# version %d\n%s", version, text)
	return err
}

type cmdbModelDiffCmd struct {
	File string `arg:"" type:"existingfile"`
}

func (c cmdbModelDiffCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{Shared: true})
	if err != nil {
		return err
	}
	defer done()
	next, err := loadModel(c.File)
	if err != nil {
		return err
	}
	differences, broken, err := desk.CMDB.Rehearse(r.operator(), next)
	if err != nil {
		return err
	}
	for _, d := range differences {
		mark := " "
		if d.Narrows {
			mark = "!"
		}
		_, _ = fmt.Fprintf(r.out, "%s %s %s: %s\n", mark, d.What, d.Where, d.Text)
	}
	for _, b := range broken {
		_, _ = fmt.Fprintf(r.out, "WOULD NOT FIT  %s %s: %d items %s\n", b.Difference.Where, b.Difference.Text, b.Items, strings.Join(b.Numbers, " "))
	}
	if len(broken) > 0 {
		return exitError{1}
	}
	return nil
}

type cmdbModelImportCmd struct {
	Note string `required:"" help:"Why, for the log."`
	File string `arg:"" type:"existingfile"`
}

func (c cmdbModelImportCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{})
	if err != nil {
		return err
	}
	defer done()
	next, err := loadModel(c.File)
	if err != nil {
		return err
	}
	_, version, err := desk.CMDB.Model(r.operator())
	if err != nil {
		return err
	}
	made, err := desk.CMDB.SetModel(r.operator(), version, next, c.Note)
	if err == nil {
		_, err = fmt.Fprintf(r.out, "version %d of the model is in use\n", made)
	}
	return err
}

// maxModel is how large the file of a model may be, in bytes.
const maxModel = 4 << 20

func loadModel(path string) (m model.Model, err error) {
	bad := domain.ErrInvalid.Because("The file is no model of the CMDB: export the present one to see the form.")
	defer func() {
		if p := recover(); p != nil { // the YAML library, on a hostile file
			err = bad
		}
	}()
	raw, err := os.ReadFile(path)
	if err != nil || len(raw) > maxModel {
		return m, bad.Wrap(err)
	}
	if err := yaml.UnmarshalWithOptions(raw, &m, yaml.Strict(), yaml.DisallowUnknownField()); err != nil {
		return m, bad.Wrap(errors.New(yaml.FormatError(err, false, false)))
	}
	return m, nil
}
