package changes

import (
	"context"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Move makes a move of the flow. Who may: the move's action. Facts: Moved, and Replanned before it where what is known of
// the change has altered its risk. Errors: move_not_possible, missing_input and those of the guards: other_model,
// plan_incomplete, questionnaire_incomplete, not_peer_reviewed, electorate_too_small, board_missing, nobody_on_call,
// template_required, incident_required, signature_required, not_approved, conditions_open, on_hold, outside_window,
// tasks_before, backing_out, starter_decided, hard_conflict, change_freeze, reviewer_implemented, retrospective_open, review_open.
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
		before, err := s.prepare(ctx, &c, in)
		if err != nil {
			return err
		}
		return s.fire(ctx, &c, before, in, false)
	})
	return c, err
}

// laneOf is the lane into which a move leads.
var laneOf = map[string]string{"expedite": LaneECAB, "break_glass": LaneRetro}

// prepare brings the change up to date before it is put to anybody: the model in its present version, the lane, the risk
// from what is known now. What that alters in the plan makes a revision of its own. It answers with the fields that the
// move's own event compares with.
func (s *Service) prepare(ctx context.Context, c *Change, in MoveInput) (map[string]string, error) {
	asks := slices.Contains([]string{"submit", "expedite", "schedule", "break_glass", "register", "request_authorization"}, in.Event)
	if _, err := Flow.Fire(c.Ticket.State, in.Event, flow.Input{Guard: func(string) error { return nil },
		Given: map[string]bool{"reason": true, "outcome": true, "close_notes": true}}); !asks || err != nil {
		return c.Fields(), nil // the move itself will say why not
	}
	before, f := c.Fields(), &c.Facet
	if c.Ticket.State == StateDraft {
		m, err := s.rules.Model(ctx, string(f.Model), 0)
		if err != nil {
			return nil, err
		}
		f.ModelVersion = m.Version
		f.Lane = laneOf[in.Event]
	}
	if in.Event == "break_glass" {
		if err := s.nameIncident(ctx, c, in.Incident); err != nil {
			return nil, err
		}
	}
	if err := s.assess(ctx, c); err != nil {
		return nil, err
	}
	digest := c.Plan().present()
	if digest == f.Digest {
		return before, nil // the rest is written by the move
	}
	f.PlanForm, f.Digest = 2, digest
	f.Revision++
	err := s.save(ctx, c, before, ticket.Happened{What: "reassessed"}, func(h ticket.Happened) domain.Fact { return Replanned{h, *c, 0} })
	return c.Fields(), err
}

// nameIncident ties a change to the incident for which the glass is broken, and makes whoever breaks it an implementer.
func (s *Service) nameIncident(ctx context.Context, c *Change, number string) error {
	if number != "" {
		n, err := domain.ParseNumber(number)
		if err != nil || n.Kind != domain.KindIncident {
			return ErrIncident.With("body.incident", "an incident is named like INC-000123")
		}
		t, err := s.tickets.Get(ctx, n.String())
		if err != nil {
			return ErrIncident.With("body.incident", "there is no such incident, or you may not see it")
		}
		c.Facet.Incident = t.Number
	}
	if u := domain.ActorFrom(ctx).User; u != 0 && !slices.Contains(c.Facet.Implementers, u) {
		c.Facet.Implementers = append(c.Facet.Implementers, u)
	}
	return nil
}

// fire makes one move on a locked change and does what belongs to it: opening slots on the way to those who decide,
// voiding them on the way back.
func (s *Service) fire(ctx context.Context, c *Change, before map[string]string, in MoveInput, system bool) error {
	actor := domain.ActorFrom(ctx)
	scene, err := s.scene(ctx, *c)
	if err != nil {
		return err
	}
	mv, err := c.Apply(in, scene, system)
	if err != nil {
		return err
	}
	switch {
	case mv.To == StateAuthorize, mv.Event == "break_glass":
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
	if s.closures != nil && (mv.Event == "authorize" || mv.Event == "break_glass") { // what is reached now is evidence from here on
		closure, err := s.closures.Freeze(ctx, c.Ticket.ID, c.Facet.Revision)
		if err != nil {
			return err
		}
		h.Details = append(h.Details, ticket.Detail("closure", closure, "")...)
	}
	return s.save(ctx, c, before, h, func(h ticket.Happened) domain.Fact { return Moved{h, *c, in.Event} })
}

// BackOut begins to undo what has been done, with a reason: from then on the change ends as backed out, or as failed. Who
// may: change.back_out. From implementing. Facts: "backout_begun". Errors: move_not_possible, backing_out, reason_required.
func (s *Service) BackOut(ctx context.Context, number string, version int64, reason string) (c Change, err error) {
	if reason, err = ticket.Reason(reason); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if c, err = s.lock(ctx, number, version, "back_out"); err != nil {
			return err
		}
		switch {
		case c.Facet.BackoutAt != nil:
			return ErrUndoing
		case c.Ticket.State != StateImplementing:
			return domain.ErrMove.Because("%s is not being implemented: there is nothing to undo.", c.Ticket.Number)
		}
		now, before := s.db.Now(ctx), c.Fields()
		c.Facet.BackoutAt, c.Facet.BackoutBy, c.Facet.BackoutReason = &now, domain.ActorFrom(ctx).User, reason
		h := ticket.Happened{What: "backout_begun", Details: ticket.Detail("reason", reason, "")}
		return s.save(ctx, &c, before, h, ticket.Plain)
	})
	return c, err
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

// Obstacles lists everything that stands in the way of a move now, guard by guard, where [Service.Moves] tells the first
// only. Whether the change is in a state from which the move goes is not asked.
func (s *Service) Obstacles(ctx context.Context, c Change, event string) (out []error, err error) {
	mv, ok := Flow.Event(event)
	if !ok {
		return nil, domain.ErrMove.Because("There is no such move.")
	}
	scene, err := s.scene(ctx, c)
	if err != nil {
		return nil, err
	}
	guard := c.Guard(scene)
	for _, name := range mv.Guards {
		switch refused := guard(name); {
		case refused == nil:
		case domain.KindOf(refused) == domain.Internal || domain.KindOf(refused) == domain.Unavailable:
			return nil, refused
		default:
			out = append(out, refused)
		}
	}
	return out, nil
}

// FreezeOverridden flags a change for which a freeze was overridden, for ever. It follows from the calendar's fact; who may
// do that was asked there. Facts: "freeze_overridden".
func (s *Service) FreezeOverridden(ctx context.Context, id domain.TicketID, reason string) error {
	return s.each(ctx, id, func(ctx context.Context, c *Change) error {
		before := c.Fields()
		c.Facet.flag(DoneInFreeze)
		h := ticket.Happened{What: "freeze_overridden", Details: ticket.Detail("reason", reason, "")}
		return s.save(ctx, c, before, h, ticket.Plain)
	})
}
