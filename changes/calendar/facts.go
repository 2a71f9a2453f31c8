package calendar

import (
	"maps"
	"slices"

	"github.com/cabinetdesk/cabinet/domain"
)

// ScheduleChanged is the fact that a schedule was made or altered: What says how.
type ScheduleChanged struct {
	Schedule Schedule
	What     string // "made", "amended", "suspended", "resumed", "retired"
	before   map[string]string
}

// Event implements domain.Fact.
func (f ScheduleChanged) Event() domain.Event {
	return event("schedule", f.What, f.Schedule.Ref, f.Schedule.Version, f.before, f.Schedule.Fields())
}

// ConflictChanged is the fact that a conflict was found, seen anew, accepted, overridden or resolved.
type ConflictChanged struct {
	Conflict Conflict
	What     string // "found", "found_again", "accepted", "freeze_overridden", "set_aside", "resolved"
	before   map[string]string
}

// Event implements domain.Fact.
func (f ConflictChanged) Event() domain.Event {
	e := event("conflict", f.What, f.Conflict.Ref, f.Conflict.Version, f.before, f.Conflict.Fields())
	e.StateFrom, e.StateTo = f.before["state"], string(f.Conflict.State)
	return e
}

func event(kind, what, entity string, version int64, before, after map[string]string) domain.Event {
	e := domain.Event{Type: kind + "." + what, EntityKind: kind, Entity: entity, Version: version, Visibility: domain.InternalV, State: after}
	names := maps.Clone(after)
	maps.Copy(names, before)
	for _, field := range slices.Sorted(maps.Keys(names)) {
		if before[field] != after[field] {
			e.Fields = append(e.Fields, domain.FieldChange{Field: field, Before: before[field], After: after[field]})
		}
	}
	return e
}
