// Package approval is the one engine of binding approvals, for changes and, later, for requests: slots, the
// electorate of each, decisions, quorum, separation of duties and delegation. It knows its subject only as a
// ticket with a revision, a digest and interested people.
//
// Invariants:
//
//  1. A decision names the digest of the exact plan it was made on; on another digest it counts for nothing.
//  2. The electorate is a snapshot taken when the slot opened: joiners cannot vote on it, leavers no longer count.
//  3. Whoever requested, implements or materially edited the subject cannot vote on it, nor can their delegate,
//     nor can anybody vote on behalf of one of them.
//  4. One elector has one decision per slot, kept for ever; the database's key says so too.
//  5. Nothing is ever approved by the passing of time, nor by an empty electorate.
package approval
