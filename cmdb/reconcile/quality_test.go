package reconcile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func TestQualityCountsWhatIsMissingOldAndAlone(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		var numbers []string
		for _, name := range []string{"host-1", "host-2", "host-3"} {
			c, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: "server", Status: cmdb.Live, Values: map[string]string{"name": name}})
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, c.Number)
		}
		if _, err := w.CMDB.Relate(w.As("omar"), cmdb.RelateInput{From: numbers[0], Type: "connects_to", To: numbers[1]}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(100 * 24 * time.Hour)
		if _, err := w.CMDB.Attest(w.As("omar"), numbers[2], 0); err != nil {
			t.Fatal(err)
		}
		q, err := w.Sources.Quality(w.As("omar"), 90)
		if err != nil || len(q.Classes) != 1 || len(q.Sources) != 1 {
			t.Fatalf("%+v, %v", q, err)
		}
		if c := q.Classes[0]; c.Key != "server" || c.Items != 3 || c.Complete != 0 || c.Fresh != 1 || c.Orphans != 1 || c.Missing["owner"] != 3 || c.Missing["name"] != 0 {
			t.Errorf("%+v", c)
		}
	})
}

func (d *desk) sets() string {
	d.t.Helper()
	page, err := d.Sources.Duplicates(d.As("omar"), "", 50)
	if err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, x := range page.Sets {
		text := x.By + " " + strings.Join(x.Numbers, " ")
		for _, t := range x.Told {
			text += fmt.Sprintf(" (%s, again %t)", strings.Join(t.Numbers[:], "+"), t.Again)
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func TestAPairThatWasToldApartReturnsOnlyWithOtherEvidence(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		var numbers []string
		for range 3 {
			c, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: "printer", Values: map[string]string{"name": "Printer"}})
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, c.Number)
		}
		tell := func(of ...string) {
			t.Helper()
			if _, err := w.CMDB.TellApart(w.As("omar"), of, "Two rooms"); err != nil {
				t.Fatal(err)
			}
		}
		expect := func(want string) {
			t.Helper()
			if got := d.sets(); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		expect("name CI-000001 CI-000002 CI-000003")
		tell(numbers[0], numbers[1])
		expect("name CI-000001 CI-000002 CI-000003 (CI-000001+CI-000002, again false)")
		tell(numbers...)
		expect("")
		for _, serial := range []string{"SN-5", ""} {
			for _, n := range numbers[:2] {
				if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: n, Values: map[string]string{"serial": serial}}); err != nil {
					t.Fatal(err)
				}
			}
			if serial != "" {
				expect("serial CI-000001 CI-000002 (CI-000001+CI-000002, again true)")
			}
		}
		expect("") // what brought it back is gone
		told, _, err := w.CMDB.Told(w.As("omar"), 0, 10)
		if err != nil || len(told) != 3 {
			t.Fatal(told, err)
		}
		if _, err := w.CMDB.TakeBack(w.As("omar"), told[2].Ref, ""); err != nil {
			t.Fatal(err)
		}
		expect("name CI-000001 CI-000002")
	})
}

func (d *desk) conflicts() (out []reconcile.Conflict) {
	d.t.Helper()
	for next := ""; ; {
		page, more, err := d.Sources.Conflicts(d.As("omar"), next, 1)
		if err != nil {
			d.t.Fatal(err)
		}
		out = append(out, page...)
		if next = more; next == "" {
			return out
		}
	}
}

func TestARowThatARunCouldNotDecideWaitsForAPerson(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("scan"), scan("agent"))
		d.apply(d.propose("scan", head+"k1,web,,up,,,,,,,,,\nk2,web,,up,,,,,,,,,\n"))
		file := head + "a1,web,,up,,,8,,,,,,\na2,x,,up,,,,,,,,,\na2,y,,up,,,,,,,,,\n"
		r := d.apply(d.propose("agent", file))
		list := d.conflicts()
		if len(list) != 3 || list[0].Run.Ref != r.Ref || list[0].Source.Key != "agent" || list[0].Item.Line != 2 || strings.Join(list[0].Item.Proposal.Others, " ") != "CI-000001 CI-000002" {
			t.Fatalf("%+v", list)
		}
		settle := func(login string, seq int64, number string) error {
			_, err := w.Sources.Settle(w.As(login), reconcile.SettleInput{Ref: r.Ref, Seq: seq, Number: number, Reason: "It is in that rack."})
			return err
		}
		for _, x := range []struct {
			login  string
			seq    int64
			number string
			want   *domain.Error
		}{{"tess", 1, "CI-000001", domain.ErrForbidden}, {"omar", 9, "CI-000001", domain.ErrNotFound}, {"omar", 1, "CI-000099", domain.ErrNotFound}, {"omar", 2, "CI-000001", reconcile.ErrSettle}, {"omar", 1, "", reconcile.ErrSettle}} {
			d.refused(settle(x.login, x.seq, x.number), x.want)
		}
		before := d.state()
		for _, number := range []string{"CI-000001", "", "CI-000002"} {
			if err := settle("omar", 1, number); err != nil {
				t.Fatal(err)
			}
		}
		d.refused(settle("omar", 1, "CI-000001"), reconcile.ErrSettle)
		if len(d.conflicts()) != 2 || d.state() != before {
			t.Error("a row that was settled waits still, or more happened than that")
		}
		r = d.propose("agent", file)
		d.counts(r, map[string]int64{reconcile.Changed: 1, reconcile.Conflicting: 2})
		if i := d.items(r, reconcile.Changed)[0]; i.CIID != 2 || i.Matched != "key" {
			t.Errorf("%+v", i)
		}
		if len(d.conflicts()) != 2 {
			t.Error("the run before is asked about again")
		}
		r, err := w.Sources.Discard(w.As("omar"), r.Ref)
		if err != nil || len(d.conflicts()) != 2 {
			t.Error("what was put aside counts", err)
		}
		d.apply(d.propose("agent", head+"a1,web,,up,,,8,,,,,,\n"))
		if len(d.conflicts()) != 0 {
			t.Error("the source has put it right, and it is still asked about")
		}
		w.VerifyLog()
	})
}

func TestAMergeIsNotAskedAboutAgainByTheNextRun(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("scan"))
		file := head + "k1,web,,up,,,8,,,,,,\nk2,web-old,,up,,,4,,,,,,\n"
		d.apply(d.propose("scan", file))
		before := d.state()
		if _, err := w.CMDB.Merge(w.As("omar"), cmdb.MergeInput{Number: "CI-000002", Into: "CI-000001", Reason: "one"}); err != nil {
			t.Fatal(err)
		}
		r := d.propose("scan", file)
		d.counts(r, map[string]int64{reconcile.Unchanged: 2})
		d.apply(r)
		if _, err := w.CMDB.Unmerge(w.As("omar"), "CI-000002", 0, "two"); err != nil {
			t.Fatal(err)
		}
		r = d.propose("scan", file)
		d.counts(r, map[string]int64{reconcile.Unchanged: 2})
		if d.state() != before || d.items(r, "")[1].CIID != 2 {
			t.Error("the source does not see its own item again")
		}
	})
}
