package request

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// TaskInput adds a task to a request.
type TaskInput struct {
	Number   string // of the request
	Title    string
	Team     domain.TeamID
	Assignee domain.UserID
}

// AddTask adds a fulfilment task at the end. Who may: request.amend. Facts: TaskHappened as "created".
func (s *Service) AddTask(ctx context.Context, in TaskInput) (t Task, err error) {
	if in.Title, err = ticket.Title(in.Title); err != nil {
		return t, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		r, err := s.lock(ctx, in.Number, 0, "amend")
		if err != nil {
			return err
		}
		if !r.Ticket.Open() {
			return ticket.ErrFinal.Because("%s is done.", r.Ticket.Number)
		}
		if err := s.tickets.CheckAssignment(ctx, in.Team, in.Assignee); err != nil {
			return err
		}
		n, err := s.db.NextNumber(ctx, domain.KindTask)
		if err != nil {
			return err
		}
		t = Task{Number: n.String(), TicketID: r.Ticket.ID, Position: len(r.Tasks) + 1, Title: in.Title,
			State: TaskOpen, TeamID: in.Team, AssigneeID: in.Assignee, Version: 1, CreatedAt: s.db.Now(ctx)}
		if err := s.db.Emit(ctx, TaskHappened{Task: t, What: "created", Parent: r.Ticket.Number}); err != nil {
			return err
		}
		return s.store.addTask(ctx, &t)
	})
	return t, err
}

// TaskMoveInput asks for a move of a task.
type TaskMoveInput struct {
	Number string // of the task
	Event  string
	Reason string
}

// MoveTask makes a move of a task. Who may: request.amend on its request. Facts: TaskHappened.
func (s *Service) MoveTask(ctx context.Context, in TaskMoveInput) (t Task, err error) {
	if err := ticket.Texts(map[string]*string{"reason": &in.Reason}, ticket.MaxText); err != nil {
		return t, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if t, err = s.store.task(ctx, in.Number); err != nil {
			return err
		}
		parents, err := s.tickets.ByIDs(ctx, []domain.TicketID{t.TicketID})
		if err != nil {
			return err
		}
		parent := parents[t.TicketID]
		if err := s.tickets.Permit(ctx, parent, "amend"); err != nil {
			return err
		}
		mv, err := ticket.Fire(TaskFlow, t.State, in.Event, flow.Input{Given: map[string]bool{"reason": in.Reason != ""}})
		if err != nil {
			return err
		}
		before, now := t.Fields(), s.db.Now(ctx)
		from := t.State
		t.State, t.Version = mv.To, t.Version+1
		if !t.Open() {
			t.ClosedAt = &now
		}
		if actor := domain.ActorFrom(ctx); t.AssigneeID == 0 && actor.User != 0 {
			t.AssigneeID = actor.User
		}
		if err := s.db.Emit(ctx, TaskHappened{Task: t, What: past[in.Event], Before: before, From: from, Reason: in.Reason, Parent: parent.Number}); err != nil {
			return err
		}
		return s.store.updateTask(ctx, t)
	})
	return t, err
}
