package ticket

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/policies"
)

// Comment is one contribution to a record's conversation: a reply that the requester sees, or an internal
// note that only those who work on the record see.
type Comment struct {
	ID       int64 `gorm:"primaryKey"`
	Ref      string
	TicketID domain.TicketID
	AuthorID domain.UserID
	Body     string
	Internal bool
	At       time.Time
	EventID  string
}

// TableName names the table.
func (Comment) TableName() string { return "comments" }

// CommentInput asks for a comment.
type CommentInput struct {
	Number   string
	Body     string // Markdown
	Internal bool
}

// Commented is the fact that somebody replied or noted something. A reply may stir a waiting record; that
// is a reaction of its kind.
type Commented struct {
	Happened
	Comment Comment
}

// Comment adds a reply (action comment) or an internal note (action note) in any state. Facts: Commented.
func (s *Service) Comment(ctx context.Context, in CommentInput) (c Comment, err error) {
	body, err := Clean("body.body", in.Body, MaxText)
	if err != nil {
		return c, err
	}
	if strings.TrimSpace(body) == "" {
		return c, ErrEmptyReply
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		action, what, seen := "comment", "replied", domain.Public
		if in.Internal {
			action, what, seen = "note", "noted", domain.InternalV
		}
		t, err := s.Lock(ctx, in.Number, 0, action)
		if err != nil {
			return err
		}
		actor, now := domain.ActorFrom(ctx), s.DB.Now(ctx)
		c = Comment{Ref: s.Random(), TicketID: t.ID, AuthorID: actor.User, Body: body, Internal: in.Internal, At: now, EventID: s.NewID(now)}
		h := Happened{What: what, Seen: seen, ID: c.EventID, Details: Detail("comment", body, actor.Ref)}
		return s.touch(ctx, &t, h, func(h Happened) domain.Fact { return Commented{h, c} }, func(ctx context.Context) error {
			if err := s.store.addComment(ctx, &c); err != nil {
				return err
			}
			return s.reindex(ctx, t)
		})
	})
	return c, err
}

// touch writes an event that leaves the record's fields as they are, except version and updated_at.
func (s *Service) touch(ctx context.Context, t *Ticket, h Happened, fact func(Happened) domain.Fact, rows func(ctx context.Context) error) error {
	facet, err := s.FieldsOf(ctx, *t)
	if err != nil {
		return err
	}
	t.Version++
	t.UpdatedAt = s.DB.Now(ctx)
	h.Ticket, h.From, h.Before, h.After = *t, t.State, facet, facet
	if err := s.DB.Emit(ctx, fact(h)); err != nil {
		return err
	}
	if err := s.store.update(ctx, t); err != nil {
		return err
	}
	if touched := s.kinds[t.Kind].Touched; touched != nil {
		if err := touched(ctx, *t); err != nil {
			return err
		}
	}
	return rows(ctx)
}

// Comments lists a record's conversation in order; notes only when internal is set.
func (s *Service) Comments(ctx context.Context, t Ticket, internal bool) ([]Comment, error) {
	return s.store.comments(ctx, t.ID, internal)
}

// AssignInput gives a record to a team and, in it, to a person. Nil leaves as is; zero takes away.
type AssignInput struct {
	Number   string
	Version  int64
	Team     *domain.TeamID
	Assignee *domain.UserID
}

// Assigned is the fact that a record changed hands.
type Assigned struct {
	Happened
	FromTeam domain.TeamID
	FromUser domain.UserID
}

// CheckAssignment finds out whether a team and a person go together: the person is active and, when both
// are given, a member of the team.
func (s *Service) CheckAssignment(ctx context.Context, team domain.TeamID, user domain.UserID) error {
	if user == 0 {
		return nil
	}
	active, member, err := s.People.MemberOf(ctx, user, team)
	if err != nil {
		return err
	}
	if !active {
		return ErrInactive.With("body.assignee", "that person's account is disabled")
	}
	if team != 0 && !member {
		return ErrNotMember.With("body.assignee", "choose somebody of the team, or another team")
	}
	return nil
}

// Handover applies an assignment to a ticket in memory; it reports whether anything changes. A person
// without the new team loses the ticket.
func (s *Service) Handover(ctx context.Context, t *Ticket, in AssignInput) (bool, error) {
	team, user := t.TeamID, t.AssigneeID
	if in.Team != nil {
		team = *in.Team
		if in.Assignee == nil && team != t.TeamID {
			user = 0
		}
	}
	if in.Assignee != nil {
		user = *in.Assignee
	}
	if err := s.CheckAssignment(ctx, team, user); err != nil {
		return false, err
	}
	changed := team != t.TeamID || user != t.AssigneeID
	t.TeamID, t.AssigneeID = team, user
	return changed, nil
}

// Assign gives a request, problem or change to a team and a person; incidents have their own verb, which
// counts. Who may: <kind>.assign. Facts: Assigned.
func (s *Service) Assign(ctx context.Context, in AssignInput) (t Ticket, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if t, err = s.Lock(ctx, in.Number, in.Version, "assign"); err != nil {
			return err
		}
		if err := NotFinal(s.Machine(t.Kind), t); err != nil {
			return err
		}
		facet, err := s.kinds[t.Kind].Facet(ctx, t.ID)
		if err != nil {
			return err
		}
		rec := &shared{&t, facet}
		before, fromTeam, fromUser := rec.Fields(), t.TeamID, t.AssigneeID
		changed, err := s.Handover(ctx, &t, in)
		if err != nil || !changed {
			return err
		}
		return s.SaveAs(ctx, rec, before, Happened{What: "assigned"},
			func(h Happened) domain.Fact { return Assigned{h, fromTeam, fromUser} },
			func(ctx context.Context) error {
				if touched := s.kinds[t.Kind].Touched; touched != nil {
					return touched(ctx, t)
				}
				return nil
			})
	})
	return t, err
}

// shared is a record whose facet a verb of this package leaves as it is.
type shared struct {
	ticket *Ticket
	facet  map[string]string
}

func (r *shared) Core() *Ticket { return r.ticket }

func (r *shared) Fields() map[string]string { return Merge(r.ticket.Fields(), r.facet) }

// Open tells whether work on a record can still be given to somebody.
func (t Ticket) Open() bool { return t.Category == flow.Open || t.Category == flow.Waiting }

// Watch adds a person to those who follow a record. Facts: Watched as "watched".
func (s *Service) Watch(ctx context.Context, number string, user domain.UserID, watch bool) (t Ticket, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		action := "watch"
		if t, err = s.Lock(ctx, number, 0, action); err != nil {
			return err
		}
		watching, err := s.store.watches(ctx, t.ID, user)
		if err != nil || watching == watch {
			return err
		}
		h := Happened{What: "watched", Details: Detail("watcher", key(int64(user)), "")}
		write := s.store.participate
		if !watch {
			h.What = "unwatched"
			write = s.store.leave
		}
		return s.touch(ctx, &t, h, Plain, func(ctx context.Context) error { return write(ctx, t.ID, user, "watcher") })
	})
	return t, err
}

// Entrust makes a program the deployer of a record: from then on it sees the record, and may carry out what is planned there. It
// asks nobody: whoever calls it has decided that. Facts: "deployer_joined", unless it is one already.
func (s *Service) Entrust(ctx context.Context, number string, user domain.UserID) error {
	return s.DB.Do(ctx, func(ctx context.Context) error {
		t, err := s.store.lock(ctx, number)
		if err != nil {
			return err
		}
		roles, err := s.store.roles(ctx, t.ID)
		if err != nil || slices.Contains(roles["deployer"], user) {
			return err
		}
		h := Happened{What: "deployer_joined", Details: Detail("deployer", key(int64(user)), "")}
		return s.touch(ctx, &t, h, Plain, func(ctx context.Context) error { return s.store.participate(ctx, t.ID, user, "deployer") })
	})
}

// Participants lists who takes part in a record, by role.
func (s *Service) Participants(ctx context.Context, t Ticket) (map[string][]domain.UserID, error) {
	return s.store.roles(ctx, t.ID)
}

// Object is what the gate is asked about for a record, with its participants.
func (s *Service) Object(ctx context.Context, t Ticket) (policies.Object, error) {
	people, err := s.store.participants(ctx, t.ID)
	return t.Object(people), err
}
