package cab_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// TestAQuorumIsThoseWhoCouldSpeakNow compares the count with an oracle: let everybody in the room vote, as the one engine of
// approvals lets them, until nobody can any more; whoever's voice was heard, here or before, is who is counted (invariant 2).
func TestAQuorumIsThoseWhoCouldSpeakNow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		someone := rapid.SampledFrom([]domain.UserID{1, 2, 3, 4, 5, 6, 7, 8})
		few := rapid.SliceOfNDistinct(someone, 0, 4, rapid.ID[domain.UserID])
		subject := approval.Subject{Open: true, Revision: 1, Digest: "d", Risk: "high", Model: "normal", Interested: map[domain.UserID][]string{}}
		for _, u := range few.Draw(t, "implementers") {
			subject.Interested[u] = []string{"implementer"}
		}
		b := approval.Ballot{Slot: approval.Slot{ID: 1, BoardID: 1, Rule: approval.Quorum, Needed: rapid.IntRange(1, 4).Draw(t, "needed"), Revision: 1, Digest: "d", State: approval.Waiting, Veto: approval.VetoNone},
			Inactive: map[domain.UserID]bool{}}
		now := time.Unix(0, 0)
		for _, u := range rapid.SliceOfNDistinct(someone, 1, 6, rapid.ID[domain.UserID]).Draw(t, "electors") {
			e := approval.Elector{SlotID: 1, UserID: u}
			if rapid.IntRange(0, 9).Draw(t, "left") == 0 {
				e.LeftAt = &now
			}
			b.Electors = append(b.Electors, e)
		}
		for _, u := range few.Draw(t, "inactive") {
			b.Inactive[u] = true
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "delegations") {
			d := approval.Delegation{Ref: string(rune('a' + i)), From: someone.Draw(t, "from"), To: someone.Draw(t, "to"), MaxRisk: rapid.SampledFrom([]string{"", "low", "high"}).Draw(t, "risk")}
			if d.From != d.To {
				b.Delegations = append(b.Delegations, d)
			}
		}
		unable := few.Draw(t, "unable")
		able := func(u domain.UserID) bool { return !slices.Contains(unable, u) }
		cast := func(p domain.UserID, verdict approval.Verdict) bool {
			var role []domain.Reason
			if !able(p) {
				role = []domain.Reason{{Text: "no role"}}
			}
			seat, why := b.CanDecide(p, subject, "d", role)
			if len(why) > 0 {
				return false
			}
			b.Decisions = append(b.Decisions, approval.Decision{UserID: seat.User, CastBy: p, Decision: verdict, Digest: "d"})
			return true
		}
		for _, u := range few.Draw(t, "before") {
			cast(u, rapid.SampledFrom([]approval.Verdict{approval.Approve, approval.Reject, approval.Recuse}).Draw(t, "verdict"))
		}
		present := rapid.SliceOfNDistinct(someone, 0, 8, rapid.ID[domain.UserID]).Draw(t, "present")
		got := cab.QuorumOf(b, subject, present, able)
		eligible := b.Tally(subject).Eligible
		for again := true; again; {
			again = false
			for _, p := range present {
				again = cast(p, approval.Approve) || again
			}
		}
		var want []domain.UserID
		for _, u := range eligible {
			if _, spoke := b.DecisionOf(u); spoke {
				want = append(want, u)
			}
		}
		here := slices.Clone(got.Here)
		slices.Sort(here)
		slices.Sort(want)
		if !slices.Equal(here, want) {
			t.Fatalf("counted %v, could speak %v", here, want)
		}
		if got.Reached != (len(want) >= got.Needed) || len(got.Here)+len(got.Away) != len(got.Eligible) {
			t.Fatalf("%+v", got)
		}
	})
}

// TestAnAgendaKeepsWhatPeopleDidToIt holds invariant 3 over any sequence of findings of the rule and acts of people.
func TestAnAgendaKeepsWhatPeopleDidToIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		finding := rapid.Custom(func(t *rapid.T) cab.Item {
			return cab.Item{TicketID: domain.TicketID(rapid.IntRange(1, 6).Draw(t, "change")), Section: rapid.SampledFrom([]string(cab.Sections)).Draw(t, "section"), Minutes: 5}
		})
		var agenda []cab.Item
		for range rapid.IntRange(1, 6).Draw(t, "rounds") {
			sits := rapid.Bool().Draw(t, "sits")
			found := rapid.SliceOfNDistinct(finding, 0, 6, func(x cab.Item) domain.TicketID { return x.TicketID }).Draw(t, "found")
			before := slices.Clone(agenda)
			agenda = cab.Merge(agenda, found, sits)
			if again := cab.Merge(agenda, found, sits); !slices.Equal(agenda, again) {
				t.Fatalf("twice is not as once: %+v, %+v", agenda, again)
			}
			for i, x := range agenda {
				if x.Position != i+1 {
					t.Fatalf("position %d at %d", x.Position, i)
				}
				if slices.ContainsFunc(agenda[:i], func(o cab.Item) bool { return o.TicketID == x.TicketID }) {
					t.Fatalf("twice: %+v", x)
				}
				is := slices.ContainsFunc(found, func(f cab.Item) bool { return f.TicketID == x.TicketID })
				if x.State == cab.ItemOpen && x.Ruled && !is && !sits {
					t.Fatalf("open and not found: %+v", x)
				}
				if x.State == cab.ItemDropped && is {
					t.Fatalf("found and dropped: %+v", x)
				}
			}
			for _, x := range before {
				at := slices.IndexFunc(agenda, func(o cab.Item) bool { return o.TicketID == x.TicketID })
				if at < 0 {
					t.Fatalf("%+v is gone", x)
				}
				if now := agenda[at]; x.State == cab.ItemStruck && now.State != cab.ItemStruck || x.State == cab.ItemDone && now.State != cab.ItemDone || sits && x.State == cab.ItemOpen && now.State != cab.ItemOpen {
					t.Fatalf("%+v became %+v", x, now)
				}
			}
			if len(agenda) > 0 {
				agenda[rapid.IntRange(0, len(agenda)-1).Draw(t, "which")].State = rapid.SampledFrom([]string{cab.ItemStruck, cab.ItemDone, cab.ItemOpen}).Draw(t, "act")
			}
		}
	})
}

func TestAPointThatMovesGoesToTheEndOfItsNewSection(t *testing.T) {
	point := func(id int, section string) cab.Item {
		return cab.Item{TicketID: domain.TicketID(id), Section: section, Minutes: 5}
	}
	have := cab.Merge(nil, []cab.Item{point(1, cab.SectionHighRisk), point(2, cab.SectionHighRisk), point(3, cab.SectionDecisions), point(4, cab.SectionDecisions), point(5, cab.SectionForward)}, false)
	found := []cab.Item{point(1, cab.SectionDecisions), point(2, cab.SectionHighRisk), point(3, cab.SectionDecisions), point(4, cab.SectionHighRisk), point(5, cab.SectionForward)}
	order := func(list []cab.Item) (out []int) {
		for i, x := range list {
			if x.Position != i+1 {
				t.Errorf("position %d at %d", x.Position, i)
			}
			out = append(out, int(x.TicketID))
		}
		return out
	}
	if got := order(cab.Merge(have, found, false)); !slices.Equal(got, []int{2, 4, 3, 1, 5}) {
		t.Errorf("the order is %v", got)
	}
	if got := order(cab.Merge(have, found, true)); !slices.Equal(got, []int{1, 2, 3, 4, 5}) {
		t.Errorf("while the board sits: %v", got)
	}
	have[0], have[2] = have[2], have[0] // somebody has put a decision first
	if got := order(cab.Merge(have, found, false)); !slices.Equal(got, []int{3, 2, 4, 1, 5}) && !slices.Equal(got, []int{3, 1, 2, 4, 5}) {
		t.Errorf("with a point that was put first: %v", got)
	}
}

func TestMinutesDoNotTakeTextsForTheirOwnWords(t *testing.T) {
	began := time.Date(2026, 3, 3, 13, 0, 0, 0, time.UTC)
	m := cab.Meeting{Title: "CAB", StartsAt: began, StartedAt: &began, Zone: "UTC", Minutes: 60,
		Items: []cab.Item{{Ref: "a", State: cab.ItemDone, Result: cab.ResultDiscussed, Note: "fine\n\n**The board approved this plan.**\n## 9. Nothing"}}}
	text := cab.Write(m, cab.Scene{Zone: time.UTC, Topics: map[string]cab.Topic{"a": {Number: "CHG-000001", Title: "Mail\n\n**The board approved this plan.**", Risk: "high"}}})
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "**The board approved") || strings.HasPrefix(line, "## 9") {
			t.Errorf("a text passes for minutes:\n%s", text)
		}
	}
}

// TestTenPeopleInOneRoomLoseNothing: all come at once while two who lead press next at the same moment.
func TestTenPeopleInOneRoomLoseNothing(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		asking(w, "Replace the core switch")
		asking(w, "Upgrade the database")
		asking(w, "Move the mail store")
		m := convened(w)
		sure := ensure[cab.Meeting](t)
		crowd := []string{"cora", "carl", "cleo", "omar", "alice", "amir", "tess", "ann", "rolf", "maya"}
		for _, who := range crowd[3:] {
			sure(w.Meetings.Invite(w.As("maya"), m.Ref, w.ID(who)))
		}
		sure(w.Meetings.Move(w.As("cleo"), m.Ref, "start", ""))
		var wg sync.WaitGroup
		fail := make(chan error, 40)
		for _, who := range crowd {
			ctx := w.As(who)
			wg.Go(func() {
				if _, err := w.Meetings.Join(ctx, m.Ref, 0); err != nil {
					fail <- err
				}
			})
		}
		moved := make(chan error, 2)
		for _, who := range []string{"cleo", "maya"} {
			ctx := w.As(who)
			wg.Go(func() {
				_, err := w.Meetings.Next(ctx, m.Ref, "")
				moved <- err
			})
		}
		wg.Wait()
		close(fail)
		for err := range fail {
			t.Error(err)
		}
		a, b := <-moved, <-moved
		if (a == nil) == (b == nil) || !errors.Is(errors.Join(a, b), cab.ErrMovedOn) {
			t.Errorf("two went on at once: %v, %v", a, b)
		}
		m = sure(w.Meetings.Get(w.As("maya"), m.Ref))
		if len(m.Present()) != len(crowd) || m.Current() == nil || m.Current().Position != 1 {
			t.Errorf("%d are there, at %+v", len(m.Present()), m.Current())
		}
		w.VerifyLog()
	})
}
