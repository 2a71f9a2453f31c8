package changes_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/changes/policy"
	"github.com/cabinetdesk/cabinet/changes/rulebook"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/changes/when"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// bench is a world in which one refusal after the other is met.
type bench struct {
	*testing.T
	*world.World
	undo []func() // what the case puts back
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// move makes a move as somebody, with all that any move asks for.
func (b *bench) move(by, number, event string) error {
	return b.moveIn(b.As(by), changes.MoveInput{Number: number, Event: event})
}

func (b *bench) moveIn(ctx context.Context, in changes.MoveInput) error {
	in.Reason, in.CloseNotes = "because", "done"
	if in.Outcome == "" {
		in.Outcome = "successful"
	}
	if in.Event == "judge" {
		in.Outcome = "reverted"
	}
	_, err := b.Changes.Move(ctx, in)
	return err
}

// without makes a move without one of the things that it asks for.
func (b *bench) without(by, number, event, missing string) error {
	in := changes.MoveInput{Number: number, Event: event, Reason: "because", Outcome: "successful", CloseNotes: "done"}
	switch missing {
	case "reason":
		in.Reason = " "
	case "outcome":
		in.Outcome = ""
	case "close_notes":
		in.CloseNotes = ""
	}
	_, err := b.Changes.Move(b.As(by), in)
	return err
}

// draft is a change by Maya that Amir implements, altered.
func (b *bench) draft(key string, alter func(*changes.PlanPatch)) string {
	b.Helper()
	plan, m := b.Plan("Upgrade", "amir"), changes.Model(key)
	plan.Model = &m
	if alter != nil {
		alter(&plan)
	}
	c, err := b.Changes.Raise(b.As("maya"), changes.RaiseInput{Plan: plan})
	b.must(err)
	return c.Ticket.Number
}

func (b *bench) submitted(alter func(*changes.PlanPatch)) string {
	b.Helper()
	n := b.draft(model.Normal, alter)
	b.must(b.move("maya", n, "submit"))
	return n
}

func (b *bench) asked(alter func(*changes.PlanPatch)) string {
	b.Helper()
	n := b.submitted(alter)
	_, err := b.Changes.PeerReview(b.As("tess"), n, "", "Sound.")
	b.must(err)
	b.must(b.move("maya", n, "request_authorization"))
	return n
}

func (b *bench) vote(by, n string, conditions ...approval.Condition) {
	b.Helper()
	_, err := voteIn(b.World, b.As(by), n, 0, approval.Approve, conditions...)
	b.must(err)
}

func (b *bench) scheduled(alter func(*changes.PlanPatch), conditions ...approval.Condition) string {
	b.Helper()
	n := b.asked(alter)
	b.vote("cora", n, conditions...)
	b.vote("carl", n)
	return n
}

// begun is a change that is being implemented.
func (b *bench) begun(conditions ...approval.Condition) string {
	b.Helper()
	n := b.scheduled(nil, conditions...)
	b.Clock.Advance(24 * time.Hour)
	b.must(b.move("amir", n, "start"))
	return n
}

// done is one whose work ended so.
func (b *bench) done(outcome changes.Outcome, conditions ...approval.Condition) string {
	b.Helper()
	n := b.begun(conditions...)
	b.must(b.moveIn(b.As("amir"), changes.MoveInput{Number: n, Event: "complete", Outcome: outcome}))
	return n
}

func (b *bench) found() string {
	b.Helper()
	c, err := b.Changes.Detect(b.As("amir"), changes.DetectInput{Title: "A port is open"})
	b.must(err)
	return c.Ticket.Number
}

// routine is a standard change, scheduled for tomorrow.
func (b *bench) routine(items ...string) string {
	b.Helper()
	c, err := b.Templates.Raise(b.As("amir"), template.RaiseInput{Key: "routine", Start: b.Clock.Now().Add(24 * time.Hour), Implementers: b.IDs("amir"), Team: b.Team("network"), Items: items})
	b.must(err)
	return c.Ticket.Number
}

// publish makes the template from which routine comes.
func (b *bench) publish() {
	doc := template.Doc{Title: "Restart the gateway", Summary: "When mail queues up.", ImplementationPlan: "Drain, restart, undrain.", BackoutPlan: "Start the standby.", TestPlan: "Send a message.",
		Variable: []string{"items"}, Minutes: 60, Zone: "UTC", MaxRisk: changes.Medium, AffectedServices: []string{"Mail"}}
	x, err := b.Templates.Draft(b.As("amir"), template.DraftInput{Key: "routine", Doc: doc})
	b.must(err)
	var evidence []string
	for range 3 {
		n := b.draft(model.Registration, nil)
		b.must(b.move("maya", n, "register"))
		evidence = append(evidence, n)
	}
	_, err = b.Templates.Move(b.As("amir"), template.MoveInput{Key: "routine", Edition: 1, Event: "propose", Evidence: evidence})
	b.must(err)
	for _, by := range []string{"cora", "carl"} {
		t, _, err := b.Templates.Decide(b.As(by), template.DecideInput{Key: "routine", Edition: 1, Verdict: approval.Approve, Digest: x.Digest})
		b.must(err)
		x = t
	}
	_, err = b.Templates.Move(b.As("maya"), template.MoveInput{Key: "routine", Edition: 1, Event: "publish"})
	b.must(err)
}

func (b *bench) templateMoves(event string) {
	b.Helper()
	_, err := b.Templates.Move(b.As("maya"), template.MoveInput{Key: "routine", Edition: 1, Event: event, Reason: "because"})
	b.must(err)
}

// model puts an altered model in force for the length of a case.
func (b *bench) model(key string, alter func(*model.Model)) {
	b.Helper()
	was, err := b.Rules.Model(b.System(), key, 0)
	b.must(err)
	m := was
	m.Moves, m.Required = slices.Clone(was.Moves), slices.Clone(was.Required)
	alter(&m)
	set := func(m model.Model) {
		body, _ := json.Marshal(m)
		_, err := b.Rules.Set(b.As("maya"), rulebook.SetInput{Kind: rulebook.Model, Key: key, Body: body, Note: "A test."})
		b.must(err)
	}
	set(m)
	b.undo = append(b.undo, func() { set(was) })
}

func (b *bench) drop(key, event string) {
	b.Helper()
	b.model(key, func(m *model.Model) {
		m.Moves = slices.DeleteFunc(m.Moves, func(e string) bool { return e == event })
	})
}

// unanswerable makes a policy whose board is not there.
func (b *bench) unanswerable() {
	b.Helper()
	was, err := b.Rules.Policy(b.System(), 0)
	b.must(err)
	setPolicy(b.T, b.World, policy.Row{ID: "nobody", Label: "Nobody", When: []when.Condition{{Fact: "risk", Is: "at_least", Value: "low"}},
		Slots: []policy.Slot{{Stage: 1, Label: "A board that is gone", Kind: policy.Board, Of: "gone"}}})
	b.undo = append(b.undo, func() { setPolicy(b.T, b.World, was.Rows...) })
}

func (b *bench) item() string {
	b.Helper()
	c, err := b.CMDB.Register(b.As("omar"), cmdb.RegisterInput{Class: "server", Status: cmdb.Live, Values: map[string]string{"name": fmt.Sprint("db-", b.Clock.Now().UnixNano(), len(b.undo))}})
	b.must(err)
	return c.Number
}

func on(items ...string) func(*changes.PlanPatch) {
	return func(p *changes.PlanPatch) { p.CIs = &items }
}

// freeze freezes an item tomorrow.
func (b *bench) freeze(item string) {
	b.Helper()
	_, err := b.Calendar.Make(b.As("maya"), calendar.Schedule{Kind: calendar.Freeze, Name: "Freeze of " + item, Zone: "UTC", Starts: b.Clock.Now().Format("2006-01-02T15:04"), Minutes: 72 * 60,
		Scope: calendar.Scope{Items: []string{item}}})
	b.must(err)
	b.RunJobs()
}

// obstacle is what the guards of a move say of a change, whatever its state: also of what only the desk fires.
func (b *bench) obstacle(by, n, event string, code string) error {
	b.Helper()
	c, err := b.Changes.Get(b.System(), n)
	b.must(err)
	all, err := b.Changes.Obstacles(b.As(by), c, event)
	b.must(err)
	for _, e := range all {
		if codeOf(e) == code {
			return e
		}
	}
	return errors.Join(all...)
}

func (b *bench) signed(login string) context.Context {
	b.Helper()
	ctx := b.SignedIn(login)
	_, err := b.People.Confirm(ctx, world.Password)
	b.must(err)
	return ctx
}

func codeOf(err error) string {
	var e *domain.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprint(err)
}

func incomplete(p *changes.PlanPatch) { p.Justification, p.BackoutPlan = ptr("TBC"), ptr("n/a") }

func unanswered(p *changes.PlanPatch) { p.Answers = nil }
