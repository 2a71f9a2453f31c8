package v1

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/api/markdown"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Change is a change's page.
type Change struct {
	Record
	Model       string      `json:"model" enum:"normal,standard,emergency"`
	Plan        Plan        `json:"plan"`
	Revision    int64       `json:"revision" doc:"Counts the material edits of the plan"`
	Digest      string      `json:"digest" doc:"Names the exact plan: SHA-256, hex"`
	DigestShort string      `json:"digest_short"`
	OnHold      *Hold       `json:"on_hold"`
	Outcome     *string     `json:"outcome"`
	ActualStart *time.Time  `json:"actual_start"`
	ActualEnd   *time.Time  `json:"actual_end"`
	CloseNotes  *string     `json:"close_notes" doc:"Markdown"`
	Owner       *who.Person `json:"owner"`
	Approvals   Approvals   `json:"approvals"`
	Voided      *int        `json:"voided,omitempty" doc:"After an edit: how many decisions lost their force"`
}

// Plan is what the approvers approve. The texts are Markdown, with safe HTML beside them.
type Plan struct {
	Justification          string       `json:"justification"`
	JustificationHTML      string       `json:"justification_html"`
	ImplementationPlan     string       `json:"implementation_plan"`
	ImplementationPlanHTML string       `json:"implementation_plan_html"`
	TestPlan               string       `json:"test_plan"`
	TestPlanHTML           string       `json:"test_plan_html"`
	BackoutPlan            string       `json:"backout_plan"`
	BackoutPlanHTML        string       `json:"backout_plan_html"`
	PlannedStart           *time.Time   `json:"planned_start"`
	PlannedEnd             *time.Time   `json:"planned_end"`
	AffectedServices       []string     `json:"affected_services"`
	Implementers           []who.Person `json:"implementers"`
}

// Hold says why a change stands still.
type Hold struct {
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
}

func (d *Desk) changeRoutes(b *route.Book) {
	route.Add(b, "create-change", d.createChange)
	route.Add(b, "get-change", d.getChange)
	route.Add(b, "amend-change", d.amendChange)
	route.Add(b, "move-change", d.moveChange)
	route.Add(b, "hold-change", d.holdChange)
	route.Add(b, "release-change", d.releaseChange)
}

func (d *Desk) change(ctx context.Context, c changes.Change, err error) (*rest.Versioned[Change], error) {
	if err != nil {
		return nil, err
	}
	f := c.Facet
	people := slices.Concat([]domain.UserID{f.OwnerID}, f.Implementers, f.Editors, involved(c.Ballots))
	s, err := d.scene(ctx, c.Ticket, people)
	if err != nil {
		return nil, err
	}
	offers, err := d.Changes.Moves(ctx, c)
	if err != nil {
		return nil, err
	}
	editable := c.Editable()
	s.may["amend_plan"] = s.may["amend_plan"] && editable
	s.may["amend"] = s.may["amend_plan"] // a change has one way of being edited
	out := Change{Record: d.record(ctx, c.Ticket, s, facets{changes: map[domain.TicketID]changes.Facet{c.Ticket.ID: f}}, d.moves(ctx, changes.Flow, offers, s)),
		Model: string(f.Model), Revision: f.Revision, Digest: f.Digest, DigestShort: f.Digest[:min(12, len(f.Digest))], Outcome: rest.Opt(string(f.Outcome)),
		ActualStart: f.ActualStart, ActualEnd: f.ActualEnd, CloseNotes: rest.Opt(f.CloseNotes), Owner: s.cast.Person(f.OwnerID),
		Plan: Plan{Justification: f.Justification, JustificationHTML: markdown.HTML(f.Justification), ImplementationPlan: f.ImplementationPlan,
			ImplementationPlanHTML: markdown.HTML(f.ImplementationPlan), TestPlan: f.TestPlan, TestPlanHTML: markdown.HTML(f.TestPlan), BackoutPlan: f.BackoutPlan,
			BackoutPlanHTML: markdown.HTML(f.BackoutPlan), PlannedStart: f.PlannedStart, PlannedEnd: f.PlannedEnd,
			AffectedServices: rest.NotNil([]string(f.AffectedServices)), Implementers: s.cast.Persons(f.Implementers)}}
	if f.HoldSince != nil {
		out.OnHold = &Hold{Reason: f.HoldReason, Since: *f.HoldSince}
	}
	if out.Approvals, err = d.approvals(ctx, c, s.cast); err != nil {
		return nil, err
	}
	out.May["decide"] = out.Approvals.Mine.Can
	return &rest.Versioned[Change]{ETag: rest.ETag(c.Ticket.Version), Body: out}, nil
}

// PlanInput sets parts of a plan; what is not given stays.
type PlanInput struct {
	Justification      rest.Maybe[string]    `json:"justification,omitempty"`
	ImplementationPlan rest.Maybe[string]    `json:"implementation_plan,omitempty"`
	TestPlan           rest.Maybe[string]    `json:"test_plan,omitempty"`
	BackoutPlan        rest.Maybe[string]    `json:"backout_plan,omitempty"`
	PlannedStart       rest.Maybe[time.Time] `json:"planned_start,omitempty"`
	PlannedEnd         rest.Maybe[time.Time] `json:"planned_end,omitempty"`
	AffectedServices   []string              `json:"affected_services,omitempty" maxItems:"100"`
	Implementers       []string              `json:"implementers,omitempty" maxItems:"100" doc:"People's ids"`
}

func (d *Desk) plan(ctx context.Context, in *PlanInput, p *changes.PlanPatch) error {
	if in == nil {
		return nil
	}
	p.Justification, p.ImplementationPlan, p.TestPlan, p.BackoutPlan = in.Justification.Value, in.ImplementationPlan.Value, in.TestPlan.Value, in.BackoutPlan.Value
	p.PlannedStart, p.PlannedEnd = in.PlannedStart.Value, in.PlannedEnd.Value
	if in.AffectedServices != nil {
		p.AffectedServices = &in.AffectedServices
	}
	if in.Implementers != nil {
		users, err := d.Users(ctx, "body.plan.implementers", in.Implementers)
		if err != nil {
			return err
		}
		p.Implementers = &users
	}
	return nil
}

type createChangeInput struct {
	Body struct {
		Title          string             `json:"title"`
		Description    string             `json:"description,omitempty" doc:"Markdown"`
		Model          string             `json:"model,omitempty" enum:"normal,standard,emergency"`
		Risk           string             `json:"risk,omitempty" enum:"low,medium,high"`
		Plan           *PlanInput         `json:"plan,omitempty"`
		Team           rest.Maybe[string] `json:"team,omitempty"`
		Service        rest.Maybe[string] `json:"service,omitempty"`
		Classification rest.Maybe[string] `json:"classification,omitempty"`
	}
}

func (d *Desk) createChange(ctx context.Context, in *createChangeInput) (*rest.Versioned[Change], error) {
	b := in.Body
	service := b.Service.Or("")
	p := changes.PlanPatch{Title: &b.Title, Description: &b.Description, Service: &service}
	if b.Model != "" {
		m := changes.Model(b.Model)
		p.Model = &m
	}
	if b.Risk != "" {
		r := changes.Risk(b.Risk)
		p.Risk = &r
	}
	if err := d.plan(ctx, b.Plan, &p); err != nil {
		return nil, err
	}
	team, err := d.Team(ctx, "body.team", b.Team.Or(""))
	if err != nil {
		return nil, err
	}
	classification, err := ticket.Line("body.classification", b.Classification.Or(""), ticket.MaxShort)
	if err != nil {
		return nil, err
	}
	c, err := d.Changes.Raise(ctx, changes.RaiseInput{Plan: p, Team: team, Classification: classification})
	out, err := d.change(ctx, c, err)
	if err == nil {
		out.Location = route.Prefix + "/changes/" + c.Ticket.Number
	}
	return out, err
}

func (d *Desk) getChange(ctx context.Context, in *getInput) (*rest.Versioned[Change], error) {
	c, err := d.Changes.Get(ctx, in.Number)
	if err == nil && in.Unchanged(c.Ticket.Version) {
		return nil, rest.NotModified{Version: c.Ticket.Version}
	}
	return d.change(ctx, c, err)
}

type amendChangeInput struct {
	rest.ByNumber
	Body struct {
		Title          rest.Maybe[string] `json:"title,omitempty"`
		Description    rest.Maybe[string] `json:"description,omitempty"`
		Service        rest.Maybe[string] `json:"service,omitempty"`
		Classification rest.Maybe[string] `json:"classification,omitempty"`
		Model          rest.Maybe[string] `json:"model,omitempty"`
		Risk           rest.Maybe[string] `json:"risk,omitempty"`
		Plan           *PlanInput         `json:"plan,omitempty"`
	}
}

func (d *Desk) amendChange(ctx context.Context, in *amendChangeInput) (*rest.Versioned[Change], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	b := in.Body
	p := changes.PlanPatch{Title: b.Title.Value, Description: b.Description.Value, Service: rest.OrEmpty(b.Service), Model: (*changes.Model)(b.Model.Value), Risk: (*changes.Risk)(b.Risk.Value)}
	if err := d.plan(ctx, b.Plan, &p); err != nil {
		return nil, err
	}
	c, voided, err := d.Changes.Amend(ctx, changes.AmendInput{Number: in.Number, Version: version, Plan: p, Classification: rest.OrEmpty(b.Classification)})
	out, err := d.change(ctx, c, err)
	if err == nil {
		out.Body.Voided = &voided
	}
	return out, err
}

type moveChangeInput struct {
	ByMove
	Body struct {
		Reason     string `json:"reason,omitempty"`
		Outcome    string `json:"outcome,omitempty" doc:"successful, successful_with_issues, partially_implemented, failed, backed_out or not_executed"`
		CloseNotes string `json:"close_notes,omitempty" doc:"Markdown"`
		Comment    string `json:"comment,omitempty" doc:"A reply that goes with the move"`
	}
}

func (d *Desk) moveChange(ctx context.Context, in *moveChangeInput) (*rest.Versioned[Change], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	var c changes.Change
	err = d.withComment(ctx, in.Number, in.Body.Comment, func(ctx context.Context) error {
		c, err = d.Changes.Move(ctx, changes.MoveInput{Number: in.Number, Version: version, Event: in.Event, Reason: in.Body.Reason,
			Outcome: changes.Outcome(in.Body.Outcome), CloseNotes: in.Body.CloseNotes})
		return err
	})
	if err == nil && in.Body.Comment != "" {
		c, err = d.Changes.Get(ctx, in.Number)
	}
	return d.change(ctx, c, err)
}

func (d *Desk) holdChange(ctx context.Context, in *reasonInput) (*rest.Versioned[Change], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := d.Changes.Hold(ctx, in.Number, version, in.Body.Reason)
	return d.change(ctx, c, err)
}

func (d *Desk) releaseChange(ctx context.Context, in *struct{ rest.ByNumber }) (*rest.Versioned[Change], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := d.Changes.Release(ctx, in.Number, version)
	return d.change(ctx, c, err)
}
