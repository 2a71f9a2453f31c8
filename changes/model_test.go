package changes_test

import (
	"testing"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/model"
)

func TestEverySeededModelIsAPartOfTheFlow(t *testing.T) {
	for _, key := range model.Keys {
		m, ok := model.Seed(key)
		if !ok {
			t.Fatalf("%s has no seed", key)
		}
		if err := m.Check(changes.Flow.Events()); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestAModelCannotTakeTheWayOfAnother(t *testing.T) {
	for name, alter := range map[string]func(m *model.Model){
		"a normal change that breaks the glass": func(m *model.Model) { m.Moves = append(m.Moves, "break_glass") },
		"a normal change from a template":       func(m *model.Model) { m.Moves = append(m.Moves, "schedule") },
		"a normal change that registers itself": func(m *model.Model) { m.Moves = append(m.Moves, "register") },
		"a move of one's own":                   func(m *model.Model) { m.Moves = append(m.Moves, "teleport") },
		"a guard of one's own":                  func(m *model.Model) { m.Guards = append(m.Guards, "approved_for_this_plan") },
		"a field of one's own":                  func(m *model.Model) { m.Required = append(m.Required, "horoscope") },
		"another key":                           func(m *model.Model) { m.Key = "express" },
		"no label":                              func(m *model.Model) { m.Label = "" },
	} {
		m, _ := model.Seed(model.Normal)
		alter(&m)
		if m.Check(changes.Flow.Events()) == nil {
			t.Errorf("accepted: %s", name)
		}
	}
	m, _ := model.Seed(model.Emergency)
	m.RetroHours = 0
	if m.Check(changes.Flow.Events()) == nil {
		t.Error("accepted: a broken glass that nobody decides on")
	}
}
