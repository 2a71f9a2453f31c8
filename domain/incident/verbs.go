package incident

import (
	"context"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// ReportInput is what somebody says when something is broken.
type ReportInput struct {
	Title, Description string
	Impact, Urgency    int
	Requester          domain.UserID // zero: the actor
	Site               domain.SiteID
	Service            string
	Classification     string
	ContactType        string
	Team               domain.TeamID
	Assignee           domain.UserID
}

// Report opens an incident. Who may: incident.create; reporting for somebody else, or giving it to
// somebody at once, needs incident.assign. Facts: Reported.
func (s *Service) Report(ctx context.Context, in ReportInput) (i Incident, err error) {
	if in.Title, err = ticket.Title(in.Title); err != nil {
		return i, err
	}
	if err := ticket.Texts(map[string]*string{"description": &in.Description}, ticket.MaxText); err != nil {
		return i, err
	}
	if err := ticket.Texts(map[string]*string{"service": &in.Service, "classification": &in.Classification, "contact_type": &in.ContactType}, ticket.MaxShort); err != nil {
		return i, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		actor := domain.ActorFrom(ctx)
		if in.Requester == 0 {
			in.Requester = actor.User
		}
		i = Incident{
			Ticket: ticket.Ticket{Kind: domain.KindIncident, Title: in.Title, Description: in.Description, RequesterID: in.Requester,
				OpenedBy: actor.User, TeamID: in.Team, AssigneeID: in.Assignee, SiteID: in.Site, Service: in.Service, Classification: in.Classification},
			Facet: Facet{Impact: in.Impact, Urgency: in.Urgency, ContactType: in.ContactType},
		}
		if i.Ticket.SiteID == 0 && in.Requester == actor.User {
			i.Ticket.SiteID = actor.Site
		}
		o := i.Ticket.Object([]domain.UserID{actor.User})
		if err := s.gate.Check(ctx, "incident.create", o); err != nil {
			return err
		}
		if in.Requester != actor.User || in.Team != 0 || in.Assignee != 0 {
			if err := s.gate.Check(ctx, "incident.assign", o); err != nil {
				return err
			}
		}
		if err := s.tickets.CheckAssignment(ctx, in.Team, in.Assignee); err != nil {
			return err
		}
		if err := i.Grade(); err != nil {
			return err
		}
		now := s.db.Now(ctx)
		state := StateNew
		if in.Team != 0 || in.Assignee != 0 {
			state = StateAssigned
		}
		if err := i.Ticket.Enter(Flow, state, now); err != nil {
			return err
		}
		return s.tickets.InsertAs(ctx, &i, ticket.Happened{What: "reported"},
			func(h ticket.Happened) domain.Fact { return Reported{h, i} },
			func(ctx context.Context) error {
				i.Facet.TicketID = i.Ticket.ID
				return s.store.insert(ctx, i.Facet)
			})
	})
	return i, err
}

// AmendInput changes harmless fields; nil leaves a field as it is.
type AmendInput struct {
	ticket.Patch
	Impact  *int
	Urgency *int
}

// Amend corrects what was said about an incident. Who may: incident.amend. Facts: "amended".
// Errors: record_closed in a final state.
func (s *Service) Amend(ctx context.Context, in AmendInput) (i Incident, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if i, err = s.lock(ctx, in.Number, in.Version, "amend"); err != nil {
			return err
		}
		if err := ticket.NotFinal(Flow, i.Ticket); err != nil {
			return err
		}
		before := i.Fields()
		if err := in.Apply(&i.Ticket); err != nil {
			return err
		}
		ticket.Set(&i.Facet.Impact, in.Impact)
		ticket.Set(&i.Facet.Urgency, in.Urgency)
		if err := i.Grade(); err != nil {
			return err
		}
		if len(ticket.Diff(before, i.Fields())) == 0 {
			return nil
		}
		return s.save(ctx, &i, before, ticket.Happened{What: "amended"}, ticket.Plain)
	})
	return i, err
}

// Assign gives an incident to a team and a person; a new one becomes assigned. Who may: incident.assign.
// Facts: ticket.Assigned.
func (s *Service) Assign(ctx context.Context, in ticket.AssignInput) (i Incident, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if i, err = s.lock(ctx, in.Number, in.Version, "assign"); err != nil {
			return err
		}
		if err := ticket.NotFinal(Flow, i.Ticket); err != nil {
			return err
		}
		before, fromTeam, fromUser := i.Fields(), i.Ticket.TeamID, i.Ticket.AssigneeID
		changed, err := s.tickets.Handover(ctx, &i.Ticket, in)
		if err != nil || !changed {
			return err
		}
		if (fromTeam != 0 && fromTeam != i.Ticket.TeamID) || (fromUser != 0 && fromUser != i.Ticket.AssigneeID) {
			i.Facet.ReassignCount++ // invariant 4
		}
		if i.Ticket.State == StateNew && (i.Ticket.TeamID != 0 || i.Ticket.AssigneeID != 0) {
			if _, err := i.Apply(MoveInput{Event: "assign"}, s.db.Now(ctx), true); err != nil {
				return err
			}
		}
		return s.save(ctx, &i, before, ticket.Happened{What: "assigned"},
			func(h ticket.Happened) domain.Fact {
				return ticket.Assigned{Happened: h, FromTeam: fromTeam, FromUser: fromUser}
			})
	})
	return i, err
}

// Move makes a move of the flow. Who may: the move's action. Facts: Moved. Errors: move_not_possible with
// the possible ones, missing_input with the fields.
func (s *Service) Move(ctx context.Context, in MoveInput) (Incident, error) {
	mv, known := Flow.Event(in.Event)
	if !known || mv.Automatic {
		return Incident{}, domain.ErrMove.Because("There is no such move.").Instead(nil)
	}
	return s.move(ctx, in, strings.TrimPrefix(mv.Action, "incident."), false)
}

func (s *Service) move(ctx context.Context, in MoveInput, action string, system bool) (i Incident, err error) {
	if err := ticket.Texts(map[string]*string{"reason": &in.Reason, "resolution": &in.Resolution, "comment": &in.Comment}, ticket.MaxText); err != nil {
		return i, err
	}
	if err := ticket.Texts(map[string]*string{"close_code": &in.CloseCode}, ticket.MaxShort); err != nil {
		return i, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if i, err = s.lock(ctx, in.Number, in.Version, action); err != nil {
			return err
		}
		before := i.Fields()
		if _, err := i.Apply(in, s.db.Now(ctx), system); err != nil {
			return err
		}
		if actor := domain.ActorFrom(ctx); in.Event == "start" && i.Ticket.AssigneeID == 0 && actor.User != 0 {
			i.Ticket.AssigneeID = actor.User // who starts it has it
			if i.Ticket.TeamID != 0 && !actor.InTeam(i.Ticket.TeamID) {
				i.Ticket.TeamID = 0
			}
		}
		h := ticket.Happened{What: past[in.Event], Details: ticket.Detail("reason", in.Reason, domain.ActorFrom(ctx).Ref)}
		if err := s.save(ctx, &i, before, h, func(h ticket.Happened) domain.Fact { return Moved{h, i, in.Event} }); err != nil {
			return err
		}
		if in.Comment == "" {
			return nil
		}
		if _, err := s.tickets.Comment(ctx, ticket.CommentInput{Number: in.Number, Body: in.Comment}); err != nil {
			return err
		}
		i, err = s.Get(ctx, in.Number)
		return err
	})
	return i, err
}

// Answered is the reaction to a reply of the requester: what waited for the user goes on, and what was
// resolved is open again (invariant 3). Thanks are replies too; the agent resolves with one key.
func (s *Service) Answered(ctx context.Context, c ticket.Commented) error {
	t := c.Ticket
	if c.Comment.Internal || t.Kind != domain.KindIncident || c.Comment.AuthorID == 0 || c.Comment.AuthorID != t.RequesterID {
		return nil
	}
	i, err := s.withFacet(ctx, t)
	if err != nil {
		return err
	}
	in := MoveInput{Number: t.Number}
	switch {
	case t.State == StatePending && i.Facet.PendingOn == "user":
		in.Event = "answered"
	case t.State == StateResolved:
		in.Event = "objected"
	default:
		return nil
	}
	ctx = domain.WithActor(ctx, domain.SystemActor(domain.ActorFrom(ctx).Via))
	_, err = s.move(ctx, in, "read", true)
	return err
}
