package rules

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/policies"
)

// Duty is a turn on the roster of a board.
type Duty struct {
	ID     string     `json:"id"`
	Person who.Person `json:"person"`
	From   time.Time  `json:"from"`
	Until  time.Time  `json:"until"`
	Now    bool       `json:"now" doc:"On duty at this moment"`
}

// ByBoard names a board by its key.
type ByBoard struct {
	Key string `path:"key" maxLength:"40"`
}

// ahead is how far a roster is shown.
const ahead = 92 * 24 * time.Hour

func (a *area) duties(ctx context.Context, in *ByBoard) (*rest.Body[rest.Items[Duty]], error) {
	if err := a.Gate.Check(ctx, "board.read", policies.Object{}); err != nil {
		return nil, err
	}
	b, err := a.Approvals.Board(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	now := a.DB.Now(ctx)
	turns, err := a.Approvals.Duties(ctx, b.ID, now, now.Add(ahead))
	if err != nil {
		return nil, err
	}
	out, err := a.turns(ctx, turns)
	return rest.List(out), err
}

func (a *area) turns(ctx context.Context, turns []approval.Duty) ([]Duty, error) {
	var users []domain.UserID
	for _, d := range turns {
		users = append(users, d.UserID)
	}
	cast, err := a.Cast(ctx, users)
	now, out := a.DB.Now(ctx), []Duty{}
	for _, d := range turns {
		out = append(out, Duty{ID: d.Ref, Person: cast.One(d.UserID), From: d.StartsAt, Until: d.EndsAt, Now: !now.Before(d.StartsAt) && now.Before(d.EndsAt)})
	}
	return out, err
}

type dutyInput struct {
	ByBoard
	Body struct {
		Person string    `json:"person" maxLength:"128" doc:"A person's id"`
		From   time.Time `json:"from"`
		Until  time.Time `json:"until"`
	}
}

func (a *area) enterDuty(ctx context.Context, in *dutyInput) (*rest.Body[Duty], error) {
	b, err := a.Approvals.Board(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	// Asked before anything is said about the person; the verb asks again.
	if err := a.Gate.Check(ctx, "board.roster", policies.Object{Class: "board", Number: b.Key, Board: b.ID}); err != nil {
		return nil, err
	}
	user, err := a.User(ctx, "body.person", in.Body.Person)
	if err != nil {
		return nil, err
	}
	d, err := a.Approvals.EnterDuty(ctx, in.Key, user, in.Body.From, in.Body.Until)
	if err != nil {
		return nil, err
	}
	out, err := a.turns(ctx, []approval.Duty{d})
	if err != nil {
		return nil, err
	}
	return &rest.Body[Duty]{Body: out[0]}, nil
}

func (a *area) endDuty(ctx context.Context, in *rest.ByID) (*rest.Empty, error) {
	_, err := a.Approvals.EndDuty(ctx, in.ID)
	return nil, err
}
