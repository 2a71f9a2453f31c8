package approval

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// People answers what the engine must know about persons.
type People interface {
	// ActiveOf tells which of the users have an active account.
	ActiveOf(ctx context.Context, users []domain.UserID) (map[domain.UserID]bool, error)
	// RefOf is the opaque reference by which the log knows a person.
	RefOf(ctx context.Context, user domain.UserID) (string, error)
	// DelegationsAmong lists the delegations in force at an instant from or to any of the users.
	DelegationsAmong(ctx context.Context, users []domain.UserID, at time.Time) ([]Delegation, error)
}

// Service keeps boards and ballots. Its verbs run inside the unit of work of the subject's own verb, which has
// locked the subject: that serialises votes.
type Service struct {
	db     *db.DB
	gate   authorizer
	people People
	random func() string
	store  store
}

// New builds the engine. random makes unguessable references.
func New(d *db.DB, gate authorizer, people People, random func() string) *Service {
	return &Service{db: d, gate: gate, people: people, random: random, store: store{d}}
}

// Spec asks for a slot: the electorate is resolved already.
type Spec struct {
	Stage    int
	Label    string
	Kind     string
	Board    domain.BoardID
	Rule     Rule
	Needed   int
	Percent  int
	Veto     Veto
	Advisory bool
	Sign     bool
	Meaning  string
	Apart    bool
	Retro    bool
	Due      time.Duration // until it is escalated; zero: never
	Members  []domain.UserID
	// WayOut says what to do when too few of them may vote.
	WayOut string
}

// Plan shows the ballots that opening the specs would make, so that a subject which nobody could approve is
// refused before it is submitted.
func (s *Service) Plan(ctx context.Context, subject Subject, specs []Spec) ([]Ballot, error) {
	var out []Ballot
	now := s.db.Now(ctx)
	for _, sp := range specs {
		b := Ballot{Slot: Slot{TicketID: subject.TicketID, Stage: sp.Stage, Label: sp.Label, BoardID: sp.Board, Rule: sp.Rule, Needed: max(1, sp.Needed),
			Revision: subject.Revision, Digest: subject.Digest, State: Waiting, Kind: sp.Kind, Percent: sp.Percent, Veto: sp.Veto, Advisory: sp.Advisory,
			Sign: sp.Sign, Meaning: sp.Meaning, Apart: sp.Apart, Retro: sp.Retro}}
		if b.Slot.Veto == "" {
			b.Slot.Veto = VetoAny
		}
		if sp.Due > 0 {
			due := now.Add(sp.Due)
			b.Slot.DueAt = &due
		}
		active, err := s.people.ActiveOf(ctx, sp.Members)
		if err != nil {
			return nil, err
		}
		for _, m := range sp.Members {
			if active[m] {
				b.Electors = append(b.Electors, Elector{UserID: m})
			}
		}
		out = append(out, b)
	}
	return out, s.enrich(ctx, subject, out)
}

// Open snapshots the electorates and asks for the decisions. It refuses an electorate that cannot reach what
// is needed (invariant 5).
func (s *Service) Open(ctx context.Context, subject Subject, specs []Spec) ([]Ballot, error) {
	if len(specs) == 0 {
		return nil, ErrBoard
	}
	ballots, err := s.Plan(ctx, subject, specs)
	if err != nil {
		return nil, err
	}
	now := s.db.Now(ctx)
	for i := range ballots {
		b := &ballots[i]
		if err := TooFew(*b, subject, specs[i].WayOut); err != nil {
			return nil, err
		}
		b.Slot.Ref, b.Slot.OpenedAt, b.Slot.Version = s.random(), now, 1
		if err := s.store.insert(ctx, b); err != nil {
			return nil, err
		}
	}
	return ballots, nil
}

// TooFew refuses a binding slot that those of its electorate who may vote could not fill (invariant 5).
func TooFew(b Ballot, subject Subject, wayOut string) error {
	t := b.Tally(subject)
	if !t.Stuck || b.Slot.Advisory {
		return nil
	}
	if wayOut == "" {
		wayOut = "add members to the board, or take implementers and editors off the change"
	}
	return ErrElectorate.Because("Of %s only %d may vote on this, and it takes %d: %s.", b.Slot.Label, len(t.Eligible), t.Needed, wayOut)
}

// Ballots loads all slots of a subject, of all revisions, in order.
func (s *Service) Ballots(ctx context.Context, subject Subject) ([]Ballot, error) {
	ballots, err := s.store.ballots(ctx, []domain.TicketID{subject.TicketID})
	if err != nil {
		return nil, err
	}
	return ballots[subject.TicketID], s.enrich(ctx, subject, ballots[subject.TicketID])
}

// Raw loads the slots, electors and decisions of many subjects, without people's present standing.
func (s *Service) Raw(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID][]Ballot, error) {
	return s.store.ballots(ctx, ids)
}

// enrich adds who is inactive and which delegations are in force.
func (s *Service) enrich(ctx context.Context, subject Subject, ballots []Ballot) error {
	var users []domain.UserID
	for _, b := range ballots {
		for _, e := range b.Electors {
			users = append(users, e.UserID)
		}
		for _, d := range b.Decisions {
			users = append(users, d.CastBy)
		}
	}
	for u := range subject.Interested {
		users = append(users, u)
	}
	slices.Sort(users)
	users = slices.Compact(users)
	if len(users) == 0 {
		return nil
	}
	active, err := s.people.ActiveOf(ctx, users)
	if err != nil {
		return err
	}
	lent, err := s.people.DelegationsAmong(ctx, users, s.db.Now(ctx))
	if err != nil {
		return err
	}
	inactive := map[domain.UserID]bool{}
	for _, u := range users {
		if !active[u] {
			inactive[u] = true
		}
	}
	for i := range ballots {
		ballots[i].Inactive, ballots[i].Delegations = inactive, lent
		ballots[i].Elsewhere = elsewhere(ballots, i)
	}
	return nil
}

// elsewhere lists who has voted, or cast a vote, on the same plan in another slot than the one at i.
func elsewhere(ballots []Ballot, i int) map[domain.UserID]bool {
	out := map[domain.UserID]bool{}
	for j, b := range ballots {
		if j == i || b.Slot.State == Stale || b.Slot.Revision != ballots[i].Slot.Revision {
			continue
		}
		for _, d := range b.Decisions {
			if d.Decision != Recuse {
				out[d.UserID], out[d.CastBy] = true, true
			}
		}
	}
	return out
}

// Cast keeps a decision that CanDecide has allowed, and closes the slot when it is settled. The caller has the
// subject locked and emits the fact, whose event the decision names, before it calls.
func (s *Service) Cast(ctx context.Context, b *Ballot, subject Subject, d Decision) error {
	d.SlotID, d.Revision, d.Digest, d.At = b.Slot.ID, b.Slot.Revision, b.Slot.Digest, s.db.Now(ctx)
	if err := s.store.decide(ctx, &d); err != nil {
		return err
	}
	b.Decisions = append(b.Decisions, d)
	if t := b.Tally(subject); t.State != b.Slot.State {
		return s.settle(ctx, b, t.State)
	}
	return nil
}

// Void makes every slot of a subject that is not history yet stale; it returns how many decisions lost their force.
func (s *Service) Void(ctx context.Context, ballots []Ballot) (voided int, err error) {
	for i := range ballots {
		if ballots[i].Slot.State == Stale {
			continue
		}
		voided += len(ballots[i].Decisions)
		if err := s.settle(ctx, &ballots[i], Stale); err != nil {
			return voided, err
		}
	}
	return voided, nil
}

func (s *Service) settle(ctx context.Context, b *Ballot, state State) error {
	now := s.db.Now(ctx)
	b.Slot.State, b.Slot.ClosedAt = state, &now
	b.Slot.Version++
	return s.store.settle(ctx, b.Slot)
}

// Random makes an unguessable reference.
func (s *Service) Random() string { return s.random() }

// RefOf is the opaque reference by which the log knows a person.
func (s *Service) RefOf(ctx context.Context, user domain.UserID) (string, error) {
	return s.people.RefOf(ctx, user)
}

// Inbox lists the slots in which the person, or somebody who delegated to them, has a seat: those that wait for
// a decision, or those that they have decided. Newest first, after the slot with key after (0: from the start).
func (s *Service) Inbox(ctx context.Context, user domain.UserID, decided bool, after int64, limit int) ([]Slot, error) {
	users := []domain.UserID{user}
	lent, err := s.people.DelegationsAmong(ctx, users, s.db.Now(ctx))
	if err != nil {
		return nil, err
	}
	for _, d := range lent {
		if d.To == user {
			users = append(users, d.From)
		}
	}
	return s.store.inbox(ctx, user, users, decided, after, limit)
}

// Boards lists all boards with their members.
func (s *Service) Boards(ctx context.Context) ([]Board, error) { return s.store.boards(ctx) }

// Board finds a board by its key.
func (s *Service) Board(ctx context.Context, key string) (Board, error) {
	boards, err := s.store.boards(ctx)
	if err != nil {
		return Board{}, err
	}
	i := slices.IndexFunc(boards, func(b Board) bool { return b.Key == key })
	if i < 0 {
		return Board{}, domain.ErrNotFound.Because("There is no board %s.", key)
	}
	return boards[i], nil
}

// SetBoard founds a board or changes its name, rule and members. Slots that are open keep the electorate they
// had, without those who left. Who may: board.manage. Facts: BoardSet.
func (s *Service) SetBoard(ctx context.Context, in Board) (out Board, err error) {
	if in.Rule != Any && in.Rule != All && in.Rule != Quorum {
		return out, domain.ErrInvalid.With("body.rule", "a rule is any, all or quorum")
	}
	if in.Needed < 1 {
		in.Needed = 1
	}
	slices.Sort(in.Members)
	in.Members = slices.Compact(in.Members)
	if in.Rule == Quorum && in.Needed > len(in.Members) {
		return out, domain.ErrInvalid.With("body.needed", "a quorum cannot be larger than the board")
	}
	if len(in.Key) == 0 || len(in.Key) > 40 || len(in.Name) == 0 || len(in.Name) > 100 {
		return out, domain.ErrInvalid.With("body.name", "a board needs a short key and a name")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.gate.Check(ctx, "board.manage", policies.Object{Class: "board", Number: in.Key}); err != nil {
			return err
		}
		before, err := s.Board(ctx, in.Key)
		founded := domain.KindOf(err) == domain.NotFound
		if err != nil && !founded {
			return err
		}
		fact := BoardSet{Founded: founded}
		out = in
		out.ID, out.Version = before.ID, before.Version+1
		if !founded {
			fact.Before = before.Fields()
		}
		fact.Board = out
		if err := s.db.Emit(ctx, fact); err != nil {
			return err
		}
		return s.store.saveBoard(ctx, &out, founded, s.db.Now(ctx))
	})
	return out, err
}

// BoardStates yields the state of every board, for the verification of the log.
func (s *Service) BoardStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	boards, err := s.store.boards(ctx)
	if err != nil {
		return err
	}
	for _, b := range boards {
		if err := yield(b.Key, b.Version, b.Fields()); err != nil {
			return err
		}
	}
	return nil
}
