package people

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

const maxDelegation = 90 * 24 * time.Hour

// Delegation lets To vote in the place of From for a time, on one board or, when Board is zero, on all. It
// passes on one's own authority only, never what one has received.
type Delegation struct {
	ID         int64
	Ref        string
	From       Member
	To         Member
	Board      domain.BoardID
	BoardKey   string
	MaxRisk    string   // up to which band of risk; empty: all
	Models     []string // of which change models; none: all
	ValidFrom  time.Time
	ValidUntil time.Time
	Reason     string
	RevokedAt  *time.Time
	Version    int64
	CreatedAt  time.Time
}

// ActiveAt tells whether the delegation counts at an instant.
func (d Delegation) ActiveAt(at time.Time) bool {
	return d.RevokedAt == nil && !at.Before(d.ValidFrom) && at.Before(d.ValidUntil)
}

// DelegateInput lets somebody vote for whoever acts. To is a reference, Board a key or empty for all boards.
// From defaults to now; Until is at most ninety days after From.
type DelegateInput struct {
	To    string
	From  *time.Time
	Until time.Time
	Board string
	// MaxRisk is "low", "medium", "high", or empty for all; Models are keys of change models, none for all.
	MaxRisk string
	Models  []string
	Reason  string
}

// Delegate lets another person vote in one's place. Everybody may for themselves, nobody for another. Fact:
// DelegationGiven. Errors: ErrDelegation, domain.ErrDuplicate for the same person, board and time,
// domain.ErrMissing without a reason, ErrFullSession for a token.
func (s *Service) Delegate(ctx context.Context, in DelegateInput) (Delegation, error) {
	var out Delegation
	err := s.db.Do(ctx, func(ctx context.Context) error {
		actor := domain.ActorFrom(ctx)
		if actor.Kind != domain.Person || actor.User == 0 {
			return ErrDelegation.Because("Only a person has a vote to delegate.")
		}
		if actor.Authn == authnToken {
			return ErrFullSession
		}
		if err := s.gate.Check(ctx, "delegation.create", policies.Object{Participants: []domain.UserID{actor.User}}); err != nil {
			return err
		}
		d, err := s.newDelegation(ctx, actor, in)
		if err != nil {
			return err
		}
		mine, err := s.store.delegations(ctx, "d.from_id = ? and d.to_id = ? and d.revoked_at is null", int64(d.From.ID), int64(d.To.ID))
		if err != nil {
			return err
		}
		for _, o := range mine {
			if o.Board == d.Board && o.MaxRisk == d.MaxRisk && slices.Equal(o.Models, d.Models) && o.ValidFrom.Before(d.ValidUntil) && d.ValidFrom.Before(o.ValidUntil) {
				return domain.ErrDuplicate.Because("You have delegated that to this person at that time already.")
			}
		}
		if err := s.db.Emit(ctx, DelegationGiven{d}); err != nil {
			return err
		}
		out = d
		return s.store.insertDelegation(ctx, d)
	})
	return out, err
}

func (s *Service) newDelegation(ctx context.Context, actor domain.Actor, in DelegateInput) (Delegation, error) {
	none := Delegation{}
	from, err := s.store.lockPersonByID(ctx, actor.User) // its lock makes two delegations of one person follow one another
	if err != nil {
		return none, err
	}
	to, err := s.store.person(ctx, "ref", in.To)
	switch {
	case errors.Is(err, domain.ErrNotFound):
		return none, ErrDelegation.With("body.to", "there is no such person")
	case err != nil:
		return none, err
	case to.ID == from.ID:
		return none, ErrDelegation.With("body.to", "you cannot delegate to yourself")
	case !to.Active || to.Service:
		return none, ErrDelegation.With("body.to", "delegate to an active person")
	}
	now := s.db.Now(ctx)
	d := Delegation{Ref: newRef(), From: from.member(), To: to.member(), BoardKey: in.Board, ValidFrom: now, ValidUntil: domain.Instant(in.Until), Version: 1, CreatedAt: now}
	if in.From != nil && in.From.After(now) {
		d.ValidFrom = domain.Instant(*in.From)
	}
	if !d.ValidUntil.After(d.ValidFrom) || d.ValidUntil.After(d.ValidFrom.Add(maxDelegation)) {
		return none, ErrDelegation.With("body.until", "a delegation ends after it begins, and within ninety days")
	}
	if d.Reason, err = cleanReason(in.Reason); err != nil {
		return none, err
	}
	if d.MaxRisk = in.MaxRisk; d.MaxRisk != "" && !slices.Contains([]string{"low", "medium", "high"}, d.MaxRisk) {
		return none, ErrDelegation.With("body.max_risk", "a risk is low, medium or high")
	}
	d.Models = slices.Clone(in.Models)
	slices.Sort(d.Models)
	d.Models = slices.Compact(d.Models)
	if len(d.Models) > 20 || slices.ContainsFunc(d.Models, func(m string) bool { return !modelShape.MatchString(m) }) {
		return none, ErrDelegation.With("body.models", "a model is named by its key")
	}
	if in.Board != "" {
		if d.Board, err = s.store.boardID(ctx, in.Board); errors.Is(err, domain.ErrNotFound) {
			return none, ErrDelegation.With("body.board", "there is no such board")
		}
	}
	return d, err
}

var modelShape = regexp.MustCompile(`^[a-z]{1,40}$`)

func (p Person) member() Member { return Member{ID: p.ID, Ref: p.Ref, Name: p.Name} }

// RevokeDelegation ends a delegation at once. Who gave it may, who received it may, and who has
// delegation.revoke. Fact: DelegationRevoked. Errors: domain.ErrNotFound, also when it was revoked already.
func (s *Service) RevokeDelegation(ctx context.Context, ref, reason string) (Delegation, error) {
	var out Delegation
	err := s.db.Do(ctx, func(ctx context.Context) error {
		gone := domain.ErrNotFound.Because("There is no such delegation.")
		list, err := s.store.delegations(ctx, "d.ref = ? and d.revoked_at is null", ref)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return gone
		}
		d := list[0]
		if err := s.gate.Check(ctx, "delegation.revoke", policies.Object{Participants: []domain.UserID{d.From.ID, d.To.ID}}); err != nil {
			if s.gate.Check(ctx, "delegation.read", policies.Object{Participants: []domain.UserID{d.From.ID, d.To.ID}}) != nil {
				return gone
			}
			return err
		}
		if reason, err = cleanReason(reason); err != nil {
			return err
		}
		now := s.db.Now(ctx)
		d.RevokedAt, d.Version = &now, d.Version+1
		if err := s.db.Emit(ctx, DelegationRevoked{d, reason}); err != nil {
			return err
		}
		out = d
		return s.store.revokeDelegation(ctx, d)
	})
	return out, err
}

// Delegations lists those that have not ended: one's own, given and received, or all for who has
// delegation.read for the whole desk.
func (s *Service) Delegations(ctx context.Context) ([]Delegation, error) {
	a := domain.ActorFrom(ctx)
	now := s.db.Now(ctx)
	if s.gate.Check(ctx, "delegation.read", policies.Object{}) == nil {
		return s.store.delegations(ctx, "d.revoked_at is null and d.valid_until > ?", now)
	}
	if a.User == 0 {
		return nil, domain.ErrSignIn
	}
	return s.store.delegations(ctx, "d.revoked_at is null and d.valid_until > ? and (d.from_id = ? or d.to_id = ?)", now, int64(a.User), int64(a.User))
}

// DelegationsTo lists whose vote a user may cast at an instant, besides their own: delegations that count
// then, of people whose accounts are active. It goes one step only. It asks nobody's permission: the approval
// of a change reads it.
func (s *Service) DelegationsTo(ctx context.Context, user domain.UserID, at time.Time) ([]Delegation, error) {
	return s.store.delegations(ctx, "d.to_id = ? and d.revoked_at is null and d.valid_from <= ? and d.valid_until > ? and f.active and t.active", int64(user), at, at)
}

// DelegationsAmong lists the delegations that count at an instant and that one of these users gave or received,
// of people whose accounts are active. It asks nobody's permission, as DelegationsTo.
func (s *Service) DelegationsAmong(ctx context.Context, users []domain.UserID, at time.Time) ([]Delegation, error) {
	if len(users) == 0 {
		return nil, nil
	}
	return s.store.delegations(ctx, "(d.from_id in ? or d.to_id in ?) and d.revoked_at is null and d.valid_from <= ? and d.valid_until > ? and f.active and t.active", users, users, at, at)
}
