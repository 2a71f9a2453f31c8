package oversight

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type store struct{ db *db.DB }

// recent lists the changes that were put to their approvers since an instant, within a scope, the newest first.
func (s store) recent(ctx context.Context, scope policies.Scope, since time.Time, limit int) (out []domain.TicketID, err error) {
	cond, args := scope.Tickets()
	if cond == "" {
		return nil, nil
	}
	q := `select t.id from tickets t where t.kind = 'change' and t.opened_at >= ? and exists (select 1 from approval_slots s where s.ticket_id = t.id) and (` + cond + `)
		order by t.id desc limit ?`
	return out, s.db.Conn(ctx).Raw(q, append(append([]any{since}, args...), limit)...).Scan(&out).Error
}

// judged lists the changes of some days, within a scope, the newest first: those whose risk was computed, or, of a model,
// those that were put forward under it.
func (s store) judged(ctx context.Context, scope policies.Scope, model string, since time.Time, limit int) (out []domain.TicketID, err error) {
	cond, args := scope.Tickets()
	if cond == "" {
		return nil, nil
	}
	which, what := "c.assessment <> ''", []any{since}
	if model != "" {
		which, what = "c.model = ? and c.model_version > 0", []any{since, model}
	}
	q := `select t.id from tickets t join changes c on c.ticket_id = t.id where t.kind = 'change' and t.opened_at >= ? and ` + which + ` and (` + cond + `) order by t.id desc limit ?`
	return out, s.db.Conn(ctx).Raw(q, append(append(what, args...), limit)...).Scan(&out).Error
}
