package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// files keeps the bytes of attachments and exports under random keys in one folder. Names that people gave
// never reach it; os.Root keeps whatever does inside.
type files struct {
	root *os.Root
}

func openFiles(dir string) (*files, error) {
	if err := private(dir); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &files{root: root}, nil
}

// path spreads keys over folders of two letters.
func (f *files) path(key string) (dir, name string, err error) {
	if len(key) < 16 || len(key) > 64 || strings.Trim(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return "", "", domain.ErrNotFound
	}
	dir = strings.ToLower(strings.Trim(key[:3], "-_")) + "_"
	return dir, dir + "/" + key, nil
}

// Put streams r into a new file and makes it durable before it returns.
func (f *files) Put(ctx context.Context, r io.Reader, limit int64) (key string, size int64, sum string, err error) {
	key = Random()
	dir, name, err := f.path(key)
	if err != nil {
		return "", 0, "", err
	}
	if err := f.root.Mkdir(dir, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", 0, "", domain.ErrStorage.Wrap(err)
	}
	out, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", 0, "", domain.ErrStorage.Wrap(err)
	}
	fail := func(err error) (string, int64, string, error) {
		_ = out.Close()
		_ = f.root.Remove(name)
		return "", 0, "", err
	}
	hash := sha256.New()
	size, err = io.Copy(io.MultiWriter(out, hash), io.LimitReader(cancellable{ctx, r}, limit+1))
	switch {
	case err != nil && isRead(err):
		return fail(errors.Unwrap(err))
	case err != nil:
		return fail(domain.ErrStorage.Wrap(err))
	case size > limit:
		return fail(ticket.ErrTooLarge.Because("A file may have at most %d MiB.", limit>>20))
	}
	if err := out.Sync(); err != nil {
		return fail(domain.ErrStorage.Wrap(err))
	}
	if err := out.Close(); err != nil {
		return fail(domain.ErrStorage.Wrap(err))
	}
	return key, size, hex.EncodeToString(hash.Sum(nil)), nil
}

// Open opens a file by its key.
func (f *files) Open(key string) (io.ReadSeekCloser, error) {
	_, name, err := f.path(key)
	if err != nil {
		return nil, err
	}
	in, err := f.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, domain.ErrNotFound.Because("The file is not there any more.")
	}
	return in, err
}

// Remove forgets a file; one that is not there is no error.
func (f *files) Remove(key string) error {
	_, name, err := f.path(key)
	if err != nil {
		return nil
	}
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (f *files) Close() error { return f.root.Close() }

// readError marks what went wrong on the sender's side, so that it is not taken for a full disk.
type readError struct{ err error }

func (e readError) Error() string { return e.err.Error() }
func (e readError) Unwrap() error { return e.err }

func isRead(err error) bool {
	var r readError
	return errors.As(err, &r)
}

type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, readError{err}
	}
	n, err := c.r.Read(p)
	if err != nil && err != io.EOF {
		err = readError{err}
	}
	return n, err
}
