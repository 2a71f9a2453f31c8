package demo

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/internal/app/demo/tales"
)

// wallForm is how a schedule writes its first time.
const wallForm = "2006-01-02T15:04"

// planCalendar tells when the organisation changes things, when it does not, and where two plans met.
func (s *story) planCalendar() {
	monday := midnight(s.now).AddDate(0, 0, -70)
	for monday.Weekday() != time.Monday {
		monday = monday.AddDate(0, 0, -1)
	}
	on := func(days, hour int) string {
		return monday.AddDate(0, 0, days).Add(time.Duration(hour) * time.Hour).Format(wallForm)
	}
	soon := func(days, hour int) string {
		return midnight(s.now).AddDate(0, 0, days).Add(time.Duration(hour) * time.Hour).Format(wallForm)
	}
	last := time.Date(monday.Year(), monday.Month()+1, 0, 18, 0, 0, 0, time.UTC)
	for i, sc := range []calendar.Schedule{
		{Kind: calendar.Window, Name: "Server nights", Purpose: "Nobody works in the data centres' time zones, and the backups have not begun.", Zone: "Europe/Amsterdam", Starts: on(0, 20), Minutes: 5 * 60, Rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH", Scope: calendar.Scope{Classes: []string{"server"}}},
		{Kind: calendar.Window, Name: "Network Sundays", Purpose: "The lines between the sites are quiet.", Zone: "Europe/Lisbon", Starts: on(6, 5), Minutes: 6 * 60, Rule: "FREQ=WEEKLY;BYDAY=SU", Scope: calendar.Scope{Classes: []string{"network_device"}}},
		{Kind: calendar.Freeze, Name: "Closing of the books", Purpose: "Finance closes the month: what the ERP stands on stays as it is.", Zone: "Europe/Lisbon", Starts: last.Format(wallForm), Minutes: 36 * 60, Rule: "FREQ=MONTHLY;BYMONTHDAY=-1", Scope: calendar.Scope{Tags: []string{"SOX"}}, Models: calendar.Names{"emergency"}},
		{Kind: calendar.Freeze, Name: "Stocktaking", Purpose: "Everything in the warehouses is counted: no change but emergencies.", Zone: "Europe/Vienna", Starts: soon(22, 6), Minutes: 3 * 24 * 60, Scope: calendar.Scope{Everything: true}, Models: calendar.Names{"emergency", "registration"}},
	} {
		s.plan(s.workday(45-i), "ines", "makes the schedule "+sc.Name, func(ctx context.Context) error {
			_, err := s.Calendar.Make(ctx, sc)
			return err
		})
	}
	night := midnight(s.now).AddDate(0, 0, 4)
	for weekend(night) {
		night = night.AddDate(0, 0, 1)
	}
	one := s.booked("paul", []string{"felix"}, night.Add(20*time.Hour), 3*time.Hour, []string{"dc1-esx-01"}, firmware("dc1-esx-01"))
	two := s.booked("yara", []string{"felix", "tomas"}, night.Add(21*time.Hour), 2*time.Hour, []string{"dc1-esx-02"}, firmware("dc1-esx-02"))
	s.booked("emil", []string{"emil"}, midnight(s.now).AddDate(0, 0, 23).Add(20*time.Hour), 2*time.Hour, []string{"dc2-db-01"}, tales.Proposal{
		Title: "Replace the battery of the cache of dc2-db-01", Text: "The controller has warned twice that the battery holds less than an hour.", Service: "Database platform", Class: "Hardware", Team: "databases", Risk: changes.Medium,
		Why: "Without the battery the cache is switched off, and the databases get slow.", How: "1. Move the databases to dc2-db-02\n2. Shut down, replace, start\n3. Move them back", Test: "The controller shows a charge of more than 90 %.",
		Back: "Put the old battery back; the cache stays switched off.", Touches: []string{"Database platform"}})
	s.booked("zoe", []string{"zoe"}, night.Add(19*time.Hour), 2*time.Hour, []string{"dc2-backup-01"}, tales.Proposal{
		Title: "More memory for dc2-backup-01", Text: "256 GB more, from the spare parts.", Service: "Database platform", Class: "Hardware", Team: "databases", Risk: changes.Low,
		Why: "The index of the backups does not fit into memory any more.", How: "1. Wait for running jobs\n2. Shut down, build in, start", Test: "A test restore of one database.", Back: "Take the new modules out.", Touches: []string{"Database platform"}})
	s.plan(s.now.Add(-50*time.Minute), "ines", "accepts that two changes meet", func(ctx context.Context) error {
		c, err := s.Changes.Get(ctx, two.number)
		if err != nil {
			return err
		}
		kept, err := s.Calendar.Kept(ctx, c.Ticket.ID)
		for _, k := range kept {
			if err == nil && k.Kind == calendar.SamePerson {
				_, err = s.Calendar.Accept(ctx, calendar.AcceptInput{Number: one.number, Ref: k.Ref, Reason: "He does one after the other, and starts the second only when the first is done."})
			}
		}
		return err
	})
}

func firmware(host string) tales.Proposal {
	return tales.Proposal{Title: "Firmware 7.4 for " + host, Text: "The vendor's correction for hosts that hang under load.", Service: "Database platform", Class: "Hardware", Team: "apps", Risk: changes.Medium,
		Why: "Two hosts of this series have hung this quarter.", How: "1. Move the machines to the other hosts\n2. Maintenance mode, firmware, restart\n3. Move them back", Test: "The host runs for half an hour under test load.",
		Back: "Firmware 7.3 is on the other bank: restart from it.", Touches: []string{"Database platform"}}
}

// booked raises a change of named items and puts it forward.
func (s *story) booked(raiser string, crew []string, start time.Time, length time.Duration, items []string, w tales.Proposal) *record {
	rec, end := &record{}, start.Add(length)
	s.sum.Changes++
	at := s.workday(2)
	s.plan(at, raiser, "raises a change of "+items[0], func(ctx context.Context) error {
		people, numbers := s.ids(crew...), []string{}
		for _, name := range items {
			numbers = append(numbers, s.items[name])
		}
		patch := changes.PlanPatch{Title: &w.Title, Description: &w.Text, Service: &w.Service, Risk: &w.Risk, Justification: &w.Why, ImplementationPlan: &w.How, TestPlan: &w.Test, BackoutPlan: &w.Back,
			PlannedStart: &start, PlannedEnd: &end, AffectedServices: &w.Touches, Implementers: &people, CIs: &numbers}
		rate(&patch, w)
		c, err := s.Changes.Raise(ctx, changes.RaiseInput{Plan: patch, Classification: w.Class, Team: s.teams[w.Team], Owner: s.id("ines")})
		rec.number = c.Ticket.Number
		return err
	})
	s.plan(earlier(at.Add(s.about(2*time.Hour)), s.now.Add(-55*time.Minute)), raiser, "puts a change forward", func(ctx context.Context) error {
		_, err := s.Changes.Move(ctx, changes.MoveInput{Number: rec.number, Event: "submit"})
		return err
	})
	return rec
}
