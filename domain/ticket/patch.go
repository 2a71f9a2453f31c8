package ticket

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// Patch changes the harmless shared fields of a record; nil leaves a field as it is.
type Patch struct {
	Number         string
	Version        int64
	Title          *string
	Description    *string
	Service        *string
	Classification *string
	Requester      *domain.UserID
	DueAt          *time.Time
}

// Apply checks the texts and sets what is given.
func (p Patch) Apply(t *Ticket) (err error) {
	if p.Title != nil {
		if t.Title, err = Title(*p.Title); err != nil {
			return err
		}
	}
	if err := Texts(map[string]*string{"description": p.Description}, MaxText); err != nil {
		return err
	}
	if err := Texts(map[string]*string{"service": p.Service, "classification": p.Classification}, MaxShort); err != nil {
		return err
	}
	Set(&t.Description, p.Description)
	Set(&t.Service, p.Service)
	Set(&t.Classification, p.Classification)
	Set(&t.RequesterID, p.Requester)
	if p.DueAt != nil {
		due := domain.Instant(*p.DueAt)
		t.DueAt = &due
	}
	return nil
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
