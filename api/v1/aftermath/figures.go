package aftermath

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/reports"
)

// FiguresOfChanges are the figures with what each of them means.
type FiguresOfChanges struct {
	reports.ChangeFigures
	Definitions []reports.Definition `json:"definitions"`
}

// usual is how far back figures go unless something else is asked for, farthest the most that they can.
const (
	usual    = 90 * 24 * time.Hour
	farthest = 5 * 366 * 24 * time.Hour
)

// FiguresInput says of which time, and how the changes are grouped.
type FiguresInput struct {
	From time.Time `query:"from" doc:"90 days before the end, unless given"`
	To   time.Time `query:"to" doc:"Now, unless given; the instant itself is no part of the time"`
	By   string    `query:"by" enum:"model,team,service,month" default:"model"`
}

func (in *FiguresInput) settle(now time.Time) error {
	if in.To.IsZero() {
		in.To = now
	}
	if in.From.IsZero() {
		in.From = in.To.Add(-usual)
	}
	if !in.From.Before(in.To) || in.To.Sub(in.From) > farthest {
		return domain.ErrInvalid.With("query.from", "choose a time of at most five years, from before to after")
	}
	return nil
}

func (a *area) figures(ctx context.Context, in *FiguresInput) (*rest.Body[FiguresOfChanges], error) {
	if err := in.settle(a.Now(ctx)); err != nil {
		return nil, err
	}
	f, err := a.Reports.Changes(ctx, in.From, in.To, in.By)
	return &rest.Body[FiguresOfChanges]{Body: FiguresOfChanges{f, reports.ChangeDefinitions}}, err
}

type behindInput struct {
	FiguresInput
	Figure string `query:"figure" required:"true" enum:"carried_out,failed,emergency,standard,unauthorised,overran,lead,commit,approval,restore"`
	Key    string `query:"key" maxLength:"300" doc:"Of the group; with all=true, of all"`
	All    bool   `query:"all"`
}

func (a *area) behind(ctx context.Context, in *behindInput) (*rest.Body[rest.Items[reports.ChangeRecord]], error) {
	if err := in.settle(a.Now(ctx)); err != nil {
		return nil, err
	}
	if in.All {
		in.By = ""
	}
	list, err := a.Reports.ChangesBehind(ctx, in.From, in.To, in.By, in.Key, in.Figure)
	if err != nil {
		return nil, err
	}
	return rest.List(list), nil
}
