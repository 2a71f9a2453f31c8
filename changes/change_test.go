package changes_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/model"
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
			BackoutPlan: "snapshot", PlannedStart: &start, PlannedEnd: &end, AffectedServices: changes.Texts{"Mail"}, Implementers: changes.Users{2}, Editors: changes.Users{1},
			PlanForm: 2, Assessment: `{"band":"low"}`}}
	c.Facet.Digest = c.Plan().Digest()
	return c
}

// The digest is a promise to auditors: the same plan has the same digest for ever.
func TestTheDigestOfAPlanDoesNotMove(t *testing.T) {
	for form, want := range map[int64]string{1: "6cec0501c1924149ad68f3ca616756a5c3931a2b4fa3c8857b848934e7d79e42", 2: "6912ad1cda1b36c2f3b2da74a8096c360257112d9cc15efc0a8b5b163206a431"} {
		c := planned()
		c.Facet.PlanForm = form
		if got := c.Plan().Digest(); got != want {
			t.Errorf("the canonical form %d of a plan has changed: digest %s, want %s", form, got, want)
		}
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
		"items":        func(p *changes.Plan) { p.CIs = []string{"CI-000001"} }, "environment": func(p *changes.Plan) { p.Environment = "test" },
		"outage": func(p *changes.Plan) { p.Outage = "yes" }, "minutes": func(p *changes.Plan) { p.OutageMinutes = 5 }, "tested": func(p *changes.Plan) { p.BackoutTested = "no" },
		"communication": func(p *changes.Plan) { p.CommunicationPlan = "!" }, "verification": func(p *changes.Plan) { p.VerificationPlan = "!" },
		"security": func(p *changes.Plan) { p.SecurityTouched = "yes" }, "security impact": func(p *changes.Plan) { p.SecurityImpact = "!" },
		"answers": func(p *changes.Plan) { p.Answers = changes.Answers{"users": "most"} }, "why it was lowered": func(p *changes.Plan) { p.RiskReason = "!" },
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

func seed(key string) model.Model {
	m, _ := model.Seed(key)
	return m
}

// at is a scene in which nothing but the change itself stands in the way.
func at(now time.Time, actor domain.UserID, key string) changes.Scene {
	return changes.Scene{Now: now, Actor: actor, Model: seed(key), PeerAsked: true}
}

func TestAPlanFullOfNothingIsNotComplete(t *testing.T) {
	p := planned().Plan()
	if missing := p.Missing(seed(model.Normal)); len(missing) != 0 {
		t.Fatalf("a complete plan lacks %v", missing)
	}
	p.Justification, p.TestPlan, p.BackoutPlan, p.Implementers, p.AffectedServices, p.PlannedStart = "N/A", " tbc. ", "none", nil, nil, nil
	if got := len(p.Missing(seed(model.Normal))); got != 6 {
		t.Errorf("%d things are missing, want 6: %v", got, p.Missing(seed(model.Normal)))
	}
	p = planned().Plan()
	p.CommunicationPlan, p.VerificationPlan, p.SecurityTouched, p.SecurityImpact, p.Outage = "N/A", "later", "yes", "-", "yes"
	if got := len(p.Missing(seed(model.Normal))); got != 5 {
		t.Errorf("%d things say nothing, want 5: %v", got, p.Missing(seed(model.Normal)))
	}
	p = planned().Plan()
	p.AffectedServices, p.CIs = nil, []string{"CI-000001"}
	if missing := p.Missing(seed(model.Normal)); len(missing) != 0 {
		t.Errorf("items are a scope as well: %v", missing)
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
		by    domain.UserID
		want  *domain.Error
	}{
		"approved and in its window":  {func(*changes.Change) {}, monday.Add(time.Minute), 2, nil},
		"within the grace":            {func(*changes.Change) {}, monday.Add(-10 * time.Minute), 2, nil},
		"too early":                   {func(*changes.Change) {}, monday.Add(-time.Hour), 2, changes.ErrWindow},
		"too late":                    {func(*changes.Change) {}, monday.Add(3 * time.Hour), 2, changes.ErrWindow},
		"on hold":                     {func(c *changes.Change) { c.Facet.HoldSince, c.Facet.HoldReason = &monday, "vendor" }, monday, 2, changes.ErrHeld},
		"never approved":              {func(c *changes.Change) { c.Ballots = nil }, monday, 2, changes.ErrNotApproved},
		"approved by its implementer": {func(c *changes.Change) { c.Facet.Implementers = changes.Users{5} }, monday, 2, changes.ErrNotApproved},
		"approved for another plan":   {func(c *changes.Change) { c.Facet.Digest = "other" }, monday, 2, changes.ErrNotApproved},
		"started by who approved it":  {func(*changes.Change) {}, monday, 5, changes.ErrStarter},
		"a condition before the start": {func(c *changes.Change) {
			c.Ballots[0].Conditions = []approval.Condition{{Text: "Tell the plant.", Before: "start"}}
		}, monday, 2, changes.ErrConditions},
		"a condition that is met": {func(c *changes.Change) {
			c.Ballots[0].Conditions = []approval.Condition{{Text: "Tell the plant.", Before: "start", MetAt: &monday}, {Text: "Tidy up.", Before: "close"}}
		}, monday, 2, nil},
		"a second slot that nobody has filled": {func(c *changes.Change) {
			c.Ballots = append(c.Ballots, approval.Ballot{Slot: approval.Slot{ID: 2, Stage: 2, Rule: approval.Any, Revision: 1, Digest: c.Facet.Digest, State: approval.Waiting}, Electors: []approval.Elector{{UserID: 6}}})
		}, monday, 2, changes.ErrNotApproved},
		"advice that nobody has given": {func(c *changes.Change) {
			c.Ballots = append(c.Ballots, approval.Ballot{Slot: approval.Slot{ID: 2, Advisory: true, Rule: approval.Any, Revision: 1, Digest: c.Facet.Digest, State: approval.Waiting}, Electors: []approval.Elector{{UserID: 6}}})
		}, monday, 2, nil},
		"advice against it":                    {func(c *changes.Change) { c.Ballots = append(c.Ballots, advice(c, nil)) }, monday, 2, changes.ErrNotApproved},
		"advice overridden":                    {func(c *changes.Change) { c.Ballots = append(c.Ballots, advice(c, &monday)) }, monday, 2, nil},
		"advice alone":                         {func(c *changes.Change) { c.Ballots[0].Slot.Advisory = true }, monday, 2, changes.ErrNotApproved},
		"a standard change without a template": {func(c *changes.Change) { c.Facet.Model = changes.Standard }, monday, 2, changes.ErrTemplate},
	} {
		t.Run(name, func(t *testing.T) {
			change := approvedChange(5)
			c.alter(&change)
			scene := at(c.at, c.by, string(change.Facet.Model))
			scene.Template = func() error { return changes.ErrTemplate }
			_, err := change.Apply(changes.MoveInput{Event: "start"}, scene, false)
			if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func advice(c *changes.Change, overridden *time.Time) approval.Ballot {
	return approval.Ballot{Slot: approval.Slot{ID: 2, Advisory: true, Rule: approval.Any, Revision: 1, Digest: c.Facet.Digest, State: approval.Rejected, OverriddenAt: overridden},
		Electors: []approval.Elector{{UserID: 6}}, Decisions: []approval.Decision{{UserID: 6, CastBy: 6, Decision: approval.Reject, Digest: c.Facet.Digest}}}
}

func TestTheGuardsOfEveryOtherMove(t *testing.T) {
	for name, c := range map[string]struct {
		event string
		model string
		alter func(c *changes.Change, s *changes.Scene)
		want  *domain.Error
	}{
		"an emergency takes the usual way":     {"submit", model.Emergency, nil, changes.ErrModel},
		"a normal change asks the ECAB":        {"expedite", model.Normal, nil, changes.ErrModel},
		"a normal change breaks the glass":     {"break_glass", model.Normal, nil, changes.ErrModel},
		"a normal change is scheduled at once": {"schedule", model.Normal, nil, changes.ErrModel},
		"a normal change registers itself":     {"register", model.Normal, nil, changes.ErrModel},
		"a plan without a reason":              {"submit", model.Normal, func(c *changes.Change, _ *changes.Scene) { c.Facet.Justification = "TBC" }, changes.ErrPlan},
		"an open question":                     {"submit", model.Normal, func(c *changes.Change, _ *changes.Scene) { c.Facet.Assessment = `{"band":"low","missing":["users"]}` }, changes.ErrAnswers},
		"an emergency without a way back":      {"expedite", model.Emergency, func(c *changes.Change, _ *changes.Scene) { c.Facet.BackoutPlan = "" }, changes.ErrPlan},
		"no colleague has looked":              {"request_authorization", model.Normal, func(_ *changes.Change, s *changes.Scene) { s.PeerAsked = false }, changes.ErrPeer},
		"a colleague has looked at another plan": {"request_authorization", model.Normal, func(c *changes.Change, s *changes.Scene) {
			s.PeerAsked, c.Facet.PeerID, c.Facet.PeerDigest = false, 7, "another"
		}, changes.ErrPeer},
		"nobody could approve it": {"request_authorization", model.Normal, func(_ *changes.Change, s *changes.Scene) {
			s.Electorate = func(string) error { return approval.ErrElectorate }
		}, approval.ErrElectorate},
		"a broken glass without incident": {"break_glass", model.Emergency, nil, changes.ErrIncident},
		"a broken glass without password": {"break_glass", model.Emergency, func(c *changes.Change, s *changes.Scene) {
			c.Facet.Incident, s.Signed = "INC-000001", func() error { return approval.ErrSignature }
		}, approval.ErrSignature},
		"a standard change without a template": {"schedule", model.Standard, nil, changes.ErrTemplate},
		"closed by its implementer":            {"close", model.Normal, func(_ *changes.Change, s *changes.Scene) { s.Actor = 2 }, changes.ErrReviewer},
		"closed by who started it":             {"close", model.Normal, func(c *changes.Change, _ *changes.Scene) { c.Facet.StartedBy = 3 }, changes.ErrReviewer},
		"closed before the retrospect":         {"close", model.Emergency, func(c *changes.Change, _ *changes.Scene) { c.Facet.RetroState = changes.RetroPending }, changes.ErrRetro},
		"closed with a condition open": {"close", model.Normal, func(c *changes.Change, _ *changes.Scene) {
			c.Ballots = approvedChange(5).Ballots
			c.Ballots[0].Conditions = []approval.Condition{{Text: "Tidy up.", Before: "close"}}
		}, changes.ErrConditions},
		"judged by who did it":        {"judge", model.Unauthorised, func(c *changes.Change, s *changes.Scene) { s.Actor = 2 }, changes.ErrReviewer},
		"judged with a usual outcome": {"judge", model.Unauthorised, nil, domain.ErrInvalid},
		"closed as if it were usual":  {"close", model.Unauthorised, nil, changes.ErrModel},
	} {
		t.Run(name, func(t *testing.T) {
			change := planned()
			change.Facet.Model = changes.Model(c.model)
			mv, _ := changes.Flow.Event(c.event)
			change.Ticket.State = mv.From[0]
			scene := at(monday, 3, c.model)
			scene.Template = func() error { return changes.ErrTemplate }
			if c.alter != nil {
				c.alter(&change, &scene)
			}
			_, err := change.Apply(changes.MoveInput{Event: c.event, Reason: "because", Outcome: "successful", CloseNotes: "done"}, scene, false)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestEveryGuardOfTheFlowIsEvaluated(t *testing.T) {
	for _, name := range changes.Flow.GuardNames() {
		if err := planned().Guard(at(monday, 3, model.Normal))(name); errors.Is(err, domain.ErrInternal) {
			t.Errorf("nobody evaluates %s", name)
		}
	}
}

// Whatever is tried in whatever order, by whichever model: final means closed, waiting means no running clock, and nothing
// is implemented that is not approved for the digest it has, but for a broken glass, which is flagged.
func TestRandomWalksKeepTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := planned()
		key := rapid.SampledFrom(model.Keys).Draw(t, "model")
		c.Facet.Model = changes.Model(key)
		c.Facet.Digest = c.Plan().Digest()
		if rapid.Bool().Draw(t, "named") {
			c.Facet.Incident = "INC-000001"
		}
		flowtest.Walk(t, changes.Flow, 25, func(t *rapid.T, from string, mv flow.Move) string {
			if rapid.Bool().Draw(t, "vote") && (c.Ticket.State == changes.StateAuthorize || c.Facet.RetroState == changes.RetroPending) {
				by := domain.UserID(rapid.IntRange(1, 4).Draw(t, "by")) // 1 requested it, 2 implements it
				b := approval.Ballot{Slot: approval.Slot{Rule: approval.Any, Revision: c.Facet.Revision, Digest: c.Facet.Digest, State: approval.Waiting}, Electors: []approval.Elector{{UserID: by}}}
				c.Ballots = []approval.Ballot{b}
				if _, why := b.CanDecide(by, c.Subject(), c.Facet.Digest, nil); len(why) == 0 || rapid.Bool().Draw(t, "forged") {
					c.Ballots[0].Decisions = []approval.Decision{{UserID: by, CastBy: by, Decision: approval.Approve, Digest: c.Facet.Digest}}
				}
			}
			if mv.Event == "revise" {
				c.Facet.Revision++
				c.Facet.ImplementationPlan += "."
				c.Facet.Digest = c.Plan().Digest()
			}
			actor := domain.UserID(rapid.IntRange(1, 4).Draw(t, "actor"))
			outcome := changes.Outcome("successful")
			if mv.Event == "judge" {
				outcome = "reverted"
			}
			scene := at(monday, actor, key)
			scene.Template = func() error { return changes.ErrTemplate }
			_, err := c.Apply(changes.MoveInput{Event: mv.Event, Reason: "because", Outcome: outcome, CloseNotes: "done"}, scene, mv.Automatic)
			if err == nil && mv.To == changes.StateImplementing {
				subject := c.Subject()
				switch {
				case mv.Event == "break_glass":
					if !slices.Contains(c.Facet.Exceptions, changes.BrokeGlass) || c.Facet.RetroDueAt == nil || c.Facet.RetroState != changes.RetroPending {
						t.Fatalf("the glass is broken and nothing says so: %+v", c.Facet)
					}
				case c.Verdict() != approval.Approved:
					t.Fatalf("implementing without approval of %s", c.Facet.Digest)
				}
				for _, b := range c.Current() {
					for _, u := range b.Tally(subject).Approved {
						if len(subject.Interested[u]) > 0 {
							t.Fatalf("user %d's vote counted", u)
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
