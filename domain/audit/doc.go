// Package audit is the log of the desk: append-only, sealed, and provable to somebody who trusts neither the
// desk nor its database administrator.
//
// A verb emits a fact. In the verb's own transaction the recorder ([Log.Record]) writes one event: its leaf,
// which is the exact bytes that are hashed later and holds opaque identifiers and salted commitments only;
// columns beside it, to search by; and the values behind the commitments with their salts, which can be
// erased. A trigger puts the event into the outbox. The [Sealer] takes events from there in batches, gives
// each a place in a Merkle tree (RFC 9162), and signs a checkpoint (C2SP tlog-checkpoint and signed-note,
// Ed25519) in the same transaction. The signed checkpoint is then copied into a file outside the database.
//
// Invariants:
//
//  1. An event and the change it tells of are committed together or not at all.
//  2. The bytes of a leaf are stored as they were hashed, have one form only, and are never written again.
//  3. A leaf holds no names, no addresses and no free text: what a person could want erased is in
//     audit_private, under random salts.
//  4. Recording is never serialised by the log: it takes no lock and no counter. Only sealing does, on
//     PostgreSQL under one advisory lock, so any instance may do it and two never do.
//  5. The sealer takes what is in the outbox, not what is newer than the last leaf: transactions commit out of
//     order, and a watermark would lose the late ones.
//  6. Events of one record are sealed in the order of its versions, as far as they are sealed together.
//  7. An event that was not written with the key of the log never gets a place in the tree: each carries a
//     MAC under a key derived from it. A database administrator alone cannot add to the log.
//  8. Nothing is signed that does not continue what was signed before, in the database and outside it.
//  9. A database that does not continue the last checkpoint outside it is read-only until [Log.Recover].
//  10. An origin is never reused.
//  11. Every value that is missing is accounted for by an event that says so ([Log.Erase]).
//
// # Origins, and what a restore does
//
// An origin is the name of a log, "host/audit/uuid". It stands in every checkpoint, so that two different
// histories can never be signed under one name. The tree, though, belongs to the database: there is one
// sequence of leaves and one set of nodes, whatever the number of origins.
//
// When a backup of n leaves is restored after m > n were signed, [Log.Open] finds the copy of the checkpoint
// of m, and the log is read-only. [Log.Recover] then starts a new origin. Its first event, log.recovered, is
// leaf n: it names the old origin, the size and root that it had reached, and the reason. The leaves 0 to
// n-1 stay where they are, and every later checkpoint, under the new origin, covers them too: what was
// restored is still provable under today's checkpoint, and receipts of the old origin up to n are still true
// of it. Receipts for the leaves n to m-1 of the old origin remain valid signatures over something that the
// desk no longer has: they prove the loss, and the new origin has admitted it in its first leaf.
//
// The alternative, a new tree for each origin, would orphan the old leaves: they would be covered by
// checkpoints of a dead origin only, and the end of the old tree would be as easy to cut as before.
//
// A lost key is handled in the same way: the new origin is signed with the new key. What waited in the outbox
// was authenticated by the lost key; it is sealed unseen, and log.recovered counts it. The first event of
// every origin seals the digest of its public key, so the present signature vouches for the former keys.
//
// Recovery does not heal. A leaf that was altered stays altered, and [Log.Verify] goes on saying so.
//
// # Limits
//
// Nothing tells of an event that the desk never wrote. Whoever has the database, the folder with the key and
// every copy of a checkpoint can write another history; a single receipt or checkpoint elsewhere, in a
// mail or with an auditor, shows it. The triggers are a seat belt against accidents: their owner can switch
// them off. The tree is the proof.
package audit
