package policies

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
)

// Step is one thing that was looked at on the way to an answer.
type Step struct {
	OK   bool
	Text string
	// Rule is the row of the policy that the step is about, if any.
	Rule string
}

// Explanation says why somebody may or may not do something, step by step, and in one sentence.
type Explanation struct {
	Allowed       bool
	Sentence      string
	Steps         []Step
	PolicyVersion int64
}

func because(code, format string, args ...any) []domain.Reason {
	return []domain.Reason{{Code: code, Text: fmt.Sprintf(format, args...)}}
}

// whyNot gives the reasons of a refusal: a role that forbids, no role that allows, or a role elsewhere.
func (s *snapshot) whyNot(subject string, a Action, o Object, v verdict) []domain.Reason {
	if v.effect == Deny {
		return because("denied_by_role", "%s may not %s, whatever other roles they hold.", labels(ruleRole(v.rule)), a.Sentence)
	}
	var elsewhere []string
	for _, w := range s.scopesOf(subject) {
		if s.ask(question{subject, w.String(), o.Class, a.verb()}).effect == Allow {
			elsewhere = append(elsewhere, w.Kind)
		}
	}
	switch {
	case len(elsewhere) == 1 && elsewhere[0] == Own:
		return because("not_your_own", "You may %s only where you take part in them yourself.", a.Sentence)
	case len(elsewhere) > 0:
		return because("out_of_scope", "You may %s, but your roles do not extend to this one.", a.Sentence)
	}
	who := s.whoMay(a, o.Class)
	if len(who) == 0 {
		return because("nobody_may", "Nobody may %s by role.", a.Sentence)
	}
	return because("no_role", "To %s takes a role that you do not hold here: %s.", a.Sentence, strings.Join(who, ", "))
}

// whoMay lists the labels of the roles that a row allows the action.
func (s *snapshot) whoMay(a Action, class string) []string {
	var out []string
	for _, r := range roles {
		if slices.ContainsFunc(s.rules, func(p Rule) bool {
			return (p.Role == r.Name || slices.Contains(r.Includes, p.Role)) && p.Class == class && p.Action == a.verb() && p.Effect == Allow
		}) {
			out = append(out, r.Label)
		}
	}
	return out
}

func ruleRole(rule string) string {
	if f := strings.Split(rule, ", "); len(f) == 6 {
		return f[1]
	}
	return ""
}

func labels(role string) string {
	if r, ok := roleNamed(role); ok {
		return "A person with the role " + r.Label
	}
	return "You"
}

// Explain says why a person may or may not take an action on an object. Who may ask (everybody about
// themselves, others with policy.explain) is for the caller. A failure to read the account is told in a step.
func (e *Engine) Explain(ctx context.Context, person domain.Actor, action string, o Object) Explanation {
	s := e.policy()
	d := s.decide(person, action, o)
	ex := Explanation{Allowed: d.Allowed, PolicyVersion: d.PolicyVersion}
	step := func(ok bool, rule, format string, args ...any) {
		ex.Steps = append(ex.Steps, Step{OK: ok, Text: fmt.Sprintf(format, args...), Rule: rule})
	}
	a, known := actions[action]
	if !known {
		step(false, "", "There is no action %s.", action)
		ex.Sentence = "No: there is no such action."
		return ex
	}
	if o.Class == "" {
		o.Class = a.Class()
	}
	name := person.Name
	if name == "" {
		name = "This person"
	}
	switch person.Kind {
	case domain.System:
		step(true, "system", "The desk itself acts.")
		ex.Sentence = fmt.Sprintf("Yes: the desk itself may %s.", a.Sentence)
		return ex
	case domain.Person, domain.Service:
	default:
		step(false, "", "Nobody is signed in.")
		ex.Sentence = "No: nobody is signed in."
		return ex
	}
	acc, err := e.store.account(ctx, person.User)
	ex.Allowed = ex.Allowed && err == nil && acc.Active
	switch {
	case err != nil:
		step(false, "", "The account cannot be found.")
	case acc.Active:
		step(true, "", "The account is active.")
	default:
		step(false, "", "The account is disabled.")
	}
	switch {
	case person.Narrowed == nil:
	case withinToken(person, a):
		step(true, "", "The token was made for this.")
	default:
		step(false, "", "The token was made for other things: %s.", strings.Join(person.Narrowed, ", "))
	}
	e.explainGrants(ctx, person, a, o, s, step)
	switch {
	case d.Allowed:
		step(true, d.Rule, "The policy allows it, in the scope %s.", d.Scope)
	case d.Rule != "":
		step(false, d.Rule, "The policy denies it; a denial wins over every role.")
	default:
		step(false, "", "No row of the policy allows it here.")
	}
	ex.Sentence = sentence(name, a, ex.Allowed, d)
	return ex
}

func sentence(name string, a Action, allowed bool, d Decision) string {
	switch {
	case allowed:
		role, _ := roleNamed(ruleRole(d.Rule))
		where := "in the scope " + d.Scope
		if d.Scope == All {
			where = "for the whole desk"
		} else if d.Scope == Own {
			where = "in what is their own"
		}
		return fmt.Sprintf("Yes: %s may %s, as %s, %s.", name, a.Sentence, role.Label, where)
	case d.Allowed:
		return fmt.Sprintf("No: %s may not %s; the account is not active.", name, a.Sentence)
	case len(d.Reasons) > 0:
		return fmt.Sprintf("No: %s may not %s. %s", name, a.Sentence, d.Reasons[0].Text)
	}
	return fmt.Sprintf("No: %s may not %s.", name, a.Sentence)
}

// explainGrants adds a step for each grant that the person has or had, and whether it counts for the object.
func (e *Engine) explainGrants(ctx context.Context, person domain.Actor, a Action, o Object, s *snapshot, step func(bool, string, string, ...any)) {
	rows, err := e.store.of(ctx, person.User)
	if err != nil {
		step(false, "", "The grants cannot be read.")
		return
	}
	now := e.db.Clock().Now()
	if person.Kind == domain.Person {
		own := a.extends(Where{Kind: Own}, o, person.User)
		step(own && rolesAllow(s, Requester, o.Class, a, Own), "", "Requester, in what is their own: %s.",
			map[bool]string{true: "they take part in this", false: "they do not take part in this"}[own])
	}
	for _, r := range rows {
		role, _ := roleNamed(r.Role)
		w, err := ParseWhere(r.Scope)
		if err != nil || !role.grantedIn(w.Kind) {
			step(false, "", "A grant that no verb made does not count.")
			continue
		}
		what := fmt.Sprintf("%s, %s", role.Label, r.ScopeKey)
		switch {
		case r.RevokedAt != nil:
			step(false, "", "%s: revoked on %s.", what, r.RevokedAt.UTC().Format("2 January 2006 15:04 UTC"))
		case now.Before(r.ValidFrom):
			step(false, "", "%s: begins on %s.", what, r.ValidFrom.UTC().Format("2 January 2006 15:04 UTC"))
		case r.ValidUntil != nil && !now.Before(*r.ValidUntil):
			step(false, "", "%s: ran out on %s.", what, r.ValidUntil.UTC().Format("2 January 2006 15:04 UTC"))
		case !a.extends(w, o, person.User):
			step(false, "", "%s: held now, but this is not in that scope.", what)
		case rolesAllow(s, r.Role, o.Class, a, w.Kind):
			step(true, "", "%s: held now, and the role allows it.", what)
		default:
			step(false, "", "%s: held now, but the role does not allow it.", what)
		}
	}
}

// rolesAllow tells whether a row allows the action to the role, or to one it includes, in a kind of scope.
func rolesAllow(s *snapshot, role, class string, a Action, kind string) bool {
	r, _ := roleNamed(role)
	names := append([]string{role}, r.Includes...)
	return slices.ContainsFunc(s.rules, func(p Rule) bool {
		return slices.Contains(names, p.Role) && (p.Scope == "*" || p.Scope == kind) && p.Class == class && p.Action == a.verb() && p.Effect == Allow
	})
}
