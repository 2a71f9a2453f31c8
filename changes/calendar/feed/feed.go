package feed

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// The error codes of this package.
var (
	ErrTooMany = domain.Code(domain.Conflict, "calendar_feeds_full", "There are too many feeds already")
	ErrSession = domain.Code(domain.Forbidden, "calendar_feed_session", "Sign in to do that")
	errGone    = domain.ErrNotFound.Because("There is no such feed.")
)

// MaxFeeds is how many feeds a person has at once.
const MaxFeeds = 10

// What a feed shows: from a month ago to a year ahead.
const (
	behind = 31 * 24 * time.Hour
	ahead  = 366 * 24 * time.Hour
)

// seenEvery is how exact the time of the last use is.
const seenEvery = 10 * time.Minute

// prefix makes a secret recognisable to people and to scanners of leaked secrets.
const prefix = "cabcal_"

// Feed is a subscription of a person. Of its secret only a hash is kept.
type Feed struct {
	ID         int64 `gorm:"primaryKey"`
	Ref        string
	UserID     domain.UserID
	Name       string
	TokenHash  []byte
	CreatedAt  time.Time
	LastUsedAt *time.Time
	RevokedAt  *time.Time
	Version    int64
}

// TableName names the table.
func (Feed) TableName() string { return "calendar_feeds" }

// Fields is the feed's state in the log: nothing of its secret.
func (f Feed) Fields() map[string]string {
	return map[string]string{"name": f.Name, "revoked": map[bool]string{true: "true", false: "false"}[f.RevokedAt != nil]}
}

// Changed is the fact that a feed was made or revoked.
type Changed struct {
	Feed  Feed
	What  string // "made", "revoked"
	owner string // reference
}

// Event implements domain.Fact.
func (f Changed) Event() domain.Event {
	e := domain.Event{Type: "calendar_feed." + f.What, EntityKind: "calendar_feed", Entity: f.Feed.Ref, Version: f.Feed.Version, Visibility: domain.Restricted, State: f.Feed.Fields()}
	if f.What == "made" {
		e.Fields = []domain.FieldChange{{Field: "name", After: f.Feed.Name, Subject: f.owner}}
	}
	return e
}

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Actors makes the actor of a person who is active (people.Service).
type Actors interface {
	ActorFor(ctx context.Context, id domain.UserID, via domain.Via) (domain.Actor, error)
}

// Shower shows the calendar as its reader may see it (calendar.Service).
type Shower interface {
	Show(ctx context.Context, in calendar.Span) ([]calendar.Shown, []calendar.Happening, bool, error)
}

// Deps is what the service needs.
type Deps struct {
	DB       *db.DB
	Gate     authorizer
	People   Actors
	Calendar Shower
	Random   func() string             // opaque references
	State    func(state string) string // what a state of a change is called
}

// Service holds the verbs of feeds.
type Service struct {
	Deps
	store store
}

// New builds the service.
func New(d Deps) *Service { return &Service{d, store{d.DB}} }

// own is who acts, signed in for themselves: a token makes no other secret.
func own(ctx context.Context) (domain.Actor, error) {
	a := domain.ActorFrom(ctx)
	switch {
	case a.User == 0:
		return a, domain.ErrSignIn
	case a.Narrowed != nil:
		return a, ErrSession.Because("A token makes and ends no other secrets.")
	}
	return a, nil
}

// Make makes a feed of whoever acts and tells its secret, once. Who may: calendar.read, signed in. Facts: Changed as
// "made". Errors: calendar_feeds_full, calendar_feed_session, missing_input.
func (s *Service) Make(ctx context.Context, name string) (f Feed, secret string, err error) {
	a, err := own(ctx)
	if err != nil {
		return f, "", err
	}
	if name, err = domain.CleanLine("body.name", name, 100); err == nil && name == "" {
		err = domain.ErrMissing.With("body.name", "say which program it is for")
	}
	if err != nil {
		return f, "", err
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.Gate.Check(ctx, "calendar.read", policies.Object{}); err != nil {
			return err
		}
		have, err := s.store.of(ctx, a.User)
		if err != nil {
			return err
		}
		if len(have) >= MaxFeeds {
			return ErrTooMany.Because("At most %d at once: revoke one that is not used.", MaxFeeds)
		}
		var b [32]byte
		_, _ = rand.Read(b[:]) // it never fails: crypto/rand ends the program when the system has no randomness
		secret = prefix + base64.RawURLEncoding.EncodeToString(b[:])
		f = Feed{Ref: s.Random(), UserID: a.User, Name: name, TokenHash: hash(secret), CreatedAt: s.DB.Now(ctx), Version: 1}
		if err := s.DB.Emit(ctx, Changed{f, "made", a.Ref}); err != nil {
			return err
		}
		return s.store.insert(ctx, &f)
	})
	return f, secret, err
}

// Mine lists the feeds of whoever acts that are not revoked, the latest first.
func (s *Service) Mine(ctx context.Context) ([]Feed, error) {
	a := domain.ActorFrom(ctx)
	if a.User == 0 {
		return nil, domain.ErrSignIn
	}
	return s.store.of(ctx, a.User)
}

// Revoke ends a feed of whoever acts, at once. Facts: Changed as "revoked". Errors: calendar_feed_session; not_found, also for
// a feed that was revoked already.
func (s *Service) Revoke(ctx context.Context, ref string) error {
	a, err := own(ctx)
	if err != nil {
		return err
	}
	return s.DB.Do(ctx, func(ctx context.Context) error {
		f, err := s.store.lock(ctx, ref, a.User)
		if err != nil {
			return err
		}
		now := s.DB.Now(ctx)
		f.RevokedAt, f.Version = &now, f.Version+1
		if err := s.DB.Emit(ctx, Changed{f, "revoked", a.Ref}); err != nil {
			return err
		}
		return s.store.revoke(ctx, f)
	})
}

// rights are all that a feed can do.
var rights = []string{"calendar.read", "change.read"}

// Read writes the calendar of a feed's owner, as they may see it now. base is how browsers reach the desk. Errors:
// not_found, for whatever cause.
func (s *Service) Read(ctx context.Context, secret, base string) ([]byte, domain.Actor, error) {
	if !strings.HasPrefix(secret, prefix) || len(secret) > 100 {
		return nil, domain.Actor{}, errGone
	}
	f, err := s.store.byHash(ctx, hash(secret))
	if err != nil {
		return nil, domain.Actor{}, err
	}
	a, err := s.People.ActorFor(ctx, f.UserID, domain.ViaAPI)
	if err != nil {
		return nil, a, gone(err)
	}
	a.Authn, a.Session, a.Narrowed = "calendar_feed", f.Ref, rights
	ctx = domain.WithActor(ctx, a)
	now := s.DB.Now(ctx)
	list, times, _, err := s.Calendar.Show(ctx, calendar.Span{Start: now.Add(-behind), End: now.Add(ahead)})
	if err != nil {
		return nil, a, gone(err)
	}
	if f.LastUsedAt == nil || now.Sub(*f.LastUsedAt) >= seenEvery {
		if err := s.DB.Do(ctx, func(ctx context.Context) error { return s.store.seen(ctx, f.ID, now) }); err != nil {
			slog.WarnContext(ctx, "the use of a calendar feed is not written down", "err", err)
		}
	}
	return Write("Changes", s.events(f, list, times, base), now), a, nil
}

// gone hides why somebody reads nothing.
func gone(err error) error {
	if k := domain.KindOf(err); k == domain.Internal || k == domain.Unavailable {
		return err
	}
	return errGone
}

func (s *Service) events(f Feed, list []calendar.Shown, times []calendar.Happening, base string) (out []Event) {
	for _, c := range list {
		e := Event{UID: c.Number + "." + f.Ref + "@cabinet", Start: c.Span.Start, End: c.Span.End, Summary: c.Number + " " + c.Title, Category: "Change",
			Description: "State: " + s.State(c.State), Tentative: c.State == "draft" || c.State == "assess" || c.State == "authorize"}
		if c.Hard > 0 {
			e.Description += "\nA hard conflict is open."
		}
		if base != "" {
			e.URL = base + "/changes/" + c.Number
		}
		out = append(out, e)
	}
	for _, h := range times {
		if h.Schedule.Kind == calendar.Freeze { // windows come so often that a feed of them hides the changes
			out = append(out, Event{UID: h.Schedule.Ref + "." + h.Span.Start.UTC().Format(stampForm) + "." + f.Ref + "@cabinet", Start: h.Span.Start, End: h.Span.End, Summary: "Freeze: " + h.Schedule.Name,
				Category: "Freeze", Description: h.Schedule.Purpose, Free: true})
		}
	}
	return out
}

// States yields the state of every feed, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.store.each(ctx, func(f Feed) error { return yield(f.Ref, f.Version, f.Fields()) })
}

func hash(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}
