package standard

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

type templateDraftInput struct {
	Body struct {
		Key      string      `json:"key" maxLength:"60" doc:"Lower-case letters, digits and dashes"`
		Template TemplateDoc `json:"template"`
	}
}

func (a *area) draft(ctx context.Context, in *templateDraftInput) (*rest.Body[TemplateEdition], error) {
	t, err := a.Templates.Draft(ctx, template.DraftInput{Key: in.Body.Key, Doc: in.Body.Template.doc()})
	return a.one(ctx, t, err)
}

func (a *area) revise(ctx context.Context, in *ByKey) (*rest.Body[TemplateEdition], error) {
	t, err := a.Templates.Revise(ctx, in.Key)
	return a.one(ctx, t, err)
}

type templateAmendInput struct {
	ByEdition
	Body struct {
		Version  int64       `json:"version,omitempty" doc:"That was read; 0 for any"`
		Template TemplateDoc `json:"template"`
	}
}

func (a *area) amend(ctx context.Context, in *templateAmendInput) (*rest.Body[TemplateEdition], error) {
	t, err := a.Templates.Amend(ctx, template.AmendInput{Key: in.Key, Edition: in.Edition, Version: in.Body.Version, Doc: in.Body.Template.doc()})
	return a.one(ctx, t, err)
}

type templateProposeInput struct {
	ByEdition
	Body struct {
		Evidence []string `json:"evidence,omitempty" maxItems:"50" doc:"Numbers of changes that went well: three or more, unless the template's own are"`
	}
}

func (a *area) propose(ctx context.Context, in *templateProposeInput) (*rest.Body[TemplateEdition], error) {
	t, err := a.Templates.Move(ctx, template.MoveInput{Key: in.Key, Edition: in.Edition, Event: "propose", Evidence: in.Body.Evidence})
	return a.one(ctx, t, err)
}

type templateReasonInput struct {
	ByEdition
	Body struct {
		Reason string `json:"reason,omitempty"`
	}
}

func (a *area) withdraw(ctx context.Context, in *templateReasonInput) (*rest.Body[TemplateEdition], error) {
	t, err := a.Templates.Move(ctx, template.MoveInput{Key: in.Key, Edition: in.Edition, Event: "withdraw", Reason: in.Body.Reason})
	return a.one(ctx, t, err)
}

type templateManageInput struct {
	ByEdition
	Step string `path:"step" enum:"publish,suspend,reinstate,retire"`
	Body struct {
		Reason string `json:"reason,omitempty"`
	}
}

func (a *area) manage(ctx context.Context, in *templateManageInput) (*rest.Body[TemplateEdition], error) {
	if !slices.Contains([]string{"publish", "suspend", "reinstate", "retire"}, in.Step) {
		return nil, domain.ErrMove
	}
	t, err := a.Templates.Move(ctx, template.MoveInput{Key: in.Key, Edition: in.Edition, Event: in.Step, Reason: in.Body.Reason})
	return a.one(ctx, t, err)
}

type templateDecideInput struct {
	ByEdition
	Body struct {
		Decision string `json:"decision" enum:"approve,reject,recuse"`
		Comment  string `json:"comment,omitempty"`
		Digest   string `json:"digest" maxLength:"128" doc:"Of what was read"`
	}
}

// TemplateDecided is an edition after a decision, with the receipt.
type TemplateDecided struct {
	Edition TemplateEdition `json:"edition"`
	Receipt rest.Receipt    `json:"receipt"`
}

func (a *area) decide(ctx context.Context, in *templateDecideInput) (*rest.Body[TemplateDecided], error) {
	t, receipt, err := a.Templates.Decide(ctx, template.DecideInput{Key: in.Key, Edition: in.Edition, Verdict: approval.Verdict(in.Body.Decision), Comment: in.Body.Comment, Digest: in.Body.Digest})
	e, err := a.one(ctx, t, err)
	if err != nil {
		return nil, err
	}
	return &rest.Body[TemplateDecided]{Body: TemplateDecided{e.Body, rest.ReceiptOf(receipt)}}, nil
}

type templateRaiseInput struct {
	ByKey
	Body struct {
		Title            string             `json:"title,omitempty" doc:"Absent: that of the template"`
		Start            time.Time          `json:"start"`
		Minutes          int64              `json:"minutes,omitempty" doc:"Absent: as long as the template says"`
		Implementers     []string           `json:"implementers,omitempty" maxItems:"100" doc:"People's ids; none: me"`
		Team             rest.Maybe[string] `json:"team,omitempty"`
		Items            []string           `json:"items,omitempty" maxItems:"500"`
		AffectedServices []string           `json:"affected_services,omitempty" maxItems:"100"`
		Fields           map[string]string  `json:"fields,omitempty" doc:"The variable fields, by name"`
	}
}

// StandardRaised is a standard change that is scheduled.
type StandardRaised struct {
	Number string `json:"number"`
	State  string `json:"state"`
}

func (a *area) raise(ctx context.Context, in *templateRaiseInput) (*rest.Versioned[StandardRaised], error) {
	b := in.Body
	team, err := a.Team(ctx, "body.team", b.Team.Or(""))
	if err != nil {
		return nil, err
	}
	people := []domain.UserID{domain.ActorFrom(ctx).User}
	if len(b.Implementers) > 0 {
		if people, err = a.Users(ctx, "body.implementers", b.Implementers); err != nil {
			return nil, err
		}
	}
	c, err := a.Templates.Raise(ctx, template.RaiseInput{Key: in.Key, Title: b.Title, Start: b.Start, Minutes: b.Minutes, Implementers: people, Team: team,
		Fields: b.Fields, Items: b.Items, Services: b.AffectedServices})
	if err != nil {
		return nil, err
	}
	return &rest.Versioned[StandardRaised]{ETag: rest.ETag(c.Ticket.Version), Location: route.Prefix + "/changes/" + c.Ticket.Number, Body: StandardRaised{c.Ticket.Number, c.Ticket.State}}, nil
}

// TemplateSuggestion is routine that could become a template.
type TemplateSuggestion struct {
	Title    string        `json:"title" doc:"Of the last of them"`
	Service  *string       `json:"service"`
	Category *string       `json:"category"`
	Text     string        `json:"text" example:"12 of 12 went well in 180 days"`
	Runs     []TemplateRun `json:"runs"`
}

func (a *area) suggest(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[TemplateSuggestion]], error) {
	list, err := a.Templates.Suggest(ctx)
	if err != nil {
		return nil, err
	}
	out := []TemplateSuggestion{}
	for _, s := range list {
		n := ticket.Int(len(s.Runs))
		out = append(out, TemplateSuggestion{Title: s.Title, Service: rest.Opt(s.Service), Category: rest.Opt(s.Category), Text: n + " of " + n + " went well in 180 days", Runs: runs(s.Runs)})
	}
	return rest.List(out), nil
}
