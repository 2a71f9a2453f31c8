package pipelines

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/v1/rules"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/domain"
)

// RunCommit is a state of the source that went into a build.
type RunCommit struct {
	SHA    string     `json:"sha"`
	Author string     `json:"author,omitempty"`
	Title  string     `json:"title,omitempty"`
	At     *time.Time `json:"at,omitempty" doc:"When it was committed: for the time from commit to production"`
}

// RunArtifact is what was built.
type RunArtifact struct {
	Name   string `json:"name,omitempty"`
	Digest string `json:"digest" doc:"sha256: and 64 hexadecimal digits"`
}

// RunEvidence shows something about a run or a deployment: a document elsewhere, named by its hash.
type RunEvidence struct {
	Kind     string     `json:"kind" enum:"test_report,scan,pr_review,sbom,screenshot"`
	Name     string     `json:"name,omitempty"`
	SHA256   string     `json:"sha256"`
	URL      string     `json:"url,omitempty"`
	Author   string     `json:"author,omitempty" doc:"Of a review: whose work it was"`
	Reviewer string     `json:"reviewer,omitempty" doc:"Of a review: who looked at it, somebody else"`
	At       *time.Time `json:"at,omitempty" doc:"When the desk was told; set by the server"`
}

func convert[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, a := range in {
		out = append(out, f(a))
	}
	return out
}

func evidenceIn(in []RunEvidence) []pipeline.Evidence {
	return convert(in, func(e RunEvidence) pipeline.Evidence { e.At = nil; return pipeline.Evidence(e) })
}

func evidenceOut(in []pipeline.Evidence) []RunEvidence {
	return convert(in, func(e pipeline.Evidence) RunEvidence { return RunEvidence(e) })
}

// PipelineRun is one run of a pipeline for one environment.
type PipelineRun struct {
	ID          string        `json:"id"`
	Pipeline    string        `json:"pipeline" doc:"Its name"`
	PipelineKey string        `json:"pipeline_key"`
	Run         string        `json:"run"`
	Environment string        `json:"environment"`
	URL         string        `json:"url"`
	Commits     []RunCommit   `json:"commits"`
	Artifacts   []RunArtifact `json:"artifacts"`
	Evidence    []RunEvidence `json:"evidence"`
	CreatedAt   time.Time     `json:"created_at"`
}

func runOf(r pipeline.Run, p pipeline.Pipeline) PipelineRun {
	return PipelineRun{ID: r.Ref, Pipeline: p.Name, PipelineKey: p.Key, Run: r.Name, Environment: r.Environment, URL: r.URL, CreatedAt: r.CreatedAt, Evidence: evidenceOut(r.EvidenceList()),
		Commits:   convert(r.CommitList(), func(c pipeline.Commit) RunCommit { return RunCommit(c) }),
		Artifacts: convert(r.ArtifactList(), func(x pipeline.Artifact) RunArtifact { return RunArtifact(x) })}
}

// MissingPart is what a plan must say before anybody can be asked.
type MissingPart struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

// ToldRun is a run with its change.
type ToldRun struct {
	ID      string        `json:"id"`
	Change  string        `json:"change" doc:"The number of its change: ask its gate"`
	State   string        `json:"state"`
	Again   bool          `json:"again" doc:"The run had been told of before, in the same words"`
	Missing []MissingPart `json:"missing" doc:"What the plan must say before anybody can be asked"`
}

type tellRunInput struct {
	Body struct {
		Change      string           `json:"change,omitempty" maxLength:"40" doc:"A change that people planned, and that the run joins; without it the run makes its own. Its plan must name the pipeline, the environment, the items and the digests" example:"CHG-000042"`
		Run         string           `json:"run" doc:"Repository and number of the run; with the environment it names the run"`
		URL         string           `json:"url,omitempty"`
		Environment string           `json:"environment" enum:"production,test,development,recovery"`
		Model       string           `json:"model,omitempty" enum:"normal,emergency,registration" doc:"normal, unless given"`
		Template    string           `json:"template,omitempty" doc:"The key of a template: a standard change. Then only title, window and items count"`
		Title       string           `json:"title,omitempty" maxLength:"250"`
		Description string           `json:"description,omitempty"`
		Items       []string         `json:"items,omitempty" nullable:"false" maxItems:"100" doc:"Those of the pipeline, unless given"`
		Minutes     int64            `json:"minutes,omitempty" minimum:"0" maximum:"100000"`
		Plan        *rules.PlanInput `json:"plan,omitempty"`
		Commits     []RunCommit      `json:"commits,omitempty" nullable:"false" maxItems:"500"`
		Artifacts   []RunArtifact    `json:"artifacts" nullable:"false" maxItems:"50"`
		Evidence    []RunEvidence    `json:"evidence,omitempty" nullable:"false" maxItems:"100"`
	}
}

func (a *area) tell(ctx context.Context, in *tellRunInput) (*rest.Body[ToldRun], error) {
	b := in.Body
	ask := pipeline.RaiseInput{Change: b.Change, Run: b.Run, URL: b.URL, Environment: b.Environment, Model: changes.Model(b.Model), Template: b.Template, Minutes: b.Minutes, Items: b.Items,
		Commits:   convert(b.Commits, func(c RunCommit) pipeline.Commit { return pipeline.Commit(c) }),
		Artifacts: convert(b.Artifacts, func(x RunArtifact) pipeline.Artifact { return pipeline.Artifact(x) }), Evidence: evidenceIn(b.Evidence)}
	if err := b.Plan.Patch(ctx, a.Directory, &ask.Plan); err != nil {
		return nil, err
	}
	if b.Title != "" {
		ask.Plan.Title = &b.Title
	}
	if b.Description != "" {
		ask.Plan.Description = &b.Description
	}
	r, err := a.Pipelines.Raise(ctx, ask)
	if err != nil {
		return nil, err
	}
	return &rest.Body[ToldRun]{Body: ToldRun{ID: r.Run.Ref, Change: r.Change.Ticket.Number, State: r.Change.Ticket.State, Again: r.Again,
		Missing: convert(r.Missing, func(f domain.Field) MissingPart { return MissingPart(f) })}}, nil
}

type showRunInput struct {
	rest.ByID
	Body struct {
		Evidence []RunEvidence `json:"evidence" nullable:"false" maxItems:"100"`
	}
}

func (a *area) show(ctx context.Context, in *showRunInput) (*rest.Body[rest.Items[RunEvidence]], error) {
	r, err := a.Pipelines.Add(ctx, in.ID, evidenceIn(in.Body.Evidence))
	return rest.List(evidenceOut(r.EvidenceList())), err
}

// GateReason is one thing that the gate says.
type GateReason struct {
	Code     string `json:"code"`
	Text     string `json:"text"`
	Blocking bool   `json:"blocking"`
}

// GateAnswer is what the gate answers.
type GateAnswer struct {
	Decision   string       `json:"decision" enum:"allow,wait,deny"`
	Reasons    []GateReason `json:"reasons"`
	RetryAfter int          `json:"retry_after" doc:"Seconds after which to ask again; 0 unless the answer is wait"`
	Mode       string       `json:"mode" enum:"closed,open" doc:"What happens to what goes in all the same: it is refused, or registered as an unauthorised change"`
	GateToken  string       `json:"gate_token,omitempty" doc:"The pass: for one deployment, within 15 minutes"`
	ExpiresAt  *time.Time   `json:"expires_at,omitempty"`
}

type changeGateInput struct {
	Number   string `path:"number" maxLength:"40"`
	Env      string `query:"env" maxLength:"40" example:"production"`
	Artifact string `query:"artifact" maxLength:"100" example:"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
}

func (a *area) gate(ctx context.Context, in *changeGateInput) (*rest.Body[GateAnswer], error) {
	g, err := a.Pipelines.Ask(ctx, in.Number, in.Env, in.Artifact)
	if err != nil {
		return nil, err
	}
	out := GateAnswer{Decision: g.Decision, RetryAfter: int(g.RetryAfter.Seconds()), Mode: g.Mode, GateToken: g.Pass,
		Reasons: convert(g.Reasons, func(r pipeline.Reason) GateReason { return GateReason(r) })}
	if g.Pass != "" {
		out.ExpiresAt = &g.ExpiresAt
	}
	return &rest.Body[GateAnswer]{Body: out}, nil
}

// Deployment is one artifact on its way into one environment.
type Deployment struct {
	ID          string        `json:"id"`
	Change      string        `json:"change" doc:"The number of its change: that which it was for, or the unauthorised one that it made"`
	Environment string        `json:"environment"`
	Artifact    string        `json:"artifact"`
	URL         string        `json:"url"`
	State       string        `json:"state" enum:"started,succeeded,failed,rolled_back"`
	Authorised  bool          `json:"authorised"`
	Why         *string       `json:"why" doc:"Of one that nobody had authorised: the code of what there was against it"`
	Claimed     *string       `json:"claimed" doc:"Of one that nobody had authorised: the change that it said it was for"`
	Revision    int64         `json:"revision" doc:"Of the plan that the gate let through"`
	By          *who.Person   `json:"by"`
	StartedAt   time.Time     `json:"started_at" doc:"Stamped by the server"`
	FinishedAt  *time.Time    `json:"finished_at"`
	ToldStart   *time.Time    `json:"told_start" doc:"What the pipeline says"`
	ToldFinish  *time.Time    `json:"told_finish"`
	Evidence    []RunEvidence `json:"evidence"`
	Note        string        `json:"note"`
}

func (a *area) deployments(ctx context.Context, list []pipeline.Deployment, change func(pipeline.Deployment) string) ([]Deployment, error) {
	var users []domain.UserID
	for _, d := range list {
		users = append(users, d.ActorID)
	}
	cast, err := a.Cast(ctx, users)
	return convert(list, func(d pipeline.Deployment) Deployment {
		return Deployment{ID: d.Ref, Change: change(d), Environment: d.Environment, Artifact: d.Artifact, URL: d.URL, State: d.State, Authorised: d.Authorised, Why: rest.Opt(d.Why),
			Claimed: rest.Opt(d.Claimed), Revision: d.Revision, By: cast.Person(d.ActorID), StartedAt: d.StartedAt, FinishedAt: d.FinishedAt, ToldStart: d.ToldStart,
			ToldFinish: d.ToldFinish, Evidence: evidenceOut(d.EvidenceList()), Note: d.Note}
	}), err
}

// ChangeDelivery is what pipelines did for a change.
type ChangeDelivery struct {
	Runs        []PipelineRun `json:"runs"`
	Deployments []Deployment  `json:"deployments"`
}

func (a *area) delivery(ctx context.Context, in *rest.ByNumber) (*rest.Body[ChangeDelivery], error) {
	d, err := a.Pipelines.Of(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	out := ChangeDelivery{Runs: convert(d.Runs, func(r pipeline.Run) PipelineRun { return runOf(r, d.Pipelines[r.PipelineID]) })}
	out.Deployments, err = a.deployments(ctx, d.Deployments, func(pipeline.Deployment) string { return d.Change.Ticket.Number })
	return &rest.Body[ChangeDelivery]{Body: out}, err
}

// DeploymentTold is what is told of a deployment.
type DeploymentTold struct {
	Environment string        `json:"environment" enum:"production,test,development,recovery"`
	Artifact    string        `json:"artifact"`
	URL         string        `json:"url,omitempty" doc:"Of the run"`
	GateToken   string        `json:"gate_token,omitempty" doc:"The pass of the gate"`
	StartedAt   *time.Time    `json:"started_at,omitempty" doc:"What the pipeline says; the server stamps its own"`
	Status      string        `json:"status,omitempty" enum:"succeeded,failed,rolled_back" doc:"For one that has happened already"`
	FinishedAt  *time.Time    `json:"finished_at,omitempty"`
	Items       []string      `json:"items,omitempty" nullable:"false" maxItems:"100" doc:"Of one that was for no change: what it touched; those of the pipeline, unless given"`
	Evidence    []RunEvidence `json:"evidence,omitempty" nullable:"false" maxItems:"100"`
	Note        string        `json:"note,omitempty"`
}

func (b DeploymentTold) ask(change string) pipeline.StartInput {
	return pipeline.StartInput{Change: change, Environment: b.Environment, Artifact: b.Artifact, URL: b.URL, Pass: b.GateToken, StartedAt: b.StartedAt, End: b.Status,
		FinishedAt: b.FinishedAt, Items: b.Items, Evidence: evidenceIn(b.Evidence), Note: b.Note}
}

type startDeploymentInput struct {
	Number string `path:"number" maxLength:"40"`
	Body   DeploymentTold
}

func (a *area) start(ctx context.Context, in *startDeploymentInput) (*rest.Body[Deployment], error) {
	d, c, err := a.Pipelines.Start(ctx, in.Body.ask(in.Number))
	return a.deployed(ctx, d, c, err)
}

type reportDeploymentInput struct{ Body DeploymentTold }

func (a *area) report(ctx context.Context, in *reportDeploymentInput) (*rest.Body[Deployment], error) {
	d, c, err := a.Pipelines.Start(ctx, in.Body.ask(""))
	return a.deployed(ctx, d, c, err)
}

type finishDeploymentInput struct {
	rest.ByID
	Body struct {
		Status     string        `json:"status" enum:"succeeded,failed,rolled_back"`
		FinishedAt *time.Time    `json:"finished_at,omitempty"`
		Evidence   []RunEvidence `json:"evidence,omitempty" nullable:"false" maxItems:"100"`
		Note       string        `json:"note,omitempty"`
	}
}

func (a *area) finish(ctx context.Context, in *finishDeploymentInput) (*rest.Body[Deployment], error) {
	d, c, err := a.Pipelines.Finish(ctx, pipeline.FinishInput{Ref: in.ID, End: in.Body.Status, FinishedAt: in.Body.FinishedAt, Evidence: evidenceIn(in.Body.Evidence), Note: in.Body.Note})
	return a.deployed(ctx, d, c, err)
}

func (a *area) deployed(ctx context.Context, d pipeline.Deployment, c changes.Change, err error) (*rest.Body[Deployment], error) {
	if err != nil {
		return nil, err
	}
	out, err := a.deployments(ctx, []pipeline.Deployment{d}, func(pipeline.Deployment) string { return c.Ticket.Number })
	if err != nil {
		return nil, err
	}
	return &rest.Body[Deployment]{Body: out[0]}, nil
}
