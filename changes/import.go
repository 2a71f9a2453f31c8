package changes

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/domain/ticket/bulk"
	"github.com/cabinetdesk/cabinet/policies"
)

// ReferenceInput is a change of another tool of which only the number is known, because an incident names it.
type ReferenceInput struct {
	System string
	Key    string    // its number there
	Run    string    // the import that met it
	At     time.Time // when it was first named
}

// ImportReference makes a place for a change that another tool's history names: a draft without a plan, which claims
// nothing about how it was approved or what became of it. It keeps its number where that can be. Who may: import.run.
// Facts: Raised, as "change.imported".
func (s *Service) ImportReference(ctx context.Context, in ReferenceInput) (t ticket.Ticket, err error) {
	if err := s.gate.Check(ctx, "import.run", policies.Object{}); err != nil {
		return t, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		taken, err := bulk.Taken(ctx, s.db, []string{in.Key})
		if err != nil {
			return err
		}
		c := Change{Ticket: ticket.Ticket{Kind: domain.KindChange, Title: "Imported reference " + in.Key, Priority: 3, OpenedAt: in.At,
			Description: in.Key + " of " + in.System + ": an imported incident names it, and nothing more is known of it here."},
			Facet: Facet{Version: 1, Model: Normal, Risk: Medium, Revision: 1, PlanForm: 2}}
		if bulk.KeepsNumber(in.Key) && !taken[in.Key] {
			c.Ticket.Number = in.Key
		}
		c.Facet.Digest = c.Plan().Digest()
		if err := c.Ticket.Enter(Flow, StateDraft, s.db.Now(ctx)); err != nil {
			return err
		}
		h := ticket.Happened{What: "imported", At: in.At, Digest: c.Facet.Digest, Scope: []string{"import:" + in.Run},
			Details: ticket.Detail("imported_from", in.System+" "+in.Key+", named by an incident, run "+in.Run, "")}
		err = s.tickets.InsertAs(ctx, &c, h, func(h ticket.Happened) domain.Fact { return Raised{h, c} },
			func(ctx context.Context) error {
				c.Facet.TicketID = c.Ticket.ID
				return s.store.insert(ctx, c.Facet)
			})
		t = c.Ticket
		return err
	})
	return t, err
}
