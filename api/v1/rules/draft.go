package rules

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/changes/rulebook"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
)

type versionInput struct {
	ByKind
	Version int64 `path:"version" minimum:"1"`
}

func (a *area) version(ctx context.Context, in *versionInput) (*rest.Body[Document], error) {
	return a.document(ctx, in.Kind, in.Key, in.Version)
}

type checkInput struct {
	ByKind
	Body struct {
		Document json.RawMessage `json:"document"`
	}
}

// DraftCheck says what is wrong with a document that is not kept yet.
type DraftCheck struct {
	Faults []DraftFault `json:"faults" doc:"All that is wrong, by place; none for a sound document"`
	Flow   *DraftFlow   `json:"flow" doc:"Of a sound model: the life of its changes; null for other documents"`
}

// DraftFault is one thing that is wrong.
type DraftFault struct {
	Location string `json:"location" doc:"As in rows[2].slots[0].rule"`
	Message  string `json:"message"`
}

// DraftFlow is the part of the flow that changes of a model make.
type DraftFlow struct {
	Initial string      `json:"initial"`
	States  []FlowState `json:"states"`
	Moves   []FlowMove  `json:"moves"`
}

// FlowState is one state of a flow.
type FlowState struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Hint  string `json:"hint"`
	Final bool   `json:"final"`
}

// FlowMove is one move of a flow.
type FlowMove struct {
	Event     string   `json:"event"`
	Label     string   `json:"label"`
	From      []string `json:"from"`
	To        string   `json:"to"`
	Automatic bool     `json:"automatic" doc:"The desk makes it by itself"`
	Guards    []string `json:"guards"`
	Requires  []string `json:"requires"`
}

func flowOf(m flow.Machine) *DraftFlow {
	out := &DraftFlow{Initial: m.Initial, States: []FlowState{}, Moves: []FlowMove{}}
	for _, s := range m.States {
		out.States = append(out.States, FlowState{s.Name, s.Label, s.Hint, s.Final})
	}
	for _, x := range m.Moves {
		out.Moves = append(out.Moves, FlowMove{x.Event, x.Label, x.From, x.To, x.Automatic, rest.NotNil(x.Guards), rest.NotNil(x.Requires)})
	}
	return out
}

func (a *area) checkDraft(ctx context.Context, in *checkInput) (*rest.Body[DraftCheck], error) {
	out := DraftCheck{Faults: []DraftFault{}}
	sound, err := a.Rules.Sound(in.Kind, in.Key, in.Body.Document, 1)
	var unsound *domain.Error
	switch {
	case errors.Is(err, rulebook.ErrRule) && errors.As(err, &unsound):
		for _, f := range unsound.Fields {
			out.Faults = append(out.Faults, DraftFault{rulebook.Place(f.Location), f.Message})
		}
	case err != nil:
		return nil, err
	case in.Kind == rulebook.Model:
		var m model.Model
		if err := json.Unmarshal([]byte(sound), &m); err != nil {
			return nil, err
		}
		out.Flow = flowOf(changes.Life(m))
	}
	return &rest.Body[DraftCheck]{Body: out}, nil
}

type tryInput struct {
	ByKind
	Body struct {
		Document json.RawMessage `json:"document"`
		Days     int             `json:"days,omitempty" minimum:"1" maximum:"366" default:"90"`
	}
}

// DraftTrial is what a draft would have made of the changes of some days, compared with the rules that are in force.
type DraftTrial struct {
	Days       int           `json:"days"`
	Looked     int           `json:"looked" doc:"How many changes"`
	Same       int           `json:"same"`
	Complete   bool          `json:"complete" doc:"False: there were more changes than a trial looks at"`
	Unanswered int           `json:"unanswered" doc:"Changes that have no answer to a question of the draft; they count as medium at least"`
	Shifts     []DraftShift  `json:"shifts" doc:"Of risk, the most frequent first"`
	Lacking    []DraftLack   `json:"lacking" doc:"Of plans, by what they would have lacked"`
	Changes    []DraftChange `json:"changes" doc:"Those that differ, the newest first"`
}

// DraftShift is how many changes would have gone from one band of risk to another.
type DraftShift struct {
	From    string `json:"from" enum:"low,medium,high"`
	To      string `json:"to" enum:"low,medium,high"`
	Changes int    `json:"changes"`
}

// DraftLack is how many plans would have lacked something.
type DraftLack struct {
	What    string `json:"what"`
	Changes int    `json:"changes"`
}

// DraftChange is one change that would have been judged differently.
type DraftChange struct {
	Number string   `json:"number"`
	Title  string   `json:"title"`
	Before *string  `json:"before" doc:"The band of risk; null for a model"`
	After  *string  `json:"after"`
	Why    []string `json:"why"`
}

func (a *area) try(ctx context.Context, in *tryInput) (*rest.Body[DraftTrial], error) {
	t, err := a.Oversight.Try(ctx, in.Kind, in.Key, in.Body.Document, max(1, in.Body.Days))
	if err != nil {
		return nil, err
	}
	out := DraftTrial{Days: t.Days, Looked: t.Looked, Same: t.Same, Complete: t.Complete, Unanswered: t.Unanswered, Shifts: []DraftShift{}, Lacking: []DraftLack{}, Changes: []DraftChange{}}
	for _, x := range t.Shifts {
		out.Shifts = append(out.Shifts, DraftShift{string(x.From), string(x.To), x.Changes})
	}
	for _, x := range t.Lacking {
		out.Lacking = append(out.Lacking, DraftLack(x))
	}
	for _, x := range t.Changes[:min(len(t.Changes), shown)] {
		out.Changes = append(out.Changes, DraftChange{Number: x.Change.Ticket.Number, Title: x.Change.Ticket.Title, Before: rest.Opt(string(x.Before)), After: rest.Opt(string(x.After)), Why: rest.NotNil(x.Why)})
	}
	return &rest.Body[DraftTrial]{Body: out}, nil
}
