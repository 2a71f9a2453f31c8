package v1

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// store reads across modules what no module owns alone. It writes nothing.
type store struct{ db *db.DB }

// source tells from which tool a record was imported, and when; found is false for one of our own.
func (s store) source(ctx context.Context, id domain.TicketID) (system string, at time.Time, found bool, err error) {
	var rows []struct {
		System     string
		ImportedAt time.Time
	}
	err = s.db.Conn(ctx).Raw("select system, imported_at from imported_tickets where ticket_id = ?", id).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return "", at, false, err
	}
	return rows[0].System, rows[0].ImportedAt, true, nil
}

// objects loads what a permission is asked about, for many records at once, by number: the live events' filter.
func (s store) objects(ctx context.Context, numbers []string) (map[string]object, error) {
	out := map[string]object{}
	if len(numbers) == 0 {
		return out, nil
	}
	var rows []object
	if err := s.db.Conn(ctx).Raw("select id, kind, number, team_id, site_id from tickets where number in ?", numbers).Scan(&rows).Error; err != nil {
		return nil, err
	}
	ids := make([]domain.TicketID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var parts []struct {
		TicketID domain.TicketID
		UserID   domain.UserID
	}
	if len(ids) > 0 {
		if err := s.db.Conn(ctx).Raw("select distinct ticket_id, user_id from participants where ticket_id in ?", ids).Scan(&parts).Error; err != nil {
			return nil, err
		}
	}
	for _, r := range rows {
		for _, p := range parts {
			if p.TicketID == r.ID {
				r.Participants = append(r.Participants, p.UserID)
			}
		}
		out[r.Number] = r
	}
	return out, nil
}

// object is a record as far as permission is concerned.
type object struct {
	ID           domain.TicketID
	Kind         domain.Kind
	Number       string
	TeamID       domain.TeamID
	SiteID       domain.SiteID
	Participants []domain.UserID `gorm:"-"`
}

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
