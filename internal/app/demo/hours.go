package demo

import (
	"context"
	"time"
)

// The hours in which people work, in UTC: all three sites are within two hours of it.
const (
	morning = 7*time.Hour + 10*time.Minute
	evening = 17 * time.Hour
)

func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func weekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// working moves an instant outside working hours into the next working morning.
func (s *story) working(t time.Time) time.Time {
	day, in := midnight(t), t.Sub(midnight(t))
	switch {
	case in > evening:
		day = day.AddDate(0, 0, 1)
	case in >= morning && !weekend(day):
		return t
	}
	for weekend(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day.Add(morning).Add(s.about(45 * time.Minute))
}

// workday is an instant in working hours so many days before now; Mondays get a little more than their share.
func (s *story) workday(daysAgo int) time.Time {
	t := midnight(s.now).AddDate(0, 0, -daysAgo)
	step := 1
	if daysAgo < 4 || s.chance(40) && daysAgo < Days-4 {
		step = -1
	}
	for weekend(t) {
		t = t.AddDate(0, 0, step)
	}
	return t.Add(morning).Add(time.Duration(s.rng.Int64N(int64(evening - morning))))
}

// about is a duration near d, between half and one and a half of it, not in whole minutes: people do not act on
// the minute.
func (s *story) about(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return (d/2 + time.Duration(s.rng.Int64N(int64(d)))).Truncate(time.Microsecond)
}

// life is what happens to one record: acts one after another, each some time after the one before.
type life struct {
	acts   []act
	delays []time.Duration
	always bool // also at night: machines and major incidents do not wait for the morning
}

func (l *life) then(after time.Duration, who, what string, do func(ctx context.Context) error) {
	l.acts = append(l.acts, act{who: who, what: what, do: do})
	l.delays = append(l.delays, after)
}

// briefly is the least time that an act takes.
const briefly = 8 * time.Minute

// lived puts a life into the story from an instant on. One that would reach beyond the deadline is drawn
// together, in the same order, so that a life ends as it was meant to; where even that leaves no room, it
// begins earlier.
func (s *story) lived(l life, from, deadline time.Time) {
	deadline = earlier(deadline, s.now.Add(-time.Minute/2))
	if latest := deadline.Add(-briefly * time.Duration(len(l.acts)-1)); from.After(latest) {
		from = latest
	}
	at := make([]time.Time, len(l.acts))
	t := from
	for i, after := range l.delays {
		t = t.Add(s.about(after))
		if !l.always && i > 0 {
			t = s.working(t)
		}
		at[i] = t
	}
	if over, have := t.Sub(from), deadline.Sub(from); over > have {
		for i := range at {
			at[i] = from.Add(time.Duration(float64(at[i].Sub(from)) / float64(over) * float64(have)))
		}
	}
	for i, a := range l.acts {
		s.plan(at[i], a.who, a.what, a.do)
	}
}
