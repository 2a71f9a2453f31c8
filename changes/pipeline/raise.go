package pipeline

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// RaiseInput is what a run tells of itself, and of the change that it wants to make.
type RaiseInput struct {
	Run         string // repository and number of the run
	Change      string `json:",omitempty"` // which people planned, and which the run joins; empty: the run makes its own
	URL         string
	Environment string
	Model       changes.Model // normal unless given; a template makes it standard
	Template    string
	Plan        changes.PlanPatch // of a standard change only the title and the window
	Minutes     int64             // of a standard change: how long it takes
	Items       []string          // nil: those of the pipeline
	Commits     []Commit
	Artifacts   []Artifact
	Evidence    []Evidence
}

// Raised is the change of a run. Missing is what its plan must say before anybody can be asked; Again tells that the run had
// been told of before.
type Raised struct {
	Change  changes.Change
	Run     Run
	Missing []domain.Field
	Again   bool
}

// Raise makes the change of a run, and submits it when its plan says enough; or it joins the change that the run names, when
// plan, items, environment and artifacts agree. The same run told again, in the same words, gives the same change. Who may: a pipeline's own account, with change.create. Facts: RunChanged as "told", and those of
// changes. Errors: not_a_pipeline, pipeline_retired, run_unsound, run_said_otherwise, artifact_unsound, evidence_unsound,
// reviewer_is_author, run_not_of_change with every reason, and those of changes.Raise and of templates.
func (s *Service) Raise(ctx context.Context, in RaiseInput) (out Raised, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		actor := domain.ActorFrom(ctx)
		if err := s.Gate.Check(ctx, "change.create", policies.Object{Class: string(domain.KindChange), Site: actor.Site, Participants: []domain.UserID{actor.User}}); err != nil {
			return err
		}
		p, err := s.turn(ctx)
		if err != nil {
			return err
		}
		r := Run{Ref: s.Random(), PipelineID: p.ID, Name: in.Run, URL: in.URL, Environment: in.Environment, Version: 1, CreatedAt: s.DB.Now(ctx)}
		r.Said = said(in) // before anything is brought into order or stamped
		if err := r.sound(in.Commits, in.Artifacts, in.Evidence, r.CreatedAt); err != nil {
			return err
		}
		old, err := s.store.runNamed(ctx, p.ID, r.Name, r.Environment)
		switch {
		case err != nil:
			return err
		case old == nil:
		case old.Said != r.Said:
			return ErrRunSaid.Because("The run %s for %s built or planned something else when it was told of first: a new build is a new run.", r.Name, r.Environment)
		default:
			out = Raised{Run: *old, Again: true}
			if out.Change, err = s.Changes.ByID(ctx, old.TicketID); err != nil || in.Change != "" {
				return err
			}
			return s.submit(ctx, &out)
		}
		what, of := "told", s.raise
		if in.Change != "" {
			what, of = "joined", s.join
		}
		if out.Change, err = of(ctx, p, r, in); err != nil {
			return err
		}
		r.TicketID = out.Change.Ticket.ID
		if err := s.DB.Emit(ctx, RunChanged{r, out.Change.Ticket.Number, what, nil}); err != nil {
			return err
		}
		if err := s.store.insertRun(ctx, &r); err != nil {
			return err
		}
		if out.Run = r; in.Change != "" {
			return nil // whoever planned it puts it forward
		}
		return s.submit(ctx, &out)
	})
	return out, err
}

// turn is the pipeline that acts, locked, so that what its runs tell comes one after the other.
func (s *Service) turn(ctx context.Context) (Pipeline, error) {
	p, err := s.actor(ctx)
	if err != nil {
		return Pipeline{}, err
	}
	if p == nil {
		return Pipeline{}, ErrNoAccount.Because("You act as yourself: use a token of the pipeline.")
	}
	return s.store.lockPipeline(ctx, "account_id", int64(p.AccountID))
}

// raise drafts the change of a run. Its implementer is the pipeline, and what it built is part of the plan, so that this and
// nothing else is what is approved.
func (s *Service) raise(ctx context.Context, p Pipeline, r Run, in RaiseInput) (changes.Change, error) {
	plan, own := in.Plan, []domain.UserID{p.AccountID}
	if plan.Title == nil || strings.TrimSpace(*plan.Title) == "" {
		title := fmt.Sprintf("%s: run %s to %s", p.Name, r.Name, r.Environment)
		plan.Title = &title
	}
	numbers := []string(p.Items)
	if in.Items != nil {
		numbers = in.Items
	}
	if in.Template != "" {
		use := template.RaiseInput{Key: in.Template, Title: *plan.Title, Minutes: in.Minutes, Implementers: own, Team: p.TeamID}
		if plan.PlannedStart != nil {
			use.Start = *plan.PlannedStart
		}
		if len(numbers) > 0 {
			use.Items = numbers
		}
		c, err := s.Templates.Raise(ctx, use)
		if err == nil && c.Facet.Environment != r.Environment {
			err = ErrRun.With("body.environment", "the template is for another environment")
		}
		return c, err
	}
	model := in.Model
	if model == "" {
		model = changes.Normal
	}
	steps := ""
	if plan.ImplementationPlan != nil {
		steps = strings.TrimSpace(*plan.ImplementationPlan) + "\n\n"
	}
	steps += builtText(p, r)
	plan.Model, plan.Environment, plan.Implementers, plan.ImplementationPlan = &model, &r.Environment, &own, &steps
	if len(numbers) > 0 {
		plan.CIs = &numbers
	}
	return s.Changes.Raise(ctx, changes.RaiseInput{Plan: plan, Team: p.TeamID, Owner: p.OwnerID})
}

// builtText says what goes in, in words for those who decide.
func builtText(p Pipeline, r Run) string {
	var b strings.Builder
	fmt.Fprintf(&b, "The pipeline %s deploys to %s what its run %s built:\n", p.Name, r.Environment, r.Name)
	for _, a := range r.ArtifactList() {
		fmt.Fprintf(&b, "\n- %s `%s`", a.Name, a.Digest)
	}
	return b.String()
}

// submit puts a draft to its reviewer when its plan says enough, and otherwise tells what is missing.
func (s *Service) submit(ctx context.Context, r *Raised) error {
	event := map[changes.Model]string{changes.Normal: "submit", changes.Registration: "register"}[r.Change.Facet.Model]
	if r.Change.Ticket.State != changes.StateDraft || event == "" {
		return nil
	}
	against, err := s.Changes.Obstacles(ctx, r.Change, event)
	if err != nil {
		return err
	}
	for _, refused := range against {
		e := asError(refused)
		r.Missing = append(r.Missing, e.Fields...)
		if len(e.Fields) == 0 {
			r.Missing = append(r.Missing, domain.Field{Location: e.Code, Message: sentence(e)})
		}
	}
	if len(against) > 0 || event != "submit" || r.Again {
		return nil
	}
	r.Change, err = s.Changes.Move(ctx, changes.MoveInput{Number: r.Change.Ticket.Number, Event: event})
	return err
}

// Add shows more of a run. Who may: change.deploy on its change. Facts: RunChanged as "shown". Errors: evidence_unsound,
// reviewer_is_author, not_found.
func (s *Service) Add(ctx context.Context, ref string, more []Evidence) (r Run, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if r, err = s.store.lockRun(ctx, ref); err != nil {
			return err
		}
		t, err := s.permitted(ctx, r.TicketID)
		if err != nil {
			return err
		}
		if more, err = soundEvidence(more, s.DB.Now(ctx)); err != nil {
			return err
		}
		before, all := r.Fields(), r.EvidenceList()
		for _, e := range more {
			if !has(all, e) {
				all = append(all, e)
			}
		}
		if len(all) > mostEvidence {
			return ErrEvidence.Because("At most %d pieces of evidence.", mostEvidence)
		}
		if len(all) == len(r.EvidenceList()) {
			return nil // it was shown before
		}
		r.Evidence = text(all)
		r.Version++
		if err := s.DB.Emit(ctx, RunChanged{r, t.Number, "shown", before}); err != nil {
			return err
		}
		return s.store.updateRun(ctx, r)
	})
	return r, err
}

func has(all []Evidence, e Evidence) bool {
	for _, x := range all {
		if x.Kind == e.Kind && x.SHA256 == e.SHA256 && x.Name == e.Name {
			return true
		}
	}
	return false
}

// permitted finds the change to which something belongs, on which the actor may deploy.
func (s *Service) permitted(ctx context.Context, id domain.TicketID) (ticket.Ticket, error) {
	found, err := s.Tickets.ByIDs(ctx, []domain.TicketID{id})
	if err != nil {
		return ticket.Ticket{}, err
	}
	return s.Tickets.Lock(ctx, found[id].Number, 0, "deploy")
}

// told is a time that a pipeline says, as it is kept.
func told(at *time.Time) *time.Time {
	if at == nil || at.IsZero() {
		return nil
	}
	t := domain.Instant(*at)
	return &t
}
