package risk

import "github.com/cabinetdesk/cabinet/changes/when"

func four(texts ...string) []Option {
	keys := []string{"none", "some", "much", "most"}
	var out []Option
	for i, t := range texts {
		out = append(out, Option{Key: keys[i], Text: t, Points: i})
	}
	return out
}

// SeedQuestionnaire is the questionnaire that a new desk asks.
func SeedQuestionnaire() Questionnaire {
	return Questionnaire{Version: 1, Medium: 34, High: 60, Questions: []Question{
		{"users", "How many people notice if it goes wrong?", 3, four("Nobody", "One team", "A site or a department", "Everybody, or customers")},
		{"way_back", "How hard is it to go back?", 3, four("One step, in minutes", "Within the window", "Beyond the window", "There is no way back")},
		{"backout_tested", "Was the way back tried out?", 2, four("Yes, on the same system", "Yes, on a like system", "Only on paper", "No")},
		{"tests", "How close are the tests to the real thing?", 2, four("The same, automated", "The same, by hand", "Partly", "There is no test")},
		{"complexity", "How many teams have to work together?", 2, four("One", "Two", "Three", "More, or a vendor")},
		{"done_before", "Has this been done before?", 2, four("Often, without trouble", "A few times", "Once, or with trouble", "Never")},
		{"data", "Is data converted or moved?", 2, four("No", "A copy of it", "Yes, with a copy kept", "Yes, for good")},
		{"security", "Is a security control touched?", 2, four("No", "One that has a twin", "Yes, for a short time", "Yes, for good")},
		{"dependencies", "How many other systems depend on it?", 1, four("None", "One or two", "Several", "Many, or nobody knows")},
		{"timing", "How close is it to a busy time?", 1, four("Far from it", "The evening", "Office hours", "A peak, or the end of the month")},
	}}
}

// SeedRules are the floors of a new desk.
func SeedRules() Rules {
	is := func(fact string, v any) when.Condition { return when.Condition{Fact: fact, Is: "is", Value: v} }
	least := func(fact string, n float64) when.Condition {
		return when.Condition{Fact: fact, Is: "at_least", Value: n}
	}
	most := func(fact string, n float64) when.Condition {
		return when.Condition{Fact: fact, Is: "at_most", Value: n}
	}
	all := func(c ...when.Condition) []when.Condition { return c }
	return Rules{Version: 1, Rules: []Rule{
		{"critical_item", "it touches something of the highest criticality", all(most("criticality", 1), least("criticality", 1)), High},
		{"important_item", "it touches something of the second highest criticality", all(most("criticality", 2), least("criticality", 1)), Medium},
		{"many_services", "it reaches five services or more", all(least("impacted_services", 5)), High},
		{"some_services", "it reaches two services or more", all(least("impacted_services", 2)), Medium},
		{"regulated", "what it touches is in the scope of a regulation", all(when.Condition{Fact: "tags", Is: "any_of", Value: []string{"SOX", "PCI", "GxP", "PHI"}}), Medium},
		{"long_outage", "an outage of an hour or more is expected", all(is("outage", true), least("outage_minutes", 60)), High},
		{"outage", "an outage is expected", all(is("outage", true)), Medium},
		{"backout_untested", "the way back was not tried out", all(is("backout_tested", false)), Medium},
		{"security_control", "a security control is touched", all(is("security_impact", true)), Medium},
		{"short_notice", "it begins within a day", all(is("model", "normal"), most("lead_hours", 24)), Medium},
		{"team_in_trouble", "three in ten changes of this team failed lately", all(least("team_sample", 10), least("team_failure_rate", 30)), Medium},
	}}
}
