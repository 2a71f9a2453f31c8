package people

import (
	"context"
	_ "embed" // the list of common passwords
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"github.com/cabinetdesk/cabinet/domain"
)

// The lengths of a password, in characters. There are no rules of composition (NIST SP 800-63B, 5.1.1.2).
const (
	minPassword = 10
	maxPassword = 128
)

// hashing is what the OWASP Password Storage Cheat Sheet asks of Argon2id: 19 MiB, two passes, one lane.
var hashing = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// dummyHash is the hash of a password that nobody has, made with the same parameters: what a login without an
// account is compared with, so that it takes as long as one with an account.
const dummyHash = "$argon2id$v=19$m=19456,t=2,p=1$7MSd6h7tRI3L0pgPAaWCLA$pyOyFsWS4g90DH5u8tLcFo04UlDlFEwFesvEdfWZHTE"

// hasher hashes passwords, a few at a time: each takes 19 MiB and a core.
type hasher struct{ slots chan struct{} }

func newHasher() hasher {
	return hasher{slots: make(chan struct{}, min(4, max(2, runtime.GOMAXPROCS(0))))}
}

// take waits for a slot, as long as ctx allows.
func (h hasher) take(ctx context.Context) (release func(), err error) {
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ErrBusy.Wrap(ctx.Err())
	}
}

func (h hasher) hash(ctx context.Context, password string) (string, error) {
	release, err := h.take(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return argon2id.CreateHash(norm.NFC.String(password), &hashing)
}

// verify compares a password with a hash; without a hash it does the same work and says no. stale tells that
// the hash was made with other parameters than today's.
func (h hasher) verify(ctx context.Context, password, hash string) (ok, stale bool, err error) {
	release, err := h.take(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	known := hash != "" && len(password) <= 4*maxPassword
	if !known {
		hash = dummyHash
	}
	params, _, _, err := argon2id.DecodeHash(hash)
	if err != nil || params.Iterations < 1 || params.Parallelism < 1 {
		return false, false, domain.ErrInternal.Because("A stored password hash cannot be read.").Wrap(err)
	}
	match, _, err := argon2id.CheckHash(norm.NFC.String(password[:min(len(password), 4*maxPassword)]), hash)
	return match && known, *params != hashing, err
}

//go:embed common_passwords.txt
var commonText string

var common = func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			m[line] = true
		}
	}
	return m
}()

// newHash refuses a password that is too short, too long or too easily guessed for this person, and hashes it.
func (s *Service) newHash(ctx context.Context, password string, p Person) (string, error) {
	if why := weakness(password, p); why != "" {
		return "", ErrPassword.With("body.password", why)
	}
	return s.hasher.hash(ctx, password)
}

// weakness says what is wrong with a password, empty for nothing.
func weakness(password string, p Person) string {
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return "a password is text without control characters"
	case n < minPassword:
		return "a password has at least 10 characters"
	case n > maxPassword:
		return "a password has at most 128 characters"
	}
	lower := strings.ToLower(password)
	if monotonous(lower) || common[lower] || common[core(lower)] || repeats(core(lower)) || repeats(lower) {
		return "this is one of the passwords that are tried first"
	}
	local, _, _ := strings.Cut(strings.ToLower(p.Email), "@")
	for _, own := range []string{p.Login, strings.ToLower(p.Name), strings.ReplaceAll(strings.ToLower(p.Name), " ", ""), strings.ToLower(p.Email), local} {
		if own != "" && (lower == own || core(lower) == core(own) && core(own) != "") {
			return "a password is not one's own login, name or address"
		}
	}
	return ""
}

// core strips what people put before and after a word, and undoes the usual disguises inside it.
func core(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	return strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t").Replace(s)
}

// repeats tells whether s is one common word, again and again.
func repeats(s string) bool {
	for i := 3; i <= len(s)/2; i++ {
		if common[s[:i]] && strings.ReplaceAll(s, s[:i], "") == "" {
			return true
		}
	}
	return false
}

// monotonous tells whether s has fewer than four different characters, or counts up or down throughout.
func monotonous(s string) bool {
	seen := map[rune]bool{}
	up, down := true, true
	var last rune
	for i, r := range s {
		seen[r] = true
		if i > 0 {
			wraps := last == '9' && r == '0' || last == '0' && r == '9'
			up, down = up && (r == last+1 || wraps), down && (r == last-1 || wraps)
		}
		last = r
	}
	return len(seen) < 4 || up || down
}

// PasswordInput sets somebody else's password.
type PasswordInput struct {
	Ref      string
	Version  int64
	Password string
}

// SetPassword gives a person a new password, and ends their sessions. Who has person.set_password may; one's
// own is changed with ChangePassword. Fact: PasswordSet. Errors: ErrPassword, ErrServiceLogin, ErrOwnAccount.
func (s *Service) SetPassword(ctx context.Context, in PasswordInput) (Person, error) {
	p, err := s.store.person(ctx, "ref", in.Ref)
	if err != nil {
		return Person{}, err
	}
	if err := s.permit(ctx, p, "person.set_password"); err != nil {
		return Person{}, err
	}
	if p.Service {
		return Person{}, ErrServiceLogin
	}
	if domain.ActorFrom(ctx).User == p.ID {
		return Person{}, ErrOwnAccount.Because("Change your own password with the current one.")
	}
	hash, err := s.newHash(ctx, in.Password, p)
	if err != nil {
		return Person{}, err
	}
	return s.alter(ctx, in.Ref, in.Version, func(ctx context.Context, p *Person) (domain.Fact, error) {
		if err := s.permit(ctx, *p, "person.set_password"); err != nil {
			return nil, err
		}
		return s.savePassword(ctx, p, hash, "", func(f personFact) domain.Fact { return PasswordSet{f} })
	})
}

// ChangePassword changes the password of whoever acts, who gives the current one, and ends their other
// sessions. It is no way to guess: a wrong current password counts as a failed login. Fact: PasswordChanged.
// Errors: ErrCurrent, ErrPassword, ErrFullSession for a token, domain.ErrTooMany.
func (s *Service) ChangePassword(ctx context.Context, current, password string) error {
	actor := domain.ActorFrom(ctx)
	if actor.User == 0 {
		return domain.ErrSignIn
	}
	if actor.Authn == authnToken {
		return ErrFullSession
	}
	acc, err := s.store.credentials(ctx, "id", int64(actor.User))
	if err != nil {
		return err
	}
	if why := weakness(password, acc.Person); why != "" {
		return ErrPassword.With("body.new", why)
	}
	try, err := s.attempt(ctx, acc.Login, "")
	if err != nil {
		return err
	}
	ok, _, err := s.hasher.verify(ctx, current, acc.PasswordHash)
	if err != nil {
		s.forgive(ctx, try)
		return err
	}
	if !ok {
		return ErrCurrent
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = s.alter(ctx, acc.Ref, acc.Version, func(ctx context.Context, p *Person) (domain.Fact, error) {
		if err := s.store.clearFailures(ctx, try); err != nil {
			return nil, err
		}
		return s.savePassword(ctx, p, hash, actor.Session, func(f personFact) domain.Fact { return PasswordChanged{f} })
	})
	return err
}

// savePassword keeps a new hash and ends all sessions but one.
func (s *Service) savePassword(ctx context.Context, p *Person, hash, keep string, fact func(personFact) domain.Fact) (domain.Fact, error) {
	if err := s.store.endSessions(ctx, p.ID, keep); err != nil {
		return nil, err
	}
	before := p.state()
	p.HasPassword, p.Version, p.newHash = true, p.Version+1, hash
	return fact(personFact{Person: *p, before: before}), nil
}
