package changes

import (
	"context"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Move makes a move of the flow. Who may: the move's action. Facts: Moved. Errors: move_not_possible,
// missing_input and those of the guards: plan_incomplete, not_approved, outside_window, on_hold,
// electorate_too_small, reviewer_implemented.
func (s *Service) Move(ctx context.Context, in MoveInput) (c Change, err error) {
	mv, known := Flow.Event(in.Event)
	if !known || mv.Automatic {
		return c, domain.ErrMove.Because("There is no such move.")
	}
	if err := ticket.Texts(map[string]*string{"reason": &in.Reason, "close_notes": &in.CloseNotes}, ticket.MaxText); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if c, err = s.lock(ctx, in.Number, in.Version, strings.TrimPrefix(mv.Action, "change.")); err != nil {
			return err
		}
		return s.fire(ctx, &c, in, false)
	})
	return c, err
}

// fire makes one move on a locked change and does what belongs to it: opening slots on the way to the approvers,
// voiding them on the way back.
func (s *Service) fire(ctx context.Context, c *Change, in MoveInput, system bool) error {
	before, now := c.Fields(), s.db.Now(ctx)
	actor := domain.ActorFrom(ctx)
	mv, err := c.Apply(in, now, actor.User, s.electorate(ctx, *c), system)
	if err != nil {
		return err
	}
	switch {
	case mv.To == StateAuthorize:
		specs, err := s.specs(ctx, *c)
		if err != nil {
			return err
		}
		opened, err := s.approvals.Open(ctx, c.Subject(), specs)
		if err != nil {
			return err
		}
		c.Ballots = append(c.Ballots, opened...)
	case in.Event == "withdraw" || in.Event == "reject" || in.Event == "cancel":
		if _, err := s.approvals.Void(ctx, c.Ballots); err != nil {
			return err
		}
	}
	h := ticket.Happened{What: past[in.Event], Details: ticket.Detail("reason", in.Reason, actor.Ref)}
	return s.save(ctx, c, before, h, func(h ticket.Happened) domain.Fact { return Moved{h, *c, in.Event} })
}

// Hold stops a change where it stands, with a reason: no decision, no start, until Release. Who may: change.hold.
// Facts: "held".
func (s *Service) Hold(ctx context.Context, number string, version int64, reason string) (c Change, err error) {
	if reason, err = ticket.Reason(reason); err != nil {
		return c, err
	}
	return s.hold(ctx, number, version, func(c *Change) error {
		now := s.db.Now(ctx)
		c.Facet.HoldReason, c.Facet.HoldSince = reason, &now
		return nil
	}, "held")
}

// Release ends a hold. Who may: change.hold. Facts: "released".
func (s *Service) Release(ctx context.Context, number string, version int64) (Change, error) {
	return s.hold(ctx, number, version, func(c *Change) error {
		if c.Facet.HoldSince == nil {
			return ErrNotHeld
		}
		c.Facet.HoldReason, c.Facet.HoldSince = "", nil
		return nil
	}, "released")
}

func (s *Service) hold(ctx context.Context, number string, version int64, alter func(*Change) error, what string) (c Change, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if c, err = s.lock(ctx, number, version, "hold"); err != nil {
			return err
		}
		if err := ticket.NotFinal(Flow, c.Ticket); err != nil {
			return err
		}
		before := c.Fields()
		if err := alter(&c); err != nil {
			return err
		}
		return s.save(ctx, &c, before, ticket.Happened{What: what}, ticket.Plain)
	})
	return c, err
}
