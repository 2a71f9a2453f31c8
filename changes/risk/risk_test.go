package risk_test

import (
	"encoding/json"
	"testing"

	"github.com/cabinetdesk/cabinet/changes/risk"
	"github.com/cabinetdesk/cabinet/changes/when"
	"pgregory.net/rapid"
)

func all(option string) risk.Answers {
	out := risk.Answers{}
	for _, q := range risk.SeedQuestionnaire().Questions {
		out[q.Key] = option
	}
	return out
}

func TestTheSeedsAreSound(t *testing.T) {
	if err := risk.SeedQuestionnaire().Check(); err != nil {
		t.Error(err)
	}
	if err := risk.SeedRules().Check(); err != nil {
		t.Error(err)
	}
}

func TestTheHigherOfAnswersAndFloorsCounts(t *testing.T) {
	for name, c := range map[string]struct {
		answers risk.Answers
		facts   when.Facts
		want    risk.Band
		because string
	}{
		"nothing is risky":               {all("none"), when.Facts{}, risk.Low, "low: the answers add up to 0% of the highest score"},
		"the answers alone":              {all("some"), when.Facts{}, risk.Low, "low: the answers add up to 33% of the highest score"},
		"half of the score":              {all("much"), when.Facts{}, risk.High, "high: the answers add up to 66% of the highest score"},
		"a floor lifts easy answers":     {all("none"), when.Facts{"outage": true, "outage_minutes": 90.0}, risk.High, "high, because an outage of an hour or more is expected (rule long_outage)"},
		"a lower floor lowers nothing":   {all("most"), when.Facts{"outage": true, "outage_minutes": 5.0}, risk.High, "high: the answers add up to 100% of the highest score"},
		"criticality one":                {all("none"), when.Facts{"criticality": 1.0}, risk.High, "high, because it touches something of the highest criticality (rule critical_item)"},
		"criticality two":                {all("none"), when.Facts{"criticality": 2.0}, risk.Medium, "medium, because it touches something of the second highest criticality (rule important_item)"},
		"unrated is not critical":        {all("none"), when.Facts{"criticality": 0.0}, risk.Low, "low: the answers add up to 0% of the highest score"},
		"short notice of an emergency":   {all("none"), when.Facts{"model": "emergency", "lead_hours": 1.0}, risk.Low, "low: the answers add up to 0% of the highest score"},
		"a small sample says nothing":    {all("none"), when.Facts{"team_sample": 3.0, "team_failure_rate": 66.0}, risk.Low, "low: the answers add up to 0% of the highest score"},
		"a large sample does":            {all("none"), when.Facts{"team_sample": 20.0, "team_failure_rate": 40.0}, risk.Medium, "medium, because three in ten changes of this team failed lately (rule team_in_trouble)"},
		"nobody has answered, no floor":  {nil, when.Facts{}, risk.Medium, "medium until all questions are answered"},
		"nobody has answered, one floor": {nil, when.Facts{"criticality": 1.0}, risk.High, "high, because it touches something of the highest criticality (rule critical_item)"},
	} {
		t.Run(name, func(t *testing.T) {
			r := risk.Assess(risk.SeedQuestionnaire(), c.answers, risk.SeedRules(), c.facts)
			if r.Band != c.want || r.Because() != c.because {
				t.Errorf("got %s: %s", r.Band, r.Because())
			}
		})
	}
}

func TestWhatNobodyKnowsIsShownAsUnknown(t *testing.T) {
	r := risk.Assess(risk.SeedQuestionnaire(), all("none"), risk.SeedRules(), when.Facts{"outage": false})
	for _, v := range r.Rules {
		switch v.ID {
		case "critical_item", "many_services", "regulated":
			if v.Holds != when.Unknown {
				t.Errorf("%s: %s", v.ID, v.Holds)
			}
		case "outage":
			if v.Holds != when.No {
				t.Errorf("%s: %s", v.ID, v.Holds)
			}
		}
	}
	if r.QuestionsV != 1 || r.RulesV != 1 || len(r.Answered) != 10 || len(r.Missing) != 0 {
		t.Errorf("%+v", r)
	}
	if r := risk.Assess(risk.SeedQuestionnaire(), risk.Answers{"users": "nonsense"}, risk.Rules{}, nil); len(r.Missing) != 10 {
		t.Errorf("an answer that is none counts: %v", r.Missing)
	}
}

// More of anything that a rule asks for never makes a change less risky, and no answer can take a floor away.
func TestRiskIsNeverLowerThanAnyOfItsFloors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		answers := risk.Answers{}
		for _, q := range risk.SeedQuestionnaire().Questions {
			answers[q.Key] = rapid.SampledFrom([]string{"none", "some", "much", "most", ""}).Draw(t, q.Key)
		}
		facts := when.Facts{"outage": rapid.Bool().Draw(t, "outage"), "outage_minutes": float64(rapid.IntRange(0, 200).Draw(t, "minutes")),
			"criticality": float64(rapid.IntRange(0, 4).Draw(t, "criticality")), "impacted_services": float64(rapid.IntRange(0, 9).Draw(t, "services"))}
		r := risk.Assess(risk.SeedQuestionnaire(), answers, risk.SeedRules(), facts)
		for _, v := range r.Rules {
			if v.Holds == when.Yes && r.Band.Rank() < v.Floor.Rank() {
				t.Fatalf("%s is below the floor of %s", r.Band, v.ID)
			}
		}
		if r.Band.Rank() < r.Questionnaire.Rank() {
			t.Fatalf("%s is below the answers: %s", r.Band, r.Questionnaire)
		}
	})
}

func TestAnUnsoundDocumentIsRefused(t *testing.T) {
	q := risk.SeedQuestionnaire()
	q.High = q.Medium
	if q.Check() == nil {
		t.Error("equal shares")
	}
	q = risk.SeedQuestionnaire()
	q.Questions[1].Key = q.Questions[0].Key
	if q.Check() == nil {
		t.Error("a key twice")
	}
	q = risk.SeedQuestionnaire()
	q.Questions[0].Options[0].Points = 4
	if q.Check() == nil {
		t.Error("four points")
	}
	for _, r := range []risk.Rule{
		{ID: "x", Label: "y", Floor: "extreme", When: risk.SeedRules().Rules[0].When}, {ID: "x", Label: "y", Floor: risk.Low},
		{ID: "x", Label: "y", Floor: risk.Low, When: []when.Condition{{Fact: "risk", Is: "is", Value: "low"}}}, {Label: "y", Floor: risk.Low, When: risk.SeedRules().Rules[0].When},
	} {
		if (risk.Rules{Rules: []risk.Rule{r}}).Check() == nil {
			t.Errorf("accepted: %+v", r)
		}
	}
}

// What an administrator sends as a questionnaire or as rules is refused or computes a band.
func FuzzDocuments(f *testing.F) {
	b, _ := json.Marshal(risk.SeedQuestionnaire())
	c, _ := json.Marshal(risk.SeedRules())
	f.Add(string(b), string(c))
	f.Add(`{"questions":[{"weight":-1}]}`, `{"rules":[{}]}`)
	f.Fuzz(func(t *testing.T, a, b string) {
		var q risk.Questionnaire
		var r risk.Rules
		if json.Unmarshal([]byte(a), &q) != nil || json.Unmarshal([]byte(b), &r) != nil || q.Check() != nil || r.Check() != nil {
			return
		}
		if got := risk.Assess(q, all("most"), r, when.Facts{"outage": true}); got.Band.Rank() < 0 {
			t.Errorf("no band: %+v", got)
		}
	})
}
