// Package work owns the tasks of a change: what is planned, built, tested, deployed, verified and, if need be, undone, by whom
// and when. How a task lives: [Flow].
//
// Invariants:
//
//  1. A task begins after those that it names as coming first, and ends only when its checklist is ticked off.
//  2. A change starts only when its tasks of planning, building and testing have ended, and goes to review only when all of
//     its tasks have.
//  3. Deploying, verifying and undoing begin only while the change is being implemented.
//  4. Nobody works on a change on whose plan they decided.
//  5. When a task began and ended, the server says; a correction is an event of its own, with a reason, and within what the
//     clock allows.
//  6. Evidence is a file of the change, named by its SHA-256 in the log.
//  7. Tasks are kept; the row of one never alters without its event: a trigger refuses it.
package work
