package admin

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/canned"
)

// CannedText is a text that is written once and sent often.
type CannedText struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Body      string    `json:"body" doc:"Markdown with variables"`
	Text      *string   `json:"text" doc:"The body filled for the record that was named; a variable without a value stays"`
	Team      *who.Team `json:"team" doc:"Null: for all"`
	Retired   bool      `json:"retired"`
	Version   int64     `json:"version"`
	UpdatedAt time.Time `json:"updated_at"`
	May       bool      `json:"may_manage" doc:"Whether I may change it"`
}

// CannedVariable is a name that a text may hold in double braces.
type CannedVariable struct {
	Name  string `json:"name"`
	Means string `json:"means"`
}

// CannedTexts are texts, and the variables that they may hold.
type CannedTexts struct {
	Items     []CannedText     `json:"items"`
	Variables []CannedVariable `json:"variables"`
}

type listCannedInput struct {
	Q      string `query:"q" maxLength:"200" doc:"Words that the text says"`
	Record string `query:"record" maxLength:"40" doc:"A record's number: the texts are filled for it"`
	All    bool   `query:"all" doc:"Every text of the desk, retired ones too"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"50"`
}

func (a *area) listCanned(ctx context.Context, in *listCannedInput) (*rest.Body[CannedTexts], error) {
	offered := func() ([]canned.Text, error) { return a.Canned.Offered(ctx, domain.ActorFrom(ctx).Teams) }
	if in.All {
		offered = func() ([]canned.Text, error) { return a.Canned.All(ctx) }
	}
	texts, err := offered()
	if err != nil {
		return nil, err
	}
	texts = canned.Match(texts, in.Q)
	texts = texts[:min(len(texts), in.Limit)]
	var values map[string]string
	if in.Record != "" {
		if values, err = a.cannedValues(ctx, in.Record); err != nil {
			return nil, err
		}
	}
	out := CannedTexts{Items: []CannedText{}, Variables: []CannedVariable{}}
	for _, t := range texts {
		one, err := a.cannedText(ctx, t)
		if err != nil {
			return nil, err
		}
		if values != nil {
			filled := canned.Fill(t.Body, values)
			one.Text = &filled
		}
		out.Items = append(out.Items, one)
	}
	for _, v := range canned.Variables {
		out.Variables = append(out.Variables, CannedVariable{v.Name, v.Means})
	}
	return &rest.Body[CannedTexts]{Body: out}, nil
}

func (a *area) cannedText(ctx context.Context, t canned.Text) (CannedText, error) {
	c, err := a.Cast(ctx, nil, t.TeamID)
	return CannedText{ID: t.Ref, Name: t.Name, Body: t.Body, Team: c.Team(t.TeamID), Retired: t.Retired, Version: t.Version, UpdatedAt: t.UpdatedAt,
		May: a.may(ctx, "canned.manage", t.Object())}, err
}

// cannedValues is what the variables stand for on a record that the actor may read.
func (a *area) cannedValues(ctx context.Context, number string) (map[string]string, error) {
	t, err := a.Tickets.Get(ctx, number)
	if err != nil {
		return nil, err
	}
	me := domain.ActorFrom(ctx).User
	c, err := a.Cast(ctx, []domain.UserID{t.RequesterID, me}, t.TeamID)
	if err != nil {
		return nil, err
	}
	values := map[string]string{"number": t.Number, "title": t.Title, "service": t.Service}
	if s, ok := a.Tickets.Machine(t.Kind).State(t.State); ok {
		values["state"] = s.Label
	}
	for prefix, user := range map[string]domain.UserID{"requester": t.RequesterID, "me": me} {
		if user != 0 {
			values[prefix+".name"], values[prefix+".first_name"] = c.Name(user), canned.FirstName(c.Name(user))
		}
	}
	if team := c.Team(t.TeamID); team != nil {
		values["team.name"] = team.Name
	}
	return values, nil
}

type writeCannedInput struct {
	Body struct {
		Name string             `json:"name"`
		Body string             `json:"body" doc:"Markdown with variables"`
		Team rest.Maybe[string] `json:"team,omitempty" doc:"A team's id; null or absent: for all"`
	}
}

func (a *area) writeCanned(ctx context.Context, in *writeCannedInput) (*rest.Versioned[CannedText], error) {
	team, err := a.Team(ctx, "body.team", in.Body.Team.Or(""))
	if err != nil {
		return nil, err
	}
	t, err := a.Canned.Write(ctx, canned.WriteInput{Name: in.Body.Name, Body: in.Body.Body, Team: team})
	return a.cannedAfter(ctx, t, err)
}

type amendCannedInput struct {
	rest.ByID
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read"`
	Body    struct {
		Name *string            `json:"name,omitempty"`
		Body *string            `json:"body,omitempty" doc:"Markdown with variables"`
		Team rest.Maybe[string] `json:"team,omitempty" doc:"A team's id; null: for all"`
	}
}

func (a *area) amendCanned(ctx context.Context, in *amendCannedInput) (*rest.Versioned[CannedText], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	team, err := a.TeamPtr(ctx, "body.team", in.Body.Team)
	if err != nil {
		return nil, err
	}
	t, err := a.Canned.Amend(ctx, canned.AmendInput{Ref: in.ID, Version: version, Name: in.Body.Name, Body: in.Body.Body, Team: team})
	return a.cannedAfter(ctx, t, err)
}

type moveCannedInput struct {
	rest.ByID
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read"`
	Event   string `path:"event" enum:"retire,restore"`
}

func (a *area) moveCanned(ctx context.Context, in *moveCannedInput) (*rest.Versioned[CannedText], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	move := a.Canned.Retire
	if in.Event == "restore" {
		move = a.Canned.Restore
	}
	t, err := move(ctx, in.ID, version)
	return a.cannedAfter(ctx, t, err)
}

func (a *area) cannedAfter(ctx context.Context, t canned.Text, err error) (*rest.Versioned[CannedText], error) {
	if err != nil {
		return nil, err
	}
	out, err := a.cannedText(ctx, t)
	return &rest.Versioned[CannedText]{ETag: rest.ETag(t.Version), Body: out}, err
}
