package policies

import (
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// GrantGiven is the fact that somebody was granted a role.
type GrantGiven struct{ grant row }

// GrantRevoked is the fact that a grant was taken back before it ran out.
type GrantRevoked struct {
	grant  row
	reason string
}

// kindGrant is what the log calls a grant; its entity is the grant's opaque reference.
const kindGrant = "grant"

// Event implements domain.Fact.
func (f GrantGiven) Event() domain.Event {
	g := f.grant
	fields := []domain.FieldChange{
		{Field: "person", After: g.UserRef, Subject: g.UserRef},
		{Field: "role", After: g.Role},
		{Field: "scope", After: g.ScopeKey},
		{Field: "valid_from", After: instant(&g.ValidFrom)},
		{Field: "reason", After: g.Reason, Subject: g.UserRef},
	}
	if g.ValidUntil != nil {
		fields = append(fields, domain.FieldChange{Field: "valid_until", After: instant(g.ValidUntil)})
	}
	return domain.Event{Type: "grant.given", EntityKind: kindGrant, Entity: g.Ref, Version: g.Version,
		StateTo: "given", Visibility: domain.Restricted, Fields: fields, State: g.state()}
}

// Event implements domain.Fact.
func (f GrantRevoked) Event() domain.Event {
	g := f.grant
	return domain.Event{Type: "grant.revoked", EntityKind: kindGrant, Entity: g.Ref, Version: g.Version,
		StateFrom: "given", StateTo: "revoked", Visibility: domain.Restricted, State: g.state(),
		Fields: []domain.FieldChange{
			{Field: "revoked", After: instant(g.RevokedAt)},
			{Field: "revocation_reason", After: f.reason, Subject: g.UserRef},
		}}
}

// state is the whole row in the text that the log keeps a hash of.
func (r row) state() map[string]string {
	return map[string]string{
		"person": r.UserRef, "role": r.Role, "scope": r.ScopeKey, "reason": r.Reason,
		"valid_from": instant(&r.ValidFrom), "valid_until": instant(r.ValidUntil), "revoked": instant(r.RevokedAt),
	}
}

// instant writes a time in the one form that the log keeps, UTC with microseconds.
func instant(t *time.Time) string {
	if t == nil {
		return ""
	}
	return domain.Instant(*t).Format("2006-01-02T15:04:05.000000Z")
}
