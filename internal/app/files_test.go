package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

func TestFilesLieUnderKeysThatNobodyChose(t *testing.T) {
	dir := t.TempDir()
	f, err := openFiles(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	ctx := context.Background()
	key, size, sum, err := f.Put(ctx, bytes.NewReader([]byte("pixels")), 100)
	if err != nil || size != 6 || len(sum) != 64 {
		t.Fatalf("%d %s %v", size, sum, err)
	}
	in, err := f.Open(key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(in)
	_ = in.Close()
	if err != nil || string(b) != "pixels" {
		t.Errorf("%q, %v", b, err)
	}
	if _, _, _, err := f.Put(ctx, bytes.NewReader(make([]byte, 101)), 100); !errors.Is(err, ticket.ErrTooLarge) {
		t.Errorf("one byte too many: %v", err)
	}
	broken := io.MultiReader(bytes.NewReader([]byte("half")), failing{})
	if _, _, _, err := f.Put(ctx, broken, 100); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a sender that breaks off: %v", err)
	}
	left := 0
	_ = filepath.WalkDir(dir, func(_ string, e os.DirEntry, _ error) error {
		if !e.IsDir() {
			left++
		}
		return nil
	})
	if left != 1 {
		t.Errorf("%d files are left, want the one that was kept", left)
	}
	for _, bad := range []string{"", "../../etc/passwd", "a/b", "..", key + "/../x", "short"} {
		if _, err := f.Open(bad); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := f.Remove(key); err != nil {
		t.Error(err)
	}
	if _, err := f.Open(key); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("a removed file: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
