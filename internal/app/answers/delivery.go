package answers

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/domain/webhook"
	"github.com/cabinetdesk/cabinet/policies"
)

// Accounts answers what pipelines ask about as whom they act.
type Accounts struct {
	People *people.Service
	Gate   *policies.Engine
}

func (a Accounts) Open(ctx context.Context, login, name string) (domain.UserID, error) {
	p, err := a.People.Create(ctx, people.CreateInput{Name: name, Login: login, Service: true})
	if err != nil {
		return 0, err
	}
	_, err = a.Gate.Grant(ctx, policies.GrantInput{User: p.ID, Role: policies.Pipeline, Scope: policies.All, Reason: "It is a pipeline's account."})
	return p.ID, err
}

func (a Accounts) Close(ctx context.Context, account domain.UserID, reason string) error {
	p, err := a.People.ByID(ctx, account)
	if err != nil || !p.Active {
		return err
	}
	_, err = a.People.Disable(ctx, people.MoveInput{Ref: p.Ref, Reason: reason})
	return err
}

// pipelineRights is all that a pipeline's token may be used for.
var pipelineRights = []string{"change.*", "ci.read", "calendar.read", "rulebook.read", "template.read"}

func (a Accounts) Issue(ctx context.Context, account domain.UserID, name string, expires time.Time) (pipeline.Secret, error) {
	p, err := a.People.ByID(ctx, account)
	if err != nil {
		return pipeline.Secret{}, err
	}
	t, secret, err := a.People.CreateToken(ctx, people.TokenInput{Name: name, Rights: pipelineRights, ExpiresAt: expires, For: p.Ref})
	out := secretOf(t)
	out.Secret = secret
	return out, err
}

func secretOf(t people.Token) pipeline.Secret {
	return pipeline.Secret{Ref: t.Ref, Name: t.Name, CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, UsedAt: t.LastUsedAt}
}

func (a Accounts) List(ctx context.Context, account domain.UserID) (out []pipeline.Secret, err error) {
	p, err := a.People.ByID(ctx, account)
	if err != nil {
		return nil, err
	}
	all, err := a.People.TokensOf(ctx, p.Ref)
	for _, t := range all {
		out = append(out, secretOf(t))
	}
	return out, err
}

func (a Accounts) Revoke(ctx context.Context, _ domain.UserID, ref string) error {
	return a.People.RevokeToken(ctx, ref)
}

// Listeners tells webhooks what happens to changes.
type Listeners struct{ Webhooks *webhook.Service }

func (l Listeners) Tell(ctx context.Context, event string, c changes.Change, once string) error {
	f := c.Facet
	return l.Webhooks.Tell(ctx, webhook.News{Event: event, Subject: c.Ticket.Number, Once: once, Data: map[string]any{"change": map[string]any{
		"number": c.Ticket.Number, "title": c.Ticket.Title, "state": c.Ticket.State, "model": f.Model, "risk": f.Risk, "environment": f.Environment,
		"revision": f.Revision, "digest": f.Digest, "planned_start": f.PlannedStart, "planned_end": f.PlannedEnd, "href": "/changes/" + c.Ticket.Number}}})
}

// told says of which moves webhooks are told, and as what.
var told = map[string]string{"authorize": webhook.Authorized, "reject": webhook.Rejected, "detect": webhook.Unauthorised}

// Moved tells of a move of a change, where anybody is told of it.
func (l Listeners) Moved(ctx context.Context, f changes.Moved) error {
	if event := told[f.Move]; event != "" {
		return l.Tell(ctx, event, f.Change, "version "+ticket.Int(f.Change.Ticket.Version))
	}
	return nil
}
