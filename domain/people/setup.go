package people

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// setupLife is how long a setup link works; the next start of the server gives another.
const setupLife = 72 * time.Hour

// SetupNeeded tells that nobody can sign in yet.
func (s *Service) SetupNeeded(ctx context.Context) (bool, error) {
	n, err := s.store.whoCanSignIn(ctx)
	return n == 0, err
}

// EnsureSetupLink makes the token of the link with which the first administrator is made, and tells it, once:
// whoever starts the server prints it on the console. It is empty when somebody can sign in already. A new
// token takes the place of the one before.
func (s *Service) EnsureSetupLink(ctx context.Context) (token string, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		token = ""
		if n, err := s.store.whoCanSignIn(ctx); err != nil || n > 0 {
			return err
		}
		var hash []byte
		token, hash = newSecret("")
		return s.store.putSetupLink(ctx, hash, s.db.Now(ctx))
	})
	return token, err
}

// SetupInput makes the first administrator. Address and UserAgent are those of the browser, which is signed
// in right away.
type SetupInput struct {
	Token     string
	Name      string
	Login     string
	Email     string
	Password  string
	Address   string
	UserAgent string
}

// CompleteSetup makes the first administrator, once, and signs them in. Facts: PersonCreated,
// policies.GrantGiven. Errors: ErrSetup, also for the second of two who come at the same time; ErrPassword,
// domain.ErrInvalid, and the link still works.
func (s *Service) CompleteSetup(ctx context.Context, in SetupInput) (Session, error) {
	ctx = domain.WithActor(ctx, domain.SystemActor(domain.ViaAPI))
	hash := hashOf(in.Token)
	since := func(ctx context.Context) time.Time { return s.db.Now(ctx).Add(-setupLife) }
	if ok, err := s.store.setupLinkValid(ctx, hash, since(ctx)); err != nil || !ok {
		if err == nil {
			err = ErrSetup
		}
		return Session{}, err // before a password is hashed: that costs
	}
	var out Session
	person := CreateInput{Name: in.Name, Login: in.Login, Email: in.Email}
	p, err := s.newPerson(person)
	if err != nil {
		return Session{}, err
	}
	pw, err := s.newHash(ctx, in.Password, p)
	if err != nil {
		return Session{}, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		// One statement takes the link: of two who come at the same time, the second finds it used.
		if ok, err := s.store.useSetupLink(ctx, hash, since(ctx), s.db.Now(ctx)); err != nil || !ok {
			if err == nil {
				err = ErrSetup
			}
			return err
		}
		if n, err := s.store.whoCanSignIn(ctx); err != nil || n > 0 {
			if err == nil {
				err = ErrSetup
			}
			return err
		}
		p, err := s.add(ctx, p, pw, person)
		if err != nil {
			return err
		}
		if _, err := s.roster.Grant(ctx, policies.GrantInput{User: p.ID, Role: policies.Admin, Scope: policies.All, Reason: "The first administrator"}); err != nil {
			return err
		}
		out, err = s.openSession(ctx, p, in.Address, in.UserAgent)
		return err
	})
	if err != nil {
		return Session{}, err
	}
	return out, nil
}
