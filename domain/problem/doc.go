// Package problem owns the problem's facet and life: why incidents happen, known or suspected (ITIL 4: problem
// management), up to a known error with its workaround and beyond.
//
// Invariants:
//
//  1. A known error names its root cause and a workaround.
//  2. The incidents of a problem are those linked to it; the link is kept once.
package problem
