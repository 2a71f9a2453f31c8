// Package demo fills an empty desk with a believable organisation and ninety days of its work, so that whoever
// looks at the product for the first time sees queues, conversations, approvals and a log with something in them.
//
// Invariants:
//
//  1. Everything happens through the verbs, by people who may do it, in the order of time; no row is written
//     behind the desk's back, and the log verifies.
//  2. The same seed and the same now give the same numbers, titles, states and times.
//  3. Nothing has happened after now.
//  4. A desk with people in it is never filled.
package demo
