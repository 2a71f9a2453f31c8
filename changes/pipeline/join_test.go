package pipeline_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func codes(err error) (out []string) {
	var e *domain.Error
	if errors.As(err, &e) {
		for _, r := range e.Reasons {
			out = append(out, r.Code)
		}
	}
	return out
}

// A release that people plan, and that a pipeline carries out: the run joins it when the plan says just that.
func TestARunJoinsAPlannedChangeOnlyWhenThePlanNamesWhatItBrings(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		_, item := shop(t, w)
		planned := func(alter func(p *changes.PlanPatch)) string {
			t.Helper()
			plan, env, steps := w.Plan("Release 4.2"), prod, "Deploy shop-api "+digest+", then look at the basket."
			who, items := w.IDs("bot"), []string{item}
			plan.Environment, plan.ImplementationPlan, plan.Implementers, plan.CIs = &env, &steps, &who, &items
			if alter != nil {
				alter(&plan)
			}
			c, err := w.Changes.Raise(w.As("maya"), changes.RaiseInput{Plan: plan, Team: w.Team("apps")})
			if err != nil {
				t.Fatal(err)
			}
			return c.Ticket.Number
		}
		run := func(name, change string) pipeline.RaiseInput {
			in := told(w, name)
			in.Change = change
			return in
		}
		refused := func(what, number string, want ...string) {
			t.Helper()
			_, err := w.Pipelines.Raise(w.As("bot"), run("shop#9", number))
			if !errors.Is(err, pipeline.ErrJoin) || !slices.Equal(codes(err), want) {
				t.Errorf("%s: %v %v", what, err, codes(err))
			}
		}
		for _, n := range []string{"CHG-000099", "INC-000001", "nonsense"} {
			refused("no such change", n)
		}
		stranger := planned(func(p *changes.PlanPatch) { p.Implementers = ptr(w.IDs("amir")) })
		refused("a plan that does not name the pipeline tells it nothing", stranger)
		if _, err := w.Changes.Get(w.As("bot"), stranger); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("it reads what does not name it: %v", err)
		}
		refused("another environment", planned(func(p *changes.PlanPatch) { p.Environment = ptr("test") }), "environment_not_planned")
		refused("other items", planned(func(p *changes.PlanPatch) { p.CIs = ptr([]string{}) }), "item_not_planned")
		refused("another artifact", planned(func(p *changes.PlanPatch) { p.ImplementationPlan = ptr("Deploy " + other) }), "artifact_not_planned")
		refused("all of them", planned(func(p *changes.PlanPatch) {
			p.Environment, p.CIs, p.ImplementationPlan = nil, ptr([]string{}), ptr("Deploy it.")
		}), "environment_not_planned", "item_not_planned", "artifact_not_planned")
		over := planned(nil)
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: over, Event: "cancel", Reason: "not now"}); err != nil {
			t.Fatal(err)
		}
		refused("one that is over", over, "change_over")

		n := planned(nil)
		before, err := w.Changes.Get(w.System(), n)
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Pipelines.Raise(w.As("bot"), run("shop#1", n))
		if err != nil || r.Change.Ticket.Number != n || r.Change.Ticket.State != changes.StateDraft || r.Change.Facet.Digest != before.Facet.Digest {
			t.Fatalf("%s in %s, %v", r.Change.Ticket.Number, r.Change.Ticket.State, err)
		}
		again, err := w.Pipelines.Raise(w.As("bot"), run("shop#1", n))
		if err != nil || !again.Again || again.Run.Ref != r.Run.Ref || again.Change.Ticket.Number != n {
			t.Errorf("told again: %+v, %v", again.Run, err)
		}
		if _, err := w.Pipelines.Raise(w.As("bot"), told(w, "shop#1")); !errors.Is(err, pipeline.ErrRunSaid) {
			t.Errorf("the same run for a change of its own: %v", err)
		}
		expect(t, ask(t, w, "bot", n, digest), pipeline.Wait, "not_submitted")
		w.AskForApproval("maya", n)
		for _, by := range []string{"cora", "carl"} {
			if _, err := w.Vote(by, n, "approve"); err != nil {
				t.Fatal(err)
			}
		}
		w.Clock.Advance(24 * time.Hour)
		expect(t, ask(t, w, "bot", n, other), pipeline.Deny, "artifact_not_planned")
		a := ask(t, w, "bot", n, digest)
		expect(t, a, pipeline.Allow)
		d, c, err := start(w, n, digest, a.Pass)
		if err != nil || !d.Authorised || c.Ticket.Number != n || c.Ticket.State != changes.StateImplementing {
			t.Fatalf("%+v, %v", d, err)
		}
		if _, c, err = w.Pipelines.Finish(w.As("bot"), pipeline.FinishInput{Ref: d.Ref, End: pipeline.Succeeded}); err != nil || c.Ticket.State != changes.StateReview {
			t.Errorf("%s, %v", c.Ticket.State, err)
		}
		w.VerifyLog()
	})
}

func ptr[T any](v T) *T { return &v }
