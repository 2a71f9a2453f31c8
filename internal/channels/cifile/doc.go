// Package cifile reads what other tools know of configuration items: CSV files, sheets, JSON arrays, lines of JSON, and
// fixtures in which rows of many kinds refer to each other. What the rows mean is data, a [Mapping] in YAML, without
// code: which kind of row is an item of which class, where its values stand, what it is related to, and which kinds are
// no items, with the reason. The package knows text and nothing of the desk: it yields [Row] values, and the desk judges them.
//
// Invariants:
//
//  1. A file is refused whole before anything else happens when it is not text, has no header, or no kind of row
//     of the mapping fits it ([ErrFile]); a row is refused alone, with its line, column and reason.
//  2. Every row of a file is yielded once: as an item, as a person, as refused, or counted as skipped with a reason.
//  3. What is kept in memory is what the mapping refers to, within limits; everything else is read and forgotten.
//  4. Refusals never repeat what the file says: it may hold anything.
package cifile
