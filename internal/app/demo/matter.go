package demo

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// The single acts on an incident.

func (m *matter) move(after time.Duration, who string, in incident.MoveInput) {
	m.then(after, who, in.Event, func(ctx context.Context) error {
		in.Number = m.rec.number
		_, err := m.s.Incidents.Move(ctx, in)
		return err
	})
}

func (m *matter) says(after time.Duration, who, text string) {
	m.then(after, who, "replies", m.s.comment(m.rec, text, false))
}

func (m *matter) notes(after time.Duration, who, text string) {
	m.then(after, who, "notes", m.s.comment(m.rec, text, true))
}

func (s *story) comment(rec *record, text string, internal bool) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		_, err := s.Tickets.Comment(ctx, ticket.CommentInput{Number: rec.number, Body: text, Internal: internal})
		return err
	}
}

func (s *story) watch(rec *record, who string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		_, err := s.Tickets.Watch(ctx, rec.number, s.id(who), true)
		return err
	}
}

func (s *story) link(from *record, kind ticket.LinkKind, to *record) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		_, err := s.Tickets.Link(ctx, ticket.LinkInput{Number: from.number, Kind: kind, To: to.number})
		return err
	}
}

// give assigns it to a team and, unless who is empty, to somebody in it.
func (m *matter) give(after time.Duration, by, team, who string) {
	m.then(after, by, "assigns", func(ctx context.Context) error {
		t, u := m.s.teams[team], m.s.id(who)
		_, err := m.s.Incidents.Assign(ctx, ticket.AssignInput{Number: m.rec.number, Team: &t, Assignee: &u})
		return err
	})
}

// blame ties it to the problem behind it, when that has been recorded by then.
func (m *matter) blame() {
	m.then(m.pace.triage, m.agent, "names the cause", func(ctx context.Context) error {
		p := m.s.problems[m.tale.Problem]
		if p == nil || p.number == "" {
			return nil
		}
		return m.s.link(m.rec, ticket.CausedBy, p)(ctx)
	})
}

// deskbound are the services whose failures are most often those of one device.
var deskbound = []string{"Workplace", "Office applications", "Printing", "Wi-Fi"}

// names says what it is about, as far as the agent can tell: the asker's own device, and the service that suffers.
func (m *matter) names() {
	m.then(m.pace.triage/2, m.agent, "names what it is about", func(ctx context.Context) error {
		role := ticket.Affected
		if own := m.s.items[m.s.devices[m.asker]]; own != "" && slices.Contains(deskbound, m.tale.Service) {
			if _, err := m.s.Tickets.AddCI(ctx, m.rec.number, own, role); err != nil {
				return err
			}
			role = ticket.Impacted
		}
		item := m.s.items[m.tale.Service]
		if item == "" {
			return nil
		}
		_, err := m.s.Tickets.AddCI(ctx, m.rec.number, item, role)
		return err
	})
}

func (m *matter) override() {
	m.then(m.pace.triage, "mila", "overrides the priority", func(ctx context.Context) error {
		two := 2
		_, err := m.s.Incidents.OverridePriority(ctx, m.rec.number, 0, &two, "Affects the month's end of a whole department.")
		return err
	})
}

func (m *matter) attach(after time.Duration, who string) {
	name := pick(m.s, []string{"screenshot-text.txt", "event-log.txt", "client.log", "what-i-did.txt"})
	body := "Copied from the screen\n\n" + m.tale.Title + "\n\n" + m.tale.Text + "\n"
	m.then(after, who, "attaches a file", m.s.attach(m.rec, name, body))
}

func (s *story) attach(rec *record, name, body string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		_, err := s.Tickets.Attach(ctx, ticket.AttachInput{Number: rec.number, Name: name, MediaType: "text/plain", Body: strings.NewReader(body)})
		return err
	}
}

// remember keeps the numbers of a tale in the order in which they were given, for duplicates.
func (s *story) remember(rec *record) {
	s.sames[rec.tale] = append(s.sames[rec.tale], rec)
}

// earlier finds the number of the last incident before this one that tells the same tale, empty for none.
func (s *story) earlier(rec *record) (number string) {
	for _, other := range s.sames[rec.tale] {
		if other != rec {
			number = other.number
		}
	}
	return number
}
