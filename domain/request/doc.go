// Package request owns the service request's facet and life: something that is asked for and agreed to be
// part of normal service (ITIL 4), with the tasks by which it is fulfilled. Approval before fulfilment and
// the catalogue come with the catalogue.
//
// Invariants:
//
//  1. A request is not fulfilled while one of its tasks is open.
//  2. A task belongs to one request, has a number of its own, and its own small flow; its events are
//     those of the task.
package request
