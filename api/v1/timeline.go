package v1

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/markdown"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/story"
	"github.com/cabinetdesk/cabinet/api/v1/aftermath"
	"github.com/cabinetdesk/cabinet/api/v1/pipelines"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// Entry, FieldChange and Seal are the forms of a timeline; see package story.
type (
	Entry       = story.Entry
	FieldChange = story.FieldChange
	Seal        = story.Seal
)

type timelineInput struct {
	Number string `path:"number" maxLength:"40"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"100"`
	After  string `query:"after" maxLength:"40" doc:"The marker of a page"`
}

// timeline tells the history of a record from the log, oldest first: public events to everybody who may read the
// record, internal ones with read_internal, restricted ones with audit.read.
func (d *Desk) timeline(ctx context.Context, in *timelineInput) (*rest.Body[rest.Page[Entry]], error) {
	t, err := d.Tickets.Get(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	roles, err := d.Tickets.Participants(ctx, t)
	if err != nil {
		return nil, err
	}
	seen := d.visibilities(ctx, t, t.ObjectFor("read_internal", roles))
	f := audit.Filter{EntityKind: string(t.Kind), Entity: t.Number, Visibilities: seen, After: in.After, OldestFirst: true, Limit: in.Limit + 1}
	parts, err := d.parts(ctx, t)
	if err != nil {
		return nil, err
	}
	if !parts.Empty() { // what happened to its parts is told with it
		f.EntityKind, f.Entity, f.Among = "", "", parts.Among(map[string][]string{string(t.Kind): {t.Number}})
	}
	if in.After != "" {
		e, err := d.Audit.Event(ctx, in.After)
		_, ofPart := parts.Of(e)
		if own := e.EntityKind == string(t.Kind) && e.Entity == t.Number; err != nil || !own && !ofPart {
			return nil, domain.ErrCursor
		}
	}
	events, err := d.Audit.Events(ctx, f)
	if err != nil {
		return nil, err
	}
	page := rest.Page[Entry]{Items: []Entry{}}
	if len(events) > in.Limit {
		events = events[:in.Limit]
		page.Next = rest.Opt(events[in.Limit-1].ID)
	}
	comments, err := d.Tickets.Comments(ctx, t, slices.Contains(seen, domain.InternalV))
	if err != nil {
		return nil, err
	}
	if page.Items, err = d.entries(ctx, t, events, comments); err != nil {
		return nil, err
	}
	for i, e := range events {
		if words, ok := parts.Of(e); ok {
			page.Items[i].Label += words
		}
	}
	return &rest.Body[rest.Page[Entry]]{Body: page}, nil
}

// parts gathers what a record's history is told with, of what the actor may read.
func (d *Desk) parts(ctx context.Context, t ticket.Ticket) (out story.Parts, err error) {
	out = story.Parts{}
	if t.Kind == domain.KindRequest {
		titles, err := d.titles(ctx, t)
		out[story.Task] = quoted(titles)
		return out, err
	}
	if t.Kind == domain.KindChange {
		met, err := d.times.Told(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		for id, words := range met {
			met[id] = ": " + words
		}
		work, err := d.Work.Of(ctx, t.Number)
		if err != nil {
			return nil, err
		}
		tasks := map[string]string{}
		for _, x := range work.Tasks {
			tasks[x.Number] = x.Title
		}
		if err := pipelines.Told(ctx, d.Pipelines, t.Number, out); err != nil {
			return nil, err
		}
		tried, err := d.Attempts.Of(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		out[story.Attempt] = map[string]string{}
		for _, a := range tried {
			out[story.Attempt][a.Ref] = ""
		}
		out[story.Conflict], out[story.ChangeTask], out[story.Review] = met, quoted(tasks), map[string]string{t.Number: ""}
	}
	if t.Kind == domain.KindChange || t.Kind == domain.KindIncident {
		out[story.Cause], err = aftermath.Told(ctx, d.Causes, t.Number)
	}
	return out, err
}

func quoted(titles map[string]string) map[string]string {
	for number, title := range titles {
		titles[number] = " “" + title + "”"
	}
	return titles
}

func (d *Desk) visibilities(ctx context.Context, t ticket.Ticket, o policies.Object) []domain.Visibility {
	actor := domain.ActorFrom(ctx)
	seen := []domain.Visibility{domain.Public}
	if d.Gate.Decide(ctx, actor, string(t.Kind)+".read_internal", o).Allowed {
		seen = append(seen, domain.InternalV)
	}
	if d.Gate.Decide(ctx, actor, "audit.read", policies.Object{}).Allowed {
		seen = append(seen, domain.Restricted)
	}
	return seen
}

// entries turns events of one record into lines.
func (d *Desk) entries(ctx context.Context, t ticket.Ticket, events []audit.Event, comments []ticket.Comment) ([]Entry, error) {
	w, err := d.words(ctx, t.Kind, events)
	if err != nil {
		return nil, err
	}
	said := map[string]ticket.Comment{}
	for _, c := range comments {
		said[c.EventID] = c
	}
	out := make([]Entry, 0, len(events))
	for _, e := range events {
		entry := Entry{ID: e.ID, At: e.OccurredAt, RecordedAt: e.RecordedAt, Actor: story.ActorOf(e.Actor, w.refs), OnBehalfOf: w.behalf(e.OnBehalfOf), Type: e.Type,
			Label: story.Label(e.Type), Kind: kindOf(e), Internal: e.Visibility != domain.Public, Changes: w.changes(e), Seal: story.SealOf(e), Via: e.Via}
		text := ""
		if c, ok := said[e.ID]; ok {
			entry.CommentID, text = &c.Ref, c.Body
		} else {
			for _, c := range e.Changes {
				if c.Field == "comment" {
					text = c.After
				}
			}
		}
		if text != "" {
			entry.Body, entry.BodyHTML = &text, rest.Opt(markdown.HTML(text))
		}
		out = append(out, entry)
	}
	return out, nil
}

var entryKinds = map[string]string{
	"found": "system", "found_again": "system", "replied": "reply", "noted": "note", "linked": "link", "unlinked": "link", "ci_added": "link", "ci_removed": "link", "attached": "attachment", "imported": "import", "imported_change": "import",
	"approved": "approval", "rejected_by": "approval", "recused": "approval", "authorized": "approval", "rejected": "approval", "replanned": "field",
}

func kindOf(e audit.Event) string {
	_, what, _ := strings.Cut(e.Type, ".")
	switch kind, ok := entryKinds[what]; {
	case ok:
		return kind
	case e.StateFrom != e.StateTo && e.StateFrom != "":
		return "move"
	case e.Actor == "system":
		return "system"
	}
	return "field"
}

// silent are fields that a timeline does not show: what another field says, what the body says, and bookkeeping.
var silent = []string{"comment", "approvals", "digest", "editors", "sha256", "policy_version", "rule", "delegation", "opened_at", "resolved_at", "closed_at",
	"reopen_count", "reassign_count", "known_error_at", "site", "hold_since", "actual_start", "actual_end", "slot", "assessment", "plan_form", "model_version", "answers", "peer_digest", "peer_at", "peer", "peer_note", "risk_lowered_from", "risk_lowered", "risk_computed", "retro_late_at", "retro_due_at", "retro_state", "exceptions", "lane",
	"started_by", "position"}

// fieldLabels are the words for fields whose name does not read well.
var fieldLabels = map[string]string{"ci": "Item", "due_at": "Due", "pending_on": "Waits for", "pending_reason": "Because", "priority_override": "Priority set to",
	"override_reason": "Because", "major_reason": "Because", "hold_reason": "Because", "link": "Link", "attachment": "File", "watcher": "Follower", "reason": "Because", "until": "Until"}

// words turns the log's canonical texts into people's words.
type words struct {
	desk  *Desk
	kind  domain.Kind
	refs  map[string]people.Person
	cast  who.Cast
	sites map[domain.SiteID]people.Site
}

// personFields hold the key of a person, listFields a JSON list of such keys.
var (
	personFields = []string{"requester", "assignee", "owner", "watcher", "deployer"}
	listFields   = []string{"implementers", "editors"}
)

func (d *Desk) words(ctx context.Context, kind domain.Kind, events []audit.Event) (words, error) {
	w := words{desk: d, kind: kind}
	var refs []string
	var users []domain.UserID
	var teams []domain.TeamID
	for _, e := range events {
		refs = append(refs, e.Actor)
		if n, err := strconv.ParseInt(e.OnBehalfOf, 10, 64); err == nil {
			users = append(users, domain.UserID(n))
		} else if e.OnBehalfOf != "" {
			refs = append(refs, e.OnBehalfOf)
		}
		for _, c := range e.Changes {
			for _, v := range []string{c.Before, c.After} {
				switch {
				case slices.Contains(personFields, c.Field):
					users = append(users, domain.UserID(number(v)))
				case slices.Contains(listFields, c.Field):
					users = append(users, userList(v)...)
				case c.Field == "team":
					teams = append(teams, domain.TeamID(number(v)))
				}
			}
		}
	}
	slices.Sort(refs)
	var err error
	if w.refs, err = d.People.ByRefs(ctx, slices.Compact(refs)); err != nil {
		return w, err
	}
	if w.cast, err = d.Cast(ctx, users, teams...); err != nil {
		return w, err
	}
	w.sites, err = d.People.SitesByID(ctx)
	return w, err
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func userList(s string) (out []domain.UserID) {
	var ids []int64
	if json.Unmarshal([]byte(s), &ids) != nil {
		return nil
	}
	for _, id := range ids {
		out = append(out, domain.UserID(id))
	}
	return out
}

func (w words) behalf(ref string) *who.Person {
	if ref == "" {
		return nil
	}
	if p, ok := w.refs[ref]; ok {
		person := who.Of(p)
		return &person
	}
	return w.cast.Person(domain.UserID(number(ref)))
}

// changes lists what an event changed, in words. The first event of a record changes nothing: it is the record.
func (w words) changes(e audit.Event) []FieldChange {
	out := []FieldChange{}
	m := w.desk.Tickets.Machine(w.kind)
	if e.EntityKind == string(domain.KindTask) {
		m = request.TaskFlow
	}
	if told, ok := story.PartFields[e.EntityKind]; ok {
		for _, c := range e.Changes {
			if c.After != "" && slices.Contains(told, c.Field) {
				l, ok := fieldLabels[c.Field]
				if !ok {
					l = strings.ToUpper(c.Field[:1]) + c.Field[1:]
				}
				out = append(out, FieldChange{Field: c.Field, Label: l, After: rest.Opt(w.value(c.Field, c.After)), Erased: c.Erased})
			}
		}
		return out
	}
	if e.StateFrom != e.StateTo && e.StateFrom != "" {
		before, after := stateLabel(m, e.StateFrom), stateLabel(m, e.StateTo)
		out = append(out, FieldChange{Field: "state", Label: "State", Before: &before, After: &after})
	}
	if e.Version == 1 {
		return out
	}
	for _, c := range e.Changes {
		if slices.Contains(silent, c.Field) {
			continue
		}
		l, ok := fieldLabels[c.Field]
		if !ok {
			l = strings.ToUpper(c.Field[:1]) + strings.ReplaceAll(c.Field[1:], "_", " ")
		}
		out = append(out, FieldChange{Field: c.Field, Label: l, Before: rest.Opt(w.value(c.Field, c.Before)), After: rest.Opt(w.value(c.Field, c.After)), Erased: c.Erased})
	}
	return out
}

var (
	priorityWords = map[string]string{"1": "Critical", "2": "High", "3": "Moderate", "4": "Low"}
	levelWords    = map[string]string{"1": "High", "2": "Medium", "3": "Low"}
)

// longest is how much of a long text a line shows, in characters; the whole is on the page or in the log.
const longest = 280

// value is a value as a line shows it.
func (w words) value(field, v string) string {
	v = w.plain(field, v)
	if r := []rune(v); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return v
}

// plain is a value with people's and teams' keys turned into names; no key leaves the server.
func (w words) plain(field, v string) string {
	switch {
	case v == "":
		return ""
	case slices.Contains(personFields, field):
		if number(v) == 0 {
			return ""
		}
		return w.cast.Name(domain.UserID(number(v)))
	case slices.Contains(listFields, field):
		var names []string
		for _, u := range userList(v) {
			names = append(names, w.cast.Name(u))
		}
		return strings.Join(names, ", ")
	case field == "team":
		if t := w.cast.Team(domain.TeamID(number(v))); t != nil {
			return t.Name
		}
		return ""
	case field == "site":
		return w.sites[domain.SiteID(number(v))].Name
	case field == "affected_services":
		var names []string
		if json.Unmarshal([]byte(v), &names) != nil {
			return v
		}
		return strings.Join(names, ", ")
	case field == "priority" || field == "priority_override":
		return priorityWords[v]
	case field == "impact" || field == "urgency":
		return levelWords[v]
	case field == "outcome" || field == "pending_on" || field == "model" || field == "risk":
		return strings.ReplaceAll(v, "_", " ")
	}
	if t, err := time.Parse("2006-01-02T15:04:05.000000Z", v); err == nil {
		return t.Format("2006-01-02 15:04 UTC")
	}
	return v
}
