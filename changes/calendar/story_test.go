package calendar_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// server registers a live item.
func server(t *testing.T, w *world.World, class, name string) string {
	t.Helper()
	c, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: class, Status: cmdb.Live, Values: map[string]string{"name": name}})
	if err != nil {
		t.Fatal(err)
	}
	return c.Number
}

// cluster is two database servers that stand in for each other.
func cluster(t *testing.T, w *world.World) (a, b, whole string) {
	t.Helper()
	a, b, whole = server(t, w, "server", "db-01"), server(t, w, "server", "db-02"), server(t, w, "cluster", "db")
	for _, node := range []string{a, b} {
		if _, err := w.CMDB.Relate(w.As("omar"), cmdb.RelateInput{From: node, Type: "member_of", To: whole, Redundancy: "nodes", Needed: 1}); err != nil {
			t.Fatal(err)
		}
	}
	return a, b, whole
}

// drafted is a change of items, hours after tomorrow.
func drafted(t *testing.T, w *world.World, by, title string, after time.Duration, implementer string, items ...string) string {
	t.Helper()
	plan := w.Plan(title, implementer)
	start := w.Clock.Now().Add(24*time.Hour + after)
	end := start.Add(2 * time.Hour)
	list := items
	plan.PlannedStart, plan.PlannedEnd, plan.CIs = &start, &end, &list
	c, err := w.Changes.Raise(w.As(by), changes.RaiseInput{Plan: plan})
	if err != nil {
		t.Fatal(err)
	}
	return c.Ticket.Number
}

func submitted(t *testing.T, w *world.World, number string) {
	t.Helper()
	if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: number, Event: "submit"}); err != nil {
		t.Fatal(err)
	}
}

// scheduled brings a submitted change past its approvers.
func scheduled(t *testing.T, w *world.World, number string) {
	t.Helper()
	w.AskForApproval("maya", number)
	for _, who := range []string{"cora", "carl"} {
		if _, err := w.Vote(who, number, approval.Approve); err != nil {
			t.Fatal(err)
		}
	}
	if c := get(t, w, number); c.Ticket.State != changes.StateScheduled {
		t.Fatalf("%s is %s", number, c.Ticket.State)
	}
}

func get(t *testing.T, w *world.World, number string) changes.Change {
	t.Helper()
	c, err := w.Changes.Get(w.System(), number)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func kept(t *testing.T, w *world.World, number string) []calendar.Conflict {
	t.Helper()
	list, err := w.Calendar.Kept(w.System(), get(t, w, number).Ticket.ID)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func start(w *world.World, by, number string) error {
	_, err := w.Changes.Move(w.As(by), changes.MoveInput{Number: number, Event: "start"})
	return err
}

// Demonstration (i): two changes to nodes of one cluster in the same night.
func TestTwoChangesToOneClusterInTheSameNightAreAHardConflict(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		a, b, _ := cluster(t, w)
		first := drafted(t, w, "maya", "Patch db-01", 0, "amir", a)
		second := drafted(t, w, "maya", "Patch db-02", time.Hour, "alice", b)
		if list := kept(t, w, first); len(list) != 0 {
			t.Errorf("drafts are in nobody's way: %+v", list)
		}
		scheduled(t, w, first)
		submitted(t, w, second)
		list := kept(t, w, second)
		if len(list) != 1 || list[0].Kind != calendar.StandIn || list[0].Severity != calendar.Hard || list[0].State != calendar.Open {
			t.Fatalf("%+v", list)
		}
		if mine := kept(t, w, first); len(mine) != 1 || mine[0].Ref != list[0].Ref {
			t.Errorf("the other side sees another one: %+v", mine)
		}
		if _, err := w.Changes.PeerReview(w.As("tess"), second, "", "Sound."); err != nil {
			t.Fatal(err)
		}
		ask := changes.MoveInput{Number: second, Event: "request_authorization"}
		if _, err := w.Changes.Move(w.As("maya"), ask); !errors.Is(err, calendar.ErrConflict) {
			t.Errorf("it is put to the board: %v", err)
		}
		w.Clock.Advance(24 * time.Hour)
		if err := start(w, "amir", first); !errors.Is(err, calendar.ErrConflict) {
			t.Errorf("the first starts: %v", err)
		}
		in := calendar.AcceptInput{Number: second, Ref: list[0].Ref, Reason: "The nodes are drained one after the other."}
		if _, err := w.Calendar.Accept(w.As("amir"), in); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an agent accepts: %v", err)
		}
		if _, err := w.Calendar.OverrideFreeze(w.As("maya"), in); !errors.Is(err, calendar.ErrSettled) {
			t.Errorf("as a freeze: %v", err)
		}
		c, err := w.Calendar.Accept(w.As("maya"), in)
		if err != nil || c.State != calendar.Accepted || c.AcceptedBy != w.ID("maya") || c.Until == nil {
			t.Fatalf("%+v, %v", c, err)
		}
		if err := start(w, "amir", first); err != nil {
			t.Errorf("accepted: %v", err)
		}
		w.VerifyLog()
	})
}

func TestAnAcceptanceIsOfWhatWasSeen(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		item := server(t, w, "server", "db-01")
		first, second := drafted(t, w, "maya", "Patch", 0, "amir", item), drafted(t, w, "maya", "Grow", time.Hour, "alice", item)
		submitted(t, w, first)
		submitted(t, w, second)
		list := kept(t, w, first)
		if len(list) != 1 || list[0].Kind != calendar.SameItem {
			t.Fatalf("%+v", list)
		}
		if _, err := w.Calendar.Accept(w.As("maya"), calendar.AcceptInput{Number: first, Ref: list[0].Ref, Reason: "They are agreed."}); err != nil {
			t.Fatal(err)
		}
		later := w.Clock.Now().Add(24*time.Hour + 90*time.Minute)
		end := later.Add(time.Hour)
		if _, _, err := w.Changes.Amend(w.As("maya"), changes.AmendInput{Number: second, Plan: changes.PlanPatch{PlannedStart: &later, PlannedEnd: &end}}); err != nil {
			t.Fatal(err)
		}
		if list = kept(t, w, first); list[0].State != calendar.Resolved { // the edit brings it back to draft
			t.Errorf("a draft is in the way: %+v", list)
		}
		submitted(t, w, second)
		if list = kept(t, w, first); len(list) != 2 || list[0].State != calendar.Open || list[1].State != calendar.Resolved {
			t.Errorf("at another time: %+v", list)
		}
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: second, Event: "cancel", Reason: "not now"}); err != nil {
			t.Fatal(err)
		}
		if list = kept(t, w, first); list[0].State != calendar.Resolved {
			t.Errorf("after it was cancelled: %+v", list)
		}
		w.VerifyLog()
	})
}

func TestAFreezeIsEnforcedAtTheStartAndOverriddenByName(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		item := server(t, w, "server", "db-01")
		n := drafted(t, w, "maya", "Patch", 0, "amir", item)
		scheduled(t, w, n)
		freeze := calendar.Schedule{Kind: calendar.Freeze, Name: "Quarter end", Zone: "UTC", Starts: w.Clock.Now().Add(12 * time.Hour).Format("2006-01-02T15:04"), Minutes: 48 * 60,
			Scope: calendar.Scope{Classes: []string{"server"}}, Models: calendar.Names{"emergency"}}
		if _, err := w.Calendar.Make(w.As("amir"), freeze); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an agent: %v", err)
		}
		freeze, err := w.Calendar.Make(w.As("maya"), freeze)
		if err != nil {
			t.Fatal(err)
		}
		w.RunJobs()
		list := kept(t, w, n)
		if len(list) != 1 || list[0].Kind != calendar.InFreeze {
			t.Fatalf("%+v", list)
		}
		w.Clock.Advance(24 * time.Hour)
		if err := start(w, "amir", n); !errors.Is(err, calendar.ErrFreeze) {
			t.Errorf("it starts: %v", err)
		}
		until := w.Clock.Now().Add(time.Hour)
		freeze, err = w.Calendar.Suspend(w.As("maya"), freeze.Ref, freeze.Version, until, "The books are closed already.")
		if err != nil {
			t.Fatal(err)
		}
		w.RunJobs()
		if err := start(w, "amir", n); !errors.Is(err, calendar.ErrFreeze) {
			t.Errorf("it is still frozen for its second hour: %v", err)
		}
		if _, err = w.Calendar.Resume(w.As("maya"), freeze.Ref, 0); err != nil {
			t.Fatal(err)
		}
		w.RunJobs()
		list = kept(t, w, n)
		in := calendar.AcceptInput{Number: n, Ref: list[0].Ref, Reason: "The patch closes a hole that is being used."}
		if _, err := w.Calendar.Accept(w.As("maya"), in); !errors.Is(err, calendar.ErrSettled) {
			t.Errorf("a freeze is accepted like any conflict: %v", err)
		}
		if _, err := w.Calendar.OverrideFreeze(w.As("maya"), in); err != nil {
			t.Fatal(err)
		}
		if err := start(w, "amir", n); err != nil {
			t.Errorf("overridden: %v", err)
		}
		if c := get(t, w, n); !slices.Contains(c.Facet.Exceptions, changes.DoneInFreeze) {
			t.Errorf("nothing on the change says so: %v", c.Facet.Exceptions)
		}
		if _, err := w.Calendar.Retire(w.As("maya"), freeze.Ref, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Calendar.Retire(w.As("maya"), freeze.Ref, 0); !errors.Is(err, calendar.ErrState) {
			t.Errorf("retired twice: %v", err)
		}
		w.VerifyLog()
	})
}

// Before the calendar came, changes were planned already: the migration books their times, and a refresh the rest.
func TestConflictsOfWhatWasPlannedBeforeAreFoundByARefresh(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		item := server(t, w, "server", "db-01")
		first, second := drafted(t, w, "maya", "Patch", 0, "amir", item), drafted(t, w, "maya", "Grow", time.Hour, "alice", item)
		submitted(t, w, first)
		if _, err := w.DB.Writer().ExecContext(t.Context(), "delete from change_booking_items"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.DB.Writer().ExecContext(t.Context(), "update change_bookings set live = true"); err != nil {
			t.Fatal(err)
		}
		if list := kept(t, w, second); len(list) != 0 {
			t.Fatalf("%+v", list)
		}
		for range 2 { // the second finds nothing new
			if err := w.Calendar.Refresh(w.System()); err != nil {
				t.Fatal(err)
			}
			if list := kept(t, w, second); len(list) != 1 || list[0].Kind != calendar.SameItem || list[0].Version != 1 {
				t.Errorf("%+v", list)
			}
		}
		w.VerifyLog()
	})
}

func TestTheNextFreeTimeKeepsOutOfEverybodysWay(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		a, b, _ := cluster(t, w)
		first := drafted(t, w, "maya", "Patch db-01", 0, "amir", a)
		scheduled(t, w, first)
		tomorrow := w.Clock.Now().Add(24 * time.Hour)
		window := calendar.Schedule{Kind: calendar.Window, Name: "Nights", Zone: "UTC", Starts: tomorrow.Format("2006-01-02T15:04"), Minutes: 4 * 60, Rule: "FREQ=DAILY", Scope: calendar.Scope{Classes: []string{"server"}}}
		if _, err := w.Calendar.Make(w.As("maya"), window); err != nil {
			t.Fatal(err)
		}
		w.VerifyLog()
		q := calendar.FreeQuery{Plan: calendar.Plan{Model: "normal", Items: []string{b}, People: w.IDs("alice")}, From: w.Clock.Now(), Length: 2 * time.Hour}
		slots, err := w.Calendar.FreeSlots(w.As("maya"), q)
		if err != nil || len(slots.Found) != 1 || !slots.Found[0].Start.Equal(tomorrow.Truncate(time.Minute).Add(2*time.Hour)) {
			t.Errorf("after the other node: %v, %v", slots, err)
		}
		if p := slots.Passed; len(p) != 2 || p[0].Finding.Sort != calendar.OutsideWindow || p[1].Finding.Sort != calendar.StandIn || p[1].Finding.Other != get(t, w, first).Ticket.ID {
			t.Errorf("what stood in the way: %+v", p)
		}
		q.Count = 3
		if slots, err = w.Calendar.FreeSlots(w.As("maya"), q); err != nil || len(slots.Found) != 3 || slots.Found[1].Start.Sub(slots.Found[0].Start) < 22*time.Hour {
			t.Errorf("three of them: %v, %v", slots.Found, err)
		}
		q.Length = 3 * time.Hour
		if slots, err = w.Calendar.FreeSlots(w.As("maya"), q); err != nil || !slots.Found[0].Start.Equal(tomorrow.Truncate(time.Minute).Add(24*time.Hour)) {
			t.Errorf("the next night: %v, %v", slots, err)
		}
		q.Length = 5 * time.Hour
		if _, err = w.Calendar.FreeSlots(w.As("maya"), q); !errors.Is(err, calendar.ErrNoSlot) {
			t.Errorf("longer than the window: %v", err)
		}
		q.Plan.Items, q.Length = []string{"CI-999999"}, time.Hour
		if _, err = w.Calendar.FreeSlots(w.As("maya"), q); !errors.Is(err, calendar.ErrSlot) {
			t.Errorf("of nothing: %v", err)
		}
		if _, err = w.Calendar.FreeSlots(w.As("ann"), q); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a requester: %v", err)
		}
	})
}

func TestAFreezeOfAServiceCoversWhatItNeedsAndNothingElse(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		machine, other, service := server(t, w, "server", "db-01"), server(t, w, "server", "db-02"), server(t, w, "database", "erp")
		if _, err := w.CMDB.Relate(w.As("omar"), cmdb.RelateInput{From: service, Type: "runs_on", To: machine}); err != nil {
			t.Fatal(err)
		}
		freeze := calendar.Schedule{Kind: calendar.Freeze, Name: "Quarter end", Zone: "UTC", Starts: w.Clock.Now().Format("2006-01-02T15:04"), Minutes: 48 * 60, Scope: calendar.Scope{Items: []string{service}}}
		if _, err := w.Calendar.Make(w.As("maya"), freeze); err != nil {
			t.Fatal(err)
		}
		at := w.Clock.Now().Add(time.Hour)
		for number, want := range map[string]int{machine: 1, service: 1, other: 0} {
			if by, err := w.Calendar.FrozenAt(w.System(), number, "normal", at); err != nil || len(by) != want {
				t.Errorf("%s is frozen by %d, %v", number, len(by), err)
			}
		}
		n := drafted(t, w, "maya", "Patch", 0, "amir", machine)
		submitted(t, w, n)
		if list := kept(t, w, n); len(list) != 1 || list[0].Kind != calendar.InFreeze {
			t.Errorf("%+v", list)
		}
	})
}
