package app_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/internal/app"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestAnExportBesideARunningServerIsInTheLogAndTheServerSealsIt(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, testkit.NewClock(testkit.Epoch))
	data := filepath.Dir(d.Path())
	system := domain.WithActor(context.Background(), domain.SystemActor(domain.ViaCLI))
	server, err := app.Wire(system, d, app.Options{AuditDir: filepath.Join(data, "audit"), FilesDir: filepath.Join(data, "files")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	if _, err := server.Incidents.Report(system, incident.ReportInput{Title: "Mail is down", Impact: 2, Urgency: 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(system, db.Config{URL: d.Path()}, testkit.NewClock(testkit.Epoch)); !errors.Is(err, db.ErrLocked) {
		t.Fatalf("the server does not hold its file: %v", err)
	}
	ctx, stop := context.WithCancel(system)
	sealed := make(chan struct{})
	go func() { server.Sealer.Run(ctx); close(sealed) }()

	out := filepath.Join(t.TempDir(), "incidents.csv")
	var said, wrong bytes.Buffer
	if code := app.Main(context.Background(), "test", []string{"export", "incidents", "--format", "csv", "--out", out, "--data", data}, strings.NewReader(""), &said, &wrong); code != 0 {
		t.Fatalf("exit code %d: %s", code, wrong.String())
	}
	stop()
	<-sealed
	file, err := os.ReadFile(out)
	if err != nil || !strings.Contains(string(file), "Mail is down") {
		t.Errorf("%s, %v", file, err)
	}
	if !strings.Contains(said.String(), "sealed as leaf") {
		t.Error(said.String())
	}
	events, err := server.Log.Events(system, audit.Filter{EntityKind: "export"})
	if err != nil || len(events) != 1 || events[0].Index < 0 || events[0].Via != "cli" {
		t.Errorf("%+v, %v", events, err)
	}
	report, err := server.Log.Verify(system, audit.Options{})
	if err != nil || !report.OK {
		t.Errorf("%+v, %v", report, err)
	}
}
