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

// WorkTask is one step of the work on a change.
type WorkTask struct {
	Number     string         `json:"number"`
	Kind       string         `json:"kind" enum:"plan,build,test,deploy,verify,backout"`
	Title      string         `json:"title"`
	State      string         `json:"state" enum:"open,in_progress,done,failed,skipped"`
	StateLabel string         `json:"state_label"`
	Team       *who.Team      `json:"team"`
	Assignee   *who.Person    `json:"assignee"`
	After      []string       `json:"after" doc:"Numbers of the tasks that come first"`
	Checklist  []WorkCheck    `json:"checklist"`
	Evidence   []WorkEvidence `json:"evidence"`
	Result     *string        `json:"result"`
	StartedAt  *time.Time     `json:"started_at" doc:"Stamped by the server"`
	StartedBy  *who.Person    `json:"started_by"`
	EndedAt    *time.Time     `json:"ended_at"`
	EndedBy    *who.Person    `json:"ended_by"`
	Corrected  *Correction    `json:"corrected" doc:"Of a task whose times somebody corrected"`
	Moves      []WorkStep     `json:"moves"`
}

// Correction says what the server had stamped, and who corrected it last, when and why.
type Correction struct {
	Started *time.Time  `json:"started" doc:"As the server had stamped it"`
	Ended   *time.Time  `json:"ended"`
	By      *who.Person `json:"by"`
	At      time.Time   `json:"at"`
	Reason  string      `json:"reason"`
}

// WorkCheck is one line of a checklist.
type WorkCheck struct {
	Text string      `json:"text"`
	By   *who.Person `json:"by"`
	At   *time.Time  `json:"at"`
}

// WorkEvidence is a file of the change that shows what was done.
type WorkEvidence struct {
	File   string     `json:"file" doc:"The attachment's id"`
	Name   string     `json:"name"`
	SHA256 string     `json:"sha256"`
	Note   *string    `json:"note"`
	By     who.Person `json:"by"`
	At     time.Time  `json:"at"`
}

// WorkStep is a move of a task.
type WorkStep struct {
	Step     string   `json:"step" enum:"start,finish,fail,skip"`
	Label    string   `json:"label"`
	Tone     string   `json:"tone,omitempty"`
	Requires []string `json:"requires"`
	Blocked  *string  `json:"blocked"`
}

// WorkBoard is the work on a change.
type WorkBoard struct {
	Tasks      []WorkTask      `json:"tasks"`
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

func (a *area) board(ctx context.Context, s work.Scene, err error) (*rest.Body[WorkBoard], error) {
	if err != nil {
		return nil, err
	}
	f := s.Change.Facet
	users, teams := []domain.UserID{f.BackoutBy}, []domain.TeamID{}
	for _, t := range s.Tasks {
		users, teams = append(users, t.AssigneeID, t.StartedBy, t.EndedBy, t.TimesBy), append(teams, t.TeamID)
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
	out := WorkBoard{Tasks: []WorkTask{}, May: map[string]bool{}, Template: rest.Opt(f.Template), Edition: f.TemplateEdition}
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
	return &rest.Body[WorkBoard]{Body: out}, nil
}

func taskOf(t work.Task, s work.Scene, cast who.Cast, may bool) WorkTask {
	state, _ := work.Flow.State(t.State)
	out := WorkTask{Number: t.Number, Kind: t.Kind, Title: t.Title, State: t.State, StateLabel: state.Label, Team: cast.Team(t.TeamID), Assignee: cast.Person(t.AssigneeID),
		After: rest.NotNil([]string(t.After)), Checklist: []WorkCheck{}, Evidence: []WorkEvidence{}, Result: rest.Opt(t.Result), StartedAt: t.StartedAt, StartedBy: cast.Person(t.StartedBy),
		EndedAt: t.EndedAt, EndedBy: cast.Person(t.EndedBy), Moves: []WorkStep{}}
	if t.TimesAt != nil {
		out.Corrected = &Correction{t.StampedStart, t.StampedEnd, cast.Person(t.TimesBy), *t.TimesAt, t.TimesReason}
	}
	for _, c := range t.Checks() {
		out.Checklist = append(out.Checklist, WorkCheck{c.Text, cast.Person(c.By), c.At})
	}
	for _, e := range t.Files() {
		out.Evidence = append(out.Evidence, WorkEvidence{e.Key, e.Name, e.SHA256, rest.Opt(e.Note), cast.One(e.By), e.At})
	}
	if !may {
		return out
	}
	for _, o := range t.Offers(s) {
		step := WorkStep{Step: o.Move.Event, Label: o.Move.Label, Tone: o.Move.Tone, Requires: rest.NotNil(o.Move.Requires)}
		if o.Blocked != nil {
			text := detail(o.Blocked)
			step.Blocked = &text
		}
		out.Moves = append(out.Moves, step)
	}
	return out
}

// after answers with the whole board, which one move may have altered in many places.
func (a *area) after(ctx context.Context, number string, err error) (*rest.Body[WorkBoard], error) {
	if err != nil {
		return nil, err
	}
	s, err := a.Work.Of(ctx, number)
	return a.board(ctx, s, err)
}

// OnChange names a change.
type OnChange struct {
	Number string `path:"number" maxLength:"40"`
}

// OnTask names a task of a change.
type OnTask struct {
	OnChange
	ID string `path:"id" maxLength:"40" doc:"The number of a task"`
}

func (a *area) tasks(ctx context.Context, in *OnChange) (*rest.Body[WorkBoard], error) {
	return a.after(ctx, in.Number, nil)
}

type workAddTaskInput struct {
	OnChange
	Body struct {
		Kind      string             `json:"kind" enum:"plan,build,test,deploy,verify,backout"`
		Title     string             `json:"title"`
		Team      rest.Maybe[string] `json:"team,omitempty"`
		Assignee  rest.Maybe[string] `json:"assignee,omitempty" doc:"A person's id"`
		After     []string           `json:"after,omitempty" maxItems:"200"`
		Checklist []string           `json:"checklist,omitempty" maxItems:"60"`
	}
}

func (a *area) addTask(ctx context.Context, in *workAddTaskInput) (*rest.Body[WorkBoard], error) {
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

type workMoveTaskInput struct {
	OnTask
	Step string `path:"step" enum:"start,finish,fail,skip"`
	Body struct {
		Result string `json:"result,omitempty" doc:"What came of it; needed to fail and to skip"`
	}
}

func (a *area) moveTask(ctx context.Context, in *workMoveTaskInput) (*rest.Body[WorkBoard], error) {
	_, err := a.Work.Move(ctx, work.MoveInput{Change: in.Number, Task: in.ID, Event: in.Step, Result: in.Body.Result})
	return a.after(ctx, in.Number, err)
}

type workTickInput struct {
	OnTask
	Line int `path:"line" doc:"Counted from 1"`
	Body struct {
		Done bool `json:"done"`
	}
}

func (a *area) tick(ctx context.Context, in *workTickInput) (*rest.Body[WorkBoard], error) {
	_, err := a.Work.Tick(ctx, in.Number, in.ID, in.Line, in.Body.Done)
	return a.after(ctx, in.Number, err)
}

type workShowInput struct {
	OnTask
	Body struct {
		File string `json:"file" maxLength:"128" doc:"The id of an attachment of the change"`
		Note string `json:"note,omitempty"`
	}
}

func (a *area) show(ctx context.Context, in *workShowInput) (*rest.Body[WorkBoard], error) {
	_, err := a.Work.Show(ctx, in.Number, in.ID, in.Body.File, in.Body.Note)
	return a.after(ctx, in.Number, err)
}

type workCorrectInput struct {
	OnTask
	Body struct {
		Started *time.Time `json:"started,omitempty"`
		Ended   *time.Time `json:"ended,omitempty"`
		Reason  string     `json:"reason"`
	}
}

func (a *area) correct(ctx context.Context, in *workCorrectInput) (*rest.Body[WorkBoard], error) {
	_, err := a.Work.Correct(ctx, work.CorrectInput{Change: in.Number, Task: in.ID, Started: in.Body.Started, Ended: in.Body.Ended, Reason: in.Body.Reason})
	return a.after(ctx, in.Number, err)
}

type workBackOutInput struct {
	rest.ByNumber
	Body struct {
		Reason string `json:"reason"`
	}
}

func (a *area) backOut(ctx context.Context, in *workBackOutInput) (*rest.Body[WorkBoard], error) {
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
