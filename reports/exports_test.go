package reports_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
	"github.com/cabinetdesk/cabinet/reports"
)

var update = flag.Bool("update", false, "write the goldens anew")

func request(t testing.TB, kind, format, query string) reports.Request {
	t.Helper()
	f, err := ticket.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return reports.Request{Kind: kind, Format: format, Query: query, Filter: f}
}

// canonical is a workbook as text: every sheet, every row, a cell a line, what differs from run to run masked.
func canonical(t testing.TB, raw []byte) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var b strings.Builder
	for _, sheet := range f.GetSheetList() {
		fmt.Fprintf(&b, "# %s\n", sheet)
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j, v := range row {
				if v == "" {
					continue
				}
				cell, _ := excelize.CoordinatesToCellName(j+1, i+1)
				if masked := []string{"Log", "Log size", "Log root", "Signed checkpoint"}; j == 1 && contains(masked, row[0]) {
					v = "…"
				}
				fmt.Fprintf(&b, "%s %q\n", cell, digests.ReplaceAllString(refs.ReplaceAllString(v, "(…)"), "(a digest)"))
			}
		}
	}
	return b.String()
}

var (
	refs    = regexp.MustCompile(`\([a-z0-9]{26}\)`)
	digests = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s differs (go test -update writes it anew, %v):\n%s", name, err, got)
	}
}

// busy gives the world some work to export.
func busy(t *testing.T, w *world.World) {
	t.Helper()
	w.Report("ann", "=HYPERLINK(\"http://evil\";\"click\")")
	w.Clock.Advance(time.Minute)
	second := w.Report("rolf", "Mail is down")
	w.Clock.Advance(time.Minute)
	if _, err := w.Incidents.Assign(w.As("amir"), ticket.AssignInput{Number: second.Ticket.Number, Team: ptr(w.Team("network")), Assignee: ptr(w.ID("amir"))}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Hour)
	if _, err := w.Incidents.Move(w.As("amir"), incident.MoveInput{Number: second.Ticket.Number, Event: "resolve", Resolution: "Restarted it."}); err != nil {
		t.Fatal(err)
	}
	c := w.Raise("maya", "Upgrade the mail server", "omar")
	w.AskForApproval("maya", c.Ticket.Number)
	w.Clock.Advance(time.Minute)
	for _, who := range []string{"cora", "cleo"} {
		if _, err := w.Vote(who, c.Ticket.Number, approval.Approve); err != nil {
			t.Fatal(err)
		}
	}
	w.Raise("maya", "Replace the switch", "amir")
}

func ptr[T any](v T) *T { return &v }

func TestAWorkbookOfIncidentsAndOfChangesWithTheirApprovals(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		busy(t, w)
		for _, c := range []struct{ kind, query string }{{"incidents", "sort=number"}, {"changes", "sort=number"}, {"tickets", "category=open&sort=-number"}} {
			var out bytes.Buffer
			res, receipt, err := w.Exports.Write(w.As("otto"), request(t, c.kind, "xlsx", c.query), &out, nil)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(out.Bytes())
			if res.SHA256 != hex.EncodeToString(sum[:]) || res.Bytes != int64(out.Len()) {
				t.Error("the result does not describe the file")
			}
			e, err := w.Log.Event(w.System(), receipt.EventID)
			if err != nil || e.Type != "export.made" || e.Visibility != domain.Restricted || e.Index != receipt.Leaf || e.Actor != w.Ref("otto") {
				t.Errorf("the event is %+v, %v", e, err)
			}
			said := map[string]string{}
			for _, ch := range e.Changes {
				said[ch.Field] = ch.After
			}
			if said["sha256"] != res.SHA256 || said["rows"] != fmt.Sprint(res.Rows) || said["query"] != c.query || said["kind"] != c.kind {
				t.Errorf("the event says %v", said)
			}
			golden(t, c.kind+".golden", canonical(t, out.Bytes()))
		}
		w.VerifyLog()
	})
}

func TestAnExportHoldsWhatItsMakerMayReadAndExport(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		busy(t, w)
		if _, _, err := w.Exports.Write(w.As("ann"), request(t, "incidents", "csv", ""), io.Discard, nil); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a requester exports: %v", err)
		}
		if _, _, err := w.Exports.Write(w.As("amir"), request(t, "changes", "csv", ""), io.Discard, nil); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an agent exports changes: %v", err)
		}
		var out bytes.Buffer
		res, _, err := w.Exports.Write(w.As("amir"), request(t, "tickets", "csv", "sort=number"), &out, nil)
		if err != nil || res.Rows != 2 || res.LeftOut != 2 {
			t.Errorf("%+v, %v", res, err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) != 3 || rows[0][1] != "Kind" || rows[1][2] != "'=HYPERLINK(\"http://evil\";\"click\")" {
			t.Errorf("%v, %v", rows, err)
		}
		for name, q := range map[string]reports.Request{"kind": {Kind: "people", Format: "csv"}, "format": {Kind: "incidents", Format: "pdf"}, "other kind": request(t, "incidents", "csv", "kind=change")} {
			if _, _, err := w.Exports.Write(w.As("otto"), q, io.Discard, nil); !errors.Is(err, reports.ErrKind) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestASmallExportIsDoneInTheAnswerAndIsItsOwners(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		busy(t, w)
		row, err := w.Exports.Start(w.As("amir"), request(t, "incidents", "csv", "sort=number"))
		if err != nil || row.State != "done" || row.Rows != 2 || row.FileName != "cabinet-incidents-2026-03-02-1003.csv" {
			t.Fatalf("%+v, %v", row, err)
		}
		for who, want := range map[string]error{"amir": nil, "otto": nil, "alice": domain.ErrNotFound, "ada": domain.ErrNotFound, "ann": domain.ErrNotFound} {
			_, f, err := w.Exports.OpenFile(w.As(who), row.Ref)
			if !errors.Is(err, want) || (err == nil) != (want == nil) {
				t.Errorf("%s: %v", who, err)
			}
			if err != nil {
				continue
			}
			raw, err := io.ReadAll(f)
			sum := sha256.Sum256(raw)
			if err != nil || hex.EncodeToString(sum[:]) != row.SHA256 || f.Close() != nil {
				t.Errorf("%s gets another file (%v)", who, err)
			}
		}
		w.Clock.Advance(reports.Kept + time.Hour)
		if err := w.Exports.Purge(w.System()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Exports.Get(w.As("amir"), row.Ref); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("after a week: %v", err)
		}
		if _, err := w.OpenFile(row.FileKey); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("its file after a week: %v", err)
		}
	})
}

func TestALargeExportIsTheWorkOfAJobInTheNameOfItsOwner(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		many(t, w, reports.AtOnce+1)
		row, err := w.Exports.Start(w.As("amir"), request(t, "incidents", "csv", "sort=number"))
		if err != nil || row.State != "running" || row.Total != reports.AtOnce+1 {
			t.Fatalf("%+v, %v", row, err)
		}
		if _, _, err := w.Exports.OpenFile(w.As("amir"), row.Ref); !errors.Is(err, reports.ErrNotReady) {
			t.Errorf("before it is done: %v", err)
		}
		w.RunJobs()
		if row, err = w.Exports.Get(w.As("amir"), row.Ref); err != nil || row.State != "done" || row.Rows != reports.AtOnce+1 {
			t.Fatalf("%+v, %v", row, err)
		}
		e, err := w.Log.Event(w.System(), row.EventID)
		if err != nil || e.Actor != w.Ref("amir") || e.Via != "job" {
			t.Errorf("%+v, %v", e, err)
		}
		w.RunJobs() // a job that runs again does nothing
		if again, err := w.Exports.Get(w.As("amir"), row.Ref); err != nil || again.EventID != row.EventID {
			t.Errorf("%+v, %v", again, err)
		}
	})
}

// many inserts incidents as an import does, which is quick.
func many(t testing.TB, w *world.World, n int) {
	t.Helper()
	b := incident.Batch{System: "test", Run: "r1", File: "f", SHA256: "0"}
	flush := func() {
		if _, err := w.Incidents.Import(operator(), b); err != nil {
			t.Fatal(err)
		}
		b.Tickets = b.Tickets[:0]
	}
	for i := range n {
		sn := incident.Snapshot{Line: i + 2, At: w.Clock.Now(), Title: fmt.Sprintf("Incident %d", i), Description: strings.Repeat("It does not work. ", 10), State: "new",
			Impact: 2, Urgency: 2, Requester: w.ID("ann"), Team: w.Team("network")}
		sn.Hash = sha256.Sum256([]byte(sn.Title))
		b.Tickets = append(b.Tickets, incident.Imported{Key: fmt.Sprintf("T%06d", i), Snapshots: []incident.Snapshot{sn}})
		if len(b.Tickets) == 1000 {
			flush()
		}
	}
	flush()
}

// lying is a list whose pages do not hold what was counted.
type lying struct {
	*ticket.Service
	fewer bool
}

func (l lying) Each(ctx context.Context, f ticket.Filter, names ticket.Names, yield func([]ticket.Ticket) error) error {
	return l.Service.Each(ctx, f, names, func(page []ticket.Ticket) error {
		if l.fewer {
			return yield(page[1:])
		}
		return yield(append(page, page[0]))
	})
}

func TestAnExportThatIsNotCompleteFailsWholeAndLeavesNothing(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		busy(t, w)
		files := 0
		for _, fewer := range []bool{true, false} {
			deps := w.Exports.ExportDeps
			deps.Tickets, deps.Files = lying{w.Tickets, fewer}, watched{deps.Files, &files}
			e := reports.NewExports(deps)
			if _, _, err := e.Write(w.As("otto"), request(t, "incidents", "xlsx", ""), io.Discard, nil); !errors.Is(err, reports.ErrCount) {
				t.Errorf("got %v", err)
			}
			row, err := e.Start(w.As("otto"), request(t, "incidents", "csv", ""))
			if !errors.Is(err, reports.ErrCount) {
				t.Errorf("got %v", err)
			}
			if row, err = e.Get(w.As("otto"), row.Ref); err != nil || row.State != "failed" || row.FileKey != "" {
				t.Errorf("%+v, %v", row, err)
			}
		}
		if files != 0 {
			t.Errorf("%d files were left", files)
		}
		var n int
		if err := w.DB.SQL(operator()).QueryRowContext(operator(), "select count(*) from audit_events where type = 'export.made'").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d exports are in the log, %v", n, err)
		}
	})
}

// watched counts the files that stay.
type watched struct {
	reports.Files
	kept *int
}

func (f watched) Put(ctx context.Context, r io.Reader, limit int64) (string, int64, string, error) {
	key, n, sum, err := f.Files.Put(ctx, r, limit)
	if err == nil {
		*f.kept++
	}
	return key, n, sum, err
}

func (f watched) Remove(key string) error { *f.kept--; return f.Files.Remove(key) }

func TestTheSummaryCountsWhatItsReaderMaySeeUnderOurLabels(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		busy(t, w)
		if _, err := w.Reports.IncidentSummary(w.As("ann")); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a requester reads reports: %v", err)
		}
		s, err := w.Reports.IncidentSummary(w.As("otto"))
		if err != nil {
			t.Fatal(err)
		}
		if s.Incidents != 2 || s.Events != 4 || s.ByState["New"] != 1 || s.ByState["Resolved"] != 1 || s.ByPriority["3 - Moderate"] != 2 || s.ByGroup["Network"] != 1 ||
			s.ByGroup["(none)"] != 1 || s.ByMonth["2026-03"] != 2 || s.ResolveHours.N != 1 || s.ResolveHours.Median != 1.0167 {
			t.Errorf("%+v", s)
		}
	})
}

func TestConfigurationItemsAreExportedAsTheyAreOrWere(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		register := func(class, name string, values map[string]string) cmdb.CI {
			values["name"] = name
			c, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: class, Status: cmdb.Live, Values: values})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		db := register("server", "=cmd|db-01", map[string]string{"memory_gb": "64", "owner": strconv.FormatInt(int64(w.ID("omar")), 10)})
		register("printer", "pr-1", map[string]string{"colour": "yes"})
		then := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: db.Number, Values: map[string]string{"memory_gb": "128"}}); err != nil {
			t.Fatal(err)
		}
		export := func(login, query string) (string, error) {
			f, err := cmdb.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer

			_, _, err = w.Exports.Write(w.As(login), reports.Request{Kind: reports.Items, Format: "csv", Query: query, Items: f}, &out, nil)
			return out.String(), err
		}
		now, err := export("otto", "class=server")
		if err != nil || !strings.Contains(now, ",128,") || !strings.Contains(now, "'=cmd|db-01") || strings.Contains(now, "pr-1") || !strings.Contains(now, "Omar") {
			t.Errorf("%s, %v", now, err)
		}
		past, err := export("otto", "class=server&at="+then.Format(time.RFC3339Nano))
		if err != nil || !strings.Contains(past, ",64,") {
			t.Errorf("%s, %v", past, err)
		}
		if all, err := export("amir", ""); err != nil || strings.Count(all, "\r\n") != 3 || !strings.Contains(all, "Prints in colour") {
			t.Errorf("%s, %v", all, err)
		}
		if _, err := export("ann", ""); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a requester: %v", err)
		}
	})
}
