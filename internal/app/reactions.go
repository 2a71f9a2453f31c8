package app

import (
	"context"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/changes/cause"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/app/answers"
)

// react is the table of what follows from what: when this fact, then that verb, in the same transaction, one
// level deep. There is no other place where one module makes another act.
func (k *Desk) react(ctx context.Context, fact domain.Fact) error {
	switch f := fact.(type) {
	case ticket.Commented:
		// A requester who answers, or objects, sets the incident going again.
		return k.Incidents.Answered(ctx, f)
	case changes.Raised: // its fact is from before it had a key
		c, err := k.Changes.Get(ctx, f.Change.Ticket.Number)
		if err != nil {
			return err
		}
		return k.Calendar.Follow(ctx, answers.Plan(c), answers.Over(c))
	case changes.Replanned:
		return k.Calendar.Follow(ctx, answers.Plan(f.Change), answers.Over(f.Change))
	case changes.Moved:
		if err := k.Calendar.Follow(ctx, answers.Plan(f.Change), answers.Over(f.Change)); err != nil {
			return err
		}
		if err := (answers.Listeners{Webhooks: k.Webhooks}).Moved(ctx, f); err != nil {
			return err
		}
		// What goes wrong too often is no routine any more; and what was done is looked at.
		if f.Move == "complete" {
			if err := k.Templates.Ended(ctx, f.Change); err != nil {
				return err
			}
			return k.Reviews.Begin(ctx, f.Change.Ticket.ID)
		}
	case calendar.ConflictChanged:
		if f.What == "freeze_overridden" {
			return k.Changes.FreezeOverridden(ctx, f.Conflict.TicketID, f.Conflict.Reason)
		}
	case cause.Said:
		if f.Cause.Kind != cause.CausedBy || f.Cause.Confidence != cause.Confirmed {
			return nil
		}
		c, err := k.Changes.ByID(ctx, f.Cause.ChangeID)
		if err != nil {
			return err
		}
		if err := k.Templates.Blamed(ctx, c, f.Cause.Incident, f.Priority); err != nil {
			return err
		}
		return k.Reviews.Begin(ctx, f.Cause.ChangeID)
	}
	return nil
}
