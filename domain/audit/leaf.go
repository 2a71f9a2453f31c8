package audit

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
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

// ParseLeaf reads a leaf. It accepts exactly what [Leaf.Encode] writes: another order, a repeated or
// unknown key, a space or another escape is refused with [ErrLeaf].
func ParseLeaf(raw []byte) (Leaf, error) {
	m := members{rest: raw}
	m.eat('{')
	l := Leaf{Actor: m.text("actor"), Authn: m.text("authn"), Commitments: m.object("c"), Digest: m.text("digest"),
		Entity: m.text("ent"), ID: m.text("id"), Kind: m.text("kind"), MAC: m.text("mac"), OnBehalfOf: m.text("obo")}
	occurred := m.text("occurred")
	l.Scope = m.list("scope")
	l.StateFrom, l.StateHash, l.StateTo = m.text("state_from"), m.text("state_hash"), m.text("state_to")
	at := m.text("t")
	l.Type = m.text("type")
	format := m.number("v")
	l.EntityVersion = m.number("ver")
	l.Via, l.Visibility = m.text("via"), domain.Visibility(m.text("vis"))
	if format != leafFormat {
		return Leaf{}, ErrLeaf.Because("It is not of format %d, or not in canonical form.", leafFormat)
	}
	var err error
	if l.At, err = time.Parse(leafTime, at); err != nil {
		return Leaf{}, ErrLeaf.Because("The time is malformed.")
	}
	if occurred != "" {
		if l.Occurred, err = time.Parse(leafTime, occurred); err != nil || l.Occurred.IsZero() {
			return Leaf{}, ErrLeaf.Because("The time of occurrence is malformed.")
		}
	}
	if !bytes.Equal(l.Encode(), raw) {
		return Leaf{}, ErrLeaf.Because("The leaf is not in canonical form.")
	}
	return l, nil
}

// members reads the members of a leaf in their order, each at most once. It need not judge what it cannot
// read: it leaves it out, and the comparison with the encoded leaf refuses the whole.
type members struct{ rest []byte }

func (m *members) eat(c byte) bool {
	if len(m.rest) == 0 || m.rest[0] != c {
		return false
	}
	m.rest = m.rest[1:]
	return true
}

// member moves to the value of a key when that is the next one.
func (m *members) member(key string) bool {
	b := bytes.TrimPrefix(m.rest, []byte{','})
	if len(b) < len(key)+3 || b[0] != '"' || string(b[1:len(key)+1]) != key || b[len(key)+1] != '"' || b[len(key)+2] != ':' {
		return false
	}
	m.rest = b[len(key)+3:]
	return true
}

func (m *members) text(key string) string {
	if !m.member(key) {
		return ""
	}
	return m.value()
}

// value reads a string.
func (m *members) value() string {
	if len(m.rest) == 0 || m.rest[0] != '"' {
		return ""
	}
	escaped := false
	for i := 1; i < len(m.rest); i++ {
		switch m.rest[i] {
		case '\\':
			escaped = true
			i++
		case '"':
			raw := m.rest[:i+1]
			m.rest = m.rest[i+1:]
			if !escaped {
				return string(raw[1:i])
			}
			var s string
			if json.Unmarshal(raw, &s) != nil {
				return ""
			}
			return s
		}
	}
	return ""
}

func (m *members) number(key string) int64 {
	if !m.member(key) {
		return 0
	}
	i := 0
	for i < len(m.rest) && (m.rest[i] == '-' || m.rest[i] >= '0' && m.rest[i] <= '9') {
		i++
	}
	n, err := strconv.ParseInt(string(m.rest[:i]), 10, 64)
	if err != nil {
		return 0
	}
	m.rest = m.rest[i:]
	return n
}

func (m *members) list(key string) []string {
	var list []string
	if m.member(key) && m.eat('[') {
		for first := true; first || m.eat(','); first = false {
			list = append(list, m.value())
		}
		m.eat(']')
	}
	return list
}

func (m *members) object(key string) map[string]string {
	if !m.member(key) || !m.eat('{') {
		return nil
	}
	object := map[string]string{}
	for first := true; first || m.eat(','); first = false {
		k := m.value()
		if !m.eat(':') {
			break
		}
		object[k] = m.value()
	}
	m.eat('}')
	return object
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
	keys := make([]string, 0, len(state))
	for k, v := range state {
		if v != "" {
			keys = append(keys, k)
		}
	}
	return appendMembers(make([]byte, 0, 512), keys, state)
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
	return appendMembers(b, keys, m)
}

// appendMembers writes the members of an object that have these keys, sorted.
func appendMembers(b []byte, keys []string, m map[string]string) []byte {
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
