package demo

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/app/demo/tales"
)

// The requests, by the state that each has reached, and how many days ago it was asked for.
var requestEnds = []struct {
	end string
	ago []float64
}{
	{request.StateSubmitted, []float64{0.03, 0.2, 0.9, 1.6, 4}},
	{request.StateInFulfilment, []float64{0.8, 1.5, 2, 3, 4, 6, 8, 11, 19, 30}},
	{request.StateFulfilled, []float64{2, 3, 3.5, 4, 5, 6}},
	{request.StateClosed, []float64{7, 9, 12, 15, 20, 24, 29, 33, 41, 46, 52, 58, 65, 70, 77, 84}},
	{request.StateCancelled, []float64{13, 37, 61}},
}

func (s *story) planRequests() {
	n := 0
	for _, e := range requestEnds {
		for _, ago := range e.ago {
			asker, agent := pick(s, askers), ""
			if n%9 == 0 {
				asker = "ana"
			}
			w := tales.Wishes[n%len(tales.Wishes)]
			if e.end == request.StateInFulfilment && n%3 == 0 {
				agent = pick(s, []string{"hugo", "hugo", "tess"})
			}
			opened := s.now.Add(-time.Duration(ago * float64(day)))
			if ago > 0.5 {
				opened = s.working(opened)
			}
			s.wish(w, e.end, asker, agent, opened)
			n++
		}
	}
}

// wish plans one service request.
func (s *story) wish(w tales.Wish, end, asker, agent string, opened time.Time) {
	rec := &record{}
	s.sum.Requests++
	desk := pick(s, crewOf("desk"))
	team := w.Team
	switch agent {
	case "":
		agent = pick(s, crewOf(team))
	case "hugo":
		team = "desk"
	case "tess":
		team = "network"
	}
	site := "lisbon"
	for _, m := range cast {
		if m.login == asker {
			site = m.site
		}
	}
	words, came := s.wording(site), "portal"
	if s.sum.Requests%4 == 0 {
		came = "email"
	}
	var l life
	l.then(0, asker, "asks", func(ctx context.Context) error {
		r, err := s.Requests.Submit(ctx, request.SubmitInput{Title: words.Replace(w.Title), Description: words.Replace(w.Text), Priority: w.Priority,
			Service: w.Service, Classification: w.Class, ContactType: came})
		rec.number = r.Ticket.Number
		return err
	})
	move := func(after time.Duration, who string, in request.MoveInput) {
		l.then(after, who, in.Event, func(ctx context.Context) error {
			in.Number = rec.number
			_, err := s.Requests.Move(ctx, in)
			return err
		})
	}
	switch end {
	case request.StateSubmitted:
	case request.StateCancelled:
		move(9*time.Hour, asker, request.MoveInput{Event: "cancel", Reason: pick(s, []string{"I found one in the cupboard.", "The project has been put off.", "Asked for twice by mistake."})})
	default:
		l.then(2*time.Hour, desk, "assigns", func(ctx context.Context) error {
			t, u := s.teams[team], s.id(agent)
			_, err := s.Tickets.Assign(ctx, ticket.AssignInput{Number: rec.number, Team: &t, Assignee: &u})
			return err
		})
		move(4*time.Hour, agent, request.MoveInput{Event: "start"})
		done := len(w.Tasks)
		if end == request.StateInFulfilment {
			done /= 2
		}
		s.tasks(&l, rec, w, agent, done)
		if end == request.StateInFulfilment {
			break
		}
		move(5*time.Hour, agent, request.MoveInput{Event: "fulfil", Fulfilment: words.Replace(w.Done)})
		if end == request.StateClosed {
			closer := asker
			if s.chance(40) {
				closer = desk
			}
			move(22*time.Hour, closer, request.MoveInput{Event: "close"})
		}
	}
	deadline := s.now.Add(-s.now.Sub(opened) / 10)
	s.lived(l, opened, deadline)
}

// tasks adds the steps of fulfilment and does the first of them.
func (s *story) tasks(l *life, rec *record, w tales.Wish, agent string, done int) {
	numbers := make([]string, len(w.Tasks))
	for i, t := range w.Tasks {
		who := pick(s, crewOf(t.Team))
		l.then(3*time.Minute, agent, "adds a task", func(ctx context.Context) error {
			task, err := s.Requests.AddTask(ctx, request.TaskInput{Number: rec.number, Title: t.Title, Team: s.teams[t.Team], Assignee: s.id(who)})
			numbers[i] = task.Number
			return err
		})
	}
	for i := range w.Tasks {
		if i > done || i == done && done == len(w.Tasks) {
			break
		}
		who := pick(s, crewOf(w.Tasks[i].Team))
		events := []request.TaskMoveInput{{Event: "start"}, {Event: "finish"}}
		switch {
		case i == done:
			events = events[:1]
		case i == len(w.Tasks)-1 && len(w.Tasks) > 2 && s.chance(12):
			events = []request.TaskMoveInput{{Event: "skip", Reason: "Not needed this time: it was there from before."}}
		}
		for _, e := range events {
			l.then(5*time.Hour, who, e.Event+" a task", func(ctx context.Context) error {
				e.Number = numbers[i]
				_, err := s.Requests.MoveTask(ctx, e)
				return err
			})
		}
	}
}
