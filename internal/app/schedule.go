package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/webhook"
	"github.com/cabinetdesk/cabinet/internal/jobs"
	"github.com/cabinetdesk/cabinet/reports"
)

// What the desk does by itself, and how often. One of the instances does each.

type sweepSessions struct{}

func (sweepSessions) Kind() string { return "sweep_sessions" }

type verifyLog struct{}

func (verifyLog) Kind() string { return "verify_log" }

type sweepChanges struct{}

func (sweepChanges) Kind() string { return "sweep_changes" }

type prepareMeetings struct{}

func (prepareMeetings) Kind() string { return "prepare_meetings" }

type refreshCalendar struct{}

func (refreshCalendar) Kind() string { return "refresh_calendar" }

type checkPolicies struct{}

func (checkPolicies) Kind() string { return "check_approval_policies" }

type watchWindows struct{}

func (watchWindows) Kind() string { return "watch_windows" }

type optimiseDatabase struct{}

func (optimiseDatabase) Kind() string { return "optimise_database" }

type refreshClosures struct{}

func (refreshClosures) Kind() string { return "refresh_closures" }

// schedule registers the periodic jobs. It is called once, before the queue is built.
func (k *Desk) schedule(log *slog.Logger) {
	jobs.Register(k.Jobs, func(ctx context.Context, _ sweepSessions) error { return k.People.Sweep(ctx) })
	jobs.Every(k.Jobs, time.Hour, sweepSessions{})

	// Relations change one by one and by the ten thousand: it is asked each minute whether any did, rather than by each.
	jobs.Register(k.Jobs, func(ctx context.Context, _ refreshClosures) error { return k.Impact.Refresh(ctx) })
	jobs.Every(k.Jobs, time.Minute, refreshClosures{})

	jobs.Register(k.Jobs, func(ctx context.Context, _ sweepChanges) error { return k.Changes.Sweep(ctx) })
	jobs.Every(k.Jobs, 10*time.Minute, sweepChanges{})

	jobs.Register(k.Jobs, func(ctx context.Context, _ prepareMeetings) error { return k.Meetings.Sweep(ctx) })
	jobs.Every(k.Jobs, 10*time.Minute, prepareMeetings{})

	jobs.Register(k.Jobs, func(ctx context.Context, _ refreshCalendar) error { return k.Calendar.Refresh(ctx) })
	jobs.Every(k.Jobs, time.Hour, refreshCalendar{})

	jobs.Register(k.Jobs, func(ctx context.Context, _ checkPolicies) error {
		report, err := k.Oversight.Check(ctx)
		for _, f := range report.Findings {
			log.Warn("an approval could stall", "row", f.Row, "approval", f.Slot, "team", f.Team, "trouble", f.Trouble)
		}
		return err
	})
	jobs.Every(k.Jobs, 24*time.Hour, checkPolicies{})

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

	jobs.Register(k.Jobs, func(ctx context.Context, _ watchWindows) error { return k.Pipelines.Watch(ctx) })
	jobs.Every(k.Jobs, time.Minute, watchWindows{})
	jobs.Register(k.Jobs, k.Webhooks.Work)
	jobs.Register(k.Jobs, func(ctx context.Context, _ webhook.SweepJob) error { return k.Webhooks.Sweep(ctx) })
	jobs.Every(k.Jobs, 6*time.Hour, webhook.SweepJob{})

	jobs.Register(k.Jobs, func(ctx context.Context, job reports.Job) error { return k.Exports.Work(ctx, job, exportRequest) })
	jobs.Register(k.Jobs, k.Sources.Work)
	jobs.Register(k.Jobs, func(ctx context.Context, _ reconcile.SweepJob) error { return k.Sources.Sweep(ctx) })
	jobs.Every(k.Jobs, 5*time.Minute, reconcile.SweepJob{})
	jobs.Register(k.Jobs, func(ctx context.Context, _ reports.PurgeJob) error { return k.Exports.Purge(ctx) })
	jobs.Every(k.Jobs, 6*time.Hour, reports.PurgeJob{})
}
