// Package incident owns the incident's facet and life: something that should work does not, or not as well as it
// should (ITIL 4: incident management). The drawing of its flow is docs/flows/incident.md.
//
// Invariants:
//
//  1. The priority is that of the impact × urgency matrix, unless somebody with the right overrode it and
//     said why; the override is kept with its author until it is taken back.
//  2. A pending incident says on whom it waits and why.
//  3. A resolved incident says how; a reply of its requester within the time to object opens it again.
//  4. Giving the incident to another team or person after the first time counts as a reassignment.
package incident
