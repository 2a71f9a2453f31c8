// Package story has the form in which the API tells a history: lines of the sealed log in people's words, the same
// for records and for configuration items.
package story

import (
	"time"

	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/people"
)

// Entry is one line of a timeline: an event of the log, in people's words.
type Entry struct {
	ID         string        `json:"id"`
	At         time.Time     `json:"at" doc:"When it happened"`
	RecordedAt time.Time     `json:"recorded_at" doc:"When the log took it up; later for what was imported"`
	Actor      Actor         `json:"actor"`
	OnBehalfOf *who.Person   `json:"on_behalf_of,omitempty"`
	Type       string        `json:"type" example:"incident.resolved"`
	Label      string        `json:"label" doc:"What happened, to be read after the actor's name"`
	Kind       string        `json:"kind" enum:"reply,note,move,field,link,attachment,approval,import,system"`
	Internal   bool          `json:"internal"`
	Body       *string       `json:"body,omitempty" doc:"Markdown"`
	BodyHTML   *string       `json:"body_html,omitempty"`
	Changes    []FieldChange `json:"changes"`
	CommentID  *string       `json:"comment_id,omitempty"`
	Seal       Seal          `json:"seal"`
	Via        string        `json:"via" doc:"ui, api, cli, job, import or demo"`
}

// Actor is who did it. The desk itself is called system and has no id.
type Actor struct {
	ID    string `json:"id,omitempty"`
	Name  string `json:"name"`
	Login string `json:"login,omitempty"`
}

// FieldChange is one value that an event changed.
type FieldChange struct {
	Field  string  `json:"field"`
	Label  string  `json:"label,omitempty"`
	Before *string `json:"before"`
	After  *string `json:"after"`
	Erased bool    `json:"erased,omitempty" doc:"The value is not kept any more; the log still proves that there was one"`
}

// Seal is an event's place in the sealed log; the leaf is null until it is sealed.
type Seal struct {
	Leaf    *int64 `json:"leaf"`
	EventID string `json:"event_id"`
}

// SealOf is the seal of an event.
func SealOf(e audit.Event) Seal {
	s := Seal{EventID: e.ID}
	if e.Index >= 0 {
		s.Leaf = &e.Index
	}
	return s
}

// ActorOf is who did something, by the opaque reference in the log.
func ActorOf(ref string, known map[string]people.Person) Actor {
	p, ok := known[ref]
	if !ok {
		if ref == "system" || ref == "" {
			return Actor{Name: "system"}
		}
		return Actor{Name: "Somebody"}
	}
	return Actor{ID: p.Ref, Name: p.Name, Login: p.Login}
}
