// Package reports reads across: figures over all incidents, exports of every list, and what proves them. It reads
// with plain SQL and with the types of the modules, and runs none of their verbs.
//
// Invariants:
//
//  1. A figure counts exactly the records that its reader may see in a list.
//  2. An export holds exactly the rows of its list, all as of one instant, or there is no export.
//  3. No cell of an export can be taken for a formula.
//  4. Every export is in the log before anybody gets its file.
package reports
