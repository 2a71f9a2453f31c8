package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/changes/when"
)

// Table is the decision table of one desk.
type Table struct {
	Version int64 `json:"version"`
	Rows    []Row `json:"rows"`
}

// Row asks for slots when all of its conditions hold.
type Row struct {
	ID    string           `json:"id"`
	Label string           `json:"label"`
	When  []when.Condition `json:"when"`
	Slots []Slot           `json:"slots"`
}

// The kinds of electorate.
const (
	Board  = "board"   // members of a board, by its key
	OnCall = "on_call" // who is on duty for a board, by its key
	Role   = "role"    // who holds a role for the change's team, its site or the desk
	Owner  = "owner"   // the team of the items' owners, and the owners
	Named  = "named"   // the people who are named
	Peer   = "peer"    // the members of the change's team; its author cannot vote anyway
)

// Kinds lists the kinds of electorate with words for people.
var Kinds = map[string]string{Board: "the members of a board", OnCall: "who is on duty for a board", Role: "the holders of a role",
	Owner: "the owners of the items", Named: "named people", Peer: "a colleague of the team"}

// Slot is one approval that is asked for.
type Slot struct {
	Stage int    `json:"stage"` // 1 first; slots of one stage are open beside each other
	Label string `json:"label"`
	Kind  string `json:"kind"`
	// Of is the key of the board or the name of the role.
	Of string `json:"of,omitempty"`
	// People are the references of those who are named.
	People []string `json:"people,omitempty"`
	// Rule is any, all, quorum (Needed of them), percent (Percent of the eligible, rounded up, Needed at least), or empty
	// for the rule of the board.
	Rule    string `json:"rule,omitempty"`
	Needed  int    `json:"needed,omitempty"`
	Percent int    `json:"percent,omitempty"`
	// Veto says what rejections do: any (one is enough, which is the default), majority, or none.
	Veto string `json:"veto,omitempty"`
	// Advisory slots give advice: silence does not stop the change, advice against it does until it is overridden.
	Advisory bool `json:"advisory,omitempty"`
	// Sign asks for the password again; Meaning is what the signature means.
	Sign    bool   `json:"sign,omitempty"`
	Meaning string `json:"meaning,omitempty"`
	// Distinct: who has voted in another slot of this plan cannot vote here.
	Distinct bool `json:"distinct,omitempty"`
	// DueHours is after how many hours it is escalated; 0 means 72. Nothing is ever approved by time.
	DueHours int `json:"due_hours,omitempty"`
}

// Needs is what a table asks for.
type Needs struct {
	Slots   []Slot
	Matched []string // the rows that hold
	Unknown []string // the rows that hang on something unknown
}

// Need applies the table to facts.
func (t Table) Need(facts when.Facts) Needs {
	var n Needs
	for _, row := range t.Rows {
		switch when.All(row.When, facts) {
		case when.Yes:
			n.Matched = append(n.Matched, row.ID)
			for _, s := range row.Slots {
				n.add(s)
			}
		case when.Unknown:
			n.Unknown = append(n.Unknown, row.ID)
		}
	}
	slices.SortStableFunc(n.Slots, func(a, b Slot) int { return cmp.Compare(a.Stage, b.Stage) })
	return n
}

// same tells whether two slots ask the same people in the same capacity.
func same(a, b Slot) bool {
	return a.Kind == b.Kind && a.Of == b.Of && a.Advisory == b.Advisory && slices.Equal(a.People, b.People)
}

var vetoes = []string{"none", "majority", "any"}

// add merges a slot into those that are asked for already; the stricter demand counts.
func (n *Needs) add(s Slot) {
	i := slices.IndexFunc(n.Slots, func(x Slot) bool { return same(x, s) })
	if i < 0 {
		n.Slots = append(n.Slots, s)
		return
	}
	x := &n.Slots[i]
	x.Stage = min(x.Stage, s.Stage)
	if strictness(s) > strictness(*x) {
		x.Rule = s.Rule
	}
	x.Needed, x.Percent = max(x.Needed, s.Needed), max(x.Percent, s.Percent)
	if slices.Index(vetoes, s.veto()) > slices.Index(vetoes, x.veto()) {
		x.Veto = s.Veto
	}
	if s.Sign && !x.Sign {
		x.Sign, x.Meaning = true, s.Meaning
	}
	x.Distinct = x.Distinct || s.Distinct
	if s.DueHours > 0 && (x.DueHours == 0 || s.DueHours < x.DueHours) {
		x.DueHours = s.DueHours
	}
}

func (s Slot) veto() string { return cmp.Or(s.Veto, "any") }

func strictness(s Slot) int {
	return slices.Index([]string{"any", "", "quorum", "percent", "all"}, s.Rule)
}

// Check tells all that is wrong with a table, as [when.Faults].
func (t Table) Check() error {
	var out when.Faults
	if len(t.Rows) == 0 || len(t.Rows) > 100 {
		out.Add("rows", "a policy has 1 to 100 rows")
		return out
	}
	seen := map[string]bool{}
	for i, row := range t.Rows {
		at := fmt.Sprintf("rows[%d]", i)
		if strings.TrimSpace(row.ID) == "" || len(row.ID) > 40 || seen[row.ID] {
			out.Add(at+".id", "a row needs a short name of its own")
		}
		if strings.TrimSpace(row.Label) == "" || len(row.Label) > 200 {
			out.Add(at+".label", "say in a few words what the row is for")
		}
		seen[row.ID] = true
		out.Faulty(at+".when", row.When)
		if len(row.Slots) == 0 || len(row.Slots) > 20 {
			out.Add(at+".slots", "a row asks for 1 to 20 approvals")
		}
		for j, s := range row.Slots {
			s.check(fmt.Sprintf("%s.slots[%d].", at, j), &out)
		}
	}
	return out.Err()
}

func (s Slot) check(at string, out *when.Faults) {
	_, known := Kinds[s.Kind]
	board := s.Kind == Board || s.Kind == OnCall
	for _, x := range []struct {
		wrong       bool
		field, text string
	}{
		{s.Stage < 1 || s.Stage > 9, "stage", "a stage is 1 to 9"},
		{strings.TrimSpace(s.Label) == "" || len(s.Label) > 100, "label", "an approval needs a short label"},
		{!known, "kind", "there is no such electorate"},
		{known && (board || s.Kind == Role) && s.Of == "", "of", "say which"},
		{known && !board && s.Kind != Role && s.Of != "", "of", "only a board and a role are named here"},
		{s.Kind == Named && len(s.People) == 0, "people", "name at least one person"},
		{s.Kind != Named && len(s.People) > 0, "people", "only named people are listed"},
		{!slices.Contains([]string{"", "any", "all", "quorum", "percent"}, s.Rule) || s.Rule == "" && s.Kind != Board, "rule", "say how many of them; only a board brings its own rule"},
		{s.Rule == "quorum" && (s.Needed < 1 || s.Needed > 1000), "needed", "a quorum is 1 or more"},
		{s.Rule == "percent" && (s.Percent < 1 || s.Percent > 100), "percent", "a share is 1 to 100 per cent"},
		{s.Rule == "percent" && s.Needed < 1, "needed", "a share has a smallest number of 1 or more"},
		{!slices.Contains([]string{"", "any", "majority", "none"}, s.Veto), "veto", "a veto is any, majority or none"},
		{s.Sign && strings.TrimSpace(s.Meaning) == "", "meaning", "a signature says what it means"},
		{s.DueHours < 0 || s.DueHours > 24*90, "due_hours", "an approval is due within ninety days"},
	} {
		if x.wrong {
			out.Add(at+x.field, "%s", x.text)
		}
	}
}

// Seed is the policy of a new desk. Peers and owners decide where they can; the board is for what is risky, and for what
// nobody is known to answer for.
func Seed() Table {
	is := func(fact string, v any) when.Condition { return when.Condition{Fact: fact, Is: "is", Value: v} }
	normal := is("model", "normal")
	owner := Slot{Stage: 1, Label: "Owners of what it touches", Kind: Owner, Rule: "any"}
	signed := owner
	signed.Sign, signed.Distinct, signed.Meaning = true, true, "I answer for this in the scope of the regulation."
	board := Slot{Stage: 1, Label: "CAB", Kind: Board, Of: "cab"}
	return Table{Version: 1, Rows: []Row{
		{"low", "Low risk: a colleague", []when.Condition{normal, is("risk", "low")}, []Slot{{Stage: 1, Label: "A colleague of the team", Kind: Peer, Rule: "any"}}},
		{"medium", "Medium risk: who owns it", []when.Condition{normal, is("risk", "medium"), is("owners_known", true)}, []Slot{owner}},
		{"medium_unowned", "Medium risk and no owner known: the board", []when.Condition{normal, is("risk", "medium"), is("owners_known", false)}, []Slot{board}},
		{"high", "High risk: the board", []when.Condition{normal, is("risk", "high")}, []Slot{board}},
		{"high_owned", "High risk: who owns it, too", []when.Condition{normal, is("risk", "high"), is("owners_known", true)}, []Slot{owner}},
		{"regulated", "In the scope of a regulation: signed by who owns it", []when.Condition{normal, {Fact: "tags", Is: "any_of", Value: []string{"SOX", "PCI", "GxP", "PHI"}}}, []Slot{signed}},
		{"emergency", "Emergency: two of those on duty", []when.Condition{is("model", "emergency"), is("lane", "ecab")},
			[]Slot{{Stage: 1, Label: "Emergency board on duty", Kind: OnCall, Of: "ecab", Rule: "quorum", Needed: 2, Distinct: true, DueHours: 1}}},
		{"retrospective", "After breaking the glass: the board, in retrospect", []when.Condition{is("lane", "retro")},
			[]Slot{{Stage: 1, Label: "CAB in retrospect", Kind: Board, Of: "cab", Rule: "any", DueHours: 24}}},
	}}
}
