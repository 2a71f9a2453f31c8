package incident_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func ptr[T any](v T) *T { return &v }

func move(w *world.World, by string, in incident.MoveInput) (incident.Incident, error) {
	return w.Incidents.Move(w.As(by), in)
}

func TestAnIncidentIsWorkedToItsClose(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		i := w.Report("ann", "Mail is down")
		if i.Ticket.Number != "INC-000001" || i.Ticket.State != incident.StateNew || i.Ticket.Priority != 3 {
			t.Fatalf("%+v", i.Ticket)
		}
		team := w.Team("network")
		i, err := w.Incidents.Assign(w.As("alice"), ticket.AssignInput{Number: "inc-1", Team: &team})
		if err != nil || i.Ticket.State != incident.StateAssigned {
			t.Fatalf("%s, %v", i.Ticket.State, err)
		}
		for _, step := range []incident.MoveInput{
			{Event: "start"}, {Event: "pend", PendingOn: "vendor", Reason: "the provider looks into it"}, {Event: "resume"},
			{Event: "resolve", Resolution: "The provider replaced a card."}, {Event: "close"},
		} {
			step.Number = i.Ticket.Number
			w.Clock.Advance(time.Hour)
			if i, err = move(w, "amir", step); err != nil {
				t.Fatalf("%s: %v", step.Event, err)
			}
		}
		if i.Ticket.AssigneeID != w.ID("amir") || i.Ticket.ClosedAt == nil || i.Ticket.Version != 7 {
			t.Errorf("%+v", i.Ticket)
		}
		w.VerifyLog()
	})
}

func TestAMoveThatIsNotPossibleSaysWhichAre(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		i := w.Report("ann", "Mail is down")
		_, err := move(w, "amir", incident.MoveInput{Number: i.Ticket.Number, Event: "close"})
		var e *domain.Error
		if !errors.As(err, &e) || e.Code != "move_not_possible" || len(e.Possible) == 0 {
			t.Fatalf("%v", err)
		}
		if _, err := move(w, "amir", incident.MoveInput{Number: i.Ticket.Number, Event: "resolve"}); !errors.Is(err, domain.ErrMissing) {
			t.Errorf("without a resolution: %v", err)
		}
		if _, err := move(w, "amir", incident.MoveInput{Number: i.Ticket.Number, Event: "answered"}); !errors.Is(err, domain.ErrMove) {
			t.Errorf("an automatic move by hand: %v", err)
		}
	})
}

func TestTheRequesterSeesTheirOwnAndNeverTheNotes(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		i := w.Report("ann", "Payslip shows the wrong name")
		if _, err := w.Tickets.Comment(w.As("amir"), ticket.CommentInput{Number: i.Ticket.Number, Body: "Looks like the zanzibar defect", Internal: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Incidents.Get(w.As("rolf"), i.Ticket.Number); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("somebody else's: %v", err)
		}
		if _, err := w.Incidents.Get(w.As("ann"), i.Ticket.Number); err != nil {
			t.Error(err)
		}
		if _, err := w.Tickets.Comment(w.As("ann"), ticket.CommentInput{Number: i.Ticket.Number, Body: "psst", Internal: true}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a requester's internal note: %v", err)
		}
		for who, want := range map[string]int{"ann": 0, "amir": 1, "rolf": 0} {
			hits, err := w.Tickets.Search(w.As(who), "zanzibar", "", 10)
			if err != nil || len(hits) != want {
				t.Errorf("%s finds %d by a word of the note, want %d (%v)", who, len(hits), want, err)
			}
		}
		for who, want := range map[string]int{"ann": 1, "amir": 1, "rolf": 0} {
			hits, err := w.Tickets.Search(w.As(who), "paysl", "", 10)
			if err != nil || len(hits) != want {
				t.Errorf("%s finds %d by a word of the title, want %d (%v)", who, len(hits), want, err)
			}
			page, err := w.Tickets.List(w.As(who), ticket.Filter{Queue: "all", Sort: "-updated_at", Limit: 10, Count: true}, w)
			if err != nil || len(page.Tickets) != want || *page.Total != int64(want) {
				t.Errorf("%s lists %d, want %d (%v)", who, len(page.Tickets), want, err)
			}
		}
	})
}

func TestAWatcherFollowsAndDoesNotDecide(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		i := w.Report("ann", "Mail is down")
		if _, err := move(w, "rolf", incident.MoveInput{Number: i.Ticket.Number, Event: "cancel", Reason: "x"}); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("a stranger: %v", err)
		}
		if _, err := w.Tickets.Watch(w.As("amir"), i.Ticket.Number, w.ID("rolf"), true); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Tickets.Comment(w.As("rolf"), ticket.CommentInput{Number: i.Ticket.Number, Body: "Here too"}); err != nil {
			t.Errorf("a watcher's comment: %v", err)
		}
		if _, err := move(w, "rolf", incident.MoveInput{Number: i.Ticket.Number, Event: "cancel", Reason: "x"}); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a watcher's cancel: %v", err)
		}
		if _, err := move(w, "ann", incident.MoveInput{Number: i.Ticket.Number, Event: "cancel", Reason: "works again"}); err != nil {
			t.Errorf("the requester's cancel: %v", err)
		}
	})
}

func TestAReplyOfTheRequesterSetsAWaitingIncidentGoingAgain(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		i := w.Report("ann", "Cannot print")
		if _, err := move(w, "amir", incident.MoveInput{Number: i.Ticket.Number, Event: "pend", PendingOn: "user", Reason: "which printer?"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Tickets.Comment(w.As("amir"), ticket.CommentInput{Number: i.Ticket.Number, Body: "Which printer?"}); err != nil {
			t.Fatal(err)
		}
		state := func() string {
			i, err := w.Incidents.Get(w.As("amir"), i.Ticket.Number)
			if err != nil {
				t.Fatal(err)
			}
			return i.Ticket.State
		}
		if state() != incident.StatePending {
			t.Error("the agent's own reply is no answer")
		}
		if _, err := w.Tickets.Comment(w.As("ann"), ticket.CommentInput{Number: i.Ticket.Number, Body: "The one on floor 4"}); err != nil {
			t.Fatal(err)
		}
		if state() != incident.StateInProgress {
			t.Errorf("state %s", state())
		}
		if _, err := move(w, "amir", incident.MoveInput{Number: i.Ticket.Number, Event: "resolve", Resolution: "New toner"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Tickets.Comment(w.As("ann"), ticket.CommentInput{Number: i.Ticket.Number, Body: "Still blank pages"}); err != nil {
			t.Fatal(err)
		}
		again, err := w.Incidents.Get(w.As("amir"), i.Ticket.Number)
		if err != nil || again.Ticket.State != incident.StateInProgress || again.Facet.ReopenCount != 1 {
			t.Errorf("%s, reopened %d, %v", again.Ticket.State, again.Facet.ReopenCount, err)
		}
		w.VerifyLog()
	})
}

func TestAnOverriddenPriorityNeedsTheRightAndAReason(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		i := w.Report("ann", "The director cannot log in")
		if _, err := w.Incidents.OverridePriority(w.As("amir"), i.Ticket.Number, 0, ptr(1), "he shouts"); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an agent: %v", err)
		}
		if _, err := w.Incidents.OverridePriority(w.As("tess"), i.Ticket.Number, 0, ptr(1), " "); !errors.Is(err, ticket.ErrNoReason) {
			t.Errorf("no reason: %v", err)
		}
		i, err := w.Incidents.OverridePriority(w.As("tess"), i.Ticket.Number, 0, ptr(1), "signs the accounts today")
		if err != nil || i.Ticket.Priority != 1 {
			t.Fatalf("%d, %v", i.Ticket.Priority, err)
		}
		i, err = w.Incidents.Amend(w.As("amir"), incident.AmendInput{Patch: ticket.Patch{Number: i.Ticket.Number}, Impact: ptr(3)})
		if err != nil || i.Ticket.Priority != 1 {
			t.Errorf("the override stands: %d, %v", i.Ticket.Priority, err)
		}
		i, err = w.Incidents.OverridePriority(w.As("tess"), i.Ticket.Number, 0, nil, "")
		if err != nil || i.Ticket.Priority != 4 {
			t.Errorf("the matrix again: %d, %v", i.Ticket.Priority, err)
		}
	})
}

func TestWhoSawAnOlderVersionIsToldSo(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		i := w.Report("ann", "Slow network")
		if _, err := w.Incidents.Amend(w.As("amir"), incident.AmendInput{Patch: ticket.Patch{Number: i.Ticket.Number, Version: 1, Service: ptr("LAN")}}); err != nil {
			t.Fatal(err)
		}
		_, err := w.Incidents.Amend(w.As("alice"), incident.AmendInput{Patch: ticket.Patch{Number: i.Ticket.Number, Version: 1, Service: ptr("WAN")}})
		if !errors.Is(err, domain.ErrStale) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnAssigneeIsOfTheTeamAndActive(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		i := w.Report("ann", "Slow network")
		network, alice := w.Team("network"), w.ID("alice")
		if _, err := w.Incidents.Assign(w.As("amir"), ticket.AssignInput{Number: i.Ticket.Number, Team: &network, Assignee: &alice}); !errors.Is(err, ticket.ErrNotMember) {
			t.Errorf("got %v", err)
		}
		amir := w.ID("amir")
		i, err := w.Incidents.Assign(w.As("amir"), ticket.AssignInput{Number: i.Ticket.Number, Team: &network, Assignee: &amir})
		if err != nil || i.Facet.ReassignCount != 0 {
			t.Fatalf("%d, %v", i.Facet.ReassignCount, err)
		}
		apps := w.Team("apps")
		i, err = w.Incidents.Assign(w.As("amir"), ticket.AssignInput{Number: i.Ticket.Number, Team: &apps})
		if err != nil || i.Facet.ReassignCount != 1 || i.Ticket.AssigneeID != 0 {
			t.Errorf("reassigned %d times, to %d, %v", i.Facet.ReassignCount, i.Ticket.AssigneeID, err)
		}
	})
}

func TestLinksDoNotGoInCircles(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		a, b, c := w.Report("ann", "A").Ticket.Number, w.Report("ann", "B").Ticket.Number, w.Report("ann", "C").Ticket.Number
		link := func(from string, kind ticket.LinkKind, to string) error {
			_, err := w.Tickets.Link(w.As("amir"), ticket.LinkInput{Number: from, Kind: kind, To: to})
			return err
		}
		if err := errors.Join(link(a, ticket.Parent, b), link(b, ticket.Parent, c)); err != nil {
			t.Fatal(err)
		}
		if err := link(c, ticket.Parent, a); !errors.Is(err, ticket.ErrLinkLoop) {
			t.Errorf("a circle: %v", err)
		}
		if err := link(a, "child", c); !errors.Is(err, ticket.ErrLinkLoop) {
			t.Errorf("the same circle said the other way round: %v", err)
		}
		if err := link(a, ticket.Related, a); !errors.Is(err, ticket.ErrLinkSelf) {
			t.Errorf("to itself: %v", err)
		}
		if err := errors.Join(link(a, ticket.Related, c), link(c, ticket.Related, a)); err != nil {
			t.Error(err)
		}
		i, err := w.Incidents.Get(w.As("amir"), a)
		if err != nil {
			t.Fatal(err)
		}
		links, err := w.Tickets.Links(w.As("amir"), i.Ticket)
		if err != nil || len(links) != 2 {
			t.Errorf("%d links, want 2 (%v)", len(links), err)
		}
	})
}

func TestAnAttachmentIsStreamedUnderARandomKey(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		i := w.Report("ann", "Error on screen")
		a, err := w.Tickets.Attach(w.As("ann"), ticket.AttachInput{Number: i.Ticket.Number, Name: "../../shot.png", MediaType: "image/png\r\nX: y", Body: strings.NewReader("pixels")})
		if err != nil || a.Name != "shot.png" || a.MediaType != "application/octet-stream" || a.Size != 6 {
			t.Fatalf("%+v, %v", a, err)
		}
		if _, _, err := w.Tickets.OpenAttachment(w.As("rolf"), a.Key); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("somebody else: %v", err)
		}
		_, f, err := w.Tickets.OpenAttachment(w.As("amir"), a.Key)
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		note, err := w.Tickets.Attach(w.As("amir"), ticket.AttachInput{Number: i.Ticket.Number, Name: "trace.log", Body: strings.NewReader("x"), Internal: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Tickets.OpenAttachment(w.As("ann"), note.Key); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("an internal file: %v", err)
		}
		w.VerifyLog()
	})
}

func TestPagesFollowEachOtherWithoutGapOrRepetition(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		for n := range 23 {
			if n%3 != 0 { // several share one instant
				w.Clock.Advance(time.Minute)
			}
			w.Report("ann", "Number "+strings.Repeat("x", n+1))
		}
		for _, sort := range []string{"-updated_at", "updated_at", "-opened_at", "priority", "-priority", "due_at", "-due_at", "number", "-number"} {
			seen, f := map[string]bool{}, ticket.Filter{Queue: "open", Sort: sort, Limit: 5}
			for pages := 0; ; pages++ {
				p, err := w.Tickets.List(w.As("amir"), f, w)
				if err != nil || pages > 10 {
					t.Fatalf("%s: page %d: %v", sort, pages, err)
				}
				for _, x := range p.Tickets {
					if seen[x.Number] {
						t.Fatalf("%s: %s twice", sort, x.Number)
					}
					seen[x.Number] = true
				}
				if f.After = p.Next; f.After == "" {
					break
				}
			}
			if len(seen) != 23 {
				t.Errorf("%s: %d of 23", sort, len(seen))
			}
		}
		if _, err := w.Tickets.List(w.As("amir"), ticket.Filter{Sort: "number", Limit: 5, After: "made-up"}, w); !errors.Is(err, domain.ErrCursor) {
			t.Errorf("a made-up page marker: %v", err)
		}
	})
}
