package policies

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Row is one cell of the table role × action, as the administrators' page shows it. Scope says to which
// scopes of a grant it applies: "*", "all" or "own".
type Row struct {
	Role, Class, Action, Effect, Scope string
}

// Table lists for each role what the policy says of each action, included roles resolved, in the order in
// which roles and actions are declared. What is not listed is denied.
func (e *Engine) Table() []Row { return table(e.rules) }

func table(rules []Rule) []Row {
	var out []Row
	for _, role := range roles {
		names := append([]string{role.Name}, role.Includes...)
		for _, g := range groups {
			for _, a := range g.Actions {
				for _, class := range a.Classes {
					if r, ok := cell(rules, names, class, a.verb()); ok {
						out = append(out, Row{Role: role.Name, Class: class, Action: a.Name, Effect: r.Effect, Scope: r.Scope})
					}
				}
			}
		}
	}
	return out
}

// cell finds the row that decides for a role: one that denies, or else the one that allows most.
func cell(rules []Rule, names []string, class, verb string) (best Rule, ok bool) {
	for _, r := range rules {
		if r.Class != class || r.Action != verb || !slices.Contains(names, r.Role) {
			continue
		}
		if !ok || r.Effect == Deny || best.Effect == Allow && r.Scope == "*" {
			best, ok = r, true
		}
	}
	return best, ok
}

// PrintTable writes the default policy as a table: a line for each action, a column for each role. "yes" is in
// the scope of a grant, "all" only in a grant for the whole desk, "own" only in what is one's own, "never"
// whatever else the person holds.
func PrintTable(w io.Writer) error {
	rules, err := parsePolicy(policyText)
	if err != nil {
		return ErrPolicyFault.Wrap(err)
	}
	cells := map[[3]string]string{}
	for _, r := range table(rules) {
		word := map[string]string{"*": "yes", All: All, Own: Own}[r.Scope]
		if r.Effect == Deny {
			word = "never"
		}
		cells[[3]string{r.Role, r.Class, r.Action}] = word
	}
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	head := []string{"ACTION"}
	for _, r := range roles {
		head = append(head, r.Name)
	}
	_, _ = fmt.Fprintln(tw, strings.Join(head, "\t"))
	for _, g := range groups {
		for _, a := range g.Actions {
			for _, class := range a.Classes {
				line := []string{a.Name}
				if class != a.Class() {
					line[0] += " (" + strings.TrimPrefix(class, a.Class()+":") + ")"
				}
				for _, r := range roles {
					line = append(line, cells[[3]string{r.Name, class, a.Name}])
				}
				_, _ = fmt.Fprintln(tw, strings.Join(line, "\t"))
			}
		}
	}
	return tw.Flush()
}
