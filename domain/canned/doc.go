// Package canned owns canned texts: text that is written once and sent often, with variables that are filled from
// the record at hand. It has no logic, no conditions and no loops: what somebody sends is what they see first.
//
// Invariants:
//
//  1. A text belongs to one team, or to none and so to all; nobody alters it without canned.manage there.
//  2. A text that is kept has no variable but those of Variables.
//  3. Filling is one pass: what a value holds is never read as a variable, and a variable without a value stays as
//     it is written, so that whoever sends the text sees the gap.
//  4. Every version of a text has one event; a text is retired, never deleted.
//  5. Within a team, or among those of all, no two texts in use have the same name; at most MaxTexts are in use.
package canned
