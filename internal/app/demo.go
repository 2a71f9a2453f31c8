package app

import (
	"context"

	"github.com/cabinetdesk/cabinet/internal/app/demo"
)

// Fill makes the demo organisation on an empty desk, whose clock it moves; see package demo.
func Fill(ctx context.Context, k *Desk, clock demo.Clock, o demo.Options) (demo.Summary, error) {
	return demo.Fill(ctx, demo.Desk{DB: k.DB, Gate: k.Gate, Sealer: k.Sealer, People: k.People, Tickets: k.Tickets, Incidents: k.Incidents,
		Requests: k.Requests, Problems: k.Problems, Changes: k.Changes, Approvals: k.Approvals}, clock, o)
}
