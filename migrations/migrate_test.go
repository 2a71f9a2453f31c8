package migrations_test

import (
	"context"
	"flag"
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/migrations"
)

//go:generate go test . -run TestTheDumpOfTheSchemaIsCurrent -update

var update = flag.Bool("update", false, "write the dumps of the schema anew")

func TestBothDatabasesHaveTheSameMigrations(t *testing.T) {
	names := func(d db.Dialect) (out []string) {
		entries, err := fs.Glob(migrations.Files(d), "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		return entries
	}
	if a, b := names(db.SQLite), names(db.Postgres); !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("SQLite has %v, PostgreSQL has %v", a, b)
	}
}

func TestBothDatabasesHaveTheSameColumns(t *testing.T) {
	columns := func(dialect db.Dialect) []string {
		d := testkit.Open(t, dialect, testkit.NewClock(testkit.Epoch))
		out, err := migrations.Columns(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	a, b := columns(db.SQLite), columns(db.Postgres)
	for _, c := range a {
		if !slices.Contains(b, c) {
			t.Errorf("only SQLite has %s", c)
		}
	}
	for _, c := range b {
		if !slices.Contains(a, c) {
			t.Errorf("only PostgreSQL has %s", c)
		}
	}
}

func TestTheDumpOfTheSchemaIsCurrent(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		d := testkit.Open(t, dialect, testkit.NewClock(testkit.Epoch))
		got, err := migrations.Schema(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		file := string(dialect) + "/schema.sql"
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != got {
			t.Errorf("%s is not current: run `make generate` (%v)", file, err)
		}
	}
}

func TestASecondUpgradeDoesNothing(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		ctx := context.Background()
		if n, err := migrations.Up(ctx, d, nil); n != 0 || err != nil {
			t.Errorf("applied %d, %v", n, err)
		}
		if n, err := migrations.Pending(ctx, d); n != 0 || err != nil {
			t.Errorf("pending %d, %v", n, err)
		}
	})
}

func TestADatabaseThatIsNewerThanTheProgramIsRefused(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		ctx := context.Background()
		if _, err := d.Writer().ExecContext(ctx, "insert into goose_db_version (version_id, is_applied) values (99999, true)"); err != nil {
			t.Fatal(err)
		}
		if _, err := migrations.Up(ctx, d, nil); err == nil {
			t.Error("the upgrade went ahead")
		}
	})
}
