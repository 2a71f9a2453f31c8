package policies

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// store is the only part of the package that knows the tables role_grants and policy_state.
type store struct{ db *db.DB }

// version reads the version of the grants.
func (s store) version(ctx context.Context) (int64, error) {
	var v int64
	q := s.db.Conn(ctx).Raw("select version from policy_state where id = 1").Scan(&v)
	if q.Error == nil && q.RowsAffected != 1 {
		return 0, ErrPolicyFault.Because("The row of the policy's version is missing.")
	}
	return v, q.Error
}

// next makes the next version. It also locks the row, so that changes of grants follow one another.
func (s store) next(ctx context.Context) error {
	q := s.db.Conn(ctx).Exec("update policy_state set version = version + 1, changed_at = ? where id = 1", s.db.Now(ctx))
	if q.Error == nil && q.RowsAffected != 1 {
		return ErrPolicyFault.Because("The row of the policy's version is missing.")
	}
	return q.Error
}

// live lists the grants of active people that have not been revoked and have not run out. A row that no verb
// could have written is left out: it grants nothing.
func (s store) live(ctx context.Context, now time.Time) ([]held, error) {
	rows, err := s.db.Conn(ctx).Raw(`select g.ref, g.user_id, g.role, g.scope, g.valid_from, g.valid_until, u.service
		from role_grants g join users u on u.id = g.user_id
		where g.revoked_at is null and u.active and (g.valid_until is null or g.valid_until > ?)
		order by g.id`, now).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []held
	for rows.Next() {
		var h held
		var ref, scope string
		var until sql.NullTime
		if err := rows.Scan(&ref, &h.user, &h.role, &scope, &h.from, &until, &h.service); err != nil {
			return nil, err
		}
		role, known := roleNamed(h.role)
		where, err := ParseWhere(scope)
		if !known || err != nil || !role.grantedIn(where.Kind) {
			slog.WarnContext(ctx, "a grant that no verb made is ignored", "grant", ref)
			continue
		}
		h.where, h.until = where, until.Time
		out = append(out, h)
	}
	return out, db.Translate(rows.Err())
}

// row is one grant as it is kept, with the keys by which people call what it refers to.
type row struct {
	ID         int64
	Ref        string
	UserID     domain.UserID
	Role       string
	Scope      string
	ValidFrom  time.Time
	ValidUntil *time.Time
	GrantedBy  domain.UserID
	Reason     string
	RevokedAt  *time.Time
	Version    int64
	CreatedAt  time.Time

	UserRef  string
	ScopeKey string
}

const grantColumns = `select g.id, g.ref, g.user_id, g.role, g.scope, g.valid_from, g.valid_until, g.granted_by,
	g.reason, g.revoked_at, g.version, g.created_at, u.ref as user_ref,
	coalesce('team:' || t.key, 'site:' || s.key, 'board:' || b.key, g.scope) as scope_key
	from role_grants g join users u on u.id = g.user_id
	left join teams t on g.scope = 'team:' || t.id
	left join sites s on g.scope = 'site:' || s.id
	left join boards b on g.scope = 'board:' || b.id `

// byRef reads one grant; inside a unit its row is locked by the version row, which next has taken before.
func (s store) byRef(ctx context.Context, ref string) (row, error) {
	var out []row
	if err := s.db.Conn(ctx).Raw(grantColumns+"where g.ref = ?", ref).Scan(&out).Error; err != nil {
		return row{}, err
	}
	if len(out) == 0 {
		return row{}, domain.ErrNotFound.Because("There is no such grant.")
	}
	return out[0], nil
}

// of lists all grants of a person, the revoked and the expired too, oldest first.
func (s store) of(ctx context.Context, user domain.UserID) ([]row, error) {
	var out []row
	err := s.db.Conn(ctx).Raw(grantColumns+"where g.user_id = ? order by g.id", user).Scan(&out).Error
	return out, err
}

// after lists grants in the order of their keys, for the verification of the log.
func (s store) after(ctx context.Context, id int64, limit int) ([]row, error) {
	var out []row
	err := s.db.Conn(ctx).Raw(grantColumns+"where g.id > ? order by g.id limit ?", id, limit).Scan(&out).Error
	return out, err
}

func (s store) insert(ctx context.Context, r row) error {
	return s.db.Conn(ctx).Exec(`insert into role_grants
		(ref, user_id, role, scope, valid_from, valid_until, granted_by, reason, version, created_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.Ref, r.UserID, r.Role, r.Scope, r.ValidFrom, r.ValidUntil, r.GrantedBy, r.Reason, r.Version, r.CreatedAt).Error
}

// revoke marks a grant as revoked, if it still has the version before.
func (s store) revoke(ctx context.Context, r row) error {
	return db.One(s.db.Conn(ctx).Exec("update role_grants set revoked_at = ?, version = ? where id = ? and version = ?",
		r.RevokedAt, r.Version, r.ID, r.Version-1))
}

// admins counts the active people, apart from one grant and one person, who are administrators now and
// without end.
func (s store) admins(ctx context.Context, now time.Time, exceptGrant int64, exceptUser domain.UserID) (int, error) {
	var n int
	q := s.db.Conn(ctx).Raw(`select count(distinct g.user_id) from role_grants g join users u on u.id = g.user_id
		where g.role = ? and g.scope = ? and g.revoked_at is null and g.valid_from <= ? and g.valid_until is null
		and u.active and g.id <> ? and u.id <> ?`, Admin, All, now, exceptGrant, int64(exceptUser)).Scan(&n)
	return n, q.Error
}

// account is what a grant must know of a user.
type account struct {
	Ref     string
	Active  bool
	Service bool
}

func (s store) account(ctx context.Context, id domain.UserID) (account, error) {
	var out []account
	if err := s.db.Conn(ctx).Raw("select ref, active, service from users where id = ?", int64(id)).Scan(&out).Error; err != nil {
		return account{}, err
	}
	if len(out) == 0 {
		return account{}, domain.ErrNotFound.Because("There is no such person.")
	}
	return out[0], nil
}

// whereOf finds the scope that people write with a key: "team:network".
func (s store) whereOf(ctx context.Context, kind, key string) (Where, error) {
	table, ok := map[string]string{InTeam: "teams", InSite: "sites", OnBoard: "boards"}[kind]
	if !ok {
		return Where{}, ErrScope.With("body.scope", "a scope is all, team:key, site:key or board:key")
	}
	w := Where{Kind: kind}
	q := s.db.Conn(ctx).Raw(fmt.Sprintf("select id from %s where key = ?", table), key).Scan(&w.ID)
	if q.Error == nil && q.RowsAffected == 0 {
		return Where{}, ErrScope.With("body.scope", "there is no such "+kind)
	}
	return w, q.Error
}
