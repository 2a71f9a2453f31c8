package cab

import (
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// What the log calls them.
const (
	kind       = "meeting"
	rhythmKind = "rhythm"
)

// Happened is the fact that something happened to a meeting: it was convened, moved, joined, written on.
type Happened struct {
	Meeting Meeting
	What    string
	From    string
	Before  map[string]string
	Details []domain.FieldChange
	About   []string // numbers of the changes that it is about
	Digest  string   // of what was signed
	ID      string   // of the event, where somebody waits for its seal
}

// Event implements domain.Fact.
func (f Happened) Event() domain.Event {
	after := f.Meeting.Fields()
	e := domain.Event{ID: f.ID, Type: kind + "." + f.What, EntityKind: kind, Entity: f.Meeting.Ref, Version: f.Meeting.Version, Visibility: domain.InternalV,
		State: after, Scope: f.About, Digest: f.Digest, Fields: append(ticket.Diff(f.Before, after), f.Details...)}
	if f.From != f.Meeting.State {
		e.StateFrom, e.StateTo = f.From, f.Meeting.State
	}
	return e
}

// RhythmSet is the fact that it was said how a board meets.
type RhythmSet struct {
	Rhythm Rhythm
	Board  string // key
	Before map[string]string
}

// Event implements domain.Fact.
func (f RhythmSet) Event() domain.Event {
	after := f.Rhythm.Fields()
	return domain.Event{Type: rhythmKind + ".set", EntityKind: rhythmKind, Entity: f.Board, Version: f.Rhythm.Version, Visibility: domain.InternalV,
		State: after, Fields: ticket.Diff(f.Before, after)}
}
