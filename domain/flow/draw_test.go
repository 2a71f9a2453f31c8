package flow_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/cabinetdesk/cabinet/domain/flow"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run with -update if this is right):\n%s", path, got)
	}
}

func TestTheDrawingMatchesItsGolden(t *testing.T) {
	t.Parallel()
	golden(t, "parcel.mmd", parcel().Mermaid())
}

func TestThePageMatchesItsGolden(t *testing.T) {
	t.Parallel()
	golden(t, "parcel.md", parcel().Document())
}

func TestTheMatrixMatchesItsGolden(t *testing.T) {
	t.Parallel()
	second := parcel()
	second.Kind = "letter"
	golden(t, "matrix.txt", flow.Matrix([]flow.Machine{parcel(), second}))
}
