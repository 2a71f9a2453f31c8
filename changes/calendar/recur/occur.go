package recur

import (
	"slices"
	"time"
)

// Span is a stretch of time, half-open, in UTC.
type Span struct{ Start, End time.Time }

// Overlaps tells whether two stretches have a moment in common; one that ends when the other starts does not.
func (s Span) Overlaps(o Span) bool { return s.Start.Before(o.End) && o.Start.Before(s.End) }

// String writes a stretch as two instants of RFC 3339, with microseconds.
func (s Span) String() string {
	const form = "2006-01-02T15:04:05.000000Z"
	return s.Start.UTC().Format(form) + "/" + s.End.UTC().Format(form)
}

// Series is something that happens on the clocks of a zone: at First for Length, and again by Rule. First and Length are
// what a clock on the wall shows, so that a window from 22:00 to 04:00 stays one when the clocks change. First is kept as
// if it were UTC.
type Series struct {
	First  time.Time
	Length time.Duration
	Rule   *Rule // nil: once
	Zone   *time.Location
}

// mostDays is how far from its first day a series is followed.
const mostDays = 366 * 100

// Between lists the occurrences that have a moment in common with a stretch of time, in order of their starts.
func (s Series) Between(in Span) (out []Span) {
	first := midnight(s.First)
	clock := s.First.Sub(first)
	seen, n := 0, 0
	if s.Rule != nil && s.Rule.Count == 0 { // nothing is counted: what is long over need not be followed
		n = max(0, days(first, midnight(in.Start))-days(first, first.Add(s.Length))-3)
	}
	for ; n < mostDays; n++ {
		d := first.AddDate(0, 0, n)
		if s.Rule != nil && s.Rule.Until != "" && d.Format(dayForm) > s.Rule.Until || d.Add(-48*time.Hour).After(in.End) {
			return out
		}
		if !s.happens(first, d) {
			continue
		}
		span := Span{s.moment(d.Add(clock), false), s.moment(d.Add(clock+s.Length), true)}
		if span.Start.Before(span.End) && span.Overlaps(in) {
			out = append(out, span)
		}
		if seen++; s.Rule == nil || s.Rule.Count > 0 && seen == s.Rule.Count {
			return out
		}
	}
	return out
}

// Begins tells whether the first day is one of the rule: RFC 5545 leaves open what happens otherwise.
func (s Series) Begins() bool {
	first := midnight(s.First)
	return s.Rule == nil || s.happens(first, first)
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// happens tells whether a day, not before the first, is one of the rule.
func (s Series) happens(first, d time.Time) bool {
	r := s.Rule
	if r == nil {
		return d.Equal(first)
	}
	months := (d.Year()-first.Year())*12 + int(d.Month()) - int(first.Month())
	var step int
	switch r.Freq {
	case Daily:
		step = days(first, d)
	case Weekly:
		step = days(monday(first), monday(d)) / 7
	case Monthly:
		step = months
	default:
		step = d.Year() - first.Year()
	}
	if step%r.Interval != 0 || len(r.ByMonth) > 0 && !slices.Contains(r.ByMonth, int(d.Month())) {
		return false
	}
	last := d.AddDate(0, 1, -d.Day()).Day()
	if len(r.ByMonthDay) > 0 && !slices.Contains(r.ByMonthDay, d.Day()) && !slices.Contains(r.ByMonthDay, d.Day()-last-1) {
		return false
	}
	if len(r.ByDay) > 0 && !slices.ContainsFunc(r.ByDay, func(x Day) bool {
		return x.Day == d.Weekday() && (x.Nth == 0 || x.Nth == (d.Day()-1)/7+1 || x.Nth == -((last-d.Day())/7+1))
	}) {
		return false
	}
	if len(r.ByDay) > 0 || len(r.ByMonthDay) > 0 {
		return true
	}
	switch r.Freq { // what the rule leaves open, the first day says
	case Weekly:
		return d.Weekday() == first.Weekday()
	case Monthly:
		return d.Day() == first.Day()
	case Yearly:
		return d.Day() == first.Day() && (len(r.ByMonth) > 0 || d.Month() == first.Month())
	}
	return true
}

func days(a, b time.Time) int { return int(b.Sub(a) / (24 * time.Hour)) }

func monday(d time.Time) time.Time { return d.AddDate(0, 0, -(int(d.Weekday())+6)%7) }

// moment is when the clocks of the zone show a time. Of two such moments it is the first, or with last the second; when
// the clocks skip it, it is the moment at which they do.
func (s Series) moment(wall time.Time, last bool) time.Time {
	before, after := s.offset(wall.Add(-24*time.Hour)), s.offset(wall.Add(24*time.Hour))
	a, b := wall.Add(-before), wall.Add(-after)
	fitsA, fitsB := s.offset(a) == before, s.offset(b) == after
	switch {
	case fitsA && fitsB && last:
		return b
	case fitsA:
		return a
	case fitsB:
		return b
	}
	skip, _ := a.In(s.Zone).ZoneBounds()
	return skip.UTC()
}

func (s Series) offset(t time.Time) time.Duration {
	_, seconds := t.In(s.Zone).Zone()
	return time.Duration(seconds) * time.Second
}
