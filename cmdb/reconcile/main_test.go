package reconcile_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}

const machines = `
streams:
  machines:
    columns: [Key, Name]
    key: Key
    class: [Class, =server]
    status: {from: Status, table: {up: live, down: under_maintenance, gone: disposed}}
    values: {name: Name, serial: Serial, asset_tag: Tag, memory_gb: Memory, address: Address, owner: Owner}
    relations: [{type: uses, to: [{row: machines, key: Uses}, {name: UsesName}]}, {type: located_in, to: [{row: machines, key: In}]}]
    groups: [{key: "{Group}", name: Group}]
`

// desk is a world with sources.
type desk struct {
	*world.World
	t *testing.T
	m *cifile.Mapping
}

func newDesk(t *testing.T, w *world.World, sources ...reconcile.Source) *desk {
	t.Helper()
	m, err := cifile.ParseMapping("machines", []byte(machines))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{w, t, m}
	for _, s := range sources {
		if _, err := w.Sources.SetSource(w.As("ada"), s); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func scan(key string) reconcile.Source {
	return reconcile.Source{Key: key, Name: strings.ToUpper(key), RetireShare: 100}
}

func (d *desk) propose(source, file string) reconcile.Run {
	d.t.Helper()
	r, err := d.Sources.Propose(d.As("omar"), reconcile.ProposeInput{Source: source, Name: "machines.csv", File: strings.NewReader(file), Mapping: d.m})
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func (d *desk) apply(r reconcile.Run) reconcile.Run {
	d.t.Helper()
	r, err := d.Sources.Apply(d.As("omar"), reconcile.ApplyInput{Ref: r.Ref, Confirm: true})
	if err != nil || r.State != reconcile.Applied {
		d.t.Fatal(r, err)
	}
	return r
}

func (d *desk) undo(r reconcile.Run) reconcile.Run {
	d.t.Helper()
	r, err := d.Sources.Undo(d.As("omar"), reconcile.UndoInput{Ref: r.Ref})
	if err != nil || r.State != reconcile.Undone {
		d.t.Fatal(r, err)
	}
	return r
}

// counts are the items of a run by action; zeros are left out.
func (d *desk) counts(r reconcile.Run, want map[string]int64) {
	d.t.Helper()
	for k, n := range r.Summary.Items {
		if want[k] != n {
			d.t.Errorf("%s: %d, want %d", k, n, want[k])
		}
	}
	for k, n := range want {
		if r.Summary.Items[k] != n {
			d.t.Errorf("%s: %d, want %d", k, r.Summary.Items[k], n)
		}
	}
}

func (d *desk) items(r reconcile.Run, action string) []reconcile.Item {
	d.t.Helper()
	list, err := d.Sources.Items(d.As("otto"), r.Ref, action, 0, 1000)
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

func (d *desk) state() string {
	d.t.Helper()
	h, err := d.CMDB.StateHash(d.System())
	if err != nil {
		d.t.Fatal(err)
	}
	return h
}

func (d *desk) item(number string) cmdb.CI {
	d.t.Helper()
	c, err := d.CMDB.Get(d.System(), number)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d *desk) events() int {
	d.t.Helper()
	var n int
	if err := d.DB.Writer().QueryRow("select count(*) from audit_events").Scan(&n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

func (d *desk) refused(err error, want *domain.Error) {
	d.t.Helper()
	if !errors.Is(err, want) {
		d.t.Errorf("%v, want %s", err, want.Code)
	}
}
