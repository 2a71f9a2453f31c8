package cab

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// ActInput is something that somebody is to do.
type ActInput struct {
	Meeting string
	Item    string // reference of the point, empty for none
	Text    string
	Owner   domain.UserID
	Due     string // a day, or nothing
	// Task: it becomes a task of the change that the point is about, to be done before the change starts.
	Task bool
}

const actions = 200

// Act notes what somebody is to do. Who may: meeting.minute, and change.plan_work for a task. While the meeting sits and until the
// minutes are signed. Facts: Happened as "action_noted", and those of work.Add. Errors: action_unsound, minutes_signed,
// meeting_not_now, and those of work.Add.
func (s *Service) Act(ctx context.Context, in ActInput) (Meeting, error) {
	var err error
	if in.Text, err = ticket.Line("body.text", in.Text, ticket.MaxTitle); err != nil {
		return Meeting{}, err
	}
	if in.Text = strings.TrimSpace(in.Text); in.Text == "" || in.Owner == 0 {
		return Meeting{}, ErrAction.With("body.text", "say what is to be done, and who does it")
	}
	if in.Due != "" {
		if _, err := time.Parse(time.DateOnly, in.Due); err != nil {
			return Meeting{}, ErrAction.With("body.due", "a day, like 2026-03-14")
		}
	}
	return s.alter(ctx, in.Meeting, "meeting.minute", func(ctx context.Context, m *Meeting) (Happened, error) {
		a := Action{Ref: s.Random(), Item: in.Item, Text: in.Text, OwnerID: in.Owner, Due: in.Due}
		x := m.Item(in.Item)
		switch {
		case m.SignedAt != nil:
			return Happened{}, ErrSigned
		case m.State != InProgress && m.State != Ended:
			return Happened{}, ErrNotNow
		case in.Item != "" && x == nil:
			return Happened{}, ErrAction.With("body.item", "there is no such point")
		case in.Task && (x == nil || x.TicketID == 0):
			return Happened{}, ErrAction.With("body.task", "only a change has tasks")
		case len(m.Actions) >= actions:
			return Happened{}, ErrAction.Because("These are too many.")
		}
		active, err := s.People.ActiveOf(ctx, []domain.UserID{in.Owner})
		if err != nil {
			return Happened{}, err
		}
		if !active[in.Owner] {
			return Happened{}, ErrAction.With("body.owner", "there is no such person, or the account is disabled")
		}
		h := Happened{What: "action_noted"}
		if x != nil && x.TicketID != 0 {
			numbers, err := s.store.numbers(ctx, []domain.TicketID{x.TicketID})
			if err != nil {
				return h, err
			}
			h.About = []string{numbers[x.TicketID]}
			if in.Task {
				t, err := s.Tasks.Add(ctx, work.AddInput{Change: numbers[x.TicketID], Kind: work.Plan, Title: in.Text, Assignee: in.Owner})
				if err != nil {
					return h, err
				}
				a.Task = t.Number
			}
		}
		m.Actions = append(m.Actions, a)
		return h, nil
	})
}

// Done ticks an action off. Who may: meeting.attend for one's own, meeting.minute for all. Also after the minutes were signed. What
// became a task is done as the task. Facts: Happened as "action_done". Errors: action_done, action_unsound.
func (s *Service) Done(ctx context.Context, ref, action string) (Meeting, error) {
	actor := domain.ActorFrom(ctx).User
	return s.alter(ctx, ref, "meeting.attend", func(ctx context.Context, m *Meeting) (Happened, error) {
		i := slices.IndexFunc(m.Actions, func(a Action) bool { return a.Ref == action })
		if i < 0 {
			return Happened{}, domain.ErrNotFound.Because("There is no such action.")
		}
		a := &m.Actions[i]
		switch {
		case a.Task != "":
			return Happened{}, ErrAction.Because("It is %s now: finish that.", a.Task)
		case a.DoneAt != nil:
			return Happened{}, ErrActed
		case a.OwnerID != actor:
			if err := s.Gate.Check(ctx, "meeting.minute", m.Object()); err != nil {
				return Happened{}, err
			}
		}
		now := s.DB.Now(ctx)
		a.DoneAt, a.DoneBy = &now, actor
		return Happened{What: "action_done"}, nil
	})
}
