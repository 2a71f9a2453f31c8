// Package feed lets other calendar programs subscribe to the change calendar: a person makes a feed, gives its address to
// their program, and revokes it. A feed is read without a session, by whoever has its secret.
//
// Invariants:
//
//  1. Of the secret only a hash is kept; it is told once.
//  2. A feed shows what its owner may read now, and can do nothing else; of an owner who is disabled it shows nothing.
//  3. What is not known, was revoked, or belongs to somebody who may no longer read the calendar does not exist.
//  4. What is written is iCalendar as in RFC 5545, whatever people write into titles.
package feed
