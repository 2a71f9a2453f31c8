// Package world is a small organisation for stories: the whole desk, wired as in production, on a fresh database
// of each kind, and people who act in it by name. Only tests import it.
package world

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/app"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/policies"
)

// World is a small organisation on a fresh database, wired as in production, in which people act by name.
type World struct {
	*app.Desk
	T     testing.TB
	Clock *testkit.Clock
	// FilesDir is where attachments lie.
	FilesDir string
	people   map[string]domain.UserID
	teams    map[string]domain.TeamID
}

// loopback is where the receivers of webhooks are in stories.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// Password is that of everybody in a world.
const Password = "correct horse battery staple"

// Each runs a story on both databases, each time in a fresh world.
func Each(t *testing.T, story func(t *testing.T, w *World)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			story(t, New(t, dialect))
		})
	}
}

// New founds an organisation: teams network and apps, two sites, and one person per role, whose login is
// their name: ann and rolf request; amir (network) and alice (apps) are agents; tess leads the network team;
// maya manages changes; cora, carl and cleo are the CAB, cleo its chair; otto audits; ada administers; omar owns CIs.
func New(t testing.TB, dialect db.Dialect) *World {
	t.Helper()
	clock := testkit.NewClock(testkit.Epoch)
	d := testkit.Open(t, dialect, clock)
	ctx := domain.WithActor(context.Background(), domain.SystemActor(domain.ViaCLI))
	dir := t.TempDir()
	desk, err := app.Wire(ctx, d, app.Options{FilesDir: dir, Outgoing: loopback})
	w := &World{Desk: desk, FilesDir: dir, T: t, Clock: clock, people: map[string]domain.UserID{}, teams: map[string]domain.TeamID{}}
	w.must(err)
	t.Cleanup(func() { _ = desk.Close() })
	for key, name := range map[string]string{"north": "North office", "south": "South office"} {
		_, err := desk.People.CreateSite(ctx, key, name, "Europe/Berlin")
		w.must(err)
	}
	for key, name := range map[string]string{"network": "Network", "apps": "Applications"} {
		team, err := desk.People.CreateTeam(ctx, key, name)
		w.must(err)
		w.teams[key] = team.ID
	}
	for _, p := range []struct {
		login, site, team string
		roles             []string
	}{
		{"ann", "north", "", nil}, {"rolf", "south", "", nil},
		{"amir", "north", "network", []string{policies.Agent}}, {"alice", "south", "apps", []string{policies.Agent}},
		{"tess", "north", "network", []string{policies.TeamLead}}, {"maya", "north", "apps", []string{policies.ChangeManager}},
		{"cora", "north", "", []string{policies.CABMember}}, {"carl", "south", "", []string{policies.CABMember}}, {"cleo", "north", "", []string{policies.CABChair}},
		{"omar", "south", "apps", []string{policies.CIOwner}}, {"otto", "north", "", []string{policies.Auditor}}, {"ada", "north", "", []string{policies.Admin}},
	} {
		var teams []string
		if p.team != "" {
			teams = []string{p.team}
		}
		who, err := desk.People.Create(ctx, people.CreateInput{Name: title(p.login), Login: p.login, Email: p.login + "@example.org", Site: p.site, Teams: teams})
		w.must(err)
		w.people[p.login] = who.ID
		for _, role := range p.roles {
			_, err := desk.Gate.Grant(ctx, policies.GrantInput{User: who.ID, Role: role, Scope: "all", Reason: "hired"})
			w.must(err)
		}
	}
	_, err = desk.Approvals.SetBoard(ctx, approval.Board{Key: "cab", Name: "CAB", Rule: approval.Quorum, Needed: 2, Members: w.IDs("cora", "carl", "cleo")})
	w.must(err)
	return w
}

func title(s string) string { return string(s[0]-'a'+'A') + s[1:] }

func (w *World) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Know makes a person whom a story has added known by login.
func (w *World) Know(login string, id domain.UserID) { w.people[login] = id }

// ID finds a person by login.
func (w *World) ID(login string) domain.UserID {
	w.T.Helper()
	id, ok := w.people[login]
	if !ok {
		w.T.Fatalf("nobody is called %s", login)
	}
	return id
}

// IDs finds several.
func (w *World) IDs(logins ...string) (out []domain.UserID) {
	for _, l := range logins {
		out = append(out, w.ID(l))
	}
	return out
}

// Team finds a team by key.
func (w *World) Team(key string) domain.TeamID { return w.teams[key] }

// As is a context in which the person acts.
func (w *World) As(login string) context.Context {
	w.T.Helper()
	a, err := w.People.ActorFor(context.Background(), w.ID(login), domain.ViaUI)
	w.must(err)
	return domain.WithActor(context.Background(), a)
}

// System is a context in which the desk itself acts.
func (w *World) System() context.Context {
	return domain.WithActor(context.Background(), domain.SystemActor(domain.ViaJob))
}

// SignedIn is a context in which the person acts in a session of their own, as after signing in.
func (w *World) SignedIn(login string) context.Context {
	w.T.Helper()
	p, err := w.People.ByID(w.System(), w.ID(login))
	w.must(err)
	if !p.HasPassword {
		_, err := w.People.SetPassword(w.System(), people.PasswordInput{Ref: p.Ref, Password: Password})
		w.must(err)
	}
	session, err := w.People.Login(context.Background(), people.LoginInput{Login: login, Password: Password})
	w.must(err)
	a, err := w.People.Authenticate(context.Background(), session.Token)
	w.must(err)
	return domain.WithActor(context.Background(), a)
}

// OnDuty puts people on duty for a board from now on for a week.
func (w *World) OnDuty(board string, logins ...string) {
	w.T.Helper()
	for _, id := range w.IDs(logins...) {
		_, err := w.Approvals.EnterDuty(w.As("ada"), board, id, w.Clock.Now(), w.Clock.Now().Add(7*24*time.Hour))
		w.must(err)
	}
}

// Report opens an incident in somebody's name.
func (w *World) Report(login, what string) incident.Incident {
	w.T.Helper()
	i, err := w.Incidents.Report(w.As(login), incident.ReportInput{Title: what, Impact: 2, Urgency: 2})
	w.must(err)
	return i
}

// Plan is a complete plan of a change for two hours from tomorrow, implemented by the given people.
func (w *World) Plan(title string, implementers ...string) changes.PlanPatch {
	p := func(s string) *string { return &s }
	start := w.Clock.Now().Add(24 * time.Hour)
	end := start.Add(2 * time.Hour)
	risk, services, who := changes.Medium, []string{"Mail"}, w.IDs(implementers...)
	return changes.PlanPatch{Answers: w.Easy(), Title: &title, Risk: &risk, Justification: p("The vendor ends support."), ImplementationPlan: p("Drain, upgrade, undrain."),
		TestPlan: p("Send and receive a message."), BackoutPlan: p("Restore the snapshot."), PlannedStart: &start, PlannedEnd: &end,
		AffectedServices: &services, Implementers: &who}
}

// Easy answers every question about the risk with what counts nothing.
func (w *World) Easy() *map[string]string {
	q, err := w.Rules.Questionnaire(w.System(), 0)
	w.must(err)
	out := map[string]string{}
	for _, x := range q.Questions {
		out[x.Key] = x.Options[0].Key
	}
	return &out
}

// Raise drafts a change with a complete plan.
func (w *World) Raise(login, title string, implementers ...string) changes.Change {
	w.T.Helper()
	c, err := w.Changes.Raise(w.As(login), changes.RaiseInput{Plan: w.Plan(title, implementers...)})
	w.must(err)
	return c
}

// AskForApproval brings a drafted change to its approvers; Tess, who has no hand in it, looks at its plan.
func (w *World) AskForApproval(login, number string) changes.Change {
	w.T.Helper()
	_, err := w.Changes.Move(w.As(login), changes.MoveInput{Number: number, Event: "submit"})
	w.must(err)
	_, err = w.Changes.PeerReview(w.As("tess"), number, "", "The steps are in the right order.")
	w.must(err)
	c, err := w.Changes.Move(w.As(login), changes.MoveInput{Number: number, Event: "request_authorization"})
	w.must(err)
	return c
}

// Vote casts a vote on the plan as it is now.
func (w *World) Vote(login, number string, verdict approval.Verdict) (changes.Vote, error) {
	w.T.Helper()
	c, err := w.Changes.Get(w.System(), number)
	w.must(err)
	in := changes.DecideInput{Number: number, Verdict: verdict, Comment: "I have read it.", Digest: c.Facet.Digest}
	if open := c.Current(); len(open) > 0 {
		in.Slot = open[0].Slot.Ref
	}
	return w.Changes.Decide(w.As(login), in)
}

// RunJobs works everything that waits.
func (w *World) RunJobs() {
	w.T.Helper()
	_, err := w.Jobs.Drain(w.System())
	w.must(err)
}

// Seal seals what has happened.
func (w *World) Seal() {
	w.T.Helper()
	_, err := w.Sealer.Seal(w.System())
	w.must(err)
}

// Ref is the opaque reference of a person.
func (w *World) Ref(login string) string {
	w.T.Helper()
	p, err := w.People.ByID(w.System(), w.ID(login))
	w.must(err)
	return p.Ref
}

// VerifyLog seals everything and fails the test unless the whole log, and every record against it, is proved.
func (w *World) VerifyLog() {
	w.T.Helper()
	w.Seal()
	report, err := w.Log.Verify(w.System(), audit.Options{})
	w.must(err)
	for _, s := range report.Steps {
		if !s.OK {
			w.T.Errorf("the log does not verify: %s: %s", s.Name, s.Detail)
		}
	}
}

// UserByRef implements ticket.Names.
func (w *World) UserByRef(ctx context.Context, ref string) (domain.UserID, error) {
	p, err := w.People.Find(ctx, ref)
	return p.ID, err
}

// TeamByKey implements ticket.Names.
func (w *World) TeamByKey(ctx context.Context, key string) (domain.TeamID, error) {
	t, err := w.People.TeamByKey(ctx, key)
	return t.ID, err
}

// SiteByKey implements cmdb.Names.
func (w *World) SiteByKey(ctx context.Context, key string) (domain.SiteID, error) {
	s, err := w.People.SiteByKey(ctx, key)
	return s.ID, err
}
