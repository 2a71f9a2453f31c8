// Package cmdb owns configuration items (ITIL 4: service configuration management): what the organisation's services
// are made of, how the parts depend on each other, and how all of that was at any instant. What an item is, in one
// place: [CI]; how it lives: [Flow]; what can be said about it: package model.
//
// Time is kept twice. Valid time is when something was so; recorded time is since when the desk knew it. A revision is
// one item over one stretch of valid time; a correction supersedes revisions and adds others, and never alters one.
// Relations and memberships of groups are kept in the same way. A [Moment] picks both times, so that "as it was when
// the CAB voted" and "as we know now that it was" are two questions with two answers.
//
// Invariants:
//
//  1. An item changes by exactly one version, and that version has exactly one event in the log.
//  2. The row of an item is its revision without an end; what is known of every instant is known once.
//  3. Every value says which source it is from, when it was observed, and who or what recorded it.
//  4. A relation joins two different items, once a type; relations that contain form no loop.
//  5. A list, a count and a check of one item use the same scope, also in the past: who may see an item now may see
//     its past.
//  6. Nothing is deleted: an item is merged into another or withdrawn, and both can be undone.
package cmdb
