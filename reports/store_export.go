package reports

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/reports/evidence"
)

// names reads who and what keys stand for, once for an export.
type names struct {
	people map[domain.UserID]string
	teams  map[domain.TeamID]string
	sites  map[domain.SiteID]string
}

// maxNames is how many names of people an export remembers before it forgets them all: memory stays flat.
const maxNames = 50_000

// records adds to the tickets of a page what an export of the kind says about them; without a kind, names only. What there is to
// say of changes is given.
func (s store) records(ctx context.Context, kind domain.Kind, tickets []ticket.Ticket, lives []evidence.Life, known *names) ([]record, error) {
	out := make([]record, len(tickets))
	ids := make([]domain.TicketID, len(tickets))
	at := make(map[domain.TicketID]*record, len(tickets))
	for i, t := range tickets {
		ids[i] = t.ID
		out[i] = record{Ticket: t}
		if i < len(lives) {
			out[i].change, out[i].slots, out[i].decisions = lives[i].Facet, lives[i].Slots, lives[i].Decisions
		}
		at[t.ID] = &out[i]
	}
	if err := s.facets(ctx, kind, ids, at); err != nil {
		return nil, err
	}
	var people []domain.UserID
	for i := range out {
		r := &out[i]
		people = append(people, r.RequesterID, r.OpenedBy, r.AssigneeID, r.change.OwnerID)
		people = append(append(people, r.change.Implementers...), r.change.Editors...)
		for _, d := range r.decisions {
			people = append(people, d.UserID, d.CastBy)
		}
	}
	if err := s.learn(ctx, known, people); err != nil {
		return nil, err
	}
	p := page(*known)
	for i := range out {
		out[i].page = &p
	}
	return out, nil
}

func (s store) facets(ctx context.Context, kind domain.Kind, ids []domain.TicketID, at map[domain.TicketID]*record) error {
	if len(ids) == 0 {
		return nil
	}
	q := s.db.Conn(ctx).Where("ticket_id in ?", ids)
	switch kind {
	case domain.KindIncident:
		var rows []incident.Facet
		err := q.Find(&rows).Error
		for _, f := range rows {
			at[f.TicketID].incident = f
		}
		return err
	case domain.KindRequest:
		var rows []request.Facet
		err := q.Find(&rows).Error
		for _, f := range rows {
			at[f.TicketID].request = f
		}
		return err
	case domain.KindProblem:
		var rows []problem.Facet
		err := q.Find(&rows).Error
		for _, f := range rows {
			at[f.TicketID].problem = f
		}
		return err
	}
	return nil
}

// learn reads the names that are not known yet.
func (s store) learn(ctx context.Context, known *names, people []domain.UserID) error {
	if known.teams == nil {
		if err := s.places(ctx, known); err != nil {
			return err
		}
	}
	if known.people == nil || len(known.people) > maxNames {
		known.people = map[domain.UserID]string{0: ""}
	}
	var missing []domain.UserID
	for _, id := range people {
		if _, ok := known.people[id]; !ok {
			missing = append(missing, id)
			known.people[id] = ""
		}
	}
	for part := range slices.Chunk(missing, 1000) {
		var rows []struct {
			ID   domain.UserID
			Name string
		}
		if err := s.db.Conn(ctx).Raw("select id, name from users where id in ?", part).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			known.people[r.ID] = r.Name
		}
	}
	return nil
}

// places reads all teams and sites: there are few.
func (s store) places(ctx context.Context, known *names) error {
	known.teams, known.sites = map[domain.TeamID]string{}, map[domain.SiteID]string{}
	var rows []struct {
		ID   int64
		Name string
	}
	if err := s.db.Conn(ctx).Raw("select id, name from teams").Scan(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		known.teams[domain.TeamID(r.ID)] = r.Name
	}
	rows = nil
	err := s.db.Conn(ctx).Raw("select id, name from sites").Scan(&rows).Error
	for _, r := range rows {
		known.sites[domain.SiteID(r.ID)] = r.Name
	}
	return err
}

// Row is an export that somebody asked for.
type Row struct {
	ID         int64 `gorm:"primaryKey"`
	Ref        string
	UserID     domain.UserID
	Kind       string
	Format     string
	Query      string
	State      string // running, done or failed
	Rows       int64
	Total      int64
	FileName   string
	FileKey    string
	EventID    string
	FileSize   int64
	SHA256     string `gorm:"column:sha256"`
	Problem    string
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	FinishedAt *time.Time
}

// TableName names the table.
func (Row) TableName() string { return "exports" }

func (s store) addExport(ctx context.Context, r *Row) error { return s.db.Conn(ctx).Create(r).Error }

func (s store) saveExport(ctx context.Context, r Row) error {
	return s.db.Conn(ctx).Model(&Row{}).Where("id = ?", r.ID).
		Select("state", "rows", "total", "file_name", "file_key", "event_id", "file_size", "sha256", "problem", "finished_at").Updates(&r).Error
}

func (s store) progress(ctx context.Context, id, rows int64) error {
	return s.db.Conn(ctx).Model(&Row{}).Where("id = ? and state = 'running'", id).Select("rows").Updates(&Row{Rows: rows}).Error
}

func (s store) export(ctx context.Context, ref string) (r Row, err error) {
	return r, s.db.Conn(ctx).Where("ref = ?", ref).Take(&r).Error
}

// stale lists exports that were asked for before an instant.
func (s store) stale(ctx context.Context, before time.Time) (out []Row, err error) {
	return out, s.db.Conn(ctx).Where("created_at < ?", before).Order("id").Limit(1000).Find(&out).Error
}

func (s store) dropExport(ctx context.Context, id int64) error {
	return s.db.Conn(ctx).Where("id = ?", id).Delete(&Row{}).Error
}
