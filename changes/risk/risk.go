package risk

import (
	"fmt"
	"slices"

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

// Check tells what is wrong with a questionnaire.
func (q Questionnaire) Check() error {
	if len(q.Questions) == 0 || len(q.Questions) > 40 {
		return fmt.Errorf("ask 1 to 40 questions")
	}
	if q.Medium < 1 || q.High <= q.Medium || q.High > 100 {
		return fmt.Errorf("the shares rise: 0 < medium < high, at most 100")
	}
	seen, heaviest := map[string]bool{}, 0
	for i, question := range q.Questions {
		if question.Key == "" || question.Text == "" || seen[question.Key] {
			return fmt.Errorf("question %d needs a key of its own and a text", i+1)
		}
		seen[question.Key] = true
		if question.Weight < 0 || question.Weight > 3 {
			return fmt.Errorf("question %d: a weight is 0 to 3", i+1)
		}
		heaviest = max(heaviest, question.Weight)
		if len(question.Options) < 2 {
			return fmt.Errorf("question %d needs two answers or more", i+1)
		}
		options := map[string]bool{}
		for _, o := range question.Options {
			if o.Key == "" || o.Text == "" || options[o.Key] || o.Points < 0 || o.Points > 3 {
				return fmt.Errorf("question %d: each answer has a key of its own, a text and 0 to 3 points", i+1)
			}
			options[o.Key] = true
		}
	}
	if heaviest == 0 {
		return fmt.Errorf("one question at least has a weight")
	}
	return nil
}

// Check tells what is wrong with rules.
func (r Rules) Check() error {
	if len(r.Rules) > 100 {
		return fmt.Errorf("there are at most 100 rules")
	}
	seen := map[string]bool{}
	for i, rule := range r.Rules {
		if rule.ID == "" || rule.Label == "" || seen[rule.ID] {
			return fmt.Errorf("rule %d needs a name of its own and a reason", i+1)
		}
		seen[rule.ID] = true
		if rule.Floor.Rank() < 0 {
			return fmt.Errorf("rule %d: a floor is low, medium or high", i+1)
		}
		if len(rule.When) == 0 {
			return fmt.Errorf("rule %d needs a condition", i+1)
		}
		for _, c := range rule.When {
			if err := c.Check(); err != nil {
				return fmt.Errorf("rule %d: %w", i+1, err)
			}
			if c.Fact == "risk" {
				return fmt.Errorf("rule %d: a rule of risk cannot ask for the risk", i+1)
			}
		}
	}
	return nil
}
