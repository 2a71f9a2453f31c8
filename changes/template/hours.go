package template

import (
	"errors"
	"slices"
	"time"
)

// Hours are a stretch of every one of some days of the week, on the clock of the template's zone. An end that is not after
// the beginning is on the next day.
type Hours struct {
	Days []time.Weekday `json:"days"` // 0 is Sunday
	From string         `json:"from"` // like 22:00
	To   string         `json:"to"`
}

// Check tells what is wrong with the hours.
func (h Hours) Check() error {
	_, err1 := time.Parse("15:04", h.From)
	_, err2 := time.Parse("15:04", h.To)
	switch {
	case err1 != nil || err2 != nil:
		return errors.New("a time is written like 22:00")
	case len(h.Days) == 0 || len(h.Days) > 7 || slices.ContainsFunc(h.Days, func(d time.Weekday) bool { return d < time.Sunday || d > time.Saturday }):
		return errors.New("name the days of the week, 0 is Sunday")
	}
	return nil
}

// Within tells whether the hours of a template hold all of the time from start to end. On the two days a year on which the
// clock jumps, its hours are those that the clock shows.
func (d Doc) Within(start, end time.Time) bool {
	if len(d.Hours) == 0 {
		return true
	}
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		return false
	}
	local := start.In(zone)
	for _, h := range d.Hours {
		from, err1 := time.Parse("15:04", h.From)
		to, err2 := time.Parse("15:04", h.To)
		if err1 != nil || err2 != nil {
			continue
		}
		for back := range 2 { // it may have begun yesterday
			day := local.AddDate(0, 0, -back)
			opens := time.Date(day.Year(), day.Month(), day.Day(), from.Hour(), from.Minute(), 0, 0, zone)
			next := 0
			if !to.After(from) {
				next = 1
			}
			closes := time.Date(day.Year(), day.Month(), day.Day()+next, to.Hour(), to.Minute(), 0, 0, zone)
			if slices.Contains(h.Days, opens.Weekday()) && !start.Before(opens) && !end.After(closes) {
				return true
			}
		}
	}
	return false
}
