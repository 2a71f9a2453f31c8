package pipeline_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
	"github.com/cabinetdesk/cabinet/policies"
)

var (
	digest = "sha256:" + strings.Repeat("a1", 32)
	other  = "sha256:" + strings.Repeat("b2", 32)
	report = strings.Repeat("c3", 32)
)

const prod = "production"

// shop is a pipeline with its account, known as "bot", and the item that it deploys to.
func shop(t *testing.T, w *world.World) (pipeline.Pipeline, string) {
	t.Helper()
	item, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: "server", Status: cmdb.Live, Values: map[string]string{"name": "shop-01"}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.Pipelines.Register(w.As("ada"), pipeline.RegisterInput{Key: "shop", Name: "Shop", Owner: w.ID("alice"), Team: w.Team("apps"), Items: []string{item.Number}})
	if err != nil {
		t.Fatal(err)
	}
	w.Know("bot", p.AccountID)
	return p, item.Number
}

// told is what a run of the shop tells.
func told(w *world.World, run string) pipeline.RaiseInput {
	plan := w.Plan("Shop 4.2")
	plan.Implementers, plan.AffectedServices = nil, nil
	return pipeline.RaiseInput{Run: run, URL: "https://ci.example.org/shop/" + strings.ReplaceAll(run, "#", "/"), Environment: prod, Plan: plan,
		Commits:   []pipeline.Commit{{SHA: "0123abc", Author: "alice", Title: "Faster basket"}},
		Artifacts: []pipeline.Artifact{{Name: "shop-api", Digest: digest}},
		Evidence:  []pipeline.Evidence{{Kind: pipeline.TestReport, Name: "Tests", SHA256: report}, {Kind: pipeline.Review, Name: "#41", SHA256: report, Author: "alice", Reviewer: "amir"}}}
}

func raised(t *testing.T, w *world.World, run string) string {
	t.Helper()
	r, err := w.Pipelines.Raise(w.As("bot"), told(w, run))
	if err != nil || len(r.Missing) > 0 || r.Change.Ticket.State != changes.StateAssess {
		t.Fatalf("%s, missing %v, %v", r.Change.Ticket.State, r.Missing, err)
	}
	return r.Change.Ticket.Number
}

// approved brings the change of a run through its approvals.
func approved(t *testing.T, w *world.World, n string) {
	t.Helper()
	if _, err := w.Changes.PeerReview(w.As("tess"), n, "", "Sound."); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: n, Event: "request_authorization"}); err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"cora", "carl"} {
		if _, err := w.Vote(login, n, approval.Approve); err != nil {
			t.Fatal(err)
		}
	}
	c, err := w.Changes.Get(w.System(), n)
	if err != nil || c.Ticket.State != changes.StateScheduled {
		t.Fatalf("%s, %v", c.Ticket.State, err)
	}
}

func ask(t *testing.T, w *world.World, by, n, artifact string) pipeline.Answer {
	t.Helper()
	a, err := w.Pipelines.Ask(w.As(by), n, prod, artifact)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func expect(t *testing.T, a pipeline.Answer, decision string, codes ...string) {
	t.Helper()
	var have []string
	for _, r := range a.Reasons {
		if r.Blocking {
			have = append(have, r.Code)
		}
	}
	if a.Decision != decision || !slices.Equal(have, codes) || (a.Pass != "") != (decision == pipeline.Allow) || (a.RetryAfter > 0) != (decision == pipeline.Wait) {
		t.Fatalf("the gate says %s for %v, retry after %s; want %s for %v", a.Decision, have, a.RetryAfter, decision, codes)
	}
}

func start(w *world.World, n, artifact, pass string) (pipeline.Deployment, changes.Change, error) {
	return w.Pipelines.Start(w.As("bot"), pipeline.StartInput{Change: n, Environment: prod, Artifact: artifact, Pass: pass, URL: "https://ci.example.org/shop/1"})
}

func TestAPipelineIsToldToWaitIsLetThroughOnceApprovedAndItsChangeGoesToReview(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop(t, w)
		n := raised(t, w, "shop#1")
		expect(t, ask(t, w, "bot", n, digest), pipeline.Wait, "being_assessed")
		if _, err := w.Changes.PeerReview(w.As("tess"), n, "", "Sound."); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: n, Event: "request_authorization"}); err != nil {
			t.Fatal(err)
		}
		expect(t, ask(t, w, "bot", n, digest), pipeline.Wait, "awaiting_approval")
		for _, login := range []string{"cora", "carl"} {
			if _, err := w.Vote(login, n, approval.Approve); err != nil {
				t.Fatal(err)
			}
		}
		early := ask(t, w, "bot", n, digest)
		expect(t, early, pipeline.Wait, "outside_window")
		if early.RetryAfter != time.Hour {
			t.Errorf("retry after %s: a day ahead is looked at once an hour", early.RetryAfter)
		}
		w.Clock.Advance(24 * time.Hour)
		a := ask(t, w, "bot", n, digest)
		expect(t, a, pipeline.Allow)
		if human := ask(t, w, "maya", n, digest); human.Decision != pipeline.Allow || human.Pass == "" {
			t.Errorf("a change manager may deploy: %+v", human)
		}
		if auditor := ask(t, w, "otto", n, digest); auditor.Decision != pipeline.Allow || auditor.Pass != "" {
			t.Errorf("an auditor gets a pass: %+v", auditor)
		}
		d, c, err := start(w, n, digest, a.Pass)
		if err != nil || !d.Authorised || d.State != pipeline.Started || c.Ticket.State != changes.StateImplementing || c.Facet.StartedBy != w.ID("bot") {
			t.Fatalf("%+v, %s, %v", d, c.Ticket.State, err)
		}
		expect(t, ask(t, w, "bot", n, digest), pipeline.Wait, "deployment_running")
		w.Clock.Advance(5 * time.Minute)
		d, c, err = w.Pipelines.Finish(w.As("bot"), pipeline.FinishInput{Ref: d.Ref, End: pipeline.Succeeded, Evidence: []pipeline.Evidence{{Kind: pipeline.Screenshot, Name: "Basket", SHA256: report}}})
		if err != nil || d.State != pipeline.Succeeded || c.Ticket.State != changes.StateReview || c.Facet.Outcome != "successful" || len(d.EvidenceList()) != 1 {
			t.Fatalf("%+v, %s %s, %v", d, c.Ticket.State, c.Facet.Outcome, err)
		}
		if again, _, err := w.Pipelines.Finish(w.As("bot"), pipeline.FinishInput{Ref: d.Ref, End: pipeline.Succeeded}); err != nil || again.Version != d.Version {
			t.Errorf("the same end told again: %d, %v", again.Version, err)
		}
		if _, _, err := w.Pipelines.Finish(w.As("bot"), pipeline.FinishInput{Ref: d.Ref, End: pipeline.Failed}); !errors.Is(err, pipeline.ErrEnded) {
			t.Errorf("another end: %v", err)
		}
		expect(t, ask(t, w, "bot", n, digest), pipeline.Deny, "already_deployed", "change_over")
		w.VerifyLog()
	})
}

// Demonstration (g): a deployment without a pass becomes an unauthorised change, which people look into.
func TestADeploymentWithoutAPassBecomesAnUnauthorisedChange(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		_, item := shop(t, w)
		in := pipeline.StartInput{Environment: prod, Artifact: other, URL: "https://ci.example.org/shop/77"}
		if _, _, err := w.Pipelines.Start(w.As("bot"), in); !errors.Is(err, pipeline.ErrNoPass) {
			t.Fatalf("the gate of production is closed: %v", err)
		}
		in.End = pipeline.Succeeded // it did so all the same, and says so, or somebody found it
		d, c, err := w.Pipelines.Start(w.As("bot"), in)
		if err != nil || d.Authorised || d.State != pipeline.Succeeded || d.Why != "gate_pass_missing" {
			t.Fatalf("%+v, %v", d, err)
		}
		f := c.Facet
		if c.Ticket.State != changes.StateDetected || f.Model != changes.Unauthorised || !slices.Contains(f.Exceptions, changes.NobodyApproved) || !slices.Equal(f.CIs, []string{item}) || c.Ticket.TeamID != w.Team("apps") {
			t.Fatalf("%s %s %v %v", c.Ticket.State, f.Model, f.Exceptions, f.CIs)
		}
		again, same, err := w.Pipelines.Start(w.As("bot"), in)
		if err != nil || again.Ref != d.Ref || same.Ticket.Number != c.Ticket.Number {
			t.Errorf("told again it is another: %s, %v", same.Ticket.Number, err)
		}
		n := c.Ticket.Number
		if _, err := w.Changes.Move(w.As("bot"), changes.MoveInput{Number: n, Event: "examine"}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("the pipeline looks into itself: %v", err)
		}
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: n, Event: "examine"}); err != nil {
			t.Fatal(err)
		}
		c, err = w.Changes.Move(w.As("maya"), changes.MoveInput{Number: n, Event: "judge", Outcome: "reverted", CloseNotes: "Rolled back by hand."})
		if err != nil || c.Ticket.State != changes.StateClosed || !slices.Contains(c.Facet.Exceptions, changes.NobodyApproved) {
			t.Fatalf("%s %v, %v", c.Ticket.State, c.Facet.Exceptions, err)
		}
		w.VerifyLog()
	})
}

func TestWhereTheGateIsOpenWhatHasNoPassGoesInAndIsRegistered(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		p, _ := shop(t, w)
		if _, err := w.Pipelines.Amend(w.As("maya"), p.Key, 0, pipeline.Patch{Modes: &pipeline.Modes{prod: pipeline.Open}}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a change manager opens the gate: %v", err)
		}
		if _, err := w.Pipelines.Amend(w.As("ada"), p.Key, 0, pipeline.Patch{Modes: &pipeline.Modes{prod: pipeline.Open}}); err != nil {
			t.Fatal(err)
		}
		n := raised(t, w, "shop#1")
		d, c, err := start(w, n, digest, "")
		if err != nil || d.Authorised || d.State != pipeline.Started || d.Claimed != n || c.Ticket.Number == n || c.Ticket.State != changes.StateDetected {
			t.Fatalf("%+v, %s %s, %v", d, c.Ticket.Number, c.Ticket.State, err)
		}
		if d, _, err = w.Pipelines.Finish(w.As("bot"), pipeline.FinishInput{Ref: d.Ref, End: pipeline.Failed, Note: "Health check"}); err != nil || d.State != pipeline.Failed {
			t.Fatal(err)
		}
		if c, err := w.Changes.Get(w.System(), n); err != nil || c.Ticket.State != changes.StateAssess {
			t.Errorf("the change that it named has moved: %s, %v", c.Ticket.State, err)
		}
		w.VerifyLog()
	})
}

func TestAPassHoldsOnceForOneChangeRevisionArtifactAndEnvironmentAndNotForLong(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop(t, w)
		n := raised(t, w, "shop#1")
		in := told(w, "shop#2")
		in.Artifacts = []pipeline.Artifact{{Name: "shop-api", Digest: other}, {Name: "shop-web", Digest: digest}}
		later := in.Plan.PlannedStart.Add(72 * time.Hour)
		end := later.Add(time.Hour)
		in.Plan.PlannedStart, in.Plan.PlannedEnd = &later, &end
		r, err := w.Pipelines.Raise(w.As("bot"), in)
		if err != nil {
			t.Fatal(err)
		}
		m := r.Change.Ticket.Number
		approved(t, w, n)
		w.Clock.Advance(24 * time.Hour)
		a := ask(t, w, "bot", n, digest)
		expect(t, a, pipeline.Allow)
		expect(t, ask(t, w, "bot", n, other), pipeline.Deny, "artifact_not_planned")
		refused := func(what string, want error, number, artifact, environment, pass string) {
			t.Helper()
			_, _, err := w.Pipelines.Start(w.As("bot"), pipeline.StartInput{Change: number, Artifact: artifact, Environment: environment, Pass: pass})
			if !errors.Is(err, want) {
				t.Errorf("%s: %v", what, err)
			}
		}
		refused("of a pipeline that lies about its artifact", pipeline.ErrOther, n, other, prod, a.Pass)
		refused("for another change", pipeline.ErrOther, m, digest, prod, a.Pass)
		refused("for another environment", pipeline.ErrOther, n, digest, "recovery", a.Pass)
		refused("with another signature", pipeline.ErrForged, n, digest, prod, a.Pass[:len(a.Pass)-4]+"AAAA")
		refused("cut off", pipeline.ErrForged, n, digest, prod, a.Pass[:20])
		refused("of another key", pipeline.ErrForged, n, digest, prod, pipeline.NewSigner(make([]byte, 32)).Sign(pipeline.Pass{Change: n}))
		w.Clock.Advance(-2 * time.Minute)
		refused("after the clock was set back", pipeline.ErrEarly, n, digest, prod, a.Pass)
		w.Clock.Advance(2*time.Minute + pipeline.PassLife)
		refused("a quarter of an hour later", pipeline.ErrExpired, n, digest, prod, a.Pass)
		a = ask(t, w, "bot", n, digest)
		if _, _, err := start(w, n, digest, a.Pass); err != nil {
			t.Fatal(err)
		}
		refused("twice", pipeline.ErrSpent, n, digest, prod, a.Pass)
		w.VerifyLog()
	})
}

func TestTheGateIsAskedAgainWhenAPassIsUsed(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop(t, w)
		n := raised(t, w, "shop#1")
		approved(t, w, n)
		w.Clock.Advance(24 * time.Hour)
		held, edited := ask(t, w, "bot", n, digest), ask(t, w, "bot", n, digest)
		if _, err := w.Changes.Hold(w.As("maya"), n, 0, "A storm comes."); err != nil {
			t.Fatal(err)
		}
		expect(t, ask(t, w, "bot", n, digest), pipeline.Wait, "on_hold")
		if _, _, err := start(w, n, digest, held.Pass); !errors.Is(err, pipeline.ErrGate) {
			t.Errorf("held since: %v", err)
		}
		if _, err := w.Changes.Release(w.As("maya"), n, 0); err != nil {
			t.Fatal(err)
		}
		words := "Upgrade at once."
		if _, _, err := w.Changes.Amend(w.As("maya"), changes.AmendInput{Number: n, Plan: changes.PlanPatch{BackoutPlan: &words}}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := start(w, n, digest, edited.Pass); !errors.Is(err, pipeline.ErrOther) {
			t.Errorf("edited since: %v", err)
		}
		expect(t, ask(t, w, "bot", n, digest), pipeline.Wait, "not_submitted")
		w.VerifyLog()
	})
}

func TestTheSameRunToldAgainIsTheSameChangeAndInOtherWordsItIsRefused(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop(t, w)
		first, err := w.Pipelines.Raise(w.As("bot"), told(w, "shop#1"))
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.Pipelines.Raise(w.As("bot"), told(w, "shop#1"))
		if err != nil || !again.Again || again.Run.Ref != first.Run.Ref || again.Change.Ticket.Number != first.Change.Ticket.Number {
			t.Errorf("%+v, %v", again.Run, err)
		}
		lie := told(w, "shop#1")
		lie.Artifacts = []pipeline.Artifact{{Name: "shop-api", Digest: other}}
		if _, err := w.Pipelines.Raise(w.As("bot"), lie); !errors.Is(err, pipeline.ErrRunSaid) {
			t.Errorf("another artifact: %v", err)
		}
		if _, err := w.Pipelines.Raise(w.As("amir"), told(w, "shop#2")); !errors.Is(err, pipeline.ErrNoAccount) {
			t.Errorf("a person tells of a run: %v", err)
		}
		if _, err := w.Pipelines.Raise(w.As("otto"), told(w, "shop#2")); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an auditor: %v", err)
		}
		own := told(w, "shop#3")
		own.Evidence[1].Reviewer = "Alice"
		if _, err := w.Pipelines.Raise(w.As("bot"), own); !errors.Is(err, pipeline.ErrReviewer) {
			t.Errorf("who wrote it reviewed it: %v", err)
		}
		thin := told(w, "shop#4")
		thin.Plan.BackoutPlan = nil
		r, err := w.Pipelines.Raise(w.As("bot"), thin)
		if err != nil || r.Change.Ticket.State != changes.StateDraft || len(r.Missing) == 0 {
			t.Errorf("a plan without a way back: %s, %v, %v", r.Change.Ticket.State, r.Missing, err)
		}
		w.VerifyLog()
	})
}

func TestAPipelineCanNeverDecide(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop(t, w)
		for _, role := range []string{policies.CABMember, policies.CABChair, policies.ChangeManager} { // whatever it is given
			if _, err := w.Gate.Grant(w.System(), policies.GrantInput{User: w.ID("bot"), Role: role, Scope: "all", Reason: "a mistake"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Approvals.SetBoard(w.As("ada"), approval.Board{Key: "cab", Name: "CAB", Rule: approval.Quorum, Needed: 2, Members: w.IDs("cora", "carl", "bot")}); err != nil {
			t.Fatal(err)
		}
		n := w.Raise("maya", "Upgrade", "amir").Ticket.Number
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: n, Event: "submit"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Changes.PeerReview(w.As("bot"), n, "", "Fine."); !errors.Is(err, domain.ErrForbidden) && !errors.Is(err, changes.ErrAuthor) {
			t.Errorf("it looks at a plan: %v", err)
		}
		if _, err := w.Changes.PeerReview(w.As("tess"), n, "", "Fine."); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: n, Event: "request_authorization"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Vote("bot", n, approval.Approve); !errors.Is(err, approval.ErrCannotDecide) {
			t.Errorf("it votes: %v", err)
		}
	})
}

func TestARegistrationGoesInAtOnceAndIsClosedWhenAllIsIn(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop(t, w)
		title := "Shop to test"
		in := pipeline.RaiseInput{Run: "shop#9", Environment: "test", Model: changes.Registration, Plan: changes.PlanPatch{Title: &title},
			Artifacts: []pipeline.Artifact{{Name: "api", Digest: digest}, {Name: "web", Digest: strings.TrimPrefix(other, "sha256:")}}}
		r, err := w.Pipelines.Raise(w.As("bot"), in)
		if err != nil || len(r.Missing) > 0 || !strings.Contains(r.Change.Facet.ImplementationPlan, digest) {
			t.Fatalf("%v, %v", r.Missing, err)
		}
		n := r.Change.Ticket.Number
		for i, artifact := range []string{digest, other} {
			a, err := w.Pipelines.Ask(w.As("bot"), n, "test", artifact)
			if err != nil || a.Decision != pipeline.Allow || a.Mode != pipeline.Open {
				t.Fatalf("%+v, %v", a, err)
			}
			_, c, err := w.Pipelines.Start(w.As("bot"), pipeline.StartInput{Change: n, Environment: "test", Artifact: artifact, Pass: a.Pass, End: pipeline.Succeeded})
			if want := []string{changes.StateDraft, changes.StateClosed}[i]; err != nil || c.Ticket.State != want {
				t.Fatalf("after %d: %s, %v", i+1, c.Ticket.State, err)
			}
		}
		w.VerifyLog()
	})
}

func TestWhatFailedMayBeTriedAgainAndEndsAsSuccessfulWithIssues(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop(t, w)
		n := raised(t, w, "shop#1")
		approved(t, w, n)
		w.Clock.Advance(24 * time.Hour)
		for _, end := range []string{pipeline.Failed, pipeline.Succeeded} {
			d, _, err := start(w, n, digest, ask(t, w, "bot", n, digest).Pass)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := w.Pipelines.Finish(w.As("bot"), pipeline.FinishInput{Ref: d.Ref, End: end}); err != nil {
				t.Fatal(err)
			}
		}
		c, err := w.Changes.Get(w.System(), n)
		if err != nil || c.Ticket.State != changes.StateReview || c.Facet.Outcome != "successful_with_issues" {
			t.Errorf("%s %s, %v", c.Ticket.State, c.Facet.Outcome, err)
		}
	})
}

func TestNothingGoesIntoProductionWithoutTheEvidenceThatItsPipelineRequires(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		p, _ := shop(t, w)
		if _, err := w.Pipelines.Amend(w.As("ada"), p.Key, p.Version, pipeline.Patch{Required: &[]string{pipeline.SBOM, pipeline.TestReport}}); err != nil {
			t.Fatal(err)
		}
		r, err := w.Pipelines.Raise(w.As("bot"), told(w, "shop#1"))
		if err != nil {
			t.Fatal(err)
		}
		n := r.Change.Ticket.Number
		expect(t, ask(t, w, "bot", n, digest), pipeline.Wait, "evidence_missing", "being_assessed")
		if _, err := w.Pipelines.Add(w.As("otto"), r.Run.Ref, []pipeline.Evidence{{Kind: pipeline.SBOM, Name: "Parts", SHA256: report}}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an auditor: %v", err)
		}
		for range 2 { // told again it is the same
			if r.Run, err = w.Pipelines.Add(w.As("bot"), r.Run.Ref, []pipeline.Evidence{{Kind: pipeline.SBOM, Name: "Parts", SHA256: report}}); err != nil || len(r.Run.EvidenceList()) != 3 {
				t.Fatalf("%v, %v", r.Run.EvidenceList(), err)
			}
		}
		expect(t, ask(t, w, "bot", n, digest), pipeline.Wait, "being_assessed")
		w.VerifyLog()
	})
}

func TestARetiredPipelineIsLockedOut(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		p, _ := shop(t, w)
		raised(t, w, "shop#1")
		bot := w.As("bot")
		if _, err := w.Pipelines.Retire(w.As("maya"), p.Key, 0); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a change manager: %v", err)
		}
		if _, err := w.Pipelines.Retire(w.As("ada"), p.Key, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Pipelines.Raise(bot, told(w, "shop#2")); err == nil {
			t.Error("it goes on")
		}
		if _, err := w.Pipelines.Amend(w.As("ada"), p.Key, 0, pipeline.Patch{}); !errors.Is(err, pipeline.ErrRetired) {
			t.Errorf("a retired one is amended: %v", err)
		}
		w.VerifyLog()
	})
}

func TestOfManyWhoUseOnePassAtOnceOneIsLetIn(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop(t, w)
		n := raised(t, w, "shop#1")
		approved(t, w, n)
		w.Clock.Advance(24 * time.Hour)
		pass := ask(t, w, "bot", n, digest).Pass
		bot := w.As("bot")
		errs := make(chan error)
		for range 8 {
			go func() {
				_, _, err := w.Pipelines.Start(bot, pipeline.StartInput{Change: n, Environment: prod, Artifact: digest, Pass: pass})
				errs <- err
			}()
		}
		in := 0
		for range 8 {
			switch err := <-errs; {
			case err == nil:
				in++
			case !errors.Is(err, pipeline.ErrSpent):
				t.Errorf("refused with %v", err)
			}
		}
		if d, err := w.Pipelines.Of(w.System(), n); err != nil || in != 1 || len(d.Deployments) != 1 {
			t.Errorf("%d were let in, %d deployments, %v", in, len(d.Deployments), err)
		}
		w.VerifyLog()
	})
}

// A pipeline that is gone in the middle holds the gate until a person says how it ended; what it says itself, too late, is
// refused.
func TestAPipelineThatDiesHalfwayIsEndedByAPersonAndItsLateAnswerIsRefused(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop(t, w)
		n := raised(t, w, "shop#1")
		approved(t, w, n)
		w.Clock.Advance(24 * time.Hour)
		d, _, err := start(w, n, digest, ask(t, w, "bot", n, digest).Pass)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(30 * time.Minute)
		expect(t, ask(t, w, "bot", n, digest), pipeline.Wait, "deployment_running")
		if _, _, err := w.Pipelines.Finish(w.As("ann"), pipeline.FinishInput{Ref: d.Ref, End: pipeline.Failed}); err == nil {
			t.Error("a requester ends it")
		}
		if d, _, err = w.Pipelines.Finish(w.As("amir"), pipeline.FinishInput{Ref: d.Ref, End: pipeline.Failed, Note: "The runner was gone."}); err != nil || d.State != pipeline.Failed {
			t.Fatal(err)
		}
		if _, _, err := w.Pipelines.Finish(w.As("bot"), pipeline.FinishInput{Ref: d.Ref, End: pipeline.Succeeded}); !errors.Is(err, pipeline.ErrEnded) {
			t.Errorf("its late answer: %v", err)
		}
		expect(t, ask(t, w, "bot", n, digest), pipeline.Allow)
		w.VerifyLog()
	})
}
