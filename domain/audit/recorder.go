package audit

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

const saltSize = 32

var (
	eventColumns = []string{"id", "type", "entity_kind", "entity", "entity_version", "actor", "on_behalf_of", "via",
		"state_from", "state_to", "visibility", "occurred_at", "recorded_at", "leaf"}
	privateColumns = []string{"event_id", "field", "salt", "value", "subject"}
)

// Record writes the events of facts: the leaf, its columns and the private values, in the unit of work
// open in ctx. A trigger puts each into the outbox, from where the sealer takes it. It is what
// db.DB.Use takes as recorder.
//
// The actor is the one of ctx, or Event.By where an import says who it was. It fails with [ErrRewound]
// while the log is read-only, with [ErrEvent] for an event that cannot be kept, and with
// domain.ErrStale when the version of the record has its event already.
func (l *Log) Record(ctx context.Context, facts []domain.Fact) error {
	if len(facts) == 0 {
		return nil
	}
	if err := l.writable(); err != nil {
		return err
	}
	return l.record(ctx, facts)
}

// record writes events also while the log is read-only: the one that starts a new origin.
func (l *Log) record(ctx context.Context, facts []domain.Fact) error {
	key, err := l.signingKey()
	if err != nil {
		return err
	}
	now, actor := l.db.Now(ctx), domain.ActorFrom(ctx)
	events := make([][]any, 0, len(facts))
	var private [][]any
	for _, f := range facts {
		ev := f.Event()
		leaf, own, err := prepare(ev, actor)
		if err != nil {
			return err
		}
		if leaf.ID == "" {
			leaf.ID = NewID(now)
		}
		leaf.At = now
		if at := domain.Instant(ev.OccurredAt); !ev.OccurredAt.IsZero() && !at.Equal(now) {
			leaf.Occurred = at
		}
		leaf.authenticate(key.mac)
		for _, p := range own {
			p[0] = leaf.ID
		}
		private = append(private, own...)
		events = append(events, []any{leaf.ID, leaf.Type, leaf.Kind, leaf.Entity, leaf.EntityVersion, leaf.Actor,
			leaf.OnBehalfOf, leaf.Via, leaf.StateFrom, leaf.StateTo, string(leaf.Visibility), leaf.OccurredAt(), now, leaf.Encode()})
	}
	if err := l.store.insert(ctx, "audit_events", eventColumns, events); err != nil {
		// The key of audit_events is (kind, entity, version): somebody else made this version first.
		// SQLite's trigger against REPLACE says so before the key does.
		if errors.Is(err, domain.ErrDuplicate) || errors.Is(err, db.ErrGuard) {
			return domain.ErrStale.Wrap(err)
		}
		return err
	}
	if err := l.store.insert(ctx, "audit_private", privateColumns, private); err != nil {
		return err
	}
	l.db.AfterCommit(ctx, l.nudged)
	return nil
}

// prepare makes the leaf of an event, still without time, and the private rows behind its commitments.
func prepare(ev domain.Event, actor domain.Actor) (Leaf, [][]any, error) {
	leaf := Leaf{ID: ev.ID, Type: ev.Type, Kind: ev.EntityKind, Entity: ev.Entity, EntityVersion: ev.Version,
		Actor: actor.Ref, OnBehalfOf: ev.OnBehalfOf, Via: string(actor.Via), Authn: actor.Authn,
		StateFrom: ev.StateFrom, StateTo: ev.StateTo, Digest: ev.Digest, Visibility: ev.Visibility}
	if ev.By != "" {
		leaf.Actor = ev.By
	}
	if leaf.Visibility == "" {
		leaf.Visibility = domain.Restricted // what nobody thought about is shown to the fewest
	}
	if len(ev.Scope) > 0 {
		leaf.Scope = slices.Clone(ev.Scope)
		slices.Sort(leaf.Scope)
		leaf.Scope = slices.Compact(leaf.Scope)
	}
	if err := leaf.check(); err != nil {
		return Leaf{}, nil, err
	}
	n := len(ev.Fields)
	if ev.State != nil {
		n++
	}
	if n == 0 {
		return leaf, nil, nil
	}
	salts := make([]byte, n*saltSize)
	_, _ = rand.Read(salts) // never fails: crypto/rand.Read ends the program instead
	salt := func(i int) []byte { return salts[i*saltSize : (i+1)*saltSize : (i+1)*saltSize] }
	rows := make([][]any, 0, n)
	if len(ev.Fields) > 0 {
		leaf.Commitments = make(map[string]string, len(ev.Fields))
	}
	for i, f := range ev.Fields {
		if f.Field == "" || f.Field[0] == '#' || !utf8.ValidString(f.Field) || len(f.Field) > 200 {
			return Leaf{}, nil, ErrEvent.Because("A field of %s has no usable name.", ev.Type)
		}
		if _, twice := leaf.Commitments[f.Field]; twice {
			return Leaf{}, nil, ErrEvent.Because("The field %s of %s is given twice.", f.Field, ev.Type)
		}
		value := CanonicalValue(f.Before, f.After)
		leaf.Commitments[f.Field] = Commit(salt(i), f.Field, value)
		rows = append(rows, []any{nil, f.Field, salt(i), value, f.Subject})
	}
	if ev.State != nil {
		s := salt(n - 1)
		leaf.StateHash = HashState(s, ev.State)
		rows = append(rows, []any{nil, stateField, s, "", ""})
	}
	return leaf, rows, nil
}

// check refuses what a leaf cannot carry: it holds identifiers, not text.
func (l Leaf) check() error {
	for _, p := range [...]struct {
		name, value string
		required    bool
	}{
		{"type", l.Type, true}, {"kind", l.Kind, true}, {"entity", l.Entity, true}, {"actor", l.Actor, true},
		{"identifier", l.ID, false}, {"on behalf of", l.OnBehalfOf, false}, {"via", l.Via, false}, {"authn", l.Authn, false},
		{"state", l.StateFrom, false}, {"state", l.StateTo, false}, {"digest", l.Digest, false},
	} {
		if err := identifier(l.Type, p.name, p.value, p.required); err != nil {
			return err
		}
	}
	for _, tag := range l.Scope {
		if err := identifier(l.Type, "scope", tag, true); err != nil {
			return err
		}
	}
	if l.EntityVersion < 1 {
		return ErrEvent.Because("%s names version %d of its record; versions start at 1.", l.Type, l.EntityVersion)
	}
	switch l.Visibility {
	case domain.Public, domain.InternalV, domain.Restricted:
		return nil
	}
	return ErrEvent.Because("%s has no known visibility.", l.Type)
}

func identifier(event, name, value string, required bool) error {
	switch {
	case value == "" && required:
		return ErrEvent.Because("The event %q has no %s.", event, name)
	case len(value) > 200, !utf8.ValidString(value), strings.ContainsFunc(value, unicode.IsControl):
		return ErrEvent.Because("The %s of %s is not an identifier.", name, event)
	}
	return nil
}

// crockford is the alphabet of ULIDs: 32 digits that sort as they count.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// idSlack is how far an identifier's time may run ahead of the clock: identifiers of one process never
// go back, also when a long unit of work still holds an earlier "now" or the clock is corrected.
const idSlack = time.Minute

var lastID struct {
	sync.Mutex
	ms     uint64
	hi, lo uint64 // the 80 random bits: 16 and 64
}

// NewID makes the identifier of an event: a ULID of 26 characters, milliseconds first, then 80 random
// bits. Those of one process sort in the order in which they were made; those of different instances
// roughly so. A record that refers to its event asks for the identifier first and sets domain.Event.ID.
func NewID(now time.Time) string {
	ms := uint64(max(now.UnixMilli(), 0))
	var r [10]byte
	_, _ = rand.Read(r[:]) // never fails: crypto/rand.Read ends the program instead
	lastID.Lock()
	defer lastID.Unlock()
	if ms > lastID.ms || lastID.ms-ms > uint64(idSlack.Milliseconds()) {
		lastID.ms = ms
		// The top bit stays free, so that counting on never overflows within a millisecond.
		lastID.hi = uint64(binary.BigEndian.Uint16(r[:2])) & 0x7fff
		lastID.lo = binary.BigEndian.Uint64(r[2:])
	} else {
		step := uint64(binary.BigEndian.Uint32(r[:4])) + 1 // a random step: the next identifier cannot be guessed
		lastID.lo += step
		if lastID.lo < step {
			lastID.hi++
		}
	}
	return formatULID(lastID.ms, lastID.hi, lastID.lo)
}

// formatULID writes 48 bits of time and 80 others as 26 digits.
func formatULID(ms, hi, lo uint64) string {
	var out [26]byte
	for i := 9; i >= 0; i-- {
		out[i] = crockford[ms&31]
		ms >>= 5
	}
	for i := 25; i >= 10; i-- {
		out[i] = crockford[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}

// idBounds gives identifiers around a period, so that a list by identifier can start and end in the index.
func idBounds(from, to time.Time) (low, high string) {
	if !from.IsZero() {
		low = formatULID(uint64(max(from.Add(-idSlack).UnixMilli(), 0)), 0, 0)
	}
	if !to.IsZero() {
		high = formatULID(uint64(max(to.Add(idSlack).UnixMilli(), 0)), 0xffff, ^uint64(0))
	}
	return low, high
}
