package policies

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"

	"github.com/cabinetdesk/cabinet/domain"
)

// held is one grant that has not been revoked and has not run out when it was loaded.
type held struct {
	user    domain.UserID
	role    string
	where   Where
	from    time.Time
	until   time.Time // zero: without end
	service bool
}

func (h held) validAt(now time.Time) bool {
	return !now.Before(h.from) && (h.until.IsZero() || now.Before(h.until))
}

// anybody is the subject of every active person who holds no grant: a requester.
const anybody = "holder:0"

// snapshot is a policy in use. It never alters; what it has been asked before, it remembers.
type snapshot struct {
	version int64
	// next is the first instant at which a grant begins or ends, zero when none does.
	next     time.Time
	rules    []Rule
	grants   []held
	enforcer *casbin.Enforcer
	// subjects maps people to whom the enforcer knows. People who hold exactly the same are one subject:
	// what was worked out for one agent is known for the next.
	subjects map[domain.UserID]string
	holdings map[string]holding
	asked    sync.Map // question → verdict
}

// holding is what one subject has.
type holding struct {
	wheres []Where
	roles  []link
}

type question struct{ subject, scope, class, action string }

// verdict is the answer to a question; rule is the row that decided, nil when none matched.
type verdict struct {
	effect string
	rule   string
}

// build makes the policy of an instant. It fails rather than give one that lets a stranger in.
func build(rules []Rule, grants []held, version int64, now time.Time) (*snapshot, error) {
	s, err := assemble(modelText, rules, grants, version, now)
	if err != nil {
		return nil, err
	}
	return s, s.selfTest()
}

func assemble(modelText string, rules []Rule, grants []held, version int64, now time.Time) (*snapshot, error) {
	s := &snapshot{version: version, rules: rules, grants: grants, subjects: map[domain.UserID]string{},
		holdings: map[string]holding{anybody: {}}}
	byUser := map[domain.UserID][]held{}
	for _, h := range grants {
		if h.validAt(now) {
			byUser[h.user] = append(byUser[h.user], h)
		}
		for _, edge := range []time.Time{h.from, h.until} {
			if edge.After(now) && (s.next.IsZero() || edge.Before(s.next)) {
				s.next = edge
			}
		}
	}
	links := []link{{anybody, Requester, Own}}
	profiles := map[string]string{}
	for user, hs := range byUser {
		var key []string
		for _, h := range hs {
			key = append(key, h.role+"@"+h.where.String())
		}
		slices.Sort(key)
		profile := fmt.Sprint(hs[0].service, slices.Compact(key))
		subject, ok := profiles[profile]
		if !ok {
			subject = fmt.Sprintf("holder:%d", len(profiles)+1)
			profiles[profile] = subject
			hold := holdingOf(subject, hs)
			s.holdings[subject] = hold
			links = append(links, hold.roles...)
		}
		s.subjects[user] = subject
	}
	m, err := model.NewModelFromString(modelText)
	if err != nil {
		return nil, ErrPolicyFault.Wrap(err)
	}
	if s.enforcer, err = casbin.NewEnforcer(m, adapter{rules, links}); err != nil {
		return nil, ErrPolicyFault.Wrap(err)
	}
	return s, nil
}

// holdingOf spells out what a subject has: included roles in the same scope, and for a person the requester's.
func holdingOf(subject string, hs []held) holding {
	var out holding
	var add func(role string, w Where)
	add = func(role string, w Where) {
		l := link{subject, role, w.String()}
		if slices.Contains(out.roles, l) {
			return
		}
		out.roles = append(out.roles, l)
		if w.Kind != Own && !slices.Contains(out.wheres, w) {
			out.wheres = append(out.wheres, w)
		}
		if r, ok := roleNamed(role); ok {
			for _, inner := range r.Includes {
				add(inner, w)
			}
			if r.Own {
				add(role, Where{Kind: Own})
			}
		}
	}
	for _, h := range hs {
		add(h.role, h.where)
	}
	if !hs[0].service {
		add(Requester, Where{Kind: Own})
	}
	return out
}

// selfTest asks everything for a subject that holds nothing; one yes makes the policy unusable.
func (s *snapshot) selfTest() error {
	for _, a := range actions {
		for _, class := range a.Classes {
			for _, scope := range []string{All, Own} {
				ok, err := s.enforcer.Enforce("stranger", scope, class, a.verb())
				if err != nil || ok {
					return ErrPolicyFault.Because("The policy lets a stranger do %s on %s.", a.Name, class).Wrap(err)
				}
			}
		}
	}
	return nil
}

// ask is one question to the policy. An error of the engine denies.
func (s *snapshot) ask(q question) verdict {
	if v, ok := s.asked.Load(q); ok {
		return v.(verdict)
	}
	if s.enforcer == nil {
		return verdict{effect: Deny, rule: "no policy is in use"}
	}
	ok, row, err := s.enforcer.EnforceEx(q.subject, q.scope, q.class, q.action)
	v := verdict{}
	switch {
	case err != nil:
		return verdict{effect: Deny, rule: "the policy engine failed"}
	case len(row) > 0:
		v = verdict{effect: Deny, rule: "p, " + strings.Join(row, ", ")}
		if ok {
			v.effect = Allow
		}
	}
	s.asked.Store(q, v)
	return v
}

// subjectOf is whom the enforcer knows the actor as, empty for somebody unknown to it.
func (s *snapshot) subjectOf(a domain.Actor) string {
	if a.User == 0 {
		return ""
	}
	if subject, ok := s.subjects[a.User]; ok {
		return subject
	}
	if a.Kind == domain.Person {
		return anybody
	}
	return ""
}

// scopesOf lists in which scopes a subject may be asked for an action: those it holds, and its own.
func (s *snapshot) scopesOf(subject string) []Where {
	return append(slices.Clip(s.holdings[subject].wheres), Where{Kind: Own})
}
