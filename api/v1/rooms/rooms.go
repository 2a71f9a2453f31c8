// Package rooms is the part of the REST API about the meetings of boards: how a board meets, what is planned, the room with its
// agenda, its clock and its quorum, and the minutes.
package rooms

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/cmdb/impact"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// Gate answers who may do what (policies.Engine).
type Gate interface {
	Decide(ctx context.Context, actor domain.Actor, action string, o policies.Object) policies.Decision
}

// Deps is what these routes are composed from.
type Deps struct {
	*who.Directory
	DB        *db.DB
	Gate      Gate
	Meetings  *cab.Service
	Changes   *changes.Service
	Templates *template.Service
	Tickets   *ticket.Service
	Approvals *approval.Service
	Calendar  *calendar.Service
	Impact    *impact.Service
	People    *people.Service
	Audit     *audit.Log
}

type area struct{ Deps }

// Routes offers them.
func Routes(b *route.Book, d Deps) {
	a := &area{d}
	route.Add(b, "list-meetings", a.list)
	route.Add(b, "convene-meeting", a.convene)
	route.Add(b, "get-meeting", a.get)
	route.Add(b, "move-meeting", a.move)
	route.Add(b, "refresh-agenda", a.refresh)
	route.Add(b, "add-point", a.put)
	route.Add(b, "amend-point", a.amend)
	route.Add(b, "step-point", a.step)
	route.Add(b, "read-point", a.reading)
	route.Add(b, "take-point", a.take)
	route.Add(b, "meeting-clock", a.clock)
	route.Add(b, "invite-guest", a.invite)
	route.Add(b, "answer-invitation", a.answer)
	route.Add(b, "join-meeting", a.join)
	route.Add(b, "leave-meeting", a.leave)
	route.Add(b, "approve-together", a.together)
	route.Add(b, "note-action", a.act)
	route.Add(b, "finish-action", a.done)
	route.Add(b, "get-minutes", a.minutes)
	route.Add(b, "sign-minutes", a.sign)
	route.Add(b, "append-minutes", a.append)
	route.Add(b, "get-rhythm", a.rhythm)
	route.Add(b, "set-rhythm", a.setRhythm)
}

// MeetingBoard names a board.
type MeetingBoard struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// MeetingRow is a meeting in a list.
type MeetingRow struct {
	ID       string       `json:"id"`
	Title    string       `json:"title"`
	Board    MeetingBoard `json:"board"`
	State    string       `json:"state" enum:"planned,in_progress,ended,cancelled"`
	Label    string       `json:"state_label"`
	StartsAt time.Time    `json:"starts_at"`
	Minutes  int          `json:"minutes" doc:"How long it is planned to take"`
	Points   int          `json:"points"`
	Expected bool         `json:"expected" doc:"I am expected"`
	Answer   string       `json:"answer" enum:",yes,no" doc:"Whether I come"`
	Present  int          `json:"present" doc:"How many are in the room"`
	Signed   bool         `json:"signed" doc:"Its minutes are signed"`
	Told     bool         `json:"announced" doc:"Its agenda is made, and its people are expected"`
}

type meetingListInput struct {
	Past  bool   `query:"past" doc:"Those that are over, the newest first; otherwise those that sit and those to come"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	After string `query:"after" maxLength:"40" doc:"The marker of the page before"`
}

func (a *area) list(ctx context.Context, in *meetingListInput) (*rest.Body[rest.Page[MeetingRow]], error) {
	after, err := rest.ParseMark(in.After)
	if err != nil {
		return nil, err
	}
	list, err := a.Meetings.List(ctx, cab.Query{Past: in.Past, After: after, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	boards, err := a.boards(ctx)
	out := rest.Page[MeetingRow]{Items: []MeetingRow{}}
	for _, m := range list {
		out.Items = append(out.Items, a.row(ctx, m, boards))
	}
	if len(list) == in.Limit {
		mark := rest.Mark(list[len(list)-1].ID)
		out.Next = &mark
	}
	return &rest.Body[rest.Page[MeetingRow]]{Body: out}, err
}

func (a *area) boards(ctx context.Context) (map[domain.BoardID]approval.Board, error) {
	list, err := a.Approvals.Boards(ctx)
	out := map[domain.BoardID]approval.Board{}
	for _, b := range list {
		out[b.ID] = b
	}
	return out, err
}

func (a *area) row(ctx context.Context, m cab.Meeting, boards map[domain.BoardID]approval.Board) MeetingRow {
	state, _ := cab.Flow.State(m.State)
	b := boards[m.BoardID]
	out := MeetingRow{ID: m.Ref, Title: m.Title, Board: MeetingBoard{b.Key, b.Name}, State: m.State, Label: state.Label, StartsAt: m.StartsAt, Minutes: m.Minutes,
		Present: len(m.Present()), Signed: m.SignedAt != nil, Told: m.AnnouncedAt != nil}
	for _, x := range m.Items {
		if x.Listed() {
			out.Points++
		}
	}
	if me := m.Attendee(domain.ActorFrom(ctx).User); me != nil {
		out.Expected, out.Answer = true, me.Answer
	}
	return out
}

type meetingConveneInput struct {
	Body struct {
		Board    string    `json:"board" maxLength:"40" doc:"The key of a board"`
		StartsAt time.Time `json:"starts_at"`
		Minutes  int       `json:"minutes,omitempty" doc:"Absent: as long as the board's rhythm says"`
		Title    string    `json:"title,omitempty" doc:"Absent: the name of the board"`
	}
}

func (a *area) convene(ctx context.Context, in *meetingConveneInput) (*rest.Versioned[Meeting], error) {
	b := in.Body
	m, err := a.Meetings.Convene(ctx, cab.ConveneInput{Board: b.Board, StartsAt: b.StartsAt, Minutes: b.Minutes, Title: b.Title})
	return a.after(ctx, m, err)
}

func (a *area) get(ctx context.Context, in *rest.ByID) (*rest.Versioned[Meeting], error) {
	m, err := a.Meetings.Get(ctx, in.ID)
	return a.after(ctx, m, err)
}

type meetingMoveInput struct {
	rest.ByID
	Event string `path:"event" enum:"start,end,cancel"`
	Body  *struct {
		Reason string `json:"reason,omitempty" doc:"Why it is cancelled"`
	}
}

func (a *area) move(ctx context.Context, in *meetingMoveInput) (*rest.Versioned[Meeting], error) {
	reason := ""
	if in.Body != nil {
		reason = in.Body.Reason
	}
	m, err := a.Meetings.Move(ctx, in.ID, in.Event, reason)
	return a.after(ctx, m, err)
}

func (a *area) refresh(ctx context.Context, in *rest.ByID) (*rest.Versioned[Meeting], error) {
	m, err := a.Meetings.Refresh(ctx, in.ID)
	return a.after(ctx, m, err)
}

// after shows a meeting after a verb.
func (a *area) after(ctx context.Context, m cab.Meeting, err error) (*rest.Versioned[Meeting], error) {
	if err != nil {
		return nil, err
	}
	body, err := a.meeting(ctx, m)
	return &rest.Versioned[Meeting]{ETag: rest.ETag(m.Version), Body: body}, err
}

// MeetingRhythm is how a board meets.
type MeetingRhythm struct {
	Version     int64       `json:"version" doc:"0 where nobody has said so yet"`
	Active      bool        `json:"active"`
	Zone        string      `json:"zone" example:"Europe/Berlin"`
	Starts      string      `json:"starts" doc:"What a clock in the zone shows the first time" example:"2026-03-03T14:00"`
	Rule        string      `json:"rule" doc:"How it repeats, as in RFC 5545" example:"FREQ=WEEKLY;BYDAY=TU"`
	Minutes     int         `json:"minutes"`
	Manager     *who.Person `json:"manager"`
	NoticeHours int         `json:"notice_hours" doc:"How long before its beginning a meeting is announced"`
	ItemMinutes int         `json:"item_minutes" doc:"What a point is given"`
	Sections    []string    `json:"sections" doc:"Which the rule fills"`
	LowRisk     bool        `json:"low_risk" doc:"Changes of low risk come on the agenda as well"`
	Next        []time.Time `json:"next" doc:"The next times"`
	May         bool        `json:"may" doc:"I may set it"`
}

type boardRhythmInput struct {
	Key string `path:"key" maxLength:"40"`
}

func (a *area) rhythm(ctx context.Context, in *boardRhythmInput) (*rest.Versioned[MeetingRhythm], error) {
	r, b, err := a.Meetings.RhythmOf(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	return a.rhythmOf(ctx, r, b.ID)
}

func (a *area) rhythmOf(ctx context.Context, r cab.Rhythm, board domain.BoardID) (*rest.Versioned[MeetingRhythm], error) {
	cast, err := a.Cast(ctx, []domain.UserID{r.ManagerID})
	if err != nil {
		return nil, err
	}
	now := a.DB.Now(ctx)
	times, err := r.Times(now, now.AddDate(0, 3, 0))
	out := MeetingRhythm{Version: r.Version, Active: r.Active, Zone: r.Zone, Starts: r.Starts, Rule: r.Rule, Minutes: r.Minutes, Manager: cast.Person(r.ManagerID), NoticeHours: r.NoticeHours,
		ItemMinutes: r.ItemMinutes, Sections: rest.NotNil([]string(r.Sections)), LowRisk: r.LowRisk, Next: rest.NotNil(times[:min(3, len(times))]),
		May: a.Gate.Decide(ctx, domain.ActorFrom(ctx), "meeting.lead", policies.Object{Class: "meeting", Board: board}).Allowed}
	v := &rest.Versioned[MeetingRhythm]{Body: out}
	if r.Version > 0 {
		v.ETag = rest.ETag(r.Version)
	}
	return v, err
}

type boardSetRhythmInput struct {
	Key     string `path:"key" maxLength:"40"`
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read"`
	Body    struct {
		Active      bool     `json:"active"`
		Zone        string   `json:"zone" maxLength:"60"`
		Starts      string   `json:"starts" maxLength:"20"`
		Rule        string   `json:"rule" maxLength:"300"`
		Minutes     int      `json:"minutes"`
		Manager     string   `json:"manager,omitempty" maxLength:"128" doc:"A person's id"`
		NoticeHours int      `json:"notice_hours"`
		ItemMinutes int      `json:"item_minutes"`
		Sections    []string `json:"sections" maxItems:"10" nullable:"false"`
		LowRisk     bool     `json:"low_risk,omitempty"`
	}
}

func (a *area) setRhythm(ctx context.Context, in *boardSetRhythmInput) (*rest.Versioned[MeetingRhythm], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	b := in.Body
	manager, err := a.User(ctx, "body.manager", b.Manager)
	if err != nil {
		return nil, err
	}
	r, err := a.Meetings.SetRhythm(ctx, in.Key, cab.Rhythm{Active: b.Active, Zone: b.Zone, Starts: b.Starts, Rule: b.Rule, Minutes: b.Minutes, ManagerID: manager,
		NoticeHours: b.NoticeHours, ItemMinutes: b.ItemMinutes, Sections: b.Sections, LowRisk: b.LowRisk}, version)
	if err != nil {
		return nil, err
	}
	return a.rhythmOf(ctx, r, r.BoardID)
}
