// Package oversight looks at the approval policy from outside: whether it could stall, and what a changed one would have
// asked of the changes of the past. It alters nothing.
//
// Invariants:
//
//  1. A check names every approval that nobody, or too few, could give today, with the way out.
//  2. A rehearsal runs over the real changes that the reader may see, with the facts that were known when their risk was
//     computed, and with the people as they are now.
//  3. A trial of a questionnaire, of rules of risk or of a model compares a draft with what is in force, over the same answers,
//     facts and plans: what differs, differs because of the draft.
package oversight
