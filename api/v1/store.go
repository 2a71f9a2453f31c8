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

// sealed tells when the last checkpoint was signed, and since when the oldest unsealed event waits, nil when none.
func (s store) sealed(ctx context.Context) (signed time.Time, waiting *time.Time, err error) {
	var last []struct{ CreatedAt time.Time }
	if err := s.db.Conn(ctx).Raw("select created_at from audit_checkpoints order by id desc limit 1").Scan(&last).Error; err != nil {
		return signed, nil, err
	}
	if len(last) > 0 {
		signed = last[0].CreatedAt
	}
	var oldest []struct{ RecordedAt time.Time }
	err = s.db.Conn(ctx).Raw("select e.recorded_at from audit_outbox o join audit_events e on e.id = o.event_id order by o.event_id limit 1").Scan(&oldest).Error
	if len(oldest) > 0 {
		waiting = &oldest[0].RecordedAt
	}
	return signed, waiting, err
}
