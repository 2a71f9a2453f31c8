package v1

import (
	"context"
	"encoding/json"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/v1/admin"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/policies"
)

// About is what everybody may know of this desk.
type About struct {
	Name        string      `json:"name"`
	Version     string      `json:"version"`
	Demo        bool        `json:"demo"`
	SetupNeeded bool        `json:"setup_needed" doc:"Nobody can sign in yet: open the link that the console printed"`
	DemoLogins  []DemoLogin `json:"demo_logins"`
}

// DemoLogin is one of the people of a demonstration.
type DemoLogin struct {
	Login    string   `json:"login"`
	Password string   `json:"password"`
	Name     string   `json:"name"`
	Roles    []string `json:"roles"`
	Does     string   `json:"does" doc:"One sentence"`
}

// Me is who is signed in, and what they may do.
type Me struct {
	who.Person
	Email       string           `json:"email"`
	Roles       []admin.HeldRole `json:"roles"`
	Teams       []who.Team       `json:"teams"`
	Site        *string          `json:"site"`
	May         map[string]bool  `json:"may" doc:"Actions that I may take on something, somewhere: which areas to show"`
	TimeZone    string           `json:"time_zone"`
	Preferences any              `json:"preferences"`
}

// Token lets a program act for somebody, within rights.
type Token struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Rights     []string   `json:"rights"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  time.Time  `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	Secret     string     `json:"secret,omitempty" doc:"Shown once, when the token is made"`
}

func (d *Desk) ownRoutes(b *route.Book) {
	route.Add(b, "about", d.about)
	route.Add(b, "setup", d.setup)
	route.Add(b, "sign-in", d.signIn)
	route.Add(b, "sign-out", d.signOut)
	route.Add(b, "confirm", d.confirm)
	route.Add(b, "me", func(ctx context.Context, _ *rest.Empty) (*rest.Body[Me], error) { return d.me(ctx) })
	route.Add(b, "my-preferences", d.setPreferences)
	route.Add(b, "my-sessions", d.mySessions)
	route.Add(b, "end-my-session", d.endMySession)
	route.Add(b, "my-tokens", d.myTokens)
	route.Add(b, "create-my-token", d.createMyToken)
	route.Add(b, "revoke-my-token", d.revokeMyToken)
	route.Add(b, "change-my-password", d.changeMyPassword)
}

func (d *Desk) about(ctx context.Context, _ *rest.Empty) (*rest.Body[About], error) {
	needed, err := d.People.SetupNeeded(ctx)
	if err != nil {
		return nil, err
	}
	return &rest.Body[About]{Body: About{Name: "Cabinet", Version: d.Version, Demo: d.Demo != nil, SetupNeeded: needed, DemoLogins: rest.NotNil(d.Demo)}}, nil
}

// signedIn is an answer that opens a session.
type signedIn struct {
	SetCookie string `header:"Set-Cookie"`
	Body      Me
}

type setupInput struct {
	Body struct {
		Token    string `json:"token" maxLength:"200"`
		Name     string `json:"name" maxLength:"300"`
		Login    string `json:"login" maxLength:"200"`
		Email    string `json:"email,omitempty" maxLength:"300"`
		Password string `json:"password" maxLength:"500"`
	}
}

func (d *Desk) setup(ctx context.Context, in *setupInput) (*signedIn, error) {
	r := rest.Request(ctx)
	s, err := d.People.CompleteSetup(ctx, people.SetupInput{Token: in.Body.Token, Name: in.Body.Name, Login: in.Body.Login, Email: in.Body.Email,
		Password: in.Body.Password, Address: d.ClientAddress(r), UserAgent: r.UserAgent()})
	if err != nil {
		return nil, err
	}
	return d.welcome(ctx, s)
}

type signInInput struct {
	Body struct {
		Login    string `json:"login" maxLength:"200"`
		Password string `json:"password" maxLength:"500"`
	}
}

func (d *Desk) signIn(ctx context.Context, in *signInInput) (*signedIn, error) {
	r := rest.Request(ctx)
	s, err := d.People.Login(ctx, people.LoginInput{Login: in.Body.Login, Password: in.Body.Password, Address: d.ClientAddress(r),
		UserAgent: r.UserAgent(), Previous: d.SessionToken(r)})
	if err != nil {
		return nil, err
	}
	return d.welcome(ctx, s)
}

func (d *Desk) welcome(ctx context.Context, s people.Session) (*signedIn, error) {
	actor, err := d.People.Authenticate(ctx, s.Token)
	if err != nil {
		return nil, err
	}
	me, err := d.me(domain.WithActor(ctx, actor))
	if err != nil {
		return nil, err
	}
	return &signedIn{SetCookie: d.Cookie(s.Token, s.ExpiresAt).String(), Body: me.Body}, nil
}

type confirmInput struct {
	Body struct {
		Password string `json:"password" maxLength:"500"`
	}
}

// Confirmed is how long what asks for a signature can be signed.
type Confirmed struct {
	Until time.Time `json:"until"`
}

func (d *Desk) confirm(ctx context.Context, in *confirmInput) (*rest.Body[Confirmed], error) {
	until, err := d.People.Confirm(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return &rest.Body[Confirmed]{Body: Confirmed{Until: until}}, nil
}

type signedOut struct {
	SetCookie string `header:"Set-Cookie"`
}

// signOut ends the session of the cookie, if there is one; it never fails for want of one.
func (d *Desk) signOut(ctx context.Context, _ *rest.Empty) (*signedOut, error) {
	if token := d.SessionToken(rest.Request(ctx)); token != "" {
		if err := d.People.Logout(ctx, token); err != nil {
			return nil, err
		}
	}
	return &signedOut{SetCookie: d.Cookie("", time.Time{}).String()}, nil
}

func (d *Desk) me(ctx context.Context) (*rest.Body[Me], error) {
	actor := domain.ActorFrom(ctx)
	p, err := d.People.ByID(ctx, actor.User)
	if err != nil {
		return nil, err
	}
	grants, err := d.Policies.ListGrants(ctx, actor.User)
	if err != nil {
		return nil, err
	}
	prefs, err := d.People.Preferences(ctx)
	if err != nil {
		return nil, err
	}
	if len(prefs) == 0 {
		prefs = json.RawMessage("{}")
	}
	me := Me{Person: who.Of(p), Email: p.Email, Roles: d.held(ctx, grants), Teams: []who.Team{}, Site: rest.Opt(p.SiteKey), May: d.Policies.Abilities(ctx),
		TimeZone: p.TimeZone, Preferences: prefs}
	names, err := d.Teams(ctx, actor.Teams)
	if err != nil {
		return nil, err
	}
	for _, id := range actor.Teams {
		me.Teams = append(me.Teams, names[id])
	}
	return &rest.Body[Me]{Body: me}, nil
}

// held lists the roles that grants give now; everybody has that of a requester.
func (d *Desk) held(ctx context.Context, grants []policies.Grant) []admin.HeldRole {
	out := []admin.HeldRole{}
	now := d.DB.Now(ctx)
	for _, g := range grants {
		if g.RevokedAt == nil && !now.Before(g.ValidFrom) && (g.ValidUntil == nil || now.Before(*g.ValidUntil)) {
			out = append(out, admin.HeldRole{Role: g.Role, Scope: g.Scope, Label: admin.RoleLabel(g.Role)})
		}
	}
	return append(out, admin.HeldRole{Role: policies.Requester, Scope: "own", Label: admin.RoleLabel(policies.Requester)})
}

type preferencesInput struct {
	Body map[string]any
}

func (d *Desk) setPreferences(ctx context.Context, in *preferencesInput) (*rest.Body[map[string]any], error) {
	raw, err := json.Marshal(in.Body)
	if err != nil {
		return nil, domain.ErrInvalid.With("body", "preferences are a JSON object")
	}
	if err := d.People.SetPreferences(ctx, raw); err != nil {
		return nil, err
	}
	return &rest.Body[map[string]any]{Body: in.Body}, nil
}

func (d *Desk) mySessions(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[admin.Session]], error) {
	all, err := d.People.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	return rest.List(admin.SessionsOf(all)), nil
}

func (d *Desk) endMySession(ctx context.Context, in *rest.ByID) (*rest.Empty, error) {
	return nil, d.People.EndSession(ctx, in.ID)
}

func token(t people.Token) Token {
	return Token{ID: t.Ref, Name: t.Name, Rights: rest.NotNil(t.Rights), CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, LastUsedAt: t.LastUsedAt}
}

func (d *Desk) myTokens(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[Token]], error) {
	all, err := d.People.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	out := []Token{}
	for _, t := range all {
		out = append(out, token(t))
	}
	return rest.List(out), nil
}

type createTokenInput struct {
	Body struct {
		Name      string    `json:"name" maxLength:"200"`
		Rights    []string  `json:"rights" maxItems:"200" doc:"Actions (incident.read) or classes (incident.*)"`
		ExpiresAt time.Time `json:"expires_at" doc:"Within a year"`
	}
}

func (d *Desk) createMyToken(ctx context.Context, in *createTokenInput) (*rest.Body[Token], error) {
	t, secret, err := d.People.CreateToken(ctx, people.TokenInput{Name: in.Body.Name, Rights: in.Body.Rights, ExpiresAt: in.Body.ExpiresAt})
	if err != nil {
		return nil, err
	}
	out := token(t)
	out.Secret = secret
	return &rest.Body[Token]{Body: out}, nil
}

func (d *Desk) revokeMyToken(ctx context.Context, in *rest.ByID) (*rest.Empty, error) {
	return nil, d.People.RevokeToken(ctx, in.ID)
}

type changePasswordInput struct {
	Body struct {
		Current string `json:"current" maxLength:"500"`
		New     string `json:"new" maxLength:"500"`
	}
}

func (d *Desk) changeMyPassword(ctx context.Context, in *changePasswordInput) (*rest.Empty, error) {
	return nil, d.People.ChangePassword(ctx, in.Body.Current, in.Body.New)
}
