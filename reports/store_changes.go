package reports

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes/pipeline"
)

const ofChange = `select t.id, t.number, t.title, g.model, g.outcome, coalesce(m.name, '') as team, t.service, t.opened_at, g.actual_end, g.planned_end
	from changes g join tickets t on t.id = g.ticket_id left join teams m on m.id = t.team_id where `

// changeRows reads the changes whose work ended in a time, and those that were found in it, with what is known of each.
func (s store) changeRows(ctx context.Context, cond string, args []any, from, to time.Time) (out []changeRow, err error) {
	q := ofChange + "g.actual_end >= ? and g.actual_end < ? and (" + cond + ") union all " + ofChange + "g.model = 'unauthorised' and g.actual_end is null and t.opened_at >= ? and t.opened_at < ? and (" + cond + ")"
	all := slices.Concat([]any{from, to}, args, []any{from, to}, args)
	if err = s.db.Conn(ctx).Raw(q, all...).Scan(&out).Error; err != nil {
		return nil, err
	}
	at := make(map[int64]*changeRow, len(out))
	for i := range out {
		at[out[i].ID] = &out[i]
	}
	var slots []struct {
		TicketID           int64
		OpenedAt, ClosedAt time.Time
	}
	if err = s.db.Conn(ctx).Raw(`select s.ticket_id, s.opened_at, s.closed_at from approval_slots s join changes g on g.ticket_id = s.ticket_id and g.revision = s.revision
		where s.state = 'approved' and s.advisory = ? and s.retro = ? and s.closed_at is not null and g.actual_end >= ? and g.actual_end < ?`, false, false, from, to).Scan(&slots).Error; err != nil {
		return nil, err
	}
	begun, ended := map[int64]time.Time{}, map[int64]time.Time{}
	for _, x := range slots {
		if b, ok := begun[x.TicketID]; !ok || x.OpenedAt.Before(b) {
			begun[x.TicketID] = x.OpenedAt
		}
		if x.ClosedAt.After(ended[x.TicketID]) {
			ended[x.TicketID] = x.ClosedAt
		}
	}
	for id, b := range begun {
		if r := at[id]; r != nil {
			r.approval = max(ended[id].Sub(b), time.Second)
		}
	}
	var caused []struct {
		ChangeID   int64
		Priority   int
		OpenedAt   time.Time
		ResolvedAt *time.Time
	}
	err = s.db.Conn(ctx).Raw(`select x.change_id, i.priority, i.opened_at, i.resolved_at from changes g join change_causes x on x.change_id = g.ticket_id join tickets i on i.id = x.incident_id
		where g.actual_end >= ? and g.actual_end < ? and x.kind = 'caused_by' and x.confidence = 'confirmed'`, from, to).Scan(&caused).Error
	for _, x := range caused {
		r := at[x.ChangeID]
		if r == nil {
			continue
		}
		if r.worst == 0 || x.Priority < r.worst {
			r.worst = x.Priority
		}
		if x.ResolvedAt != nil {
			r.restored = append(r.restored, max(x.ResolvedAt.Sub(x.OpenedAt), time.Second))
		}
	}
	if err != nil {
		return nil, err
	}
	return out, s.commits(ctx, at, from, to)
}

// commits reads how long each commit took until what was built from it was in production. A run with several artifacts has
// several deployments: the first that succeeded counts.
func (s store) commits(ctx context.Context, at map[int64]*changeRow, from, to time.Time) error {
	var rows []struct {
		ID         int64
		TicketID   int64
		Commits    string
		FinishedAt time.Time
	}
	if err := s.db.Conn(ctx).Raw(`select r.id, r.ticket_id, r.commits, d.finished_at from changes g join pipeline_runs r on r.ticket_id = g.ticket_id join deployments d on d.ticket_id = g.ticket_id and d.run_id = r.id
		where g.actual_end >= ? and g.actual_end < ? and d.environment = 'production' and d.state = 'succeeded' and d.authorised and d.finished_at is not null order by d.finished_at, d.id`, from, to).Scan(&rows).Error; err != nil {
		return err
	}
	type commit struct {
		change int64
		sha    string
	}
	seen := map[commit]bool{}
	for _, x := range rows {
		r := at[x.TicketID]
		if r == nil {
			continue
		}
		for _, c := range (pipeline.Run{Commits: x.Commits}).CommitList() {
			k := commit{x.TicketID, c.SHA}
			if c.At == nil || seen[k] || !x.FinishedAt.After(*c.At) {
				continue
			}
			seen[k] = true
			r.commits = append(r.commits, x.FinishedAt.Sub(*c.At))
		}
	}
	return nil
}

// rejections lists the decisions against plans in a time.
func (s store) rejections(ctx context.Context, cond string, args []any, from, to time.Time) (out []Rejection, err error) {
	out = []Rejection{}
	err = s.db.Conn(ctx).Raw(`select t.number, t.title, s.label as slot, d.comment as reason, d.at from approval_decisions d join approval_slots s on s.id = d.slot_id join tickets t on t.id = s.ticket_id
		where d.decision = 'reject' and d.at >= ? and d.at < ? and (`+cond+`) order by d.at desc, d.id desc limit 50`, slices.Concat([]any{from, to}, args)...).Scan(&out).Error
	return out, err
}
