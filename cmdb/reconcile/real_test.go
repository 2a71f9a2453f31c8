package reconcile_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// real unpacks a file of the shared data; without the folder the test says so and skips.
func real(t *testing.T, args ...string) []byte {
	t.Helper()
	dir := os.Getenv("CABINET_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	file := filepath.Join(dir, "cmdb", args[len(args)-1])
	if _, err := os.Stat(file); err != nil {
		t.Skipf("the real files are not here (%s): set CABINET_SHARED_DATA to the folder of shared data", file)
	}
	args[len(args)-1] = file
	raw, err := exec.Command(args[0], args[1:]...).Output()
	if err != nil {
		t.Fatalf("unpack %s: %v", file, err)
	}
	return raw
}

func (d *desk) proposeFile(source, mapping, name string, raw []byte) reconcile.Run {
	d.t.Helper()
	m, err := cifile.Named(mapping)
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := d.Sources.Propose(d.As("omar"), reconcile.ProposeInput{Source: source, Name: name, File: bytes.NewReader(raw), Mapping: m, Part: mapping == "snipe-it"})
	if err != nil {
		d.t.Fatal(name, err)
	}
	rows := int64(0)
	for _, n := range r.Summary.Items {
		rows += n
	}
	for _, s := range r.Summary.Skipped {
		if rows += int64(s.Rows); s.Reason == "" {
			d.t.Errorf("%s: skipped without a reason", s.Stream)
		}
	}
	if gone := r.Summary.Items[reconcile.Gone] + r.Summary.Items[reconcile.Retired]; rows-gone != int64(r.Summary.Rows) {
		d.t.Errorf("%s: %d rows, %d accounted for", name, r.Summary.Rows, rows-gone)
	}
	for _, action := range []string{reconcile.Refused, reconcile.Conflicting} {
		for _, i := range d.items(r, action) {
			d.t.Logf("%s line %d: %s (%s %s)", name, i.Line, action, i.Proposal.Column, i.Proposal.Reason)
		}
	}
	return r
}

func (d *desk) count(query string) int64 {
	d.t.Helper()
	f, err := cmdb.ParseQuery(query)
	if err != nil {
		d.t.Fatal(err)
	}
	n, _, err := d.CMDB.Totals(d.System(), f, d)
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

func TestARealNetworkComesInOnceAndGoesWithoutATrace(t *testing.T) {
	raw := real(t, "xz", "-dc", "netbox-demo-v3.6.json.xz")
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("netbox"))
		before := d.state()
		r := d.proposeFile("netbox", "netbox", "netbox.json", raw)
		if r.Summary.Rows != 6408 || d.state() != before || d.events() == 0 {
			t.Errorf("%+v", r.Summary)
		}
		d.counts(r, map[string]int64{reconcile.Fresh: 24 + 4 + 42 + 4 + 72 + 32 + 180 + 29})
		if r.Summary.Ties[reconcile.Unresolved]+r.Summary.Ties[reconcile.Refused] != 0 {
			t.Errorf("%+v", r.Summary.Ties)
		}
		w.Clock.Advance(time.Minute)
		r = d.apply(r)
		if r.Summary.Failed != 0 {
			t.Errorf("%+v", r.Summary)
		}
		for query, want := range map[string]int64{"class=virtual_machine": 180, "class=hardware": 72, "class=network_device": 58, "class=server": 1, "class=circuit": 29, "attr.type=rack": 42, "attr.type=site": 24,
			"group=tenant-nc-state": d.tenants(t, raw, "nc-state"), "class=cluster": 32, "attr.manufacturer=Cisco": 26} {
			if got := d.count(query); got != want {
				t.Errorf("%s: %d, want %d", query, got, want)
			}
		}
		imported, events := d.state(), d.events()
		w.Clock.Advance(time.Minute)
		again := d.apply(d.proposeFile("netbox", "netbox", "netbox.json", raw))
		d.counts(again, map[string]int64{reconcile.Unchanged: 387})
		if d.state() != imported || d.events() != events || again.Summary.Ties[reconcile.Fresh]+again.Summary.Ties[reconcile.Ended] != 0 {
			t.Errorf("a second time something changes: %d events, %+v", d.events()-events, again.Summary)
		}
		w.Clock.Advance(time.Minute)
		d.undo(r)
		if d.state() != before {
			t.Error("undoing left something behind")
		}
		w.VerifyLog()
		w.Clock.Advance(time.Minute)
		back := d.apply(d.proposeFile("netbox", "netbox", "netbox.json", raw))
		if back.Summary.Failed != 0 || d.item("CI-000001").Facts.Presence != cmdb.Present || d.count("class=server") != 1 {
			t.Errorf("%+v", back.Summary)
		}
		if c, err := d.CMDB.Get(w.System(), "CI-000388"); err == nil {
			t.Errorf("a number was given out again: %+v", c)
		}
		w.VerifyLog()
	})
}

// tenants counts the items of a tenant in the file itself.
func (d *desk) tenants(t *testing.T, raw []byte, slug string) (n int64) {
	t.Helper()
	m, err := cifile.Named("netbox")
	if err != nil {
		t.Fatal(err)
	}
	_, err = cifile.Read(cifile.Input{File: bytes.NewReader(raw)}, m, func(r cifile.Row) error {
		for _, g := range r.Groups {
			if g.Key == "tenant-"+slug {
				n++
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Fatal(n, err)
	}
	return n
}

func TestRealAssetListsComeInRowByRow(t *testing.T) {
	file := func(t *testing.T, name string) []byte {
		return real(t, "tar", "-xJO", "--wildcards", "*/"+name, "-f", "snipe-it-clean-csvs.tar.xz")
	}
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("snipe"))
		before := d.state()
		var done []reconcile.Run
		for _, x := range []struct {
			name string
			rows int
			want map[string]int64
		}{
			{"users-sample.csv", 100, map[string]int64{reconcile.APerson: 100}}, {"locations-sample.csv", 19, map[string]int64{reconcile.Fresh: 19}}, {"models-sample.csv", 20, map[string]int64{}},
			{"assets-sample.csv", 22, nil}, {"licenses-sample.csv", 0, nil}, {"accessories-sample.csv", 0, nil}, {"consumables-sample.csv", 0, nil}, {"components-sample.csv", 1, nil},
		} {
			r := d.proposeFile("snipe", "snipe-it", x.name, file(t, x.name))
			t.Logf("%s: %+v", x.name, r.Summary)
			if x.rows > 0 && r.Summary.Rows != x.rows {
				t.Errorf("%s: %d rows", x.name, r.Summary.Rows)
			}
			if x.want != nil {
				d.counts(r, x.want)
			}
			w.Clock.Advance(time.Minute)
			done = append(done, d.apply(r))
		}
		for _, name := range []string{"assets-sample.csv", "licenses-sample.csv", "locations-sample.csv"} {
			if r := d.proposeFile("snipe", "snipe-it", name, file(t, name)); r.Summary.Items[reconcile.Fresh]+r.Summary.Items[reconcile.Changed] != 0 {
				t.Errorf("%s a second time: %+v", name, r.Summary)
			}
		}
		w.Clock.Advance(time.Minute)
		for i := range done {
			d.undo(done[len(done)-1-i])
		}
		if d.state() != before {
			t.Error("undoing left something behind")
		}
		w.VerifyLog()
	})
}
