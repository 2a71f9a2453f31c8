package audit

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit/merkle"
)

const (
	sealBatch  = 2000                   // events in one transaction
	sealEvery  = time.Second            // at most this long between two looks into the outbox
	sealDelay  = 250 * time.Millisecond // how long commits that nobody waits for gather
	awaitPoll  = 50 * time.Millisecond  // how often a waiting verb looks for the seal of another instance
	awaitOther = 30 * time.Second       // how long a command waits for the seal of the server that runs beside it
	listenWait = 2 * time.Second        // before a lost connection for notifications is opened again
	channel    = "cabinet_sealed"       // PostgreSQL's notifications, with the size of the tree
)

// Sealer moves events from the outbox into the tree and signs a checkpoint after each move. Every
// instance has one; whichever holds the database's lock does the work.
type Sealer struct {
	log     *Log
	kick    chan struct{}
	soon    chan struct{}
	running atomic.Bool
	others  atomic.Bool // whoever else has the database open seals
	sealing sync.Mutex

	mu   sync.Mutex
	size int64
	subs map[chan int64]struct{}
}

// NewSealer makes the sealer of a log that was opened.
func NewSealer(l *Log) *Sealer {
	s := &Sealer{log: l, kick: make(chan struct{}, 1), soon: make(chan struct{}, 1), subs: map[chan int64]struct{}{}}
	l.mu.Lock()
	l.nudge = func() { signal(s.soon) }
	l.mu.Unlock()
	return s
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// LeaveToOthers makes this sealer wait for the seals of another process and make none: for a command beside a server on
// one SQLite file, where one process writes the copy of the checkpoints.
func (s *Sealer) LeaveToOthers() { s.others.Store(true) }

// Kick asks the running sealer to seal now. It does not block.
func (s *Sealer) Kick() { signal(s.kick) }

// Run seals until ctx ends: at once when kicked, shortly after a commit, and every second. Trouble is
// logged and tried again; a log that has become read-only is checked again, since another instance may
// have recovered it.
func (s *Sealer) Run(ctx context.Context) {
	s.running.Store(true)
	defer s.running.Store(false)
	var listeners sync.WaitGroup
	defer listeners.Wait()
	if s.log.db.IsPostgres() {
		listeners.Go(func() { s.listen(ctx) })
	}
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		s.pass(ctx)
		select {
		case <-ctx.Done():
			return
		case <-s.kick:
		case <-tick.C:
		case <-s.soon:
			gather := time.NewTimer(sealDelay)
			select {
			case <-ctx.Done():
			case <-s.kick:
			case <-gather.C:
			}
			gather.Stop()
		}
	}
}

// pass seals what is there, batch by batch, and tells subscribers when another instance sealed.
func (s *Sealer) pass(ctx context.Context) {
	if s.log.writable() != nil {
		if _, err := s.log.Check(ctx); err != nil || s.log.writable() != nil {
			return
		}
	}
	for ctx.Err() == nil {
		n, err := s.Seal(ctx)
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "the log was not sealed", "error", err)
			if asInconsistent(err) || errors.Is(err, ErrKey) {
				_, _ = s.log.Check(ctx) // makes the log read-only, so that nobody goes on unawares
			}
		}
		if err != nil || n < sealBatch {
			break
		}
	}
	if size, err := s.log.size(ctx); err == nil {
		s.broadcast(size)
	}
}

// Seal moves up to 2,000 events into the tree and signs a checkpoint, in one transaction of its own. It
// returns how many; none when another instance is sealing. It fails with [ErrInconsistent] when the tree
// does not continue what was signed before, and then signs nothing.
func (s *Sealer) Seal(ctx context.Context) (int, error) {
	l := s.log
	if err := errors.Join(l.isOpen(), l.writable()); err != nil {
		return 0, err
	}
	if _, _, inside := l.db.SQLTx(ctx); inside {
		return 0, ErrInsideUnit
	}
	s.sealing.Lock()
	defer s.sealing.Unlock()
	var n int
	var c Checkpoint
	err := l.db.Do(domain.WithActor(ctx, domain.SystemActor(domain.ViaJob)), func(ctx context.Context) error {
		n = 0
		got, err := l.tryLock(ctx)
		if err != nil || !got {
			return err
		}
		n, c, err = l.seal(ctx, picking{})
		return err
	})
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, nil
	}
	s.broadcast(c.Size)
	if err := l.anchors.append(c, l.db.Now(ctx)); err != nil {
		return n, ErrInconsistent.Because("The checkpoint could not be copied outside the database.").Wrap(err)
	}
	return n, nil
}

// waiting is an event in the outbox.
type waiting struct {
	id   string
	leaf []byte
	done bool // it has its place already

	record  string // kind and entity
	version int64
}

// picking says which waiting events are sealed: all that are authentic, only one, or all there are.
type picking struct {
	only            string
	unauthenticated bool
}

// seal appends waiting events in the unit open in ctx, which holds the lock.
func (l *Log) seal(ctx context.Context, pick picking) (int, Checkpoint, error) {
	key, err := l.signingKey()
	if err != nil {
		return 0, Checkpoint{}, err
	}
	o, err := l.origin(ctx)
	if err != nil {
		return 0, Checkpoint{}, err
	}
	if o == nil {
		return 0, Checkpoint{}, ErrNotOpen
	}
	if vkey, err := key.VerifierKey(o.Name); err != nil || vkey != o.VerifierKey {
		return 0, Checkpoint{}, ErrKey.Because("The log is signed with another key than the one here.")
	}
	batch, err := l.outbox(ctx, key, pick)
	if err != nil || len(batch) == 0 {
		return 0, Checkpoint{}, err
	}
	before, err := l.size(ctx)
	if err != nil {
		return 0, Checkpoint{}, err
	}
	tree := l.nodes(ctx)
	f, err := tree.frontier(before)
	if err != nil {
		return 0, Checkpoint{}, err
	}
	var leaves, stored [][]any
	ids := make([]string, 0, len(batch))
	pos := tlog.StoredHashCount(before)
	for _, w := range batch {
		ids = append(ids, w.id)
		if w.done {
			continue
		}
		h := merkle.LeafHash(w.leaf)
		leaves = append(leaves, []any{int64(f.Size()), w.id, h[:]})
		f.Append(h, func(node [merkle.HashSize]byte) {
			tree.known[pos] = node
			stored = append(stored, []any{pos, node[:]})
			pos++
		})
	}
	now := l.db.Now(ctx)
	c := Checkpoint{Origin: o.Name, Size: int64(f.Size()), Root: f.Root()}
	if err := l.consistent(ctx, tree, c); err != nil {
		return 0, Checkpoint{}, err
	}
	if err := c.sign(key); err != nil {
		return 0, Checkpoint{}, err
	}
	if err := l.store.insert(ctx, "audit_leaves", []string{"idx", "event_id", "leaf_hash"}, leaves); err != nil {
		return 0, Checkpoint{}, err
	}
	if err := l.store.insert(ctx, "audit_nodes", []string{"pos", "hash"}, stored); err != nil {
		return 0, Checkpoint{}, err
	}
	for part := range slices.Chunk(ids, 500) {
		set, args := in(part)
		if _, err := l.store.exec(ctx, "delete from audit_outbox where event_id in "+set, args...); err != nil {
			return 0, Checkpoint{}, err
		}
	}
	_, err = l.store.exec(ctx, "insert into audit_checkpoints (origin, size, root, note, created_at) values (?, ?, ?, ?, ?)",
		c.Origin, c.Size, c.Root[:], c.Note, now)
	if err == nil && l.db.IsPostgres() {
		_, err = l.store.exec(ctx, "select pg_notify('"+channel+"', ?)", strconv.FormatInt(c.Size, 10))
	}
	return len(batch), c, err
}

// outbox reads the next batch, by identifier, the events of one record by version. It takes what is in the
// outbox and not what is newer than the last leaf: transactions commit out of order. It takes one look only: a
// second one would see later commits and put them before earlier ones that it passed over. An event whose
// MAC is not of the log's key was not written by the desk: it stays where it is, and Verify names it.
func (l *Log) outbox(ctx context.Context, key *Key, pick picking) ([]waiting, error) {
	if pick.only != "" {
		return l.takeUp(ctx, []string{pick.only}, key, pick)
	}
	for after := ""; ; {
		ids, err := l.strings(ctx, "select event_id from audit_outbox where event_id > ? order by event_id limit "+strconv.Itoa(sealBatch), after)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		batch, err := l.takeUp(ctx, ids, key, pick)
		if err != nil || len(batch) > 0 {
			return batch, err
		}
		after = ids[len(ids)-1] // all that it saw was forged
	}
}

// takeUp reads the events of the outbox with these identifiers and leaves out what is not authentic.
func (l *Log) takeUp(ctx context.Context, ids []string, key *Key, pick picking) ([]waiting, error) {
	batch := make([]waiting, 0, len(ids))
	for part := range slices.Chunk(ids, 500) {
		set, args := in(part) // few, so that a planner without figures does not read whole tables
		err := l.store.rows(ctx, "select e.id, e.leaf, l.idx from audit_events e left join audit_leaves l on l.event_id = e.id where e.id in "+set+" order by e.id", args,
			func(r *sql.Rows) error {
				var w waiting
				var idx sql.NullInt64
				if err := r.Scan(&w.id, &w.leaf, &idx); err != nil {
					return err
				}
				w.done = idx.Valid
				leaf, err := ParseLeaf(w.leaf)
				if w.done || err == nil && leaf.ID == w.id && (pick.unauthenticated || leaf.authentic(key.mac)) {
					w.record, w.version = leaf.Kind+" "+leaf.Entity, leaf.EntityVersion
					batch = append(batch, w)
				}
				return nil
			})
		if err != nil {
			return nil, err
		}
	}
	return inVersionOrder(batch), nil
}

// inVersionOrder puts the events of each record into the order of their versions, on the places that they
// have together: the identifiers of instances whose clocks differ may say otherwise.
func inVersionOrder(batch []waiting) []waiting {
	places := map[string][]int{}
	for i, w := range batch {
		places[w.record] = append(places[w.record], i)
	}
	for _, at := range places {
		own := make([]waiting, len(at))
		for i, p := range at {
			own[i] = batch[p]
		}
		slices.SortStableFunc(own, func(a, b waiting) int { return cmp.Compare(a.version, b.version) })
		for i, p := range at {
			batch[p] = own[i]
		}
	}
	return batch
}

// consistent refuses to sign a tree that does not continue the last signed one, in the database and
// outside it.
func (l *Log) consistent(ctx context.Context, tree *nodes, c Checkpoint) error {
	last, err := l.lastCheckpoint(ctx, c.Origin)
	if err != nil {
		return err
	}
	if last != nil {
		if err := tree.continues(c.Size, c.Root, *last); err != nil {
			return err
		}
	}
	l.anchors.mu.Lock()
	anchored := l.anchors.last
	l.anchors.mu.Unlock()
	if anchored != nil && anchored.Origin == c.Origin {
		return tree.continues(c.Size, c.Root, *anchored)
	}
	return nil
}
