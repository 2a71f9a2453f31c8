package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/canned"
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

// planTexts gives the desk its canned texts: for all by the administrator, for a team by its lead.
func (s *story) planTexts() {
	for i, t := range []struct{ who, team, name, body string }{
		{"ada", "", "We are on it", "Hello {{requester.first_name}},\n\nthank you for telling us. {{me.first_name}} from {{team.name}} looks at it now; you will hear from us here.\n\nYour number is {{number}}."},
		{"ada", "", "One question", "Hello {{requester.first_name}},\n\nto go on we need one thing from you: "},
		{"ada", "", "Please check", "Hello {{requester.first_name}},\n\nit should work again. Please try it, and close {{number}} if it does. If it does not, say what you see and we go on.\n\n{{me.name}}"},
		{"ada", "", "Picked up in person", "Your order is ready at the service desk, Monday to Friday 8:00 to 17:00. Please bring your badge."},
		{"tess", "network", "VPN: collect the log", "Hello {{requester.first_name}},\n\nplease open the VPN client, choose *Help*, then *Collect logs*, and attach the file here. It holds no passwords.\n\n{{me.first_name}}, {{team.name}}"},
		{"tess", "network", "Wi-Fi: where and when", "To look at the right access point we need three things:\n\n- the room\n- the time, to the minute\n- the name of the laptop or phone"},
	} {
		s.plan(s.start.AddDate(0, 0, 1).Add(time.Duration(i)*time.Minute), t.who, "writes a canned text", func(ctx context.Context) error {
			_, err := s.Canned.Write(ctx, canned.WriteInput{Name: t.name, Body: t.body, Team: s.teams[t.team]})
			return err
		})
	}
}
