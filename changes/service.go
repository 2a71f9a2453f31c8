package changes

import (
	"context"
	"slices"

	"github.com/cabinetdesk/cabinet/changes/policy"
	"github.com/cabinetdesk/cabinet/changes/rulebook"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Decide(ctx context.Context, actor domain.Actor, action string, o policies.Object) policies.Decision
}

// sealer waits until an event has its place in the sealed log.
type sealer interface {
	Await(ctx context.Context, eventID string) (audit.Receipt, error)
}

// People answers what this package must know about persons.
type People interface {
	// MembersOf lists the active members of a team.
	MembersOf(ctx context.Context, team domain.TeamID) ([]domain.UserID, error)
	// HoldersOf lists who holds a role for the whole desk, or for the team or the site.
	HoldersOf(ctx context.Context, role string, team domain.TeamID, site domain.SiteID) ([]domain.UserID, error)
	// UsersByRef finds people by their references; unknown ones are left out.
	UsersByRef(ctx context.Context, refs []string) ([]domain.UserID, error)
	// Confirmed tells whether whoever acts has just proved again who they are.
	Confirmed(ctx context.Context) (bool, error)
}

// ItemFact is what a change must know of a configuration item, or of a service that it reaches.
type ItemFact struct {
	Number      string
	Name        string
	Class       string
	Criticality int // 1 the most critical … 4, 0 unrated
	Tags        []string
	Owner       domain.UserID
	Team        domain.TeamID
	Environment string
}

// Items answers for the configuration items (the CMDB). A desk without one has none: then what they are is unknown,
// never nothing.
type Items interface {
	// Facts describes items, whoever asks: what they are does not depend on that. Unknown numbers are left out.
	Facts(ctx context.Context, numbers []string) ([]ItemFact, error)
	// Impacted lists the services that are reached from the items; nil, and not an empty list, when nobody can say.
	Impacted(ctx context.Context, numbers []string) ([]ItemFact, error)
	// Readable keeps the numbers of items that are there and that the actor may read.
	Readable(ctx context.Context, numbers []string) ([]string, error)
}

// Closures keep what the items of a plan reach (the CMDB), beside the change and in the same unit of work.
type Closures interface {
	// Keep keeps what a revision touches; what was kept of earlier ones, and is not evidence, goes.
	Keep(ctx context.Context, change domain.TicketID, revision int64, numbers []string) error
	// Freeze makes it evidence, and names it by a digest; empty for a plan without items.
	Freeze(ctx context.Context, change domain.TicketID, revision int64) (digest string, err error)
}

// Templates answers for standard changes: nil when the change comes from a published template and keeps to it.
type Templates interface {
	Published(ctx context.Context, c Change) error
}

// Calendar answers for the times of changes: what else is planned, and when nothing may be done.
type Calendar interface {
	// Clear refuses a change in whose way another one stands.
	Clear(ctx context.Context, c Change) error
	// Thawed refuses a change that falls into a freeze.
	Thawed(ctx context.Context, c Change) error
}

// Tasks answers for the work on a change: which tasks must end before a step ("start", "review") and have not.
type Tasks interface {
	Ahead(ctx context.Context, change domain.TicketID, before string) ([]string, error)
}

// Reviews answers for the reviews of changes: nil unless one is still to be done.
type Reviews interface {
	Reviewed(ctx context.Context, change domain.TicketID) error
}

// Attempts keeps what was tried and refused because whoever tried it has a hand in the change.
type Attempts interface {
	Refused(ctx context.Context, c Change, slot string, verdict approval.Verdict, why []string) error
}

// Deps is what the service needs. Items, Closures, Templates, Calendar, Tasks, Reviews and Attempts may be nil.
type Deps struct {
	DB        *db.DB
	Tickets   *ticket.Service
	Approvals *approval.Service
	Gate      authorizer
	Seal      sealer
	People    People
	Rules     *rulebook.Service
	Items     Items
	Closures  Closures
	Templates Templates
	Calendar  Calendar
	Tasks     Tasks
	Reviews   Reviews
	Attempts  Attempts
}

// Service holds the verbs of changes.
type Service struct {
	db        *db.DB
	tickets   *ticket.Service
	approvals *approval.Service
	gate      authorizer
	seal      sealer
	people    People
	rules     *rulebook.Service
	items     Items
	closures  Closures
	templates Templates
	calendar  Calendar
	tasks     Tasks
	reviews   Reviews
	attempts  Attempts
	store     store
}

// New builds the service and makes the kind known to the shared part.
func New(d Deps) *Service {
	tickets, approvals := d.Tickets, d.Approvals
	s := &Service{db: d.DB, tickets: tickets, approvals: approvals, gate: d.Gate, seal: d.Seal, people: d.People, rules: d.Rules, items: d.Items, closures: d.Closures,
		templates: d.Templates, calendar: d.Calendar, tasks: d.Tasks, reviews: d.Reviews, attempts: d.Attempts, store: store{d.DB}}
	tickets.Register(ticket.Kind{Name: domain.KindChange, Machine: Flow,
		Facet: func(ctx context.Context, id domain.TicketID) (map[string]string, error) {
			f, err := s.store.load(ctx, id)
			if err != nil {
				return nil, err
			}
			ballots, err := approvals.Raw(ctx, []domain.TicketID{id})
			return f.Fields(ballots[id]), err
		},
		Touched: func(ctx context.Context, t ticket.Ticket) error { return s.store.touch(ctx, t) }})
	return s
}

// Get loads a change that the actor may read, with its ballots.
func (s *Service) Get(ctx context.Context, number string) (Change, error) {
	t, err := s.tickets.Get(ctx, number)
	if err != nil {
		return Change{}, err
	}
	return s.whole(ctx, t)
}

func (s *Service) whole(ctx context.Context, t ticket.Ticket) (c Change, err error) {
	if t.Kind != domain.KindChange {
		return c, domain.ErrNotFound.Because("%s is not a change.", t.Number)
	}
	c.Ticket = t
	if c.Facet, err = s.store.load(ctx, t.ID); err != nil {
		return c, err
	}
	c.Ballots, err = s.approvals.Ballots(ctx, c.Subject())
	return c, err
}

// Facets loads the facets of many changes, for lists.
func (s *Service) Facets(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]Facet, error) {
	return s.store.many(ctx, ids)
}

// Batch loads changes that are already known to be visible, in the given order and without their ballots.
func (s *Service) Batch(ctx context.Context, ids []domain.TicketID) (out []Change, err error) {
	tickets, err := s.tickets.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	facets, err := s.store.many(ctx, ids)
	for _, id := range ids {
		out = append(out, Change{Ticket: tickets[id], Facet: facets[id]})
	}
	return out, err
}

// ByID loads a change that is already known to be visible: for the inbox of approvals, whose electors may read.
func (s *Service) ByID(ctx context.Context, id domain.TicketID) (Change, error) {
	t, err := s.tickets.ByIDs(ctx, []domain.TicketID{id})
	if err != nil {
		return Change{}, err
	}
	return s.whole(ctx, t[id])
}

// States yields the state of every change, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.tickets.States(ctx, domain.KindChange, func(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]map[string]string, error) {
		facets, err := s.store.many(ctx, ids)
		if err != nil {
			return nil, err
		}
		ballots, err := s.approvals.Raw(ctx, ids)
		out := map[domain.TicketID]map[string]string{}
		for id, f := range facets {
			out[id] = f.Fields(ballots[id])
			if f.Version == 0 {
				out[id]["version"] = "missing"
			}
		}
		return out, err
	}, yield)
}

func (s *Service) lock(ctx context.Context, number string, version int64, action string) (Change, error) {
	t, err := s.tickets.Lock(ctx, number, version, action)
	if err != nil {
		return Change{}, err
	}
	return s.whole(ctx, t)
}

// save writes the change after its event. The fields of the log hold the decisions, so that whatever alters
// ballots in the same verb must be in c.Ballots before the event is made.
func (s *Service) save(ctx context.Context, c *Change, before map[string]string, h ticket.Happened, fact func(ticket.Happened) domain.Fact) error {
	h.Digest = c.Facet.Digest
	err := s.tickets.SaveAs(ctx, c, before, h, fact, func(ctx context.Context) error {
		c.Facet.Version = c.Ticket.Version
		return s.store.update(ctx, c.Facet)
	})
	if err != nil || before["revision"] == ticket.Int(c.Facet.Revision) || before["items"] == "" && len(c.Facet.CIs) == 0 {
		return err
	}
	return s.keepClosure(ctx, *c)
}

// keepClosure keeps what the present plan's items reach.
func (s *Service) keepClosure(ctx context.Context, c Change) error {
	if s.closures == nil {
		return nil
	}
	return s.closures.Keep(ctx, c.Ticket.ID, c.Facet.Revision, c.Facet.CIs)
}

// Moves offers the moves out of the change's state that its model makes, with the reason where one is blocked.
func (s *Service) Moves(ctx context.Context, c Change) ([]flow.Offer, error) {
	scene, err := s.scene(ctx, c)
	if err != nil {
		return nil, err
	}
	scene.Offered = true
	return slices.DeleteFunc(Flow.Offer(c.Ticket.State, c.Guard(scene)), func(o flow.Offer) bool {
		return !scene.Model.Permits(o.Move.Event)
	}), nil
}

// scene is what the guards look at, now. A change in draft is judged by the present version of its model, any other by
// the version that it was submitted under.
func (s *Service) scene(ctx context.Context, c Change) (Scene, error) {
	version := c.Facet.ModelVersion
	if c.Ticket.State == StateDraft {
		version = 0
	}
	m, err := s.rules.Model(ctx, string(c.Facet.Model), version)
	scene := Scene{Now: s.db.Now(ctx), Actor: domain.ActorFrom(ctx).User, Model: m, Electorate: func(event string) error {
		asking := c
		if c.Ticket.State == StateDraft {
			asking.Facet.Lane = laneOf[event]
		}
		return s.electorate(ctx, asking)
	},
		Template: func() error {
			if s.templates == nil {
				return ErrTemplate
			}
			return s.templates.Published(ctx, c)
		},
		Signed: func() error { return s.signed(ctx) }, Tasks: func(before string) error { return s.ahead(ctx, c, before) }}
	if s.reviews != nil {
		scene.Reviewed = func() error { return s.reviews.Reviewed(ctx, c.Ticket.ID) }
	}
	if s.calendar != nil {
		scene.Clear = func() error { return s.calendar.Clear(ctx, c) }
		scene.Thawed = func() error { return s.calendar.Thawed(ctx, c) }
	}
	if err == nil && c.Ticket.State == StateAssess {
		scene.PeerAsked, err = s.peerAsked(ctx, c)
	}
	return scene, err
}

// ahead refuses a step before which tasks are still open.
func (s *Service) ahead(ctx context.Context, c Change, before string) error {
	if s.tasks == nil {
		return nil
	}
	open, err := s.tasks.Ahead(ctx, c.Ticket.ID, before)
	if err == nil && len(open) > 0 {
		return ErrTasks.Because("%d tasks come first, beginning with %s.", len(open), open[0])
	}
	return err
}

func (s *Service) signed(ctx context.Context) error {
	ok, err := s.people.Confirmed(ctx)
	if err == nil && !ok {
		return approval.ErrSignature.Because("Give your password again: this is signed.")
	}
	return err
}

// DecisionObject is what the gate is asked about for a decision: the band of risk is the class.
func (c Change) DecisionObject(board domain.BoardID) policies.Object {
	class := "change:" + string(c.Facet.Risk)
	if c.Facet.Model == Emergency {
		class = "change:emergency"
	}
	return policies.Object{Class: class, Number: c.Ticket.Number, Team: c.Ticket.TeamID, Site: c.Ticket.SiteID, Board: board}
}

// DecisionAction is the right that a vote in a slot takes: boards decide; colleagues, owners and people who are named
// endorse.
func DecisionAction(slot approval.Slot) string {
	switch slot.Kind {
	case policy.Peer, policy.Owner, policy.Named, policy.Role:
		return "change.endorse"
	}
	return "change.decide"
}
