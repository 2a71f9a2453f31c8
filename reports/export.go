package reports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Kinds are what can be exported, and what the files and sheets are called.
var Kinds = map[string]domain.Kind{"incidents": domain.KindIncident, "requests": domain.KindRequest, "problems": domain.KindProblem,
	"changes": domain.KindChange, "tickets": "", Items: domain.KindCI}

// Items is the kind of an export of configuration items, whose filter has a grammar of its own.
const Items = "cis"

// MediaTypes are the formats.
var MediaTypes = map[string]string{"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}

// Request asks for an export: the rows of a list, all of them, in its order.
type Request struct {
	Kind   string        // see Kinds
	Format string        // xlsx or csv
	Filter ticket.Filter // its kind is that of the export; page marker and size do not count
	Items  cmdb.Filter   // of an export of configuration items, in place of Filter
	Query  string        // the filter as it was written, for the cover and the log
}

// check completes a request.
func (q *Request) check() error {
	kind, ok := Kinds[q.Kind]
	if !ok {
		return ErrKind.With("body.kind", "an export has incidents, requests, problems, changes, tickets or cis")
	}
	if MediaTypes[q.Format] == "" {
		return ErrKind.With("body.format", "a format is xlsx or csv")
	}
	if kind == domain.KindCI {
		return nil
	}
	if q.Filter.Kind != "" && kind != "" && q.Filter.Kind != kind {
		return ErrKind.With("body.query", "the filter is about another kind of record")
	}
	if kind != "" {
		q.Filter.Kind = kind
	}
	return nil
}

// Result says what an export holds.
type Result struct {
	Rows    int64
	LeftOut int64 // rows of the list that the actor may read and not export
	Bytes   int64
	SHA256  string // of the file, hex
	AsOf    time.Time
	Beside  []Count // of a workbook with sheets beside the first: their rows
}

// Count is how many rows a sheet has.
type Count struct {
	Sheet string
	Rows  int64
}

// tickets is the list that an export takes its rows from (ticket.Service).
type tickets interface {
	Each(ctx context.Context, f ticket.Filter, names ticket.Names, yield func([]ticket.Ticket) error) error
	Totals(ctx context.Context, f ticket.Filter, names ticket.Names) (readable, exportable int64, err error)
}

// counting passes bytes on, counting and hashing them.
type counting struct {
	w   io.Writer
	n   int64
	sum hash.Hash
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	c.sum.Write(p[:n])
	return n, err
}

// produce writes the file of an export. Its rows are as of one instant; when they are not as many as were counted
// before and after, it fails with ErrCount, and what has been written is to be thrown away.
func (e *Exports) produce(ctx context.Context, q Request, out io.Writer, progress func(rows, total int64) error) (res Result, err error) {
	to := &counting{w: out, sum: sha256.New()}
	from := e.source(q)
	err = e.DB.Snapshot(ctx, func(ctx context.Context) error {
		res.AsOf = e.DB.Now(ctx)
		readable, total, err := from.totals(ctx)
		if err != nil {
			return err
		}
		columns, err := from.columns(ctx)
		if err != nil {
			return err
		}
		res.LeftOut = readable - total
		others := from.beside()
		sink, abandon, err := e.sink(ctx, q, to, columns, others, total, res)
		if err != nil {
			return err
		}
		defer abandon()
		counts := make([]Count, len(others))
		for i, t := range others {
			counts[i].Sheet = t.name
		}
		unwritten := func(err error) error {
			if err != nil {
				return domain.ErrStorage.Because("The file cannot be written.").Wrap(err)
			}
			return nil
		}
		if err := from.each(ctx, func(values []any) error {
			res.Rows++
			return unwritten(sink.row(values))
		}, func(sheet int, values []any) error {
			counts[sheet].Rows++
			return unwritten(sink.beside(sheet, values))
		}, func() error {
			if progress == nil {
				return nil
			}
			return progress(res.Rows, total)
		}); err != nil {
			return err
		}
		_, after, err := from.totals(ctx)
		if err != nil {
			return err
		}
		if res.Rows != total || after != total {
			return ErrCount.Because("%d rows were counted before, %d after, and %d were written.", total, after, res.Rows)
		}
		if q.Format != "csv" {
			res.Beside = counts
		}
		return sink.close()
	})
	res.Bytes, res.SHA256 = to.n, hex.EncodeToString(to.sum.Sum(nil))
	return res, err
}

func (e *Exports) sink(ctx context.Context, q Request, out io.Writer, columns []column, others []table, total int64, res Result) (sink, func(), error) {
	if q.Format == "csv" {
		s, err := newCSV(out, columns)
		return s, func() {}, err
	}
	cover, err := e.facts(ctx, q, total, res)
	if err != nil {
		return nil, nil, err
	}
	b, err := newWorkbook(out, strings.ToUpper(q.Kind[:1])+q.Kind[1:], columns, cover, maxSheetRows, others...)
	if err != nil {
		return nil, nil, err
	}
	return b, b.abandon, nil
}

// facts are the cover of a workbook: what it holds, for whom, as of when, and up to where the log was signed then.
func (e *Exports) facts(ctx context.Context, q Request, total int64, res Result) ([]fact, error) {
	actor := domain.ActorFrom(ctx)
	c, err := e.Log.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	query := q.Query
	if query == "" {
		query = "(none: everything)"
	}
	out := []fact{
		{"Holds", q.Words()}, {"Filter as a query", query}, {"Rows", strconv.FormatInt(total, 10)},
		{"Made by", actor.Name + " (" + actor.Ref + ")"}, {"As of", instant(&res.AsOf)}, {"Times", "UTC"},
	}
	if res.LeftOut > 0 {
		out = append(out, fact{"Left out", fmt.Sprintf("%d more rows of this list, which the maker may read and not export", res.LeftOut)})
	}
	return append(out, fact{"Log", c.Origin}, fact{"Log size", strconv.FormatInt(c.Size, 10) + " sealed events"}, fact{"Log root", c.Root.String()},
		fact{"Signed checkpoint", c.Note},
		fact{"What that proves", "Every row names the version of its record; the event of the log that made this version holds a hash of what is in the row. " +
			"The export is an event of the log itself, with the SHA-256 of this file."}), nil
}

// Words says a filter in words.
func Words(f ticket.Filter) string {
	what := "Incidents, requests, problems and changes"
	for name, kind := range Kinds {
		if kind == f.Kind && kind != "" {
			what = strings.ToUpper(name[:1]) + name[1:]
		}
	}
	var parts []string
	say := func(format string, v string) {
		if v != "" {
			parts = append(parts, fmt.Sprintf(format, v))
		}
	}
	for _, queue := range ticket.Queues {
		if queue.Key == f.Queue && f.Queue != "all" {
			say("in the queue “%s”", queue.Label)
		}
	}
	say("in state %s", strings.Join(f.States, " or "))
	say("that are %s", strings.Join(f.Categories, " or "))
	var grades []string
	for _, p := range f.Priorities {
		grades = append(grades, strconv.Itoa(p))
	}
	say("of priority %s", strings.Join(grades, " or "))
	say("of the team %s", f.Team)
	switch f.Assignee {
	case "none":
		parts = append(parts, "that nobody is assigned to")
	default:
		say("assigned to %s", f.Assignee)
	}
	say("requested by %s", f.Requester)
	say("about the service %s", f.Service)
	say("classified as %s", f.Classification)
	say("of risk %s", strings.ReplaceAll(f.Risk, ",", " or "))
	say("of model %s", strings.ReplaceAll(f.Model, ",", " or "))
	for _, w := range []struct {
		text     string
		from, to *time.Time
	}{{"opened", f.OpenedFrom, f.OpenedTo}, {"updated", f.UpdatedFrom, f.UpdatedTo}, {"planned", f.PlannedFrom, f.PlannedTo}} {
		say(w.text+" from %s", instant(w.from))
		say(w.text+" before %s", instant(w.to))
	}
	say("that have the words “%s”", f.Q)
	if len(parts) > 0 {
		what += " " + strings.Join(parts, ", ")
	}
	if f.Sort != "" {
		direction := "rising"
		if strings.HasPrefix(f.Sort, "-") {
			direction = "falling"
		}
		what += "; in order of " + strings.ReplaceAll(strings.TrimPrefix(f.Sort, "-"), "_", " ") + ", " + direction
	}
	return what
}

// Made is the fact that an export was made: who took which rows, and the hash of the file that they are in.
type Made struct {
	ID      string
	Ref     string
	Request Request
	Result  Result
}

// Event implements domain.Fact.
func (f Made) Event() domain.Event {
	ev := domain.Event{ID: f.ID, Type: "export.made", EntityKind: "export", Entity: f.Ref, Version: 1, StateTo: "done", Visibility: domain.Restricted}
	for _, p := range [][2]string{{"kind", f.Request.Kind}, {"format", f.Request.Format}, {"query", f.Request.Query}, {"holds", f.Request.Words()},
		{"rows", strconv.FormatInt(f.Result.Rows, 10)}, {"left_out", strconv.FormatInt(f.Result.LeftOut, 10)}, {"sha256", f.Result.SHA256},
		{"as_of", instant(&f.Result.AsOf)}} {
		ev.Fields = append(ev.Fields, domain.FieldChange{Field: p[0], After: p[1]})
	}
	var sheets []string
	for _, c := range f.Result.Beside {
		sheets = append(sheets, c.Sheet+" "+strconv.FormatInt(c.Rows, 10))
	}
	if len(sheets) > 0 {
		ev.Fields = append(ev.Fields, domain.FieldChange{Field: "sheets", After: strings.Join(sheets, ", ")})
	}
	return ev
}
