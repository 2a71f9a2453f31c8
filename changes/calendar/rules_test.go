package calendar

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/cabinetdesk/cabinet/domain"
)

var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func hours(from, to int) Span {
	return Span{Start: monday.Add(time.Duration(from) * time.Hour), End: monday.Add(time.Duration(to) * time.Hour)}
}

// net is a graph for the oracle: who depends on whom, and who stands in for whom.
type net struct {
	dependents map[domain.CIID][]domain.CIID
	ties       map[string][]domain.CIID
}

// reach computes depths the slow way: by relaxing until nothing alters.
func (n net) reach(items []domain.CIID) map[domain.CIID]int {
	out := map[domain.CIID]int{}
	for _, i := range items {
		out[i] = 0
	}
	for changed := true; changed; {
		changed = false
		for p, list := range n.dependents {
			d, ok := out[p]
			for _, x := range list {
				if old, had := out[x]; ok && d < 3 && (!had || d+1 < old) {
					out[x], changed = d+1, true
				}
			}
		}
	}
	return out
}

type drawn struct {
	Booking
	items []domain.CIID
}

func draw(t *rapid.T) (n net, all []drawn) {
	const size = 12
	ci := rapid.Custom(func(t *rapid.T) domain.CIID { return domain.CIID(rapid.IntRange(1, size).Draw(t, "ci")) })
	n = net{map[domain.CIID][]domain.CIID{}, map[string][]domain.CIID{}}
	for range rapid.IntRange(0, 12).Draw(t, "edges") {
		p := ci.Draw(t, "from")
		n.dependents[p] = append(n.dependents[p], ci.Draw(t, "to"))
	}
	for _, name := range []string{"a", "b"} {
		n.ties[name] = rapid.SliceOfNDistinct(ci, 0, 4, func(c domain.CIID) domain.CIID { return c }).Draw(t, "tie")
	}
	for k := range rapid.IntRange(1, 8).Draw(t, "changes") {
		from := rapid.IntRange(0, 40).Draw(t, "start")
		d := drawn{items: rapid.SliceOfN(ci, 0, 3).Draw(t, "items")}
		d.Booking = Booking{Change: domain.TicketID(k + 1), Span: hours(from, from+rapid.IntRange(1, 8).Draw(t, "hours")), Touches: n.reach(d.items), Ties: map[string][]domain.CIID{}}
		for name, members := range n.ties {
			for _, m := range members {
				if slices.Contains(d.items, m) {
					d.Ties[name] = append(d.Ties[name], m)
				}
			}
		}
		for range rapid.IntRange(0, 2).Draw(t, "people") {
			d.People = append(d.People, domain.UserID(rapid.IntRange(1, 4).Draw(t, "who")))
		}
		all = append(all, d)
	}
	return n, all
}

// oracle tells, minute by minute and item by item, how two changes conflict.
func oracle(n net, a, b drawn) map[Sort]bool {
	meet := false
	for m := monday; m.Before(monday.Add(60 * time.Hour)); m = m.Add(30 * time.Minute) {
		in := func(s Span) bool { return !m.Before(s.Start) && m.Before(s.End) }
		meet = meet || in(a.Span) && in(b.Span)
	}
	out := map[Sort]bool{}
	if !meet {
		return out
	}
	nearest := 99
	ra, rb := n.reach(a.items), n.reach(b.items)
	for ci, x := range ra {
		if y, ok := rb[ci]; ok {
			nearest = min(nearest, x+y)
		}
	}
	switch {
	case nearest == 0:
		out[SameItem] = true
	case nearest == 1:
		out[Neighbour] = true
	case nearest < 99:
		out[Meeting] = true
	}
	for _, members := range n.ties {
		for _, x := range a.items {
			for _, y := range b.items {
				if x != y && slices.Contains(members, x) && slices.Contains(members, y) {
					out[StandIn] = true
				}
			}
		}
	}
	for _, u := range a.People {
		if slices.Contains(b.People, u) {
			out[SamePerson] = true
		}
	}
	return out
}

func TestConflictsAgreeWithTheSlowWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, all := draw(t)
		var bookings []Booking
		for _, d := range all {
			bookings = append(bookings, d.Booking)
		}
		me := all[0]
		got := map[domain.TicketID]map[Sort]bool{}
		for _, f := range Detect(me.Booking, bookings) {
			if got[f.Other] == nil {
				got[f.Other] = map[Sort]bool{}
			}
			if got[f.Other][f.Sort] {
				t.Fatalf("%s with %d is found twice", f.Sort, f.Other)
			}
			got[f.Other][f.Sort] = true
			i := slices.IndexFunc(bookings, func(b Booking) bool { return b.Change == f.Other })
			if back := Detect(bookings[i], []Booking{me.Booking}); !slices.ContainsFunc(back, func(x Finding) bool {
				return x.Sort == f.Sort && x.Basis == f.Basis && x.CI == f.CI && x.User == f.User && x.key(f.Other) == f.key(me.Change)
			}) {
				t.Fatalf("%+v is not the same from the other side: %+v", f, back)
			}
		}
		for _, o := range all[1:] {
			want := oracle(n, me, o)
			if len(want) != len(got[o.Change]) {
				t.Fatalf("with %d: %v, and the slow way %v", o.Change, got[o.Change], want)
			}
			for s := range want {
				if !got[o.Change][s] {
					t.Fatalf("with %d: %v, and the slow way %v", o.Change, got[o.Change], want)
				}
			}
		}
	})
}

// A search for a free time looks at what is close alone: it passes over nothing that is in the way.
func TestWhatIsFarIsInNobodysWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, all := draw(t)
		var whole, near []Booking
		for _, d := range all {
			whole = append(whole, d.Booking)
			d.Touches = closeBy(d.Touches)
			near = append(near, d.Booking)
		}
		want, got := Taken(whole[0], whole), Taken(near[0], near)
		if len(got) != len(want) {
			t.Fatalf("%d are in the way when all is looked at, and %d when what is close is", len(want), len(got))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%+v, and of what is close %+v", want[i], got[i])
			}
		}
	})
}

func TestManyMeetingsAtOneItemAreToldOnce(t *testing.T) {
	me := Booking{Change: 1, Span: hours(0, 4), Touches: map[domain.CIID]int{1: 0, 9: 1}}
	var others []Booking
	for k := range 50 {
		others = append(others, Booking{Change: domain.TicketID(k + 2), Span: hours(0, 4), Touches: map[domain.CIID]int{domain.CIID(k + 100): 0, 9: 1}})
	}
	if got := Detect(me, others); len(got) != 1 || got[0].Other != 0 || got[0].CI != 9 || got[0].Severity() != Info {
		t.Errorf("%+v", got)
	}
	if got := Detect(me, others[:3]); len(got) != 3 {
		t.Errorf("%+v", got)
	}
}

func TestWhatEndsWhenAnotherStartsIsNoConflict(t *testing.T) {
	a := Booking{Change: 1, Span: hours(0, 2), Touches: map[domain.CIID]int{1: 0}}
	b := Booking{Change: 2, Span: hours(2, 4), Touches: map[domain.CIID]int{1: 0}}
	if got := Detect(a, []Booking{b}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestTheNextFreeTimeIsFreeAndTheEarliest(t *testing.T) {
	span := rapid.Custom(func(t *rapid.T) Span {
		from := rapid.IntRange(0, 40).Draw(t, "from")
		return hours(from, from+rapid.IntRange(0, 12).Draw(t, "for"))
	})
	rapid.Check(t, func(t *rapid.T) {
		in, length := hours(rapid.IntRange(0, 10).Draw(t, "in"), 48), time.Duration(rapid.IntRange(1, 10).Draw(t, "length"))*time.Hour
		busy := rapid.SliceOfN(span, 0, 6).Draw(t, "busy")
		var windows []Span
		if rapid.Bool().Draw(t, "windowed") {
			windows = append([]Span{}, rapid.SliceOfN(span, 0, 5).Draw(t, "windows")...)
		}
		free := func(s Span) bool {
			for m := s.Start; m.Before(s.End); m = m.Add(30 * time.Minute) {
				at := Span{Start: m, End: m.Add(30 * time.Minute)}
				inside := windows == nil || slices.ContainsFunc(windows, func(w Span) bool { return w.Overlaps(at) })
				if !inside || slices.ContainsFunc(busy, func(b Span) bool { return b.Start.Before(b.End) && b.Overlaps(at) }) {
					return false
				}
			}
			return !s.End.After(in.End)
		}
		got, ok := Free(in, length, windows, busy)
		if ok && (!free(got) || got.End.Sub(got.Start) != length || got.Start.Before(in.Start)) {
			t.Fatalf("%v is not free", got)
		}
		for m := in.Start; m.Before(in.End); m = m.Add(30 * time.Minute) {
			if s := (Span{Start: m, End: m.Add(length)}); free(s) {
				if !ok || got.Start.After(m) {
					t.Fatalf("%v is free and earlier than %v (%v)", s, got, ok)
				}
				break
			}
		}
	})
}

func sound() Schedule {
	return Schedule{Kind: Freeze, Name: "Year end", Zone: "Europe/Berlin", Starts: "2026-12-18T18:00", Minutes: 16 * 24 * 60, Scope: Scope{Everything: true}, Models: Names{"emergency"}}
}

func TestASchedulesTimesMakeSense(t *testing.T) {
	good := sound()
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for why, alter := range map[string]func(*Schedule){
		"of no length":           func(s *Schedule) { s.Minutes = 0 },
		"reversed":               func(s *Schedule) { s.Minutes = -60 },
		"longer than a year":     func(s *Schedule) { s.Minutes = MaxMinutes + 1 },
		"in no zone":             func(s *Schedule) { s.Zone = "Berlin" },
		"in the machine's zone":  func(s *Schedule) { s.Zone = "Local" },
		"without a first time":   func(s *Schedule) { s.Starts = "soon" },
		"with a strange rule":    func(s *Schedule) { s.Rule = "FREQ=SECONDLY" },
		"first not of the rule":  func(s *Schedule) { s.Rule = "FREQ=WEEKLY;BYDAY=MO" },
		"for nothing":            func(s *Schedule) { s.Scope = Scope{} },
		"for everything and one": func(s *Schedule) { s.Scope.Tags = []string{"SOX"} },
		"a window with models":   func(s *Schedule) { s.Kind = Window },
		"of no kind":             func(s *Schedule) { s.Kind = "pause" },
		"without a name":         func(s *Schedule) { s.Name = " " },
	} {
		s := sound()
		alter(&s)
		var e *domain.Error
		if err := s.check(); !errors.As(err, &e) || len(e.Fields) == 0 {
			t.Errorf("%s: %v", why, err)
		}
	}
}

func TestASuspensionIsCutOutAndEndsByItself(t *testing.T) {
	from, until := monday.Add(10*time.Hour), monday.Add(20*time.Hour)
	s := Schedule{Kind: Freeze, Zone: "UTC", Starts: "2026-03-02T08:00", Minutes: 16 * 60, SuspendedFrom: &from, SuspendedUntil: &until}
	if got := s.Between(hours(0, 48)); len(got) != 2 || got[0] != hours(8, 10) || got[1] != hours(20, 24) {
		t.Errorf("%v", got)
	}
	if got := s.Between(hours(11, 12)); len(got) != 0 {
		t.Errorf("%v", got)
	}
	s.Retired = true
	if got := s.Between(hours(0, 48)); len(got) != 0 {
		t.Errorf("retired: %v", got)
	}
}

func TestOverlappingFreezesBothCount(t *testing.T) {
	a, b := sound(), sound()
	a.ID, b.ID = 1, 2
	at := Span{Start: time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 12, 20, 2, 0, 0, 0, time.UTC)}
	if got := Timely([]Schedule{a, b}, at, "normal", nil, nil); len(got) != 2 || got[0].Severity() != Hard {
		t.Errorf("%+v", got)
	}
	if got := Timely([]Schedule{a, b}, at, "emergency", nil, nil); len(got) != 0 {
		t.Errorf("an emergency: %+v", got)
	}
}

func TestAWindowIsAskedOfWhatItIsFor(t *testing.T) {
	w := Schedule{ID: 7, Kind: Window, Zone: "UTC", Starts: "2026-03-02T22:00", Minutes: 240, Rule: "FREQ=DAILY", Scope: Scope{Classes: []string{"server"}}}
	db := []Item{{Number: "CI-000001", Classes: []string{"database_server", "server"}}}
	if got := Timely([]Schedule{w}, hours(22, 25), "normal", db, nil); len(got) != 0 {
		t.Errorf("inside: %+v", got)
	}
	if got := Timely([]Schedule{w}, hours(20, 23), "normal", db, nil); len(got) != 1 || got[0].Sort != OutsideWindow {
		t.Errorf("outside: %+v", got)
	}
	if got := Timely([]Schedule{w}, hours(20, 23), "normal", []Item{{Classes: []string{"printer"}}}, nil); len(got) != 0 {
		t.Errorf("another class: %+v", got)
	}
	service := Scope{Items: []string{"CI-000009"}}
	if !service.Covers(db, []Item{{Number: "CI-000009"}}) || service.Covers(db, nil) {
		t.Error("a service is covered when something that it needs is changed")
	}
}

func TestFindingsComeGravestFirst(t *testing.T) {
	if !slices.IsSortedFunc(order, func(a, b Sort) int {
		rank := func(s Sort) int { return strings.Index("hard high medium info", string(s.Severity())) }
		return cmp.Compare(rank(a), rank(b))
	}) {
		t.Error(order)
	}
}
