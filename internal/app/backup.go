package app

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// manifest says what a backup holds. The signing key is not in it: who has a backup must not be able to sign.
type manifest struct {
	Format  string            `json:"format"`
	Version string            `json:"version"` // of the program
	Made    time.Time         `json:"made"`
	Events  int64             `json:"events"` // sealed leaves of the log
	Files   map[string]string `json:"files"`  // name in the archive → SHA-256
}

const backupFormat = "cabinet-backup-1"

// ErrBackup is returned for an archive that cannot be restored.
var ErrBackup = domain.Code(domain.Invalid, "backup_invalid", "That is not a complete backup")

// Backup writes an archive of a SQLite desk while the server runs: a consistent copy of the database and every
// attachment. It reads the archive again before it returns, so that a backup that exists can be restored.
func Backup(ctx context.Context, cfg Config, out, version string) (events int64, err error) {
	path := cfg.Database()
	if strings.Contains(path, "://") {
		return 0, domain.ErrInvalid.Because("PostgreSQL has its own tools for this: pg_dump, or continuous archiving.")
	}
	if _, err := os.Stat(path); err != nil {
		return 0, fmt.Errorf("there is no database at %s: %w", path, err)
	}
	tmp, err := os.MkdirTemp(filepath.Dir(out), ".cabinet-backup-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	copyPath := filepath.Join(tmp, "cabinet.db")
	d, err := db.Open(ctx, db.Config{URL: path, Shared: true}, SystemClock{})
	if err != nil {
		return 0, err
	}
	_, err = d.Writer().ExecContext(ctx, "vacuum into ?", copyPath)
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return 0, fmt.Errorf("copy the database: %w", err)
	}
	if events, err = soundCopy(ctx, copyPath); err != nil {
		return 0, err
	}

	partial := out + ".partial"
	f, err := os.OpenFile(partial, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(partial) }()
	m := manifest{Format: backupFormat, Version: version, Made: time.Now().UTC(), Events: events, Files: map[string]string{}}
	z := zip.NewWriter(f)
	add := func(name, from string) error {
		in, err := os.Open(from)
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }()
		w, err := z.Create(name)
		if err != nil {
			return err
		}
		h := sha256.New()
		if _, err := io.Copy(io.MultiWriter(w, h), in); err != nil {
			return err
		}
		m.Files[name] = hex.EncodeToString(h.Sum(nil))
		return nil
	}
	err = add("cabinet.db", copyPath)
	if err == nil {
		err = filepath.WalkDir(filepath.Join(cfg.Data, "files"), func(p string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || e.IsDir() {
				return err
			}
			rel, err := filepath.Rel(cfg.Data, p)
			if err != nil {
				return err
			}
			return add(filepath.ToSlash(rel), p)
		})
	}
	if err == nil {
		var w io.Writer
		if w, err = z.Create("manifest.json"); err == nil {
			err = json.NewEncoder(w).Encode(m)
		}
	}
	for _, step := range []func() error{z.Close, f.Sync, f.Close} {
		if serr := step(); err == nil {
			err = serr
		}
	}
	if err != nil {
		return 0, fmt.Errorf("write the archive: %w", err)
	}
	if _, err := checkArchive(partial, nil); err != nil {
		return 0, err
	}
	return events, os.Rename(partial, out)
}

// soundCopy checks a copied database and counts the sealed events in it.
func soundCopy(ctx context.Context, path string) (events int64, err error) {
	d, err := db.Open(ctx, db.Config{URL: path, Shared: true}, SystemClock{})
	if err != nil {
		return 0, err
	}
	defer func() { _ = d.Close() }()
	var verdict string
	if err := d.Reader().QueryRowContext(ctx, "pragma integrity_check").Scan(&verdict); err != nil {
		return 0, err
	}
	if verdict != "ok" {
		return 0, ErrBackup.Because("The copy of the database is damaged: %s.", verdict)
	}
	return events, d.Reader().QueryRowContext(ctx, "select count(*) from audit_leaves").Scan(&events)
}

// checkArchive reads an archive whole, compares every file with the manifest and, when into is given, gives it
// each file to keep.
func checkArchive(path string, into func(name string) (io.WriteCloser, error)) (m manifest, err error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return m, ErrBackup.Wrap(err)
	}
	defer func() { _ = z.Close() }()
	mf, err := z.Open("manifest.json")
	if err != nil {
		return m, ErrBackup.Because("It has no manifest.")
	}
	err = json.NewDecoder(io.LimitReader(mf, 256<<20)).Decode(&m)
	_ = mf.Close()
	if err != nil || m.Format != backupFormat {
		return m, ErrBackup.Because("Its manifest is not one of ours.")
	}
	seen := 0
	for _, e := range z.File {
		if e.Name == "manifest.json" {
			continue
		}
		want, ok := m.Files[e.Name]
		if !ok || !filepath.IsLocal(filepath.FromSlash(e.Name)) || (e.Name != "cabinet.db" && !strings.HasPrefix(e.Name, "files/")) || e.Mode()&fs.ModeType != 0 {
			return m, ErrBackup.Because("It holds something that does not belong there.")
		}
		if err := checkEntry(e, want, into); err != nil {
			return m, err
		}
		seen++
	}
	if seen != len(m.Files) || m.Files["cabinet.db"] == "" {
		return m, ErrBackup.Because("Files are missing from it.")
	}
	return m, nil
}

func checkEntry(e *zip.File, want string, into func(name string) (io.WriteCloser, error)) error {
	in, err := e.Open()
	if err != nil {
		return ErrBackup.Wrap(err)
	}
	defer func() { _ = in.Close() }()
	h := sha256.New()
	w := io.Writer(h)
	if into != nil {
		out, err := into(e.Name)
		if err != nil {
			return err
		}
		defer func() { _ = out.Close() }()
		w = io.MultiWriter(h, out)
	}
	if _, err := io.Copy(w, in); err != nil {
		return ErrBackup.Wrap(err)
	}
	if hex.EncodeToString(h.Sum(nil)) != want {
		return ErrBackup.Because("A file in it is damaged.")
	}
	return nil
}

// Restore puts a backup into a data folder that holds no database. The archive is checked whole before anything
// is written. A log that was longer when the backup was older says so at the next start, which begins a new
// origin only on `cabinet audit recover`.
func Restore(ctx context.Context, cfg Config, archive string) (events int64, err error) {
	path := cfg.Database()
	if strings.Contains(path, "://") {
		return 0, domain.ErrInvalid.Because("PostgreSQL has its own tools for this: pg_restore.")
	}
	if _, err := os.Stat(path); err == nil {
		return 0, domain.ErrDuplicate.Because("There is a database at %s. Move it away first: restoring never overwrites.", path)
	}
	if _, err := checkArchive(archive, nil); err != nil {
		return 0, err
	}
	if err := private(cfg.Data); err != nil {
		return 0, err
	}
	root, err := os.OpenRoot(cfg.Data)
	if err != nil {
		return 0, err
	}
	defer func() { _ = root.Close() }()
	partial := "cabinet.db.restoring"
	_, err = checkArchive(archive, func(name string) (io.WriteCloser, error) {
		if name == "cabinet.db" {
			name = partial
		} else if err := root.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			return nil, err
		}
		return root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	})
	if err != nil {
		_ = root.Remove(partial)
		return 0, err
	}
	full := filepath.Join(cfg.Data, partial)
	if events, err = soundCopy(ctx, full); err != nil {
		return 0, err
	}
	for _, side := range []string{"-wal", "-shm"} {
		_ = os.Remove(full + side)
	}
	_ = os.Remove(full + ".lock")
	if err := private(filepath.Dir(path)); err != nil {
		return 0, err
	}
	return events, os.Rename(full, path)
}
