// Package aftermath is the part of the REST API about what comes after a change: its review, what incidents it has to do
// with, and the figures of many.
package aftermath

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/api/markdown"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cause"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/reports"
)

// Deps is what these routes are composed from.
type Deps struct {
	*who.Directory
	Tickets *ticket.Service
	Reviews *review.Service
	Causes  *cause.Service
	CMDB    *cmdb.Service
	Reports *reports.Reports
	Now     func(ctx context.Context) time.Time
}

type area struct{ Deps }

// Routes offers them.
func Routes(b *route.Book, d Deps) {
	a := &area{d}
	route.Add(b, "get-review", a.review)
	route.Add(b, "conduct-review", a.conduct)
	route.Add(b, "ask-review", a.ask)
	route.Add(b, "list-reviews", a.waiting)
	route.Add(b, "record-causes", a.causes)
	route.Add(b, "say-cause", a.say)
	route.Add(b, "change-figures", a.figures)
	route.Add(b, "changes-behind", a.behind)
}

// ChangeReview is the review of a change.
type ChangeReview struct {
	State      string         `json:"state" enum:"none,open,done" doc:"none: nothing asks for one"`
	Reasons    []ReviewReason `json:"reasons" doc:"Why there is one"`
	DueAt      *time.Time     `json:"due_at"`
	Objectives *string        `json:"objectives" enum:"met,partly,missed"`
	Lessons    *string        `json:"lessons" doc:"Markdown"`
	Said       *string        `json:"lessons_html"`
	CMDB       *string        `json:"cmdb" enum:"updated,nothing,waived"`
	CMDBReason *string        `json:"cmdb_reason"`
	FollowUps  []string       `json:"follow_ups" doc:"Numbers of records"`
	Reviewer   *who.Person    `json:"reviewer"`
	DoneAt     *time.Time     `json:"done_at"`
	May        bool           `json:"may" doc:"I may conduct it"`
	WhyNot     *string        `json:"why_not"`
}

// ReviewReason is one reason for a review.
type ReviewReason struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

func reasons(codes []string) []ReviewReason {
	out := []ReviewReason{}
	for _, r := range review.Reasons {
		if slices.Contains(codes, r.Code) {
			out = append(out, ReviewReason(r))
		}
	}
	return out
}

// Reviewed names a change.
type Reviewed struct {
	Number string `path:"number" maxLength:"40"`
}

func (a *area) review(ctx context.Context, in *Reviewed) (*rest.Body[ChangeReview], error) {
	r, c, found, err := a.Reviews.Of(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	cast, err := a.Cast(ctx, []domain.UserID{r.ReviewerID})
	if err != nil {
		return nil, err
	}
	out := ChangeReview{State: "none", Reasons: []ReviewReason{}, FollowUps: []string{}}
	if found {
		out = ChangeReview{State: r.State, Reasons: reasons(r.Reasons), DueAt: &r.DueAt, Objectives: rest.Opt(r.Objectives), Lessons: rest.Opt(r.Lessons), CMDB: rest.Opt(r.CMDB),
			CMDBReason: rest.Opt(r.CMDBReason), FollowUps: rest.NotNil([]string(r.FollowUps)), Reviewer: cast.Person(r.ReviewerID), DoneAt: r.DoneAt}
		if r.Lessons != "" {
			out.Said = rest.Opt(markdown.HTML(r.Lessons))
		}
	}
	over := c.Ticket.State == changes.StateReview || c.Ticket.State == changes.StateClosed
	switch {
	case !over || a.Tickets.Permit(ctx, c.Ticket, "review") != nil:
	case review.Worked(c, domain.ActorFrom(ctx).User):
		out.WhyNot = rest.Opt("You implemented it: somebody else reviews it.")
	default:
		out.May = true
	}
	return &rest.Body[ChangeReview]{Body: out}, nil
}

type conductInput struct {
	Reviewed
	Body struct {
		Objectives string   `json:"objectives" enum:"met,partly,missed"`
		Lessons    string   `json:"lessons"`
		CMDB       string   `json:"cmdb" enum:"updated,nothing,waived"`
		CMDBReason string   `json:"cmdb_reason,omitempty" doc:"Needed to waive"`
		FollowUps  []string `json:"follow_ups,omitempty" nullable:"false" maxItems:"20" doc:"Numbers of records that exist"`
	}
}

func (a *area) conduct(ctx context.Context, in *conductInput) (*rest.Body[ChangeReview], error) {
	b := in.Body
	if _, err := a.Reviews.Conduct(ctx, review.Findings{Change: in.Number, Objectives: b.Objectives, Lessons: b.Lessons, CMDB: b.CMDB, CMDBReason: b.CMDBReason, FollowUps: b.FollowUps}); err != nil {
		return nil, err
	}
	return a.review(ctx, &in.Reviewed)
}

func (a *area) ask(ctx context.Context, in *Reviewed) (*rest.Body[ChangeReview], error) {
	if _, err := a.Reviews.Ask(ctx, in.Number); err != nil {
		return nil, err
	}
	return a.review(ctx, in)
}

// ReviewDue is a review that waits.
type ReviewDue struct {
	Number  string         `json:"number"`
	Title   string         `json:"title"`
	Reasons []ReviewReason `json:"reasons"`
	DueAt   time.Time      `json:"due_at"`
}

func (a *area) waiting(ctx context.Context, _ *struct{}) (*rest.Body[rest.Items[ReviewDue]], error) {
	list, err := a.Reviews.Waiting(ctx)
	if err != nil {
		return nil, err
	}
	out := []ReviewDue{}
	for _, d := range list {
		out = append(out, ReviewDue{d.Review.Number, d.Ticket.Title, reasons(d.Review.Reasons), d.Review.DueAt})
	}
	return rest.List(out), nil
}
