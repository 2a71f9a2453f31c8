package domain

import "context"

// ActorKind says what sort of agent acts.
type ActorKind string

// The kinds of actor. Jobs, imports and start-up act as the system or as a named service, never as a person.
const (
	Person    ActorKind = "person"
	Service   ActorKind = "service"
	System    ActorKind = "system"
	Anonymous ActorKind = "anonymous"
)

// Via is the door through which an act came in. It is kept with every event of the log.
type Via string

// The doors.
const (
	ViaUI     Via = "ui"
	ViaAPI    Via = "api"
	ViaCLI    Via = "cli"
	ViaJob    Via = "job"
	ViaImport Via = "import"
	ViaDemo   Via = "demo"
)

// Actor is who acts in a unit of work. It says who somebody is, never what they may do: that is
// asked of policies, in the verb, after loading the record.
type Actor struct {
	Kind ActorKind
	User UserID
	// Ref is the opaque, random identifier that the log shows in place of a name.
	Ref  string
	Name string
	Via  Via
	// Session is the opaque identifier of the session or token used.
	Session string
	// Authn says how the actor proved who they are: "password", "token", "local".
	Authn string
	Site  SiteID
	Teams []TeamID
	// Narrowed, when not nil, lists the only actions that this actor's token may take
	// ("class.action", or "class.*"); the person's own rights still apply on top.
	Narrowed []string
	// Origin names the tool whose history an import replays, empty otherwise.
	Origin string
}

// InTeam tells whether the actor is a member of the team.
func (a Actor) InTeam(t TeamID) bool {
	for _, own := range a.Teams {
		if own == t {
			return true
		}
	}
	return false
}

// SystemActor is the desk itself: sealer, timers, migrations.
func SystemActor(via Via) Actor {
	return Actor{Kind: System, Ref: "system", Name: "Cabinet", Via: via, Authn: "local"}
}

type actorKey struct{}

// WithActor returns a context in which a acts.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom returns who acts in ctx; without one it is the anonymous actor, who may do nothing.
func ActorFrom(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return Actor{Kind: Anonymous, Ref: "anonymous", Name: "Anonymous"}
}
