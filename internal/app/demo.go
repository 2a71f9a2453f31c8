package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/app/demo"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/migrations"
)

// Fill makes the demo organisation on an empty desk, whose clock it moves; see package demo.
func Fill(ctx context.Context, k *Desk, clock demo.Clock, o demo.Options) (demo.Summary, error) {
	return demo.Fill(ctx, demo.Desk{DB: k.DB, Gate: k.Gate, Sealer: k.Sealer, People: k.People, Tickets: k.Tickets, Incidents: k.Incidents,
		Requests: k.Requests, Problems: k.Problems, Changes: k.Changes, Templates: k.Templates, Work: k.Work, Meetings: k.Meetings, Causes: k.Causes, Reviews: k.Reviews, Calendar: k.Calendar, Pipelines: k.Pipelines, Webhooks: k.Webhooks, Rules: k.Rules, Approvals: k.Approvals, CMDB: k.CMDB, Canned: k.Canned}, clock, o)
}

type demoCmd struct {
	Seed uint64 `default:"1" help:"Another seed makes another organisation of the same shape."`
}

// Run fills a data folder, or database, that is empty; it refuses one with people.
func (c demoCmd) Run(r *run) error {
	filled, err := r.ensureDemo(c.Seed)
	if err != nil {
		return err
	}
	if !filled {
		return demo.ErrPeople.Because("People work here already: the demo organisation needs a data folder, or a database, of its own.")
	}
	_, err = fmt.Fprintf(r.out, "Start the server with `cabinet serve --demo` and sign in with the password %s as:\n", demo.Password)
	if err == nil {
		err = r.printLogins()
	}
	return err
}

// printLogins lists whom one can sign in as.
func (r *run) printLogins() error {
	w := tabwriter.NewWriter(r.out, 0, 4, 2, ' ', 0)
	for _, l := range demo.Logins {
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\n", l.Login, l.Name, l.Does)
	}
	return w.Flush()
}

// unfinished marks a data folder in which the filling was stopped half-way.
const unfinished = "demo-unfinished"

// ensureDemo fills the desk with the demo organisation when nobody works there yet, and tells whether it did.
// `serve --demo` calls it before it opens the desk for itself.
//
// The filling has a desk of its own, on a clock that it moves. In a fresh SQLite file it does without the
// durability of each commit, and makes the file durable at the end.
func (r *run) ensureDemo(seed uint64) (filled bool, err error) {
	if err := private(r.cfg.Data); err != nil {
		return false, err
	}
	mark := filepath.Join(r.cfg.Data, unfinished)
	if _, err := os.Stat(mark); err == nil {
		return false, domain.ErrReadOnly.Because("An earlier start was stopped while the demo organisation was being made. Remove the data folder %s (and the database, if it is elsewhere), and start again.", r.cfg.Data)
	}
	fresh, err := r.fresh()
	if err != nil {
		return false, err
	}
	if !fresh {
		if empty, err := r.empty(); err != nil || !empty {
			return false, err
		}
	}
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		return false, err
	}
	now := domain.Instant(SystemClock{}.Now())
	r.log.Info("making the demo organisation", "takes", "about ten seconds")
	if err := r.fillDemo(demo.Options{Seed: seed, Now: now}, fresh); err != nil {
		return false, err
	}
	return true, os.Remove(mark)
}

func (r *run) fillDemo(o demo.Options, fresh bool) error {
	clock := &handClock{at: demo.Start(o.Now)}
	desk, done, err := r.openAt(clock, true, db.Config{Unsafe: fresh})
	if err != nil {
		return err
	}
	path := desk.DB.Path()
	sum, err := Fill(r.ctx, desk, clock, o)
	done()
	if err != nil {
		return err
	}
	r.log.Info("the demo organisation is there", "people", sum.People, "incidents", sum.Incidents, "requests", sum.Requests, "problems", sum.Problems, "changes", sum.Changes, "configuration items", sum.Items)
	if path == "" || !fresh {
		return nil
	}
	return durable(path)
}

// fresh tells whether the database has never been migrated.
func (r *run) fresh() (bool, error) {
	d, err := db.Open(r.ctx, db.Config{URL: r.cfg.Database()}, SystemClock{})
	if err != nil {
		return false, err
	}
	steps, err := migrations.Status(r.ctx, d)
	for _, s := range steps {
		if s.Applied {
			return false, errors.Join(err, d.Close())
		}
	}
	return true, errors.Join(err, d.Close())
}

// empty tells whether nobody works in a migrated database.
func (r *run) empty() (bool, error) {
	desk, done, err := r.open(true, db.Config{})
	if err != nil {
		return false, err
	}
	defer done()
	page, err := desk.People.Search(r.operator(), people.Query{Limit: 1})
	return len(page.People) == 0, err
}

// durable brings a closed database file to the disk.
func durable(path string) error {
	for _, name := range []string{path, filepath.Dir(path)} {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// handClock is a clock that stands until it is set.
type handClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *handClock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}
