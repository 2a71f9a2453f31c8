package pipeline

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// A pass is the gate's word that something may go in: "cgp1", what it is for, and a MAC over that, with a key that is made
// from the key of the log. It is kept nowhere.
const (
	passPrefix = "cgp1."
	// PassLife is how long a pass holds at most.
	PassLife = 15 * time.Minute
	// skew is how far the clocks of two instances may be apart.
	skew = time.Minute
	// longestPass is more than any pass has.
	longestPass = 2000
)

// Pass is what a pass is for.
type Pass struct {
	Change      string `json:"c"`
	Revision    int64  `json:"r"`
	Digest      string `json:"d"` // of the plan
	Environment string `json:"e"`
	Artifact    string `json:"a"`
	Nonce       string `json:"n"`
	IssuedAt    int64  `json:"i"` // microseconds
	ExpiresAt   int64  `json:"x"`
}

// Signer signs passes and knows them again.
type Signer struct{ key []byte }

// NewSigner makes a signer with a key of 32 bytes.
func NewSigner(key []byte) Signer { return Signer{key} }

func (s Signer) mac(payload string) []byte {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte(passPrefix + payload))
	return m.Sum(nil)
}

// Sign writes a pass.
func (s Signer) Sign(p Pass) string {
	payload := base64.RawURLEncoding.EncodeToString([]byte(text(p)))
	return passPrefix + payload + "." + base64.RawURLEncoding.EncodeToString(s.mac(payload))
}

// Read reads a pass that this desk gave and that holds at an instant. Errors: gate_pass_missing, gate_pass_forged,
// gate_pass_early, gate_pass_expired.
func (s Signer) Read(token string, now time.Time) (p Pass, err error) {
	if token = strings.TrimSpace(token); token == "" {
		return p, ErrNoPass.Because("Ask the gate first, and give the pass that it answers with.")
	}
	payload, sum, ok := strings.Cut(strings.TrimPrefix(token, passPrefix), ".")
	if !ok || len(token) > longestPass || !strings.HasPrefix(token, passPrefix) {
		return p, ErrForged
	}
	given, err := base64.RawURLEncoding.Strict().DecodeString(sum)
	if err != nil || !hmac.Equal(given, s.mac(payload)) {
		return p, ErrForged
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(payload)
	if err != nil || json.Unmarshal(raw, &p) != nil {
		return Pass{}, ErrForged
	}
	issued, expires := time.UnixMicro(p.IssuedAt), time.UnixMicro(p.ExpiresAt)
	switch {
	case issued.After(now.Add(skew)):
		return p, ErrEarly.Because("A clock was set back since the gate gave this pass: ask again.")
	case !now.Before(expires), expires.Sub(issued) > PassLife, !now.Before(issued.Add(PassLife)):
		return p, ErrExpired.Because("A pass holds for %d minutes: ask the gate again.", int(PassLife.Minutes()))
	}
	return p, nil
}
