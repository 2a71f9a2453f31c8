// Package flow holds state machines as data: states × moves.
//
// A record's life (an incident, a change, an article) is a Machine literal.
// The same literal enforces every state change (Machine.Fire), draws the
// buttons (Machine.Offer), drives the service-level clocks (State.Clock), gives
// the list for the database CHECK (Machine.StateNames), renders
// docs/flows/<kind>.md (Machine.Document) and feeds the permission matrix
// (Matrix). What people read and what the program does cannot drift apart.
//
// Invariants, cited by the tests:
//
//  1. A state changes only by a move: Fire is the only way from one state to
//     another, also for imports, rules and administrators.
//  2. A state and an event name at most one move (Machine.Validate), so the
//     same request never has two outcomes.
//  3. A guard that nobody evaluates refuses. The owner of the record evaluates
//     guards by name; the machine holds no code.
//  4. A move marked Automatic is fired by the system only (Input.System).
//  5. Every refusal is a *Refused that says why in plain words.
//
// A machine does not authorise anybody: it names the Action which the caller
// must have checked. Approvals are rows, not states.
//
// The package imports the standard library only.
package flow
