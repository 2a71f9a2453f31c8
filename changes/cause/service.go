package cause

import (
	"context"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// tickets is what the shared part of the records answers.
type tickets interface {
	Permit(ctx context.Context, t ticket.Ticket, action string) error
	Lock(ctx context.Context, number string, version int64, action string) (ticket.Ticket, error)
	Get(ctx context.Context, number string) (ticket.Ticket, error)
	ByIDs(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]ticket.Ticket, error)
	CIs(ctx context.Context, t ticket.Ticket) ([]ticket.CI, error)
}

// Deps is what the service needs; Random makes references.
type Deps struct {
	DB      *db.DB
	Tickets tickets
	Random  func() string
}

// Service holds the verbs of causes.
type Service struct {
	Deps
	store store
}

// New builds the service.
func New(d Deps) *Service { return &Service{d, store{d.DB}} }

// SayInput says what an incident and a change have to do with each other, and how sure that is.
type SayInput struct {
	Incident   string
	Change     string
	Kind       string
	Confidence string
	Evidence   string
}

// Say ties an incident and a change, or alters how sure that is. Who may: change.suspect, and change.confirm_cause to confirm or
// refute; the incident must be readable. In any state of both. Facts: Said. Errors: cause_unsound, evidence_missing,
// cause_said_already.
func (s *Service) Say(ctx context.Context, in SayInput) (c Cause, err error) {
	if err := ticket.Texts(map[string]*string{"evidence": &in.Evidence}, ticket.MaxText); err != nil {
		return c, err
	}
	action := "confirm_cause"
	switch {
	case !slices.Contains(Kinds, in.Kind):
		return c, ErrCause.With("body.kind", "choose one of: "+strings.Join(Kinds, ", "))
	case !slices.Contains(Confidences, in.Confidence):
		return c, ErrCause.With("body.confidence", "choose one of: "+strings.Join(Confidences, ", "))
	case in.Confidence == Suspected:
		action = "suspect"
	case strings.TrimSpace(in.Evidence) == "":
		return c, ErrEvidence.With("body.evidence", "say what shows it")
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		change, err := s.Tickets.Lock(ctx, in.Change, 0, action)
		if err != nil {
			return err
		}
		incident, err := s.Tickets.Get(ctx, in.Incident)
		if err != nil {
			return ErrCause.With("body.incident", "there is no such incident, or you may not see it").Wrap(err)
		}
		if change.Kind != domain.KindChange || incident.Kind != domain.KindIncident {
			return ErrCause.Because("A cause ties an incident and a change.")
		}
		c, err = s.say(ctx, incident, change, in)
		return err
	})
	return c, err
}

func (s *Service) say(ctx context.Context, incident, change ticket.Ticket, in SayInput) (Cause, error) {
	c, found, err := s.store.between(ctx, incident.ID, change.ID, in.Kind)
	if err != nil {
		return c, err
	}
	f := Said{Before: map[string]string{}, Priority: incident.Priority}
	now := s.DB.Now(ctx)
	switch {
	case !found:
		c = Cause{Ref: s.Random(), IncidentID: incident.ID, ChangeID: change.ID, Incident: incident.Number, Change: change.Number, Kind: in.Kind, CreatedAt: now}
	case c.Confidence == in.Confidence && c.Evidence == in.Evidence:
		return c, ErrSame
	default:
		f.Before, f.From = c.Fields(), c.Confidence
	}
	c.Confidence, c.Evidence, c.SetBy, c.SetAt = in.Confidence, in.Evidence, domain.ActorFrom(ctx).User, now
	c.Version++
	f.Cause = c
	if err := s.DB.Emit(ctx, f); err != nil {
		return c, err
	}
	if !found {
		return c, s.store.insert(ctx, &c)
	}
	return c, s.store.update(ctx, c)
}

// Tie is a cause as one of its records shows it: with the other record.
type Tie struct {
	Cause Cause
	Other ticket.Ticket
}

// Of lists what is known of the causes of a record that the actor may read, whose other record they may read too.
func (s *Service) Of(ctx context.Context, number string) (t ticket.Ticket, out []Tie, err error) {
	if t, err = s.Tickets.Get(ctx, number); err != nil {
		return t, nil, err
	}
	if s.Tickets.Permit(ctx, t, "read_internal") != nil {
		return t, nil, nil // what the desk says among itself
	}
	rows, err := s.store.of(ctx, t.ID)
	if err != nil {
		return t, nil, err
	}
	ids := make([]domain.TicketID, len(rows))
	for i, c := range rows {
		ids[i] = c.other(t.ID)
	}
	others, err := s.Tickets.ByIDs(ctx, ids)
	for _, c := range rows {
		if o, ok := others[c.other(t.ID)]; ok && s.Tickets.Permit(ctx, o, "read") == nil {
			out = append(out, Tie{c, o})
		}
	}
	return t, out, err
}

func (c Cause) other(than domain.TicketID) domain.TicketID {
	if c.ChangeID == than {
		return c.IncidentID
	}
	return c.ChangeID
}

// Confirmed tells whether it was confirmed that a change caused an incident, whoever asks.
func (s *Service) Confirmed(ctx context.Context, change domain.TicketID) (bool, error) {
	rows, err := s.store.of(ctx, change)
	return Computed("", rows) == CausedIncident, err
}

// States yields the state of every tie, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.store.each(ctx, func(c Cause) error { return yield(c.Ref, c.Version, c.Fields()) })
}
