// Package cab owns the meetings of boards: how a board meets ([Rhythm]), a meeting with its agenda, its clock, who is there,
// what is to be done, and its minutes ([Meeting]). Decisions are not made here: whoever votes in the room votes through the
// one engine of package approval, on the digest of the plan, as from anywhere else. How a meeting lives: [Flow].
//
// Invariants:
//
//  1. A meeting decides nothing. What it shows of decisions is read from the ballots of its changes and templates; that a
//     quorum is in the room approves nothing, and that it is not forbids no vote.
//  2. The quorum of a point counts people who may vote on this very plan and who are in the room, are stood in for by
//     somebody in the room, or have voted already; nobody else, whoever sits there.
//  3. The agenda follows from the rule of the board's rhythm and from what people put on it by hand; what a person struck,
//     the rule does not bring back. Standard changes never come on by themselves.
//  4. All of the state is on the server: at most one point is being talked about, its clock and that of the meeting run, or
//     stand, together, and whoever opens the room sees where it is.
//  5. A point keeps the revision and the digest of the plan that was talked about, and what came of it; what is not decided at
//     the end is carried over.
//  6. The minutes are written from what is kept. Once signed, by somebody who has just proved who they are and on the digest
//     of what they read, neither they nor the agenda alter: a correction is an addendum. Triggers refuse anything else.
//  7. Each act is one version of the meeting with one event; the row of a part bears the version that wrote it.
package cab
