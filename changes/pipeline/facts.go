package pipeline

import (
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// PipelineChanged is the fact that a pipeline was registered or altered: What says how.
type PipelineChanged struct {
	Pipeline Pipeline
	What     string // "registered", "amended", "retired"
	before   map[string]string
}

// Event implements domain.Fact.
func (f PipelineChanged) Event() domain.Event {
	return event("pipeline", f.What, f.Pipeline.Key, f.Pipeline.Version, f.before, f.Pipeline.Fields(), "")
}

// RunChanged is the fact that a run was told of, or that more was shown of it.
type RunChanged struct {
	Run    Run
	Change string // the number of its change
	What   string // "told", "joined", "shown"
	before map[string]string
}

// Event implements domain.Fact.
func (f RunChanged) Event() domain.Event {
	return event("pipeline_run", f.What, f.Run.Ref, f.Run.Version, f.before, f.Run.Fields(), f.Change)
}

// DeploymentChanged is the fact that something began to go into an environment, or had gone in, or ended.
type DeploymentChanged struct {
	Deployment Deployment
	Change     string // the number of its change
	What       string // "started", "found", "succeeded", "failed", "rolled_back"
	before     map[string]string
}

// Event implements domain.Fact.
func (f DeploymentChanged) Event() domain.Event {
	e := event("deployment", f.What, f.Deployment.Ref, f.Deployment.Version, f.before, f.Deployment.Fields(), f.Change)
	e.StateFrom, e.StateTo, e.Digest = f.before["state"], f.Deployment.State, f.Deployment.Digest
	return e
}

func event(kind, what, entity string, version int64, before, after map[string]string, change string) domain.Event {
	e := domain.Event{Type: kind + "." + what, EntityKind: kind, Entity: entity, Version: version, Visibility: domain.InternalV, State: after, Fields: ticket.Diff(before, after)}
	if change != "" {
		e.Scope = []string{change}
	}
	return e
}
