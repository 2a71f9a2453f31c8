package incident

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/domain/ticket/bulk"
	"github.com/cabinetdesk/cabinet/policies"
)

// Batch is a part of another tool's history. Run, File and SHA256 say where it comes from: every event says so too.
type Batch struct {
	System  string
	Run     string // opaque reference
	File    string
	SHA256  string // of the file, hex
	Tickets []Imported
}

// Imported is one incident of another tool: what it was at several times, in the order in which it happened.
type Imported struct {
	Key       string // its number there
	Snapshots []Snapshot
}

// Snapshot is an incident as it was at a time. People and teams exist already.
type Snapshot struct {
	Line  int // of the file
	Hash  [32]byte
	At    time.Time
	ByRef string // the opaque reference of who did it; empty when the tool does not say

	Title, Description        string
	State                     string
	PendingOn, PendingReason  string
	Impact, Urgency, Priority int // Priority 0: the matrix gives it
	Requester, OpenedBy       domain.UserID
	Assignee                  domain.UserID
	People                    string // the names of requester and assignee, for the search
	Team                      domain.TeamID
	Service, ContactType      string
	Classification            string
	Subclassification         string
	OpenedAt                  time.Time  // zero: the first snapshot's time
	ResolvedAt, ClosedAt      *time.Time // nil: the tool does not say
	ResolvedBy, ResolvedByRef string     // name and opaque reference
	CloseCode, Resolution     string
	ReassignCount             int
	ReopenCount               int
	MadeSLA                   *bool
	Links                     []ImportedLink
	Labels                    Labels
}

// ImportedLink ties the incident to a record that exists.
type ImportedLink struct {
	Kind   ticket.LinkKind
	To     domain.TicketID
	Number string
}

// Labels are the tool's own words for what reports count.
type Labels struct {
	State, Priority, Impact, Urgency, ContactType, Category, Team string
}

// ImportResult says what became of one incident of a batch.
type ImportResult struct {
	Key       string
	Number    string
	Created   bool
	Applied   int // snapshots, each of them a version and an event
	Unchanged int // snapshots that had been applied before
	Refused   []ImportRefusal
}

// ImportRefusal says why a snapshot was not applied.
type ImportRefusal struct {
	Line   int
	Reason string
}

// Replayed is the fact that a snapshot of another tool was applied. Nothing reacts to it: what it tells is over.
type Replayed struct {
	ticket.Happened
	Incident Incident
}

// Import applies a part of another tool's history in one unit of work. A snapshot that has been applied before does
// nothing, so that the same file, or one that has grown, can be imported again. An incident that somebody
// has worked on here since is left alone, and its new snapshots are refused. Who may: import.run.
// Facts: Replayed, one a snapshot: incident.imported, then incident.imported_change.
func (s *Service) Import(ctx context.Context, b Batch) (out []ImportResult, err error) {
	if err := s.gate.Check(ctx, "import.run", policies.Object{}); err != nil {
		return nil, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		out = make([]ImportResult, len(b.Tickets))
		keys := make([]string, len(b.Tickets))
		for i, t := range b.Tickets {
			keys[i] = t.Key
		}
		known, err := s.store.imported(ctx, b.System, keys)
		if err != nil {
			return err
		}
		var fresh []*replay
		for i, t := range b.Tickets {
			r := &replay{batch: &b, key: t.Key, now: s.db.Now(ctx), result: &out[i]}
			r.result.Key = t.Key
			if k := known[t.Key]; k != nil {
				if err := s.append(ctx, r, k, t.Snapshots); err != nil {
					return err
				}
				continue
			}
			if r.play(t.Snapshots, nil); len(r.facts) > 0 {
				fresh = append(fresh, r)
			}
		}
		return s.insertMany(ctx, fresh)
	})
	return out, err
}

// insertMany writes incidents that are new here.
func (s *Service) insertMany(ctx context.Context, fresh []*replay) error {
	if len(fresh) == 0 {
		return nil
	}
	if err := s.number(ctx, fresh); err != nil {
		return err
	}
	var facts []domain.Fact
	rows := make([]bulk.Row, len(fresh))
	for i, r := range fresh {
		for _, f := range r.facts {
			f.Ticket.Number = r.incident.Ticket.Number
			f.Incident.Ticket.Number = f.Ticket.Number
			facts = append(facts, f)
		}
		rows[i] = bulk.Row{Ticket: &r.incident.Ticket, People: r.last.People}
	}
	if err := s.db.Emit(ctx, facts...); err != nil {
		return err
	}
	if err := bulk.Insert(ctx, s.db, rows); err != nil {
		return err
	}
	if err := s.store.insertImported(ctx, fresh); err != nil {
		return err
	}
	return s.tie(ctx, fresh)
}

// number gives each new incident its own number where that can be kept, otherwise one of the desk's.
func (s *Service) number(ctx context.Context, fresh []*replay) error {
	var wanted []string
	for _, r := range fresh {
		if bulk.KeepsNumber(r.key) {
			wanted = append(wanted, r.key)
		}
	}
	taken, err := bulk.Taken(ctx, s.db, wanted)
	if err != nil {
		return err
	}
	var without []*replay
	for _, r := range fresh {
		if !bulk.KeepsNumber(r.key) || taken[r.key] {
			without = append(without, r)
			continue
		}
		r.incident.Ticket.Number = r.key
		r.result.Number = r.key
	}
	numbers, err := bulk.Numbers(ctx, s.db, domain.KindIncident, len(without))
	for i, r := range without {
		r.incident.Ticket.Number, r.result.Number = numbers[i], numbers[i]
	}
	return err
}

func (s *Service) tie(ctx context.Context, replays []*replay) error {
	var links []ticket.Link
	for _, r := range replays {
		for _, l := range r.links {
			links = append(links, ticket.Link{Ref: s.tickets.Random(), FromID: r.incident.Ticket.ID, Kind: l.Kind, ToID: l.To, At: r.now})
		}
	}
	return bulk.Links(ctx, s.db, links)
}

// append applies what is new of an incident that was imported before, a version at a time.
func (s *Service) append(ctx context.Context, r *replay, k *imported, snapshots []Snapshot) error {
	fresh := slices.DeleteFunc(slices.Clone(snapshots), func(sn Snapshot) bool { return k.hashes[sn.Hash] })
	r.result.Unchanged, r.result.Number = len(snapshots)-len(fresh), k.number
	if len(fresh) == 0 {
		return nil
	}
	t, err := s.tickets.Lock(ctx, k.number, 0, "amend")
	if err != nil {
		return err
	}
	if t.Version != k.events {
		for _, sn := range fresh {
			r.refuse(sn, "the incident has been worked on here since it was imported")
		}
		return nil
	}
	i, err := s.withFacet(ctx, t)
	if err != nil {
		return err
	}
	tied, err := s.tickets.Links(ctx, t)
	if err != nil {
		return err
	}
	for _, l := range tied {
		r.links = append(r.links, ImportedLink{Kind: l.Kind, To: l.ToID})
	}
	r.play(fresh, &i)
	for _, f := range r.facts {
		next := f.Incident
		next.Ticket.Version-- // SaveAs counts it up
		err := s.tickets.SaveAs(ctx, &next, f.Before, f.Happened, func(h ticket.Happened) domain.Fact { return Replayed{h, next} },
			func(ctx context.Context) error { return s.store.update(ctx, next.Facet) })
		if err != nil {
			return err
		}
	}
	if len(r.facts) == 0 {
		return nil
	}
	if err := s.store.updateImported(ctx, r, k.events+int64(len(r.facts))); err != nil {
		return err
	}
	return s.tie(ctx, []*replay{r})
}

// replay is the history of one incident while it is being applied.
type replay struct {
	batch    *Batch
	key      string
	now      time.Time
	result   *ImportResult
	incident Incident
	last     Snapshot
	facts    []Replayed
	hashes   [][32]byte
	links    []ImportedLink
}

func (r *replay) refuse(sn Snapshot, reason string) {
	r.result.Refused = append(r.result.Refused, ImportRefusal{Line: sn.Line, Reason: reason})
}

// play applies snapshots to the incident in memory: from is nil for a new one.
func (r *replay) play(snapshots []Snapshot, from *Incident) {
	var before map[string]string
	if from != nil {
		r.incident, before = *from, from.Fields()
	}
	seen := map[[32]byte]bool{}
	for _, sn := range snapshots {
		if seen[sn.Hash] { // the same row twice in one file
			r.result.Unchanged++
			continue
		}
		next := r.incident
		if err := sn.enter(&next, r.batch.System, r.key); err != nil {
			r.refuse(sn, "it cannot be an incident here: "+reason(err))
			continue
		}
		seen[sn.Hash] = true
		what := "imported_change"
		if before == nil {
			what = "imported"
		}
		next.Ticket.Version++
		next.Ticket.UpdatedAt = sn.At
		after := next.Fields()
		r.facts = append(r.facts, Replayed{ticket.Happened{Ticket: next.Ticket, What: what, Before: before, After: after, From: before["state"],
			Details: r.details(sn), Scope: []string{"import:" + r.batch.Run}, At: sn.At, By: sn.ByRef}, next})
		r.hashes = append(r.hashes, sn.Hash)
		r.incident, r.last, before = next, sn, after
		r.result.Applied++
	}
	r.result.Created = from == nil && len(r.facts) > 0
}

// details is what the event says beside the changed fields: that it was imported and from where, and what has no field.
func (r *replay) details(sn Snapshot) []domain.FieldChange {
	source := r.batch.System + " " + r.key + ", line " + ticket.Int(sn.Line) + " of " + r.batch.File + " (SHA-256 " + r.batch.SHA256 + "), run " + r.batch.Run
	out := ticket.Detail("imported_from", source, "")
	if sn.ResolvedBy != r.last.ResolvedBy {
		out = append(out, ticket.Detail("resolved_by", sn.ResolvedBy, sn.ResolvedByRef)...)
	}
	var tied []string
	for _, l := range sn.Links {
		if slices.ContainsFunc(r.links, func(have ImportedLink) bool { return have.Kind == l.Kind && have.To == l.To }) {
			continue
		}
		r.links = append(r.links, l)
		tied = append(tied, string(l.Kind)+" "+l.Number)
	}
	return append(out, ticket.Detail("link", strings.Join(tied, ", "), "")...)
}

// enter makes the incident what the snapshot says. Category and times follow the state as everywhere, but a time
// of resolution that the tool does not know stays unknown.
func (sn Snapshot) enter(i *Incident, system, key string) error {
	st, ok := Flow.State(sn.State)
	if !ok {
		return Flow.Knows(sn.State)
	}
	t, f := &i.Ticket, &i.Facet
	t.Kind, t.Title, t.Description = domain.KindIncident, sn.Title, sn.Description
	if t.Title == "" {
		t.Title = "Incident " + key + " of " + system
	}
	t.RequesterID, t.AssigneeID, t.TeamID, t.Service, t.Classification = sn.Requester, sn.Assignee, sn.Team, sn.Service, sn.Classification
	if t.OpenedBy == 0 {
		t.OpenedBy = sn.OpenedBy
	}
	if t.OpenedAt.IsZero() || !sn.OpenedAt.IsZero() {
		t.OpenedAt = sn.OpenedAt
	}
	if t.OpenedAt.IsZero() {
		t.OpenedAt = sn.At
	}
	t.State, t.Category, t.ResolvedAt, t.ClosedAt = st.Name, st.Category, nil, nil
	if st.Category == flow.Done || st.Category == flow.Cancelled {
		t.ResolvedAt = sn.ResolvedAt
	}
	if st.Final {
		if t.ClosedAt = sn.ClosedAt; t.ClosedAt == nil {
			t.ClosedAt = &sn.At
		}
	}
	f.Impact, f.Urgency, f.ContactType, f.Subclassification = sn.Impact, sn.Urgency, sn.ContactType, sn.Subclassification
	f.PendingOn, f.PendingReason = "", ""
	if st.Name == StatePending {
		if f.PendingOn, f.PendingReason = sn.PendingOn, sn.PendingReason; !slices.Contains(PendingOn, f.PendingOn) {
			return domain.ErrInvalid.Because("an incident waits for user, vendor, change or problem")
		}
	}
	f.CloseCode, f.Resolution, f.ReassignCount, f.ReopenCount = sn.CloseCode, sn.Resolution, sn.ReassignCount, sn.ReopenCount
	f.PriorityOverride, f.OverrideReason = nil, ""
	if err := i.Grade(); err != nil {
		return err
	}
	if sn.Priority != 0 && sn.Priority != t.Priority {
		p := sn.Priority
		f.PriorityOverride, f.OverrideReason = &p, "Priority in "+system
	}
	return i.Grade()
}

func reason(err error) string {
	if d, ok := err.(*domain.Error); ok && d.Detail != "" {
		return d.Detail
	}
	return err.Error()
}
