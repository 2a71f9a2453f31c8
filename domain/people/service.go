package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// authorizer is the gate.
type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// roster keeps who holds which role; what is done to accounts concerns it.
type roster interface {
	// Changed makes the next version of the policy, in the unit open in ctx.
	Changed(ctx context.Context) error
	// Leaving does the same for an account that is being disabled, and refuses to lose the last administrator.
	Leaving(ctx context.Context, user domain.UserID) error
	Grant(ctx context.Context, in policies.GrantInput) (policies.Grant, error)
}

// Deps is what the service needs; policies.Engine is both Gate and Roster.
type Deps struct {
	DB     *db.DB
	Gate   authorizer
	Roster roster
}

// Service is people, teams and sites, and how people sign in.
type Service struct {
	db     *db.DB
	gate   authorizer
	roster roster
	store  store
	hasher hasher
}

// New builds the service.
func New(d Deps) *Service {
	return &Service{db: d.DB, gate: d.Gate, roster: d.Roster, store: store{d.DB}, hasher: newHasher()}
}

// newRef makes an opaque identifier, 128 random bits: what the log and the API call a person or a token.
func newRef() string { return strings.ToLower(rand.Text()) }

// newSecret makes a secret of 256 random bits, in base64url, and the hash of it that is kept. The hash needs
// no salt and no work factor: there is nothing to guess in 256 random bits.
func newSecret(prefix string) (secret string, hash []byte) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails: crypto/rand ends the program when the system has no randomness
	secret = prefix + base64.RawURLEncoding.EncodeToString(b[:])
	return secret, hashOf(secret)
}

func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// permit asks the gate for an action on a person; whom the actor may not even read does not exist for them.
func (s *Service) permit(ctx context.Context, p Person, action string) error {
	err := s.gate.Check(ctx, action, p.object())
	if err != nil && domain.KindOf(err) == domain.Forbidden && s.mayRead(ctx, p) != nil {
		return errNoPerson
	}
	return err
}

func (s *Service) mayRead(ctx context.Context, p Person) error {
	if a := domain.ActorFrom(ctx); a.User != 0 && a.User == p.ID {
		return nil
	}
	return s.gate.Check(ctx, "person.read", p.object())
}

var errNoPerson = domain.ErrNotFound.Because("There is no such person.")
