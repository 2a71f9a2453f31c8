package audit_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestAFactBecomesAnEventWithItsValuesAndWaitsInTheOutbox(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		f := renamed("ber", 1, "", "Berlin \"Mitte\"\n\x00é")
		f.ID = audit.NewID(testkit.Epoch)
		emit(t, d, f)
		e, err := l.Find(desk(), "site", "ber", 1)
		if err != nil {
			t.Fatal(err)
		}
		if e.ID != f.ID || e.Actor != "usr_bob" || e.Via != "ui" || !e.RecordedAt.Equal(testkit.Epoch) || e.Index != -1 {
			t.Errorf("got %+v", e)
		}
		want := []audit.Change{{Field: "name", After: "Berlin \"Mitte\"\n\x00é", Subject: "usr_ann"}}
		if !slices.Equal(e.Changes, want) {
			t.Errorf("changes %+v", e.Changes)
		}
		leaf, err := audit.ParseLeaf(e.Leaf)
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Leaf) > 600 || strings.Contains(string(e.Leaf), "Berlin") || strings.Contains(string(e.Leaf), "Bob") {
			t.Errorf("the leaf of %d bytes tells more than identifiers: %s", len(e.Leaf), e.Leaf)
		}
		if !slices.Equal(leaf.Scope, []string{"SOX", "team:network"}) || leaf.Authn != "password" || leaf.MAC == "" {
			t.Errorf("leaf %s", e.Leaf)
		}
		var salt []byte
		var value string
		if err := d.SQL(desk()).QueryRowContext(desk(), "select salt, value from audit_private where field = 'name'").Scan(&salt, &value); err != nil {
			t.Fatal(err)
		}
		if audit.Commit(salt, "name", value) != leaf.Commitments["name"] {
			t.Error("the commitment does not match its value")
		}
		if err := d.SQL(desk()).QueryRowContext(desk(), "select salt from audit_private where field = '#state'").Scan(&salt); err != nil {
			t.Fatal(err)
		}
		if audit.HashState(salt, f.State) != leaf.StateHash {
			t.Error("the hash of the state does not match")
		}
		var waiting string
		if err := d.SQL(desk()).QueryRowContext(desk(), "select event_id from audit_outbox").Scan(&waiting); err != nil || waiting != f.ID {
			t.Errorf("in the outbox: %q, %v", waiting, err)
		}
	})
}

func TestAnImportSaysWhoAndWhen(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		f := renamed("ber", 1, "", "Berlin")
		f.By, f.OccurredAt = "otrs:17", testkit.Epoch.Add(-48*time.Hour)
		emit(t, d, f)
		e, err := l.Find(desk(), "site", "ber", 1)
		if err != nil || e.Actor != "otrs:17" || !e.OccurredAt.Equal(f.OccurredAt) || !e.RecordedAt.Equal(testkit.Epoch) {
			t.Errorf("got %+v, %v", e, err)
		}
	})
}

func TestASecondEventForTheSameVersionIsStale(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		open(t, d)
		emit(t, d, renamed("ber", 1, "", "Berlin"))
		err := d.Do(desk(), func(ctx context.Context) error { return d.Emit(ctx, renamed("ber", 1, "", "Bonn")) })
		if !errors.Is(err, domain.ErrStale) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestManyFactsAtOnceAreAllKept(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		var facts []domain.Fact
		for i := range 777 {
			facts = append(facts, renamed(site(i), 1, "", site(i)))
		}
		emit(t, d, facts...)
		seen, after := 0, ""
		for {
			page, err := l.Events(desk(), audit.Filter{Type: "site.renamed", After: after, Limit: 100, OldestFirst: true})
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				if e.Entity != site(seen) || e.Changes[0].After != site(seen) {
					t.Fatalf("event %d is of %s: %+v", seen, e.Entity, e.Changes)
				}
				seen++
			}
			after = page[len(page)-1].ID
		}
		if seen != 777 {
			t.Errorf("%d events", seen)
		}
	})
}

func TestAnEventThatIsNoEventIsRefused(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		open(t, d)
		for name, spoil := range map[string]func(*fact){
			"no type":           func(f *fact) { f.Type = "" },
			"no record":         func(f *fact) { f.Entity = "" },
			"no version":        func(f *fact) { f.Version = 0 },
			"text in the type":  func(f *fact) { f.Type = "a\nb" },
			"unknown audience":  func(f *fact) { f.Visibility = "everyone" },
			"field twice":       func(f *fact) { f.Fields = append(f.Fields, f.Fields[0]) },
			"reserved field":    func(f *fact) { f.Fields[0].Field = "#state" },
			"very long subject": func(f *fact) { f.Entity = strings.Repeat("x", 201) },
		} {
			f := renamed("ber", 1, "", "Berlin")
			spoil(&f)
			err := d.Do(desk(), func(ctx context.Context) error { return d.Emit(ctx, f) })
			if !errors.Is(err, audit.ErrEvent) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestIdentifiersAreUniqueAndInOrder(t *testing.T) {
	t.Parallel()
	now := testkit.Epoch
	last := ""
	for i := range 20000 {
		if i%100 == 0 {
			now = now.Add(time.Duration(i%7-3) * time.Millisecond) // clocks also go back
		}
		id := audit.NewID(now)
		if len(id) != 26 || id <= last {
			t.Fatalf("%q after %q", id, last)
		}
		last = id
	}
}
