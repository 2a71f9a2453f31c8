package audit

import (
	"context"
	"errors"
	"sync"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// Config says where the log keeps what must not be in the database.
type Config struct {
	// Dir is the folder of the signing key and of the copy of the checkpoints. Instances on one
	// database need the same key. Empty means a key in memory and no copy: for tests and rehearsals.
	Dir string
	// Host is the first part of the log's name, for instance "desk.example.org"; empty means "cabinet".
	Host string
}

// Log is the append-only log of one database.
type Log struct {
	db      *db.DB
	store   store
	cfg     Config
	anchors *anchors

	mu     sync.Mutex
	key    *Key
	opened bool
	broken error // why the log is read-only, nil when it is not
	// unguarded is the same for guards that were missing at the start: only a new start clears it.
	unguarded error
	nudge     func()
	states    []recordStates
}

// Status is what [Log.Open] and [Log.Check] found.
type Status struct {
	Origin string
	// VerifierKey is the public key, as an auditor keeps it.
	VerifierKey string
	// Size is the number of sealed events.
	Size int64
	// ReadOnly says why nothing can be recorded, nil when all is well. It is a domain.Error with the
	// code log_rewound, log_inconsistent, log_key or log_guards.
	ReadOnly error
	// Warnings are sentences for the administrator: what weakens the guards without breaking them.
	Warnings []string
}

// New makes the log of a database. Record works at once; everything that signs needs [Log.Open] first.
func New(d *db.DB, cfg Config) *Log {
	if cfg.Host == "" {
		cfg.Host = "cabinet"
	}
	return &Log{db: d, store: store{d}, cfg: cfg, anchors: &anchors{dir: cfg.Dir}}
}

// Open prepares the log: it makes the key and the origin at the first start, compares the database with
// the last checkpoint kept outside it, and makes sure that the database refuses forbidden writes. A
// database that is behind, does not continue what was signed, or has lost its guards is not an error here:
// the log is then read-only, so that it can still be read and verified, and Status.ReadOnly says why.
func (l *Log) Open(ctx context.Context) (Status, error) {
	if _, err := l.signingKey(); err != nil {
		return Status{}, err
	}
	var first Checkpoint
	err := l.db.Do(domain.WithActor(ctx, domain.SystemActor(domain.ViaJob)), func(ctx context.Context) error {
		if err := l.lock(ctx); err != nil {
			return err
		}
		o, err := l.origin(ctx)
		if err != nil || o != nil {
			return err
		}
		anchored, err := l.anchors.load()
		if err != nil || anchored != nil {
			return nil // Check says what is wrong
		}
		if n, err := l.size(ctx); err != nil || n > 0 {
			return err
		}
		first, err = l.begin(ctx, originStarted{})
		return err
	})
	if err != nil {
		return Status{}, err
	}
	if first.Size > 0 {
		if err := l.anchors.append(first, l.db.Now(ctx)); err != nil {
			return Status{}, ErrKey.Because("The checkpoint cannot be copied into the folder of the log.").Wrap(err)
		}
	}
	l.mu.Lock()
	l.opened = true
	l.mu.Unlock()
	st, err := l.Check(ctx)
	if err != nil {
		return st, err
	}
	if st.ReadOnly == nil {
		err := l.SelfTest(ctx)
		if err != nil && !errors.Is(err, ErrGuards) {
			return st, err
		}
		l.mu.Lock()
		l.unguarded = err
		l.mu.Unlock()
		st.ReadOnly = err
	}
	if st.Warnings, err = l.warnings(ctx); err != nil {
		return st, err
	}
	if st.ReadOnly == nil && first.Size == 0 {
		copied, err := l.anchors.load()
		if err != nil || copied != nil {
			return st, err
		}
		st.Warnings = append(st.Warnings, "There was no copy of the checkpoints outside the database, so it could not be told whether the log was rewound. One is kept from now on.")
		last, err := l.Checkpoint(ctx)
		if err != nil {
			return st, err
		}
		return st, l.anchors.append(last, l.db.Now(ctx))
	}
	return st, nil
}

// Check compares the database with what was signed and makes the log read-only, or writable again.
func (l *Log) Check(ctx context.Context) (Status, error) {
	var st Status
	var finding error
	err := l.db.Do(ctx, func(ctx context.Context) error { // one view of all tables
		if err := l.lock(ctx); err != nil {
			return err
		}
		var err error
		st, finding, err = l.compare(ctx)
		return err
	})
	if err != nil {
		return st, err
	}
	l.mu.Lock()
	l.broken = finding
	l.mu.Unlock()
	st.ReadOnly = l.writable()
	return st, nil
}

// compare finds what is wrong between key, database and anchors. A finding of kind unavailable makes the
// log read-only; err is trouble in asking.
func (l *Log) compare(ctx context.Context) (st Status, finding, err error) {
	key, err := l.signingKey()
	if err != nil {
		return st, nil, err
	}
	if st.Size, err = l.size(ctx); err != nil {
		return st, nil, err
	}
	anchored, err := l.anchors.load()
	if err != nil {
		return st, ErrInconsistent.Wrap(err), nil
	}
	o, err := l.origin(ctx)
	if err != nil {
		return st, nil, err
	}
	if o == nil {
		if anchored != nil {
			return st, ErrRewound.Because("The database has no log, but one of %d leaves was signed: %s", anchored.Size, recoverHint), nil
		}
		return st, ErrInconsistent.Because("The database has leaves, but no origin."), nil
	}
	st.Origin = o.Name
	if st.VerifierKey, err = key.VerifierKey(o.Name); err != nil {
		return st, nil, err
	}
	if st.VerifierKey != o.VerifierKey {
		return st, ErrKey.Because("The key in the folder of the log is not the one that this log is signed with: put the old key file back, or go on under the new one with `cabinet audit recover`."), nil
	}
	signed, err := l.lastCheckpoint(ctx, o.Name)
	if err != nil {
		return st, nil, err
	}
	if signed == nil {
		return st, ErrInconsistent.Because("The log has no checkpoint."), nil
	}
	own, err := OpenCheckpoint(signed.Note, o.VerifierKey)
	if err != nil || own.Size != signed.Size || own.Root != signed.Root {
		return st, ErrInconsistent.Because("The last checkpoint in the database is not the one that was signed."), nil
	}
	n := l.nodes(ctx)
	root, err := n.root(st.Size)
	if err == nil {
		err = n.continues(st.Size, root, own)
	}
	if domain.KindOf(err) == domain.Unavailable && asInconsistent(err) {
		return st, err, nil
	}
	if err != nil {
		return st, nil, err
	}
	if anchored == nil {
		return st, nil, nil
	}
	finding, err = l.compareAnchor(ctx, n, st.Size, root, *anchored, *o)
	return st, finding, err
}

const recoverHint = "a backup was restored, or leaves were removed. Nothing is recorded until `cabinet audit recover` starts a new log that says so."

func (l *Log) compareAnchor(ctx context.Context, n *nodes, size int64, root [32]byte, anchored Checkpoint, o Origin) (finding, err error) {
	if anchored.Origin != o.Name {
		known, err := l.acknowledged(ctx)
		if err != nil {
			return nil, err
		}
		if !known[anchored.Origin] {
			return ErrRewound.Because("The last checkpoint outside the database is of a log that the database does not know: %s", recoverHint), nil
		}
		return nil, nil // another instance recovered since: the present origin is signed, and names the old one
	}
	if anchored.Size > size {
		return ErrRewound.Because("%d leaves were signed, the database has %d: %s", anchored.Size, size, recoverHint), nil
	}
	if _, err := OpenCheckpoint(anchored.Note, o.VerifierKey); err != nil {
		return ErrInconsistent.Because("The copy of the checkpoints outside the database is not signed by the key of the log."), nil
	}
	err = n.continues(size, root, anchored)
	if asInconsistent(err) {
		return ErrRewound.Because("The database does not continue the %d leaves that were signed: %s", anchored.Size, recoverHint), nil
	}
	return nil, err
}

// Recover starts a new origin after a restore, or under a new key, and makes the log writable again. Its
// first event, log.recovered, names the last checkpoint of the old origin and the reason. It does not
// heal: leaves that were changed stay changed, and [Log.Verify] goes on saying so.
//
// Who may is for the caller to ask. It fails with [ErrReason] without a reason.
func (l *Log) Recover(ctx context.Context, reason string) (Status, error) {
	if reason == "" {
		return Status{}, ErrReason.Because("Say why the log starts anew: it is the first thing that the new one keeps.")
	}
	previous, err := l.anchors.load()
	if err != nil && !asInconsistent(err) {
		return Status{}, err
	}
	anchored := map[string]bool{}
	if _, err := l.anchors.each(func(c Checkpoint) error {
		anchored[c.Origin] = true
		return nil
	}); err != nil {
		return Status{}, err
	}
	var c Checkpoint
	err = l.db.Do(ctx, func(ctx context.Context) error {
		if err := l.lock(ctx); err != nil {
			return err
		}
		old := Checkpoint{}
		if previous != nil {
			old = *previous
		} else if o, err := l.origin(ctx); err != nil {
			return err
		} else if o != nil {
			signed, err := l.lastCheckpoint(ctx, o.Name)
			if err != nil {
				return err
			}
			if signed != nil {
				old = *signed
			}
		}
		known, err := l.acknowledged(ctx)
		if err != nil {
			return err
		}
		var lost []string
		for name := range anchored {
			if !known[name] && name != old.Origin {
				lost = append(lost, name)
			}
		}
		c, err = l.begin(ctx, originStarted{previous: old, reason: reason, lost: lost})
		return err
	})
	if err != nil {
		return Status{}, err
	}
	if err := l.anchors.append(c, l.db.Now(ctx)); err != nil {
		return Status{}, err
	}
	return l.Check(ctx)
}

// begin starts an origin with its first event and seals that event alone, in the unit open in ctx. Under
// a new key, what waits in the outbox was authenticated by the old one, which is gone: it is sealed
// unseen, and the first event says how many events that were.
func (l *Log) begin(ctx context.Context, f originStarted) (Checkpoint, error) {
	key, err := l.signingKey()
	if err != nil {
		return Checkpoint{}, err
	}
	o := Origin{Name: l.cfg.Host + "/audit/" + newUUID()}
	if o.VerifierKey, err = key.VerifierKey(o.Name); err != nil {
		return Checkpoint{}, err
	}
	before, err := l.origin(ctx)
	if err != nil {
		return Checkpoint{}, err
	}
	newKey := before != nil && !sameKey(before.VerifierKey, o.VerifierKey)
	now := l.db.Now(ctx)
	if _, err := l.store.exec(ctx, "insert into audit_origins (origin, vkey, reason, previous, started_at) values (?, ?, ?, ?, ?)",
		o.Name, o.VerifierKey, f.reason, f.previous.Note, now); err != nil {
		return Checkpoint{}, err
	}
	f.origin, f.id = o, NewID(now)
	if newKey {
		if _, err := l.store.row(ctx, "select count(*) from audit_outbox", nil, &f.adopted); err != nil {
			return Checkpoint{}, err
		}
	}
	if err := l.record(ctx, []domain.Fact{f}); err != nil {
		return Checkpoint{}, err
	}
	_, c, err := l.seal(ctx, picking{only: f.id})
	for n := sealBatch; err == nil && newKey && n == sealBatch; {
		var next Checkpoint
		if n, next, err = l.seal(ctx, picking{unauthenticated: true}); err == nil && n > 0 {
			c = next
		}
	}
	return c, err
}

// writable fails while the log is read-only, with the reason.
func (l *Log) writable() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return l.broken
	}
	return l.unguarded
}

func (l *Log) isOpen() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.opened {
		return ErrNotOpen
	}
	return nil
}

// signingKey loads the key, at first use.
func (l *Log) signingKey() (*Key, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.key != nil {
		return l.key, nil
	}
	var err error
	if l.cfg.Dir == "" {
		l.key, err = ephemeralKey()
	} else {
		l.key, err = LoadKey(l.cfg.Dir)
	}
	return l.key, err
}

// Derive makes a key of 32 bytes for a purpose from the key of the log, which is never in the database: all instances have
// the same one, and it is kept nowhere.
func (l *Log) Derive(purpose string) ([]byte, error) {
	key, err := l.signingKey()
	if err != nil {
		return nil, err
	}
	return key.derive(purpose)
}

// nudged tells the sealer, if there is one, that there is something to seal.
func (l *Log) nudged() {
	l.mu.Lock()
	nudge := l.nudge
	l.mu.Unlock()
	if nudge != nil {
		nudge()
	}
}

// ReadOnly says why nothing can be recorded now, nil when all is well.
func (l *Log) ReadOnly() error { return l.writable() }
