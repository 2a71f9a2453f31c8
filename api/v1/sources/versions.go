package sources

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// CMDBModelVersion is one version of the model.
type CMDBModelVersion struct {
	Version     int64             `json:"version" doc:"0 is what comes with the desk"`
	Note        string            `json:"note"`
	MadeBy      *who.Person       `json:"made_by"`
	MadeAt      *time.Time        `json:"made_at"`
	Differences []ModelDifference `json:"differences" doc:"From the version before, up to 200"`
	Differs     int               `json:"differs" doc:"In so much"`
}

// mostDifferences is how many differences of a version are listed.
const mostDifferences = 200

func (a *area) versions(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[CMDBModelVersion]], error) {
	list, err := a.CMDB.ModelVersions(ctx)
	if err != nil {
		return nil, err
	}
	var users []domain.UserID
	for _, v := range list {
		users = append(users, v.Version.MadeBy)
	}
	c, err := a.Cast(ctx, users)
	out := []CMDBModelVersion{}
	for _, v := range list {
		x := CMDBModelVersion{Version: v.Version.Version, Note: v.Version.Note, MadeBy: c.Person(v.Version.MadeBy), Differences: []ModelDifference{}, Differs: len(v.Differences)}
		if !v.Version.MadeAt.IsZero() {
			x.MadeAt = &v.Version.MadeAt
		}
		for _, d := range v.Differences[:min(len(v.Differences), mostDifferences)] {
			x.Differences = append(x.Differences, ModelDifference{d.What, d.Where, d.Text, d.Narrows})
		}
		out = append(out, x)
	}
	return rest.List(out), err
}

type versionInput struct {
	Version int64 `path:"version" minimum:"0"`
}

// version exports a version of the model, in the form in which it is brought in.
func (a *area) version(ctx context.Context, in *versionInput) (*rest.Body[ModelDocument], error) {
	m, err := a.CMDB.ModelOf(ctx, in.Version)
	if err != nil {
		return nil, err
	}
	return &rest.Body[ModelDocument]{Body: document(m)}, nil
}

func document(m model.Model) ModelDocument {
	d := ModelDocument{Classes: []ModelClass{}, Relations: []ModelRelation{}, Junk: rest.NotNil(m.Junk)}
	for _, c := range m.Classes {
		k := ModelClass{Key: c.Key, Label: c.Label, Parent: c.Parent, Hint: c.Hint, Abstract: c.Abstract}
		for _, at := range c.Attributes {
			k.Attributes = append(k.Attributes, ModelAttribute(at))
		}
		d.Classes = append(d.Classes, k)
	}
	for _, r := range m.Relations {
		d.Relations = append(d.Relations, ModelRelation(r))
	}
	return d
}

// ClassItems is how many items there are of a class that I may see.
type ClassItems struct {
	Class string `json:"class"`
	Own   int64  `json:"own" doc:"Of the class itself"`
	All   int64  `json:"all" doc:"With the classes below it"`
}

func (a *area) classCounts(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[ClassItems]], error) {
	counts, err := a.CMDB.ClassCounts(ctx)
	if err != nil {
		return nil, err
	}
	m, _, err := a.CMDB.Model(ctx)
	out := []ClassItems{}
	for _, c := range m.Classes {
		x := ClassItems{Class: c.Key, Own: counts[c.Key]}
		for _, below := range m.Below(c.Key) { // itself among them
			x.All += counts[below]
		}
		out = append(out, x)
	}
	return rest.List(out), err
}
