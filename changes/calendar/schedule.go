package calendar

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes/calendar/recur"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Kind says what a schedule is for.
type Kind string

// The kinds: a window is when something may be changed, a freeze when nothing may.
const (
	Window Kind = "window"
	Freeze Kind = "freeze"
)

// Span is a stretch of time, half-open, in UTC.
type Span = recur.Span

// The limits of schedules.
const (
	MaxSchedules = 500 // in use
	MaxMinutes   = 366 * 24 * 60
	MaxScope     = 200 // names in a scope
	wallForm     = "2006-01-02T15:04"
)

// Scope says what a schedule covers: everything, or whatever matches one of the lists.
type Scope struct {
	Everything bool            `json:"everything,omitempty"`
	Groups     []string        `json:"groups,omitempty"`  // keys
	Classes    []string        `json:"classes,omitempty"` // with everything below them
	Tags       []string        `json:"tags,omitempty"`
	Sites      []domain.SiteID `json:"sites,omitempty"`
	// Items are numbers: of items, and of services, which are also covered when something that they need is changed.
	Items []string `json:"items,omitempty"`
}

// Value implements driver.Valuer.
func (s Scope) Value() (driver.Value, error) { return jsonText(s) }

// Scan implements sql.Scanner.
func (s *Scope) Scan(v any) error { return unjson(v, s) }

// Names is a list of words as it is kept: a JSON array.
type Names []string

// Value implements driver.Valuer.
func (n Names) Value() (driver.Value, error) { return jsonText(append([]string{}, n...)) }

// Scan implements sql.Scanner.
func (n *Names) Scan(v any) error { return unjson(v, n) }

func jsonText(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func unjson(v, dst any) error {
	switch s := v.(type) {
	case string:
		return json.Unmarshal([]byte(s), dst)
	case []byte:
		return json.Unmarshal(s, dst)
	}
	return fmt.Errorf("a list cannot be read from %T", v)
}

// Item is what a scope is matched with.
type Item struct {
	ID      domain.CIID
	Number  string
	Name    string
	Classes []string // its class and those above it
	Tags    []string
	Groups  []string
	Site    domain.SiteID
}

// Covers tells whether a plan for these items, which reaches those, is covered.
func (s Scope) Covers(items, reached []Item) bool {
	if s.Everything {
		return true
	}
	for _, i := range items {
		if meets(s.Groups, i.Groups) || meets(s.Classes, i.Classes) || meets(s.Tags, i.Tags) || i.Site != 0 && slices.Contains(s.Sites, i.Site) || slices.Contains(s.Items, i.Number) {
			return true
		}
	}
	return slices.ContainsFunc(reached, func(i Item) bool { return slices.Contains(s.Items, i.Number) })
}

func meets(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

func (s Scope) empty() bool {
	return !s.Everything && len(s.Groups)+len(s.Classes)+len(s.Tags)+len(s.Sites)+len(s.Items) == 0
}

// Schedule is a maintenance window or a freeze. Starts is what a clock on the wall of its zone shows the first time.
type Schedule struct {
	ID             int64 `gorm:"primaryKey"`
	Ref            string
	Kind           Kind
	Name           string
	Purpose        string
	Zone           string
	Starts         string // 2026-03-28T22:00
	Minutes        int64
	Rule           string // RFC 5545, empty for once
	Scope          Scope
	Models         Names // of changes that a freeze does not hold up
	SuspendedFrom  *time.Time
	SuspendedUntil *time.Time
	SuspendReason  string
	Retired        bool
	Version        int64
	UpdatedAt      time.Time
}

// TableName names the table.
func (Schedule) TableName() string { return "change_schedules" }

// Fields is the schedule's state in the log.
func (s Schedule) Fields() map[string]string {
	scope, _ := jsonText(s.Scope)                          //nolint:errcheck // lists of words always marshal
	models, _ := jsonText(append([]string{}, s.Models...)) //nolint:errcheck // as above; none is an empty list, as it is read back
	out := map[string]string{"kind": string(s.Kind), "name": s.Name, "purpose": s.Purpose, "zone": s.Zone, "starts": s.Starts, "minutes": strconv.FormatInt(s.Minutes, 10),
		"rule": s.Rule, "scope": scope, "models": models, "retired": strconv.FormatBool(s.Retired)}
	if s.SuspendedUntil != nil {
		out["suspended_from"], out["suspended_until"], out["suspend_reason"] = ticket.Instant(s.SuspendedFrom), ticket.Instant(s.SuspendedUntil), s.SuspendReason
	}
	return out
}

// series is when it happens, before suspensions.
func (s Schedule) series() (out recur.Series, err error) {
	if out.Zone, err = time.LoadLocation(s.Zone); err != nil || s.Zone == "" || s.Zone == "Local" {
		return out, ErrSchedule.With("body.zone", "name a zone like Europe/Berlin")
	}
	if out.First, err = time.Parse(wallForm, s.Starts); err != nil || out.First.Year() < 1990 || out.First.Year() > 2200 {
		return out, ErrSchedule.With("body.starts", "write the first time like 2026-03-28T22:00")
	}
	out.Length = time.Duration(s.Minutes) * time.Minute
	if s.Rule != "" {
		r, err := recur.Parse(s.Rule)
		if err != nil {
			return out, ErrSchedule.With("body.rule", err.Error())
		}
		out.Rule = &r
	}
	return out, nil
}

// check cleans a schedule and refuses what cannot be kept.
func (s *Schedule) check() (err error) {
	if s.Name, err = domain.CleanLine("body.name", s.Name, 100); err != nil {
		return err
	}
	if s.Purpose, err = domain.CleanText("body.purpose", s.Purpose, 2000); err != nil {
		return err
	}
	series, err := s.soundSeries()
	switch {
	case err != nil:
		return err
	case s.Name == "":
		return domain.ErrMissing.With("body.name", "give it a name")
	case s.Kind != Window && s.Kind != Freeze:
		return ErrSchedule.With("body.kind", "it is a window or a freeze")
	case s.Kind == Window && len(s.Models) > 0:
		return ErrSchedule.With("body.models", "only a freeze has exceptions")
	case s.Scope.empty():
		return ErrScope.With("body.scope", "choose everything, groups, classes, tags, sites or items")
	}
	if series.Rule != nil {
		s.Rule = series.Rule.String()
	}
	return s.Scope.check()
}

func (s *Scope) check() error {
	if s.Everything && len(s.Groups)+len(s.Classes)+len(s.Tags)+len(s.Sites)+len(s.Items) > 0 {
		return ErrScope.With("body.scope", "everything needs nothing beside it")
	}
	if len(s.Groups)+len(s.Classes)+len(s.Tags)+len(s.Sites)+len(s.Items) > MaxScope {
		return ErrScope.With("body.scope", "at most 200 names")
	}
	for _, list := range []*[]string{&s.Groups, &s.Classes, &s.Tags, &s.Items} {
		for i, name := range *list {
			if name = strings.TrimSpace(name); name == "" || len(name) > 100 {
				return ErrScope.With("body.scope", "each name has up to 100 characters")
			}
			(*list)[i] = name
		}
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	slices.Sort(s.Sites)
	s.Sites = slices.Compact(s.Sites)
	return nil
}

// Next lists the next few times of a schedule that are not over, within ten years. Errors: schedule_unsound.
func (s Schedule) Next(now time.Time, count int) (out []Span, err error) {
	series, err := s.soundSeries()
	if err != nil {
		return nil, err
	}
	for years := range 10 {
		in := Span{Start: now.AddDate(years, 0, 0), End: now.AddDate(years+1, 0, 0)}
		for _, o := range series.Between(in) {
			if n := len(out); n == 0 || out[n-1] != o { // one that spans the border is in both
				out = append(out, o)
			}
			if len(out) == count {
				return out, nil
			}
		}
	}
	return out, nil
}

// soundSeries is the series of a schedule whose times make sense.
func (s Schedule) soundSeries() (recur.Series, error) {
	series, err := s.series()
	switch {
	case err != nil:
		return series, err
	case s.Minutes < 1 || s.Minutes > MaxMinutes:
		return series, ErrSchedule.With("body.minutes", "it lasts from a minute to a year, and ends after it starts")
	case !series.Begins():
		return series, ErrSchedule.With("body.starts", "the first time is not one of the rule")
	}
	return series, nil
}

// Between lists when it counts in a stretch of time: its occurrences without what falls into its suspension. A retired
// schedule never does.
func (s Schedule) Between(in Span) (out []Span) {
	series, err := s.series()
	if err != nil || s.Retired || !in.Start.Before(in.End) {
		return nil
	}
	for _, o := range series.Between(in) {
		if s.SuspendedFrom == nil || s.SuspendedUntil == nil {
			out = append(out, o)
			continue
		}
		for _, part := range []Span{{Start: o.Start, End: earlier(o.End, *s.SuspendedFrom)}, {Start: later(o.Start, *s.SuspendedUntil), End: o.End}} {
			if part.Start.Before(part.End) && part.Overlaps(in) {
				out = append(out, part)
			}
		}
	}
	return out
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Excepts tells whether a freeze lets changes of a model through.
func (s Schedule) Excepts(model string) bool { return slices.Contains(s.Models, model) }
