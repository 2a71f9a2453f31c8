package risk

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cabinetdesk/cabinet/changes/when"
)

// Band is how risky a change is: "low", "medium" or "high".
type Band string

// The bands.
const (
	Low    Band = "low"
	Medium Band = "medium"
	High   Band = "high"
)

// Rank orders the bands; what is no band is below all of them.
func (b Band) Rank() int { return slices.Index(when.Bands, string(b)) }

// Max is the higher of two bands.
func Max(a, b Band) Band {
	if a.Rank() >= b.Rank() {
		return a
	}
	return b
}

// Questionnaire is asked of whoever plans a change.
type Questionnaire struct {
	Version   int64      `json:"version"`
	Questions []Question `json:"questions"`
	// Medium and High are the shares of the highest possible score, in per cent, from which a change is of that band.
	Medium int `json:"medium"`
	High   int `json:"high"`
}

// Question has answers with 0 to 3 points each, which count Weight times.
type Question struct {
	Key     string   `json:"key"`
	Text    string   `json:"text"`
	Weight  int      `json:"weight"`
	Options []Option `json:"options"`
}

// Option is one answer.
type Option struct {
	Key    string `json:"key"`
	Text   string `json:"text"`
	Points int    `json:"points"`
}

// Answers is the key of the chosen option by the key of the question.
type Answers map[string]string

// Rules set floors.
type Rules struct {
	Version int64  `json:"version"`
	Rules   []Rule `json:"rules"`
}

// Rule sets a floor when all of its conditions hold.
type Rule struct {
	ID    string           `json:"id"`
	Label string           `json:"label"` // completes "because …"
	When  []when.Condition `json:"when"`
	Floor Band             `json:"floor"`
}

// Result is a risk with everything that it was computed from.
type Result struct {
	Band          Band      `json:"band"`
	Answered      []Answer  `json:"answered"`
	Missing       []string  `json:"missing,omitempty"` // keys of questions without an answer
	Score         int       `json:"score"`             // per cent of the highest possible
	Questionnaire Band      `json:"questionnaire"`
	Rules         []Verdict `json:"rules"`
	QuestionsV    int64     `json:"questionnaire_version"`
	RulesV        int64     `json:"rules_version"`
}

// Answer is one answer and what it counts.
type Answer struct {
	Question string `json:"question"`
	Text     string `json:"text"`
	Option   string `json:"option"`
	Said     string `json:"said"`
	Points   int    `json:"points"`
	Weight   int    `json:"weight"`
}

// Verdict is what one rule said, with the facts that it looked at.
type Verdict struct {
	ID    string      `json:"id"`
	Label string      `json:"label"`
	Floor Band        `json:"floor"`
	Holds when.Answer `json:"holds"`
	Facts when.Facts  `json:"facts,omitempty"`
}

// Assess computes a risk.
func Assess(q Questionnaire, answers Answers, rules Rules, facts when.Facts) Result {
	r := Result{Band: Low, Questionnaire: Low, QuestionsV: q.Version, RulesV: rules.Version, Answered: []Answer{}, Rules: []Verdict{}}
	points, most := 0, 0
	for _, question := range q.Questions {
		i := slices.IndexFunc(question.Options, func(o Option) bool { return o.Key == answers[question.Key] })
		if i < 0 {
			r.Missing = append(r.Missing, question.Key)
			continue
		}
		o := question.Options[i]
		points, most = points+question.Weight*o.Points, most+3*question.Weight
		r.Answered = append(r.Answered, Answer{question.Key, question.Text, o.Key, o.Text, o.Points, question.Weight})
	}
	if most > 0 {
		r.Score = points * 100 / most
		switch {
		case r.Score >= q.High:
			r.Questionnaire = High
		case r.Score >= q.Medium:
			r.Questionnaire = Medium
		}
	}
	if len(r.Missing) > 0 {
		r.Questionnaire = Max(r.Questionnaire, Medium)
	}
	r.Band = r.Questionnaire
	for _, rule := range rules.Rules {
		v := Verdict{ID: rule.ID, Label: rule.Label, Floor: rule.Floor, Holds: when.All(rule.When, facts), Facts: when.Used(rule.When, facts)}
		if v.Holds == when.Yes {
			r.Band = Max(r.Band, rule.Floor)
		}
		r.Rules = append(r.Rules, v)
	}
	return r
}

// Because says in one sentence what made the band what it is.
func (r Result) Because() string {
	for _, v := range r.Rules {
		if v.Holds == when.Yes && v.Floor == r.Band && r.Band != r.Questionnaire {
			return fmt.Sprintf("%s, because %s (rule %s)", r.Band, v.Label, v.ID)
		}
	}
	if len(r.Missing) > 0 {
		return fmt.Sprintf("%s until all questions are answered", r.Band)
	}
	return fmt.Sprintf("%s: the answers add up to %d%% of the highest score", r.Band, r.Score)
}

// Check tells all that is wrong with a questionnaire, as [when.Faults].
func (q Questionnaire) Check() error {
	var out when.Faults
	if len(q.Questions) == 0 || len(q.Questions) > 40 {
		out.Add("questions", "ask 1 to 40 questions")
		return out
	}
	if q.Medium < 1 || q.Medium > 99 {
		out.Add("medium", "the share from which a change is of medium risk is 1 to 99 per cent")
	}
	if q.High <= q.Medium || q.High > 100 {
		out.Add("high", "the share of high risk is above that of medium risk, and at most 100 per cent")
	}
	seen, heaviest := map[string]bool{}, 0
	for i, question := range q.Questions {
		at := fmt.Sprintf("questions[%d]", i)
		if !keyed(question.Key) || seen[question.Key] {
			out.Add(at+".key", "a question needs a key of its own: answers are kept under it")
		}
		if !said(question.Text) {
			out.Add(at+".text", "ask something, in at most 300 letters")
		}
		seen[question.Key] = true
		if question.Weight < 0 || question.Weight > 3 {
			out.Add(at+".weight", "a weight is 0 to 3")
		}
		heaviest = max(heaviest, question.Weight)
		if len(question.Options) < 2 || len(question.Options) > 20 {
			out.Add(at+".options", "a question has 2 to 20 answers")
		}
		options := map[string]bool{}
		for j, o := range question.Options {
			at := fmt.Sprintf("%s.options[%d]", at, j)
			if !keyed(o.Key) || options[o.Key] {
				out.Add(at+".key", "an answer needs a key of its own within its question")
			}
			if !said(o.Text) {
				out.Add(at+".text", "say what the answer is, in at most 300 letters")
			}
			if o.Points < 0 || o.Points > 3 {
				out.Add(at+".points", "an answer counts 0 to 3 points")
			}
			options[o.Key] = true
		}
	}
	if heaviest == 0 {
		out.Add("questions[0].weight", "one question at least has a weight")
	}
	return out.Err()
}

// Check tells all that is wrong with rules, as [when.Faults].
func (r Rules) Check() error {
	var out when.Faults
	if len(r.Rules) > 100 {
		out.Add("rules", "there are at most 100 rules")
		return out
	}
	seen := map[string]bool{}
	for i, rule := range r.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		if !keyed(rule.ID) || seen[rule.ID] {
			out.Add(at+".id", "a rule needs a short name of its own")
		}
		if !said(rule.Label) {
			out.Add(at+".label", "say why, so that it completes \"because …\"")
		}
		seen[rule.ID] = true
		if rule.Floor.Rank() < 0 {
			out.Add(at+".floor", "a floor is low, medium or high")
		}
		if len(rule.When) == 0 || len(rule.When) > 20 {
			out.Add(at+".when", "a rule has 1 to 20 conditions")
		}
		out.Faulty(at+".when", rule.When)
		for j, c := range rule.When {
			if c.Fact == "risk" {
				out.Add(fmt.Sprintf("%s.when[%d]", at, j), "a rule of risk cannot ask for the risk")
			}
		}
	}
	return out.Err()
}

func keyed(s string) bool { return strings.TrimSpace(s) != "" && len(s) <= 60 }
func said(s string) bool  { return strings.TrimSpace(s) != "" && utf8.RuneCountInString(s) <= 300 }
