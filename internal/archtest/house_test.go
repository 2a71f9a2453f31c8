package archtest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cabinetdesk/cabinet/internal/archtest"
)

var root = filepath.Join("..", "..")

func TestTheSourceKeepsTheRulesOfTheHouse(t *testing.T) {
	t.Parallel()
	packages, err := archtest.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 3 {
		t.Fatalf("go list found only %d packages", len(packages))
	}
	for _, r := range archtest.Excuse(archtest.Check(packages), archtest.Exceptions) {
		t.Error(r)
	}
	for _, long := range archtest.Long(packages) {
		t.Logf("%s: split it before it reaches %d", long, archtest.LinesHard)
	}
}

func TestThereAreNoUnknownFoldersAtTheTop(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, entry := range entries {
		if entry.IsDir() {
			folders = append(folders, entry.Name())
		}
	}
	for _, r := range archtest.CheckFolders(folders) {
		t.Error(r)
	}
}
