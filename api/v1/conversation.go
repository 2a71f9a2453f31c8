package v1

import (
	"context"
	"net/http"
	"slices"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/incident"
	desk_problem "github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

func (d *Desk) conversationRoutes(b *route.Book) {
	route.Add(b, "bulk", d.bulk)
	route.Add(b, "timeline", d.timeline)
	route.Add(b, "comment", d.comment)
	route.Add(b, "assign", d.assign)
	route.Add(b, "watch", d.watch)
	route.Add(b, "unwatch", d.unwatch)
	route.Add(b, "link", d.link)
	route.Add(b, "unlink", d.unlink)
	route.Add(b, "attach", d.attach)
	route.Add(b, "download", d.download)
}

type commentInput struct {
	Number string `path:"number" maxLength:"40"`
	Body   struct {
		Body     string `json:"body" doc:"Markdown"`
		Internal bool   `json:"internal,omitempty" doc:"A note that only those see who work on the record"`
	}
}

func (d *Desk) comment(ctx context.Context, in *commentInput) (*rest.Body[Entry], error) {
	c, err := d.Tickets.Comment(ctx, ticket.CommentInput{Number: in.Number, Body: in.Body.Body, Internal: in.Body.Internal})
	if err != nil {
		return nil, err
	}
	e, err := d.Audit.Event(ctx, c.EventID)
	if err != nil {
		return nil, err
	}
	t, err := d.Tickets.ByIDs(ctx, []domain.TicketID{c.TicketID})
	if err != nil {
		return nil, err
	}
	entries, err := d.entries(ctx, t[c.TicketID], []audit.Event{e}, []ticket.Comment{c})
	if err != nil {
		return nil, err
	}
	return &rest.Body[Entry]{Body: entries[0]}, nil
}

type assignInput struct {
	rest.ByNumber
	Body Assignment
}

// Assignment gives a record to a team and a person. What is not given stays; null takes it away.
type Assignment struct {
	Team     rest.Maybe[string] `json:"team,omitempty" doc:"A team's id"`
	Assignee rest.Maybe[string] `json:"assignee,omitempty" doc:"A person's id, or me"`
}

func (d *Desk) assign(ctx context.Context, in *assignInput) (*rest.Versioned[Row], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	t, err := d.assignTo(ctx, in.Number, version, in.Body)
	if err != nil {
		return nil, err
	}
	rows, err := d.rows(ctx, []ticket.Ticket{t})
	if err != nil {
		return nil, err
	}
	return &rest.Versioned[Row]{ETag: rest.ETag(t.Version), Body: rows[0]}, nil
}

// assignTo asks the verb of the record's kind: incidents count how often they change hands.
func (d *Desk) assignTo(ctx context.Context, number string, version int64, a Assignment) (ticket.Ticket, error) {
	t, err := d.Tickets.Get(ctx, number)
	if err != nil {
		return t, err
	}
	in := ticket.AssignInput{Number: t.Number, Version: version}
	if in.Team, err = d.TeamPtr(ctx, "body.team", a.Team); err != nil {
		return t, err
	}
	if in.Assignee, err = d.UserPtr(ctx, "body.assignee", a.Assignee); err != nil {
		return t, err
	}
	// A person who is not in the record's team takes the record out of it: naming only the person means so.
	if in.Team == nil && in.Assignee != nil && *in.Assignee != 0 && t.TeamID != 0 {
		if _, member, err := d.Tickets.People.MemberOf(ctx, *in.Assignee, t.TeamID); err == nil && !member {
			in.Team = new(domain.TeamID)
		}
	}
	if t.Kind == domain.KindIncident {
		i, err := d.Incidents.Assign(ctx, in)
		return i.Ticket, err
	}
	return d.Tickets.Assign(ctx, in)
}

type bulkInput struct {
	Body struct {
		Numbers  []string           `json:"numbers" minItems:"1" maxItems:"200"`
		Action   string             `json:"action" enum:"assign,move"`
		Team     rest.Maybe[string] `json:"team,omitempty"`
		Assignee rest.Maybe[string] `json:"assignee,omitempty"`
		Event    string             `json:"event,omitempty" doc:"With move"`
		Fields   *BulkFields        `json:"fields,omitempty" doc:"With move: what the move requires"`
	}
}

// BulkFields are what moves may require.
type BulkFields struct {
	Reason     string `json:"reason,omitempty"`
	Resolution string `json:"resolution,omitempty"`
	CloseCode  string `json:"close_code,omitempty"`
	PendingOn  string `json:"pending_on,omitempty"`
	Outcome    string `json:"outcome,omitempty"`
	CloseNotes string `json:"close_notes,omitempty"`
	Fulfilment string `json:"fulfilment,omitempty"`
}

// BulkResult is what became of one record.
type BulkResult struct {
	Number  string           `json:"number"`
	OK      bool             `json:"ok"`
	Version int64            `json:"version,omitempty"`
	Problem *problem.Details `json:"problem,omitempty"`
}

// Results are the answers of a bulk act, one for each record, in the order of the numbers.
type Results struct {
	Results []BulkResult `json:"results"`
}

// bulk acts on each record by itself, in a unit of work of its own: one that refuses does not keep the others.
func (d *Desk) bulk(ctx context.Context, in *bulkInput) (*rest.Body[Results], error) {
	b := in.Body
	if b.Action == "move" && b.Event == "" {
		return nil, domain.ErrMissing.With("body.event", "say which move")
	}
	if b.Action == "assign" && !b.Team.Given && !b.Assignee.Given {
		return nil, domain.ErrMissing.With("body.assignee", "say to whom, or to which team")
	}
	if b.Fields == nil {
		b.Fields = &BulkFields{}
	}
	out := Results{Results: []BulkResult{}}
	for i, number := range b.Numbers {
		if slices.Contains(b.Numbers[:i], number) {
			continue
		}
		var t ticket.Ticket
		var err error
		if b.Action == "assign" {
			t, err = d.assignTo(ctx, number, 0, Assignment{b.Team, b.Assignee})
		} else {
			t, err = d.moveAny(ctx, number, b.Event, *b.Fields)
		}
		r := BulkResult{Number: number, OK: err == nil, Version: t.Version}
		if err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			r.Version, r.Problem = 0, problem.For(ctx, err)
			if r.Problem.Status >= http.StatusInternalServerError {
				d.Log.ErrorContext(ctx, "one record of a bulk act failed", "request", r.Problem.RequestID, "record", number, "error", err)
			}
		}
		out.Results = append(out.Results, r)
	}
	return &rest.Body[Results]{Body: out}, nil
}

func (d *Desk) moveAny(ctx context.Context, number, event string, f BulkFields) (ticket.Ticket, error) {
	t, err := d.Tickets.Get(ctx, number)
	if err != nil {
		return t, err
	}
	switch t.Kind {
	case domain.KindIncident:
		i, err := d.Incidents.Move(ctx, incident.MoveInput{Number: t.Number, Event: event, Reason: f.Reason, Resolution: f.Resolution, CloseCode: f.CloseCode, PendingOn: f.PendingOn})
		return i.Ticket, err
	case domain.KindRequest:
		r, err := d.Requests.Move(ctx, request.MoveInput{Number: t.Number, Event: event, Reason: f.Reason, Fulfilment: f.Fulfilment})
		return r.Ticket, err
	case domain.KindProblem:
		p, err := d.Problems.Move(ctx, desk_problem.MoveInput{Number: t.Number, Event: event, Reason: f.Reason, Resolution: f.Resolution})
		return p.Ticket, err
	}
	c, err := d.Changes.Move(ctx, changes.MoveInput{Number: t.Number, Event: event, Reason: f.Reason, Outcome: changes.Outcome(f.Outcome), CloseNotes: f.CloseNotes})
	return c.Ticket, err
}

type watchInput struct {
	Number string `path:"number" maxLength:"40"`
	Body   struct {
		Person rest.Maybe[string] `json:"person,omitempty" doc:"A person's id; me by default"`
	}
}

// Following is who follows a record after a change.
type Following struct {
	Watchers []who.Person `json:"watchers"`
	Watching bool         `json:"watching"`
}

func (d *Desk) watch(ctx context.Context, in *watchInput) (*rest.Body[Following], error) {
	return d.follow(ctx, in.Number, in.Body.Person.Or("me"), true)
}

type unwatchInput struct {
	Number string `path:"number" maxLength:"40"`
	ID     string `path:"id" maxLength:"128" doc:"A person's id, or me"`
}

func (d *Desk) unwatch(ctx context.Context, in *unwatchInput) (*rest.Body[Following], error) {
	return d.follow(ctx, in.Number, in.ID, false)
}

// follow adds or removes a watcher. Naming somebody else gives or takes them sight of the record, so it asks for
// the right to assign it; the verb asks for the right to watch.
func (d *Desk) follow(ctx context.Context, number, who string, on bool) (*rest.Body[Following], error) {
	user, err := d.User(ctx, "body.person", who)
	if err != nil {
		return nil, err
	}
	me := domain.ActorFrom(ctx).User
	if user == 0 {
		user = me
	}
	if user != me {
		t, err := d.Tickets.Get(ctx, number)
		if err != nil {
			return nil, err
		}
		if err := d.Tickets.Permit(ctx, t, "assign"); err != nil {
			return nil, err
		}
	}
	t, err := d.Tickets.Watch(ctx, number, user, on)
	if err != nil {
		return nil, err
	}
	roles, err := d.Tickets.Participants(ctx, t)
	if err != nil {
		return nil, err
	}
	c, err := d.Cast(ctx, roles["watcher"])
	if err != nil {
		return nil, err
	}
	return &rest.Body[Following]{Body: Following{Watchers: c.Persons(roles["watcher"]), Watching: slices.Contains(roles["watcher"], me)}}, nil
}

type linkInput struct {
	Number string `path:"number" maxLength:"40"`
	Body   struct {
		Kind string `json:"kind" enum:"parent,child,duplicate_of,duplicated_by,related,caused_by,causes"`
		To   string `json:"to" maxLength:"40" example:"PRB-000007"`
	}
}

func (d *Desk) link(ctx context.Context, in *linkInput) (*rest.Body[rest.Items[Link]], error) {
	t, err := d.Tickets.Link(ctx, ticket.LinkInput{Number: in.Number, Kind: ticket.LinkKind(in.Body.Kind), To: in.Body.To})
	if err != nil {
		return nil, err
	}
	links, others, err := d.visibleLinks(ctx, t)
	if err != nil {
		return nil, err
	}
	r := d.record(ctx, t, scene{links: links, others: others}, facets{}, nil)
	return rest.List(r.Links), nil
}

type unlinkInput struct {
	Number string `path:"number" maxLength:"40"`
	ID     string `path:"id" maxLength:"128"`
}

func (d *Desk) unlink(ctx context.Context, in *unlinkInput) (*rest.Empty, error) {
	_, err := d.Tickets.Unlink(ctx, in.Number, in.ID)
	return nil, err
}
