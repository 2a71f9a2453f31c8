// Package cis is the part of the REST API about how configuration items hang together, and what records have to do with them: impact with
// its paths, the graph around an item, the items on a record, and the choice of items for one.
package cis

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/impact"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Deps is what these routes are composed from.
type Deps struct {
	*who.Directory
	CMDB    *cmdb.Service
	Impact  *impact.Service
	Tickets *ticket.Service
	People  *people.Service
}

// Desk holds the routes.
type Desk struct{ Deps }

// Routes offers them.
func Routes(b *route.Book, d Deps) *Desk {
	desk := &Desk{d}
	route.Add(b, "ci-impact", desk.impact)
	route.Add(b, "ci-graph", desk.graph)
	route.Add(b, "record-cis", desk.recordCIs)
	route.Add(b, "add-ci", desk.addCI)
	route.Add(b, "remove-ci", desk.removeCI)
	route.Add(b, "suggest-cis", desk.suggest)
	return desk
}

// Moment is what a question may say about time.
type Moment struct {
	At    string `query:"at" maxLength:"40" doc:"As it was then: 2026-03-02 or 2026-03-02T09:00:00Z; now by default"`
	Known string `query:"known" maxLength:"40" doc:"As it was known then; now by default"`
}

func (m Moment) parse() (out cmdb.Moment, err error) {
	for _, p := range []struct {
		dst        *time.Time
		text, name string
	}{{&out.At, m.At, "at"}, {&out.Known, m.Known, "known"}} {
		if p.text == "" {
			continue
		}
		if *p.dst, err = cmdb.ParseInstant(p.text); err != nil {
			return out, cmdb.ErrMoment.With("query."+p.name, "a time looks like 2026-03-02 or 2026-03-02T09:00:00Z")
		}
	}
	return out, nil
}

func classLabel(m model.Model, key string) string {
	if c, ok := m.Class(key); ok {
		return c.Label
	}
	return key
}

func statusLabel(status string) string {
	if s, ok := cmdb.Flow.State(status); ok {
		return s.Label
	}
	return status
}

// relationLabel reads a type of relation from its first item, or back.
func relationLabel(m model.Model, key string, forth bool) string {
	r, ok := m.Relation(key)
	switch {
	case !ok:
		return key
	case forth:
		return r.Label
	}
	return r.Inverse
}

// sites are what the places of items are called.
func (d *Desk) sites(ctx context.Context) (func(domain.SiteID) *string, error) {
	all, err := d.People.SitesByID(ctx)
	return func(id domain.SiteID) *string { return rest.Opt(all[id].Name) }, err
}

// names implements cmdb.Names.
type names struct {
	*who.Directory
	people *people.Service
}

func (n names) SiteByKey(ctx context.Context, key string) (domain.SiteID, error) {
	s, err := n.people.SiteByKey(ctx, key)
	return s.ID, err
}
