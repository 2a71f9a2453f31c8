package app_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/app"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// running is a world whose database and files lie in a data folder, as those of a server do.
func running(t *testing.T) (*world.World, app.Config) {
	t.Helper()
	w := world.New(t, db.SQLite)
	data := filepath.Dir(w.DB.Path())
	if err := os.Rename(w.FilesDir, filepath.Join(data, "files")); err != nil {
		t.Fatal(err)
	}
	return w, app.Config{Data: data}
}

func TestABackupOfARunningDeskRestoresToTheSameDesk(t *testing.T) {
	t.Parallel()
	w, cfg := running(t)
	i := w.Report("ann", "Mail is down")
	w.Seal()
	archive := filepath.Join(t.TempDir(), "backup.zip")
	events, err := app.Backup(context.Background(), cfg, archive, "test")
	if err != nil || events == 0 {
		t.Fatalf("%d events, %v", events, err)
	}
	w.Report("ann", "After the backup")

	there := app.Config{Data: t.TempDir()}
	restored, err := app.Restore(context.Background(), there, archive)
	if err != nil || restored != events {
		t.Fatalf("%d of %d events, %v", restored, events, err)
	}
	d, err := db.Open(context.Background(), db.Config{URL: there.Database()}, testkit.NewClock(testkit.Epoch))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	desk, err := app.Wire(w.System(), d, app.Options{FilesDir: filepath.Join(there.Data, "files")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = desk.Close() }()
	page, err := desk.Tickets.List(w.System(), ticket.Filter{Queue: "all", Sort: "number", Limit: 10}, w)
	if err != nil || len(page.Tickets) != 1 || page.Tickets[0].Number != i.Ticket.Number {
		t.Errorf("%+v, %v", page.Tickets, err)
	}
	if _, err := app.Restore(context.Background(), there, archive); !errors.Is(err, domain.ErrDuplicate) {
		t.Errorf("over an existing database: %v", err)
	}
}

func TestADamagedBackupIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	w, cfg := running(t)
	w.Report("ann", "Mail is down")
	archive := filepath.Join(t.TempDir(), "backup.zip")
	if _, err := app.Backup(context.Background(), cfg, archive, "test"); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func([]byte) []byte{
		"cut":      func(b []byte) []byte { return b[:len(b)/2] },
		"flipped":  func(b []byte) []byte { b[len(b)/3] ^= 1; return b },
		"no zip":   func([]byte) []byte { return []byte("hello") },
		"nothing":  func([]byte) []byte { return nil },
		"manifest": func(b []byte) []byte { return []byte(strings.ReplaceAll(string(b), "manifest.json", "manifest.jsoN")) },
	} {
		bad, there := filepath.Join(t.TempDir(), "bad.zip"), app.Config{Data: filepath.Join(t.TempDir(), "data")}
		if err := os.WriteFile(bad, damage(append([]byte(nil), whole...)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := app.Restore(context.Background(), there, bad); err == nil {
			t.Errorf("%s: restored", name)
		}
		if _, err := os.Stat(there.Database()); err == nil {
			t.Errorf("%s: something was written", name)
		}
	}
}
