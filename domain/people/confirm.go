package people

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// SignatureLasts is how long after giving one's password again one can sign.
const SignatureLasts = 5 * time.Minute

// Confirm proves again, within a session, who is acting: what is signed is signed by them. Everybody may for themselves.
// Wrong passwords count as failed logins do. Errors: ErrFullSession for a token, ErrCurrent, domain.ErrTooMany caused by
// [Throttled], ErrBusy.
func (s *Service) Confirm(ctx context.Context, password string) (until time.Time, err error) {
	actor := domain.ActorFrom(ctx)
	if actor.User == 0 {
		return until, domain.ErrSignIn
	}
	if actor.Session == "" || actor.Authn != authnPassword {
		return until, ErrFullSession
	}
	acc, err := s.store.credentials(ctx, "id", int64(actor.User))
	if err != nil {
		return until, err
	}
	try, err := s.attempt(ctx, acc.Login, "")
	if err != nil {
		return until, err
	}
	ok, _, err := s.hasher.verify(ctx, password, acc.PasswordHash)
	if err != nil {
		s.forgive(ctx, try)
		return until, err
	}
	if !ok {
		return until, ErrCurrent
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		now := s.db.Now(ctx)
		until = now.Add(SignatureLasts)
		if err := s.store.clearFailures(ctx, try); err != nil {
			return err
		}
		return s.store.confirm(ctx, actor.Session, actor.User, now)
	})
	return until, err
}

// Confirmed tells whether whoever acts has given their password again within [SignatureLasts]. Nobody who came in with a
// token has; the people of the demonstration, who have no sessions while their past is being told, always have.
func (s *Service) Confirmed(ctx context.Context) (bool, error) {
	actor := domain.ActorFrom(ctx)
	if actor.Via == domain.ViaDemo && actor.Authn == authnLocal {
		return true, nil
	}
	if actor.Session == "" || actor.Authn != authnPassword {
		return false, nil
	}
	at, err := s.store.confirmedAt(ctx, actor.Session, actor.User)
	now := s.db.Now(ctx)
	return at != nil && !now.Before(*at) && now.Before(at.Add(SignatureLasts)), err
}
