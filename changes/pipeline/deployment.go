package pipeline

import (
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// The states of a deployment.
const (
	Started    = "started"
	Succeeded  = "succeeded"
	Failed     = "failed"
	RolledBack = "rolled_back"
)

// Ends lists how a deployment can have ended.
var Ends = []string{Succeeded, Failed, RolledBack}

// Deployment is one artifact on its way into one environment.
type Deployment struct {
	ID          int64 `gorm:"primaryKey"`
	Ref         string
	TicketID    domain.TicketID // its change: that which it was for, or the unauthorised one that it made
	PipelineID  calendar.Optional
	RunID       calendar.Optional
	Environment string
	Artifact    string
	URL         string
	State       string
	Authorised  bool
	Why         string  // of one that nobody had authorised: what there was against it
	Claimed     string  // of one that nobody had authorised: for which change it said that it was
	Nonce       *string // of the pass that it spent
	Revision    int64   // of the plan that the pass was for
	Digest      string  // of the plan that the pass was for
	ActorID     domain.UserID
	StartedAt   time.Time // the server says
	FinishedAt  *time.Time
	ToldStart   *time.Time // the pipeline says
	ToldFinish  *time.Time
	Evidence    string // a list of [Evidence] as JSON
	Note        string
	Version     int64
}

// TableName names the table.
func (Deployment) TableName() string { return "deployments" }

// EvidenceList reads the evidence.
func (d Deployment) EvidenceList() []Evidence { return read[Evidence](d.Evidence) }

// Ended tells whether it is known how it ended.
func (d Deployment) Ended() bool { return d.State != Started }

// Fields is the deployment's state in the log.
func (d Deployment) Fields() map[string]string {
	nonce, authorised := "", "no"
	if d.Nonce != nil {
		nonce = *d.Nonce
	}
	if d.Authorised {
		authorised = "yes"
	}
	return map[string]string{"ticket": ticket.Int(int64(d.TicketID)), "pipeline": ticket.Int(int64(d.PipelineID)), "run": ticket.Int(int64(d.RunID)),
		"environment": d.Environment, "artifact": d.Artifact, "url": d.URL, "state": d.State, "authorised": authorised, "why": d.Why, "claimed": d.Claimed,
		"pass": nonce, "revision": ticket.Int(d.Revision), "plan": d.Digest, "actor": ticket.Int(int64(d.ActorID)), "started_at": ticket.Instant(&d.StartedAt),
		"finished_at": ticket.Instant(d.FinishedAt), "told_start": ticket.Instant(d.ToldStart), "told_finish": ticket.Instant(d.ToldFinish), "evidence": d.Evidence, "note": d.Note}
}

// delivered tells whether everything that a run built is in.
func delivered(r Run, all []Deployment) bool {
	return !slices.ContainsFunc(r.ArtifactList(), func(a Artifact) bool {
		return !slices.ContainsFunc(all, func(d Deployment) bool {
			return d.Authorised && d.State == Succeeded && d.Artifact == a.Digest && d.Environment == r.Environment
		})
	})
}
