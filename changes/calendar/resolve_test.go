package calendar_test

import (
	"errors"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// A conflict that is said to be none stays so for what was seen, and comes back with anything else.
func TestAConflictIsResolvedByHandWhereItIsNotHardAndComesBackWhenItIsFoundAgain(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		hard, other := server(t, w, "server", "db-01"), server(t, w, "server", "web-01")
		n := drafted(t, w, "maya", "Patch", 0, "amir", hard)
		same := drafted(t, w, "maya", "Grow", 0, "alice", hard)
		person := drafted(t, w, "maya", "Tune", time.Hour, "amir", other)
		for _, x := range []string{n, same, person} {
			submitted(t, w, x)
		}
		of := func(number string, kind calendar.Sort) calendar.Conflict {
			t.Helper()
			for _, c := range kept(t, w, number) {
				if c.Kind == kind {
					return c
				}
			}
			t.Fatalf("%s has no %s", number, kind)
			return calendar.Conflict{}
		}
		in := calendar.ResolveInput{Number: n, Ref: of(n, calendar.SameItem).Ref, Reason: "We have talked."}
		if _, err := w.Calendar.Resolve(w.As("maya"), in); !errors.Is(err, calendar.ErrStands) {
			t.Errorf("a hard one that is still there: %v", err)
		}
		in.Ref = of(n, calendar.SamePerson).Ref
		if _, err := w.Calendar.Resolve(w.As("amir"), in); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an agent: %v", err)
		}
		in.Version = 9
		if _, err := w.Calendar.Resolve(w.As("maya"), in); !errors.Is(err, domain.ErrStale) {
			t.Errorf("another version: %v", err)
		}
		in.Version, in.Reason = 0, " "
		if _, err := w.Calendar.Resolve(w.As("maya"), in); domain.KindOf(err) != domain.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		in.Reason = "Amir does one, and Alice helps with the other."
		c, err := w.Calendar.Resolve(w.As("maya"), in)
		if err != nil || c.State != calendar.Resolved || c.ResolvedBy != w.ID("maya") {
			t.Fatalf("%+v, %v", c, err)
		}
		if _, err := w.Calendar.Resolve(w.As("maya"), in); !errors.Is(err, calendar.ErrSettled) {
			t.Errorf("twice: %v", err)
		}
		// The same is found again and again: somebody has said what it is.
		if err := w.Calendar.Refresh(w.System()); err != nil {
			t.Fatal(err)
		}
		if again := of(n, calendar.SamePerson); again.State != calendar.Resolved || again.Version != c.Version {
			t.Errorf("the same again: %+v", again)
		}
		// Something else is found: another time.
		start := w.Clock.Now().Add(24*time.Hour + 30*time.Minute)
		end := start.Add(2 * time.Hour)
		if _, _, err := w.Changes.Amend(w.As("maya"), changes.AmendInput{Number: person, Plan: changes.PlanPatch{PlannedStart: &start, PlannedEnd: &end}}); err != nil {
			t.Fatal(err)
		}
		submitted(t, w, person)
		if again := of(n, calendar.SamePerson); again.State != calendar.Open || again.ResolvedBy != 0 || again.Reason != "" {
			t.Errorf("at another time: %+v", again)
		}
		// It is resolved again, goes away, and comes back just as it was: then it is open.
		in.Ref = of(n, calendar.SamePerson).Ref
		if _, err := w.Calendar.Resolve(w.As("maya"), in); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: person, Event: "withdraw", Reason: "later"}); err != nil {
			t.Fatal(err)
		}
		if away := of(n, calendar.SamePerson); away.State != calendar.Resolved || away.ResolvedBy != w.ID("maya") {
			t.Errorf("gone: %+v", away)
		}
		submitted(t, w, person)
		if back := of(n, calendar.SamePerson); back.State != calendar.Open || back.Ref != in.Ref {
			t.Errorf("back: %+v", back)
		}
		w.VerifyLog()
	})
}
