package policies

import "slices"

// Row is one cell of the table role × action, as the administrators' page shows it. Scope says to which
// scopes of a grant it applies: "*", "all" or "own".
type Row struct {
	Role, Class, Action, Effect, Scope string
}

// Table lists for each role what the policy says of each action, included roles resolved, in the order in
// which roles and actions are declared. What is not listed is denied.
func (e *Engine) Table() []Row {
	var out []Row
	for _, role := range roles {
		names := append([]string{role.Name}, role.Includes...)
		for _, g := range groups {
			for _, a := range g.Actions {
				for _, class := range a.Classes {
					if r, ok := e.cell(names, class, a.verb()); ok {
						out = append(out, Row{Role: role.Name, Class: class, Action: a.Name, Effect: r.Effect, Scope: r.Scope})
					}
				}
			}
		}
	}
	return out
}

// cell finds the row that decides for a role: one that denies, or else the one that allows most.
func (e *Engine) cell(names []string, class, verb string) (best Rule, ok bool) {
	for _, r := range e.rules {
		if r.Class != class || r.Action != verb || !slices.Contains(names, r.Role) {
			continue
		}
		if !ok || r.Effect == Deny || best.Effect == Allow && r.Scope == "*" {
			best, ok = r, true
		}
	}
	return best, ok
}
