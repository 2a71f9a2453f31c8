package v1

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/api/markdown"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/v1/rules"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
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
