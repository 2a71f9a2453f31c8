package admin

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/policies"
)

// Grant is a role that somebody holds, held or will hold.
type Grant struct {
	ID         string      `json:"id"`
	Role       string      `json:"role"`
	Label      string      `json:"label"`
	Scope      string      `json:"scope" example:"team:network"`
	ValidFrom  time.Time   `json:"valid_from"`
	ValidUntil *time.Time  `json:"valid_until"`
	Reason     string      `json:"reason"`
	GrantedBy  *who.Person `json:"granted_by"`
	RevokedAt  *time.Time  `json:"revoked_at"`
	Version    int64       `json:"version"`
}

func (a *area) grants(ctx context.Context, list []policies.Grant) ([]Grant, error) {
	var users []domain.UserID
	for _, g := range list {
		users = append(users, g.GrantedBy)
	}
	c, err := a.Cast(ctx, users)
	if err != nil {
		return nil, err
	}
	out := []Grant{}
	for _, g := range list {
		out = append(out, Grant{ID: g.Ref, Role: g.Role, Label: RoleLabel(g.Role), Scope: g.Scope, ValidFrom: g.ValidFrom, ValidUntil: g.ValidUntil, Reason: g.Reason,
			GrantedBy: c.Person(g.GrantedBy), RevokedAt: g.RevokedAt, Version: g.Version})
	}
	return out, nil
}

func (a *area) listGrants(ctx context.Context, in *rest.ByID) (*rest.Body[rest.Items[Grant]], error) {
	p, err := a.People.Find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := a.Policies.ListGrants(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	out, err := a.grants(ctx, list)
	if err != nil {
		return nil, err
	}
	return rest.List(out), nil
}

type grantInput struct {
	ID   string `path:"id" maxLength:"128"`
	Body struct {
		Role       string                `json:"role" maxLength:"40"`
		Scope      string                `json:"scope" maxLength:"100" doc:"all, team:key, site:key or board:key"`
		ValidFrom  rest.Maybe[time.Time] `json:"valid_from,omitempty" doc:"Now by default"`
		ValidUntil rest.Maybe[time.Time] `json:"valid_until,omitempty" doc:"Without it, no end"`
		Reason     string                `json:"reason"`
	}
}

// Granted is the receipt of a grant, given or revoked, with the grant.
type Granted struct {
	rest.Receipt
	Grant Grant `json:"grant"`
}

func (a *area) grant(ctx context.Context, in *grantInput) (*rest.Body[Granted], error) {
	p, err := a.People.Find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	g, err := a.Policies.Grant(ctx, policies.GrantInput{User: p.ID, Role: in.Body.Role, Scope: in.Body.Scope, ValidFrom: in.Body.ValidFrom.Value,
		ValidUntil: in.Body.ValidUntil.Value, Reason: in.Body.Reason})
	return a.granted(ctx, g, err)
}

func (a *area) granted(ctx context.Context, g policies.Grant, err error) (*rest.Body[Granted], error) {
	if err != nil {
		return nil, err
	}
	list, err := a.grants(ctx, []policies.Grant{g})
	if err != nil {
		return nil, err
	}
	r, err := a.await(ctx, "grant", g.Ref, g.Version)
	if err != nil {
		return nil, err
	}
	return &rest.Body[Granted]{Body: Granted{Receipt: r, Grant: list[0]}}, nil
}

type revokeInput struct {
	ID      string `path:"id" maxLength:"128"`
	IfMatch string `header:"If-Match" maxLength:"60"`
	Body    rest.Why
}

func (a *area) revokeGrant(ctx context.Context, in *revokeInput) (*rest.Body[Granted], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	g, err := a.Policies.Revoke(ctx, policies.RevokeInput{Ref: in.ID, Version: version, Reason: in.Body.Reason})
	return a.granted(ctx, g, err)
}

// Roles is the policy as people read it.
type Roles struct {
	Version int64    `json:"version"`
	Roles   []Role   `json:"roles"`
	Actions []Action `json:"actions"`
	Table   []Cell   `json:"table"`
}

// Role is a set of rights that is granted together.
type Role struct {
	Name   string   `json:"name"`
	Label  string   `json:"label"`
	Does   string   `json:"does"`
	Scopes []string `json:"scopes" doc:"The kinds of scope in which it may be granted; none for a role that is never granted"`
}

// Action is one thing that can be permitted.
type Action struct {
	Action string `json:"action" example:"incident.resolve"`
	Label  string `json:"label"`
	Class  string `json:"class"`
}

// Cell is one cell of the table role × action.
type Cell struct {
	Role   string `json:"role"`
	Class  string `json:"class"`
	Action string `json:"action"`
	Effect string `json:"effect" enum:"allow,deny"`
	Scope  string `json:"scope"`
}

func (a *area) roles(_ context.Context, _ *rest.Empty) (*rest.Body[Roles], error) {
	out := Roles{Version: a.Policies.Version(), Roles: []Role{}, Actions: []Action{}, Table: []Cell{}}
	for _, r := range policies.Roles() {
		out.Roles = append(out.Roles, Role{Name: r.Name, Label: r.Label, Does: r.Does, Scopes: rest.NotNil(r.Scopes)})
	}
	for _, g := range policies.Actions() {
		for _, x := range g.Actions {
			out.Actions = append(out.Actions, Action{Action: x.Name, Label: g.Label + ": " + x.Label, Class: x.Class()})
		}
	}
	for _, row := range a.Policies.Table() {
		out.Table = append(out.Table, cell(row))
	}
	return &rest.Body[Roles]{Body: out}, nil
}

func cell(r policies.Row) Cell {
	return Cell{Role: r.Role, Class: r.Class, Action: r.Action, Effect: r.Effect, Scope: r.Scope}
}

// Explanation says why somebody may or may not do something.
type Explanation struct {
	Allowed       bool   `json:"allowed"`
	Sentence      string `json:"sentence"`
	Steps         []Step `json:"steps"`
	PolicyVersion int64  `json:"policy_version"`
}

// Step is one thing that was looked at.
type Step struct {
	OK   bool   `json:"ok"`
	Text string `json:"text"`
	Rule string `json:"rule,omitempty"`
}

type explainInput struct {
	Person string `query:"person" required:"true" maxLength:"128" doc:"A person's id, or me"`
	Action string `query:"action" required:"true" maxLength:"60" example:"change.approve"`
	Object string `query:"object" maxLength:"40" example:"CHG-000042"`
}

// explain answers for a person, an action and, for an exact answer, a record that the asker may read.
func (a *area) explain(ctx context.Context, in *explainInput) (*rest.Body[Explanation], error) {
	me := domain.ActorFrom(ctx)
	if in.Action == "change.approve" { // as people say it
		in.Action = "change.decide"
	}
	if in.Person == "me" {
		in.Person = me.Ref
	}
	p, err := a.People.Find(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	if p.ID != me.User {
		if err := a.Gate.Check(ctx, "policy.explain", policies.Object{}); err != nil {
			return nil, err
		}
	}
	if !policies.KnownRight(in.Action) {
		return nil, domain.ErrInvalid.With("query.action", "there is no such action; /roles lists them")
	}
	person := domain.Actor{Kind: domain.Person, User: p.ID, Ref: p.Ref, Name: p.Name, Site: p.Site}
	if p.Service {
		person.Kind = domain.Service
	}
	if p.ID == me.User {
		person.Narrowed = me.Narrowed
	}
	if person.Teams, err = a.People.TeamsOf(ctx, p.ID); err != nil {
		return nil, err
	}
	o, change, err := a.object(ctx, in.Action, in.Object, person)
	if err != nil {
		return nil, err
	}
	ex := a.Policies.Explain(ctx, person, in.Action, o)
	out := Explanation{Allowed: ex.Allowed, Sentence: ex.Sentence, Steps: []Step{}, PolicyVersion: ex.PolicyVersion}
	for _, s := range ex.Steps {
		out.Steps = append(out.Steps, Step(s))
	}
	if change != nil && in.Action == "change.decide" {
		a.explainDecision(ctx, *change, p, person, &out)
	}
	return &rest.Body[Explanation]{Body: out}, nil
}

// object is what the question is about: a record, or the class as a whole, of which the person's own is part.
func (a *area) object(ctx context.Context, action, number string, person domain.Actor) (policies.Object, *changes.Change, error) {
	if number == "" {
		o := policies.Object{}
		if action == "change.decide" {
			o.Class = "change:low"
		}
		return o, nil, nil
	}
	t, err := a.Tickets.Get(ctx, number)
	if err != nil {
		return policies.Object{}, nil, err
	}
	roles, err := a.Tickets.Participants(ctx, t)
	if err != nil {
		return policies.Object{}, nil, err
	}
	_, verb, _ := strings.Cut(action, ".")
	o := t.ObjectFor(verb, roles)
	if t.Kind != domain.KindChange || action != "change.decide" && action != "change.endorse" {
		o.Class = ""
		return o, nil, nil
	}
	c, err := a.Changes.Get(ctx, number)
	if err != nil {
		return o, nil, err
	}
	o.Class = "change:" + string(c.Facet.Risk)
	if c.Facet.Model == changes.Emergency {
		o.Class = "change:emergency"
	}
	for _, b := range c.Current() {
		o.Boards = append(o.Boards, b.Slot.BoardID)
	}
	return o, &c, nil
}

// explainDecision adds what the roles do not know: whether anybody is asked, whether this person is, and whether
// they have a hand in it.
func (a *area) explainDecision(ctx context.Context, c changes.Change, p people.Person, person domain.Actor, out *Explanation) {
	current := c.Current()
	if len(current) == 0 {
		out.Steps = append(out.Steps, Step{Text: "No decision is asked for on " + c.Ticket.Number + " now."})
		if out.Allowed {
			out.Sentence = fmt.Sprintf("Not now: the roles of %s would allow it, but no decision is asked for on %s.", p.Name, c.Ticket.Number)
		}
		out.Allowed = false
		return
	}
	can, first := false, ""
	for _, b := range current {
		_, why, _, _ := a.Changes.Eligible(ctx, c, b, person, "")
		why = slices.DeleteFunc(why, func(r domain.Reason) bool { return r.Code == approval.ReasonRole })
		if len(why) == 0 {
			can = true
			out.Steps = append(out.Steps, Step{OK: true, Text: "Asked as one of " + b.Slot.Label + ", and nothing stands against it."})
		}
		for _, r := range why {
			text := thirdPerson(r, b)
			if first == "" {
				first = text
			}
			out.Steps = append(out.Steps, Step{Text: text})
		}
	}
	if out.Allowed && !can {
		out.Allowed = false
		out.Sentence = fmt.Sprintf("No: the roles of %s would allow it, but not on %s. %s", p.Name, c.Ticket.Number, first)
	}
}

// thirdPerson says a reason about somebody else than the reader.
func thirdPerson(r domain.Reason, b approval.Ballot) string {
	switch r.Code {
	case approval.ReasonElectorate:
		return "They are not one of those asked: " + b.Slot.Label + "."
	case approval.ReasonInactive:
		return "The account is disabled."
	case approval.ReasonSelf:
		return "They requested it: nobody decides on their own change."
	case approval.ReasonImplements:
		return "They implement it: who does it does not decide on it."
	case approval.ReasonEditor:
		return "They edited its plan: who wrote it does not decide on it."
	case approval.ReasonDelegate, approval.ReasonDelegation:
		return "They stand in for somebody who cannot decide on it."
	case approval.ReasonDecided:
		return "Their vote has been cast already."
	case approval.ReasonStale:
		return "The plan was edited after the decision was asked for."
	}
	return "No decision is asked for now."
}

// Job is a job that failed for good.
type Job struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	State    string     `json:"state"`
	Attempt  int        `json:"attempt"`
	Error    string     `json:"error"`
	FailedAt *time.Time `json:"failed_at"`
}

// mostJobs is how many dead jobs are listed: more than a page of them is one trouble, not many.
const mostJobs = 200

type jobsInput struct {
	State string `query:"state" enum:"dead" default:"dead"`
}

func (a *area) listJobs(ctx context.Context, _ *jobsInput) (*rest.Body[rest.Items[Job]], error) {
	dead, err := a.Jobs.DeadList(ctx, mostJobs)
	if err != nil {
		return nil, err
	}
	out := []Job{}
	for _, j := range dead {
		job := Job{ID: strconv.FormatInt(j.ID, 10), Kind: j.Kind, State: "dead", Attempt: j.Attempts, Error: j.Error}
		if !j.FailedAt.IsZero() {
			job.FailedAt = &j.FailedAt
		}
		out = append(out, job)
	}
	return rest.List(out), nil
}

func (a *area) retryJob(ctx context.Context, in *rest.ByID) (*rest.Empty, error) {
	dead, err := a.Jobs.DeadList(ctx, mostJobs)
	if err != nil {
		return nil, err
	}
	for _, j := range dead {
		if strconv.FormatInt(j.ID, 10) == in.ID {
			return nil, a.Jobs.Retry(ctx, j.ID)
		}
	}
	return nil, domain.ErrNotFound.Because("There is no such failed job.")
}
