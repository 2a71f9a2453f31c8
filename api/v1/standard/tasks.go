package standard

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
)

// Task is one step of the work on a change.
type Task struct {
	Number     string      `json:"number"`
	Kind       string      `json:"kind" enum:"plan,build,test,deploy,verify,backout"`
	Title      string      `json:"title"`
	State      string      `json:"state" enum:"open,in_progress,done,failed,skipped"`
	StateLabel string      `json:"state_label"`
	Team       *who.Team   `json:"team"`
	Assignee   *who.Person `json:"assignee"`
	After      []string    `json:"after" doc:"Numbers of the tasks that come first"`
	Checklist  []Check     `json:"checklist"`
	Evidence   []Evidence  `json:"evidence"`
	Result     *string     `json:"result"`
	StartedAt  *time.Time  `json:"started_at" doc:"Stamped by the server"`
	StartedBy  *who.Person `json:"started_by"`
	EndedAt    *time.Time  `json:"ended_at"`
	EndedBy    *who.Person `json:"ended_by"`
	Moves      []Step      `json:"moves"`
}

// Check is one line of a checklist.
type Check struct {
	Text string      `json:"text"`
	By   *who.Person `json:"by"`
	At   *time.Time  `json:"at"`
}

// Evidence is a file of the change that shows what was done.
type Evidence struct {
	File   string     `json:"file" doc:"The attachment's id"`
	Name   string     `json:"name"`
	SHA256 string     `json:"sha256"`
	Note   *string    `json:"note"`
	By     who.Person `json:"by"`
	At     time.Time  `json:"at"`
}

// Step is a move of a task.
type Step struct {
	Step     string   `json:"step" enum:"start,finish,fail,skip"`
	Label    string   `json:"label"`
	Tone     string   `json:"tone,omitempty"`
	Requires []string `json:"requires"`
	Blocked  *string  `json:"blocked"`
}

// Board is the work on a change.
type Board struct {
	Tasks      []Task          `json:"tasks"`
	May        map[string]bool `json:"may" doc:"plan_work, work, correct_times, back_out"`
	BackingOut *BackingOut     `json:"backing_out"`
	Template   *string         `json:"template" doc:"Of a standard change: the key of its template"`
	Edition    int64           `json:"edition"`
}

// BackingOut says since when, by whom and why a change is undone.
type BackingOut struct {
	At     time.Time   `json:"at"`
	By     *who.Person `json:"by"`
	Reason string      `json:"reason"`
}

func (a *area) board(ctx context.Context, s work.Scene, err error) (*rest.Body[Board], error) {
	if err != nil {
		return nil, err
	}
	f := s.Change.Facet
	users, teams := []domain.UserID{f.BackoutBy}, []domain.TeamID{}
	for _, t := range s.Tasks {
		users, teams = append(users, t.AssigneeID, t.StartedBy, t.EndedBy), append(teams, t.TeamID)
		for _, c := range t.Checks() {
			users = append(users, c.By)
		}
		for _, e := range t.Files() {
			users = append(users, e.By)
		}
	}
	cast, err := a.Cast(ctx, users, teams...)
	if err != nil {
		return nil, err
	}
	out := Board{Tasks: []Task{}, May: map[string]bool{}, Template: rest.Opt(f.Template), Edition: f.TemplateEdition}
	over := slices.Contains([]string{changes.StateReview, changes.StateClosed, changes.StateCancelled}, s.Change.Ticket.State)
	for _, action := range []string{"plan_work", "work", "correct_times", "back_out"} {
		out.May[action] = !over && a.Tickets.Permit(ctx, s.Change.Ticket, action) == nil
	}
	out.May["back_out"] = out.May["back_out"] && s.Change.Ticket.State == changes.StateImplementing && f.BackoutAt == nil
	if f.BackoutAt != nil {
		out.BackingOut = &BackingOut{*f.BackoutAt, cast.Person(f.BackoutBy), f.BackoutReason}
	}
	for _, t := range s.Tasks {
		out.Tasks = append(out.Tasks, taskOf(t, s, cast, out.May["work"]))
	}
	return &rest.Body[Board]{Body: out}, nil
}

func taskOf(t work.Task, s work.Scene, cast who.Cast, may bool) Task {
	state, _ := work.Flow.State(t.State)
	out := Task{Number: t.Number, Kind: t.Kind, Title: t.Title, State: t.State, StateLabel: state.Label, Team: cast.Team(t.TeamID), Assignee: cast.Person(t.AssigneeID),
		After: rest.NotNil([]string(t.After)), Checklist: []Check{}, Evidence: []Evidence{}, Result: rest.Opt(t.Result), StartedAt: t.StartedAt, StartedBy: cast.Person(t.StartedBy),
		EndedAt: t.EndedAt, EndedBy: cast.Person(t.EndedBy), Moves: []Step{}}
	for _, c := range t.Checks() {
		out.Checklist = append(out.Checklist, Check{c.Text, cast.Person(c.By), c.At})
	}
	for _, e := range t.Files() {
		out.Evidence = append(out.Evidence, Evidence{e.Key, e.Name, e.SHA256, rest.Opt(e.Note), cast.One(e.By), e.At})
	}
	if !may {
		return out
	}
	for _, o := range t.Offers(s) {
		step := Step{Step: o.Move.Event, Label: o.Move.Label, Tone: o.Move.Tone, Requires: rest.NotNil(o.Move.Requires)}
		if o.Blocked != nil {
			text := detail(o.Blocked)
			step.Blocked = &text
		}
		out.Moves = append(out.Moves, step)
	}
	return out
}

// after answers with the whole board, which one move may have altered in many places.
func (a *area) after(ctx context.Context, number string, err error) (*rest.Body[Board], error) {
	if err != nil {
		return nil, err
	}
	s, err := a.Work.Of(ctx, number)
	return a.board(ctx, s, err)
}

type changeInput struct {
	Number string `path:"number" maxLength:"40"`
}

type taskInput struct {
	changeInput
	ID string `path:"id" maxLength:"40" doc:"The number of a task"`
}

func (a *area) tasks(ctx context.Context, in *changeInput) (*rest.Body[Board], error) {
	return a.after(ctx, in.Number, nil)
}

type addTaskInput struct {
	changeInput
	Body struct {
		Kind      string             `json:"kind" enum:"plan,build,test,deploy,verify,backout"`
		Title     string             `json:"title"`
		Team      rest.Maybe[string] `json:"team,omitempty"`
		Assignee  rest.Maybe[string] `json:"assignee,omitempty" doc:"A person's id"`
		After     []string           `json:"after,omitempty" maxItems:"200"`
		Checklist []string           `json:"checklist,omitempty" maxItems:"60"`
	}
}

func (a *area) addTask(ctx context.Context, in *addTaskInput) (*rest.Body[Board], error) {
	team, err := a.Team(ctx, "body.team", in.Body.Team.Or(""))
	if err != nil {
		return nil, err
	}
	assignee, err := a.User(ctx, "body.assignee", in.Body.Assignee.Or(""))
	if err != nil {
		return nil, err
	}
	_, err = a.Work.Add(ctx, work.AddInput{Change: in.Number, Kind: in.Body.Kind, Title: in.Body.Title, Team: team, Assignee: assignee, After: in.Body.After, Checklist: in.Body.Checklist})
	return a.after(ctx, in.Number, err)
}

type moveTaskInput struct {
	taskInput
	Step string `path:"step" enum:"start,finish,fail,skip"`
	Body struct {
		Result string `json:"result,omitempty" doc:"What came of it; needed to fail and to skip"`
	}
}

func (a *area) moveTask(ctx context.Context, in *moveTaskInput) (*rest.Body[Board], error) {
	_, err := a.Work.Move(ctx, work.MoveInput{Change: in.Number, Task: in.ID, Event: in.Step, Result: in.Body.Result})
	return a.after(ctx, in.Number, err)
}

type tickInput struct {
	taskInput
	Line int `path:"line" doc:"Counted from 1"`
	Body struct {
		Done bool `json:"done"`
	}
}

func (a *area) tick(ctx context.Context, in *tickInput) (*rest.Body[Board], error) {
	_, err := a.Work.Tick(ctx, in.Number, in.ID, in.Line, in.Body.Done)
	return a.after(ctx, in.Number, err)
}

type showInput struct {
	taskInput
	Body struct {
		File string `json:"file" maxLength:"128" doc:"The id of an attachment of the change"`
		Note string `json:"note,omitempty"`
	}
}

func (a *area) show(ctx context.Context, in *showInput) (*rest.Body[Board], error) {
	_, err := a.Work.Show(ctx, in.Number, in.ID, in.Body.File, in.Body.Note)
	return a.after(ctx, in.Number, err)
}

type correctInput struct {
	taskInput
	Body struct {
		Started *time.Time `json:"started,omitempty"`
		Ended   *time.Time `json:"ended,omitempty"`
		Reason  string     `json:"reason"`
	}
}

func (a *area) correct(ctx context.Context, in *correctInput) (*rest.Body[Board], error) {
	_, err := a.Work.Correct(ctx, work.CorrectInput{Change: in.Number, Task: in.ID, Started: in.Body.Started, Ended: in.Body.Ended, Reason: in.Body.Reason})
	return a.after(ctx, in.Number, err)
}

type backOutInput struct {
	rest.ByNumber
	Body struct {
		Reason string `json:"reason"`
	}
}

func (a *area) backOut(ctx context.Context, in *backOutInput) (*rest.Body[Board], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	_, err = a.Work.BackOut(ctx, in.Number, version, in.Body.Reason)
	return a.after(ctx, in.Number, err)
}

// detail is what an error says to people.
func detail(err error) string {
	var e *domain.Error
	if errors.As(err, &e) {
		return cmp.Or(e.Detail, e.Title)
	}
	return ""
}
