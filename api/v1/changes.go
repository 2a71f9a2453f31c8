package v1

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/api/markdown"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/v1/rules"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Change is a change's page.
type Change struct {
	Record
	Model       string      `json:"model" enum:"normal,standard,emergency,unauthorised,registration"`
	ModelLabel  string      `json:"model_label"`
	ModelV      int64       `json:"model_version" doc:"Under which it was submitted; 0 before"`
	Lane        string      `json:"lane" enum:"usual,ecab,retro"`
	RiskDetail  rules.Risk  `json:"risk_detail"`
	Peer        Peer        `json:"peer"`
	Exceptions  []Exception `json:"exceptions" doc:"What went around the usual way, for ever"`
	Retro       *Retro      `json:"retro" doc:"Of a change whose glass was broken"`
	Plan        Plan        `json:"plan"`
	Revision    int64       `json:"revision" doc:"Counts the material edits of the plan"`
	Digest      string      `json:"digest" doc:"Names the exact plan: SHA-256, hex"`
	DigestShort string      `json:"digest_short"`
	OnHold      *Hold       `json:"on_hold"`
	Outcome     *string     `json:"outcome"`
	ActualStart *time.Time  `json:"actual_start"`
	ActualEnd   *time.Time  `json:"actual_end"`
	CloseNotes  *string     `json:"close_notes" doc:"Markdown"`
	Owner       *who.Person `json:"owner"`
	Approvals   Approvals   `json:"approvals"`
	Voided      *int        `json:"voided,omitempty" doc:"After an edit: how many decisions lost their force"`
}

// Plan is what the approvers approve. The texts are Markdown, with safe HTML beside them.
type Plan struct {
	Justification          string       `json:"justification"`
	JustificationHTML      string       `json:"justification_html"`
	ImplementationPlan     string       `json:"implementation_plan"`
	ImplementationPlanHTML string       `json:"implementation_plan_html"`
	TestPlan               string       `json:"test_plan"`
	TestPlanHTML           string       `json:"test_plan_html"`
	BackoutPlan            string       `json:"backout_plan"`
	BackoutPlanHTML        string       `json:"backout_plan_html"`
	PlannedStart           *time.Time   `json:"planned_start"`
	PlannedEnd             *time.Time   `json:"planned_end"`
	AffectedServices       []string     `json:"affected_services"`
	Implementers           []who.Person `json:"implementers"`
	Items                  []PlanItem   `json:"items" doc:"Configuration items"`
	Environment            *string      `json:"environment"`
	Outage                 *string      `json:"outage" doc:"yes or no"`
	OutageMinutes          int64        `json:"outage_minutes"`
	BackoutTested          *string      `json:"backout_tested" doc:"yes or no"`
	CommunicationPlan      string       `json:"communication_plan"`
	CommunicationPlanHTML  string       `json:"communication_plan_html"`
	VerificationPlan       string       `json:"verification_plan"`
	VerificationPlanHTML   string       `json:"verification_plan_html"`
	SecurityTouched        *string      `json:"security_touched" doc:"yes or no"`
	SecurityImpact         string       `json:"security_impact"`
	SecurityImpactHTML     string       `json:"security_impact_html"`
	Category               *string      `json:"category" doc:"Not material, as the next two"`
	ReasonCode             *string      `json:"reason_code"`
	Tester                 *who.Person  `json:"tester"`
}

// PlanItem is a configuration item that a change touches. Who may not read it sees its number only.
type PlanItem struct {
	Number      string `json:"number"`
	Name        string `json:"name"`
	Class       string `json:"class"`
	Criticality int    `json:"criticality" doc:"1 is the most critical, 0 is not rated"`
}

// Peer is the colleague who has looked at the plan, and whether I could.
type Peer struct {
	Person *who.Person `json:"person"`
	At     *time.Time  `json:"at"`
	Note   *string     `json:"note"`
	Valid  bool        `json:"valid" doc:"It was this plan"`
	Can    bool        `json:"can" doc:"I could say that it is sound"`
}

// Exception is something that went around the usual way.
type Exception struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Retro is the decision in retrospect on a change whose glass was broken.
type Retro struct {
	State    string      `json:"state" enum:"pending,approved,rejected"`
	DueAt    time.Time   `json:"due_at"`
	LateAt   *time.Time  `json:"late_at"`
	Incident string      `json:"incident"`
	By       *who.Person `json:"by" doc:"Who broke it"`
}

// Hold says why a change stands still.
type Hold struct {
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
}

func (d *Desk) changeRoutes(b *route.Book) {
	route.Add(b, "create-change", d.createChange)
	route.Add(b, "get-change", d.getChange)
	route.Add(b, "amend-change", d.amendChange)
	route.Add(b, "move-change", d.moveChange)
	route.Add(b, "hold-change", d.holdChange)
	route.Add(b, "release-change", d.releaseChange)
	route.Add(b, "detect-change", d.detectChange)
	route.Add(b, "review-plan", d.reviewPlan)
	route.Add(b, "lower-risk", d.lowerRisk)
	route.Add(b, "meet-condition", d.meetCondition)
	route.Add(b, "override-advice", d.overrideAdvice)
}

func (d *Desk) change(ctx context.Context, c changes.Change, err error) (*rest.Versioned[Change], error) {
	if err != nil {
		return nil, err
	}
	f := c.Facet
	people := slices.Concat([]domain.UserID{f.OwnerID, f.TesterID, f.PeerID, f.StartedBy}, f.Implementers, f.Editors, involved(c.Ballots))
	s, err := d.scene(ctx, c.Ticket, people)
	if err != nil {
		return nil, err
	}
	offers, err := d.Changes.Moves(ctx, c)
	if err != nil {
		return nil, err
	}
	editable := c.Editable()
	s.may["amend_plan"] = s.may["amend_plan"] && editable
	s.may["amend"] = s.may["amend_plan"] // a change has one way of being edited
	out := Change{Record: d.record(ctx, c.Ticket, s, facets{changes: map[domain.TicketID]changes.Facet{c.Ticket.ID: f}}, d.moves(ctx, changes.Flow, offers, s)),
		Model: string(f.Model), Revision: f.Revision, Digest: f.Digest, DigestShort: f.Digest[:min(12, len(f.Digest))], Outcome: rest.Opt(string(f.Outcome)),
		ActualStart: f.ActualStart, ActualEnd: f.ActualEnd, CloseNotes: rest.Opt(f.CloseNotes), Owner: s.cast.Person(f.OwnerID),
		Plan: Plan{Justification: f.Justification, JustificationHTML: markdown.HTML(f.Justification), ImplementationPlan: f.ImplementationPlan,
			ImplementationPlanHTML: markdown.HTML(f.ImplementationPlan), TestPlan: f.TestPlan, TestPlanHTML: markdown.HTML(f.TestPlan), BackoutPlan: f.BackoutPlan,
			BackoutPlanHTML: markdown.HTML(f.BackoutPlan), PlannedStart: f.PlannedStart, PlannedEnd: f.PlannedEnd,
			AffectedServices: rest.NotNil([]string(f.AffectedServices)), Implementers: s.cast.Persons(f.Implementers), Items: []PlanItem{},
			Environment: rest.Opt(f.Environment), Outage: rest.Opt(f.Outage), OutageMinutes: f.OutageMinutes, BackoutTested: rest.Opt(f.BackoutTested),
			CommunicationPlan: f.CommunicationPlan, CommunicationPlanHTML: markdown.HTML(f.CommunicationPlan), VerificationPlan: f.VerificationPlan,
			VerificationPlanHTML: markdown.HTML(f.VerificationPlan), SecurityTouched: rest.Opt(f.SecurityTouched), SecurityImpact: f.SecurityImpact,
			SecurityImpactHTML: markdown.HTML(f.SecurityImpact), Category: rest.Opt(f.Category), ReasonCode: rest.Opt(f.ReasonCode), Tester: s.cast.Person(f.TesterID)},
		ModelV: f.ModelVersion, Lane: cmp.Or(f.Lane, changes.LaneUsual),
		Exceptions: []Exception{},
		Peer: Peer{Person: s.cast.Person(f.PeerID), At: f.PeerAt, Note: rest.Opt(f.PeerNote), Valid: f.PeerID != 0 && f.PeerDigest == f.Digest,
			Can: s.may["review_plan"] && c.Reviewable(domain.ActorFrom(ctx).User, "") == nil}}
	for _, code := range f.Exceptions {
		out.Exceptions = append(out.Exceptions, Exception{code, changes.Exceptions[code]})
	}
	if f.RetroDueAt != nil {
		out.Retro = &Retro{State: string(f.RetroState), DueAt: *f.RetroDueAt, LateAt: f.RetroLateAt, Incident: f.Incident, By: s.cast.Person(f.StartedBy)}
	}
	if err := d.risk(ctx, c, &out); err != nil {
		return nil, err
	}
	if f.HoldSince != nil {
		out.OnHold = &Hold{Reason: f.HoldReason, Since: *f.HoldSince}
	}
	if out.Approvals, err = d.approvals(ctx, c, s.cast); err != nil {
		return nil, err
	}
	out.May["decide"] = out.Approvals.Mine.Can
	return &rest.Versioned[Change]{ETag: rest.ETag(c.Ticket.Version), Body: out}, nil
}

// risk adds what the rules of change enablement say.
func (d *Desk) risk(ctx context.Context, c changes.Change, out *Change) error {
	record, err := d.Changes.RecordOf(ctx, c)
	if err != nil {
		return err
	}
	out.RiskDetail = rules.RiskOf(c, record)
	if len(c.Facet.CIs) > 0 {
		known, err := d.CMDB.ByNumbers(ctx, c.Facet.CIs)
		if err != nil {
			return err
		}
		byID := map[domain.CIID]cmdb.CI{}
		for _, x := range known {
			byID[x.ID] = x
		}
		readable := d.CMDB.Readable(ctx, byID)
		for _, n := range c.Facet.CIs {
			item := PlanItem{Number: n}
			if x, ok := readable[known[n].ID]; ok {
				item.Name, item.Class, item.Criticality = x.Facts.Name, x.Facts.Class, x.Facts.Criticality
			}
			out.Plan.Items = append(out.Plan.Items, item)
		}
	}
	m, err := d.Rules.Model(ctx, string(c.Facet.Model), c.Facet.ModelVersion)
	out.ModelLabel = m.Label
	return err
}

type createChangeInput struct {
	Body struct {
		Title          string             `json:"title"`
		Description    string             `json:"description,omitempty" doc:"Markdown"`
		Model          string             `json:"model,omitempty" enum:"normal,standard,emergency,registration"`
		Risk           string             `json:"risk,omitempty" enum:"low,medium,high" doc:"At least this; what is computed counts when it is higher"`
		Plan           *rules.PlanInput   `json:"plan,omitempty"`
		Team           rest.Maybe[string] `json:"team,omitempty"`
		Service        rest.Maybe[string] `json:"service,omitempty"`
		Classification rest.Maybe[string] `json:"classification,omitempty"`
	}
}

func (d *Desk) createChange(ctx context.Context, in *createChangeInput) (*rest.Versioned[Change], error) {
	b := in.Body
	service := b.Service.Or("")
	p := changes.PlanPatch{Title: &b.Title, Description: &b.Description, Service: &service}
	if b.Model != "" {
		m := changes.Model(b.Model)
		p.Model = &m
	}
	if b.Risk != "" {
		r := changes.Risk(b.Risk)
		p.Risk = &r
	}
	if err := b.Plan.Patch(ctx, d.Directory, &p); err != nil {
		return nil, err
	}
	team, err := d.Team(ctx, "body.team", b.Team.Or(""))
	if err != nil {
		return nil, err
	}
	classification, err := ticket.Line("body.classification", b.Classification.Or(""), ticket.MaxShort)
	if err != nil {
		return nil, err
	}
	c, err := d.Changes.Raise(ctx, changes.RaiseInput{Plan: p, Team: team, Classification: classification})
	out, err := d.change(ctx, c, err)
	if err == nil {
		out.Location = route.Prefix + "/changes/" + c.Ticket.Number
	}
	return out, err
}

func (d *Desk) getChange(ctx context.Context, in *getInput) (*rest.Versioned[Change], error) {
	c, err := d.Changes.Get(ctx, in.Number)
	if err == nil && in.Unchanged(c.Ticket.Version) {
		return nil, rest.NotModified{Version: c.Ticket.Version}
	}
	return d.change(ctx, c, err)
}

type amendChangeInput struct {
	rest.ByNumber
	Body struct {
		Title          rest.Maybe[string] `json:"title,omitempty"`
		Description    rest.Maybe[string] `json:"description,omitempty"`
		Service        rest.Maybe[string] `json:"service,omitempty"`
		Classification rest.Maybe[string] `json:"classification,omitempty"`
		Model          rest.Maybe[string] `json:"model,omitempty"`
		Risk           rest.Maybe[string] `json:"risk,omitempty"`
		Plan           *rules.PlanInput   `json:"plan,omitempty"`
	}
}

func (d *Desk) amendChange(ctx context.Context, in *amendChangeInput) (*rest.Versioned[Change], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	b := in.Body
	p := changes.PlanPatch{Title: b.Title.Value, Description: b.Description.Value, Service: rest.OrEmpty(b.Service), Model: (*changes.Model)(b.Model.Value), Risk: (*changes.Risk)(b.Risk.Value)}
	if err := b.Plan.Patch(ctx, d.Directory, &p); err != nil {
		return nil, err
	}
	c, voided, err := d.Changes.Amend(ctx, changes.AmendInput{Number: in.Number, Version: version, Plan: p, Classification: rest.OrEmpty(b.Classification)})
	out, err := d.change(ctx, c, err)
	if err == nil {
		out.Body.Voided = &voided
	}
	return out, err
}

type moveChangeInput struct {
	ByMove
	Body struct {
		Reason     string `json:"reason,omitempty"`
		Outcome    string `json:"outcome,omitempty" doc:"successful, successful_with_issues, partially_implemented, failed, backed_out or not_executed; of what was found: accepted_in_retrospect, reverted or false_positive"`
		CloseNotes string `json:"close_notes,omitempty" doc:"Markdown"`
		Incident   string `json:"incident,omitempty" maxLength:"40" doc:"For which the glass is broken"`
		Comment    string `json:"comment,omitempty" doc:"A reply that goes with the move"`
	}
}

func (d *Desk) moveChange(ctx context.Context, in *moveChangeInput) (*rest.Versioned[Change], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	var c changes.Change
	err = d.withComment(ctx, in.Number, in.Body.Comment, func(ctx context.Context) error {
		c, err = d.Changes.Move(ctx, changes.MoveInput{Number: in.Number, Version: version, Event: in.Event, Reason: in.Body.Reason,
			Outcome: changes.Outcome(in.Body.Outcome), CloseNotes: in.Body.CloseNotes, Incident: in.Body.Incident})
		return err
	})
	if err == nil && in.Body.Comment != "" {
		c, err = d.Changes.Get(ctx, in.Number)
	}
	return d.change(ctx, c, err)
}

func (d *Desk) holdChange(ctx context.Context, in *reasonInput) (*rest.Versioned[Change], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := d.Changes.Hold(ctx, in.Number, version, in.Body.Reason)
	return d.change(ctx, c, err)
}

func (d *Desk) releaseChange(ctx context.Context, in *struct{ rest.ByNumber }) (*rest.Versioned[Change], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := d.Changes.Release(ctx, in.Number, version)
	return d.change(ctx, c, err)
}

type detectInput struct {
	Body struct {
		Title       string             `json:"title"`
		Description string             `json:"description,omitempty" doc:"What was found, where and how; Markdown"`
		Team        rest.Maybe[string] `json:"team,omitempty"`
		Items       []string           `json:"items,omitempty" maxItems:"500"`
	}
}

func (d *Desk) detectChange(ctx context.Context, in *detectInput) (*rest.Versioned[Change], error) {
	team, err := d.Team(ctx, "body.team", in.Body.Team.Or(""))
	if err != nil {
		return nil, err
	}
	c, err := d.Changes.Detect(ctx, changes.DetectInput{Title: in.Body.Title, Description: in.Body.Description, Team: team, CIs: in.Body.Items})
	return d.change(ctx, c, err)
}

type reviewInput struct {
	rest.ByNumber
	Body struct {
		Digest string `json:"digest" maxLength:"128" doc:"Of the plan that was read"`
		Note   string `json:"note,omitempty"`
	}
}

func (d *Desk) reviewPlan(ctx context.Context, in *reviewInput) (*rest.Versioned[Change], error) {
	c, err := d.Changes.PeerReview(ctx, in.Number, in.Body.Digest, in.Body.Note)
	return d.change(ctx, c, err)
}

type lowerInput struct {
	rest.ByNumber
	Body struct {
		Risk   string `json:"risk" enum:"low,medium"`
		Reason string `json:"reason"`
	}
}

func (d *Desk) lowerRisk(ctx context.Context, in *lowerInput) (*rest.Versioned[Change], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := d.Changes.LowerRisk(ctx, in.Number, version, changes.Risk(in.Body.Risk), in.Body.Reason)
	return d.change(ctx, c, err)
}

type conditionInput struct {
	rest.ByNumber
	ID   string `path:"id" maxLength:"128"`
	Body struct {
		Evidence string `json:"evidence" doc:"What shows that it is met"`
	}
}

func (d *Desk) meetCondition(ctx context.Context, in *conditionInput) (*rest.Versioned[Change], error) {
	c, err := d.Changes.MeetCondition(ctx, in.Number, in.ID, in.Body.Evidence)
	return d.change(ctx, c, err)
}

type overrideInput struct {
	rest.ByNumber
	Body struct {
		SlotID string `json:"slot_id" maxLength:"128"`
		Reason string `json:"reason"`
	}
}

func (d *Desk) overrideAdvice(ctx context.Context, in *overrideInput) (*rest.Versioned[Change], error) {
	c, err := d.Changes.OverrideAdvice(ctx, in.Number, in.Body.SlotID, in.Body.Reason)
	return d.change(ctx, c, err)
}
