// Package template owns the templates of standard changes: what is routine is approved once, and then takes one form and no
// meeting (ITIL 4: standard change). What a template says is its [Doc]; how it lives: [Flow].
//
// Invariants:
//
//  1. An edition is published only as its board approved it: the decisions name the digest of what it says, and what it says
//     is edited in draft only. A modification is the next edition, with an approval of its own.
//  2. A standard change is scheduled, and started, only while its edition is published, not suspended and not expired, and
//     only while everything but the variable fields is as the template says.
//  3. Who wrote an edition cannot have a counted vote on it (package approval).
//  4. What goes wrong too often suspends its template by itself; only a person with the right lets it go on, with a reason.
//  5. An edition ends after twelve months unless the next one is approved.
//  6. Editions are kept; the row of one never alters without its event: a trigger refuses it.
package template
