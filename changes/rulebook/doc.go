// Package rulebook keeps the rules of change enablement as versioned documents: the models, the questionnaire and the rules
// of risk, and the approval policy. What a new desk starts with is code; what an administrator sets is a row.
//
// Invariants:
//
//  1. A version is never altered: a change that names one is judged by exactly that one for ever. The seeds in code are
//     version 1 and stay as they are; a better default is a new row, not an edit.
//  2. Only a sound document is kept, see Check of each.
//  3. Every version has its event, and the database refuses one without.
package rulebook
