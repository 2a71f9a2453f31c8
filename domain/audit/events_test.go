package audit_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/audit/merkle"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestEventsAreListedByFilterPageByPageInBothOrders(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, clock *testkit.Clock) {
		l := open(t, d)
		for v := int64(1); v <= 6; v++ {
			clock.Advance(time.Hour)
			a, b := renamed("ber", v, "", "x"), renamed("muc", v, "", "y")
			b.Type, b.Visibility, b.By = "site.moved", domain.InternalV, "usr_eve"
			emit(t, d, a, b)
		}
		seal(t, l)
		hour := func(n int) time.Time { return testkit.Epoch.Add(time.Duration(n) * time.Hour) }
		versions := func(f audit.Filter) string {
			t.Helper()
			var out []string
			for f.Limit = 2; ; {
				page, err := l.Events(desk(), f)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					return strings.Join(out, " ")
				}
				for _, e := range page {
					out = append(out, e.Entity[:1]+fmt.Sprint(e.Version))
				}
				f.After = page[len(page)-1].ID
			}
		}
		for name, c := range map[string]struct {
			filter audit.Filter
			want   string
		}{
			"a record, newest first": {audit.Filter{EntityKind: "site", Entity: "ber"}, "b6 b5 b4 b3 b2 b1"},
			"a record, oldest first": {audit.Filter{EntityKind: "site", Entity: "ber", OldestFirst: true}, "b1 b2 b3 b4 b5 b6"},
			"a record in a period":   {audit.Filter{EntityKind: "site", Entity: "ber", From: hour(2), To: hour(4)}, "b3 b2"},
			"a type":                 {audit.Filter{Type: "site.moved", OldestFirst: true}, "m1 m2 m3 m4 m5 m6"},
			"an actor in a period":   {audit.Filter{Actor: "usr_eve", From: hour(5)}, "m6 m5"},
			"a period":               {audit.Filter{From: hour(3), To: hour(4)}, "m3 b3"},
			"what the public sees":   {audit.Filter{Visibilities: []domain.Visibility{domain.Public}, From: hour(4)}, "b6 b5 b4"},
			"two audiences":          {audit.Filter{Visibilities: []domain.Visibility{domain.Public, domain.InternalV}, To: hour(2)}, "m1 b1"},
			"nothing":                {audit.Filter{Actor: "nobody"}, ""},
		} {
			if got := versions(c.filter); got != c.want {
				t.Errorf("%s: %s", name, got)
			}
		}
	})
}

func TestAProofHoldsForEveryEventAndTheTailIsInLeafOrder(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		for v := int64(1); v <= 5; v++ {
			emit(t, d, renamed("ber", v, "", "x"))
			seal(t, l)
		}
		st, err := l.Check(desk())
		if err != nil {
			t.Fatal(err)
		}
		tail, err := l.Tail(desk(), -1, 0)
		if err != nil || len(tail) != 6 {
			t.Fatal(len(tail), err)
		}
		for i, e := range tail {
			p, err := l.Proof(desk(), e.ID)
			if err != nil {
				t.Fatal(err)
			}
			c, err := audit.OpenCheckpoint(p.Checkpoint.Note, st.VerifierKey)
			if err != nil || p.Index != int64(i) || c.Size != 6 {
				t.Fatal(p, err)
			}
			var hashes [][]byte
			for _, h := range p.Hashes {
				hashes = append(hashes, h[:])
			}
			leaf := merkle.LeafHash(e.Leaf)
			if err := merkle.CheckInclusion(uint64(p.Index), uint64(c.Size), leaf[:], hashes, c.Root[:]); err != nil {
				t.Errorf("leaf %d: %v", i, err)
			}
			if text := p.Text(); !strings.HasPrefix(text, fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n", i)) || !strings.HasSuffix(text, "\n\n"+c.Note) {
				t.Errorf("proof as text:\n%s", text)
			}
		}
		old, err := l.CheckpointAt(desk(), 2)
		if err != nil || old.Size != 3 {
			t.Fatal(old, err)
		}
		now, err := l.Checkpoint(desk())
		if err != nil {
			t.Fatal(err)
		}
		proof, err := l.ConsistencyProof(desk(), old.Size, now.Size)
		if err != nil {
			t.Fatal(err)
		}
		var hashes [][]byte
		for _, h := range proof {
			hashes = append(hashes, h[:])
		}
		if err := merkle.CheckConsistency(3, 6, hashes, old.Root[:], now.Root[:]); err != nil {
			t.Error(err)
		}
		nodes, err := l.Frontier(desk(), 3)
		if err != nil {
			t.Fatal(err)
		}
		var raw [][32]byte
		for _, h := range nodes {
			raw = append(raw, h)
		}
		f, err := merkle.NewFrontier(3, raw)
		if err != nil || f.Root() != [32]byte(old.Root) {
			t.Fatal("the frontier has another root", err)
		}
		for _, e := range tail[3:] {
			f.Append(merkle.LeafHash(e.Leaf), nil)
		}
		if f.Root() != [32]byte(now.Root) {
			t.Error("the leaves since then lead to another root")
		}
		if _, err := l.ConsistencyProof(desk(), 0, 6); !errors.Is(err, domain.ErrInvalid) {
			t.Errorf("from nothing: %v", err)
		}
		if _, err := l.Frontier(desk(), 7); !errors.Is(err, domain.ErrInvalid) {
			t.Errorf("beyond the end: %v", err)
		}
	})
}

func TestAnErasedPersonIsGoneAndTheLogStillHolds(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := history(t, d)
		id := func() string {
			e, err := l.Find(desk(), "site", "ber", 2)
			if err != nil {
				t.Fatal(err)
			}
			return e.ID
		}()
		if _, _, err := l.Erase(desk(), "usr_ann", ""); !errors.Is(err, audit.ErrReason) {
			t.Errorf("without a reason: %v", err)
		}
		ref, rows, err := l.Erase(desk(), "usr_ann", "Art. 17 request 12")
		if err != nil || ref == "" || rows != 18 { // ten values, and the salts of eight older states
			t.Fatal(ref, rows, err)
		}
		seal(t, l)
		if r := verified(t, l); r.Erased != 18 {
			t.Errorf("%d reported as erased", r.Erased)
		}
		e, err := l.Event(desk(), id)
		if err != nil || len(e.Changes) != 1 || !e.Changes[0].Erased || e.Changes[0].After != "" {
			t.Errorf("got %+v, %v", e.Changes, err)
		}
		if _, err := l.Proof(desk(), id); err != nil {
			t.Error(err)
		}
		found, err := l.Events(desk(), audit.Filter{Type: "log.erased"})
		if err != nil || len(found) != 1 || found[0].Entity != ref || found[0].Changes[0].After != "Art. 17 request 12" || found[0].Visibility != domain.Restricted {
			t.Errorf("got %+v, %v", found, err)
		}
		// One more than the erasure accounts for is a theft.
		raw(t, d, "delete from audit_private where field = 'reason'")
		failing(t, l, "values")
	})
}

func TestAVerificationBesideAWorkingDeskFindsNothing(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := history(t, d)
		ctx, stop := context.WithCancel(desk())
		s := audit.NewSealer(l)
		ran := make(chan bool)
		go func() {
			s.Run(ctx)
			close(ran)
		}()
		worked := make(chan error)
		go func() {
			for v := int64(6); v < 60; v++ {
				if err := d.Do(desk(), func(ctx context.Context) error { return d.Emit(ctx, renamed("bonn", v-5, "", "x")) }); err != nil {
					worked <- err
					return
				}
				s.Kick()
			}
			worked <- nil
		}()
		for i := 0; i < 5; i++ {
			r, err := l.Verify(desk(), audit.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range r.Steps {
				if !step.OK && step.Name != "record site" { // bonn has no row here
					t.Errorf("%s: %s", step.Name, step.Detail)
				}
			}
		}
		if err := <-worked; err != nil {
			t.Error(err)
		}
		stop()
		<-ran
	})
}

func TestAnEventThatWaitsTooLongIsAFinding(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, clock *testkit.Clock) {
		l := open(t, d)
		emit(t, d, renamed("ber", 1, "", "x"))
		st, err := l.Standing(desk())
		if err != nil || st.Waiting != 1 || !st.WaitingSince.Equal(testkit.Epoch) || st.Checkpoint.Size != 1 || !st.SignedAt.Equal(testkit.Epoch) {
			t.Errorf("standing %+v, %v", st, err)
		}
		if _, err := audit.OpenCheckpoint(st.Checkpoint.Note, st.VerifierKey); err != nil {
			t.Error(err)
		}
		clock.Advance(4 * time.Minute)
		if r := verified(t, l); r.Waiting != 1 {
			t.Errorf("%d wait", r.Waiting)
		}
		clock.Advance(2 * time.Minute)
		failing(t, l, "waiting")
	})
}

func TestAProcessWithoutTheKeyProvesLessAndMakesNone(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		emit(t, d, renamed("ber", 1, "", "x"))
		seal(t, l)
		dir := t.TempDir()
		failing(t, audit.New(d, audit.Config{Dir: dir}), "origins", "anchors")
		if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
			t.Errorf("made %v, %v", files, err)
		}
	})
}

func TestAVerificationTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, testkit.NewClock(testkit.Epoch))
	l := history(t, d)
	var told []string
	_, err := l.Verify(desk(), audit.Options{Progress: func(step string, done, total int64) { told = append(told, fmt.Sprintf("%s %d/%d", step, done, total)) }})
	if got := strings.Join(told, ", "); err != nil || got != "leaves 11/11, versions 0/1, versions 1/1, record site 2/0" {
		t.Errorf("told %s, %v", got, err)
	}
}
