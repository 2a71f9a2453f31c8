package calendar

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// object is what the gate is asked about: schedules belong to the whole desk.
var object = policies.Object{Class: "calendar"}

// Schedules lists every schedule, retired ones too, by kind and name. Who may: calendar.read.
func (s *Service) Schedules(ctx context.Context) ([]Schedule, error) {
	if err := s.gate.Check(ctx, "calendar.read", policies.Object{}); err != nil {
		return nil, err
	}
	return s.store.all(ctx)
}

// Make keeps a new window or freeze. Who may: calendar.manage. Facts: ScheduleChanged as "made". Errors:
// schedule_unsound, schedule_scope, schedules_full.
func (s *Service) Make(ctx context.Context, sc Schedule) (Schedule, error) {
	sc = Schedule{Kind: sc.Kind, Name: sc.Name, Purpose: sc.Purpose, Zone: sc.Zone, Starts: sc.Starts, Minutes: sc.Minutes, Rule: sc.Rule, Scope: sc.Scope, Models: sc.Models, Version: 1}
	if err := sc.check(); err != nil {
		return sc, err
	}
	err := s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.gate.Check(ctx, "calendar.manage", object); err != nil {
			return err
		}
		used, err := s.store.used(ctx)
		if err != nil {
			return err
		}
		if len(used) >= MaxSchedules {
			return ErrFull.Because("At most %d are in use: retire one first.", MaxSchedules)
		}
		sc.Ref, sc.UpdatedAt = s.random(), s.db.Now(ctx)
		if err := s.db.Emit(ctx, ScheduleChanged{sc, "made", nil}); err != nil {
			return err
		}
		if err := s.store.insertSchedule(ctx, &sc); err != nil {
			return err
		}
		return s.later(ctx)
	})
	return sc, err
}

// Patch alters a schedule; nil leaves a part as it is.
type Patch struct {
	Name, Purpose, Zone, Starts, Rule *string
	Minutes                           *int64
	Scope                             *Scope
	Models                            *Names
}

// Amend alters a schedule that is in use. Who may: calendar.manage. Facts: ScheduleChanged as "amended", unless nothing
// differs. Errors: those of Make, schedule_state, stale_version.
func (s *Service) Amend(ctx context.Context, ref string, version int64, p Patch) (Schedule, error) {
	return s.alter(ctx, ref, version, "amended", func(_ time.Time, sc *Schedule) error {
		set(&sc.Name, p.Name)
		set(&sc.Purpose, p.Purpose)
		set(&sc.Zone, p.Zone)
		set(&sc.Starts, p.Starts)
		set(&sc.Rule, p.Rule)
		set(&sc.Minutes, p.Minutes)
		set(&sc.Scope, p.Scope)
		set(&sc.Models, p.Models)
		return sc.check()
	})
}

// mostSuspension is for how long a schedule can be suspended; who wants more retires it.
const mostSuspension = 92 * 24 * time.Hour

// Suspend makes a schedule not count from now until an instant, after which it counts again by itself. Who may:
// calendar.manage. Facts: ScheduleChanged as "suspended". Errors: reason_required, schedule_unsound, schedule_state.
func (s *Service) Suspend(ctx context.Context, ref string, version int64, until time.Time, reason string) (Schedule, error) {
	reason, err := domain.CleanText("body.reason", reason, 2000)
	if err == nil && reason == "" {
		err = domain.ErrMissing.With("body.reason", "say why")
	}
	if err != nil {
		return Schedule{}, err
	}
	return s.alter(ctx, ref, version, "suspended", func(now time.Time, sc *Schedule) error {
		until := domain.Instant(until)
		if !until.After(now) || until.After(now.Add(mostSuspension)) {
			return ErrSchedule.With("body.until", "it is suspended until a time within the next three months")
		}
		sc.SuspendedFrom, sc.SuspendedUntil, sc.SuspendReason = &now, &until, reason
		return nil
	})
}

// Resume ends a suspension now. Who may: calendar.manage. Facts: ScheduleChanged as "resumed". Errors: schedule_state.
func (s *Service) Resume(ctx context.Context, ref string, version int64) (Schedule, error) {
	return s.alter(ctx, ref, version, "resumed", func(now time.Time, sc *Schedule) error {
		if sc.SuspendedUntil == nil || !now.Before(*sc.SuspendedUntil) {
			return ErrState
		}
		sc.SuspendedUntil = &now
		return nil
	})
}

// Retire takes a schedule out of use for good. Who may: calendar.manage. Facts: ScheduleChanged as "retired". Errors:
// schedule_state.
func (s *Service) Retire(ctx context.Context, ref string, version int64) (Schedule, error) {
	return s.alter(ctx, ref, version, "retired", func(_ time.Time, sc *Schedule) error {
		sc.Retired = true
		return nil
	})
}

// alter locks a schedule, asks the gate, and writes what decide makes of it, if it differs.
func (s *Service) alter(ctx context.Context, ref string, version int64, what string, decide func(now time.Time, sc *Schedule) error) (sc Schedule, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if sc, err = s.store.lock(ctx, ref); err != nil {
			return err
		}
		if err := s.gate.Check(ctx, "calendar.manage", object); err != nil {
			if domain.KindOf(err) == domain.Forbidden && s.gate.Check(ctx, "calendar.read", policies.Object{}) != nil {
				return errGone // what somebody may not read does not exist for them
			}
			return err
		}
		if version != 0 && version != sc.Version {
			return domain.ErrStale.Because("The schedule is at version %d now; you saw %d.", sc.Version, version)
		}
		if sc.Retired {
			return ErrState.Because("It is retired.")
		}
		before := sc.Fields()
		if err := decide(s.db.Now(ctx), &sc); err != nil {
			return err
		}
		f := ScheduleChanged{sc, what, before}
		if len(f.Event().Fields) == 0 {
			return nil
		}
		sc.Version++
		sc.UpdatedAt = s.db.Now(ctx)
		f.Schedule = sc
		if err := s.db.Emit(ctx, f); err != nil {
			return err
		}
		if err := s.store.updateSchedule(ctx, sc); err != nil {
			return err
		}
		return s.later(ctx)
	})
	return sc, err
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

// States yields the state of every schedule, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	all, err := s.store.all(ctx)
	for i := 0; err == nil && i < len(all); i++ {
		err = yield(all[i].Ref, all[i].Version, all[i].Fields())
	}
	return err
}
