package ticket

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// Authorizer is the gate (policies.Engine).
type Authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Scope(ctx context.Context, action string) policies.Scope
}

// People answers what this package must know about persons and teams.
type People interface {
	// MemberOf tells whether an active person is in a team; it fails with domain.ErrNotFound for an unknown one.
	MemberOf(ctx context.Context, user domain.UserID, team domain.TeamID) (active, member bool, err error)
	// NamesOf gives the names by which people look for each other.
	NamesOf(ctx context.Context, users []domain.UserID) (map[domain.UserID]string, error)
}

// Files keeps the bytes of attachments under random keys, outside the database.
type Files interface {
	// Put stores what r yields, refusing more than limit bytes with ErrTooLarge.
	Put(ctx context.Context, r io.Reader, limit int64) (key string, size int64, sha256 string, err error)
	Open(key string) (io.ReadSeekCloser, error)
	Remove(key string) error
}

// Deps is what the service needs.
type Deps struct {
	DB     *db.DB
	Gate   Authorizer
	People People
	Files  Files
	Items  Items
	// NewID makes the identifier of an event that rows refer to.
	NewID func(now time.Time) string
	// Random makes an unguessable key.
	Random func() string
}

// Service is the shared part of all four records.
type Service struct {
	Deps
	store store
	kinds map[domain.Kind]Kind
}

// New builds the service.
func New(d Deps) *Service {
	return &Service{Deps: d, store: store{d.DB, limits{own: 5000, documents: 4000, frequent: 20, hits: 5000}}, kinds: map[domain.Kind]Kind{}}
}

// Register makes a kind known; the wiring calls it once for each, before the first request.
func (s *Service) Register(k Kind) { s.kinds[k.Name] = k }

// FieldsOf is the whole state of a record as the log keeps it.
func (s *Service) FieldsOf(ctx context.Context, t Ticket) (map[string]string, error) {
	facet, err := s.kinds[t.Kind].Facet(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	return Merge(t.Fields(), facet), nil
}

// Machine is the state machine of a kind.
func (s *Service) Machine(k domain.Kind) flow.Machine { return s.kinds[k].Machine }

// Lock loads a record for a verb, inside its unit of work: it exists, the actor may take the action on it
// (otherwise it does not exist for them, or is forbidden when they may read it), and it still has the
// version that the caller saw (0 skips that).
func (s *Service) Lock(ctx context.Context, number string, version int64, action string) (Ticket, error) {
	t, err := s.store.lock(ctx, number)
	if err != nil {
		return Ticket{}, err
	}
	if err := s.Permit(ctx, t, action); err != nil {
		return Ticket{}, err
	}
	if version != 0 && version != t.Version {
		return Ticket{}, domain.ErrStale.Because("%s is at version %d now; you saw %d.", t.Number, t.Version, version)
	}
	return t, nil
}

// followed are the acts that somebody may take on a record only because they watch it.
var followed = map[string]bool{"read": true, "comment": true, "watch": true, "attach": true}

// carried are the acts that a program takes on what it was entrusted with, beside those of a watcher: it carries out what people
// planned, and alters nothing of it.
var carried = map[string]bool{"deploy": true, "start": true, "complete": true}

// ObjectFor is what the gate is asked about for one action ("resolve") on a record with these participants, by
// role: a watcher follows; what happens to the record is for those whose it is.
func (t Ticket) ObjectFor(action string, roles map[string][]domain.UserID) policies.Object {
	whose := slices.Concat(roles["requester"], roles["opener"])
	if followed[action] {
		whose = append(whose, roles["watcher"]...)
	}
	if followed[action] || carried[action] {
		whose = append(whose, roles["deployer"]...)
	}
	return t.Object(whose)
}

// Permit asks the gate for an action on a record ("resolve" means "<kind>.resolve").
func (s *Service) Permit(ctx context.Context, t Ticket, action string) error {
	roles, err := s.store.roles(ctx, t.ID)
	if err != nil {
		return err
	}
	o := t.ObjectFor(action, roles)
	err = s.Gate.Check(ctx, string(t.Kind)+"."+action, o)
	if err == nil || action == "read" {
		if errors.Is(err, domain.ErrForbidden) {
			return domain.ErrNotFound
		}
		return err
	}
	// Not visible is not_found; visible but not permitted is forbidden, with the reason.
	o.Participants = slices.Concat(roles["requester"], roles["opener"], roles["watcher"], roles["deployer"])
	if s.Gate.Check(ctx, string(t.Kind)+".read", o) != nil {
		return domain.ErrNotFound
	}
	return err
}

// Get loads a record that the actor may read.
func (s *Service) Get(ctx context.Context, number string) (Ticket, error) {
	t, err := s.store.load(ctx, number)
	if err != nil {
		return Ticket{}, err
	}
	return t, s.Permit(ctx, t, "read")
}

// ByIDs loads records by key, without asking who may see them: for composition of what was already allowed.
func (s *Service) ByIDs(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]Ticket, error) {
	return s.store.byIDs(ctx, ids)
}

// Plain makes the fact that needs no more than what happened.
func Plain(h Happened) domain.Fact { return h }

// InsertAs gives a new record its number, its event and its row. fact names what has happened in the
// kind's own words; kindRow inserts the facet.
func (s *Service) InsertAs(ctx context.Context, rec Record, what Happened, fact func(Happened) domain.Fact, kindRow func(ctx context.Context) error) error {
	t := rec.Core()
	now := s.DB.Now(ctx)
	// What can be read before is: from its number to its commit, a record holds up the next one of its kind.
	names, err := s.People.NamesOf(ctx, []domain.UserID{t.RequesterID, t.AssigneeID})
	if err != nil {
		return err
	}
	if t.Number == "" { // what an import brings keeps the number that it had
		n, err := s.DB.NextNumber(ctx, t.Kind)
		if err != nil {
			return err
		}
		t.Number = n.String()
	}
	t.Version, t.UpdatedAt = 1, since(what.At, now)
	if t.OpenedAt.IsZero() {
		t.OpenedAt = now
	}
	what.Ticket, what.After = *t, rec.Fields()
	if err := s.DB.Emit(ctx, fact(what)); err != nil {
		return err
	}
	if err := s.store.insert(ctx, t); err != nil {
		return err
	}
	if err := kindRow(ctx); err != nil {
		return err
	}
	if err := s.store.firstParticipants(ctx, *t); err != nil {
		return err
	}
	return s.store.index(ctx, t.ID, document{number: t.Number, title: t.Title, description: t.Description,
		people: names[t.RequesterID] + " " + names[t.AssigneeID]})
}

// since is when an event of another tool happened, or now.
func since(at, now time.Time) time.Time {
	if at.IsZero() {
		return now
	}
	return at
}

// SaveAs writes a record that a verb has altered: the event first, then the row, by version. before is the
// record's Fields as loaded; fact names what has happened; kindRow writes the facet, and may be nil.
func (s *Service) SaveAs(ctx context.Context, rec Record, before map[string]string, what Happened, fact func(Happened) domain.Fact, kindRow func(ctx context.Context) error) error {
	t := rec.Core()
	t.Version++
	t.UpdatedAt = since(what.At, s.DB.Now(ctx))
	what.Ticket, what.Before, what.After = *t, before, rec.Fields()
	if what.From == "" {
		what.From = before["state"]
	}
	if err := s.DB.Emit(ctx, fact(what)); err != nil {
		return err
	}
	if err := s.store.update(ctx, t); err != nil {
		return err
	}
	if kindRow != nil {
		if err := kindRow(ctx); err != nil {
			return err
		}
	}
	if before["requester"] != key(int64(t.RequesterID)) && t.RequesterID != 0 {
		if err := s.store.participate(ctx, t.ID, t.RequesterID, "requester"); err != nil {
			return err
		}
	}
	for _, f := range [...]string{"title", "description", "requester", "assignee"} {
		if before[f] != what.After[f] {
			return s.reindex(ctx, *t)
		}
	}
	return nil
}

// Set assigns an optional value of a patch.
func Set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

// NotFinal refuses with ErrFinal what a closed record does not allow.
func NotFinal(m flow.Machine, t Ticket) error {
	if st, ok := m.State(t.State); ok && st.Final {
		return ErrFinal.Because("%s is %s.", t.Number, strings.ToLower(st.Label))
	}
	return nil
}

// Fire asks the kind's machine for a move and maps its refusal to the desk's errors.
func Fire(m flow.Machine, from, event string, in flow.Input) (flow.Move, error) {
	mv, err := m.Fire(from, event, in)
	if err == nil {
		return mv, nil
	}
	var r *flow.Refused
	if !errors.As(err, &r) {
		return mv, err
	}
	switch r.Reason {
	case flow.MissingInput:
		e := domain.ErrMissing.Because("%s", r.Error())
		for _, f := range r.Missing {
			e = e.With("body."+f, "this is required for the move")
		}
		return mv, e
	case flow.Guard:
		var own *domain.Error
		if errors.As(r.Err, &own) {
			return mv, own
		}
	}
	return mv, domain.ErrMove.Because("%s", r.Error()).Instead(r.Possible)
}
