package answers

import (
	"context"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
)

// Standard, Work and Reviews answer what changes ask about what is built on top of them, and is made after them.
type Standard struct{ Templates func() *template.Service }

// Published refuses a change whose template may not be used now.
func (s Standard) Published(ctx context.Context, c changes.Change) error {
	return s.Templates().Published(ctx, c)
}

// Work answers with the tasks of changes.
type Work struct{ Tasks func() *work.Service }

// Ahead names what has to be done before a move.
func (t Work) Ahead(ctx context.Context, change domain.TicketID, before string) ([]string, error) {
	return t.Tasks().Ahead(ctx, change, before)
}

// Reviews answers with the reviews of changes.
type Reviews struct{ Of func() *review.Service }

// Reviewed refuses to close a change whose review is still to be done.
func (r Reviews) Reviewed(ctx context.Context, change domain.TicketID) error {
	return r.Of().Reviewed(ctx, change)
}
