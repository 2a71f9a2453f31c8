package cmdb

import (
	"context"

	"github.com/cabinetdesk/cabinet/policies"
)

// WithLimits is the service with other limits between few and many.
func (s *Service) WithLimits(often, walking int) *Service {
	out := New(s.db, s.gate, s.people, s.random)
	out.store.limits = limits{often, walking}
	return out
}

// PlanOfList is how the database would find one page of a list, line by line. PostgreSQL is asked what it would do
// in a table too large to read or sort.
func (s *Service) PlanOfList(ctx context.Context, f Filter, names Names) (lines []string, err error) {
	r, err := s.resolve(ctx, f, names)
	if err != nil {
		return nil, err
	}
	q, _, args, err := s.store.statement(r, s.db.Now(ctx), []policies.Scope{s.gate.Scope(ctx, "ci.read")})
	if err != nil {
		return nil, err
	}
	if s.db.IsPostgres() {
		err = s.db.Do(ctx, func(ctx context.Context) error {
			for _, off := range []string{"enable_seqscan", "enable_sort", "enable_bitmapscan"} {
				if err := s.db.Conn(ctx).Exec("set local " + off + " = off").Error; err != nil {
					return err
				}
			}
			return s.db.Conn(ctx).Raw("explain (costs off) "+q, args...).Scan(&lines).Error
		})
		return lines, err
	}
	var rows []struct{ Detail string }
	err = s.db.Conn(ctx).Raw("explain query plan "+q, args...).Scan(&rows).Error
	for _, r := range rows {
		lines = append(lines, r.Detail)
	}
	return lines, err
}
