package demo

import (
	"context"
	"fmt"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// grant gives everybody what they hold, with a reason for the reviewers of access.
func (s *story) grant(ctx context.Context, tick func()) error {
	for _, m := range append(cast, member{watchman, "", "", []string{policies.Agent + everywhere}}) {
		for _, r := range m.roles {
			tick()
			role, scope, _ := strings.Cut(r, "@")
			reason := "Joined the organisation's support; agreed with the team lead."
			switch {
			case m.login == watchman:
				reason = "Opens incidents for alarms."
			case role == policies.CABMember || role == policies.CABChair:
				reason = "Appointed to the board by the head of IT."
			case role == policies.Auditor:
				reason = "Internal audit plan of this year."
			}
			if _, err := s.Gate.Grant(ctx, policies.GrantInput{User: s.id(m.login), Role: role, Scope: scope, Reason: reason}); err != nil {
				return fmt.Errorf("grant %s to %s: %w", r, m.login, err)
			}
		}
	}
	return nil
}

// planViews lets people share the lists that they look at every day.
func (s *story) planViews() {
	for _, v := range []struct{ who, name, kind, query string }{
		{"mila", "P1 and P2, open", "incident", "kind=incident&queue=open&priority=1,2&sort=priority"},
		{"mila", "Nobody has it yet", "incident", "kind=incident&queue=unassigned&sort=opened_at"},
		{"tess", "Network, oldest first", "", "team=network&queue=open&sort=opened_at"},
		{"wim", "Requests in fulfilment", "request", "kind=request&state=in_fulfilment&sort=opened_at"},
		{"ines", "Waiting for approval", "change", "kind=change&state=authorize&sort=updated_at"},
		{"ines", "High-risk changes", "change", "kind=change&risk=high&sort=-updated_at"},
		{"omar", "Everything about the ERP", "", "service=ERP&sort=-updated_at"},
		{"rita", "Known errors", "problem", "kind=problem&state=known_error&sort=-updated_at"},
	} {
		s.plan(s.workday(20+s.rng.IntN(60)), v.who, "shares a view", func(ctx context.Context) error {
			_, err := s.Tickets.SaveView(ctx, ticket.View{Name: v.name, Kind: domain.Kind(v.kind), Query: v.query, Shared: true})
			return err
		})
	}
}
