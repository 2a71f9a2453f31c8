package people

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// tokenPrefix makes a secret recognisable to people and to scanners of leaked secrets.
const tokenPrefix = "cab_"

const maxTokenLife = 366 * 24 * time.Hour // a year, also a leap year

// Token lets a program act for a person or service account, within rights. Only a hash of the secret is kept.
type Token struct {
	ID         int64
	Ref        string
	User       domain.UserID
	Name       string
	Rights     []string
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedAt *time.Time
	RevokedAt  *time.Time
	Version    int64

	ownerRef string
}

// TokenInput says what token to make. Rights are actions ("incident.read") or classes ("incident.*"), at least
// one. For is the reference of a service account; empty is whoever acts.
type TokenInput struct {
	Name      string
	Rights    []string
	ExpiresAt time.Time
	For       string
}

// CreateToken makes a token and tells its secret, once. Everybody may for themselves, signed in with a
// password; for a service account who has person.set_password may; for another person nobody may. Fact:
// TokenCreated. Errors: ErrFullSession, domain.ErrInvalid, domain.ErrNotFound, ErrInactive.
func (s *Service) CreateToken(ctx context.Context, in TokenInput) (t Token, secret string, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		owner, err := s.tokenOwner(ctx, in.For)
		if err != nil {
			return err
		}
		if t, err = newToken(owner, in, s.db.Now(ctx)); err != nil {
			return err
		}
		var hash []byte
		secret, hash = newSecret(tokenPrefix)
		if err := s.db.Emit(ctx, TokenCreated{t}); err != nil {
			return err
		}
		return s.store.insertToken(ctx, t, hash)
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, secret, nil
}

func (s *Service) tokenOwner(ctx context.Context, ref string) (Person, error) {
	a := domain.ActorFrom(ctx)
	if a.Authn == authnToken {
		return Person{}, ErrFullSession
	}
	if ref == "" {
		if a.User == 0 {
			return Person{}, domain.ErrSignIn
		}
		p, err := s.store.person(ctx, "id", int64(a.User))
		if err == nil && !p.Active {
			err = ErrInactive
		}
		return p, err
	}
	p, err := s.store.person(ctx, "ref", ref)
	if err != nil {
		return Person{}, err
	}
	if err := s.permit(ctx, p, "person.set_password"); err != nil {
		return Person{}, err
	}
	switch {
	case !p.Service:
		return Person{}, domain.ErrForbidden.Because("Nobody makes a token for another person.")
	case !p.Active:
		return Person{}, ErrInactive
	}
	return p, nil
}

func newToken(owner Person, in TokenInput, now time.Time) (Token, error) {
	t := Token{Ref: newRef(), User: owner.ID, Name: strings.TrimSpace(in.Name), Rights: slices.Compact(slices.Sorted(slices.Values(in.Rights))),
		CreatedAt: now, ExpiresAt: domain.Instant(in.ExpiresAt), Version: 1, ownerRef: owner.Ref}
	bad := domain.ErrInvalid
	if t.Name == "" || !isLine(t.Name, 100) {
		bad = bad.With("body.name", "a token has a name of at most 100 characters")
	}
	if len(t.Rights) == 0 {
		bad = bad.With("body.rights", "name at least one right")
	}
	for _, r := range t.Rights {
		if !policies.KnownRight(r) {
			bad = bad.With("body.rights", "a right is an action like incident.read, or a class like incident.*")
			break
		}
	}
	if !t.ExpiresAt.After(now) || t.ExpiresAt.After(now.Add(maxTokenLife)) {
		bad = bad.With("body.expires_at", "a token expires after now and within a year")
	}
	if len(bad.Fields) > 0 {
		return Token{}, bad
	}
	return t, nil
}

// Tokens lists the tokens of whoever acts, the latest first, without those that were revoked.
func (s *Service) Tokens(ctx context.Context) ([]Token, error) {
	a := domain.ActorFrom(ctx)
	if a.User == 0 {
		return nil, domain.ErrSignIn
	}
	return s.store.tokens(ctx, "t.user_id = ? and t.revoked_at is null order by t.id desc", int64(a.User))
}

// TokensOf lists the tokens of a person. Who has person.sessions may.
func (s *Service) TokensOf(ctx context.Context, ref string) ([]Token, error) {
	p, err := s.store.person(ctx, "ref", ref)
	if err != nil {
		return nil, err
	}
	if err := s.permit(ctx, p, "person.sessions"); err != nil {
		return nil, err
	}
	return s.store.tokens(ctx, "t.user_id = ? and t.revoked_at is null order by t.id desc", int64(p.ID))
}

// RevokeToken ends a token at once. Its owner may, and who has person.disable. Fact: TokenRevoked. Errors:
// domain.ErrNotFound, also for a token that was revoked already.
func (s *Service) RevokeToken(ctx context.Context, ref string) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		list, err := s.store.tokens(ctx, "t.ref = ? and t.revoked_at is null", ref)
		if err != nil {
			return err
		}
		gone := domain.ErrNotFound.Because("There is no such token.")
		if len(list) == 0 {
			return gone
		}
		if a := domain.ActorFrom(ctx); a.User == 0 || a.User != list[0].User {
			if err := s.gate.Check(ctx, "person.disable", policies.Object{}); err != nil {
				return gone
			}
		}
		return s.revoke(ctx, list[0])
	})
}

// revokeTokens ends all tokens of a person, in the unit open in ctx.
func (s *Service) revokeTokens(ctx context.Context, user domain.UserID) error {
	list, err := s.store.tokens(ctx, "t.user_id = ? and t.revoked_at is null", int64(user))
	if err != nil {
		return err
	}
	for _, t := range list {
		if err := s.revoke(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) revoke(ctx context.Context, t Token) error {
	now := s.db.Now(ctx)
	t.RevokedAt, t.Version = &now, t.Version+1
	if err := s.db.Emit(ctx, TokenRevoked{t}); err != nil {
		return err
	}
	return s.store.revokeToken(ctx, t)
}

// AuthenticateBearer finds whose token a secret is, and says so as an actor that is narrowed to the token's
// rights. Its use is written down once a minute. Errors: domain.ErrSignIn, for whatever cause.
func (s *Service) AuthenticateBearer(ctx context.Context, secret string) (domain.Actor, error) {
	if !strings.HasPrefix(secret, tokenPrefix) {
		return domain.Actor{}, domain.ErrSignIn
	}
	row, err := s.store.bearer(ctx, hashOf(secret))
	if errors.Is(err, domain.ErrNotFound) {
		return domain.Actor{}, domain.ErrSignIn
	}
	if err != nil {
		return domain.Actor{}, err
	}
	now := s.db.Now(ctx)
	if !row.Active || !now.Before(row.ExpiresAt) {
		return domain.Actor{}, domain.ErrSignIn
	}
	if row.LastUsedAt == nil || now.Sub(*row.LastUsedAt) >= seenEvery {
		if err := s.db.Do(ctx, func(ctx context.Context) error { return s.store.seen(ctx, "api_tokens", "last_used_at", row.ID, now) }); err != nil {
			slog.WarnContext(ctx, "the use of a token is not written down", "err", err)
		}
	}
	a := row.actor(domain.ViaAPI)
	a.Session, a.Authn, a.Narrowed = row.Ref, authnToken, strings.Fields(row.Rights)
	if a.Narrowed == nil {
		a.Narrowed = []string{} // nil would be no narrowing at all
	}
	a.Teams, err = s.store.teamsOf(ctx, a.User)
	return a, err
}
