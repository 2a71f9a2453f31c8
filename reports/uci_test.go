package reports_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/internal/app/imports"
	"github.com/cabinetdesk/cabinet/internal/channels/eventlog"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
	"github.com/cabinetdesk/cabinet/reports"
)

// realLog unpacks the real event log; without the folder of shared data the test says so and skips.
func realLog(t *testing.T) []byte {
	t.Helper()
	dir := os.Getenv("CABINET_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	path := filepath.Join(dir, "uci-incident-event-log", "incident_event_log.csv.xz")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the real event log is not here (%s): set CABINET_SHARED_DATA to the folder of shared data", path)
	}
	raw, err := exec.Command("xz", "-dc", path).Output()
	if err != nil {
		t.Fatalf("unpack %s: %v", path, err)
	}
	return raw
}

func TestTheRealLogGivesTheKnownFiguresAndASecondRunIsANoOp(t *testing.T) {
	t.Parallel()
	raw := realLog(t)
	wanted, err := os.ReadFile("testdata/uci-expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var want reports.Summary
	if err := json.Unmarshal(wanted, &want); err != nil {
		t.Fatal(err)
	}
	mapping, err := eventlog.Named("servicenow")
	if err != nil {
		t.Fatal(err)
	}
	world.Each(t, func(t *testing.T, w *world.World) {
		bring := func() imports.Report {
			rep, err := imports.Run(operator(), w.Imports(), imports.Source{Name: "incident_event_log.csv", File: bytes.NewReader(raw), Mapping: mapping})
			if err != nil {
				t.Fatal(err)
			}
			return rep
		}
		if rep := bring(); rep.RowsRead != 141712 || rep.Applied != 141712 || rep.Refused != 0 {
			t.Fatalf("%+v", rep)
		}
		got, err := w.Reports.IncidentSummary(operator())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			a, _ := json.Marshal(got)
			b, _ := json.Marshal(want)
			t.Errorf("got\n%s\nwant\n%s", a, b)
		}
		before := counts(t, w)
		if rep := bring(); rep.Applied != 0 || rep.Unchanged != 141712 || rep.Refused != 0 {
			t.Errorf("the second run: %+v", rep)
		}
		if after := counts(t, w); !reflect.DeepEqual(before, after) {
			t.Errorf("the second run changed %v to %v", before, after)
		}
		sample(t, w)
		if !w.DB.IsPostgres() { // once is enough for that many events: the smaller imports verify the log on both databases
			w.VerifyLog()
		}
		if err := got.Print(io.Discard); err != nil {
			t.Error(err)
		}
	})
}

// counts is how many rows each table has that an import writes, and what their versions sum up to.
func counts(t *testing.T, w *world.World) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for name, q := range map[string]string{"tickets": "select sum(version) from tickets", "events": "select count(*) from audit_events", "values": "select count(*) from audit_private",
		"people": "select sum(version) from users", "teams": "select sum(version) from teams", "links": "select count(*) from ticket_links",
		"participants": "select count(*) from participants", "refs": "select count(*) from import_refs", "rows": "select count(*) from imported_rows",
		"problems": "select count(*) from problems", "changes": "select count(*) from changes"} {
		var n int64
		if err := w.DB.SQL(operator()).QueryRowContext(operator(), q).Scan(&n); err != nil {
			t.Fatal(err)
		}
		out[name] = n
	}
	// Known of the file: 252 problems are named; 181 changes as rfc and one more as caused_by only; 577 pairs of an incident and one of them.
	for name, want := range map[string]int64{"problems": 252, "changes": 182, "rows": 141712, "links": 577} {
		if out[name] != want {
			t.Errorf("%d %s, want %d", out[name], name, want)
		}
	}
	return out
}

// sample compares the lives of incidents with those that the file's description lists.
func sample(t *testing.T, w *world.World) {
	t.Helper()
	rows, err := w.DB.SQL(operator()).QueryContext(operator(), "select state_to, occurred_at from audit_events where entity_kind = 'incident' and entity = 'INC0000045' order by entity_version")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var got []string
	for rows.Next() {
		var state string
		var at time.Time
		if err := rows.Scan(&state, &at); err != nil {
			t.Fatal(err)
		}
		got = append(got, at.Format("2/1/2006 15:04 ")+state)
	}
	want := []string{"29/2/2016 01:23 new", "29/2/2016 08:53 resolved", "29/2/2016 11:29 resolved", "5/3/2016 12:00 closed"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("INC0000045 lived %v", got)
	}
}
