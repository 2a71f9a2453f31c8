package request

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

type store struct{ db *db.DB }

func (s store) load(ctx context.Context, id domain.TicketID) (f Facet, err error) {
	return f, s.db.Conn(ctx).Where("ticket_id = ?", id).Take(&f).Error
}

func (s store) facets(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]Facet, error) {
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

func (s store) fields(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]map[string]string, error) {
	facets, err := s.facets(ctx, ids)
	out := map[domain.TicketID]map[string]string{}
	for id, f := range facets {
		out[id] = f.Fields()
	}
	return out, err
}

func (s store) insert(ctx context.Context, f Facet) error { return s.db.Conn(ctx).Create(&f).Error }

func (s store) update(ctx context.Context, f Facet) error {
	return s.db.Conn(ctx).Model(&Facet{}).Where("ticket_id = ?", f.TicketID).Select("fulfilment").Updates(&f).Error
}

func (s store) tasks(ctx context.Context, id domain.TicketID) (out []Task, err error) {
	return out, s.db.Conn(ctx).Where("ticket_id = ?", id).Order("position, id").Find(&out).Error
}

func (s store) task(ctx context.Context, number string) (t Task, err error) {
	n, err := domain.ParseNumber(number)
	if err != nil {
		return t, err
	}
	return t, s.db.ForUpdate(s.db.Conn(ctx)).Where("number = ?", n.String()).Take(&t).Error
}

func (s store) addTask(ctx context.Context, t *Task) error { return s.db.Conn(ctx).Create(t).Error }

func (s store) updateTask(ctx context.Context, t Task) error {
	return db.One(s.db.Conn(ctx).Model(&Task{}).Where("id = ? and version = ?", t.ID, t.Version-1).Select("*").Omit("id", "number", "ticket_id").Updates(&t))
}

func (s store) eachTask(ctx context.Context, yield func(Task) error) error {
	return db.Each(ctx, s.db, "id", func(t Task) int64 { return t.ID }, yield)
}
