package people

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// account is a person with what proves who they are. It never leaves the package.
type account struct {
	Person
	PasswordHash string
}

// credentials loads an account by "login" or "id".
func (s store) credentials(ctx context.Context, by string, value any) (account, error) {
	var out []account
	query := strings.Replace(personColumns, "u.updated_at", "u.updated_at, u.password_hash", 1)
	if err := s.raw(ctx, query+"where u."+by+" = ?", value).Scan(&out).Error; err != nil {
		return account{}, err
	}
	if len(out) == 0 {
		return account{}, errNoPerson
	}
	return out[0], nil
}

// whoCanSignIn counts the active people with a password.
func (s store) whoCanSignIn(ctx context.Context) (int, error) {
	return scan[int](s.raw(ctx, "select count(*) from users where active and not service and password_hash <> ''"))
}

type sessionRow struct {
	ID         int64
	Ref        string
	TokenHash  []byte
	UserID     domain.UserID
	Authn      string
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time
	Address    string
	UserAgent  string
}

// bearerRow is a session or token with whose it is.
type bearerRow struct {
	ID         int64
	Ref        string
	Authn      string
	Rights     string
	LastSeenAt time.Time
	LastUsedAt *time.Time
	ExpiresAt  time.Time
	UserID     domain.UserID
	UserRef    string
	UserName   string
	SiteID     domain.SiteID
	Active     bool
	Service    bool
}

func (r bearerRow) actor(via domain.Via) domain.Actor {
	return Person{ID: r.UserID, Ref: r.UserRef, Name: r.UserName, Site: r.SiteID, Service: r.Service}.actor(via)
}

func (s store) session(ctx context.Context, hash []byte) (bearerRow, error) {
	return s.bearerBy(ctx, `select s.id, s.ref, s.authn, s.last_seen_at, s.expires_at, u.id as user_id, u.ref as user_ref, u.name as user_name,
		u.site_id, u.active, u.service from sessions s join users u on u.id = s.user_id where s.token_hash = ?`, hash)
}

func (s store) bearer(ctx context.Context, hash []byte) (bearerRow, error) {
	return s.bearerBy(ctx, `select t.id, t.ref, t.rights, t.last_used_at, t.expires_at, u.id as user_id, u.ref as user_ref, u.name as user_name,
		u.site_id, u.active, u.service from api_tokens t join users u on u.id = t.user_id where t.token_hash = ? and t.revoked_at is null`, hash)
}

func (s store) bearerBy(ctx context.Context, query string, hash []byte) (bearerRow, error) {
	var out []bearerRow
	if err := s.raw(ctx, query, hash).Scan(&out).Error; err != nil {
		return bearerRow{}, err
	}
	if len(out) == 0 {
		return bearerRow{}, domain.ErrNotFound
	}
	return out[0], nil
}

// seen writes down when a session or token was used, never back in time.
func (s store) seen(ctx context.Context, table, column string, id int64, at time.Time) error {
	return s.exec(ctx, fmt.Sprintf("update %[1]s set %[2]s = ? where id = ? and (%[2]s is null or %[2]s < ?)", table, column), at, id, at)
}

// confirm keeps that whoever has a session has proved again who they are.
func (s store) confirm(ctx context.Context, ref string, user domain.UserID, at time.Time) error {
	res := s.db.Conn(ctx).Exec("update sessions set confirmed_at = ? where ref = ? and user_id = ?", at, key(ref), user)
	if res.Error == nil && res.RowsAffected != 1 {
		return domain.ErrSignIn
	}
	return res.Error
}

func (s store) confirmedAt(ctx context.Context, ref string, user domain.UserID) (*time.Time, error) {
	var out []struct{ ConfirmedAt *time.Time }
	if err := s.raw(ctx, "select confirmed_at from sessions where ref = ? and user_id = ?", key(ref), user).Scan(&out).Error; err != nil || len(out) == 0 {
		return nil, err
	}
	return out[0].ConfirmedAt, nil
}

func (s store) insertSession(ctx context.Context, r sessionRow) error {
	return s.exec(ctx, `insert into sessions (ref, token_hash, user_id, authn, created_at, last_seen_at, expires_at, address, user_agent)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.Ref, r.TokenHash, r.UserID, r.Authn, r.CreatedAt, r.LastSeenAt, r.ExpiresAt, r.Address, r.UserAgent)
}

func (s store) sessionsOf(ctx context.Context, user domain.UserID, now, idleSince time.Time) ([]sessionRow, error) {
	return scan[[]sessionRow](s.raw(ctx, `select id, ref, user_id, authn, created_at, last_seen_at, expires_at, address, user_agent from sessions
		where user_id = ? and expires_at > ? and last_seen_at > ? order by last_seen_at desc, id desc`, user, now, idleSince))
}

// endSession ends one, found by "ref" or "token_hash"; of a user, if one is given, who must then have it.
func (s store) endSession(ctx context.Context, by string, value any, user domain.UserID) error {
	if user == 0 {
		return s.exec(ctx, "delete from sessions where "+by+" = ?", value)
	}
	if text, ok := value.(string); ok {
		value = key(text)
	}
	q := s.db.Conn(ctx).Exec("delete from sessions where "+by+" = ? and user_id = ?", value, user)
	if q.Error == nil && q.RowsAffected == 0 {
		return domain.ErrNotFound.Because("There is no such session.")
	}
	return q.Error
}

// endSessions ends all sessions of a user but one.
func (s store) endSessions(ctx context.Context, user domain.UserID, keep string) error {
	return s.exec(ctx, "delete from sessions where user_id = ? and ref <> ?", user, keep)
}

func (s store) sweep(ctx context.Context, now, idleSince, failedSince time.Time) error {
	if err := s.exec(ctx, "delete from sessions where expires_at <= ? or last_seen_at <= ?", now, idleSince); err != nil {
		return err
	}
	return s.exec(ctx, "delete from login_failures where at <= ?", failedSince)
}

// lockFailures lets attempts with one key follow one another, over all instances, and forgets what counts no more.
func (s store) lockFailures(ctx context.Context, key string, since time.Time) error {
	if s.db.IsPostgres() {
		if err := s.exec(ctx, "select pg_advisory_xact_lock(hashtextextended(?, 0))", key); err != nil {
			return err
		}
	}
	return s.exec(ctx, "delete from login_failures where key = ? and at <= ?", key, since)
}

// failure gives the time of the limit-th latest failure, if there are that many.
func (s store) failure(ctx context.Context, key string, limit int) (at time.Time, ok bool, err error) {
	var out []struct{ At time.Time }
	err = s.raw(ctx, "select at from login_failures where key = ? order by at desc, id desc limit 1 offset ?", key, limit-1).Scan(&out).Error
	if err != nil || len(out) == 0 {
		return time.Time{}, false, err
	}
	return out[0].At, true, nil
}

func (s store) addFailure(ctx context.Context, key string, at time.Time) (int64, error) {
	return scan[int64](s.raw(ctx, "insert into login_failures (key, at) values (?, ?) returning id", key, at))
}

// clearFailures forgets all failures of the account, and the attempt at the address.
func (s store) clearFailures(ctx context.Context, t try) error {
	return s.exec(ctx, "delete from login_failures where key = ? or id = ?", t.account, t.entry)
}

// forgetAttempt forgets this attempt only.
func (s store) forgetAttempt(ctx context.Context, t try) error {
	return s.exec(ctx, "delete from login_failures where id in (?, ?)", t.own, t.entry)
}

func (s store) putSetupLink(ctx context.Context, hash []byte, at time.Time) error {
	return s.exec(ctx, `insert into setup_links (id, token_hash, created_at) values (1, ?, ?)
		on conflict (id) do update set token_hash = excluded.token_hash, created_at = excluded.created_at, used_at = null`, hash, at)
}

func (s store) setupLinkValid(ctx context.Context, hash []byte, since time.Time) (bool, error) {
	n, err := scan[int](s.raw(ctx, "select count(*) from setup_links where id = 1 and token_hash = ? and used_at is null and created_at > ?", hash, since))
	return n == 1, err
}

// useSetupLink takes the link, and tells whether it was there to take.
func (s store) useSetupLink(ctx context.Context, hash []byte, since, at time.Time) (bool, error) {
	q := s.db.Conn(ctx).Exec("update setup_links set used_at = ? where id = 1 and token_hash = ? and used_at is null and created_at > ?", at, hash, since)
	return q.RowsAffected == 1, q.Error
}

type tokenRow struct {
	ID         int64
	Ref        string
	UserID     domain.UserID
	Name       string
	Rights     string
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedAt *time.Time
	RevokedAt  *time.Time
	Version    int64
	OwnerRef   string
}

// tokens loads those that meet a condition over t.
func (s store) tokens(ctx context.Context, where string, args ...any) ([]Token, error) {
	for i, a := range args {
		if text, ok := a.(string); ok {
			args[i] = key(text)
		}
	}
	var rows []tokenRow
	err := s.raw(ctx, `select t.id, t.ref, t.user_id, t.name, t.rights, t.created_at, t.expires_at, t.last_used_at, t.revoked_at, t.version,
		u.ref as owner_ref from api_tokens t join users u on u.id = t.user_id where `+where, args...).Scan(&rows).Error
	out := make([]Token, 0, len(rows))
	for _, r := range rows {
		out = append(out, Token{ID: r.ID, Ref: r.Ref, User: r.UserID, Name: r.Name, Rights: strings.Fields(r.Rights), CreatedAt: r.CreatedAt,
			ExpiresAt: r.ExpiresAt, LastUsedAt: r.LastUsedAt, RevokedAt: r.RevokedAt, Version: r.Version, ownerRef: r.OwnerRef})
	}
	return out, err
}

func (s store) insertToken(ctx context.Context, t Token, hash []byte) error {
	return s.exec(ctx, "insert into api_tokens (ref, user_id, name, token_hash, rights, created_at, expires_at, version) values (?, ?, ?, ?, ?, ?, ?, ?)",
		t.Ref, t.User, t.Name, hash, strings.Join(t.Rights, " "), t.CreatedAt, t.ExpiresAt, t.Version)
}

func (s store) revokeToken(ctx context.Context, t Token) error {
	return s.one(ctx, "update api_tokens set revoked_at = ?, version = ? where id = ? and version = ?", t.RevokedAt, t.Version, t.ID, t.Version-1)
}

func (s store) preferences(ctx context.Context, user domain.UserID) (json.RawMessage, error) {
	body := "{}"
	err := s.raw(ctx, "select body from user_preferences where user_id = ?", user).Scan(&body).Error
	return json.RawMessage(body), err
}

func (s store) putPreferences(ctx context.Context, user domain.UserID, body json.RawMessage) error {
	return s.exec(ctx, `insert into user_preferences (user_id, body) values (?, ?)
		on conflict (user_id) do update set body = excluded.body`, user, string(body))
}

type delegationRow struct {
	ID               int64
	Ref              string
	FromID, ToID     domain.UserID
	FromRef, ToRef   string
	FromName, ToName string
	BoardID          domain.BoardID
	BoardKey         string
	MaxRisk, Models  string
	ValidFrom        time.Time
	ValidUntil       time.Time
	Reason           string
	RevokedAt        *time.Time
	Version          int64
	CreatedAt        time.Time
}

// delegations loads those that meet a condition over d (the delegation), f (who gave it) and t (who got it).
func (s store) delegations(ctx context.Context, where string, args ...any) ([]Delegation, error) {
	for i, a := range args {
		if text, ok := a.(string); ok {
			args[i] = key(text)
		}
	}
	if !strings.Contains(where, "order by") {
		where += " order by d.valid_from, d.id"
	}
	var rows []delegationRow
	err := s.raw(ctx, `select d.id, d.ref, d.from_id, d.to_id, f.ref as from_ref, t.ref as to_ref, f.name as from_name, t.name as to_name,
		d.board_id, coalesce(b.key, '') as board_key, d.max_risk, d.models, d.valid_from, d.valid_until, d.reason, d.revoked_at, d.version, d.created_at
		from delegations d join users f on f.id = d.from_id join users t on t.id = d.to_id left join boards b on b.id = d.board_id
		where `+where, args...).Scan(&rows).Error
	out := make([]Delegation, 0, len(rows))
	for _, r := range rows {
		out = append(out, Delegation{ID: r.ID, Ref: r.Ref, From: Member{r.FromID, r.FromRef, r.FromName}, To: Member{r.ToID, r.ToRef, r.ToName},
			Board: r.BoardID, BoardKey: r.BoardKey, MaxRisk: r.MaxRisk, Models: strings.Fields(r.Models), ValidFrom: r.ValidFrom, ValidUntil: r.ValidUntil, Reason: r.Reason,
			RevokedAt: r.RevokedAt, Version: r.Version, CreatedAt: r.CreatedAt})
	}
	return out, err
}

func (s store) insertDelegation(ctx context.Context, d Delegation) error {
	return s.exec(ctx, `insert into delegations (ref, from_id, to_id, board_id, max_risk, models, valid_from, valid_until, reason, version, created_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d.Ref, d.From.ID, d.To.ID, d.Board, d.MaxRisk, strings.Join(d.Models, " "), d.ValidFrom, d.ValidUntil, d.Reason, d.Version, d.CreatedAt)
}

func (s store) revokeDelegation(ctx context.Context, d Delegation) error {
	return s.one(ctx, "update delegations set revoked_at = ?, version = ? where id = ? and version = ?", d.RevokedAt, d.Version, d.ID, d.Version-1)
}
