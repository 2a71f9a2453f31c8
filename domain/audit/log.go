package audit

import (
	"sync"

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
	db    *db.DB
	store store
	cfg   Config

	mu     sync.Mutex
	key    *Key
	broken error // why the log is read-only, nil when it is not
	nudge  func()
}

// New makes the log of a database. Record works at once; everything that signs needs [Log.Open] first.
func New(d *db.DB, cfg Config) *Log {
	if cfg.Host == "" {
		cfg.Host = "cabinet"
	}
	return &Log{db: d, store: store{d}, cfg: cfg}
}

// writable fails with ErrRewound while the log is read-only.
func (l *Log) writable() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broken
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

func (l *Log) macKey() ([]byte, error) {
	k, err := l.signingKey()
	if err != nil {
		return nil, err
	}
	return k.mac, nil
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
