package webhook

import (
	"maps"
	"slices"

	"github.com/cabinetdesk/cabinet/domain"
)

// Changed is the fact that a webhook was set up or altered: What says how.
type Changed struct {
	Webhook Webhook
	What    string // "set_up", "amended", "paused", "resumed", "retired", "secret_renewed"
	before  map[string]string
}

// Event implements domain.Fact.
func (f Changed) Event() domain.Event {
	after := f.Webhook.Fields()
	e := domain.Event{Type: "webhook." + f.What, EntityKind: "webhook", Entity: f.Webhook.Ref, Version: f.Webhook.Version, StateFrom: f.before["state"], StateTo: f.Webhook.State,
		Visibility: domain.Restricted, State: after}
	for _, field := range slices.Sorted(maps.Keys(after)) {
		if f.before[field] != after[field] {
			e.Fields = append(e.Fields, domain.FieldChange{Field: field, Before: f.before[field], After: after[field]})
		}
	}
	return e
}
