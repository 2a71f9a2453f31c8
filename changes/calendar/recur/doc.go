// Package recur says when something that repeats happens: the part of RFC 5545's recurrence rules that windows and
// freezes need, in a zone, over changes of the clocks. It is pure.
//
// Invariants:
//
//  1. A rule that is read is one that this package follows whole; everything else is refused, never half followed.
//  2. An occurrence is every moment at which a clock on the wall of the zone shows a time inside it: an hour that the
//     clocks repeat belongs to it twice, one that they skip not at all. It never ends before it starts, and one of which
//     nothing is left does not happen.
//  3. A rule without an end is asked for a stretch of time, so that every answer is finite.
package recur
