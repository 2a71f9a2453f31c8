package app_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/app"
)

//go:generate go test . -run TestTheDrawingsOfTheFlowsAreCurrent -update

var update = flag.Bool("update", false, "write the drawings anew")

func TestTheDrawingsOfTheFlowsAreCurrent(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "flows")
	for name, page := range app.Drawings() {
		file := filepath.Join(dir, name)
		if *update {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != page {
			t.Errorf("%s is not current: run `make generate` (%v)", file, err)
		}
	}
}

// TestTheDrawingOfAModelIsWhatItsChangesDo holds that each drawing is a sound life, and that a change of the model is offered,
// from each state of it, exactly the moves that are drawn.
func TestTheDrawingOfAModelIsWhatItsChangesDo(t *testing.T) {
	for _, key := range model.Keys {
		m, _ := model.Seed(key)
		life := changes.Life(m)
		for _, defect := range life.Validate() {
			t.Errorf("%s: %v", key, defect)
		}
		for _, event := range m.Moves {
			if _, ok := life.Event(event); !ok {
				t.Errorf("%s makes the move %s, which is not drawn", key, event)
			}
		}
		for _, state := range life.States {
			c := changes.Change{Ticket: ticket.Ticket{State: state.Name}, Facet: changes.Facet{Model: changes.Model(key)}}
			for _, mv := range changes.Flow.Possible(state.Name) {
				_, drawn := life.Event(mv.Event)
				refused := errors.Is(c.Guard(changes.Scene{Model: m})("model_permits_"+mv.Event), changes.ErrModel)
				if drawn == refused {
					t.Errorf("%s: %s from %s is drawn %v, and refused %v", key, mv.Event, state.Name, drawn, refused)
				}
			}
		}
	}
}
