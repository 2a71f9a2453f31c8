package v1

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Row is a record as lists show it.
type Row struct {
	Number         string      `json:"number" example:"INC-000123"`
	Kind           string      `json:"kind" enum:"incident,request,problem,change"`
	Title          string      `json:"title"`
	State          string      `json:"state"`
	StateLabel     string      `json:"state_label"`
	Category       string      `json:"category" enum:"open,waiting,done,cancelled"`
	Tone           string      `json:"tone" enum:"new,progress,waiting,done,closed,refused" doc:"How the state looks"`
	Priority       int         `json:"priority" minimum:"1" maximum:"4" doc:"1 critical to 4 low"`
	Impact         *int        `json:"impact,omitempty" doc:"1 high to 3 low; incidents"`
	Urgency        *int        `json:"urgency,omitempty" doc:"1 high to 3 low; incidents"`
	Requester      *who.Person `json:"requester"`
	Assignee       *who.Person `json:"assignee"`
	Team           *who.Team   `json:"team"`
	Service        *string     `json:"service"`
	Classification *string     `json:"classification"`
	ContactType    *string     `json:"contact_type"`
	PendingOn      *string     `json:"pending_on" doc:"user, vendor, change or problem; incidents that wait"`
	OpenedAt       time.Time   `json:"opened_at"`
	UpdatedAt      time.Time   `json:"updated_at"`
	ResolvedAt     *time.Time  `json:"resolved_at"`
	ClosedAt       *time.Time  `json:"closed_at"`
	DueAt          *time.Time  `json:"due_at"`
	Version        int64       `json:"version"`
	Major          bool        `json:"major"`
	Risk           *string     `json:"risk,omitempty" doc:"Changes"`
	PlannedStart   *time.Time  `json:"planned_start,omitempty" doc:"Changes"`
	PlannedEnd     *time.Time  `json:"planned_end,omitempty" doc:"Changes"`
	Highlights     []Highlight `json:"highlights,omitempty" doc:"Search only: where the words are"`
}

// Highlight is one place in which words were found, as HTML with <mark> around them.
type Highlight struct {
	Field string `json:"field" enum:"title,description,comment,number,person"`
	HTML  string `json:"html"`
}

// Queue is a standing list and how much is in it.
type Queue struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	Count  int64  `json:"count"`
	Capped bool   `json:"capped" doc:"There are more than can be counted at once"`
}

// tone is how a state looks.
func tone(m flow.Machine, state string) string {
	s, _ := m.State(state)
	switch {
	case state == m.Initial:
		return "new"
	case s.Category == flow.Waiting:
		return "waiting"
	case s.Category == flow.Cancelled:
		return "refused"
	case s.Category == flow.Done && s.Final:
		return "closed"
	case s.Category == flow.Done:
		return "done"
	}
	return "progress"
}

func stateLabel(m flow.Machine, state string) string {
	if s, ok := m.State(state); ok {
		return s.Label
	}
	return state
}

// facets is what lists show of the kinds' own parts.
type facets struct {
	incidents map[domain.TicketID]incident.Facet
	requests  map[domain.TicketID]request.Facet
	changes   map[domain.TicketID]changes.Facet
}

// rows composes the rows of many records with a fixed number of queries.
func (d *Desk) rows(ctx context.Context, tickets []ticket.Ticket) ([]Row, error) {
	var f facets
	var inc, req, chg []domain.TicketID
	var users []domain.UserID
	var teams []domain.TeamID
	for _, t := range tickets {
		users, teams = append(users, t.RequesterID, t.AssigneeID), append(teams, t.TeamID)
		switch t.Kind {
		case domain.KindIncident:
			inc = append(inc, t.ID)
		case domain.KindRequest:
			req = append(req, t.ID)
		case domain.KindChange:
			chg = append(chg, t.ID)
		}
	}
	var err error
	if f.incidents, err = d.Incidents.Facets(ctx, inc); err != nil {
		return nil, err
	}
	if f.requests, err = d.Requests.Facets(ctx, req); err != nil {
		return nil, err
	}
	if f.changes, err = d.Changes.Facets(ctx, chg); err != nil {
		return nil, err
	}
	c, err := d.Cast(ctx, users, teams...)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(tickets))
	for i, t := range tickets {
		out[i] = d.row(t, c, f)
	}
	return out, nil
}

func (d *Desk) row(t ticket.Ticket, c who.Cast, f facets) Row {
	m := d.Tickets.Machine(t.Kind)
	r := Row{Number: t.Number, Kind: string(t.Kind), Title: t.Title, State: t.State, StateLabel: stateLabel(m, t.State), Category: string(t.Category),
		Tone: tone(m, t.State), Priority: t.Priority, Requester: c.Person(t.RequesterID), Assignee: c.Person(t.AssigneeID), Team: c.Team(t.TeamID),
		Service: rest.Opt(t.Service), Classification: rest.Opt(t.Classification), OpenedAt: t.OpenedAt, UpdatedAt: t.UpdatedAt, ResolvedAt: t.ResolvedAt,
		ClosedAt: t.ClosedAt, DueAt: t.DueAt, Version: t.Version}
	if i, ok := f.incidents[t.ID]; ok {
		r.Impact, r.Urgency, r.ContactType, r.PendingOn, r.Major = &i.Impact, &i.Urgency, rest.Opt(i.ContactType), rest.Opt(i.PendingOn), i.Major
	}
	if q, ok := f.requests[t.ID]; ok {
		r.ContactType = rest.Opt(q.ContactType)
	}
	if g, ok := f.changes[t.ID]; ok {
		risk := string(g.Risk)
		r.Risk, r.PlannedStart, r.PlannedEnd = &risk, g.PlannedStart, g.PlannedEnd
	}
	return r
}

// ListInput is the one grammar of all lists; package ticket reads it, so that an unknown name is refused.
type ListInput struct {
	Kind           string `query:"kind" doc:"incident, request, problem or change"`
	Queue          string `query:"queue" doc:"mine, teams, unassigned, pending, open, recent, requested or all"`
	State          string `query:"state" doc:"States, with commas"`
	Category       string `query:"category" doc:"open, waiting, done, cancelled, with commas"`
	Priority       string `query:"priority" doc:"1 to 4, with commas"`
	Team           string `query:"team" doc:"A team's id"`
	Assignee       string `query:"assignee" doc:"A person's id, me or none"`
	Requester      string `query:"requester" doc:"A person's id or me"`
	Service        string `query:"service"`
	Classification string `query:"classification"`
	Risk           string `query:"risk"`
	Model          string `query:"model"`
	CI             string `query:"ci" doc:"The number of a configuration item that the records are about"`
	CIImpact       string `query:"ci_impact" doc:"The number of a configuration item: records about it or about what it depends on"`
	OpenedFrom     string `query:"opened_from"`
	OpenedTo       string `query:"opened_to"`
	UpdatedFrom    string `query:"updated_from"`
	UpdatedTo      string `query:"updated_to"`
	PlannedFrom    string `query:"planned_from"`
	PlannedTo      string `query:"planned_to"`
	Q              string `query:"q" doc:"Words that must all be there"`
	Sort           string `query:"sort" doc:"updated_at, opened_at, priority, due_at or number; - in front turns it round"`
	After          string `query:"after" doc:"The marker of a page"`
	Limit          string `query:"limit" doc:"1 to 200, 50 by default"`
	Count          string `query:"count" doc:"true: count all"`
}

func (d *Desk) listRoutes(b *route.Book) {
	route.Add(b, "list-tickets", d.listTickets)
	route.Add(b, "list-queues", d.listQueues)
	route.Add(b, "search", d.search)
	route.Add(b, "suggest-services", d.suggestServices)
	route.Add(b, "suggest-classifications", d.suggestClassifications)
	route.Add(b, "suggest-tickets", d.suggestTickets)
	route.Add(b, "ci-tickets", d.itemTickets)
}

func (d *Desk) listTickets(ctx context.Context, _ *ListInput) (*rest.Body[rest.Page[Row]], error) {
	query, err := url.ParseQuery(rest.Request(ctx).URL.RawQuery)
	if err != nil {
		return nil, problem.ErrMalformed.Because("The query cannot be read.")
	}
	f, err := ticket.ParseFilter(query)
	if err != nil {
		return nil, err
	}
	page, err := d.Tickets.List(ctx, f, d)
	if err != nil {
		return nil, err
	}
	rows, err := d.rows(ctx, page.Tickets)
	if err != nil {
		return nil, err
	}
	return &rest.Body[rest.Page[Row]]{Body: rest.Page[Row]{Items: rows, Next: rest.Opt(page.Next), Total: page.Total}}, nil
}

type itemTicketsInput struct {
	Number string `path:"number" maxLength:"40"`
	Scope  string `query:"scope" enum:"own,dependencies" default:"own" doc:"dependencies: also what it depends on, however far away"`
	Open   bool   `query:"open" default:"true" doc:"false: also what is done"`
	Kind   string `query:"kind" enum:"incident,request,problem,change"`
	After  string `query:"after" doc:"The marker of a page"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// ItemTickets is a page of the records about an item.
type ItemTickets struct {
	rest.Page[Row]
	About int  `json:"about" doc:"About so many items, this one and those it depends on"`
	Cut   bool `json:"cut" doc:"It depends on more items than were looked at"`
}

func (d *Desk) itemTickets(ctx context.Context, in *itemTicketsInput) (*rest.Body[ItemTickets], error) {
	c, err := d.CMDB.Get(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	f := ticket.Filter{Kind: domain.Kind(in.Kind), CI: c.Number, Sort: "-updated_at", After: in.After, Limit: in.Limit}
	if in.Open {
		f.Categories = []string{string(flow.Open), string(flow.Waiting)}
	}
	out := ItemTickets{About: 1}
	if in.Scope == "dependencies" {
		ids, cut, err := d.Impact.DependenciesOf(ctx, c.Number)
		if err != nil {
			return nil, err
		}
		f.CI, f.CIImpact, out.About, out.Cut = "", c.Number, len(ids), cut
	}
	page, err := d.Tickets.List(ctx, f, d)
	if err != nil {
		return nil, err
	}
	rows, err := d.rows(ctx, page.Tickets)
	if err != nil {
		return nil, err
	}
	out.Page = rest.Page[Row]{Items: rows, Next: rest.Opt(page.Next)}
	return &rest.Body[ItemTickets]{Body: out}, nil
}

type queuesInput struct {
	Kind string `query:"kind" enum:"incident,request,problem,change"`
}

func (d *Desk) listQueues(ctx context.Context, in *queuesInput) (*rest.Body[rest.Items[Queue]], error) {
	out := []Queue{}
	for _, q := range ticket.Queues {
		n, err := d.Tickets.Count(ctx, ticket.Filter{Kind: domain.Kind(in.Kind), Queue: q.Key, Sort: "-updated_at"}, d)
		if err != nil {
			return nil, err
		}
		out = append(out, Queue{Key: q.Key, Label: q.Label, Count: min(n, ticket.CountCap-1), Capped: n >= ticket.CountCap})
	}
	return rest.List(out), nil
}

type searchInput struct {
	Q     string `query:"q" required:"true" maxLength:"300" doc:"Words that must all be there; the last one may be the beginning of a word"`
	Kind  string `query:"kind" enum:"incident,request,problem,change"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
}

func (d *Desk) search(ctx context.Context, in *searchInput) (*rest.Body[rest.Page[Row]], error) {
	hits, err := d.Tickets.Search(ctx, in.Q, domain.Kind(in.Kind), in.Limit)
	if err != nil {
		return nil, err
	}
	tickets := make([]ticket.Ticket, len(hits))
	for i, h := range hits {
		tickets[i] = h.Ticket
	}
	rows, err := d.rows(ctx, tickets)
	if err != nil {
		return nil, err
	}
	for i, h := range hits {
		for _, hl := range h.Highlights {
			rows[i].Highlights = append(rows[i].Highlights, Highlight(hl))
		}
	}
	return &rest.Body[rest.Page[Row]]{Body: rest.Page[Row]{Items: rows}}, nil
}

type suggestInput struct {
	Q string `query:"q" maxLength:"100"`
}

// Suggestion is one choice: the text that a field takes.
type Suggestion struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// suggestPages and suggestMost bound what a suggestion looks through and gives.
const (
	suggestPages = 3
	suggestMost  = 20
)

// suggest collects the values of a field from the records that were changed last among those that the actor may
// see: what is hidden from them does not show in a suggestion either.
func (d *Desk) suggest(ctx context.Context, q string, field func(ticket.Ticket) string) (*rest.Body[rest.Items[Suggestion]], error) {
	f := ticket.Filter{Sort: "-updated_at", Limit: ticket.MaxPage}
	q = strings.ToLower(strings.TrimSpace(q))
	seen, out := map[string]bool{}, []Suggestion{}
	for range suggestPages {
		page, err := d.Tickets.List(ctx, f, d)
		if err != nil {
			return nil, err
		}
		for _, t := range page.Tickets {
			v := field(t)
			if v == "" || seen[v] || !strings.Contains(strings.ToLower(v), q) || len(out) >= suggestMost {
				continue
			}
			seen[v] = true
			out = append(out, Suggestion{ID: v, Name: v})
		}
		if f.After = page.Next; f.After == "" || len(out) >= suggestMost {
			break
		}
	}
	return rest.List(out), nil
}

func (d *Desk) suggestServices(ctx context.Context, in *suggestInput) (*rest.Body[rest.Items[Suggestion]], error) {
	return d.suggest(ctx, in.Q, func(t ticket.Ticket) string { return t.Service })
}

func (d *Desk) suggestClassifications(ctx context.Context, in *suggestInput) (*rest.Body[rest.Items[Suggestion]], error) {
	return d.suggest(ctx, in.Q, func(t ticket.Ticket) string { return t.Classification })
}

func (d *Desk) suggestTickets(ctx context.Context, in *suggestInput) (*rest.Body[rest.Items[Other]], error) {
	if strings.TrimSpace(in.Q) == "" {
		return rest.List([]Other{}), nil
	}
	hits, err := d.Tickets.Search(ctx, in.Q, "", suggestMost)
	if err != nil {
		return nil, err
	}
	out := []Other{}
	for _, h := range hits {
		out = append(out, d.other(h.Ticket))
	}
	return rest.List(out), nil
}
