package audit

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cabinetdesk/cabinet/domain/audit/merkle"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// store runs the log's plain SQL on both databases. Statements are written with "?".
type store struct{ d *db.DB }

// bind turns "?" into the placeholders of the database.
func (s store) bind(q string) string {
	if !s.d.IsPostgres() {
		return q
	}
	var b strings.Builder
	n := 0
	for {
		i := strings.IndexByte(q, '?')
		if i < 0 {
			b.WriteString(q)
			return b.String()
		}
		n++
		b.WriteString(q[:i])
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		q = q[i+1:]
	}
}

func (s store) exec(ctx context.Context, q string, args ...any) (int64, error) {
	res, err := s.d.SQL(ctx).ExecContext(ctx, s.bind(q), args...)
	if err != nil {
		return 0, db.Translate(err)
	}
	return res.RowsAffected()
}

// row scans the only row of q; found is false when there is none.
func (s store) row(ctx context.Context, q string, args []any, dst ...any) (found bool, err error) {
	err = s.d.SQL(ctx).QueryRowContext(ctx, s.bind(q), args...).Scan(dst...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, db.Translate(err)
}

// rows calls scan for every row of q.
func (s store) rows(ctx context.Context, q string, args []any, scan func(r *sql.Rows) error) error {
	r, err := s.d.SQL(ctx).QueryContext(ctx, s.bind(q), args...)
	if err != nil {
		return db.Translate(err)
	}
	defer func() { _ = r.Close() }()
	for r.Next() {
		if err := scan(r); err != nil {
			return err
		}
	}
	return db.Translate(r.Err())
}

// strings reads one column of text.
func (l *Log) strings(ctx context.Context, q string, args ...any) ([]string, error) {
	var list []string
	err := l.store.rows(ctx, q, args, func(r *sql.Rows) error {
		var v string
		if err := r.Scan(&v); err != nil {
			return err
		}
		list = append(list, v)
		return nil
	})
	return list, err
}

// insert writes rows, many in one statement. Every row has one value a column.
func (s store) insert(ctx context.Context, table string, columns []string, rows [][]any) error {
	return s.d.InsertMany(ctx, table, columns, rows, "")
}

// in writes "(?, ?, …)" and the arguments for a list.
func in[T any](list []T) (string, []any) {
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return "(" + strings.TrimSuffix(strings.Repeat("?, ", len(list)), ", ") + ")", args
}

// sealLock is PostgreSQL's advisory lock of whoever appends to the tree ("cabinet" as a number).
const sealLock = 0x636162696e6574

// Origin is the name of a log and its public key. A database has one after another when it was restored.
type Origin struct {
	ID          int64
	Name        string
	VerifierKey string
	Reason      string
	Previous    string // the signed checkpoint that the one before ended with
	StartedAt   time.Time
}

// Origins lists the origins of the database, the first one first.
func (l *Log) Origins(ctx context.Context) ([]Origin, error) {
	return l.origins(ctx, "order by id")
}

// origin is the present one, nil when the log was never opened.
func (l *Log) origin(ctx context.Context) (*Origin, error) {
	return l.oneOrigin(ctx, "order by id desc limit 1")
}

// acknowledged are the origins that the log knows of: its own, and those that a recovery names as lost.
func (l *Log) acknowledged(ctx context.Context) (map[string]bool, error) {
	known := map[string]bool{}
	err := l.store.rows(ctx, "select o.origin, e.leaf from audit_origins o join audit_events e on e.entity_kind = 'log' and e.entity = o.origin join audit_leaves l on l.event_id = e.id", nil,
		func(r *sql.Rows) error {
			var name string
			var raw []byte
			if err := r.Scan(&name, &raw); err != nil {
				return err
			}
			known[name] = true
			leaf, err := ParseLeaf(raw)
			if err != nil {
				return nil // Verify says so
			}
			for _, tag := range leaf.Scope {
				for _, prefix := range []string{previousPrefix, lostPrefix} {
					if cited, ok := strings.CutPrefix(tag, prefix); ok {
						known[cited] = true
					}
				}
			}
			return nil
		})
	return known, err
}

func (l *Log) oneOrigin(ctx context.Context, tail string, args ...any) (*Origin, error) {
	list, err := l.origins(ctx, tail, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

func (l *Log) origins(ctx context.Context, tail string, args ...any) ([]Origin, error) {
	var list []Origin
	err := l.store.rows(ctx, "select id, origin, vkey, reason, previous, started_at from audit_origins "+tail, args, func(r *sql.Rows) error {
		var o Origin
		if err := r.Scan(&o.ID, &o.Name, &o.VerifierKey, &o.Reason, &o.Previous, &o.StartedAt); err != nil {
			return err
		}
		list = append(list, o)
		return nil
	})
	return list, err
}

// lastCheckpoint is the last one that was signed under an origin, nil when there is none.
func (l *Log) lastCheckpoint(ctx context.Context, origin string) (*Checkpoint, error) {
	c, err := l.checkpoint(ctx, "where origin = ? order by id desc limit 1", origin)
	if errors.Is(err, ErrNotOpen) {
		return nil, nil
	}
	return &c, err
}

// lock makes this unit the only one that appends to the tree; SQLite's writer is alone already.
func (l *Log) lock(ctx context.Context) error {
	if !l.db.IsPostgres() {
		return nil
	}
	_, err := l.store.exec(ctx, "select pg_advisory_xact_lock(?)", int64(sealLock))
	return err
}

// tryLock is the election of the sealer: whoever gets the lock seals, the others leave it to them.
func (l *Log) tryLock(ctx context.Context) (bool, error) {
	if !l.db.IsPostgres() {
		return true, nil
	}
	var got bool
	_, err := l.store.row(ctx, "select pg_try_advisory_xact_lock(?)", []any{int64(sealLock)}, &got)
	return got, err
}

func asInconsistent(err error) bool { return errors.Is(err, ErrInconsistent) }

// newUUID is a random UUID (RFC 9562 version 4).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand.Read ends the program instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// nodes reads the stored hashes of the tree, a batch in one query, below those of a seal under way. It
// is a tlog.HashReader.
type nodes struct {
	ctx   context.Context
	store store
	known map[int64]tlog.Hash
}

func (l *Log) nodes(ctx context.Context) *nodes {
	return &nodes{ctx: ctx, store: l.store, known: map[int64]tlog.Hash{}}
}

// ReadHashes returns the hashes at positions of tlog.StoredHashIndex.
func (n *nodes) ReadHashes(at []int64) ([]tlog.Hash, error) {
	var missing []int64
	for _, pos := range at {
		if _, ok := n.known[pos]; !ok {
			missing = append(missing, pos)
		}
	}
	for batch := range slices.Chunk(missing, 500) {
		set, args := in(batch)
		err := n.store.rows(n.ctx, "select pos, hash from audit_nodes where pos in "+set, args, func(r *sql.Rows) error {
			var pos int64
			var hash []byte
			if err := r.Scan(&pos, &hash); err != nil {
				return err
			}
			if len(hash) != tlog.HashSize {
				return ErrInconsistent.Because("The node at %d is malformed.", pos)
			}
			n.known[pos] = tlog.Hash(hash)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	out := make([]tlog.Hash, len(at))
	for i, pos := range at {
		h, ok := n.known[pos]
		if !ok {
			return nil, ErrInconsistent.Because("The node at %d is missing.", pos)
		}
		out[i] = h
	}
	return out, nil
}

// root is the root of the tree at a size, from the stored nodes.
func (n *nodes) root(size int64) (tlog.Hash, error) {
	if size == 0 {
		return tlog.Hash(merkle.EmptyRoot()), nil
	}
	return tlog.TreeHash(size, n)
}

// frontier takes up the tree at a size, to append to it.
func (n *nodes) frontier(size int64) (*merkle.Frontier, error) {
	hashes, err := n.ReadHashes(frontierPositions(size))
	if err != nil {
		return nil, err
	}
	list := make([][merkle.HashSize]byte, len(hashes))
	for i, h := range hashes {
		list[i] = h
	}
	return merkle.NewFrontier(uint64(size), list)
}

// frontierPositions are the stored positions of the complete subtrees of a tree, largest first.
func frontierPositions(size int64) []int64 {
	var at []int64
	offset := int64(0)
	for rest := uint64(size); rest != 0; {
		level := bits.Len64(rest) - 1
		at = append(at, tlog.StoredHashIndex(level, offset>>level))
		offset += 1 << level
		rest &^= 1 << level
	}
	return at
}

// continues checks that the tree of size and root begins with the one of an earlier checkpoint.
func (n *nodes) continues(size int64, root tlog.Hash, earlier Checkpoint) error {
	if earlier.Size > size {
		return ErrInconsistent.Because("%d leaves were signed, the log has %d.", earlier.Size, size)
	}
	if earlier.Size == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(size, earlier.Size, n)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, size, root, earlier.Size, earlier.Root); err != nil {
		return ErrInconsistent.Because("The tree of %d leaves does not continue the one of %d leaves that was signed.", size, earlier.Size).Wrap(err)
	}
	return nil
}

// size is the number of leaves.
func (l *Log) size(ctx context.Context) (int64, error) {
	var n int64
	_, err := l.store.row(ctx, "select coalesce(max(idx), -1) + 1 from audit_leaves", nil, &n)
	return n, err
}
