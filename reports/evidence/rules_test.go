package evidence_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/attempt"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/reports/evidence"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func at(hours float64) *time.Time {
	t := monday.Add(time.Duration(hours * float64(time.Hour)))
	return &t
}

// People of the lives: 1 asked for it, 2 does it, 3 and 4 approve, 5 closes, 9 is a program.
const shows = `[{"key":"k","name":"log.txt","sha256":"aa","by":2,"at":"2026-03-02T10:30:00Z"}]`

// sound is a change that went as it should.
func sound() *evidence.Life {
	return &evidence.Life{AsOf: *at(100), Grace: 15 * time.Minute,
		Ticket: ticket.Ticket{ID: 1, Number: "CHG-000001", Title: "Upgrade", State: changes.StateClosed, RequesterID: 1, OpenedBy: 1, OpenedAt: *at(-48)},
		Facet: changes.Facet{Model: changes.Normal, Risk: changes.Medium, Revision: 1, Digest: "d1", Implementers: changes.Users{2}, Editors: changes.Users{1}, StartedBy: 2,
			PlannedStart: at(1), PlannedEnd: at(3), ActualStart: at(1), ActualEnd: at(2), Outcome: "successful"},
		Slots:     []approval.Slot{{ID: 7, Label: "CAB", Revision: 1, Digest: "d1", State: approval.Approved, OpenedAt: *at(-24), ClosedAt: at(-12)}, {ID: 6, Label: "CAB", Revision: 0, Digest: "d0", State: approval.Stale, OpenedAt: *at(-40)}},
		Decisions: []approval.Decision{{SlotID: 7, UserID: 3, CastBy: 3, Decision: approval.Approve, Digest: "d1", At: *at(-13), EventID: "e3"}, {SlotID: 7, UserID: 4, CastBy: 4, Decision: approval.Approve, Digest: "d1", At: *at(-12), EventID: "e4"}},
		Tasks:     []work.Task{{Number: "TSK-000001", Kind: work.Deploy, State: work.Done, StartedAt: at(1), EndedAt: at(2), StartedBy: 2, EndedBy: 2, Evidence: shows, Checklist: "[]"}},
		Files:     map[string]string{"k": "aa"},
		Review:    &review.Review{State: review.Done, DueAt: *at(50), DoneAt: at(40), ReviewerID: 5},
		Events: []evidence.Event{{ID: "e1", Entity: "CHG-000001", Version: 1, Type: "change.raised", ActorID: 1, OccurredAt: *at(-48)}, {ID: "e3", Version: 2, Type: "change.approved", ActorID: 3, OccurredAt: *at(-13)},
			{ID: "e4", Version: 3, Type: "change.approved", ActorID: 4, OccurredAt: *at(-12)}, {ID: "e5", Version: 4, Type: "change.started", ActorID: 2, StateTo: changes.StateImplementing, OccurredAt: *at(1)},
			{ID: "e6", Version: 5, Type: "change.completed", ActorID: 2, StateTo: changes.StateReview, OccurredAt: *at(2)}, {ID: "e7", Version: 6, Type: "change.closed", ActorID: 5, StateTo: changes.StateClosed, OccurredAt: *at(41)}},
		Names: &evidence.Names{People: map[domain.UserID]string{1: "Maya", 2: "Amir", 3: "Cora", 4: "Carl", 5: "Tess", 9: "Bot"}, Programs: map[domain.UserID]bool{9: true}, Pipelines: map[int64]string{}}}
}

// departures alter a sound life so that a rule finds something.
var departures = map[string][]func(l *evidence.Life){
	"A-01": {func(l *evidence.Life) { l.Slots, l.Decisions = nil, nil }, func(l *evidence.Life) { l.Slots[0].Advisory = true }},
	"A-02": {func(l *evidence.Life) { l.Slots[0].ClosedAt = at(1.5) }},
	"A-03": {func(l *evidence.Life) { l.Slots[0].State = approval.Waiting }},
	"A-04": {func(l *evidence.Life) { l.Decisions[0].Digest = "d0" }},
	"A-07": {func(l *evidence.Life) { l.Decisions[1].At = *at(1.5) }},
	"A-08": {func(l *evidence.Life) { l.Decisions[1].CastBy = 9 }},
	"A-09": {func(l *evidence.Life) { l.Slots[0].OpenedAt = l.Decisions[0].At.Add(-9 * time.Second) }},
	"A-10": {func(l *evidence.Life) { l.Slots[1].OverriddenAt, l.Slots[1].OverriddenBy = at(0), 5 }},
	"S-01": {func(l *evidence.Life) { l.Decisions[0].UserID = 1 }, func(l *evidence.Life) { l.Facet.Editors = append(l.Facet.Editors, 4) }, func(l *evidence.Life) { l.Decisions[0].CastBy = 1 }},
	"S-02": {func(l *evidence.Life) { l.Facet.StartedBy = 3 }, func(l *evidence.Life) { l.Tasks[0].EndedBy = 3 }, func(l *evidence.Life) {
		l.Deployments = []pipeline.Deployment{{ActorID: 3, Authorised: true, State: pipeline.Succeeded}}
	}},
	"S-05": {func(l *evidence.Life) { l.Review.ReviewerID = 2 }},
	"S-06": {func(l *evidence.Life) { l.Ticket.RequesterID, l.Events[5].ActorID = 2, 2 }},
	"S-08": {func(l *evidence.Life) {
		l.Attempts = []attempt.Attempt{{Ref: "r", UserID: 1, Decision: approval.Approve, Reasons: changes.Texts{approval.ReasonSelf}, At: *at(-20)}}
	}},
	"T-03": {func(l *evidence.Life) { l.Files["k"] = "bb" }, func(l *evidence.Life) { l.Files = nil }},
	"P-02": {func(l *evidence.Life) { l.Facet.Risk = changes.High }},
	"W-01": {func(l *evidence.Life) { l.Facet.ActualStart = at(0.7) }, func(l *evidence.Life) { l.Facet.ActualEnd = at(3.3) }},
	"W-02": {func(l *evidence.Life) { l.Conflicts = met(calendar.InFreeze, 0) }},
	"W-03": {func(l *evidence.Life) { l.Ticket.State, l.Facet.ActualEnd = changes.StateImplementing, nil }},
	"W-04": {func(l *evidence.Life) { l.Conflicts = met(calendar.SameItem, 0) }, func(l *evidence.Life) {
		l.Conflicts = met(calendar.SameItem, 0) // it went away, but only when the work was over
		l.Conflicts[0].State, l.Conflicts[0].SettledAt = calendar.Resolved, at(2)
	}},
	"W-06": {func(l *evidence.Life) { l.Facet.Exceptions = changes.Texts{changes.DoneInFreeze} }},
	"E-01": {func(l *evidence.Life) { l.Facet.Model = changes.Emergency }},
	"E-02": {func(l *evidence.Life) { l.Facet.RetroState, l.Facet.RetroDueAt = changes.RetroPending, at(25) }, func(l *evidence.Life) { l.Facet.RetroState = approval.Rejected },
		func(l *evidence.Life) {
			l.Facet.RetroState, l.Facet.Exceptions = approval.Approved, changes.Texts{changes.RetroLate}
		}},
	"E-05": {func(l *evidence.Life) { l.Facet.Exceptions = changes.Texts{changes.BrokeGlass} }},
	"R-10": {func(l *evidence.Life) { l.Facet.Exceptions = changes.Texts{changes.LoweredRisk} }},
	"V-01": {func(l *evidence.Life) { l.Review.DoneAt = at(60) }, func(l *evidence.Life) { l.Review.State, l.Review.DoneAt = review.Open, nil }},
	"V-02": {func(l *evidence.Life) { l.Tasks[0].State = work.Open }, func(l *evidence.Life) { l.Conditions = []approval.Condition{{SlotID: 7, Text: "Tell the plant."}} }},
	"V-03": {func(l *evidence.Life) {
		l.Deployments = []pipeline.Deployment{{ID: 1, State: pipeline.Failed, Artifact: "sha256:aa"}}
	},
		func(l *evidence.Life) {
			l.Causes = []evidence.Cause{{Incident: "INC-000001", Kind: "caused_by", Confidence: "confirmed", Priority: 2}}
		}},
	"C-01": {func(l *evidence.Life) { l.Facet.Model, l.Facet.Outcome = changes.Unauthorised, "reverted" }},
	"C-02": {func(l *evidence.Life) { l.Runs = []pipeline.Run{{Name: "shop#1"}} }},
	"D-01": {func(l *evidence.Life) { l.Tasks[0].TimesAt, l.Tasks[0].StampedStart = at(3), at(2.9) }},
	"D-02": {func(l *evidence.Life) {
		l.Events = append(l.Events, evidence.Event{Type: "change.amended", Version: 7, OccurredAt: *at(42)})
	}},
	"D-03": {func(l *evidence.Life) { l.Events[3].OccurredAt = *at(-30) }, func(l *evidence.Life) { l.Facet.ActualEnd = at(0.9) }},
}

func met(sort calendar.Sort, hour float64) []evidence.Conflict {
	return []evidence.Conflict{{Conflict: calendar.Conflict{Ref: "c", Kind: sort, Severity: calendar.Hard, State: calendar.Open, FoundAt: *at(hour)}, Number: "CHG-000001", Other: "CHG-000002"}}
}

func ids(l *evidence.Life) (out []string) {
	for _, e := range l.Exceptions() {
		out = append(out, e.Rule.ID)
	}
	return out
}

// Each rule finds what it is for, and nothing in a change that went as it should. A rule that nobody shows finding fails.
func TestEachRuleFindsWhatItIsForAndNothingElse(t *testing.T) {
	if found := ids(sound()); len(found) > 0 {
		t.Errorf("a sound change departs from %v", found)
	}
	known := map[string]bool{}
	for _, r := range evidence.Rules {
		known[r.ID] = true
		if r.Title == "" || r.Words == "" || len(departures[r.ID]) == 0 {
			t.Errorf("%s: nothing shows what it finds", r.ID)
		}
		for i, alter := range departures[r.ID] {
			l := sound()
			alter(l)
			if !slices.Contains(ids(l), r.ID) {
				t.Errorf("%s, case %d: found %v", r.ID, i, ids(l))
			}
		}
	}
	for id := range departures {
		if !known[id] {
			t.Errorf("there is no rule %s", id)
		}
	}
}

// What is not wrong is not found: the same facts, with what makes them right.
func TestWhatIsInOrderIsNoException(t *testing.T) {
	for name, c := range map[string]struct {
		rule  string
		alter func(l *evidence.Life)
	}{
		"a broken glass is decided on afterwards": {"A-02", func(l *evidence.Life) {
			l.Facet.Exceptions, l.Slots[0].ClosedAt = changes.Texts{changes.BrokeGlass}, at(5)
		}},
		"a slot in retrospect":               {"A-07", func(l *evidence.Life) { l.Slots[0].Retro, l.Decisions[0].At = true, *at(20) }},
		"a standard change asks nobody":      {"A-01", func(l *evidence.Life) { l.Facet.Model, l.Slots, l.Decisions = changes.Standard, nil, nil }},
		"a registration is of what was done": {"A-01", func(l *evidence.Life) { l.Facet.Model, l.Slots, l.Decisions = changes.Registration, nil, nil }},
		"within the grace":                   {"W-01", func(l *evidence.Life) { l.Facet.ActualStart, l.Facet.ActualEnd = at(0.8), at(3.2) }},
		"a conflict that somebody accepted":  {"W-04", func(l *evidence.Life) { l.Conflicts = met(calendar.SameItem, 0); l.Conflicts[0].AcceptedBy = 5 }},
		"a conflict that came later":         {"W-04", func(l *evidence.Life) { l.Conflicts = met(calendar.SameItem, 1.5) }},
		"a conflict that was gone": {"W-04", func(l *evidence.Life) {
			l.Conflicts = met(calendar.SameItem, -5)
			l.Conflicts[0].State, l.Conflicts[0].SettledAt = calendar.Resolved, at(0)
		}},
		"a false alarm": {"C-01", func(l *evidence.Life) { l.Facet.Model, l.Facet.Outcome = changes.Unauthorised, "false_positive" }},
		"a failure that was tried again": {"V-03", func(l *evidence.Life) {
			l.Deployments = []pipeline.Deployment{{ID: 1, State: pipeline.Failed, Artifact: "a"}, {ID: 2, State: pipeline.Succeeded, Artifact: "a"}}
		}},
		"a correction of minutes":                        {"D-01", func(l *evidence.Life) { l.Tasks[0].TimesAt, l.Tasks[0].StampedStart = at(3), at(1.1) }},
		"the way back of a change that nobody undoes":    {"V-02", func(l *evidence.Life) { l.Tasks[0].Kind, l.Tasks[0].State = work.Backout, work.Open }},
		"a condition of a plan before":                   {"V-02", func(l *evidence.Life) { l.Conditions = []approval.Condition{{SlotID: 6, Text: "x"}} }},
		"somebody who stepped aside has decided nothing": {"S-01", func(l *evidence.Life) { l.Decisions[0].UserID, l.Decisions[0].Decision = 1, approval.Recuse }},
		"a word about a closed change is no edit of it": {"D-02", func(l *evidence.Life) {
			l.Events = append(l.Events, evidence.Event{Type: "change.noted", OccurredAt: *at(42)})
		}},
		"who tested the way back may do what is risky":    {"P-02", func(l *evidence.Life) { l.Facet.Risk, l.Facet.BackoutTested = changes.High, "yes" }},
		"a decision in retrospect that came in good time": {"E-02", func(l *evidence.Life) { l.Facet.RetroState, l.Facet.RetroDueAt = approval.Approved, at(25) }},
	} {
		l := sound()
		c.alter(l)
		if slices.Contains(ids(l), c.rule) {
			t.Errorf("%s: %v", name, ids(l))
		}
	}
}

// Every sheet has a value for each of its columns, and something to say.
func TestEveryRowHasItsColumns(t *testing.T) {
	said := map[string]bool{}
	look := func(l *evidence.Life) {
		l.Points = []evidence.Point{{Meeting: "CAB", Digest: "d1"}}
		for _, sh := range evidence.Sheets {
			for _, row := range sh.Rows(l) {
				said[sh.Name] = true
				if len(row) != len(sh.Columns) {
					t.Errorf("%s: %d values for %d columns", sh.Name, len(row), len(sh.Columns))
				}
			}
		}
		if got := len(l.Summary()); got != len(evidence.SummaryColumns) {
			t.Errorf("the summary: %d values for %d columns", got, len(evidence.SummaryColumns))
		}
	}
	for _, alters := range departures {
		for _, alter := range alters {
			l := sound()
			alter(l)
			look(l)
		}
	}
	for _, sh := range evidence.Sheets {
		if !said[sh.Name] {
			t.Errorf("%s is empty", sh.Name)
		}
	}
}
