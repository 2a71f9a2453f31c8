package cab

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

// guests is how many people who are not of the board are expected at a meeting.
const guests = 100

// invite expects everybody who is of the board now. Who has left the board since is a guest from then on.
func (s *Service) invite(ctx context.Context, m *Meeting) error {
	b, err := s.boardByID(ctx, m.BoardID)
	if err != nil {
		return err
	}
	for i := range m.People {
		m.People[i].Guest = !slices.Contains(b.Members, m.People[i].UserID)
	}
	for _, u := range b.Members {
		if m.Attendee(u) == nil {
			m.People = append(m.People, Attendee{UserID: u})
		}
	}
	return nil
}

// Invite expects somebody as a guest: to present a change, or to hear. Who may: meeting.lead. While the meeting is planned or
// sits. Facts: Happened as "invited". Errors: meeting_not_now, already_exists, meeting_unsound.
func (s *Service) Invite(ctx context.Context, ref string, user domain.UserID) (Meeting, error) {
	return s.alter(ctx, ref, "meeting.lead", func(ctx context.Context, m *Meeting) (Happened, error) {
		if err := m.open(); err != nil {
			return Happened{}, err
		}
		active, err := s.People.ActiveOf(ctx, []domain.UserID{user})
		switch {
		case err != nil:
			return Happened{}, err
		case !active[user]:
			return Happened{}, ErrMeeting.With("body.person", "there is no such person, or the account is disabled")
		case m.Attendee(user) != nil:
			return Happened{}, domain.ErrDuplicate.Because("They are expected already.")
		case len(m.People) >= guests:
			return Happened{}, ErrMeeting.With("body.person", "these are too many people")
		}
		b, err := s.boardByID(ctx, m.BoardID)
		m.People = append(m.People, Attendee{UserID: user, Guest: !slices.Contains(b.Members, user)})
		return Happened{What: "invited"}, err
	})
}

// Answer says whether one comes. Who may: meeting.attend, of those who are expected. Before the meeting is over. Facts: Happened
// as "answered". Errors: not_invited, meeting_not_now, meeting_unsound.
func (s *Service) Answer(ctx context.Context, ref string, yes bool) (Meeting, error) {
	return s.alter(ctx, ref, "meeting.attend", func(ctx context.Context, m *Meeting) (Happened, error) {
		if err := m.open(); err != nil {
			return Happened{}, err
		}
		a, err := s.mine(ctx, m, 0)
		if err != nil {
			return Happened{}, err
		}
		if a.Answer = "no"; yes {
			a.Answer = "yes"
		}
		return Happened{What: "answered"}, nil
	})
}

// mine is the seat of whoever acts. Somebody who stands in for a member of the board under a delegation is expected as well.
func (s *Service) mine(ctx context.Context, m *Meeting, behalf domain.UserID) (*Attendee, error) {
	actor := domain.ActorFrom(ctx).User
	if actor == 0 {
		return nil, domain.ErrSignIn
	}
	if behalf == 0 && m.Attendee(actor) == nil || behalf != 0 {
		lent, err := s.People.DelegationsAmong(ctx, []domain.UserID{actor}, s.DB.Now(ctx))
		if err != nil {
			return nil, err
		}
		b, err := s.boardByID(ctx, m.BoardID)
		if err != nil {
			return nil, err
		}
		stands := slices.ContainsFunc(lent, func(d approval.Delegation) bool {
			return d.To == actor && (behalf == 0 || d.From == behalf) && (d.Board == 0 || d.Board == m.BoardID) && slices.Contains(b.Members, d.From)
		})
		switch {
		case !stands && behalf != 0:
			return nil, ErrBehalf
		case !stands && !slices.Contains(b.Members, actor):
			return nil, ErrInvited.Because("Ask whoever leads it to invite you.")
		}
		if m.Attendee(actor) == nil {
			m.People = append(m.People, Attendee{UserID: actor, Guest: !slices.Contains(b.Members, actor)})
		}
	}
	return m.Attendee(actor), nil
}

// Join comes into the room, for oneself or on behalf of a member for whom one stands in; who is in the room already says with it
// for whom. Who may: meeting.attend, of those who are expected. While the meeting sits. Facts: Happened as "joined". Errors:
// not_invited, not_standing_in, meeting_not_now.
func (s *Service) Join(ctx context.Context, ref string, behalf domain.UserID) (Meeting, error) {
	return s.alter(ctx, ref, "meeting.attend", func(ctx context.Context, m *Meeting) (Happened, error) {
		if err := m.sits(); err != nil {
			return Happened{}, err
		}
		a, err := s.mine(ctx, m, behalf)
		if err != nil {
			return Happened{}, err
		}
		if a.Present() && a.BehalfID == behalf {
			return Happened{}, ErrNotNow.Because("You are in the room.")
		}
		if !a.Present() {
			a.Stays = append(slices.Clone(a.Stays), Stay{From: s.DB.Now(ctx)})
		}
		a.BehalfID = behalf
		return Happened{What: "joined"}, nil
	})
}

// Leave leaves the room. Who may: meeting.attend, for oneself; meeting.lead for anybody who went without a word. While the meeting
// sits. Facts: Happened as "left". Errors: meeting_not_now.
func (s *Service) Leave(ctx context.Context, ref string, user domain.UserID) (Meeting, error) {
	actor := domain.ActorFrom(ctx).User
	action := "meeting.attend"
	if user == 0 {
		user = actor
	}
	if user != actor {
		action = "meeting.lead"
	}
	return s.alter(ctx, ref, action, func(ctx context.Context, m *Meeting) (Happened, error) {
		if err := m.sits(); err != nil {
			return Happened{}, err
		}
		a := m.Attendee(user)
		if a == nil || !a.Present() {
			return Happened{}, ErrNotNow.Because("They are not in the room.")
		}
		a.leave(s.DB.Now(ctx))
		return Happened{What: "left"}, nil
	})
}

func (a *Attendee) leave(now time.Time) {
	if a.Present() {
		a.Stays = slices.Clone(a.Stays)
		a.Stays[len(a.Stays)-1].To = &now
	}
}
