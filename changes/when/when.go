package when

import (
	"fmt"
	"slices"
	"strings"
)

// Facts is what is known of a change, by name: a float64, a bool, a string or a list of strings. A name that is not
// there is unknown.
type Facts map[string]any

// Answer says whether a condition holds.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

// Condition compares one fact with a value.
type Condition struct {
	Fact string `json:"fact"`
	// Is is the comparison: "is", "is_not", "at_least", "at_most", "any_of" or "none_of".
	Is string `json:"is"`
	// Value is one value, or a list of texts for any_of and none_of.
	Value any `json:"value"`
}

// Sort is what a fact is made of.
type Sort string

// The sorts of facts. A scale is a text with an order, such as a band of risk.
const (
	Number Sort = "number"
	Bool   Sort = "bool"
	Text   Sort = "text"
	Set    Sort = "set"
	Scale  Sort = "scale"
)

// Fact is a word of the vocabulary.
type Fact struct {
	Name  string
	Label string
	Sort  Sort
	Steps []string // of a scale, rising
}

// The bands of risk, rising.
var Bands = []string{"low", "medium", "high"}

// Vocabulary lists the facts that rules may ask about.
var Vocabulary = []Fact{
	{Name: "model", Label: "Change model", Sort: Text},
	{Name: "lane", Label: "Lane: usual, ecab or retro", Sort: Text},
	{Name: "risk", Label: "Risk", Sort: Scale, Steps: Bands},
	{Name: "category", Label: "Category", Sort: Text},
	{Name: "environment", Label: "Environment", Sort: Text},
	{Name: "outage", Label: "An outage is expected", Sort: Bool},
	{Name: "outage_minutes", Label: "Minutes of outage", Sort: Number},
	{Name: "backout_tested", Label: "The way back was tried out", Sort: Bool},
	{Name: "security_impact", Label: "A security control is touched", Sort: Bool},
	{Name: "lead_hours", Label: "Hours from submission to the window", Sort: Number},
	{Name: "items", Label: "Number of configuration items", Sort: Number},
	{Name: "criticality", Label: "Criticality of the most critical item (1 is the most critical)", Sort: Number},
	{Name: "impacted_services", Label: "Number of services that are reached", Sort: Number},
	{Name: "classes", Label: "Classes of the items", Sort: Set},
	{Name: "tags", Label: "Tags of the items and of what they reach", Sort: Set},
	{Name: "owners_known", Label: "The items have an owner", Sort: Bool},
	{Name: "team_failure_rate", Label: "Failed changes of the team, per cent", Sort: Number},
	{Name: "team_sample", Label: "Finished changes of the team", Sort: Number},
	{Name: "first_of_its_kind", Label: "The team has not finished such a change yet", Sort: Bool},
}

var comparisons = map[Sort][]string{
	Number: {"is", "at_least", "at_most"}, Bool: {"is"}, Text: {"is", "is_not", "any_of", "none_of"},
	Set: {"any_of", "none_of"}, Scale: {"is", "is_not", "at_least", "at_most"},
}

// Comparisons lists those that fit a sort of fact.
func Comparisons(s Sort) []string { return comparisons[s] }

func known(name string) (Fact, bool) {
	i := slices.IndexFunc(Vocabulary, func(f Fact) bool { return f.Name == name })
	if i < 0 {
		return Fact{}, false
	}
	return Vocabulary[i], true
}

// Check tells what is wrong with a condition, nil if nothing is.
func (c Condition) Check() error {
	f, ok := known(c.Fact)
	switch {
	case !ok:
		return fmt.Errorf("there is no such fact")
	case !slices.Contains(comparisons[f.Sort], c.Is):
		return fmt.Errorf("%s is compared by %s", f.Name, strings.Join(comparisons[f.Sort], ", "))
	}
	fits := false
	switch {
	case c.Is == "any_of" || c.Is == "none_of":
		fits = len(texts(c.Value)) > 0
	case f.Sort == Number:
		_, fits = number(c.Value)
	case f.Sort == Bool:
		_, fits = c.Value.(bool)
	case f.Sort == Scale:
		s, _ := c.Value.(string)
		fits = slices.Contains(f.Steps, s)
	default:
		s, isText := c.Value.(string)
		fits = isText && s != ""
	}
	if !fits {
		return fmt.Errorf("the value does not fit %s", f.Name)
	}
	return nil
}

// Holds answers for one condition; one that Check refuses is unknown.
func (c Condition) Holds(facts Facts) Answer {
	f, ok := known(c.Fact)
	v, there := facts[c.Fact]
	if !ok || !there || v == nil {
		return Unknown
	}
	switch f.Sort {
	case Number:
		have, ok1 := number(v)
		want, ok2 := number(c.Value)
		return answer(ok1 && ok2, map[string]bool{"is": have == want, "at_least": have >= want, "at_most": have <= want}[c.Is])
	case Bool:
		have, ok1 := v.(bool)
		want, ok2 := c.Value.(bool)
		return answer(ok1 && ok2, have == want)
	case Scale:
		s, _ := v.(string)
		w, _ := c.Value.(string)
		have, want := slices.Index(f.Steps, s), slices.Index(f.Steps, w)
		return answer(have >= 0 && want >= 0, map[string]bool{"is": have == want, "is_not": have != want, "at_least": have >= want, "at_most": have <= want}[c.Is])
	case Set:
		meets := slices.ContainsFunc(texts(v), func(s string) bool { return slices.Contains(texts(c.Value), s) })
		return answer(true, meets == (c.Is == "any_of"))
	}
	s, ok := v.(string)
	switch c.Is {
	case "is":
		return answer(ok, s == c.Value)
	case "is_not":
		return answer(ok, s != c.Value)
	}
	return answer(ok, slices.Contains(texts(c.Value), s) == (c.Is == "any_of"))
}

func answer(ok, yes bool) Answer {
	switch {
	case !ok:
		return Unknown
	case yes:
		return Yes
	}
	return No
}

// All answers for all conditions together: no as soon as one fails, unknown when one of the others is.
func All(conditions []Condition, facts Facts) Answer {
	out := Yes
	for _, c := range conditions {
		switch c.Holds(facts) {
		case No:
			return No
		case Unknown:
			out = Unknown
		}
	}
	return out
}

// Used picks the facts that conditions look at, for the record of what was decided on.
func Used(conditions []Condition, facts Facts) Facts {
	out := Facts{}
	for _, c := range conditions {
		if v, ok := facts[c.Fact]; ok {
			out[c.Fact] = v
		}
	}
	return out
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	}
	return 0, false
}

// texts reads a list as it is in memory, and as JSON gives it back.
func texts(v any) []string {
	switch l := v.(type) {
	case []string:
		return l
	case []any:
		var out []string
		for _, x := range l {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
