package policies

import "slices"

// Names of the roles.
const (
	Requester     = "requester"
	Agent         = "agent"
	TeamLead      = "team_lead"
	ChangeManager = "change_manager"
	CABMember     = "cab_member"
	CABChair      = "cab_chair"
	CIOwner       = "ci_owner"
	Auditor       = "auditor"
	Admin         = "admin"
	Pipeline      = "pipeline"
)

// Role is a set of rights that is granted together.
type Role struct {
	Name  string
	Label string
	// Does says in one sentence what the role is for.
	Does string
	// Includes names the roles whose rights this one has as well, in the same scope.
	Includes []string
	// Scopes lists the kinds of scope in which the role may be granted; none for a role that is never granted.
	Scopes []string
	// Own tells that whoever holds the role in some scope holds it in what is their own, too, for the rows that say "own".
	Own bool
}

// Roles lists the roles in the order in which people read them.
func Roles() []Role { return roles }

var roles = []Role{
	{Name: Requester, Label: "Requester", Does: "Reports what is wrong, asks for services and follows what is their own. Every active person has this role; it is not granted."},
	{Name: Agent, Label: "Agent", Does: "Works on incidents, service requests and problems, and plans changes.", Scopes: []string{All, InTeam, InSite}},
	{Name: TeamLead, Label: "Team lead", Does: "Does what an agent does, and names the members of the team.", Includes: []string{Agent}, Scopes: []string{All, InTeam, InSite}},
	{Name: ChangeManager, Label: "Change manager", Does: "Leads changes through their life and keeps the boards, but does not decide on changes.", Scopes: []string{All, InTeam, InSite}},
	{Name: CABMember, Label: "CAB member", Does: "Decides on changes of low, medium and high risk that are put to the board.", Scopes: []string{All, OnBoard}},
	{Name: CABChair, Label: "CAB chair", Does: "Does what a CAB member does, and may put a change on hold.", Includes: []string{CABMember}, Scopes: []string{All, OnBoard}},
	{Name: CIOwner, Label: "CI owner", Does: "Follows what happens to the things they own, and says what they think of changes to them.", Scopes: []string{All, InTeam, InSite}},
	{Name: Auditor, Label: "Auditor", Does: "Reads, exports and verifies everything, and changes nothing, whatever other roles they hold.", Scopes: []string{All}},
	{Name: Admin, Label: "Administrator", Does: "Administers people, teams, sites, boards, roles and jobs. Being one approves nothing.", Scopes: []string{All}},
	{Name: Pipeline, Label: "Pipeline", Does: "A program that raises, starts and completes its own changes and deploys under them. It decides on nothing, whatever other roles it holds.", Scopes: []string{All}, Own: true},
}

func roleNamed(name string) (Role, bool) {
	for _, r := range roles {
		if r.Name == name {
			return r, true
		}
	}
	return Role{}, false
}

// grantedIn tells whether the role may be granted in a kind of scope.
func (r Role) grantedIn(kind string) bool { return slices.Contains(r.Scopes, kind) }
