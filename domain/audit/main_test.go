package audit_test

import (
	"context"
	"fmt"
	"os"
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
	l := audit.New(d, audit.Config{Dir: t.TempDir(), Host: "desk.test"})
	d.Use(l.Record, nil)
	return l
}

func emit(t testing.TB, d *db.DB, facts ...domain.Fact) {
	t.Helper()
	if err := d.Do(desk(), func(ctx context.Context) error { return d.Emit(ctx, facts...) }); err != nil {
		t.Fatal(err)
	}
}

func site(n int) string { return fmt.Sprintf("site%05d", n) }
