package cause

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// Within is how long after the end of a change an incident is still held against it.
const Within = 72 * time.Hour

// most is how many suggestions are made.
const most = 10

// Hint is a record that may belong to another one, and why.
type Hint struct {
	Other ticket.Ticket
	CI    domain.CIID   // the item in which they meet
	Depth int           // how many steps the change reaches to it; 0: it changed the item itself
	After time.Duration // from the end of the change, or from its start while it goes on, to the incident
	Words int           // words that both titles have
}

// row is a meeting of a change and an incident in an item.
type row struct {
	Other      domain.TicketID
	CI         domain.CIID
	Depth      int
	Start, End *time.Time // of the change
	Opened     time.Time
}

// Suggest lists, for an incident, the changes that may have caused it, and, for a change, the incidents that it may have caused:
// those whose items the change reached when it was authorised, opened from its start until 72 hours after its end. The
// nearest come first, in steps, then in time, then by the words that the titles share. What has been said already, and
// what the actor may not read, is left out. Suggestions are for who reads the internal part of the record.
func (s *Service) Suggest(ctx context.Context, t ticket.Ticket) (out []Hint, err error) {
	if s.Tickets.Permit(ctx, t, "read_internal") != nil {
		return nil, nil
	}
	rows, err := s.meetings(ctx, t)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	said, err := s.store.of(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	known := map[domain.TicketID]bool{}
	for _, c := range said {
		known[c.other(t.ID)] = known[c.other(t.ID)] || c.Kind == CausedBy
	}
	ids := []domain.TicketID{}
	for _, r := range rows {
		ids = append(ids, r.Other)
	}
	others, err := s.Tickets.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	best := map[domain.TicketID]Hint{}
	for _, r := range rows {
		o, ok := others[r.Other]
		if !ok || known[r.Other] {
			continue
		}
		h := Hint{Other: o, CI: r.CI, Depth: r.Depth, After: r.after(), Words: shared(t.Title, o.Title)}
		if old, seen := best[r.Other]; !seen || nearer(h, old) < 0 {
			best[r.Other] = h
		}
	}
	for _, h := range best {
		if s.Tickets.Permit(ctx, h.Other, "read") == nil {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, nearer)
	return out[:min(len(out), most)], nil
}

func (s *Service) meetings(ctx context.Context, t ticket.Ticket) ([]row, error) {
	switch t.Kind {
	case domain.KindIncident:
		list, err := s.Tickets.CIs(ctx, t)
		items := make([]domain.CIID, len(list))
		for i, c := range list {
			items[i] = c.CIID
		}
		if err != nil || len(items) == 0 {
			return nil, err
		}
		return s.store.changesBefore(ctx, items, t.OpenedAt)
	case domain.KindChange:
		return s.store.incidentsAfter(ctx, t.ID)
	}
	return nil, nil
}

func (r row) after() time.Duration {
	if r.End != nil && r.Opened.After(*r.End) {
		return r.Opened.Sub(*r.End)
	}
	return 0 // while it went on
}

func nearer(a, b Hint) int {
	return cmp.Or(cmp.Compare(a.Depth, b.Depth), cmp.Compare(a.After, b.After), cmp.Compare(b.Words, a.Words), strings.Compare(a.Other.Number, b.Other.Number))
}

// shared counts the words of more than three letters that two titles have in common.
func shared(a, b string) (n int) {
	have := map[string]bool{}
	for _, w := range db.Words(a) {
		have[w] = len(w) > 3
	}
	for _, w := range db.Words(b) {
		if have[w] {
			n++
			have[w] = false
		}
	}
	return n
}
