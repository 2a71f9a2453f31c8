package audit_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}

// fact is a fact of a made-up record.
type fact domain.Event

func (f fact) Event() domain.Event { return domain.Event(f) }

// renamed is the fact that site n got a name, as its version v.
func renamed(site string, v int64, before, after string) fact {
	return fact{Type: "site.renamed", EntityKind: "site", Entity: site, Version: v, Visibility: domain.Public,
		StateFrom: "open", StateTo: "open", Scope: []string{"team:network", "SOX", "SOX"},
		Fields: []domain.FieldChange{{Field: "name", Before: before, After: after, Subject: "usr_ann"}},
		State:  map[string]string{"key": site, "name": after}}
}

func desk() context.Context {
	return domain.WithActor(context.Background(), domain.Actor{Kind: domain.Person, Ref: "usr_bob", Name: "Bob", Via: domain.ViaUI, Authn: "password"})
}

// open installs an opened log with its key and checkpoints in a folder of the test.
func open(t testing.TB, d *db.DB) *audit.Log {
	t.Helper()
	l, st := reopen(t, d, t.TempDir())
	if st.ReadOnly != nil {
		t.Fatal(st.ReadOnly)
	}
	return l
}

// reopen opens the log of a database as a process that starts does.
func reopen(t testing.TB, d *db.DB, dir string) (*audit.Log, audit.Status) {
	t.Helper()
	l := audit.New(d, audit.Config{Dir: dir, Host: "desk.test"})
	d.Use(l.Record, nil)
	st, err := l.Open(desk())
	if err != nil {
		t.Fatal(err)
	}
	return l, st
}

// verified fails the test unless everything is proved.
func verified(t testing.TB, l *audit.Log) audit.Report {
	t.Helper()
	r, err := l.Verify(desk(), audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Steps {
		if !s.OK {
			t.Errorf("%s: %s", s.Name, s.Detail)
		}
	}
	if !r.OK {
		t.Error("the log is not verified")
	}
	return r
}

// failing fails the test unless the verification fails, and in exactly these steps.
func failing(t testing.TB, l *audit.Log, steps ...string) audit.Report {
	t.Helper()
	r, err := l.Verify(desk(), audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.OK {
		t.Error("the log was verified")
	}
	var failed []string
	for _, s := range r.Steps {
		if !s.OK {
			failed = append(failed, s.Name)
			t.Logf("%s: %s", s.Name, s.Detail)
		}
	}
	slices.Sort(steps)
	slices.Sort(failed)
	if !slices.Equal(failed, steps) {
		t.Errorf("failed: %v, not %v", failed, steps)
	}
	return r
}

// seal seals all that waits.
func seal(t testing.TB, l *audit.Log) {
	t.Helper()
	s := audit.NewSealer(l)
	for {
		n, err := s.Seal(desk())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func emit(t testing.TB, d *db.DB, facts ...domain.Fact) {
	t.Helper()
	if err := d.Do(desk(), func(ctx context.Context) error { return d.Emit(ctx, facts...) }); err != nil {
		t.Fatal(err)
	}
}

func site(n int) string { return fmt.Sprintf("site%05d", n) }
