package sources

import (
	"context"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
)

// RunItem is what a run says of one item.
type RunItem struct {
	Seq     int64       `json:"seq"`
	Line    int         `json:"line"`
	Key     string      `json:"key"`
	Class   string      `json:"class"`
	Name    string      `json:"name"`
	Number  *string     `json:"number" doc:"Of the item that it is; null for a new one"`
	Matched *string     `json:"matched" doc:"How it was known: key, serial, asset_tag or name"`
	Action  string      `json:"action" enum:"new,changed,unchanged,outranked,conflicting,refused,person,retired,gone"`
	Done    string      `json:"done" enum:"proposed,applied,undone,kept,failed,settled" doc:"settled: somebody has said whose row it is; the next run takes it for that"`
	Changes []RunChange `json:"changes"`
	Kept    []RunChange `json:"kept" doc:"Values that stay: another source has precedence, or somebody wrote them"`
	Notes   []RunNote   `json:"notes" doc:"Values that were left out"`
	Column  string      `json:"column,omitempty"`
	Reason  string      `json:"reason,omitempty"`
	Others  []string    `json:"others" doc:"What it conflicts with: numbers, or lines of the file"`
}

// RunChange is a value that differs.
type RunChange struct {
	Field      string      `json:"field"`
	Before     *string     `json:"before"`
	After      *string     `json:"after"`
	Source     *string     `json:"source" doc:"Of the value before; null: by hand"`
	By         *who.Person `json:"by"`
	ObservedAt *time.Time  `json:"observed_at"`
}

// RunNote is a value that was left out, and why.
type RunNote struct {
	Column string `json:"column"`
	Reason string `json:"reason"`
}

type runItemsInput struct {
	ID     string `path:"id" maxLength:"128"`
	Action string `query:"action" enum:"new,changed,unchanged,outranked,conflicting,refused,person,retired,gone"`
	After  string `query:"after" maxLength:"100"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

var done = [...]string{"proposed", "applied", "undone", "kept", "failed", "settled"}

func (a *area) items(ctx context.Context, in *runItemsInput) (*rest.Body[rest.Page[RunItem]], error) {
	after, err := rest.ParseMark(in.After)
	if err != nil {
		return nil, err
	}
	list, err := a.Sources.Items(ctx, in.ID, in.Action, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := rest.Page[RunItem]{Items: []RunItem{}}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Next = rest.Opt(rest.Mark(list[in.Limit-1].Seq))
	}
	var ids []domain.CIID
	for _, i := range list {
		ids = append(ids, i.CIID)
	}
	items, err := a.CMDB.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	n, err := a.names(ctx, list)
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		p := i.Proposal
		x := RunItem{Seq: i.Seq, Line: i.Line, Key: i.Key, Class: i.Class, Name: i.Name, Number: rest.Opt(items[i.CIID].Number), Matched: rest.Opt(i.Matched), Action: i.Action, Done: done[i.Done],
			Changes: n.changes(p.Changes), Kept: n.changes(p.Kept), Notes: []RunNote{}, Column: p.Column, Reason: p.Reason, Others: rest.NotNil(p.Others)}
		if x.Done == "settled" {
			x.Number = rest.Opt(i.Outcome.Number)
		}
		if i.Outcome.Reason != "" {
			x.Reason = i.Outcome.Reason
		}
		for _, note := range p.Notes {
			x.Notes = append(x.Notes, RunNote(note))
		}
		out.Items = append(out.Items, x)
	}
	return &rest.Body[rest.Page[RunItem]]{Body: out}, nil
}

// names loads what the internal keys in values are shown as.
func (a *area) names(ctx context.Context, list []reconcile.Item) (n names, err error) {
	if n.model, _, err = a.CMDB.Model(ctx); err != nil {
		return n, err
	}
	var users []domain.UserID
	var teams []domain.TeamID
	for _, i := range list {
		for _, c := range append(i.Proposal.Changes[:len(i.Proposal.Changes):len(i.Proposal.Changes)], i.Proposal.Kept...) {
			users = append(users, c.By)
			for _, text := range []string{c.Before, c.After} {
				id, _ := strconv.ParseInt(text, 10, 64) //nolint:errcheck // only keys matter
				switch at, _ := n.model.AnyField(c.Field); at.Kind {
				case model.Person:
					users = append(users, domain.UserID(id))
				case model.Team:
					teams = append(teams, domain.TeamID(id))
				}
			}
		}
	}
	if n.who, err = a.Cast(ctx, users, teams...); err != nil {
		return n, err
	}
	n.sites, err = a.People.SitesByID(ctx)
	return n, err
}

func (n names) changes(list []reconcile.Change) []RunChange {
	out := []RunChange{}
	for _, c := range list {
		x := RunChange{Field: c.Field, Before: rest.Opt(n.show(c.Field, c.Before)), After: rest.Opt(n.show(c.Field, c.After)), Source: rest.Opt(c.Source), By: n.who.Person(c.By)}
		if !c.At.IsZero() {
			x.ObservedAt = &c.At
		}
		out = append(out, x)
	}
	return out
}

// show is a value as people read it; no internal key leaves the server.
func (n names) show(field, text string) string {
	id, _ := strconv.ParseInt(text, 10, 64) //nolint:errcheck // canonical where it matters
	switch at, _ := n.model.AnyField(field); at.Kind {
	case model.Person:
		if id == 0 {
			return ""
		}
		return n.who.Name(domain.UserID(id))
	case model.Team:
		if t := n.who.Team(domain.TeamID(id)); t != nil {
			return t.Name
		}
		return ""
	case model.Site:
		return n.sites[domain.SiteID(id)].Name
	}
	return text
}
