package eventlog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/internal/channels/textfile"
)

// foreign is the mapping of an invented tool: semicolons, other times, other words.
const foreign = `
system: helpstar
file: {delimiter: ";", missing: ["-", "NULL"]}
time: {formats: ["yyyy-MM-dd'T'HH:mm:ss", "dd.MM.yyyy HH:mm"], zone: Europe/Berlin}
order: time
columns:
  number: Ticket
  at: Changed
  by: Editor
  state: Status
  title: Subject
  description: Text
  requester: Customer
  impact: Scope
  opened_at: Created
  closed_at: Done
  made_sla: In time
references:
  - {column: Change, kind: change, link: caused_by}
final: {Done: [closed]}
states:
  open: {state: new}
  waiting: {state: pending, on: vendor, reason: Waiting for parts}
  done: {state: closed}
impact: {all: 1, team: 2, one: 3}
true_values: [yes]
`

const foreignLog = "\xef\xbb\xbfTicket;Changed;Status;Subject;Text;Customer;Editor;Scope;Created;Done;In time;Change;Unused\r\n" +
	"T#1;2026-03-01T08:00:00;open;\"Printer; again\";\"It \"\"jams\"\"\nand smokes\";Zoë Ünal;ed;one;01.03.2026 07:59;2026-03-02T10:00:00;yes;-;x\r\n" +
	"\r\n" +
	"T#1;2026-07-01T08:00:00;done;\"Printer; again\";;Zoë Ünal;NULL;one;01.03.2026 07:59;2026-03-02T10:00:00;no;C-7;x\r\n"

func open(t testing.TB, mapping, log string) *Reader {
	t.Helper()
	m, err := ParseMapping("test", []byte(mapping))
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(strings.NewReader(log), m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func all(t testing.TB, r *Reader) (rows []Row, refused []Refusal) {
	t.Helper()
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, r.Refused()
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

func TestAnotherToolsLogNeedsAMappingAndNoCode(t *testing.T) {
	t.Parallel()
	rows, refused := all(t, open(t, foreign, foreignLog))
	if len(rows) != 2 || len(refused) != 0 {
		t.Fatalf("%d rows, refused %v", len(rows), refused)
	}
	a, b := rows[0], rows[1]
	if a.Number != "T#1" || a.Title != "Printer; again" || a.Description != "It \"jams\"\nand smokes" || a.Requester != "Zoë Ünal" || a.By != "ed" {
		t.Errorf("texts of %+v", a)
	}
	if !a.At.Equal(time.Date(2026, 3, 1, 7, 0, 0, 0, time.UTC)) || !a.OpenedAt.Equal(time.Date(2026, 3, 1, 6, 59, 0, 0, time.UTC)) {
		t.Errorf("winter times %v, %v", a.At, a.OpenedAt)
	}
	if !b.At.Equal(time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC)) {
		t.Errorf("summer time %v", b.At)
	}
	if !a.ClosedAt.IsZero() || !b.ClosedAt.Equal(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("the final value was replayed as %v, then %v", a.ClosedAt, b.ClosedAt)
	}
	if a.Impact != 3 || a.Urgency != 2 || a.Priority != 0 || !*a.MadeSLA || *b.MadeSLA {
		t.Errorf("grades of %+v", a)
	}
	if len(a.References) != 0 || len(b.References) != 1 || b.References[0] != (Reference{"change", "caused_by", "C-7"}) || b.By != "" {
		t.Errorf("references %v, %v; by %q", a.References, b.References, b.By)
	}
	if a.Line != 2 || b.Line != 5 {
		t.Errorf("lines %d, %d", a.Line, b.Line)
	}
	if a.Hash == b.Hash {
		t.Error("two rows have one hash")
	}
}

func TestAHashDoesNotDependOnTheOrderOfColumns(t *testing.T) {
	t.Parallel()
	const mapping = "system: x\ntime: {formats: [unix]}\ncolumns: {number: n, at: t, state: s}\nstates: {o: {state: new}}\n"
	a, _ := all(t, open(t, mapping, "n,t,s,u\nA1,17,o,5\n"))
	b, _ := all(t, open(t, mapping, "u,s,t,n\n5,o,17,A1\n"))
	c, _ := all(t, open(t, mapping, "u,s,t,n\n6,o,17,A1\n"))
	if a[0].Hash != b[0].Hash || a[0].Hash == c[0].Hash {
		t.Error("hashes do not tell rows apart by their values")
	}
}

func TestABadRowIsRefusedAloneWithItsLineColumnAndReason(t *testing.T) {
	t.Parallel()
	m, err := Named("servicenow")
	if err != nil {
		t.Fatal(err)
	}
	header := strings.Join(m.used(), ",")
	good := func(set map[string]string) string {
		var cells []string
		for _, c := range m.used() {
			v := map[string]string{"number": "INC0000001", "sys_updated_at": "29/2/2016 1:23", "incident_state": "New", "impact": "2 - Medium",
				"urgency": "2 - Medium", "priority": "3 - Moderate", "reopen_count": "0", "reassignment_count": "0"}[c]
			if s, ok := set[c]; ok {
				v = s
			}
			cells = append(cells, v)
		}
		return strings.Join(cells, ",")
	}
	for _, c := range []struct{ name, row, column, reason string }{
		{"no ticket", good(map[string]string{"number": "?"}), "number", "the row names no ticket"},
		{"no time", good(map[string]string{"sys_updated_at": "?"}), "sys_updated_at", "the row names no time"},
		{"no date", good(map[string]string{"sys_updated_at": "30/2/2016 01:23"}), "sys_updated_at", "this is no time as the mapping writes them"},
		{"other impact", good(map[string]string{"impact": "9 - Odd"}), "impact", "the mapping's table does not have this label"},
		{"no count", good(map[string]string{"reopen_count": "-1"}), "reopen_count", "this is no count"},
		{"control character", good(map[string]string{"caller_id": "a\x07b"}), "caller_id", "the value has control characters"},
		{"long name", good(map[string]string{"caller_id": strings.Repeat("x", 201)}), "caller_id", "the value is longer than 200 characters"},
		{"NUL", good(map[string]string{"caller_id": "a\x00b"}), "", string(textfile.ErrNUL)},
		{"not UTF-8", good(map[string]string{"caller_id": "a\xffb"}), "", string(textfile.ErrEncoding)},
		{"open quote", good(map[string]string{"caller_id": `"never`}), "", string(textfile.ErrOpen)},
		{"stray quote", good(map[string]string{"caller_id": `5" disk "`}), "", string(textfile.ErrStray)},
		{"text after a quote", good(map[string]string{"caller_id": `"a"b`}), "", string(textfile.ErrStray)},
		{"too few columns", "INC1,New", "", fmt.Sprintf("the row has 2 columns and the header %d", len(m.used()))},
		{"huge row", good(map[string]string{"location": strings.Repeat("y", textfile.MaxRowBytes)}), "", string(textfile.ErrTooLong)},
		{"huge value", good(map[string]string{"location": strings.Repeat("y", maxValue+1)}), "location", "the value is longer than 100,000 bytes"},
	} {
		r, err := NewReader(strings.NewReader(header+"\n"+good(nil)+"\n"+c.row+"\n"+good(map[string]string{"number": "INC0000002"})+"\n"), m)
		if err != nil {
			t.Fatal(err)
		}
		rows, refused := all(t, r)
		if len(rows) != 2 || rows[1].Number != "INC0000002" || rows[1].Line != 4 {
			t.Errorf("%s: %d rows are good", c.name, len(rows))
		}
		if len(refused) != 1 || refused[0] != (Refusal{3, c.column, c.reason}) {
			t.Errorf("%s: refused %v", c.name, refused)
		}
	}
}

func TestABadFileIsRefusedWhole(t *testing.T) {
	t.Parallel()
	m, err := Named("servicenow")
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"empty": "", "blank": "\n\n", "binary": "\x89PNG\r\n\x1a\n\x00\x00\x00", "other columns": "a,b,c\n1,2,3\n",
		"not UTF-8": "n\xffumber,b\n", "open quote": "\"number,b\nx,y\n", "twice": "number," + strings.Join(m.used(), ",") + "\n",
	} {
		if _, err := NewReader(strings.NewReader(file), m); !errors.Is(err, ErrFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMappingIsCheckedWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ yaml, say string }{
		"unknown key":   {strings.Replace(foreign, "order:", "ordre:", 1), "ordre"},
		"no number":     {strings.Replace(foreign, "number: Ticket", "service: Ticket", 1), "columns.number"},
		"bad system":    {strings.Replace(foreign, "helpstar", "Help Star", 1), "system"},
		"bad zone":      {strings.Replace(foreign, "Europe/Berlin", "Europe/Nowhere", 1), "time.zone"},
		"bad time":      {strings.Replace(foreign, "dd.MM.yyyy HH:mm", "2006-01-02", 1), "time.formats"},
		"bad link":      {strings.Replace(foreign, "link: caused_by", "link: likes", 1), "references"},
		"bad grade":     {strings.Replace(foreign, "one: 3", "one: 7", 1), "impact"},
		"unused final":  {strings.Replace(foreign, "final: {Done:", "final: {Dune:", 1), "final"},
		"two delimiter": {strings.Replace(foreign, `";"`, `";;"`, 1), "delimiter"},
		"not YAML":      {"a: [", ""},
		"an alias":      {"system: &x y\nfile: {delimiter: *x}\n", "aliases"},
		"not text":      {"system: \xff", "UTF-8"},
		"a list":        {"- a\n- b\n", ""},
		"empty":         {"", "system"},
	} {
		if _, err := ParseMapping("test", []byte(c.yaml)); !errors.Is(err, ErrMapping) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Named("nosuch"); !errors.Is(err, ErrMapping) || !strings.Contains(err.Error(), "servicenow") {
		t.Error("an unknown name does not say which there are")
	}
}

func TestTimePatterns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pattern, text, want string }{
		{"d/M/yyyy HH:mm", "5/3/2016 9:07", "2016-03-05T09:07:00Z"},
		{"dd.MM.yy HH.mm.ss", "05.03.16 09.07.30", "2016-03-05T09:07:30Z"},
		{"MMM d, yyyy h:mm a", "Mar 5, 2016 9:07 PM", "2016-03-05T21:07:00Z"},
		{"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2016-03-05T09:07:30.250+02:00", "2016-03-05T07:07:30.25Z"},
		{"rfc3339", "2016-03-05T09:07:30-01:00", "2016-03-05T10:07:30Z"},
		{"unix", "1457168850.5", "2016-03-05T09:07:30.5Z"},
	} {
		l, err := textfile.ParseLayout(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got, ok := l.Parse(c.text, time.UTC); !ok || got.Format(time.RFC3339Nano) != c.want {
			t.Errorf("%s: %v, %v", c.pattern, got, ok)
		}
	}
	for _, bad := range []string{"", "2006", "QQ", "yyyy'", "yyyy'04'", "SSS", "   "} {
		if _, err := textfile.ParseLayout(bad); err == nil {
			t.Errorf("%q is taken for a pattern", bad)
		}
	}
}

func FuzzARowNeverBreaksTheReader(f *testing.F) {
	f.Add("T#1;2026-03-01T08:00:00;open;\"a\";b;c;d;one;-;-;yes;-;x\r\n")
	f.Add("\"\"\"\n;;\x00\n\xff\n\"a\nb\";c\n")
	m, err := ParseMapping("test", []byte(foreign))
	if err != nil {
		f.Fatal(err)
	}
	header, _, _ := strings.Cut(foreignLog, "\n")
	f.Fuzz(func(t *testing.T, body string) {
		r, err := NewReader(strings.NewReader(header+"\n"+body), m)
		if err != nil {
			t.Fatal(err)
		}
		lines := 1
		rows, refused := all(t, r)
		for _, row := range rows {
			if row.Number == "" || row.At.IsZero() || row.State.State == "" || row.Line <= lines {
				t.Fatalf("row %+v after line %d", row, lines)
			}
			lines = row.Line
		}
		if len(rows)+len(refused) != r.Rows() {
			t.Fatalf("%d rows, %d refused, %d read", len(rows), len(refused), r.Rows())
		}
		if want := int64(len(header) + 1 + len(body)); r.Bytes() != want {
			t.Fatalf("read %d of %d bytes", r.Bytes(), want)
		}
	})
}

func FuzzAMappingIsUsableOrRefused(f *testing.F) {
	f.Add(foreign)
	raw, err := os.ReadFile("mappings/servicenow.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(raw))
	f.Add("system: [\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMapping("fuzz", []byte(text))
		if err != nil {
			if !errors.Is(err, ErrMapping) {
				t.Fatal(err)
			}
			return
		}
		if r, err := NewReader(strings.NewReader(strings.Join(m.used(), m.File.Delimiter)+"\nx\n"), m); err == nil {
			all(t, r)
		}
	})
}
