package recur

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Freq is how often a rule repeats.
type Freq string

// The frequencies.
const (
	Daily   Freq = "DAILY"
	Weekly  Freq = "WEEKLY"
	Monthly Freq = "MONTHLY"
	Yearly  Freq = "YEARLY"
)

// Day is a weekday, or the nth one of a month: 2 for the second, -1 for the last, 0 for every.
type Day struct {
	Nth int
	Day time.Weekday
}

// Rule is a recurrence rule. Weeks begin on Monday.
type Rule struct {
	Freq       Freq
	Interval   int // at least 1
	ByDay      []Day
	ByMonthDay []int // 1 to 31, and -1 to -31 from the end of the month
	ByMonth    []int
	Count      int    // 0: no such end
	Until      string // "20271231": the last day on which it may happen; empty: no such end
}

// The limits of what is read.
const (
	MaxText     = 300
	MaxInterval = 1000
	MaxCount    = 10_000
)

var weekdays = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

const dayForm = "20060102"

// Parse reads a rule as RFC 5545 writes it, with or without "RRULE:" before it. Its errors are sentences for people.
func Parse(text string) (r Rule, err error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	if text = strings.TrimPrefix(text, "RRULE:"); text == "" || len(text) > MaxText {
		return r, errors.New("write the rule as in RFC 5545, for example FREQ=MONTHLY;BYDAY=2SU")
	}
	r.Interval = 1
	seen := map[string]bool{}
	for _, part := range strings.Split(text, ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || value == "" || seen[name] {
			return r, errors.New("each part of the rule is NAME=VALUE, and each name is given once")
		}
		seen[name] = true
		if err := r.set(name, value); err != nil {
			return r, err
		}
	}
	return r, r.check()
}

func (r *Rule) set(name, value string) (err error) {
	switch name {
	case "FREQ":
		if r.Freq = Freq(value); !slices.Contains([]Freq{Daily, Weekly, Monthly, Yearly}, r.Freq) {
			return errors.New("it repeats DAILY, WEEKLY, MONTHLY or YEARLY")
		}
	case "INTERVAL":
		r.Interval, err = whole(name, value, 1, MaxInterval)
	case "COUNT":
		r.Count, err = whole(name, value, 1, MaxCount)
	case "UNTIL":
		r.Until, err = until(value)
	case "WKST":
		if value != "MO" {
			return errors.New("weeks begin on Monday: WKST=MO, or leave it out")
		}
	case "BYMONTH":
		r.ByMonth, err = list(value, func(s string) (int, error) { return whole(name, s, 1, 12) })
	case "BYMONTHDAY":
		r.ByMonthDay, err = list(value, func(s string) (int, error) {
			n, err := whole(name, s, -31, 31)
			if n == 0 && err == nil {
				err = errors.New("BYMONTHDAY has no day 0")
			}
			return n, err
		})
	case "BYDAY":
		r.ByDay, err = list(value, day)
	default:
		return errors.New("of RFC 5545, FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, COUNT and UNTIL are understood")
	}
	return err
}

func whole(name, value string, low, high int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%s is a number from %d to %d", name, low, high)
	}
	return n, nil
}

// until reads the last day. Of a moment, its day counts: what happens on the last day happens.
func until(value string) (string, error) {
	d, clock, has := strings.Cut(value, "T")
	if has {
		if _, err := time.Parse("150405", strings.TrimSuffix(clock, "Z")); err != nil {
			return "", errors.New("UNTIL is a day like 20271231")
		}
	}
	if _, err := time.Parse(dayForm, d); err != nil {
		return "", errors.New("UNTIL is a day like 20271231")
	}
	return d, nil
}

func day(s string) (d Day, err error) {
	n := len(s) - 2
	if n < 0 || slices.Index(weekdays, s[n:]) < 0 {
		return d, errors.New("BYDAY lists days like MO, 2SU or -1FR")
	}
	d.Day = time.Weekday(slices.Index(weekdays, s[n:]))
	if n > 0 {
		if d.Nth, err = whole("the number in BYDAY", s[:n], -5, 5); err == nil && d.Nth == 0 {
			err = errors.New("BYDAY lists days like MO, 2SU or -1FR")
		}
	}
	return d, err
}

func list[T any](value string, read func(string) (T, error)) (out []T, err error) {
	for _, s := range strings.Split(value, ",") {
		v, err := read(s)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (r Rule) check() error {
	nth := slices.ContainsFunc(r.ByDay, func(d Day) bool { return d.Nth != 0 })
	switch {
	case r.Freq == "":
		return errors.New("the rule says how often it repeats: FREQ")
	case r.Count > 0 && r.Until != "":
		return errors.New("a rule ends by COUNT or by UNTIL, not by both")
	case nth && r.Freq != Monthly && (r.Freq != Yearly || len(r.ByMonth) == 0):
		return errors.New("the second Sunday is one of a month: use FREQ=MONTHLY, or BYMONTH with FREQ=YEARLY")
	case r.Freq == Weekly && len(r.ByMonthDay) > 0:
		return errors.New("BYMONTHDAY does not go with FREQ=WEEKLY")
	}
	return nil
}

// String writes the rule in its canonical form, which Parse reads.
func (r Rule) String() string {
	parts := []string{"FREQ=" + string(r.Freq)}
	if r.Interval > 1 {
		parts = append(parts, "INTERVAL="+strconv.Itoa(r.Interval))
	}
	for _, l := range []struct {
		name   string
		values []int
	}{{"BYMONTH", r.ByMonth}, {"BYMONTHDAY", r.ByMonthDay}} {
		if len(l.values) > 0 {
			texts := make([]string, len(l.values))
			for i, n := range l.values {
				texts[i] = strconv.Itoa(n)
			}
			parts = append(parts, l.name+"="+strings.Join(texts, ","))
		}
	}
	if len(r.ByDay) > 0 {
		texts := make([]string, len(r.ByDay))
		for i, d := range r.ByDay {
			if texts[i] = weekdays[d.Day]; d.Nth != 0 {
				texts[i] = strconv.Itoa(d.Nth) + texts[i]
			}
		}
		parts = append(parts, "BYDAY="+strings.Join(texts, ","))
	}
	if r.Count > 0 {
		parts = append(parts, "COUNT="+strconv.Itoa(r.Count))
	}
	if r.Until != "" {
		parts = append(parts, "UNTIL="+r.Until)
	}
	return strings.Join(parts, ";")
}
