// Package changes owns the change's facet and life: whatever is done to something that services depend on, from its
// plan to its review (ITIL 4: change enablement). What a change is, in one place: [Change]; how
// it lives: [Flow], of which its model makes a part; what its approvers approve: [Plan] and its [Plan.Digest].
//
// Invariants:
//
//  1. The plan that is approved is named by its digest; a material edit makes the next revision, voids every
//     decision and brings the change back to draft.
//  2. No change is implemented without satisfied slots for the digest that it has at the start; who breaks the glass
//     is flagged, and somebody else decides in retrospect.
//  3. Whoever requested the change, implements it, started it or edited its plan cannot have a counted vote on it, nor can
//     their delegate; who has voted on a plan cannot become its implementer without a new revision, because
//     the implementers are part of the plan, and cannot start it.
//  4. Decisions, plans and revisions are kept; nothing is deleted, and nothing is approved by the passing of time.
//  5. The row of a change never alters without its event: a trigger refuses it.
//  6. A risk is kept with all that it was computed from; below what was computed it comes only with a right and a reason.
//  7. What goes around the usual way is flagged on the change for ever: [Exceptions].
package changes
