package v1

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

// Approvals is who decides on a change, how it stands, and what I can do about it.
type Approvals struct {
	Needed  string `json:"needed" doc:"What is still needed, in words"`
	State   string `json:"state" enum:"none,waiting,approved,rejected,stale"`
	Slots   []Slot `json:"slots" doc:"Of the present revision"`
	History []Slot `json:"history" doc:"Of older revisions: their decisions count no more"`
	Mine    Mine   `json:"mine"`
}

// Mine says whether I can decide, on which slot, or why not.
type Mine struct {
	Can     bool          `json:"can"`
	SlotID  *string       `json:"slot_id"`
	Reasons []rest.Reason `json:"reasons"`
}

// Slot is one approval that is needed.
type Slot struct {
	ID         string    `json:"id"`
	Label      string    `json:"label"`
	Rule       string    `json:"rule" enum:"any,all,quorum"`
	Needed     int       `json:"needed"`
	Approved   int       `json:"approved"`
	Revision   int64     `json:"revision"`
	Digest     string    `json:"digest"`
	State      string    `json:"state" enum:"waiting,approved,rejected,stale"`
	Electorate []Elector `json:"electorate"`

	Stage       int             `json:"stage"`
	Open        bool            `json:"open" doc:"Its stage has come"`
	Kind        string          `json:"kind" enum:"board,on_call,role,owner,named,peer"`
	Percent     int             `json:"percent" doc:"Of a quorum that is a share; 0 for a fixed number"`
	Veto        string          `json:"veto" enum:"any,majority,none"`
	Advisory    bool            `json:"advisory"`
	Sign        bool            `json:"sign" doc:"A decision takes the password again"`
	Meaning     *string         `json:"meaning" doc:"Of the signature"`
	Retro       bool            `json:"retro"`
	DueAt       *time.Time      `json:"due_at" doc:"When it is escalated; nothing is approved by time"`
	EscalatedAt *time.Time      `json:"escalated_at"`
	Override    *AdviceOverride `json:"override"`
	Conditions  []Condition     `json:"conditions"`
}

// AdviceOverride is who went on against advice.
type AdviceOverride struct {
	By     *who.Person `json:"by"`
	At     time.Time   `json:"at"`
	Reason string      `json:"reason"`
}

// Condition is what somebody who approved wants to see done first.
type Condition struct {
	ID       string      `json:"id"`
	Text     string      `json:"text"`
	Before   string      `json:"before" enum:"start,close"`
	SetBy    *who.Person `json:"set_by"`
	MetBy    *who.Person `json:"met_by"`
	MetAt    *time.Time  `json:"met_at"`
	Evidence *string     `json:"evidence"`
}

// Elector is somebody who is asked.
type Elector struct {
	Person   who.Person    `json:"person"`
	Eligible bool          `json:"eligible"`
	Reasons  []rest.Reason `json:"reasons" doc:"Why they cannot"`
	Decision *Decision     `json:"decision"`
}

// Decision is what somebody decided, on which revision, with the receipt of the log.
type Decision struct {
	ID         string        `json:"id"`
	Decision   string        `json:"decision" enum:"approve,reject,recuse"`
	Comment    string        `json:"comment"`
	At         time.Time     `json:"at"`
	CastBy     *who.Person   `json:"cast_by" doc:"Who cast it; another person than the elector under a delegation"`
	OnBehalfOf *who.Person   `json:"on_behalf_of"`
	Revision   int64         `json:"revision"`
	Receipt    *rest.Receipt `json:"receipt"`
	Meaning    *string       `json:"meaning" doc:"Of the signature; null where none was asked for"`
	SignedAt   *time.Time    `json:"signed_at"`
}

func (d *Desk) approvalRoutes(b *route.Book) {
	route.Add(b, "decide", d.decide)
	route.Add(b, "recuse", d.recuse)
	route.Add(b, "list-approvals", d.listApprovals)
}

// involved lists everybody who is asked or has decided.
func involved(ballots []approval.Ballot) (out []domain.UserID) {
	for _, b := range ballots {
		for _, e := range b.Electors {
			out = append(out, e.UserID)
		}
		for _, x := range b.Decisions {
			out = append(out, x.UserID, x.CastBy)
		}
		for _, x := range b.Conditions {
			out = append(out, x.SetBy, x.MetBy)
		}
		out = append(out, b.Slot.OverriddenBy)
	}
	return out
}

// theirs says in the third person why somebody cannot decide; codes that are not about the person are left out.
var theirs = map[string]string{
	approval.ReasonRole: "their roles do not let them decide on this risk", approval.ReasonElectorate: "has left the board since",
	approval.ReasonInactive: "the account is disabled", approval.ReasonSelf: "requested it", approval.ReasonImplements: "implements it",
	approval.ReasonApart:  "has voted on this plan elsewhere",
	approval.ReasonEditor: "edited its plan", approval.ReasonDelegate: "stands in for somebody who has a hand in it",
}

func (d *Desk) approvals(ctx context.Context, c changes.Change, cast who.Cast) (a Approvals, err error) {
	a = Approvals{State: "none", Slots: []Slot{}, History: []Slot{}, Mine: Mine{Reasons: []rest.Reason{}}}
	current, subject := c.Current(), c.Subject()
	for _, b := range c.Ballots {
		now := slices.ContainsFunc(current, func(x approval.Ballot) bool { return x.Slot.ID == b.Slot.ID })
		s, err := d.slot(ctx, c, b, cast, now)
		if err != nil {
			return a, err
		}
		if now {
			a.Slots = append(a.Slots, s)
		} else {
			a.History = append(a.History, s)
		}
	}
	var sentences []string
	for _, b := range current {
		sentences = append(sentences, b.Sentence(subject, cast.Name))
	}
	a.Needed = strings.Join(sentences, "; ")
	if len(current) > 0 {
		a.State = string(c.Verdict())
	} else if len(a.History) > 0 {
		a.State = string(approval.Stale)
	}
	d.mine(ctx, c, current, &a.Mine)
	return a, nil
}

// mine answers for the actor: the first slot on which they can decide, or else the first on which they are asked,
// with the reasons against.
func (d *Desk) mine(ctx context.Context, c changes.Change, current []approval.Ballot, m *Mine) {
	for _, b := range current {
		_, why, _, _ := d.Changes.Eligible(ctx, c, b, domain.ActorFrom(ctx), "")
		asked := !slices.ContainsFunc(why, func(r domain.Reason) bool { return r.Code == approval.ReasonElectorate })
		if len(why) == 0 || m.SlotID == nil && asked {
			m.Can, m.SlotID, m.Reasons = len(why) == 0, &b.Slot.Ref, reasons(why)
		} else if m.SlotID == nil {
			m.Reasons = reasons(why)
		}
		if m.Can {
			return
		}
	}
}

func reasons(why []domain.Reason) []rest.Reason {
	out := []rest.Reason{}
	for _, r := range why {
		out = append(out, rest.Reason(r))
	}
	return out
}

func (d *Desk) slot(ctx context.Context, c changes.Change, b approval.Ballot, cast who.Cast, current bool) (Slot, error) {
	t := b.Tally(c.Subject())
	s := Slot{ID: b.Slot.Ref, Label: b.Slot.Label, Rule: string(b.Slot.Rule), Needed: t.Needed, Approved: len(t.Approved), Revision: b.Slot.Revision,
		Digest: b.Slot.Digest, State: string(t.State), Electorate: []Elector{}, Stage: b.Slot.Stage, Kind: b.Slot.Kind, Percent: b.Slot.Percent, Veto: string(b.Slot.Veto),
		Advisory: b.Slot.Advisory, Sign: b.Slot.Sign, Meaning: rest.Opt(b.Slot.Meaning), Retro: b.Slot.Retro, DueAt: b.Slot.DueAt, EscalatedAt: b.Slot.EscalatedAt, Conditions: []Condition{},
		Open: current && (b.Slot.State != approval.Waiting || b.Slot.Stage <= max(1, c.Subject().Stage))}
	if x := b.Slot; x.OverriddenAt != nil {
		s.Override = &AdviceOverride{By: cast.Person(x.OverriddenBy), At: *x.OverriddenAt, Reason: x.OverrideReason}
	}
	for _, x := range b.Conditions {
		s.Conditions = append(s.Conditions, Condition{ID: x.Ref, Text: x.Text, Before: x.Before, SetBy: cast.Person(x.SetBy), MetBy: cast.Person(x.MetBy), MetAt: x.MetAt, Evidence: rest.Opt(x.Evidence)})
	}
	if !current { // what counted then, counts no more; what was said stays said
		s.State, s.Approved = string(approval.Stale), 0
	}
	for _, e := range b.Electors {
		person := cast.One(e.UserID)
		elector := Elector{Person: person, Reasons: []rest.Reason{}}
		_, why, _, _ := d.Changes.Eligible(ctx, c, b, domain.Actor{Kind: domain.Person, User: e.UserID, Ref: person.ID, Name: person.Name}, "")
		for _, r := range why {
			if text, personal := theirs[r.Code]; personal && !slices.ContainsFunc(elector.Reasons, func(x rest.Reason) bool { return x.Code == r.Code }) {
				elector.Reasons = append(elector.Reasons, rest.Reason{Code: r.Code, Text: text})
			}
		}
		elector.Eligible = len(elector.Reasons) == 0
		if x, ok := b.DecisionOf(e.UserID); ok {
			decision, err := d.decision(ctx, x, cast)
			if err != nil {
				return s, err
			}
			elector.Decision = &decision
		}
		s.Electorate = append(s.Electorate, elector)
	}
	return s, nil
}

func (d *Desk) decision(ctx context.Context, x approval.Decision, cast who.Cast) (Decision, error) {
	out := Decision{ID: x.Ref, Decision: string(x.Decision), Comment: x.Comment, At: x.At, CastBy: cast.Person(x.CastBy), Revision: x.Revision,
		Meaning: rest.Opt(x.Meaning), SignedAt: x.SignedAt}
	if x.CastBy != x.UserID {
		out.OnBehalfOf = cast.Person(x.UserID)
	}
	r, err := d.Audit.Receipt(ctx, x.EventID)
	switch {
	case err == nil:
		rec := rest.ReceiptOf(r)
		out.Receipt = &rec
	case domain.KindOf(err) == domain.Conflict || domain.KindOf(err) == domain.NotFound: // not sealed yet
	default:
		return out, err
	}
	return out, nil
}

type decideInput struct {
	rest.ByNumber
	Body struct {
		SlotID   string `json:"slot_id" maxLength:"128"`
		Decision string `json:"decision" enum:"approve,reject,recuse"`
		Comment  string `json:"comment,omitempty" doc:"Needed to reject and to recuse oneself"`
		Digest   string `json:"digest" maxLength:"128" doc:"Of the plan that was read"`

		Conditions []ConditionInput `json:"conditions,omitempty" maxItems:"20" doc:"For an approval: what has to be done first"`
	}
}

// ConditionInput is a condition of an approval.
type ConditionInput struct {
	Text   string `json:"text"`
	Before string `json:"before" enum:"start,close"`
}

// Decided is the change after a decision, with the receipt of the decision.
type Decided struct {
	Change  Change       `json:"change"`
	Receipt rest.Receipt `json:"receipt"`
}

func (d *Desk) decide(ctx context.Context, in *decideInput) (*rest.Versioned[Decided], error) {
	input := changes.DecideInput{Number: in.Number, Slot: in.Body.SlotID, Verdict: approval.Verdict(in.Body.Decision), Comment: in.Body.Comment, Digest: in.Body.Digest}
	for _, c := range in.Body.Conditions {
		input.Conditions = append(input.Conditions, approval.Condition{Text: strings.TrimSpace(c.Text), Before: c.Before})
	}
	return d.vote(ctx, input)
}

func (d *Desk) vote(ctx context.Context, in changes.DecideInput) (*rest.Versioned[Decided], error) {
	v, err := d.Changes.Decide(ctx, in)
	if err != nil {
		return nil, err
	}
	c, err := d.change(ctx, v.Change, nil)
	if err != nil {
		return nil, err
	}
	return &rest.Versioned[Decided]{ETag: c.ETag, Body: Decided{Change: c.Body, Receipt: rest.ReceiptOf(v.Receipt)}}, nil
}

type recuseInput struct {
	rest.ByNumber
	Body struct {
		SlotID string `json:"slot_id" maxLength:"128"`
		Reason string `json:"reason"`
	}
}

// recuse steps aside from whatever the plan is now: it binds to no digest that the caller must have read.
func (d *Desk) recuse(ctx context.Context, in *recuseInput) (*rest.Versioned[Decided], error) {
	c, err := d.Changes.Get(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	return d.vote(ctx, changes.DecideInput{Number: in.Number, Slot: in.Body.SlotID, Verdict: approval.Recuse, Comment: in.Body.Reason, Digest: c.Facet.Digest})
}

// ApprovalRow is one line of "my approvals".
type ApprovalRow struct {
	Number       string        `json:"number"`
	Title        string        `json:"title"`
	Risk         string        `json:"risk"`
	PlannedStart *time.Time    `json:"planned_start"`
	PlannedEnd   *time.Time    `json:"planned_end"`
	Requester    *who.Person   `json:"requester"`
	SlotID       string        `json:"slot_id"`
	SlotLabel    string        `json:"slot_label"`
	Needed       int           `json:"needed"`
	Approved     int           `json:"approved"`
	Digest       string        `json:"digest"`
	Can          bool          `json:"can"`
	Reasons      []rest.Reason `json:"reasons"`
	Decided      *Decision     `json:"decided"`
	Model        string        `json:"model"`
	Stage        int           `json:"stage"`
	Advisory     bool          `json:"advisory"`
	Sign         bool          `json:"sign"`
	Meaning      *string       `json:"meaning"`
	Retro        bool          `json:"retro" doc:"It has been done already"`
	DueAt        *time.Time    `json:"due_at"`
	EscalatedAt  *time.Time    `json:"escalated_at"`
	Exceptions   []Exception   `json:"exceptions"`
}

type approvalsInput struct {
	State string `query:"state" enum:"waiting,decided" default:"waiting"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	After string `query:"after" maxLength:"100"`
}

func (d *Desk) listApprovals(ctx context.Context, in *approvalsInput) (*rest.Body[rest.Page[ApprovalRow]], error) {
	after, err := rest.ParseMark(in.After)
	if err != nil {
		return nil, err
	}
	slots, err := d.Changes.Inbox(ctx, in.State == "decided", after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := rest.Page[ApprovalRow]{Items: []ApprovalRow{}}
	if len(slots) > in.Limit {
		slots = slots[:in.Limit]
		page.Next = rest.Opt(rest.Mark(slots[in.Limit-1].ID))
	}
	me := domain.ActorFrom(ctx)
	for _, s := range slots {
		c, err := d.Changes.ByID(ctx, s.TicketID)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(c.Ballots, func(b approval.Ballot) bool { return b.Slot.ID == s.ID })
		if i < 0 {
			continue
		}
		b := c.Ballots[i]
		cast, err := d.Cast(ctx, append(involved(c.Ballots), c.Ticket.RequesterID))
		if err != nil {
			return nil, err
		}
		t := b.Tally(c.Subject())
		_, why, _, _ := d.Changes.Eligible(ctx, c, b, me, "")
		row := ApprovalRow{Number: c.Ticket.Number, Title: c.Ticket.Title, Risk: string(c.Facet.Risk), PlannedStart: c.Facet.PlannedStart, PlannedEnd: c.Facet.PlannedEnd,
			Requester: cast.Person(c.Ticket.RequesterID), SlotID: s.Ref, SlotLabel: s.Label, Needed: t.Needed, Approved: len(t.Approved), Digest: s.Digest,
			Can: len(why) == 0, Reasons: reasons(why), Model: string(c.Facet.Model), Stage: s.Stage, Advisory: s.Advisory, Sign: s.Sign, Meaning: rest.Opt(s.Meaning), Retro: s.Retro,
			DueAt: s.DueAt, EscalatedAt: s.EscalatedAt, Exceptions: []Exception{}}
		for _, code := range c.Facet.Exceptions {
			row.Exceptions = append(row.Exceptions, Exception{code, changes.Exceptions[code]})
		}
		for _, x := range b.Decisions {
			if x.CastBy == me.User {
				decided, err := d.decision(ctx, x, cast)
				if err != nil {
					return nil, err
				}
				row.Decided = &decided
			}
		}
		page.Items = append(page.Items, row)
	}
	return &rest.Body[rest.Page[ApprovalRow]]{Body: page}, nil
}
