package policies

import (
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// Held is a grant for tests that need no database.
type Held struct {
	User        domain.UserID
	Role, Scope string
	From, Until time.Time
	Service     bool
}

// Snapshot is a policy built from grants at an instant.
type Snapshot struct{ s *snapshot }

// DefaultRules are the rows of policy.csv.
func DefaultRules() []Rule {
	rules, err := parsePolicy(policyText)
	if err != nil {
		panic(err)
	}
	return rules
}

// Parse reads a policy text.
func Parse(text string) ([]Rule, error) { return parsePolicy(text) }

// Build builds a policy.
func Build(rules []Rule, grants []Held, now time.Time) (Snapshot, error) {
	var hs []held
	for _, g := range grants {
		w, err := ParseWhere(g.Scope)
		if err != nil {
			return Snapshot{}, err
		}
		hs = append(hs, held{g.User, g.Role, w, g.From, g.Until, g.Service})
	}
	s, err := assemble(modelText, rules, hs, 1, now)
	return Snapshot{s}, err
}

// SelfTest builds the default policy with another matcher and tests it as a reload would.
func SelfTest(matcher string) error {
	i := strings.Index(modelText, "m = ")
	s, err := assemble(modelText[:i]+"m = "+matcher, DefaultRules(), nil, 1, time.Time{})
	if err != nil {
		return err
	}
	return s.selfTest()
}

// SelfTestDefault tests the default policy as a reload would.
func SelfTestDefault() error {
	s, err := build(DefaultRules(), nil, 1, time.Time{})
	if err == nil && s.enforcer == nil {
		err = ErrPolicyFault
	}
	return err
}

func (s Snapshot) Decide(a domain.Actor, action string, o Object) Decision {
	return s.s.decide(a, action, o)
}
func (s Snapshot) Scope(a domain.Actor, action string) Scope { return s.s.scope(a, action) }

// Adapter is what Casbin loads the rows through.
func Adapter() interface{ SavePolicyFails() error } { return saver{} }

type saver struct{}

func (saver) SavePolicyFails() error { return adapter{}.SavePolicy(nil) }
