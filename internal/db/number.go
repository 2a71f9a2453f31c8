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
