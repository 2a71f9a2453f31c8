package policies

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// Engine is the gate. It holds the policy in use and puts a new one in its place when grants change.
type Engine struct {
	db      *db.DB
	store   store
	rules   []Rule
	current atomic.Pointer[snapshot]
	// building lets one policy be built at a time.
	building sync.Mutex
}

// Open loads the policy. It fails when the default policy or the grants cannot be read, and when the
// policy would let a stranger in: the desk does not start without its gate.
func Open(ctx context.Context, d *db.DB) (*Engine, error) {
	rules, err := parsePolicy(policyText)
	if err != nil {
		return nil, ErrPolicyFault.Wrap(err)
	}
	e := &Engine{db: d, store: store{d}, rules: rules}
	return e, e.Reload(ctx)
}

// Decision is an answer of the gate. Rule is the row of the policy that decided, as policy.csv has it, or
// "system" for the desk itself; an approval keeps it with the version. Reasons say why not.
type Decision struct {
	Allowed       bool
	Rule          string
	Scope         string
	PolicyVersion int64
	Reasons       []domain.Reason
}

// Version is the version of the policy in use: every change of a grant makes the next one.
func (e *Engine) Version() int64 { return e.current.Load().version }

// Reload builds the policy from the grants that are valid now and puts it in place. When that fails the
// one in use stays, and the error says why.
func (e *Engine) Reload(ctx context.Context) error {
	// The version is read first: grants that are newer than their version are read again, never missed.
	version, err := e.store.version(ctx)
	if err != nil {
		return err
	}
	now := domain.Instant(e.db.Clock().Now())
	if s := e.current.Load(); s != nil && s.version == version && !s.outdated(now) {
		return nil
	}
	grants, err := e.store.live(ctx, now)
	if err != nil {
		return err
	}
	e.building.Lock() // only now: who holds it must not wait for a connection
	defer e.building.Unlock()
	if s := e.current.Load(); s != nil && s.version > version {
		return nil
	}
	s, err := build(e.rules, grants, version, now)
	if err != nil {
		return err
	}
	e.current.Store(s)
	return nil
}

// Watch follows the grants that other instances give and revoke, until ctx ends. A revocation reaches
// every instance within the two seconds between two looks at the version.
func (e *Engine) Watch(ctx context.Context) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := e.Reload(ctx); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "policy not reloaded; the one in use stays", "err", err)
			}
		}
	}
}

func (s *snapshot) outdated(now time.Time) bool { return !s.next.IsZero() && !now.Before(s.next) }

// policy is the policy in use now. When a grant has begun or run out since it was built, it is built anew
// from the same grants, without a question to the database.
func (e *Engine) policy() *snapshot {
	s := e.current.Load()
	now := domain.Instant(e.db.Clock().Now())
	if !s.outdated(now) {
		return s
	}
	e.building.Lock()
	defer e.building.Unlock()
	if s = e.current.Load(); !s.outdated(now) {
		return s
	}
	fresh, err := build(e.rules, s.grants, s.version, now)
	if err != nil { // the same rows passed before; without a policy of this instant nothing is allowed
		slog.Error("policy not rebuilt; everything is denied", "err", err)
		return &snapshot{version: s.version, rules: e.rules}
	}
	e.current.Store(fresh)
	return fresh
}

// Decide answers whether the actor may take the action on the object, and by which rule.
func (e *Engine) Decide(_ context.Context, actor domain.Actor, action string, o Object) Decision {
	s := e.policy()
	return s.decide(actor, action, o)
}

func (s *snapshot) decide(actor domain.Actor, action string, o Object) Decision {
	d := Decision{PolicyVersion: s.version}
	a, ok := actions[action]
	if !ok {
		d.Reasons = because("unknown_action", "There is no such action.")
		return d
	}
	if o.Class == "" {
		o.Class = a.Class()
	}
	if !slices.Contains(a.Classes, o.Class) {
		d.Reasons = because("unknown_class", "The action %s is not taken on a thing of that class.", action)
		return d
	}
	switch {
	case actor.Kind == domain.System:
		d.Allowed, d.Rule, d.Scope = true, "system", All
		return d
	case actor.Kind == domain.Anonymous || actor.Kind == "":
		d.Reasons = because("not_signed_in", "Sign in first.")
		return d
	case !withinToken(actor, a):
		d.Reasons = because("token_narrowed", "This token may not %s.", a.Sentence)
		return d
	}
	subject := s.subjectOf(actor)
	if subject == "" {
		d.Reasons = because("no_role", "This account holds no role.")
		return d
	}
	// The whole desk is always asked: a row that denies answers in any scope.
	v := s.ask(question{subject, All, o.Class, a.verb()})
	if v.effect == "" {
		for _, w := range s.scopesOf(subject) {
			if w.Kind == All || !a.extends(w, o, actor.User) {
				continue
			}
			if v = s.ask(question{subject, w.String(), o.Class, a.verb()}); v.effect != "" {
				d.Scope = w.String()
				break
			}
		}
	} else {
		d.Scope = All
	}
	d.Allowed, d.Rule = v.effect == Allow, v.rule
	if !d.Allowed {
		d.Reasons = s.whyNot(subject, a, o, v)
	}
	return d
}

// extends tells whether a right held in w is a right to this object.
func (a Action) extends(w Where, o Object, user domain.UserID) bool {
	if w.Kind == Own {
		return a.Reach == Self || o.ownedBy(user)
	}
	return a.Reach == Desk || o.within(w)
}

// withinToken tells whether a token, if one is used, was made for the action.
func withinToken(actor domain.Actor, a Action) bool {
	if actor.Narrowed == nil {
		return true
	}
	return slices.ContainsFunc(actor.Narrowed, func(right string) bool {
		class, whole := strings.CutSuffix(right, ".*")
		return right == a.Name || whole && class == a.Class()
	})
}

// Check answers for who acts in ctx: nil, [domain.ErrSignIn] for nobody, or [domain.ErrForbidden] with the
// reasons. Whether a refusal must look as if the thing did not exist is for the caller, who asks for read.
func (e *Engine) Check(ctx context.Context, action string, o Object) error {
	actor := domain.ActorFrom(ctx)
	d := e.Decide(ctx, actor, action, o)
	switch {
	case d.Allowed:
		return nil
	case actor.Kind == domain.Anonymous:
		return domain.ErrSignIn
	}
	return domain.ErrForbidden.For(d.Reasons...)
}

// May tells whether who acts in ctx may take the action on something, somewhere: for showing areas.
func (e *Engine) May(ctx context.Context, action string) bool {
	return !e.Scope(ctx, action).None()
}

// Abilities tells for each action what May does.
func (e *Engine) Abilities(ctx context.Context) map[string]bool {
	out := map[string]bool{}
	for name := range actions {
		out[name] = e.May(ctx, name)
	}
	return out
}

// Scope is where who acts in ctx may take the action: the predicate of a list. For change.decide it is
// where they may decide on a change of some band of risk.
func (e *Engine) Scope(ctx context.Context, action string) Scope {
	return e.policy().scope(domain.ActorFrom(ctx), action)
}

func (s *snapshot) scope(actor domain.Actor, action string) Scope {
	out := Scope{User: actor.User}
	a, ok := actions[action]
	if !ok {
		return out
	}
	if actor.Kind == domain.System {
		return Scope{All: true}
	}
	subject := s.subjectOf(actor)
	if subject == "" || actor.Kind == domain.Anonymous || actor.Kind == "" || !withinToken(actor, a) {
		return out
	}
	for _, w := range s.scopesOf(subject) {
		for _, class := range a.Classes {
			if s.ask(question{subject, w.String(), class, a.verb()}).effect != Allow {
				continue
			}
			if w.Kind != Own && a.Reach == Desk || w.Kind == Own && a.Reach == Self {
				w = Where{Kind: All}
			}
			out.add(w)
			break
		}
	}
	if out.All {
		return Scope{All: true, User: actor.User}
	}
	return out
}

// Holders lists who holds a role now, in any scope.
func (e *Engine) Holders(role string) []domain.UserID {
	s := e.policy()
	var out []domain.UserID
	for user, subject := range s.subjects {
		if slices.ContainsFunc(s.holdings[subject].roles, func(l link) bool { return l.role == role }) {
			out = append(out, user)
		}
	}
	slices.Sort(out)
	return out
}

// HoldersOf lists who holds a role now for the whole desk, or in the team or the site; a role that includes it counts.
func (e *Engine) HoldersOf(role string, team domain.TeamID, site domain.SiteID) []domain.UserID {
	s := e.policy()
	var out []domain.UserID
	in := []string{All}
	if team != 0 {
		in = append(in, Where{InTeam, int64(team)}.String())
	}
	if site != 0 {
		in = append(in, Where{InSite, int64(site)}.String())
	}
	for user, subject := range s.subjects {
		if slices.ContainsFunc(s.holdings[subject].roles, func(l link) bool { return l.role == role && slices.Contains(in, l.scope) }) {
			out = append(out, user)
		}
	}
	slices.Sort(out)
	return out
}
