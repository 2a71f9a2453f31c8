// Package policies answers who may do what. It is the one gate: verbs ask it after loading a record
// ([Engine.Check]), lists ask it for a predicate ([Engine.Scope]), and it can say why ([Engine.Explain]).
//
// A decision has four parts: the role that somebody holds, the scope in which they hold it (everywhere, a
// team, a site, a board, or what is their own), the class of the thing (a change has one class for each
// band of risk when it is decided on) and the action. Which role may do what is policy.csv; who holds which
// role where and from when until when are grants, given and taken by audited verbs. Whether this record, in
// this state, may be acted on by this person now (electorate, separation of duties, digest) is not asked
// here: domain code decides that.
//
// Invariants:
//
//  1. What no row allows is denied; an unknown person, class or action is denied.
//  2. A row that denies binds its role in every scope, whatever else the person holds.
//  3. A policy in use never alters: a change of grants builds a new one, tests it, and puts it in its place.
//  4. A grant counts from its first instant until before its last one, by the desk's clock.
//  5. Check allows an object exactly when the Scope of the same action covers it.
//  6. Nobody grants anything to themselves, and the last administrator cannot be taken away.
//  7. No text that a person wrote reaches the policy engine: subjects are counted, scopes are identifiers.
package policies
