// Package changes owns the change's facet and life: whatever is done to something that services depend on, from its
// plan to its review (ITIL 4: change enablement). What a change is, in one place: [Change]; how
// it lives: [Flow]; what its approvers approve: [Plan] and its [Plan.Digest].
//
// Invariants:
//
//  1. The plan that is approved is named by its digest; a material edit makes the next revision, voids every
//     decision and brings the change back to draft.
//  2. No change is implemented without a satisfied slot for the digest that it has at the start.
//  3. Whoever requested the change, implements it or edited its plan cannot have a counted vote on it, nor can
//     their delegate; who has voted on a plan cannot become its implementer without a new revision, because
//     the implementers are part of the plan.
//  4. Decisions, plans and revisions are kept; nothing is deleted.
//  5. The row of a change never alters without its event: a trigger refuses it.
package changes
