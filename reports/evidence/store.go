package evidence

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// models gives the models of changes in their versions (rulebook.Service).
type models interface {
	Model(ctx context.Context, key string, version int64) (model.Model, error)
}

// Reader reads lives, a page at a time.
type Reader struct {
	db     *db.DB
	models models
	names  Names
}

// NewReader builds a reader. One reader is for one export: it remembers names.
func NewReader(d *db.DB, m models) *Reader { return &Reader{db: d, models: m} }

// mostNames is how many names of people are remembered before they are forgotten: memory stays flat.
const mostNames = 50_000

// Read reads what is kept of the changes of a page, in their order.
func (r *Reader) Read(ctx context.Context, page []ticket.Ticket) ([]Life, error) {
	out := make([]Life, len(page))
	at := make(map[domain.TicketID]*Life, len(page))
	ids, numbers := make([]domain.TicketID, len(page)), make([]string, len(page))
	for i, t := range page {
		out[i] = Life{AsOf: r.db.Now(ctx), Ticket: t, Asked: map[int64]int{}, Files: map[string]string{}, Names: &r.names}
		ids[i], numbers[i], at[t.ID] = t.ID, t.Number, &out[i]
	}
	if len(page) == 0 {
		return out, nil
	}
	for _, read := range []func(context.Context, []domain.TicketID, map[domain.TicketID]*Life) error{r.facets, r.approvals, r.work, r.deliveries, r.meetings, r.conflicts, r.aftermath} {
		if err := read(ctx, ids, at); err != nil {
			return nil, err
		}
	}
	if err := r.events(ctx, numbers, out); err != nil {
		return nil, err
	}
	var people []domain.UserID
	for i := range out {
		f := out[i].Facet
		m, err := r.models.Model(ctx, string(f.Model), f.ModelVersion)
		if err != nil {
			return nil, err
		}
		out[i].Grace = time.Duration(m.GraceMinutes) * time.Minute
		people = append(people, out[i].people()...)
	}
	return out, r.learn(ctx, people)
}

// list reads the rows of a table that belong to the changes of a page.
func list[T any](ctx context.Context, r *Reader, ids []domain.TicketID, order string) (out []T, err error) {
	return out, r.db.Conn(ctx).Where("ticket_id in ?", ids).Order(order).Find(&out).Error
}

func (r *Reader) facets(ctx context.Context, ids []domain.TicketID, at map[domain.TicketID]*Life) error {
	rows, err := list[changes.Facet](ctx, r, ids, "ticket_id")
	for _, f := range rows {
		at[f.TicketID].Facet = f
	}
	return err
}

func (r *Reader) approvals(ctx context.Context, ids []domain.TicketID, at map[domain.TicketID]*Life) error {
	slots, err := list[approval.Slot](ctx, r, ids, "revision, stage, id")
	if err != nil {
		return err
	}
	keys, of := make([]int64, len(slots)), make(map[int64]*Life, len(slots))
	for i, s := range slots {
		keys[i], of[s.ID] = s.ID, at[s.TicketID]
		of[s.ID].Slots = append(of[s.ID].Slots, s)
	}
	for part := range slices.Chunk(keys, 1000) {
		var decisions []approval.Decision
		if err := r.db.Conn(ctx).Where("slot_id in ?", part).Order("id").Find(&decisions).Error; err != nil {
			return err
		}
		for _, d := range decisions {
			of[d.SlotID].Decisions = append(of[d.SlotID].Decisions, d)
		}
		var asked []struct {
			SlotID int64
			N      int
		}
		if err := r.db.Conn(ctx).Raw("select slot_id, count(*) as n from approval_electors where slot_id in ? group by slot_id", part).Scan(&asked).Error; err != nil {
			return err
		}
		for _, a := range asked {
			of[a.SlotID].Asked[a.SlotID] = a.N
		}
		var conditions []approval.Condition
		if err := r.db.Conn(ctx).Where("slot_id in ?", part).Order("id").Find(&conditions).Error; err != nil {
			return err
		}
		for _, c := range conditions {
			of[c.SlotID].Conditions = append(of[c.SlotID].Conditions, c)
		}
	}
	return nil
}

func (r *Reader) aftermath(ctx context.Context, ids []domain.TicketID, at map[domain.TicketID]*Life) error {
	reviews, err := list[review.Review](ctx, r, ids, "ticket_id")
	if err != nil {
		return err
	}
	for _, v := range reviews {
		at[v.TicketID].Review = &v
	}
	var causes []Cause
	err = r.db.Conn(ctx).Raw(`select x.ref, x.change_id, x.incident, x.kind, x.confidence, x.evidence, x.set_by, x.set_at, i.title, i.priority, i.opened_at, i.resolved_at
		from change_causes x join tickets i on i.id = x.incident_id where x.change_id in ? order by x.id`, ids).Scan(&causes).Error
	for _, c := range causes {
		at[c.ChangeID].Causes = append(at[c.ChangeID].Causes, c)
	}
	return err
}

func (r *Reader) events(ctx context.Context, numbers []string, out []Life) error {
	at := make(map[string]*Life, len(out))
	for i := range out {
		at[out[i].Ticket.Number] = &out[i]
	}
	var events []Event
	err := r.db.Conn(ctx).Raw(`select e.id, e.entity, e.entity_version as version, e.type, e.state_from, e.state_to, e.occurred_at, coalesce(u.id, 0) as actor_id, l.idx as leaf
		from audit_events e left join users u on u.ref = e.actor left join audit_leaves l on l.event_id = e.id
		where e.entity_kind = 'change' and e.entity in ? order by e.entity, e.entity_version`, numbers).Scan(&events).Error
	for _, e := range events {
		at[e.Entity].Events = append(at[e.Entity].Events, e)
	}
	return err
}

// learn reads the names that are not known yet.
func (r *Reader) learn(ctx context.Context, people []domain.UserID) error {
	n := &r.names
	if n.People == nil || len(n.People) > mostNames {
		n.People, n.Programs = map[domain.UserID]string{0: ""}, map[domain.UserID]bool{}
	}
	if n.Pipelines == nil {
		n.Pipelines = map[int64]string{}
		var rows []struct {
			ID   int64
			Name string
		}
		if err := r.db.Conn(ctx).Raw("select id, name from pipelines").Scan(&rows).Error; err != nil {
			return err
		}
		for _, x := range rows {
			n.Pipelines[x.ID] = x.Name
		}
	}
	var missing []domain.UserID
	for _, id := range people {
		if _, ok := n.People[id]; !ok {
			missing = append(missing, id)
			n.People[id] = ""
		}
	}
	for part := range slices.Chunk(missing, 1000) {
		var rows []struct {
			ID      domain.UserID
			Name    string
			Service bool
		}
		if err := r.db.Conn(ctx).Raw("select id, name, service from users where id in ?", part).Scan(&rows).Error; err != nil {
			return err
		}
		for _, x := range rows {
			n.People[x.ID] = x.Name
			if x.Service {
				n.Programs[x.ID] = true
			}
		}
	}
	return nil
}
