// Package app is the map of the system: it turns configuration into open files and wired services
// (wiring.go), says what follows from what (reactions.go), and runs and stops the server. Every command of
// the program begins here.
package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/attempt"
	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/changes/calendar/feed"
	"github.com/cabinetdesk/cabinet/changes/cause"
	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/changes/oversight"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/changes/rulebook"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/impact"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/audit/runs"
	"github.com/cabinetdesk/cabinet/domain/canned"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/domain/webhook"
	"github.com/cabinetdesk/cabinet/internal/app/answers"
	channel "github.com/cabinetdesk/cabinet/internal/channels/webhook"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/jobs"
	"github.com/cabinetdesk/cabinet/policies"
	"github.com/cabinetdesk/cabinet/reports"
)

// Flows are the lives of everything that has one, for drawings, the permission matrix and checks.
var Flows = []flow.Machine{incident.Flow, request.Flow, problem.Flow, changes.Flow, request.TaskFlow, template.Flow, work.Flow, cab.Flow, cmdb.Flow}

// Drawings are the pages of docs/flows by the name of their file: of every life, and of the part of it that each change model makes.
func Drawings() map[string]string {
	out := map[string]string{}
	for _, m := range Flows {
		out[m.Kind+".md"] = m.Document()
	}
	for _, key := range model.Keys {
		if m, ok := model.Seed(key); ok {
			out["change_"+key+".md"] = changes.Drawing(m)
		}
	}
	return out
}

// Desk is the whole system, wired: every service that the API, the command line, the demo and the tests use.
type Desk struct {
	DB        *db.DB
	Log       *audit.Log
	Sealer    *audit.Sealer
	Runs      *runs.Service
	Gate      *policies.Engine
	People    *people.Service
	Tickets   *ticket.Service
	Incidents *incident.Service
	Requests  *request.Service
	Problems  *problem.Service
	Changes   *changes.Service
	Rules     *rulebook.Service
	Oversight *oversight.Service
	Calendar  *calendar.Service
	Feeds     *feed.Service
	Templates *template.Service
	Work      *work.Service
	Meetings  *cab.Service
	Pipelines *pipeline.Service
	Webhooks  *webhook.Service
	Causes    *cause.Service
	Reviews   *review.Service
	Attempts  *attempt.Service
	CMDB      *cmdb.Service
	Sources   *reconcile.Service
	Impact    *impact.Service
	Approvals *approval.Service
	Canned    *canned.Service
	Reports   *reports.Reports
	Exports   *reports.Exports
	Jobs      *jobs.Runner
	Files     *files
	Status    audit.Status
}

// Options are what wiring needs beside the database.
type Options struct {
	AuditDir string // empty: a key in memory, for tests
	FilesDir string
	// Outgoing are networks that are not public and to which the desk may connect all the same.
	Outgoing []netip.Prefix
	Log      *slog.Logger
}

// Wire builds the desk on a migrated database. It is the map of who knows whom: a service is given what it
// asks for, and nothing else.
func Wire(ctx context.Context, d *db.DB, o Options) (*Desk, error) {
	store, err := openFiles(o.FilesDir)
	if err != nil {
		return nil, err
	}
	k := &Desk{DB: d, Files: store}
	k.Log = audit.New(d, audit.Config{Dir: o.AuditDir})
	d.Use(k.Log.Record, k.react)
	if k.Status, err = k.Log.Open(ctx); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	k.Sealer = audit.NewSealer(k.Log)
	if k.Gate, err = policies.Open(ctx, d); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	k.People = people.New(people.Deps{DB: d, Gate: k.Gate, Roster: k.Gate})
	k.Jobs = jobs.New(d, jobs.Config{Log: o.Log})
	k.Runs = runs.New(d, k.Log, func(ctx context.Context, job runs.Job) error { return k.Jobs.Enqueue(ctx, job) })

	directory := answers.Directory{People: k.People}
	k.CMDB = cmdb.New(d, k.Gate, directory, Random)
	k.Impact = impact.New(d, k.CMDB, k.Gate)
	k.Tickets = ticket.New(ticket.Deps{DB: d, Gate: k.Gate, People: directory, Files: store, Items: k.Impact, NewID: audit.NewID, Random: Random})
	k.Approvals = approval.New(d, k.Gate, directory, Random)
	k.Canned = canned.New(d, k.Gate, Random)
	k.Incidents = incident.New(d, k.Tickets, k.Gate)
	k.Requests = request.New(d, k.Tickets, k.Gate)
	k.Problems = problem.New(d, k.Tickets, k.Gate)
	k.Reports = reports.New(d, k.Gate)
	k.Rules = rulebook.New(d, k.Gate, changes.Flow.Events())
	k.Calendar = calendar.New(calendar.Deps{DB: d, Gate: k.Gate, Tickets: k.Tickets, Estate: answers.Estate{CMDB: k.CMDB, Impact: k.Impact}, Random: Random,
		Later: func(ctx context.Context) error { return k.Jobs.Enqueue(ctx, refreshCalendar{}) }})
	k.Feeds = feed.New(feed.Deps{DB: d, Gate: k.Gate, People: k.People, Calendar: k.Calendar, Random: Random, State: answers.StateOf})
	k.Attempts = attempt.New(d, Random)
	k.Changes = changes.New(changes.Deps{DB: d, Tickets: k.Tickets, Approvals: k.Approvals, Gate: k.Gate, Seal: k.Sealer, People: answers.Voters{Directory: directory, Gate: k.Gate}, Rules: k.Rules,
		Items: answers.Inventory{CMDB: k.CMDB, Impact: k.Impact}, Closures: answers.Closures{Impact: k.Impact}, Calendar: answers.Timetable{Calendar: k.Calendar},
		Templates: answers.Standard{Templates: func() *template.Service { return k.Templates }}, Tasks: answers.Work{Tasks: func() *work.Service { return k.Work }},
		Reviews: answers.Reviews{Of: func() *review.Service { return k.Reviews }}, Attempts: k.Attempts})
	k.Templates = template.New(template.Deps{DB: d, Gate: k.Gate, Approvals: k.Approvals, Seal: k.Sealer, Changes: k.Changes, Items: answers.Inventory{CMDB: k.CMDB, Impact: k.Impact}})
	k.Work = work.New(d, k.Tickets, k.Changes)
	if err := k.wireDelivery(o); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	k.Causes = cause.New(cause.Deps{DB: d, Tickets: k.Tickets, Random: Random})
	k.Reviews = review.New(review.Deps{DB: d, Gate: k.Gate, Tickets: k.Tickets, Changes: k.Changes, Rules: k.Rules, Causes: k.Causes})
	k.Meetings = cab.New(cab.Deps{DB: d, Gate: k.Gate, Approvals: k.Approvals, Changes: k.Changes, Templates: k.Templates, Tasks: k.Work, Reviews: k.Reviews, People: answers.Voters{Directory: directory, Gate: k.Gate}, Seal: k.Sealer, Random: Random})
	k.Oversight = oversight.New(d, k.Changes, k.Rules, k.Approvals, k.Gate, answers.Voters{Directory: directory, Gate: k.Gate})
	k.Exports = reports.NewExports(reports.ExportDeps{DB: d, Gate: k.Gate, Tickets: k.Tickets, CMDB: k.CMDB, Names: Names{k.People}, Models: k.Rules, Log: k.Log, Seal: k.Sealer,
		Files: store, Queue: k.Jobs, Actors: k.People, NewID: audit.NewID, Random: Random})

	for kind, states := range map[string]func(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error{
		"incident": k.Incidents.States, "request": k.Requests.States, "problem": k.Problems.States, "change": k.Changes.States,
		"task": k.Requests.TaskStates, "board": k.Approvals.BoardStates, "duty": k.Approvals.DutyStates, "rulebook": k.Rules.States, "template": k.Templates.States, "change_task": k.Work.States, "canned_text": k.Canned.States, "grant": k.Gate.States,
		"meeting": k.Meetings.States, "rhythm": k.Meetings.RhythmStates, "pipeline": k.Pipelines.States, "pipeline_run": k.Pipelines.RunStates, "deployment": k.Pipelines.DeploymentStates, "webhook": k.Webhooks.States,
		"schedule": k.Calendar.States, "conflict": k.Calendar.ConflictStates, "change_review": k.Reviews.States, "change_attempt": k.Attempts.States, "cause": k.Causes.States, "calendar_feed": k.Feeds.States,
	} {
		k.Log.Register(kind, states)
	}
	k.Sources = reconcile.New(reconcile.Deps{DB: d, Gate: k.Gate, CMDB: k.CMDB, People: named{k.People}, Files: store, Queue: k.Jobs, Sheet: openSheet, Random: Random})

	k.People.RegisterStates(k.Log.Register)
	k.Sources.RegisterStates(k.Log.Register)
	k.CMDB.RegisterStates(k.Log.Register)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	k.schedule(o.Log)
	return k, k.Jobs.Build()
}

// wireDelivery wires what builds and deploys by itself, and who is told of it. Their keys are made from that of the log.
func (k *Desk) wireDelivery(o Options) error {
	passes, err := k.Log.Derive("gate passes v1")
	if err != nil {
		return err
	}
	secrets, err := k.Log.Derive("webhook secrets v1")
	if err != nil {
		return err
	}
	k.Webhooks, err = webhook.New(webhook.Deps{DB: k.DB, Gate: k.Gate, Sender: channel.New(o.Outgoing), Key: secrets, Random: Random,
		Enqueue: func(ctx context.Context, job webhook.Job) error { return k.Jobs.Enqueue(ctx, job) }})
	k.Pipelines = pipeline.New(pipeline.Deps{DB: k.DB, Gate: k.Gate, Tickets: k.Tickets, Changes: k.Changes, Templates: k.Templates, Accounts: answers.Accounts{People: k.People, Gate: k.Gate},
		Items: answers.Inventory{CMDB: k.CMDB, Impact: k.Impact}, Calendar: answers.Timetable{Calendar: k.Calendar}, Listeners: answers.Listeners{Webhooks: k.Webhooks},
		Signer: pipeline.NewSigner(passes), Random: Random})
	return err
}

// Close gives up the files; the database is closed by whoever opened it.
func (k *Desk) Close() error { return k.Files.Close() }

// OpenFile opens a stored file by its key.
func (k *Desk) OpenFile(key string) (io.ReadSeekCloser, error) { return k.Files.Open(key) }
