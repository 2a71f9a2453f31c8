package v1

import (
	"context"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/v1/rules"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

func (d *Desk) changeRoutes(b *route.Book) {
	route.Add(b, "create-change", d.createChange)
	route.Add(b, "get-change", d.getChange)
	route.Add(b, "amend-change", d.amendChange)
	route.Add(b, "move-change", d.moveChange)
	route.Add(b, "hold-change", d.holdChange)
	route.Add(b, "release-change", d.releaseChange)
	route.Add(b, "detect-change", d.detectChange)
	route.Add(b, "review-plan", d.reviewPlan)
	route.Add(b, "lower-risk", d.lowerRisk)
	route.Add(b, "meet-condition", d.meetCondition)
	route.Add(b, "override-advice", d.overrideAdvice)
}

type createChangeInput struct {
	Body struct {
		Title          string             `json:"title"`
		Description    string             `json:"description,omitempty" doc:"Markdown"`
		Model          string             `json:"model,omitempty" enum:"normal,standard,emergency,registration"`
		Risk           string             `json:"risk,omitempty" enum:"low,medium,high" doc:"At least this; what is computed counts when it is higher"`
		Plan           *rules.PlanInput   `json:"plan,omitempty"`
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
	if err := b.Plan.Patch(ctx, d.Directory, &p); err != nil {
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
		Plan           *rules.PlanInput   `json:"plan,omitempty"`
	}
}

func (d *Desk) amendChange(ctx context.Context, in *amendChangeInput) (*rest.Versioned[Change], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	b := in.Body
	p := changes.PlanPatch{Title: b.Title.Value, Description: b.Description.Value, Service: rest.OrEmpty(b.Service), Model: (*changes.Model)(b.Model.Value), Risk: (*changes.Risk)(b.Risk.Value)}
	if err := b.Plan.Patch(ctx, d.Directory, &p); err != nil {
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
		Outcome    string `json:"outcome,omitempty" doc:"successful, successful_with_issues, partially_implemented, failed, backed_out or not_executed; of what was found: accepted_in_retrospect, reverted or false_positive"`
		CloseNotes string `json:"close_notes,omitempty" doc:"Markdown"`
		Incident   string `json:"incident,omitempty" maxLength:"40" doc:"For which the glass is broken"`
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
			Outcome: changes.Outcome(in.Body.Outcome), CloseNotes: in.Body.CloseNotes, Incident: in.Body.Incident})
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

type detectInput struct {
	Body struct {
		Title       string             `json:"title"`
		Description string             `json:"description,omitempty" doc:"What was found, where and how; Markdown"`
		Team        rest.Maybe[string] `json:"team,omitempty"`
		Items       []string           `json:"items,omitempty" maxItems:"500"`
	}
}

func (d *Desk) detectChange(ctx context.Context, in *detectInput) (*rest.Versioned[Change], error) {
	team, err := d.Team(ctx, "body.team", in.Body.Team.Or(""))
	if err != nil {
		return nil, err
	}
	c, err := d.Changes.Detect(ctx, changes.DetectInput{Title: in.Body.Title, Description: in.Body.Description, Team: team, CIs: in.Body.Items})
	return d.change(ctx, c, err)
}

type reviewInput struct {
	rest.ByNumber
	Body struct {
		Digest string `json:"digest" maxLength:"128" doc:"Of the plan that was read"`
		Note   string `json:"note,omitempty"`
	}
}

func (d *Desk) reviewPlan(ctx context.Context, in *reviewInput) (*rest.Versioned[Change], error) {
	c, err := d.Changes.PeerReview(ctx, in.Number, in.Body.Digest, in.Body.Note)
	return d.change(ctx, c, err)
}

type lowerInput struct {
	rest.ByNumber
	Body struct {
		Risk   string `json:"risk" enum:"low,medium"`
		Reason string `json:"reason"`
	}
}

func (d *Desk) lowerRisk(ctx context.Context, in *lowerInput) (*rest.Versioned[Change], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := d.Changes.LowerRisk(ctx, in.Number, version, changes.Risk(in.Body.Risk), in.Body.Reason)
	return d.change(ctx, c, err)
}

type conditionInput struct {
	rest.ByNumber
	ID   string `path:"id" maxLength:"128"`
	Body struct {
		Evidence string `json:"evidence" doc:"What shows that it is met"`
	}
}

func (d *Desk) meetCondition(ctx context.Context, in *conditionInput) (*rest.Versioned[Change], error) {
	c, err := d.Changes.MeetCondition(ctx, in.Number, in.ID, in.Body.Evidence)
	return d.change(ctx, c, err)
}

type overrideInput struct {
	rest.ByNumber
	Body struct {
		SlotID string `json:"slot_id" maxLength:"128"`
		Reason string `json:"reason"`
	}
}

func (d *Desk) overrideAdvice(ctx context.Context, in *overrideInput) (*rest.Versioned[Change], error) {
	c, err := d.Changes.OverrideAdvice(ctx, in.Number, in.Body.SlotID, in.Body.Reason)
	return d.change(ctx, c, err)
}
