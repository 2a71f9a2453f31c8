package changes

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

func (s store) load(ctx context.Context, id domain.TicketID) (f Facet, err error) {
	return f, s.db.Conn(ctx).Where("ticket_id = ?", id).Take(&f).Error
}

func (s store) many(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]Facet, error) {
	out := map[domain.TicketID]Facet{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []Facet
	err := s.db.Conn(ctx).Where("ticket_id in ?", ids).Find(&rows).Error
	for _, f := range rows {
		out[f.TicketID] = f
	}
	return out, err
}

func (s store) insert(ctx context.Context, f Facet) error { return s.db.Conn(ctx).Create(&f).Error }

func (s store) update(ctx context.Context, f Facet) error {
	return db.One(s.db.Conn(ctx).Model(&Facet{}).Where("ticket_id = ? and version = ?", f.TicketID, f.Version-1).Select("*").Omit("ticket_id").Updates(&f))
}

// touch follows the ticket's version where a shared verb made a new one.
func (s store) touch(ctx context.Context, t ticket.Ticket) error {
	return db.One(s.db.Conn(ctx).Exec("update changes set version = ? where ticket_id = ? and version = ?", t.Version, t.ID, t.Version-1))
}

// sample is how many of a team's changes are looked at, the last ones: cost must not grow with the years.
const sample = 500

// record counts the last finished changes of a team since an instant: how many, and how many of them failed. Of a
// category, if one is given.
func (s store) record(ctx context.Context, team domain.TeamID, category string, since time.Time) (done, failed int, err error) {
	q := `select c.outcome, count(*) as n from changes c join (select id from tickets where team_id = ? and kind = 'change' and closed_at >= ? order by closed_at desc limit ?) t
		on t.id = c.ticket_id where c.outcome in ('successful', 'successful_with_issues', 'partially_implemented', 'failed', 'backed_out')`
	args := []any{team, since, sample}
	if category != "" {
		q, args = q+" and c.category = ?", append(args, category)
	}
	var rows []struct {
		Outcome Outcome
		N       int
	}
	err = s.db.Conn(ctx).Raw(q+" group by c.outcome", args...).Scan(&rows).Error
	for _, r := range rows {
		done += r.N
		if r.Outcome == "failed" || r.Outcome == "backed_out" {
			failed += r.N
		}
	}
	return done, failed, err
}

// late finds changes whose glass was broken and whose retrospective decision is overdue and not flagged yet.
func (s store) late(ctx context.Context, now time.Time, limit int) (out []domain.TicketID, err error) {
	return out, s.db.Conn(ctx).Raw(`select ticket_id from changes where retro_state = 'pending' and retro_due_at <= ? and retro_late_at is null
		order by retro_due_at limit ?`, now, limit).Scan(&out).Error
}

// asking lists the changes that wait for their approvals, after a key.
func (s store) asking(ctx context.Context, after domain.TicketID, limit int) (out []domain.TicketID, err error) {
	return out, s.db.Conn(ctx).Raw(`select id from tickets where kind = 'change' and state = 'authorize' and id > ? order by id limit ?`, int64(after), limit).Scan(&out).Error
}
