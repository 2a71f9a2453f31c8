package v1

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/markdown"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Incident is an incident's page.
type Incident struct {
	Record
	CloseCode        *string   `json:"close_code"`
	Resolution       *string   `json:"resolution" doc:"Markdown"`
	ResolutionHTML   *string   `json:"resolution_html"`
	PendingReason    *string   `json:"pending_reason"`
	PriorityOverride *Override `json:"priority_override"`
	MajorReason      *string   `json:"major_reason"`
	ReopenCount      int       `json:"reopen_count"`
	ReassignCount    int       `json:"reassign_count"`
}

// Override is a priority other than impact and urgency give.
type Override struct {
	By     who.Person `json:"by"`
	Reason string     `json:"reason"`
}

func (d *Desk) incidentRoutes(b *route.Book) {
	route.Add(b, "create-incident", d.createIncident)
	route.Add(b, "get-incident", d.getIncident)
	route.Add(b, "amend-incident", d.amendIncident)
	route.Add(b, "move-incident", d.moveIncident)
	route.Add(b, "override-priority", d.overridePriority)
	route.Add(b, "restore-priority", d.restorePriority)
	route.Add(b, "declare-major", d.declareMajor)
}

func (d *Desk) incident(ctx context.Context, i incident.Incident) (*rest.Versioned[Incident], error) {
	s, err := d.scene(ctx, i.Ticket, []domain.UserID{i.Facet.OverrideBy})
	if err != nil {
		return nil, err
	}
	f := i.Facet
	moves := d.moves(ctx, incident.Flow, d.Incidents.Moves(i), s)
	out := Incident{Record: d.record(ctx, i.Ticket, s, facets{incidents: map[domain.TicketID]incident.Facet{i.Ticket.ID: f}}, moves),
		CloseCode: rest.Opt(f.CloseCode), Resolution: rest.Opt(f.Resolution), ResolutionHTML: rest.Opt(markdown.HTML(f.Resolution)), PendingReason: rest.Opt(f.PendingReason),
		MajorReason: rest.Opt(f.MajorReason), ReopenCount: f.ReopenCount, ReassignCount: f.ReassignCount}
	if f.PriorityOverride != nil {
		out.PriorityOverride = &Override{By: s.cast.One(f.OverrideBy), Reason: f.OverrideReason}
	}
	return &rest.Versioned[Incident]{ETag: rest.ETag(i.Ticket.Version), Body: out}, nil
}

// incidentAfter composes an incident after a verb, also when that verb took it out of the sight of who asked.
func (d *Desk) incidentAfter(ctx context.Context, i incident.Incident, err error) (*rest.Versioned[Incident], error) {
	if err != nil {
		return nil, err
	}
	return d.incident(ctx, i)
}

type createIncidentInput struct {
	Body struct {
		Title          string             `json:"title"`
		Description    string             `json:"description,omitempty" doc:"Markdown"`
		Impact         int                `json:"impact" minimum:"1" maximum:"3" doc:"1 high to 3 low"`
		Urgency        int                `json:"urgency" minimum:"1" maximum:"3" doc:"1 high to 3 low"`
		Requester      rest.Maybe[string] `json:"requester,omitempty" doc:"A person's id; me by default"`
		Service        rest.Maybe[string] `json:"service,omitempty"`
		Classification rest.Maybe[string] `json:"classification,omitempty"`
		Team           rest.Maybe[string] `json:"team,omitempty" doc:"A team's id"`
		Assignee       rest.Maybe[string] `json:"assignee,omitempty" doc:"A person's id, or me"`
		ContactType    rest.Maybe[string] `json:"contact_type,omitempty"`
		CIs            []string           `json:"cis,omitempty" maxItems:"20" doc:"Numbers of the configuration items that it is about"`
	}
}

func (d *Desk) createIncident(ctx context.Context, in *createIncidentInput) (*rest.Versioned[Incident], error) {
	b := in.Body
	who, err := d.parties(ctx, b.Requester, b.Team, b.Assignee)
	if err != nil {
		return nil, err
	}
	var i incident.Incident
	err = d.DB.Do(ctx, func(ctx context.Context) error {
		i, err = d.Incidents.Report(ctx, incident.ReportInput{Title: b.Title, Description: b.Description, Impact: b.Impact, Urgency: b.Urgency, Requester: who.requester,
			Site: who.site, Service: b.Service.Or(""), Classification: b.Classification.Or(""), ContactType: b.ContactType.Or(""), Team: who.team, Assignee: who.assignee})
		if err != nil {
			return err
		}
		return d.Tickets.OpenAbout(ctx, &i.Ticket, b.CIs)
	})
	if err != nil {
		return nil, err
	}
	out, err := d.incident(ctx, i)
	if err == nil {
		out.Location = route.Prefix + "/incidents/" + i.Ticket.Number
	}
	return out, err
}

// parties are the people and the team that a new record names.
type parties struct {
	requester, assignee domain.UserID
	team                domain.TeamID
	site                domain.SiteID
}

func (d *Desk) parties(ctx context.Context, requester, team, assignee rest.Maybe[string]) (p parties, err error) {
	if p.requester, err = d.User(ctx, "body.requester", requester.Or("")); err != nil {
		return p, err
	}
	if p.team, err = d.Team(ctx, "body.team", team.Or("")); err != nil {
		return p, err
	}
	if p.assignee, err = d.User(ctx, "body.assignee", assignee.Or("")); err != nil {
		return p, err
	}
	if p.requester != 0 && p.requester != domain.ActorFrom(ctx).User {
		who, err := d.People.ByID(ctx, p.requester)
		if err != nil {
			return p, err
		}
		p.site = who.Site // a record belongs to the place of whom it is for
	}
	return p, nil
}

type getInput struct {
	rest.ByNumber
	rest.IfNoneMatch
}

func (d *Desk) getIncident(ctx context.Context, in *getInput) (*rest.Versioned[Incident], error) {
	i, err := d.Incidents.Get(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	if in.Unchanged(i.Ticket.Version) {
		return nil, rest.NotModified{Version: i.Ticket.Version}
	}
	return d.incident(ctx, i)
}

// patch is what all kinds let be amended; a field that is null or not given stays as it is.
type patch struct {
	title, description, service, classification rest.Maybe[string]
	requester                                   rest.Maybe[string]
	due                                         rest.Maybe[time.Time]
}

func (d *Desk) patch(ctx context.Context, in rest.ByNumber, p patch) (out ticket.Patch, err error) {
	out = ticket.Patch{Number: in.Number, Title: p.title.Value, Description: p.description.Value, Service: rest.OrEmpty(p.service),
		Classification: rest.OrEmpty(p.classification), DueAt: p.due.Value}
	if out.Version, err = in.Version(); err != nil {
		return out, err
	}
	if p.requester.Value != nil {
		out.Requester, err = d.UserPtr(ctx, "body.requester", p.requester)
	}
	return out, err
}

type amendIncidentInput struct {
	rest.ByNumber
	Body struct {
		Title          rest.Maybe[string]    `json:"title,omitempty"`
		Description    rest.Maybe[string]    `json:"description,omitempty"`
		Impact         rest.Maybe[int]       `json:"impact,omitempty"`
		Urgency        rest.Maybe[int]       `json:"urgency,omitempty"`
		Service        rest.Maybe[string]    `json:"service,omitempty"`
		Classification rest.Maybe[string]    `json:"classification,omitempty"`
		Requester      rest.Maybe[string]    `json:"requester,omitempty"`
		DueAt          rest.Maybe[time.Time] `json:"due_at,omitempty"`
	}
}

func (d *Desk) amendIncident(ctx context.Context, in *amendIncidentInput) (*rest.Versioned[Incident], error) {
	b := in.Body
	p, err := d.patch(ctx, in.ByNumber, patch{b.Title, b.Description, b.Service, b.Classification, b.Requester, b.DueAt})
	if err != nil {
		return nil, err
	}
	i, err := d.Incidents.Amend(ctx, incident.AmendInput{Patch: p, Impact: b.Impact.Value, Urgency: b.Urgency.Value})
	return d.incidentAfter(ctx, i, err)
}

// ByMove names a record and a move of its flow.
type ByMove struct {
	rest.ByNumber
	Event string `path:"event" maxLength:"40" example:"resolve"`
}

type moveIncidentInput struct {
	ByMove
	Body struct {
		Reason        string `json:"reason,omitempty"`
		Resolution    string `json:"resolution,omitempty" doc:"Markdown"`
		CloseCode     string `json:"close_code,omitempty"`
		PendingOn     string `json:"pending_on,omitempty" doc:"user, vendor, change or problem"`
		PendingReason string `json:"pending_reason,omitempty" doc:"The same as reason, for pend"`
		Comment       string `json:"comment,omitempty" doc:"A reply that goes with the move"`
	}
}

func (d *Desk) moveIncident(ctx context.Context, in *moveIncidentInput) (*rest.Versioned[Incident], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	b := in.Body
	if b.Reason == "" {
		b.Reason = b.PendingReason
	}
	i, err := d.Incidents.Move(ctx, incident.MoveInput{Number: in.Number, Version: version, Event: in.Event, Reason: b.Reason, Resolution: b.Resolution,
		CloseCode: b.CloseCode, PendingOn: b.PendingOn, Comment: b.Comment})
	return d.incidentAfter(ctx, i, err)
}

type priorityInput struct {
	rest.ByNumber
	Body struct {
		Priority int    `json:"priority" minimum:"1" maximum:"4"`
		Reason   string `json:"reason"`
	}
}

func (d *Desk) overridePriority(ctx context.Context, in *priorityInput) (*rest.Versioned[Incident], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	i, err := d.Incidents.OverridePriority(ctx, in.Number, version, &in.Body.Priority, in.Body.Reason)
	return d.incidentAfter(ctx, i, err)
}

func (d *Desk) restorePriority(ctx context.Context, in *struct{ rest.ByNumber }) (*rest.Versioned[Incident], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	i, err := d.Incidents.OverridePriority(ctx, in.Number, version, nil, "")
	return d.incidentAfter(ctx, i, err)
}

type reasonInput struct {
	rest.ByNumber
	Body rest.Why
}

func (d *Desk) declareMajor(ctx context.Context, in *reasonInput) (*rest.Versioned[Incident], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	i, err := d.Incidents.DeclareMajor(ctx, in.Number, version, in.Body.Reason)
	return d.incidentAfter(ctx, i, err)
}
