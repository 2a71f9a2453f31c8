package calendar

import (
	"slices"
	"time"
)

// Free is the earliest time of a length inside a stretch of time that meets nothing busy and, where windows are given,
// lies in one of them whole. ok is false when there is none. windows nil means any time; empty and not nil means none.
func Free(in Span, length time.Duration, windows, busy []Span) (out Span, ok bool) {
	if length <= 0 {
		return out, false
	}
	if windows == nil {
		windows = []Span{in}
	}
	windows, busy = merged(windows), merged(busy)
	for _, w := range windows {
		at, end := later(w.Start, in.Start), earlier(w.End, in.End)
		// The first that ends after at: whatever is before is over.
		i, _ := slices.BinarySearchFunc(busy, at, func(b Span, t time.Time) int {
			if b.End.After(t) {
				return 1
			}
			return -1
		})
		for ; ; i++ {
			slot := Span{Start: at, End: at.Add(length)}
			if slot.End.After(end) {
				break
			}
			if i >= len(busy) || !busy[i].Start.Before(slot.End) {
				return slot, true
			}
			at = later(at, busy[i].End)
		}
	}
	return out, false
}

// merged joins what overlaps or touches, in order.
func merged(spans []Span) (out []Span) {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b Span) int { return a.Start.Compare(b.Start) })
	for _, s := range spans {
		if !s.Start.Before(s.End) {
			continue
		}
		if n := len(out); n > 0 && !out[n-1].End.Before(s.Start) {
			out[n-1].End = later(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

// contains tells whether a stretch lies whole in one of the merged others.
func contains(spans []Span, s Span) bool {
	return slices.ContainsFunc(merged(spans), func(w Span) bool { return !s.Start.Before(w.Start) && !s.End.After(w.End) })
}
