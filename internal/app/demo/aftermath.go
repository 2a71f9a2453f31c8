package demo

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cause"
	"github.com/cabinetdesk/cabinet/changes/review"
)

// lessons are what reviews say, by what had happened.
var lessons = map[changes.Outcome]struct{ objectives, learned string }{
	"successful":             {"met", "As planned. The order of the steps is kept for the next time."},
	"successful_with_issues": {"met", "The check after the change looked too early: it now waits ten minutes."},
	"partially_implemented":  {"partly", "Too much for one window. The rest has a change of its own, with half of the steps."},
	"failed":                 {"missed", "The test system lacked what broke the real one. It is refreshed before the next attempt."},
	"backed_out":             {"missed", "The way back worked as written, in twenty minutes. The vendor has the log of the failed step."},
}

// look has somebody conduct the review of a change, where there is one to be done.
func (s *story) look(number *string, outcome changes.Outcome) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		r, _, found, err := s.Reviews.Of(ctx, *number)
		if err != nil || !found || r.State == review.Done {
			return err
		}
		says := lessons[outcome]
		_, err = s.Reviews.Conduct(ctx, review.Findings{Change: *number, Objectives: says.objectives, Lessons: says.learned, CMDB: "updated"})
		return err
	}
}

// tie says what an incident and a change have to do with each other; a cause that was confirmed is reviewed.
func (s *story) tie(k crisis, incident *record, at time.Time) {
	change := s.changes[k.change]
	say := func(confidence, evidence string) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			if change.number == "" {
				return nil
			}
			_, err := s.Causes.Say(ctx, cause.SayInput{Incident: incident.number, Change: change.number, Kind: k.kind, Confidence: confidence, Evidence: evidence})
			return err
		}
	}
	s.plan(earlier(at, s.now.Add(-5*time.Minute)), k.agent, "ties it to a change", say(cause.Suspected, ""))
	if k.kind != cause.CausedBy {
		return
	}
	s.plan(at.Add(22*time.Hour), "ines", "confirms the cause", say(cause.Confirmed, k.internal))
	s.plan(at.Add(30*time.Hour), "ines", "reviews the change behind it", s.look(&change.number, "successful_with_issues"))
}
