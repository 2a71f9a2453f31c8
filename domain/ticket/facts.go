package ticket

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// Record is a ticket with its facet, as far as the log is concerned.
type Record interface {
	// Core is the shared row.
	Core() *Ticket
	// Fields is the whole state: that of the core and that of the facet.
	Fields() map[string]string
}

// Happened is the fact that something happened to a record. Kinds embed it in their own facts where they
// have more to say; its event type is "<kind>.<what>".
type Happened struct {
	Ticket  Ticket
	What    string // past tense: "opened", "amended", "resolved"
	Before  map[string]string
	After   map[string]string
	From    string // state before
	Seen    domain.Visibility
	Details []domain.FieldChange // what the event says beside the changed fields: a reason, a comment
	Digest  string
	Scope   []string
	// ID is the event's own identifier where rows refer to it, empty otherwise.
	ID         string
	At         time.Time // when it happened elsewhere; zero for now
	By         string    // who did it elsewhere
	OnBehalfOf string
}

// Event implements domain.Fact.
func (h Happened) Event() domain.Event {
	e := domain.Event{
		ID: h.ID, Type: string(h.Ticket.Kind) + "." + h.What, EntityKind: string(h.Ticket.Kind), Entity: h.Ticket.Number,
		Version: h.Ticket.Version, StateFrom: h.From, StateTo: h.Ticket.State, Digest: h.Digest, Scope: h.Scope,
		Visibility: h.Seen, State: h.After, OccurredAt: h.At, By: h.By, OnBehalfOf: h.OnBehalfOf,
	}
	if e.Visibility == "" {
		e.Visibility = domain.Public
	}
	e.Fields = append(Diff(h.Before, h.After), h.Details...)
	return e
}

// Diff lists the fields that differ, in order of their names. The state is left out: the event says it.
func Diff(before, after map[string]string) []domain.FieldChange {
	names := map[string]bool{}
	for n := range before {
		names[n] = true
	}
	for n := range after {
		names[n] = true
	}
	var out []domain.FieldChange
	for _, n := range slices.Sorted(maps.Keys(names)) {
		if before[n] != after[n] && n != "state" {
			out = append(out, domain.FieldChange{Field: n, Before: before[n], After: after[n]})
		}
	}
	return out
}

// Detail is one thing that an event says beside the changed fields; empty text says nothing.
func Detail(field, text string, subject string) []domain.FieldChange {
	if text == "" {
		return nil
	}
	return []domain.FieldChange{{Field: field, After: text, Subject: subject}}
}

// Merge joins the facet's fields to those of the core.
func Merge(core map[string]string, facet map[string]string) map[string]string {
	maps.Copy(core, facet)
	return core
}

// Int is the canonical text of a number.
func Int[N ~int | ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }
