// Package app is the map of the system: it turns configuration into open files and wired services
// (wiring.go), says what follows from what (reactions.go), and runs and stops the server. Every command of
// the program begins here.
package app
