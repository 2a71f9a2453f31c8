package audit

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/cabinetdesk/cabinet/domain"
)

// leafFormat is the version of the leaf's shape, its "v".
const leafFormat = 1

// leafTime is how instants stand in a leaf: UTC, microseconds, one length.
const leafTime = "2006-01-02T15:04:05.000000Z"

// stateField is the field under which the salt of the state hash is kept.
const stateField = "#state"

// Leaf is what is hashed into the tree: who did what to which record and when, by opaque identifiers
// only, with a salted commitment in place of every value.
type Leaf struct {
	ID            string
	At            time.Time // when it was recorded
	Type          string
	Kind          string
	Entity        string
	EntityVersion int64
	Actor         string
	OnBehalfOf    string
	Via           string
	Authn         string
	StateFrom     string
	StateTo       string
	Scope         []string // sorted, without repetition
	Digest        string
	Occurred      time.Time // zero when it is At
	StateHash     string    // base64url of an HMAC-SHA256, empty when the fact carries no state
	Visibility    domain.Visibility
	Commitments   map[string]string // field -> base64url of an HMAC-SHA256
	// MAC authenticates an event until it is sealed: whoever can write to the database but does not
	// have the key of the log cannot get an event of their own into the tree.
	MAC string
}

// Encode writes the leaf in its only form: JSON with sorted keys, no spaces, absent instead of empty,
// strings escaped as RFC 8785 (JSON canonicalisation scheme) says.
func (l Leaf) Encode() []byte {
	b := make([]byte, 0, 512)
	text := func(key, v string) {
		if v != "" {
			b = appendString(appendKey(b, key), v)
		}
	}
	b = append(b, '{')
	text("actor", l.Actor)
	text("authn", l.Authn)
	if len(l.Commitments) > 0 {
		b = appendObject(appendKey(b, "c"), l.Commitments)
	}
	text("digest", l.Digest)
	text("ent", l.Entity)
	text("id", l.ID)
	text("kind", l.Kind)
	text("mac", l.MAC)
	text("obo", l.OnBehalfOf)
	if !l.Occurred.IsZero() {
		text("occurred", l.Occurred.UTC().Format(leafTime))
	}
	if len(l.Scope) > 0 {
		b = append(appendKey(b, "scope"), '[')
		for i, tag := range l.Scope {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, tag)
		}
		b = append(b, ']')
	}
	text("state_from", l.StateFrom)
	text("state_hash", l.StateHash)
	text("state_to", l.StateTo)
	text("t", l.At.UTC().Format(leafTime))
	text("type", l.Type)
	b = strconv.AppendInt(appendKey(b, "v"), leafFormat, 10)
	b = strconv.AppendInt(appendKey(b, "ver"), l.EntityVersion, 10)
	text("via", l.Via)
	text("vis", string(l.Visibility))
	return append(b, '}')
}

// leafWire is the leaf as encoding/json reads it.
type leafWire struct {
	Actor     string            `json:"actor"`
	Authn     string            `json:"authn"`
	C         map[string]string `json:"c"`
	Digest    string            `json:"digest"`
	Ent       string            `json:"ent"`
	ID        string            `json:"id"`
	Kind      string            `json:"kind"`
	MAC       string            `json:"mac"`
	Obo       string            `json:"obo"`
	Occurred  string            `json:"occurred"`
	Scope     []string          `json:"scope"`
	StateFrom string            `json:"state_from"`
	StateHash string            `json:"state_hash"`
	StateTo   string            `json:"state_to"`
	T         string            `json:"t"`
	Type      string            `json:"type"`
	V         int               `json:"v"`
	Ver       int64             `json:"ver"`
	Via       string            `json:"via"`
	Vis       string            `json:"vis"`
}

// ParseLeaf reads a leaf. It accepts exactly what [Leaf.Encode] writes: another order, a repeated or
// unknown key, a space or another escape is refused with [ErrLeaf].
func ParseLeaf(raw []byte) (Leaf, error) {
	var w leafWire
	if err := json.Unmarshal(raw, &w); err != nil {
		return Leaf{}, ErrLeaf.Wrap(err)
	}
	if w.V != leafFormat {
		return Leaf{}, ErrLeaf.Because("Leaves of format %d are not known here.", w.V)
	}
	at, err := time.Parse(leafTime, w.T)
	if err != nil {
		return Leaf{}, ErrLeaf.Because("The time is malformed.")
	}
	l := Leaf{ID: w.ID, At: at, Type: w.Type, Kind: w.Kind, Entity: w.Ent, EntityVersion: w.Ver, Actor: w.Actor,
		OnBehalfOf: w.Obo, Via: w.Via, Authn: w.Authn, StateFrom: w.StateFrom, StateTo: w.StateTo, Scope: w.Scope,
		Digest: w.Digest, StateHash: w.StateHash, Visibility: domain.Visibility(w.Vis), Commitments: w.C, MAC: w.MAC}
	if w.Occurred != "" {
		if l.Occurred, err = time.Parse(leafTime, w.Occurred); err != nil || l.Occurred.IsZero() {
			return Leaf{}, ErrLeaf.Because("The time of occurrence is malformed.")
		}
	}
	if !bytes.Equal(l.Encode(), raw) {
		return Leaf{}, ErrLeaf.Because("The leaf is not in canonical form.")
	}
	return l, nil
}

// OccurredAt is when it happened: as said by an import, else when it was recorded.
func (l Leaf) OccurredAt() time.Time {
	if l.Occurred.IsZero() {
		return l.At
	}
	return l.Occurred
}

// authenticate sets the MAC under the key of the log.
func (l *Leaf) authenticate(key []byte) {
	l.MAC = ""
	m := hmac.New(sha256.New, key)
	m.Write(l.Encode())
	l.MAC = base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// authentic tells whether the MAC was made with the key of the log.
func (l Leaf) authentic(key []byte) bool {
	claimed := l.MAC
	l.authenticate(key)
	return hmac.Equal([]byte(claimed), []byte(l.MAC))
}

// CanonicalValue is the text that stands for a changed value: the JSON array [before, after].
func CanonicalValue(before, after string) string {
	b := appendString([]byte{'['}, before)
	return string(append(appendString(append(b, ','), after), ']'))
}

// ParseValue reads what [CanonicalValue] wrote.
func ParseValue(s string) (before, after string, err error) {
	var pair []string
	if err := json.Unmarshal([]byte(s), &pair); err != nil || len(pair) != 2 || CanonicalValue(pair[0], pair[1]) != s {
		return "", "", ErrLeaf.Because("A value is malformed.")
	}
	return pair[0], pair[1], nil
}

// Commit is the salted commitment to the value of a field: base64url of HMAC-SHA256(salt, field 0x00 value).
// A random salt of 32 bytes keeps values with few possibilities ("high", "yes") from being guessed.
func Commit(salt []byte, field, value string) string {
	m := hmac.New(sha256.New, salt)
	buf := make([]byte, 0, len(field)+1+len(value))
	buf = append(append(append(buf, field...), 0), value...)
	m.Write(buf)
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// CanonicalState is the text of a record's state: a JSON object with its keys sorted by their bytes. A field that
// is empty is left out, so that a field which a later release adds does not alter the state of older records.
func CanonicalState(state map[string]string) []byte {
	said := make(map[string]string, len(state))
	for k, v := range state {
		if v != "" {
			said[k] = v
		}
	}
	return appendObject(make([]byte, 0, 512), said)
}

// HashState is the salted hash of a record's state: base64url of HMAC-SHA256(salt, canonical state).
func HashState(salt []byte, state map[string]string) string {
	m := hmac.New(sha256.New, salt)
	m.Write(CanonicalState(state))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func appendKey(b []byte, key string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(appendString(b, key), ':')
}

func appendObject(b []byte, m map[string]string) []byte {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(appendString(b, k), ':'), m[k])
	}
	return append(b, '}')
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string as RFC 8785 §3.2.2.2 says. Bytes that are not UTF-8 become U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= 0x20 && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, '\\', 'b')
		case '\t':
			b = append(b, '\\', 't')
		case '\n':
			b = append(b, '\\', 'n')
		case '\f':
			b = append(b, '\\', 'f')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
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
