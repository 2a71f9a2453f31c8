// Package jobs runs work in the background: typed jobs that are enqueued in the transaction of the verb
// that needs them, so that they exist if and only if the verb was committed; periodic jobs; a list of
// dead jobs with retry. River does the work on both databases and is known only here.
//
// Invariants:
//
//  1. A job is enqueued inside a unit of work, never beside it.
//  2. A handler may run twice: it is idempotent by what its arguments name.
//  3. A job that has failed for good stays in the dead list until somebody retries or discards it.
package jobs
