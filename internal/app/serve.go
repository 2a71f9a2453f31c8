package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/cabinetdesk/cabinet/api"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/app/answers"
	"github.com/cabinetdesk/cabinet/internal/app/demo"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/web"
)

type serveCmd struct {
	Addr     string         `default:"localhost:8080" env:"CABINET_ADDR" help:"Address to listen on."`
	BaseURL  string         `env:"CABINET_BASE_URL" help:"How people reach the desk, e.g. https://desk.example.org (default: http and the address)."`
	Demo     bool           `env:"CABINET_DEMO" help:"Fill an empty database with a demo organisation and list its logins."`
	Trusted  []netip.Prefix `env:"CABINET_TRUSTED_PROXIES" help:"Networks of proxies whose X-Forwarded-For is believed, e.g. 10.0.0.0/8."`
	MaxConns int            `default:"20" env:"CABINET_MAX_CONNS" help:"PostgreSQL connections of this instance."`
	Grace    time.Duration  `default:"15s" env:"CABINET_GRACE" help:"How long a stop waits for requests and jobs at work."`
}

// Run opens the database, wires the desk and serves until it is told to stop.
func (c serveCmd) Run(r *run) error {
	started := time.Now()
	base, err := c.base()
	if err != nil {
		return err
	}
	if c.Demo {
		if _, err := r.ensureDemo(1); err != nil {
			return err
		}
		debug.FreeOSMemory() // ninety days in a few seconds take memory that the server never needs again
	}
	desk, done, err := r.open(true, db.Config{MaxConns: c.MaxConns})
	if err != nil {
		return err
	}
	defer done()
	for _, w := range desk.Status.Warnings {
		r.log.Warn("log", "warning", w)
	}
	if desk.Status.ReadOnly != nil {
		r.log.Error("THE LOG IS READ-ONLY", "reason", plainly(desk.Status.ReadOnly))
	}
	setup, err := desk.People.EnsureSetupLink(r.operator())
	if err != nil {
		return err
	}
	ui, built := web.Dist()
	server, err := api.New(desk.doors(c, r, base, ui, built))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.Addr, err)
	}

	ctx, stop := context.WithCancel(r.ctx)
	var background sync.WaitGroup
	for _, loop := range []func(context.Context){desk.Sealer.Run, desk.Gate.Watch, hourly(r.log, server.PurgeIdempotencyKeys)} {
		background.Go(func() { loop(ctx) })
	}
	if err := desk.Jobs.Start(context.WithoutCancel(ctx)); err != nil {
		stop()
		return fmt.Errorf("start the jobs: %w", err)
	}
	h := &http.Server{Handler: watched(desk, server.Handler()), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12}, BaseContext: func(net.Listener) context.Context { return ctx }}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(listener) }()
	r.log.Info("serving", "url", base.String(), "database", desk.DB.Dialect(), "start_ms", time.Since(started).Milliseconds(), "events", desk.Status.Size)
	c.welcome(r, base, setup, built)

	select {
	case err = <-failed:
	case <-r.ctx.Done():
		r.log.Info("stopping")
		server.Close() // live streams end, so that the shutdown need not wait for them
		wait, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), c.Grace)
		defer cancel()
		err = errors.Join(h.Shutdown(wait), desk.Jobs.Stop(wait))
	}
	stop()
	background.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// hourly runs a chore of the HTTP side now and every hour; two instances may do it at once without harm.
func hourly(log *slog.Logger, chore func(context.Context) error) func(context.Context) {
	return func(ctx context.Context) {
		tick := time.NewTicker(time.Hour)
		defer tick.Stop()
		for {
			if err := chore(ctx); err != nil && ctx.Err() == nil {
				log.Warn("chore failed; it is tried again in an hour", "err", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}
}

// doors is what the HTTP side is given.
func (k *Desk) doors(c serveCmd, r *run, base *url.URL, ui fs.FS, built bool) api.Deps {
	d := api.Deps{DB: k.DB, Log: r.log, Policies: k.Gate, People: k.People, Tickets: k.Tickets, Incidents: k.Incidents, Requests: k.Requests,
		Pipelines: k.Pipelines, Webhooks: k.Webhooks,
		Problems: k.Problems, Changes: k.Changes, Approvals: k.Approvals, Rules: k.Rules, Oversight: k.Oversight, Calendar: k.Calendar, Feeds: k.Feeds, Plan: answers.Plan, Templates: k.Templates, Work: k.Work, Meetings: k.Meetings, Attempts: k.Attempts, Causes: k.Causes, Reviews: k.Reviews, CMDB: k.CMDB, Sources: k.Sources, Uploads: k.Files, Impact: k.Impact, Audit: k.Log, Runs: k.Runs, Canned: k.Canned, Sealer: k.Sealer, Jobs: k.Jobs, Reports: k.Reports, Exports: k.Exports,
		UI: ui, UIBuilt: built, BaseURL: base.String(), TrustedProxies: c.Trusted, Version: r.version}
	if c.Demo {
		for _, l := range demo.Logins {
			d.Demo = append(d.Demo, api.DemoLogin{Login: l.Login, Password: l.Password, Name: l.Name, Roles: l.Roles, Does: l.Does})
		}
	}
	return d
}

func (c serveCmd) base() (*url.URL, error) {
	raw := c.BaseURL
	if raw == "" {
		host := c.Addr
		if strings.HasPrefix(host, ":") {
			host = "localhost" + host
		}
		raw = "http://" + host
	}
	u, err := url.Parse(strings.TrimSuffix(raw, "/"))
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Path != "" {
		return nil, domain.ErrInvalid.Because("The base URL looks like https://desk.example.org.")
	}
	return u, nil
}

// welcome tells whoever started the server where to go. It is for a person, beside the log.
func (c serveCmd) welcome(r *run, base *url.URL, setup string, built bool) {
	_, _ = fmt.Fprintf(r.out, "\n  Cabinet is at %s\n", base)
	if !built {
		_, _ = fmt.Fprintln(r.out, "  The UI is not built into this binary: run `make build`. The API works.")
	}
	if setup != "" {
		_, _ = fmt.Fprintf(r.out, "  Nobody can sign in yet. Create the first administrator, once, at\n  %s/setup?token=%s\n", base, url.QueryEscape(setup))
	}
	if c.Demo {
		_, _ = fmt.Fprintf(r.out, "  Demo logins, password %s:\n", demo.Password)
		_ = r.printLogins()
	}
	_, _ = fmt.Fprintln(r.out)
}
