package canned

import (
	"maps"
	"slices"

	"github.com/cabinetdesk/cabinet/domain"
)

// kind is what the log calls a text.
const kind = "canned_text"

// What can have happened to a text.
type (
	// Written is the fact that a text was written.
	Written struct{ happened }
	// Amended is the fact that its name, words or team changed.
	Amended struct{ happened }
	// Retired is the fact that it is offered no more.
	Retired struct{ happened }
	// Restored is the fact that it is offered again.
	Restored struct{ happened }
)

type happened struct {
	Text   Text
	before map[string]string
}

// Event implements domain.Fact.
func (f Written) Event() domain.Event { return f.event("written", "", "in_use") }

// Event implements domain.Fact.
func (f Amended) Event() domain.Event { return f.event("amended", "", "") }

// Event implements domain.Fact.
func (f Retired) Event() domain.Event { return f.event("retired", "in_use", "retired") }

// Event implements domain.Fact.
func (f Restored) Event() domain.Event { return f.event("restored", "retired", "in_use") }

func (f happened) event(what, from, to string) domain.Event {
	after := f.Text.Fields()
	e := domain.Event{Type: kind + "." + what, EntityKind: kind, Entity: f.Text.Ref, Version: f.Text.Version, StateFrom: from, StateTo: to,
		Visibility: domain.InternalV, State: after}
	for _, field := range slices.Sorted(maps.Keys(after)) {
		if f.before[field] != after[field] {
			e.Fields = append(e.Fields, domain.FieldChange{Field: field, Before: f.before[field], After: after[field]})
		}
	}
	return e
}
