package audit_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestTheFirstStartMakesAKeyThatOnlyItsOwnerReadsAndAnOriginThatStays(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		dir := filepath.Join(t.TempDir(), "log")
		l, first := reopen(t, d, dir)
		info, err := os.Stat(filepath.Join(dir, "audit.key"))
		if err != nil || info.Mode().Perm() != 0o400 {
			t.Fatalf("mode %v, %v", info.Mode(), err)
		}
		if !strings.HasPrefix(first.Origin, "desk.test/audit/") || first.Size != 1 || first.ReadOnly != nil {
			t.Errorf("got %+v", first)
		}
		c, err := l.Checkpoint(desk())
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(c.Note, "\n")
		if lines[0] != first.Origin || lines[1] != "1" || len(lines[2]) != 44 || lines[3] != "" || !strings.HasPrefix(lines[4], "— "+first.Origin+" ") {
			t.Errorf("checkpoint\n%s", c.Note)
		}
		_, second := reopen(t, d, dir)
		if second.Origin != first.Origin || second.VerifierKey != first.VerifierKey || second.Size != 1 {
			t.Errorf("the second start found %+v", second)
		}
		if d.IsPostgres() != (len(second.Warnings) == 1) {
			t.Errorf("warnings %v", second.Warnings) // the tests run as a superuser
		}
	})
}

func TestAKeyThatOthersMayReadIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := audit.LoadKey(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "audit.key")
	for _, mode := range []os.FileMode{0o440, 0o404, 0o420, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := audit.LoadKey(dir); !errors.Is(err, audit.ErrKey) {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}

func TestAFileThatIsNoEd25519KeyIsRefused(t *testing.T) {
	t.Parallel()
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(other)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"empty": nil, "garbage": []byte("hello"),
		"no key inside": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}),
		"an RSA key":    pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "audit.key"), content, 0o400); err != nil {
			t.Fatal(err)
		}
		if _, err := audit.LoadKey(dir); !errors.Is(err, audit.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARewoundDatabaseIsReadOnlyUntilItIsRecovered(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		dir := t.TempDir()
		l, first := reopen(t, d, dir)
		for v := int64(1); v <= 3; v++ {
			emit(t, d, renamed("ber", v, "", "x"))
			seal(t, l)
		}
		rewind(t, d, 3)
		guardsOn(t, d)

		l, st := reopen(t, d, dir)
		if !errors.Is(st.ReadOnly, audit.ErrRewound) || domain.KindOf(st.ReadOnly) != domain.Unavailable {
			t.Fatalf("read-only: %v", st.ReadOnly)
		}
		write := func() error {
			return d.Do(desk(), func(ctx context.Context) error { return d.Emit(ctx, renamed("ber", 3, "", "again")) })
		}
		if err := write(); !errors.Is(err, audit.ErrRewound) {
			t.Fatalf("recording: %v", err)
		}
		if _, err := audit.NewSealer(l).Seal(desk()); !errors.Is(err, audit.ErrRewound) {
			t.Fatalf("sealing: %v", err)
		}
		if _, err := l.Recover(desk(), ""); !errors.Is(err, audit.ErrReason) {
			t.Fatalf("without a reason: %v", err)
		}
		st, err := l.Recover(desk(), "the disk broke")
		if err != nil || st.ReadOnly != nil || st.Origin == first.Origin || st.Size != 4 {
			t.Fatal(st, err)
		}
		e, err := l.Find(desk(), "log", st.Origin, 1)
		if err != nil || e.Type != "log.recovered" || e.Index != 3 || e.Actor != "usr_bob" {
			t.Fatal(e, err)
		}
		leaf, err := audit.ParseLeaf(e.Leaf)
		if err != nil || leaf.Scope[0] != "previous:"+first.Origin || leaf.Scope[2] != "previous_size:4" {
			t.Errorf("leaf %s", e.Leaf)
		}
		said := map[string]string{}
		for _, c := range e.Changes {
			said[c.Field] = c.After
		}
		if said["reason"] != "the disk broke" || !strings.HasPrefix(said["previous"], first.Origin+"\n4\n") {
			t.Errorf("said %v", said)
		}
		if err := write(); err != nil {
			t.Fatal(err)
		}
		seal(t, l)
		verified(t, l)
		if _, st := reopen(t, d, dir); st.ReadOnly != nil || st.Size != 5 {
			t.Errorf("the start after: %+v", st)
		}
	})
}

func TestARestoreFromBeforeTheRecoveryIsNoticedToo(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		dir := t.TempDir()
		l, _ := reopen(t, d, dir)
		emit(t, d, renamed("ber", 1, "", "x"))
		seal(t, l)
		if _, err := l.Recover(desk(), "rehearsal"); err != nil {
			t.Fatal(err)
		}
		triggersOff(t, d, "audit_origins")
		raw(t, d, "delete from audit_origins where reason <> ''")
		rewind(t, d, 2)
		guardsOn(t, d)
		if _, st := reopen(t, d, dir); !errors.Is(st.ReadOnly, audit.ErrRewound) {
			t.Fatalf("read-only: %v", st.ReadOnly)
		}
	})
}

func TestAnEmptyDatabaseBesideAnOldKeyIsARewoundOne(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, clock *testkit.Clock) {
		dir := t.TempDir()
		reopen(t, d, dir)
		fresh := testkit.Open(t, d.Dialect(), clock)
		l, st := reopen(t, fresh, dir)
		if !errors.Is(st.ReadOnly, audit.ErrRewound) {
			t.Fatalf("read-only: %v", st.ReadOnly)
		}
		if st, err := l.Recover(desk(), "started over"); err != nil || st.ReadOnly != nil || st.Size != 1 {
			t.Fatal(st, err)
		}
		verified(t, l)
	})
}

func TestALogThatWasContinuedElsewhereIsNotSigned(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		emit(t, d, renamed("ber", 1, "", "x"), renamed("ber", 2, "", "y"))
		seal(t, l)
		triggersOff(t, d, "audit_nodes")
		raw(t, d, "update audit_nodes set hash = (select hash from audit_nodes where pos = 1) where pos = 0")
		raw(t, d, "update audit_nodes set hash = (select hash from audit_nodes where pos = 1) where pos = 2")
		emit(t, d, renamed("ber", 3, "", "z"))
		if n, err := audit.NewSealer(l).Seal(desk()); !errors.Is(err, audit.ErrInconsistent) || n != 0 {
			t.Fatal(n, err)
		}
		c, err := l.Checkpoint(desk())
		if err != nil || c.Size != 3 {
			t.Errorf("signed after all: %+v, %v", c, err)
		}
		// The running sealer notices by itself, and the desk stops writing.
		s := audit.NewSealer(l)
		ctx, stop := context.WithCancel(desk())
		ran := make(chan bool)
		go func() {
			s.Run(ctx)
			close(ran)
		}()
		f := renamed("ber", 4, "", "z")
		f.ID = audit.NewID(testkit.Epoch)
		err = d.Do(ctx, func(ctx context.Context) error { return d.Emit(ctx, f) })
		if err == nil {
			_, err = s.Await(ctx, f.ID)
		}
		if !errors.Is(err, audit.ErrInconsistent) {
			t.Errorf("written on: %v", err)
		}
		stop()
		<-ran
	})
}

func TestANewKeyNeedsARecoveryWhichTakesOverWhatWaits(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		_, old := reopen(t, d, t.TempDir())
		emit(t, d, renamed("ber", 1, "", "x"))
		l, st := reopen(t, d, t.TempDir()) // the folder was lost
		if !errors.Is(st.ReadOnly, audit.ErrKey) {
			t.Fatalf("read-only: %v", st.ReadOnly)
		}
		st, err := l.Recover(desk(), "the key was lost")
		if err != nil || st.ReadOnly != nil || st.VerifierKey == old.VerifierKey || st.Size != 3 {
			t.Fatal(st, err)
		}
		e, err := l.Find(desk(), "log", st.Origin, 1)
		if err != nil || !strings.Contains(string(e.Leaf), `"adopted:1"`) {
			t.Errorf("leaf %s, %v", e.Leaf, err)
		}
		verified(t, l)
	})
}

func TestACutLastLineOfTheCopyDoesNotMatter(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, testkit.NewClock(testkit.Epoch))
	dir := t.TempDir()
	reopen(t, d, dir)
	path := filepath.Join(dir, "checkpoints.log")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"at":"2026-`); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	l, st := reopen(t, d, dir)
	if st.ReadOnly != nil {
		t.Fatal(st.ReadOnly)
	}
	emit(t, d, renamed("ber", 1, "", "x"))
	seal(t, l)
	if _, st = reopen(t, d, dir); st.ReadOnly != nil || st.Size != 2 {
		t.Fatal(st)
	}
	for _, s := range verified(t, l).Steps {
		if s.Name == "anchors" && s.Checked != 2 {
			t.Errorf("%d anchors", s.Checked)
		}
	}
	if err := os.WriteFile(path, []byte("nothing\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, st = reopen(t, d, dir); !errors.Is(st.ReadOnly, audit.ErrInconsistent) {
		t.Errorf("a spoilt copy: %v", st.ReadOnly)
	}
}

func TestALostCopyOfTheCheckpointsIsWarnedOfAndBegunAnew(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, testkit.NewClock(testkit.Epoch))
	dir := t.TempDir()
	reopen(t, d, dir)
	if err := os.Remove(filepath.Join(dir, "checkpoints.log")); err != nil {
		t.Fatal(err)
	}
	l, st := reopen(t, d, dir)
	if st.ReadOnly != nil || len(st.Warnings) != 1 {
		t.Errorf("got %+v", st)
	}
	verified(t, l)
	if _, st := reopen(t, d, dir); len(st.Warnings) != 0 {
		t.Errorf("still warned: %v", st.Warnings)
	}
}
