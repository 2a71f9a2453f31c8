package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// StartInput tells that something is about to go into an environment, or, with an end, that it has.
type StartInput struct {
	Change      string // empty for one that was for no change
	Environment string
	Artifact    string
	URL         string
	Pass        string
	StartedAt   *time.Time // what the pipeline says
	End         string     // one of [Ends] for what has happened already
	FinishedAt  *time.Time
	Items       []string // of one that was for no change: what it touched; nil: those of the pipeline
	Evidence    []Evidence
	Note        string
}

// Start lets something in with a pass of the gate, which it spends, and starts the change. Without one it is refused where the
// gate is closed; where it is open, and whenever it has happened already, it becomes an unauthorised change. The gate is
// asked again: what was frozen, held or replanned since the pass was given is refused. Who may: change.deploy on the
// change; without a change, and for what becomes an unauthorised one, change.detect. Facts: DeploymentChanged as "started"
// or "found", and those of changes. Errors: gate_pass_missing, gate_pass_forged, gate_pass_early, gate_pass_expired,
// gate_pass_other, gate_pass_spent, gate_closed with the reasons, artifact_unsound, run_unsound, evidence_unsound.
func (s *Service) Start(ctx context.Context, in StartInput) (d Deployment, c changes.Change, err error) {
	if d, err = in.sound(); err != nil {
		return d, c, err
	}
	shown := in.Evidence
	sound := d
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		d = sound
		actor, now := domain.ActorFrom(ctx), s.DB.Now(ctx)
		if in.Change == "" {
			if err := s.Gate.Check(ctx, "change.detect", policies.Object{Class: string(domain.KindChange), Site: actor.Site, Participants: []domain.UserID{actor.User}}); err != nil {
				return err
			}
		} else if _, err := s.Tickets.Lock(ctx, in.Change, 0, "deploy"); err != nil {
			return err
		}
		p, err := s.actor(ctx)
		if err != nil {
			return err
		}
		if shown, err = soundEvidence(in.Evidence, now); err != nil {
			return err
		}
		d.Ref, d.State, d.ActorID, d.StartedAt, d.Version, d.Evidence = s.Random(), Started, actor.User, now, 1, text(shown)
		if p != nil {
			d.PipelineID = calendar.Optional(p.ID)
		}
		against := error(ErrNoPass.Because("It was for no change, and had no pass of the gate."))
		if in.Change != "" {
			if c, err = s.Changes.Get(ctx, in.Change); err != nil {
				return err
			}
			against = s.admit(ctx, c, &d, in.Pass)
		}
		e := asError(against)
		switch {
		case against == nil:
			return s.letIn(ctx, &c, &d, in)
		case e.Kind == domain.Internal || e.Kind == domain.Unavailable:
			return against
		case in.End == "" && mode(p, d.Environment) == Closed:
			return against
		}
		c, err = s.found(ctx, p, &d, in, e)
		return err
	})
	return d, c, err
}

// sound brings what is told of a deployment into one form, or refuses it.
func (in StartInput) sound() (d Deployment, err error) {
	if d.Artifact, err = Digest(in.Artifact); err != nil {
		return d, err
	}
	if d.Environment = in.Environment; !slices.Contains(changes.Environments, d.Environment) {
		return d, ErrRun.With("body.environment", "choose one of: "+strings.Join(changes.Environments, ", "))
	}
	if in.End != "" && !slices.Contains(Ends, in.End) {
		return d, ErrRun.With("body.status", "choose one of: "+strings.Join(Ends, ", "))
	}
	if d.URL, err = link("body.url", in.URL); err != nil {
		return d, err
	}
	if d.Note, err = ticket.Clean("body.note", in.Note, ticket.MaxText); err != nil {
		return d, err
	}
	d.ToldStart = told(in.StartedAt)
	return d, nil
}

// admit tells why a deployment has no leave: nil when it has one, which it then holds.
func (s *Service) admit(ctx context.Context, c changes.Change, d *Deployment, token string) error {
	d.Claimed = c.Ticket.Number
	now, f := s.DB.Now(ctx), c.Facet
	pass, err := s.Signer.Read(token, now)
	if err != nil {
		return err
	}
	switch {
	case pass.Change != c.Ticket.Number:
		return ErrOther.Because("The pass is for another change.")
	case pass.Artifact != d.Artifact:
		return ErrOther.Because("The pass is for another artifact than this one.")
	case pass.Environment != d.Environment:
		return ErrOther.Because("The pass is for another environment.")
	case pass.Revision != f.Revision || pass.Digest != f.Digest:
		return ErrOther.Because("The plan was edited since: the pass is for revision %d, and it is at revision %d.", pass.Revision, f.Revision)
	}
	if used, err := s.store.spent(ctx, pass.Nonce); err != nil || used {
		return errors.Join(err, when(used, ErrSpent.Because("A pass lets one deployment in: ask the gate again.")))
	}
	all, err := s.Of(ctx, c.Ticket.Number)
	if err != nil {
		return err
	}
	v, err := s.judge(ctx, all, d.Environment, d.Artifact)
	if err != nil {
		return err
	}
	if v.answer().Decision != Allow {
		closed := ErrGate
		for _, r := range v.reasons {
			if r.Blocking {
				closed = closed.For(domain.Reason{Code: r.Code, Text: r.Text})
			}
		}
		return closed
	}
	i := slices.IndexFunc(all.Runs, func(r Run) bool { _, ok := r.Built(d.Artifact); return ok && r.Environment == d.Environment })
	d.RunID = calendar.Optional(all.Runs[i].ID)
	d.Claimed, d.Authorised, d.Nonce, d.Revision, d.Digest = "", true, &pass.Nonce, f.Revision, f.Digest
	return nil
}

func when(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}

// letIn keeps a deployment that has leave, and starts its change.
func (s *Service) letIn(ctx context.Context, c *changes.Change, d *Deployment, in StartInput) (err error) {
	if c.Ticket.State == changes.StateScheduled {
		if *c, err = s.Changes.Move(ctx, changes.MoveInput{Number: c.Ticket.Number, Event: "start"}); err != nil {
			return err
		}
	}
	d.TicketID = c.Ticket.ID
	if err := s.DB.Emit(ctx, DeploymentChanged{*d, c.Ticket.Number, "started", nil}); err != nil {
		return err
	}
	if err := s.store.insertDeployment(ctx, d); err != nil || in.End == "" {
		return err
	}
	return s.end(ctx, c, d, in.End, in.FinishedAt)
}

// quiet is for how long the same deployment, told again by the same account, is the same.
const quiet = 24 * time.Hour

// found makes an unauthorised change of a deployment that nobody had let in (invariant 5), unless it was told of before.
func (s *Service) found(ctx context.Context, p *Pipeline, d *Deployment, in StartInput, why *domain.Error) (c changes.Change, err error) {
	if d.URL != "" {
		old, err := s.store.told(ctx, *d, s.DB.Now(ctx).Add(-quiet))
		if err != nil {
			return c, err
		}
		if old != nil {
			if c, err = s.Changes.ByID(ctx, old.TicketID); err != nil {
				return c, err
			}
			if *d = *old; in.End != "" && !d.Ended() {
				err = s.end(ctx, &c, d, in.End, in.FinishedAt)
			}
			return c, err
		}
	}
	who, team, touched := domain.ActorFrom(ctx).Name, domain.TeamID(0), in.Items
	if p != nil {
		who, team = "The pipeline "+p.Name, p.TeamID
		if touched == nil {
			touched = p.Items
		}
	}
	d.Why = why.Code
	text := fmt.Sprintf("%s deployed `%s` to %s, and the gate had not let it through.\n\n%s", who, d.Artifact, d.Environment, sentence(why))
	for _, r := range why.Reasons[min(1, len(why.Reasons)):] {
		text += "\n- " + r.Text
	}
	if d.Claimed != "" {
		text += "\n\nIt said that it was for " + d.Claimed + "."
	}
	if d.URL != "" {
		text += "\n\n" + d.URL
	}
	c, err = s.Changes.Detect(ctx, changes.DetectInput{Title: fmt.Sprintf("Deployed to %s without leave: %s", d.Environment, d.Artifact[:19]), Description: text, Team: team, CIs: touched})
	if err != nil {
		return c, err
	}
	d.TicketID, d.Revision = c.Ticket.ID, c.Facet.Revision
	if err := s.DB.Emit(ctx, DeploymentChanged{*d, c.Ticket.Number, "found", nil}); err != nil {
		return c, err
	}
	if err := s.store.insertDeployment(ctx, d); err != nil || in.End == "" {
		return c, err
	}
	return c, s.end(ctx, &c, d, in.End, in.FinishedAt)
}

// FinishInput tells how a deployment ended.
type FinishInput struct {
	Ref        string
	End        string
	FinishedAt *time.Time // what the pipeline says
	Evidence   []Evidence
	Note       string
}

// Finish keeps how a deployment ended, once; the same told again is the same. When everything that the run built is in, the
// change goes to its review, or, where it is only registered, is closed. Who may: change.deploy on its change. Facts:
// DeploymentChanged as how it ended, and those of changes. Errors: deployment_ended, run_unsound, evidence_unsound.
func (s *Service) Finish(ctx context.Context, in FinishInput) (d Deployment, c changes.Change, err error) {
	if !slices.Contains(Ends, in.End) {
		return d, c, ErrRun.With("body.status", "choose one of: "+strings.Join(Ends, ", "))
	}
	if in.Note, err = ticket.Clean("body.note", in.Note, ticket.MaxText); err != nil {
		return d, c, err
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if d, err = s.store.lockDeployment(ctx, in.Ref); err != nil {
			return err
		}
		t, err := s.permitted(ctx, d.TicketID)
		if err != nil {
			if errors.Is(err, domain.ErrNotFound) {
				return errNoDeployment
			}
			return err
		}
		if c, err = s.Changes.Get(ctx, t.Number); err != nil {
			return err
		}
		switch {
		case d.State == in.End:
			return nil
		case d.Ended() && !(d.State == Succeeded && in.End == RolledBack):
			return ErrEnded.Because("It was said that it had %s.", strings.ReplaceAll(d.State, "_", " "))
		}
		more, err := soundEvidence(in.Evidence, s.DB.Now(ctx))
		if err != nil {
			return err
		}
		all := append(d.EvidenceList(), more...)
		if len(all) > mostEvidence {
			return ErrEvidence.Because("At most %d pieces of evidence.", mostEvidence)
		}
		old := d
		d.Evidence = text(append([]Evidence{}, all...))
		if in.Note != "" {
			d.Note = in.Note
		}
		return s.close(ctx, &c, &d, old, in.End, in.FinishedAt)
	})
	return d, c, err
}

func (s *Service) end(ctx context.Context, c *changes.Change, d *Deployment, end string, at *time.Time) error {
	return s.close(ctx, c, d, *d, end, at)
}

// close writes how a deployment ended, and does with its change what follows.
func (s *Service) close(ctx context.Context, c *changes.Change, d *Deployment, old Deployment, end string, at *time.Time) error {
	now := s.DB.Now(ctx)
	d.State, d.FinishedAt, d.ToldFinish = end, &now, told(at)
	d.Version++
	if err := s.DB.Emit(ctx, DeploymentChanged{*d, c.Ticket.Number, end, old.Fields()}); err != nil {
		return err
	}
	if err := s.store.updateDeployment(ctx, *d); err != nil || !d.Authorised {
		return err
	}
	all, err := s.Of(ctx, c.Ticket.Number)
	if err != nil {
		return err
	}
	done := slices.ContainsFunc(all.Runs, func(r Run) bool { return r.ID == int64(d.RunID) && delivered(r, all.Deployments) })
	outcome := changes.Outcome("successful")
	if slices.ContainsFunc(all.Deployments, func(x Deployment) bool { return x.State == Failed || x.State == RolledBack }) {
		outcome = "successful_with_issues"
	}
	switch {
	case c.Facet.Model == changes.Registration && c.Ticket.State == changes.StateDraft:
		if !done && end == Succeeded {
			return nil
		}
		if !done {
			outcome = map[string]changes.Outcome{Failed: "failed", RolledBack: "backed_out"}[end]
		}
		return s.follow(ctx, c, changes.MoveInput{Event: "register", Outcome: outcome})
	case done && c.Ticket.State == changes.StateImplementing:
		return s.follow(ctx, c, changes.MoveInput{Event: "complete", Outcome: outcome})
	}
	return nil
}

// follow makes the move that the end of a deployment asks for. Where tasks are still open, or it is being backed out, people
// go on.
func (s *Service) follow(ctx context.Context, c *changes.Change, in changes.MoveInput) error {
	against, err := s.Changes.Obstacles(ctx, *c, in.Event)
	if err != nil || len(against) > 0 || c.Facet.BackoutAt != nil {
		return err
	}
	in.Number = c.Ticket.Number
	*c, err = s.Changes.Move(ctx, in)
	return err
}
