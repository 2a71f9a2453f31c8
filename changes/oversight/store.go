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
