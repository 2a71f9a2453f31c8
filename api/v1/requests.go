package v1

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/markdown"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Request is a service request's page.
type Request struct {
	Record
	Fulfilment *string `json:"fulfilment" doc:"What was delivered, Markdown"`
	Tasks      []Task  `json:"tasks"`
}

// Task is one step of fulfilment.
type Task struct {
	ID         string      `json:"id"`
	Number     string      `json:"number" example:"TSK-000001"`
	Title      string      `json:"title"`
	State      string      `json:"state"`
	StateLabel string      `json:"state_label"`
	Tone       string      `json:"tone"`
	Assignee   *who.Person `json:"assignee"`
	Team       *who.Team   `json:"team"`
	Position   int         `json:"position"`
	Moves      []Move      `json:"moves"`
}

// Problem is a problem's page.
type Problem struct {
	Record
	Workaround     *string    `json:"workaround" doc:"Markdown"`
	WorkaroundHTML *string    `json:"workaround_html"`
	RootCause      *string    `json:"root_cause" doc:"Markdown"`
	RootCauseHTML  *string    `json:"root_cause_html"`
	Resolution     *string    `json:"resolution" doc:"Markdown"`
	ResolutionHTML *string    `json:"resolution_html"`
	KnownErrorAt   *time.Time `json:"known_error_at"`
	Incidents      []Other    `json:"incidents" doc:"The incidents that it causes"`
}

func (d *Desk) requestRoutes(b *route.Book) {
	route.Add(b, "create-request", d.createRequest)
	route.Add(b, "get-request", d.getRequest)
	route.Add(b, "amend-request", d.amendRequest)
	route.Add(b, "move-request", d.moveRequest)
	route.Add(b, "add-task", d.addTask)
	route.Add(b, "move-task", d.moveTask)
	route.Add(b, "create-problem", d.createProblem)
	route.Add(b, "get-problem", d.getProblem)
	route.Add(b, "amend-problem", d.amendProblem)
	route.Add(b, "move-problem", d.moveProblem)
}

func (d *Desk) request(ctx context.Context, r request.Request, err error) (*rest.Versioned[Request], error) {
	if err != nil {
		return nil, err
	}
	var people []domain.UserID
	var teams []domain.TeamID
	for _, t := range r.Tasks {
		people, teams = append(people, t.AssigneeID), append(teams, t.TeamID)
	}
	s, err := d.scene(ctx, r.Ticket, people, teams...)
	if err != nil {
		return nil, err
	}
	out := Request{Record: d.record(ctx, r.Ticket, s, facets{requests: map[domain.TicketID]request.Facet{r.Ticket.ID: r.Facet}}, d.moves(ctx, request.Flow, d.Requests.Moves(r), s)),
		Fulfilment: rest.Opt(r.Facet.Fulfilment), Tasks: []Task{}}
	for _, t := range r.Tasks {
		out.Tasks = append(out.Tasks, d.task(ctx, t, s.cast, s))
	}
	return &rest.Versioned[Request]{ETag: rest.ETag(r.Ticket.Version), Body: out}, nil
}

// task composes a task. Its moves take the right to amend the request.
func (d *Desk) task(ctx context.Context, t request.Task, c who.Cast, s scene) Task {
	offers := request.TaskFlow.Offer(t.State, nil)
	for i := range offers {
		offers[i].Move.Action = "request.amend"
	}
	return Task{ID: t.Number, Number: t.Number, Title: t.Title, State: t.State, StateLabel: stateLabel(request.TaskFlow, t.State), Tone: tone(request.TaskFlow, t.State),
		Assignee: c.Person(t.AssigneeID), Team: c.Team(t.TeamID), Position: t.Position, Moves: d.moves(ctx, request.TaskFlow, offers, s)}
}

// titles are what the tasks of a request are called, by number; other records have none.
func (d *Desk) titles(ctx context.Context, t ticket.Ticket) (map[string]string, error) {
	if t.Kind != domain.KindRequest {
		return nil, nil
	}
	tasks, err := d.Requests.Tasks(ctx, t.ID)
	titles := make(map[string]string, len(tasks))
	for _, task := range tasks {
		titles[task.Number] = task.Title
	}
	return titles, err
}

type createRequestInput struct {
	Body struct {
		Title          string             `json:"title"`
		Description    string             `json:"description,omitempty" doc:"Markdown"`
		Priority       int                `json:"priority,omitempty" minimum:"1" maximum:"4" doc:"Instead of impact and urgency; 3 by default"`
		Impact         int                `json:"impact,omitempty" minimum:"1" maximum:"3" doc:"With urgency, gives the priority"`
		Urgency        int                `json:"urgency,omitempty" minimum:"1" maximum:"3"`
		Requester      rest.Maybe[string] `json:"requester,omitempty" doc:"A person's id; me by default"`
		Service        rest.Maybe[string] `json:"service,omitempty"`
		Classification rest.Maybe[string] `json:"classification,omitempty"`
		Team           rest.Maybe[string] `json:"team,omitempty"`
		Assignee       rest.Maybe[string] `json:"assignee,omitempty"`
		ContactType    rest.Maybe[string] `json:"contact_type,omitempty" doc:"How it came in"`
		CIs            []string           `json:"cis,omitempty" maxItems:"20" doc:"Numbers of the configuration items that it is about"`
	}
}

func (d *Desk) createRequest(ctx context.Context, in *createRequestInput) (*rest.Versioned[Request], error) {
	b := in.Body
	who, err := d.parties(ctx, b.Requester, b.Team, b.Assignee)
	if err != nil {
		return nil, err
	}
	if b.Priority == 0 && (b.Impact != 0 || b.Urgency != 0) {
		if b.Priority, err = ticket.PriorityOf(b.Impact, b.Urgency); err != nil {
			return nil, err
		}
	}
	var r request.Request
	err = d.DB.Do(ctx, func(ctx context.Context) error {
		r, err = d.Requests.Submit(ctx, request.SubmitInput{Title: b.Title, Description: b.Description, Priority: b.Priority, Requester: who.requester, Site: who.site,
			Service: b.Service.Or(""), Classification: b.Classification.Or(""), Team: who.team, Assignee: who.assignee, ContactType: b.ContactType.Or("")})
		if err != nil {
			return err
		}
		return d.Tickets.OpenAbout(ctx, &r.Ticket, b.CIs)
	})
	out, err := d.request(ctx, r, err)
	if err == nil {
		out.Location = route.Prefix + "/requests/" + r.Ticket.Number
	}
	return out, err
}

func (d *Desk) getRequest(ctx context.Context, in *getInput) (*rest.Versioned[Request], error) {
	r, err := d.Requests.Get(ctx, in.Number)
	if err == nil && in.Unchanged(r.Ticket.Version) && len(r.Tasks) == 0 { // tasks have versions of their own
		return nil, rest.NotModified{Version: r.Ticket.Version}
	}
	return d.request(ctx, r, err)
}

type amendRequestInput struct {
	rest.ByNumber
	Body struct {
		Title          rest.Maybe[string]    `json:"title,omitempty"`
		Description    rest.Maybe[string]    `json:"description,omitempty"`
		Priority       rest.Maybe[int]       `json:"priority,omitempty"`
		Service        rest.Maybe[string]    `json:"service,omitempty"`
		Classification rest.Maybe[string]    `json:"classification,omitempty"`
		Requester      rest.Maybe[string]    `json:"requester,omitempty"`
		DueAt          rest.Maybe[time.Time] `json:"due_at,omitempty"`
		Fulfilment     rest.Maybe[string]    `json:"fulfilment,omitempty"`
	}
}

func (d *Desk) amendRequest(ctx context.Context, in *amendRequestInput) (*rest.Versioned[Request], error) {
	b := in.Body
	p, err := d.patch(ctx, in.ByNumber, patch{b.Title, b.Description, b.Service, b.Classification, b.Requester, b.DueAt})
	if err != nil {
		return nil, err
	}
	r, err := d.Requests.Amend(ctx, request.AmendInput{Patch: p, Priority: b.Priority.Value, Fulfilment: b.Fulfilment.Value})
	return d.request(ctx, r, err)
}

type moveRequestInput struct {
	ByMove
	Body struct {
		Reason     string `json:"reason,omitempty"`
		Fulfilment string `json:"fulfilment,omitempty" doc:"What was delivered, Markdown"`
		Comment    string `json:"comment,omitempty" doc:"A reply that goes with the move"`
	}
}

func (d *Desk) moveRequest(ctx context.Context, in *moveRequestInput) (*rest.Versioned[Request], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	var r request.Request
	err = d.withComment(ctx, in.Number, in.Body.Comment, func(ctx context.Context) error {
		r, err = d.Requests.Move(ctx, request.MoveInput{Number: in.Number, Version: version, Event: in.Event, Reason: in.Body.Reason, Fulfilment: in.Body.Fulfilment})
		return err
	})
	if err == nil && in.Body.Comment != "" {
		r, err = d.Requests.Get(ctx, in.Number)
	}
	return d.request(ctx, r, err)
}

// withComment makes a move and the reply that goes with it one unit of work.
func (d *Desk) withComment(ctx context.Context, number, comment string, move func(ctx context.Context) error) error {
	if comment == "" {
		return move(ctx)
	}
	return d.DB.Do(ctx, func(ctx context.Context) error {
		if err := move(ctx); err != nil {
			return err
		}
		_, err := d.Tickets.Comment(ctx, ticket.CommentInput{Number: number, Body: comment})
		return err
	})
}

type addTaskInput struct {
	rest.ByNumber
	Body struct {
		Title    string             `json:"title"`
		Team     rest.Maybe[string] `json:"team,omitempty"`
		Assignee rest.Maybe[string] `json:"assignee,omitempty"`
	}
}

func (d *Desk) addTask(ctx context.Context, in *addTaskInput) (*rest.Versioned[Request], error) {
	who, err := d.parties(ctx, rest.Maybe[string]{}, in.Body.Team, in.Body.Assignee)
	if err != nil {
		return nil, err
	}
	if _, err := d.Requests.AddTask(ctx, request.TaskInput{Number: in.Number, Title: in.Body.Title, Team: who.team, Assignee: who.assignee}); err != nil {
		return nil, err
	}
	r, err := d.Requests.Get(ctx, in.Number)
	return d.request(ctx, r, err)
}

type moveTaskInput struct {
	ByMove
	Body struct {
		Reason string `json:"reason,omitempty"`
	}
}

func (d *Desk) moveTask(ctx context.Context, in *moveTaskInput) (*rest.Body[Task], error) {
	t, err := d.Requests.MoveTask(ctx, request.TaskMoveInput{Number: in.Number, Event: in.Event, Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	parents, err := d.Tickets.ByIDs(ctx, []domain.TicketID{t.TicketID})
	if err != nil {
		return nil, err
	}
	parent := parents[t.TicketID]
	roles, err := d.Tickets.Participants(ctx, parent)
	if err != nil {
		return nil, err
	}
	c, err := d.Cast(ctx, []domain.UserID{t.AssigneeID}, t.TeamID)
	if err != nil {
		return nil, err
	}
	return &rest.Body[Task]{Body: d.task(ctx, t, c, scene{ticket: parent, roles: roles})}, nil
}

func (d *Desk) problem(ctx context.Context, p problem.Problem, err error) (*rest.Versioned[Problem], error) {
	if err != nil {
		return nil, err
	}
	s, err := d.scene(ctx, p.Ticket, nil)
	if err != nil {
		return nil, err
	}
	f := p.Facet
	out := Problem{Record: d.record(ctx, p.Ticket, s, facets{}, d.moves(ctx, problem.Flow, d.Problems.Moves(p), s)),
		Workaround: rest.Opt(f.Workaround), WorkaroundHTML: rest.Opt(markdown.HTML(f.Workaround)), RootCause: rest.Opt(f.RootCause), RootCauseHTML: rest.Opt(markdown.HTML(f.RootCause)),
		Resolution: rest.Opt(f.Resolution), ResolutionHTML: rest.Opt(markdown.HTML(f.Resolution)), KnownErrorAt: f.KnownErrorAt, Incidents: []Other{}}
	for _, l := range out.Links {
		if l.Kind == "causes" && l.Other.Kind == string(domain.KindIncident) {
			out.Incidents = append(out.Incidents, l.Other)
		}
	}
	return &rest.Versioned[Problem]{ETag: rest.ETag(p.Ticket.Version), Body: out}, nil
}

type createProblemInput struct {
	Body struct {
		Title          string             `json:"title"`
		Description    string             `json:"description,omitempty" doc:"Markdown"`
		Impact         int                `json:"impact" minimum:"1" maximum:"3" doc:"With urgency, gives the priority"`
		Urgency        int                `json:"urgency" minimum:"1" maximum:"3"`
		Service        rest.Maybe[string] `json:"service,omitempty"`
		Classification rest.Maybe[string] `json:"classification,omitempty"`
		Team           rest.Maybe[string] `json:"team,omitempty"`
		Assignee       rest.Maybe[string] `json:"assignee,omitempty"`
		Workaround     string             `json:"workaround,omitempty" doc:"Markdown"`
		RootCause      string             `json:"root_cause,omitempty" doc:"Markdown"`
		CIs            []string           `json:"cis,omitempty" maxItems:"20" doc:"Numbers of the configuration items that it is about"`
	}
}

func (d *Desk) createProblem(ctx context.Context, in *createProblemInput) (*rest.Versioned[Problem], error) {
	b := in.Body
	who, err := d.parties(ctx, rest.Maybe[string]{}, b.Team, b.Assignee)
	if err != nil {
		return nil, err
	}
	var p problem.Problem
	err = d.DB.Do(ctx, func(ctx context.Context) error {
		p, err = d.Problems.Detect(ctx, problem.DetectInput{Title: b.Title, Description: b.Description, Impact: b.Impact, Urgency: b.Urgency, Service: b.Service.Or(""),
			Classification: b.Classification.Or(""), Team: who.team, Assignee: who.assignee, Workaround: b.Workaround, RootCause: b.RootCause})
		if err != nil {
			return err
		}
		return d.Tickets.OpenAbout(ctx, &p.Ticket, b.CIs)
	})
	out, err := d.problem(ctx, p, err)
	if err == nil {
		out.Location = route.Prefix + "/problems/" + p.Ticket.Number
	}
	return out, err
}

func (d *Desk) getProblem(ctx context.Context, in *getInput) (*rest.Versioned[Problem], error) {
	p, err := d.Problems.Get(ctx, in.Number)
	if err == nil && in.Unchanged(p.Ticket.Version) {
		return nil, rest.NotModified{Version: p.Ticket.Version}
	}
	return d.problem(ctx, p, err)
}

type amendProblemInput struct {
	rest.ByNumber
	Body struct {
		Title          rest.Maybe[string]    `json:"title,omitempty"`
		Description    rest.Maybe[string]    `json:"description,omitempty"`
		Priority       rest.Maybe[int]       `json:"priority,omitempty"`
		Service        rest.Maybe[string]    `json:"service,omitempty"`
		Classification rest.Maybe[string]    `json:"classification,omitempty"`
		Requester      rest.Maybe[string]    `json:"requester,omitempty"`
		DueAt          rest.Maybe[time.Time] `json:"due_at,omitempty"`
		Workaround     rest.Maybe[string]    `json:"workaround,omitempty"`
		RootCause      rest.Maybe[string]    `json:"root_cause,omitempty"`
	}
}

func (d *Desk) amendProblem(ctx context.Context, in *amendProblemInput) (*rest.Versioned[Problem], error) {
	b := in.Body
	p, err := d.patch(ctx, in.ByNumber, patch{b.Title, b.Description, b.Service, b.Classification, b.Requester, b.DueAt})
	if err != nil {
		return nil, err
	}
	out, err := d.Problems.Amend(ctx, problem.AmendInput{Patch: p, Priority: b.Priority.Value, Workaround: b.Workaround.Value, RootCause: b.RootCause.Value})
	return d.problem(ctx, out, err)
}

type moveProblemInput struct {
	ByMove
	Body struct {
		Reason     string `json:"reason,omitempty"`
		Resolution string `json:"resolution,omitempty" doc:"Markdown"`
		Comment    string `json:"comment,omitempty" doc:"A reply that goes with the move"`
	}
}

func (d *Desk) moveProblem(ctx context.Context, in *moveProblemInput) (*rest.Versioned[Problem], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	var p problem.Problem
	err = d.withComment(ctx, in.Number, in.Body.Comment, func(ctx context.Context) error {
		p, err = d.Problems.Move(ctx, problem.MoveInput{Number: in.Number, Version: version, Event: in.Event, Reason: in.Body.Reason, Resolution: in.Body.Resolution})
		return err
	})
	if err == nil && in.Body.Comment != "" {
		p, err = d.Problems.Get(ctx, in.Number)
	}
	return d.problem(ctx, p, err)
}
