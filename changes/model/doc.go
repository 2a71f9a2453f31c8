// Package model says how much control a sort of change needs (ITIL 4: change models), as data: which moves of the one
// flow it may make, which guards are switched on, what its plan must say. Pure.
//
// Invariants:
//
//  1. A model is a part of the flow, never more: it switches moves off, and [Model.Check] refuses a move that belongs to
//     another model.
//  2. What protects everybody cannot be switched off: approval for exactly this plan, holds, conditions, separation of
//     duties, the retrospective decision.
//  3. A change keeps the model and its version that it was submitted under.
package model
