package evidence

import (
	"context"

	"github.com/cabinetdesk/cabinet/changes/attempt"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
)

// work reads the tasks, and which files the changes have, so that what tasks show can be held against them.
func (r *Reader) work(ctx context.Context, ids []domain.TicketID, at map[domain.TicketID]*Life) error {
	tasks, err := list[work.Task](ctx, r, ids, "position, id")
	if err != nil {
		return err
	}
	for _, t := range tasks {
		at[t.TicketID].Tasks = append(at[t.TicketID].Tasks, t)
	}
	var files []struct {
		TicketID domain.TicketID
		Key      string
		SHA256   string `gorm:"column:sha256"`
	}
	if err := r.db.Conn(ctx).Raw("select ticket_id, key, sha256 from attachments where ticket_id in ?", ids).Scan(&files).Error; err != nil {
		return err
	}
	for _, f := range files {
		at[f.TicketID].Files[f.Key] = f.SHA256
	}
	attempts, err := list[attempt.Attempt](ctx, r, ids, "id")
	for _, a := range attempts {
		at[a.TicketID].Attempts = append(at[a.TicketID].Attempts, a)
	}
	return err
}

func (r *Reader) deliveries(ctx context.Context, ids []domain.TicketID, at map[domain.TicketID]*Life) error {
	runs, err := list[pipeline.Run](ctx, r, ids, "id")
	if err != nil {
		return err
	}
	for _, x := range runs {
		at[x.TicketID].Runs = append(at[x.TicketID].Runs, x)
	}
	deployments, err := list[pipeline.Deployment](ctx, r, ids, "id")
	for _, d := range deployments {
		at[d.TicketID].Deployments = append(at[d.TicketID].Deployments, d)
	}
	return err
}

func (r *Reader) meetings(ctx context.Context, ids []domain.TicketID, at map[domain.TicketID]*Life) error {
	var points []Point
	err := r.db.Conn(ctx).Raw(`select m.title as meeting, b.name as board, i.ticket_id, m.starts_at, m.started_at, i.state, i.revision, i.digest, i.result, m.lead_id, m.signed_at, m.signed_by, m.record_digest as signed_text
		from meeting_items i join meetings m on m.id = i.meeting_id join boards b on b.id = m.board_id
		where i.ticket_id in ? and i.state not in ('dropped', 'struck') order by m.starts_at, i.id`, ids).Scan(&points).Error
	for _, p := range points {
		at[p.TicketID].Points = append(at[p.TicketID].Points, p)
	}
	return err
}

func (r *Reader) conflicts(ctx context.Context, ids []domain.TicketID, at map[domain.TicketID]*Life) error {
	var found []Conflict
	err := r.db.Conn(ctx).Raw(`select c.*, a.number, coalesce(b.number, '') as other, coalesce(s.name, '') as schedule, coalesce(i.number, '') as item
		from change_conflicts c join tickets a on a.id = c.ticket_id left join tickets b on b.id = c.other_id left join change_schedules s on s.id = c.schedule_id left join cis i on i.id = c.ci_id
		where c.ticket_id in ? or c.other_id in ? order by c.id`, ids, ids).Scan(&found).Error
	for _, c := range found {
		for _, id := range []domain.TicketID{c.TicketID, domain.TicketID(c.OtherID)} {
			if l := at[id]; l != nil && id != 0 {
				l.Conflicts = append(l.Conflicts, c)
			}
		}
	}
	return err
}
