// Package eventlog reads the event log of another ticket tool: a CSV file in which one row is one snapshot
// of one ticket at one time. What the columns mean is data, a [Mapping] in YAML, so that the log of a tool
// that nobody here has seen needs a mapping file and no code. The package knows text and nothing of the desk:
// what it yields are rows with the values in the desk's words and the names of people and teams as the
// tool writes them.
//
// Invariants:
//
//  1. A file is refused whole before anything else happens, when it has no header, misses a mapped column
//     or is not text ([ErrFile]); a row is refused alone, with its line, column and reason ([Refusal]).
//  2. A column that the mapping declares final holds the value that its ticket had in the end, in every row;
//     it is read only in rows whose state it belongs to, and a final time never lies after the row's own.
//  3. A row is known again by its hash, which depends on all its values, mapped or not, and not on the order of columns.
//  4. Refusals never repeat what the file says: it may hold anything.
package eventlog
