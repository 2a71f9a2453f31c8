package people

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// The kinds of entity in the log. A person, token or delegation is called by its opaque reference, a team or
// site by its key.
const (
	kindPerson     = "person"
	kindTeam       = "team"
	kindSite       = "site"
	kindToken      = "token"
	kindDelegation = "delegation"
)

// personFact is what all facts about a person share.
type personFact struct {
	Person Person
	before map[string]string
	reason string
}

// What can have happened to a person.
type (
	PersonCreated   struct{ personFact }
	PersonAmended   struct{ personFact }
	PersonDisabled  struct{ personFact }
	PersonEnabled   struct{ personFact }
	PasswordSet     struct{ personFact } // by an administrator
	PasswordChanged struct{ personFact } // by the person
	// PasswordRehashed follows a change of the parameters of the hash; the password is the same.
	PasswordRehashed struct{ personFact }
)

// Event implements domain.Fact.
func (f PersonCreated) Event() domain.Event { return f.event("person.created", "", f.account()) }

// Event implements domain.Fact.
func (f PersonAmended) Event() domain.Event { return f.event("person.amended", "", "") }

// Event implements domain.Fact.
func (f PersonDisabled) Event() domain.Event {
	return f.event("person.disabled", "active", "disabled")
}

// Event implements domain.Fact.
func (f PersonEnabled) Event() domain.Event { return f.event("person.enabled", "disabled", "active") }

// Event implements domain.Fact.
func (f PasswordSet) Event() domain.Event { return f.event("person.password_set", "", "") }

// Event implements domain.Fact.
func (f PasswordChanged) Event() domain.Event { return f.event("person.password_changed", "", "") }

// Event implements domain.Fact.
func (f PasswordRehashed) Event() domain.Event { return f.event("person.password_rehashed", "", "") }

func (f personFact) account() string {
	if f.Person.Active {
		return "active"
	}
	return "disabled"
}

func (f personFact) event(what, from, to string) domain.Event {
	after := f.Person.state()
	e := domain.Event{Type: what, EntityKind: kindPerson, Entity: f.Person.Ref, Version: f.Person.Version,
		StateFrom: from, StateTo: to, Visibility: domain.Restricted, State: after, Fields: diff(f.before, after, f.Person.Ref)}
	if f.reason != "" {
		e.Fields = append(e.Fields, domain.FieldChange{Field: "reason", After: f.reason, Subject: f.Person.Ref})
	}
	return e
}

// state is the whole row in the text that the log keeps a hash of. Of the password it says whether there is one.
func (p Person) state() map[string]string {
	return map[string]string{
		"login": p.Login, "name": p.Name, "email": p.Email, "site": p.SiteKey, "time_zone": p.TimeZone,
		"active": yes(p.Active), "service": yes(p.Service), "password": map[bool]string{true: "set", false: "none"}[p.HasPassword],
	}
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// diff lists what differs between two states, in the order of the names. Values are about subject.
func diff(before, after map[string]string, subject string) []domain.FieldChange {
	var out []domain.FieldChange
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if before[name] != after[name] {
			out = append(out, domain.FieldChange{Field: name, Before: before[name], After: after[name], Subject: subject})
		}
	}
	return out
}

// What can have happened to a team.
type (
	TeamCreated    struct{ teamFact }
	TeamMembersSet struct{ teamFact }
	TeamLeadSet    struct{ teamFact }
)

type teamFact struct {
	Team   Team
	before map[string]string
}

// Event implements domain.Fact.
func (f TeamCreated) Event() domain.Event { return f.event("team.created") }

// Event implements domain.Fact.
func (f TeamMembersSet) Event() domain.Event { return f.event("team.members_set") }

// Event implements domain.Fact.
func (f TeamLeadSet) Event() domain.Event { return f.event("team.lead_set") }

func (f teamFact) event(what string) domain.Event {
	after := f.Team.state()
	return domain.Event{Type: what, EntityKind: kindTeam, Entity: f.Team.Key, Version: f.Team.Version,
		Visibility: domain.InternalV, State: after, Fields: diff(f.before, after, "")}
}

// state lists members by their references, sorted: nothing in it names a person.
func (t Team) state() map[string]string {
	var refs []string
	for _, m := range t.Members {
		refs = append(refs, m.Ref)
	}
	slices.Sort(refs)
	return map[string]string{"key": t.Key, "name": t.Name, "lead": t.Lead.Ref, "members": strings.Join(refs, " ")}
}

// SiteCreated is the fact that a site was made.
type SiteCreated struct{ Site Site }

// Event implements domain.Fact.
func (f SiteCreated) Event() domain.Event {
	after := f.Site.state()
	return domain.Event{Type: "site.created", EntityKind: kindSite, Entity: f.Site.Key, Version: 1,
		Visibility: domain.InternalV, State: after, Fields: diff(nil, after, "")}
}

func (s Site) state() map[string]string {
	return map[string]string{"key": s.Key, "name": s.Name, "time_zone": s.TimeZone}
}

// TokenCreated is the fact that somebody made a token; TokenRevoked that it was taken back.
type (
	TokenCreated struct{ Token Token }
	TokenRevoked struct{ Token Token }
)

// Event implements domain.Fact.
func (f TokenCreated) Event() domain.Event {
	e := f.Token.event("token.created", "", "valid")
	e.Fields = diff(nil, f.Token.state(), f.Token.ownerRef)
	return e
}

// Event implements domain.Fact.
func (f TokenRevoked) Event() domain.Event {
	e := f.Token.event("token.revoked", "valid", "revoked")
	e.Fields = []domain.FieldChange{{Field: "revoked", After: instant(f.Token.RevokedAt)}}
	return e
}

func (t Token) event(what, from, to string) domain.Event {
	return domain.Event{Type: what, EntityKind: kindToken, Entity: t.Ref, Version: t.Version, StateFrom: from, StateTo: to,
		Visibility: domain.Restricted, State: t.state()}
}

func (t Token) state() map[string]string {
	return map[string]string{"person": t.ownerRef, "name": t.Name, "rights": strings.Join(t.Rights, " "),
		"expires": instant(&t.ExpiresAt), "revoked": instant(t.RevokedAt)}
}

// DelegationGiven is the fact that somebody lets another vote for them; DelegationRevoked that it was ended.
type (
	DelegationGiven   struct{ Delegation Delegation }
	DelegationRevoked struct {
		Delegation Delegation
		Reason     string
	}
)

// Event implements domain.Fact.
func (f DelegationGiven) Event() domain.Event {
	e := f.Delegation.event("delegation.given", "", "given")
	e.Fields = diff(nil, f.Delegation.state(), f.Delegation.From.Ref)
	return e
}

// Event implements domain.Fact.
func (f DelegationRevoked) Event() domain.Event {
	e := f.Delegation.event("delegation.revoked", "given", "revoked")
	e.Fields = []domain.FieldChange{
		{Field: "revoked", After: instant(f.Delegation.RevokedAt)},
		{Field: "reason_revoked", After: f.Reason, Subject: f.Delegation.From.Ref},
	}
	return e
}

func (d Delegation) event(what, from, to string) domain.Event {
	return domain.Event{Type: what, EntityKind: kindDelegation, Entity: d.Ref, Version: d.Version, StateFrom: from, StateTo: to,
		Visibility: domain.InternalV, State: d.state()}
}

func (d Delegation) state() map[string]string {
	out := map[string]string{"from": d.From.Ref, "to": d.To.Ref, "board": d.BoardKey, "reason": d.Reason,
		"valid_from": instant(&d.ValidFrom), "valid_until": instant(&d.ValidUntil), "revoked": instant(d.RevokedAt)}
	if d.MaxRisk != "" {
		out["max_risk"] = d.MaxRisk
	}
	if len(d.Models) > 0 {
		out["models"] = strings.Join(d.Models, " ")
	}
	return out
}

// instant writes a time in the one form that the log keeps, UTC with microseconds.
func instant(t *time.Time) string {
	if t == nil {
		return ""
	}
	return domain.Instant(*t).Format("2006-01-02T15:04:05.000000Z")
}
