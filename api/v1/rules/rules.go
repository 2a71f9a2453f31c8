// Package rules is the part of the REST API about the rules of change enablement: models, questionnaire, rules of risk and
// approval policy as documents; what a plan would need by them; whether a policy could stall, and what it would have asked
// for in the past; who is on duty for a board.
package rules

import (
	"context"
	"encoding/json"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/changes/oversight"
	"github.com/cabinetdesk/cabinet/changes/policy"
	"github.com/cabinetdesk/cabinet/changes/rulebook"
	"github.com/cabinetdesk/cabinet/changes/when"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// Gate answers who may do what (policies.Engine).
type Gate interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Deps is what these routes are composed from.
type Deps struct {
	*who.Directory
	DB        *db.DB
	Gate      Gate
	Changes   *changes.Service
	Rules     *rulebook.Service
	Oversight *oversight.Service
	Approvals *approval.Service
}

type area struct{ Deps }

// Routes offers them.
func Routes(b *route.Book, d Deps) {
	a := &area{d}
	route.Add(b, "list-change-models", a.models)
	route.Add(b, "get-change-rules", a.get)
	route.Add(b, "set-change-rules", a.set)
	route.Add(b, "get-change-rules-version", a.version)
	route.Add(b, "check-change-rules", a.checkDraft)
	route.Add(b, "try-change-rules", a.try)
	route.Add(b, "change-vocabulary", a.vocabulary)
	route.Add(b, "check-approval-policies", a.check)
	route.Add(b, "rehearse-approval-policies", a.rehearse)
	route.Add(b, "preview-change", a.preview)
	route.Add(b, "list-duties", a.duties)
	route.Add(b, "enter-duty", a.enterDuty)
	route.Add(b, "end-duty", a.endDuty)
}

// Model is a change model.
type Model struct {
	Key          string   `json:"key" enum:"standard,normal,emergency,unauthorised,registration"`
	Version      int64    `json:"version"`
	Label        string   `json:"label"`
	Hint         string   `json:"hint"`
	Moves        []string `json:"moves"`
	Guards       []string `json:"guards" doc:"Those that a model may switch; what protects everybody is always asked"`
	Required     []string `json:"required" doc:"What its plan must say"`
	RetroHours   int      `json:"retro_hours"`
	GraceMinutes int      `json:"grace_minutes"`
}

func modelOf(m model.Model) Model {
	return Model{Key: m.Key, Version: m.Version, Label: m.Label, Hint: m.Hint, Moves: rest.NotNil(m.Moves), Guards: rest.NotNil(m.Guards), Required: rest.NotNil(m.Required),
		RetroHours: m.RetroHours, GraceMinutes: m.GraceMinutes}
}

func (a *area) models(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[Model]], error) {
	list, err := a.Rules.Models(ctx)
	if err != nil {
		return nil, err
	}
	out := []Model{}
	for _, m := range list {
		out = append(out, modelOf(m))
	}
	return rest.List(out), nil
}

// Document is one document of rules.
type Document struct {
	Kind     string          `json:"kind"`
	Key      string          `json:"key"`
	Version  int64           `json:"version"`
	Document json.RawMessage `json:"document" doc:"A model, the questionnaire, the rules of risk or the approval policy"`
	Versions []Version       `json:"versions" doc:"The newest first; version 1 is what a desk starts with"`
}

// Version is one version of a document.
type Version struct {
	Version int64       `json:"version"`
	Note    string      `json:"note"`
	SetBy   *who.Person `json:"set_by"`
	At      time.Time   `json:"at"`
}

// ByKind names a document of rules.
type ByKind struct {
	Kind string `path:"kind" enum:"model,questionnaire,risk_rules,approval_policy"`
	Key  string `path:"key" maxLength:"40" doc:"The key of a model, or desk for the others"`
}

func (a *area) get(ctx context.Context, in *ByKind) (*rest.Body[Document], error) {
	return a.document(ctx, in.Kind, in.Key, 0)
}

// document is a version of a document, 0 for the present one.
func (a *area) document(ctx context.Context, kind, key string, at int64) (*rest.Body[Document], error) {
	var doc any
	var version int64
	var err error
	switch {
	case kind == rulebook.Model:
		m, e := a.Rules.Model(ctx, key, at)
		doc, version, err = m, m.Version, e
	case key != rulebook.Desk:
		err = domain.ErrNotFound.Because("There are no such rules.")
	case kind == rulebook.Questionnaire:
		q, e := a.Rules.Questionnaire(ctx, at)
		doc, version, err = q, q.Version, e
	case kind == rulebook.Rules:
		r, e := a.Rules.Rules(ctx, at)
		doc, version, err = r, r.Version, e
	default:
		t, e := a.Rules.Policy(ctx, at)
		doc, version, err = t, t.Version, e
	}
	if err != nil {
		return nil, err
	}
	out := Document{Kind: kind, Key: key, Version: version, Versions: []Version{}}
	if out.Document, err = json.Marshal(doc); err != nil {
		return nil, err
	}
	entries, err := a.Rules.Versions(ctx, kind, key)
	if err != nil {
		return nil, err
	}
	var users []domain.UserID
	for _, e := range entries {
		users = append(users, e.SetBy)
	}
	cast, err := a.Cast(ctx, users)
	for _, e := range entries {
		out.Versions = append(out.Versions, Version{Version: e.Version, Note: e.Note, SetBy: cast.Person(e.SetBy), At: e.At})
	}
	return &rest.Body[Document]{Body: out}, err
}

type setInput struct {
	ByKind
	Body struct {
		Document json.RawMessage `json:"document"`
		Seen     int64           `json:"seen,omitempty" minimum:"0" doc:"The version that was read; another one is refused with stale_version"`
		Note     string          `json:"note" doc:"What is new, and why"`
	}
}

func (a *area) set(ctx context.Context, in *setInput) (*rest.Body[Document], error) {
	if _, err := a.Rules.Set(ctx, rulebook.SetInput{Kind: in.Kind, Key: in.Key, Seen: in.Body.Seen, Body: in.Body.Document, Note: in.Body.Note}); err != nil {
		return nil, err
	}
	return a.document(ctx, in.Kind, in.Key, 0)
}

// Fact is a word that rules may ask about.
type Fact struct {
	Name  string   `json:"name"`
	Label string   `json:"label"`
	Sort  string   `json:"sort" enum:"number,bool,text,set,scale"`
	Is    []string `json:"is" doc:"The comparisons that fit"`
	Steps []string `json:"steps"`
}

// Vocabulary is what documents of rules are written with.
type Vocabulary struct {
	Facts        []Fact            `json:"facts"`
	Electorates  map[string]string `json:"electorates"`
	Guards       []string          `json:"guards"`
	Fields       []string          `json:"fields"`
	Moves        []string          `json:"moves"`
	Categories   []string          `json:"categories"`
	ReasonCodes  []string          `json:"reason_codes"`
	Environments []string          `json:"environments"`
}

func (a *area) vocabulary(context.Context, *rest.Empty) (*rest.Body[Vocabulary], error) {
	v := Vocabulary{Facts: []Fact{}, Electorates: policy.Kinds, Guards: model.Guards, Fields: model.Fields, Moves: changes.Flow.Events(),
		Categories: changes.Categories, ReasonCodes: changes.ReasonCodes, Environments: changes.Environments}
	for _, f := range when.Vocabulary {
		v.Facts = append(v.Facts, Fact{Name: f.Name, Label: f.Label, Sort: string(f.Sort), Is: when.Comparisons(f.Sort), Steps: rest.NotNil(f.Steps)})
	}
	return &rest.Body[Vocabulary]{Body: v}, nil
}

// Check is whether a policy could stall.
type Check struct {
	Version  int64     `json:"version"`
	Slots    int       `json:"slots" doc:"How many approvals were tried"`
	Findings []Finding `json:"findings"`
	At       time.Time `json:"at"`
}

// Finding is one approval that nobody, or too few, could give.
type Finding struct {
	Row     string `json:"row"`
	Label   string `json:"label"`
	Slot    string `json:"slot"`
	Team    string `json:"team" doc:"For which team, where it depends on one"`
	Trouble string `json:"trouble" doc:"What is the matter, and the way out"`
}

func checkOf(r oversight.Report) Check {
	out := Check{Version: r.Version, Slots: r.Slots, Findings: []Finding{}, At: r.At}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, Finding(f))
	}
	return out
}

func (a *area) check(ctx context.Context, _ *rest.Empty) (*rest.Body[Check], error) {
	r, err := a.Oversight.Check(ctx)
	return &rest.Body[Check]{Body: checkOf(r)}, err
}

type rehearseInput struct {
	Body struct {
		Document json.RawMessage `json:"document" doc:"An approval policy"`
		Days     int             `json:"days,omitempty" minimum:"1" maximum:"366" default:"90"`
	}
}

// Rehearsal is what a policy would have asked for.
type Rehearsal struct {
	Days     int         `json:"days"`
	Looked   int         `json:"looked" doc:"How many changes"`
	Same     int         `json:"same"`
	Differ   int         `json:"differ"`
	Stalled  int         `json:"stalled" doc:"How many could not have been approved"`
	Before   int         `json:"before" doc:"Approvals that were asked for"`
	After    int         `json:"after" doc:"Approvals that would be asked for"`
	Complete bool        `json:"complete" doc:"False: there were more changes than a rehearsal looks at"`
	Changes  []Rehearsed `json:"changes" doc:"Those that differ"`
	Check    Check       `json:"check"`
}

// Rehearsed is one change that would have been asked about differently.
type Rehearsed struct {
	Number  string       `json:"number"`
	Title   string       `json:"title"`
	Risk    string       `json:"risk"`
	State   string       `json:"state"`
	Had     []string     `json:"had"`
	Would   []string     `json:"would"`
	Trouble []string     `json:"trouble"`
	Barred  []who.Person `json:"barred" doc:"Who would have been asked and unable to vote"`
}

// shown is how many changes an answer lists.
const shown = 200

func (a *area) rehearse(ctx context.Context, in *rehearseInput) (*rest.Body[Rehearsal], error) {
	r, err := a.Oversight.Rehearse(ctx, in.Body.Document, max(1, in.Body.Days))
	if err != nil {
		return nil, err
	}
	out := Rehearsal{Days: r.Days, Looked: r.Looked, Same: r.Same, Differ: r.Differ, Stalled: r.Stalled, Before: r.Before, After: r.After, Complete: r.Complete,
		Changes: []Rehearsed{}, Check: checkOf(r.Check)}
	r.Changes = r.Changes[:min(len(r.Changes), shown)]
	var users []domain.UserID
	for _, x := range r.Changes {
		users = append(users, x.Barred...)
	}
	cast, err := a.Cast(ctx, users)
	for _, x := range r.Changes {
		out.Changes = append(out.Changes, Rehearsed{Number: x.Change.Ticket.Number, Title: x.Change.Ticket.Title, Risk: string(x.Change.Facet.Risk), State: x.Change.Ticket.State,
			Had: rest.NotNil(x.Had), Would: rest.NotNil(x.Would), Trouble: rest.NotNil(x.Trouble), Barred: cast.Persons(x.Barred)})
	}
	return &rest.Body[Rehearsal]{Body: out}, err
}
