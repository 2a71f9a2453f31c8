package changes

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes/risk"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Change is the shared ticket with its facet and its ballots of all revisions.
type Change struct {
	Ticket  ticket.Ticket
	Facet   Facet
	Ballots []approval.Ballot
}

// Facet is what only changes have.
type Facet struct {
	TicketID           domain.TicketID `gorm:"primaryKey"`
	Version            int64           // that of the ticket: the guard of the database compares it
	Model              Model
	Risk               Risk
	OwnerID            domain.UserID
	Justification      string
	ImplementationPlan string
	TestPlan           string
	BackoutPlan        string
	PlannedStart       *time.Time
	PlannedEnd         *time.Time
	AffectedServices   Texts
	Implementers       Users
	Editors            Users // everybody who ever made a material edit
	Revision           int64
	Digest             string
	HoldReason         string
	HoldSince          *time.Time
	Outcome            Outcome
	CloseNotes         string
	ActualStart        *time.Time
	ActualEnd          *time.Time

	PlanForm     int64 // the form of the digest: 1 before change enablement, 2 since
	ModelVersion int64 // under which it was submitted; 0 before models had versions
	Lane         string
	Category     string
	ReasonCode   string

	Environment       string
	CIs               Texts  `gorm:"column:cis"` // numbers of the items that it touches, sorted
	Outage            string // "yes", "no", or empty for not said
	OutageMinutes     int64
	BackoutTested     string // as Outage
	CommunicationPlan string
	VerificationPlan  string
	SecurityTouched   string // as Outage
	SecurityImpact    string
	TesterID          domain.UserID

	Answers         Answers // to the questionnaire
	RiskComputed    Risk
	RiskChosen      Risk // by whoever wants more care than was computed; empty for nobody
	RiskLowered     Risk // by somebody with the right; it holds while RiskLoweredFrom is what is computed
	RiskLoweredFrom Risk
	RiskReason      string
	Assessment      string // [Assessment] as JSON

	PeerID     domain.UserID // who looked at the plan, and at which
	PeerAt     *time.Time
	PeerDigest string
	PeerNote   string

	Incident    string // for which the glass was broken
	StartedBy   domain.UserID
	RetroDueAt  *time.Time
	RetroState  approval.State // "", or "pending", "approved", "rejected"
	RetroLateAt *time.Time
	Exceptions  Texts

	Template        string // from which a standard change comes, and which edition of it
	TemplateEdition int64
	BackoutAt       *time.Time // since when it is being undone
	BackoutBy       domain.UserID
	BackoutReason   string
}

// TableName names the table.
func (Facet) TableName() string { return "changes" }

// The lanes. An emergency goes through its board first, or breaks the glass and is decided on in retrospect.
const (
	LaneUsual = "usual"
	LaneECAB  = "ecab"
	LaneRetro = "retro"
)

// RetroPending is the state of a retrospective decision that is still to be made.
const RetroPending approval.State = "pending"

// What can be flagged on a change for ever.
const (
	BrokeGlass     = "BREAK_GLASS"
	RetroLate      = "RETRO_LATE"
	RetroRejected  = "RETRO_REJECTED"
	LoweredRisk    = "RISK_LOWERED"
	AgainstAdvice  = "ADVICE_OVERRIDDEN"
	NobodyApproved = "UNAUTHORISED"
	DoneInFreeze   = "FREEZE_OVERRIDDEN"
)

// Exceptions says what each flag means, in words for people.
var Exceptions = map[string]string{
	BrokeGlass:     "Begun before it was approved",
	RetroLate:      "The retrospective decision is late",
	RetroRejected:  "Rejected in retrospect",
	LoweredRisk:    "Its risk was set lower than computed",
	AgainstAdvice:  "Approved against advice",
	NobodyApproved: "Found after it was done",
	DoneInFreeze:   "A freeze was overridden for it",
}

func (f *Facet) flag(code string) {
	if !slices.Contains(f.Exceptions, code) {
		f.Exceptions = append(f.Exceptions, code)
	}
}

// Outcome is how a change ended; it is a field, not a state.
type Outcome string

// The outcomes of work, and those of looking at what nobody had asked for.
var (
	Outcomes = []Outcome{"successful", "successful_with_issues", "partially_implemented", "failed", "backed_out", "not_executed"}
	Findings = []Outcome{"accepted_in_retrospect", "reverted", "false_positive"}
)

// Core implements ticket.Record.
func (c *Change) Core() *ticket.Ticket { return &c.Ticket }

// Fields implements ticket.Record. The decisions are part of it, so that an edited decision shows.
func (c *Change) Fields() map[string]string {
	return ticket.Merge(c.Ticket.Fields(), c.Facet.Fields(c.Ballots))
}

// Fields is the facet's part of the record's state in the log. What came with change enablement is there only when it is
// not empty: the hashes of changes from before stand.
func (f Facet) Fields(ballots []approval.Ballot) map[string]string {
	out := map[string]string{
		"model": string(f.Model), "risk": string(f.Risk), "owner": ticket.Int(int64(f.OwnerID)), "justification": f.Justification,
		"implementation_plan": f.ImplementationPlan, "test_plan": f.TestPlan, "backout_plan": f.BackoutPlan,
		"planned_start": ticket.Instant(f.PlannedStart), "planned_end": ticket.Instant(f.PlannedEnd),
		"affected_services": text(f.AffectedServices), "implementers": text(f.Implementers), "editors": text(f.Editors),
		"revision": ticket.Int(f.Revision), "digest": f.Digest, "hold_reason": f.HoldReason, "hold_since": ticket.Instant(f.HoldSince),
		"outcome": string(f.Outcome), "close_notes": f.CloseNotes, "actual_start": ticket.Instant(f.ActualStart), "actual_end": ticket.Instant(f.ActualEnd),
		"approvals": approval.Canonical(ballots),
	}
	for name, value := range map[string]string{
		"model_version": number(f.ModelVersion), "lane": f.Lane, "category": f.Category, "reason_code": f.ReasonCode,
		"environment": f.Environment, "outage": f.Outage, "outage_minutes": number(f.OutageMinutes), "backout_tested": f.BackoutTested,
		"communication_plan": f.CommunicationPlan, "verification_plan": f.VerificationPlan, "security_touched": f.SecurityTouched, "security_impact": f.SecurityImpact,
		"tester": number(int64(f.TesterID)), "answers": f.Answers.text(), "risk_computed": string(f.RiskComputed), "risk_chosen": string(f.RiskChosen),
		"risk_lowered": string(f.RiskLowered), "risk_lowered_from": string(f.RiskLoweredFrom), "risk_reason": f.RiskReason, "assessment": f.Assessment,
		"peer": number(int64(f.PeerID)), "peer_at": ticket.Instant(f.PeerAt), "peer_digest": f.PeerDigest, "peer_note": f.PeerNote,
		"incident": f.Incident, "started_by": number(int64(f.StartedBy)), "retro_due_at": ticket.Instant(f.RetroDueAt), "retro_state": string(f.RetroState),
		"retro_late_at": ticket.Instant(f.RetroLateAt),
		"template":      f.Template, "template_edition": number(f.TemplateEdition),
		"backout_at": ticket.Instant(f.BackoutAt), "backout_by": number(int64(f.BackoutBy)), "backout_reason": f.BackoutReason,
	} {
		if value != "" {
			out[name] = value
		}
	}
	if f.PlanForm > 1 {
		out["plan_form"] = ticket.Int(f.PlanForm)
	}
	if len(f.CIs) > 0 {
		out["items"] = text(f.CIs)
	}
	if len(f.Exceptions) > 0 {
		out["exceptions"] = text(f.Exceptions)
	}
	return out
}

func number(n int64) string {
	if n <= 0 {
		return ""
	}
	return ticket.Int(n)
}

func text(v any) string {
	b, _ := json.Marshal(v) //nolint:errcheck // slices of strings and numbers always marshal
	return string(b)
}

// Plan is what the change's approvers approve.
func (c Change) Plan() Plan {
	f := c.Facet
	return Plan{Form: f.PlanForm, Title: c.Ticket.Title, Description: c.Ticket.Description, Service: c.Ticket.Service, Model: f.Model, Risk: f.Risk,
		Justification: f.Justification, ImplementationPlan: f.ImplementationPlan, TestPlan: f.TestPlan, BackoutPlan: f.BackoutPlan,
		PlannedStart: f.PlannedStart, PlannedEnd: f.PlannedEnd, AffectedServices: f.AffectedServices, Implementers: f.Implementers,
		CIs: f.CIs, Environment: f.Environment, Outage: f.Outage, OutageMinutes: f.OutageMinutes, BackoutTested: f.BackoutTested,
		CommunicationPlan: f.CommunicationPlan, VerificationPlan: f.VerificationPlan, SecurityTouched: f.SecurityTouched, SecurityImpact: f.SecurityImpact,
		Answers: f.Answers, RiskReason: f.RiskReason, Template: f.Template, TemplateEdition: f.TemplateEdition}
}

// Subject is the change as the approval engine sees it.
func (c Change) Subject() approval.Subject {
	f := c.Facet
	s := approval.Subject{TicketID: c.Ticket.ID, Number: c.Ticket.Number, Open: c.Ticket.State == StateAuthorize && f.HoldSince == nil || c.retro(),
		Revision: f.Revision, Digest: f.Digest, Interested: map[domain.UserID][]string{}, Risk: string(f.Risk), Model: string(f.Model), Stage: c.stage()}
	mark := func(users []domain.UserID, as string) {
		for _, u := range users {
			if u != 0 && !slices.Contains(s.Interested[u], as) {
				s.Interested[u] = append(s.Interested[u], as)
			}
		}
	}
	mark([]domain.UserID{c.Ticket.RequesterID, c.Ticket.OpenedBy}, "requester")
	mark(f.Implementers, "implementer")
	mark([]domain.UserID{f.StartedBy, f.BackoutBy}, "implementer")
	mark(f.Editors, "editor")
	return s
}

// retro tells whether a decision in retrospect is asked for now.
func (c Change) retro() bool {
	return c.Facet.RetroState == RetroPending && (c.Ticket.State == StateImplementing || c.Ticket.State == StateReview)
}

// stage is the earliest one with a binding slot that is not filled; 0 when there is none.
func (c Change) stage() int {
	stage := 0
	for _, b := range c.Current() {
		if !b.Slot.Advisory && b.Slot.State == approval.Waiting && (stage == 0 || b.Slot.Stage < stage) {
			stage = b.Slot.Stage
		}
	}
	return stage
}

// Current lists the ballots of the present revision.
func (c Change) Current() (out []approval.Ballot) {
	for _, b := range c.Ballots {
		if b.Slot.Revision == c.Facet.Revision && b.Slot.State != approval.Stale {
			out = append(out, b)
		}
	}
	return out
}

// Verdict is how the approvals of the present plan stand: approved when there is at least one binding slot, all of them
// are, and no advice stands against it that nobody has overridden.
func (c Change) Verdict() approval.State {
	subject, binding := c.Subject(), 0
	verdict := approval.Approved
	for _, b := range c.Current() {
		state := b.Tally(subject).State
		switch {
		case b.Slot.Advisory:
			if state == approval.Rejected && b.Slot.OverriddenAt == nil {
				verdict = approval.Waiting
			}
			continue
		case state == approval.Rejected:
			return approval.Rejected
		case state != approval.Approved:
			verdict = approval.Waiting
		}
		binding++
	}
	if binding == 0 {
		return approval.Waiting
	}
	return verdict
}

// Unmet lists the conditions of the present plan that guard a move and are not met.
func (c Change) Unmet(before string) (out []approval.Condition) {
	for _, b := range c.Current() {
		out = append(out, b.Unmet(before)...)
	}
	return out
}

// Spoke tells whether a person's voice is in the decisions on the present plan.
func (c Change) Spoke(user domain.UserID) bool {
	return user != 0 && slices.ContainsFunc(c.Current(), func(b approval.Ballot) bool {
		return slices.ContainsFunc(b.Decisions, func(d approval.Decision) bool {
			return d.Decision == approval.Approve && (d.UserID == user || d.CastBy == user)
		})
	})
}

// Assessed is the risk with its reasons, as it was computed last; ok is false for a change of before.
func (f Facet) Assessed() (a Assessment, ok bool) {
	return a, f.Assessment != "" && json.Unmarshal([]byte(f.Assessment), &a) == nil
}

// settleRisk makes the risk follow from what was computed, what was chosen, and what was lowered.
func (f *Facet) settleRisk() {
	if f.RiskLowered != "" && f.RiskLoweredFrom != f.RiskComputed { // it was lowered from something else
		f.RiskLowered, f.RiskLoweredFrom, f.RiskReason = "", "", ""
	}
	f.Risk = Risk(risk.Max(risk.Band(f.RiskComputed), risk.Band(f.RiskChosen)))
	if f.RiskLowered != "" {
		f.Risk = f.RiskLowered
	}
}
