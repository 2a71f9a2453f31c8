package cab

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar/recur"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// Rhythm is how a board meets: when, who manages it, how long before it is announced, and what comes on its agenda.
type Rhythm struct {
	BoardID domain.BoardID `gorm:"primaryKey"`
	Active  bool
	Zone    string
	Starts  string // what a clock in the zone shows the first time: 2026-03-03T14:00
	Rule    string // how it repeats, as in RFC 5545
	Minutes int
	// ManagerID leads the meetings unless somebody else does.
	ManagerID   domain.UserID
	NoticeHours int // how long before its beginning a meeting is announced
	ItemMinutes int // what a point is given
	// Sections are those that the rule fills.
	Sections changes.Texts
	// LowRisk: changes of low risk come on the agenda as well. They need no meeting to be decided.
	LowRisk   bool
	Version   int64
	UpdatedAt time.Time
}

// TableName names the table.
func (Rhythm) TableName() string { return "board_rhythms" }

const wallForm = "2006-01-02T15:04"

// horizon is how far ahead meetings are made.
const horizon = 42 * 24 * time.Hour

// Usual is how a board meets of which nobody has said anything.
func Usual(board domain.BoardID) Rhythm {
	return Rhythm{BoardID: board, Zone: "UTC", Starts: "2026-01-06T14:00", Rule: "FREQ=WEEKLY;BYDAY=TU", Minutes: 60, NoticeHours: 48, ItemMinutes: 5, Sections: slices.Clone(Sections)}
}

// Check tells what is wrong with a rhythm.
func (r Rhythm) Check() error {
	bad := func(field, why string) error { return ErrRhythm.With("body."+field, why) }
	if _, err := time.LoadLocation(r.Zone); err != nil || r.Zone == "" || r.Zone == "Local" {
		return bad("zone", "a time zone is named like Europe/Berlin")
	}
	if _, err := time.Parse(wallForm, r.Starts); err != nil {
		return bad("starts", "a day and a time, like 2026-03-03T14:00")
	}
	if _, err := recur.Parse(r.Rule); err != nil {
		return bad("rule", err.Error())
	}
	switch {
	case r.Minutes < 5 || r.Minutes > 480:
		return bad("minutes", "a meeting takes five minutes to eight hours")
	case r.NoticeHours < 0 || r.NoticeHours > 24*28:
		return bad("notice_hours", "a meeting is announced up to four weeks before")
	case r.ItemMinutes < 1 || r.ItemMinutes > 120:
		return bad("item_minutes", "a point takes a minute to two hours")
	}
	for _, s := range r.Sections {
		if !slices.Contains(Sections, s) {
			return bad("sections", "choose from the list")
		}
	}
	return nil
}

// Times lists when the board meets in a stretch of time.
func (r Rhythm) Times(from, until time.Time) (out []time.Time, err error) {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return nil, ErrRhythm.Wrap(err)
	}
	first, err := time.Parse(wallForm, r.Starts)
	if err != nil {
		return nil, ErrRhythm.Wrap(err)
	}
	rule, err := recur.Parse(r.Rule)
	if err != nil {
		return nil, ErrRhythm.Wrap(err)
	}
	series := recur.Series{First: first, Length: time.Duration(r.Minutes) * time.Minute, Rule: &rule, Zone: zone}
	for _, span := range series.Between(recur.Span{Start: from, End: until}) {
		if !span.Start.Before(from) {
			out = append(out, domain.Instant(span.Start))
		}
	}
	return out, nil
}

// Fields is the rhythm's state in the log.
func (r Rhythm) Fields() map[string]string {
	return map[string]string{"active": strconv.FormatBool(r.Active), "zone": r.Zone, "starts": r.Starts, "rule": r.Rule, "minutes": ticket.Int(r.Minutes), "manager": ticket.Int(int64(r.ManagerID)),
		"notice_hours": ticket.Int(r.NoticeHours), "item_minutes": ticket.Int(r.ItemMinutes), "sections": text(r.Sections), "low_risk": strconv.FormatBool(r.LowRisk)}
}

// RhythmOf is how a board meets; where nobody has said so, how one usually does, with version 0. Who may: meeting.read on the
// board.
func (s *Service) RhythmOf(ctx context.Context, key string) (r Rhythm, b approval.Board, err error) {
	if b, err = s.board(ctx, key, "meeting.read"); err != nil {
		return r, b, err
	}
	r, err = s.rhythm(ctx, b.ID)
	return r, b, err
}

func (s *Service) board(ctx context.Context, key, action string) (approval.Board, error) {
	b, err := s.Approvals.Board(ctx, key)
	if err != nil && domain.KindOf(err) != domain.NotFound {
		return b, err
	}
	if denied := s.Gate.Check(ctx, action, policies.Object{Class: kind, Board: b.ID}); denied != nil {
		return b, denied
	}
	return b, err
}

func (s *Service) rhythm(ctx context.Context, board domain.BoardID) (Rhythm, error) {
	r, known, err := s.store.rhythm(ctx, board)
	if err == nil && !known {
		r = Usual(board)
	}
	return r, err
}

// SetRhythm says how a board meets. Meetings that the rhythm of before had planned, and that nobody has been told of, are
// cancelled where they do not fit any more; those of the new one are made. Who may: meeting.lead on the board. Facts: RhythmSet,
// and Happened of meetings. Errors: rhythm_unsound, stale_version.
func (s *Service) SetRhythm(ctx context.Context, key string, r Rhythm, version int64) (out Rhythm, err error) {
	if err := r.Check(); err != nil {
		return out, err
	}
	slices.SortFunc(r.Sections, func(a, b string) int { return rank(a) - rank(b) })
	r.Sections = slices.Compact(r.Sections)
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		b, err := s.board(ctx, key, "meeting.lead")
		if err != nil {
			return err
		}
		before, known, err := s.store.rhythm(ctx, b.ID)
		if err != nil {
			return err
		}
		if version != 0 && version != before.Version {
			return domain.ErrStale.Because("The present version is %d; you saw %d.", before.Version, version)
		}
		out = r
		out.BoardID, out.Version, out.UpdatedAt = b.ID, before.Version+1, s.DB.Now(ctx)
		fact := RhythmSet{Rhythm: out, Board: b.Key}
		if known {
			fact.Before = before.Fields()
		}
		if err := s.DB.Emit(ctx, fact); err != nil {
			return err
		}
		if err := s.store.saveRhythm(ctx, out, known); err != nil {
			return err
		}
		if err := s.misfits(ctx, out); err != nil {
			return err
		}
		return s.plan(ctx, out, b)
	})
	return out, err
}

// misfits cancels the meetings that a rhythm does not plan any more and that nobody was told of.
func (s *Service) misfits(ctx context.Context, r Rhythm) error {
	now := s.DB.Now(ctx)
	var times []time.Time
	if r.Active {
		var err error
		if times, err = r.Times(now, now.Add(horizon)); err != nil {
			return err
		}
	}
	ahead, err := s.store.ahead(ctx, r.BoardID, now)
	if err != nil {
		return err
	}
	for _, m := range ahead {
		if !m.Ruled || m.State != Planned || m.AnnouncedAt != nil || slices.ContainsFunc(times, m.StartsAt.Equal) {
			continue
		}
		if _, err := s.alter(ctx, m.Ref, "", func(_ context.Context, m *Meeting) (Happened, error) {
			m.State, m.Reason = Cancelled, "The board meets at other times now."
			return Happened{What: past["cancel"]}, nil
		}); err != nil {
			return err
		}
	}
	return nil
}
