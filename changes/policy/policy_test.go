package policy_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/changes/policy"
	"github.com/cabinetdesk/cabinet/changes/when"
	"pgregory.net/rapid"
)

func labels(n policy.Needs) string {
	var out []string
	for _, s := range n.Slots {
		l := s.Kind
		if s.Of != "" {
			l += ":" + s.Of
		}
		if s.Sign {
			l += " signed"
		}
		out = append(out, l)
	}
	return strings.Join(out, ", ")
}

func TestTheSeedAsksWhoeverAnswersForIt(t *testing.T) {
	if err := policy.Seed().Check(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		facts when.Facts
		want  string
	}{
		"low":                       {when.Facts{"model": "normal", "risk": "low", "owners_known": false}, "peer"},
		"medium, owned":             {when.Facts{"model": "normal", "risk": "medium", "owners_known": true}, "owner"},
		"medium, unowned":           {when.Facts{"model": "normal", "risk": "medium", "owners_known": false}, "board:cab"},
		"high, owned":               {when.Facts{"model": "normal", "risk": "high", "owners_known": true}, "board:cab, owner"},
		"high, unowned":             {when.Facts{"model": "normal", "risk": "high", "owners_known": false}, "board:cab"},
		"high, owned and regulated": {when.Facts{"model": "normal", "risk": "high", "owners_known": true, "tags": []string{"SOX"}}, "board:cab, owner signed"},
		"emergency":                 {when.Facts{"model": "emergency", "lane": "ecab", "risk": "high", "owners_known": true}, "on_call:ecab"},
		"broken glass":              {when.Facts{"model": "emergency", "lane": "retro", "risk": "high", "owners_known": false}, "board:cab"},
		"no row at all":             {when.Facts{"model": "registration", "lane": "usual", "risk": "low", "owners_known": false}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := labels(policy.Seed().Need(c.facts)); got != c.want {
				t.Errorf("got %s", got)
			}
		})
	}
	if n := policy.Seed().Need(when.Facts{"model": "normal", "lane": "usual", "risk": "low", "owners_known": false}); !slices.Equal(n.Unknown, []string{"regulated"}) {
		t.Errorf("what hangs on unknown tags is named: %v", n.Unknown)
	}
}

func TestSlotsForTheSamePeopleAreOneAndTheStricterCounts(t *testing.T) {
	base := policy.Slot{Stage: 2, Label: "a", Kind: policy.Board, Of: "cab", Rule: "any", Veto: "none"}
	strict := policy.Slot{Stage: 1, Label: "b", Kind: policy.Board, Of: "cab", Rule: "quorum", Needed: 3, Sign: true, Meaning: "I do", Distinct: true, DueHours: 4}
	for _, order := range [][]policy.Slot{{base, strict}, {strict, base}} {
		n := policy.Table{Rows: []policy.Row{{ID: "x", Slots: order}}}.Need(nil)
		if len(n.Slots) != 1 {
			t.Fatalf("%d slots", len(n.Slots))
		}
		s := n.Slots[0]
		if s.Stage != 1 || s.Rule != "quorum" || s.Needed != 3 || !s.Sign || s.Meaning != "I do" || !s.Distinct || s.DueHours != 4 || s.Veto == "none" {
			t.Errorf("%+v", s)
		}
	}
	advice := base
	advice.Advisory = true
	if n := (policy.Table{Rows: []policy.Row{{ID: "x", Slots: []policy.Slot{base, advice}}}}).Need(nil); len(n.Slots) != 2 {
		t.Error("advice and authority are two things")
	}
}

// Whatever the facts: more rows never ask for fewer slots.
func TestARowOnlyEverAsksForMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := when.Facts{"model": rapid.SampledFrom([]string{"normal", "emergency"}).Draw(t, "model"), "lane": rapid.SampledFrom([]string{"usual", "ecab", "retro"}).Draw(t, "lane"),
			"risk": rapid.SampledFrom(when.Bands).Draw(t, "risk"), "owners_known": rapid.Bool().Draw(t, "owned"), "tags": []string{rapid.SampledFrom([]string{"SOX", "x"}).Draw(t, "tag")}}
		table, whole := policy.Seed(), policy.Seed().Need(facts)
		drop := rapid.IntRange(0, len(table.Rows)-1).Draw(t, "drop")
		table.Rows = slices.Delete(table.Rows, drop, drop+1)
		for _, s := range table.Need(facts).Slots {
			if !slices.ContainsFunc(whole.Slots, func(x policy.Slot) bool { return x.Kind == s.Kind && x.Of == s.Of }) {
				t.Fatalf("a row took %s away", s.Label)
			}
		}
	})
}

func TestAnUnsoundTableIsRefused(t *testing.T) {
	good := policy.Slot{Stage: 1, Label: "x", Kind: policy.Peer, Rule: "any"}
	for name, alter := range map[string]func(s *policy.Slot){
		"no stage": func(s *policy.Slot) { s.Stage = 0 }, "no label": func(s *policy.Slot) { s.Label = " " }, "unknown electorate": func(s *policy.Slot) { s.Kind = "everybody" },
		"a board without a name": func(s *policy.Slot) { s.Kind = policy.Board }, "a peer with a name": func(s *policy.Slot) { s.Of = "cab" },
		"named, and nobody is": func(s *policy.Slot) { s.Kind = policy.Named }, "no rule": func(s *policy.Slot) { s.Rule = "" }, "a quorum of none": func(s *policy.Slot) { s.Rule = "quorum" },
		"a share of nothing": func(s *policy.Slot) { s.Rule, s.Needed = "percent", 1 }, "a share without a floor": func(s *policy.Slot) { s.Rule, s.Percent = "percent", 50 },
		"a veto of one's own": func(s *policy.Slot) { s.Veto = "me" }, "a signature that means nothing": func(s *policy.Slot) { s.Sign = true },
		"due in a year": func(s *policy.Slot) { s.DueHours = 9000 },
	} {
		s := good
		alter(&s)
		if (policy.Table{Rows: []policy.Row{{ID: "x", Label: "x", Slots: []policy.Slot{s}}}}).Check() == nil {
			t.Errorf("accepted: %s", name)
		}
	}
	if (policy.Table{}).Check() == nil || (policy.Table{Rows: []policy.Row{{ID: "x", Label: "x"}}}).Check() == nil {
		t.Error("accepted: an empty table or row")
	}
}

func TestAllThatIsWrongIsNamedByItsPlace(t *testing.T) {
	peer := policy.Slot{Stage: 1, Label: "x", Kind: policy.Peer, Rule: "any"}
	err := policy.Table{Rows: []policy.Row{
		{ID: "a", Label: "a", Slots: []policy.Slot{peer, {Stage: 10, Label: "x", Kind: policy.Board, Of: "cab", Rule: "quorum"}}},
		{ID: "a", When: []when.Condition{{Fact: "weather", Is: "is", Value: "fine"}}, Slots: []policy.Slot{peer}},
	}}.Check()
	var faults when.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("%v", err)
	}
	var places []string
	for _, f := range faults {
		places = append(places, f.At)
	}
	if got := strings.Join(places, " "); got != "rows[0].slots[1].stage rows[0].slots[1].needed rows[1].id rows[1].label rows[1].when[0]" {
		t.Error(got)
	}
}

// What an administrator sends as a table is refused, or asks for something that makes sense.
func FuzzTable(f *testing.F) {
	b, _ := json.Marshal(policy.Seed())
	f.Add(string(b))
	f.Add(`{"rows":[{"id":"x","label":"x","slots":[{"stage":1,"label":"x","kind":"peer","rule":"percent","percent":101}]}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		var table policy.Table
		if json.Unmarshal([]byte(s), &table) != nil || table.Check() != nil {
			return
		}
		for _, slot := range table.Need(when.Facts{"risk": "high", "model": "normal", "lane": "usual"}).Slots {
			if slot.Stage < 1 || slot.Kind == "" {
				t.Errorf("%+v", slot)
			}
		}
	})
}
