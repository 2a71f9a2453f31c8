package pipeline

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

// What the gate answers.
const (
	Allow = "allow"
	Wait  = "wait"
	Deny  = "deny"
)

// Reason is one thing that the gate says. One that blocks is in the way.
type Reason struct {
	Code     string
	Text     string
	Blocking bool
}

// Answer is what the gate answers. Pass is there only for who may deploy, and only when it allows.
type Answer struct {
	Decision   string
	Reasons    []Reason
	RetryAfter time.Duration // of one that says wait
	Mode       string        // what happens to what goes in all the same
	Pass       string
	ExpiresAt  time.Time // of the pass
}

// How long to wait before the gate is asked again, for what can take how long.
const (
	soon    = 15 * time.Second
	byPlan  = time.Minute // people decide
	later   = 5 * time.Minute
	longest = time.Hour
)

// verdict collects what the gate finds.
type verdict struct {
	reasons []Reason
	deny    bool
	wait    time.Duration
}

func (v *verdict) refuse(code, text string) {
	v.reasons, v.deny = append(v.reasons, Reason{code, text, true}), true
}

func (v *verdict) hold(code, text string, after time.Duration) {
	v.reasons, v.wait = append(v.reasons, Reason{code, text, true}), max(v.wait, after)
}

func (v *verdict) note(code, text string) { v.reasons = append(v.reasons, Reason{code, text, false}) }

// Ask asks the gate whether an artifact may go into an environment under a change, now. It writes nothing. Who may: who may read
// the change; the pass is for those with change.deploy. Errors: artifact_unsound, run_unsound.
func (s *Service) Ask(ctx context.Context, number, environment, artifact string) (a Answer, err error) {
	d, err := s.Of(ctx, number)
	if err != nil {
		return a, err
	}
	if artifact, err = Digest(artifact); err != nil {
		return a, err
	}
	if !slices.Contains(changes.Environments, environment) {
		return a, ErrRun.With("query.env", "choose one of: "+strings.Join(changes.Environments, ", "))
	}
	v, err := s.judge(ctx, d, environment, artifact)
	if err != nil {
		return a, err
	}
	p, err := s.actor(ctx)
	if err != nil {
		return a, err
	}
	a = v.answer()
	a.Mode = mode(p, environment)
	if a.Decision != Allow || s.Tickets.Permit(ctx, d.Change.Ticket, "deploy") != nil {
		return a, nil
	}
	now, f := s.DB.Now(ctx), d.Change.Facet
	a.ExpiresAt = now.Add(PassLife)
	a.Pass = s.Signer.Sign(Pass{Change: d.Change.Ticket.Number, Revision: f.Revision, Digest: f.Digest, Environment: environment, Artifact: artifact, Nonce: s.Random(),
		IssuedAt: now.UnixMicro(), ExpiresAt: a.ExpiresAt.UnixMicro()})
	return a, nil
}

func (v verdict) answer() Answer {
	a := Answer{Decision: Allow, Reasons: v.reasons}
	switch {
	case v.deny:
		a.Decision = Deny
	case v.wait > 0:
		a.Decision, a.RetryAfter = Wait, min(max(v.wait, soon), longest)
	}
	return a
}

// judge is the gate itself (invariant 3): everything that it has to say, and not only the first.
func (s *Service) judge(ctx context.Context, d Delivery, environment, artifact string) (v verdict, err error) {
	c := d.Change
	if c.Facet.Environment != environment {
		v.refuse("environment_not_planned", "The plan is for "+orNone(c.Facet.Environment)+", not for "+environment+".")
	}
	i := slices.IndexFunc(d.Runs, func(r Run) bool { _, ok := r.Built(artifact); return ok && r.Environment == environment })
	if i < 0 {
		v.refuse("artifact_not_planned", "This change is about other artifacts: what was built anew takes a change of its own.")
	} else {
		required(&v, d.Pipelines[d.Runs[i].PipelineID], d.Runs[i])
	}
	for _, x := range d.Deployments {
		if x.Artifact != artifact || x.Environment != environment || !x.Authorised {
			continue
		}
		switch x.State {
		case Started:
			v.hold("deployment_running", "It is going in already; how that ended has not been said.", soon)
		case Succeeded:
			v.refuse("already_deployed", "It is in already, since "+clock(x.FinishedAt)+" UTC.")
		}
	}
	switch c.Ticket.State {
	case changes.StateScheduled, changes.StateImplementing:
		return v, s.under(ctx, &v, c)
	case changes.StateDraft:
		return v, s.drafted(ctx, &v, c)
	case changes.StateAssess:
		v.hold("being_assessed", "A colleague looks at the plan, and then it is put to those who approve.", byPlan)
	case changes.StateAuthorize:
		waiting(&v, c)
	default:
		v.refuse("change_over", c.Ticket.Number+" is over: it is "+c.Ticket.State+".")
	}
	return v, nil
}

func orNone(s string) string {
	if s == "" {
		return "no environment"
	}
	return s
}

func clock(t *time.Time) string {
	if t == nil {
		return "some time"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// required asks for the evidence without which nothing of a pipeline goes where people work.
func required(v *verdict, p Pipeline, r Run) {
	shown := r.EvidenceList()
	for _, kind := range Kinds {
		switch {
		case slices.ContainsFunc(shown, func(e Evidence) bool { return e.Kind == kind }):
		case slices.Contains(p.Required, kind) && p.Mode(r.Environment) == Closed:
			v.hold("evidence_missing", "The run has not shown its "+words[kind]+".", soon)
		case kind == TestReport || kind == Review:
			v.note("evidence_advised", "The run has not shown its "+words[kind]+".")
		}
	}
}

var words = map[string]string{TestReport: "test report", Scan: "scan", Review: "review", SBOM: "list of parts (SBOM)", Screenshot: "screenshot"}

// under asks for everything that starting the change takes, also of one that has been started.
func (s *Service) under(ctx context.Context, v *verdict, c changes.Change) error {
	if c.Facet.BackoutAt != nil {
		v.refuse(changes.ErrUndoing.Code, "It is being backed out.")
	}
	against, err := s.Changes.Obstacles(ctx, c, "start")
	if err != nil {
		return err
	}
	broken := c.Facet.Lane == changes.LaneRetro // nobody had approved it, and somebody answers for that
	now := s.DB.Now(ctx)
	for _, refused := range against {
		e := asError(refused)
		switch {
		case broken && (errors.Is(e, changes.ErrNotApproved) || errors.Is(e, changes.ErrWindow)):
		case errors.Is(e, changes.ErrWindow) && c.Facet.PlannedStart != nil && now.Before(*c.Facet.PlannedStart):
			v.hold(e.Code, sentence(e), c.Facet.PlannedStart.Sub(now))
		case errors.Is(e, changes.ErrWindow), errors.Is(e, changes.ErrStarter), errors.Is(e, changes.ErrTemplate), errors.Is(e, changes.ErrModel):
			v.refuse(e.Code, sentence(e))
		default:
			v.hold(e.Code, sentence(e), later)
		}
	}
	if len(v.reasons) == 0 || !v.deny && v.wait == 0 {
		v.note("approved", "Revision "+number(c.Facet.Revision)+" of the plan may be done now.")
	}
	return nil
}

// drafted is the gate before a change that nobody has been asked about. What is only registered goes in at once.
func (s *Service) drafted(ctx context.Context, v *verdict, c changes.Change) error {
	if rejected(c) {
		v.refuse("rejected", "Revision "+number(c.Facet.Revision)+" of the plan was rejected.")
		return nil
	}
	if c.Facet.Model != changes.Registration {
		v.hold("not_submitted", "Nobody has been asked yet: the plan is a draft.", byPlan)
		return nil
	}
	against, err := s.Changes.Obstacles(ctx, c, "register")
	for _, refused := range against {
		e := asError(refused)
		v.hold(e.Code, sentence(e), byPlan)
	}
	if s.Calendar != nil && err == nil {
		if frozen := s.Calendar.Thawed(ctx, c); frozen != nil {
			e := asError(frozen)
			if e.Kind == domain.Internal || e.Kind == domain.Unavailable {
				return frozen
			}
			v.hold(e.Code, sentence(e), later)
		}
	}
	if len(against) == 0 {
		v.note("registered", "Nobody is asked: it is registered, and the log keeps it.")
	}
	return err
}

// rejected tells whether the plan as it is now was put to its approvers and rejected.
func rejected(c changes.Change) bool {
	return slices.ContainsFunc(c.Ballots, func(b approval.Ballot) bool {
		return b.Slot.Revision == c.Facet.Revision && !b.Slot.Advisory && slices.ContainsFunc(b.Decisions, func(d approval.Decision) bool { return d.Decision == approval.Reject })
	})
}

func waiting(v *verdict, c changes.Change) {
	if c.Facet.HoldSince != nil {
		v.hold(changes.ErrHeld.Code, "It is on hold: "+c.Facet.HoldReason, later)
	}
	n := len(v.reasons)
	for _, b := range c.Current() {
		if b.Slot.State == approval.Waiting && !b.Slot.Advisory {
			v.hold("awaiting_approval", "It waits for "+b.Slot.Label+".", byPlan)
		}
	}
	if len(v.reasons) == n {
		v.hold("awaiting_approval", "It waits for its approvals.", byPlan)
	}
}

func asError(err error) *domain.Error {
	var e *domain.Error
	if errors.As(err, &e) {
		return e
	}
	return domain.ErrInternal.Wrap(err)
}

func sentence(e *domain.Error) string {
	if e.Detail != "" {
		return e.Detail
	}
	return e.Title + "."
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
