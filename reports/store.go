package reports

import (
	"context"

	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

// untouched holds for an imported incident that nobody has worked on here: each of its versions is a row of its tool.
const untouched = "i.ticket_id is not null and i.events = t.version"

const incidents = " from tickets t join incidents f on f.ticket_id = t.id left join imported_tickets i on i.ticket_id = t.id where t.kind = 'incident' and ("

func (s store) totals(ctx context.Context, cond string, args []any, out *Summary) error {
	var row struct {
		Incidents, Events, Reassigned, Reassignments, Reopened, Reopens, MadeSLA int64
	}
	err := s.db.Conn(ctx).Raw(`select count(*) as incidents, coalesce(sum(t.version), 0) as events,
		count(case when f.reassign_count > 0 then 1 end) as reassigned, coalesce(sum(f.reassign_count), 0) as reassignments,
		count(case when f.reopen_count > 0 then 1 end) as reopened, coalesce(sum(f.reopen_count), 0) as reopens,
		count(case when i.made_sla then 1 end) as made_sla`+incidents+cond+")", args...).Scan(&row).Error
	out.Incidents, out.Events, out.MadeSLA = row.Incidents, row.Events, row.MadeSLA
	out.Reassigned, out.Reassignments, out.Reopened, out.Reopens = row.Reassigned, row.Reassignments, row.Reopened, row.Reopens
	return err
}

type group struct {
	Own   bool // the label is the desk's, not another tool's
	Label string
	N     int64
}

// groups counts by a label: theirs and ours are columns, written in this package.
func (s store) groups(ctx context.Context, cond string, args []any, theirs, ours string) (out []group, err error) {
	err = s.db.Conn(ctx).Raw(`select x.own, x.label, count(*) as n from (select case when `+untouched+` then 0 else 1 end = 1 as own,
		case when `+untouched+` then `+theirs+` else `+ours+` end as label
		from tickets t join incidents f on f.ticket_id = t.id left join imported_tickets i on i.ticket_id = t.id left join teams g on g.id = t.team_id
		where t.kind = 'incident' and (`+cond+`)) x group by x.own, x.label`, args...).Scan(&out).Error
	return out, err
}

func (s store) months(ctx context.Context, cond string, args []any) (map[string]int64, error) {
	month := "substr(t.opened_at, 1, 7)"
	if s.db.IsPostgres() {
		month = "to_char(t.opened_at at time zone 'UTC', 'YYYY-MM')"
	}
	var rows []group
	err := s.db.Conn(ctx).Raw("select "+month+" as label, count(*) as n"+incidents+cond+") group by 1", args...).Scan(&rows).Error
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[r.Label] = r.N
	}
	return out, err
}

// resolveSeconds is how long each resolved incident took, in whole seconds, shortest first.
func (s store) resolveSeconds(ctx context.Context, cond string, args []any) (out []int64, err error) {
	took := "strftime('%s', t.resolved_at) - strftime('%s', t.opened_at)"
	if s.db.IsPostgres() {
		took = "floor(extract(epoch from t.resolved_at))::bigint - floor(extract(epoch from t.opened_at))::bigint"
	}
	err = s.db.Conn(ctx).Raw("select "+took+incidents+cond+") and t.resolved_at is not null order by 1", args...).Scan(&out).Error
	return out, err
}
