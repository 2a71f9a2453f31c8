package domain

import (
	"context"
	"time"
)

// Tx is the unit of work. A verb runs inside Do; what it writes, the events of its facts, the
// reactions to them and the jobs they start are committed together or not at all.
type Tx interface {
	// Do runs fn in a transaction; inside another unit it joins it. A unit that loses a
	// serialisation race is run again, up to three times, so fn must have no effects outside.
	Do(ctx context.Context, fn func(ctx context.Context) error) error
	// Now is the instant fixed for the unit open in ctx, or the clock's time outside one.
	Now(ctx context.Context) time.Time
	// Emit records facts: their events are written at once, their reactions run before the commit.
	Emit(ctx context.Context, facts ...Fact) error
	// AfterCommit runs fn once the unit is durable. It must not fail and must not block.
	AfterCommit(ctx context.Context, fn func())
}
