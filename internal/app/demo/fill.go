// Package demo fills an empty desk with a believable organisation and ninety days of its work, so that whoever
// looks at the product for the first time sees queues, conversations, approvals and a log with something in them.
//
// Invariants:
//
//  1. Everything happens through the verbs, by people who may do it, in the order of time; no row is written
//     behind the desk's back, and the log verifies.
//  2. The same seed and the same now give the same numbers, titles, states and times.
//  3. Nothing has happened after now.
//  4. A desk with people in it is never filled.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/changes/cause"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/changes/rulebook"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/canned"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/domain/webhook"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// Days is how far back the story of the organisation begins.
const Days = 90

// Desk is what the demo acts on: the services of a wired desk whose clock the demo may set.
type Desk struct {
	DB        *db.DB
	Gate      *policies.Engine
	Sealer    *audit.Sealer
	People    *people.Service
	Tickets   *ticket.Service
	Incidents *incident.Service
	Requests  *request.Service
	Problems  *problem.Service
	Changes   *changes.Service
	Templates *template.Service
	Work      *work.Service
	Meetings  *cab.Service
	Pipelines *pipeline.Service
	Webhooks  *webhook.Service
	Rules     *rulebook.Service
	Causes    *cause.Service
	Reviews   *review.Service
	Approvals *approval.Service
	Calendar  *calendar.Service
	Canned    *canned.Service
	CMDB      *cmdb.Service
}

// Clock is the desk's clock. The demo sets it to the instant of each act, from [Start] to now.
type Clock interface {
	domain.Clock
	Set(at time.Time)
}

// Options select the story.
type Options struct {
	// Seed makes another organisation of the same shape; the same seed gives the same one.
	Seed uint64
	// Now is the end of the story.
	Now time.Time
}

// Summary counts what was made.
type Summary struct {
	People, Incidents, Requests, Problems, Changes, Items, Acts int
}

// ErrPeople is returned for a desk in which somebody works already.
var ErrPeople = domain.Code(domain.Conflict, "demo_not_possible", "The desk is not empty")

// Start is the instant at which the story begins: where the clock must stand when the desk is opened, so that
// its log does not begin after what it holds.
func Start(now time.Time) time.Time {
	return domain.Instant(now.AddDate(0, 0, -Days)).Truncate(24 * time.Hour).Add(5 * time.Hour)
}

// Fill makes the organisation and lives through its ninety days. It refuses with [ErrPeople] a desk that has
// people. It leaves the clock at now, and everything sealed.
func Fill(ctx context.Context, desk Desk, clock Clock, o Options) (Summary, error) {
	page, err := desk.People.Search(domain.WithActor(ctx, domain.SystemActor(domain.ViaDemo)), people.Query{Limit: 1})
	if err != nil {
		return Summary{}, err
	}
	if len(page.People) > 0 {
		return Summary{}, ErrPeople.Because("People work here already: the demo organisation needs a data folder, or a database, of its own.")
	}
	s := &story{Desk: desk, clock: clock, now: domain.Instant(o.Now), start: Start(o.Now), rng: rand.New(rand.NewPCG(o.Seed, 90)),
		actors: map[string]domain.Actor{}, problems: map[string]*record{}, changes: map[string]*record{}, sames: map[string][]*record{}, items: map[string]string{}, devices: map[string]string{}}
	if err := s.found(ctx); err != nil {
		return Summary{}, err
	}
	for _, plan := range []func(){s.planEstate, s.planProblems, s.planChanges, s.planIncidents, s.planMajor, s.planRequests, s.planViews, s.planTexts, s.planStandard, s.planProposal, s.planMeetings, s.planPipelines, s.planCalendar} {
		plan()
	}
	return s.sum, s.live(ctx)
}

// story is the organisation while it is being lived: who is who, and what will happen when.
type story struct {
	Desk
	clock      Clock
	start, now time.Time
	rng        *rand.Rand
	actors     map[string]domain.Actor
	sites      map[string]people.Site
	teams      map[string]domain.TeamID
	acts       []act
	problems   map[string]*record   // by the word that tales use
	changes    map[string]*record   // by the word that plans use
	sames      map[string][]*record // incidents by tale
	items      map[string]string    // numbers of configuration items by name
	devices    map[string]string    // workstations by who uses them
	sum        Summary
}

// record is something that gets its number when its time comes; acts planned later refer to it.
type record struct {
	number string
	tale   string // the title of an incident's tale, before its words are filled in
}

// act is one thing that somebody does.
type act struct {
	at   time.Time
	who  string // login; empty for the desk itself
	what string // for the error when it fails
	do   func(ctx context.Context) error
}

// plan puts an act into the story. What would be after now does not happen.
func (s *story) plan(at time.Time, who, what string, do func(ctx context.Context) error) {
	if at = domain.Instant(at); !at.After(s.now) {
		s.acts = append(s.acts, act{at, who, what, do})
	}
}

// sealEvery is the longest time of the story that waits for its seal; decisions are sealed at once.
const sealEvery = 6 * time.Hour

// live does what was planned, in the order of time.
func (s *story) live(ctx context.Context) error {
	slices.SortStableFunc(s.acts, func(a, b act) int { return a.at.Compare(b.at) })
	sealed := s.clock.Now()
	for _, a := range s.acts {
		s.clock.Set(a.at)
		as, err := s.as(ctx, a.who)
		if err == nil {
			err = a.do(as)
		}
		if err != nil {
			return domain.ErrInternal.Because("The demo stopped at %s, where %s %s.", a.at.Format(time.RFC3339), a.who, a.what).Wrap(err)
		}
		s.sum.Acts++
		if a.at.Sub(sealed) >= sealEvery {
			if err := s.seal(ctx); err != nil {
				return err
			}
			sealed = a.at
		}
	}
	s.clock.Set(s.now)
	return s.seal(ctx)
}

func (s *story) seal(ctx context.Context) error {
	for {
		if n, err := s.Sealer.Seal(ctx); err != nil || n == 0 {
			return err
		}
	}
}

// as is a context in which the person acts.
func (s *story) as(ctx context.Context, login string) (context.Context, error) {
	if login == "" {
		return domain.WithActor(ctx, domain.SystemActor(domain.ViaDemo)), nil
	}
	a, ok := s.actors[login]
	if !ok {
		return nil, fmt.Errorf("nobody is called %s", login)
	}
	return domain.WithActor(ctx, a), nil
}

// id is the key of a person.
func (s *story) id(login string) domain.UserID { return s.actors[login].User }

func (s *story) ids(logins ...string) (out []domain.UserID) {
	for _, l := range logins {
		out = append(out, s.id(l))
	}
	return out
}

// pick chooses one of a list.
func pick[T any](s *story, list []T) T { return list[s.rng.IntN(len(list))] }

// chance is true in so many of a hundred cases.
func (s *story) chance(percent int) bool { return s.rng.IntN(100) < percent }
