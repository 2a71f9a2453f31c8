package template

import (
	"context"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Decide(ctx context.Context, actor domain.Actor, action string, o policies.Object) policies.Decision
	Scope(ctx context.Context, action string) policies.Scope
}

// sealer waits until an event has its place in the sealed log.
type sealer interface {
	Await(ctx context.Context, eventID string) (audit.Receipt, error)
}

// records raises changes, moves them on, and shows them.
type records interface {
	Raise(ctx context.Context, in changes.RaiseInput) (changes.Change, error)
	Move(ctx context.Context, in changes.MoveInput) (changes.Change, error)
	Get(ctx context.Context, number string) (changes.Change, error)
}

// items answers what configuration items are, whoever asks.
type items interface {
	Facts(ctx context.Context, numbers []string) ([]changes.ItemFact, error)
}

// Deps is what the service needs.
type Deps struct {
	DB        *db.DB
	Gate      authorizer
	Approvals *approval.Service
	Seal      sealer
	Changes   records
	Items     items
}

// Service holds the verbs of templates.
type Service struct {
	Deps
	store store
}

// New builds the service.
func New(d Deps) *Service { return &Service{d, store{d.DB}} }

// Board is the key of the board that decides on templates.
const Board = "cab"

// object is what the gate is asked about: templates belong to the desk.
func object(key string) policies.Object { return policies.Object{Class: kind, Number: key} }

// All lists the newest edition of every template, and before it the one in use where that is another. Who may: template.read.
func (s *Service) All(ctx context.Context) ([]Template, error) {
	if err := s.Gate.Check(ctx, "template.read", policies.Object{}); err != nil {
		return nil, err
	}
	return s.store.current(ctx)
}

// Editions lists the editions of a template, the newest first. Who may: template.read.
func (s *Service) Editions(ctx context.Context, key string) ([]Template, error) {
	if err := s.Gate.Check(ctx, "template.read", policies.Object{}); err != nil {
		return nil, err
	}
	out, err := s.store.editions(ctx, key)
	if err == nil && len(out) == 0 {
		return nil, errNone
	}
	return out, err
}

var errNone = domain.ErrNotFound.Because("There is no such template.")

// DraftInput is a new template.
type DraftInput struct {
	Key string // lower case, digits and dashes: it stands in addresses
	Doc Doc
}

// Draft writes the first edition of a template. Who may: template.draft. Facts: "drafted". Errors: template_unsound,
// template_key_taken.
func (s *Service) Draft(ctx context.Context, in DraftInput) (t Template, err error) {
	if in.Key = strings.TrimSpace(in.Key); !keyShape.MatchString(in.Key) || len(in.Key) > 60 {
		return t, ErrDoc.With("body.key", "lower-case letters, digits and single dashes, at most 60")
	}
	if err := in.Doc.Check(); err != nil {
		return t, err
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.Gate.Check(ctx, "template.draft", object(in.Key)); err != nil {
			return err
		}
		if known, err := s.store.editions(ctx, in.Key); err != nil || len(known) > 0 {
			return cond(err, ErrKey.With("body.key", "choose another one"))
		}
		t, err = s.insert(ctx, in.Key, 1, in.Doc)
		return err
	})
	return t, err
}

func cond(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// Revise begins the next edition, saying what the newest one says. Who may: template.draft. Facts: "drafted". Errors:
// template_edition_open.
func (s *Service) Revise(ctx context.Context, key string) (t Template, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.Gate.Check(ctx, "template.draft", object(key)); err != nil {
			return err
		}
		known, err := s.store.editions(ctx, key)
		switch {
		case err != nil:
			return err
		case len(known) == 0:
			return errNone
		case slices.Contains([]string{StateDraft, StateProposed, StateApproved}, known[0].State):
			return ErrOpen.Because("Edition %d of %s is %s.", known[0].Edition, known[0].Title, known[0].State)
		}
		doc, err := known[0].Says()
		if err != nil {
			return err
		}
		t, err = s.insert(ctx, key, known[0].Edition+1, doc)
		return err
	})
	return t, err
}

func (s *Service) insert(ctx context.Context, key string, edition int64, doc Doc) (Template, error) {
	actor, now := domain.ActorFrom(ctx).User, s.DB.Now(ctx)
	t := Template{Key: key, Edition: edition, State: StateDraft, AuthorID: actor, Evidence: "[]", StateSince: now, Version: 1, CreatedAt: now}
	t.say(doc)
	if err := s.DB.Emit(ctx, Happened{Template: t, What: "drafted"}); err != nil {
		return t, err
	}
	return t, s.store.insert(ctx, &t)
}

// AmendInput edits a draft.
type AmendInput struct {
	Key     string
	Edition int64
	Version int64 // that its author saw, 0 for any
	Doc     Doc
}

// Amend edits a draft. Who may: template.draft. Facts: "amended". Errors: template_frozen, template_unsound, stale_version.
func (s *Service) Amend(ctx context.Context, in AmendInput) (t Template, err error) {
	if err := in.Doc.Check(); err != nil {
		return t, err
	}
	return s.alter(ctx, in.Key, in.Edition, in.Version, "template.draft", func(ctx context.Context, t *Template) (Happened, error) {
		if t.State != StateDraft {
			return Happened{}, ErrFrozen.Because("Edition %d is %s: begin the next one.", t.Edition, t.State)
		}
		if actor := domain.ActorFrom(ctx).User; actor != 0 && !slices.Contains(t.Editors, actor) {
			t.Editors = append(t.Editors, actor)
		}
		t.say(in.Doc)
		return Happened{What: "amended"}, nil
	})
}

// alter loads an edition, asks the gate, lets a verb alter it, and writes it after its event.
func (s *Service) alter(ctx context.Context, key string, edition, version int64, action string, verb func(context.Context, *Template) (Happened, error)) (t Template, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if t, err = s.lock(ctx, key, edition, version, action); err != nil {
			return err
		}
		before, from := t.Fields(), t.State
		h, err := verb(ctx, &t)
		if err != nil {
			return err
		}
		return s.write(ctx, &t, before, from, h)
	})
	return t, err
}

func (s *Service) lock(ctx context.Context, key string, edition, version int64, action string) (t Template, err error) {
	if action != "" {
		if err := s.Gate.Check(ctx, action, object(key)); err != nil {
			return t, err
		}
	}
	if t, err = s.store.lock(ctx, key, edition); err != nil {
		return t, err
	}
	if version != 0 && version != t.Version {
		return t, domain.ErrStale.Because("The present version is %d; you saw %d.", t.Version, version)
	}
	return t, nil
}

func (s *Service) write(ctx context.Context, t *Template, before map[string]string, from string, h Happened) error {
	if t.State != from {
		t.StateSince = s.DB.Now(ctx)
	}
	t.Version++
	h.Template, h.Before, h.From = *t, before, from
	if err := s.DB.Emit(ctx, h); err != nil {
		return err
	}
	return s.store.update(ctx, *t)
}

// MoveInput asks for a move of an edition.
type MoveInput struct {
	Key     string
	Edition int64
	Version int64
	Event   string
	Reason  string
	// Evidence are numbers of changes that went well, for a proposal.
	Evidence []string
}

// Move makes a move of the flow. Who may: the move's action. Facts: Happened, named after the move. To propose opens the
// ballot of the board; to publish retires the edition before, and begins the twelve months. Errors: move_not_possible,
// missing_input, template_evidence, electorate_too_small, board_missing.
func (s *Service) Move(ctx context.Context, in MoveInput) (t Template, err error) {
	mv, known := Flow.Event(in.Event)
	if !known || mv.Automatic {
		return t, domain.ErrMove.Because("There is no such move.")
	}
	if err := ticket.Texts(map[string]*string{"reason": &in.Reason}, ticket.MaxText); err != nil {
		return t, err
	}
	return s.alter(ctx, in.Key, in.Edition, in.Version, mv.Action, func(ctx context.Context, t *Template) (Happened, error) {
		return s.move(ctx, t, in, false)
	})
}

func (s *Service) move(ctx context.Context, t *Template, in MoveInput, system bool) (Happened, error) {
	mv, err := ticket.Fire(Flow, t.State, in.Event, flow.Input{System: system, Given: map[string]bool{"reason": strings.TrimSpace(in.Reason) != ""}})
	if err != nil {
		return Happened{}, err
	}
	now := s.DB.Now(ctx)
	t.State, t.Reason = mv.To, in.Reason
	switch in.Event {
	case "propose":
		err = s.propose(ctx, t, in.Evidence)
	case "withdraw":
		t.Ballot = "" // the decisions stay in the log
	case "publish":
		expires := now.AddDate(0, 12, 0)
		t.PublishedAt, t.ExpiresAt = &now, &expires
		err = s.replace(ctx, *t)
	}
	return Happened{What: past[in.Event], Digest: t.Digest}, err
}

// replace retires the editions that were in use before.
func (s *Service) replace(ctx context.Context, by Template) error {
	editions, err := s.store.editions(ctx, by.Key)
	if err != nil {
		return err
	}
	for _, old := range editions {
		if old.Edition == by.Edition || old.State != StatePublished && old.State != StateSuspended {
			continue
		}
		before, from := old.Fields(), old.State
		old.State, old.Reason = StateRetired, "Replaced by edition "+ticket.Int(by.Edition)+"."
		if err := s.write(ctx, &old, before, from, Happened{What: past["retire"]}); err != nil {
			return err
		}
	}
	return nil
}

// States yields the state of every edition, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.store.each(ctx, func(t Template) error { return yield(t.Name(), t.Version, t.Fields()) })
}

// Named finds an edition, whoever asks: for meetings, whose agendas do not depend on who looks.
func (s *Service) Named(ctx context.Context, key string, edition int64) (Template, error) {
	t, err := s.store.one(ctx, key, edition)
	if domain.KindOf(err) == domain.NotFound {
		err = errNone
	}
	return t, err
}
