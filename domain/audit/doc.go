// Package audit is the log.
package audit
