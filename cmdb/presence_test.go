package cmdb_test

import (
	"errors"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func state(t *testing.T, w *world.World) string {
	t.Helper()
	h, err := w.CMDB.StateHash(w.System())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAMergedItemIsPartedAgainExactly(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop, a, b, rack := item(t, w, "application", "Shop"), item(t, w, "server", "db-01"), item(t, w, "server", "db-01.example.org"), item(t, w, "facility", "Rack 7")
		relate := func(from cmdb.CI, kind string, to cmdb.CI) {
			if _, err := w.CMDB.Relate(w.As("omar"), cmdb.RelateInput{From: from.Number, Type: kind, To: to.Number}); err != nil {
				t.Fatal(err)
			}
		}
		relate(shop, "runs_on", a)
		relate(shop, "runs_on", b)
		relate(b, "located_in", rack)
		relate(b, "uses", a)
		if _, err := w.CMDB.SetGroup(w.As("maya"), cmdb.Group{Key: "money", Name: "Money"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.CMDB.Join(w.As("maya"), cmdb.MemberInput{Group: "money", Number: b.Number, From: w.Clock.Now().AddDate(0, 0, -3)}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Hour)
		before := state(t, w)
		if _, err := w.CMDB.Merge(w.As("omar"), cmdb.MergeInput{Number: b.Number, Into: shop.Number, Reason: "x"}); !errors.Is(err, cmdb.ErrMerge) {
			t.Errorf("a server and an application: %v", err)
		}
		c, err := w.CMDB.Merge(w.As("omar"), cmdb.MergeInput{Number: b.Number, Into: a.Number, Reason: "one machine"})
		if err != nil || c.Facts.Presence != cmdb.Merged || c.Facts.MergedInto != a.ID {
			t.Fatalf("%+v, %v", c.Facts, err)
		}
		_, ties, _, err := w.CMDB.Relations(w.As("omar"), a.Number, cmdb.Moment{})
		if err != nil || len(ties) != 2 {
			t.Errorf("%+v, %v", ties, err)
		}
		if in, err := w.CMDB.GroupsOf(w.As("omar"), a.Number, cmdb.Moment{}); err != nil || len(in) != 1 {
			t.Errorf("%+v, %v", in, err)
		}
		if got := list(t, w, "omar", "class=server"); len(got) != 1 {
			t.Errorf("%v", got)
		}
		if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: b.Number, Values: map[string]string{"name": "z"}}); !errors.Is(err, cmdb.ErrNotPresent) {
			t.Errorf("a merged item is amended: %v", err)
		}
		w.VerifyLog()
		w.Clock.Advance(time.Hour)
		if _, err := w.CMDB.Unmerge(w.As("omar"), b.Number, 0, "they were two"); err != nil {
			t.Fatal(err)
		}
		if after := state(t, w); after != before {
			t.Error("parting left something behind")
		}
		w.VerifyLog()
	})
}

func TestAWithdrawnItemIsNowhereAndComesBackAsItWas(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		a, b := item(t, w, "server", "a"), item(t, w, "server", "b")
		begun := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		r, err := w.CMDB.Relate(w.As("omar"), cmdb.RelateInput{From: a.Number, Type: "uses", To: b.Number})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.CMDB.Withdraw(w.As("omar"), cmdb.PresenceInput{Number: a.Number}); !errors.Is(err, cmdb.ErrTied) {
			t.Errorf("a tied item: %v", err)
		}
		if err := w.CMDB.WithdrawRelation(w.As("omar"), r.Ref, "", ""); err != nil {
			t.Fatal(err)
		}
		before := state(t, w)
		if _, err := w.CMDB.Withdraw(w.As("amir"), cmdb.PresenceInput{Number: a.Number}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an agent: %v", err)
		}
		if _, err := w.CMDB.Withdraw(w.As("omar"), cmdb.PresenceInput{Number: a.Number, Reason: "never was"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.CMDB.At(w.As("omar"), a.Number, cmdb.Moment{At: begun}); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("it was there: %v", err)
		}
		if _, err := w.CMDB.At(w.As("omar"), a.Number, cmdb.Moment{At: begun, Known: begun}); err != nil {
			t.Errorf("and was known to be: %v", err)
		}
		if _, err := w.CMDB.Reinstate(w.As("omar"), cmdb.PresenceInput{Number: a.Number}); err != nil || state(t, w) != before {
			t.Errorf("reinstated: %v", err)
		}
		w.VerifyLog()
	})
}

func TestManyItemsAndRelationsAreOneUnit(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		var in []cmdb.RegisterInput
		for _, name := range []string{"a", "", "b", "room"} {
			class := "server"
			if name == "room" {
				class = "facility"
			}
			in = append(in, cmdb.RegisterInput{Class: class, Status: cmdb.Live, Values: map[string]string{"name": name, "description": "x"}})
		}
		in[2].Values["address"] = "10.0.0.1"
		made, errs, err := w.CMDB.RegisterMany(w.As("omar"), in)
		if err != nil || errs[0] != nil || !errors.Is(errs[1], cmdb.ErrValue) || made[3].Number != "CI-000003" {
			t.Fatal(made, errs, err)
		}
		if got := list(t, w, "omar", "q=10.0.0.1"); len(got) != 1 {
			t.Error(got)
		}
		n := func(i int) string { return made[i].Number }
		ties := []cmdb.RelateInput{{From: n(0), Type: "located_in", To: n(3)}, {From: n(2), Type: "located_in", To: n(3)}, {From: n(0), Type: "uses", To: n(2)}, {From: n(0), Type: "uses", To: n(2)},
			{From: n(3), Type: "located_in", To: n(0)}, {From: n(0), Type: "eats", To: n(2)}, {From: n(0), Type: "uses", To: "CI-000099"}}
		_, fresh, errs, err := w.CMDB.RelateMany(w.As("omar"), ties)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []struct {
			fresh bool
			err   error
		}{{true, nil}, {true, nil}, {true, nil}, {false, nil}, {false, cmdb.ErrLoop}, {false, cmdb.ErrRelation}, {false, domain.ErrNotFound}} {
			if fresh[i] != want.fresh || !errors.Is(errs[i], want.err) {
				t.Errorf("relation %d: %v %v", i, fresh[i], errs[i])
			}
		}
		w.VerifyLog()
	})
}
