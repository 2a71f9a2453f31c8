package audit

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says which tree a log has: its name, how many leaves, and their root.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	// Note is the checkpoint as it was signed (C2SP signed-note), empty when it has not been.
	Note string
}

// Text is the body that is signed: origin, size and root in base64, a line each, as C2SP tlog-checkpoint
// says. (tlog.FormatTree writes the name of Go's own log instead.)
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// ParseCheckpoint reads the body of a checkpoint. Exactly three lines are accepted: this log has no
// extension lines. It fails with [ErrCheckpoint].
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, ErrCheckpoint.Because("A checkpoint has three lines.")
	}
	if lines[0] == "" {
		return Checkpoint{}, ErrCheckpoint.Because("It has no origin.")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, ErrCheckpoint.Because("Its size is malformed.")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize || base64.StdEncoding.EncodeToString(root) != lines[2] {
		return Checkpoint{}, ErrCheckpoint.Because("Its root is malformed.")
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: tlog.Hash(root)}, nil
}

// sign signs the checkpoint under its origin.
func (c *Checkpoint) sign(k *Key) error {
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signer{c.Origin, k})
	if err != nil {
		return ErrKey.Wrap(err)
	}
	c.Note = string(signed)
	return nil
}

// OpenCheckpoint reads a signed checkpoint and checks its signature by the public key (see
// [Key.VerifierKey]) and that key and checkpoint name the same origin. It fails with [ErrCheckpoint]
// or [ErrSignature].
func OpenCheckpoint(signed, verifierKey string) (Checkpoint, error) {
	v, err := note.NewVerifier(verifierKey)
	if err != nil {
		return Checkpoint{}, ErrSignature.Because("The public key is malformed.").Wrap(err)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, ErrSignature.Wrap(err)
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != v.Name() {
		return Checkpoint{}, ErrSignature.Because("The checkpoint is of another log.")
	}
	c.Note = signed
	return c, nil
}

// unverified reads a signed checkpoint without checking its signature.
func unverified(signed string) (Checkpoint, error) {
	body, _, ok := strings.Cut(signed, "\n\n")
	if !ok {
		return Checkpoint{}, ErrCheckpoint.Because("It is not signed.")
	}
	c, err := ParseCheckpoint(body + "\n")
	c.Note = signed
	return c, err
}

// anchorFile is the copy of the checkpoints outside the database: one JSON object a line,
// {"at": time, "note": signed checkpoint}. It only grows; a large one is set aside under a dated name.
const (
	anchorFile    = "checkpoints.log"
	anchorMaximum = 16 << 20 // bytes
)

type anchorLine struct {
	At   string `json:"at"`
	Note string `json:"note"`
}

// anchors is the copy kept in a folder; without a folder it keeps the last one in memory.
type anchors struct {
	dir  string
	mu   sync.Mutex
	last *Checkpoint
}

func (a *anchors) path() string { return filepath.Join(a.dir, anchorFile) }

// load reads the last checkpoint of the file. A last line that a crash cut short does not count.
func (a *anchors) load() (*Checkpoint, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.dir == "" {
		return a.last, nil
	}
	f, err := os.Open(a.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the copy of the checkpoints: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	const tail = 64 << 10
	from := max(info.Size()-tail, 0)
	buf := make([]byte, info.Size()-from)
	if _, err := f.ReadAt(buf, from); err != nil {
		return nil, fmt.Errorf("read the copy of the checkpoints: %w", err)
	}
	lines := bytes.Split(buf, []byte("\n"))
	for i := len(lines) - 2; i >= 0; i-- { // what follows the last newline is not whole
		c, err := parseAnchor(lines[i])
		if err == nil {
			a.last = &c
			return a.last, nil
		}
	}
	if info.Size() > 0 {
		return nil, ErrInconsistent.Because("The copy of the checkpoints, %s, holds none that can be read.", anchorFile)
	}
	return nil, nil
}

func parseAnchor(line []byte) (Checkpoint, error) {
	var l anchorLine
	if err := json.Unmarshal(line, &l); err != nil {
		return Checkpoint{}, ErrCheckpoint.Wrap(err)
	}
	return unverified(l.Note)
}

// append adds a checkpoint and waits until it is on the disk.
func (a *anchors) append(c Checkpoint, at time.Time) (err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.last != nil && a.last.Origin == c.Origin && a.last.Size >= c.Size {
		return nil
	}
	defer func() {
		if err == nil {
			a.last = &c
		}
	}()
	if a.dir == "" {
		return nil
	}
	line, err := json.Marshal(anchorLine{At: at.UTC().Format(leafTime), Note: c.Note})
	if err != nil {
		return err
	}
	if info, err := os.Stat(a.path()); err == nil && info.Size() > anchorMaximum {
		// The new file begins with this checkpoint, so there is never none.
		if err := os.Rename(a.path(), filepath.Join(a.dir, "checkpoints-"+at.UTC().Format("20060102T150405.000000")+".log")); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(a.path(), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if info, err := f.Stat(); err == nil && info.Size() > 0 {
		var end [1]byte
		if _, err := f.ReadAt(end[:], info.Size()-1); err == nil && end[0] != '\n' {
			line = append([]byte{'\n'}, line...) // a crash cut the last line short
		}
	}
	_, err = f.Write(line)
	return errors.Join(err, f.Sync(), f.Close())
}

// each calls yield for every checkpoint that was ever copied, in no particular order of files. Lines
// that cannot be read are counted.
func (a *anchors) each(yield func(Checkpoint) error) (unreadable int, err error) {
	a.mu.Lock()
	last := a.last
	a.mu.Unlock()
	if a.dir == "" {
		if last != nil {
			return 0, yield(*last)
		}
		return 0, nil
	}
	files, err := filepath.Glob(filepath.Join(a.dir, "checkpoints*.log"))
	if err != nil {
		return 0, err
	}
	for _, name := range files {
		n, err := eachIn(name, yield)
		unreadable += n
		if err != nil {
			return unreadable, err
		}
	}
	return unreadable, nil
}

func eachIn(name string, yield func(Checkpoint) error) (unreadable int, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		c, err := parseAnchor(lines.Bytes())
		if err != nil {
			unreadable++
			continue
		}
		if err := yield(c); err != nil {
			return unreadable, err
		}
	}
	return unreadable, lines.Err()
}
