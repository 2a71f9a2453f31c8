package changes

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Model selects how much control a change needs; package model says what each of them is.
type Model string

// The models. Standard changes need a published template and come with them; unauthorised ones are found.
const (
	Normal       Model = model.Normal
	Emergency    Model = model.Emergency
	Standard     Model = model.Standard
	Unauthorised Model = model.Unauthorised
	Registration Model = model.Registration
)

// Risk is the band in which a change is decided.
type Risk string

// The bands.
const (
	Low    Risk = "low"
	Medium Risk = "medium"
	High   Risk = "high"
)

// The words of three fields that are chosen from lists, so that figures can count them.
var (
	Categories   = []string{"hardware", "software", "network", "database", "security", "service", "other"}
	ReasonCodes  = []string{"new", "improvement", "maintenance", "repair", "security", "compliance", "capacity", "retirement"}
	Environments = []string{"production", "test", "development", "recovery"}
)

// Plan is what the approvers approve: every field but Form is material.
type Plan struct {
	Form               int64 // of the digest: 1, or the present one
	Title              string
	Description        string
	Service            string
	Model              Model
	Risk               Risk
	Justification      string
	ImplementationPlan string
	TestPlan           string
	BackoutPlan        string
	PlannedStart       *time.Time
	PlannedEnd         *time.Time
	AffectedServices   []string
	Implementers       []domain.UserID

	CIs               []string
	Environment       string
	Outage            string
	OutageMinutes     int64
	BackoutTested     string
	CommunicationPlan string
	VerificationPlan  string
	SecurityTouched   string
	SecurityImpact    string
	Answers           Answers
	RiskReason        string

	Template        string // with its edition; not in the digest of a change that comes from none
	TemplateEdition int64
}

// Digest names the plan: the SHA-256, in hex, of its canonical form. The form is one JSON array with the name
// of the format and then name and value of each field in a fixed order; texts as they are, times as UTC
// microseconds, lists sorted. Adding a field means a new format name, so that an old digest stays checkable: a plan says
// in which form it was digested.
func (p Plan) Digest() string {
	ids := make([]string, len(p.Implementers))
	people := slices.Clone(p.Implementers)
	slices.Sort(people)
	for i, u := range people {
		ids[i] = ticket.Int(int64(u))
	}
	form := []any{"cabinet-plan-v2",
		"title", p.Title, "description", p.Description, "service", p.Service, "model", p.Model, "risk", p.Risk,
		"justification", p.Justification, "implementation_plan", p.ImplementationPlan, "test_plan", p.TestPlan, "backout_plan", p.BackoutPlan,
		"planned_start", ticket.Instant(p.PlannedStart), "planned_end", ticket.Instant(p.PlannedEnd),
		"affected_services", sorted(p.AffectedServices), "implementers", ids}
	if p.Form == 1 {
		form[0] = "cabinet-plan-v1"
	} else {
		form = append(form, "items", sorted(p.CIs), "environment", p.Environment, "outage", p.Outage, "outage_minutes", ticket.Int(p.OutageMinutes),
			"backout_tested", p.BackoutTested, "communication_plan", p.CommunicationPlan, "verification_plan", p.VerificationPlan,
			"security_touched", p.SecurityTouched, "security_impact", p.SecurityImpact, "answers", p.Answers.text(), "risk_reason", p.RiskReason)
		if p.Template != "" {
			form = append(form, "template", p.Template, "template_edition", ticket.Int(p.TemplateEdition))
		}
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(form) //nolint:errcheck // strings and slices of strings always encode
	sum := sha256.Sum256([]byte(strings.TrimSuffix(b.String(), "\n")))
	return hex.EncodeToString(sum[:])
}

func sorted(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return out
}

// present is the digest in the present form, whatever the form in which the plan was digested.
func (p Plan) present() string {
	p.Form = 0
	return p.Digest()
}

// empty marks the answers that are none (peers' users complain of plans full of them).
var empty = []string{"", "n/a", "na", "none", "tbc", "tbd", "-", ".", "x", "todo", "to be confirmed", "to be defined", "see above", "nothing", "not applicable", "?", "later"}

func unsaid(s string) bool {
	return slices.Contains(empty, strings.ToLower(strings.Trim(strings.TrimSpace(s), ".!")))
}

// Missing lists what the plan lacks, by its model, before anybody can be asked to approve it. A text that says nothing
// is missing where it is required, and refused where it is not: it is better left out.
func (p Plan) Missing(m model.Model) (out []domain.Field) {
	lack := func(name, say string) {
		out = append(out, domain.Field{Location: "body.plan." + name, Message: say})
	}
	for _, f := range []struct{ name, text, say string }{
		{"justification", p.Justification, "say why it is needed"},
		{"implementation_plan", p.ImplementationPlan, "say what will be done"},
		{"test_plan", p.TestPlan, "say how you will know that it worked"},
		{"backout_plan", p.BackoutPlan, "say how to get back"},
		{"communication_plan", p.CommunicationPlan, "say who is told, when and how"},
		{"verification_plan", p.VerificationPlan, "say what is looked at afterwards, and by whom"},
		{"security_impact", p.SecurityImpact, "say what it means for security"},
	} {
		switch {
		case !unsaid(f.text):
		case m.Requires(f.name):
			lack(f.name, f.say)
		case f.text != "":
			lack(f.name, "this says nothing: say why it does not apply, or leave it out")
		}
	}
	switch {
	case p.PlannedStart != nil && p.PlannedEnd != nil && !p.PlannedEnd.After(*p.PlannedStart):
		lack("planned_end", "the end comes after the start")
	case m.Requires("window") && (p.PlannedStart == nil || p.PlannedEnd == nil):
		lack("planned_start", "say when, from and to")
	}
	for _, f := range []struct {
		field, name string
		missing     bool
		say         string
	}{
		{"implementers", "implementers", len(p.Implementers) == 0, "say who does it"},
		{"scope", "affected_services", len(p.AffectedServices) == 0 && len(p.CIs) == 0, "say which items or services it touches"},
		{"environment", "environment", p.Environment == "", "say in which environment"},
		{"outage", "outage", p.Outage == "", "say whether an outage is expected"},
		{"backout_tested", "backout_tested", p.BackoutTested == "", "say whether the way back was tried out"},
	} {
		if f.missing && m.Requires(f.field) {
			lack(f.name, f.say)
		}
	}
	if p.Outage == "yes" && p.OutageMinutes <= 0 {
		lack("outage_minutes", "say for how many minutes")
	}
	if p.SecurityTouched == "yes" && unsaid(p.SecurityImpact) && !m.Requires("security_impact") {
		lack("security_impact", "say what it means for security")
	}
	return out
}

// notice tells what to say when a change is put forward later than its model asks for, hours before its window; empty for
// in time.
func notice(m model.Model, hours float64) string {
	if m.LeadHours == 0 || hours >= float64(m.LeadHours) {
		return ""
	}
	return fmt.Sprintf("it begins too soon: such a change is put forward %d hours before, or earlier", m.LeadHours)
}

// late is what is missing when a change is put forward now: the notice that its model asks for. Who has put it forward in
// time is not asked again.
func (c Change) late(m model.Model, now time.Time) []domain.Field {
	if start := c.Facet.PlannedStart; start != nil && c.Ticket.State == StateDraft {
		if say := notice(m, start.Sub(now).Hours()); say != "" {
			return []domain.Field{{Location: "body.plan.planned_start", Message: say}}
		}
	}
	return nil
}

// missing is what the plan lacks, and what the change lacks beside its plan.
func (c Change) missing(m model.Model) []domain.Field {
	out := c.Plan().Missing(m)
	for _, f := range []struct {
		field   string
		missing bool
		say     string
	}{
		{"team", c.Ticket.TeamID == 0, "say which team does it"}, {"category", c.Facet.Category == "", "choose a category"},
		{"reason_code", c.Facet.ReasonCode == "", "choose a reason"}, {"tester", c.Facet.TesterID == 0, "say who tests it"},
	} {
		if f.missing && m.Requires(f.field) {
			out = append(out, domain.Field{Location: "body." + f.field, Message: f.say})
		}
	}
	return out
}
