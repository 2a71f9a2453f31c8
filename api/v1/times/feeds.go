package times

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/changes/calendar/feed"
)

// CalendarFeed is a subscription to the change calendar.
type CalendarFeed struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	Path       *string    `json:"path" doc:"Where programs read it, without signing in; told once, when it is made" example:"/calendar/cabcal_….ics"`
}

func feedOf(f feed.Feed) CalendarFeed {
	return CalendarFeed{ID: f.Ref, Name: f.Name, CreatedAt: f.CreatedAt, LastUsedAt: f.LastUsedAt}
}

func (a *area) feeds(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[CalendarFeed]], error) {
	list, err := a.Feeds.Mine(ctx)
	if err != nil {
		return nil, err
	}
	out := []CalendarFeed{}
	for _, f := range list {
		out = append(out, feedOf(f))
	}
	return rest.List(out), nil
}

type feedInput struct {
	Body struct {
		Name string `json:"name" doc:"Which program it is for"`
	}
}

func (a *area) makeFeed(ctx context.Context, in *feedInput) (*rest.Body[CalendarFeed], error) {
	f, secret, err := a.Feeds.Make(ctx, in.Body.Name)
	if err != nil {
		return nil, err
	}
	out := feedOf(f)
	out.Path = rest.Opt("/calendar/" + secret + ".ics")
	return &rest.Body[CalendarFeed]{Body: out}, nil
}

func (a *area) revokeFeed(ctx context.Context, in *rest.ByID) (*rest.Empty, error) {
	return &rest.Empty{}, a.Feeds.Revoke(ctx, in.ID)
}
