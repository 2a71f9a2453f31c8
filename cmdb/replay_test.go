package cmdb_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// picture is a whole CMDB in lines: items with their values, relations, memberships.
type picture map[string]string

func (p picture) String() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(p)) {
		fmt.Fprintf(&b, "%s: %s\n", k, p[k])
	}
	return b.String()
}

func line(fields map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		parts = append(parts, k+"="+fields[k])
	}
	return strings.Join(parts, " ")
}

// replay builds the picture as of an instant from nothing but the events of the log.
func replay(t *rapid.T, w *world.World, at time.Time) picture {
	states := map[string]map[string]string{}
	for _, kind := range []string{"ci", "ci_relation", "ci_membership"} {
		for after := ""; ; {
			events, err := w.Log.Events(w.System(), audit.Filter{EntityKind: kind, OldestFirst: true, Limit: 1000, After: after})
			if err != nil {
				t.Fatal(err)
			}
			// Events of one record come in the order of its versions only when asked for one by one.
			slices.SortStableFunc(events, func(a, b audit.Event) int {
				if a.Entity != b.Entity {
					return strings.Compare(a.Entity, b.Entity)
				}
				return int(a.Version - b.Version)
			})
			for _, e := range events {
				after = max(after, e.ID)
				if e.RecordedAt.After(at) {
					continue
				}
				key := kind + " " + e.Entity
				if states[key] == nil {
					states[key] = map[string]string{}
				}
				for _, c := range e.Changes {
					switch {
					case slices.Contains([]string{"effective", "reason", "source"}, c.Field) && kind == "ci":
					case c.Field == "reason":
					case c.After == "":
						delete(states[key], c.Field)
					default:
						states[key][c.Field] = c.After
					}
				}
			}
			if len(events) < 1000 {
				break
			}
		}
	}
	out := picture{}
	for key, s := range states {
		switch {
		case s["presence"] != "" || s["withdrawn"] != "":
		case strings.HasPrefix(key, "ci "):
			out[key] = line(s)
		case s["valid_from"] <= cmdb.Instant(at) && (s["valid_to"] == "" || s["valid_to"] > cmdb.Instant(at)):
			delete(s, "valid_from")
			delete(s, "valid_to")
			delete(s, "source")
			delete(s, "by")
			out[key] = line(s)
		}
	}
	return out
}

// seen builds the picture as of an instant, as it was known then, by asking the CMDB.
func seen(t *rapid.T, w *world.World, at time.Time) picture {
	out := picture{}
	m := cmdb.Moment{At: at, Known: at}
	f := cmdb.Filter{Limit: 200, Sort: "number", Moment: m}
	page, err := w.CMDB.List(w.System(), f, w)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range page.Items {
		one, err := w.CMDB.At(w.System(), c.Number, m)
		if err != nil {
			t.Fatalf("%s is in the list at %v, and not by itself: %v", c.Number, at, err)
		}
		if line(one.Facts.Fields()) != line(c.Facts.Fields()) {
			t.Fatalf("%s at %v: the list says %s, the item %s", c.Number, at, line(c.Facts.Fields()), line(one.Facts.Fields()))
		}
		out["ci "+c.Number] = line(one.Facts.Fields())
		_, relations, _, err := w.CMDB.Relations(w.System(), c.Number, m)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range relations {
			s := map[string]string{"from": fmt.Sprint(int64(r.FromID)), "type": r.Type, "to": fmt.Sprint(int64(r.ToID))}
			if r.Redundancy != "" {
				s["redundancy"], s["needed"] = r.Redundancy, fmt.Sprint(r.Needed)
			}
			out["ci_relation "+r.Ref] = line(s)
		}
		groups, err := w.CMDB.GroupsOf(w.System(), c.Number, m)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range groups {
			out["ci_membership "+g.Ref] = line(map[string]string{"group": g.Group, "ci": fmt.Sprint(int64(g.CIID))})
		}
	}
	return out
}

// TestTheCMDBAtAnyTimeIsAReplayOfTheLogUpToIt draws random histories, with corrections of the past, ended, withdrawn and
// reinstated relations and dated memberships, and compares the CMDB at every instant with the log.
func TestTheCMDBAtAnyTimeIsAReplayOfTheLogUpToIt(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			w := world.New(t, dialect)
			for _, key := range []string{"red", "blue"} {
				if _, err := w.CMDB.SetGroup(w.System(), cmdb.Group{Key: key, Name: key}); err != nil {
					t.Fatal(err)
				}
			}
			var items []cmdb.CI
			var refs []string
			rapid.Check(t, func(t *rapid.T) {
				moments := []time.Time{w.Clock.Now()}
				// Each check goes on where the one before ended: the history grows.
				for range rapid.IntRange(3, 12).Draw(t, "acts") {
					w.Clock.Advance(time.Duration(rapid.IntRange(1, 100).Draw(t, "minutes")) * time.Minute)
					var o cmdb.Origin
					if rapid.IntRange(0, 3).Draw(t, "corrects the past") == 0 {
						o.Effective = w.Clock.Now().Add(-time.Duration(rapid.IntRange(1, 300).Draw(t, "ago")) * time.Minute)
					}
					which := func(label string) cmdb.CI { return items[rapid.IntRange(0, len(items)-1).Draw(t, label)] }
					var err error
					switch act := rapid.IntRange(0, 8).Draw(t, "act"); {
					case len(items) < 3 || act == 0:
						if len(items) < 25 {
							c, e := w.CMDB.Register(w.System(), cmdb.RegisterInput{Class: "server", Status: cmdb.Live, Values: map[string]string{"name": fmt.Sprintf("s%d", len(items)), "memory_gb": "8"}, Origin: o})
							items, err = append(items, c), e
						}
					case act <= 3:
						_, err = w.CMDB.Amend(w.System(), cmdb.AmendInput{Number: which("amended").Number, Origin: o, Values: map[string]string{
							rapid.SampledFrom([]string{"memory_gb", "cpu_cores", "disk_gb"}).Draw(t, "field"): rapid.SampledFrom([]string{"", "1", "2", "4"}).Draw(t, "value")}})
					case act == 4:
						offers := cmdb.Flow.Possible(cmdb.Live)
						_, err = w.CMDB.Move(w.System(), cmdb.MoveInput{Number: which("moved").Number, Event: offers[rapid.IntRange(0, len(offers)-1).Draw(t, "event")].Event, Reason: "x", Origin: o})
					case act == 5:
						r, e := w.CMDB.Relate(w.System(), cmdb.RelateInput{From: which("from").Number, Type: rapid.SampledFrom([]string{"uses", "hosts"}).Draw(t, "type"), To: which("to").Number, Origin: o})
						if err = e; e == nil {
							refs = append(refs, r.Ref)
						}
					case act == 6 && len(refs) > 0:
						ref := refs[rapid.IntRange(0, len(refs)-1).Draw(t, "relation")]
						switch rapid.IntRange(0, 2).Draw(t, "how") {
						case 0:
							_, err = w.CMDB.Unrelate(w.System(), cmdb.UnrelateInput{Ref: ref, Origin: o})
						case 1:
							err = w.CMDB.WithdrawRelation(w.System(), ref, "", "")
						case 2:
							err = w.CMDB.ReinstateRelation(w.System(), ref, "", "")
						}
					case act == 7:
						_, err = w.CMDB.Join(w.System(), cmdb.MemberInput{Group: rapid.SampledFrom([]string{"red", "blue"}).Draw(t, "group"), Number: which("member").Number, From: o.Effective})
					case act == 8:
						_, err = w.CMDB.Leave(w.System(), cmdb.MemberInput{Group: rapid.SampledFrom([]string{"red", "blue"}).Draw(t, "group"), Number: which("member").Number})
					}
					if kind := domain.KindOf(err); err != nil && kind != domain.Conflict && kind != domain.Invalid && kind != domain.NotFound {
						t.Fatal(err)
					}
					moments = append(moments, w.Clock.Now())
				}
				for range 4 {
					known := rapid.IntRange(0, len(moments)-1).Draw(t, "known")
					agree(t, w, items, moments[rapid.IntRange(0, known).Draw(t, "at")], moments[known])
				}
				for _, at := range moments {
					if want, got := replay(t, w, at).String(), seen(t, w, at).String(); want != got {
						t.Fatalf("at %v the log says\n%s\nand the CMDB\n%s", at, want, got)
					}
				}
			})
			w.VerifyLog()
		})
	}
}

// agree compares each item at one instant, as it was known at another, with its events: a patch holds from the instant
// on that its event calls effective, and what was recorded later wins.
func agree(t *rapid.T, w *world.World, items []cmdb.CI, at, known time.Time) {
	page, err := w.CMDB.List(w.System(), cmdb.Filter{Limit: 200, Sort: "number", Moment: cmdb.Moment{At: at, Known: known}}, w)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[domain.CIID]int{}
	for _, c := range page.Items {
		listed[c.ID]++
	}
	for _, c := range items {
		events, err := w.Log.Events(w.System(), audit.Filter{EntityKind: "ci", Entity: c.Number, OldestFirst: true, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]string
		for _, e := range events {
			if e.RecordedAt.After(known) {
				continue
			}
			since := cmdb.Instant(e.RecordedAt)
			for _, ch := range e.Changes {
				if ch.Field == "effective" {
					since = ch.After
				}
			}
			if since > cmdb.Instant(at) {
				continue
			}
			if want == nil {
				want = map[string]string{}
			}
			for _, ch := range e.Changes {
				switch {
				case slices.Contains([]string{"effective", "reason", "source"}, ch.Field):
				case ch.After == "":
					delete(want, ch.Field)
				default:
					want[ch.Field] = ch.After
				}
			}
		}
		got, err := w.CMDB.At(w.System(), c.Number, cmdb.Moment{At: at, Known: known})
		switch {
		case want == nil && domain.KindOf(err) == domain.NotFound:
		case err != nil:
			t.Fatalf("%s at %v as known at %v: %v; the log says %s", c.Number, at, known, err, line(want))
		case line(got.Facts.Fields()) != line(want):
			t.Fatalf("%s at %v as known at %v is\n%s\nand the log says\n%s", c.Number, at, known, line(got.Facts.Fields()), line(want))
		}
		if n := listed[c.ID]; n > 1 || (n == 1) != (want != nil) {
			t.Fatalf("%s at %v as known at %v is %d times in the list", c.Number, at, known, n)
		}
	}
}
