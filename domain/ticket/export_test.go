package ticket

import (
	"context"
	"slices"

	"github.com/cabinetdesk/cabinet/domain"
)

// WithLimits is the service with other limits between the ways to find records.
func (s *Service) WithLimits(own, documents, frequent, hits int) *Service {
	other := *s
	other.store.limits = limits{own, documents, frequent, hits}
	return &other
}

// PlanOfCount is how the database would count a queue.
func (s *Service) PlanOfCount(ctx context.Context, f Filter, names Names) ([]string, error) {
	r, err := s.resolve(ctx, f, names)
	if err != nil {
		return nil, err
	}
	q, args, err := s.store.counting(ctx, r, s.scopesOf(ctx, f.Kind, "read"), domain.ActorFrom(ctx), s.DB.Now(ctx))
	if err != nil {
		return nil, err
	}
	return s.store.plan(ctx, q, args)
}

// PlanOfList is how the database would find one page of a list, line by line. PostgreSQL is asked what it would do
// in a table too large to read or sort.
func (s *Service) PlanOfList(ctx context.Context, f Filter, names Names) ([]string, error) {
	r, err := s.resolve(ctx, f, names)
	if err != nil {
		return nil, err
	}
	q, args, err := s.store.statement(ctx, r, s.scopesOf(ctx, f.Kind, "read"), domain.ActorFrom(ctx), s.DB.Now(ctx))
	if err != nil {
		return nil, err
	}
	return s.store.plan(ctx, q, args)
}

func (s store) plan(ctx context.Context, q string, args []any) (lines []string, err error) {
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
	return slices.Clip(lines), err
}
