package demo

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/domain"
)

// planMeetings tells of the CAB: two meetings that are over, with their minutes signed, one that sits now, and the rhythm by which
// it meets from now on.
func (s *story) planMeetings() {
	for _, daysAgo := range []int{8, 4} {
		at := s.working(midnight(s.now).AddDate(0, 0, -daysAgo).Add(13 * time.Hour)).Truncate(5 * time.Minute)
		ref := s.sitting(at, at.Add(-2*day))
		s.talk(ref, at.Add(4*time.Minute), 4)
		s.meet(ref, at.Add(50*time.Minute), "cleo", "ends the meeting", func(ctx context.Context, m cab.Meeting) error {
			_, err := s.Meetings.Move(ctx, m.Ref, "end", "")
			return err
		})
		s.meet(ref, at.Add(2*time.Hour), "cleo", "signs the minutes", func(ctx context.Context, m cab.Meeting) error {
			_, minutes, err := s.Meetings.Minutes(ctx, m.Ref)
			if err == nil {
				_, _, err = s.Meetings.Sign(ctx, m.Ref, minutes.Digest)
			}
			return err
		})
		if daysAgo == 8 {
			s.meet(ref, at.Add(26*time.Hour), "ines", "adds to the minutes", func(ctx context.Context, m cab.Meeting) error {
				_, err := s.Meetings.Append(ctx, m.Ref, "Dora had sent her excuses by telephone; that was not noted.")
				return err
			})
		}
	}
	at := s.now.Add(-25 * time.Minute).Truncate(5 * time.Minute)
	ref := s.sitting(at, at.Add(-20*time.Hour))
	s.talk(ref, at.Add(4*time.Minute), 1)
	s.meet(ref, s.now.Add(-3*time.Minute), "cleo", "goes on to a decision", func(ctx context.Context, m cab.Meeting) error {
		return s.goOn(ctx, m, func(x cab.Item) bool { return x.Section == cab.SectionHighRisk })
	})
	s.plan(s.now.Add(-15*time.Minute), "ines", "says how the CAB meets", func(ctx context.Context) error {
		board, err := s.Approvals.Board(ctx, "cab")
		if err != nil {
			return err
		}
		first := s.now.AddDate(0, 0, 2)
		for weekend(first) {
			first = first.AddDate(0, 0, 1)
		}
		r := cab.Usual(board.ID)
		r.Active, r.Zone, r.Starts, r.ManagerID, r.NoticeHours = true, "Europe/Lisbon", first.Format("2006-01-02")+"T14:00", s.id("cleo"), 96
		r.Rule = "FREQ=WEEKLY;BYDAY=" + []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}[first.Weekday()]
		_, err = s.Meetings.SetRhythm(ctx, "cab", r, 0)
		return err
	})
}

// meet is an act in a meeting.
func (s *story) meet(ref *string, at time.Time, who, what string, do func(ctx context.Context, m cab.Meeting) error) {
	s.plan(at, who, what, func(ctx context.Context) error {
		m, err := s.Meetings.Get(domain.WithActor(ctx, domain.SystemActor(domain.ViaDemo)), *ref)
		if err != nil {
			return err
		}
		return do(ctx, m)
	})
}

// sitting is a meeting that was convened, that people have said they come to, and that has begun with those who came.
func (s *story) sitting(at, convened time.Time) *string {
	ref := new(string)
	s.plan(convened, "ines", "convenes the CAB", func(ctx context.Context) error {
		m, err := s.Meetings.Convene(ctx, cab.ConveneInput{Board: "cab", StartsAt: at})
		*ref = m.Ref
		return err
	})
	for i, who := range []string{"carl", "cleo", "paul", "dora"} {
		s.meet(ref, convened.Add(time.Duration(i+1)*40*time.Minute), who, "answers the invitation", func(ctx context.Context, m cab.Meeting) error {
			_, err := s.Meetings.Answer(ctx, m.Ref, who != "dora")
			return err
		})
	}
	s.meet(ref, at.Add(2*time.Minute), "cleo", "starts the meeting", func(ctx context.Context, m cab.Meeting) error {
		_, err := s.Meetings.Move(ctx, m.Ref, "start", "")
		return err
	})
	for i, who := range []string{"cleo", "paul", "rita"} {
		s.meet(ref, at.Add(2*time.Minute+time.Duration(i+1)*20*time.Second), who, "comes into the room", func(ctx context.Context, m cab.Meeting) error {
			_, err := s.Meetings.Join(ctx, m.Ref, 0)
			return err
		})
	}
	return ref
}

var said = []string{"Nobody was against it. The way back was gone through step by step.", "The board wants to see the test protocol before the window begins.", "The owner of the service was asked and agrees with the time.", "Put to the next meeting if the vendor does not answer in time."}

// talk goes through the first points of the agenda.
func (s *story) talk(ref *string, at time.Time, points int) {
	for i := range points {
		when := at.Add(time.Duration(i) * 9 * time.Minute)
		s.meet(ref, when, "cleo", "goes on to the next point", func(ctx context.Context, m cab.Meeting) error {
			return s.goOn(ctx, m, func(x cab.Item) bool { return x.TicketID != 0 })
		})
		s.meet(ref, when.Add(5*time.Minute), "ines", "takes the minutes", func(ctx context.Context, m cab.Meeting) error {
			x := m.Current()
			if x == nil || x.Note != "" || x.TicketID == 0 {
				return nil
			}
			if _, err := s.Meetings.Jot(ctx, m.Ref, x.Ref, said[i%len(said)]); err != nil || i != 1 {
				return err
			}
			_, err := s.Meetings.Act(ctx, cab.ActInput{Meeting: m.Ref, Item: x.Ref, Text: "Send the test protocol to the board", Owner: s.id("paul"), Due: when.AddDate(0, 0, 7).Format(time.DateOnly)})
			return err
		})
	}
}

// goOn takes the first point that is still to come and is wanted, if there is one.
func (s *story) goOn(ctx context.Context, m cab.Meeting, wanted func(cab.Item) bool) error {
	from := ""
	if x := m.Current(); x != nil {
		from = x.Ref
	}
	for _, x := range m.Items {
		if x.State == cab.ItemOpen && wanted(x) {
			_, err := s.Meetings.Take(ctx, m.Ref, x.Ref, from)
			return err
		}
	}
	return nil
}

// registered is what was done three times, from so many days ago on, before anybody made a template of it: their numbers.
func (s *story) registered(doc template.Doc, daysAgo int) *[]string {
	done := new([]string)
	for i := range 3 {
		s.sum.Changes++
		s.plan(s.workday(daysAgo-i), "petra", "registers what was done", func(ctx context.Context) error {
			m, title, services := changes.Registration, doc.Title, doc.AffectedServices
			c, err := s.Changes.Raise(ctx, changes.RaiseInput{Team: s.teams["network"], Plan: changes.PlanPatch{Title: &title, Model: &m, ImplementationPlan: &doc.ImplementationPlan, AffectedServices: &services}})
			if err != nil {
				return err
			}
			*done = append(*done, c.Ticket.Number)
			_, err = s.Changes.Move(ctx, changes.MoveInput{Number: c.Ticket.Number, Event: "register", Outcome: "successful"})
			return err
		})
	}
	return done
}

// planProposal puts another template to the board, which waits for its votes.
func (s *story) planProposal() {
	doc := template.Doc{Title: "Add an access point to a floor", Summary: "When a floor has too little wireless coverage and a port is free.", Service: "Wi-Fi", Category: "network", Environment: "production",
		ImplementationPlan: "1. Take an access point from the store and note its serial number.\n2. Mount it and connect it to the free port.\n3. Give it the profile of the site.",
		TestPlan:           "Walk the floor with a laptop: no place below -67 dBm.", BackoutPlan: "Shut the port. The neighbours take over.", BackoutTested: "yes", Outage: "no", AffectedServices: []string{"Wi-Fi"},
		Variable: []string{"description", "items"}, Minutes: 60, Zone: "Europe/Amsterdam", MaxRisk: changes.Low, Failures: 1}
	done := s.registered(doc, 19)
	s.plan(s.workday(5), "petra", "proposes another template", func(ctx context.Context) error {
		const key = "add-an-access-point"
		if _, err := s.Templates.Draft(ctx, template.DraftInput{Key: key, Doc: doc}); err != nil {
			return err
		}
		_, err := s.Templates.Move(ctx, template.MoveInput{Key: key, Edition: 1, Event: "propose", Evidence: *done})
		return err
	})
}
