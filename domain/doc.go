// Package domain holds the words of the desk that every other package speaks: who acts ([Actor]),
// when ([Clock]), on what ([Number]), what happened ([Fact]), what went wrong ([Error]) and what a
// unit of work is ([Tx]). It imports the standard library only, so that a rule written here can be
// read and tested without a database, a web server or a policy engine.
//
// Invariants:
//
//  1. A number is given once, in the transaction that creates its record, and never again.
//  2. Time is UTC with microseconds, and is fixed once per unit of work.
//  3. Nothing that is kept changes without a fact, and a fact names the version that it made.
//  4. An error has a kind and a stable code; its text is written for the person who reads it.
package domain
