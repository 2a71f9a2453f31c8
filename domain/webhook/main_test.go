package webhook_test

import (
	"os"
	"testing"

	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}
