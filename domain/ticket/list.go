package ticket

import (
	"context"
	"html"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// Names turns what the outside calls people and teams into keys; the caller of a list supplies it.
type Names interface {
	UserByRef(ctx context.Context, ref string) (domain.UserID, error)
	TeamByKey(ctx context.Context, key string) (domain.TeamID, error)
}

// kindScope is what the actor may see of one kind.
type kindScope struct {
	kind  domain.Kind
	scope policies.Scope
}

// scopesOf is what the actor may do to a kind, or, without one, to each of the four.
func (s *Service) scopesOf(ctx context.Context, kind domain.Kind, action string) []kindScope {
	kinds := domain.Records[:]
	if kind != "" {
		kinds = []domain.Kind{kind}
	}
	var out []kindScope
	for _, k := range kinds {
		out = append(out, kindScope{k, s.Gate.Scope(ctx, string(k)+"."+action)})
	}
	return out
}

func everything(scopes []kindScope) bool {
	for _, k := range scopes {
		if !k.scope.All {
			return false
		}
	}
	return true
}

func (s *Service) resolve(ctx context.Context, f Filter, names Names) (r resolved, err error) {
	r.Filter, r.openOnly = f, s.onlyOpen(f)
	me := domain.ActorFrom(ctx).User
	person := func(dst *domain.UserID, ref, where string) error {
		switch ref {
		case "", "none":
		case "me":
			*dst = me
		default:
			if *dst, err = names.UserByRef(ctx, ref); err != nil {
				return ErrFilter.With("query."+where, "there is no such person")
			}
		}
		return nil
	}
	if err := person(&r.assignee, f.Assignee, "assignee"); err != nil {
		return r, err
	}
	if err := person(&r.requester, f.Requester, "requester"); err != nil {
		return r, err
	}
	if f.Team != "" {
		if r.team, err = names.TeamByKey(ctx, f.Team); err != nil {
			return r, ErrFilter.With("query.team", "there is no such team")
		}
	}
	return r, s.resolveItems(ctx, &r)
}

// resolveItems looks up the items that a filter names; what the actor may not read does not exist.
func (s *Service) resolveItems(ctx context.Context, r *resolved) error {
	unknown := func(err error, where string) error {
		if domain.KindOf(err) == domain.NotFound || domain.KindOf(err) == domain.Invalid {
			return ErrFilter.With("query."+where, "there is no such configuration item")
		}
		return err
	}
	if r.CI != "" {
		id, _, err := s.Items.ItemByNumber(ctx, r.CI)
		if err != nil {
			return unknown(err, "ci")
		}
		ids, err := s.Items.Including(ctx, []domain.CIID{id})
		if err != nil {
			return err
		}
		r.items = append(r.items, ids)
	}
	if r.CIImpact != "" {
		ids, err := s.Items.Dependencies(ctx, r.CIImpact)
		if err != nil {
			return unknown(err, "ci_impact")
		}
		r.items = append(r.items, ids)
	}
	return nil
}

// List gives one page of what the actor may see under a filter.
func (s *Service) List(ctx context.Context, f Filter, names Names) (Page, error) {
	r, err := s.resolve(ctx, f, names)
	if err != nil {
		return Page{}, err
	}
	return s.store.list(ctx, r, s.scopesOf(ctx, f.Kind, "read"), domain.ActorFrom(ctx), s.DB.Now(ctx))
}

// Count counts under a filter, up to CountCap.
func (s *Service) Count(ctx context.Context, f Filter, names Names) (int64, error) {
	r, err := s.resolve(ctx, f, names)
	if err != nil {
		return 0, err
	}
	return s.store.count(ctx, r, s.scopesOf(ctx, f.Kind, "read"), domain.ActorFrom(ctx), s.DB.Now(ctx))
}

// eachPage is how many rows Each reads at once.
const eachPage = 1000

// Each yields every record under a filter that the actor may read and export, in the order of the list, a page at a
// time; the filter's page marker and size do not count. Call it in a snapshot (db.DB.Snapshot), so that all
// pages are as of one instant.
func (s *Service) Each(ctx context.Context, f Filter, names Names, yield func([]Ticket) error) error {
	r, err := s.resolve(ctx, f, names)
	if err != nil {
		return err
	}
	r.After, r.Limit, r.Count = "", eachPage, false
	if r.Sort == "" {
		r.Sort = "number"
	}
	readable, exportable := s.scopesOf(ctx, f.Kind, "read"), s.scopesOf(ctx, f.Kind, "export")
	for {
		page, err := s.store.list(ctx, r, readable, domain.ActorFrom(ctx), s.DB.Now(ctx), exportable)
		if err != nil {
			return err
		}
		if err := yield(page.Tickets); err != nil || page.Next == "" {
			return err
		}
		r.After = page.Next
	}
}

// Totals counts, without a cap, what is under a filter: what the actor may read, and what of it they may export.
func (s *Service) Totals(ctx context.Context, f Filter, names Names) (readable, exportable int64, err error) {
	r, err := s.resolve(ctx, f, names)
	if err != nil {
		return 0, 0, err
	}
	read, export := s.scopesOf(ctx, f.Kind, "read"), s.scopesOf(ctx, f.Kind, "export")
	actor, now := domain.ActorFrom(ctx), s.DB.Now(ctx)
	if readable, err = s.store.total(ctx, r, actor, now, read); err != nil {
		return 0, 0, err
	}
	exportable, err = s.store.total(ctx, r, actor, now, read, export)
	return readable, exportable, err
}

// Search finds tickets that have all the words, the one opened last first. Notes are searched only for those who may
// read the notes of everything.
func (s *Service) Search(ctx context.Context, q string, kind domain.Kind, limit int) ([]Hit, error) {
	q, err := Line("query.q", q, MaxTitle)
	if err != nil {
		return nil, err
	}
	sc, notes := s.scopesOf(ctx, kind, "read"), everything(s.scopesOf(ctx, kind, "read_internal"))
	tickets, err := s.store.search(ctx, q, kind, limit, sc, notes)
	if err != nil {
		return nil, err
	}
	if t, err := s.Get(ctx, q); err == nil && (kind == "" || kind == t.Kind) {
		tickets = append([]Ticket{t}, without(tickets, t.ID)...)
	}
	ids := make([]domain.TicketID, len(tickets))
	for i, t := range tickets {
		ids[i] = t.ID
	}
	said, err := s.store.saidIn(ctx, ids, notes)
	if err != nil {
		return nil, err
	}
	ws := db.Words(q)
	hits := make([]Hit, len(tickets))
	for i, t := range tickets {
		hits[i] = Hit{Ticket: t}
		for _, part := range []Highlight{{"number", t.Number}, {"title", t.Title}, {"description", t.Description}, {"comment", said[t.ID]}} {
			if h, ok := highlight(part.HTML, ws); ok {
				hits[i].Highlights = append(hits[i].Highlights, Highlight{part.Field, h})
			}
		}
	}
	return hits, nil
}

func without(list []Ticket, id domain.TicketID) []Ticket {
	out := list[:0]
	for _, t := range list {
		if t.ID != id {
			out = append(out, t)
		}
	}
	return out
}

// highlight cuts a passage around the first word found and marks every word in it; ok is false when no
// word is in the text.
func highlight(text string, ws []string) (string, bool) {
	low := strings.ToLower(text)
	if len(low) != len(text) { // a letter whose lower case is longer: offsets would not fit
		low = text
	}
	first := -1
	for _, w := range ws {
		if i := wordAt(low, w, 0); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	if first < 0 {
		return "", false
	}
	from, to := max(0, first-60), min(len(text), first+140)
	for from > 0 && text[from]&0xC0 == 0x80 {
		from--
	}
	for to < len(text) && text[to]&0xC0 == 0x80 {
		to++
	}
	var b strings.Builder
	if from > 0 {
		b.WriteString("…")
	}
	for i := from; i < to; {
		n := 0
		for _, w := range ws {
			if len(w) > n && wordAt(low[:to], w, i) == i {
				n = len(w)
			}
		}
		if n > 0 {
			b.WriteString("<mark>" + html.EscapeString(text[i:i+n]) + "</mark>")
			i += n
			continue
		}
		j := i + 1
		for j < to && text[j]&0xC0 == 0x80 {
			j++
		}
		b.WriteString(html.EscapeString(text[i:j]))
		i = j
	}
	if to < len(text) {
		b.WriteString("…")
	}
	return b.String(), true
}

// wordAt finds where a word begins in lower-case text, at or after from; -1 when it does not.
func wordAt(low, w string, from int) int {
	for from <= len(low)-len(w) {
		i := strings.Index(low[from:], w)
		if i < 0 {
			return -1
		}
		i += from
		if i == 0 || !isWordByte(low[i-1]) {
			return i
		}
		from = i + 1
	}
	return -1
}

func isWordByte(b byte) bool {
	return b >= 0x80 || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// reindex rewrites what a ticket is found by, in the same unit of work.
func (s *Service) reindex(ctx context.Context, t Ticket) error {
	said, err := s.store.comments(ctx, t.ID, true)
	if err != nil {
		return err
	}
	var public, notes strings.Builder
	for _, c := range said {
		b := &public
		if c.Internal {
			b = &notes
		}
		if b.Len()+len(c.Body) < maxDocument {
			b.WriteString(c.Body)
			b.WriteByte('\n')
		}
	}
	names, err := s.People.NamesOf(ctx, []domain.UserID{t.RequesterID, t.AssigneeID})
	if err != nil {
		return err
	}
	return s.store.index(ctx, t.ID, document{number: t.Number, title: t.Title, description: t.Description,
		comments: public.String(), notes: notes.String(), people: names[t.RequesterID] + " " + names[t.AssigneeID]})
}

// States yields the state of every record of a kind, for the verification of the log. facets gives the
// kind's own part for a page of records.
func (s *Service) States(ctx context.Context, kind domain.Kind, facets func(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]map[string]string, error),
	yield func(entity string, version int64, state map[string]string) error) error {
	return s.store.each(ctx, kind, func(page []Ticket) error {
		ids := make([]domain.TicketID, len(page))
		for i, t := range page {
			ids[i] = t.ID
		}
		parts, err := facets(ctx, ids)
		if err != nil {
			return err
		}
		for _, t := range page {
			if err := yield(t.Number, t.Version, Merge(t.Fields(), parts[t.ID])); err != nil {
				return err
			}
		}
		return nil
	})
}
