package policies_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/casbin/casbin/v2"
)

// shared finds the folder of real test data beside the repository.
func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CABINET_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("skipped: the folder of shared test data is not here (%s)", dir)
	}
	return dir
}

// TestCasbinSurvivesTheExamplesOfItsAuthors loads each example model with each policy of its name: every one
// loads or fails with an error, none panics.
func TestCasbinSurvivesTheExamplesOfItsAuthors(t *testing.T) {
	t.Parallel()
	archive := filepath.Join(shared(t), "vectors", "casbin-examples.tar.xz")
	dir := t.TempDir()
	if out, err := exec.Command("tar", "-xJf", archive, "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("unpack: %v %s", err, out)
	}
	var files, models, loaded, failed int
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		files++
		if !strings.HasSuffix(path, ".conf") {
			return nil
		}
		models++
		policy := strings.NewReplacer("_model", "_policy", ".conf", ".csv").Replace(path)
		args := []any{path}
		if _, err := os.Stat(policy); err == nil {
			args = append(args, policy)
		}
		defer func() {
			if p := recover(); p != nil {
				t.Errorf("%s panics: %v", filepath.Base(path), p)
			}
		}()
		e, err := casbin.NewEnforcer(args...)
		if err != nil {
			failed++
			return nil
		}
		loaded++
		_, _ = e.Enforce("alice", "data1", "read") // an error is an answer; a panic is not
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 94 || loaded == 0 {
		t.Errorf("%d files, %d models: %d loaded, %d failed", files, models, loaded, failed)
	}
	t.Logf("%d files, %d models: %d loaded, %d failed with an error", files, models, loaded, failed)
}
