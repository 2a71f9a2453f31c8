package template_test

import (
	"errors"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func doc() template.Doc {
	return template.Doc{Title: "Restart the mail gateway", Summary: "When mail queues up.", Service: "Mail", ImplementationPlan: "Drain, restart, undrain.", BackoutPlan: "Start the standby.",
		TestPlan: "Send a message.", Variable: []string{"description"}, Minutes: 30, Zone: "Europe/Berlin", MaxRisk: changes.Low, AffectedServices: []string{"Mail"}}
}

// done are changes that were registered as done, with an outcome.
func done(t *testing.T, w *world.World, n int, outcome changes.Outcome) (out []string) {
	t.Helper()
	for range n {
		plan := w.Plan("Restart the mail gateway", "amir")
		m := changes.Registration
		plan.Model = &m
		c, err := w.Changes.Raise(w.As("amir"), changes.RaiseInput{Plan: plan})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Changes.Move(w.As("amir"), changes.MoveInput{Number: c.Ticket.Number, Event: "register", Outcome: outcome}); err != nil {
			t.Fatal(err)
		}
		out = append(out, c.Ticket.Number)
	}
	return out
}

func move(w *world.World, by string, edition int64, event string, evidence ...string) (template.Template, error) {
	return w.Templates.Move(w.As(by), template.MoveInput{Key: "restart-mail", Edition: edition, Event: event, Reason: "because", Evidence: evidence})
}

func vote(w *world.World, by string, edition int64, digest string, verdict approval.Verdict) (template.Template, error) {
	t, _, err := w.Templates.Decide(w.As(by), template.DecideInput{Key: "restart-mail", Edition: edition, Verdict: verdict, Comment: "I have read it.", Digest: digest})
	return t, err
}

// published drafts a template, has it approved by the board, and publishes it.
func published(t *testing.T, w *world.World, d template.Doc) template.Template {
	t.Helper()
	x, err := w.Templates.Draft(w.As("amir"), template.DraftInput{Key: "restart-mail", Doc: d})
	if err == nil {
		x, err = move(w, "amir", 1, "propose", done(t, w, 3, "successful")...)
	}
	for _, by := range []string{"cora", "carl"} {
		if err == nil {
			_, err = vote(w, by, 1, x.Digest, approval.Approve)
		}
	}
	if err == nil {
		x, err = move(w, "maya", 1, "publish")
	}
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func form(w *world.World) template.RaiseInput {
	return template.RaiseInput{Key: "restart-mail", Start: w.Clock.Now().Add(time.Hour), Implementers: w.IDs("amir"), Team: w.Team("network")}
}

func TestATemplateIsApprovedByTheBoardOnItsEvidenceAndNotByItsAuthor(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		if _, err := w.Templates.Draft(w.As("ann"), template.DraftInput{Key: "restart-mail", Doc: doc()}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("drafted by a requester: %v", err)
		}
		x, err := w.Templates.Draft(w.As("amir"), template.DraftInput{Key: "restart-mail", Doc: doc()})
		if err != nil || x.State != template.StateDraft {
			t.Fatalf("%s, %v", x.State, err)
		}
		if _, err := w.Templates.Draft(w.As("amir"), template.DraftInput{Key: "restart-mail", Doc: doc()}); !errors.Is(err, template.ErrKey) {
			t.Errorf("the key again: %v", err)
		}
		good, bad := done(t, w, 3, "successful"), done(t, w, 1, "failed")
		if _, err := move(w, "amir", 1, "propose", good[:2]...); !errors.Is(err, template.ErrEvidence) {
			t.Errorf("too little evidence: %v", err)
		}
		if _, err := move(w, "amir", 1, "propose", good[0], good[1], bad[0]); !errors.Is(err, template.ErrEvidence) {
			t.Errorf("a failure as evidence: %v", err)
		}
		if _, err := move(w, "maya", 1, "publish"); !errors.Is(err, domain.ErrMove) {
			t.Errorf("published without an approval: %v", err)
		}
		if _, err := move(w, "maya", 1, "approve"); !errors.Is(err, domain.ErrMove) {
			t.Errorf("approved by a person: %v", err)
		}
		if x, err = move(w, "amir", 1, "propose", good...); err != nil || len(x.Shown()) != 3 {
			t.Fatalf("%+v, %v", x.Shown(), err)
		}
		if _, err := w.Templates.Amend(w.As("amir"), template.AmendInput{Key: "restart-mail", Edition: 1, Doc: doc()}); !errors.Is(err, template.ErrFrozen) {
			t.Errorf("edited while it is decided on: %v", err)
		}
		if _, err := vote(w, "amir", 1, x.Digest, approval.Approve); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("the author: %v", err)
		}
		if _, err := vote(w, "cora", 1, "another", approval.Approve); !errors.Is(err, approval.ErrDigestStale) {
			t.Errorf("another digest: %v", err)
		}
		if x, err = vote(w, "cora", 1, x.Digest, approval.Approve); err != nil || x.State != template.StateProposed {
			t.Fatalf("%s, %v", x.State, err)
		}
		if _, err := vote(w, "cora", 1, x.Digest, approval.Approve); !errors.Is(err, approval.ErrDecided) {
			t.Errorf("a second vote: %v", err)
		}
		if x, err = vote(w, "carl", 1, x.Digest, approval.Approve); err != nil || x.State != template.StateApproved {
			t.Fatalf("%s, %v", x.State, err)
		}
		if _, err := move(w, "amir", 1, "publish"); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("published by an agent: %v", err)
		}
		if x, err = move(w, "maya", 1, "publish"); err != nil || x.ExpiresAt == nil {
			t.Fatal(err)
		}
		w.VerifyLog()
	})
}

func TestARejectedTemplateGoesBackToItsAuthor(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		if _, err := w.Templates.Draft(w.As("amir"), template.DraftInput{Key: "restart-mail", Doc: doc()}); err != nil {
			t.Fatal(err)
		}
		x, err := move(w, "amir", 1, "propose", done(t, w, 3, "successful")...)
		if err != nil {
			t.Fatal(err)
		}
		if x, err = vote(w, "cleo", 1, x.Digest, approval.Reject); err != nil || x.State != template.StateDraft || x.Reason != "I have read it." {
			t.Fatalf("%+v, %v", x, err)
		}
		w.VerifyLog()
	})
}

func TestAStandardChangeTakesOneFormAndNoMeeting(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		x := published(t, w, doc())
		c, err := w.Templates.Raise(w.As("amir"), form(w))
		if err != nil || c.Ticket.State != changes.StateScheduled || c.Facet.Model != changes.Standard || len(c.Ballots) != 0 {
			t.Fatalf("%s %s, %v", c.Ticket.State, c.Facet.Model, err)
		}
		if c.Facet.Template != x.Key || c.Facet.ImplementationPlan != "Drain, restart, undrain." {
			t.Errorf("%+v", c.Facet)
		}
		w.Clock.Advance(time.Hour)
		if c, err = w.Changes.Move(w.As("amir"), changes.MoveInput{Number: c.Ticket.Number, Event: "start"}); err != nil || c.Ticket.State != changes.StateImplementing {
			t.Fatalf("%s, %v", c.Ticket.State, err)
		}
		w.VerifyLog()
	})
}

func TestALockedFieldIsTheTemplatesAndAVariableOneIsNot(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		published(t, w, doc())
		in := form(w)
		in.Fields = map[string]string{"test_plan": "None."}
		if _, err := w.Templates.Raise(w.As("amir"), in); !errors.Is(err, template.ErrDeparts) {
			t.Errorf("a locked field in the form: %v", err)
		}
		in.Fields = map[string]string{"backout_plan": "None."}
		if _, err := w.Templates.Raise(w.As("amir"), in); !errors.Is(err, template.ErrDeparts) {
			t.Errorf("the way back: %v", err)
		}
		in.Fields = map[string]string{"description": "Gateway 3."}
		c, err := w.Templates.Raise(w.As("amir"), in)
		if err != nil || c.Ticket.Description != "Gateway 3." {
			t.Fatalf("%v", err)
		}
		plan := "Pull the plug."
		c, _, err = w.Changes.Amend(w.As("amir"), changes.AmendInput{Number: c.Ticket.Number, Plan: changes.PlanPatch{ImplementationPlan: &plan}})
		if err != nil || c.Ticket.State != changes.StateDraft {
			t.Fatalf("%s, %v", c.Ticket.State, err)
		}
		if _, err := w.Changes.Move(w.As("amir"), changes.MoveInput{Number: c.Ticket.Number, Event: "schedule"}); !errors.Is(err, template.ErrDeparts) {
			t.Errorf("edited behind the template's back: %v", err)
		}
		// Nor does naming a template make a change a standard one that is scheduled.
		own := w.Plan("Something else", "amir")
		c, err = w.Changes.Raise(w.As("amir"), changes.RaiseInput{Plan: own, Template: "restart-mail", Edition: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Changes.Move(w.As("amir"), changes.MoveInput{Number: c.Ticket.Number, Event: "schedule"}); !errors.Is(err, template.ErrDeparts) {
			t.Errorf("another plan under its name: %v", err)
		}
	})
}

func TestATemplateThatFailsTooOftenSuspendsItself(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := doc()
		d.Failures = 1
		published(t, w, d)
		run := func(outcome changes.Outcome) {
			t.Helper()
			c, err := w.Templates.Raise(w.As("amir"), form(w))
			if err == nil {
				w.Clock.Advance(time.Hour)
				_, err = w.Changes.Move(w.As("amir"), changes.MoveInput{Number: c.Ticket.Number, Event: "start"})
			}
			if err == nil {
				_, err = w.Changes.Move(w.As("amir"), changes.MoveInput{Number: c.Ticket.Number, Event: "complete", Outcome: outcome})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		waiting, err := w.Templates.Raise(w.As("amir"), form(w))
		if err != nil {
			t.Fatal(err)
		}
		run("failed")
		run("successful")
		run("failed")
		if _, err := w.Templates.Raise(w.As("amir"), form(w)); !errors.Is(err, template.ErrNotInUse) {
			t.Errorf("raised from a suspended template: %v", err)
		}
		if _, err := w.Changes.Move(w.As("amir"), changes.MoveInput{Number: waiting.Ticket.Number, Event: "start"}); !errors.Is(err, template.ErrNotInUse) {
			t.Errorf("started under a suspended template: %v", err)
		}
		if _, err := move(w, "amir", 1, "reinstate"); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an agent: %v", err)
		}
		if _, err := move(w, "maya", 1, "reinstate"); err != nil {
			t.Fatal(err)
		}
		run("failed") // what failed before was looked at: the count begins anew
		if _, err := w.Templates.Raise(w.As("amir"), form(w)); err != nil {
			t.Errorf("after one failure since: %v", err)
		}
		w.VerifyLog()
	})
}

func TestAnEditionEndsAfterTwelveMonthsUnlessTheNextOneIsApproved(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		published(t, w, doc())
		w.Clock.Advance(367 * 24 * time.Hour)
		if _, err := w.Templates.Raise(w.As("amir"), form(w)); !errors.Is(err, template.ErrExpired) {
			t.Errorf("after a year: %v", err)
		}
		if _, err := w.Templates.Revise(w.As("alice"), "restart-mail"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Templates.Revise(w.As("alice"), "restart-mail"); !errors.Is(err, template.ErrOpen) {
			t.Errorf("two at a time: %v", err)
		}
		x, err := move(w, "alice", 2, "propose", done(t, w, 3, "successful")...)
		for _, by := range []string{"cora", "cleo"} {
			if err == nil {
				_, err = vote(w, by, 2, x.Digest, approval.Approve)
			}
		}
		if err == nil {
			_, err = move(w, "maya", 2, "publish")
		}
		if err != nil {
			t.Fatal(err)
		}
		editions, err := w.Templates.Editions(w.As("amir"), "restart-mail")
		if err != nil || editions[0].State != template.StatePublished || editions[1].State != template.StateRetired {
			t.Errorf("%v", err)
		}
		if c, err := w.Templates.Raise(w.As("amir"), form(w)); err != nil || c.Facet.TemplateEdition != 2 {
			t.Errorf("from the next edition: %d, %v", c.Facet.TemplateEdition, err)
		}
		w.VerifyLog()
	})
}

func TestATemplateIsForItsHoursItsLengthAndItsItems(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		d := doc()
		d.Hours = []template.Hours{{Days: []time.Weekday{time.Tuesday}, From: "22:00", To: "02:00"}}
		d.Classes = []string{"server"}
		published(t, w, d)
		in := form(w)
		if _, err := w.Templates.Raise(w.As("amir"), in); !errors.Is(err, template.ErrWhen) {
			t.Errorf("at another time: %v", err)
		}
		in.Start = time.Date(2026, 3, 3, 23, 30, 0, 0, time.UTC) // Tuesday night in Berlin, already Wednesday
		if _, err := w.Templates.Raise(w.As("amir"), in); !errors.Is(err, template.ErrOtherWork) {
			t.Errorf("without items: %v", err)
		}
	})
}

func TestHoursHoldOnlyWhatLiesWhollyWithin(t *testing.T) {
	d := template.Doc{Zone: "Europe/Berlin", Hours: []template.Hours{{Days: []time.Weekday{time.Saturday}, From: "22:00", To: "04:00"}}}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		from, to string
		want     bool
	}{
		{"2026-03-28 22:00", "2026-03-29 04:00", true}, // the clock jumps from two to three in this night
		{"2026-03-28 21:59", "2026-03-28 23:00", false},
		{"2026-03-29 03:30", "2026-03-29 04:01", false},
		{"2026-03-29 01:00", "2026-03-29 03:30", true},
		{"2026-03-27 23:00", "2026-03-27 23:30", false},
	} {
		from, _ := time.ParseInLocation("2006-01-02 15:04", x.from, berlin)
		to, _ := time.ParseInLocation("2006-01-02 15:04", x.to, berlin)
		if got := d.Within(from, to); got != x.want {
			t.Errorf("%s to %s: %t", x.from, x.to, got)
		}
	}
}

func TestWhatHasAlwaysGoneWellIsSuggestedAndWhatFailedOnceIsNot(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var ended []template.Ended
	for i, title := range []string{"Patch web 1", "Patch web-2", "patch WEB 3", "Patch web 4", "Patch web 5", "Patch db 1", "Patch db 2", "Patch db 3", "Patch db 4", "Patch db 5"} {
		outcome := changes.Outcome("successful")
		if title == "Patch db 3" {
			outcome = "backed_out"
		}
		ended = append(ended, template.Ended{Number: title, Title: title, Service: "Shop", Outcome: outcome, ActualEnd: at.Add(time.Duration(-i) * time.Hour)})
	}
	got := template.Routine(ended)
	if len(got) != 1 || got[0].Title != "Patch web 1" || len(got[0].Runs) != 5 {
		t.Errorf("got %+v", got)
	}
}

func TestOnlyADocumentThatMakesSenseIsKept(t *testing.T) {
	for name, spoil := range map[string]func(*template.Doc){
		"no way back": func(d *template.Doc) { d.BackoutPlan = " " }, "no steps": func(d *template.Doc) { d.ImplementationPlan = "" },
		"no time": func(d *template.Doc) { d.Minutes = 0 }, "a high risk": func(d *template.Doc) { d.MaxRisk = changes.High },
		"the way back left open": func(d *template.Doc) { d.Variable = []string{"backout_plan"} }, "no such zone": func(d *template.Doc) { d.Zone = "Mars/Olympus" },
		"the zone of the machine": func(d *template.Doc) { d.Zone = "Local" },
		"hours without days":      func(d *template.Doc) { d.Hours = []template.Hours{{From: "01:00", To: "02:00"}} },
		"hours that are none": func(d *template.Doc) {
			d.Hours = []template.Hours{{Days: []time.Weekday{1}, From: "25:00", To: "02:00"}}
		},
		"an outage too long": func(d *template.Doc) { d.OutageMinutes = 31 }, "no item": func(d *template.Doc) { d.Items = []string{"INC-000001"} },
		"a failure too many": func(d *template.Doc) { d.Failures = 6 }, "no title": func(d *template.Doc) { d.Title = "" },
	} {
		d := doc()
		if spoil(&d); d.Check() == nil {
			t.Errorf("%s is kept", name)
		}
	}
	if d := doc(); d.Check() != nil {
		t.Error("a sound one is refused")
	}
}

func TestSuggestionsAreForThoseWhoWriteTemplates(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		if got, err := w.Templates.Suggest(w.As("amir")); err != nil || len(got) != 0 {
			t.Errorf("%v, %v", got, err)
		}
		if _, err := w.Templates.Suggest(w.As("omar")); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a CI owner: %v", err)
		}
	})
}
