package sources

import (
	"context"
	"strings"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
)

// RunRelation is what a run says of a relation or of a membership of a group.
type RunRelation struct {
	Seq    int64   `json:"seq"`
	Line   int     `json:"line" doc:"0 for what no line says any more"`
	Kind   string  `json:"kind" enum:"relation,member"`
	Key    string  `json:"key" doc:"Of the row that says so"`
	Type   string  `json:"type" doc:"Of the relation; of a membership the name of the group"`
	Label  string  `json:"label" doc:"How it reads: runs on; is in the group"`
	Other  string  `json:"other" doc:"How the file names the other item, or the key of the group"`
	From   *string `json:"from"`
	Name   *string `json:"from_name" doc:"Of the first item"`
	To     *string `json:"to"`
	ToName *string `json:"to_name" doc:"Of the second item, or of the group"`
	Action string  `json:"action" enum:"new,unchanged,ended,unresolved,refused"`
	Done   string  `json:"done" enum:"proposed,applied,undone,kept,failed"`
	Reason string  `json:"reason,omitempty"`
}

type tiesInput struct {
	ID     string `path:"id" maxLength:"128"`
	Kind   string `query:"kind" enum:"relation,member" doc:"Both by default"`
	Action string `query:"action" enum:"new,unchanged,ended,unresolved,refused"`
	After  string `query:"after" maxLength:"100"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (a *area) ties(ctx context.Context, in *tiesInput) (*rest.Body[rest.Page[RunRelation]], error) {
	after, err := rest.ParseMark(in.After)
	if err != nil {
		return nil, err
	}
	list, err := a.Sources.Ties(ctx, in.ID, in.Kind, in.Action, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := rest.Page[RunRelation]{Items: []RunRelation{}}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Next = rest.Opt(rest.Mark(list[in.Limit-1].Seq))
	}
	var ids []domain.CIID
	for _, t := range list {
		ids = append(ids, t.FromID, t.ToID)
	}
	items, err := a.CMDB.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	m, _, err := a.CMDB.Model(ctx)
	for _, t := range list {
		relation, _ := m.Relation(t.Type)
		_, other, _ := strings.Cut(t.Other, ":")
		x := RunRelation{Seq: t.Seq, Line: t.Line, Kind: t.Kind, Key: t.Key, Type: t.Type, Label: relation.Label, Other: strings.TrimPrefix(other, ":"), From: rest.Opt(items[t.FromID].Number), Name: rest.Opt(items[t.FromID].Facts.Name),
			To: rest.Opt(items[t.ToID].Number), ToName: rest.Opt(items[t.ToID].Facts.Name), Action: t.Action, Done: done[t.Done], Reason: t.Reason}
		if t.Kind == "member" {
			x.Label, x.Other, x.ToName = "is in the group", t.Other, rest.Opt(t.Type)
		}
		out.Items = append(out.Items, x)
	}
	return &rest.Body[rest.Page[RunRelation]]{Body: out}, err
}

// RunBlocker is something that somebody has changed, or built on, since a run was applied.
type RunBlocker struct {
	Number string `json:"number"`
	Reason string `json:"reason"`
}

func (a *area) blockers(ctx context.Context, in *rest.ByID) (*rest.Body[rest.Items[RunBlocker]], error) {
	list, err := a.Sources.Blockers(ctx, in.ID)
	out := []RunBlocker{}
	for _, b := range list {
		out = append(out, RunBlocker{b.Number, b.Reason})
	}
	return rest.List(out), err
}

type applyRunInput struct {
	ID   string `path:"id" maxLength:"128"`
	Body struct {
		Confirm bool `json:"confirm,omitempty" doc:"The missing items are really gone"`
	}
}

func (a *area) apply(ctx context.Context, in *applyRunInput) (*rest.Body[CIRun], error) {
	r, err := a.Sources.Ask(ctx, reconcile.Job{Ref: in.ID, Do: "apply", Confirm: in.Body.Confirm})
	return a.answer(ctx, r, err)
}

type undoRunInput struct {
	ID   string `path:"id" maxLength:"128"`
	Body struct {
		Rest bool `json:"rest,omitempty" doc:"Leave what somebody has changed since, and undo the rest"`
	}
}

func (a *area) undo(ctx context.Context, in *undoRunInput) (*rest.Body[CIRun], error) {
	r, err := a.Sources.Ask(ctx, reconcile.Job{Ref: in.ID, Do: "undo", Rest: in.Body.Rest})
	return a.answer(ctx, r, err)
}

func (a *area) discard(ctx context.Context, in *rest.ByID) (*rest.Body[CIRun], error) {
	r, err := a.Sources.Discard(ctx, in.ID)
	return a.answer(ctx, r, err)
}

func (a *area) again(ctx context.Context, in *rest.ByID) (*rest.Body[CIRun], error) {
	r, err := a.Sources.Again(ctx, in.ID)
	return a.answer(ctx, r, err)
}

type presenceCIInput struct {
	rest.ByNumber
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"4000"`
	}
}

func (a *area) unmerge(ctx context.Context, in *presenceCIInput) (*rest.Versioned[CIPresence], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Unmerge(ctx, in.Number, version, in.Body.Reason)
	return a.presence(ctx, c, err)
}

func (a *area) withdraw(ctx context.Context, in *presenceCIInput) (*rest.Versioned[CIPresence], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Withdraw(ctx, cmdb.PresenceInput{Number: in.Number, Version: version, Reason: in.Body.Reason})
	return a.presence(ctx, c, err)
}

func (a *area) reinstate(ctx context.Context, in *presenceCIInput) (*rest.Versioned[CIPresence], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Reinstate(ctx, cmdb.PresenceInput{Number: in.Number, Version: version, Reason: in.Body.Reason})
	return a.presence(ctx, c, err)
}

// CMDBQuality says how far the CMDB can be trusted.
type CMDBQuality struct {
	Days    int              `json:"days" doc:"How old may be what is fresh"`
	Classes []QualityFigures `json:"classes"`
	Sources []QualityFigures `json:"sources" doc:"The empty key: what no source shows"`
}

// QualityFigures are those of a class or of a source.
type QualityFigures struct {
	Key      string           `json:"key"`
	Items    int64            `json:"items"`
	Complete int64            `json:"complete" doc:"Have all that is wanted of their class"`
	Fresh    int64            `json:"fresh" doc:"Were attested or shown by a source in time"`
	Orphans  int64            `json:"orphans" doc:"Are related to nothing"`
	Missing  map[string]int64 `json:"missing" doc:"Wanted attributes without a value"`
}

type qualityInput struct {
	Days int `query:"days" minimum:"1" maximum:"3650" default:"90"`
}

func (a *area) quality(ctx context.Context, in *qualityInput) (*rest.Body[CMDBQuality], error) {
	q, err := a.Sources.Quality(ctx, in.Days)
	out := CMDBQuality{Days: in.Days, Classes: []QualityFigures{}, Sources: []QualityFigures{}}
	for _, x := range q.Classes {
		out.Classes = append(out.Classes, QualityFigures(x))
	}
	for _, x := range q.Sources {
		out.Sources = append(out.Sources, QualityFigures(x))
	}
	return &rest.Body[CMDBQuality]{Body: out}, err
}

// ModelRehearsal says in what a model differs from the one in use, and what would not fit it.
type ModelRehearsal struct {
	Differences []ModelDifference `json:"differences"`
	Broken      []ModelBreakage   `json:"broken"`
}

// ModelDifference is one thing in which a model differs.
type ModelDifference struct {
	What    string `json:"what"`
	Where   string `json:"where"`
	Text    string `json:"text"`
	Narrows bool   `json:"narrows" doc:"What exists may not fit any more"`
}

// ModelBreakage is what would not fit.
type ModelBreakage struct {
	Where   string   `json:"where"`
	Text    string   `json:"text"`
	Items   int64    `json:"items"`
	Numbers []string `json:"numbers" doc:"Up to ten of them"`
}

// ModelDocument is a whole model, as it is exported and brought in.
type ModelDocument struct {
	Classes   []ModelClass    `json:"classes" maxItems:"300"`
	Relations []ModelRelation `json:"relations" maxItems:"100"`
	Junk      []string        `json:"junk" maxItems:"1000" doc:"Values that identify nothing, in lower case"`
}

// ModelClass is a kind of configuration item.
type ModelClass struct {
	Key        string           `json:"key"`
	Label      string           `json:"label"`
	Parent     string           `json:"parent,omitempty"`
	Hint       string           `json:"hint,omitempty"`
	Abstract   bool             `json:"abstract,omitempty"`
	Attributes []ModelAttribute `json:"attributes,omitempty" maxItems:"100"`
}

// ModelAttribute is something that items of a class have a value of.
type ModelAttribute struct {
	Key     string     `json:"key"`
	Label   string     `json:"label"`
	Kind    model.Kind `json:"kind"`
	Options []string   `json:"options,omitempty" maxItems:"200"`
	Class   string     `json:"class,omitempty"`
	Unit    string     `json:"unit,omitempty"`
	Hint    string     `json:"hint,omitempty"`
	Wanted  bool       `json:"wanted,omitempty"`
}

// ModelRelation says how two items belong together.
type ModelRelation struct {
	Key     string `json:"key"`
	Label   string `json:"label"`
	Inverse string `json:"inverse"`
	Forth   bool   `json:"forth,omitempty"`
	Back    bool   `json:"back,omitempty"`
	Acyclic bool   `json:"acyclic,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

func (d ModelDocument) model() model.Model {
	m := model.Model{Junk: d.Junk}
	for _, c := range d.Classes {
		k := model.Class{Key: c.Key, Label: c.Label, Parent: c.Parent, Hint: c.Hint, Abstract: c.Abstract}
		for _, at := range c.Attributes {
			k.Attributes = append(k.Attributes, model.Attribute(at))
		}
		m.Classes = append(m.Classes, k)
	}
	for _, r := range d.Relations {
		m.Relations = append(m.Relations, model.RelationType(r))
	}
	return m
}

type rehearseModelInput struct {
	Body struct {
		Model ModelDocument `json:"model"`
	}
}

func (a *area) rehearse(ctx context.Context, in *rehearseModelInput) (*rest.Body[ModelRehearsal], error) {
	differences, broken, err := a.CMDB.Rehearse(ctx, in.Body.Model.model())
	if err != nil {
		return nil, err
	}
	out := ModelRehearsal{Differences: []ModelDifference{}, Broken: []ModelBreakage{}}
	for _, d := range differences {
		out.Differences = append(out.Differences, ModelDifference{d.What, d.Where, d.Text, d.Narrows})
	}
	for _, b := range broken {
		out.Broken = append(out.Broken, ModelBreakage{b.Difference.Where, b.Difference.Text, b.Items, rest.NotNil(b.Numbers)})
	}
	return &rest.Body[ModelRehearsal]{Body: out}, nil
}

type setModelInput struct {
	Body struct {
		Version int64         `json:"version" minimum:"0" doc:"The one that was read"`
		Note    string        `json:"note,omitempty" maxLength:"4000"`
		Model   ModelDocument `json:"model"`
	}
}

func (a *area) setModel(ctx context.Context, in *setModelInput) (*rest.Body[CMDBModelVersion], error) {
	version, err := a.CMDB.SetModel(ctx, in.Body.Version, in.Body.Model.model(), in.Body.Note)
	return &rest.Body[CMDBModelVersion]{Body: CMDBModelVersion{Version: version, Note: in.Body.Note}}, err
}
