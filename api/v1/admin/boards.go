package admin

import (
	"context"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/policies"
)

// Board is a standing electorate.
type Board struct {
	Key     string       `json:"key"`
	Name    string       `json:"name"`
	Rule    string       `json:"rule" enum:"any,all,quorum"`
	Needed  int          `json:"needed"`
	Members []who.Person `json:"members"`
}

func (a *area) listBoards(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[Board]], error) {
	boards, err := a.Approvals.Boards(ctx)
	if err != nil {
		return nil, err
	}
	var users []domain.UserID
	for _, b := range boards {
		users = append(users, b.Members...)
	}
	c, err := a.Cast(ctx, users)
	if err != nil {
		return nil, err
	}
	out := []Board{}
	for _, b := range boards {
		out = append(out, board(b, c))
	}
	return rest.List(out), nil
}

func board(b approval.Board, c who.Cast) Board {
	return Board{Key: b.Key, Name: b.Name, Rule: string(b.Rule), Needed: b.Needed, Members: c.Persons(b.Members)}
}

type setBoardInput struct {
	Key  string `path:"key" maxLength:"40" pattern:"^[a-z0-9][a-z0-9._-]*$"`
	Body struct {
		Name    string   `json:"name" minLength:"1" maxLength:"100"`
		Rule    string   `json:"rule" enum:"any,all,quorum"`
		Needed  int      `json:"needed,omitempty" minimum:"0" maximum:"1000" doc:"With quorum: how many it takes"`
		Members []string `json:"members" maxItems:"1000" doc:"People's ids"`
	}
}

func (a *area) setBoard(ctx context.Context, in *setBoardInput) (*rest.Body[Board], error) {
	users, err := a.Users(ctx, "body.members", in.Body.Members)
	if err != nil {
		return nil, err
	}
	b, err := a.Approvals.SetBoard(ctx, approval.Board{Key: in.Key, Name: strings.TrimSpace(in.Body.Name), Rule: approval.Rule(in.Body.Rule), Needed: in.Body.Needed, Members: users})
	if err != nil {
		return nil, err
	}
	c, err := a.Cast(ctx, b.Members)
	if err != nil {
		return nil, err
	}
	return &rest.Body[Board]{Body: board(b, c)}, nil
}

// Delegation lets somebody decide in another person's place for a time.
type Delegation struct {
	ID       string     `json:"id"`
	From     who.Person `json:"from"`
	To       who.Person `json:"to"`
	FromDate time.Time  `json:"from_date"`
	Until    time.Time  `json:"until"`
	Board    *string    `json:"board" doc:"Null: all boards"`
	MaxRisk  *string    `json:"max_risk" doc:"Null: of every risk"`
	Models   []string   `json:"models" doc:"None: of every change model"`
	Reason   string     `json:"reason"`
}

func delegation(x people.Delegation) Delegation {
	return Delegation{ID: x.Ref, From: who.Member(x.From), To: who.Member(x.To), FromDate: x.ValidFrom, Until: x.ValidUntil, Board: rest.Opt(x.BoardKey), MaxRisk: rest.Opt(x.MaxRisk), Models: rest.NotNil(x.Models), Reason: x.Reason}
}

func (a *area) listDelegations(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[Delegation]], error) {
	all, err := a.People.Delegations(ctx)
	if err != nil {
		return nil, err
	}
	out := []Delegation{}
	for _, x := range all {
		out = append(out, delegation(x))
	}
	return rest.List(out), nil
}

type delegateInput struct {
	Body struct {
		To       string             `json:"to" maxLength:"128" doc:"A person's id"`
		FromDate string             `json:"from_date,omitempty" maxLength:"40" doc:"A day, or a time with its zone; now by default"`
		Until    string             `json:"until" maxLength:"40" doc:"The last day, or a time with its zone"`
		Board    rest.Maybe[string] `json:"board,omitempty"`
		MaxRisk  rest.Maybe[string] `json:"max_risk,omitempty" doc:"Up to which risk: low, medium or high"`
		Models   []string           `json:"models,omitempty" maxItems:"20" doc:"Of which change models"`
		Reason   string             `json:"reason"`
	}
}

func (a *area) delegate(ctx context.Context, in *delegateInput) (*rest.Body[Delegation], error) {
	zone, err := a.zone(ctx)
	if err != nil {
		return nil, err
	}
	input := people.DelegateInput{To: in.Body.To, Board: in.Body.Board.Or(""), MaxRisk: in.Body.MaxRisk.Or(""), Models: in.Body.Models, Reason: in.Body.Reason}
	if in.Body.FromDate != "" {
		from, err := day(in.Body.FromDate, "body.from_date", zone, false)
		if err != nil {
			return nil, err
		}
		input.From = &from
	}
	if input.Until, err = day(in.Body.Until, "body.until", zone, true); err != nil {
		return nil, err
	}
	x, err := a.People.Delegate(ctx, input)
	if err != nil {
		return nil, err
	}
	return &rest.Body[Delegation]{Body: delegation(x)}, nil
}

type foreseeDelegationInput struct {
	Body struct {
		To      string             `json:"to" maxLength:"128" doc:"A person's id"`
		Board   rest.Maybe[string] `json:"board,omitempty"`
		MaxRisk rest.Maybe[string] `json:"max_risk,omitempty" doc:"Up to which risk: low, medium or high"`
		Models  []string           `json:"models,omitempty" maxItems:"20" doc:"Of which change models"`
	}
}

// DelegationForesight is what a delegation would mean for the approvals that are open now.
type DelegationForesight struct {
	Votes []ForeseenVote `json:"votes" doc:"Mine that it covers, with what would keep the delegate from casting them"`
	Lost  []ForeseenVote `json:"lost" doc:"The delegate's own, which it would take from them: who stands in for somebody with a hand in a change has one as well"`
}

// ForeseenVote is one vote.
type ForeseenVote struct {
	Number  string        `json:"number"`
	Title   string        `json:"title"`
	Slot    string        `json:"slot"`
	Reasons []rest.Reason `json:"reasons" doc:"Why the delegate could not cast it, in the third person"`
}

func (a *area) foresee(ctx context.Context, in *foreseeDelegationInput) (*rest.Body[DelegationForesight], error) {
	me := domain.ActorFrom(ctx).User
	if err := a.Gate.Check(ctx, "delegation.create", policies.Object{Participants: []domain.UserID{me}}); err != nil {
		return nil, err
	}
	to, err := a.User(ctx, "body.to", in.Body.To)
	if err != nil {
		return nil, err
	}
	if to == 0 || to == me {
		return nil, people.ErrDelegation.With("body.to", "name somebody else")
	}
	d := approval.Delegation{To: to, MaxRisk: in.Body.MaxRisk.Or(""), Models: in.Body.Models}
	if key := in.Body.Board.Or(""); key != "" {
		b, err := a.Approvals.Board(ctx, key)
		if err != nil {
			return nil, err
		}
		d.Board = b.ID
	}
	list, err := a.Changes.Foresee(ctx, d)
	if err != nil {
		return nil, err
	}
	out := DelegationForesight{Votes: []ForeseenVote{}, Lost: []ForeseenVote{}}
	for _, x := range list {
		v := ForeseenVote{Number: x.Change.Ticket.Number, Title: x.Change.Ticket.Title, Slot: x.Slot.Label, Reasons: []rest.Reason{}}
		for _, r := range x.Why {
			v.Reasons = append(v.Reasons, rest.Reason(r))
		}
		if x.Own {
			out.Lost = append(out.Lost, v)
		} else {
			out.Votes = append(out.Votes, v)
		}
	}
	return &rest.Body[DelegationForesight]{Body: out}, nil
}

// zone is the time zone of whoever acts: a day is a day where they are.
func (a *area) zone(ctx context.Context) (*time.Location, error) {
	me := domain.ActorFrom(ctx).User
	if me == 0 {
		return time.UTC, nil
	}
	p, err := a.People.ByID(ctx, me)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return zone, nil
}

// day reads a day or a time. As an end, a day counts whole.
func day(s, location string, zone *time.Location, end bool) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return domain.Instant(t), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return t, domain.ErrInvalid.With(location, "a day looks like 2026-03-02, a time like 2026-03-02T09:00:00Z")
	}
	if end {
		t = t.AddDate(0, 0, 1)
	}
	return domain.Instant(t), nil
}

type endInput struct {
	rest.ByID
	Body struct {
		Reason string `json:"reason,omitempty"`
	}
}

func (a *area) revokeDelegation(ctx context.Context, in *endInput) (*rest.Empty, error) {
	reason := in.Body.Reason
	if strings.TrimSpace(reason) == "" {
		reason = "Ended before its time"
	}
	_, err := a.People.RevokeDelegation(ctx, in.ID, reason)
	return nil, err
}
