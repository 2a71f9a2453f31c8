package cab

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Move starts a meeting, ends it, or cancels it. To end it closes the point that is being talked about, carries over what was
// not decided, and sees everybody out. Who may: meeting.lead. Facts: Happened, named after the move. Errors: move_not_possible,
// missing_input.
func (s *Service) Move(ctx context.Context, ref, event, reason string) (Meeting, error) {
	mv, known := Flow.Event(event)
	if !known {
		return Meeting{}, domain.ErrMove.Because("There is no such move.")
	}
	if err := ticket.Texts(map[string]*string{"reason": &reason}, ticket.MaxText); err != nil {
		return Meeting{}, err
	}
	return s.alter(ctx, ref, mv.Action, func(ctx context.Context, m *Meeting) (Happened, error) {
		to, err := ticket.Fire(Flow, m.State, event, flow.Input{Given: map[string]bool{"reason": strings.TrimSpace(reason) != ""}})
		if err != nil {
			return Happened{}, err
		}
		now, h := s.DB.Now(ctx), Happened{What: past[event]}
		switch event {
		case "start":
			if err := s.fill(ctx, m); err != nil {
				return h, err
			}
			if err := s.invite(ctx, m); err != nil {
				return h, err
			}
			m.StartedAt, m.RunningSince = &now, &now
			if m.AnnouncedAt == nil {
				m.AnnouncedAt = &now
			}
			if user := domain.ActorFrom(ctx).User; user != 0 {
				m.LeadID = user
			}
		case "end":
			if err := s.wind(ctx, m, now); err != nil {
				return h, err
			}
		case "cancel":
			m.Reason = reason
		}
		m.State = to.To
		return h, nil
	})
}

// wind ends what is going on in a meeting.
func (s *Service) wind(ctx context.Context, m *Meeting, now time.Time) error {
	if x := m.Current(); x != nil {
		if err := s.closeItem(ctx, m, x, now); err != nil {
			return err
		}
	}
	for i := range m.Items {
		if x := &m.Items[i]; x.State == ItemOpen {
			x.State = ItemCarried
		}
	}
	for i := range m.People {
		m.People[i].leave(now)
	}
	m.halt(now)
	m.EndedAt = &now
	return nil
}

// halt stops the clock of the meeting.
func (m *Meeting) halt(now time.Time) {
	m.Spent, m.RunningSince = int64(m.Elapsed(now)/time.Second), nil
}

// stop stops the clock of a point.
func (m *Meeting) stop(x *Item, now time.Time) {
	x.Spent, x.RunningSince = int64(x.Elapsed(now)/time.Second), nil
}

// The results of a point about a decision, beside the states of its ballot.
const (
	ResultUndecided = "undecided"
	ResultEdited    = "edited" // the plan was edited while it was talked about, or since
	ResultDiscussed = "discussed"
)

// closeItem stops talking about a point and keeps what came of it (invariant 5). What is still to be decided is carried over.
func (s *Service) closeItem(ctx context.Context, m *Meeting, x *Item, now time.Time) error {
	m.stop(x, now)
	x.State, x.Result = ItemDone, ResultDiscussed
	b, ok, err := s.ballotOf(ctx, *m, *x)
	if err != nil || !ok {
		return err
	}
	switch b.Slot.State {
	case approval.Approved, approval.Rejected:
		x.Result = string(b.Slot.State)
	case approval.Stale:
		x.Result = ResultEdited
	default:
		x.State, x.Result = ItemCarried, ResultUndecided
	}
	return nil
}

// Asks tells whether a point is about the decision of a ballot: it waits, it was settled in this meeting, or the point is for
// decision. What is only looked back on was decided long ago.
func (m Meeting) Asks(x Item, b approval.Ballot) bool {
	return b.Slot.State == approval.Waiting || slices.Contains([]string{SectionHighRisk, SectionConflicts, SectionDecisions, SectionTemplates}, x.Section) ||
		m.StartedAt != nil && b.Slot.ClosedAt != nil && !b.Slot.ClosedAt.Before(*m.StartedAt)
}

// ballotOf is the ballot of the board on the plan that a point is about; ok is false where the board is not asked.
func (s *Service) ballotOf(ctx context.Context, m Meeting, x Item) (b approval.Ballot, ok bool, err error) {
	defer func() { ok = ok && m.Asks(x, b) }()
	switch {
	case x.TicketID != 0:
		c, err := s.Changes.ByID(ctx, x.TicketID)
		if err != nil {
			return b, false, err
		}
		b, ok = BallotOf(c, m.BoardID, x.Digest)
		return b, ok, nil
	case x.Template != "":
		t, err := s.Edition(ctx, x.Template)
		if err != nil {
			return b, false, err
		}
		b, ok, err = s.Templates.Ballot(ctx, t)
		return b, ok && b.Slot.BoardID == m.BoardID, err
	}
	return b, false, nil
}

// BallotOf finds the ballot of a board on a plan of a change, by the plan's digest; on its present plan with none.
func BallotOf(c changes.Change, board domain.BoardID, digest string) (approval.Ballot, bool) {
	list := c.Ballots
	if digest == "" {
		list, digest = c.Current(), c.Facet.Digest
	}
	i := slices.IndexFunc(list, func(b approval.Ballot) bool { return b.Slot.BoardID == board && b.Slot.Digest == digest })
	if i < 0 {
		return approval.Ballot{}, false
	}
	return list[i], true
}

// take begins to talk about a point, and pins the plan as it is now.
func (s *Service) take(ctx context.Context, m *Meeting, x *Item, now time.Time) error {
	x.State, x.Result, x.RunningSince = ItemCurrent, "", &now
	if m.RunningSince == nil {
		m.RunningSince = &now
	}
	switch {
	case x.TicketID != 0:
		c, err := s.Changes.ByID(ctx, x.TicketID)
		x.Revision, x.Digest = c.Facet.Revision, c.Facet.Digest
		return err
	case x.Template != "":
		t, err := s.Edition(ctx, x.Template)
		x.Revision, x.Digest = t.Edition, t.Digest
		return err
	}
	return nil
}

// Take goes on to a point: the one that is being talked about is closed first. from is the reference of that one, as whoever asks
// saw it, so that two people who press at once do not skip one. Who may: meeting.lead. While the meeting sits. Facts: Happened as
// "point_taken". Errors: meeting_not_now, meeting_moved_on.
func (s *Service) Take(ctx context.Context, ref, item, from string) (Meeting, error) {
	return s.onItem(ctx, ref, item, "meeting.lead", func(ctx context.Context, m *Meeting, x *Item) (Happened, error) {
		return Happened{What: "point_taken"}, s.goOn(ctx, m, from, x.Ref)
	})
}

// Next goes on to the next point; after the last one there is none. Who may, and errors: as of Take. Facts: Happened as
// "point_taken", or "point_closed" after the last.
func (s *Service) Next(ctx context.Context, ref, from string) (Meeting, error) {
	return s.alter(ctx, ref, "meeting.lead", func(ctx context.Context, m *Meeting) (Happened, error) {
		h := Happened{What: "point_closed"}
		if i := slices.IndexFunc(m.Items, func(x Item) bool { return x.State == ItemOpen }); i >= 0 {
			h.What = "point_taken"
			return h, s.goOn(ctx, m, from, m.Items[i].Ref)
		}
		if m.Current() == nil {
			return h, ErrNotNow.Because("There is no point left.")
		}
		return h, s.goOn(ctx, m, from, "")
	})
}

func (s *Service) goOn(ctx context.Context, m *Meeting, from, to string) error {
	if err := m.sits(); err != nil {
		return err
	}
	now, current := s.DB.Now(ctx), m.Current()
	if current == nil && from != "" || current != nil && current.Ref != from {
		return ErrMovedOn.Because("Somebody else went on in the meantime.")
	}
	if current != nil {
		if current.Ref == to {
			return ErrNotNow.Because("It is being talked about.")
		}
		if err := s.closeItem(ctx, m, current, now); err != nil {
			return err
		}
	}
	if to == "" {
		return nil
	}
	return s.take(ctx, m, m.Item(to), now)
}

// Pause stops the clocks of the meeting and of its point, or lets them go on. Who may: meeting.lead. While the meeting sits.
// Facts: Happened as "paused" or "resumed". Errors: meeting_not_now.
func (s *Service) Pause(ctx context.Context, ref string, pause bool) (Meeting, error) {
	return s.alter(ctx, ref, "meeting.lead", func(ctx context.Context, m *Meeting) (Happened, error) {
		if err := m.sits(); err != nil {
			return Happened{}, err
		}
		now, current := s.DB.Now(ctx), m.Current()
		if pause == (m.RunningSince == nil) {
			return Happened{}, ErrNotNow.Because("It is like that already.")
		}
		if pause {
			m.halt(now)
			if current != nil {
				m.stop(current, now)
			}
			return Happened{What: "paused"}, nil
		}
		m.RunningSince = &now
		if current != nil {
			current.RunningSince = &now
		}
		return Happened{What: "resumed"}, nil
	})
}

// Allot says how many minutes a point is given. Who may: meeting.lead. Facts: Happened as "time_allotted". Errors:
// agenda_unsound, meeting_not_now.
func (s *Service) Allot(ctx context.Context, ref, item string, minutes int) (Meeting, error) {
	if minutes < 1 || minutes > 120 {
		return Meeting{}, ErrItem.With("body.minutes", "a point takes a minute to two hours")
	}
	return s.onItem(ctx, ref, item, "meeting.lead", func(_ context.Context, m *Meeting, x *Item) (Happened, error) {
		x.Minutes = minutes
		return Happened{What: "time_allotted"}, m.open()
	})
}

// Jot writes what was said about a point, for the minutes. Who may: meeting.minute. Until they are signed. Facts: Happened as
// "noted". Errors: minutes_signed, meeting_not_now.
func (s *Service) Jot(ctx context.Context, ref, item, note string) (Meeting, error) {
	if err := ticket.Texts(map[string]*string{"note": &note}, 10_000); err != nil {
		return Meeting{}, err
	}
	return s.onItem(ctx, ref, item, "meeting.minute", func(_ context.Context, m *Meeting, x *Item) (Happened, error) {
		switch {
		case m.SignedAt != nil:
			return Happened{}, ErrSigned
		case m.State == Cancelled:
			return Happened{}, ErrNotNow
		}
		x.Note = note
		return Happened{What: "noted"}, nil
	})
}
