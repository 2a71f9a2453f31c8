package recur

import (
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

func wall(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func rule(t testing.TB, text string) *Rule {
	t.Helper()
	r, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return &r
}

func year(n int) Span {
	return Span{time.Date(n, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(n+1, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func starts(spans []Span, zone *time.Location) (out []string) {
	for _, s := range spans {
		out = append(out, s.Start.In(zone).Format("01-02 15:04"))
	}
	return out
}

func TestRulesHappenOnTheirDays(t *testing.T) {
	zone := berlin(t)
	for _, c := range []struct{ first, rule, want string }{
		{"2026-01-11 02:00", "FREQ=MONTHLY;BYDAY=2SU;COUNT=3", "01-11 02:00,02-08 02:00,03-08 02:00"},
		{"2026-01-30 22:00", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "01-30 22:00,02-27 22:00,03-27 22:00"},
		{"2026-01-31 10:00", "FREQ=MONTHLY;COUNT=3", "01-31 10:00,03-31 10:00,05-31 10:00"},
		{"2026-01-31 10:00", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "01-31 10:00,02-28 10:00,03-31 10:00"},
		{"2026-01-05 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=4", "01-05 10:00,01-08 10:00,01-19 10:00,01-22 10:00"},
		{"2026-02-13 10:00", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "02-13 10:00,03-13 10:00,11-13 10:00"},
		{"2026-06-01 10:00", "FREQ=DAILY;INTERVAL=10;UNTIL=20260621", "06-01 10:00,06-11 10:00,06-21 10:00"},
		{"2026-03-29 10:00", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU", "03-29 10:00,10-25 10:00"},
		{"2026-05-01 10:00", "", "05-01 10:00"},
	} {
		s := Series{First: wall(c.first), Length: time.Hour, Zone: zone}
		if c.rule != "" {
			s.Rule = rule(t, c.rule)
		}
		if got := strings.Join(starts(s.Between(year(2026)), zone), ","); got != c.want || !s.Begins() {
			t.Errorf("%s from %s: %s", c.rule, c.first, got)
		}
	}
}

func TestAWindowKeepsItsTimeOnTheWallWhenTheClocksChange(t *testing.T) {
	zone := berlin(t)
	for _, c := range []struct {
		why, first string
		length     time.Duration
		start, end string // UTC, empty for not at all
	}{
		{"a winter night", "2026-01-10 22:00", 6 * time.Hour, "01-10 21:00", "01-11 03:00"},
		{"an hour is skipped inside", "2026-03-28 22:00", 6 * time.Hour, "03-28 21:00", "03-29 02:00"},
		{"it starts in the skipped hour", "2026-03-29 02:30", 90 * time.Minute, "03-29 01:00", "03-29 02:00"},
		{"it lies in the skipped hour", "2026-03-29 02:00", 30 * time.Minute, "", ""},
		{"an hour comes twice inside", "2026-10-24 22:00", 6 * time.Hour, "10-24 20:00", "10-25 03:00"},
		{"it lies in the hour that comes twice", "2026-10-25 02:15", 30 * time.Minute, "10-25 00:15", "10-25 01:45"},
	} {
		got := Series{First: wall(c.first), Length: c.length, Zone: zone}.Between(year(2026))
		switch {
		case c.start == "" && len(got) == 0:
		case len(got) != 1 || got[0].Start.UTC().Format("01-02 15:04") != c.start || got[0].End.UTC().Format("01-02 15:04") != c.end:
			t.Errorf("%s: %v", c.why, got)
		}
	}
}

func TestARuleWithoutEndIsFinite(t *testing.T) {
	s := Series{First: wall("1990-01-01 00:00"), Length: time.Hour, Rule: rule(t, "FREQ=DAILY"), Zone: time.UTC}
	if got := s.Between(year(2026)); len(got) != 365 {
		t.Errorf("%d", len(got))
	}
	s.Rule = rule(t, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30") // a day that there is never
	if got := s.Between(Span{s.First, wall("2400-01-01 00:00")}); len(got) != 0 || s.Begins() {
		t.Errorf("%v", got)
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	for _, bad := range []string{"", "FREQ=HOURLY", "INTERVAL=2", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=2;UNTIL=20260101", "FREQ=WEEKLY;BYDAY=2MO",
		"FREQ=DAILY;BYSETPOS=1", "FREQ=DAILY;FREQ=DAILY", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=YEARLY;BYDAY=1MO", "FREQ=DAILY;UNTIL=tomorrow",
		"FREQ=WEEKLY;BYMONTHDAY=3", "FREQ=WEEKLY;WKST=SU", "FREQ=DAILY;BYMONTH=13", "FREQ=WEEKLY;BYDAY=", "FREQ=WEEKLY;BYDAY=XX", "FREQ=MONTHLY;BYDAY=0MO", "FREQ=MONTHLY;BYDAY=6MO",
		"FREQ=DAILY;COUNT=99999999999999999999", strings.Repeat("FREQ=DAILY;", 100)} {
		if r, err := Parse(bad); err == nil {
			t.Errorf("%q was read as %v", bad, r)
		}
	}
}

// expanded is the other way to follow a rule: period by period, each expanded to its days as the RFC tells it.
func expanded(r Rule, first time.Time, end time.Time) (out []time.Time) {
	add := func(d time.Time) bool {
		if d.Before(first) {
			return true
		}
		if r.Until != "" && d.Format(dayForm) > r.Until || !d.Before(end) {
			return false
		}
		out = append(out, d)
		return r.Count == 0 || len(out) < r.Count
	}
	limited := func(d time.Time) bool { return len(r.ByMonth) == 0 || slices.Contains(r.ByMonth, int(d.Month())) }
	for n := 0; n < 20_000; n++ {
		var set []time.Time
		month := func(y int, m time.Month) {
			last := time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
			keep := map[int]int{}
			kinds := 0
			if len(r.ByMonthDay) > 0 {
				kinds++
				once := map[int]bool{}
				for _, k := range r.ByMonthDay {
					if k < 0 {
						k = last + 1 + k
					}
					if k >= 1 && k <= last && !once[k] {
						once[k] = true
						keep[k]++
					}
				}
			}
			if len(r.ByDay) > 0 {
				kinds++
				once := map[int]bool{}
				for _, x := range r.ByDay {
					var of []int
					for k := 1; k <= last; k++ {
						if time.Date(y, m, k, 0, 0, 0, 0, time.UTC).Weekday() == x.Day {
							of = append(of, k)
						}
					}
					switch {
					case x.Nth > 0 && x.Nth <= len(of):
						of = of[x.Nth-1 : x.Nth]
					case x.Nth < 0 && -x.Nth <= len(of):
						of = of[len(of)+x.Nth : len(of)+x.Nth+1]
					case x.Nth != 0:
						of = nil
					}
					for _, k := range of {
						if !once[k] {
							once[k] = true
							keep[k]++
						}
					}
				}
			}
			if kinds == 0 && first.Day() <= last {
				kinds, keep[first.Day()] = 1, 1
			}
			for k := 1; k <= last; k++ {
				if kinds > 0 && keep[k] == kinds {
					set = append(set, time.Date(y, m, k, 0, 0, 0, 0, time.UTC))
				}
			}
		}
		var begin time.Time
		switch r.Freq {
		case Daily:
			begin = first.AddDate(0, 0, n*r.Interval)
			last := time.Date(begin.Year(), begin.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
			day := len(r.ByDay) == 0 || slices.ContainsFunc(r.ByDay, func(x Day) bool { return x.Day == begin.Weekday() })
			if in := len(r.ByMonthDay) == 0 || slices.Contains(r.ByMonthDay, begin.Day()) || slices.Contains(r.ByMonthDay, begin.Day()-last-1); in && day {
				set = []time.Time{begin}
			}
		case Weekly:
			begin = monday(first).AddDate(0, 0, 7*n*r.Interval)
			for k := range 7 {
				d := begin.AddDate(0, 0, k)
				if len(r.ByDay) == 0 && d.Weekday() == first.Weekday() || slices.ContainsFunc(r.ByDay, func(x Day) bool { return x.Day == d.Weekday() }) {
					set = append(set, d)
				}
			}
		case Monthly:
			begin = time.Date(first.Year(), first.Month()+time.Month(n*r.Interval), 1, 0, 0, 0, 0, time.UTC)
			month(begin.Year(), begin.Month())
		default:
			begin = time.Date(first.Year()+n*r.Interval, 1, 1, 0, 0, 0, 0, time.UTC)
			for m := time.January; m <= time.December; m++ {
				if len(r.ByMonth)+len(r.ByDay)+len(r.ByMonthDay) > 0 || m == first.Month() {
					month(begin.Year(), m)
				}
			}
		}
		if !begin.Before(end) {
			return out
		}
		for _, d := range set {
			if limited(d) && !add(d) {
				return out
			}
		}
	}
	return out
}

func TestRulesAgreeWithTheirExpansionPeriodByPeriod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rule{Freq: rapid.SampledFrom([]Freq{Daily, Weekly, Monthly, Yearly}).Draw(t, "freq"), Interval: rapid.IntRange(1, 5).Draw(t, "interval")}
		if rapid.Bool().Draw(t, "months") {
			r.ByMonth = rapid.SliceOfN(rapid.IntRange(1, 12), 1, 3).Draw(t, "month")
		}
		if r.Freq != Weekly && rapid.Bool().Draw(t, "monthdays") {
			r.ByMonthDay = rapid.SliceOfN(rapid.SampledFrom([]int{1, 5, 13, 28, 29, 30, 31, -1, -2, -31}), 1, 3).Draw(t, "monthday")
		}
		if rapid.Bool().Draw(t, "days") {
			nth := []int{0}
			if r.Freq == Monthly || r.Freq == Yearly && len(r.ByMonth) > 0 {
				nth = []int{0, 1, 2, 5, -1, -5}
			}
			for range rapid.IntRange(1, 3).Draw(t, "n") {
				r.ByDay = append(r.ByDay, Day{rapid.SampledFrom(nth).Draw(t, "nth"), time.Weekday(rapid.IntRange(0, 6).Draw(t, "day"))})
			}
		}
		first := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 800).Draw(t, "first"))
		switch rapid.IntRange(0, 2).Draw(t, "end") {
		case 1:
			r.Count = rapid.IntRange(1, 20).Draw(t, "count")
		case 2:
			r.Until = first.AddDate(0, 0, rapid.IntRange(0, 700).Draw(t, "until")).Format(dayForm)
		}
		again, err := Parse(r.String())
		if err != nil || again.String() != r.String() {
			t.Fatalf("%s was not read again: %v", r, err)
		}
		end := first.AddDate(4, 0, 0)
		var want []time.Time
		want = append(want, expanded(r, first, end)...)
		var got []time.Time
		for _, s := range (Series{First: first, Length: time.Hour, Rule: &again, Zone: time.UTC}).Between(Span{first, end}) {
			got = append(got, s.Start)
		}
		if !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Fatalf("%s from %s:\n%v\n%v", r, first.Format(dayForm), got, want)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"FREQ=MONTHLY;BYDAY=2SU", "RRULE:FREQ=DAILY;COUNT=3", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;UNTIL=20261231T235959Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("%q gives %q, which gives %q, %v", text, r, again, err)
		}
		s := Series{First: wall("2026-03-29 02:30"), Length: time.Hour, Rule: &r, Zone: time.UTC}
		for _, o := range s.Between(year(2026)) {
			if !o.Start.Before(o.End) {
				t.Errorf("%q: %v", text, o)
			}
		}
	})
}
