// Package when decides whether conditions hold over facts about a change. Rules of risk and of approval are data, and
// both speak this one small language: all conditions of a rule must hold. Pure.
//
// Invariants:
//
//  1. A fact that nobody knows is unknown, never none: a rule that hangs on it neither holds nor fails, and says so.
//  2. Conditions name facts of [Vocabulary] only, with a comparison that fits the sort of fact; [Check] refuses others.
//  3. There is no other language behind it: nothing that an administrator types is executed.
package when
