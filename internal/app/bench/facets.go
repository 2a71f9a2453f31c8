package bench

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/request"
)

// The tables of the facets and their columns after ticket_id; defaults do for the rest.
var facetTables = map[domain.Kind]struct {
	name    string
	columns []string
}{
	domain.KindIncident: {"incidents", []string{"impact", "urgency", "contact_type", "resolution"}},
	domain.KindRequest:  {"requests", []string{"fulfilment"}},
	domain.KindProblem:  {"problems", []string{"root_cause", "workaround"}},
	domain.KindChange: {"changes", []string{"version", "model", "risk", "owner_id", "justification", "implementation_plan", "test_plan", "backout_plan",
		"planned_start", "planned_end", "affected_services", "implementers", "editors", "revision", "digest", "outcome"}},
}

// facet gives a ticket the part of its kind: as the log states it, and as its row holds it.
func (m *made) facet(it *item, opened time.Time) {
	t, r := it.Ticket, m.rng
	switch t.Kind {
	case domain.KindIncident:
		f := incident.Facet{Impact: 1 + r.IntN(3), Urgency: 1 + r.IntN(3), ContactType: "portal"}
		if !t.Open() {
			f.Resolution = sentence(r, 12)
		}
		it.facet, it.values = f.Fields(), []any{f.Impact, f.Urgency, f.ContactType, f.Resolution}
	case domain.KindRequest:
		f := request.Facet{Fulfilment: sentence(r, 8)}
		it.facet, it.values = f.Fields(), []any{f.Fulfilment}
	case domain.KindProblem:
		f := problem.Facet{RootCause: sentence(r, 10), Workaround: sentence(r, 10)}
		it.facet, it.values = f.Fields(), []any{f.RootCause, f.Workaround}
	default:
		start := opened.Add(7 * 24 * time.Hour)
		end := start.Add(2 * time.Hour)
		f := changes.Facet{Version: t.Version, Model: changes.Normal, Risk: []changes.Risk{changes.Low, changes.Medium, changes.High}[r.IntN(3)],
			OwnerID: m.actor, Justification: sentence(r, 20), ImplementationPlan: sentence(r, 60), TestPlan: sentence(r, 20), BackoutPlan: sentence(r, 20),
			PlannedStart: &start, PlannedEnd: &end, AffectedServices: changes.Texts{t.Service}, Implementers: changes.Users{m.agents[r.IntN(len(m.agents))]},
			Editors: changes.Users{m.actor}, Revision: 1, PlanForm: 1}
		if !t.Open() {
			f.Outcome = "successful"
		}
		f.Digest = changes.Change{Ticket: *t, Facet: f}.Plan().Digest()
		it.facet = f.Fields(nil)
		it.values = []any{f.Version, string(f.Model), string(f.Risk), f.OwnerID, f.Justification, f.ImplementationPlan, f.TestPlan, f.BackoutPlan,
			start, end, f.AffectedServices, f.Implementers, f.Editors, f.Revision, f.Digest, string(f.Outcome)}
	}
}

// children writes facets and replies.
func (m *made) children(ctx context.Context, items []*item, byKind map[domain.Kind][]*item) error {
	for kind, list := range byKind {
		rows := make([][]any, len(list))
		for i, it := range list {
			rows[i] = append([]any{int64(it.Ticket.ID)}, it.values...)
		}
		table := facetTables[kind]
		if err := m.DB.InsertMany(ctx, table.name, append([]string{"ticket_id"}, table.columns...), rows, ""); err != nil {
			return err
		}
	}
	var replies [][]any
	for _, it := range items {
		if it.reply != "" {
			replies = append(replies, []any{m.Tickets.Random(), int64(it.Ticket.ID), it.Ticket.RequesterID, it.reply, false, it.Ticket.UpdatedAt, it.event})
		}
	}
	return m.DB.InsertMany(ctx, "comments", []string{"ref", "ticket_id", "author_id", "body", "internal", "at", "event_id"}, replies, "")
}

var (
	services = []string{"Mail", "VPN", "ERP", "BI warehouse", "Telephony", "Printing", "Customer portal", "Identity", "Wi-Fi", "CRM", "Intranet", "File shares"}
	classes  = []string{"Network", "Software", "Hardware", "Access", "Security", "Database", "Process", "Other"}
)

// Words by how often they come: Frequent is in about one ticket of ten, Rare in about one of ten thousand.
const (
	Frequent = "printer"
	Rare     = "zanzibar"
)

// word is the i-th word of an invented language.
func word(i int) string {
	syllables := []string{"ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "dor", "fen", "gal", "hin", "jor", "kan"}
	var b strings.Builder
	for i += 16; i > 0; i /= 16 {
		b.WriteString(syllables[i%16])
	}
	return b.String()
}

// sentence is n words of three thousand, the first of them much more often than the last, as in any language.
func sentence(r *rand.Rand, n int) string {
	words := make([]string, n)
	for i := range words {
		switch p := r.IntN(100_000); {
		case p < 280:
			words[i] = Frequent
		case p == 300 && r.IntN(4) == 0:
			words[i] = Rare
		default:
			f := r.Float64()
			words[i] = word(int(3000 * f * f * f))
		}
	}
	return strings.Join(words, " ")
}
