package cmdb_test

import (
	"errors"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func merge(t *testing.T, w *world.World, from, into cmdb.CI, values map[string]cmdb.Survivor) {
	t.Helper()
	if _, err := w.CMDB.Merge(w.As("omar"), cmdb.MergeInput{Number: from.Number, Into: into.Number, Reason: "one machine", Values: values}); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, w *world.World, c cmdb.CI) cmdb.CI {
	t.Helper()
	c, err := w.CMDB.Get(w.As("omar"), c.Number)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAMergeTakesValuesOverWithTheirOriginAndGivesThemBackExactly(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		a := item(t, w, "server", "db-01", "memory_gb", "64")
		seen := w.Clock.Now().Add(-72 * time.Hour)
		b, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: "server", Status: cmdb.Live, Values: map[string]string{"name": "db-01.example.org", "serial": "SN-1", "memory_gb": "128", "description": "Orders"},
			Origin: cmdb.Origin{Source: "netbox", ObservedAt: seen}})
		if err != nil {
			t.Fatal(err)
		}
		c := item(t, w, "server", "db1", "description", "Old orders")
		before := state(t, w)
		for _, bad := range []map[string]cmdb.Survivor{{"memory_gb": "mine"}, {"asset_tag": cmdb.FromGoing}, {"colour": cmdb.FromGoing}} {
			if _, err := w.CMDB.Merge(w.As("omar"), cmdb.MergeInput{Number: b.Number, Into: a.Number, Reason: "x", Values: bad}); !errors.Is(err, cmdb.ErrMerge) {
				t.Errorf("%v: %v", bad, err)
			}
		}
		w.Clock.Advance(time.Hour)
		merge(t, w, b, a, map[string]cmdb.Survivor{"memory_gb": cmdb.FromGoing, "description": cmdb.FromStaying})
		f := get(t, w, a).Facts
		if f.Name != "db-01" || f.Serial != "SN-1" || f.Text("memory_gb") != "128" || f.Text("description") != "" {
			t.Errorf("%+v", f.Values)
		}
		if v := f.Values["serial"]; v.Source != "netbox" || !v.ObservedAt.Equal(domain.Instant(seen)) {
			t.Errorf("where it is from went astray: %+v", v)
		}
		merge(t, w, c, a, map[string]cmdb.Survivor{"name": cmdb.FromGoing})
		if f := get(t, w, a).Facts; f.Name != "db1" || f.Text("description") != "Old orders" {
			t.Errorf("%+v", f.Values)
		}
		w.Clock.Advance(time.Hour)
		for _, x := range []cmdb.CI{b, c} { // also in another order than back
			if _, err := w.CMDB.Unmerge(w.As("omar"), x.Number, 0, "they were three"); err != nil {
				t.Fatal(err)
			}
		}
		if state(t, w) != before {
			t.Errorf("parting left something behind: %+v", get(t, w, a).Facts.Values)
		}
		w.VerifyLog()
	})
}

func TestWhatSomebodyChangedSinceAMergeStays(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		a, b, c := item(t, w, "server", "a"), item(t, w, "server", "b", "serial", "SN-1", "memory_gb", "8"), item(t, w, "server", "c")
		merge(t, w, b, a, nil)
		if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: a.Number, Values: map[string]string{"memory_gb": "16"}}); err != nil {
			t.Fatal(err)
		}
		merge(t, w, a, c, nil)
		if _, err := w.CMDB.Unmerge(w.As("omar"), b.Number, 0, ""); !errors.Is(err, cmdb.ErrMerge) {
			t.Errorf("parted from what is itself merged: %v", err)
		}
		for _, x := range []cmdb.CI{a, b} {
			if _, err := w.CMDB.Unmerge(w.As("omar"), x.Number, 0, ""); err != nil {
				t.Fatal(err)
			}
		}
		if f := get(t, w, a).Facts; f.Serial != "" || f.Text("memory_gb") != "16" {
			t.Errorf("%+v", f.Values)
		}
		w.VerifyLog()
	})
}

func TestRecordsOfAMergedItemAreThoseOfTheOneItLivesOnIn(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		a, b := item(t, w, "server", "db-01"), item(t, w, "server", "db-01.example.org")
		n := w.Report("ann", "Slow").Ticket.Number
		add := func(ci cmdb.CI, role ticket.CIRole) ticket.Ticket {
			t.Helper()
			x, err := w.Tickets.AddCI(w.As("amir"), n, ci.Number, role)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		add(b, ticket.Affected)
		about := func(ci cmdb.CI) (found int) {
			t.Helper()
			for _, q := range []string{"ci=", "ci_impact="} {
				f, err := ticket.ParseQuery(q + ci.Number)
				if err != nil {
					t.Fatal(err)
				}
				p, err := w.Tickets.List(w.As("amir"), f, w)
				if err != nil {
					t.Fatal(err)
				}
				found += len(p.Tickets)
			}
			r, err := w.Tickets.RepairsOf(w.As("amir"), []domain.CIID{ci.ID}, w.Clock.Now().Add(-time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			return found + r[ci.ID].Failures
		}
		if about(a) != 0 || about(b) != 3 {
			t.Error(about(a), about(b))
		}
		merge(t, w, b, a, nil)
		if about(a) != 3 {
			t.Error("the records did not come along", about(a))
		}
		was := add(a, ticket.Affected)
		if again := add(b, ticket.Affected); again.Version != was.Version {
			t.Error("the record names it twice")
		}
		if x, err := w.Tickets.RemoveCI(w.As("amir"), n, a.Number); err != nil || about(a) != 0 {
			t.Error(x, err)
		}
		add(a, ticket.Impacted)
		if _, err := w.CMDB.Unmerge(w.As("omar"), b.Number, 0, ""); err != nil {
			t.Fatal(err)
		}
		if about(a) != 2 || about(b) != 0 {
			t.Error(about(a), about(b))
		}
	})
}

func TestItemsThatWereToldApartStayApartUntilTheyHaveMoreInCommon(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		a, b, c := item(t, w, "printer", "Printer"), item(t, w, "printer", "Printer"), item(t, w, "printer", "Plotter")
		for _, x := range []struct {
			login, reason string
			items         []string
			want          error
		}{
			{"omar", "", []string{a.Number, b.Number}, domain.ErrMissing}, {"omar", "x", []string{a.Number}, cmdb.ErrNotAlike}, {"omar", "x", []string{a.Number, c.Number}, cmdb.ErrNotAlike},
			{"omar", "x", []string{a.Number, a.Number}, cmdb.ErrNotAlike}, {"amir", "x", []string{a.Number, b.Number}, domain.ErrForbidden}, {"otto", "x", []string{a.Number, b.Number}, domain.ErrForbidden},
			{"ann", "x", []string{a.Number, b.Number}, domain.ErrForbidden}, {"omar", "x", []string{a.Number, "CI-999999"}, domain.ErrNotFound},
		} {
			if _, err := w.CMDB.TellApart(w.As(x.login), x.items, x.reason); !errors.Is(err, x.want) {
				t.Errorf("%+v: %v", x, err)
			}
		}
		told, err := w.CMDB.TellApart(w.As("omar"), []string{b.Number, a.Number, c.Number}, "One is in Berlin.")
		if err != nil || len(told) != 1 || told[0].AID != a.ID || told[0].BID != b.ID || told[0].ByID != w.ID("omar") {
			t.Fatalf("%+v, %v", told, err)
		}
		if again, err := w.CMDB.TellApart(w.As("tess"), []string{a.Number, b.Number}, "So it is."); err != nil || again[0].Version != 1 {
			t.Errorf("the same again is no event: %+v, %v", again, err)
		}
		try := func(into cmdb.CI) error {
			_, err := w.CMDB.Merge(w.As("omar"), cmdb.MergeInput{Number: b.Number, Into: into.Number, Reason: "one"})
			return err
		}
		if err := try(a); !errors.Is(err, cmdb.ErrApart) {
			t.Errorf("%v", err)
		}
		if list, items, err := w.CMDB.Told(w.As("omar"), 0, 5); err != nil || len(list) != 1 || items[a.ID].Number != a.Number {
			t.Errorf("%+v, %v", list, err)
		}
		if list, _, err := w.CMDB.Told(w.As("omar"), told[0].ID, 5); err != nil || len(list) != 0 {
			t.Errorf("the page after the last one: %+v, %v", list, err)
		}
		if _, _, err := w.CMDB.Told(w.As("amir"), 0, 5); !errors.Is(err, domain.ErrForbidden) {
			t.Error(err)
		}
		w.VerifyLog()
		// Through a third one that holds it, too.
		merge(t, w, a, c, nil)
		if err := try(c); !errors.Is(err, cmdb.ErrApart) {
			t.Errorf("%v", err)
		}
		if _, err := w.CMDB.Unmerge(w.As("omar"), a.Number, 0, ""); err != nil {
			t.Fatal(err)
		}
		// A common serial number is something else than a common name: whoever merges them now answers it.
		for _, x := range []cmdb.CI{a, b} {
			if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: x.Number, Values: map[string]string{"serial": "SN-77"}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := try(a); err != nil {
			t.Fatal(err)
		}
		if list, _, err := w.CMDB.Told(w.As("omar"), 0, 5); err != nil || len(list) != 0 {
			t.Errorf("merged and told apart: %+v, %v", list, err)
		}
		if _, err := w.CMDB.Unmerge(w.As("omar"), b.Number, 0, ""); err != nil {
			t.Fatal(err)
		}
		if told, err = w.CMDB.TellApart(w.As("tess"), []string{a.Number, b.Number}, "The label was copied."); err != nil || told[0].Version != 3 || len(told[0].Evidence) != 2 {
			t.Fatalf("%+v, %v", told, err)
		}
		for i, want := range []error{nil, domain.ErrNotFound} {
			if _, err := w.CMDB.TakeBack(w.As("omar"), told[0].Ref, "They are one after all."); !errors.Is(err, want) {
				t.Errorf("taken back, time %d: %v", i+1, err)
			}
		}
		if _, err := w.CMDB.TakeBack(w.As("omar"), "nothing", ""); !errors.Is(err, domain.ErrNotFound) {
			t.Error(err)
		}
		if err := try(a); err != nil {
			t.Error(err)
		}
		w.VerifyLog()
	})
}
