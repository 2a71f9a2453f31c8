package policies

import (
	_ "embed" // the model and the default policy
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"
)

//go:embed model.conf
var modelText string

//go:embed policy.csv
var policyText string

// The effects of a row.
const (
	Allow = "allow"
	Deny  = "deny"
)

// Rule is one row of the policy: a role may, or may not, do the action on the class, in every scope of a
// grant ("*"), only in a grant for the whole desk ("all"), or only in what is one's own ("own").
type Rule struct {
	Role, Scope, Class, Action, Effect string
}

// String writes the row as policy.csv has it.
func (r Rule) String() string { return strings.Join(r.fields(), ", ") }

func (r Rule) fields() []string { return []string{"p", r.Role, r.Scope, r.Class, r.Action, r.Effect} }

// parsePolicy reads the rows and refuses whatever the engine would misread in silence: an empty field (which
// Casbin trims, and then refuses the whole policy), a name that nothing declares, an effect of another word.
func parsePolicy(text string) ([]Rule, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	r.TrimLeadingSpace = true
	r.FieldsPerRecord = 6
	lines, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	known := map[string]bool{}
	for _, a := range actions {
		for _, c := range a.Classes {
			known[c+" "+a.verb()] = true
		}
	}
	seen := map[Rule]bool{}
	var rules []Rule
	for _, l := range lines {
		row := Rule{Role: l[1], Scope: l[2], Class: l[3], Action: l[4], Effect: l[5]}
		_, isRole := roleNamed(row.Role)
		switch {
		case l[0] != "p":
			return nil, fmt.Errorf("policy: a row starts with p: %q", l)
		case !isRole:
			return nil, fmt.Errorf("policy: no role %q is declared", row.Role)
		case !slices.Contains([]string{"*", All, Own}, row.Scope):
			return nil, fmt.Errorf("policy: the scope of %q is not *, all or own", row)
		case !known[row.Class+" "+row.Action]:
			return nil, fmt.Errorf("policy: no action %s is declared for %s", row.Action, row.Class)
		case row.Effect != Allow && row.Effect != Deny:
			return nil, fmt.Errorf("policy: the effect of %q is not allow or deny", row)
		case row.Effect == Deny && row.Scope != "*":
			return nil, fmt.Errorf("policy: %q denies in part; a row that denies holds everywhere", row)
		case seen[row]:
			return nil, fmt.Errorf("policy: %q is there twice", row)
		}
		seen[row] = true
		rules = append(rules, row)
	}
	return rules, nil
}

// verb is the part of the name after the dot.
func (a Action) verb() string { _, v, _ := strings.Cut(a.Name, "."); return v }

// link says that a subject holds a role in a scope.
type link struct{ subject, role, scope string }

// adapter gives Casbin the rows of the policy and the links of the grants. It only reads: grants are made by
// verbs, and a policy in use never alters.
type adapter struct {
	rules []Rule
	links []link
}

// LoadPolicy implements persist.Adapter.
func (a adapter) LoadPolicy(m model.Model) error {
	load := func(fields ...string) error {
		if slices.Contains(fields, "") {
			return fmt.Errorf("policy: an empty field in %q", fields)
		}
		return persist.LoadPolicyArray(fields, m)
	}
	for _, r := range a.rules {
		if err := load(r.fields()...); err != nil {
			return err
		}
	}
	for _, l := range a.links {
		if err := load("g", l.subject, l.role, l.scope); err != nil {
			return err
		}
		if err := load("g2", l.subject, l.role); err != nil {
			return err
		}
	}
	return nil
}

var errReadOnly = fmt.Errorf("the policy is read-only: grants are given and revoked by verbs")

// SavePolicy implements persist.Adapter; it always refuses.
func (adapter) SavePolicy(model.Model) error { return errReadOnly }

// AddPolicy implements persist.Adapter; it always refuses.
func (adapter) AddPolicy(string, string, []string) error { return errReadOnly }

// RemovePolicy implements persist.Adapter; it always refuses.
func (adapter) RemovePolicy(string, string, []string) error { return errReadOnly }

// RemoveFilteredPolicy implements persist.Adapter; it always refuses.
func (adapter) RemoveFilteredPolicy(string, string, int, ...string) error { return errReadOnly }
