// Package evidence tells the whole life of changes to whoever has to believe in it: everything that is kept of each, as
// sheets, and what departs from the rules, as exceptions. What a sheet holds: [Sheets]; what an exception is: [Rules].
//
// Invariants:
//
//  1. Sheets and exceptions follow from what is kept, as of one instant; nobody writes them.
//  2. A rule is asked of every change, and says in words what it looks for. It does not trust the guard that prevents it.
//  3. Each exception names the events of the log from which it follows.
package evidence
