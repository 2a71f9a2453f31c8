package cause_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cause"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func item(t *testing.T, w *world.World, class, name string) string {
	t.Helper()
	c, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: class, Status: cmdb.Live, Values: map[string]string{"name": name}})
	if err != nil {
		t.Fatal(err)
	}
	return c.Number
}

// carriedOut is a change of items that Amir carried out within an hour, from its planned start on.
func carriedOut(t *testing.T, w *world.World, title string, items ...string) changes.Change {
	t.Helper()
	plan := w.Plan(title, "amir")
	plan.CIs = &items
	c, err := w.Changes.Raise(w.As("maya"), changes.RaiseInput{Plan: plan})
	if err != nil {
		t.Fatal(err)
	}
	w.AskForApproval("maya", c.Ticket.Number)
	for _, by := range []string{"cora", "carl"} {
		if _, err := w.Vote(by, c.Ticket.Number, approval.Approve); err != nil {
			t.Fatal(err)
		}
	}
	w.Clock.Set(*c.Facet.PlannedStart)
	for _, event := range []string{"start", "complete"} {
		if c, err = w.Changes.Move(w.As("amir"), changes.MoveInput{Number: c.Ticket.Number, Event: event, Outcome: "successful"}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Hour)
	}
	return c
}

func about(t *testing.T, w *world.World, what string, items ...string) ticket.Ticket {
	t.Helper()
	inc := w.Report("ann", what)
	for _, n := range items {
		if _, err := w.Tickets.AddCI(w.As("alice"), inc.Ticket.Number, n, ticket.Affected); err != nil {
			t.Fatal(err)
		}
	}
	got, err := w.Tickets.Get(w.As("alice"), inc.Ticket.Number)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAChangeIsSuggestedForAnIncidentThatItReachedAndThatBeganSoonAfter(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop, db, other := item(t, w, "application_service", "Shop"), item(t, w, "server", "db-01"), item(t, w, "server", "db-02")
		if _, err := w.CMDB.Relate(w.As("omar"), cmdb.RelateInput{From: shop, Type: "runs_on", To: db}); err != nil {
			t.Fatal(err)
		}
		before := about(t, w, "The shop is slow since yesterday", shop)
		w.Clock.Advance(time.Minute)
		c := carriedOut(t, w, "Patch db-01", db)
		direct, below, elsewhere := about(t, w, "db-01 does not answer", db), about(t, w, "The shop is down", shop), about(t, w, "db-02 is down", other)
		hints := func(of ticket.Ticket, by string) (out []string) {
			t.Helper()
			list, err := w.Causes.Suggest(w.As(by), of)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range list {
				out = append(out, h.Other.Number)
			}
			return out
		}
		for _, x := range []struct {
			of   ticket.Ticket
			want []string
		}{{before, nil}, {elsewhere, nil}, {direct, []string{c.Ticket.Number}}, {below, []string{c.Ticket.Number}}, {c.Ticket, []string{direct.Number, below.Number}}} {
			if got := hints(x.of, "alice"); !slices.Equal(got, x.want) {
				t.Errorf("for %s %q: %v", x.of.Number, x.of.Title, got)
			}
		}
		if got := hints(direct, "ann"); got != nil {
			t.Errorf("a requester is told %v", got)
		}
		list, err := w.Causes.Suggest(w.As("alice"), below)
		if err != nil || list[0].Depth != 1 || list[0].After <= 0 {
			t.Errorf("%+v, %v", list, err)
		}
		w.Clock.Advance(72 * time.Hour)
		if got := hints(about(t, w, "db-01 is down again", db), "alice"); got != nil {
			t.Errorf("three days later: %v", got)
		}
		// What was said is not suggested again.
		if _, err := w.Causes.Say(w.As("alice"), cause.SayInput{Incident: direct.Number, Change: c.Ticket.Number, Kind: cause.CausedBy, Confidence: cause.Suspected}); err != nil {
			t.Fatal(err)
		}
		if got := hints(direct, "alice"); got != nil {
			t.Errorf("after it was suspected: %v", got)
		}
	})
}

func TestACauseIsSuspectedByAnybodyAndConfirmedByWhoMayWithWhatShowsIt(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := carriedOut(t, w, "Patch", item(t, w, "server", "db-01"))
		inc := about(t, w, "Everything is down")
		say := func(by, confidence, evidence string) (cause.Cause, error) {
			return w.Causes.Say(w.As(by), cause.SayInput{Incident: inc.Number, Change: c.Ticket.Number, Kind: cause.CausedBy, Confidence: confidence, Evidence: evidence})
		}
		if _, err := say("alice", cause.Suspected, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := say("alice", cause.Suspected, ""); !errors.Is(err, cause.ErrSame) {
			t.Errorf("said twice: %v", err)
		}
		if _, err := say("alice", cause.Confirmed, "I know it"); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("confirmed by an agent: %v", err)
		}
		if _, err := say("otto", cause.Suspected, "x"); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("suspected by an auditor: %v", err)
		}
		if _, err := say("maya", cause.Confirmed, " "); !errors.Is(err, cause.ErrEvidence) {
			t.Errorf("confirmed without evidence: %v", err)
		}
		if _, err := w.Causes.Say(w.As("maya"), cause.SayInput{Incident: c.Ticket.Number, Change: c.Ticket.Number, Kind: cause.CausedBy, Confidence: cause.Suspected}); !errors.Is(err, cause.ErrCause) {
			t.Errorf("a change that caused itself: %v", err)
		}
		outcome := func() string {
			t.Helper()
			_, ties, err := w.Causes.Of(w.As("maya"), c.Ticket.Number)
			if err != nil || len(ties) != 1 || ties[0].Other.Number != inc.Number {
				t.Fatalf("%+v, %v", ties, err)
			}
			return cause.Computed(string(c.Facet.Outcome), []cause.Cause{ties[0].Cause})
		}
		if got := outcome(); got != "successful" {
			t.Errorf("while it is suspected: %s", got)
		}
		if x, err := say("maya", cause.Confirmed, "Rolled back: it went away."); err != nil || x.Version != 2 {
			t.Fatal(x, err)
		}
		if got := outcome(); got != cause.CausedIncident {
			t.Errorf("after it was confirmed: %s", got)
		}
		if _, err := say("tess", cause.Refuted, "It was the power."); err != nil {
			t.Fatal(err)
		}
		if got := outcome(); got != "successful" {
			t.Errorf("after it was refuted: %s", got)
		}
		if _, ties, err := w.Causes.Of(w.As("ann"), inc.Number); err != nil || ties != nil {
			t.Errorf("a requester sees %v, %v", ties, err)
		}
		w.Seal()
		w.VerifyLog()
	})
}
