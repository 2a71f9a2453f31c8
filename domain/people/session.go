package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"github.com/cabinetdesk/cabinet/domain"
)

// How somebody proved who they are.
const (
	authnPassword = "password"
	authnToken    = "token"
	authnLocal    = "local" // whoever runs the command on the machine itself
)

// How long a session lives unused, and at most; how often its use is written down.
const (
	idleLimit     = 12 * time.Hour
	absoluteLimit = 7 * 24 * time.Hour
	seenEvery     = time.Minute
)

// How many failed logins within the window stop the next one.
const (
	failureWindow    = 15 * time.Minute
	accountFailures  = 10
	addressFailures  = 100
	maxAgent, maxAdr = 300, 64
)

// Session is a login that succeeded. Token is told once; the desk keeps only its hash.
type Session struct {
	Token     string
	Ref       string
	Person    Person
	ExpiresAt time.Time
}

// SessionInfo is a session as its owner sees it.
type SessionInfo struct {
	Ref        string
	Current    bool
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time
	Address    string
	UserAgent  string
}

// LoginInput is an attempt to sign in. Previous is the token of the session that the browser had, if any: it
// ends, so that nobody can plant a session on somebody else.
type LoginInput struct {
	Login     string
	Password  string
	Address   string
	UserAgent string
	Previous  string
}

// Throttled is the cause of domain.ErrTooMany at a login: after which time to try again.
type Throttled struct{ After time.Duration }

func (t *Throttled) Error() string { return fmt.Sprintf("try again in %s", t.After) }

// Login signs a person in and opens a session. Errors: ErrLogin, the same for every cause; domain.ErrTooMany,
// caused by [Throttled]; ErrBusy.
func (s *Service) Login(ctx context.Context, in LoginInput) (Session, error) {
	login := cleanLogin(in.Login)
	try, err := s.attempt(ctx, login, in.Address)
	if err != nil {
		return Session{}, err
	}
	var acc account
	if loginShape.MatchString(login) {
		if acc, err = s.store.credentials(ctx, "login", login); err != nil && !errors.Is(err, domain.ErrNotFound) {
			return Session{}, err
		}
	}
	hash := acc.PasswordHash
	if !acc.Active || acc.Service {
		hash = "" // the same work, and no
	}
	ok, stale, err := s.hasher.verify(ctx, in.Password, hash)
	if err != nil {
		s.forgive(ctx, try)
		return Session{}, err
	}
	if !ok {
		return Session{}, ErrLogin
	}
	fresh := ""
	if stale {
		if fresh, err = s.hasher.hash(ctx, in.Password); err != nil {
			return Session{}, err
		}
	}
	var out Session
	err = s.db.Do(domain.WithActor(ctx, acc.actor(domain.ViaUI)), func(ctx context.Context) error {
		p, err := s.store.lockPerson(ctx, acc.Ref)
		if err != nil {
			return err
		}
		if now, err := s.store.credentials(ctx, "id", int64(p.ID)); err != nil {
			return err
		} else if !now.Active || now.PasswordHash != acc.PasswordHash { // disabled, or another password, meanwhile
			return ErrLogin
		}
		if err := s.store.clearFailures(ctx, try); err != nil {
			return err
		}
		if in.Previous != "" {
			if err := s.store.endSession(ctx, "token_hash", hashOf(in.Previous), 0); err != nil {
				return err
			}
		}
		if fresh != "" {
			before := p.state()
			p.newHash, p.Version, p.UpdatedAt = fresh, p.Version+1, s.db.Now(ctx)
			if err := s.db.Emit(ctx, PasswordRehashed{personFact{Person: p, before: before}}); err != nil {
				return err
			}
			if err := s.store.updatePerson(ctx, p); err != nil {
				return err
			}
		}
		out, err = s.openSession(ctx, p, in.Address, in.UserAgent)
		return err
	})
	return out, err
}

func (s *Service) openSession(ctx context.Context, p Person, address, agent string) (Session, error) {
	token, hash := newSecret("")
	now := s.db.Now(ctx)
	row := sessionRow{Ref: newRef(), TokenHash: hash, UserID: p.ID, Authn: authnPassword, CreatedAt: now, LastSeenAt: now,
		ExpiresAt: now.Add(absoluteLimit), Address: oneLine(address, maxAdr), UserAgent: oneLine(agent, maxAgent)}
	return Session{Token: token, Ref: row.Ref, Person: p, ExpiresAt: row.ExpiresAt}, s.store.insertSession(ctx, row)
}

// oneLine makes text of unknown origin fit to be kept and shown.
func oneLine(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > limit {
		s = string(r[:limit])
	}
	return s
}

// try is one attempt that has been counted as failed in advance, so that attempts side by side, on any
// instance, are all counted before any is answered.
type try struct {
	account string
	own     int64 // the entry of the account
	entry   int64 // the entry of the address, 0 for none
}

// attempt counts an attempt to sign in, or refuses it.
func (s *Service) attempt(ctx context.Context, login, address string) (try, error) {
	sum := sha256.Sum256([]byte(login)) // what was typed may be a password in the wrong box
	t := try{account: "account:" + hex.EncodeToString(sum[:16])}
	err := s.db.Do(ctx, func(ctx context.Context) error {
		var err error
		if t.own, err = s.count(ctx, t.account, accountFailures); err != nil || address == "" {
			return err
		}
		t.entry, err = s.count(ctx, "address:"+oneLine(address, maxAdr), addressFailures)
		return err
	})
	return t, err
}

func (s *Service) count(ctx context.Context, key string, limit int) (int64, error) {
	now := s.db.Now(ctx)
	if err := s.store.lockFailures(ctx, key, now.Add(-failureWindow)); err != nil {
		return 0, err
	}
	oldest, full, err := s.store.failure(ctx, key, limit)
	if err != nil {
		return 0, err
	}
	if full {
		wait := oldest.Add(failureWindow).Sub(now).Round(time.Second)
		return 0, domain.ErrTooMany.Because("Too many failed logins. Try again in %d minutes.", int(wait/time.Minute)+1).Wrap(&Throttled{max(wait, time.Second)})
	}
	return s.store.addFailure(ctx, key, now)
}

// forgive takes an attempt back that failed for a reason of ours.
func (s *Service) forgive(ctx context.Context, t try) {
	ctx = context.WithoutCancel(ctx)
	if err := s.db.Do(ctx, func(ctx context.Context) error { return s.store.forgetAttempt(ctx, t) }); err != nil {
		slog.WarnContext(ctx, "a login attempt stays counted", "err", err)
	}
}

// Authenticate finds who has a session, and says so as an actor. Its use is written down once a minute.
// Errors: domain.ErrSignIn, for whatever cause.
func (s *Service) Authenticate(ctx context.Context, token string) (domain.Actor, error) {
	row, err := s.store.session(ctx, hashOf(token))
	if errors.Is(err, domain.ErrNotFound) {
		return domain.Actor{}, domain.ErrSignIn
	}
	if err != nil {
		return domain.Actor{}, err
	}
	now := s.db.Now(ctx)
	if !row.Active || !now.Before(row.ExpiresAt) || !now.Before(row.LastSeenAt.Add(idleLimit)) {
		return domain.Actor{}, domain.ErrSignIn
	}
	if now.Sub(row.LastSeenAt) >= seenEvery {
		if err := s.db.Do(ctx, func(ctx context.Context) error { return s.store.seen(ctx, "sessions", "last_seen_at", row.ID, now) }); err != nil {
			// Who reads may go on reading while the database cannot be written.
			slog.WarnContext(ctx, "the use of a session is not written down", "err", err)
		}
	}
	a := row.actor(domain.ViaUI)
	a.Session, a.Authn = row.Ref, row.Authn
	a.Teams, err = s.store.teamsOf(ctx, a.User)
	return a, err
}

// Logout ends a session, if there is one.
func (s *Service) Logout(ctx context.Context, token string) error {
	return s.db.Do(ctx, func(ctx context.Context) error { return s.store.endSession(ctx, "token_hash", hashOf(token), 0) })
}

// Sessions lists the live sessions of whoever acts, the latest first.
func (s *Service) Sessions(ctx context.Context) ([]SessionInfo, error) {
	a := domain.ActorFrom(ctx)
	if a.User == 0 {
		return nil, domain.ErrSignIn
	}
	return s.sessions(ctx, a.User, a.Session)
}

// SessionsOf lists the live sessions of a person. Who has person.sessions may.
func (s *Service) SessionsOf(ctx context.Context, ref string) ([]SessionInfo, error) {
	p, err := s.store.person(ctx, "ref", ref)
	if err != nil {
		return nil, err
	}
	if err := s.permit(ctx, p, "person.sessions"); err != nil {
		return nil, err
	}
	return s.sessions(ctx, p.ID, domain.ActorFrom(ctx).Session)
}

func (s *Service) sessions(ctx context.Context, user domain.UserID, current string) ([]SessionInfo, error) {
	now := s.db.Now(ctx)
	rows, err := s.store.sessionsOf(ctx, user, now, now.Add(-idleLimit))
	if err != nil {
		return nil, err
	}
	out := make([]SessionInfo, 0, len(rows))
	for _, r := range rows {
		out = append(out, SessionInfo{Ref: r.Ref, Current: r.Ref == current, CreatedAt: r.CreatedAt, LastSeenAt: r.LastSeenAt,
			ExpiresAt: r.ExpiresAt, Address: r.Address, UserAgent: r.UserAgent})
	}
	return out, nil
}

// EndSession ends one of the sessions of whoever acts. Errors: domain.ErrNotFound.
func (s *Service) EndSession(ctx context.Context, ref string) error {
	a := domain.ActorFrom(ctx)
	if a.User == 0 {
		return domain.ErrSignIn
	}
	return s.db.Do(ctx, func(ctx context.Context) error { return s.store.endSession(ctx, "ref", ref, a.User) })
}

// Sweep removes sessions that have ended by themselves and failed logins that count no more; a job calls it.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		now := s.db.Now(ctx)
		return s.store.sweep(ctx, now, now.Add(-idleLimit), now.Add(-failureWindow))
	})
}

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
