package impact_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/cabinetdesk/cabinet/cmdb/impact"
	"github.com/cabinetdesk/cabinet/domain"
)

// drawing is a whole graph in memory.
type drawing struct {
	ties []impact.Tie
	idle map[domain.CIID]bool
}

func (d drawing) of(items []domain.CIID, end func(impact.Tie) domain.CIID) (out []impact.Tie) {
	for _, t := range d.ties {
		if slices.Contains(items, end(t)) {
			out = append(out, t)
		}
	}
	return out
}

func (d drawing) Dependents(_ context.Context, items []domain.CIID) ([]impact.Tie, int, error) {
	return d.of(items, func(t impact.Tie) domain.CIID { return t.Provider }), 0, nil
}

func (d drawing) Providers(_ context.Context, items []domain.CIID) ([]impact.Tie, int, error) {
	return d.of(items, func(t impact.Tie) domain.CIID { return t.Dependent }), 0, nil
}

func (d drawing) Members(_ context.Context, items []domain.CIID) ([]impact.Tie, error) {
	return slices.DeleteFunc(d.of(items, func(t impact.Tie) domain.CIID { return t.Dependent }), func(t impact.Tie) bool { return t.Redundancy == "" }), nil
}

func (d drawing) Idle(context.Context, []domain.CIID) (map[domain.CIID]bool, error) {
	return d.idle, nil
}

// oracle computes the same as a walk down, the plain way: in each round it looks at every item and every tie there is.
func (d drawing) oracle(start []domain.CIID, items, depth int) (failed, risk map[domain.CIID]int) {
	failed, risk = map[domain.CIID]int{}, map[domain.CIID]int{}
	for _, id := range start {
		failed[id] = 0
	}
	for level := 1; level <= depth; level++ {
		now := map[domain.CIID]bool{}
		for id := domain.CIID(1); id <= domain.CIID(items); id++ {
			if _, is := failed[id]; is {
				continue
			}
			type count struct{ lost, left, needed int }
			groups := map[string]*count{}
			for _, t := range d.ties {
				if t.Dependent != id {
					continue
				}
				_, lost := failed[t.Provider]
				if t.Redundancy == "" {
					if lost {
						now[id] = true
					}
					continue
				}
				g := fmt.Sprint(t.Type, t.Forth, t.Redundancy)
				if groups[g] == nil {
					groups[g] = &count{needed: 1}
				}
				groups[g].needed = max(groups[g].needed, t.Needed)
				switch {
				case lost:
					groups[g].lost++
				case !d.idle[t.Provider]:
					groups[g].left++
				}
			}
			for _, g := range groups {
				if g.lost > 0 && g.left < g.needed {
					now[id] = true
				}
			}
			for _, g := range groups {
				if _, known := risk[id]; g.lost > 0 && !now[id] && !known {
					risk[id] = level
				}
			}
		}
		for id := range now {
			failed[id] = level
			delete(risk, id)
		}
	}
	return failed, risk
}

// draw makes a graph with loops, hubs, redundancies and items that are not in use.
func draw(t *rapid.T) (d drawing, items int) {
	items = rapid.IntRange(2, 40).Draw(t, "items")
	d.idle = map[domain.CIID]bool{}
	for i := range items {
		if rapid.IntRange(0, 7).Draw(t, "idle") == 0 {
			d.idle[domain.CIID(i+1)] = true
		}
	}
	seen := map[string]bool{}
	for range rapid.IntRange(0, items*4).Draw(t, "ties") {
		tie := impact.Tie{Provider: domain.CIID(rapid.IntRange(1, items).Draw(t, "provider")), Dependent: domain.CIID(rapid.IntRange(1, items).Draw(t, "dependent")),
			Type: rapid.SampledFrom([]string{"runs_on", "uses"}).Draw(t, "type")}
		if rapid.IntRange(0, 4).Draw(t, "hub") == 0 {
			tie.Provider = 1
		}
		key := fmt.Sprint(tie.Provider, tie.Dependent, tie.Type)
		if tie.Provider == tie.Dependent || seen[key] {
			continue
		}
		seen[key] = true
		if rapid.Bool().Draw(t, "redundant") {
			tie.Redundancy, tie.Needed = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name"), rapid.IntRange(1, 3).Draw(t, "needed")
		}
		d.ties = append(d.ties, tie)
	}
	return d, items
}

// Invariants 1 and 2.
func TestAWalkReachesWhatTheWholeGraphSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, items := draw(t)
		start := []domain.CIID{domain.CIID(rapid.IntRange(1, items).Draw(t, "start")), domain.CIID(rapid.IntRange(1, items).Draw(t, "and"))}
		depth := rapid.IntRange(1, 12).Draw(t, "depth")
		w, err := impact.Run(context.Background(), d, start, impact.Down, depth, 1000)
		if err != nil {
			t.Fatal(err)
		}
		failed, risk := d.oracle(start, items, depth)
		if got, want := len(w.Items)+len(w.Start), len(failed)+len(risk); got != want {
			t.Fatalf("reached %d, want %d failed and %d at risk: %+v", got, len(failed), len(risk), w.Items)
		}
		for _, r := range w.Items {
			want, is := failed[r.ID]
			if r.AtRisk {
				want, is = risk[r.ID]
			}
			if !is || want != r.Level {
				t.Fatalf("%+v, want level %d", r, want)
			}
			path := w.Path(r.ID)
			for i, step := range path {
				before := slices.Contains(w.Start, step.Via.Provider)
				if i > 0 {
					before = path[i-1].ID == step.Via.Provider && path[i-1].Level < step.Level && !path[i-1].AtRisk
				}
				if step.Via.Dependent != step.ID || !before || !slices.Contains(d.ties, step.Via) {
					t.Fatalf("the way to %d is broken at %d: %+v", r.ID, i, path)
				}
			}
		}
		whole, _ := d.oracle(start, items, items+1)
		if more := len(whole) > len(failed); more && w.Cut == nil || w.Cut != nil && w.Cut.Why != impact.CutDepth {
			t.Fatalf("cut %+v, and there is more: %v", w.Cut, more)
		}
		shuffled := drawing{rapid.Permutation(d.ties).Draw(t, "order"), d.idle}
		again, err := impact.Run(context.Background(), shuffled, start, impact.Down, depth, 1000)
		if err != nil || !slices.Equal(again.Items, w.Items) {
			t.Fatalf("the order of the relations matters: %+v, %+v, %v", again, w, err)
		}
	})
}

func TestAWalkUpReachesEveryProvider(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, items := draw(t)
		want, frontier := map[domain.CIID]bool{1: true}, []domain.CIID{1}
		for len(frontier) > 0 {
			id := frontier[0]
			frontier = frontier[1:]
			for _, tie := range d.ties {
				if tie.Dependent == id && !want[tie.Provider] {
					want[tie.Provider] = true
					frontier = append(frontier, tie.Provider)
				}
			}
		}
		w, err := impact.Run(context.Background(), d, []domain.CIID{1}, impact.Up, items+1, 1000)
		if err != nil || len(w.Items) != len(want)-1 || w.Cut != nil {
			t.Fatalf("%+v, %v; want %v", w, err, want)
		}
	})
}

func TestAWalkThatIsCutSaysWhereAndHowMuchIsLeft(t *testing.T) {
	t.Parallel()
	var d drawing
	for id := domain.CIID(2); id <= 11; id++ { // ten on the first, and a chain behind the second
		d.ties = append(d.ties, impact.Tie{Provider: 1, Dependent: id, Type: "uses"}, impact.Tie{Provider: id, Dependent: 100, Type: "uses"})
	}
	for _, x := range []struct {
		depth, most int
		want        impact.Cut
		items       int
	}{{1, 1000, impact.Cut{Why: impact.CutDepth, Level: 1, Items: 10}, 10}, {9, 4, impact.Cut{Why: impact.CutItems, Level: 1, Items: 6}, 4}, {2, 1000, impact.Cut{}, 11}} {
		w, err := impact.Run(context.Background(), d, []domain.CIID{1}, impact.Down, x.depth, x.most)
		if err != nil || len(w.Items) != x.items || (w.Cut == nil) != (x.want == impact.Cut{}) || w.Cut != nil && *w.Cut != x.want {
			t.Errorf("depth %d, at most %d: %d items, %+v, %v", x.depth, x.most, len(w.Items), w.Cut, err)
		}
	}
}
