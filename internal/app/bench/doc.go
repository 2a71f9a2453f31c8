// Package bench measures the desk: it generates a database of a given size, through the recorder of the log and
// with every guard of the database on, and then asks the running server what its users ask, a few hundred times
// each. It reports figures against the bars of the design; it asserts none, since a busy machine proves nothing.
package bench

import (
	"context"
	"net/http"

	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// Desk is what is measured: a wired desk, and the handler that answers its requests.
type Desk struct {
	DB       *db.DB
	Log      *audit.Log
	Sealer   *audit.Sealer
	People   *people.Service
	Gate     *policies.Engine
	Tickets  *ticket.Service
	Sources  *reconcile.Service
	Calendar *calendar.Service
	Handler  http.Handler
}

func asSystem(ctx context.Context) context.Context {
	return domain.WithActor(ctx, domain.SystemActor(domain.ViaImport))
}
