package times

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
)

// Planned is a change in the calendar.
type Planned struct {
	Number     string         `json:"number"`
	Title      string         `json:"title"`
	State      string         `json:"state"`
	StateLabel string         `json:"state_label"`
	Tone       string         `json:"tone" enum:"new,progress,waiting,done,closed,refused" doc:"How the state looks"`
	Model      string         `json:"model"`
	Risk       string         `json:"risk" enum:"low,medium,high"`
	Site       *string        `json:"site" doc:"Name of the site"`
	Start      time.Time      `json:"start"`
	End        time.Time      `json:"end"`
	Hard       int            `json:"hard" doc:"How many hard conflicts are open"`
	Items      []ConflictItem `json:"items" doc:"What it changes, as far as the reader may see that"`
	Services   []string       `json:"services" doc:"What it says that it affects"`
}

// Happening is a window or a freeze in the calendar.
type Happening struct {
	Schedule string    `json:"schedule" doc:"The id of the schedule"`
	Kind     string    `json:"kind" enum:"window,freeze"`
	Name     string    `json:"name"`
	Purpose  string    `json:"purpose"`
	Whole    bool      `json:"whole" doc:"It is for everything, not only for some items"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
}

// Calendar is what is planned in a stretch of time.
type Calendar struct {
	Changes []Planned   `json:"changes" doc:"Those that the reader may see"`
	Times   []Happening `json:"times"`
	Cut     bool        `json:"cut" doc:"There are more than are shown: ask for less time"`
}

type calendarInput struct {
	From time.Time `query:"from" required:"true"`
	To   time.Time `query:"to" required:"true" doc:"At most 400 days later"`
}

func (a *area) calendar(ctx context.Context, in *calendarInput) (*rest.Body[Calendar], error) {
	list, times, cut, err := a.Calendar.Show(ctx, calendar.Span{Start: in.From, End: in.To})
	if err != nil {
		return nil, err
	}
	out := Calendar{Changes: []Planned{}, Times: happenings(times), Cut: cut}
	ids := make([]domain.TicketID, len(list))
	for i, c := range list {
		ids[i] = c.TicketID
	}
	facets, err := a.Changes.Facets(ctx, ids)
	if err != nil {
		return nil, err
	}
	var numbers []string
	for _, f := range facets {
		numbers = append(numbers, f.CIs...)
	}
	items, err := a.readable(ctx, numbers)
	if err != nil {
		return nil, err
	}
	sites, err := a.People.SitesByID(ctx)
	for _, c := range list {
		f := facets[c.TicketID]
		p := Planned{Number: c.Number, Title: c.Title, State: c.State, Model: c.Model, Risk: string(f.Risk), Site: rest.Opt(sites[c.Site].Name), Start: c.Span.Start, End: c.Span.End,
			Hard: c.Hard, Items: []ConflictItem{}, Services: rest.NotNil([]string(f.AffectedServices))}
		p.StateLabel, p.Tone = a.State(c.State)
		for _, n := range f.CIs {
			if i, ok := items[n]; ok {
				p.Items = append(p.Items, ConflictItem{i.Number, i.Facts.Name})
			}
		}
		out.Changes = append(out.Changes, p)
	}
	return &rest.Body[Calendar]{Body: out}, err
}

// readable loads the items with those numbers that the actor may read.
func (a *area) readable(ctx context.Context, numbers []string) (map[string]cmdb.CI, error) {
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	out := map[string]cmdb.CI{}
	for page := range slices.Chunk(numbers, 1000) {
		found, err := a.CMDB.ByNumbers(ctx, page)
		if err != nil {
			return nil, err
		}
		byID := make(map[domain.CIID]cmdb.CI, len(found))
		for _, c := range found {
			byID[c.ID] = c
		}
		for _, c := range a.CMDB.Readable(ctx, byID) {
			out[c.Number] = c
		}
	}
	return out, nil
}

func happenings(times []calendar.Happening) []Happening {
	out := []Happening{}
	for _, h := range times {
		out = append(out, Happening{Schedule: h.Schedule.Ref, Kind: string(h.Schedule.Kind), Name: h.Schedule.Name, Purpose: h.Schedule.Purpose, Whole: h.Schedule.Scope.Everything, Start: h.Span.Start, End: h.Span.End})
	}
	return out
}

// Frozen tells whether changes of an item are frozen.
type Frozen struct {
	Frozen bool        `json:"frozen"`
	By     []Happening `json:"by"`
}

type freezeInput struct {
	Number string    `path:"number" maxLength:"40" example:"CI-000123"`
	At     time.Time `query:"at" doc:"Now, unless given"`
	Model  string    `query:"model" maxLength:"40" default:"normal"`
}

func (a *area) freeze(ctx context.Context, in *freezeInput) (*rest.Body[Frozen], error) {
	item, err := a.CMDB.Get(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	at := in.At
	if at.IsZero() {
		at = a.Now(ctx)
	}
	by, err := a.Calendar.FrozenAt(ctx, item.Number, in.Model, at)
	return &rest.Body[Frozen]{Body: Frozen{Frozen: len(by) > 0, By: happenings(by)}}, err
}
