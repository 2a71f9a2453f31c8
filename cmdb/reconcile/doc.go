// Package reconcile brings into the CMDB what other tools know of its items. A [Source] is such a tool, with a rank for
// what it says. A [Run] is one reading of it: first a proposal that changes nothing, then, when somebody accepts it, exactly
// that, and while nothing has been built on it, its undoing.
//
// Invariants:
//
//  1. A proposal changes nothing; what is applied is the proposal, item by item. An item that was changed since is not touched: the
//     run is refused and asks for a new proposal.
//  2. A row is known again by the key that its source gave it before, then by serial number, asset tag, name and class. Meaningless
//     values identify nothing, and two candidates are a conflict for a person, never a guess.
//  3. A value is not overwritten by a source of lower rank, nor is what somebody wrote by hand unless the source ranks first for it.
//  4. Every row is accounted for: new, changed, unchanged, outranked, conflicting, refused, a person, or skipped with a reason.
//  5. Reading the same file again changes nothing and makes no event.
//  6. Undoing a run leaves all that is present as it was before it (cmdb.Service.StateHash); what somebody changed since is named first.
//  7. A source is read by one run at a time; the others wait.
//  8. A file that no longer shows more of a source's items than its set share is held until somebody confirms it.
package reconcile
