package pipeline

import (
	"context"
	"errors"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// What listeners are told that no fact tells: it follows from the time.
const (
	WindowOpened = "change.window_opened"
	Frozen       = "change.frozen"
)

// Watch tells listeners of windows that have opened and of freezes that hold changes up in them, each once. It is called each
// minute.
func (s *Service) Watch(ctx context.Context) error {
	due, err := s.store.due(ctx, s.DB.Now(ctx))
	if err != nil {
		return err
	}
	var failed error
	for _, id := range due {
		failed = errors.Join(failed, s.DB.Do(ctx, func(ctx context.Context) error { return s.watch(ctx, id) }))
	}
	return failed
}

func (s *Service) watch(ctx context.Context, id domain.TicketID) error {
	c, err := s.Changes.ByID(ctx, id)
	if err != nil || c.Ticket.State != changes.StateScheduled || c.Facet.PlannedStart == nil {
		return err
	}
	event := WindowOpened
	if s.Calendar != nil {
		if err := s.Calendar.Thawed(ctx, c); err != nil {
			if kind := domain.KindOf(err); kind == domain.Internal || kind == domain.Unavailable {
				return err
			}
			event = Frozen
		}
	}
	return s.Listeners.Tell(ctx, event, c, ticket.Int(c.Facet.Revision)+" "+ticket.Instant(c.Facet.PlannedStart))
}
