package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/jobs"
	"github.com/cabinetdesk/cabinet/reports"
)

// What the desk does by itself, and how often. One of the instances does each.

type sweepSessions struct{}

func (sweepSessions) Kind() string { return "sweep_sessions" }

type verifyLog struct{}

func (verifyLog) Kind() string { return "verify_log" }

type optimiseDatabase struct{}

func (optimiseDatabase) Kind() string { return "optimise_database" }

// schedule registers the periodic jobs. It is called once, before the queue is built.
func (k *Desk) schedule(log *slog.Logger) {
	jobs.Register(k.Jobs, func(ctx context.Context, _ sweepSessions) error { return k.People.Sweep(ctx) })
	jobs.Every(k.Jobs, time.Hour, sweepSessions{})

	jobs.Register(k.Jobs, func(ctx context.Context, _ optimiseDatabase) error { return k.DB.Optimise(ctx) })
	jobs.Every(k.Jobs, 6*time.Hour, optimiseDatabase{})

	jobs.Register(k.Jobs, func(ctx context.Context, _ verifyLog) error {
		report, err := k.Log.Verify(ctx, audit.Options{})
		if err != nil {
			return err
		}
		for _, s := range report.Steps {
			if !s.OK {
				log.Error("THE LOG DOES NOT VERIFY", "step", s.Name, "detail", s.Detail)
			}
		}
		return nil
	})
	jobs.Every(k.Jobs, 24*time.Hour, verifyLog{})

	jobs.Register(k.Jobs, k.Runs.Work)

	jobs.Register(k.Jobs, func(ctx context.Context, job reports.Job) error { return k.Exports.Work(ctx, job, ticket.ParseQuery) })
	jobs.Register(k.Jobs, k.Sources.Work)
	jobs.Register(k.Jobs, func(ctx context.Context, _ reconcile.SweepJob) error { return k.Sources.Sweep(ctx) })
	jobs.Every(k.Jobs, 5*time.Minute, reconcile.SweepJob{})
	jobs.Register(k.Jobs, func(ctx context.Context, _ reports.PurgeJob) error { return k.Exports.Purge(ctx) })
	jobs.Every(k.Jobs, 6*time.Hour, reports.PurgeJob{})
}
