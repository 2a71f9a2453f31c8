package canned

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Service holds the verbs of canned texts.
type Service struct {
	db     *db.DB
	gate   authorizer
	random func() string
	store  store
}

// New builds the service; random gives opaque references.
func New(d *db.DB, gate authorizer, random func() string) *Service {
	return &Service{db: d, gate: gate, random: random, store: store{d}}
}

// Offered lists the texts in use that somebody in these teams is offered: those for all and those of the teams.
// Who may: canned.read.
func (s *Service) Offered(ctx context.Context, teams []domain.TeamID) ([]Text, error) {
	if err := s.gate.Check(ctx, "canned.read", policies.Object{}); err != nil {
		return nil, err
	}
	return s.store.offered(ctx, teams)
}

// All lists every text, retired ones too, by name. Who may: canned.read.
func (s *Service) All(ctx context.Context) ([]Text, error) {
	if err := s.gate.Check(ctx, "canned.read", policies.Object{}); err != nil {
		return nil, err
	}
	return s.store.all(ctx)
}

// WriteInput is a new text; without a team it is for all.
type WriteInput struct {
	Name, Body string
	Team       domain.TeamID
}

// Write keeps a text. Who may: canned.manage in its team; for a text of all, in the whole desk. Facts: Written.
// Errors: canned_variable_unknown, canned_name_taken, canned_full.
func (s *Service) Write(ctx context.Context, in WriteInput) (t Text, err error) {
	t = Text{Name: in.Name, Body: in.Body, TeamID: in.Team, Version: 1}
	if err := t.check(); err != nil {
		return t, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.gate.Check(ctx, "canned.manage", t.Object()); err != nil {
			return err
		}
		if err := s.room(ctx, t); err != nil {
			return err
		}
		t.Ref, t.UpdatedAt = s.random(), s.db.Now(ctx)
		if err := s.db.Emit(ctx, Written{happened{Text: t}}); err != nil {
			return err
		}
		return s.store.insert(ctx, &t)
	})
	return t, err
}

// AmendInput changes a text; nil leaves a part as it is, a team of zero makes it one for all.
type AmendInput struct {
	Ref        string
	Version    int64 // 0: whichever there is
	Name, Body *string
	Team       *domain.TeamID
}

// Amend changes the name, the words or the team of a text. Who may: canned.manage in its team, and in the one that
// it goes to. Facts: Amended, unless nothing differs. Errors: those of Write, stale_version.
func (s *Service) Amend(ctx context.Context, in AmendInput) (Text, error) {
	return s.alter(ctx, in.Ref, in.Version, func(ctx context.Context, t *Text, h happened) (domain.Fact, error) {
		set(&t.Name, in.Name)
		set(&t.Body, in.Body)
		set(&t.TeamID, in.Team)
		if err := t.check(); err != nil {
			return nil, err
		}
		if in.Team != nil {
			if err := s.gate.Check(ctx, "canned.manage", t.Object()); err != nil {
				return nil, err
			}
		}
		h.Text = *t
		if len(Amended{h}.Event().Fields) == 0 {
			return nil, nil
		}
		if !t.Retired {
			if err := s.room(ctx, *t); err != nil {
				return nil, err
			}
		}
		h.Text.Version++
		return Amended{h}, nil
	})
}

// Retire takes a text out of use. Who may: canned.manage in its team. Facts: Retired. Errors: canned_state.
func (s *Service) Retire(ctx context.Context, ref string, version int64) (Text, error) {
	return s.alter(ctx, ref, version, func(_ context.Context, t *Text, h happened) (domain.Fact, error) {
		if t.Retired {
			return nil, ErrState
		}
		h.Text.Retired, h.Text.Version = true, t.Version+1
		return Retired{h}, nil
	})
}

// Restore puts a text back into use. Who may: canned.manage in its team. Facts: Restored. Errors: canned_state,
// canned_name_taken, canned_full.
func (s *Service) Restore(ctx context.Context, ref string, version int64) (Text, error) {
	return s.alter(ctx, ref, version, func(ctx context.Context, t *Text, h happened) (domain.Fact, error) {
		if !t.Retired {
			return nil, ErrState
		}
		h.Text.Retired, h.Text.Version = false, t.Version+1
		return Restored{h}, s.room(ctx, h.Text)
	})
}

// alter locks a text, asks the gate, and writes what decide makes of it; a nil fact writes nothing.
func (s *Service) alter(ctx context.Context, ref string, version int64, decide func(ctx context.Context, t *Text, h happened) (domain.Fact, error)) (t Text, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if t, err = s.store.lock(ctx, ref); err != nil {
			return err
		}
		if err := s.gate.Check(ctx, "canned.manage", t.Object()); err != nil {
			if domain.KindOf(err) == domain.Forbidden && s.gate.Check(ctx, "canned.read", policies.Object{}) != nil {
				return errNoText // what somebody may not read does not exist for them
			}
			return err
		}
		if version != 0 && version != t.Version {
			return domain.ErrStale.Because("The text is at version %d now; you saw %d.", t.Version, version)
		}
		fact, err := decide(ctx, &t, happened{Text: t, before: t.Fields()})
		if err != nil || fact == nil {
			return err
		}
		if err := s.db.Emit(ctx, fact); err != nil {
			return err
		}
		t = textOf(fact)
		t.UpdatedAt = s.db.Now(ctx)
		return s.store.update(ctx, t)
	})
	return t, err
}

func textOf(f domain.Fact) Text {
	switch f := f.(type) {
	case Amended:
		return f.Text
	case Retired:
		return f.Text
	case Restored:
		return f.Text
	}
	return Text{}
}

// room refuses a text whose name is taken where it goes, or for which there is no room.
func (s *Service) room(ctx context.Context, t Text) error {
	used, err := s.store.inUse(ctx, t.TeamID)
	if err != nil {
		return err
	}
	others := 0
	for _, u := range used {
		if u.Ref == t.Ref {
			continue
		}
		if others++; u.Name == t.Name {
			return ErrName.With("body.name", "choose another name")
		}
	}
	if others >= MaxTexts {
		return ErrFull.Because("At most %d texts are in use in one place: retire one first.", MaxTexts)
	}
	return nil
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

// States yields the state of every text, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	all, err := s.store.all(ctx)
	for i := 0; err == nil && i < len(all); i++ {
		err = yield(all[i].Ref, all[i].Version, all[i].Fields())
	}
	return err
}
