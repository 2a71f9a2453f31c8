// Package pipelines is the part of the REST API for what builds and deploys by itself: pipelines and their runs, the gate,
// deployments, and the webhooks that tell other systems what happens to changes.
package pipelines

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/webhook"
	"github.com/cabinetdesk/cabinet/policies"
)

// Gate answers who may do what (policies.Engine).
type Gate interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Deps is what these routes are composed from.
type Deps struct {
	*who.Directory
	Gate      Gate
	Pipelines *pipeline.Service
	Webhooks  *webhook.Service
}

type area struct{ Deps }

// Routes offers them.
func Routes(b *route.Book, d Deps) {
	a := &area{d}
	route.Add(b, "list-pipelines", a.list)
	route.Add(b, "register-pipeline", a.register)
	route.Add(b, "get-pipeline", a.get)
	route.Add(b, "amend-pipeline", a.amend)
	route.Add(b, "retire-pipeline", a.retire)
	route.Add(b, "issue-pipeline-token", a.issue)
	route.Add(b, "revoke-pipeline-token", a.revoke)
	route.Add(b, "tell-run", a.tell)
	route.Add(b, "show-run", a.show)
	route.Add(b, "change-gate", a.gate)
	route.Add(b, "list-deployments", a.delivery)
	route.Add(b, "start-deployment", a.start)
	route.Add(b, "report-deployment", a.report)
	route.Add(b, "finish-deployment", a.finish)
	route.Add(b, "list-webhooks", a.webhooks)
	route.Add(b, "set-up-webhook", a.setUp)
	route.Add(b, "amend-webhook", a.amendWebhook)
	route.Add(b, "move-webhook", a.moveWebhook)
	route.Add(b, "renew-webhook-secret", a.renew)
	route.Add(b, "ping-webhook", a.ping)
	route.Add(b, "webhook-deliveries", a.deliveries)
	route.Add(b, "retry-delivery", a.retry)
}

// Pipeline is what builds and deploys by itself.
type Pipeline struct {
	Key      string            `json:"key"`
	Version  int64             `json:"version"`
	Name     string            `json:"name"`
	Purpose  string            `json:"purpose"`
	Account  who.Person        `json:"account" doc:"As whom it acts"`
	Owner    *who.Person       `json:"owner" doc:"Who answers for it"`
	Team     *who.Team         `json:"team"`
	Items    []string          `json:"items" doc:"Numbers of the items that it deploys to, unless a run names others"`
	Modes    map[string]string `json:"modes" doc:"For each environment whether the gate is closed or open"`
	Required []string          `json:"required" doc:"Kinds of evidence without which nothing goes where the gate is closed"`
	Retired  bool              `json:"retired"`
	// Only of one pipeline, not in a list:
	Deployments []Deployment    `json:"deployments,omitempty" doc:"The latest, of changes that the reader may see"`
	Tokens      []PipelineToken `json:"tokens,omitempty" doc:"For those who manage it"`
	MayManage   bool            `json:"may_manage"`
}

// PipelineToken lets a pipeline act. Its secret is told once, when it is made.
type PipelineToken struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  time.Time  `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	Secret     string     `json:"secret,omitempty" doc:"Only in the answer to its making"`
}

func (a *area) say(ctx context.Context, list ...pipeline.Pipeline) ([]Pipeline, error) {
	var users []domain.UserID
	var teams []domain.TeamID
	for _, p := range list {
		users, teams = append(users, p.AccountID, p.OwnerID), append(teams, p.TeamID)
	}
	cast, err := a.Cast(ctx, users, teams...)
	manage := a.Gate.Check(ctx, "pipeline.manage", policies.Object{}) == nil
	out := []Pipeline{}
	for _, p := range list {
		x := Pipeline{Key: p.Key, Version: p.Version, Name: p.Name, Purpose: p.Purpose, Account: cast.One(p.AccountID), Owner: cast.Person(p.OwnerID), Team: cast.Team(p.TeamID),
			Items: rest.NotNil([]string(p.Items)), Modes: map[string]string{}, Required: rest.NotNil([]string(p.Required)), Retired: p.Retired, MayManage: manage}
		for _, env := range changes.Environments {
			x.Modes[env] = p.Mode(env)
		}
		out = append(out, x)
	}
	return out, err
}

func (a *area) list(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[Pipeline]], error) {
	all, err := a.Pipelines.All(ctx)
	if err != nil {
		return nil, err
	}
	out, err := a.say(ctx, all...)
	return rest.List(out), err
}

// ByKey names a pipeline and, for writes, the version that the caller saw.
type ByKey struct {
	Key     string `path:"key" maxLength:"60"`
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read"`
}

func (a *area) get(ctx context.Context, in *ByKey) (*rest.Versioned[Pipeline], error) {
	shown, err := a.Pipelines.Show(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	list, err := a.say(ctx, shown.Pipeline)
	if err != nil {
		return nil, err
	}
	out := list[0]
	if out.Deployments, err = a.deployments(ctx, shown.Deployments, func(d pipeline.Deployment) string { return shown.Tickets[d.TicketID].Number }); err != nil {
		return nil, err
	}
	for _, t := range shown.Secrets {
		out.Tokens = append(out.Tokens, tokenOf(t))
	}
	return &rest.Versioned[Pipeline]{ETag: rest.ETag(out.Version), Body: out}, nil
}

func tokenOf(t pipeline.Secret) PipelineToken {
	return PipelineToken{ID: t.Ref, Name: t.Name, CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, LastUsedAt: t.UsedAt, Secret: t.Secret}
}

type registerPipelineInput struct {
	Body struct {
		Key      string            `json:"key" doc:"2 to 40 small letters, digits and hyphens; for ever"`
		Name     string            `json:"name"`
		Purpose  string            `json:"purpose,omitempty"`
		Owner    string            `json:"owner,omitempty" doc:"A person's id: who answers for it"`
		Team     string            `json:"team,omitempty" doc:"A team's id: whose changes these are"`
		Items    []string          `json:"items,omitempty" nullable:"false" maxItems:"100"`
		Modes    map[string]string `json:"modes,omitempty" doc:"closed or open by environment; production and recovery are closed unless given"`
		Required []string          `json:"required,omitempty" nullable:"false" maxItems:"10"`
	}
}

func (a *area) register(ctx context.Context, in *registerPipelineInput) (*rest.Versioned[Pipeline], error) {
	b := in.Body
	owner, err := a.User(ctx, "body.owner", b.Owner)
	if err != nil {
		return nil, err
	}
	team, err := a.Team(ctx, "body.team", b.Team)
	if err != nil {
		return nil, err
	}
	p, err := a.Pipelines.Register(ctx, pipeline.RegisterInput{Key: b.Key, Name: b.Name, Purpose: b.Purpose, Owner: owner, Team: team, Items: b.Items, Modes: b.Modes, Required: b.Required})
	return a.after(ctx, p, err)
}

type amendPipelineInput struct {
	Key     string `path:"key" maxLength:"60"`
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read"`
	Body    struct {
		Name     *string            `json:"name,omitempty"`
		Purpose  *string            `json:"purpose,omitempty"`
		Owner    rest.Maybe[string] `json:"owner,omitempty"`
		Team     rest.Maybe[string] `json:"team,omitempty"`
		Items    *[]string          `json:"items,omitempty" nullable:"false" maxItems:"100"`
		Modes    map[string]string  `json:"modes,omitempty"`
		Required *[]string          `json:"required,omitempty" nullable:"false" maxItems:"10"`
	}
}

func (a *area) amend(ctx context.Context, in *amendPipelineInput) (*rest.Versioned[Pipeline], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	b := in.Body
	p := pipeline.Patch{Name: b.Name, Purpose: b.Purpose, Items: b.Items, Required: b.Required}
	if b.Modes != nil {
		modes := pipeline.Modes(b.Modes)
		p.Modes = &modes
	}
	if p.Owner, err = a.UserPtr(ctx, "body.owner", b.Owner); err != nil {
		return nil, err
	}
	if p.Team, err = a.TeamPtr(ctx, "body.team", b.Team); err != nil {
		return nil, err
	}
	out, err := a.Pipelines.Amend(ctx, in.Key, version, p)
	return a.after(ctx, out, err)
}

func (a *area) retire(ctx context.Context, in *ByKey) (*rest.Versioned[Pipeline], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	p, err := a.Pipelines.Retire(ctx, in.Key, version)
	return a.after(ctx, p, err)
}

func (a *area) after(ctx context.Context, p pipeline.Pipeline, err error) (*rest.Versioned[Pipeline], error) {
	if err != nil {
		return nil, err
	}
	out, err := a.say(ctx, p)
	if err != nil {
		return nil, err
	}
	return &rest.Versioned[Pipeline]{ETag: rest.ETag(p.Version), Body: out[0]}, nil
}

type issuePipelineTokenInput struct {
	Key  string `path:"key" maxLength:"60"`
	Body struct {
		Name string `json:"name" doc:"Where it is used"`
		Days int    `json:"days,omitempty" minimum:"0" maximum:"365" doc:"For how long; 90, unless given"`
	}
}

func (a *area) issue(ctx context.Context, in *issuePipelineTokenInput) (*rest.Body[PipelineToken], error) {
	days := in.Body.Days
	if days == 0 {
		days = 90
	}
	t, err := a.Pipelines.IssueToken(ctx, in.Key, in.Body.Name, days)
	return &rest.Body[PipelineToken]{Body: tokenOf(t)}, err
}

type revokePipelineTokenInput struct {
	Key string `path:"key" maxLength:"60"`
	rest.ByID
}

func (a *area) revoke(ctx context.Context, in *revokePipelineTokenInput) (*rest.Empty, error) {
	return &rest.Empty{}, a.Pipelines.RevokeToken(ctx, in.Key, in.ID)
}
