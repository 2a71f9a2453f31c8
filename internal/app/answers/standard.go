package answers

import (
	"context"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
)

// Standard and Work answer what changes ask about what is built on top of them, and is made after them.
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
