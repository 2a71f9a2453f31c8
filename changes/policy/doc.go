// Package policy says which approvals a change needs: a decision table of ordered rows, each with conditions over facts
// and the slots that it asks for. Pure: who exactly is in an electorate is resolved by package changes.
//
// Invariants:
//
//  1. All rows whose conditions hold add their slots (a union); slots that ask the same people in the same capacity are
//     one slot, and the stricter demand counts.
//  2. No row approves or rejects by itself, and none takes a slot away: a row can only ask for more.
//  3. A row that hangs on something unknown adds nothing, and is named in the answer.
//  4. A change for which no row holds has no approval, and is therefore refused: nothing is approved by silence.
package policy
