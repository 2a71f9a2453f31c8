package cab

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// ConveneInput is a meeting beside the rhythm.
type ConveneInput struct {
	Board    string // key
	StartsAt time.Time
	Minutes  int    // 0: as the rhythm says
	Title    string // empty: the board's name
}

// Convene plans a meeting beside the rhythm, with an agenda by its rule; it is announced at once when its notice has begun. Who
// may: meeting.lead on the board. Facts: Happened as "convened". Errors: meeting_unsound, meeting_time_taken.
func (s *Service) Convene(ctx context.Context, in ConveneInput) (m Meeting, err error) {
	if in.Title, err = ticket.Line("body.title", in.Title, ticket.MaxShort); err != nil {
		return m, err
	}
	in.StartsAt = domain.Instant(in.StartsAt)
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		b, err := s.board(ctx, in.Board, "meeting.lead")
		if err != nil {
			return err
		}
		r, err := s.rhythm(ctx, b.ID)
		if err != nil {
			return err
		}
		if in.Minutes == 0 {
			in.Minutes = r.Minutes
		}
		now := s.DB.Now(ctx)
		switch {
		case in.Minutes < 5 || in.Minutes > 480:
			return ErrMeeting.With("body.minutes", "a meeting takes five minutes to eight hours")
		case in.StartsAt.Before(now.Add(-time.Hour)):
			return ErrMeeting.With("body.starts_at", "that is over")
		case in.StartsAt.After(now.AddDate(1, 0, 0)):
			return ErrMeeting.With("body.starts_at", "within a year")
		}
		r.Minutes = in.Minutes
		m, err = s.convene(ctx, r, b, in.StartsAt, strings.TrimSpace(in.Title), false)
		return err
	})
	return m, err
}

// convene keeps a new meeting. Close to its beginning it has its agenda, and is announced, at once.
func (s *Service) convene(ctx context.Context, r Rhythm, b approval.Board, at time.Time, title string, ruled bool) (m Meeting, err error) {
	if taken, err := s.store.taken(ctx, b.ID, at); err != nil || taken {
		if err == nil {
			err = ErrTaken.With("body.starts_at", "choose another time")
		}
		return m, err
	}
	now := s.DB.Now(ctx)
	m = Meeting{Ref: s.Random(), BoardID: b.ID, Title: b.Name, State: Planned, Ruled: ruled, Zone: r.Zone, StartsAt: at, Minutes: r.Minutes, LeadID: r.ManagerID, CreatedAt: now}
	if title != "" {
		m.Title = title
	}
	if r.due(m, now) {
		if err := s.announce(ctx, &m, now); err != nil {
			return m, err
		}
	}
	return m, s.write(ctx, &m, nil, "", Happened{What: "convened"})
}

func (r Rhythm) due(m Meeting, now time.Time) bool {
	return !now.Before(m.StartsAt.Add(-time.Duration(r.NoticeHours) * time.Hour))
}

// announce makes the agenda, and expects the board.
func (s *Service) announce(ctx context.Context, m *Meeting, now time.Time) error {
	m.AnnouncedAt = &now
	if err := s.fill(ctx, m); err != nil {
		return err
	}
	return s.invite(ctx, m)
}

// plan makes the meetings of a rhythm that are not there yet. A time at which one was cancelled stays free.
func (s *Service) plan(ctx context.Context, r Rhythm, b approval.Board) error {
	if !r.Active {
		return nil
	}
	now := s.DB.Now(ctx)
	times, err := r.Times(now, now.Add(horizon))
	if err != nil {
		return err
	}
	known, err := s.store.ahead(ctx, r.BoardID, now)
	if err != nil {
		return err
	}
	for _, at := range times {
		if slices.ContainsFunc(known, func(m Meeting) bool { return m.StartsAt.Equal(at) }) {
			continue
		}
		if _, err := s.convene(ctx, r, b, at, "", true); err != nil {
			return err
		}
	}
	return nil
}

// Sweep does what the passing of time asks for: it makes the meetings of the rhythms ahead, announces those whose notice has
// begun, and keeps the agendas of those that are announced up to date. It is run by the desk itself, each meeting in a unit of its
// own. Facts: Happened as "convened", "announced" and "agenda_refreshed".
func (s *Service) Sweep(ctx context.Context) error {
	boards, err := s.Approvals.Boards(ctx)
	if err != nil {
		return err
	}
	for _, b := range boards {
		if err := s.DB.Do(ctx, func(ctx context.Context) error {
			r, known, err := s.store.rhythm(ctx, b.ID)
			if err != nil || !known {
				return err
			}
			return s.plan(ctx, r, b)
		}); err != nil {
			return err
		}
		r, err := s.rhythm(ctx, b.ID)
		if err != nil {
			return err
		}
		ahead, err := s.store.ahead(ctx, b.ID, s.DB.Now(ctx).Add(-12*time.Hour))
		if err != nil {
			return err
		}
		for _, m := range ahead {
			if err := s.prepare(ctx, r, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// errSame leaves a meeting as it is.
var errSame = errors.New("nothing alters")

// prepare announces a planned meeting that is due, and keeps the agenda of one that is announced.
func (s *Service) prepare(ctx context.Context, r Rhythm, m Meeting) error {
	if m.State != Planned || m.AnnouncedAt == nil && !r.due(m, s.DB.Now(ctx)) {
		return nil
	}
	_, err := s.alter(ctx, m.Ref, "", func(ctx context.Context, m *Meeting) (Happened, error) {
		if m.State != Planned {
			return Happened{}, errSame
		}
		if m.AnnouncedAt == nil {
			return Happened{What: "announced"}, s.announce(ctx, m, s.DB.Now(ctx))
		}
		before := m.Fields()
		if err := s.fill(ctx, m); err != nil {
			return Happened{}, err
		}
		if len(ticket.Diff(before, m.Fields())) == 0 {
			return Happened{}, errSame
		}
		return Happened{What: "agenda_refreshed"}, nil
	})
	if errors.Is(err, errSame) {
		return nil
	}
	return err
}
