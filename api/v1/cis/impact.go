package cis

import (
	"context"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/cmdb/impact"
	"github.com/cabinetdesk/cabinet/domain"
)

// GraphItem is a configuration item as graphs show it.
type GraphItem struct {
	Number      string  `json:"number" example:"CI-000123"`
	Name        string  `json:"name"`
	Class       string  `json:"class"`
	ClassLabel  string  `json:"class_label"`
	Status      string  `json:"status"`
	StatusLabel string  `json:"status_label"`
	Environment *string `json:"environment"`
	Criticality *int    `json:"criticality" doc:"1 the most critical to 4; null for not rated"`
	Site        *string `json:"site"`
	StaleDays   *int    `json:"stale_days" doc:"For how many days nobody and nothing has confirmed it; null for never confirmed"`
	Service     bool    `json:"service" doc:"Its class is a service or below"`
}

// ImpactStep is one step of a way. Who may not see an item is told that there is one.
type ImpactStep struct {
	Number     *string `json:"number" doc:"null for an item that I may not see"`
	Name       *string `json:"name"`
	Relation   string  `json:"relation" doc:"The type of relation by which the step was made"`
	Label      string  `json:"label" doc:"How it reads from this item to the one before: runs on"`
	Redundancy *string `json:"redundancy" doc:"The name of the redundancy that this tie is part of"`
}

// ImpactNode is an item that was reached.
type ImpactNode struct {
	GraphItem
	Level  int          `json:"level" doc:"In so many rounds"`
	AtRisk bool         `json:"at_risk" doc:"It still works, with less redundancy than it had"`
	Via    ImpactStep   `json:"via" doc:"The item before it on the way from the start"`
	Path   []ImpactStep `json:"path" doc:"The way from the start to this item, which is the last step"`
}

// GraphEdge is a relation as it reads: from runs on to.
type GraphEdge struct {
	From       string  `json:"from"`
	To         string  `json:"to"`
	Type       string  `json:"type"`
	Label      string  `json:"label"`
	Redundancy *string `json:"redundancy"`
	Needed     *int    `json:"needed" doc:"How many of the redundancy it takes"`
	Spreads    string  `json:"spreads" enum:"forth,back,both,none" doc:"Which way a failure goes along it"`
}

// ImpactCut says that a walk was cut, and where.
type ImpactCut struct {
	Why   string `json:"why" enum:"depth,items,relations"`
	Level int    `json:"level"`
	Items int    `json:"items" doc:"Items that were not followed further, or not reached"`
	Text  string `json:"text"`
}

// ImpactFreshness is how much of an answer rests on facts that somebody or something has confirmed lately.
type ImpactFreshness struct {
	Unverified int `json:"unverified_90d" doc:"So many that nobody and nothing has confirmed for 90 days"`
	Of         int `json:"of"`
}

// ClassCount is how many items of a class were reached.
type ClassCount struct {
	Class string `json:"class"`
	Label string `json:"label"`
	Count int    `json:"count"`
}

// Impact is what fails when an item fails, or what it depends on.
type Impact struct {
	State     string          `json:"state" enum:"known,not_configured,no_relations" doc:"not_configured: its relations spread nothing; no_relations: it has none. Neither means that nothing depends on it."`
	Direction string          `json:"direction" enum:"down,up"`
	Start     GraphItem       `json:"start"`
	Reached   int             `json:"reached" doc:"Items that were reached and that I may see"`
	Hidden    int             `json:"hidden" doc:"Items that were reached and that I may not see"`
	Failing   int             `json:"failing" doc:"Of all that were reached"`
	AtRisk    int             `json:"at_risk" doc:"Of all that were reached"`
	Nodes     []ImpactNode    `json:"nodes" doc:"The first of them, in the order of rounds"`
	Services  []ImpactNode    `json:"services" doc:"All services among them"`
	Edges     []GraphEdge     `json:"edges" doc:"Between the start, nodes and services"`
	ByClass   []ClassCount    `json:"by_class"`
	Cut       *ImpactCut      `json:"cut"`
	Freshness ImpactFreshness `json:"freshness"`
}

type impactInput struct {
	Number    string `path:"number" maxLength:"40"`
	Direction string `query:"direction" enum:"down,up" default:"down" doc:"down: what fails with it; up: what it depends on"`
	Depth     int    `query:"depth" minimum:"1" maximum:"20" default:"6"`
	Limit     int    `query:"limit" minimum:"1" maximum:"2000" default:"200" doc:"How many nodes are shown; all are counted"`
	Moment
}

func (d *Desk) impact(ctx context.Context, in *impactInput) (*rest.Body[Impact], error) {
	m, err := in.parse()
	if err != nil {
		return nil, err
	}
	a, err := d.Impact.Impact(ctx, impact.Query{Number: in.Number, Direction: impact.Direction(in.Direction), Depth: in.Depth, Limit: in.Limit, Moment: m})
	if err != nil {
		return nil, err
	}
	site, err := d.sites(ctx)
	if err != nil {
		return nil, err
	}
	v := view{a, site}
	out := Impact{State: string(a.State), Direction: in.Direction, Start: v.item(a.Start), Reached: a.Reached, Hidden: a.Hidden, Failing: a.Failing, AtRisk: a.AtRisk,
		Nodes: v.nodes(a.Shown), Services: v.nodes(a.Services), Edges: []GraphEdge{}, ByClass: []ClassCount{}, Cut: cut(a.Walk.Cut), Freshness: ImpactFreshness{a.Unverified, a.Reached}}
	for _, t := range a.ShownTies() {
		e := impact.Edge{From: t.Provider, To: t.Dependent, Type: t.Type, Redundancy: t.Redundancy, Needed: t.Needed}
		if !t.Forth {
			e.From, e.To = t.Dependent, t.Provider
		}
		out.Edges = append(out.Edges, v.edge(e))
	}
	for _, c := range a.Model.Classes {
		if n := a.ByClass[c.Key]; n > 0 {
			out.ByClass = append(out.ByClass, ClassCount{c.Key, c.Label, n})
		}
	}
	return &rest.Body[Impact]{Body: out}, nil
}

// view shows the items of an answer.
type view struct {
	impact.Answer
	site func(domain.SiteID) *string
}

func (v view) item(i impact.Item) GraphItem {
	out := GraphItem{Number: i.Number, Name: i.Name, Class: i.Class, ClassLabel: classLabel(v.Model, i.Class), Status: i.Status, StatusLabel: statusLabel(i.Status),
		Environment: rest.Opt(i.Environment), Site: v.site(i.Site), StaleDays: i.StaleDays(v.Now), Service: v.Model.IsA(i.Class, "service")}
	if i.Criticality > 0 {
		out.Criticality = &i.Criticality
	}
	return out
}

// step names an item, which was reached by a tie, or the one before it.
func (v view) step(id domain.CIID, via impact.Tie, from domain.CIID) ImpactStep {
	// The label reads from the item that was reached; the relation reads from its own first item.
	first := via.Dependent
	if via.Forth {
		first = via.Provider
	}
	s := ImpactStep{Relation: via.Type, Label: relationLabel(v.Model, via.Type, first == from), Redundancy: rest.Opt(via.Redundancy)}
	if i, ok := v.Items[id]; ok {
		s.Number, s.Name = &i.Number, &i.Name
	}
	return s
}

func (v view) nodes(list []impact.Reached) []ImpactNode {
	out := make([]ImpactNode, 0, len(list))
	for _, r := range list {
		before := r.Via.Provider + r.Via.Dependent - r.ID
		n := ImpactNode{GraphItem: v.item(v.Items[r.ID]), Level: r.Level, AtRisk: r.AtRisk, Via: v.step(before, r.Via, r.ID), Path: []ImpactStep{}}
		for _, p := range v.Walk.Path(r.ID) {
			n.Path = append(n.Path, v.step(p.ID, p.Via, p.ID))
		}
		out = append(out, n)
	}
	return out
}

func (v view) edge(e impact.Edge) GraphEdge {
	out := GraphEdge{From: v.Items[e.From].Number, To: v.Items[e.To].Number, Type: e.Type, Label: relationLabel(v.Model, e.Type, true), Redundancy: rest.Opt(e.Redundancy), Spreads: "none"}
	if e.Needed > 0 {
		out.Needed = &e.Needed
	}
	switch r, _ := v.Model.Relation(e.Type); {
	case r.Forth && r.Back:
		out.Spreads = "both"
	case r.Forth:
		out.Spreads = "forth"
	case r.Back:
		out.Spreads = "back"
	}
	return out
}

func cut(c *impact.Cut) *ImpactCut {
	if c == nil {
		return nil
	}
	text := map[string]string{impact.CutDepth: "The walk ended after this many steps; there may be more behind it.",
		impact.CutItems:     "The walk ended at as many items as one answer holds; there are more.",
		impact.CutRelations: "One step has more relations than one answer reads; there are more."}[c.Why]
	return &ImpactCut{Why: c.Why, Level: c.Level, Items: c.Items, Text: text}
}

// Neighbourhood is everything around an item, whether or not a failure spreads that way.
type Neighbourhood struct {
	Start  GraphItem   `json:"start"`
	Nodes  []Neighbour `json:"nodes" doc:"With the start, in the order of steps"`
	Edges  []GraphEdge `json:"edges"`
	Hidden int         `json:"hidden" doc:"Neighbours that I may not see"`
	Cut    *ImpactCut  `json:"cut"`
}

// Neighbour is an item in the neighbourhood of another.
type Neighbour struct {
	GraphItem
	Level int `json:"level" doc:"In so many steps"`
}

type graphInput struct {
	Number string `path:"number" maxLength:"40"`
	Depth  int    `query:"depth" minimum:"1" maximum:"3" default:"1"`
	Moment
}

func (d *Desk) graph(ctx context.Context, in *graphInput) (*rest.Body[Neighbourhood], error) {
	m, err := in.parse()
	if err != nil {
		return nil, err
	}
	n, err := d.Impact.Around(ctx, in.Number, in.Depth, m)
	if err != nil {
		return nil, err
	}
	site, err := d.sites(ctx)
	if err != nil {
		return nil, err
	}
	v := view{impact.Answer{Model: n.Model, Items: n.Items, Now: n.Now}, site}
	out := Neighbourhood{Start: v.item(n.Start), Nodes: []Neighbour{}, Edges: []GraphEdge{}, Hidden: n.Hidden, Cut: cut(n.Cut)}
	for _, id := range n.Order {
		out.Nodes = append(out.Nodes, Neighbour{v.item(n.Items[id]), n.Level[id]})
	}
	for _, e := range n.Edges {
		out.Edges = append(out.Edges, v.edge(e))
	}
	return &rest.Body[Neighbourhood]{Body: out}, nil
}
