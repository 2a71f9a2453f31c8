package changes

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Model selects how much control a change needs (ITIL 4: standard, normal, emergency).
type Model string

// The models. Standard changes need a published template and come with them.
const (
	Normal    Model = "normal"
	Emergency Model = "emergency"
	Standard  Model = "standard"
)

// Risk is the band in which a change is decided.
type Risk string

// The bands.
const (
	Low    Risk = "low"
	Medium Risk = "medium"
	High   Risk = "high"
)

// Plan is what the approvers approve: every field is material.
type Plan struct {
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
}

// Digest names the plan: the SHA-256, in hex, of its canonical form. The form is one JSON array with the name
// of the format and then name and value of each field in a fixed order; texts as they are, times as UTC
// microseconds, lists sorted. Adding a field means a new format name, so that an old digest stays checkable.
func (p Plan) Digest() string {
	services := slices.Clone(p.AffectedServices)
	slices.Sort(services)
	people := slices.Clone(p.Implementers)
	slices.Sort(people)
	ids := make([]string, len(people))
	for i, u := range people {
		ids[i] = ticket.Int(int64(u))
	}
	form := []any{"cabinet-plan-v1",
		"title", p.Title, "description", p.Description, "service", p.Service, "model", p.Model, "risk", p.Risk,
		"justification", p.Justification, "implementation_plan", p.ImplementationPlan, "test_plan", p.TestPlan, "backout_plan", p.BackoutPlan,
		"planned_start", ticket.Instant(p.PlannedStart), "planned_end", ticket.Instant(p.PlannedEnd),
		"affected_services", append([]string{}, services...), "implementers", ids}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(form) //nolint:errcheck // strings and slices of strings always encode
	sum := sha256.Sum256([]byte(strings.TrimSuffix(b.String(), "\n")))
	return hex.EncodeToString(sum[:])
}

// empty marks the answers that are none (peers' users complain of plans full of them).
var empty = []string{"", "n/a", "na", "none", "tbc", "tbd", "-", ".", "x", "todo", "to be confirmed", "to be defined", "see above", "nothing"}

func unsaid(s string) bool {
	return slices.Contains(empty, strings.ToLower(strings.Trim(strings.TrimSpace(s), ".!")))
}

// Missing lists what the plan lacks before anybody can be asked to approve it.
func (p Plan) Missing() (out []domain.Field) {
	for _, f := range []struct{ name, text, say string }{
		{"justification", p.Justification, "say why it is needed"},
		{"implementation_plan", p.ImplementationPlan, "say what will be done"},
		{"test_plan", p.TestPlan, "say how you will know that it worked"},
		{"backout_plan", p.BackoutPlan, "say how to get back"},
	} {
		if unsaid(f.text) {
			out = append(out, domain.Field{Location: "body.plan." + f.name, Message: f.say})
		}
	}
	switch {
	case p.PlannedStart == nil || p.PlannedEnd == nil:
		out = append(out, domain.Field{Location: "body.plan.planned_start", Message: "say when, from and to"})
	case !p.PlannedEnd.After(*p.PlannedStart):
		out = append(out, domain.Field{Location: "body.plan.planned_end", Message: "the end comes after the start"})
	}
	if len(p.Implementers) == 0 {
		out = append(out, domain.Field{Location: "body.plan.implementers", Message: "say who does it"})
	}
	if len(p.AffectedServices) == 0 {
		out = append(out, domain.Field{Location: "body.plan.affected_services", Message: "say which services it touches"})
	}
	return out
}
