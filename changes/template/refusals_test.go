package template_test

import (
	"errors"
	"testing"

	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow/flowtest"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// Whatever the flow of templates can refuse is refused with its code; the list is the flow's own.
func TestEveryRefusalOfTheFlowOfTemplatesHasItsCode(t *testing.T) {
	mute := []string{"withdraw", "suspend", "reinstate", "retire"}
	var shown []string
	for _, event := range mute {
		shown = append(shown, event+": without reason")
	}
	for _, mv := range template.Flow.Moves {
		shown = append(shown, mv.Event+": from elsewhere")
	}
	flowtest.Met(t, template.Flow, shown)
	world.Each(t, func(t *testing.T, w *world.World) {
		silent := func(event string) error {
			_, err := w.Templates.Move(w.As("maya"), template.MoveInput{Key: "restart-mail", Edition: 1, Event: event, Reason: " "})
			return err
		}
		x, err := w.Templates.Draft(w.As("maya"), template.DraftInput{Key: "restart-mail", Doc: doc()})
		if err == nil {
			_, err = move(w, "maya", 1, "propose", done(t, w, 3, "successful")...)
		}
		if err != nil {
			t.Fatal(err)
		}
		step := func(_ template.Template, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		refused := func(event string) {
			t.Helper()
			if err := silent(event); !errors.Is(err, domain.ErrMissing) {
				t.Errorf("%s without a reason: %v", event, err)
			}
		}
		refused("withdraw")
		for _, event := range []string{"approve", "reject"} { // only what the board decides does that
			if _, err := move(w, "maya", 1, event); !errors.Is(err, domain.ErrMove) {
				t.Errorf("%s by hand: %v", event, err)
			}
		}
		for _, by := range []string{"cora", "carl"} {
			step(vote(w, by, 1, x.Digest, "approve"))
		}
		step(move(w, "maya", 1, "publish"))
		refused("suspend")
		step(move(w, "maya", 1, "suspend"))
		refused("reinstate")
		refused("retire")
		step(move(w, "maya", 1, "retire"))
		for _, mv := range template.Flow.Moves {
			if _, err := move(w, "maya", 1, mv.Event); !errors.Is(err, domain.ErrMove) {
				t.Errorf("%s of a retired one: %v", mv.Event, err)
			}
		}
		w.VerifyLog()
	})
}
