package work

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// records shows changes and begins to undo them.
type records interface {
	Get(ctx context.Context, number string) (changes.Change, error)
	BackOut(ctx context.Context, number string, version int64, reason string) (changes.Change, error)
}

// tickets is what the shared part of the records answers.
type tickets interface {
	Permit(ctx context.Context, t ticket.Ticket, action string) error
	Lock(ctx context.Context, number string, version int64, action string) (ticket.Ticket, error)
	CheckAssignment(ctx context.Context, team domain.TeamID, user domain.UserID) error
	Attachments(ctx context.Context, t ticket.Ticket, internal bool) ([]ticket.Attachment, error)
}

// Service holds the verbs of tasks.
type Service struct {
	db      *db.DB
	tickets tickets
	changes records
	store   store
}

// New builds the service.
func New(d *db.DB, t tickets, c records) *Service {
	return &Service{db: d, tickets: t, changes: c, store: store{d}}
}

// most is how many tasks a change can have; lines is how long a checklist can be.
const (
	most  = 200
	lines = 50
)

// Of lists the tasks of a change that the actor may read, in order, and the change with them.
func (s *Service) Of(ctx context.Context, number string) (Scene, error) {
	c, err := s.changes.Get(ctx, number)
	if err != nil {
		return Scene{}, err
	}
	tasks, err := s.store.of(ctx, c.Ticket.ID)
	return Scene{Change: c, Tasks: tasks, Actor: domain.ActorFrom(ctx).User}, err
}

// Ahead implements changes.Tasks.
func (s *Service) Ahead(ctx context.Context, change domain.TicketID, before string) ([]string, error) {
	tasks, err := s.store.of(ctx, change)
	if err != nil {
		return nil, err
	}
	undoing, err := s.store.undoing(ctx, change)
	return Ahead(tasks, before, undoing), err
}

// AddInput adds a task to a change.
type AddInput struct {
	Change    string
	Kind      string
	Title     string
	Team      domain.TeamID
	Assignee  domain.UserID
	After     []string // numbers of tasks of the same change
	Checklist []string
}

// Add adds a task at the end. Who may: change.plan_work. Until the review. Facts: Happened as "created". Errors: task_unsound,
// tasks_full, work_over, worker_decided.
func (s *Service) Add(ctx context.Context, in AddInput) (t Task, err error) {
	if in.Title, err = ticket.Title(in.Title); err != nil {
		return t, err
	}
	checks := []Check{}
	for _, line := range in.Checklist {
		if line, err = ticket.Line("body.checklist", line, 300); err != nil {
			return t, err
		}
		if strings.TrimSpace(line) != "" {
			checks = append(checks, Check{Text: line})
		}
	}
	switch {
	case !slices.Contains(Kinds, in.Kind):
		return t, ErrTask.With("body.kind", "choose one of: "+strings.Join(Kinds, ", "))
	case len(checks) > lines:
		return t, ErrTask.With("body.checklist", "a checklist has at most "+ticket.Int(lines)+" lines")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		scene, err := s.lock(ctx, in.Change, "plan_work")
		if err != nil {
			return err
		}
		if err := s.fits(ctx, scene, in); err != nil {
			return err
		}
		t, err = s.add(ctx, scene, Task{Kind: in.Kind, Title: in.Title, TeamID: in.Team, AssigneeID: in.Assignee, After: unique(in.After), Checklist: text(checks)})
		return err
	})
	return t, err
}

func (s *Service) fits(ctx context.Context, scene Scene, in AddInput) error {
	if len(scene.Tasks) >= most {
		return ErrMany
	}
	if err := s.tickets.CheckAssignment(ctx, in.Team, in.Assignee); err != nil {
		return err
	}
	if scene.Change.Spoke(in.Assignee) {
		return ErrDecided.With("body.assignee", "name somebody who did not decide on it")
	}
	for _, n := range in.After { // they are there already, so that no loop can be made
		if !slices.ContainsFunc(scene.Tasks, func(x Task) bool { return x.Number == n }) {
			return ErrTask.With("body.after", "name tasks of this change")
		}
	}
	return nil
}

func unique(list []string) changes.Texts {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func (s *Service) add(ctx context.Context, scene Scene, t Task) (Task, error) {
	n, err := s.db.NextNumber(ctx, domain.KindTask)
	if err != nil {
		return t, err
	}
	t.Number, t.TicketID, t.Position, t.Version, t.CreatedAt, t.Evidence = n.String(), scene.Change.Ticket.ID, len(scene.Tasks)+1, 1, s.db.Now(ctx), "[]"
	if t.State == "" {
		t.State = Open
	}
	if err := s.db.Emit(ctx, Happened{Task: t, What: "created", Parent: scene.Change.Ticket.Number}); err != nil {
		return t, err
	}
	return t, s.store.insert(ctx, &t)
}

// lock takes a change whose work is not over.
func (s *Service) lock(ctx context.Context, number, action string) (Scene, error) {
	if _, err := s.tickets.Lock(ctx, number, 0, action); err != nil {
		return Scene{}, err
	}
	scene, err := s.Of(ctx, number)
	if err != nil {
		return scene, err
	}
	if slices.Contains([]string{changes.StateReview, changes.StateClosed, changes.StateCancelled}, scene.Change.Ticket.State) {
		return scene, ErrOver.Because("%s is %s.", scene.Change.Ticket.Number, scene.Change.Ticket.State)
	}
	return scene, nil
}

// alter finds a task of a change, lets a verb alter it, and writes it after its event.
func (s *Service) alter(ctx context.Context, change, number, action string, verb func(ctx context.Context, t *Task, scene Scene) (Happened, error)) (t Task, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		scene, err := s.lock(ctx, change, action)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(scene.Tasks, func(x Task) bool { return strings.EqualFold(x.Number, number) })
		if i < 0 {
			return domain.ErrNotFound.Because("%s has no such task.", scene.Change.Ticket.Number)
		}
		t = scene.Tasks[i]
		before, from := t.Fields(), t.State
		h, err := verb(ctx, &t, scene)
		if err != nil {
			return err
		}
		return s.write(ctx, &t, before, from, scene, h)
	})
	return t, err
}

func (s *Service) write(ctx context.Context, t *Task, before map[string]string, from string, scene Scene, h Happened) error {
	t.Version++
	h.Task, h.Before, h.From, h.Parent = *t, before, from, scene.Change.Ticket.Number
	if err := s.db.Emit(ctx, h); err != nil {
		return err
	}
	return s.store.update(ctx, *t)
}

// MoveInput asks for a move of a task.
type MoveInput struct {
	Change string
	Task   string
	Event  string
	Result string // what came of it
}

// Move makes a move of a task; the server says when. Who may: change.work. Facts: Happened. Errors: move_not_possible,
// missing_input, task_comes_later, change_not_begun, checklist_open, worker_decided, work_over.
func (s *Service) Move(ctx context.Context, in MoveInput) (Task, error) {
	if err := ticket.Texts(map[string]*string{"result": &in.Result}, ticket.MaxText); err != nil {
		return Task{}, err
	}
	return s.alter(ctx, in.Change, in.Task, "work", func(ctx context.Context, t *Task, scene Scene) (Happened, error) {
		mv, err := ticket.Fire(Flow, t.State, in.Event, flow.Input{Guard: t.Guard(scene), Given: map[string]bool{"result": strings.TrimSpace(in.Result) != ""}})
		if err != nil {
			return Happened{}, err
		}
		s.stamp(ctx, t, mv.To, in.Result)
		return Happened{What: past[in.Event]}, nil
	})
}

func (s *Service) stamp(ctx context.Context, t *Task, to, result string) {
	now, actor := s.db.Now(ctx), domain.ActorFrom(ctx).User
	t.State = to
	if to == InProgress {
		t.StartedAt, t.StartedBy = &now, actor
		if t.AssigneeID == 0 {
			t.AssigneeID = actor
		}
		return
	}
	t.EndedAt, t.EndedBy = &now, actor
	if result != "" {
		t.Result = result
	}
}

// Tick ticks off a line of the checklist, counted from 1, or takes that back. Who may: change.work. Facts: Happened as "ticked".
// Errors: move_not_possible when the task has ended, worker_decided, task_unsound.
func (s *Service) Tick(ctx context.Context, change, task string, line int, done bool) (Task, error) {
	return s.alter(ctx, change, task, "work", func(ctx context.Context, t *Task, scene Scene) (Happened, error) {
		checks := t.Checks()
		switch {
		case line < 1 || line > len(checks):
			return Happened{}, ErrTask.With("body.line", "there is no such line")
		case t.Ended():
			return Happened{}, domain.ErrMove.Because("%s has ended.", t.Number)
		case scene.Change.Spoke(scene.Actor):
			return Happened{}, ErrDecided
		}
		c := &checks[line-1]
		c.By, c.At = 0, nil
		if done {
			now := s.db.Now(ctx)
			c.By, c.At = scene.Actor, &now
		}
		t.Checklist = text(checks)
		return Happened{What: "ticked"}, nil
	})
}

// Show adds a file of the change to the evidence of a task. Who may: change.work. Facts: Happened as "shown", with the
// SHA-256. Errors: not_found for a file of another record, task_unsound, worker_decided.
func (s *Service) Show(ctx context.Context, change, task, file, note string) (Task, error) {
	if err := ticket.Texts(map[string]*string{"note": &note}, ticket.MaxShort); err != nil {
		return Task{}, err
	}
	return s.alter(ctx, change, task, "work", func(ctx context.Context, t *Task, scene Scene) (Happened, error) {
		if scene.Change.Spoke(scene.Actor) {
			return Happened{}, ErrDecided
		}
		internal := s.tickets.Permit(ctx, scene.Change.Ticket, "read_internal") == nil
		have, err := s.tickets.Attachments(ctx, scene.Change.Ticket, internal)
		if err != nil {
			return Happened{}, err
		}
		i := slices.IndexFunc(have, func(a ticket.Attachment) bool { return a.Key == file })
		files := t.Files()
		switch {
		case i < 0:
			return Happened{}, domain.ErrNotFound.Because("%s has no such file: attach it first.", scene.Change.Ticket.Number)
		case slices.ContainsFunc(files, func(f File) bool { return f.Key == file }):
			return Happened{}, ErrTask.With("body.file", "it is shown already")
		case len(files) >= lines:
			return Happened{}, ErrTask.With("body.file", "these are too many")
		}
		t.Evidence = text(append(files, File{Key: file, Name: have[i].Name, SHA256: have[i].SHA256, Note: note, By: scene.Actor, At: s.db.Now(ctx)}))
		return Happened{What: "shown", Details: ticket.Detail("sha256", have[i].SHA256, "")}, nil
	})
}

// CorrectInput says when a task really began and ended.
type CorrectInput struct {
	Change, Task   string
	Started, Ended *time.Time // nil leaves it
	Reason         string
}

// Correct corrects the times that the server stamped, with a reason; what it had stamped stays beside them. Who may:
// change.correct_times. Facts: Happened as "corrected". Errors: task_times for a time that has not been, before the task was
// there to be done, or in the wrong order; reason_required.
func (s *Service) Correct(ctx context.Context, in CorrectInput) (t Task, err error) {
	if in.Reason, err = ticket.Reason(in.Reason); err != nil {
		return t, err
	}
	return s.alter(ctx, in.Change, in.Task, "correct_times", func(ctx context.Context, t *Task, scene Scene) (Happened, error) {
		if t.TimesAt == nil { // the first correction; what the server had said stays, however often it is corrected
			t.StampedStart, t.StampedEnd = t.StartedAt, t.EndedAt
		}
		altered := false
		for _, x := range []struct {
			name     string
			dst      **time.Time
			src, now *time.Time
		}{{"started", &t.StartedAt, in.Started, t.StartedAt}, {"ended", &t.EndedAt, in.Ended, t.EndedAt}} {
			if x.src == nil {
				continue
			}
			if x.now == nil {
				return Happened{}, ErrTimes.With("body."+x.name, "that has not been yet")
			}
			at := domain.Instant(*x.src)
			if at.After(s.db.Now(ctx)) {
				return Happened{}, ErrTimes.With("body."+x.name, "that is in the future")
			}
			altered = altered || !at.Equal(*x.now)
			*x.dst = &at
		}
		if !altered {
			return Happened{}, ErrTimes.With("body.started", "these are the times that it has")
		}
		if t.StartedAt != nil && t.EndedAt != nil && t.EndedAt.Before(*t.StartedAt) {
			return Happened{}, ErrTimes.With("body.ended", "the end comes after the beginning")
		}
		now := s.db.Now(ctx)
		t.TimesBy, t.TimesAt, t.TimesReason = scene.Actor, &now, in.Reason
		return Happened{What: "corrected", Details: ticket.Detail("reason", in.Reason, "")}, nil
	})
}

// BackOut begins to undo a change: what is still to be done is skipped, and what undoes it begins, which is the change's own
// back-out tasks, or one that says what its plan says. Who may: change.back_out. Facts: "backout_begun" of the change, and
// Happened. Errors: those of changes.BackOut.
func (s *Service) BackOut(ctx context.Context, number string, version int64, reason string) (scene Scene, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if _, err := s.changes.BackOut(ctx, number, version, reason); err != nil {
			return err
		}
		if scene, err = s.Of(ctx, number); err != nil {
			return err
		}
		undoing := false
		for i := range scene.Tasks {
			t := &scene.Tasks[i]
			if t.Ended() {
				continue
			}
			before, from, what := t.Fields(), t.State, "skipped"
			switch {
			case t.Kind != Backout:
				s.stamp(ctx, t, Skipped, "The change is backed out.")
			case !undoing:
				undoing, what = true, "started"
				s.stamp(ctx, t, InProgress, "")
			default:
				continue
			}
			if err := s.write(ctx, t, before, from, scene, Happened{What: what}); err != nil {
				return err
			}
		}
		if undoing {
			return nil
		}
		now := s.db.Now(ctx)
		t, err := s.add(ctx, scene, Task{Kind: Backout, Title: "Back out", State: InProgress, AssigneeID: scene.Actor, Checklist: "[]", Result: "", StartedAt: &now, StartedBy: scene.Actor})
		scene.Tasks = append(scene.Tasks, t)
		return err
	})
	return scene, err
}

// States yields the state of every task, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.store.each(ctx, func(t Task) error { return yield(t.Number, t.Version, t.Fields()) })
}
