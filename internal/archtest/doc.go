// Package archtest holds the rules of the house as data, each with its reason,
// and its tests hold the source to them: which package may import which, where
// each library may be used, how big files and packages may be, and a few calls
// that are dangerous here.
//
// A rule is changed in rules.go, not worked around. A single exception goes
// into Exceptions with its reason; one that is no longer needed is an error.
//
//	Load     reads the module with `go list` and go/parser
//	Check    compares it with the rules and returns every Refusal
package archtest
