// Package review owns the post-implementation review of a change: why there is one, who looks at what was done, and what
// is learned from it.
//
// Invariants:
//
//  1. Whether a change is reviewed follows from facts alone ([Why]): its outcome, its risk, its model, its times, what it caused,
//     whether its template is new, or a sample that anybody can compute again from its number.
//  2. A change is closed only when the review that it needs is done.
//  3. Nobody reviews what they implemented.
//  4. A review says what the CMDB was told: it was brought up to date, there was nothing to tell, or it was waived with a reason.
//  5. What turns out later opens a review again: a confirmed cause of an incident does, also after the change was closed.
//  6. Reviews are kept; the row of one never alters without its event: a trigger refuses it.
package review
