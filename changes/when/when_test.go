package when_test

import (
	"encoding/json"
	"testing"

	"github.com/cabinetdesk/cabinet/changes/when"
)

func TestAConditionHoldsFailsOrIsUnknown(t *testing.T) {
	facts := when.Facts{"risk": "medium", "outage": true, "outage_minutes": 30, "tags": []string{"PCI"}, "environment": "production", "items": 2.0, "classes": []string{}}
	for name, c := range map[string]struct {
		when when.Condition
		want when.Answer
	}{
		"a scale that is reached":       {when.Condition{Fact: "risk", Is: "at_least", Value: "medium"}, when.Yes},
		"a scale that is not reached":   {when.Condition{Fact: "risk", Is: "at_least", Value: "high"}, when.No},
		"a scale's other side":          {when.Condition{Fact: "risk", Is: "at_most", Value: "medium"}, when.Yes},
		"a scale that is another":       {when.Condition{Fact: "risk", Is: "is_not", Value: "high"}, when.Yes},
		"a number":                      {when.Condition{Fact: "outage_minutes", Is: "at_least", Value: 30.0}, when.Yes},
		"a number too small":            {when.Condition{Fact: "outage_minutes", Is: "at_least", Value: 31}, when.No},
		"a bool":                        {when.Condition{Fact: "outage", Is: "is", Value: true}, when.Yes},
		"a bool that is not":            {when.Condition{Fact: "outage", Is: "is", Value: false}, when.No},
		"a text":                        {when.Condition{Fact: "environment", Is: "is", Value: "production"}, when.Yes},
		"a text in a list":              {when.Condition{Fact: "environment", Is: "any_of", Value: []any{"test", "production"}}, when.Yes},
		"a text not in a list":          {when.Condition{Fact: "environment", Is: "none_of", Value: []string{"test"}}, when.Yes},
		"a set that meets":              {when.Condition{Fact: "tags", Is: "any_of", Value: []string{"SOX", "PCI"}}, when.Yes},
		"a set that does not":           {when.Condition{Fact: "tags", Is: "none_of", Value: []string{"SOX", "PCI"}}, when.No},
		"an empty set is known":         {when.Condition{Fact: "classes", Is: "any_of", Value: []string{"server"}}, when.No},
		"what nobody knows":             {when.Condition{Fact: "criticality", Is: "at_most", Value: 1.0}, when.Unknown},
		"a fact that there is not":      {when.Condition{Fact: "weather", Is: "is", Value: "fine"}, when.Unknown},
		"a value that does not fit":     {when.Condition{Fact: "items", Is: "at_least", Value: "many"}, when.Unknown},
		"a scale beyond its last step":  {when.Condition{Fact: "risk", Is: "at_least", Value: "extreme"}, when.Unknown},
		"a number compared as is":       {when.Condition{Fact: "items", Is: "is", Value: 2.0}, when.Yes},
		"a text that is none of itself": {when.Condition{Fact: "environment", Is: "is_not", Value: "production"}, when.No},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.when.Holds(facts); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestOneThatFailsOutweighsOneThatIsUnknown(t *testing.T) {
	yes, no := when.Condition{Fact: "outage", Is: "is", Value: true}, when.Condition{Fact: "outage", Is: "is", Value: false}
	unknown := when.Condition{Fact: "criticality", Is: "is", Value: 1.0}
	facts := when.Facts{"outage": true}
	for want, list := range map[when.Answer][]when.Condition{when.No: {unknown, yes, no}, when.Unknown: {yes, unknown}, when.Yes: {yes, yes}} {
		if got := when.All(list, facts); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if when.All(nil, facts) != when.Yes {
		t.Error("no condition holds always")
	}
}

func TestAConditionThatMeansNothingIsRefused(t *testing.T) {
	for _, c := range []when.Condition{
		{Fact: "weather", Is: "is", Value: "fine"}, {Fact: "risk", Is: "any_of", Value: []string{"high"}}, {Fact: "risk", Is: "at_least", Value: "extreme"},
		{Fact: "items", Is: "at_least", Value: "two"}, {Fact: "outage", Is: "is", Value: "yes"}, {Fact: "tags", Is: "any_of", Value: []string{}},
		{Fact: "model", Is: "is", Value: ""}, {Fact: "model", Is: "matches", Value: ".*"},
	} {
		if c.Check() == nil {
			t.Errorf("accepted: %+v", c)
		}
	}
}

// Whatever is typed as a condition is refused or answered; nothing panics.
func FuzzCondition(f *testing.F) {
	f.Add(`{"fact":"risk","is":"at_least","value":"high"}`)
	f.Add(`{"fact":"tags","is":"any_of","value":["SOX",1,null]}`)
	f.Add(`{"fact":"items","is":"at_least","value":1e309}`)
	f.Fuzz(func(t *testing.T, s string) {
		var c when.Condition
		if json.Unmarshal([]byte(s), &c) != nil {
			return
		}
		facts := when.Facts{"risk": "low", "tags": []any{"SOX"}, "items": 3.0, "outage": false, "model": "normal"}
		got := c.Holds(facts)
		if c.Check() == nil && got == when.Unknown {
			if _, there := facts[c.Fact]; there {
				t.Errorf("a sound condition on a known fact is unknown: %+v", c)
			}
		}
	})
}
