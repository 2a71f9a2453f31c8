// Package impact answers what breaks when configuration items fail, what an item depends on, and why: along which
// relations, at any moment. It also keeps the closures of changes: which items a plan is for, and which it reaches.
//
// How a failure spreads is said by the types of relation of the model, per direction. Relations of one type on one item
// that share the name of a redundancy stand in for each other: the item fails only when fewer than needed still work;
// until then it is at risk, which is a result of its own and spreads no further.
//
// Invariants:
//
//  1. A walk goes in rounds: what fails in one round is decided by what failed before it, so that the answer does not
//     depend on the order in which relations are read. Every item is reached once, whatever loops there are.
//  2. Every item reached has a way back to the start, over items that failed earlier; of several ways it is always the
//     same one.
//  3. A walk that was cut says so, why, and where. An item without relations, and one whose relations spread nothing, say
//     so: neither looks safe.
//  4. What the reader may not see is counted, never named; also on the way to something that they may see.
//  5. A closure is derived until its change is authorised; then it is evidence: frozen, and named by a digest.
package impact
