package cab_test

import (
	"errors"
	"testing"

	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow/flowtest"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// Whatever the flow of meetings can refuse is refused with its code; the list is the flow's own.
func TestEveryRefusalOfTheFlowOfMeetingsHasItsCode(t *testing.T) {
	shown := []string{"cancel: without reason"}
	for _, mv := range cab.Flow.Moves {
		shown = append(shown, mv.Event+": from elsewhere")
	}
	flowtest.Met(t, cab.Flow, shown)
	world.Each(t, func(t *testing.T, w *world.World) {
		ref := convened(w).Ref
		if _, err := w.Meetings.Move(w.As("cleo"), ref, "cancel", " "); !errors.Is(err, domain.ErrMissing) {
			t.Errorf("cancelled without a reason: %v", err)
		}
		if _, err := w.Meetings.Move(w.As("cleo"), ref, "end", ""); !errors.Is(err, domain.ErrMove) {
			t.Errorf("ended before it began: %v", err)
		}
		for _, event := range []string{"start", "end"} {
			if _, err := w.Meetings.Move(w.As("cleo"), ref, event, ""); err != nil {
				t.Fatal(err)
			}
		}
		for _, mv := range cab.Flow.Moves {
			if _, err := w.Meetings.Move(w.As("cleo"), ref, mv.Event, "because"); !errors.Is(err, domain.ErrMove) {
				t.Errorf("%s of one that is over: %v", mv.Event, err)
			}
		}
		w.VerifyLog()
	})
}
