package problem

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/domain/ticket/bulk"
	"github.com/cabinetdesk/cabinet/policies"
)

// ReferenceInput is a problem of another tool of which only the number is known, because an incident names it.
type ReferenceInput struct {
	System string
	Key    string    // its number there
	Run    string    // the import that met it
	At     time.Time // when it was first named
}

// ImportReference makes a place for a problem that another tool's history names: a detected problem that somebody can
// fill in. It keeps its number where that can be. Who may: import.run. Facts: Detected, as "problem.imported".
func (s *Service) ImportReference(ctx context.Context, in ReferenceInput) (t ticket.Ticket, err error) {
	if err := s.gate.Check(ctx, "import.run", policies.Object{}); err != nil {
		return t, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		taken, err := bulk.Taken(ctx, s.db, []string{in.Key})
		if err != nil {
			return err
		}
		p := Problem{Ticket: ticket.Ticket{Kind: domain.KindProblem, Title: "Imported reference " + in.Key, Priority: 3, OpenedAt: in.At,
			Description: in.Key + " of " + in.System + ": an imported incident names it, and nothing more is known of it here."}}
		if bulk.KeepsNumber(in.Key) && !taken[in.Key] {
			p.Ticket.Number = in.Key
		}
		if err := p.Ticket.Enter(Flow, StateDetected, s.db.Now(ctx)); err != nil {
			return err
		}
		h := ticket.Happened{What: "imported", At: in.At, Scope: []string{"import:" + in.Run},
			Details: ticket.Detail("imported_from", in.System+" "+in.Key+", named by an incident, run "+in.Run, "")}
		err = s.tickets.InsertAs(ctx, &p, h, func(h ticket.Happened) domain.Fact { return Detected{h, p} },
			func(ctx context.Context) error {
				p.Facet.TicketID = p.Ticket.ID
				return s.store.insert(ctx, p.Facet)
			})
		t = p.Ticket
		return err
	})
	return t, err
}
