// Package db opens the database, runs units of work and keeps the borders: times go in and come out as
// UTC microseconds, errors of the drivers come out as errors of the desk, and nothing is written outside
// a unit or without a fact. GORM and the drivers are known only here and in files named store.go.
//
// Invariants:
//
//  1. The open transaction travels in the context under a key that only this package knows; a nested
//     unit joins the outer one.
//  2. "Now" is read once per unit.
//  3. A write outside a unit is refused, and a unit that wrote a business table without a fact is
//     rolled back.
//  4. A unit that lost a serialisation race is run again, at most three times.
//  5. SQLite has one writer connection with immediate transactions, a read-only pool beside it, and one
//     server per file.
package db
