package review

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// records shows changes.
type records interface {
	Get(ctx context.Context, number string) (changes.Change, error)
	ByID(ctx context.Context, id domain.TicketID) (changes.Change, error)
}

// tickets is what the shared part of the records answers.
type tickets interface {
	Permit(ctx context.Context, t ticket.Ticket, action string) error
	Lock(ctx context.Context, number string, version int64, action string) (ticket.Ticket, error)
	Get(ctx context.Context, number string) (ticket.Ticket, error)
	Link(ctx context.Context, in ticket.LinkInput) (ticket.Ticket, error)
	ByIDs(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]ticket.Ticket, error)
}

// rules gives the models in their versions.
type rules interface {
	Model(ctx context.Context, key string, version int64) (model.Model, error)
}

// causes tells whether somebody confirmed that a change caused an incident.
type causes interface {
	Confirmed(ctx context.Context, change domain.TicketID) (bool, error)
}

// gate answers who may do what.
type gate interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Deps is what the service needs.
type Deps struct {
	DB      *db.DB
	Gate    gate
	Tickets tickets
	Changes records
	Rules   rules
	Causes  causes
}

// Service holds the verbs of reviews.
type Service struct {
	Deps
	store store
}

// New builds the service.
func New(d Deps) *Service { return &Service{d, store{d.DB}} }

// within is how long a review may take.
const within = 7 * 24 * time.Hour

// most is how many follow-ups a review names.
const most = 20

// Begin is the reaction to a change that goes to review, or turns out to have caused an incident: a review is opened where
// there is a reason, opened again where there is a new one. Facts: Happened as "opened" or "reopened".
func (s *Service) Begin(ctx context.Context, change domain.TicketID) error {
	return s.DB.Do(ctx, func(ctx context.Context) error {
		c, err := s.Changes.ByID(ctx, change)
		if err != nil || !slices.Contains([]string{changes.StateReview, changes.StateClosed}, c.Ticket.State) {
			return err
		}
		why, err := s.why(ctx, c)
		if err != nil || len(why) == 0 {
			return err
		}
		return s.open(ctx, c, why)
	})
}

func (s *Service) why(ctx context.Context, c changes.Change) ([]string, error) {
	f := Facts{Change: c}
	var err error
	if f.Model, err = s.Rules.Model(ctx, string(c.Facet.Model), c.Facet.ModelVersion); err != nil {
		return nil, err
	}
	if c.Facet.Template != "" {
		if f.FirstUse, err = s.store.firstUse(ctx, c); err != nil {
			return nil, err
		}
	}
	f.Caused, err = s.Causes.Confirmed(ctx, c.Ticket.ID)
	return Why(f), err
}

// open opens a review for reasons that it does not know yet.
func (s *Service) open(ctx context.Context, c changes.Change, why []string) error {
	r, found, err := s.store.one(ctx, c.Ticket.ID)
	if err != nil {
		return err
	}
	now := s.DB.Now(ctx)
	if !found {
		r = Review{TicketID: c.Ticket.ID, Number: c.Ticket.Number, State: Open, Reasons: sorted(why), DueAt: now.Add(within), FollowUps: changes.Texts{}, Version: 1, CreatedAt: now}
		if err := s.DB.Emit(ctx, Happened{Review: r, What: "opened"}); err != nil {
			return err
		}
		return s.store.insert(ctx, r)
	}
	all := sorted(append(slices.Clone(r.Reasons), why...))
	if slices.Equal(all, r.Reasons) {
		return nil
	}
	before, from := r.Fields(), r.State
	if r.State == Done {
		r.State, r.DueAt = Open, now.Add(within)
	}
	r.Reasons = all
	return s.write(ctx, &r, Happened{What: "reopened", Before: before, From: from})
}

func (s *Service) write(ctx context.Context, r *Review, h Happened) error {
	r.Version++
	h.Review = *r
	if err := s.DB.Emit(ctx, h); err != nil {
		return err
	}
	return s.store.update(ctx, *r)
}

// Ask opens a review that no rule asks for. Who may: change.review. From review and closed. Facts: Happened as "opened" or
// "reopened". Errors: review_too_early.
func (s *Service) Ask(ctx context.Context, number string) (r Review, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		c, err := s.lock(ctx, number)
		if err != nil {
			return err
		}
		if err := s.open(ctx, c, []string{Asked}); err != nil {
			return err
		}
		r, _, err = s.store.one(ctx, c.Ticket.ID)
		return err
	})
	return r, err
}

func (s *Service) lock(ctx context.Context, number string) (changes.Change, error) {
	if _, err := s.Tickets.Lock(ctx, number, 0, "review"); err != nil {
		return changes.Change{}, err
	}
	c, err := s.Changes.Get(ctx, number)
	if err == nil && !slices.Contains([]string{changes.StateReview, changes.StateClosed}, c.Ticket.State) {
		err = ErrEarly.Because("%s has not been carried out yet.", c.Ticket.Number)
	}
	return c, err
}

// Findings are what a review says.
type Findings struct {
	Change     string
	Objectives string
	Lessons    string
	CMDB       string
	CMDBReason string
	FollowUps  []string // numbers of records that exist: problems, changes, incidents
}

// Conduct writes a review and ends it; it ties the follow-ups to the change. Who may: change.review, and not who implemented
// it. From review and closed. Facts: Happened as "done", and Linked for each follow-up. Errors: review_of_own_work,
// review_unsound, review_too_early.
func (s *Service) Conduct(ctx context.Context, in Findings) (r Review, err error) {
	if err := in.check(); err != nil {
		return r, err
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		c, err := s.lock(ctx, in.Change)
		if err != nil {
			return err
		}
		if Worked(c, domain.ActorFrom(ctx).User) {
			return ErrReviewer
		}
		r, err = s.conduct(ctx, c, in)
		return err
	})
	return r, err
}

func (in *Findings) check() error {
	if err := ticket.Texts(map[string]*string{"lessons": &in.Lessons, "cmdb_reason": &in.CMDBReason}, ticket.MaxText); err != nil {
		return err
	}
	e := ErrReview
	if !slices.Contains(Objectives, in.Objectives) {
		e = e.With("body.objectives", "say whether it reached what it was for")
	}
	if strings.TrimSpace(in.Lessons) == "" {
		e = e.With("body.lessons", "say what was learned, if only that all went as planned")
	}
	if !slices.Contains(CMDB, in.CMDB) {
		e = e.With("body.cmdb", "say what the CMDB was told")
	}
	if in.CMDB == "waived" && strings.TrimSpace(in.CMDBReason) == "" {
		e = e.With("body.cmdb_reason", "say why the CMDB is not brought up to date")
	}
	if len(in.FollowUps) > most {
		e = e.With("body.follow_ups", "name at most "+ticket.Int(most)+" records")
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// Worked tells whether a person had a hand in carrying a change out (invariant 3).
func Worked(c changes.Change, user domain.UserID) bool {
	return user != 0 && (slices.Contains(c.Facet.Implementers, user) || c.Facet.StartedBy == user || c.Facet.BackoutBy == user)
}

func (s *Service) conduct(ctx context.Context, c changes.Change, in Findings) (Review, error) {
	for i, n := range in.FollowUps {
		_, err := s.Tickets.Link(ctx, ticket.LinkInput{Number: c.Ticket.Number, Kind: ticket.Related, To: n})
		if domain.KindOf(err) == domain.NotFound || domain.KindOf(err) == domain.Invalid {
			return Review{}, ErrReview.With("body.follow_ups", "there is no record "+strings.ToUpper(n[:min(len(n), 20)])+" that you can see").Wrap(err)
		}
		if err != nil {
			return Review{}, err
		}
		in.FollowUps[i] = strings.ToUpper(n)
	}
	r, found, err := s.store.one(ctx, c.Ticket.ID)
	if err != nil {
		return r, err
	}
	if !found { // nobody had to, somebody did
		if err := s.open(ctx, c, []string{Asked}); err != nil {
			return r, err
		}
		if r, _, err = s.store.one(ctx, c.Ticket.ID); err != nil {
			return r, err
		}
	}
	before, from, now := r.Fields(), r.State, s.DB.Now(ctx)
	r.State, r.Objectives, r.Lessons, r.CMDB, r.CMDBReason, r.ReviewerID, r.DoneAt = Done, in.Objectives, in.Lessons, in.CMDB, in.CMDBReason, domain.ActorFrom(ctx).User, &now
	follow := append(slices.Clone(r.FollowUps), in.FollowUps...)
	slices.Sort(follow)
	r.FollowUps = slices.Compact(follow)
	return r, s.write(ctx, &r, Happened{What: "done", Before: before, From: from})
}

// Of gives the review of a change that the actor may read; found is false when there is none.
func (s *Service) Of(ctx context.Context, number string) (r Review, c changes.Change, found bool, err error) {
	if c, err = s.Changes.Get(ctx, number); err != nil {
		return r, c, false, err
	}
	if err := s.Tickets.Permit(ctx, c.Ticket, "read_internal"); err != nil {
		return r, c, false, nil // what the desk says among itself
	}
	r, found, err = s.store.one(ctx, c.Ticket.ID)
	return r, c, found, err
}

// Due is a review that waits, with its change.
type Due struct {
	Review Review
	Ticket ticket.Ticket
}

// Waiting lists the open reviews of changes whose internal part the actor may read, the first due first. Who may: report.read.
func (s *Service) Waiting(ctx context.Context) (out []Due, err error) {
	if err := s.Gate.Check(ctx, "report.read", policies.Object{}); err != nil {
		return nil, err
	}
	rows, err := s.store.open(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]domain.TicketID, len(rows))
	for i, r := range rows {
		ids[i] = r.TicketID
	}
	found, err := s.Tickets.ByIDs(ctx, ids)
	for _, r := range rows {
		if t, ok := found[r.TicketID]; ok && s.Tickets.Permit(ctx, t, "read_internal") == nil {
			out = append(out, Due{r, t})
		}
	}
	return out, err
}

// Open lists the changes whose review is still to be done, the first due first. It asks nobody: an agenda does not depend on who looks.
func (s *Service) Open(ctx context.Context) ([]domain.TicketID, error) {
	rows, err := s.store.open(ctx)
	out := make([]domain.TicketID, len(rows))
	for i, r := range rows {
		out[i] = r.TicketID
	}
	return out, err
}

// Reviewed implements changes.Reviews: nil unless a review is still to be done.
func (s *Service) Reviewed(ctx context.Context, change domain.TicketID) error {
	r, found, err := s.store.one(ctx, change)
	if err != nil || !found || r.State == Done {
		return err
	}
	return changes.ErrReview.Because("The review is still to be done: %s.", strings.ToLower(Said(r.Reasons)[0][:1])+Said(r.Reasons)[0][1:])
}

// Said says reasons in words.
func Said(codes []string) (out []string) {
	for _, r := range Reasons {
		if slices.Contains(codes, r.Code) {
			out = append(out, r.Text)
		}
	}
	if len(out) == 0 {
		out = []string{"Somebody asked for it"}
	}
	return out
}

// States yields the state of every review, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.store.each(ctx, func(r Review) error { return yield(r.Number, r.Version, r.Fields()) })
}
