package webhook

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// What receivers can be told.
const (
	Authorized   = "change.authorized"
	Rejected     = "change.rejected"
	WindowOpened = "change.window_opened"
	Frozen       = "change.frozen"
	Unauthorised = "change.unauthorised"
	// Ping is told to one receiver when somebody asks for it.
	Ping = "ping"
)

// Events lists what receivers choose from.
var Events = []string{Authorized, Rejected, WindowOpened, Frozen, Unauthorised}

// The states of a webhook.
const (
	Active  = "active"
	Paused  = "paused"
	Retired = "retired"
)

// Webhook is a receiver.
type Webhook struct {
	ID        int64 `gorm:"primaryKey"`
	Ref       string
	Name      string
	URL       string
	Events    string // a list as JSON
	Secret    string // sealed
	SecretAt  time.Time
	State     string
	Version   int64
	CreatedAt time.Time
}

// TableName names the table.
func (Webhook) TableName() string { return "webhooks" }

// Wants lists what it is told.
func (w Webhook) Wants() (out []string) {
	_ = json.Unmarshal([]byte(w.Events), &out) //nolint:errcheck // written by this package
	return out
}

// Fields is the webhook's state in the log. Of the secret it has only since when there is this one.
func (w Webhook) Fields() map[string]string {
	return map[string]string{"name": w.Name, "url": w.URL, "events": w.Events, "secret_at": stamp(w.SecretAt), "state": w.State}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

const mostWebhooks = 50

// sound brings a webhook into one form, or refuses it. Whether the address may be reached is asked of the sender.
func (w *Webhook) sound(events []string) (err error) {
	if w.Name, err = domain.CleanLine("body.name", strings.TrimSpace(w.Name), 100); err != nil {
		return err
	}
	if w.Name == "" {
		return ErrWebhook.With("body.name", "say who is told")
	}
	if len(events) == 0 {
		return ErrWebhook.With("body.events", "choose at least one")
	}
	events = slices.Clone(events)
	slices.Sort(events)
	events = slices.Compact(events)
	for _, e := range events {
		if !slices.Contains(Events, e) {
			return ErrWebhook.With("body.events", "choose from: "+strings.Join(Events, ", "))
		}
	}
	b, err := json.Marshal(events)
	w.Events = string(b)
	return err
}

// The states of a delivery.
const (
	Waiting   = "waiting"
	Delivered = "delivered"
	Dead      = "dead"
)

// Tries is how often something is tried before it is dead.
const Tries = 8

// Delivery is one message to one receiver.
type Delivery struct {
	ID        int64 `gorm:"primaryKey"`
	Ref       string
	WebhookID int64
	Event     string
	Subject   string // number of the change
	Once      string // what it is about: the same is told once
	Body      string
	State     string
	Attempts  int
	Status    int    // of the last answer; 0 when there was none
	Trouble   string // why it was not taken
	CreatedAt time.Time
	TriedAt   *time.Time
}

// TableName names the table.
func (Delivery) TableName() string { return "webhook_deliveries" }

// secretPrefix makes a secret recognisable to people and to scanners; it is that of Standard Webhooks.
const secretPrefix = "whsec_"

// vault seals secrets.
type vault struct{ aead cipher.AEAD }

func newVault(key []byte) (vault, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return vault{}, ErrSealed.Wrap(err)
	}
	aead, err := cipher.NewGCM(block)
	return vault{aead}, err
}

// fresh makes a secret for a webhook: as it is shown, and as it is kept.
func (v vault) fresh(ref string) (shown, kept string) {
	secret, nonce := make([]byte, 32), make([]byte, v.aead.NonceSize())
	_, _ = rand.Read(secret) // never fails (crypto/rand, Go 1.24)
	_, _ = rand.Read(nonce)
	return secretPrefix + base64.StdEncoding.EncodeToString(secret), base64.StdEncoding.EncodeToString(v.aead.Seal(nonce, nonce, secret, []byte(ref)))
}

// open gives the secret of a webhook. Errors: secret_sealed, when it was sealed by another desk, or for another webhook.
func (v vault) open(ref, kept string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(kept)
	if err != nil || len(raw) < v.aead.NonceSize() {
		return nil, ErrSealed
	}
	n := v.aead.NonceSize()
	secret, err := v.aead.Open(nil, raw[:n], raw[n:], []byte(ref))
	if err != nil {
		return nil, ErrSealed.Because("The key of the log is not the one that it was sealed with: make a new secret.")
	}
	return secret, nil
}
