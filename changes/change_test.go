package changes_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/flow/flowtest"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func TestTheFlowIsSound(t *testing.T) { flowtest.Sound(t, changes.Flow) }

func planned() changes.Change {
	start, end := monday, monday.Add(2*time.Hour)
	c := changes.Change{Ticket: ticket.Ticket{ID: 1, Kind: domain.KindChange, Number: "CHG-000001", Title: "Patch", State: changes.StateDraft, Category: flow.Open, RequesterID: 1},
		Facet: changes.Facet{Model: changes.Normal, Risk: changes.Low, Revision: 1, Justification: "security", ImplementationPlan: "apt upgrade", TestPlan: "smoke test",
			BackoutPlan: "snapshot", PlannedStart: &start, PlannedEnd: &end, AffectedServices: changes.Texts{"Mail"}, Implementers: changes.Users{2}, Editors: changes.Users{1}}}
	c.Facet.Digest = c.Plan().Digest()
	return c
}

// The digest is a promise to auditors: the same plan has the same digest for ever.
func TestTheDigestOfAPlanDoesNotMove(t *testing.T) {
	const want = "6cec0501c1924149ad68f3ca616756a5c3931a2b4fa3c8857b848934e7d79e42"
	if got := planned().Facet.Digest; got != want {
		t.Errorf("the canonical form of a plan has changed: digest %s, want %s", got, want)
	}
}

func TestEveryFieldOfThePlanIsMaterial(t *testing.T) {
	base := planned().Plan()
	later := monday.Add(time.Hour)
	for name, alter := range map[string]func(p *changes.Plan){
		"title": func(p *changes.Plan) { p.Title += "!" }, "description": func(p *changes.Plan) { p.Description += "!" }, "service": func(p *changes.Plan) { p.Service += "!" },
		"model": func(p *changes.Plan) { p.Model = changes.Emergency }, "risk": func(p *changes.Plan) { p.Risk = changes.High },
		"justification": func(p *changes.Plan) { p.Justification += "!" }, "implementation": func(p *changes.Plan) { p.ImplementationPlan += "!" },
		"test": func(p *changes.Plan) { p.TestPlan += "!" }, "backout": func(p *changes.Plan) { p.BackoutPlan += "!" },
		"start": func(p *changes.Plan) { p.PlannedStart = &later }, "end": func(p *changes.Plan) { p.PlannedEnd = &later },
		"services":     func(p *changes.Plan) { p.AffectedServices = append([]string{"Web"}, p.AffectedServices...) },
		"implementers": func(p *changes.Plan) { p.Implementers = append([]domain.UserID{9}, p.Implementers...) },
	} {
		p := base
		alter(&p)
		if p.Digest() == base.Digest() {
			t.Errorf("%s is not part of the digest", name)
		}
	}
}

// Moving text from one field into the next must not give the same digest, nor may order where it means nothing.
func TestTheDigestSeparatesFieldsAndIgnoresTheOrderOfLists(t *testing.T) {
	a, b := planned().Plan(), planned().Plan()
	a.Justification, a.ImplementationPlan = "xy", "z"
	b.Justification, b.ImplementationPlan = "x", "yz"
	if a.Digest() == b.Digest() {
		t.Error("fields run together")
	}
	a, b = planned().Plan(), planned().Plan()
	a.AffectedServices, b.AffectedServices = []string{"A", "B"}, []string{"B", "A"}
	a.Implementers, b.Implementers = []domain.UserID{1, 2}, []domain.UserID{2, 1}
	if a.Digest() != b.Digest() {
		t.Error("the order of a list changes the digest")
	}
}

func TestAPlanFullOfNothingIsNotComplete(t *testing.T) {
	p := planned().Plan()
	if missing := p.Missing(); len(missing) != 0 {
		t.Fatalf("a complete plan lacks %v", missing)
	}
	p.Justification, p.TestPlan, p.BackoutPlan, p.Implementers, p.AffectedServices, p.PlannedStart = "N/A", " tbc. ", "none", nil, nil, nil
	if got := len(p.Missing()); got != 6 {
		t.Errorf("%d things are missing, want 6: %v", got, p.Missing())
	}
}

func approvedChange(by domain.UserID) changes.Change {
	c := planned()
	c.Ticket.State = changes.StateScheduled
	c.Ballots = []approval.Ballot{{Slot: approval.Slot{ID: 1, Rule: approval.Any, Revision: 1, Digest: c.Facet.Digest, State: approval.Approved},
		Electors: []approval.Elector{{UserID: by}}, Decisions: []approval.Decision{{UserID: by, CastBy: by, Decision: approval.Approve, Digest: c.Facet.Digest}}}}
	return c
}

func TestTheGuardsOfAStart(t *testing.T) {
	for name, c := range map[string]struct {
		alter func(c *changes.Change)
		at    time.Time
		want  *domain.Error
	}{
		"approved and in its window":  {func(*changes.Change) {}, monday.Add(time.Minute), nil},
		"within the grace":            {func(*changes.Change) {}, monday.Add(-10 * time.Minute), nil},
		"too early":                   {func(*changes.Change) {}, monday.Add(-time.Hour), changes.ErrWindow},
		"too late":                    {func(*changes.Change) {}, monday.Add(3 * time.Hour), changes.ErrWindow},
		"on hold":                     {func(c *changes.Change) { c.Facet.HoldSince, c.Facet.HoldReason = &monday, "vendor" }, monday, changes.ErrHeld},
		"never approved":              {func(c *changes.Change) { c.Ballots = nil }, monday, changes.ErrNotApproved},
		"approved by its implementer": {func(c *changes.Change) { c.Facet.Implementers = changes.Users{5} }, monday, changes.ErrNotApproved},
		"approved for another plan":   {func(c *changes.Change) { c.Facet.Digest = "other" }, monday, changes.ErrNotApproved},
	} {
		t.Run(name, func(t *testing.T) {
			change := approvedChange(5)
			c.alter(&change)
			_, err := change.Apply(changes.MoveInput{Event: "start"}, c.at, 2, nil, false)
			if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestWhoImplementedItCannotCloseIt(t *testing.T) {
	c := approvedChange(5)
	c.Ticket.State = changes.StateReview
	if _, err := c.Apply(changes.MoveInput{Event: "close", CloseNotes: "fine"}, monday, 2, nil, false); !errors.Is(err, changes.ErrReviewer) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Apply(changes.MoveInput{Event: "close", CloseNotes: "fine"}, monday, 3, nil, false); err != nil {
		t.Error(err)
	}
}

// Whatever is tried in whatever order: final means closed, waiting means no running clock, and nothing is
// implemented that is not approved for the digest it has.
func TestRandomWalksKeepTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := planned()
		now := monday
		flowtest.Walk(t, changes.Flow, 25, func(t *rapid.T, from string, mv flow.Move) string {
			if rapid.Bool().Draw(t, "vote") && c.Ticket.State == changes.StateAuthorize {
				by := domain.UserID(rapid.IntRange(1, 4).Draw(t, "by")) // 1 requested it, 2 implements it
				c.Ballots = []approval.Ballot{{Slot: approval.Slot{Rule: approval.Any, Revision: c.Facet.Revision, Digest: c.Facet.Digest, State: approval.Waiting},
					Electors: []approval.Elector{{UserID: by}}, Decisions: []approval.Decision{{UserID: by, CastBy: by, Decision: approval.Approve, Digest: c.Facet.Digest}}}}
			}
			if mv.Event == "revise" {
				c.Facet.Revision++
				c.Facet.ImplementationPlan += "."
				c.Facet.Digest = c.Plan().Digest()
			}
			in := changes.MoveInput{Event: mv.Event, Reason: "because", Outcome: "successful", CloseNotes: "done"}
			_, err := c.Apply(in, now, domain.UserID(rapid.IntRange(1, 4).Draw(t, "actor")), nil, mv.Automatic)
			if err == nil && mv.Event == "start" {
				if c.Verdict() != approval.Approved {
					t.Fatalf("implementing without approval of %s", c.Facet.Digest)
				}
				for _, b := range c.Current() {
					for _, d := range b.Decisions {
						if d.UserID == 1 || d.UserID == 2 {
							t.Fatalf("user %d's vote counted", d.UserID)
						}
					}
				}
			}
			s, _ := changes.Flow.State(c.Ticket.State)
			if s.Final != (c.Ticket.ClosedAt != nil) {
				t.Fatalf("state %s, closed at %v", s.Name, c.Ticket.ClosedAt)
			}
			if s.Category != c.Ticket.Category {
				t.Fatalf("category %s in state %s", c.Ticket.Category, s.Name)
			}
			return c.Ticket.State
		})
	})
}
