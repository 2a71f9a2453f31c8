package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/api"
	"github.com/cabinetdesk/cabinet/internal/app/bench"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/jobs"
	"github.com/cabinetdesk/cabinet/migrations"
	"github.com/cabinetdesk/cabinet/web"
)

type benchCmd struct {
	Tickets  int      `default:"1000000" help:"How many tickets to generate."`
	Items    int      `default:"100000" help:"How many configuration items to generate, with five times as many relations."`
	Short    bool     `help:"20,000 tickets, 2,000 configuration items and few rounds: to see that it works."`
	Engine   []string `default:"sqlite,postgres" enum:"sqlite,postgres" help:"Which databases."`
	Only     []string `help:"Only these measurements: queues, filters, pages, counts, tickets, search, cmdb, conflicts, create, cmdb-import, verify."`
	Postgres string   `env:"CABINET_TEST_POSTGRES" help:"URL of a PostgreSQL server on which a database may be created (--database-url, where given, comes first)."`
	Keep     string   `type:"path" help:"Keep what is generated in this folder, and measure it again the next time."`
	Profile  string   `type:"path" help:"Write a CPU profile of the measurements to this file, for go tool pprof."`
}

// Run generates, measures and prints, one database after the other.
func (c benchCmd) Run(r *run) error {
	if c.Short {
		c.Tickets, c.Items = 20_000, 2_000
	}
	for _, name := range c.Only {
		if !slices.ContainsFunc(bench.Suite, func(m struct {
			Name string
			Run  func(*bench.Session, context.Context) ([]bench.Row, error)
		}) bool {
			return m.Name == name
		}) {
			return fmt.Errorf("there is no measurement %s", name)
		}
	}
	dir := c.Keep
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "cabinet-bench-"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
	}
	if err := private(dir); err != nil {
		return err
	}
	machine, err := bench.Look(dir)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(r.out, "Machine: %s. Cabinet %s, %d tickets.\n", machine, r.version, c.Tickets)
	for _, engine := range c.Engine {
		if err := c.engine(r, engine, filepath.Join(dir, engine)); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	return nil
}

// engine measures one database.
func (c benchCmd) engine(r *run, engine, dir string) error {
	if err := private(dir); err != nil {
		return err
	}
	to := *r
	to.cfg = Config{Data: dir, LogLevel: r.cfg.LogLevel}
	to.log = to.cfg.Logger(io.Discard) // lines are made, as in the server, and nobody reads them
	made := filepath.Join(dir, "generated")
	_, err := os.Stat(made)
	fresh := errors.Is(err, os.ErrNotExist)
	if engine == "postgres" {
		drop, err := c.database(r, &to, fresh)
		if err != nil {
			return err
		}
		defer drop()
	}
	var rows []bench.Row
	if fresh {
		if rows, err = c.generate(&to); err != nil {
			return err
		}
		if err := os.WriteFile(made, nil, 0o600); err != nil {
			return err
		}
	}
	more, version, err := c.measure(&to)
	_, _ = fmt.Fprintf(r.out, "\n## %s\n\n%s", version, bench.Table(append(rows, more...)))
	for _, row := range more {
		if !row.OK && row.Worst != "" {
			_, _ = fmt.Fprintf(r.out, "\nSlowest of “%s”: %s", row.What, row.Worst)
		}
	}
	_, _ = fmt.Fprintln(r.out)
	return err
}

// database makes a PostgreSQL database of its own on the server, or finds the one that was kept.
func (c benchCmd) database(r, to *run, fresh bool) (drop func(), err error) {
	base := r.cfg.DatabaseURL
	if base == "" {
		base = c.Postgres
	}
	u, err := url.Parse(base)
	if base == "" || err != nil {
		return nil, errors.New("give the URL of a PostgreSQL server with --postgres")
	}
	name := "cabinet_bench"
	if c.Keep == "" {
		name = fmt.Sprintf("cabinet_bench_%d", os.Getpid())
	}
	server, err := db.Open(r.ctx, db.Config{URL: base, MaxConns: 2, Unsafe: true}, SystemClock{})
	if err != nil {
		return nil, err
	}
	if fresh {
		if _, err := server.Writer().ExecContext(r.ctx, "create database "+name); err != nil {
			return nil, errors.Join(err, server.Close())
		}
	}
	u.Path = "/" + name
	to.cfg.DatabaseURL = u.String()
	return func() {
		if c.Keep == "" {
			_, _ = server.Writer().ExecContext(context.WithoutCancel(r.ctx), "drop database if exists "+name+" with (force)")
		}
		_ = server.Close()
	}, nil
}

// generate fills the database, without the durability of each commit where that can be given up.
func (c benchCmd) generate(r *run) ([]bench.Row, error) {
	d, err := db.Open(r.ctx, db.Config{URL: r.cfg.Database(), Unsafe: true}, SystemClock{})
	if err != nil {
		return nil, err
	}
	_, err = migrations.Up(r.ctx, d, func(ctx context.Context) error { return jobs.Migrate(ctx, d) })
	if err := errors.Join(err, d.Close()); err != nil {
		return nil, err
	}
	desk, done, err := r.open(false, db.Config{Unsafe: true})
	if err != nil {
		return nil, err
	}
	rows, err := bench.Fill(r.ctx, desk.measured(nil), c.Tickets, c.Items, func(text string) { _, _ = fmt.Fprintf(r.err, "%s\n", text) })
	done()
	return rows, err
}

// measured is the desk as package bench sees it.
func (k *Desk) measured(s *api.Server) bench.Desk {
	d := bench.Desk{DB: k.DB, Log: k.Log, Sealer: k.Sealer, People: k.People, Gate: k.Gate, Tickets: k.Tickets, Sources: k.Sources, Calendar: k.Calendar}
	if s != nil {
		d.Handler = s.Handler()
	}
	return d
}

// profile writes where the processor's time goes into a file, until it is stopped.
func profile(file string) (stop func() error, err error) {
	f, err := os.Create(file) //nolint:gosec // the caller of the command names it
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

// measure starts the server on the database, durable, as `serve` does, and asks it.
func (c benchCmd) measure(r *run) (rows []bench.Row, version string, err error) {
	began := time.Now()
	desk, done, err := r.open(false, db.Config{})
	if err != nil {
		return nil, "", err
	}
	defer done()
	ui, built := web.Dist()
	base := url.URL{Scheme: "http", Host: "localhost"}
	server, err := api.New(desk.doors(serveCmd{}, r, &base, ui, built))
	if err != nil {
		return nil, "", err
	}
	defer server.Close()
	s := desk.measured(server)
	if err := bench.Answers(r.ctx, s); err != nil {
		return nil, "", err
	}
	start := time.Since(began)
	rows = append(rows, bench.Row{What: "start to first answer", N: 1, Value: start.Round(time.Millisecond).String(), Bar: "≤ 0.5 s", OK: start <= 500*time.Millisecond})
	if version, err = bench.Version(r.ctx, s); err != nil {
		return rows, version, err
	}
	session, err := bench.Open(r.ctx, s, c.Short)
	if err != nil {
		return rows, version, err
	}
	if c.Profile != "" {
		stop, err := profile(c.Profile)
		if err != nil {
			return rows, version, err
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	for _, m := range bench.Suite {
		if len(c.Only) > 0 && !slices.Contains(c.Only, m.Name) {
			continue
		}
		_, _ = fmt.Fprintf(r.err, "%s, %s\n", strings.Fields(version)[0], m.Name)
		more, err := m.Run(session, r.ctx)
		if err != nil {
			return rows, version, fmt.Errorf("%s: %w", m.Name, err)
		}
		rows = append(rows, more...)
	}
	return rows, version, nil
}
