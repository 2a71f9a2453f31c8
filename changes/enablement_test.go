package changes_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/policy"
	"github.com/cabinetdesk/cabinet/changes/rulebook"
	"github.com/cabinetdesk/cabinet/changes/when"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
	"github.com/cabinetdesk/cabinet/policies"
)

func ptr[T any](v T) *T { return &v }

// easy is a plan of low risk for a team; Alice implements it.
func easy(t *testing.T, w *world.World, by, team string) changes.Change {
	t.Helper()
	plan := w.Plan("Restart the cache", "alice")
	plan.Risk = nil
	start := w.Clock.Now().Add(72 * time.Hour)
	plan.PlannedStart, plan.PlannedEnd = &start, ptr(start.Add(time.Hour))
	c, err := w.Changes.Raise(w.As(by), changes.RaiseInput{Plan: plan, Team: w.Team(team)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func move(w *world.World, by, number, event string) (changes.Change, error) {
	return w.Changes.Move(w.As(by), changes.MoveInput{Number: number, Event: event, Reason: "because"})
}

// setPolicy puts a table in force.
func setPolicy(t *testing.T, w *world.World, rows ...policy.Row) {
	t.Helper()
	body, _ := json.Marshal(policy.Table{Rows: rows})
	if _, err := w.Rules.Set(w.As("maya"), rulebook.SetInput{Kind: rulebook.Policy, Key: rulebook.Desk, Body: body, Note: "A test."}); err != nil {
		t.Fatal(err)
	}
}

func voteIn(w *world.World, ctx context.Context, number string, slot int, verdict approval.Verdict, conditions ...approval.Condition) (changes.Vote, error) {
	c, err := w.Changes.Get(w.System(), number)
	if err != nil {
		return changes.Vote{}, err
	}
	return w.Changes.Decide(ctx, changes.DecideInput{Number: number, Slot: c.Current()[slot].Slot.Ref, Verdict: verdict, Comment: "I have read it.", Digest: c.Facet.Digest, Conditions: conditions})
}

func TestALowRiskChangeTakesOneColleagueAndNoMeeting(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		if err := w.People.EnsureMembers(w.System(), "apps", w.IDs("alice", "maya", "omar", "amir")); err != nil {
			t.Fatal(err)
		}
		c := easy(t, w, "maya", "apps")
		if c.Facet.Risk != changes.Low || c.Facet.ModelVersion != 0 {
			t.Fatalf("risk %s", c.Facet.Risk)
		}
		n := c.Ticket.Number
		if _, err := move(w, "maya", n, "submit"); err != nil {
			t.Fatal(err)
		}
		c, err := move(w, "maya", n, "request_authorization") // the colleague decides anyway: nobody is asked twice
		if err != nil || len(c.Current()) != 1 || c.Current()[0].Slot.Kind != policy.Peer || c.Facet.ModelVersion != 1 {
			t.Fatalf("%+v, %v", c.Current(), err)
		}
		if _, err := w.Vote("maya", n, approval.Approve); !slices.Contains(reasons(err), approval.ReasonSelf) {
			t.Errorf("its author: %v %v", err, reasons(err))
		}
		if _, err := w.Vote("alice", n, approval.Approve); !slices.Contains(reasons(err), approval.ReasonImplements) {
			t.Errorf("its implementer: %v", err)
		}
		if _, err := w.Vote("tess", n, approval.Approve); !slices.Contains(reasons(err), approval.ReasonElectorate) {
			t.Errorf("somebody of another team: %v", err)
		}
		if v, err := w.Vote("amir", n, approval.Approve); err != nil || v.Change.Ticket.State != changes.StateScheduled {
			t.Fatalf("%s, %v", v.Change.Ticket.State, err)
		}
		w.Clock.Advance(72*time.Hour + time.Minute)
		if _, err := move(w, "amir", n, "start"); !errors.Is(err, changes.ErrStarter) {
			t.Errorf("started by who approved it: %v", err)
		}
		if c, err = move(w, "alice", n, "start"); err != nil || c.Facet.StartedBy != w.ID("alice") {
			t.Errorf("%v", err)
		}
		w.VerifyLog()
	})
}

func TestWithoutATeamNoColleagueCanBeAskedAndTheRefusalSaysWhatToDo(t *testing.T) {
	w := world.New(t, "sqlite")
	c := easy(t, w, "maya", "none")
	if _, err := move(w, "maya", c.Ticket.Number, "submit"); err != nil {
		t.Fatal(err)
	}
	_, err := move(w, "maya", c.Ticket.Number, "request_authorization")
	var e *domain.Error
	if !errors.As(err, &e) || e.Code != approval.ErrElectorate.Code || !strings.Contains(e.Detail, "give the change to a team") {
		t.Errorf("got %v", err)
	}
}

func TestAColleagueWhoHadAHandInThePlanCannotReviewIt(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.Raise("maya", "Upgrade", "amir")
		n := c.Ticket.Number
		if _, err := w.Changes.PeerReview(w.As("tess"), n, "", "Fine."); !errors.Is(err, domain.ErrMove) {
			t.Errorf("before it is assessed: %v", err)
		}
		if _, err := move(w, "maya", n, "submit"); err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"maya", "amir"} {
			if _, err := w.Changes.PeerReview(w.As(who), n, "", "Fine."); !errors.Is(err, changes.ErrAuthor) {
				t.Errorf("%s: %v", who, err)
			}
		}
		if _, err := move(w, "maya", n, "request_authorization"); !errors.Is(err, changes.ErrPeer) {
			t.Errorf("nobody has looked: %v", err)
		}
		if _, err := w.Changes.PeerReview(w.As("tess"), n, "another", "Fine."); !errors.Is(err, approval.ErrDigestStale) {
			t.Errorf("another plan: %v", err)
		}
		if _, err := w.Changes.PeerReview(w.As("tess"), n, c.Facet.Digest, "Fine."); err != nil {
			t.Fatal(err)
		}
		// An edit takes the review away with everything else.
		if _, _, err := w.Changes.Amend(w.As("maya"), changes.AmendInput{Number: n, Plan: changes.PlanPatch{TestPlan: ptr("Another test.")}}); err != nil {
			t.Fatal(err)
		}
		if _, err := move(w, "maya", n, "submit"); err != nil {
			t.Fatal(err)
		}
		if _, err := move(w, "maya", n, "request_authorization"); !errors.Is(err, changes.ErrPeer) {
			t.Errorf("the review of the plan before: %v", err)
		}
	})
}

func TestRiskIsRaisedFreelyAndLoweredOnlyWithARightAndAReason(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		plan := w.Plan("Swap the storage", "alice")
		plan.Risk = nil
		plan.Outage, plan.OutageMinutes = ptr("yes"), ptr(int64(120))
		c, err := w.Changes.Raise(w.As("amir"), changes.RaiseInput{Plan: plan})
		if err != nil || c.Facet.RiskComputed != changes.High || c.Facet.Risk != changes.High {
			t.Fatalf("computed %s, is %s, %v", c.Facet.RiskComputed, c.Facet.Risk, err)
		}
		n := c.Ticket.Number
		a, _ := c.Facet.Assessed()
		if a.Because() != "high, because an outage of an hour or more is expected (rule long_outage)" || a.RulesV != 1 || a.Facts["outage_minutes"] != 120.0 {
			t.Errorf("%s, %+v", a.Because(), a.Facts)
		}
		if c, _, err = w.Changes.Amend(w.As("amir"), changes.AmendInput{Number: n, Plan: changes.PlanPatch{Risk: ptr(changes.Low)}}); err != nil || c.Facet.Risk != changes.High {
			t.Errorf("choosing less than was computed changes nothing: %s, %v", c.Facet.Risk, err)
		}
		if _, err := w.Changes.LowerRisk(w.As("amir"), n, 0, changes.Medium, "I know it."); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("without the right: %v", err)
		}
		if _, err := w.Changes.LowerRisk(w.As("maya"), n, 0, changes.Medium, " "); domain.KindOf(err) != domain.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := w.Changes.LowerRisk(w.As("maya"), n, 0, changes.High, "Why not."); !errors.Is(err, changes.ErrRisk) {
			t.Errorf("to what it is: %v", err)
		}
		c, err = w.Changes.LowerRisk(w.As("maya"), n, 0, changes.Medium, "The standby takes over.")
		if err != nil || c.Facet.Risk != changes.Medium || c.Facet.RiskComputed != changes.High || !slices.Contains(c.Facet.Exceptions, changes.LoweredRisk) || c.Facet.Revision != 2 {
			t.Fatalf("%s of %s, %v, revision %d, %v", c.Facet.Risk, c.Facet.RiskComputed, c.Facet.Exceptions, c.Facet.Revision, err)
		}
		if !slices.Contains(c.Facet.Editors, w.ID("maya")) {
			t.Error("who lowers the risk has a hand in the plan")
		}
		// It holds while the same is computed, and the flag stays for ever.
		c, _, err = w.Changes.Amend(w.As("amir"), changes.AmendInput{Number: n, Plan: changes.PlanPatch{OutageMinutes: ptr(int64(90))}})
		if err != nil || c.Facet.Risk != changes.Medium {
			t.Errorf("the same is computed: %s, %v", c.Facet.Risk, err)
		}
		c, _, err = w.Changes.Amend(w.As("amir"), changes.AmendInput{Number: n, Plan: changes.PlanPatch{OutageMinutes: ptr(int64(10))}})
		if err != nil || c.Facet.Risk != changes.Medium || c.Facet.RiskLowered != "" {
			t.Errorf("something else is computed: %s, lowered %q, %v", c.Facet.Risk, c.Facet.RiskLowered, err)
		}
		c, _, err = w.Changes.Amend(w.As("amir"), changes.AmendInput{Number: n, Plan: changes.PlanPatch{OutageMinutes: ptr(int64(300))}})
		if err != nil || c.Facet.Risk != changes.High || !slices.Contains(c.Facet.Exceptions, changes.LoweredRisk) {
			t.Errorf("%s, %v, %v", c.Facet.Risk, c.Facet.Exceptions, err)
		}
		w.VerifyLog()
	})
}

func TestARiskThatWasChosenBeforeItWasComputedStands(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		ref, err := w.Changes.ImportReference(w.System(), changes.ReferenceInput{System: "elsewhere", Key: "CHG0007", Run: "r", At: w.Clock.Now()})
		if err != nil {
			t.Fatal(err)
		}
		plan := w.Plan("Restart the cache", "alice")
		start := w.Clock.Now().Add(72 * time.Hour)
		plan.Risk, plan.PlannedStart, plan.PlannedEnd = nil, &start, ptr(start.Add(time.Hour))
		c, _, err := w.Changes.Amend(w.As("maya"), changes.AmendInput{Number: ref.Number, Plan: plan})
		if err != nil || c.Facet.RiskComputed != changes.Low || c.Facet.Risk != changes.Medium || c.Facet.RiskChosen != changes.Medium {
			t.Errorf("computed %s, chosen %s, is %s, %v", c.Facet.RiskComputed, c.Facet.RiskChosen, c.Facet.Risk, err)
		}
		w.VerifyLog()
	})
}

// Facts change while a plan lies in a drawer: what was easy weeks ahead is short notice now.
func TestRiskIsComputedAnewWhenThePlanIsPutToSomebody(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := easy(t, w, "maya", "apps")
		w.Clock.Advance(60 * time.Hour)
		c, err := move(w, "maya", c.Ticket.Number, "submit")
		if err != nil || c.Facet.Risk != changes.Medium || c.Facet.Revision != 2 || c.Ticket.State != changes.StateAssess {
			t.Fatalf("%s, revision %d, %s, %v", c.Facet.Risk, c.Facet.Revision, c.Ticket.State, err)
		}
		if c.Facet.Digest != c.Plan().Digest() {
			t.Error("the digest names another plan")
		}
		w.VerifyLog()
	})
}

func TestQuestionsThatAreOpenStopASubmission(t *testing.T) {
	w := world.New(t, "sqlite")
	plan := w.Plan("Upgrade", "amir")
	plan.Answers = ptr(map[string]string{"users": "none"})
	c, err := w.Changes.Raise(w.As("maya"), changes.RaiseInput{Plan: plan})
	if err != nil {
		t.Fatal(err)
	}
	_, err = move(w, "maya", c.Ticket.Number, "submit")
	var e *domain.Error
	if !errors.As(err, &e) || e.Code != changes.ErrAnswers.Code || len(e.Fields) != 9 {
		t.Errorf("got %v", err)
	}
	if _, _, err := w.Changes.Amend(w.As("maya"), changes.AmendInput{Number: c.Ticket.Number, Plan: changes.PlanPatch{Answers: ptr(map[string]string{"users": "everybody"})}}); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("an answer that is not offered: %v", err)
	}
}

func TestAConditionGuardsTheStartUntilItIsMet(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.Raise("maya", "Upgrade", "amir")
		n := w.AskForApproval("maya", c.Ticket.Number).Ticket.Number
		first, last := approval.Condition{Text: "Tell the plant.", Before: "start"}, approval.Condition{Text: "Remove the old disks.", Before: "close"}
		if _, err := voteIn(w, w.As("cora"), n, 0, approval.Reject, first); !errors.Is(err, approval.ErrCondition) {
			t.Errorf("a rejection under a condition: %v", err)
		}
		if _, err := voteIn(w, w.As("cora"), n, 0, approval.Approve, approval.Condition{Text: " ", Before: "start"}); !errors.Is(err, approval.ErrCondition) {
			t.Errorf("a condition that says nothing: %v", err)
		}
		if _, err := voteIn(w, w.As("cora"), n, 0, approval.Approve, first, last); err != nil {
			t.Fatal(err)
		}
		v, err := voteIn(w, w.As("carl"), n, 0, approval.Approve)
		if err != nil || v.Change.Ticket.State != changes.StateScheduled {
			t.Fatal(err)
		}
		w.Clock.Advance(24*time.Hour + time.Minute)
		if _, err := move(w, "amir", n, "start"); !errors.Is(err, changes.ErrConditions) {
			t.Errorf("a start with the condition open: %v", err)
		}
		open := v.Change.Unmet("start")
		if _, err := w.Changes.MeetCondition(w.As("amir"), n, open[0].Ref, "n/a"); domain.KindOf(err) != domain.Invalid {
			t.Errorf("without evidence: %v", err)
		}
		if _, err := w.Changes.MeetCondition(w.As("amir"), n, open[0].Ref, "Mail to the plant, 09:12."); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Changes.MeetCondition(w.As("amir"), n, open[0].Ref, "Again."); !errors.Is(err, approval.ErrMet) {
			t.Errorf("twice: %v", err)
		}
		if _, err := move(w, "amir", n, "start"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Changes.Move(w.As("amir"), changes.MoveInput{Number: n, Event: "complete", Outcome: "successful"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: n, Event: "close", CloseNotes: "Done."}); !errors.Is(err, changes.ErrConditions) {
			t.Errorf("closed with a condition open: %v", err)
		}
		w.VerifyLog()
		for _, q := range []string{"update approval_conditions set text = 'x'", "update approval_conditions set met_at = null", "delete from approval_conditions"} {
			if _, err := w.DB.Writer().ExecContext(context.Background(), q); err == nil {
				t.Errorf("accepted: %s", q)
			}
		}
	})
}

func TestStagesSignaturesAndAdvice(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		if _, err := w.Approvals.SetBoard(w.As("ada"), approval.Board{Key: "legal", Name: "Legal", Rule: approval.Any, Members: w.IDs("carl")}); err != nil {
			t.Fatal(err)
		}
		setPolicy(t, w, policy.Row{ID: "all", Label: "All", When: []when.Condition{{Fact: "model", Is: "is", Value: "normal"}}, Slots: []policy.Slot{
			{Stage: 1, Label: "Advice of legal", Kind: policy.Board, Of: "legal", Rule: "any", Advisory: true},
			{Stage: 1, Label: "CAB", Kind: policy.Board, Of: "cab", Rule: "any"},
			{Stage: 2, Label: "The owner of the data", Kind: policy.Named, People: []string{w.Ref("omar"), w.Ref("cora")}, Rule: "any", Sign: true, Meaning: "I answer for the data.", Distinct: true},
		}})
		n := w.AskForApproval("maya", w.Raise("maya", "Upgrade", "amir").Ticket.Number).Ticket.Number
		omar := w.SignedIn("omar")
		if _, err := voteIn(w, omar, n, 2, approval.Approve); !slices.Equal(reasons(err), []string{approval.ReasonStage}) {
			t.Errorf("before its stage: %v %v", err, reasons(err))
		}
		if inbox, err := w.Changes.Inbox(w.As("omar"), false, 0, 10); err != nil || len(inbox) != 0 {
			t.Errorf("what is not open yet waits for nobody: %v, %v", inbox, err)
		}
		if _, err := voteIn(w, w.As("cora"), n, 1, approval.Approve); err != nil {
			t.Fatal(err)
		}
		if _, err := voteIn(w, w.As("carl"), n, 0, approval.Reject); err != nil {
			t.Fatal(err)
		}
		if _, err := voteIn(w, w.SignedIn("cora"), n, 2, approval.Approve); !slices.Equal(reasons(err), []string{approval.ReasonApart}) {
			t.Errorf("who has voted elsewhere: %v %v", err, reasons(err))
		}
		if inbox, err := w.Changes.Inbox(w.As("omar"), false, 0, 10); err != nil || len(inbox) != 1 {
			t.Errorf("his turn: %v, %v", inbox, err)
		}
		if _, err := voteIn(w, w.As("omar"), n, 2, approval.Approve); !errors.Is(err, approval.ErrSignature) {
			t.Errorf("without a session: %v", err)
		}
		if _, err := voteIn(w, omar, n, 2, approval.Approve); !errors.Is(err, approval.ErrSignature) {
			t.Errorf("without the password: %v", err)
		}
		if _, err := w.People.Confirm(omar, world.Password); err != nil {
			t.Fatal(err)
		}
		v, err := voteIn(w, omar, n, 2, approval.Approve)
		if err != nil || v.Decision.Meaning != "I answer for the data." || v.Decision.SignedAt == nil || v.Change.Ticket.State != changes.StateAuthorize {
			t.Fatalf("%+v in %s, %v", v.Decision, v.Change.Ticket.State, err)
		}
		// The advice stands against it until somebody with the right goes against it, with a reason.
		advice := v.Change.Current()[0].Slot.Ref
		if _, err := w.Changes.OverrideAdvice(w.As("amir"), n, advice, "No."); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("without the right: %v", err)
		}
		if _, err := w.Changes.OverrideAdvice(w.As("maya"), n, advice, "I want it."); !errors.Is(err, approval.ErrCannotDecide) {
			t.Errorf("by who requested it: %v", err)
		}
		if _, err := w.Changes.OverrideAdvice(w.As("cleo"), n, v.Change.Current()[1].Slot.Ref, "No."); !errors.Is(err, approval.ErrNoAdvice) {
			t.Errorf("of a slot that is no advice: %v", err)
		}
		c, err := w.Changes.OverrideAdvice(w.As("cleo"), n, advice, "The contract was signed meanwhile.")
		if err != nil || c.Ticket.State != changes.StateScheduled || !slices.Contains(c.Facet.Exceptions, changes.AgainstAdvice) {
			t.Fatalf("%s, %v, %v", c.Ticket.State, c.Facet.Exceptions, err)
		}
		w.VerifyLog()
	})
}

func TestApprovalsAreRemindedOfAndEscalatedAndNeverGivenByTime(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		n := w.AskForApproval("maya", w.Raise("maya", "Upgrade", "amir").Ticket.Number).Ticket.Number
		look := func() approval.Slot {
			t.Helper()
			if err := w.Changes.Sweep(w.System()); err != nil {
				t.Fatal(err)
			}
			c, err := w.Changes.Get(w.System(), n)
			if err != nil || c.Ticket.State != changes.StateAuthorize {
				t.Fatalf("state %s, %v", c.Ticket.State, err)
			}
			return c.Current()[0].Slot
		}
		if s := look(); s.RemindedAt != nil || s.EscalatedAt != nil {
			t.Errorf("at once: %+v", s)
		}
		w.Clock.Advance(36 * time.Hour)
		if s := look(); s.RemindedAt == nil || s.EscalatedAt != nil {
			t.Errorf("at half of the time: %+v", s)
		}
		w.Clock.Advance(36 * time.Hour)
		if s := look(); s.EscalatedAt == nil {
			t.Errorf("when it is due: %+v", s)
		}
		before, _ := w.Changes.Get(w.System(), n)
		w.Clock.Advance(1000 * time.Hour)
		look()
		if after, _ := w.Changes.Get(w.System(), n); after.Ticket.Version != before.Ticket.Version {
			t.Error("nothing more happens by time")
		}
		w.VerifyLog()
	})
}

func TestAnElectorateThatShrinksToThoseWhoHaveDecidedSettles(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		if _, err := w.Approvals.SetBoard(w.As("ada"), approval.Board{Key: "cab", Name: "CAB", Rule: approval.All, Members: w.IDs("cora", "carl")}); err != nil {
			t.Fatal(err)
		}
		n := w.AskForApproval("maya", w.Raise("maya", "Upgrade", "amir").Ticket.Number).Ticket.Number
		if _, err := w.Vote("cora", n, approval.Approve); err != nil {
			t.Fatal(err)
		}
		if _, err := w.People.Disable(w.As("ada"), people.MoveInput{Ref: w.Ref("carl"), Reason: "left the company"}); err != nil {
			t.Fatal(err)
		}
		if err := w.Changes.Sweep(w.System()); err != nil {
			t.Fatal(err)
		}
		if c, err := w.Changes.Get(w.System(), n); err != nil || c.Ticket.State != changes.StateScheduled {
			t.Errorf("%s, %v", c.Ticket.State, err)
		}
	})
}

// people answers as the wiring does, for services that a test builds by itself.
type everybody struct{ *world.World }

func (e everybody) MembersOf(ctx context.Context, team domain.TeamID) (out []domain.UserID, err error) {
	teams, err := e.People.TeamsByID(ctx)
	for _, m := range teams[team].Members {
		out = append(out, m.ID)
	}
	return out, err
}
func (e everybody) HoldersOf(_ context.Context, role string, team domain.TeamID, site domain.SiteID) ([]domain.UserID, error) {
	return e.Gate.HoldersOf(role, team, site), nil
}
func (e everybody) UsersByRef(context.Context, []string) ([]domain.UserID, error) { return nil, nil }
func (e everybody) Confirmed(context.Context) (bool, error)                       { return false, nil }

// inventory is a CMDB of three things.
type inventory map[string]changes.ItemFact

func (i inventory) Facts(_ context.Context, numbers []string) (out []changes.ItemFact, err error) {
	for _, n := range numbers {
		if x, ok := i[n]; ok {
			out = append(out, x)
		}
	}
	return out, nil
}

func (i inventory) Readable(_ context.Context, numbers []string) (out []string, err error) {
	for _, n := range numbers {
		if _, ok := i[n]; ok {
			out = append(out, n)
		}
	}
	return out, nil
}

func (i inventory) Impacted(_ context.Context, numbers []string) (out []changes.ItemFact, err error) {
	if slices.Contains(numbers, "CI-000001") {
		out = append(out, i["CI-000002"])
	}
	return out, nil
}

func TestWhatTheItemsAreDecidesOnRiskAndApprovals(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		cmdb := inventory{"CI-000001": {Number: "CI-000001", Name: "db1", Class: "database", Criticality: 2, Owner: w.ID("omar")},
			"CI-000002": {Number: "CI-000002", Name: "Payroll", Class: "service", Criticality: 1, Tags: []string{"SOX"}}, "CI-000003": {Number: "CI-000003", Name: "printer", Class: "printer", Criticality: 4}}
		s := changes.New(changes.Deps{DB: w.DB, Tickets: w.Tickets, Approvals: w.Approvals, Gate: w.Gate, Seal: w.Sealer, People: everybody{w}, Rules: w.Rules, Items: cmdb})
		plan := w.Plan("Patch the database", "amir")
		plan.Risk, plan.CIs = nil, ptr([]string{"ci-1"})
		c, err := s.Raise(w.As("maya"), changes.RaiseInput{Plan: plan})
		if err != nil || c.Facet.Risk != changes.High || !slices.Equal(c.Facet.CIs, []string{"CI-000001"}) {
			t.Fatalf("%s, %v, %v", c.Facet.Risk, c.Facet.CIs, err)
		}
		a, _ := c.Facet.Assessed()
		if a.Facts["criticality"] != 1.0 || a.Facts["impacted_services"] != 1.0 || a.Facts["owners_known"] != true {
			t.Errorf("facts: %+v", a.Facts)
		}
		var kinds []string
		for _, slot := range c.Needs(policy.Seed()).Slots {
			kinds = append(kinds, slot.Kind)
			if slot.Kind == policy.Owner && !slot.Sign {
				t.Error("in the scope of a regulation the owner signs")
			}
		}
		if !slices.Equal(kinds, []string{policy.Board, policy.Owner}) {
			t.Errorf("asked: %v", kinds)
		}
		plan.CIs = ptr([]string{"CI-000003"})
		if c, err = s.Raise(w.As("maya"), changes.RaiseInput{Plan: plan}); err != nil || c.Facet.Risk != changes.Medium { // it begins within a day
			t.Errorf("a printer: %s, %v", c.Facet.Risk, err)
		}
		for _, bad := range []string{"CI-000009", "INC-000001", "nonsense"} {
			plan.CIs = ptr([]string{bad})
			if _, err := s.Raise(w.As("maya"), changes.RaiseInput{Plan: plan}); !errors.Is(err, changes.ErrItems) {
				t.Errorf("%s: %v", bad, err)
			}
		}
		// Without a CMDB, what they are is unknown: not none.
		plan.CIs = ptr([]string{"CI-000001"})
		s = changes.New(changes.Deps{DB: w.DB, Tickets: w.Tickets, Approvals: w.Approvals, Gate: w.Gate, Seal: w.Sealer, People: everybody{w}, Rules: w.Rules})
		if c, err = s.Raise(w.As("maya"), changes.RaiseInput{Plan: plan}); err != nil {
			t.Fatal(err)
		}
		a, _ = c.Facet.Assessed()
		for _, v := range a.Rules {
			if v.ID == "critical_item" && v.Holds != when.Unknown {
				t.Errorf("criticality is %s", v.Holds)
			}
		}
	})
}

func TestADelegationLentForLowRiskDoesNotReachHigher(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		n := w.AskForApproval("maya", w.Raise("maya", "Upgrade", "amir").Ticket.Number).Ticket.Number
		if _, err := w.Gate.Grant(w.As("ada"), policies.GrantInput{User: w.ID("tess"), Role: policies.CABMember, Scope: "all", Reason: "stands in"}); err != nil {
			t.Fatal(err)
		}
		lend := func(risk string, models ...string) error {
			_, err := w.People.Delegate(w.As("cora"), people.DelegateInput{To: w.Ref("tess"), Until: w.Clock.Now().Add(48 * time.Hour), Reason: "away", MaxRisk: risk, Models: models})
			return err
		}
		if err := lend("extreme"); !errors.Is(err, people.ErrDelegation) {
			t.Errorf("of no band: %v", err)
		}
		for _, err := range []error{lend("low"), lend("", "emergency")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		w.Clock.Advance(time.Minute)
		if _, err := w.Vote("tess", n, approval.Approve); !errors.Is(err, approval.ErrCannotDecide) {
			t.Errorf("up to low, and for emergencies: %v", err)
		}
		if err := lend("medium", "normal"); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Minute)
		if _, err := w.Vote("tess", n, approval.Approve); err != nil {
			t.Errorf("up to medium, for normal changes: %v", err)
		}
		w.VerifyLog()
	})
}

// rounds is how often a hundred people vote at once. Two are enough to find a mistake soon; a thousand take minutes:
// go test ./changes -run AHundredVotes -args -rounds=1000.
var rounds = flag.Int("rounds", 2, "how often a hundred votes are cast at once")

// A hundred votes at once, of ten people, from ten browsers each: one vote per person, one move.
func TestAHundredVotesAtOnceGiveOneVoteEachAndOneMove(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		var voters []string
		for i := range 10 {
			login := "voter" + string(rune('a'+i))
			p, err := w.People.Create(w.System(), people.CreateInput{Name: login, Login: login, Site: "north"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Gate.Grant(w.System(), policies.GrantInput{User: p.ID, Role: policies.CABMember, Scope: "all", Reason: "test"}); err != nil {
				t.Fatal(err)
			}
			w.Know(login, p.ID)
			voters = append(voters, login)
		}
		if _, err := w.Approvals.SetBoard(w.As("ada"), approval.Board{Key: "cab", Name: "CAB", Rule: approval.Quorum, Needed: 6, Members: w.IDs(voters...)}); err != nil {
			t.Fatal(err)
		}
		for range *rounds {
			c := w.AskForApproval("maya", w.Raise("maya", "Upgrade", "amir").Ticket.Number)
			in := changes.DecideInput{Number: c.Ticket.Number, Slot: c.Current()[0].Slot.Ref, Verdict: approval.Approve, Digest: c.Facet.Digest}
			done := make(chan error)
			for i := range 100 {
				ctx := w.As(voters[i%10])
				go func() {
					_, err := w.Changes.Decide(ctx, in)
					done <- err
				}()
			}
			accepted := 0
			for range 100 {
				if err := <-done; err == nil {
					accepted++
				} else if k := domain.KindOf(err); k != domain.Conflict && k != domain.Unavailable {
					t.Errorf("refused with %v", err)
				}
			}
			c, err := w.Changes.Get(w.System(), c.Ticket.Number)
			if err != nil || accepted != 6 || len(c.Current()[0].Decisions) != 6 || c.Ticket.State != changes.StateScheduled {
				t.Fatalf("%d accepted, %d kept, %s, %v", accepted, len(c.Current()[0].Decisions), c.Ticket.State, err)
			}
		}
		w.VerifyLog()
	})
}
