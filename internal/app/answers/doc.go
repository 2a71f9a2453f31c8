// Package answers holds what modules ask of each other without knowing each other: a module says in an interface of its
// own what it must know, and a type here answers from the module that knows. There are no rules here.
package answers
