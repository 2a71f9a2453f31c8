package people

import (
	"context"
	"errors"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// Person is somebody, or some program, that has to do with the desk. Ref is what the API and the log call
// them; Login is what they sign in with, in lower case.
type Person struct {
	ID          domain.UserID
	Ref         string
	Login       string
	Name        string
	Email       string
	Site        domain.SiteID
	SiteKey     string
	TimeZone    string
	Active      bool
	Service     bool
	HasPassword bool
	Version     int64
	CreatedAt   time.Time
	UpdatedAt   time.Time

	// newHash is the hash to write with the row, empty to leave the one that is there.
	newHash string
}

func (p Person) object() policies.Object {
	return policies.Object{Class: "person", Number: p.Ref, Site: p.Site, Participants: []domain.UserID{p.ID}}
}

// CreateInput says whom to add. Site and Teams are keys. Without a password the person cannot sign in until
// one is set; a service account never has one.
type CreateInput struct {
	Name     string
	Login    string
	Email    string
	Site     string
	TimeZone string
	Password string
	Teams    []string
	Service  bool
}

// Create adds a person. Who has person.create may. Facts: PersonCreated, and TeamMembersSet for each team.
// Errors: domain.ErrInvalid with the fields, ErrPassword, ErrServiceLogin, ErrLoginTaken.
func (s *Service) Create(ctx context.Context, in CreateInput) (Person, error) {
	if err := s.gate.Check(ctx, "person.create", policies.Object{}); err != nil {
		return Person{}, err
	}
	return s.create(ctx, in)
}

func (s *Service) create(ctx context.Context, in CreateInput) (Person, error) {
	p, err := s.newPerson(in)
	if err != nil {
		return Person{}, err
	}
	hash := ""
	if in.Password != "" {
		if in.Service {
			return Person{}, ErrServiceLogin
		}
		if hash, err = s.newHash(ctx, in.Password, p); err != nil { // before the unit: it takes its time
			return Person{}, err
		}
	}
	return s.add(ctx, p, hash, in)
}

// add writes a new person, with the hash of a password or none, into a site and teams.
func (s *Service) add(ctx context.Context, p Person, hash string, in CreateInput) (Person, error) {
	var out Person
	err := s.db.Do(ctx, func(ctx context.Context) error {
		var err error
		if p.Site, err = s.siteID(ctx, in.Site); err != nil {
			return err
		}
		p.SiteKey, p.HasPassword = in.Site, hash != ""
		p.CreatedAt, p.UpdatedAt = s.db.Now(ctx), s.db.Now(ctx)
		taken, err := s.store.logins(ctx, []string{p.Login})
		if err != nil {
			return err
		}
		if len(taken) > 0 {
			return ErrLoginTaken.With("body.login", "somebody else has this login")
		}
		if err := s.db.Emit(ctx, PersonCreated{personFact{Person: p}}); err != nil {
			return err
		}
		if err := s.store.insertPeople(ctx, []Person{p}, hash); errors.Is(err, domain.ErrDuplicate) {
			return ErrLoginTaken.With("body.login", "somebody else has this login")
		} else if err != nil {
			return err
		}
		if out, err = s.store.person(ctx, "ref", p.Ref); err != nil {
			return err
		}
		for _, key := range in.Teams {
			t, err := s.store.lockTeam(ctx, key)
			if errors.Is(err, domain.ErrNotFound) {
				return domain.ErrInvalid.With("body.teams", "there is no such team")
			}
			if err != nil {
				return err
			}
			if err := s.saveMembers(ctx, t, append(t.memberIDs(), out.ID)); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) newPerson(in CreateInput) (Person, error) {
	p := Person{Ref: newRef(), Login: cleanLogin(in.Login), Name: strings.TrimSpace(in.Name), Email: strings.TrimSpace(in.Email),
		TimeZone: in.TimeZone, Active: true, Service: in.Service, Version: 1}
	if p.TimeZone == "" {
		p.TimeZone = "UTC"
	}
	return p, validate(p)
}

var loginShape = regexp.MustCompile(`^[a-z0-9][a-z0-9._@+-]{0,127}$`)

func cleanLogin(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// validate collects everything that is wrong with a person's fields.
func validate(p Person) error {
	bad := domain.ErrInvalid
	if !loginShape.MatchString(p.Login) {
		bad = bad.With("body.login", "a login has letters a to z, digits and . _ @ + -, 128 at most")
	}
	if p.Name == "" || !isLine(p.Name, 200) {
		bad = bad.With("body.name", "a name is one line of at most 200 characters")
	}
	if p.Email != "" {
		if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email || len(p.Email) > 254 || !isLine(p.Email, 254) {
			bad = bad.With("body.email", "that is not an e-mail address")
		}
	}
	if _, err := time.LoadLocation(p.TimeZone); err != nil || p.TimeZone == "" || p.TimeZone == "Local" {
		bad = bad.With("body.time_zone", "a time zone is named like Europe/Berlin")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// isLine tells whether s is text without control characters, of at most limit characters.
func isLine(s string, limit int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= limit && !strings.ContainsFunc(s, unicode.IsControl)
}

func (s *Service) siteID(ctx context.Context, key string) (domain.SiteID, error) {
	if key == "" {
		return 0, nil
	}
	site, err := s.store.site(ctx, key)
	if errors.Is(err, domain.ErrNotFound) {
		return 0, domain.ErrInvalid.With("body.site", "there is no such site")
	}
	return site.ID, err
}

// AmendInput says what to amend; what is nil stays. Site is a key, empty for none.
type AmendInput struct {
	Ref      string
	Version  int64 // the version that the caller saw, 0 for any
	Name     *string
	Email    *string
	Site     *string
	TimeZone *string
}

// Amend alters harmless fields of a person. Who has person.amend may; everybody may set their own time zone.
// Fact: PersonAmended, unless nothing differs. Errors: domain.ErrInvalid, domain.ErrStale, domain.ErrNotFound.
func (s *Service) Amend(ctx context.Context, in AmendInput) (Person, error) {
	return s.alter(ctx, in.Ref, in.Version, func(ctx context.Context, p *Person) (domain.Fact, error) {
		own := domain.ActorFrom(ctx).User == p.ID && in.Name == nil && in.Email == nil && in.Site == nil
		if !own {
			if err := s.permit(ctx, *p, "person.amend"); err != nil {
				return nil, err
			}
		}
		before := p.state()
		var err error
		if in.Name != nil {
			p.Name = strings.TrimSpace(*in.Name)
		}
		if in.Email != nil {
			p.Email = strings.TrimSpace(*in.Email)
		}
		if in.TimeZone != nil {
			p.TimeZone = *in.TimeZone
		}
		if in.Site != nil {
			if p.Site, err = s.siteID(ctx, *in.Site); err != nil {
				return nil, err
			}
			p.SiteKey = *in.Site
		}
		if err := validate(*p); err != nil {
			return nil, err
		}
		if len(diff(before, p.state(), "")) == 0 {
			return nil, nil
		}
		p.Version++
		return PersonAmended{personFact{Person: *p, before: before}}, nil
	})
}

// alter loads and locks a person, lets decide alter it and name the fact, and writes both. A nil fact writes
// nothing.
func (s *Service) alter(ctx context.Context, ref string, version int64, decide func(ctx context.Context, p *Person) (domain.Fact, error)) (Person, error) {
	var out Person
	err := s.db.Do(ctx, func(ctx context.Context) error {
		p, err := s.store.lockPerson(ctx, ref)
		if err != nil {
			return err
		}
		loaded := p.Version
		p.UpdatedAt = s.db.Now(ctx)
		fact, err := decide(ctx, &p)
		if err != nil {
			return err
		}
		if version != 0 && version != loaded {
			return domain.ErrStale.Because("The person is at version %d now; you saw %d.", loaded, version)
		}
		out = p
		if fact == nil {
			return nil
		}
		if err := s.db.Emit(ctx, fact); err != nil {
			return err
		}
		return s.store.updatePerson(ctx, p)
	})
	return out, err
}

// MoveInput disables or enables an account.
type MoveInput struct {
	Ref     string
	Version int64
	Reason  string
}

// Disable ends an account: its sessions and tokens end at once, and its grants count no more. Who has
// person.disable may, for anybody but themselves. Facts: PersonDisabled, TokenRevoked for each token.
// Errors: ErrAlready, ErrOwnAccount, policies.ErrLastAdmin, domain.ErrMissing without a reason.
func (s *Service) Disable(ctx context.Context, in MoveInput) (Person, error) {
	return s.alter(ctx, in.Ref, in.Version, func(ctx context.Context, p *Person) (domain.Fact, error) {
		reason, err := s.mayMove(ctx, *p, in.Reason, true)
		if err != nil {
			return nil, err
		}
		if err := s.roster.Leaving(ctx, p.ID); err != nil {
			return nil, err
		}
		if err := s.store.endSessions(ctx, p.ID, ""); err != nil {
			return nil, err
		}
		if err := s.revokeTokens(ctx, p.ID); err != nil {
			return nil, err
		}
		before := p.state()
		p.Active, p.Version = false, p.Version+1
		return PersonDisabled{personFact{Person: *p, before: before, reason: reason}}, nil
	})
}

// Enable lets a disabled account be used again; sessions and tokens stay ended. Who has person.disable may.
// Fact: PersonEnabled. Errors as for Disable.
func (s *Service) Enable(ctx context.Context, in MoveInput) (Person, error) {
	return s.alter(ctx, in.Ref, in.Version, func(ctx context.Context, p *Person) (domain.Fact, error) {
		reason, err := s.mayMove(ctx, *p, in.Reason, false)
		if err != nil {
			return nil, err
		}
		if err := s.roster.Changed(ctx); err != nil { // grants that are still valid count again
			return nil, err
		}
		before := p.state()
		p.Active, p.Version = true, p.Version+1
		return PersonEnabled{personFact{Person: *p, before: before, reason: reason}}, nil
	})
}

func (s *Service) mayMove(ctx context.Context, p Person, reason string, fromActive bool) (string, error) {
	if err := s.permit(ctx, p, "person.disable"); err != nil {
		return "", err
	}
	if domain.ActorFrom(ctx).User == p.ID {
		return "", ErrOwnAccount
	}
	if p.Active != fromActive {
		return "", ErrAlready
	}
	return cleanReason(reason)
}

// cleanReason trims a reason and refuses none, or too much.
func cleanReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", domain.ErrMissing.With("body.reason", "a reason is required")
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0) || utf8.RuneCountInString(s) > 1000:
		return "", domain.ErrInvalid.With("body.reason", "a reason is text of at most 1,000 characters")
	}
	return s, nil
}
