package calendar

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Follow keeps what a change books, and its conflicts, true to its plan: in the unit of work of the verb that altered it.
// A change that is over, or has no time, books nothing. It asks nobody. Facts: ConflictChanged, for each that was found,
// seen anew or resolved.
func (s *Service) Follow(ctx context.Context, p Plan, over bool) error {
	if over || !p.timed() {
		if err := s.store.unbook(ctx, p.Change); err != nil {
			return err
		}
		return s.settle(ctx, p.Change, nil)
	}
	b, at, err := s.book(ctx, p)
	if err != nil {
		return err
	}
	if err := s.store.rebook(ctx, p, b); err != nil {
		return err
	}
	if !p.Live {
		return s.settle(ctx, p.Change, nil)
	}
	found, err := s.find(ctx, p, b, at)
	if err != nil {
		return err
	}
	return s.settle(ctx, p.Change, found)
}

// settle makes the conflicts that are kept of a change those that were found. What is only for information is not kept.
func (s *Service) settle(ctx context.Context, change domain.TicketID, found []Finding) error {
	kept, err := s.store.unsettled(ctx, change)
	if err != nil {
		return err
	}
	now, seen := s.db.Now(ctx), map[key]bool{}
	for _, f := range found {
		if f.Severity() == Info {
			continue
		}
		k := f.key(change)
		seen[k] = true
		i := slices.IndexFunc(kept, func(c Conflict) bool { return c.key() == k })
		if i < 0 {
			c := Conflict{Ref: s.random(), TicketID: k.a, OtherID: Optional(k.b), ScheduleID: Optional(f.Schedule), Kind: f.Sort, Severity: f.Severity(), CIID: f.CI, UserID: f.User,
				Basis: f.Basis, State: Open, FoundAt: now, Version: 1}
			if err := s.db.Emit(ctx, ConflictChanged{c, "found", nil}); err != nil {
				return err
			}
			if err := s.store.insertConflict(ctx, &c); err != nil {
				return err
			}
			continue
		}
		if c := kept[i]; c.Basis != f.Basis || c.State == Accepted && !c.Holds(f, now) {
			before := c.Fields()
			c.Basis, c.CIID, c.UserID, c.State, c.FoundAt = f.Basis, f.CI, f.User, Open, now
			c.AcceptedBy, c.ResolvedBy, c.Reason, c.Until, c.SettledAt = 0, 0, "", nil, nil
			if err := s.saveConflict(ctx, &c, before, "found_again"); err != nil {
				return err
			}
		}
	}
	for _, c := range kept {
		if seen[c.key()] || c.State == Resolved && c.Basis == gone {
			continue
		}
		before := c.Fields()
		if c.State == Resolved { // somebody said so, and by now it is not there any more: whatever is found next is new
			c.Basis = gone
		}
		c.State, c.SettledAt = Resolved, &now
		if err := s.saveConflict(ctx, &c, before, "resolved"); err != nil {
			return err
		}
	}
	return nil
}

// gone is the basis of a conflict that somebody resolved and that is not found: no finding has it.
const gone = ""

// ResolveInput says that a conflict of a change is none.
type ResolveInput struct {
	Number  string // of the change
	Ref     string
	Version int64
	Reason  string
}

// Resolve says, with a reason, that a conflict is none: that somebody else stands in, say, or that the neighbour does not
// mind. The desk looks anew first: a hard one that is still found is not resolved by saying so. It holds for what was seen; when
// something else is found, the conflict is open again. Who may: change.resolve_conflict on the change. Facts: ConflictChanged
// as "set_aside". Errors: conflict_settled, conflict_stands, reason_required, stale_version.
func (s *Service) Resolve(ctx context.Context, in ResolveInput) (c Conflict, err error) {
	if in.Reason, err = ticket.Reason(in.Reason); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		t, err := s.tickets.Lock(ctx, in.Number, 0, "resolve_conflict")
		if err != nil {
			return err
		}
		if c, err = s.store.conflict(ctx, in.Ref, t.ID); err != nil {
			return err
		}
		switch {
		case c.State == Resolved:
			return ErrSettled.Because("The conflict is resolved.")
		case in.Version != 0 && in.Version != c.Version:
			return domain.ErrStale.Because("The conflict is at version %d now; you saw %d.", c.Version, in.Version)
		}
		found, err := s.finds(ctx, t.ID, c)
		if err != nil {
			return err
		}
		if found && c.Severity == Hard {
			return ErrStands.Because("It is hard, and still found: move one of the two, or have it accepted; a freeze is overridden.")
		}
		before, now := c.Fields(), s.db.Now(ctx)
		if !found {
			c.Basis = gone
		}
		c.State, c.AcceptedBy, c.ResolvedBy, c.Reason, c.Until, c.SettledAt = Resolved, 0, domain.ActorFrom(ctx).User, in.Reason, nil, &now
		return s.saveConflict(ctx, &c, before, "set_aside")
	})
	return c, err
}

// finds tells whether a conflict that is kept of a change is found now.
func (s *Service) finds(ctx context.Context, change domain.TicketID, c Conflict) (bool, error) {
	p, err := s.store.plan(ctx, change)
	if err != nil || p == nil {
		return false, err
	}
	found, err := s.Look(ctx, *p)
	return slices.ContainsFunc(found, func(f Finding) bool { return f.key(change) == c.key() }), err
}

func (s *Service) saveConflict(ctx context.Context, c *Conflict, before map[string]string, what string) error {
	c.Version++
	if err := s.db.Emit(ctx, ConflictChanged{*c, what, before}); err != nil {
		return err
	}
	return s.store.updateConflict(ctx, *c)
}

// Refresh looks at everything again that is planned and not over: items may depend on others by now, and schedules may
// have changed. A job does so; a change that somebody alters meanwhile does not keep the others.
func (s *Service) Refresh(ctx context.Context) error {
	for after := domain.TicketID(0); ; {
		plans, err := s.store.planned(ctx, after, 200)
		if err != nil || len(plans) == 0 {
			return err
		}
		for _, p := range plans {
			after = p.Change
			err := s.db.Do(ctx, func(ctx context.Context) error {
				again, err := s.store.plan(ctx, p.Change)
				if err != nil || again == nil {
					return err
				}
				return s.Follow(ctx, *again, false)
			})
			if err != nil && domain.KindOf(err) != domain.Conflict && domain.KindOf(err) != domain.Stale {
				return err
			}
		}
	}
}

// Kept lists the conflicts that are kept of a change, the open ones first; the last hundred.
func (s *Service) Kept(ctx context.Context, change domain.TicketID) ([]Conflict, error) {
	return s.store.conflicts(ctx, change)
}

// Clear refuses a plan in whose way another change stands, hard, and nobody has accepted that. It looks anew. Errors:
// hard_conflict.
func (s *Service) Clear(ctx context.Context, p Plan) error {
	return s.refuse(ctx, p, func(f Finding) bool { return f.Other != 0 }, ErrConflict)
}

// Thawed refuses a plan whose time, or now, falls into a freeze that nobody has overridden. Errors: change_freeze.
func (s *Service) Thawed(ctx context.Context, p Plan) error {
	return s.refuse(ctx, p, func(f Finding) bool { return f.Schedule != 0 }, ErrFreeze)
}

func (s *Service) refuse(ctx context.Context, p Plan, about func(Finding) bool, refusal *domain.Error) error {
	found, err := s.Look(ctx, p)
	if err != nil {
		return err
	}
	kept, err := s.store.unsettled(ctx, p.Change)
	if err != nil {
		return err
	}
	now := s.db.Now(ctx)
	for _, f := range found {
		if f.Severity() != Hard || !about(f) {
			continue
		}
		k := f.key(p.Change)
		if i := slices.IndexFunc(kept, func(c Conflict) bool { return c.key() == k }); i >= 0 && kept[i].Holds(f, now) {
			continue
		}
		name, err := s.store.nameOf(ctx, f)
		if err != nil {
			return err
		}
		return refusal.Because("%s", sentence(f.Sort, name))
	}
	return nil
}

func sentence(sort Sort, name string) string {
	switch sort {
	case InFreeze:
		return "The freeze \"" + name + "\" covers it: move it, or have the freeze overridden."
	case StandIn:
		return name + " changes, at the same time, an item that stands in for one of these: move one of them, or have the conflict accepted."
	}
	return name + " changes the same item at the same time: move one of them, or have the conflict accepted."
}

// mostAcceptance is for how long a conflict can be accepted.
const mostAcceptance = 366 * 24 * time.Hour

// AcceptInput accepts a conflict of a change. Until is when the acceptance ends; nil for the end of the change's time.
type AcceptInput struct {
	Number  string // of the change
	Ref     string
	Version int64
	Reason  string
	Until   *time.Time
}

// Accept says that a conflict with another change is known and in order, as it is seen now. Who may:
// change.accept_conflict on the change. Facts: ConflictChanged as "accepted". Errors: conflict_settled,
// acceptance_too_long, reason_required, stale_version.
func (s *Service) Accept(ctx context.Context, in AcceptInput) (Conflict, error) {
	return s.accept(ctx, in, "accept_conflict", "accepted")
}

// OverrideFreeze lets a change go on although a freeze covers it; the act is of its own in the log. Who may:
// change.override_freeze on the change. Facts: ConflictChanged as "freeze_overridden". Errors: those of Accept.
func (s *Service) OverrideFreeze(ctx context.Context, in AcceptInput) (Conflict, error) {
	return s.accept(ctx, in, "override_freeze", "freeze_overridden")
}

func (s *Service) accept(ctx context.Context, in AcceptInput, action, what string) (c Conflict, err error) {
	if in.Reason, err = ticket.Reason(in.Reason); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		t, err := s.tickets.Lock(ctx, in.Number, 0, action)
		if err != nil {
			return err
		}
		if c, err = s.store.conflict(ctx, in.Ref, t.ID); err != nil {
			return err
		}
		switch {
		case (c.Kind == InFreeze) != (action == "override_freeze"):
			return ErrSettled.Because("A freeze is overridden, any other conflict is accepted.")
		case c.State == Resolved:
			return ErrSettled.Because("The conflict is resolved.")
		case in.Version != 0 && in.Version != c.Version:
			return domain.ErrStale.Because("The conflict is at version %d now; you saw %d.", c.Version, in.Version)
		}
		now := s.db.Now(ctx)
		until, err := s.until(ctx, t.ID, in.Until)
		if err != nil {
			return err
		}
		before := c.Fields()
		c.State, c.AcceptedBy, c.Reason, c.Until, c.SettledAt = Accepted, domain.ActorFrom(ctx).User, in.Reason, &until, &now
		return s.saveConflict(ctx, &c, before, what)
	})
	return c, err
}

func (s *Service) until(ctx context.Context, change domain.TicketID, wanted *time.Time) (time.Time, error) {
	now := s.db.Now(ctx)
	if wanted == nil {
		p, err := s.store.plan(ctx, change)
		if err != nil || p == nil {
			return now, ErrSettled.Wrap(err)
		}
		wanted = p.End
	}
	until := domain.Instant(*wanted)
	if !until.After(now) || until.After(now.Add(mostAcceptance)) {
		return now, ErrUntil.With("body.until", "a time in the next year")
	}
	return until, nil
}

// ConflictStates yields the state of every conflict, for the verification of the log.
func (s *Service) ConflictStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.store.eachConflict(ctx, func(c Conflict) error { return yield(c.Ref, c.Version, c.Fields()) })
}
