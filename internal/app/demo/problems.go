package demo

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// trouble is a problem: a cause behind incidents, and how far its story has come.
type trouble struct {
	key, title, text           string
	service, class, team       string
	agent, end                 string
	ago                        int // days
	impact, urgency            int
	cause, workaround, removed string
	notes                      []string
}

var troubles = []trouble{
	{key: "spooler", title: "Print spooler hangs when a driver of series 5 is loaded", service: "Printing", class: "Software", team: "workplace", agent: "stefan", end: problem.StateKnownError, ago: 82, impact: 2, urgency: 2,
		text:       "Print queues of a whole site stop about once a fortnight. The spooler takes one core and answers nobody until it is restarted.",
		cause:      "The driver of series 5 waits for a lock that it holds itself when two jobs ask for duplex at once.",
		workaround: "Restart the spooler: `restart-spooler <site>` from the runbook, two minutes, no job is lost.",
		notes:      []string{"Dump taken during the last occurrence, sent to the vendor.", "Vendor confirms: mended in driver 5.9, due next quarter. We could go to the universal driver instead, see the change."}},
	{key: "posting", title: "Posting and release of orders block each other", service: "ERP", class: "Database", team: "databases", agent: "emil", end: problem.StateKnownError, ago: 77, impact: 2, urgency: 2,
		text:       "Error 4xx when posting invoices, deadlocks in the order database: both at the month's end, both with the period lock.",
		cause:      "Posting locks the period and then the orders, the release of blocked orders does it the other way round.",
		workaround: "End the session that holds the lock (`erpctl sessions --blocking`); run the release once an hour at most.",
		notes:      []string{"Lock graph of the last ten deadlocks attached; always the same two statements."}},
	{key: "vpn", title: "VPN tunnels drop when both ends renew their keys at once", service: "VPN", class: "Network", team: "network", agent: "niels", end: problem.StateInvestigating, ago: 60, impact: 2, urgency: 2,
		text:       "Drops every ten minutes for people with fast lines. Rekey of phase 2 collides.",
		workaround: "Install the client profile with the longer lifetime.",
		notes:      []string{"Reproduced in the lab with two clients behind one line.", "Vendor asks for a trace with timestamps of both ends."}},
	{key: "load", title: "Nightly load loses its statistics after the purge", service: "BI warehouse", class: "Database", team: "databases", agent: "zoe", end: problem.StateResolved, ago: 55, impact: 2, urgency: 3,
		text:       "After the monthly purge, the first load scans the fact table in full and runs into the day.",
		cause:      "The purge drops partitions and with them the statistics; the optimiser then believes the table to be empty.",
		workaround: "Gather statistics by hand after the purge.",
		removed:    "The purge gathers statistics as its last step. Two purges since, both loads done by 04:30."},
	{key: "certificates", title: "Certificates issued by hand expire unnoticed", service: "Identity", class: "Security", team: "security", agent: "arjen", end: problem.StateClosed, ago: 70, impact: 2, urgency: 2,
		text:       "Third expired certificate this year. All three had been issued by hand.",
		cause:      "Certificates that are issued by hand are in no list, so that nothing renews or watches them.",
		workaround: "Weekly scan of all names in DNS.",
		removed:    "All certificates are issued by the automatic way; the scan compares what it sees with the list, every night."},
	{key: "docks", title: "Docking stations of the spring batch lose their monitors", service: "Workplace", class: "Hardware", team: "workplace", agent: "lucia", end: problem.StateDetected, ago: 6, impact: 3, urgency: 2,
		text: "Seven exchanged docks, all with serial numbers from one week. To be looked into with the vendor."},
	{key: "voice", title: "Voice quality falls after each firewall update", service: "Telephony", class: "Network", team: "network", agent: "petra", end: problem.StateInvestigating, ago: 21, impact: 2, urgency: 3,
		text:  "QoS marks are lost after updates of the firewall, the third time now.",
		notes: []string{"The update writes the interface's defaults back. Is it in the release notes?"}},
	{key: "travel", title: "Travel tool signs people out", service: "Identity", class: "Software", team: "security", agent: "arjen", end: problem.StateCancelled, ago: 40, impact: 3, urgency: 3,
		text: "Several people are signed out of the travel tool during the day."},
}

func (s *story) planProblems() {
	for _, t := range troubles {
		rec := &record{}
		s.problems[t.key] = rec
		s.sum.Problems++
		var l life
		l.then(0, t.agent, "records a problem", func(ctx context.Context) error {
			p, err := s.Problems.Detect(ctx, problem.DetectInput{Title: t.title, Description: t.text, Impact: t.impact, Urgency: t.urgency,
				Service: t.service, Classification: t.class, Team: s.teams[t.team], Assignee: s.id(t.agent)})
			rec.number = p.Ticket.Number
			return err
		})
		l.then(3*time.Hour, crewOf(t.team)[0], "watches", s.watch(rec, crewOf(t.team)[0]))
		move := func(after time.Duration, in problem.MoveInput) {
			l.then(after, t.agent, in.Event, func(ctx context.Context) error {
				in.Number = rec.number
				_, err := s.Problems.Move(ctx, in)
				return err
			})
		}
		if t.end != problem.StateDetected {
			move(day, problem.MoveInput{Event: "investigate"})
		}
		for _, n := range t.notes {
			l.then(3*day, t.agent, "notes", s.comment(rec, n, true))
		}
		for _, k := range []struct {
			text string
			in   problem.AmendInput
		}{{t.workaround, problem.AmendInput{Workaround: &t.workaround}}, {t.cause, problem.AmendInput{RootCause: &t.cause}}} {
			if k.text != "" {
				l.then(2*day, t.agent, "writes down what is known", func(ctx context.Context) error {
					k.in.Patch = ticket.Patch{Number: rec.number}
					_, err := s.Problems.Amend(ctx, k.in)
					return err
				})
			}
		}
		switch t.end {
		case problem.StateKnownError:
			move(day, problem.MoveInput{Event: "declare_known_error"})
		case problem.StateResolved, problem.StateClosed:
			move(12*day, problem.MoveInput{Event: "resolve", Resolution: t.removed})
			if t.end == problem.StateClosed {
				move(14*day, problem.MoveInput{Event: "close"})
			}
		case problem.StateCancelled:
			move(4*day, problem.MoveInput{Event: "cancel", Reason: "The tool ends sessions after an hour by design; explained in its guide."})
		}
		s.lived(l, s.workday(t.ago), s.now.Add(-3*time.Hour))
	}
}
