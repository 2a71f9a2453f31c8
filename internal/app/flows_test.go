package app_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/cabinetdesk/cabinet/internal/app"
)

//go:generate go test . -run TestTheDrawingsOfTheFlowsAreCurrent -update

var update = flag.Bool("update", false, "write the drawings anew")

func TestTheDrawingsOfTheFlowsAreCurrent(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "flows")
	for _, m := range app.Flows {
		file := filepath.Join(dir, m.Kind+".md")
		if *update {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(m.Document()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != m.Document() {
			t.Errorf("%s is not current: run `make generate` (%v)", file, err)
		}
	}
}
