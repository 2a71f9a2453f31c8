package reports

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// Summary is what there is to say about all incidents that the reader may see. An imported incident is counted
// under its tool's own labels for as long as nobody has worked on it here; then, and for every other, the labels
// are the desk's.
type Summary struct {
	Incidents     int64            `json:"incidents"`
	Events        int64            `json:"events"` // versions of these incidents, each of which is an event of the log
	ByState       map[string]int64 `json:"by_state"`
	ByPriority    map[string]int64 `json:"by_priority"`
	ByImpact      map[string]int64 `json:"by_impact"`
	ByUrgency     map[string]int64 `json:"by_urgency"`
	ByContactType map[string]int64 `json:"by_contact_type"`
	ByCategory    map[string]int64 `json:"by_category"`
	ByGroup       map[string]int64 `json:"by_group"`
	ByMonth       map[string]int64 `json:"by_month"` // YYYY-MM in which it was opened, UTC
	Reassigned    int64            `json:"reassigned"`
	Reassignments int64            `json:"reassignments"`
	Reopened      int64            `json:"reopened"`
	Reopens       int64            `json:"reopens"`
	MadeSLA       int64            `json:"made_sla"` // imported ones whose tool says so
	ResolveHours  Hours            `json:"resolve_hours"`
}

// Hours describes durations: opened to resolved, in hours of wall clock, of those whose time of resolution is
// known. P90 is the nearest rank.
type Hours struct {
	N      int64   `json:"n"`
	Mean   float64 `json:"mean"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
}

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Scope(ctx context.Context, action string) policies.Scope
	May(ctx context.Context, action string) bool
}

// Reports are the read models.
type Reports struct {
	db    *db.DB
	gate  authorizer
	store store
}

// New builds the read models.
func New(d *db.DB, gate authorizer) *Reports {
	return &Reports{db: d, gate: gate, store: store{d}}
}

// The words for what has no name of its own.
const none = "(none)"

// IncidentSummary counts the incidents that the actor may read, as of one instant. Who may: report.read.
func (r *Reports) IncidentSummary(ctx context.Context) (Summary, error) {
	if err := r.gate.Check(ctx, "report.read", policies.Object{}); err != nil {
		return Summary{}, err
	}
	cond, args := r.gate.Scope(ctx, "incident.read").Tickets()
	if cond == "" {
		cond, args = "1 = 0", nil
	}
	var s Summary
	err := r.db.Snapshot(ctx, func(ctx context.Context) error {
		if err := r.store.totals(ctx, cond, args, &s); err != nil {
			return err
		}
		for _, by := range []struct {
			dst    *map[string]int64
			theirs string
			ours   string
			name   func(string) string
		}{
			{&s.ByState, "i.state", "t.state", stateLabel},
			{&s.ByPriority, "i.priority", "cast(t.priority as text)", labelOf("Critical", "High", "Moderate", "Low")},
			{&s.ByImpact, "i.impact", "cast(f.impact as text)", labelOf("High", "Medium", "Low")},
			{&s.ByUrgency, "i.urgency", "cast(f.urgency as text)", labelOf("High", "Medium", "Low")},
			{&s.ByContactType, "i.contact_type", "f.contact_type", orNone},
			{&s.ByCategory, "i.category", "t.classification", orNone},
			{&s.ByGroup, "i.team", "coalesce(g.name, '')", orNone},
		} {
			rows, err := r.store.groups(ctx, cond, args, by.theirs, by.ours)
			if err != nil {
				return err
			}
			counts := map[string]int64{}
			for _, row := range rows {
				label := row.Label
				if row.Own {
					label = by.name(label)
				}
				counts[label] += row.N
			}
			*by.dst = counts
		}
		var err error
		if s.ByMonth, err = r.store.months(ctx, cond, args); err != nil {
			return err
		}
		seconds, err := r.store.resolveSeconds(ctx, cond, args)
		s.ResolveHours = describe(seconds)
		return err
	})
	return s, err
}

func stateLabel(name string) string {
	if st, ok := incident.Flow.State(name); ok {
		return st.Label
	}
	return name
}

// labelOf names the grades 1, 2, 3 …
func labelOf(names ...string) func(string) string {
	return func(grade string) string {
		if len(grade) == 1 && grade[0] >= '1' && int(grade[0]-'1') < len(names) {
			return grade + " - " + names[grade[0]-'1']
		}
		return grade
	}
}

func orNone(s string) string {
	if s == "" {
		return none
	}
	return s
}

// describe takes durations in seconds, shortest first.
func describe(seconds []int64) Hours {
	n := len(seconds)
	if n == 0 {
		return Hours{}
	}
	sum := 0.0
	for _, s := range seconds {
		sum += float64(s)
	}
	hours := func(s float64) float64 { return math.Round(s/3600*1e4) / 1e4 }
	return Hours{N: int64(n), Mean: hours(sum / float64(n)), Median: hours(float64(seconds[(n-1)/2]+seconds[n/2]) / 2),
		P90: hours(float64(seconds[(n*9+9)/10-1]))}
}

// Print writes the summary for a terminal.
func (s Summary) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	line := func(name string, v any) { _, _ = fmt.Fprintf(w, "%s\t%v\n", name, v) } // a failed write shows in Flush
	line("incidents", s.Incidents)
	line("events", s.Events)
	line("reassigned", fmt.Sprintf("%d (%d times)", s.Reassigned, s.Reassignments))
	line("reopened", fmt.Sprintf("%d (%d times)", s.Reopened, s.Reopens))
	line("made SLA", s.MadeSLA)
	line("hours to resolve", fmt.Sprintf("n %d, mean %.4f, median %.4f, p90 %.4f", s.ResolveHours.N, s.ResolveHours.Mean, s.ResolveHours.Median, s.ResolveHours.P90))
	for _, by := range []struct {
		name   string
		counts map[string]int64
	}{{"state", s.ByState}, {"priority", s.ByPriority}, {"impact", s.ByImpact}, {"urgency", s.ByUrgency}, {"contact type", s.ByContactType},
		{"category", s.ByCategory}, {"group", s.ByGroup}, {"month opened", s.ByMonth}} {
		_, _ = fmt.Fprintf(w, "\nBY %s\t\n", strings.ToUpper(by.name))
		labels := slices.Sorted(maps.Keys(by.counts))
		if by.name == "category" || by.name == "group" || by.name == "contact type" {
			slices.SortStableFunc(labels, func(a, b string) int { return int(by.counts[b] - by.counts[a]) })
		}
		for _, l := range labels {
			line("  "+plain(l), by.counts[l])
		}
	}
	return w.Flush()
}

// plain keeps what another tool wrote from steering the terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '�'
		}
		return r
	}, s)
}
