package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/changes/when"
)

// The keys of the models.
const (
	Standard     = "standard"
	Normal       = "normal"
	Emergency    = "emergency"
	Unauthorised = "unauthorised"
	Registration = "registration"
)

// Keys lists the models in the order in which people read them.
var Keys = []string{Standard, Normal, Emergency, Unauthorised, Registration}

// Model is one change model.
type Model struct {
	Key     string `json:"key"`
	Version int64  `json:"version"`
	Label   string `json:"label"`
	Hint    string `json:"hint"`
	// Moves are the events of the flow that changes of this model make.
	Moves []string `json:"moves"`
	// Guards are those of [Guards] that are asked.
	Guards []string `json:"guards"`
	// Required are the fields of [Fields] that the plan must say before anybody is asked.
	Required []string `json:"required"`
	// Review tells whether every change of this model is reviewed, ReviewPercent how many of a hundred are drawn for it.
	Review        bool `json:"review,omitempty"`
	ReviewPercent int  `json:"review_percent,omitempty"`
	// RetroHours is within how many hours a broken glass is decided on.
	RetroHours int `json:"retro_hours,omitempty"`
	// LeadHours is how many hours before its window a change is put forward at the latest; 0 for no notice.
	LeadHours int `json:"lead_hours,omitempty"`
	// GraceMinutes is how far outside its window a change may begin.
	GraceMinutes int `json:"grace_minutes"`
}

// The guards that a model may switch.
const (
	Questionnaire = "questionnaire_complete"
	PeerReview    = "peer_reviewed"
	Window        = "inside_the_window"
	OtherReviewer = "reviewed_by_somebody_else"
)

// Guards lists the guards that a model may switch.
var Guards = []string{Questionnaire, PeerReview, Window, OtherReviewer}

// Fields lists the fields that a model may require. "scope" is items or services, either of them.
var Fields = []string{"justification", "implementation_plan", "test_plan", "backout_plan", "window", "implementers", "scope", "team",
	"category", "reason_code", "environment", "outage", "backout_tested", "communication_plan", "verification_plan", "security_impact", "tester"}

// own says which models a move is for, where it is not for all. Each has its own protection, which others would lose.
var own = map[string][]string{
	"submit": {Normal}, "request_authorization": {Normal}, "expedite": {Emergency}, "break_glass": {Emergency}, "schedule": {Standard},
	"authorize": {Normal, Emergency}, "reject": {Normal, Emergency}, "detect": {Unauthorised}, "examine": {Unauthorised}, "judge": {Unauthorised}, "register": {Registration},
}

// Permits tells whether changes of this model make the move.
func (m Model) Permits(event string) bool { return slices.Contains(m.Moves, event) }

// Asks tells whether the guard is switched on.
func (m Model) Asks(guard string) bool { return slices.Contains(m.Guards, guard) }

// Requires tells whether the plan must say the field.
func (m Model) Requires(field string) bool { return slices.Contains(m.Required, field) }

// Check tells all that is wrong with a model, as [when.Faults]; events are those of the flow.
func (m Model) Check(events []string) error {
	var out when.Faults
	for _, x := range []struct {
		wrong       bool
		field, text string
	}{
		{!slices.Contains(Keys, m.Key), "key", "there is no such model"},
		{strings.TrimSpace(m.Label) == "" || len(m.Label) > 60, "label", "a model needs a short label"},
		{len(m.Hint) > 300, "hint", "a hint has at most 300 letters"},
		{m.LeadHours < 0 || m.LeadHours > 24*90, "lead_hours", "the notice is at most ninety days"},
		{m.LeadHours > 0 && !slices.ContainsFunc([]string{"submit", "expedite", "schedule"}, m.Permits), "lead_hours", "changes of this model are put forward to nobody: they need no notice"},
		{m.GraceMinutes < 0 || m.GraceMinutes > 24*60, "grace_minutes", "the grace is at most a day"},
		{m.ReviewPercent < 0 || m.ReviewPercent > 100, "review_percent", "a sample is 0 to 100 of a hundred"},
		{m.Permits("break_glass") && (m.RetroHours < 1 || m.RetroHours > 24*14), "retro_hours", "a broken glass is decided on within 1 hour to 14 days"},
	} {
		if x.wrong {
			out.Add(x.field, "%s", x.text)
		}
	}
	for i, e := range m.Moves {
		if !slices.Contains(events, e) {
			out.Add(fmt.Sprintf("moves[%d]", i), "a move is not one of the flow")
		} else if who, ok := own[e]; ok && !slices.Contains(who, m.Key) {
			out.Add(fmt.Sprintf("moves[%d]", i), "the move %s belongs to another model", e)
		}
	}
	for i, g := range m.Guards {
		if !slices.Contains(Guards, g) {
			out.Add(fmt.Sprintf("guards[%d]", i), "a guard is not one that a model may switch")
		}
	}
	for i, f := range m.Required {
		if !slices.Contains(Fields, f) {
			out.Add(fmt.Sprintf("required[%d]", i), "a required field is not one of the plan")
		}
	}
	return out.Err()
}

// Seed is a model of a new desk.
func Seed(key string) (Model, bool) {
	i := slices.IndexFunc(seeds, func(m Model) bool { return m.Key == key })
	if i < 0 {
		return Model{}, false
	}
	return seeds[i], true
}

var work = []string{"start", "complete", "close", "revise", "withdraw", "cancel"}

var seeds = []Model{
	{Key: Standard, Version: 1, Label: "Standard", Hint: "Routine, approved once and for all as a template.", Moves: slices.Concat([]string{"schedule"}, work),
		Guards: []string{Window}, Required: []string{"implementation_plan", "backout_plan", "window", "implementers"}, GraceMinutes: 15, ReviewPercent: 5},
	{Key: Normal, Version: 1, Label: "Normal", Hint: "Planned, looked at by a colleague, and approved by those whom its risk asks for.",
		Moves: slices.Concat([]string{"submit", "request_authorization", "authorize", "reject"}, work), Guards: []string{Questionnaire, PeerReview, Window, OtherReviewer},
		Required: []string{"justification", "implementation_plan", "test_plan", "backout_plan", "window", "implementers", "scope"}, GraceMinutes: 15, ReviewPercent: 10},
	{Key: Emergency, Version: 1, Label: "Emergency", Hint: "It cannot wait: those on duty decide at once, or somebody with the right breaks the glass and answers for it.",
		Moves: slices.Concat([]string{"expedite", "break_glass", "authorize", "reject"}, work), Guards: []string{Window, OtherReviewer},
		Required: []string{"justification", "implementation_plan", "backout_plan", "window", "implementers", "scope"}, GraceMinutes: 60, RetroHours: 24},
	{Key: Unauthorised, Version: 1, Label: "Unauthorised", Hint: "Found after the fact: something was changed and nobody had asked.",
		Moves: []string{"detect", "examine", "judge"}, Guards: []string{OtherReviewer}},
	{Key: Registration, Version: 1, Label: "Registration", Hint: "A pipeline tells what it has done; nobody is asked, and the log keeps it.",
		Moves: []string{"register", "cancel"}, Required: []string{"scope"}},
}
