// Package admin is the part of the REST API about the desk itself: people, teams, boards and delegations, canned
// texts, who may do what and why, and jobs that failed.
package admin

import (
	"context"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/canned"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/jobs"
	"github.com/cabinetdesk/cabinet/policies"
)

// Gate answers who may do what (policies.Engine).
type Gate interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Decide(ctx context.Context, actor domain.Actor, action string, o policies.Object) policies.Decision
}

// Deps is what these routes are composed from.
type Deps struct {
	*who.Directory
	DB        *db.DB
	Gate      Gate
	Policies  *policies.Engine
	People    *people.Service
	Tickets   *ticket.Service
	Changes   *changes.Service
	Approvals *approval.Service
	Audit     *audit.Log
	Sealer    *audit.Sealer
	Jobs      *jobs.Runner
	Canned    *canned.Service
}

type area struct {
	Deps
	store store
}

// Routes offers them.
func Routes(b *route.Book, d Deps) {
	a := &area{Deps: d, store: store{d.DB}}
	route.Add(b, "list-boards", a.listBoards)
	route.Add(b, "set-board", a.setBoard)
	route.Add(b, "list-delegations", a.listDelegations)
	route.Add(b, "delegate", a.delegate)
	route.Add(b, "foresee-delegation", a.foresee)
	route.Add(b, "revoke-delegation", a.revokeDelegation)

	route.Add(b, "list-canned", a.listCanned)
	route.Add(b, "write-canned", a.writeCanned)
	route.Add(b, "amend-canned", a.amendCanned)
	route.Add(b, "move-canned", a.moveCanned)

	route.Add(b, "list-people", a.listPeople)
	route.Add(b, "create-person", a.createPerson)
	route.Add(b, "get-person", a.getPerson)
	route.Add(b, "amend-person", a.amendPerson)
	route.Add(b, "move-person", a.movePerson)
	route.Add(b, "set-password", a.setPassword)
	route.Add(b, "list-grants", a.listGrants)
	route.Add(b, "grant", a.grant)
	route.Add(b, "revoke-grant", a.revokeGrant)
	route.Add(b, "list-teams", a.listTeams)
	route.Add(b, "create-team", a.createTeam)
	route.Add(b, "set-members", a.setMembers)
	route.Add(b, "list-sites", a.listSites)
	route.Add(b, "suggest-people", a.suggestPeople)

	route.Add(b, "roles", a.roles)
	route.Add(b, "explain", a.explain)
	route.Add(b, "list-jobs", a.listJobs)
	route.Add(b, "retry-job", a.retryJob)
}

// may tells whether the actor may take an action on something, without the reasons.
func (a *area) may(ctx context.Context, action string, o policies.Object) bool {
	return a.Gate.Decide(ctx, domain.ActorFrom(ctx), action, o).Allowed
}

// await waits until the event that made a version of something is sealed, and gives its receipt.
func (a *area) await(ctx context.Context, kind, entity string, version int64) (rest.Receipt, error) {
	e, err := a.Audit.Find(ctx, kind, entity, version)
	if err != nil {
		return rest.Receipt{}, err
	}
	r, err := a.Sealer.Await(ctx, e.ID)
	return rest.ReceiptOf(r), err
}
