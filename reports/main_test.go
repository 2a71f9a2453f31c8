package reports_test

import (
	"context"
	"os"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}

func operator() context.Context {
	return domain.WithActor(context.Background(), domain.SystemActor(domain.ViaCLI))
}
