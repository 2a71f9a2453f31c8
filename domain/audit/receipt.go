package audit

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cabinetdesk/cabinet/domain"
)

// Receipt is what a person keeps who decided something: where their act stands in the tree, and the
// signed checkpoint that covers it. Whoever holds it can later prove a log that lost the act wrong.
type Receipt struct {
	EventID string
	// Leaf is the index in the tree, from 0.
	Leaf     int64
	TreeSize int64
	Root     tlog.Hash
	// Checkpoint is the signed note.
	Checkpoint string
	SealedAt   time.Time
}

// Receipt returns the receipt of a sealed event: under the first checkpoint that covers it. It fails with
// domain.ErrNotFound, and with [ErrNotSealed] for an event that still waits.
func (l *Log) Receipt(ctx context.Context, eventID string) (Receipt, error) {
	r := Receipt{EventID: eventID}
	var root []byte
	var known int64
	found, err := l.store.row(ctx, "select 1 from audit_events where id = ?", []any{eventID}, &known)
	if err != nil {
		return r, err
	}
	if !found {
		return r, domain.ErrNotFound
	}
	found, err = l.store.row(ctx, `select l.idx, c.size, c.root, c.note, c.created_at from audit_leaves l
 join audit_checkpoints c on c.size > l.idx where l.event_id = ? order by c.size, c.id limit 1`, []any{eventID},
		&r.Leaf, &r.TreeSize, &root, &r.Checkpoint, &r.SealedAt)
	if err != nil {
		return r, err
	}
	if !found {
		return r, ErrNotSealed
	}
	if len(root) != tlog.HashSize {
		return r, ErrInconsistent.Because("The root of a checkpoint is malformed.")
	}
	r.Root = tlog.Hash(root)
	return r, nil
}

// Await waits until an event is sealed and returns its receipt. Call it after the unit of work that
// recorded the event has been committed; inside one it fails with [ErrInsideUnit]. Many who wait at once
// share one seal. When no sealer runs in this process, it seals by itself, unless that is left to others. When ctx ends first it fails
// with [ErrNotSealed]: the event is recorded all the same.
func (s *Sealer) Await(ctx context.Context, eventID string) (Receipt, error) {
	if _, _, inside := s.log.db.SQLTx(ctx); inside {
		return Receipt{}, ErrInsideUnit
	}
	sealed, unsubscribe := s.Subscribe()
	defer unsubscribe()
	if s.others.Load() {
		var done context.CancelFunc
		ctx, done = context.WithTimeout(ctx, awaitOther)
		defer done()
	}
	poll := time.NewTicker(awaitPoll)
	defer poll.Stop()
	for {
		r, err := s.log.Receipt(ctx, eventID)
		switch {
		case err == nil:
			return r, nil
		case ctx.Err() != nil:
			return Receipt{}, ErrNotSealed.Because("It is recorded; its seal took longer than you could wait.").Wrap(ctx.Err())
		case domain.KindOf(err) != domain.Conflict: // anything but ErrNotSealed
			return Receipt{}, err
		}
		switch {
		case s.others.Load(): // the other process looks into the outbox every second
		case s.running.Load():
			if err := s.log.writable(); err != nil {
				return Receipt{}, err
			}
			s.Kick()
		default:
			n, err := s.Seal(ctx)
			if err != nil && ctx.Err() == nil {
				return Receipt{}, err
			}
			if err == nil && n > 0 {
				continue
			}
		}
		select {
		case <-sealed:
		case <-poll.C:
		case <-ctx.Done():
		}
	}
}

// Subscribe returns a channel that receives the size of the tree after each seal of this or another
// instance, the latest one when the reader is slow, and the function that ends the subscription.
func (s *Sealer) Subscribe() (<-chan int64, func()) {
	c := make(chan int64, 1)
	s.mu.Lock()
	s.subs[c] = struct{}{}
	s.mu.Unlock()
	return c, func() {
		s.mu.Lock()
		delete(s.subs, c)
		s.mu.Unlock()
	}
}

func (s *Sealer) broadcast(size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if size <= s.size {
		return
	}
	s.size = size
	for c := range s.subs {
		select {
		case <-c: // the reader has not taken the one before
		default:
		}
		c <- size
	}
}

// listen hears of the seals of other instances; the poll of Run stands in while it cannot.
func (s *Sealer) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := s.hear(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "not listening for seals of other instances", "error", err)
		}
		wait := time.NewTimer(listenWait)
		select {
		case <-ctx.Done():
		case <-wait.C:
		}
		wait.Stop()
	}
}

func (s *Sealer) hear(ctx context.Context) error {
	conn, err := s.log.db.Pool().Acquire(ctx)
	if err != nil {
		return err
	}
	// A connection that listens must not go back into the pool.
	own := conn.Hijack()
	defer func() { _ = own.Close(context.WithoutCancel(ctx)) }()
	if _, err := own.Exec(ctx, "listen "+channel); err != nil {
		return err
	}
	for {
		n, err := own.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if size, err := strconv.ParseInt(n.Payload, 10, 64); err == nil {
			s.broadcast(size)
		}
	}
}

// InclusionProof shows that an event is in the tree of a signed checkpoint. merkle.CheckInclusion checks it.
type InclusionProof struct {
	EventID    string
	Index      int64
	LeafHash   tlog.Hash
	Hashes     []tlog.Hash // from the leaf upwards
	Checkpoint Checkpoint
}

// Text is the proof as one file that can be handed out, in the form of C2SP tlog-proof.
func (p InclusionProof) Text() string {
	var b strings.Builder
	b.WriteString("c2sp.org/tlog-proof@v1\nindex " + strconv.FormatInt(p.Index, 10) + "\n")
	for _, h := range p.Hashes {
		b.WriteString(h.String() + "\n")
	}
	b.WriteString("\n" + p.Checkpoint.Note)
	return b.String()
}

// Proof proves a sealed event under the last checkpoint. It fails with domain.ErrNotFound and [ErrNotSealed].
func (l *Log) Proof(ctx context.Context, eventID string) (InclusionProof, error) {
	r, err := l.Receipt(ctx, eventID)
	if err != nil {
		return InclusionProof{}, err
	}
	p := InclusionProof{EventID: eventID, Index: r.Leaf}
	if p.Checkpoint, err = l.Checkpoint(ctx); err != nil {
		return p, err
	}
	tree := l.nodes(ctx)
	leaf, err := tree.ReadHashes([]int64{tlog.StoredHashIndex(0, r.Leaf)})
	if err != nil {
		return p, err
	}
	p.LeafHash = leaf[0]
	p.Hashes, err = tlog.ProveRecord(p.Checkpoint.Size, r.Leaf, tree)
	return p, err
}

// ConsistencyProof proves that the tree of size to begins with the one of size from, which is at least 1.
// merkle.CheckConsistency checks it.
func (l *Log) ConsistencyProof(ctx context.Context, from, to int64) ([]tlog.Hash, error) {
	size, err := l.size(ctx)
	if err != nil {
		return nil, err
	}
	if from < 1 || from > to || to > size {
		return nil, domain.ErrInvalid.Because("The sizes must be between 1 and %d, the smaller first.", size)
	}
	return tlog.ProveTree(to, from, l.nodes(ctx))
}

// Frontier gives the roots of the complete subtrees of the tree at a size, largest first: with them and
// the leaves from there on, an auditor computes every later root (merkle.NewFrontier).
func (l *Log) Frontier(ctx context.Context, size int64) ([]tlog.Hash, error) {
	have, err := l.size(ctx)
	if err != nil {
		return nil, err
	}
	if size < 0 || size > have {
		return nil, domain.ErrInvalid.Because("The size must be between 0 and %d.", have)
	}
	return l.nodes(ctx).ReadHashes(frontierPositions(size))
}

// Checkpoint is the last one that was signed. It fails with [ErrNotOpen] when there is none.
func (l *Log) Checkpoint(ctx context.Context) (Checkpoint, error) {
	return l.checkpoint(ctx, "order by id desc limit 1")
}

// Standing is how the log stands: what is signed, and what waits.
type Standing struct {
	Checkpoint Checkpoint
	SignedAt   time.Time
	// VerifierKey is the public key of the checkpoint's origin.
	VerifierKey string
	// Waiting is the number of events without a seal; WaitingSince is when the first of them was
	// recorded, zero when there is none.
	Waiting      int64
	WaitingSince time.Time
}

// Standing tells how the log stands. It fails with [ErrNotOpen] when nothing was ever signed.
func (l *Log) Standing(ctx context.Context) (Standing, error) {
	var s Standing
	var err error
	if s.Checkpoint, err = l.Checkpoint(ctx); err != nil {
		return s, err
	}
	_, err = l.store.row(ctx, `select c.created_at, o.vkey from audit_checkpoints c join audit_origins o on o.origin = c.origin
 where c.origin = ? and c.size = ? order by c.id desc limit 1`, []any{s.Checkpoint.Origin, s.Checkpoint.Size}, &s.SignedAt, &s.VerifierKey)
	if err != nil {
		return s, err
	}
	if _, err = l.store.row(ctx, "select count(*) from audit_outbox", nil, &s.Waiting); err != nil {
		return s, err
	}
	_, err = l.store.row(ctx, "select e.recorded_at from audit_outbox o join audit_events e on e.id = o.event_id order by o.event_id limit 1", nil, &s.WaitingSince)
	return s, err
}

// CheckpointAt is the first signed checkpoint that covers the leaf with an index: the one that a receipt
// of that time carries. It fails with [ErrNotSealed].
func (l *Log) CheckpointAt(ctx context.Context, leaf int64) (Checkpoint, error) {
	c, err := l.checkpoint(ctx, "where size > ? order by size, id limit 1", leaf)
	if errors.Is(err, ErrNotOpen) {
		return c, ErrNotSealed
	}
	return c, err
}

func (l *Log) checkpoint(ctx context.Context, tail string, args ...any) (Checkpoint, error) {
	var c Checkpoint
	var root []byte
	found, err := l.store.row(ctx, "select origin, size, root, note from audit_checkpoints "+tail, args, &c.Origin, &c.Size, &root, &c.Note)
	if err != nil {
		return c, err
	}
	if !found {
		return c, ErrNotOpen
	}
	if len(root) != tlog.HashSize {
		return c, ErrInconsistent.Because("The root of a checkpoint is malformed.")
	}
	c.Root = tlog.Hash(root)
	return c, nil
}

// Tail lists sealed events in leaf order, those after an index (-1 for all), with their values. It is what
// live updates and bundles read.
func (l *Log) Tail(ctx context.Context, afterLeaf int64, limit int) ([]Event, error) {
	if limit <= 0 || limit > 1000 {
		limit = 1000
	}
	return l.events(ctx, sealedSelect+" where l.idx > ? order by l.idx limit ?", []any{afterLeaf, limit})
}
