package changes

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/changes/policy"
	"github.com/cabinetdesk/cabinet/changes/when"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// Needs is which approvals a change needs by a table, over what was known when its risk was computed.
func (c Change) Needs(table policy.Table) policy.Needs {
	facts := when.Facts{}
	if a, ok := c.Facet.Assessed(); ok {
		for k, v := range a.Facts {
			facts[k] = v
		}
	} else { // a change of before
		facts["model"], facts["owners_known"] = string(c.Facet.Model), false
		if c.Facet.Model == Emergency && c.Facet.Lane == "" {
			c.Facet.Lane = LaneECAB
		}
	}
	facts["risk"], facts["lane"] = string(c.Facet.Risk), cmp.Or(c.Facet.Lane, LaneUsual)
	return table.Need(facts)
}

// specs are the slots that the change's present plan needs, with the people behind them. Errors: board_missing,
// nobody_on_call, and not_approvable when no row of the policy holds.
func (s *Service) specs(ctx context.Context, c Change) ([]approval.Spec, error) {
	table, err := s.rules.Policy(ctx, 0)
	if err != nil {
		return nil, err
	}
	needs := c.Needs(table)
	if len(needs.Slots) == 0 {
		return nil, approval.ErrBoard.Because("No row of the approval policy says who decides on such a change: ask who keeps the policy.")
	}
	var out []approval.Spec
	for _, slot := range needs.Slots {
		spec, err := s.Resolve(ctx, c, slot)
		if err != nil {
			return nil, err
		}
		out = append(out, spec)
	}
	return out, nil
}

// peerAsked tells whether a colleague of the team is asked to approve anyway.
func (s *Service) peerAsked(ctx context.Context, c Change) (bool, error) {
	table, err := s.rules.Policy(ctx, 0)
	return slices.ContainsFunc(c.Needs(table).Slots, func(x policy.Slot) bool { return x.Kind == policy.Peer && !x.Advisory }), err
}

const usualDue = 72

// Resolve finds the people behind a slot of the policy, for a change as it is now.
func (s *Service) Resolve(ctx context.Context, c Change, slot policy.Slot) (approval.Spec, error) {
	due := time.Duration(cmp.Or(slot.DueHours, usualDue)) * time.Hour
	spec := approval.Spec{Stage: slot.Stage, Label: slot.Label, Kind: slot.Kind, Rule: approval.Rule(slot.Rule), Needed: slot.Needed, Veto: approval.Veto(slot.Veto),
		Advisory: slot.Advisory, Sign: slot.Sign, Meaning: slot.Meaning, Apart: slot.Distinct, Retro: c.Facet.Lane == LaneRetro, Due: due}
	if slot.Rule == "percent" {
		spec.Rule, spec.Percent = approval.Quorum, slot.Percent
	}
	var err error
	switch slot.Kind {
	case policy.Board, policy.OnCall:
		err = s.boardSpec(ctx, slot, &spec)
	case policy.Role:
		spec.Members, err = s.people.HoldersOf(ctx, slot.Of, c.Ticket.TeamID, c.Ticket.SiteID)
		spec.WayOut = "grant the role " + slot.Of + " to somebody"
	case policy.Named:
		spec.Members, err = s.people.UsersByRef(ctx, slot.People)
		spec.WayOut = "name other people in the approval policy"
	case policy.Peer:
		spec.Members, err = s.people.MembersOf(ctx, c.Ticket.TeamID)
		spec.WayOut = "give the change to a team with a colleague who has no hand in it"
	case policy.Owner:
		spec.Members, err = s.owners(ctx, c.Facet.CIs)
		spec.WayOut = "name an owner, or a team, for the items"
	}
	return spec, err
}

func (s *Service) boardSpec(ctx context.Context, slot policy.Slot, spec *approval.Spec) error {
	b, err := s.approvals.Board(ctx, slot.Of)
	if domain.KindOf(err) == domain.NotFound {
		return approval.ErrBoard.Because("Found a board with the key %q and members first.", slot.Of)
	}
	if err != nil {
		return err
	}
	spec.Board, spec.Members = b.ID, b.Members
	if slot.Rule == "" { // the board as it is, with its own rule and name
		spec.Rule, spec.Needed, spec.Label = b.Rule, b.Needed, "the "+b.Name
	}
	if slot.Kind == policy.OnCall {
		spec.WayOut = "put more people on duty for the board " + b.Name
		if spec.Members, err = s.approvals.OnCall(ctx, b.ID, s.db.Now(ctx)); err == nil && len(spec.Members) == 0 {
			return approval.ErrNobodyOnCall.Because("Nobody is on duty for the board %s: enter a turn of duty under Administration, Boards.", b.Name)
		}
	}
	return err
}

// owners are the owners of items and the members of the teams that keep them.
func (s *Service) owners(ctx context.Context, numbers []string) (out []domain.UserID, err error) {
	if s.items == nil || len(numbers) == 0 {
		return nil, nil
	}
	items, err := s.items.Facts(ctx, numbers)
	if err != nil {
		return nil, err
	}
	for _, x := range items {
		if x.Owner != 0 {
			out = append(out, x.Owner)
		}
		if x.Team != 0 {
			members, err := s.people.MembersOf(ctx, x.Team)
			if err != nil {
				return nil, err
			}
			out = append(out, members...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// electorate tells, before anybody is asked, whether those who would be asked could approve the plan at all.
func (s *Service) electorate(ctx context.Context, c Change) error {
	specs, err := s.specs(ctx, c)
	if err != nil {
		return err
	}
	ballots, err := s.approvals.Plan(ctx, c.Subject(), specs)
	if err != nil {
		return err
	}
	for i, b := range ballots {
		if err := s.couldFill(ctx, c, b, specs[i].WayOut); err != nil {
			return err
		}
	}
	return nil
}

// couldFill refuses a binding slot that its electorate could not fill: too few who have no hand in it, or too few whose
// roles let them decide.
func (s *Service) couldFill(ctx context.Context, c Change, b approval.Ballot, wayOut string) error {
	if err := approval.TooFew(b, c.Subject(), wayOut); err != nil || b.Slot.Advisory {
		return err
	}
	t, able := b.Tally(c.Subject()), 0
	for _, u := range t.Eligible {
		if s.Able(ctx, c, b.Slot, u) {
			able++
		}
	}
	if able < t.Needed {
		return approval.ErrElectorate.Because("Of %s only %d hold a role that lets them decide on this, and it takes %d: grant a role, or ask others.", b.Slot.Label, able, t.Needed)
	}
	return nil
}

// Able tells whether a person's roles would let them decide in a slot.
func (s *Service) Able(ctx context.Context, c Change, slot approval.Slot, user domain.UserID) bool {
	return s.gate.Decide(ctx, domain.Actor{Kind: domain.Person, User: user}, DecisionAction(slot), c.DecisionObject(slot.BoardID)).Allowed
}

// Asked is what a table would have asked of a change: the slots, and what would be in the way.
type Asked struct {
	Needs   policy.Needs
	Ballots []approval.Ballot
	// Trouble says of each slot, in order, why it could not be filled, empty where it could.
	Trouble []string
}

// Ask applies a table to a change as it is, without opening anything: for previews and rehearsals.
func (s *Service) Ask(ctx context.Context, c Change, table policy.Table) (a Asked, err error) {
	a.Needs = c.Needs(table)
	for _, slot := range a.Needs.Slots {
		spec, err := s.Resolve(ctx, c, slot)
		trouble := detail(err)
		if err != nil && domain.KindOf(err) == domain.Internal {
			return a, err
		}
		ballots, err := s.approvals.Plan(ctx, c.Subject(), []approval.Spec{spec})
		if err != nil {
			return a, err
		}
		if trouble == "" {
			trouble = detail(s.couldFill(ctx, c, ballots[0], spec.WayOut))
		}
		a.Ballots, a.Trouble = append(a.Ballots, ballots[0]), append(a.Trouble, trouble)
	}
	return a, nil
}

func detail(err error) string {
	var e *domain.Error
	if errors.As(err, &e) {
		return cmp.Or(e.Detail, e.Title)
	}
	return ""
}

// PreviewInput is a plan as it is being typed: of a new change, or on top of one that is there.
type PreviewInput struct {
	Number string
	Plan   PlanPatch
	Team   *domain.TeamID
}

// Preview is what a plan would mean, without keeping anything.
type Preview struct {
	Change  Change
	Model   model.Model
	Missing []domain.Field // what the plan lacks
	Asked   Asked
	Record  Record
}

// Preview says what a plan would need: its risk with the reasons, what it lacks, and who would be asked. Who may:
// change.create for a new one, change.read for one that is there. Nothing is kept.
func (s *Service) Preview(ctx context.Context, in PreviewInput) (p Preview, err error) {
	actor := domain.ActorFrom(ctx)
	c := Change{Ticket: ticket.Ticket{Kind: domain.KindChange, RequesterID: actor.User, OpenedBy: actor.User, SiteID: actor.Site, State: StateDraft},
		Facet: Facet{Model: Normal, Revision: 1, PlanForm: 2}}
	if in.Number != "" {
		c, err = s.Get(ctx, in.Number)
	} else {
		err = s.gate.Check(ctx, "change.create", c.Ticket.Object([]domain.UserID{actor.User}))
	}
	if err != nil {
		return p, err
	}
	if in.Team != nil {
		c.Ticket.TeamID = *in.Team
	}
	if err := s.apply(ctx, &c, in.Plan); err != nil {
		return p, err
	}
	if actor.User != 0 && !slices.Contains(c.Facet.Editors, actor.User) {
		c.Facet.Editors = append(slices.Clone(c.Facet.Editors), actor.User)
	}
	if c.Facet.Model == Emergency && c.Facet.Lane == "" {
		c.Facet.Lane = LaneECAB
	}
	if err := s.assess(ctx, &c); err != nil {
		return p, err
	}
	c.Facet.Digest = c.Plan().present()
	p.Change = c
	if p.Model, err = s.rules.Model(ctx, string(c.Facet.Model), 0); err != nil {
		return p, err
	}
	p.Missing = append(c.missing(p.Model), c.late(p.Model, s.db.Now(ctx))...)
	if p.Record, err = s.RecordOf(ctx, c); err != nil {
		return p, err
	}
	table, err := s.rules.Policy(ctx, 0)
	if err != nil || !p.Model.Permits("authorize") {
		return p, err
	}
	p.Asked, err = s.Ask(ctx, c, table)
	return p, err
}

// Foreseen is what a delegation would mean for one approval that is open now.
type Foreseen struct {
	Change Change
	Slot   approval.Slot
	// Own: it is a vote of the delegate's own, which the delegation would take from them. Otherwise it is one of the delegator's.
	Own bool
	// Why the delegate could not cast the vote, in the third person; none for a vote that they could cast.
	Why []domain.Reason
}

// foreseen is at most how many open approvals of each of the two are looked at.
const foreseen = 100

// Foresee says what a delegation by whoever acts would mean for the approvals that are open now: their votes that it covers, with
// what would keep the delegate from casting them, and the delegate's own votes that it would take, since who stands in for
// somebody with a hand in a change has one as well. Nothing is kept, and nothing is told of changes that the actor may not
// read. Who may: delegation.create.
func (s *Service) Foresee(ctx context.Context, d approval.Delegation) (out []Foreseen, err error) {
	actor := domain.ActorFrom(ctx).User
	if err := s.gate.Check(ctx, "delegation.create", policies.Object{Participants: []domain.UserID{actor}}); err != nil {
		return nil, err
	}
	d.From = actor
	seen := map[int64]bool{}
	for _, user := range []domain.UserID{d.From, d.To} {
		slots, err := s.approvals.Inbox(ctx, user, false, 0, foreseen)
		if err != nil {
			return nil, err
		}
		for _, slot := range slots {
			if seen[slot.ID] {
				continue
			}
			seen[slot.ID] = true
			if one, concerned, err := s.foresee(ctx, slot, d); err != nil {
				return nil, err
			} else if concerned {
				out = append(out, one)
			}
		}
	}
	return out, nil
}

func (s *Service) foresee(ctx context.Context, slot approval.Slot, d approval.Delegation) (one Foreseen, concerned bool, err error) {
	c, err := s.ByID(ctx, slot.TicketID)
	if err != nil {
		return one, false, err
	}
	i := slices.IndexFunc(c.Ballots, func(b approval.Ballot) bool { return b.Slot.ID == slot.ID })
	if i < 0 || !d.Covers(slot.BoardID, c.Subject()) {
		return one, false, nil
	}
	b, subject := c.Ballots[i], c.Subject()
	one = Foreseen{Change: c, Slot: slot}
	before := b.Interest(d.To, subject)
	b.Delegations = append(slices.Clone(b.Delegations), d)
	one.Why = b.Interest(d.To, subject)
	switch {
	case b.Seated(d.From):
		if _, decided := b.DecisionOf(d.From); decided {
			return one, false, nil
		}
		if b.Seated(d.To) {
			one.Why = append(one.Why, domain.Reason{Code: approval.ReasonDecided, Text: "has a vote of their own there, and casts only that one"})
		}
		if len(subject.Interested[d.From]) > 0 {
			one.Why = append(one.Why, domain.Reason{Code: approval.ReasonDelegation, Text: "the vote is of somebody who has a hand in it"})
		}
		if !s.Able(ctx, c, slot, d.To) {
			one.Why = append(one.Why, domain.Reason{Code: approval.ReasonRole, Text: "their roles do not let them decide on this risk"})
		}
		return one, true, nil
	case b.Seated(d.To) && len(before) == 0 && len(one.Why) > 0:
		one.Own = true
		one.Why = []domain.Reason{{Code: approval.ReasonDelegate, Text: "would stand in for you, and you are its " + subject.Interested[d.From][0]}}
		_, err := s.tickets.Get(ctx, c.Ticket.Number)
		if domain.KindOf(err) == domain.NotFound || domain.KindOf(err) == domain.Forbidden {
			return one, false, nil
		}
		return one, err == nil, err
	}
	return one, false, nil
}
