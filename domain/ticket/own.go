package ticket

import (
	"context"
	"encoding/json"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// View is a filter that somebody has named: a list's query string.
type View struct {
	ID     int64 `gorm:"primaryKey"`
	Ref    string
	UserID domain.UserID
	Name   string
	Kind   domain.Kind
	Query  string
	Shared bool
	At     time.Time
}

// TableName names the table.
func (View) TableName() string { return "saved_views" }

// Draft is what somebody has typed and not sent yet, kept so that nothing typed is lost.
type Draft struct {
	UserID  domain.UserID
	Key     string
	Body    string // JSON
	SavedAt time.Time
}

// TableName names the table.
func (Draft) TableName() string { return "drafts" }

// MaxDraft is how large a draft may be, in bytes.
const MaxDraft = 200_000

func owner(ctx context.Context) (domain.UserID, error) {
	a := domain.ActorFrom(ctx)
	if a.User == 0 {
		return 0, domain.ErrSignIn
	}
	return a.User, nil
}

// Views lists the actor's own views and those that others share.
func (s *Service) Views(ctx context.Context) ([]View, error) {
	u, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return s.store.views(ctx, u)
}

// SaveView names a filter. The query must parse; that of a list of configuration items is its caller's to read.
func (s *Service) SaveView(ctx context.Context, v View) (View, error) {
	u, err := owner(ctx)
	if err != nil {
		return v, err
	}
	if v.Name, err = Line("body.name", v.Name, MaxShort); err != nil {
		return v, err
	}
	if v.Name == "" {
		return v, ErrTitle.With("body.name", "give the view a name")
	}
	if v.Kind != domain.KindCI {
		if _, err := ParseQuery(v.Query); err != nil {
			return v, err
		}
	}
	v.UserID, v.Ref, v.At = u, s.Random(), s.DB.Now(ctx)
	err = s.DB.Do(ctx, func(ctx context.Context) error { return s.store.addView(ctx, &v) })
	return v, err
}

// DropView removes one of the actor's own views.
func (s *Service) DropView(ctx context.Context, ref string) error {
	u, err := owner(ctx)
	if err != nil {
		return err
	}
	return s.DB.Do(ctx, func(ctx context.Context) error { return s.store.dropView(ctx, u, ref) })
}

// SaveDraft keeps what the actor has typed under a key of their own.
func (s *Service) SaveDraft(ctx context.Context, draftKey string, body json.RawMessage) (Draft, error) {
	u, err := owner(ctx)
	if err != nil {
		return Draft{}, err
	}
	if len(draftKey) == 0 || len(draftKey) > 200 {
		return Draft{}, domain.ErrInvalid.With("path.key", "a draft's key has 1 to 200 characters")
	}
	if len(body) > MaxDraft {
		return Draft{}, domain.ErrTooLong.With("body", "the draft is too large to keep")
	}
	d := Draft{UserID: u, Key: draftKey, Body: string(body), SavedAt: s.DB.Now(ctx)}
	return d, s.DB.Do(ctx, func(ctx context.Context) error { return s.store.saveDraft(ctx, d) })
}

// Draft returns what the actor had typed, or domain.ErrNotFound.
func (s *Service) Draft(ctx context.Context, draftKey string) (Draft, error) {
	u, err := owner(ctx)
	if err != nil {
		return Draft{}, err
	}
	return s.store.draft(ctx, u, draftKey)
}

// DropDraft forgets a draft; an unknown one is no error.
func (s *Service) DropDraft(ctx context.Context, draftKey string) error {
	u, err := owner(ctx)
	if err != nil {
		return err
	}
	return s.DB.Do(ctx, func(ctx context.Context) error { return s.store.dropDraft(ctx, u, draftKey) })
}
