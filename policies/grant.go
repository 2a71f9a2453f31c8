package policies

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cabinetdesk/cabinet/domain"
)

// Grant is a role that somebody holds, held or will hold. Scope is written with keys: "all", "team:network".
type Grant struct {
	Ref        string
	User       domain.UserID
	Role       string
	Scope      string
	Where      Where
	ValidFrom  time.Time
	ValidUntil *time.Time
	// GrantedBy is zero when the desk itself granted it.
	GrantedBy domain.UserID
	Reason    string
	RevokedAt *time.Time
	Version   int64
	CreatedAt time.Time
}

// GrantInput says what to grant. Scope is "all", "team:key", "site:key" or "board:key". ValidFrom defaults to
// now; without ValidUntil the grant has no end. A reason is required: access reviews read it.
type GrantInput struct {
	User       domain.UserID
	Role       string
	Scope      string
	ValidFrom  *time.Time
	ValidUntil *time.Time
	Reason     string
}

// RevokeInput says which grant to revoke. Version is the one that the caller saw, 0 for any.
type RevokeInput struct {
	Ref     string
	Version int64
	Reason  string
}

const maxReason = 1000

// Grant gives somebody a role. Who has person.grant may, for anybody but themselves. Fact: [GrantGiven].
// Errors: ErrRole, ErrScope, ErrValidity, ErrOwnGrant, domain.ErrMissing, domain.ErrNotFound,
// domain.ErrDuplicate when the person holds the same at the same time.
func (e *Engine) Grant(ctx context.Context, in GrantInput) (Grant, error) {
	var out row
	err := e.db.Do(ctx, func(ctx context.Context) error {
		if err := e.Check(ctx, "person.grant", Object{}); err != nil {
			return err
		}
		actor := domain.ActorFrom(ctx)
		if actor.User != 0 && actor.User == in.User {
			return ErrOwnGrant.Because("Ask another administrator: nobody grants a role to themselves.")
		}
		r, err := e.newGrant(ctx, actor, in)
		if err != nil {
			return err
		}
		if err := e.Changed(ctx); err != nil {
			return err
		}
		if err := e.refuseOverlap(ctx, r); err != nil {
			return err
		}
		if err := e.db.Emit(ctx, GrantGiven{r}); err != nil {
			return err
		}
		out = r
		return e.store.insert(ctx, r)
	})
	if err != nil {
		return Grant{}, err
	}
	return out.grant(), nil
}

func (e *Engine) newGrant(ctx context.Context, actor domain.Actor, in GrantInput) (row, error) {
	role, ok := roleNamed(in.Role)
	if !ok || len(role.Scopes) == 0 {
		return row{}, ErrRole.With("body.role", "this is not a role that is granted")
	}
	reason, err := cleanReason(in.Reason)
	if err != nil {
		return row{}, err
	}
	acc, err := e.store.account(ctx, in.User)
	if err != nil {
		return row{}, err
	}
	if !acc.Active {
		return row{}, domain.ErrInvalid.With("path.id", "the account is disabled; enable it first")
	}
	if acc.Service && in.Role == Admin {
		return row{}, ErrRole.With("body.role", "a service account is not an administrator")
	}
	where := Where{Kind: All}
	if in.Scope != All {
		kind, key, _ := strings.Cut(in.Scope, ":")
		if where, err = e.store.whereOf(ctx, kind, key); err != nil {
			return row{}, err
		}
	}
	if !role.grantedIn(where.Kind) {
		return row{}, ErrScope.With("body.scope", "the role "+role.Label+" is granted in: "+strings.Join(role.Scopes, ", "))
	}
	now := e.db.Now(ctx)
	r := row{Ref: strings.ToLower(rand.Text()), UserID: in.User, UserRef: acc.Ref, Role: in.Role, Scope: where.String(), ScopeKey: in.Scope,
		ValidFrom: now, GrantedBy: actor.User, Reason: reason, Version: 1, CreatedAt: now}
	if in.ValidFrom != nil {
		r.ValidFrom = domain.Instant(*in.ValidFrom)
	}
	if in.ValidUntil != nil {
		until := domain.Instant(*in.ValidUntil)
		r.ValidUntil = &until
		if !until.After(r.ValidFrom) || !until.After(now) {
			return row{}, ErrValidity.With("body.valid_until", "the end must come after the beginning, and after now")
		}
	}
	return r, nil
}

func cleanReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", domain.ErrMissing.With("body.reason", "a reason is required")
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0) || utf8.RuneCountInString(s) > maxReason:
		return "", domain.ErrInvalid.With("body.reason", "a reason is text of at most 1,000 characters")
	}
	return s, nil
}

// refuseOverlap refuses a second grant of the same role in the same scope at the same time.
func (e *Engine) refuseOverlap(ctx context.Context, r row) error {
	rows, err := e.store.of(ctx, r.UserID)
	if err != nil {
		return err
	}
	for _, o := range rows {
		if o.RevokedAt == nil && o.Role == r.Role && o.Scope == r.Scope &&
			(o.ValidUntil == nil || o.ValidUntil.After(r.ValidFrom)) && (r.ValidUntil == nil || r.ValidUntil.After(o.ValidFrom)) {
			return domain.ErrDuplicate.Because("The person holds this role in this scope at that time already.")
		}
	}
	return nil
}

// Revoke takes a grant back, at once. Who has person.revoke may. Fact: [GrantRevoked]. Errors: ErrRevoked,
// ErrLastAdmin, domain.ErrMissing, domain.ErrNotFound, domain.ErrStale.
func (e *Engine) Revoke(ctx context.Context, in RevokeInput) (Grant, error) {
	var out row
	err := e.db.Do(ctx, func(ctx context.Context) error {
		if err := e.Check(ctx, "person.revoke", Object{}); err != nil {
			return err
		}
		reason, err := cleanReason(in.Reason)
		if err != nil {
			return err
		}
		if err := e.Changed(ctx); err != nil {
			return err
		}
		r, err := e.store.byRef(ctx, in.Ref)
		if err != nil {
			return err
		}
		now := e.db.Now(ctx)
		switch {
		case r.RevokedAt != nil:
			return ErrRevoked
		case in.Version != 0 && in.Version != r.Version:
			return domain.ErrStale
		case r.Role == Admin:
			if err := e.keepAnAdmin(ctx, now, r.ID, 0); err != nil {
				return err
			}
		}
		r.RevokedAt, r.Version = &now, r.Version+1
		if err := e.db.Emit(ctx, GrantRevoked{r, reason}); err != nil {
			return err
		}
		out = r
		return e.store.revoke(ctx, r)
	})
	if err != nil {
		return Grant{}, err
	}
	return out.grant(), nil
}

func (e *Engine) keepAnAdmin(ctx context.Context, now time.Time, grant int64, user domain.UserID) error {
	n, err := e.store.admins(ctx, now, grant, user)
	if err == nil && n == 0 {
		return ErrLastAdmin.Because("Make somebody else an administrator first, without an end.")
	}
	return err
}

// Changed makes the next version of the policy in the unit open in ctx, and puts the new policy in place
// after the commit. Whoever alters what the policy is built from (grants, active accounts) calls it first:
// it also makes such units follow one another.
func (e *Engine) Changed(ctx context.Context) error {
	if err := e.store.next(ctx); err != nil {
		return err
	}
	e.db.AfterCommit(ctx, func() {
		// The unit is over, and with it its context; the change is durable and must be followed.
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := e.Reload(ctx); err != nil {
			slog.Error("policy not reloaded after a change; Watch tries again", "err", err)
		}
	})
	return nil
}

// Leaving is called in the unit that disables an account: it makes the next version of the policy and
// refuses with ErrLastAdmin to let the last administrator go.
func (e *Engine) Leaving(ctx context.Context, user domain.UserID) error {
	if err := e.Changed(ctx); err != nil {
		return err
	}
	rows, err := e.store.of(ctx, user)
	if err != nil {
		return err
	}
	now := e.db.Now(ctx)
	for _, r := range rows {
		if r.Role == Admin && r.RevokedAt == nil && (r.ValidUntil == nil || r.ValidUntil.After(now)) {
			return e.keepAnAdmin(ctx, now, 0, user)
		}
	}
	return nil
}

// ListGrants lists all grants of a person, oldest first, with the expired and the revoked ones. A person may
// see their own; otherwise who may look up people's sessions or grant roles may.
func (e *Engine) ListGrants(ctx context.Context, user domain.UserID) ([]Grant, error) {
	if a := domain.ActorFrom(ctx); a.User == 0 || a.User != user {
		if e.Check(ctx, "person.sessions", Object{}) != nil {
			if err := e.Check(ctx, "person.grant", Object{}); err != nil {
				return nil, err
			}
		}
	}
	rows, err := e.store.of(ctx, user)
	if err != nil {
		return nil, err
	}
	out := make([]Grant, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.grant())
	}
	return out, nil
}

func (r row) grant() Grant {
	w, _ := ParseWhere(r.Scope) // an unreadable scope stays empty: it grants nothing
	return Grant{Ref: r.Ref, User: r.UserID, Role: r.Role, Scope: r.ScopeKey, Where: w, ValidFrom: r.ValidFrom, ValidUntil: r.ValidUntil,
		GrantedBy: r.GrantedBy, Reason: r.Reason, RevokedAt: r.RevokedAt, Version: r.Version, CreatedAt: r.CreatedAt}
}

// States yields the present state of every grant, for the verification of the log.
func (e *Engine) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	for last := int64(0); ; {
		rows, err := e.store.after(ctx, last, 1000)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			if err := yield(r.Ref, r.Version, r.state()); err != nil {
				return err
			}
		}
		last = rows[len(rows)-1].ID
	}
}
