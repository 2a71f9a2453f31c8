// Package webhook owns who is told when something happens to changes, and what was told to whom.
//
// Invariants:
//
//  1. The secret that signs is shown once, when it is made. The database has it only sealed, with a key outside of it; whoever
//     sends to another host gets a new one.
//  2. What is to be told is kept in the unit of work in which it happened: it is told if and only if it did.
//  3. The same is told to the same receiver once, however often it is noticed; what is tried again has the same id.
//  4. What nobody takes is dead after eight tries and waits for somebody to try it again; what was sent is forgotten
//     after thirty days.
//  5. A receiver is told no more than number, title, state and plan of a change: nothing that people wrote to each other.
package webhook
