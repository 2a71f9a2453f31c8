package pipeline

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrPipeline  = domain.Code(domain.Invalid, "pipeline_unsound", "The pipeline does not make sense")
	ErrKey       = domain.Code(domain.Conflict, "pipeline_key_taken", "Another pipeline has that key")
	ErrRetired   = domain.Code(domain.Conflict, "pipeline_retired", "The pipeline is retired")
	ErrNoAccount = domain.Code(domain.Conflict, "not_a_pipeline", "Only a pipeline tells of its runs")
	ErrRun       = domain.Code(domain.Invalid, "run_unsound", "The run does not make sense")
	ErrRunSaid   = domain.Code(domain.Conflict, "run_said_otherwise", "This run has said something else before")
	ErrJoin      = domain.Code(domain.Conflict, "run_not_of_change", "The run does not belong to that change")
	ErrEvidence  = domain.Code(domain.Invalid, "evidence_unsound", "That does not show anything")
	ErrReviewer  = domain.Code(domain.Invalid, "reviewer_is_author", "Whoever wrote it cannot have reviewed it")
	ErrArtifact  = domain.Code(domain.Invalid, "artifact_unsound", "That names no artifact")
	ErrGate      = domain.Code(domain.Conflict, "gate_closed", "The gate does not let it through")
	ErrNoPass    = domain.Code(domain.Conflict, "gate_pass_missing", "It takes a pass of the gate")
	ErrForged    = domain.Code(domain.Conflict, "gate_pass_forged", "The gate did not give that pass")
	ErrExpired   = domain.Code(domain.Conflict, "gate_pass_expired", "The pass is too old")
	ErrEarly     = domain.Code(domain.Conflict, "gate_pass_early", "The pass is from the future")
	ErrSpent     = domain.Code(domain.Conflict, "gate_pass_spent", "The pass was used already")
	ErrOther     = domain.Code(domain.Conflict, "gate_pass_other", "The pass is for something else")
	ErrEnded     = domain.Code(domain.Conflict, "deployment_ended", "How it ended was said already")
)
