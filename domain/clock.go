package domain

import "time"

// Clock tells the time. There is one in the program and one, set by hand, in the tests.
type Clock interface {
	Now() time.Time
}

// Instant brings a time to the precision and zone in which everything is kept: UTC, microseconds.
// PostgreSQL keeps no more, and SQLite compares times as text of exactly this precision.
func Instant(t time.Time) time.Time {
	return t.UTC().Truncate(time.Microsecond)
}
