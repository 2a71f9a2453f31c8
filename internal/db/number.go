package db

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
)

// NextNumber takes the next number of a kind, in the unit of work open in ctx: its counter stays locked until the
// commit, so numbers have no gaps.
func (d *DB) NextNumber(ctx context.Context, kind domain.Kind) (domain.Number, error) {
	n := domain.Number{Kind: kind}
	err := d.Conn(ctx).Raw(`insert into counters (kind, n) values (?, 1)
		on conflict (kind) do update set n = counters.n + 1 returning n`, string(kind)).Scan(&n.N).Error
	return n, err
}

// NextNumbers takes n numbers of a kind at once, see NextNumber.
func (d *DB) NextNumbers(ctx context.Context, kind domain.Kind, n int) ([]domain.Number, error) {
	if n == 0 {
		return nil, nil
	}
	var last int64
	err := d.Conn(ctx).Raw(`insert into counters (kind, n) values (?, ?)
		on conflict (kind) do update set n = counters.n + excluded.n returning n`, string(kind), n).Scan(&last).Error
	out := make([]domain.Number, n)
	for i := range out {
		out[i] = domain.Number{Kind: kind, N: last - int64(n-1-i)}
	}
	return out, err
}
