package cab_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// ensure fails the test where a verb does.
func ensure[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// asking raises a change of high risk and puts it to the board.
func asking(w *world.World, title string) changes.Change {
	plan := w.Plan(title, "amir")
	high := changes.High
	plan.Risk = &high
	c, err := w.Changes.Raise(w.As("maya"), changes.RaiseInput{Plan: plan})
	if err != nil {
		w.T.Fatal(err)
	}
	return w.AskForApproval("maya", c.Ticket.Number)
}

// convened is a meeting in an hour.
func convened(w *world.World) cab.Meeting {
	w.T.Helper()
	return ensure[cab.Meeting](w.T)(w.Meetings.Convene(w.As("maya"), cab.ConveneInput{Board: "cab", StartsAt: w.Clock.Now().Add(time.Hour)}))
}

func about(t *testing.T, m cab.Meeting, c changes.Change) *cab.Item {
	t.Helper()
	for i := range m.Items {
		if m.Items[i].TicketID == c.Ticket.ID {
			return &m.Items[i]
		}
	}
	t.Fatalf("%s is not on the agenda: %+v", c.Ticket.Number, m.Items)
	return nil
}

func quorum(t *testing.T, w *world.World, ref string, c changes.Change) cab.Quorum {
	t.Helper()
	m := ensure[cab.Meeting](t)(w.Meetings.Get(w.As("maya"), ref))
	c, err := w.Changes.Get(w.System(), c.Ticket.Number)
	b, ok := cab.BallotOf(c, m.BoardID, "")
	if err != nil || !ok {
		t.Fatalf("no ballot: %v", err)
	}
	return w.Meetings.ChangeQuorum(w.System(), m, c, b)
}

func TestAMeetingFromItsAgendaToItsSignedMinutes(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		sure := ensure[cab.Meeting](t)
		one, two := asking(w, "Replace the core switch"), asking(w, "Upgrade the database")
		draft := w.Raise("maya", "Rotate the logs", "amir")
		if _, err := w.Meetings.Convene(w.As("carl"), cab.ConveneInput{Board: "cab", StartsAt: w.Clock.Now().Add(time.Hour)}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a member convenes: %v", err)
		}
		m := convened(w)
		ref := m.Ref
		if m.AnnouncedAt == nil || len(m.People) != 3 || about(t, m, one).Section != cab.SectionHighRisk || about(t, m, two).Position <= about(t, m, one).Position {
			t.Fatalf("%+v", m)
		}
		for _, x := range m.Items {
			if x.TicketID == draft.Ticket.ID {
				t.Error("what the board is not asked about is on its agenda")
			}
		}
		if _, err := w.Meetings.Get(w.As("amir"), ref); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("somebody who is not expected reads it: %v", err)
		}
		if _, err := w.Meetings.Join(w.As("cora"), ref, 0); !errors.Is(err, cab.ErrNotNow) {
			t.Errorf("joined before the beginning: %v", err)
		}
		// Cora votes before the meeting.
		if _, err := w.Vote("cora", one.Ticket.Number, approval.Approve); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Meetings.Move(w.As("carl"), ref, "start", ""); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a member starts: %v", err)
		}
		w.Clock.Advance(30 * time.Minute)
		m = sure(w.Meetings.Move(w.As("cleo"), ref, "start", ""))
		if q := quorum(t, w, ref, one); q.Needed != 2 || len(q.Voted) != 1 || q.Reached {
			t.Errorf("with one vote and nobody there: %+v", q)
		}
		sure(w.Meetings.Join(w.As("carl"), ref, 0))
		if q := quorum(t, w, ref, one); !q.Reached || len(q.Here) != 2 || len(q.Away) != 1 {
			t.Errorf("with one vote and Carl: %+v", q)
		}
		if q := quorum(t, w, ref, two); q.Reached || len(q.Here) != 1 {
			t.Errorf("of the second: %+v", q)
		}
		m = sure(w.Meetings.Next(w.As("cleo"), ref, ""))
		if x := m.Current(); x == nil || x.TicketID != one.Ticket.ID || x.Digest != one.Facet.Digest || x.Revision != one.Facet.Revision {
			t.Fatalf("current %+v", x)
		}
		w.Clock.Advance(4 * time.Minute)
		sure(w.Meetings.Pause(w.As("cleo"), ref, true))
		w.Clock.Advance(10 * time.Minute)
		sure(w.Meetings.Pause(w.As("cleo"), ref, false))
		w.Clock.Advance(2 * time.Minute)
		if _, err := w.Vote("carl", one.Ticket.Number, approval.Approve); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Meetings.Next(w.As("cleo"), ref, "another"); !errors.Is(err, cab.ErrMovedOn) {
			t.Errorf("from a point that is not the current one: %v", err)
		}
		m = sure(w.Meetings.Next(w.As("cleo"), ref, m.Current().Ref))
		if x := about(t, m, one); x.State != cab.ItemDone || x.Result != "approved" || x.Spent != 6*60 {
			t.Errorf("the first: %+v", x)
		}
		if m.Spent != 4*60 || m.Elapsed(w.Clock.Now()) != 6*time.Minute {
			t.Errorf("the clock: %d, %s", m.Spent, m.Elapsed(w.Clock.Now()))
		}
		sure(w.Meetings.Jot(w.As("cleo"), ref, about(t, m, two).Ref, "# Who pays?\nNobody knows."))
		sure(w.Meetings.Act(w.As("cleo"), cab.ActInput{Meeting: ref, Item: about(t, m, two).Ref, Text: "Ask the vendor", Owner: w.ID("carl"), Due: "2026-03-20"}))
		if _, _, err := w.Meetings.Sign(w.SignedIn("cleo"), ref, "x"); !errors.Is(err, cab.ErrNotNow) {
			t.Errorf("signed before the end: %v", err)
		}
		m = sure(w.Meetings.Move(w.As("cleo"), ref, "end", ""))
		if x := about(t, m, two); x.State != cab.ItemCarried || x.Result != cab.ResultUndecided {
			t.Errorf("undecided: %+v", x)
		}
		if a := m.Attendee(w.ID("carl")); a.Present() || len(a.Stays) != 1 || a.Stays[0].To == nil {
			t.Errorf("Carl is still there: %+v", a)
		}
		_, minutes, err := w.Meetings.Minutes(w.As("carl"), ref)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"# Minutes: CAB, 2 March 2026", "Cora approved, before the meeting", "Carl approved", "**The board approved this plan.**", one.Facet.Digest, "> # Who pays?\n> Nobody knows.",
			"Not decided; carried over", "Action: Ask the vendor — Carl, by 2026-03-20", "Absent: Cleo, Cora"} {
			if !strings.Contains(minutes.Text, part) {
				t.Errorf("the minutes lack %q:\n%s", part, minutes.Text)
			}
		}
		session := w.SignedIn("cleo")
		if _, _, err := w.Meetings.Sign(session, ref, minutes.Digest); !errors.Is(err, approval.ErrSignature) {
			t.Errorf("signed without the password: %v", err)
		}
		if _, err := w.People.Confirm(session, world.Password); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Meetings.Sign(session, ref, strings.Repeat("0", 64)); !errors.Is(err, cab.ErrMinutes) {
			t.Errorf("signed other minutes: %v", err)
		}
		if _, _, err := w.Meetings.Sign(w.As("carl"), ref, minutes.Digest); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("signed by a member: %v", err)
		}
		m, receipt, err := w.Meetings.Sign(session, ref, minutes.Digest)
		if err != nil || m.SignedBy != w.ID("cleo") || receipt.EventID != m.SignedEvent {
			t.Fatalf("%+v, %v", receipt, err)
		}
		if _, err := w.Meetings.Jot(w.As("cleo"), ref, about(t, m, two).Ref, "Otherwise."); !errors.Is(err, cab.ErrSigned) {
			t.Errorf("a note after the signature: %v", err)
		}
		sure(w.Meetings.Append(w.As("maya"), ref, "Cora was there by telephone."))
		sure(w.Meetings.Done(w.As("carl"), ref, m.Actions[0].Ref))
		if _, after, err := w.Meetings.Minutes(w.As("otto"), ref); err != nil || after != minutes {
			t.Errorf("signed minutes altered: %v", err)
		}
		// What was not decided is on the next agenda; what is looked back on was not decided there.
		w.Clock.Advance(23 * time.Hour)
		for _, in := range []changes.MoveInput{{Event: "start"}, {Event: "complete", Outcome: "failed"}} {
			in.Number = one.Ticket.Number
			if _, err := w.Changes.Move(w.As("amir"), in); err != nil {
				t.Fatal(err)
			}
		}
		next := convened(w)
		back := about(t, next, one)
		sure(w.Meetings.Move(w.As("cleo"), next.Ref, "start", ""))
		sure(w.Meetings.Take(w.As("cleo"), next.Ref, back.Ref, ""))
		next = sure(w.Meetings.Take(w.As("cleo"), next.Ref, about(t, next, two).Ref, back.Ref))
		if back = about(t, next, one); back.Section != cab.SectionFailed || back.Result != cab.ResultDiscussed {
			t.Errorf("looked back on: %+v", back)
		}
		if about(t, next, two).State != cab.ItemCurrent {
			t.Error("not carried over")
		}
		w.VerifyLog()
	})
}

func TestWhoStandsInWhoLeavesAndWhoHasAHandInIt(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		sure := ensure[cab.Meeting](t)
		plan := w.Plan("Move the mail store", "carl")
		high := changes.High
		plan.Risk = &high
		c := ensure[changes.Change](t)(w.Changes.Raise(w.As("maya"), changes.RaiseInput{Plan: plan}))
		c = w.AskForApproval("maya", c.Ticket.Number)
		m := convened(w)
		sure(w.Meetings.Move(w.As("maya"), m.Ref, "start", ""))
		for _, who := range []string{"carl", "cora"} {
			sure(w.Meetings.Join(w.As(who), m.Ref, 0))
		}
		if q := quorum(t, w, m.Ref, c); len(q.Eligible) != 2 || len(q.Here) != 1 || q.Reached {
			t.Errorf("Carl implements it and counts: %+v", q)
		}
		if _, err := w.Meetings.Join(w.As("omar"), m.Ref, 0); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("Omar comes unasked: %v", err)
		}
		sure(w.Meetings.Invite(w.As("maya"), m.Ref, w.ID("omar")))
		if _, err := w.Meetings.Join(w.As("omar"), m.Ref, w.ID("cleo")); !errors.Is(err, cab.ErrBehalf) {
			t.Errorf("Omar stands in for nobody: %v", err)
		}
		if _, err := w.People.Delegate(w.As("cleo"), people.DelegateInput{To: w.Ref("alice"), Until: w.Clock.Now().Add(48 * time.Hour), Board: "cab", Reason: "Away"}); err != nil {
			t.Fatal(err)
		}
		sure(w.Meetings.Invite(w.As("maya"), m.Ref, w.ID("alice")))
		sure(w.Meetings.Join(w.As("alice"), m.Ref, w.ID("cleo")))
		if q := quorum(t, w, m.Ref, c); q.Reached {
			t.Errorf("Alice may not vote on changes and counts: %+v", q)
		}
		sure(w.Meetings.Join(w.As("cleo"), m.Ref, 0))
		if q := quorum(t, w, m.Ref, c); !q.Reached {
			t.Errorf("with Cora and Cleo: %+v", q)
		}
		sure(w.Meetings.Leave(w.As("cora"), m.Ref, 0))
		if q := quorum(t, w, m.Ref, c); q.Reached {
			t.Errorf("Cora has left: %+v", q)
		}
		if _, err := w.Meetings.Leave(w.As("carl"), m.Ref, w.ID("cleo")); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("Carl shows Cleo out: %v", err)
		}
		sure(w.Meetings.Join(w.As("cora"), m.Ref, 0))
		if _, err := w.Vote("cora", c.Ticket.Number, approval.Recuse); err != nil {
			t.Fatal(err)
		}
		if q := quorum(t, w, m.Ref, c); q.Reached || len(q.Eligible) != 1 || q.Needed != 2 {
			t.Errorf("Cora has stepped aside: %+v", q)
		}
		m = sure(w.Meetings.Get(w.As("omar"), m.Ref))
		if a := m.Attendee(w.ID("cora")); len(a.Stays) != 2 {
			t.Errorf("her two stays: %+v", a)
		}
		w.VerifyLog()
	})
}

func TestARhythmPlansAnnouncesAndKeepsTheAgenda(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		sure := ensure[cab.Meeting](t)
		board := ensure[approval.Board](t)(w.Approvals.Board(w.System(), "cab"))
		r := cab.Usual(board.ID)
		r.Active, r.Zone, r.Starts, r.Rule, r.ManagerID = true, "Europe/Berlin", "2026-03-03T14:00", "FREQ=WEEKLY;BYDAY=TU", w.ID("maya")
		if _, err := w.Meetings.SetRhythm(w.As("carl"), "cab", r, 0); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("set by a member: %v", err)
		}
		bad := r
		bad.Zone = "Mars/Base"
		if _, err := w.Meetings.SetRhythm(w.As("maya"), "cab", bad, 0); !errors.Is(err, cab.ErrRhythm) {
			t.Errorf("on Mars: %v", err)
		}
		if _, err := w.Meetings.SetRhythm(w.As("maya"), "cab", r, 0); err != nil {
			t.Fatal(err)
		}
		list := func() []cab.Meeting {
			out, err := w.Meetings.List(w.As("carl"), cab.Query{Limit: 50})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		ahead := list()
		if len(ahead) != 6 || ahead[0].StartsAt.Format(time.RFC3339) != "2026-03-03T13:00:00Z" || ahead[4].StartsAt.Format(time.RFC3339) != "2026-03-31T12:00:00Z" {
			t.Fatalf("%d meetings, %+v", len(ahead), ahead)
		}
		if ahead[0].AnnouncedAt == nil || ahead[1].AnnouncedAt != nil { // 48 hours before
			t.Errorf("announced: %v, %v", ahead[0].AnnouncedAt, ahead[1].AnnouncedAt)
		}
		c := asking(w, "Replace the core switch")
		if err := w.Meetings.Sweep(w.System()); err != nil {
			t.Fatal(err)
		}
		m := list()[0]
		if about(t, m, c).State != cab.ItemOpen {
			t.Error("it is not on the agenda")
		}
		version := m.Version
		if err := w.Meetings.Sweep(w.System()); err != nil {
			t.Fatal(err)
		}
		if m = list()[0]; m.Version != version {
			t.Error("nothing altered, and there is another version")
		}
		// What a person struck stays struck; what is withdrawn goes, and comes back by itself.
		m = sure(w.Meetings.Step(w.As("maya"), m.Ref, about(t, m, c).Ref, cab.StepStrike, ""))
		m = sure(w.Meetings.Refresh(w.As("maya"), m.Ref))
		if about(t, m, c).State != cab.ItemStruck {
			t.Error("the rule brought back what was struck")
		}
		m = sure(w.Meetings.Step(w.As("maya"), m.Ref, about(t, m, c).Ref, cab.StepRestore, ""))
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: c.Ticket.Number, Event: "withdraw", Reason: "Not yet."}); err != nil {
			t.Fatal(err)
		}
		if m = sure(w.Meetings.Refresh(w.As("maya"), m.Ref)); about(t, m, c).State != cab.ItemDropped {
			t.Errorf("withdrawn: %s", about(t, m, c).State)
		}
		w.AskForApproval("maya", c.Ticket.Number)
		if m = sure(w.Meetings.Refresh(w.As("maya"), m.Ref)); about(t, m, c).State != cab.ItemOpen {
			t.Errorf("asked again: %s", about(t, m, c).State)
		}
		// At other times: those that nobody was told of go.
		r.Starts, r.Rule = "2026-03-05T10:00", "FREQ=WEEKLY;BYDAY=TH"
		if _, err := w.Meetings.SetRhythm(w.As("maya"), "cab", r, 7); !errors.Is(err, domain.ErrStale) {
			t.Errorf("over another version: %v", err)
		}
		if _, err := w.Meetings.SetRhythm(w.As("maya"), "cab", r, 1); err != nil {
			t.Fatal(err)
		}
		days := map[time.Weekday]int{}
		for _, m := range list() {
			days[m.StartsAt.Weekday()]++
		}
		if days[time.Tuesday] != 1 || days[time.Thursday] != 6 {
			t.Errorf("days %v", days)
		}
		if _, err := w.Meetings.Convene(w.As("maya"), cab.ConveneInput{Board: "cab", StartsAt: list()[0].StartsAt}); !errors.Is(err, cab.ErrTaken) {
			t.Errorf("two at once: %v", err)
		}
		w.Clock.Advance(48 * time.Hour)
		if err := w.Meetings.Sweep(w.System()); err != nil {
			t.Fatal(err)
		}
		w.VerifyLog()
	})
}
