package times

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
)

// Interruption is a planned interruption of services, as those are told who use them.
type Interruption struct {
	Title    *string   `json:"title" doc:"null where it would tell of a weakness: of emergencies, and of what touches security"`
	Services []string  `json:"services"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Minutes  *int64    `json:"minutes" doc:"For how long at most within that time; null when nobody said"`
	Begun    bool      `json:"begun" doc:"Work on it has begun"`
}

func (a *area) outages(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[Interruption]], error) {
	list, err := a.Calendar.Outages(ctx)
	if err != nil {
		return nil, err
	}
	out := []Interruption{}
	for _, o := range list {
		x := Interruption{Title: rest.Opt(o.Title), Services: rest.NotNil(o.Services), Start: o.Span.Start, End: o.Span.End, Begun: o.Begun}
		if o.Minutes > 0 {
			x.Minutes = &o.Minutes
		}
		out = append(out, x)
	}
	return rest.List(out), nil
}
