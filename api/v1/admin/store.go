package admin

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// store reads across modules what no module owns alone. It writes nothing.
type store struct{ db *db.DB }

// lastSeen tells when people last used a session, for the list of people.
func (s store) lastSeen(ctx context.Context, ids []domain.UserID) (map[domain.UserID]time.Time, error) {
	out := map[domain.UserID]time.Time{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		UserID     domain.UserID
		LastSeenAt time.Time
	}
	err := s.db.Conn(ctx).Raw("select user_id, last_seen_at from sessions where user_id in ? order by last_seen_at", ids).Scan(&rows).Error
	for _, r := range rows {
		out[r.UserID] = r.LastSeenAt
	}
	return out, err
}
