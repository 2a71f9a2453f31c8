// Package kept is the part of the REST API about what people keep for themselves, and share: named lists, and what they had
// typed and not sent.
package kept

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// Gate answers who may do what (policies.Engine).
type Gate interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Deps is what these routes are composed from.
type Deps struct {
	Gate    Gate
	Tickets *ticket.Service
}

type area struct{ Deps }

// Routes offers them.
func Routes(b *route.Book, d Deps) {
	a := &area{d}
	route.Add(b, "list-views", a.listViews)
	route.Add(b, "save-view", a.saveView)
	route.Add(b, "drop-view", a.dropView)
	route.Add(b, "get-draft", a.getDraft)
	route.Add(b, "save-draft", a.saveDraft)
	route.Add(b, "drop-draft", a.dropDraft)
}

// View is a list that somebody has named.
type View struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Query  string `json:"query" example:"queue=mine&sort=-updated_at"`
	Shared bool   `json:"shared"`
	Mine   bool   `json:"mine"`
}

func view(v ticket.View, me domain.UserID) View {
	return View{ID: v.Ref, Name: v.Name, Kind: string(v.Kind), Query: v.Query, Shared: v.Shared, Mine: v.UserID == me}
}

func (a *area) listViews(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[View]], error) {
	all, err := a.Tickets.Views(ctx)
	if err != nil {
		return nil, err
	}
	out := []View{}
	for _, v := range all {
		out = append(out, view(v, domain.ActorFrom(ctx).User))
	}
	return rest.List(out), nil
}

type saveViewInput struct {
	Body struct {
		Name   string `json:"name" maxLength:"200"`
		Kind   string `json:"kind,omitempty" enum:"incident,request,problem,change,ci," doc:"Of what the list is; empty: all records"`
		Query  string `json:"query" maxLength:"4000"`
		Shared bool   `json:"shared,omitempty"`
	}
}

func (a *area) saveView(ctx context.Context, in *saveViewInput) (*rest.Body[View], error) {
	if err := a.Gate.Check(ctx, "view.create", policies.Object{Participants: []domain.UserID{domain.ActorFrom(ctx).User}}); err != nil {
		return nil, err
	}
	if in.Body.Kind == string(domain.KindCI) {
		if _, err := cmdb.ParseQuery(in.Body.Query); err != nil {
			return nil, err
		}
	}
	v, err := a.Tickets.SaveView(ctx, ticket.View{Name: in.Body.Name, Kind: domain.Kind(in.Body.Kind), Query: in.Body.Query, Shared: in.Body.Shared})
	if err != nil {
		return nil, err
	}
	return &rest.Body[View]{Body: view(v, v.UserID)}, nil
}

func (a *area) dropView(ctx context.Context, in *rest.ByID) (*rest.Empty, error) {
	return nil, a.Tickets.DropView(ctx, in.ID)
}

// Draft is what somebody had typed and not sent.
type Draft struct {
	Body    any       `json:"body"`
	SavedAt time.Time `json:"saved_at"`
}

// Saved says when a draft was kept.
type Saved struct {
	SavedAt time.Time `json:"saved_at"`
}

type draftInput struct {
	Key string `path:"key" maxLength:"200" example:"reply:INC-000123"`
}

// draftOutput is 204 without a draft: that nothing was typed yet is no error, and a browser would log it as one.
type draftOutput struct {
	Status int
	Body   *Draft
}

func (a *area) getDraft(ctx context.Context, in *draftInput) (*draftOutput, error) {
	x, err := a.Tickets.Draft(ctx, in.Key)
	if domain.KindOf(err) == domain.NotFound {
		return &draftOutput{Status: http.StatusNoContent}, nil
	}
	if err != nil {
		return nil, err
	}
	return &draftOutput{Status: http.StatusOK, Body: &Draft{Body: json.RawMessage(x.Body), SavedAt: x.SavedAt}}, nil
}

type saveDraftInput struct {
	Key  string `path:"key" maxLength:"200" example:"reply:INC-000123"`
	Body struct {
		Body map[string]any `json:"body"`
	}
}

func (a *area) saveDraft(ctx context.Context, in *saveDraftInput) (*rest.Body[Saved], error) {
	raw, err := json.Marshal(in.Body.Body)
	if err != nil {
		return nil, domain.ErrInvalid.With("body.body", "a draft is a JSON object")
	}
	x, err := a.Tickets.SaveDraft(ctx, strings.TrimSpace(in.Key), raw)
	if err != nil {
		return nil, err
	}
	return &rest.Body[Saved]{Body: Saved{x.SavedAt}}, nil
}

func (a *area) dropDraft(ctx context.Context, in *draftInput) (*rest.Empty, error) {
	return nil, a.Tickets.DropDraft(ctx, in.Key)
}
