package reports

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func day(d int, hours float64) *time.Time {
	t := time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC).Add(time.Duration(hours * float64(time.Hour)))
	return &t
}

func TestTheFiguresOfChangesCountWhatTheySay(t *testing.T) {
	rows := []changeRow{
		{Number: "CHG-1", Model: "normal", Outcome: "successful", Team: "Network", OpenedAt: *day(1, 0), ActualEnd: day(3, 0), PlannedEnd: day(3, 1), approval: 10 * time.Hour},
		{Number: "CHG-2", Model: "normal", Outcome: "failed", Team: "Network", OpenedAt: *day(1, 0), ActualEnd: day(2, 0), PlannedEnd: day(1, 23), approval: 30 * time.Hour},
		{Number: "CHG-3", Model: "standard", Outcome: "successful", Team: "Apps", OpenedAt: *day(1, 0), ActualEnd: day(1, 2), PlannedEnd: day(1, 2), worst: 2, restored: []time.Duration{90 * time.Minute}},
		{Number: "CHG-4", Model: "standard", Outcome: "successful", OpenedAt: *day(1, 0), ActualEnd: day(1, 1), worst: 3, restored: []time.Duration{time.Hour}}, // too small an incident to count as a failure
		{Number: "CHG-5", Model: "emergency", Outcome: "backed_out", OpenedAt: *day(1, 0), ActualEnd: day(1, 4)},
		{Number: "CHG-6", Model: "normal", Outcome: "not_executed", OpenedAt: *day(1, 0), ActualEnd: day(1, 4)}, // nothing was carried out
		{Number: "CHG-7", Model: "unauthorised", Outcome: "reverted", OpenedAt: *day(5, 0)},
		{Number: "CHG-8", Model: "unauthorised", Outcome: "false_positive", OpenedAt: *day(5, 0)},
	}
	g := figures("", rows)
	if g.CarriedOut != 5 || g.Failed != 3 || *g.FailureRate != 0.6 || g.Emergency != 1 || *g.StandardShare != 0.4 || g.Unauthorised != 1 || g.Overran != 1 {
		t.Errorf("%+v", g)
	}
	if g.Lead.N != 5 || *g.Lead.P50 != 4 || *g.Lead.P90 != 48 || g.Approval.N != 2 || *g.Approval.P50 != 10 || *g.Approval.P90 != 30 || g.Restore.N != 2 || *g.Restore.P90 != 1.5 {
		t.Errorf("lead %v %v, approval %v %v, restore %v", *g.Lead.P50, *g.Lead.P90, *g.Approval.P50, *g.Approval.P90, g.Restore)
	}
	if none := figures("", nil); none.FailureRate != nil || none.Lead.P50 != nil {
		t.Errorf("of nothing: %+v", none)
	}
}

// Whatever the changes are, what stands behind a figure is as many as it says, and every group's figures add up to the total.
func TestGroupsAddUpAndWhatStandsBehindAFigureIsWhatItCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	for range 200 {
		var rows []changeRow
		for range rng.IntN(40) {
			r := changeRow{Model: pick("standard", "normal", "emergency", "unauthorised"), Outcome: pick("successful", "failed", "backed_out", "not_executed", "false_positive", ""), Team: pick("", "a", "b"),
				OpenedAt: *day(1, rng.Float64()*24), worst: rng.IntN(5)}
			if rng.IntN(4) > 0 {
				r.ActualEnd, r.PlannedEnd = day(2+rng.IntN(60), 0), day(2+rng.IntN(60), 0)
			}
			rows = append(rows, r)
		}
		total := figures("", rows)
		for _, by := range ChangesBy {
			keys := map[string]bool{}
			var sum [6]int
			for _, r := range rows {
				keys[r.key(by)] = true
			}
			for key := range keys {
				part := figures(key, slices.DeleteFunc(slices.Clone(rows), func(r changeRow) bool { return r.key(by) != key }))
				for i, n := range []int{part.CarriedOut, part.Failed, part.Emergency, part.Standard, part.Unauthorised, part.Overran} {
					sum[i] += n
				}
			}
			if want := [6]int{total.CarriedOut, total.Failed, total.Emergency, total.Standard, total.Unauthorised, total.Overran}; sum != want {
				t.Fatalf("by %s: %v, want %v", by, sum, want)
			}
		}
	}
}
