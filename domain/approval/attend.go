package approval

import (
	"context"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// What follows a vote, or its absence: conditions, advice that is overridden, reminders. Each runs inside the unit of the
// subject's own verb, which has locked the subject and emits the fact after it.

// MaxConditions is how many conditions one decision may set.
const MaxConditions = 20

// Impose keeps the conditions of an approval. Errors: condition_incomplete.
func (s *Service) Impose(ctx context.Context, b *Ballot, by domain.UserID, wanted []Condition) error {
	if len(wanted) > MaxConditions {
		return ErrCondition.With("body.conditions", "these are too many conditions: reject the plan and say what it lacks")
	}
	for _, c := range wanted {
		if strings.TrimSpace(c.Text) == "" || len(c.Text) > 2000 || c.Before != "start" && c.Before != "close" {
			return ErrCondition.With("body.conditions", "a condition says in up to 2000 characters what has to be done, before the start or before the closure")
		}
		c.Ref, c.TicketID, c.SlotID, c.SetBy, c.SetAt = s.random(), b.Slot.TicketID, b.Slot.ID, by, s.db.Now(ctx)
		if err := s.store.impose(ctx, &c); err != nil {
			return err
		}
		b.Conditions = append(b.Conditions, c)
	}
	return nil
}

// Meet ticks a condition off, with what shows that it is met. Errors: condition_met.
func (s *Service) Meet(ctx context.Context, c *Condition, by domain.UserID, evidence string) error {
	if c.MetAt != nil {
		return ErrMet
	}
	now := s.db.Now(ctx)
	c.MetBy, c.MetAt, c.Evidence = by, &now, evidence
	return s.store.meet(ctx, *c)
}

// Override goes against the advice of a slot. Errors: no_advice_against.
func (s *Service) Override(ctx context.Context, b *Ballot, subject Subject, by domain.UserID, reason string) error {
	if !b.Slot.Advisory || b.Slot.OverriddenAt != nil || b.Tally(subject).State != Rejected {
		return ErrNoAdvice
	}
	now := s.db.Now(ctx)
	b.Slot.OverriddenBy, b.Slot.OverriddenAt, b.Slot.OverrideReason = by, &now, reason
	b.Slot.Version++
	return s.store.settle(ctx, b.Slot)
}

// Press marks a slot as reminded of or escalated. It answers which of the two is due now: "reminded", "escalated" or
// nothing. A reminder is due at half of the time; nothing is ever decided by time.
func (s *Service) Press(ctx context.Context, b *Ballot, now time.Time) (string, error) {
	sl := &b.Slot
	if sl.State != Waiting || sl.DueAt == nil {
		return "", nil
	}
	what := ""
	switch half := sl.OpenedAt.Add(sl.DueAt.Sub(sl.OpenedAt) / 2); {
	case sl.EscalatedAt == nil && !now.Before(*sl.DueAt):
		what, sl.EscalatedAt = "escalated", &now
	case sl.RemindedAt == nil && sl.EscalatedAt == nil && !now.Before(half):
		what, sl.RemindedAt = "reminded", &now
	default:
		return "", nil
	}
	sl.Version++
	return what, s.store.settle(ctx, *sl)
}

// Waiting lists the subjects with a slot that waits and is due for a reminder or an escalation, oldest first.
func (s *Service) Waiting(ctx context.Context, now time.Time, limit int) ([]domain.TicketID, error) {
	return s.store.pressing(ctx, now, limit)
}

// Asked lists the slots that wait for a board, oldest first.
func (s *Service) Asked(ctx context.Context, board domain.BoardID, limit int) ([]Slot, error) {
	return s.store.asked(ctx, board, limit)
}
