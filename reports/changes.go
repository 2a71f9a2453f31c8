package reports

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/policies"
)

// ChangeFigures says how change enablement went in a time: in all, and by what was asked for.
type ChangeFigures struct {
	From       time.Time     `json:"from"`
	To         time.Time     `json:"to"`
	By         string        `json:"by" enum:"model,team,service,month"`
	Total      ChangeGroup   `json:"total"`
	Groups     []ChangeGroup `json:"groups" doc:"The largest first; months in their order"`
	Rejections []Rejection   `json:"rejections" doc:"The last 50 of the time, newest first"`
}

// ChangeGroup are the figures of some changes. Shares are 0 to 1; null where there is nothing to take a share of. What each one
// is: [ChangeDefinitions].
type ChangeGroup struct {
	Key            string   `json:"key" doc:"What all of them have in common; empty for none, and in all"`
	CarriedOut     int      `json:"carried_out"`
	Failed         int      `json:"failed"`
	FailureRate    *float64 `json:"failure_rate"`
	Emergency      int      `json:"emergency"`
	EmergencyShare *float64 `json:"emergency_share"`
	Standard       int      `json:"standard"`
	StandardShare  *float64 `json:"standard_share"`
	Unauthorised   int      `json:"unauthorised"`
	Overran        int      `json:"overran"`
	Lead           Spread   `json:"lead"`
	Commit         Spread   `json:"commit"`
	Approval       Spread   `json:"approval"`
	Restore        Spread   `json:"restore"`
}

// Spread describes durations in hours of wall clock, by nearest rank.
type Spread struct {
	N   int      `json:"n"`
	P50 *float64 `json:"p50"`
	P90 *float64 `json:"p90"`
}

// Rejection is one decision against a plan.
type Rejection struct {
	Number string    `json:"number"`
	Title  string    `json:"title"`
	Slot   string    `json:"slot" doc:"Who was asked"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// The figures of a group, by name.
const (
	FigureCarriedOut   = "carried_out"
	FigureFailed       = "failed"
	FigureEmergency    = "emergency"
	FigureStandard     = "standard"
	FigureUnauthorised = "unauthorised"
	FigureOverran      = "overran"
	FigureLead         = "lead"
	FigureCommit       = "commit"
	FigureApproval     = "approval"
	FigureRestore      = "restore"
)

// Definition says what a figure counts, for whoever reads it.
type Definition struct {
	Figure string `json:"figure"`
	Label  string `json:"label"`
	Text   string `json:"text"`
}

// ChangeDefinitions says what each figure is. Failure rate and the two times follow DORA; what differs is said.
var ChangeDefinitions = []Definition{
	{FigureCarriedOut, "Carried out", "Changes whose work ended in the time, whatever came of it. What was found after the fact is counted beside them."},
	{FigureFailed, "Change failure rate", "Of those carried out: stated as failed or backed out, or confirmed as the cause of an incident of priority 1 or 2."},
	{FigureEmergency, "Emergencies", "Of those carried out: changes of the emergency model, with or without a broken glass."},
	{FigureStandard, "Standard changes", "Of those carried out: changes from a template that was approved once and for all."},
	{FigureUnauthorised, "Unauthorised", "Changes found in the time that nobody had asked for; false alarms are left out."},
	{FigureOverran, "Overran", "Of those carried out: the work ended after the planned window."},
	{FigureLead, "Lead time", "From the draft of a change to the end of its work, in hours; the median, and what nine of ten did not exceed. What was only registered when it was done has none."},
	{FigureCommit, "Commit to production", "From each commit, at the time that the run of its pipeline told, until the first deployment of what was built from it had succeeded in production, in hours: the lead time for changes of DORA. A commit counts once; what a run told no time of, or a time after the deployment, does not count."},
	{FigureApproval, "Wait for approval", "From when the deciding plan was put to its approvers until the last of them had approved, in hours. Decisions in retrospect do not count."},
	{FigureRestore, "Time to restore", "Of incidents that were confirmed to be caused by these changes: from their report until they were resolved, in hours."},
}

// changeRow is a change as the figures see it.
type changeRow struct {
	ID                    int64
	Number, Title         string
	Model, Outcome        string
	Team, Service         string
	OpenedAt              time.Time
	ActualEnd, PlannedEnd *time.Time
	approval              time.Duration // 0 for none
	commits               []time.Duration
	worst                 int // the most urgent priority of an incident that it caused, 0 for none
	restored              []time.Duration
}

func (r changeRow) carriedOut() bool {
	return r.ActualEnd != nil && r.Model != string(changes.Unauthorised) && r.Outcome != "not_executed"
}

func (r changeRow) failed() bool {
	return r.carriedOut() && (r.Outcome == "failed" || r.Outcome == "backed_out" || r.worst == 1 || r.worst == 2)
}

// is tells whether a change counts for a figure.
func (r changeRow) is(figure string) bool {
	switch figure {
	case FigureFailed:
		return r.failed()
	case FigureEmergency:
		return r.carriedOut() && r.Model == string(changes.Emergency)
	case FigureStandard:
		return r.carriedOut() && r.Model == string(changes.Standard)
	case FigureUnauthorised:
		return r.Model == string(changes.Unauthorised) && r.Outcome != "false_positive"
	case FigureOverran:
		return r.carriedOut() && r.PlannedEnd != nil && r.ActualEnd.After(*r.PlannedEnd)
	case FigureLead:
		return r.carriedOut() && r.Model != string(changes.Registration)
	case FigureCommit:
		return r.carriedOut() && len(r.commits) > 0
	case FigureApproval:
		return r.carriedOut() && r.approval > 0
	case FigureRestore:
		return r.carriedOut() && len(r.restored) > 0
	}
	return r.carriedOut()
}

// key is what a change has in common with others of its group.
func (r changeRow) key(by string) string {
	switch by {
	case "team":
		return r.Team
	case "service":
		return r.Service
	case "month":
		if r.ActualEnd != nil {
			return r.ActualEnd.UTC().Format("2006-01")
		}
		return r.OpenedAt.UTC().Format("2006-01")
	}
	return r.Model
}

// figures computes a group: pure.
func figures(key string, rows []changeRow) ChangeGroup {
	g := ChangeGroup{Key: key}
	var lead, commit, wait, restore []time.Duration
	for _, r := range rows {
		for figure, n := range map[string]*int{FigureCarriedOut: &g.CarriedOut, FigureFailed: &g.Failed, FigureEmergency: &g.Emergency, FigureStandard: &g.Standard,
			FigureUnauthorised: &g.Unauthorised, FigureOverran: &g.Overran} {
			if r.is(figure) {
				*n++
			}
		}
		if r.is(FigureLead) {
			lead = append(lead, r.ActualEnd.Sub(r.OpenedAt))
		}
		if r.carriedOut() {
			restore, commit = append(restore, r.restored...), append(commit, r.commits...)
		}
		if r.is(FigureApproval) {
			wait = append(wait, r.approval)
		}
	}
	share := func(n int) *float64 {
		if g.CarriedOut == 0 {
			return nil
		}
		x := math.Round(float64(n)/float64(g.CarriedOut)*1e4) / 1e4
		return &x
	}
	g.FailureRate, g.EmergencyShare, g.StandardShare = share(g.Failed), share(g.Emergency), share(g.Standard)
	g.Lead, g.Commit, g.Approval, g.Restore = spread(lead), spread(commit), spread(wait), spread(restore)
	return g
}

func spread(list []time.Duration) Spread {
	n := len(list)
	if n == 0 {
		return Spread{}
	}
	slices.Sort(list)
	rank := func(percent int) *float64 {
		x := math.Round(list[(n*percent+99)/100-1].Hours()*100) / 100
		return &x
	}
	return Spread{N: n, P50: rank(50), P90: rank(90)}
}

// ChangesBy lists by what changes can be grouped.
var ChangesBy = []string{"model", "team", "service", "month"}

// Changes computes the figures of the changes that the actor may read, of a time [from, to), as of one instant. Who may:
// report.read.
func (r *Reports) Changes(ctx context.Context, from, to time.Time, by string) (out ChangeFigures, err error) {
	out = ChangeFigures{From: from, To: to, By: by, Groups: []ChangeGroup{}}
	err = r.ofChanges(ctx, from, to, func(ctx context.Context, cond string, args []any, rows []changeRow) error {
		out.Total = figures("", rows)
		groups := map[string][]changeRow{}
		for _, row := range rows {
			groups[row.key(by)] = append(groups[row.key(by)], row)
		}
		for key, list := range groups {
			out.Groups = append(out.Groups, figures(key, list))
		}
		slices.SortFunc(out.Groups, func(a, b ChangeGroup) int {
			if by == "month" {
				return strings.Compare(a.Key, b.Key)
			}
			return cmp.Or(cmp.Compare(b.CarriedOut, a.CarriedOut), strings.Compare(a.Key, b.Key))
		})
		out.Rejections, err = r.store.rejections(ctx, cond, args, from, to)
		return err
	})
	return out, err
}

// ChangeRecord is a change behind a figure.
type ChangeRecord struct {
	Number  string     `json:"number"`
	Title   string     `json:"title"`
	Outcome string     `json:"outcome"`
	Ended   *time.Time `json:"ended"`
	Caused  int        `json:"caused" doc:"The most urgent priority of an incident that it was confirmed to have caused; 0 for none"`
	Hours   *float64   `json:"hours" doc:"Of a figure that is a time: how long this one took"`
}

// mostRecords is how many changes stand behind a figure at most.
const mostRecords = 500

// ChangesBehind lists the changes behind a figure of a group, the longest first where it is a time, else the last first. It is
// the same choice that the figure counts. Who may: report.read.
func (r *Reports) ChangesBehind(ctx context.Context, from, to time.Time, by, key, figure string) (out []ChangeRecord, err error) {
	err = r.ofChanges(ctx, from, to, func(_ context.Context, _ string, _ []any, rows []changeRow) error {
		for _, row := range rows {
			if !row.is(figure) || by != "" && row.key(by) != key {
				continue
			}
			rec := ChangeRecord{Number: row.Number, Title: row.Title, Outcome: row.Outcome, Ended: row.ActualEnd, Caused: row.worst}
			var took time.Duration
			switch figure {
			case FigureLead:
				took = row.ActualEnd.Sub(row.OpenedAt)
			case FigureCommit:
				took = slices.Max(row.commits)
			case FigureApproval:
				took = row.approval
			case FigureRestore:
				took = slices.Max(row.restored)
			}
			if took > 0 {
				rec.Hours = spread([]time.Duration{took}).P50
			}
			out = append(out, rec)
		}
		slices.SortFunc(out, func(a, b ChangeRecord) int {
			if a.Hours != nil && b.Hours != nil {
				return cmp.Or(cmp.Compare(*b.Hours, *a.Hours), strings.Compare(a.Number, b.Number))
			}
			return strings.Compare(b.Number, a.Number)
		})
		out = out[:min(len(out), mostRecords)]
		return nil
	})
	return out, err
}

func (r *Reports) ofChanges(ctx context.Context, from, to time.Time, use func(ctx context.Context, cond string, args []any, rows []changeRow) error) error {
	if err := r.gate.Check(ctx, "report.read", policies.Object{}); err != nil {
		return err
	}
	cond, args := r.gate.Scope(ctx, "change.read").Tickets()
	if cond == "" {
		cond, args = "1 = 0", nil
	}
	return r.db.Snapshot(ctx, func(ctx context.Context) error {
		rows, err := r.store.changeRows(ctx, cond, args, from, to)
		if err != nil {
			return err
		}
		return use(ctx, cond, args, rows)
	})
}
