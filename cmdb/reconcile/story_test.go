package reconcile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

const head = "Key,Name,Class,Status,Serial,Tag,Memory,Address,Owner,Uses,UsesName,In,Group\n"

func TestAProposalChangesNothingAndIsThenAppliedExactly(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("scan"))
		before, events := d.state(), d.events()
		r := d.propose("scan", head+
			"k1,db-01,,up,SN-1,,64,10.0.0.1,amir,k2,,,Money\n"+
			"k2,db-02,,,SN-2,,lots,,,,,,\n"+ // a number that is none
			"k3,db-03,,up,SN-3,,32,,nobody,k9,,,\n"+ // an owner and a relation that are not there
			"k4,db-04,,up,SN-4,,,,,,db-03,,\n"+
			"k5,room,facility,up,,,,,,,,,\n"+
			"k6,\"open,,,,,,,,,,,\n")
		d.counts(r, map[string]int64{reconcile.Fresh: 4, reconcile.Refused: 2})
		for i, want := range []string{"Memory", ""} {
			if got := d.items(r, reconcile.Refused)[i].Proposal; got.Column != want || got.Reason == "" {
				t.Errorf("refusal %d: %+v", i, got)
			}
		}
		if r.Summary.Ties[reconcile.Unresolved] != 2 || r.Summary.Ties[reconcile.Fresh] != 2 || r.Summary.Noted != 1 {
			t.Errorf("%+v", r.Summary)
		}
		if d.state() != before || d.events() != events {
			t.Error("a proposal changes something")
		}
		w.Clock.Advance(time.Minute)
		r = d.apply(r)
		c := d.item("CI-000001")
		if v := c.Facts.Values["memory_gb"]; v.Text != "64" || v.Source != "scan" || v.By != w.ID("omar") || !v.ObservedAt.Equal(r.ObservedAt) || c.Facts.OwnerID != w.ID("amir") || c.Facts.Status != cmdb.Live {
			t.Errorf("%+v", c.Facts)
		}
		if _, ties, _, err := w.CMDB.Relations(w.As("omar"), "CI-000003", cmdb.Moment{}); err != nil || len(ties) != 1 || ties[0].Source != "scan" {
			t.Errorf("%+v, %v", ties, err)
		}
		if in, err := w.CMDB.GroupsOf(w.As("omar"), "CI-000001", cmdb.Moment{}); err != nil || len(in) != 1 || in[0].Group != "money" {
			t.Errorf("%+v, %v", in, err)
		}
		w.Clock.Advance(time.Minute)
		events = d.events()
		again := d.apply(d.propose("scan", head+"k1,db-01,,up,SN-1,,64,10.0.0.1,amir,k2,,,Money\nk3,db-03,,up,SN-3,,32,,nobody,k9,,,\nk4,db-04,,up,SN-4,,,,,,db-03,,\nk5,room,facility,up,,,,,,,,,\n"))
		d.counts(again, map[string]int64{reconcile.Unchanged: 4})
		if d.events() != events {
			t.Errorf("the same again makes %d events", d.events()-events)
		}
		if _, err := w.Sources.Apply(w.As("omar"), reconcile.ApplyInput{Ref: r.Ref}); !errors.Is(err, reconcile.ErrState) {
			t.Errorf("applied twice: %v", err)
		}
		d.undo(r)
		if d.state() != before {
			t.Error("undoing left something behind")
		}
		w.VerifyLog()
	})
}

func TestAnItemIsKnownByItsKeyThenByWhatIdentifies(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("scan"), scan("agent"))
		d.apply(d.propose("scan", head+"k1,db-01,,up,SN-1,A-1,,,,,,,\nk2,web,,up,0000,,,,,,,,\nk3,web,,up,Default string,,,,,,,,\nk4,mail,,up,,,,,,,,,\n"))
		if n := d.count("class=server"); n != 4 {
			t.Fatalf("%d servers: junk identifies, or a name", n)
		}
		r := d.propose("agent", head+
			"a1,db-01.example.org,,up,SN-1,,,,,,,,\n"+ // by its serial number
			"a2,db,,up,,A-1,,,,,,,\n"+ // the same item by its asset tag
			"a3,web,,up,,,,,,,,,\n"+ // two of that name
			"a4,mail,,up,SN-9,,,,,,,,\n"+ // by name and class
			"a5,mail,workstation,up,,,,,,,,,\n"+ // another class
			"a6,x,,up,SN-7,,,,,,,,\na7,y,,up,SN-7,,,,,,,,\n"+ // one serial number twice
			"a8,z,,up,,,,,,,,,\na8,z2,,up,,,,,,,,,\n") // one key twice
		d.counts(r, map[string]int64{reconcile.Conflicting: 7, reconcile.Changed: 1, reconcile.Fresh: 1})
		if i := d.items(r, reconcile.Changed)[0]; i.Matched != "name" || i.Proposal.Changes[0].Field != "serial" {
			t.Errorf("%+v", i)
		}
		for _, i := range d.items(r, reconcile.Conflicting) {
			if len(i.Proposal.Others) == 0 || i.Proposal.Reason == "" {
				t.Errorf("line %d: %+v", i.Line, i.Proposal)
			}
		}
		r = d.propose("agent", head+"a1,db-01.example.org,,up,SN-1,,,,,,,,\n")
		d.counts(r, map[string]int64{reconcile.Changed: 1})
		d.apply(r)
		if c := d.item("CI-000001"); c.Facts.Name != "db-01.example.org" {
			t.Errorf("%+v", c.Facts)
		}
		// What one source tells apart is no duplicate; what somebody wrote beside it may be.
		if dup, err := w.Sources.Duplicates(w.As("omar"), "", 50); err != nil || len(dup.Sets) != 0 {
			t.Errorf("%+v, %v", dup, err)
		}
		for _, values := range []map[string]string{{"name": "web"}, {"name": "old db", "serial": "SN-1"}, {"name": "junk", "serial": "0000"}} {
			if _, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: "server", Values: values}); err != nil {
				t.Fatal(err)
			}
		}
		var sets []string
		for next := ""; ; {
			dup, err := w.Sources.Duplicates(w.As("omar"), next, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range dup.Sets {
				sets = append(sets, x.By+" "+strings.Join(x.Numbers, " "))
			}
			if next = dup.Next; next == "" {
				break
			}
		}
		if got := strings.Join(sets, ", "); got != "serial CI-000001 CI-000006, name CI-000002 CI-000005" {
			t.Error(got)
		}
	})
}

func TestAValueOfHigherRankIsKept(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		weak, strong := scan("weak"), scan("strong")
		weak.Rank, strong.Rank, strong.StaleDays = 80, 20, 10
		weak.Precedence = reconcile.Precedence{{Class: "computer", Attribute: "address", Rank: 1}, {Attribute: "asset_tag", Rank: 0}}
		d := newDesk(t, w, weak, strong)
		d.apply(d.propose("strong", head+"k1,db-01,,up,SN-1,T-1,64,10.0.0.1,,,,,\n"))
		if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: "CI-000001", Values: map[string]string{"name": "By hand"}}); err != nil {
			t.Fatal(err)
		}
		file := head + "x1,weak name,,up,SN-1,T-2,128,10.0.0.2,,,,,\n"
		r := d.propose("weak", file)
		p := d.items(r, reconcile.Changed)[0].Proposal
		if len(p.Kept) != 2 || p.Kept[0].Field != "memory_gb" || p.Kept[0].Source != "strong" || p.Kept[1].Field != "name" || p.Kept[1].By != w.ID("omar") || len(p.Changes) != 2 {
			t.Errorf("%+v", p)
		}
		d.apply(r)
		c := d.item("CI-000001")
		if c.Facts.Name != "By hand" || c.Facts.Text("memory_gb") != "64" || c.Facts.Text("address") != "10.0.0.2" || c.Facts.AssetTag != "T-2" {
			t.Errorf("%+v", c.Facts.Fields())
		}
		d.counts(d.propose("weak", file), map[string]int64{reconcile.Outranked: 1})
		// A source that has not shown an item for long counts no longer.
		w.Clock.Advance(11 * 24 * time.Hour)
		if p := d.items(d.propose("weak", file), reconcile.Changed)[0].Proposal; len(p.Changes) != 1 || p.Changes[0].Field != "memory_gb" {
			t.Errorf("%+v", p)
		}
		// What a source said and says no longer goes; what it never said stays.
		d.apply(d.propose("strong", head+"k1,,,up,SN-1,,,,,,,,\n"))
		if c := d.item("CI-000001"); c.Facts.Text("memory_gb") != "64" {
			t.Errorf("a refused row changes something: %+v", c.Facts.Fields())
		}
		d.apply(d.propose("strong", head+"k1,z,,up,SN-1,,,,,,,,\n"))
		if c := d.item("CI-000001"); c.Facts.Text("memory_gb") != "" || c.Facts.AssetTag != "T-2" {
			t.Errorf("%+v", c.Facts.Fields())
		}
		w.VerifyLog()
	})
}

func TestAStatusMovesOnlyWhenItIsReportedAnew(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("scan"))
		up, down := head+"k1,db-01,,up,,,,,,,,,\n", head+"k1,db-01,,down,,,,,,,,,\n"
		d.apply(d.propose("scan", up))
		if _, err := w.CMDB.Move(w.As("omar"), cmdb.MoveInput{Number: "CI-000001", Event: "maintain", Reason: "new disks"}); err != nil {
			t.Fatal(err)
		}
		d.counts(d.propose("scan", up), map[string]int64{reconcile.Unchanged: 1})
		d.apply(d.propose("scan", down))
		before := d.state()
		w.Clock.Advance(time.Minute)
		r := d.apply(d.propose("scan", up))
		if c := d.item("CI-000001"); c.Facts.Status != cmdb.Live {
			t.Errorf("%s", c.Facts.Status)
		}
		d.undo(r)
		if d.state() != before || d.item("CI-000001").Facts.Status != cmdb.UnderMaintenance {
			t.Error("the status is not put back")
		}
		d.counts(d.propose("scan", up), map[string]int64{reconcile.Changed: 1})
		w.VerifyLog()
	})
}

func TestAFileThatNoLongerShowsManyItemsAsks(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		s := scan("scan")
		s.Missing, s.RetireShare = reconcile.Retire, 25
		d := newDesk(t, w, s)
		rows := strings.Split(strings.TrimSpace("k1,a,,up,,,,,,k2,,,\nk2,b,,up,,,,,,,,,\nk3,c,,up,,,,,,,,,\nk4,d,,up,,,,,,,,,"), "\n")
		d.apply(d.propose("scan", head+strings.Join(rows, "\n")))
		before := d.state()
		r := d.propose("scan", head+strings.Join(rows[:2], "\n"))
		d.counts(r, map[string]int64{reconcile.Unchanged: 2, reconcile.Retired: 2})
		_, err := w.Sources.Apply(w.As("omar"), reconcile.ApplyInput{Ref: r.Ref})
		d.refused(err, reconcile.ErrShare)
		if d.state() != before {
			t.Error("something is retired")
		}
		if _, err := w.Sources.Discard(w.As("omar"), r.Ref); err != nil {
			t.Error(err)
		}
		// One of four is its share. The relation that is said no longer ends.
		r = d.apply(d.propose("scan", head+"k1,a,,up,,,,,,,,,\n"+strings.Join(rows[1:3], "\n")))
		if c := d.item("CI-000004"); c.Facts.Status != cmdb.Retired || r.Summary.Ties[reconcile.Ended] != 1 {
			t.Errorf("%s %+v", c.Facts.Status, r.Summary)
		}
		d.undo(r)
		if d.state() != before {
			t.Error("undoing left something behind")
		}
		w.VerifyLog()
	})
}

func TestAnUndoNamesWhatSomebodyHasBuiltOn(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("scan"))
		old, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: "server", Status: cmdb.Live, Values: map[string]string{"name": "old", "serial": "SN-0"}})
		if err != nil {
			t.Fatal(err)
		}
		r := d.apply(d.propose("scan", head+"k0,old,,up,SN-0,,16,,,,,,\nk1,a,,up,,,,,,k0,,,\nk2,b,,up,,,,,,k1,,,\nk3,c,,up,,,,,,k2,,,\n"))
		if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: "CI-000002", Values: map[string]string{"description": "mine"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: old.Number, Values: map[string]string{"memory_gb": "17"}}); err != nil {
			t.Fatal(err)
		}
		_, err = w.Sources.Undo(w.As("omar"), reconcile.UndoInput{Ref: r.Ref})
		d.refused(err, reconcile.ErrBuiltOn)
		var e *domain.Error
		if !errors.As(err, &e) || len(e.Fields) != 2 {
			t.Errorf("%+v", e)
		}
		r, err = w.Sources.Undo(w.As("omar"), reconcile.UndoInput{Ref: r.Ref, Rest: true})
		if err != nil || r.State != reconcile.Undone || r.Summary.Kept != 2 {
			t.Fatalf("%+v, %v", r, err)
		}
		if d.item("CI-000002").Facts.Presence != cmdb.Present || d.item("CI-000003").Facts.Presence != cmdb.Withdrawn || d.item(old.Number).Facts.Text("memory_gb") != "17" {
			t.Error("the rest")
		}
		if _, ties, _, err := w.CMDB.Relations(w.As("omar"), "CI-000002", cmdb.Moment{}); err != nil || len(ties) != 1 {
			t.Errorf("what stays keeps its relation to what was there: %+v, %v", ties, err)
		}
		w.VerifyLog()
	})
}

func TestWhatWasChangedSinceTheProposalIsNotOverwritten(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("scan"))
		d.apply(d.propose("scan", head+"k1,a,,up,,,64,,,,,,\n"))
		r := d.propose("scan", head+"k1,a,,up,,,128,,,,,,\n")
		if _, err := w.CMDB.Attest(w.As("omar"), "CI-000001", 0); err != nil {
			t.Fatal(err)
		}
		_, err := w.Sources.Apply(w.As("omar"), reconcile.ApplyInput{Ref: r.Ref})
		d.refused(err, reconcile.ErrOutdated)
		if c := d.item("CI-000001"); c.Facts.Text("memory_gb") != "64" {
			t.Error("it was")
		}
	})
}

func TestWhoMayNotImportDoesNot(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("scan"))
		r := d.propose("scan", head+"k1,a,,up,,,64,,,,,,\n")
		for _, login := range []string{"ann", "amir", "tess", "otto"} {
			_, err := w.Sources.Propose(w.As(login), reconcile.ProposeInput{Source: "scan", Name: "x", File: strings.NewReader(head), Mapping: d.m})
			d.refused(err, domain.ErrForbidden)
			_, err = w.Sources.Apply(w.As(login), reconcile.ApplyInput{Ref: r.Ref})
			d.refused(err, domain.ErrForbidden)
			_, err = w.Sources.Undo(w.As(login), reconcile.UndoInput{Ref: r.Ref})
			d.refused(err, domain.ErrForbidden)
			_, err = w.Sources.Discard(w.As(login), r.Ref)
			d.refused(err, domain.ErrForbidden)
		}
		_, err := w.Sources.Runs(w.As("ann"), "", 0, 10)
		d.refused(err, domain.ErrForbidden)
		_, err = w.Sources.SetSource(w.As("omar"), scan("mine"))
		d.refused(err, domain.ErrForbidden)
		_, err = w.Sources.Push(w.As("omar"), reconcile.PushInput{Source: "scan"})
		d.refused(err, reconcile.ErrNotAccount)
	})
}

// keep puts an upload where a job finds it.
func (d *desk) upload(source, file string) reconcile.Run {
	d.t.Helper()
	key, _, sum, err := d.Files.Put(context.Background(), strings.NewReader(file), 1<<20)
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := d.Sources.Upload(d.As("omar"), reconcile.UploadInput{Source: source, Name: "machines.csv", FileKey: key, SHA256: sum, Mapping: "machines.yaml", Body: machines})
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func (d *desk) run(ref string) reconcile.Run {
	d.t.Helper()
	r, _, err := d.Sources.RunByRef(d.System(), ref)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func TestTwoRunsOfOneSourceQueue(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("scan"))
		first := d.upload("scan", head+"k1,a,,up,,,,,,,,,\n")
		w.RunJobs()
		first = d.run(first.Ref)
		if first.State != reconcile.Proposed {
			t.Fatalf("%+v", first)
		}
		if _, err := w.DB.Writer().Exec("update ci_runs set state = 'applying'"); err != nil { // another instance is at it
			t.Fatal(err)
		}
		second := d.upload("scan", head+"k1,b,,up,,,,,,,,,\n")
		w.RunJobs()
		if got := d.run(second.Ref).State; got != reconcile.Waiting {
			t.Errorf("the second one is %s", got)
		}
		_, err := w.Sources.Propose(w.As("omar"), reconcile.ProposeInput{Source: "scan", Name: "x.csv", File: strings.NewReader(head + "k,x,,,,,,,,,,,\n"), Mapping: d.m})
		d.refused(err, reconcile.ErrBusy)
		// The first is taken up again where it stopped, and the second follows by itself.
		if _, err := w.Sources.Apply(w.As("omar"), reconcile.ApplyInput{Ref: first.Ref}); err != nil {
			t.Fatal(err)
		}
		w.RunJobs()
		second = d.run(second.Ref)
		if second.State != reconcile.Proposed || second.Summary.Items[reconcile.Changed] != 1 {
			t.Errorf("%+v", second)
		}
		if _, err := w.Sources.Ask(w.As("omar"), reconcile.Job{Ref: second.Ref, Do: "apply"}); err != nil {
			t.Fatal(err)
		}
		w.RunJobs()
		if c := d.item("CI-000001"); c.Facts.Name != "b" || c.Facts.Values["name"].By != w.ID("omar") {
			t.Errorf("%+v", c.Facts)
		}
		w.VerifyLog()
	})
}

func TestABadUploadSaysWhy(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("scan"))
		for _, file := range []string{"a,b\n1,2\n", "", "[{"} {
			r := d.upload("scan", file)
			w.RunJobs()
			if r = d.run(r.Ref); r.State != reconcile.Failed || r.Problem == "" {
				t.Errorf("%q: %s %q", file, r.State, r.Problem)
			}
		}
	})
}

func TestASourcePushesItsOwn(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		s := scan("robot")
		s.Kind, s.AccountID = reconcile.Push, w.ID("omar")
		d := newDesk(t, w, s, scan("file"))
		row := func(key, name, memory string) cifile.Row {
			return cifile.Row{Line: 1, Key: key, Class: "server", Status: cmdb.Live, Values: []cifile.Value{{Attribute: "name", Text: name, Column: "name"}, {Attribute: "memory_gb", Text: memory, Column: "memory_gb"}}}
		}
		r, err := w.Sources.Push(w.As("omar"), reconcile.PushInput{Source: "robot", Items: []cifile.Row{row("1", "a", "64"), row("2", "b", "lots")}})
		if err != nil || r.State != reconcile.Applied {
			t.Fatal(r, err)
		}
		d.counts(r, map[string]int64{reconcile.Fresh: 1, reconcile.Refused: 1})
		r, err = w.Sources.Push(w.As("omar"), reconcile.PushInput{Source: "robot", Items: []cifile.Row{row("3", "c", "1")}})
		if err != nil || r.Summary.Missing != 0 {
			t.Errorf("what is not pushed is not missing: %+v, %v", r.Summary, err)
		}
	})
}

func TestAnyFileIsUndoneWithoutATrace(t *testing.T) {
	w := world.New(t, db.SQLite)
	d := newDesk(t, w, scan("one"), scan("two"))
	names := []string{"a", "b", "c", "d", ""}
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(label string, list ...string) string { return rapid.SampledFrom(list).Draw(rt, label) }
		file := func(source string) string {
			var b strings.Builder
			b.WriteString(head)
			for i := range rapid.IntRange(0, 6).Draw(rt, "rows") {
				fmt.Fprintf(&b, "%s%d,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", source, rapid.IntRange(0, 5).Draw(rt, "key")+i%2, draw("name", names...), draw("class", "", "server", "workstation", "facility", "nothing"),
					draw("status", "up", "down", "", "gone"), draw("serial", "", "S1", "S2", "0000"), draw("tag", "", "T1"), draw("memory", "", "1", "2", "x"), draw("address", "", "10.0.0.1", "y"),
					draw("owner", "", "amir", "nobody"), draw("uses", "", source+"1", source+"2"), draw("named", "", "a", "b"), draw("in", "", source+"0", source+"3"), draw("group", "", "G1", "G2"))
			}
			return b.String()
		}
		w.Clock.Advance(time.Minute)
		one := draw("source", "one", "two")
		if rapid.Bool().Draw(rt, "before") {
			d.apply(d.propose(one, file(one)))
			w.Clock.Advance(time.Minute)
		}
		before := d.state()
		other := draw("other", "one", "two")
		text := file(other)
		p := d.propose(other, text)
		if d.state() != before {
			rt.Fatal("a proposal changed something")
		}
		r := d.apply(p)
		after := d.state()
		w.Clock.Advance(time.Minute)
		// What was a conflict may be none once the other rows are applied.
		if r.Summary.Items[reconcile.Conflicting] == 0 && r.Summary.Failed == 0 {
			again := d.propose(other, text)
			if n := again.Summary.Items[reconcile.Changed] + again.Summary.Items[reconcile.Fresh]; n > 0 {
				rt.Fatalf("a second time %d items change: %+v\n%s", n, again.Summary, text)
			}
			if d.apply(again); d.state() != after {
				rt.Fatalf("a second time something changes: %+v\n%s", again.Summary, text)
			}
		}
		w.Clock.Advance(time.Minute)
		d.undo(r)
		if d.state() != before {
			rt.Fatalf("undoing left something behind:\n%s", text)
		}
		w.Seal()
	})
	w.VerifyLog()
}

func TestAWorkbookIsReadLikeAList(t *testing.T) {
	w := world.New(t, db.SQLite)
	d := newDesk(t, w, scan("scan"))
	f := excelize.NewFile()
	for i, row := range [][]any{{"Key", "Name", "Status", "Memory"}, {"k1", "db-01", "up", 64}, {"k2", "db-02", "up", "lots"}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	r, err := w.Sources.Propose(w.As("omar"), reconcile.ProposeInput{Source: "scan", Name: "machines.xlsx", File: bytes.NewReader(b.Bytes()), Mapping: d.m})
	if err != nil {
		t.Fatal(err)
	}
	d.counts(r, map[string]int64{reconcile.Fresh: 1, reconcile.Refused: 1})
	if i := d.items(r, reconcile.Refused)[0]; i.Line != 3 || i.Proposal.Column != "Memory" {
		t.Errorf("%+v", i)
	}
}

func TestAnImportThatBreaksOffGoesOnWhereItStopped(t *testing.T) {
	w := world.New(t, db.SQLite)
	d := newDesk(t, w, scan("scan"))
	before := d.state()
	var b strings.Builder
	b.WriteString(head)
	for i := range 1200 {
		fmt.Fprintf(&b, "k%d,m%d,,up,,,,,,k%d,,,\n", i, i, i/2)
	}
	p := d.propose("scan", b.String())
	ctx, stop := context.WithCancel(w.As("omar"))
	r, err := w.Sources.Apply(ctx, reconcile.ApplyInput{Ref: p.Ref, Progress: func(done, total int64) {
		if done == 1000 && total == 1200 {
			stop()
		}
	}})
	if err == nil || d.run(p.Ref).State != reconcile.Failed || d.count("class=server") != 1000 {
		t.Fatalf("%+v, %v", r.State, err)
	}
	d.apply(p)
	if n := d.count("class=server"); n != 1200 {
		t.Errorf("%d servers", n)
	}
	d.counts(d.propose("scan", b.String()), map[string]int64{reconcile.Unchanged: 1200})
	w.Clock.Advance(time.Minute)
	d.undo(p)
	if d.state() != before {
		t.Error("undoing left something behind")
	}
	w.VerifyLog()
}

func TestAMembershipThatItsSourceNoLongerNamesEnds(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w, scan("scan"), scan("agent"))
		d.apply(d.propose("scan", head+"k1,web,,up,,,,,,,,,Money\nk2,db,,up,,,,,,,,,Money\n"))
		if _, err := w.CMDB.SetGroup(w.As("omar"), cmdb.Group{Key: "mine", Name: "Mine"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.CMDB.Join(w.As("omar"), cmdb.MemberInput{Group: "mine", Number: "CI-000001"}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Hour)
		d.apply(d.propose("agent", head+"a1,web,,up,,,,,,,,,Web\n")) // by name: the same item, in a group of its own
		in := func(number string) string {
			t.Helper()
			list, err := w.CMDB.GroupsOf(w.As("omar"), number, cmdb.Moment{})
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, m := range list {
				out = append(out, m.Group+" "+m.Source)
			}
			return strings.Join(out, ", ")
		}
		if got := in("CI-000001"); got != "mine , money scan, web agent" {
			t.Fatal(got)
		}
		w.Clock.Advance(time.Hour)
		before := d.state()
		file := head + "k1,web,,up,,,,,,,,,\nk2,db,,up,,,,,,,,,Money\n"
		r := d.propose("scan", file)
		ties, err := w.Sources.Ties(w.As("otto"), r.Ref, "member", reconcile.Ended, 0, 10)
		if err != nil || len(ties) != 1 || ties[0].Other != "money" || ties[0].FromID != 1 || r.Summary.Members[reconcile.Ended] != 1 || d.state() != before {
			t.Fatalf("%+v, %v; %+v", ties, err, r.Summary)
		}
		r = d.apply(r)
		if got := in("CI-000001") + "; " + in("CI-000002"); got != "mine , web agent; money scan" {
			t.Error(got)
		}
		if list, err := w.CMDB.GroupsOf(w.As("omar"), "CI-000001", cmdb.Moment{At: w.Clock.Now().Add(-time.Minute)}); err != nil || len(list) != 3 {
			t.Errorf("what was is gone: %+v, %v", list, err)
		}
		d.counts(d.propose("scan", file), map[string]int64{reconcile.Unchanged: 2})
		w.VerifyLog()
		w.Clock.Advance(time.Hour)
		d.undo(r)
		if d.state() != before {
			t.Error("undoing left something behind", in("CI-000001"))
		}
		w.VerifyLog()
		// What somebody has ended meanwhile stays ended, whatever the run says of it.
		r = d.propose("scan", file)
		w.Clock.Advance(time.Hour)
		if _, err := w.CMDB.Leave(w.As("omar"), cmdb.MemberInput{Group: "money", Number: "CI-000001"}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Hour)
		r = d.apply(r)
		w.Clock.Advance(time.Hour)
		if d.undo(r); in("CI-000001") != "mine , web agent" || r.Summary.Members[reconcile.Unchanged] != 2 {
			t.Error(in("CI-000001"), r.Summary)
		}
	})
}
