package imports_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/app/imports"
	"github.com/cabinetdesk/cabinet/internal/channels/eventlog"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}

const mapping = `
system: helpstar
file: {delimiter: ";", missing: ["-"]}
time: {formats: ["yyyy-MM-dd HH:mm"], zone: Europe/Berlin}
columns:
  number: Ticket
  at: Changed
  by: Editor
  state: Status
  title: Subject
  requester: Customer
  assignee: Owner
  team: Group
  impact: Scope
  priority: Prio
  classification: Area
  opened_at: Created
  resolved_at: Solved
  closed_at: Done
  reopen_count: Reopened
  made_sla: In time
references:
  - {column: Change, kind: change, link: caused_by}
  - {column: Problem, kind: problem, link: related}
final: {Solved: [resolved, closed], Done: [closed]}
states:
  open: {state: new}
  working: {state: in_progress}
  waiting: {state: pending, on: vendor, reason: Waiting for parts}
  solved: {state: resolved}
  done: {state: closed}
impact: {all: 1, team: 2, one: 3}
priority: {P1: 1, P2: 2, P3: 3, P4: 4}
true_values: [yes]
`

const head = "Ticket;Changed;Status;Subject;Customer;Owner;Group;Editor;Scope;Prio;Area;Created;Solved;Done;Reopened;In time;Change;Problem\n"

var log = []string{
	"HS1001;2026-01-05 08:30;open;Printer jams;Zoë Ünal;-;Front  desk;robot;team;P3;Print;2026-01-05 08:29;2026-01-06 10:00;2026-01-10 10:00;0;yes;-;-\n",
	"HS1001;2026-01-05 09:00;working;Printer jams;Zoë Ünal;Zoe Unal;Front desk;Zoe Unal;team;P1;Print;2026-01-05 08:29;2026-01-06 10:00;2026-01-10 10:00;0;yes;C-77;P 9\n",
	"HS1001;2026-01-05 09:30;waiting;Printer jams;Zoë Ünal;Zoe Unal;Front desk;Zoe Unal;team;P3;Print;2026-01-05 08:29;2026-01-06 10:00;2026-01-10 10:00;0;yes;C-77;P 9\n",
	"HS1001;2026-01-05 11:00;solved;Printer jams;Zoë Ünal;Zoe Unal;Front desk;Zoe Unal;team;P3;Print;2026-01-05 08:29;2026-01-06 10:00;2026-01-10 10:00;0;yes;C-77;P 9\n",
	"HS1001;2026-01-06 10:00;solved;Printer jams;Zoë Ünal;Zoe Unal;Front desk;Zoe Unal;team;P3;Print;2026-01-05 08:29;2026-01-06 10:00;2026-01-10 10:00;1;no;C-77;P 9\n",
	"HS1001;2026-01-10 10:00;done;Printer jams;Zoë Ünal;Zoe Unal;Front desk;robot;team;P3;Print;2026-01-05 08:29;2026-01-06 10:00;2026-01-10 10:00;1;no;C-77;P 9\n",
	"INC-000001;2026-01-07 10:00;open;VPN drops;王芳;-;-;robot;one;P4;-;2026-01-07 10:00;-;-;0;yes;C-77;-\n",
	"HS1003;2026-01-07 10:00;exploded;Unknown state;-;-;-;robot;one;P4;-;2026-01-07 10:00;-;-;0;yes;-;-\n",
	"no number at all;2026-01-08 12:00;working;Lost;-;-;-;-;all;-;-;-;-;-;0;-;-;-\n",
}

func source(t testing.TB, yaml, text string) imports.Source {
	t.Helper()
	m, err := eventlog.ParseMapping("helpstar.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return imports.Source{Name: "/some/where/export.csv", File: strings.NewReader(text), Mapping: m}
}

func run(t testing.TB, w *world.World, yaml, text string) imports.Report {
	t.Helper()
	rep, err := imports.Run(operator(), w.Imports(), source(t, yaml, text))
	if err != nil {
		t.Fatal(err)
	}
	if rep.RowsRead != rep.Applied+rep.Unchanged+rep.Refused {
		t.Errorf("the reconciliation does not add up: %+v", rep)
	}
	return rep
}

func operator() context.Context {
	return domain.WithActor(context.Background(), domain.SystemActor(domain.ViaCLI))
}

func get(t testing.TB, w *world.World, number string) incident.Incident {
	t.Helper()
	i, err := w.Incidents.Get(operator(), number)
	if err != nil {
		t.Fatalf("%s: %v", number, err)
	}
	return i
}

func TestAnotherToolsHistoryIsReplayedWithItsNumbersAuthorsAndTimes(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Report("ann", "A native one takes INC-000001")
		rep := run(t, w, mapping, head+strings.Join(log, ""))
		if rep.Applied != 8 || rep.Refused != 1 || rep.Refusals[0].Line != 9 || rep.Refusals[0].Column != "Status" {
			t.Fatalf("%+v", rep)
		}
		i := get(t, w, "hs1001")
		at := func(s string) time.Time { v, _ := time.Parse("2006-01-02 15:04", s); return v }
		if i.Ticket.Version != 6 || i.Ticket.State != "closed" || !i.Ticket.OpenedAt.Equal(at("2026-01-05 07:29")) || !i.Ticket.ResolvedAt.Equal(at("2026-01-06 09:00")) ||
			!i.Ticket.ClosedAt.Equal(at("2026-01-10 09:00")) || i.Facet.ReopenCount != 1 || i.Ticket.Priority != 3 {
			t.Errorf("%+v", i)
		}
		events, err := w.Log.Events(operator(), audit.Filter{EntityKind: "incident", Entity: "HS1001", OldestFirst: true})
		if err != nil || len(events) != 6 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		// Both names make the same login, so each gets one of its own.
		owner, err := w.People.Find(operator(), rows(t, w, "select login from users where name = 'Zoe Unal'")[0])
		if err != nil || owner.Active || owner.HasPassword {
			t.Fatalf("%+v, %v", owner, err)
		}
		first, second, solved := events[0], events[1], events[3]
		if first.Type != "incident.imported" || second.Type != "incident.imported_change" {
			t.Errorf("events %+v, %+v", first, second)
		}
		if !second.OccurredAt.Equal(at("2026-01-05 08:00")) || !second.RecordedAt.Equal(testkit.Epoch) || second.Via != "import" || second.StateFrom != "new" || second.StateTo != "in_progress" {
			t.Errorf("event %+v", second)
		}
		if got := change(first, "imported_from"); got != "helpstar HS1001, line 2 of export.csv (SHA-256 "+rep.SHA256+"), run "+rep.Run {
			t.Errorf("imported from %q", got)
		}
		if got := change(solved, "resolved_at"); got != "2026-01-05T10:00:00.000000Z" {
			t.Errorf("the final time of resolution was replayed early: %q", got)
		}
		if got := change(second, "override_reason"); got != "Priority in helpstar" {
			t.Errorf("a priority outside the matrix has the reason %q", got)
		}
		if got := change(second, "link"); got != "caused_by C-77, related PRB-000001" {
			t.Errorf("links %q", got)
		}
		// What looks like one of our own numbers gets a new one; what is no number does, too.
		if own := get(t, w, "INC-000002"); own.Ticket.Title != "VPN drops" {
			t.Errorf("INC-000002 is %q", own.Ticket.Title)
		}
		if own := get(t, w, "INC-000003"); own.Ticket.Title != "Lost" || own.Ticket.State != "in_progress" || own.Ticket.Priority != 2 {
			t.Errorf("INC-000003 is %+v", own.Ticket)
		}
		c, err := w.Changes.Get(operator(), "C-77")
		if err != nil || c.Ticket.State != "draft" || c.Ticket.Title != "Imported reference C-77" {
			t.Errorf("%+v, %v", c.Ticket, err)
		}
		for n, want := range map[string]int{"C-77": 2, "PRB-000001": 1} {
			rec, err := w.Tickets.Get(operator(), n)
			if err != nil {
				t.Fatal(err)
			}
			links, err := w.Tickets.Links(operator(), rec)
			if err != nil || len(links) != want {
				t.Errorf("%s has %d links, %v", n, len(links), err)
			}
		}
		found, err := w.Tickets.Search(operator(), "printer ünal", "", 10)
		if err != nil || len(found) != 1 {
			t.Errorf("%d found, %v", len(found), err)
		}
		w.VerifyLog()
	})
}

func change(e audit.Event, field string) string {
	for _, c := range e.Changes {
		if c.Field == field {
			return c.After
		}
	}
	return ""
}

func TestNamesThatDifferAreDifferentPeopleAndTeams(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		run(t, w, mapping, head+strings.Join(log, ""))
		for name, want := range map[string]int{"Zoë Ünal": 1, "Zoe Unal": 1, "王芳": 1, "robot": 1} {
			page := rows(t, w, "select login from users where name = '"+name+"'")
			if len(page) != want {
				t.Errorf("%s: %v", name, page)
			}
		}
		if teams := rows(t, w, "select key from teams where name like 'Front%'"); len(teams) != 2 {
			t.Errorf("teams %v", teams)
		}
	})
}

func TestASecondRunChangesNothing(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		text := head + strings.Join(log, "")
		run(t, w, mapping, text)
		before := dump(t, w)
		w.Clock.Advance(time.Hour)
		again := run(t, w, mapping, text)
		if again.Applied != 0 || again.Unchanged != 8 || again.Refused != 1 {
			t.Errorf("%+v", again)
		}
		after := dump(t, w)
		for table, was := range before {
			if !slices.Equal(was, after[table]) {
				t.Errorf("%s has changed:\n%s\n%s", table, strings.Join(was, "\n"), strings.Join(after[table], "\n"))
			}
		}
	})
}

func TestAFileThatGrewAppendsWhatIsNew(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		run(t, w, mapping, head+strings.Join(log[:3], ""))
		if i := get(t, w, "HS1001"); i.Ticket.State != "pending" || i.Facet.PendingOn != "vendor" || i.Ticket.Version != 3 {
			t.Fatalf("%+v", i)
		}
		rep := run(t, w, mapping, head+strings.Join(log, ""))
		if rep.Applied != 5 || rep.Unchanged != 3 {
			t.Errorf("%+v", rep)
		}
		i := get(t, w, "HS1001")
		if i.Ticket.State != "closed" || i.Ticket.Version != 6 || !i.Ticket.UpdatedAt.Equal(*i.Ticket.ClosedAt) {
			t.Errorf("%+v", i)
		}
		w.VerifyLog()
	})
}

func TestAnIncidentThatWasWorkedOnHereIsLeftAlone(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		run(t, w, mapping, head+strings.Join(log[:2], ""))
		if _, err := w.Tickets.Comment(w.As("amir"), ticket.CommentInput{Number: "HS1001", Body: "I have it."}); err != nil {
			t.Fatal(err)
		}
		rep := run(t, w, mapping, head+strings.Join(log[:4], ""))
		if rep.Applied != 0 || rep.Unchanged != 2 || rep.Refused != 2 || !strings.Contains(rep.Refusals[0].Reason, "worked on here") || rep.Refusals[0].Line != 4 {
			t.Errorf("%+v", rep)
		}
		if i := get(t, w, "HS1001"); i.Ticket.State != "in_progress" {
			t.Errorf("the state became %s", i.Ticket.State)
		}
		w.VerifyLog()
	})
}

// breaking is a file that cannot be read on after some bytes, the second time it is read.
type breaking struct {
	*strings.Reader
	reads, limit int
}

func (b *breaking) Seek(offset int64, whence int) (int64, error) {
	b.reads++
	return b.Reader.Seek(offset, whence)
}

func (b *breaking) Read(p []byte) (int, error) {
	if b.reads > 0 {
		if b.limit <= 0 {
			return 0, errors.New("the disk is gone")
		}
		p = p[:min(len(p), b.limit)]
		b.limit -= len(p)
	}
	return b.Reader.Read(p)
}

func TestAnInterruptedRunGoesOnWhereItStopped(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		var text bytes.Buffer
		text.WriteString(head + "broken row\n")
		for i := range 2500 {
			fmt.Fprintf(&text, "HS%04d;2026-01-05 08:30;open;Printer %d;-;-;-;-;team;P3;Print;2026-01-05 08:29;-;-;0;yes;-;-\n", i, i)
		}
		first := source(t, mapping, text.String())
		first.File = &breaking{Reader: strings.NewReader(text.String()), limit: text.Len() * 9 / 10}
		if _, err := imports.Run(operator(), w.Imports(), first); !errors.Is(err, eventlog.ErrFile) {
			t.Fatalf("got %v", err)
		}
		if n := len(rows(t, w, "select number from tickets")); n != 1500 {
			t.Errorf("%d tickets after the first part", n)
		}
		rep := run(t, w, mapping, text.String())
		if !rep.Resumed || rep.Applied != 2500 || rep.Unchanged != 0 || rep.Refused != 1 || len(rep.Refusals) != 1 || rep.Refusals[0].Line != 2 {
			t.Errorf("%+v", rep)
		}
		if kinds := rows(t, w, "select type from audit_events where entity_kind = 'import' order by entity_version"); !slices.Equal(kinds, []string{"import.started", "import.finished"}) {
			t.Errorf("events of the run: %v", kinds)
		}
		w.VerifyLog()
	})
}

func TestABadFileOrMappingChangesNothing(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		before := dump(t, w)
		for name, c := range map[string]struct {
			yaml, text string
			want       error
		}{
			"no header":     {mapping, "", eventlog.ErrFile},
			"other columns": {mapping, "a;b\n1;2\n", eventlog.ErrFile},
			"binary":        {mapping, "\x00\x01\x02\n", eventlog.ErrFile},
			"no such state": {strings.Replace(mapping, "state: closed", "state: finished", 1), head, eventlog.ErrMapping},
			"no such wait":  {strings.Replace(mapping, "on: vendor", "on: godot", 1), head, eventlog.ErrMapping},
		} {
			if _, err := imports.Run(operator(), w.Imports(), source(t, c.yaml, c.text)); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := imports.Run(w.As("amir"), w.Imports(), source(t, mapping, head)); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an agent imports: %v", err)
		}
		after := dump(t, w)
		after["import_runs"] = before["import_runs"]
		if n := len(rows(t, w, "select ref from import_runs")); n != 0 {
			t.Errorf("%d runs are listed", n)
		}
		for table, was := range before {
			if !slices.Equal(was, after[table]) {
				t.Errorf("%s has changed", table)
			}
		}
	})
}

func rows(t testing.TB, w *world.World, q string) (out []string) {
	t.Helper()
	found, err := w.DB.SQL(operator()).QueryContext(operator(), q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = found.Close() }()
	columns, _ := found.Columns()
	for found.Next() {
		values, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			at[i] = &values[i]
		}
		if err := found.Scan(at...); err != nil {
			t.Fatal(err)
		}
		parts := make([]string, len(values))
		for i, v := range values {
			parts[i] = fmt.Sprint(v)
		}
		out = append(out, strings.Join(parts, "|"))
	}
	return out
}

// dump is every row of every table but the list of runs.
func dump(t testing.TB, w *world.World) map[string][]string {
	t.Helper()
	q := "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like 'river_%' and name not like 'ticket_search_%'"
	if w.DB.IsPostgres() {
		q = "select tablename from pg_tables where schemaname = 'public' and tablename not like 'river_%'"
	}
	out := map[string][]string{}
	for _, table := range rows(t, w, q) {
		if table == "import_runs" || table == "import_refusals" {
			continue
		}
		out[table] = rows(t, w, "select * from "+table)
		slices.Sort(out[table])
	}
	return out
}
