package cmdb_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// item registers a live item of a class by name.
func item(t *testing.T, w *world.World, class, name string, more ...string) cmdb.CI {
	t.Helper()
	values := map[string]string{"name": name}
	for i := 0; i+1 < len(more); i += 2 {
		values[more[i]] = more[i+1]
	}
	c, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: class, Status: cmdb.Live, Values: values})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func names(p cmdb.Page) (out []string) {
	for _, c := range p.Items {
		out = append(out, c.Facts.Name)
	}
	return out
}

func list(t *testing.T, w *world.World, login, query string) []string {
	t.Helper()
	f, err := cmdb.ParseQuery(query)
	if err != nil {
		t.Fatal(query, err)
	}
	p, err := w.CMDB.List(w.As(login), f, w)
	if err != nil {
		t.Fatal(query, err)
	}
	return names(p)
}

func TestAnItemLivesFromPlanToDisposal(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: "server", Values: map[string]string{"name": "db-01", "memory_gb": "064", "tags": "sox", "address": "10.1.2.3"}})
		if err != nil || c.Number != "CI-000001" || c.Facts.Status != cmdb.Planned || c.Facts.Text("memory_gb") != "64" || c.Facts.Tags != "SOX" {
			t.Fatalf("%+v, %v", c, err)
		}
		if _, err := w.CMDB.Move(w.As("omar"), cmdb.MoveInput{Number: c.Number, Event: "retire", Reason: "old"}); !errors.Is(err, domain.ErrMove) {
			t.Errorf("a planned item retires: %v", err)
		}
		if _, err := w.CMDB.Move(w.As("omar"), cmdb.MoveInput{Number: "ci-1", Event: "go_live"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.CMDB.Move(w.As("omar"), cmdb.MoveInput{Number: "ci-1", Event: "retire"}); !errors.Is(err, domain.ErrMissing) {
			t.Errorf("without a reason: %v", err)
		}
		if c, err = w.CMDB.Bring(w.As("omar"), c.Number, cmdb.Disposed, "sold", cmdb.Origin{}); err != nil || c.Facts.Status != cmdb.Disposed {
			t.Fatalf("%+v, %v", c, err)
		}
		w.VerifyLog()
	})
}

func TestEveryValueThatDoesNotFitIsNamed(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		_, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: "server", Values: map[string]string{"name": "x", "memory_gb": "lots", "address": "here", "colour": "red"}})
		var e *domain.Error
		if !errors.As(err, &e) || !errors.Is(err, cmdb.ErrValue) || len(e.Fields) != 3 {
			t.Fatalf("%v", err)
		}
		for _, class := range []string{"hardware", "nothing", ""} {
			if _, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: class, Values: map[string]string{"name": "x"}}); !errors.Is(err, cmdb.ErrClass) {
				t.Errorf("%q: %v", class, err)
			}
		}
		if _, err := w.CMDB.Register(w.As("rolf"), cmdb.RegisterInput{Class: "server", Values: map[string]string{"name": "x"}}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a requester registers: %v", err)
		}
	})
}

func TestAnItemAsItWasAndAsItWasKnown(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := item(t, w, "server", "db-01", "memory_gb", "64")
		begun := w.Clock.Now()
		w.Clock.Advance(24 * time.Hour)
		day1 := w.Clock.Now()
		if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: c.Number, Values: map[string]string{"memory_gb": "128"}}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(24 * time.Hour)
		// On day 2 somebody finds out that the machine was renamed half a day before the memory came.
		day2, renamed := w.Clock.Now(), day1.Add(-12*time.Hour)
		if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: c.Number, Values: map[string]string{"name": "db-old"}, Origin: cmdb.Origin{Effective: renamed}}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Hour)
		valid, recorded, err := w.CMDB.Moments(w.As("amir"), c.Number)
		if err != nil || !slices.EqualFunc(valid, []time.Time{begun, renamed, day1}, time.Time.Equal) || !slices.EqualFunc(recorded, []time.Time{begun, day1, day2}, time.Time.Equal) {
			t.Errorf("the stops of the slider: %v; what was recorded: %v, %v", valid, recorded, err)
		}
		for _, x := range []struct {
			at, known  time.Time
			name, size string
		}{
			{begun, time.Time{}, "db-01", "64"}, {renamed, time.Time{}, "db-old", "64"}, {day1, time.Time{}, "db-old", "128"},
			{renamed, day1.Add(time.Minute), "db-01", "64"}, {day1, day1, "db-01", "128"}, {day2, day2, "db-old", "128"}, {time.Time{}, day1, "db-01", "128"},
		} {
			got, err := w.CMDB.At(w.As("amir"), c.Number, cmdb.Moment{At: x.at, Known: x.known})
			if err != nil || got.Facts.Name != x.name || got.Facts.Text("memory_gb") != x.size {
				t.Errorf("at %v as known at %v: %s %s, %v; want %s %s", x.at, x.known, got.Facts.Name, got.Facts.Text("memory_gb"), err, x.name, x.size)
			}
			if !x.at.IsZero() && x.known.IsZero() {
				if got := list(t, w, "amir", "at="+x.at.Format(time.RFC3339Nano)); !slices.Equal(got, []string{x.name}) {
					t.Errorf("the list at %v: %v", x.at, got)
				}
			}
		}
		if _, err := w.CMDB.At(w.As("amir"), c.Number, cmdb.Moment{At: begun.Add(-time.Hour)}); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("before it was there: %v", err)
		}
		if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: c.Number, Values: map[string]string{"name": "y"}, Origin: cmdb.Origin{Effective: day2.Add(48 * time.Hour)}}); !errors.Is(err, cmdb.ErrEffective) {
			t.Errorf("tomorrow: %v", err)
		}
		d, err := w.CMDB.Compare(w.As("amir"), c.Number, cmdb.Moment{At: begun}, cmdb.Moment{})
		if err != nil || len(d.Fields) != 2 {
			t.Errorf("%+v, %v", d, err)
		}
		w.VerifyLog()
	})
}

func TestRelationsAreDatedAndContainmentHasNoLoop(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop, db, rack, room := item(t, w, "application", "Web shop"), item(t, w, "server", "db-01"), item(t, w, "facility", "Rack 7"), item(t, w, "facility", "Room 2")
		relate := func(from cmdb.CI, kind string, to cmdb.CI) (cmdb.Relation, error) {
			return w.CMDB.Relate(w.As("omar"), cmdb.RelateInput{From: from.Number, Type: kind, To: to.Number})
		}
		r, err := relate(shop, "runs_on", db)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := relate(shop, "runs_on", db); err != nil || again.Ref != r.Ref {
			t.Errorf("twice: %+v, %v", again, err)
		}
		for _, x := range []struct {
			from, to cmdb.CI
			ok       error
		}{{db, rack, nil}, {rack, room, nil}, {room, db, cmdb.ErrLoop}, {rack, rack, cmdb.ErrRelation}} {
			if _, err := relate(x.from, "located_in", x.to); !errors.Is(err, x.ok) {
				t.Errorf("%s in %s: %v", x.from.Facts.Name, x.to.Facts.Name, err)
			}
		}
		if _, err := relate(shop, "eats", db); !errors.Is(err, cmdb.ErrRelation) {
			t.Errorf("an unknown type: %v", err)
		}
		before := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		if _, err := w.CMDB.Unrelate(w.As("omar"), cmdb.UnrelateInput{Ref: r.Ref}); err != nil {
			t.Fatal(err)
		}
		count := func(m cmdb.Moment) int {
			_, rows, _, err := w.CMDB.Relations(w.As("amir"), shop.Number, m)
			if err != nil {
				t.Fatal(err)
			}
			return len(rows)
		}
		if count(cmdb.Moment{}) != 0 || count(cmdb.Moment{At: before}) != 1 {
			t.Error("an ended relation")
		}
		w.Clock.Advance(time.Hour)
		if err := w.CMDB.ReinstateRelation(w.As("omar"), r.Ref, "undo", ""); err != nil || count(cmdb.Moment{}) != 1 {
			t.Errorf("reinstated: %v", err)
		}
		if err := w.CMDB.WithdrawRelation(w.As("omar"), r.Ref, "never was", ""); err != nil || count(cmdb.Moment{At: before}) != 0 {
			t.Errorf("withdrawn: %v", err)
		}
		if count(cmdb.Moment{At: before, Known: before}) != 1 {
			t.Error("what was known is unknown")
		}
		w.VerifyLog()
	})
}

func TestMembershipsOfGroupsAreDated(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		erp := item(t, w, "application", "ERP")
		if _, err := w.CMDB.SetGroup(w.As("maya"), cmdb.Group{Key: "financial-systems", Name: "Financial systems"}); err != nil {
			t.Fatal(err)
		}
		day := func(n int) time.Time { return w.Clock.Now().AddDate(0, 0, n) }
		if _, err := w.CMDB.Join(w.As("maya"), cmdb.MemberInput{Group: "financial-systems", Number: erp.Number, From: day(-90), Reason: "books revenue"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.CMDB.Join(w.As("maya"), cmdb.MemberInput{Group: "financial-systems", Number: erp.Number, From: day(-5)}); !errors.Is(err, cmdb.ErrMember) {
			t.Errorf("twice: %v", err)
		}
		if _, err := w.CMDB.Leave(w.As("maya"), cmdb.MemberInput{Group: "financial-systems", Number: erp.Number, Until: day(-10)}); err != nil {
			t.Fatal(err)
		}
		for days, want := range map[int]int{-91: 0, -90: 1, -11: 1, -10: 0, 0: 0} {
			got, err := w.CMDB.Members(w.System(), "financial-systems", cmdb.Moment{At: day(days)})
			if err != nil || len(got) != want {
				t.Errorf("%d days ago: %v, %v", -days, got, err)
			}
		}
		if got := list(t, w, "amir", "group=financial-systems&at="+day(-20).Format("2006-01-02")); len(got) != 0 {
			t.Errorf("the item was not registered then: %v", got)
		}
		if _, err := w.CMDB.Join(w.As("amir"), cmdb.MemberInput{Group: "financial-systems", Number: erp.Number}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an agent groups: %v", err)
		}
		w.VerifyLog()
	})
}

func TestAListFiltersSortsAndPages(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		for _, n := range []string{"Delta", "alpha", "Charlie", "bravo", "echo"} {
			item(t, w, "virtual_machine", n, "vcpus", "4", "criticality", map[bool]string{true: "1", false: "3"}[n == "echo"])
		}
		item(t, w, "server", "anvil", "memory_gb", "64", "serial", "SN-4711", "tags", "PCI SOX")
		item(t, w, "workstation", "Ann's laptop", "used_by", strconv.FormatInt(int64(w.ID("ann")), 10))
		for query, want := range map[string]string{
			"class=virtual_machine":            "alpha bravo Charlie Delta echo",
			"class=hardware&sort=-name":        "anvil Ann's laptop", // whatever the case they are written in
			"attr.vcpus=4&limit=2":             "alpha bravo",
			"attr.memory_gb=64.0":              "anvil",
			"tag=SOX":                          "anvil",
			"tag=SO_":                          "",
			"q=4711":                           "anvil",
			"q=lap":                            "Ann's laptop",
			"sort=criticality&limit=1":         "echo",
			"criticality=3&sort=number":        "Delta alpha Charlie bravo",
			"status=retired":                   "",
			"used_by=none&class=workstation":   "",
			"stale=30&class=server":            "anvil",
			"team=none&class=server":           "anvil",
			"sort=-updated_at&class=server":    "anvil",
			"sort=verified_at&class=server":    "anvil",
			"environment=production,staging":   "",
			"class=server,workstation&limit=9": "Ann's laptop anvil",
		} {
			if got := strings.Join(list(t, w, "amir", query), " "); got != want {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
		before := "&at=" + w.Clock.Now().Format(time.RFC3339Nano)
		w.Clock.Advance(time.Hour)
		for _, sort := range []string{"name", "-name", "number", "-number", "criticality", "-criticality", "updated_at", "-verified_at", "name" + before, "-criticality" + before, "verified_at" + before} {
			var paged []string
			f, err := cmdb.ParseQuery("limit=2&sort=" + sort)
			if err != nil {
				t.Fatal(err)
			}
			for {
				p, err := w.CMDB.List(w.As("amir"), f, w)
				if err != nil {
					t.Fatal(err)
				}
				paged = append(paged, names(p)...)
				if f.After = p.Next; p.Next == "" {
					break
				}
			}
			if whole := list(t, w, "amir", "sort="+sort); !slices.Equal(paged, whole) || len(whole) != 7 {
				t.Errorf("%s: pages %v, whole %v", sort, paged, whole)
			}
		}
		if got := list(t, w, "ann", "sort=name"); !slices.Equal(got, []string{"Ann's laptop"}) {
			t.Errorf("a requester sees their own only: %v", got)
		}
		for _, bad := range []string{"colour=red", "class=zz", "status=broken", "sort=serial", "limit=0", "at=yesterday", "attr.zz=1", "stale=-1", "owner=nobody", "after=!"} {
			f, err := cmdb.ParseQuery(bad)
			if err == nil {
				_, err = w.CMDB.List(w.As("amir"), f, w)
			}
			if domain.KindOf(err) != domain.Invalid {
				t.Errorf("%s: %v", bad, err)
			}
		}
	})
}

func TestAModelThatOrphansValuesIsRefusedWithTheList(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := item(t, w, "network_device", "sw-1", "role", "switch")
		m, version, err := w.CMDB.Model(w.System())
		if err != nil || version != 0 {
			t.Fatal(version, err)
		}
		i := slices.IndexFunc(m.Classes, func(c model.Class) bool { return c.Key == "network_device" })
		wider, narrower := clone(m), clone(m)
		wider.Classes[i].Attributes[0].Options = append(wider.Classes[i].Attributes[0].Options, "bridge")
		narrower.Classes[i].Attributes[0].Options = []string{"router"}
		if _, err := w.CMDB.SetModel(w.As("ada"), 0, narrower, ""); !errors.Is(err, cmdb.ErrModelNarrows) || !strings.Contains(err.Error(), c.Number) {
			t.Fatalf("%v", err)
		}
		if _, err := w.CMDB.SetModel(w.As("omar"), 0, wider, ""); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an owner: %v", err)
		}
		if v, err := w.CMDB.SetModel(w.As("ada"), 0, wider, "we have bridges"); err != nil || v != 1 {
			t.Fatal(v, err)
		}
		if _, err := w.CMDB.SetModel(w.As("ada"), 0, m, ""); !errors.Is(err, domain.ErrStale) {
			t.Errorf("a stale one: %v", err)
		}
		if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: c.Number, Values: map[string]string{"role": "bridge"}}); err != nil {
			t.Error(err)
		}
		w.VerifyLog()
	})
}

func TestTheLogFindsAnItemThatWasEditedBehindTheDesksBack(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := item(t, w, "server", "db-01")
		for _, q := range []string{"update cis set name = 'evil'", "delete from cis", "update ci_revisions set name = 'evil'", "delete from ci_revisions"} {
			if _, err := w.DB.Writer().Exec(q); err == nil {
				t.Errorf("%s was not refused", q)
			}
		}
		if _, err := w.CMDB.Attest(w.As("omar"), c.Number, 0); err != nil {
			t.Fatal(err)
		}
		w.VerifyLog()
	})
}

func clone(m model.Model) model.Model {
	m.Classes = slices.Clone(m.Classes)
	for i := range m.Classes {
		m.Classes[i].Attributes = slices.Clone(m.Classes[i].Attributes)
		for j := range m.Classes[i].Attributes {
			m.Classes[i].Attributes[j].Options = slices.Clone(m.Classes[i].Attributes[j].Options)
		}
	}
	return m
}
