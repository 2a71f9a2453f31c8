package cmdb_test

import (
	"flag"
	"os"
	"testing"

	"github.com/cabinetdesk/cabinet/internal/testkit"
)

// A check of the histories is a story on a database, not a function call: fewer of them, each longer. An explicit
// -rapid.checks wins.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
	flag.Parse()
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}
