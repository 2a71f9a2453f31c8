package items

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// inward turns the values of a body, in which people, teams and sites are named as the outside knows them, into those of the
// domain. All that are unknown are named at once.
func (a *area) inward(ctx context.Context, class string, values map[string]string) (map[string]string, error) {
	m, _, err := a.CMDB.Model(ctx)
	if err != nil {
		return nil, err
	}
	bad := cmdb.ErrValue
	out := make(map[string]string, len(values))
	for key, text := range values {
		at, ok := m.Field(class, key)
		if !ok || strings.TrimSpace(text) == "" {
			out[key] = text
			continue
		}
		where := "body.values." + key
		var id int64
		switch at.Kind {
		case model.Person:
			var u domain.UserID
			u, err = a.User(ctx, where, text)
			id = int64(u)
		case model.Team:
			var t domain.TeamID
			t, err = a.Team(ctx, where, text)
			id = int64(t)
		case model.Site:
			var s domain.SiteID
			if s, err = a.SiteByKey(ctx, text); domain.KindOf(err) == domain.NotFound {
				err = domain.ErrInvalid.With(where, "there is no such site")
			}
			id = int64(s)
		default:
			out[key] = text
			continue
		}
		switch {
		case domain.KindOf(err) == domain.Invalid && err != nil:
			bad = bad.With(where, "there is no such "+string(at.Kind))
		case err != nil:
			return nil, err
		}
		out[key] = strconv.FormatInt(id, 10)
	}
	if len(bad.Fields) > 0 {
		return nil, bad
	}
	return out, nil
}

type registerItemInput struct {
	Body struct {
		Class     string            `json:"class" maxLength:"40"`
		Status    string            `json:"status,omitempty" enum:"planned,in_stock,live,under_maintenance,retired,disposed"`
		Values    map[string]string `json:"values" doc:"By the key of the attribute: people by id, teams and sites by key, items by number"`
		Effective *time.Time        `json:"effective,omitempty" doc:"Since when it is so; now by default, never in the future"`
	}
}

func (a *area) register(ctx context.Context, in *registerItemInput) (*rest.Versioned[ItemPage], error) {
	values, err := a.inward(ctx, in.Body.Class, in.Body.Values)
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Register(ctx, cmdb.RegisterInput{Class: in.Body.Class, Status: in.Body.Status, Values: values, Origin: since(in.Body.Effective)})
	out, err := a.after(ctx, c, err)
	if err == nil {
		out.Location = route.Prefix + "/cis/" + c.Number
	}
	return out, err
}

func since(at *time.Time) (o cmdb.Origin) {
	if at != nil {
		o.Effective = *at
	}
	return o
}

type amendItemInput struct {
	rest.ByNumber
	Body struct {
		Class     *string           `json:"class,omitempty" maxLength:"40"`
		Values    map[string]string `json:"values,omitempty" doc:"What is not given stays; an empty text takes a value away"`
		Effective *time.Time        `json:"effective,omitempty" doc:"Since when it is so; now by default, never in the future"`
	}
}

func (a *area) amend(ctx context.Context, in *amendItemInput) (*rest.Versioned[ItemPage], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	was, err := a.CMDB.Get(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	class := was.Facts.Class
	if in.Body.Class != nil {
		class = *in.Body.Class
	}
	values, err := a.inward(ctx, class, in.Body.Values)
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Amend(ctx, cmdb.AmendInput{Number: in.Number, Version: version, Class: in.Body.Class, Values: values, Origin: since(in.Body.Effective)})
	return a.after(ctx, c, err)
}

type moveItemInput struct {
	rest.ByNumber
	Event string `path:"event" maxLength:"40" example:"go_live"`
	Body  struct {
		Reason string `json:"reason,omitempty"`
	}
}

func (a *area) move(ctx context.Context, in *moveItemInput) (*rest.Versioned[ItemPage], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Move(ctx, cmdb.MoveInput{Number: in.Number, Version: version, Event: in.Event, Reason: in.Body.Reason})
	return a.after(ctx, c, err)
}

func (a *area) attest(ctx context.Context, in *struct{ rest.ByNumber }) (*rest.Versioned[ItemPage], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := a.CMDB.Attest(ctx, in.Number, version)
	return a.after(ctx, c, err)
}

// ItemResult is how one item of many fared.
type ItemResult struct {
	Number string           `json:"number"`
	OK     bool             `json:"ok"`
	Error  *problem.Details `json:"error"`
}

type bulkItemsInput struct {
	Body struct {
		Numbers []string          `json:"numbers" minItems:"1" maxItems:"200"`
		Action  string            `json:"action" enum:"amend,move,attest"`
		Values  map[string]string `json:"values,omitempty" doc:"amend: only what all of them have"`
		Event   string            `json:"event,omitempty" doc:"move"`
		Reason  string            `json:"reason,omitempty" doc:"move"`
	}
}

// bulk does the same with many items, each by itself: what one refuses does not stop the others.
func (a *area) bulk(ctx context.Context, in *bulkItemsInput) (*rest.Body[rest.Items[ItemResult]], error) {
	if !a.CMDB.May(ctx, "ci."+in.Body.Action) {
		return nil, domain.ErrForbidden
	}
	out := []ItemResult{}
	for _, n := range in.Body.Numbers {
		var err error
		switch in.Body.Action {
		case "amend":
			var c cmdb.CI
			if c, err = a.CMDB.Get(ctx, n); err == nil {
				var values map[string]string
				if values, err = a.inward(ctx, c.Facts.Class, in.Body.Values); err == nil {
					_, err = a.CMDB.Amend(ctx, cmdb.AmendInput{Number: n, Values: values})
				}
			}
		case "move":
			_, err = a.CMDB.Move(ctx, cmdb.MoveInput{Number: n, Event: in.Body.Event, Reason: in.Body.Reason})
		case "attest":
			_, err = a.CMDB.Attest(ctx, n, 0)
		}
		r := ItemResult{Number: n, OK: err == nil}
		if err != nil {
			r.Error = problem.For(ctx, err)
		}
		out = append(out, r)
	}
	return rest.List(out), nil
}
