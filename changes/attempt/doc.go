// Package attempt keeps what was tried and refused: the vote of somebody who has a hand in the change that they would decide
// on. A refusal leaves no trace in the change itself; whoever looks into how the desk keeps duties apart wants to see them.
//
// Invariants:
//
//  1. An attempt decides nothing, and stays for ever.
//  2. One person's attempts at one decision are kept once: the first.
package attempt
