// Package cause owns what incidents and changes have to do with each other: a change caused an incident, mended it, or was
// asked for because of it, and how sure that is.
//
// Invariants:
//
//  1. There is one tie of a kind between an incident and a change. How sure it is may alter; each time is an event that is kept.
//  2. Anybody who works on either may suspect; to confirm or to refute takes a right of its own and says what shows it.
//  3. The stated outcome of a change is never overwritten. Beside it stands the computed one: a confirmed cause of an
//     incident makes it "caused_incident" ([Computed]).
//  4. A suggestion is computed from what a change reached when it was authorised, and from when it was carried out; it is
//     never kept, so that nobody is blamed by a machine.
//  5. Ties are kept; the row of one never alters without its event: a trigger refuses it.
package cause
