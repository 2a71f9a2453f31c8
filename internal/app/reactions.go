package app

import (
	"context"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
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
		return k.Calendar.Follow(ctx, Plan(c), over(c))
	case changes.Replanned:
		return k.Calendar.Follow(ctx, Plan(f.Change), over(f.Change))
	case changes.Moved:
		return k.Calendar.Follow(ctx, Plan(f.Change), over(f.Change))
	}
	return nil
}
