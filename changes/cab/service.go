package cab

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Decide(ctx context.Context, actor domain.Actor, action string, o policies.Object) policies.Decision
}

// People answers what meetings must know about persons.
type People interface {
	NamesOf(ctx context.Context, users []domain.UserID) (map[domain.UserID]string, error)
	ActiveOf(ctx context.Context, users []domain.UserID) (map[domain.UserID]bool, error)
	DelegationsAmong(ctx context.Context, users []domain.UserID, at time.Time) ([]approval.Delegation, error)
	// Confirmed tells whether whoever acts has just proved again who they are.
	Confirmed(ctx context.Context) (bool, error)
}

// records shows changes and takes votes on them.
type records interface {
	Get(ctx context.Context, number string) (changes.Change, error)
	ByID(ctx context.Context, id domain.TicketID) (changes.Change, error)
	Able(ctx context.Context, c changes.Change, slot approval.Slot, user domain.UserID) bool
	Decide(ctx context.Context, in changes.DecideInput) (changes.Vote, error)
}

// editions shows the editions of templates with their ballots.
type editions interface {
	Named(ctx context.Context, key string, edition int64) (template.Template, error)
	Ballot(ctx context.Context, t template.Template) (approval.Ballot, bool, error)
}

// tasks makes tasks of changes.
type tasks interface {
	Add(ctx context.Context, in work.AddInput) (work.Task, error)
}

// sealer waits until an event has its place in the sealed log.
type sealer interface {
	Await(ctx context.Context, eventID string) (audit.Receipt, error)
}

// reviews tells of which changes the review is still to be done, the first due first.
type reviews interface {
	Open(ctx context.Context) ([]domain.TicketID, error)
}

// Deps is what the service needs.
type Deps struct {
	DB        *db.DB
	Gate      authorizer
	Approvals *approval.Service
	Changes   records
	Templates editions
	Tasks     tasks
	Reviews   reviews
	People    People
	Seal      sealer
	Random    func() string
}

// Service holds the verbs of meetings.
type Service struct {
	Deps
	store store
}

// New builds the service.
func New(d Deps) *Service { return &Service{d, store{d.DB}} }

var errNone = domain.ErrNotFound.Because("There is no such meeting.")

func plain(n int) string { return strconv.Itoa(n) }

// Get loads a meeting, whole. Who may: meeting.read.
func (s *Service) Get(ctx context.Context, ref string) (Meeting, error) {
	m, err := s.store.load(ctx, ref, false)
	if err != nil {
		return m, err
	}
	if s.Gate.Check(ctx, "meeting.read", m.Object()) != nil {
		return Meeting{}, errNone
	}
	return m, nil
}

// Query is which meetings are listed.
type Query struct {
	Past  bool // over or cancelled, the newest first; otherwise those that sit and those to come, the earliest first
	After int64
	Limit int
}

// List lists meetings of the boards whose meetings the actor may read, and those that they are expected at. Who may: everybody,
// of what they may read.
func (s *Service) List(ctx context.Context, q Query) ([]Meeting, error) {
	boards, err := s.Approvals.Boards(ctx)
	if err != nil {
		return nil, err
	}
	actor := domain.ActorFrom(ctx)
	var ids []domain.BoardID
	for _, b := range boards {
		if s.Gate.Decide(ctx, actor, "meeting.read", policies.Object{Class: kind, Board: b.ID}).Allowed {
			ids = append(ids, b.ID)
		}
	}
	own := domain.UserID(0)
	if s.Gate.Decide(ctx, actor, "meeting.read", policies.Object{Class: kind, Participants: []domain.UserID{actor.User}}).Allowed {
		own = actor.User
	}
	q.Limit = min(max(q.Limit, 1), 200)
	return s.store.list(ctx, q, ids, own)
}

// Objects says what the gate is asked about of meetings, by reference: for live events.
func (s *Service) Objects(ctx context.Context, refs []string) (map[string]policies.Object, error) {
	return s.store.objects(ctx, refs)
}

// Edition finds an edition of a template by its name, key/edition.
func (s *Service) Edition(ctx context.Context, name string) (template.Template, error) {
	key, number, _ := strings.Cut(name, "/")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return template.Template{}, ErrItem.Wrap(err)
	}
	return s.Templates.Named(ctx, key, n)
}

func (s *Service) boardByID(ctx context.Context, id domain.BoardID) (approval.Board, error) {
	boards, err := s.Approvals.Boards(ctx)
	if err != nil {
		return approval.Board{}, err
	}
	i := slices.IndexFunc(boards, func(b approval.Board) bool { return b.ID == id })
	if i < 0 {
		return approval.Board{}, approval.ErrBoard
	}
	return boards[i], nil
}

// alter locks a meeting, asks the gate, lets a verb alter it, and writes it with its parts after their event. With no action
// the desk itself acts.
func (s *Service) alter(ctx context.Context, ref, action string, verb func(context.Context, *Meeting) (Happened, error)) (m Meeting, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if m, err = s.store.load(ctx, ref, true); err != nil {
			return err
		}
		if action != "" {
			if s.Gate.Check(ctx, "meeting.read", m.Object()) != nil {
				return errNone
			}
			if err := s.Gate.Check(ctx, action, m.Object()); err != nil {
				return err
			}
		}
		before, from := m.Fields(), m.State
		h, err := verb(ctx, &m)
		if err != nil {
			return err
		}
		return s.write(ctx, &m, before, from, h)
	})
	return m, err
}

func (s *Service) write(ctx context.Context, m *Meeting, before map[string]string, from string, h Happened) error {
	m.Version++
	h.Meeting, h.Before, h.From = *m, before, from
	if err := s.DB.Emit(ctx, h); err != nil {
		return err
	}
	return s.store.save(ctx, m, before)
}

// States yields the state of every meeting, and RhythmStates that of every rhythm, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.store.each(ctx, func(m Meeting) error { return yield(m.Ref, m.Version, m.Fields()) })
}

// RhythmStates yields the state of every rhythm.
func (s *Service) RhythmStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	boards, err := s.Approvals.Boards(ctx)
	if err != nil {
		return err
	}
	for _, b := range boards {
		r, known, err := s.store.rhythm(ctx, b.ID)
		if err != nil {
			return err
		}
		if known {
			if err := yield(b.Key, r.Version, r.Fields()); err != nil {
				return err
			}
		}
	}
	return nil
}
