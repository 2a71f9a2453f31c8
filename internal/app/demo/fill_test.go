package demo_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/app"
	"github.com/cabinetdesk/cabinet/internal/app/demo"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

// now is a Wednesday, before noon.
var now = time.Date(2026, 3, 4, 11, 20, 0, 0, time.UTC)

// desk is a filled desk.
type desk struct {
	*app.Desk
	t     *testing.T
	sum   demo.Summary
	clock *testkit.Clock
	now   time.Time
}

func filled(t *testing.T, dialect db.Dialect, now time.Time) desk {
	t.Helper()
	clock := testkit.NewClock(demo.Start(now))
	d := testkit.Open(t, dialect, clock)
	k, err := app.Wire(t.Context(), d, app.Options{FilesDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	sum, err := app.Fill(t.Context(), k, clock, demo.Options{Seed: 1, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return desk{k, t, sum, clock, now}
}

func (d desk) system() context.Context {
	return domain.WithActor(d.t.Context(), domain.SystemActor(domain.ViaJob))
}

func (d desk) as(login string) context.Context {
	d.t.Helper()
	p, err := d.People.Find(d.system(), login)
	if err != nil {
		d.t.Fatal(err)
	}
	a, err := d.People.ActorFor(d.t.Context(), p.ID, domain.ViaUI)
	if err != nil {
		d.t.Fatal(err)
	}
	return domain.WithActor(d.t.Context(), a)
}

type nobody struct{}

func (nobody) UserByRef(context.Context, string) (domain.UserID, error) { return 0, domain.ErrNotFound }
func (nobody) TeamByKey(context.Context, string) (domain.TeamID, error) { return 0, domain.ErrNotFound }

// tickets lists all that somebody sees under a filter.
func (d desk) tickets(ctx context.Context, query string) (out []ticket.Ticket) {
	d.t.Helper()
	f, err := ticket.ParseQuery(query + "&sort=number&limit=200")
	if err != nil {
		d.t.Fatal(err)
	}
	for {
		page, err := d.Tickets.List(ctx, f, nobody{})
		if err != nil {
			d.t.Fatal(err)
		}
		out = append(out, page.Tickets...)
		if f.After = page.Next; f.After == "" {
			return out
		}
	}
}

func (d desk) states(kind domain.Kind) map[string]int {
	out := map[string]int{}
	for _, t := range d.tickets(d.system(), "kind="+string(kind)) {
		out[t.State]++
	}
	return out
}

// lines is what must be the same each time: numbers, titles, states and times.
func (d desk) lines() (out []string) {
	for _, t := range d.tickets(d.system(), "queue=all") {
		out = append(out, fmt.Sprintln(t.Number, t.State, t.Priority, t.Version, t.OpenedAt.UTC(), t.UpdatedAt.UTC(), t.Title))
	}
	return out
}

// The whole story takes its time, so that one filling of each database serves all questions.
func TestTheDemoOrganisation(t *testing.T) {
	t.Parallel()
	var lines [2][]string
	t.Run("on each database", func(t *testing.T) {
		for i, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
			t.Run(string(dialect), func(t *testing.T) {
				t.Parallel()
				d := filled(t, dialect, now)
				lines[i] = d.lines()
				d.isAsPromised()
				d.hasSomethingForEachLogin()
				d.hasChangesOfEverySort()
				d.isBelievable()
				d.verifies()
				if _, err := app.Fill(t.Context(), d.Desk, d.clock, demo.Options{Now: now}); !strings.Contains(fmt.Sprint(err), demo.ErrPeople.Code) {
					t.Errorf("a second filling: %v", err)
				}
			})
		}
	})
	if len(lines[0]) == 0 || !slices.Equal(lines[0], lines[1]) {
		t.Errorf("two fillings with the same seed and now differ: %s", difference(lines[0], lines[1]))
	}
}

// Windows, working hours and "yesterday" are counted from now: the middle of a night at the weekend is the hardest.
func TestTheDemoIsAsPromisedInTheNightOfASundayToo(t *testing.T) {
	t.Parallel()
	d := filled(t, db.SQLite, time.Date(2026, 3, 1, 2, 40, 0, 0, time.UTC))
	d.isAsPromised()
	d.hasChangesOfEverySort()
	d.isBelievable()
}

func difference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] + b[i]
		}
	}
	return fmt.Sprintf("%d and %d tickets", len(a), len(b))
}

func (d desk) isAsPromised() {
	d.t.Helper()
	if want := (demo.Summary{People: d.sum.People, Incidents: 300, Requests: 40, Problems: 8, Changes: 60, Items: 396, Acts: d.sum.Acts}); d.sum != want || d.sum.People < 40 {
		d.t.Errorf("made %+v", d.sum)
	}
	for kind, want := range map[domain.Kind]map[string]int{
		domain.KindIncident: {"new": 10, "assigned": 10, "in_progress": 14, "pending": 11, "resolved": 15, "closed": 228, "cancelled": 12},
		domain.KindRequest:  {"submitted": 5, "in_fulfilment": 10, "fulfilled": 6, "closed": 16, "cancelled": 3},
		domain.KindProblem:  {"detected": 1, "investigating": 2, "known_error": 2, "resolved": 1, "closed": 1, "cancelled": 1},
		domain.KindChange: {"draft": 4, "assess": 9, "authorize": 7, "scheduled": 6, "implementing": 2, "detected": 2, "review": 3,
			"closed": 24, "cancelled": 3},
	} {
		if got := d.states(kind); !maps.Equal(got, want) {
			d.t.Errorf("%ss: %v, want %v", kind, got, want)
		}
	}
	boards, err := d.Approvals.Boards(d.system())
	if err != nil || len(boards) != 2 || boards[0].Rule != approval.Quorum || boards[0].Needed != 2 || len(boards[0].Members) != 5 || boards[1].Rule != approval.Any {
		d.t.Errorf("boards %+v, %v", boards, err)
	}
	sits, err := d.Meetings.List(d.system(), cab.Query{Limit: 1})
	if err != nil || len(sits) != 1 || sits[0].State != cab.InProgress || sits[0].Current() == nil || len(sits[0].Present()) != 3 {
		d.t.Errorf("the meeting that sits now: %+v, %v", sits, err)
	}
	over, err := d.Meetings.List(d.system(), cab.Query{Past: true, Limit: 9})
	if err != nil || len(over) != 2 || over[0].SignedAt == nil || over[1].SignedAt == nil || len(over[1].Addenda) != 1 {
		d.t.Errorf("%d meetings are over, %v", len(over), err)
	}
}

func (d desk) hasSomethingForEachLogin() {
	d.t.Helper()
	for login, want := range map[string]struct {
		query string
		least int
	}{
		"ana": {"queue=requested&category=open,waiting", 3}, "hugo": {"queue=mine", 4}, "tess": {"queue=mine", 4},
		"ines": {"queue=mine&kind=change", 3}, "omar": {"service=ERP", 5}, "otto": {"queue=all", 300}, "ada": {"queue=open", 45},
	} {
		if got := d.tickets(d.as(login), want.query); len(got) < want.least {
			d.t.Errorf("%s finds %d under %s, at least %d were promised", login, len(got), want.query, want.least)
		}
	}
	for login, least := range map[string]int{"carl": 4, "cleo": 3} {
		n := 0
		for _, t := range d.tickets(d.system(), "state=authorize") {
			c, err := d.Changes.Get(d.as(login), t.Number)
			if err != nil {
				d.t.Fatal(err)
			}
			for _, b := range c.Current() {
				if _, why, _, _ := d.Changes.Eligible(d.as(login), c, b, domain.ActorFrom(d.as(login)), c.Facet.Digest); len(why) == 0 {
					n++
				}
			}
		}
		if n < least {
			d.t.Errorf("%d changes wait for %s's vote, at least %d were promised", n, login, least)
		}
	}
	for _, l := range demo.Logins {
		if _, err := d.People.Login(d.t.Context(), people.LoginInput{Login: l.Login, Password: l.Password}); err != nil {
			d.t.Errorf("%s cannot sign in: %v", l.Login, err)
		}
		for _, role := range l.Roles {
			p, err := d.People.Find(d.system(), l.Login)
			if err != nil || role != "requester" && !slices.Contains(d.Gate.Holders(role), p.ID) && role != "agent" {
				d.t.Errorf("%s is not %s: %v", l.Login, role, err)
			}
		}
	}
}

func (d desk) hasChangesOfEverySort() {
	d.t.Helper()
	var byDelegation, rejected, recused, voided, held, emergency, startable int
	for _, t := range d.tickets(d.system(), "kind=change") {
		c, err := d.Changes.Get(d.system(), t.Number)
		if err != nil {
			d.t.Fatal(err)
		}
		if c.Facet.HoldSince != nil {
			held++
		}
		if c.Facet.Model == changes.Emergency {
			emergency++
		}
		offers, err := d.Changes.Moves(d.as("tess"), c)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, offer := range offers {
			if offer.Move.Event == "start" && offer.Blocked == nil {
				startable++
			}
		}
		for _, b := range c.Ballots {
			if b.Slot.Revision < c.Facet.Revision && len(b.Decisions) == 2 {
				voided++
			}
			for _, v := range b.Decisions {
				if v.CastBy != v.UserID {
					byDelegation++
				}
				switch v.Decision {
				case approval.Reject:
					rejected++
				case approval.Recuse:
					recused++
				}
			}
		}
	}
	for what, ok := range map[string]bool{"votes by delegation": byDelegation > 2, "rejections": rejected > 1, "recusals": recused > 1, "voided approvals": voided > 1,
		"changes on hold": held == 2, "emergencies": emergency == 3, "a change that can be started": startable == 1} {
		if !ok {
			d.t.Errorf("there are no %s as promised", what)
		}
	}
}

func (d desk) isBelievable() {
	d.t.Helper()
	titles, major, p1, unassigned, linked := map[string]bool{}, 0, 0, 0, 0
	for _, t := range d.tickets(d.system(), "kind=incident") {
		i, err := d.Incidents.Get(d.system(), t.Number)
		if err != nil {
			d.t.Fatal(err)
		}
		titles[t.Title] = true
		if strings.ContainsAny(t.Title+t.Description+i.Facet.Resolution, "{}") {
			d.t.Errorf("%s has words that are not filled in: %s", t.Number, t.Title)
		}
		if t.Priority == 1 {
			p1++
		}
		if i.Facet.Major {
			major++
		}
		if t.Open() && t.AssigneeID == 0 {
			unassigned++
		}
		links, err := d.Tickets.Links(d.system(), t)
		if err != nil {
			d.t.Fatal(err)
		}
		linked += len(links)
		if t.State == incident.StateNew && d.now.Sub(t.OpenedAt) > 20*24*time.Hour {
			d.t.Errorf("%s has been new for %s", t.Number, d.now.Sub(t.OpenedAt))
		}
	}
	if len(titles) < 100 || major != 2 || p1 < 4 || unassigned < 10 || linked < 15 {
		d.t.Errorf("%d titles, %d major, %d P1, %d unassigned, %d links", len(titles), major, p1, unassigned, linked)
	}
	var after, files, views int
	for what, n := range map[string]*int{
		"select count(*) from audit_events where recorded_at > ?":   &after,
		"select count(*) from attachments where added_at <= ?":      &files,
		"select count(*) from saved_views where shared and at <= ?": &views,
	} {
		if d.DB.IsPostgres() {
			what = strings.ReplaceAll(what, "?", "$1")
		}
		if err := d.DB.SQL(d.t.Context()).QueryRowContext(d.t.Context(), what, d.now).Scan(n); err != nil {
			d.t.Fatal(err)
		}
	}
	if after != 0 || files < 15 || views < 5 {
		d.t.Errorf("%d events after now, %d files, %d shared views", after, files, views)
	}
}

func (d desk) verifies() {
	d.t.Helper()
	report, err := d.Log.Verify(d.system(), audit.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, s := range report.Steps {
		if !s.OK {
			d.t.Errorf("the log does not verify: %s: %s", s.Name, s.Detail)
		}
	}
}
