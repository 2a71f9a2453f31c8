package v1

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/markdown"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/v1/cis"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// Move is a way on for a record. Blocked says in plain words why it is not possible now, or not for this person.
type Move struct {
	Event    string   `json:"event" example:"resolve"`
	Label    string   `json:"label"`
	Tone     string   `json:"tone,omitempty" enum:"primary,danger"`
	To       string   `json:"to"`
	ToLabel  string   `json:"to_label"`
	Requires []string `json:"requires" doc:"Fields of the body that must be given"`
	Blocked  *string  `json:"blocked"`
}

// Other is a record as links show it.
type Other struct {
	Number     string `json:"number"`
	Title      string `json:"title"`
	State      string `json:"state"`
	StateLabel string `json:"state_label"`
	Tone       string `json:"tone"`
	Kind       string `json:"kind"`
}

// Link ties the record to another one, read from this record's end.
type Link struct {
	ID    string `json:"id"`
	Kind  string `json:"kind" enum:"parent,child,duplicate_of,duplicated_by,related,caused_by,causes"`
	Other Other  `json:"other"`
}

// Attachment is a file of a record. It is downloaded by its key.
type Attachment struct {
	Key       string     `json:"key"`
	Name      string     `json:"name"`
	Size      int64      `json:"size"`
	MediaType string     `json:"media_type"`
	AddedBy   who.Person `json:"added_by"`
	AddedAt   time.Time  `json:"added_at"`
	Internal  bool       `json:"internal"`
}

// Source is the tool from which a record was imported.
type Source struct {
	System     string    `json:"system"`
	ImportedAt time.Time `json:"imported_at"`
}

// Record is what the pages of all four kinds share.
type Record struct {
	Row
	Description     string           `json:"description" doc:"Markdown"`
	DescriptionHTML string           `json:"description_html" doc:"Safe to show"`
	OpenedBy        *who.Person      `json:"opened_by"`
	Watchers        []who.Person     `json:"watchers"`
	Watching        bool             `json:"watching" doc:"Whether I follow it"`
	Moves           []Move           `json:"moves"`
	May             map[string]bool  `json:"may" doc:"What I may do to it now, by action"`
	Links           []Link           `json:"links"`
	CIs             []cis.RecordItem `json:"cis" doc:"The configuration items of the record that I may see"`
	Attachments     []Attachment     `json:"attachments"`
	Source          *Source          `json:"source"`
}

// scene is everything around a record that its page shows, loaded before it is composed.
type scene struct {
	ticket ticket.Ticket
	roles  map[string][]domain.UserID // who takes part, by role
	may    map[string]bool
	links  []ticket.Link
	others map[domain.TicketID]ticket.Ticket
	files  []ticket.Attachment
	cis    []cis.RecordItem
	source *Source
	cast   who.Cast
}

// object is what the gate is asked about for an action on the record.
func (s scene) object(action string) policies.Object {
	_, verb, _ := strings.Cut(action, ".")
	return s.ticket.ObjectFor(verb, s.roles)
}

// scene loads what stands around a record; people are further users whose names the page needs.
func (d *Desk) scene(ctx context.Context, t ticket.Ticket, people []domain.UserID, teams ...domain.TeamID) (s scene, err error) {
	s.ticket = t
	if s.roles, err = d.Tickets.Participants(ctx, t); err != nil {
		return s, err
	}
	s.may = d.may(ctx, t, s.roles)
	if s.links, s.others, err = d.visibleLinks(ctx, t); err != nil {
		return s, err
	}
	if s.files, err = d.Tickets.Attachments(ctx, t, s.may["read_internal"]); err != nil {
		return s, err
	}
	if s.cis, err = d.cis.Of(ctx, t); err != nil {
		return s, err
	}
	system, at, found, err := d.store.source(ctx, t.ID)
	if err != nil {
		return s, err
	}
	if found {
		s.source = &Source{System: system, ImportedAt: at}
	}
	people = append(people, t.RequesterID, t.AssigneeID, t.OpenedBy)
	people = append(people, s.roles["watcher"]...)
	for _, f := range s.files {
		people = append(people, f.AddedBy)
	}
	s.cast, err = d.Cast(ctx, people, append(teams, t.TeamID)...)
	return s, err
}

// may tells for every action of the record's kind whether the actor may take it on this record now. What the
// state alone rules out is false too.
func (d *Desk) may(ctx context.Context, t ticket.Ticket, roles map[string][]domain.UserID) map[string]bool {
	actor, out := domain.ActorFrom(ctx), map[string]bool{}
	state, _ := d.Tickets.Machine(t.Kind).State(t.State)
	for _, g := range policies.Actions() {
		if g.Class != string(t.Kind) {
			continue
		}
		for _, a := range g.Actions {
			verb := strings.TrimPrefix(a.Name, g.Class+".")
			if verb == "create" || verb == "decide" || verb == "endorse" || verb == "assign_move" {
				continue
			}
			out[verb] = d.Gate.Decide(ctx, actor, a.Name, t.ObjectFor(verb, roles)).Allowed
		}
	}
	if state.Final {
		for _, verb := range []string{"amend", "assign", "override_priority", "declare_major", "hold", "amend_plan"} {
			if out[verb] {
				out[verb] = false
			}
		}
	}
	return out
}

// visibleLinks loads the links of a record whose other end the actor may read.
func (d *Desk) visibleLinks(ctx context.Context, t ticket.Ticket) ([]ticket.Link, map[domain.TicketID]ticket.Ticket, error) {
	links, err := d.Tickets.Links(ctx, t)
	if err != nil || len(links) == 0 {
		return nil, nil, err
	}
	ids := make([]domain.TicketID, len(links))
	for i, l := range links {
		ids[i] = l.FromID + l.ToID - t.ID
	}
	others, err := d.Tickets.ByIDs(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	everything := map[domain.Kind]bool{}
	for _, o := range others {
		if _, asked := everything[o.Kind]; !asked {
			everything[o.Kind] = d.Gate.Scope(ctx, string(o.Kind)+".read").All
		}
		if everything[o.Kind] {
			continue
		}
		if err := d.Tickets.Permit(ctx, o, "read"); domain.KindOf(err) == domain.NotFound {
			delete(others, o.ID)
		} else if err != nil {
			return nil, nil, err
		}
	}
	seen := links[:0]
	for _, l := range links {
		if _, ok := others[l.FromID+l.ToID-t.ID]; ok {
			seen = append(seen, l)
		}
	}
	return seen, others, nil
}

func (d *Desk) other(t ticket.Ticket) Other {
	m := d.Tickets.Machine(t.Kind)
	return Other{Number: t.Number, Title: t.Title, State: t.State, StateLabel: stateLabel(m, t.State), Tone: tone(m, t.State), Kind: string(t.Kind)}
}

func attachment(a ticket.Attachment, c who.Cast) Attachment {
	return Attachment{Key: a.Key, Name: a.Name, Size: a.Size, MediaType: a.MediaType, AddedBy: c.One(a.AddedBy), AddedAt: a.AddedAt, Internal: a.Internal}
}

// record composes the shared part of a page.
func (d *Desk) record(ctx context.Context, t ticket.Ticket, s scene, f facets, moves []Move) Record {
	me := domain.ActorFrom(ctx).User
	r := Record{Row: d.row(t, s.cast, f), Description: t.Description, DescriptionHTML: markdown.HTML(t.Description), OpenedBy: s.cast.Person(t.OpenedBy),
		Watchers: s.cast.Persons(s.roles["watcher"]), Moves: rest.NotNil(moves), May: s.may, Links: []Link{}, CIs: s.cis, Attachments: []Attachment{}, Source: s.source}
	for _, w := range s.roles["watcher"] {
		r.Watching = r.Watching || w == me
	}
	for _, l := range s.links {
		kind := string(l.Kind)
		if l.ToID == t.ID {
			kind = string(l.Kind.Inverse())
		}
		r.Links = append(r.Links, Link{ID: l.Ref, Kind: kind, Other: d.other(s.others[l.FromID+l.ToID-t.ID])})
	}
	for _, a := range s.files {
		r.Attachments = append(r.Attachments, attachment(a, s.cast))
	}
	return r
}

// noRole is what a move says that the actor's roles do not allow.
const noRole = "your roles do not allow it"

// moves turns the offers of a state machine into what the page shows.
func (d *Desk) moves(ctx context.Context, m flow.Machine, offers []flow.Offer, s scene) []Move {
	actor, out := domain.ActorFrom(ctx), []Move{}
	for _, offer := range offers {
		mv := offer.Move
		move := Move{Event: mv.Event, Label: mv.Label, Tone: mv.Tone, To: mv.To, ToLabel: stateLabel(m, mv.To), Requires: rest.NotNil(mv.Requires)}
		switch {
		case !d.Gate.Decide(ctx, actor, mv.Action, s.object(mv.Action)).Allowed:
			move.Blocked = rest.Opt(noRole)
		case offer.Blocked != nil:
			move.Blocked = rest.Opt(blockedBy(offer.Blocked))
		}
		out = append(out, move)
	}
	return out
}

// blockedBy says in the words of the guard why a move is not possible now.
func blockedBy(err error) string {
	var own *domain.Error
	if errors.As(err, &own) {
		if own.Detail != "" {
			return own.Detail
		}
		return own.Title
	}
	return err.Error()
}
