// Package risk says how risky a change is, and why: the higher of what the answers to a questionnaire add up to and of
// the floors that rules set. Pure: the same answers, facts and versions give the same result for ever.
//
// Invariants:
//
//  1. risk = max(questionnaire, floors). No rule lowers.
//  2. A result names every answer, every rule with whether it holds, and the versions of both documents.
//  3. A rule that hangs on something unknown sets no floor, and is shown as unknown.
//  4. Until all questions are answered, a change is of medium risk at least.
//  5. What is computed is raised freely and lowered only by somebody with the right and a reason; that is not decided here.
package risk
