package cis

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// RecordItem is a configuration item as a record shows it: what it is, how much that can be relied on, and how it has fared.
type RecordItem struct {
	Number        string   `json:"number" example:"CI-000123"`
	Name          string   `json:"name"`
	Class         string   `json:"class"`
	ClassLabel    string   `json:"class_label"`
	Status        string   `json:"status"`
	StatusLabel   string   `json:"status_label"`
	Role          string   `json:"role" enum:"primary,affected,impacted" doc:"affected: what the record is about; impacted: what suffers from it; primary: the first of a change's plan"`
	Criticality   *int     `json:"criticality" doc:"1 the most critical to 4"`
	Serial        *string  `json:"serial"`
	Tags          []string `json:"tags"`
	WarrantyUntil *string  `json:"warranty_until" doc:"A date"`
	InWarranty    *bool    `json:"in_warranty" doc:"null where nothing is known"`
	SupportUntil  *string  `json:"support_until" doc:"A date"`
	Failures      int      `json:"failures_90d" doc:"Incidents about it that were opened in the last 90 days, with this one"`
	OpenTickets   int      `json:"open_tickets" doc:"Records about it that are not done, with this one"`
	StaleDays     *int     `json:"stale_days" doc:"For how many days nobody and nothing has confirmed it; null for never confirmed"`
	Missing       []string `json:"missing" doc:"Wanted facts that nobody knows"`
	Requester     bool     `json:"requesters" doc:"The person for whom the record was opened uses or owns it"`
	// Then is only there when a moment was asked for.
	Then *ItemThen `json:"then,omitempty" doc:"As it was at the moment that was asked for; null when it was not known then"`
}

// ItemThen is an item as it was at a moment. In what it differs now, its comparison says.
type ItemThen struct {
	Name        string `json:"name"`
	Class       string `json:"class"`
	ClassLabel  string `json:"class_label"`
	Status      string `json:"status"`
	StatusLabel string `json:"status_label"`
}

// named is an item of a record, from wherever it is kept.
type named struct {
	id   domain.CIID
	role string
}

// failuresWithin is how far back failures are counted.
const failuresWithin = 90 * 24 * time.Hour

// Of gives the items of a record that the actor may see: what was tied to it, or, of a change, what its plan names.
func (d *Desk) Of(ctx context.Context, t ticket.Ticket) ([]RecordItem, error) {
	return d.cards(ctx, t, cmdb.Moment{})
}

func (d *Desk) named(ctx context.Context, t ticket.Ticket) (out []named, err error) {
	if t.Kind == domain.KindChange {
		k, err := d.Impact.Of(ctx, t.ID)
		for _, p := range k.Parts {
			if p.Depth == 0 {
				out = append(out, named{p.CI, string(p.Role)})
			}
		}
		slices.SortStableFunc(out, func(a, b named) int { return strings.Compare(b.role, a.role) })
		return out, err
	}
	list, err := d.Tickets.CIs(ctx, t)
	for _, c := range list {
		out = append(out, named{c.CIID, string(c.Role)})
	}
	return out, err
}

func (d *Desk) cards(ctx context.Context, t ticket.Ticket, then cmdb.Moment) ([]RecordItem, error) {
	list, err := d.named(ctx, t)
	if err != nil || len(list) == 0 {
		return []RecordItem{}, err
	}
	ids := make([]domain.CIID, len(list))
	for i, n := range list {
		ids[i] = n.id
	}
	// What was merged since is shown as the item that it lives on in, once.
	on, err := d.CMDB.LivingOn(ctx, ids)
	if err != nil {
		return nil, err
	}
	found := map[domain.CIID]cmdb.CI{}
	list = slices.DeleteFunc(list, func(n named) bool { _, there := on[n.id]; return !there })
	for i, n := range list {
		list[i].id, found[on[n.id].ID] = on[n.id].ID, on[n.id]
	}
	ids = ids[:0]
	list = slices.DeleteFunc(list, func(n named) bool {
		again := slices.Contains(ids, n.id)
		ids = append(ids, n.id)
		return again
	})
	found = d.CMDB.Readable(ctx, found)
	ids = slices.DeleteFunc(ids, func(id domain.CIID) bool { _, seen := found[id]; return !seen })
	now := d.Tickets.DB.Now(ctx)
	repairs, err := d.Tickets.RepairsOf(ctx, ids, now.Add(-failuresWithin))
	if err != nil {
		return nil, err
	}
	out := []RecordItem{}
	for _, n := range list {
		c, seen := found[n.id]
		if !seen {
			continue
		}
		card, err := d.card(ctx, c, now)
		if err != nil {
			return nil, err
		}
		card.Role, card.Failures, card.OpenTickets = n.role, repairs[n.id].Failures, repairs[n.id].Open
		card.Requester = t.RequesterID != 0 && (c.Facts.UsedBy == t.RequesterID || c.Facts.OwnerID == t.RequesterID)
		if !then.Now() {
			if card.Then, err = d.then(ctx, c, then); err != nil {
				return nil, err
			}
		}
		out = append(out, card)
	}
	return out, nil
}

func (d *Desk) card(ctx context.Context, c cmdb.CI, now time.Time) (RecordItem, error) {
	m, _, err := d.CMDB.Model(ctx)
	if err != nil {
		return RecordItem{}, err
	}
	fresh, err := d.CMDB.Fresh(ctx, c)
	if err != nil {
		return RecordItem{}, err
	}
	f := c.Facts
	out := RecordItem{Number: c.Number, Name: f.Name, Class: f.Class, ClassLabel: classLabel(m, f.Class), Status: f.Status, StatusLabel: statusLabel(f.Status),
		Serial: rest.Opt(f.Serial), Tags: rest.NotNil(f.TagList()), WarrantyUntil: rest.Opt(f.WarrantyUntil), SupportUntil: rest.Opt(f.SupportUntil), Missing: rest.NotNil(fresh.Missing)}
	if f.Criticality > 0 {
		out.Criticality = &f.Criticality
	}
	if f.WarrantyUntil != "" {
		in := f.WarrantyUntil >= now.Format("2006-01-02")
		out.InWarranty = &in
	}
	if fresh.SeenAt != nil {
		days := max(0, int(now.Sub(*fresh.SeenAt)/(24*time.Hour)))
		out.StaleDays = &days
	}
	return out, nil
}

// then is what an item was; nil when it was not known at the moment.
func (d *Desk) then(ctx context.Context, c cmdb.CI, then cmdb.Moment) (*ItemThen, error) {
	old, err := d.CMDB.At(ctx, c.Number, then)
	if domain.KindOf(err) == domain.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m, _, err := d.CMDB.Model(ctx)
	if err != nil {
		return nil, err
	}
	return &ItemThen{Name: old.Facts.Name, Class: old.Facts.Class, ClassLabel: classLabel(m, old.Facts.Class), Status: old.Facts.Status, StatusLabel: statusLabel(old.Facts.Status)}, nil
}

type recordCIsInput struct {
	Number string `path:"number" maxLength:"40"`
	Moment
}

func (d *Desk) recordCIs(ctx context.Context, in *recordCIsInput) (*rest.Body[rest.Items[RecordItem]], error) {
	m, err := in.parse()
	if err != nil {
		return nil, err
	}
	t, err := d.Tickets.Get(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	list, err := d.cards(ctx, t, m)
	if err != nil {
		return nil, err
	}
	return rest.List(list), nil
}

type addCIInput struct {
	Number string `path:"number" maxLength:"40"`
	Body   struct {
		CI   string `json:"ci" maxLength:"40" doc:"The number of a configuration item"`
		Role string `json:"role,omitempty" enum:"affected,impacted" default:"affected" doc:"affected: what the record is about; impacted: what suffers from it"`
	}
}

func (d *Desk) addCI(ctx context.Context, in *addCIInput) (*rest.Body[rest.Items[RecordItem]], error) {
	t, err := d.Tickets.AddCI(ctx, in.Number, in.Body.CI, ticket.CIRole(in.Body.Role))
	if err != nil {
		return nil, err
	}
	list, err := d.Of(ctx, t)
	if err != nil {
		return nil, err
	}
	return rest.List(list), nil
}

type removeCIInput struct {
	Number string `path:"number" maxLength:"40"`
	CI     string `path:"id" maxLength:"40" doc:"The number of a configuration item"`
}

func (d *Desk) removeCI(ctx context.Context, in *removeCIInput) (*rest.Empty, error) {
	_, err := d.Tickets.RemoveCI(ctx, in.Number, in.CI)
	return nil, err
}

// ItemChoice is an item that somebody may choose for a record.
type ItemChoice struct {
	Number     string  `json:"number"`
	Name       string  `json:"name"`
	ClassLabel string  `json:"class_label"`
	Status     string  `json:"status"`
	Serial     *string `json:"serial"`
	Own        bool    `json:"own" doc:"The person for whom it is chosen uses or owns it"`
}

type suggestInput struct {
	Q   string `query:"q" maxLength:"100" doc:"Name, number, serial number, address or owner; without it, the person's own devices"`
	For string `query:"for" maxLength:"128" doc:"The person for whom the record is: their own devices come first; me by default"`
}

const suggested = 20

// suggest lists items to choose from: the person's own first, then the one whose number it is, then whatever is found.
func (d *Desk) suggest(ctx context.Context, in *suggestInput) (*rest.Body[rest.Items[ItemChoice]], error) {
	person := in.For
	if person == "" {
		person = "me"
	}
	m, _, err := d.CMDB.Model(ctx)
	if err != nil {
		return nil, err
	}
	q, out, seen := strings.TrimSpace(in.Q), []ItemChoice{}, map[domain.CIID]bool{}
	put := func(own bool, items ...cmdb.CI) {
		for _, c := range items {
			if seen[c.ID] || len(out) >= suggested || c.Facts.Presence != cmdb.Present || c.Facts.Status == cmdb.Disposed {
				continue
			}
			seen[c.ID] = true
			out = append(out, ItemChoice{Number: c.Number, Name: c.Facts.Name, ClassLabel: classLabel(m, c.Facts.Class), Status: c.Facts.Status, Serial: rest.Opt(c.Facts.Serial), Own: own})
		}
	}
	ask := func(f cmdb.Filter, own bool) error {
		f.Q, f.Sort, f.Limit = q, "name", suggested
		page, err := d.CMDB.List(ctx, f, names{d.Directory, d.People})
		if err != nil {
			return err
		}
		put(own, page.Items...)
		return nil
	}
	for _, f := range []cmdb.Filter{{UsedBy: person}, {Owner: person}} {
		if err := ask(f, true); err != nil {
			return nil, err
		}
	}
	if q != "" {
		switch c, err := d.CMDB.Get(ctx, q); domain.KindOf(err) {
		case domain.NotFound, domain.Invalid:
		default:
			if err != nil {
				return nil, err
			}
			put(false, c)
		}
		if err := ask(cmdb.Filter{}, false); err != nil {
			return nil, err
		}
	}
	return rest.List(out), nil
}
