package rules

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/when"
	"github.com/cabinetdesk/cabinet/domain"
)

// PlanInput sets parts of a plan; what is not given stays.
type PlanInput struct {
	Justification      rest.Maybe[string]    `json:"justification,omitempty"`
	ImplementationPlan rest.Maybe[string]    `json:"implementation_plan,omitempty"`
	TestPlan           rest.Maybe[string]    `json:"test_plan,omitempty"`
	BackoutPlan        rest.Maybe[string]    `json:"backout_plan,omitempty"`
	PlannedStart       rest.Maybe[time.Time] `json:"planned_start,omitempty"`
	PlannedEnd         rest.Maybe[time.Time] `json:"planned_end,omitempty"`
	AffectedServices   []string              `json:"affected_services,omitempty" maxItems:"100"`
	Implementers       []string              `json:"implementers,omitempty" maxItems:"100" doc:"People's ids"`
	Items              []string              `json:"items,omitempty" maxItems:"500" doc:"Numbers of configuration items"`
	Environment        rest.Maybe[string]    `json:"environment,omitempty" doc:"production, test, development or recovery"`
	Outage             rest.Maybe[string]    `json:"outage,omitempty" doc:"yes or no"`
	OutageMinutes      rest.Maybe[int64]     `json:"outage_minutes,omitempty"`
	BackoutTested      rest.Maybe[string]    `json:"backout_tested,omitempty" doc:"yes or no"`
	CommunicationPlan  rest.Maybe[string]    `json:"communication_plan,omitempty"`
	VerificationPlan   rest.Maybe[string]    `json:"verification_plan,omitempty"`
	SecurityTouched    rest.Maybe[string]    `json:"security_touched,omitempty" doc:"yes or no: a security control is touched"`
	SecurityImpact     rest.Maybe[string]    `json:"security_impact,omitempty"`
	Answers            map[string]string     `json:"answers,omitempty" doc:"The chosen option by question; an empty one takes an answer back"`
	Category           rest.Maybe[string]    `json:"category,omitempty" doc:"Not material, as the next two"`
	ReasonCode         rest.Maybe[string]    `json:"reason_code,omitempty"`
	Tester             rest.Maybe[string]    `json:"tester,omitempty" doc:"A person's id"`
}

// Patch turns the input into the patch of a plan.
func (in *PlanInput) Patch(ctx context.Context, d *who.Directory, p *changes.PlanPatch) (err error) {
	if in == nil {
		return nil
	}
	p.Justification, p.ImplementationPlan, p.TestPlan, p.BackoutPlan = in.Justification.Value, in.ImplementationPlan.Value, in.TestPlan.Value, in.BackoutPlan.Value
	p.PlannedStart, p.PlannedEnd = in.PlannedStart.Value, in.PlannedEnd.Value
	p.Environment, p.Outage, p.BackoutTested, p.SecurityTouched = rest.OrEmpty(in.Environment), rest.OrEmpty(in.Outage), rest.OrEmpty(in.BackoutTested), rest.OrEmpty(in.SecurityTouched)
	p.CommunicationPlan, p.VerificationPlan, p.SecurityImpact = rest.OrEmpty(in.CommunicationPlan), rest.OrEmpty(in.VerificationPlan), rest.OrEmpty(in.SecurityImpact)
	p.Category, p.ReasonCode = rest.OrEmpty(in.Category), rest.OrEmpty(in.ReasonCode)
	if in.OutageMinutes.Given {
		minutes := in.OutageMinutes.Or(0)
		p.OutageMinutes = &minutes
	}
	if in.AffectedServices != nil {
		p.AffectedServices = &in.AffectedServices
	}
	if in.Items != nil {
		p.CIs = &in.Items
	}
	if in.Answers != nil {
		p.Answers = &in.Answers
	}
	if in.Implementers != nil {
		users, err := d.Users(ctx, "body.plan.implementers", in.Implementers)
		if err != nil {
			return err
		}
		p.Implementers = &users
	}
	p.Tester, err = d.UserPtr(ctx, "body.plan.tester", in.Tester)
	return err
}

// Risk is how risky a change is, and why.
type Risk struct {
	Band          string     `json:"band" enum:"low,medium,high" doc:"In which it is decided"`
	Computed      string     `json:"computed"`
	Chosen        *string    `json:"chosen" doc:"By whoever wants more care than was computed"`
	Lowered       *string    `json:"lowered" doc:"By somebody with the right"`
	LoweredReason *string    `json:"lowered_reason"`
	Because       string     `json:"because" doc:"In one sentence"`
	Score         int        `json:"score" doc:"Per cent of the highest possible"`
	Questionnaire string     `json:"questionnaire" doc:"The band that the answers add up to"`
	Questions     []Question `json:"questions"`
	Rules         []Rule     `json:"rules"`
	Missing       []string   `json:"missing" doc:"Keys of questions without an answer"`
	QuestionsV    int64      `json:"questionnaire_version"`
	RulesV        int64      `json:"rules_version"`
	At            *time.Time `json:"at" doc:"When it was computed last"`
	Record        Record     `json:"record"`
}

// Question is one answer of a change and what it counts.
type Question struct {
	Key    string `json:"key"`
	Text   string `json:"text"`
	Option string `json:"option"`
	Said   string `json:"said"`
	Points int    `json:"points"`
	Weight int    `json:"weight"`
}

// Rule is what one rule said, with the facts that it looked at.
type Rule struct {
	ID    string     `json:"id"`
	Label string     `json:"label"`
	Floor string     `json:"floor"`
	Holds string     `json:"holds" enum:"yes,no,unknown"`
	Facts when.Facts `json:"facts"`
}

// Record is how the team's changes of the last year ended: beside the risk, and never part of it.
type Record struct {
	Done     int     `json:"done"`
	Failed   int     `json:"failed"`
	Category *string `json:"category" doc:"Of these only; null for all"`
}

// RiskOf is the risk of a change as it was computed last.
func RiskOf(c changes.Change, r changes.Record) Risk {
	f := c.Facet
	out := Risk{Band: string(f.Risk), Computed: string(f.RiskComputed), Chosen: rest.Opt(string(f.RiskChosen)), Lowered: rest.Opt(string(f.RiskLowered)), LoweredReason: rest.Opt(f.RiskReason),
		Questions: []Question{}, Rules: []Rule{}, Missing: []string{}, Record: Record{Done: r.Done, Failed: r.Failed, Category: rest.Opt(r.Category)}}
	a, ok := f.Assessed()
	if !ok {
		out.Computed, out.Because = out.Band, "chosen by hand, before risk was computed"
		return out
	}
	out.Because, out.Score, out.Questionnaire, out.QuestionsV, out.RulesV, out.At = a.Because(), a.Score, string(a.Questionnaire), a.QuestionsV, a.RulesV, &a.At
	out.Missing = rest.NotNil(a.Missing)
	for _, x := range a.Answered {
		out.Questions = append(out.Questions, Question{x.Question, x.Text, x.Option, x.Said, x.Points, x.Weight})
	}
	for _, v := range a.Rules {
		if v.Facts == nil {
			v.Facts = when.Facts{}
		}
		out.Rules = append(out.Rules, Rule{v.ID, v.Label, string(v.Floor), string(v.Holds), v.Facts})
	}
	return out
}

type previewInput struct {
	Body struct {
		Number      string             `json:"number,omitempty" maxLength:"40" doc:"Of a change that is there; without one, of a new change"`
		Title       string             `json:"title,omitempty"`
		Description string             `json:"description,omitempty"`
		Model       string             `json:"model,omitempty" enum:"normal,emergency,registration"`
		Risk        string             `json:"risk,omitempty" enum:"low,medium,high"`
		Team        rest.Maybe[string] `json:"team,omitempty"`
		Plan        *PlanInput         `json:"plan,omitempty"`
	}
}

// Preview is what a plan would need.
type Preview struct {
	Model     Model     `json:"model"`
	Risk      Risk      `json:"risk"`
	Missing   []Missing `json:"missing" doc:"What the plan lacks"`
	Approvals []Wanted  `json:"approvals"`
	Matched   []string  `json:"matched" doc:"Rows of the approval policy that hold"`
	Unknown   []string  `json:"unknown" doc:"Rows that hang on something that nobody knows"`
}

// Missing is one thing that a plan lacks.
type Missing struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

// Wanted is an approval that would be asked for.
type Wanted struct {
	Label    string       `json:"label"`
	Stage    int          `json:"stage"`
	Kind     string       `json:"kind"`
	Rule     string       `json:"rule" enum:"any,all,quorum"`
	Needed   int          `json:"needed"`
	People   []who.Person `json:"people" doc:"Who could decide"`
	Advisory bool         `json:"advisory"`
	Sign     bool         `json:"sign"`
	Trouble  *string      `json:"trouble" doc:"Why too few could decide, and the way out"`
}

func (a *area) preview(ctx context.Context, in *previewInput) (*rest.Body[Preview], error) {
	b := in.Body
	input := changes.PreviewInput{Number: b.Number}
	if b.Title != "" {
		input.Plan.Title = &b.Title
	}
	if b.Model != "" {
		m := changes.Model(b.Model)
		input.Plan.Model = &m
	}
	if b.Risk != "" {
		r := changes.Risk(b.Risk)
		input.Plan.Risk = &r
	}
	var err error
	if input.Team, err = a.TeamPtr(ctx, "body.team", b.Team); err != nil {
		return nil, err
	}
	if err := b.Plan.Patch(ctx, a.Directory, &input.Plan); err != nil {
		return nil, err
	}
	p, err := a.Changes.Preview(ctx, input)
	if err != nil {
		return nil, err
	}
	out := Preview{Model: modelOf(p.Model), Risk: RiskOf(p.Change, p.Record), Missing: []Missing{}, Approvals: []Wanted{}, Matched: rest.NotNil(p.Asked.Needs.Matched), Unknown: rest.NotNil(p.Asked.Needs.Unknown)}
	for _, m := range p.Missing {
		out.Missing = append(out.Missing, Missing(m))
	}
	subject := p.Change.Subject()
	var users []domain.UserID
	for _, x := range p.Asked.Ballots {
		users = append(users, x.Tally(subject).Eligible...)
	}
	cast, err := a.Cast(ctx, users)
	for i, x := range p.Asked.Ballots {
		t := x.Tally(subject)
		out.Approvals = append(out.Approvals, Wanted{Label: x.Slot.Label, Stage: x.Slot.Stage, Kind: x.Slot.Kind, Rule: string(x.Slot.Rule), Needed: t.Needed, People: cast.Persons(t.Eligible),
			Advisory: x.Slot.Advisory, Sign: x.Slot.Sign, Trouble: rest.Opt(p.Asked.Trouble[i])})
	}
	return &rest.Body[Preview]{Body: out}, err
}
