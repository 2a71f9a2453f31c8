package approval

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// Duty is a turn on the roster of a board: who is on call, from when until when.
type Duty struct {
	ID        int64 `gorm:"primaryKey"`
	Ref       string
	BoardID   domain.BoardID
	UserID    domain.UserID
	StartsAt  time.Time
	EndsAt    time.Time
	Version   int64
	CreatedAt time.Time
}

// TableName names the table.
func (Duty) TableName() string { return "board_duties" }

// Fields is the duty's state in the log.
func (d Duty) Fields() map[string]string {
	return map[string]string{"board": strconv.FormatInt(int64(d.BoardID), 10), "user": id(d.UserID), "starts_at": at(d.StartsAt), "ends_at": at(d.EndsAt)}
}

func at(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// DutyEntered is the fact that somebody was put on duty; DutyEnded that their turn ends earlier than planned.
type (
	DutyEntered struct{ Duty Duty }
	DutyEnded   struct{ Duty Duty }
)

// Event implements domain.Fact.
func (f DutyEntered) Event() domain.Event { return f.Duty.event("duty.entered") }

// Event implements domain.Fact.
func (f DutyEnded) Event() domain.Event { return f.Duty.event("duty.ended") }

func (d Duty) event(what string) domain.Event {
	e := domain.Event{Type: what, EntityKind: "duty", Entity: d.Ref, Version: d.Version, Visibility: domain.InternalV, State: d.Fields()}
	for _, name := range []string{"board", "user", "starts_at", "ends_at"} {
		e.Fields = append(e.Fields, domain.FieldChange{Field: name, After: e.State[name]})
	}
	return e
}

const longestDuty = 92 * 24 * time.Hour

// EnterDuty puts a person on duty for a board. Who may: board.roster on the board. Facts: DutyEntered. Errors: duty_invalid
// for somebody who is not active, a turn that ends before it begins, is over, or is longer than three months;
// already_exists where it overlaps another turn of the same person for the same board.
func (s *Service) EnterDuty(ctx context.Context, boardKey string, user domain.UserID, from, until time.Time) (d Duty, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		b, err := s.Board(ctx, boardKey)
		if err != nil {
			return err
		}
		if err := s.gate.Check(ctx, "board.roster", policies.Object{Class: "board", Number: b.Key, Board: b.ID}); err != nil {
			return err
		}
		now := s.db.Now(ctx)
		d = Duty{Ref: s.random(), BoardID: b.ID, UserID: user, StartsAt: domain.Instant(from), EndsAt: domain.Instant(until), Version: 1, CreatedAt: now}
		if !d.EndsAt.After(d.StartsAt) || !d.EndsAt.After(now) || d.EndsAt.Sub(d.StartsAt) > longestDuty {
			return ErrDuty.With("body.until", "a turn ends after it begins, later than now, and within three months")
		}
		if active, err := s.people.ActiveOf(ctx, []domain.UserID{user}); err != nil {
			return err
		} else if !active[user] {
			return ErrDuty.With("body.person", "only an active person can be on duty")
		}
		if err := s.store.lockBoard(ctx, b.ID); err != nil { // two turns of one person are entered one after the other
			return err
		}
		turns, err := s.store.duties(ctx, b.ID, d.StartsAt, d.EndsAt)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(turns, func(x Duty) bool { return x.UserID == user }) {
			return domain.ErrDuplicate.Because("They are on duty for this board in a part of that time already.")
		}
		if err := s.db.Emit(ctx, DutyEntered{d}); err != nil {
			return err
		}
		return s.store.insertDuty(ctx, &d)
	})
	return d, err
}

// EndDuty ends a turn now, or takes back one that has not begun. Who may: board.roster on the board. Facts: DutyEnded.
func (s *Service) EndDuty(ctx context.Context, ref string) (d Duty, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		gone := domain.ErrNotFound.Because("There is no such turn of duty, or it is over.")
		if d, err = s.store.duty(ctx, ref); err != nil {
			return err
		}
		now := s.db.Now(ctx)
		if d.ID == 0 || !d.EndsAt.After(now) {
			return gone
		}
		if err := s.gate.Check(ctx, "board.roster", policies.Object{Class: "board", Board: d.BoardID}); err != nil {
			return err
		}
		if d.EndsAt = now; d.EndsAt.Before(d.StartsAt) {
			d.EndsAt = d.StartsAt
		}
		d.Version++
		if err := s.db.Emit(ctx, DutyEnded{d}); err != nil {
			return err
		}
		return s.store.endDuty(ctx, d)
	})
	return d, err
}

// Duties lists the turns for a board that touch a time, in order.
func (s *Service) Duties(ctx context.Context, board domain.BoardID, from, until time.Time) ([]Duty, error) {
	return s.store.duties(ctx, board, from, until)
}

// OnCall lists who is on duty for a board at an instant.
func (s *Service) OnCall(ctx context.Context, board domain.BoardID, now time.Time) (out []domain.UserID, err error) {
	turns, err := s.store.duties(ctx, board, now, now.Add(time.Microsecond))
	for _, d := range turns {
		if !slices.Contains(out, d.UserID) {
			out = append(out, d.UserID)
		}
	}
	return out, err
}

// DutyStates yields the state of every duty, for the verification of the log.
func (s *Service) DutyStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	for after := int64(0); ; {
		page, err := s.store.allDuties(ctx, after, 1000)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, d := range page {
			if err := yield(d.Ref, d.Version, d.Fields()); err != nil {
				return err
			}
			after = d.ID
		}
	}
}
