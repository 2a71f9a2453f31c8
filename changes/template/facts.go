package template

import (
	"slices"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// kind is what the log calls an edition.
const kind = "template"

// Happened is the fact that something happened to an edition: it was drafted, edited, decided on, or moved.
type Happened struct {
	Template Template
	What     string
	From     string
	Before   map[string]string
	Details  []domain.FieldChange
	Digest   string // of what was decided on
	ID       string // of the event, where a decision names it
	Behalf   string // reference of the person whose vote was cast
}

// Event implements domain.Fact.
func (f Happened) Event() domain.Event {
	after := f.Template.Fields()
	e := domain.Event{ID: f.ID, Type: kind + "." + f.What, EntityKind: kind, Entity: f.Template.Name(), Version: f.Template.Version, Visibility: domain.InternalV, State: after,
		Digest: f.Digest, OnBehalfOf: f.Behalf, Fields: slices.Concat(ticket.Diff(f.Before, after), f.Details)}
	if f.From != f.Template.State {
		e.StateFrom, e.StateTo = f.From, f.Template.State
	}
	return e
}
