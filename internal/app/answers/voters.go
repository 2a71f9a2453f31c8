package answers

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/policies"
)

// Voters answers what changes ask about those who may be asked to decide.
type Voters struct {
	Directory
	Gate *policies.Engine
}

func (v Voters) MembersOf(ctx context.Context, team domain.TeamID) (out []domain.UserID, err error) {
	teams, err := v.People.TeamsByID(ctx)
	for _, m := range teams[team].Members {
		out = append(out, m.ID)
	}
	return out, err
}

func (v Voters) TeamKeys(ctx context.Context) (map[domain.TeamID]string, error) {
	teams, err := v.People.TeamsByID(ctx)
	out := map[domain.TeamID]string{}
	for id, t := range teams {
		out[id] = t.Name
	}
	return out, err
}

func (v Voters) HoldersOf(_ context.Context, role string, team domain.TeamID, site domain.SiteID) ([]domain.UserID, error) {
	return v.Gate.HoldersOf(role, team, site), nil
}

func (v Voters) UsersByRef(ctx context.Context, refs []string) (out []domain.UserID, err error) {
	found, err := v.People.ByRefs(ctx, refs)
	for _, ref := range refs {
		if p, ok := found[ref]; ok {
			out = append(out, p.ID)
		}
	}
	return out, err
}

func (v Voters) Confirmed(ctx context.Context) (bool, error) { return v.People.Confirmed(ctx) }

// Directory answers what tickets and approvals ask about people.
type Directory struct{ People *people.Service }

func (d Directory) MemberOf(ctx context.Context, user domain.UserID, team domain.TeamID) (active, member bool, err error) {
	return d.People.MemberOf(ctx, user, team)
}

func (d Directory) NamesOf(ctx context.Context, users []domain.UserID) (map[domain.UserID]string, error) {
	return d.People.NamesOf(ctx, users)
}

func (d Directory) ActiveOf(ctx context.Context, users []domain.UserID) (map[domain.UserID]bool, error) {
	found, err := d.People.ByIDs(ctx, users)
	active := make(map[domain.UserID]bool, len(found))
	for id, p := range found {
		active[id] = p.Active
	}
	return active, err
}

func (d Directory) RefOf(ctx context.Context, user domain.UserID) (string, error) {
	p, err := d.People.ByID(ctx, user)
	return p.Ref, err
}

func (d Directory) DelegationsAmong(ctx context.Context, users []domain.UserID, at time.Time) ([]approval.Delegation, error) {
	found, err := d.People.DelegationsAmong(ctx, users, at)
	out := make([]approval.Delegation, len(found))
	for i, x := range found {
		out[i] = approval.Delegation{Ref: x.Ref, From: x.From.ID, To: x.To.ID, Board: x.Board, MaxRisk: x.MaxRisk, Models: x.Models}
	}
	return out, err
}
