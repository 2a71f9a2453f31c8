package impact_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/impact"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// estate is a small landscape by name.
type estate struct {
	*world.World
	t  *testing.T
	ci map[string]cmdb.CI
}

func (e *estate) item(class, name string) cmdb.CI {
	e.t.Helper()
	c, err := e.CMDB.Register(e.As("omar"), cmdb.RegisterInput{Class: class, Status: cmdb.Live, Values: map[string]string{"name": name}})
	if err != nil {
		e.t.Fatal(err)
	}
	e.ci[name] = c
	return c
}

// relate takes "web runs_on vm1" and, for a redundancy, "web uses db1 dbs:1".
func (e *estate) relate(sentence string) cmdb.Relation {
	e.t.Helper()
	w := strings.Fields(sentence)
	in := cmdb.RelateInput{From: e.ci[w[0]].Number, Type: w[1], To: e.ci[w[2]].Number}
	if len(w) > 3 {
		if _, err := fmt.Sscanf(strings.ReplaceAll(w[3], ":", " "), "%s %d", &in.Redundancy, &in.Needed); err != nil {
			e.t.Fatal(err)
		}
	}
	r, err := e.CMDB.Relate(e.As("omar"), in)
	if err != nil {
		e.t.Fatal(sentence, err)
	}
	return r
}

func (e *estate) name(id domain.CIID) string {
	for name, c := range e.ci {
		if c.ID == id {
			return name
		}
	}
	return "?"
}

func (e *estate) ask(login string, q impact.Query) impact.Answer {
	e.t.Helper()
	q.Number = e.ci[q.Number].Number
	a, err := e.Impact.Impact(e.As(login), q)
	if err != nil {
		e.t.Fatal(err)
	}
	return a
}

// said is what was reached, in words: the level, a question mark for what is only at risk.
func (e *estate) said(list []impact.Reached) string {
	var out []string
	for _, r := range list {
		s := fmt.Sprintf("%d %s", r.Level, e.name(r.ID))
		if r.AtRisk {
			s += "?"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func shop(t *testing.T, w *world.World) *estate {
	e := &estate{w, t, map[string]cmdb.CI{}}
	for _, x := range []string{"business_service sales", "application_service shop", "application web", "database orders", "server db1", "server db2", "virtual_machine vm1", "facility rack", "contract support", "printer lonely"} {
		class, name, _ := strings.Cut(x, " ")
		e.item(class, name)
	}
	for _, s := range []string{"shop provides sales", "shop uses web", "web runs_on vm1", "web uses orders", "orders runs_on db1 nodes:1", "orders runs_on db2 nodes:1",
		"db1 located_in rack", "db2 located_in rack", "support covers lonely", "orders uses web"} {
		e.relate(s)
	}
	return e
}

func TestWhatBreaksAndWhy(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		e := shop(t, w)
		for _, x := range []struct {
			q    impact.Query
			want string
		}{
			{impact.Query{Number: "db1"}, "1 orders?"},
			{impact.Query{Number: "rack"}, "1 db1, 1 db2, 2 orders, 3 web, 4 shop, 5 sales"},
			{impact.Query{Number: "rack", Depth: 2}, "1 db1, 1 db2, 2 orders"},
			{impact.Query{Number: "vm1"}, "1 web, 2 shop, 2 orders, 3 sales"},
			{impact.Query{Number: "sales", Direction: impact.Up}, "1 shop, 2 web, 3 orders, 3 vm1, 4 db1, 4 db2, 5 rack"},
			{impact.Query{Number: "sales"}, ""}, {impact.Query{Number: "lonely"}, ""},
		} {
			a := e.ask("amir", x.q)
			if got := e.said(a.Shown); got != x.want {
				t.Errorf("%+v: %q, want %q", x.q, got, x.want)
			}
			if len(a.Shown) != a.Reached || a.Hidden != 0 || a.Unverified != a.Reached {
				t.Errorf("%+v: %d reached, %d hidden, %d unverified", x.q, a.Reached, a.Hidden, a.Unverified)
			}
		}
		a := e.ask("amir", impact.Query{Number: "rack"})
		var way []string
		for _, r := range a.Walk.Path(e.ci["sales"].ID) {
			way = append(way, e.name(r.ID)+" "+r.Via.Type)
		}
		if got := strings.Join(way, ", "); got != "db1 located_in, orders runs_on, web uses, shop uses, sales provides" || e.said(a.Services) != "4 shop, 5 sales" {
			t.Errorf("the way is %q, the services %s", got, e.said(a.Services))
		}
		for name, state := range map[string]impact.State{"rack": impact.Known, "lonely": impact.NotConfigured} {
			if got := e.ask("amir", impact.Query{Number: name}).State; got != state {
				t.Errorf("%s is %s, want %s", name, got, state)
			}
		}
		e.item("server", "alone")
		if got := e.ask("amir", impact.Query{Number: "alone"}).State; got != impact.NoRelations {
			t.Errorf("without relations: %s", got)
		}
		// A standby that is out of use stands in for nobody.
		if _, err := w.CMDB.Move(w.As("omar"), cmdb.MoveInput{Number: e.ci["db2"].Number, Event: "retire", Reason: "old"}); err != nil {
			t.Fatal(err)
		}
		if got := e.said(e.ask("amir", impact.Query{Number: "db1", Depth: 1}).Shown); got != "1 orders" {
			t.Errorf("with a retired standby: %s", got)
		}
	})
}

// Invariant 4.
func TestWhoMayNotSeeAnItemIsToldOnlyThatThereIsOne(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		e := shop(t, w)
		for _, own := range []string{"vm1", "sales"} {
			if _, err := w.CMDB.Amend(w.As("omar"), cmdb.AmendInput{Number: e.ci[own].Number, Values: map[string]string{"used_by": fmt.Sprint(int64(w.ID("ann")))}}); err != nil {
				t.Fatal(err)
			}
		}
		a := e.ask("ann", impact.Query{Number: "vm1"})
		if e.said(a.Shown) != "3 sales" || a.Reached != 1 || a.Hidden != 3 || len(a.Items) != 2 {
			t.Errorf("%s, %d reached, %d hidden, items %v", e.said(a.Shown), a.Reached, a.Hidden, a.Items)
		}
		if _, err := w.Impact.Impact(w.As("ann"), impact.Query{Number: e.ci["web"].Number}); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("an item of others: %v", err)
		}
		n, err := w.Impact.Around(w.As("ann"), e.ci["vm1"].Number, 3, cmdb.Moment{})
		if err != nil || len(n.Order) != 1 || n.Hidden != 1 || len(n.Edges) != 0 {
			t.Errorf("%+v, %v", n, err)
		}
		for _, bad := range []impact.Query{{Depth: 21}, {Depth: -1}, {Direction: "sideways"}, {Limit: 2001}} {
			bad.Number = e.ci["vm1"].Number
			if _, err := w.Impact.Impact(w.As("amir"), bad); !errors.Is(err, impact.ErrQuery) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

func TestTheNeighbourhoodShowsEveryRelation(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		e := shop(t, w)
		for depth, want := range map[int]int{1: 4, 2: 7, 3: 8} {
			n, err := w.Impact.Around(w.As("amir"), e.ci["orders"].Number, depth, cmdb.Moment{})
			if err != nil || len(n.Order) != want || n.Order[0] != e.ci["orders"].ID {
				var names []string
				for _, id := range n.Order {
					names = append(names, e.name(id))
				}
				t.Errorf("depth %d: %v, %v", depth, names, err)
			}
		}
		if n, err := w.Impact.Around(w.As("amir"), e.ci["lonely"].Number, 1, cmdb.Moment{}); err != nil || len(n.Edges) != 1 || n.Edges[0].Type != "covers" {
			t.Errorf("%+v, %v", n, err)
		}
	})
}

// At a moment, impact is the walk over a replay of what had happened until then.
func TestImpactAtAMomentIsTheWalkOverAReplayedHistory(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		e := &estate{w, t, map[string]cmdb.CI{}}
		names := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
		for _, n := range names {
			e.item("application", n)
		}
		type state struct {
			at  time.Time
			now map[string]cmdb.Relation
		}
		held, past := map[string]cmdb.Relation{}, []state{}
		pick := uint32(7)
		next := func(n int) int { pick = pick*1664525 + 1013904223; return int(pick>>8) % n }
		for range 60 {
			w.Clock.Advance(time.Hour)
			from, to := names[next(len(names))], names[next(len(names))]
			key := from + " uses " + to
			switch r, is := held[key]; {
			case from == to:
				continue
			case is:
				if _, err := w.CMDB.Unrelate(w.As("omar"), cmdb.UnrelateInput{Ref: r.Ref}); err != nil {
					t.Fatal(err)
				}
				delete(held, key)
			default:
				more := ""
				if next(3) == 0 {
					more = " pair:2"
				}
				held[key] = e.relate(key + more)
			}
			now := map[string]cmdb.Relation{}
			for k, r := range held {
				now[k] = r
			}
			past = append(past, state{w.Clock.Now(), now})
		}
		for _, p := range past {
			var d drawing
			for _, r := range p.now {
				d.ties = append(d.ties, impact.Tie{Provider: r.ToID, Dependent: r.FromID, Type: r.Type, Redundancy: r.Redundancy, Needed: r.Needed})
			}
			for _, name := range names[:3] {
				want, err := impact.Run(context.Background(), d, []domain.CIID{e.ci[name].ID}, impact.Down, 6, impact.MaxItems)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range []cmdb.Moment{{At: p.at}, {Known: p.at}, {At: p.at.Add(30 * time.Minute)}} {
					a := e.ask("amir", impact.Query{Number: name, Moment: m})
					if !slices.Equal(a.Walk.Items, want.Items) {
						t.Errorf("%s at %v: %s, want %s", name, m, e.said(a.Walk.Items), e.said(want.Items))
					}
				}
			}
		}
		last := past[len(past)-1]
		if now, then := e.ask("amir", impact.Query{Number: "a"}), e.ask("amir", impact.Query{Number: "a", Moment: cmdb.Moment{At: last.at}}); !slices.Equal(now.Walk.Items, then.Walk.Items) {
			t.Error("now and the last moment differ")
		}
	})
}

// Invariant 5.
func TestAClosureIsDerivedUntilItIsFrozen(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		e := shop(t, w)
		c := w.Raise("maya", "New disks", "amir")
		id, rev := c.Ticket.ID, int64(c.Facet.Revision)
		keep := func(revision int64, names ...string) (parts []impact.Part, err error) {
			var numbers []string
			for _, n := range names {
				numbers = append(numbers, e.ci[n].Number)
			}
			return parts, w.DB.Do(w.As("maya"), func(ctx context.Context) error {
				parts, err = w.Impact.Keep(ctx, id, revision, numbers)
				return err
			})
		}
		said := func(parts []impact.Part) string {
			var out []string
			for _, p := range parts {
				s := fmt.Sprintf("%s %d %s", p.Role, p.Depth, e.name(p.CI))
				if p.AtRisk {
					s += "?"
				}
				out = append(out, s)
			}
			slices.Sort(out)
			return strings.Join(out, ", ")
		}
		freeze := func() (digest string) {
			if err := w.DB.Do(w.As("maya"), func(ctx context.Context) (err error) {
				digest, err = w.Impact.Freeze(ctx, id, rev)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return digest
		}
		if freeze() != "" {
			t.Error("a plan without items has a digest")
		}
		parts, err := keep(rev, "rack", "vm1")
		if err != nil || said(parts) != "affected 0 vm1, impacted 1 db1, impacted 1 db2, impacted 1 web, impacted 2 orders, impacted 2 shop, impacted 3 sales, primary 0 rack" {
			t.Fatalf("%s, %v", said(parts), err)
		}
		if parts, err = keep(rev, "db1"); err != nil || said(parts) != "impacted 1 orders?, primary 0 db1" {
			t.Fatalf("%s, %v", said(parts), err)
		}
		if err := w.DB.Do(w.As("maya"), func(ctx context.Context) error {
			_, err := w.Impact.Keep(ctx, id, rev, []string{e.ci["db1"].Number, "CI-999999", "nonsense"})
			return err
		}); !errors.Is(err, impact.ErrItems) {
			t.Errorf("unknown items: %v", err)
		}
		w.Clock.Advance(time.Hour)
		e.relate("lonely uses db1")
		w.RunJobs()
		if err := w.Impact.Refresh(w.System()); err != nil {
			t.Fatal(err)
		}
		if k, err := w.Impact.Of(w.System(), id); err != nil || said(k.Parts) != "impacted 1 lonely, impacted 1 orders?, primary 0 db1" || k.FrozenAt != nil {
			t.Errorf("after a relation: %s, %v", said(k.Parts), err)
		}
		// Another change touches the same in the same time; one that is for the same later does not.
		other := w.Raise("maya", "New rack", "amir")
		if err := w.DB.Do(w.As("maya"), func(ctx context.Context) error {
			_, err := w.Impact.Keep(ctx, other.Ticket.ID, int64(other.Facet.Revision), []string{e.ci["rack"].Number})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		ids := []domain.CIID{e.ci["db1"].ID, e.ci["orders"].ID}
		start, end := *other.Facet.PlannedStart, *other.Facet.PlannedEnd
		for _, x := range []struct {
			from, to time.Time
			want     int
		}{{start, end, 2}, {end, end.Add(time.Hour), 0}, {start.Add(-time.Hour), start, 0}, {start.Add(-time.Hour), start.Add(time.Second), 2}} {
			got, err := w.Impact.Overlapping(w.System(), ids, x.from, x.to, id)
			if err != nil || len(got) != x.want || x.want > 0 && (got[0].Change != other.Ticket.ID || got[0].CI != ids[0] || got[0].Depth != 1 || !got[0].Start.Equal(*other.Facet.PlannedStart)) {
				t.Errorf("from %v to %v: %+v, %v", x.from, x.to, got, err)
			}
		}
		digest := freeze()
		w.Clock.Advance(time.Hour)
		e.relate("sales uses db1")
		if err := w.Impact.Refresh(w.System()); err != nil {
			t.Fatal(err)
		}
		k, err := w.Impact.Of(w.System(), id)
		if err != nil || k.FrozenAt == nil || said(k.Parts) != "impacted 1 lonely, impacted 1 orders?, primary 0 db1" || len(digest) != 64 || freeze() != digest {
			t.Errorf("frozen: %s, %v", said(k.Parts), err)
		}
		if _, err := keep(rev, "rack"); !errors.Is(err, impact.ErrFrozen) {
			t.Errorf("a frozen closure was kept anew: %v", err)
		}
		for _, q := range []string{"update change_cis set depth = 9 where frozen_at is not null", "delete from change_cis where frozen_at is not null",
			"insert into change_cis (ticket_id, revision, ci_id, role, depth, kept_at) select ticket_id, revision, 9, 'impacted', 1, kept_at from change_cis where frozen_at is not null limit 1"} {
			if _, err := w.DB.Writer().Exec(q); err == nil {
				t.Errorf("%s was not refused", q)
			}
		}
		if parts, err := keep(rev+1, "rack"); err != nil || len(parts) == 0 {
			t.Errorf("the next revision: %v", err)
		}
		if old, err := w.Impact.OfRevision(w.System(), id, rev); err != nil || old.FrozenAt == nil {
			t.Errorf("the frozen revision: %+v, %v", old, err)
		}
	})
}
