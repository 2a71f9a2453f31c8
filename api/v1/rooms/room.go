package rooms

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/api/markdown"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

// Meeting is a meeting as whoever asks sees it: the whole state of the room.
type Meeting struct {
	MeetingRow
	Version   int64           `json:"version"`
	Now       time.Time       `json:"now" doc:"By the clock of the server"`
	Zone      string          `json:"zone"`
	Lead      *who.Person     `json:"lead"`
	Reason    *string         `json:"reason" doc:"Why it was cancelled"`
	StartedAt *time.Time      `json:"started_at"`
	EndedAt   *time.Time      `json:"ended_at"`
	Running   bool            `json:"running" doc:"Its clock runs"`
	Elapsed   int64           `json:"elapsed_seconds" doc:"At now, without breaks"`
	Items     []MeetingPoint  `json:"items" doc:"In order"`
	People    []MeetingPerson `json:"people"`
	Actions   []MeetingAction `json:"actions"`
	Addenda   []Addendum      `json:"addenda" doc:"To signed minutes"`
	Signature *Signature      `json:"signature"`
	Needed    int             `json:"needed" doc:"How many of the board make its quorum"`
	Members   int             `json:"members_present" doc:"How many of the board are in the room"`
	InRoom    bool            `json:"in_room" doc:"I am in the room"`
	StandIn   []who.Person    `json:"stand_in_for" doc:"For whom I could sit there"`
	May       map[string]bool `json:"may" doc:"lead, attend, minute"`
}

// MeetingPoint is one point of an agenda.
type MeetingPoint struct {
	ID      string `json:"id"`
	Section string `json:"section" enum:"failed,reviews,high_risk,conflicts,decisions,templates,forward,other"`
	Label   string `json:"section_label"`
	State   string `json:"state" enum:"open,current,done,put_off,carried,dropped,struck"`
	About   string `json:"about" enum:"change,template,forward,point"`
	Number  string `json:"number" doc:"Of the change"`
	Key     string `json:"template_key"`
	Edition int64  `json:"edition" doc:"Of the template"`
	Title   string `json:"title"`
	Hidden  bool   `json:"hidden" doc:"It is about a change that I may not see"`
	Minutes int    `json:"minutes" doc:"Allotted"`
	Elapsed int64  `json:"elapsed_seconds"`
	Running bool   `json:"running"`

	Risk         string     `json:"risk" enum:",low,medium,high"`
	Model        string     `json:"model"`
	ChangeState  string     `json:"change_state"`
	StateLabel   string     `json:"change_state_label"`
	Outcome      string     `json:"outcome"`
	PlannedStart *time.Time `json:"planned_start"`
	PlannedEnd   *time.Time `json:"planned_end"`

	Revision int64          `json:"revision" doc:"Of the plan that was talked about; 0 before that"`
	Digest   string         `json:"digest" doc:"Of that plan"`
	Result   string         `json:"result"`
	Note     string         `json:"note"`
	NoteHTML string         `json:"note_html"`
	Quorum   *MeetingQuorum `json:"quorum" doc:"Where the board is asked: of those who may vote on this very plan"`
	Ballot   *MeetingBallot `json:"ballot"`
}

// MeetingQuorum is how the room stands on one plan.
type MeetingQuorum struct {
	Needed  int            `json:"needed"`
	Reached bool           `json:"reached"`
	Here    []who.Person   `json:"here" doc:"Have voted, or could now"`
	Voted   []who.Person   `json:"voted" doc:"Of those: have voted"`
	Away    []who.Person   `json:"away"`
	Barred  []BarredPerson `json:"barred" doc:"Of the board, and cannot vote on this"`
}

// BarredPerson is somebody of the board who cannot vote on a plan.
type BarredPerson struct {
	Person who.Person `json:"person"`
	Why    string     `json:"why"`
}

// MeetingBallot is what the board is asked, and has answered.
type MeetingBallot struct {
	SlotID   string        `json:"slot_id"`
	Label    string        `json:"label"`
	State    string        `json:"state" enum:"waiting,approved,rejected,stale"`
	Open     bool          `json:"open" doc:"Votes are taken now"`
	Digest   string        `json:"digest" doc:"Of the plan as it is put to the board"`
	Revision int64         `json:"revision"`
	Approved int           `json:"approved"`
	Sign     bool          `json:"sign"`
	Meaning  *string       `json:"meaning"`
	Retro    bool          `json:"retro"`
	Votes    []MeetingVote `json:"votes"`
	Can      bool          `json:"can" doc:"I may vote now"`
	Why      []rest.Reason `json:"why" doc:"Why I may not"`
}

// MeetingVote is one decision.
type MeetingVote struct {
	Person   who.Person  `json:"person"`
	By       *who.Person `json:"by" doc:"Who cast it, if that was somebody else"`
	Decision string      `json:"decision" enum:"approve,reject,recuse"`
	Comment  string      `json:"comment"`
	At       time.Time   `json:"at"`
	Before   bool        `json:"before" doc:"Before the meeting"`
}

// MeetingPerson is somebody who is expected.
type MeetingPerson struct {
	Person  who.Person  `json:"person"`
	Guest   bool        `json:"guest"`
	Answer  string      `json:"answer" enum:",yes,no"`
	Present bool        `json:"present"`
	Since   *time.Time  `json:"since" doc:"Since when they are in the room"`
	Came    bool        `json:"came" doc:"They were there"`
	Behalf  *who.Person `json:"on_behalf_of"`
}

// MeetingAction is something that somebody is to do.
type MeetingAction struct {
	ID     string      `json:"id"`
	Point  string      `json:"point" doc:"The id of the point that it comes from"`
	Text   string      `json:"text"`
	Owner  who.Person  `json:"owner"`
	Due    *string     `json:"due" doc:"A day"`
	Task   *string     `json:"task" doc:"The number of the task that it became"`
	DoneAt *time.Time  `json:"done_at"`
	DoneBy *who.Person `json:"done_by"`
	Mine   bool        `json:"mine" doc:"I may tick it off"`
}

// Addendum is what was added to signed minutes.
type Addendum struct {
	HTML string     `json:"html"`
	By   who.Person `json:"by"`
	At   time.Time  `json:"at"`
}

// Signature is who signed the minutes.
type Signature struct {
	By      who.Person    `json:"by"`
	At      time.Time     `json:"at"`
	Digest  string        `json:"digest"`
	Receipt *rest.Receipt `json:"receipt" doc:"null until it is sealed"`
}

// topic is what a point is about, loaded once.
type topic struct {
	change  *changes.Change
	edition *template.Template
	ballot  *approval.Ballot
	quorum  cab.Quorum
	subject approval.Subject
}

func (a *area) meeting(ctx context.Context, m cab.Meeting) (out Meeting, err error) {
	boards, err := a.boards(ctx)
	if err != nil {
		return out, err
	}
	board, now, actor := boards[m.BoardID], a.DB.Now(ctx), domain.ActorFrom(ctx)
	topics := map[string]topic{}
	users := []domain.UserID{m.LeadID, m.SignedBy}
	for _, x := range m.Items {
		if !x.Listed() && m.State != cab.Planned {
			continue
		}
		t, err := a.topic(ctx, m, x)
		if err != nil {
			return out, err
		}
		topics[x.Ref] = t
		if t.ballot != nil {
			for _, e := range t.ballot.Electors {
				users = append(users, e.UserID)
			}
			for _, d := range t.ballot.Decisions {
				users = append(users, d.UserID, d.CastBy)
			}
		}
	}
	for _, p := range m.People {
		users = append(users, p.UserID, p.BehalfID)
	}
	for _, x := range m.Actions {
		users = append(users, x.OwnerID, x.DoneBy)
	}
	for _, x := range m.Addenda {
		users = append(users, x.ByID)
	}
	lent, err := a.People.DelegationsAmong(ctx, []domain.UserID{actor.User}, now)
	if err != nil {
		return out, err
	}
	var stand []domain.UserID
	for _, d := range lent {
		if d.To.ID == actor.User && (d.Board == 0 || d.Board == m.BoardID) && slices.Contains(board.Members, d.From.ID) {
			stand = append(stand, d.From.ID)
		}
	}
	cast, err := a.Cast(ctx, append(users, stand...))
	if err != nil {
		return out, err
	}
	out = Meeting{MeetingRow: a.row(ctx, m, boards), Version: m.Version, Now: now, Zone: m.Zone, Lead: cast.Person(m.LeadID), Reason: rest.Opt(m.Reason), StartedAt: m.StartedAt, EndedAt: m.EndedAt,
		Running: m.RunningSince != nil, Elapsed: int64(m.Elapsed(now) / time.Second), Items: []MeetingPoint{}, People: []MeetingPerson{}, Actions: []MeetingAction{}, Addenda: []Addendum{},
		Needed: board.Needed, StandIn: cast.Persons(stand), May: map[string]bool{}}
	for _, action := range []string{"lead", "attend", "minute"} {
		out.May[action] = a.Gate.Decide(ctx, actor, "meeting."+action, m.Object()).Allowed
	}
	for _, x := range m.Items {
		if t, ok := topics[x.Ref]; ok {
			out.Items = append(out.Items, a.point(ctx, m, x, t, cast, now))
		}
	}
	for _, p := range m.People {
		one := MeetingPerson{Person: cast.One(p.UserID), Guest: p.Guest, Answer: p.Answer, Came: len(p.Stays) > 0, Behalf: cast.Person(p.BehalfID), Present: m.State == cab.InProgress && p.Present()}
		if one.Present {
			one.Since = &p.Stays[len(p.Stays)-1].From
			if slices.Contains(board.Members, p.UserID) {
				out.Members++
			}
			out.InRoom = out.InRoom || p.UserID == actor.User
		}
		out.People = append(out.People, one)
	}
	for _, x := range m.Actions {
		out.Actions = append(out.Actions, MeetingAction{ID: x.Ref, Point: x.Item, Text: x.Text, Owner: cast.One(x.OwnerID), Due: rest.Opt(x.Due), Task: rest.Opt(x.Task), DoneAt: x.DoneAt,
			DoneBy: cast.Person(x.DoneBy), Mine: x.DoneAt == nil && x.Task == "" && out.May["attend"] && (x.OwnerID == actor.User || out.May["minute"])})
	}
	for _, x := range m.Addenda {
		out.Addenda = append(out.Addenda, Addendum{HTML: markdown.HTML(x.Text), By: cast.One(x.ByID), At: x.At})
	}
	if m.SignedAt != nil {
		out.Signature = &Signature{By: cast.One(m.SignedBy), At: *m.SignedAt, Digest: m.RecordDigest}
		if r, err := a.Audit.Receipt(ctx, m.SignedEvent); err == nil {
			receipt := rest.ReceiptOf(r)
			out.Signature.Receipt = &receipt
		}
	}
	return out, nil
}

// topic loads what a point is about. A change that the reader may not see stays out.
func (a *area) topic(ctx context.Context, m cab.Meeting, x cab.Item) (t topic, err error) {
	switch {
	case x.TicketID != 0:
		c, err := a.Changes.ByID(ctx, x.TicketID)
		if err != nil {
			return t, err
		}
		if a.Tickets.Permit(ctx, c.Ticket, "read") != nil {
			return t, nil
		}
		t.change, t.subject = &c, c.Subject()
		digest := ""
		if m.State == cab.Ended {
			digest = x.Digest
		}
		if b, ok := cab.BallotOf(c, m.BoardID, digest); ok && m.Asks(x, b) {
			t.ballot, t.quorum = &b, a.Meetings.ChangeQuorum(ctx, m, c, b)
		}
	case x.Template != "":
		e, err := a.Meetings.Edition(ctx, x.Template)
		if err != nil {
			return t, err
		}
		t.edition, t.subject = &e, e.Subject()
		b, ok, err := a.Templates.Ballot(ctx, e)
		if err != nil {
			return t, err
		}
		if ok {
			t.ballot, t.quorum = &b, a.Meetings.EditionQuorum(ctx, m, e.Subject(), b)
		}
	}
	return t, nil
}

func (a *area) point(ctx context.Context, m cab.Meeting, x cab.Item, t topic, cast who.Cast, now time.Time) MeetingPoint {
	out := MeetingPoint{ID: x.Ref, Section: x.Section, Label: cab.SectionLabels[x.Section], State: x.State, About: "point", Title: x.Title, Minutes: x.Minutes, Elapsed: int64(x.Elapsed(now) / time.Second),
		Running: x.RunningSince != nil, Revision: x.Revision, Digest: x.Digest, Result: x.Result, Note: x.Note, NoteHTML: markdown.HTML(x.Note)}
	var why []domain.Reason
	switch {
	case x.TicketID != 0 && t.change == nil:
		return MeetingPoint{ID: x.Ref, Section: x.Section, Label: out.Label, State: x.State, About: "change", Title: "A change that you cannot see", Hidden: true, Minutes: x.Minutes, Elapsed: out.Elapsed, Running: out.Running}
	case t.change != nil:
		f, state := t.change.Facet, t.change.Ticket.State
		label, _ := changes.Flow.State(state)
		out.About, out.Number, out.Title, out.Risk, out.Model, out.ChangeState, out.StateLabel = "change", t.change.Ticket.Number, t.change.Ticket.Title, string(f.Risk), string(f.Model), state, label.Label
		out.Outcome, out.PlannedStart, out.PlannedEnd = string(f.Outcome), f.PlannedStart, f.PlannedEnd
		if t.ballot != nil {
			_, why, _, _ = a.Changes.Eligible(ctx, *t.change, *t.ballot, domain.ActorFrom(ctx), "")
		}
	case t.edition != nil:
		out.About, out.Key, out.Edition, out.Title = "template", t.edition.Key, t.edition.Edition, t.edition.Title
		if t.ballot != nil {
			_, why, _, _ = a.Templates.Eligible(ctx, *t.edition, *t.ballot, "")
		}
	case x.Section == cab.SectionForward:
		out.About, out.Title = "forward", "What comes in the next two weeks"
	}
	if b := t.ballot; b != nil {
		out.Ballot, out.Quorum = ballot(*b, t, m, why, cast), a.quorum(*b, t, cast)
	}
	return out
}

func ballot(b approval.Ballot, t topic, m cab.Meeting, why []domain.Reason, cast who.Cast) *MeetingBallot {
	tally := b.Tally(t.subject)
	out := &MeetingBallot{SlotID: b.Slot.Ref, Label: b.Slot.Label, State: string(b.Slot.State), Open: t.subject.Open && b.Slot.State == approval.Waiting, Digest: b.Slot.Digest, Revision: b.Slot.Revision,
		Approved: len(tally.Approved), Sign: b.Slot.Sign, Meaning: rest.Opt(b.Slot.Meaning), Retro: b.Slot.Retro, Votes: []MeetingVote{}, Can: len(why) == 0, Why: []rest.Reason{}}
	for _, r := range why {
		out.Why = append(out.Why, rest.Reason(r))
	}
	for _, d := range b.Decisions {
		v := MeetingVote{Person: cast.One(d.UserID), Decision: string(d.Decision), Comment: d.Comment, At: d.At, Before: m.StartedAt != nil && d.At.Before(*m.StartedAt)}
		if d.CastBy != d.UserID {
			v.By = cast.Person(d.CastBy)
		}
		out.Votes = append(out.Votes, v)
	}
	return out
}

func (a *area) quorum(b approval.Ballot, t topic, cast who.Cast) *MeetingQuorum {
	q := t.quorum
	out := &MeetingQuorum{Needed: q.Needed, Reached: q.Reached, Here: cast.Persons(q.Here), Voted: cast.Persons(q.Voted), Away: cast.Persons(q.Away), Barred: []BarredPerson{}}
	for _, e := range b.Electors {
		if slices.Contains(q.Eligible, e.UserID) {
			continue
		}
		why := "cannot vote on this"
		d, decided := b.DecisionOf(e.UserID)
		interest := b.Interest(e.UserID, t.subject)
		switch {
		case decided && d.Decision == approval.Recuse:
			why = "stepped aside"
		case e.LeftAt != nil:
			why = "has left the board"
		case b.Inactive[e.UserID]:
			why = "the account is disabled"
		case len(interest) > 0:
			why = interest[0].Text
		}
		out.Barred = append(out.Barred, BarredPerson{cast.One(e.UserID), why})
	}
	return out
}
