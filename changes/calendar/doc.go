// Package calendar says when a change may happen: maintenance windows, freezes, what else is planned for the same items
// and people, and when the next free time is.
//
// A change is seen as its [Plan]. What it books is kept beside it and follows it: [Service.Follow]. The rules are pure:
// [Detect], [Schedule.Between], [Free].
//
// Invariants:
//
//  1. Times are half-open and in UTC: what ends when something else starts does not meet it.
//  2. Two live changes conflict hard when they touch the same item, or two items that stand in for each other, at once;
//     the conflict is the same from either side, and one row.
//  3. A freeze counts for every change that it covers, unless it excepts the change's model; while it is suspended it
//     does not count, and afterwards it does again by itself.
//  4. A conflict is never deleted: it is open, accepted by somebody with a reason until an instant, or resolved. An
//     acceptance is of what was seen: other times, or other items, open the conflict again.
//  5. At the start everything is looked at anew; a hard conflict that nobody accepted, and a freeze that nobody overrode,
//     refuse it.
//  6. What is only for information (changes that meet further down) is computed when it is looked at, and not kept.
//  7. A free time is free: no hard or high conflict, inside a window where there are windows, outside of freezes, with all
//     the people.
package calendar
