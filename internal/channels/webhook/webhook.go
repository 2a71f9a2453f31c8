// Package webhook sends signed messages to other systems. The form is that of Standard Webhooks: an id, a time, and an HMAC
// over both and the body, so that a receiver can tell who sent it, that it is whole, that it is fresh, and whether it
// came before.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/internal/channels/outgoing"
)

// mostAnswer is how much of an answer is read: nothing in it is of use.
const mostAnswer = 1 << 20

// Message is what is sent.
type Message struct {
	URL    string
	ID     string // the same each time that it is tried
	At     time.Time
	Body   []byte
	Secret []byte
}

// Sender sends messages.
type Sender struct {
	guard  outgoing.Guard
	client *http.Client
}

// New makes a sender that also reaches the networks that configuration names.
func New(allowed []netip.Prefix) *Sender {
	g := outgoing.NewGuard(allowed)
	return &Sender{guard: g, client: g.Client()}
}

// Check tells what is wrong with an address to send to. Errors: url_unsound, address_refused.
func (s *Sender) Check(address string) error {
	_, err := s.guard.Check(address)
	return err
}

// Send sends a message once and tells the status of the answer; trouble says in words why there was none.
func (s *Sender) Send(ctx context.Context, m Message) (status int, trouble string) {
	u, err := s.guard.Check(m.URL)
	if err != nil {
		return 0, "The address is refused: it is not public, or not encrypted."
	}
	if u.Scheme == "http" {
		ctx = outgoing.Plainly(ctx)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(m.Body))
	if err != nil {
		return 0, outgoing.Plain(err)
	}
	stamp := strconv.FormatInt(m.At.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Cabinet-Webhook/1")
	r.Header.Set("Webhook-Id", m.ID)
	r.Header.Set("Webhook-Timestamp", stamp)
	r.Header.Set("Webhook-Signature", "v1,"+Signature(m.Secret, m.ID, stamp, m.Body))
	res, err := s.client.Do(r)
	if err != nil {
		return 0, outgoing.Plain(err)
	}
	_, _ = io.CopyN(io.Discard, res.Body, mostAnswer)
	_ = res.Body.Close()
	return res.StatusCode, ""
}

// Signature is the HMAC-SHA-256 over id, time and body, in base64.
func Signature(secret []byte, id, stamp string, body []byte) string {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(id + "." + stamp + "."))
	m.Write(body)
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}
