package rooms

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/markdown"
	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
)

type meetingPutInput struct {
	rest.ByID
	Body struct {
		Change  string `json:"change,omitempty" maxLength:"40" doc:"The number of a change"`
		Title   string `json:"title,omitempty" doc:"Or what it is about, in a line"`
		Minutes int    `json:"minutes,omitempty"`
	}
}

func (a *area) put(ctx context.Context, in *meetingPutInput) (*rest.Versioned[Meeting], error) {
	m, err := a.Meetings.Put(ctx, cab.PutInput{Meeting: in.ID, Change: in.Body.Change, Title: in.Body.Title, Minutes: in.Body.Minutes})
	return a.after(ctx, m, err)
}

// ByPoint names a point of a meeting.
type ByPoint struct {
	rest.ByID
	Point string `path:"point" maxLength:"128"`
}

type meetingAmendInput struct {
	ByPoint
	Body struct {
		Minutes *int    `json:"minutes,omitempty" doc:"Allotted; takes the right to lead"`
		Note    *string `json:"note,omitempty" doc:"For the minutes, in Markdown; takes the right to take them"`
	}
}

func (a *area) amend(ctx context.Context, in *meetingAmendInput) (*rest.Versioned[Meeting], error) {
	switch b := in.Body; {
	case b.Minutes != nil && b.Note == nil:
		m, err := a.Meetings.Allot(ctx, in.ID, in.Point, *b.Minutes)
		return a.after(ctx, m, err)
	case b.Note != nil && b.Minutes == nil:
		m, err := a.Meetings.Jot(ctx, in.ID, in.Point, *b.Note)
		return a.after(ctx, m, err)
	}
	return nil, domain.ErrInvalid.With("body", "give either the minutes or the note")
}

type meetingStepInput struct {
	ByPoint
	Step string `path:"step" enum:"promote,demote,put_off,strike,restore"`
	Body *struct {
		Reason string `json:"reason,omitempty"`
	}
}

func (a *area) step(ctx context.Context, in *meetingStepInput) (*rest.Versioned[Meeting], error) {
	reason := ""
	if in.Body != nil {
		reason = in.Body.Reason
	}
	m, err := a.Meetings.Step(ctx, in.ID, in.Point, in.Step, reason)
	return a.after(ctx, m, err)
}

type meetingTakeInput struct {
	ByPoint
	Body struct {
		From string `json:"from,omitempty" maxLength:"128" doc:"The id of the point that is being talked about, as it was seen; absent for none"`
	}
}

func (a *area) take(ctx context.Context, in *meetingTakeInput) (*rest.Versioned[Meeting], error) {
	m, err := a.Meetings.Take(ctx, in.ID, in.Point, in.Body.From)
	return a.after(ctx, m, err)
}

type meetingClockInput struct {
	rest.ByID
	Step string `path:"step" enum:"next,pause,resume"`
	Body *struct {
		From string `json:"from,omitempty" maxLength:"128" doc:"For next: the id of the point that is being talked about, as it was seen"`
	}
}

func (a *area) clock(ctx context.Context, in *meetingClockInput) (*rest.Versioned[Meeting], error) {
	var m cab.Meeting
	var err error
	switch in.Step {
	case "next":
		from := ""
		if in.Body != nil {
			from = in.Body.From
		}
		m, err = a.Meetings.Next(ctx, in.ID, from)
	case "pause", "resume":
		m, err = a.Meetings.Pause(ctx, in.ID, in.Step == "pause")
	default:
		err = domain.ErrMove
	}
	return a.after(ctx, m, err)
}

type meetingInviteInput struct {
	rest.ByID
	Body struct {
		Person string `json:"person" maxLength:"128" doc:"A person's id"`
	}
}

func (a *area) invite(ctx context.Context, in *meetingInviteInput) (*rest.Versioned[Meeting], error) {
	u, err := a.User(ctx, "body.person", in.Body.Person)
	if err != nil {
		return nil, err
	}
	m, err := a.Meetings.Invite(ctx, in.ID, u)
	return a.after(ctx, m, err)
}

type meetingAnswerInput struct {
	rest.ByID
	Body struct {
		Comes bool `json:"comes"`
	}
}

func (a *area) answer(ctx context.Context, in *meetingAnswerInput) (*rest.Versioned[Meeting], error) {
	m, err := a.Meetings.Answer(ctx, in.ID, in.Body.Comes)
	return a.after(ctx, m, err)
}

type meetingJoinInput struct {
	rest.ByID
	Body *struct {
		Behalf string `json:"on_behalf_of,omitempty" maxLength:"128" doc:"The id of a member for whom one stands in"`
	}
}

func (a *area) join(ctx context.Context, in *meetingJoinInput) (*rest.Versioned[Meeting], error) {
	var behalf domain.UserID
	if in.Body != nil {
		var err error
		if behalf, err = a.User(ctx, "body.on_behalf_of", in.Body.Behalf); err != nil {
			return nil, err
		}
	}
	m, err := a.Meetings.Join(ctx, in.ID, behalf)
	return a.after(ctx, m, err)
}

type meetingLeaveInput struct {
	rest.ByID
	Body *struct {
		Person string `json:"person,omitempty" maxLength:"128" doc:"Who has gone without a word; absent: me"`
	}
}

func (a *area) leave(ctx context.Context, in *meetingLeaveInput) (*rest.Versioned[Meeting], error) {
	var user domain.UserID
	if in.Body != nil {
		var err error
		if user, err = a.User(ctx, "body.person", in.Body.Person); err != nil {
			return nil, err
		}
	}
	m, err := a.Meetings.Leave(ctx, in.ID, user)
	return a.after(ctx, m, err)
}

// TogetherVote is one approval of many.
type TogetherVote struct {
	Number  string `json:"number" maxLength:"40"`
	Digest  string `json:"digest" maxLength:"128" doc:"Of the plan that was read"`
	Comment string `json:"comment,omitempty"`
}

type meetingTogetherInput struct {
	rest.ByID
	Body struct {
		Votes []TogetherVote `json:"votes" maxItems:"60" nullable:"false"`
	}
}

// TogetherResult is what came of one vote of many.
type TogetherResult struct {
	Number  string           `json:"number"`
	OK      bool             `json:"ok"`
	Problem *problem.Details `json:"problem"`
}

func (a *area) together(ctx context.Context, in *meetingTogetherInput) (*rest.Body[rest.Items[TogetherResult]], error) {
	var votes []cab.Vote
	for _, v := range in.Body.Votes {
		votes = append(votes, cab.Vote{Number: v.Number, Digest: v.Digest, Comment: v.Comment})
	}
	results, err := a.Meetings.ApproveTogether(ctx, in.ID, votes)
	if err != nil {
		return nil, err
	}
	out := []TogetherResult{}
	for _, r := range results {
		one := TogetherResult{Number: r.Number, OK: r.Err == nil}
		if r.Err != nil {
			one.Problem = problem.From(r.Err)
		}
		out = append(out, one)
	}
	return rest.List(out), nil
}

type meetingActInput struct {
	rest.ByID
	Body struct {
		Point string `json:"point,omitempty" maxLength:"128"`
		Text  string `json:"text"`
		Owner string `json:"owner" maxLength:"128" doc:"A person's id"`
		Due   string `json:"due,omitempty" maxLength:"10" example:"2026-03-14"`
		Task  bool   `json:"task,omitempty" doc:"It becomes a task of the change, before its start"`
	}
}

func (a *area) act(ctx context.Context, in *meetingActInput) (*rest.Versioned[Meeting], error) {
	b := in.Body
	owner, err := a.User(ctx, "body.owner", b.Owner)
	if err != nil {
		return nil, err
	}
	m, err := a.Meetings.Act(ctx, cab.ActInput{Meeting: in.ID, Item: b.Point, Text: b.Text, Owner: owner, Due: b.Due, Task: b.Task})
	return a.after(ctx, m, err)
}

type meetingDoneInput struct {
	rest.ByID
	Action string `path:"action" maxLength:"128"`
}

func (a *area) done(ctx context.Context, in *meetingDoneInput) (*rest.Versioned[Meeting], error) {
	m, err := a.Meetings.Done(ctx, in.ID, in.Action)
	return a.after(ctx, m, err)
}

// MeetingMinutes are the minutes of a meeting.
type MeetingMinutes struct {
	Text      string     `json:"text" doc:"Markdown"`
	HTML      string     `json:"html"`
	Digest    string     `json:"digest" doc:"What a signature names: hex SHA-256"`
	Signed    bool       `json:"signed"`
	MaySign   bool       `json:"may_sign"`
	Signature *Signature `json:"signature"`
	Addenda   []Addendum `json:"addenda"`
}

func (a *area) minutes(ctx context.Context, in *rest.ByID) (*rest.Body[MeetingMinutes], error) {
	m, text, err := a.Meetings.Minutes(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	body, err := a.meeting(ctx, m)
	if err != nil {
		return nil, err
	}
	return &rest.Body[MeetingMinutes]{Body: MeetingMinutes{Text: text.Text, HTML: markdown.HTML(text.Text), Digest: text.Digest, Signed: m.SignedAt != nil,
		MaySign: body.May["lead"] && m.State == cab.Ended && m.SignedAt == nil, Signature: body.Signature, Addenda: body.Addenda}}, nil
}

type meetingSignInput struct {
	rest.ByID
	Body struct {
		Digest string `json:"digest" maxLength:"128" doc:"Of the minutes that were read"`
	}
}

// MinutesSigned is a meeting after its minutes were signed, with the receipt.
type MinutesSigned struct {
	Meeting Meeting      `json:"meeting"`
	Receipt rest.Receipt `json:"receipt"`
}

func (a *area) sign(ctx context.Context, in *meetingSignInput) (*rest.Body[MinutesSigned], error) {
	m, receipt, err := a.Meetings.Sign(ctx, in.ID, in.Body.Digest)
	if err != nil {
		return nil, err
	}
	body, err := a.meeting(ctx, m)
	return &rest.Body[MinutesSigned]{Body: MinutesSigned{body, rest.ReceiptOf(receipt)}}, err
}

type meetingAppendInput struct {
	rest.ByID
	Body struct {
		Text string `json:"text" doc:"Markdown"`
	}
}

func (a *area) append(ctx context.Context, in *meetingAppendInput) (*rest.Versioned[Meeting], error) {
	m, err := a.Meetings.Append(ctx, in.ID, in.Body.Text)
	return a.after(ctx, m, err)
}

// Reading is what to know of a change before deciding on it.
type Reading struct {
	Number    string           `json:"number"`
	Revision  int64            `json:"revision"`
	Edits     []ReadingEdit    `json:"edits" doc:"What the last edit of the plan altered; none for a first revision"`
	EditedAt  *time.Time       `json:"edited_at"`
	Items     int              `json:"items" doc:"How many configuration items it names"`
	Reaches   int              `json:"reaches" doc:"How many more its failure would reach"`
	Conflicts int              `json:"conflicts" doc:"Hard and high ones that are open"`
	Failures  []ReadingFailure `json:"failures" doc:"Changes of the same items that went wrong within a year"`
}

// ReadingEdit is one field that was edited.
type ReadingEdit struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// ReadingFailure is a change that went wrong.
type ReadingFailure struct {
	Number  string    `json:"number"`
	Title   string    `json:"title"`
	Outcome string    `json:"outcome"`
	Ended   time.Time `json:"ended"`
}

func (a *area) reading(ctx context.Context, in *ByPoint) (*rest.Body[Reading], error) {
	m, err := a.Meetings.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	x := m.Item(in.Point)
	if x == nil || x.TicketID == 0 {
		return nil, domain.ErrNotFound.Because("There is no change to read about.")
	}
	c, err := a.Changes.ByID(ctx, x.TicketID)
	if err != nil {
		return nil, err
	}
	if _, err := a.Tickets.Get(ctx, c.Ticket.Number); err != nil {
		return nil, err
	}
	out := Reading{Number: c.Ticket.Number, Revision: c.Facet.Revision, Edits: []ReadingEdit{}, Items: len(c.Facet.CIs), Failures: []ReadingFailure{}}
	if a.Tickets.Permit(ctx, c.Ticket, "read_internal") == nil {
		events, err := a.Audit.Events(ctx, audit.Filter{EntityKind: "change", Entity: c.Ticket.Number, Type: "change.replanned", Limit: 1, Visibilities: []domain.Visibility{domain.Public, domain.InternalV}})
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			out.EditedAt = &e.OccurredAt
			for _, f := range e.Changes {
				if readable[f.Field] {
					out.Edits = append(out.Edits, ReadingEdit{f.Field, f.Before, f.After})
				}
			}
		}
	}
	kept, err := a.Impact.Of(ctx, c.Ticket.ID)
	if err != nil {
		return nil, err
	}
	out.Reaches = max(0, len(kept.Parts)-out.Items)
	conflicts, err := a.Calendar.Kept(ctx, c.Ticket.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range conflicts {
		if x.State == calendar.Open && (x.Severity == calendar.Hard || x.Severity == calendar.High) {
			out.Conflicts++
		}
	}
	failures, err := a.Meetings.Failures(ctx, c)
	for _, f := range failures {
		if a.Tickets.Permit(ctx, f.Ticket, "read") == nil {
			out.Failures = append(out.Failures, ReadingFailure{f.Ticket.Number, f.Ticket.Title, string(f.Facet.Outcome), *f.Facet.ActualEnd})
		}
	}
	return &rest.Body[Reading]{Body: out}, err
}

// readable are the fields of a plan that people read as text.
var readable = map[string]bool{"title": true, "description": true, "service": true, "risk": true, "justification": true, "implementation_plan": true, "test_plan": true, "backout_plan": true,
	"planned_start": true, "planned_end": true, "communication_plan": true, "verification_plan": true, "environment": true, "outage": true, "outage_minutes": true, "backout_tested": true, "security_impact": true}
