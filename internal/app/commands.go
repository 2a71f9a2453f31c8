package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/migrations"
	"github.com/cabinetdesk/cabinet/policies"
)

// operator acts at a terminal of the machine: whoever can run this can read the database file as well.
func (r *run) operator() context.Context {
	return domain.WithActor(r.ctx, domain.SystemActor(domain.ViaCLI))
}

type migrateCmd struct {
	Status migrateStatusCmd `cmd:"" help:"List the upgrades and which are applied."`
	Up     migrateUpCmd     `cmd:"" help:"Apply what is missing."`
}

type migrateStatusCmd struct{}

func (migrateStatusCmd) Run(r *run) error {
	d, err := db.Open(r.ctx, db.Config{URL: r.cfg.Database(), Shared: true}, SystemClock{})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	steps, err := migrations.Status(r.ctx, d)
	if err != nil {
		return err
	}
	for _, s := range steps {
		state := "missing"
		if s.Applied {
			state = "applied"
		}
		_, _ = fmt.Fprintf(r.out, "%05d  %-8s %s\n", s.Version, state, s.Name)
	}
	_, err = migrations.Pending(r.ctx, d)
	return err
}

type migrateUpCmd struct{}

func (migrateUpCmd) Run(r *run) error {
	if err := private(r.cfg.Data); err != nil {
		return err
	}
	d, err := db.Open(r.ctx, db.Config{URL: r.cfg.Database()}, SystemClock{})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return r.upgrade(d)
}

type backupCmd struct {
	Out string `required:"" help:"File to write, e.g. cabinet-2026-03-02.zip." type:"path"`
}

func (c backupCmd) Run(r *run) error {
	events, err := Backup(r.ctx, r.cfg, c.Out, r.version)
	if err == nil {
		_, _ = fmt.Fprintf(r.out, "%s holds the database with %d sealed events and its attachments, and was read again.\nThe signing key in %s is not in it: keep a copy of that folder elsewhere.\n", c.Out, events, r.cfg.Audit())
	}
	return err
}

type restoreCmd struct {
	File string `arg:"" help:"Backup to restore." type:"existingfile"`
}

func (c restoreCmd) Run(r *run) error {
	events, err := Restore(r.ctx, r.cfg, c.File)
	if err == nil {
		_, _ = fmt.Fprintf(r.out, "Restored, with %d sealed events. If the log went on after this backup, the server says so at its start and is read-only until `cabinet audit recover`.\n", events)
	}
	return err
}

type auditCmd struct {
	Verify     auditVerifyCmd     `cmd:"" help:"Recompute everything; exit code 0 only when all is proved."`
	Checkpoint auditCheckpointCmd `cmd:"" help:"Print the signed checkpoint and the public key."`
	Recover    auditRecoverCmd    `cmd:"" help:"After a restored backup: begin a new origin of the log that says so."`
}

type auditVerifyCmd struct {
	Format string `default:"text" enum:"text,json" help:"text or json."`
}

func (c auditVerifyCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{Shared: true})
	if err != nil {
		return err
	}
	defer done()
	last := ""
	report, err := desk.Log.Verify(r.operator(), audit.Options{Progress: func(step string, n, total int64) {
		if c.Format == "text" && step != last {
			last = step
			_, _ = fmt.Fprintf(r.err, "%s …\n", step)
		}
	}})
	if err != nil {
		return err
	}
	if c.Format == "json" {
		enc := json.NewEncoder(r.out)
		enc.SetIndent("", "  ")
		err = enc.Encode(report)
	} else {
		printReport(r.out, report)
	}
	if err == nil && !report.OK {
		return exitError{1}
	}
	return err
}

func printReport(out io.Writer, report audit.Report) {
	for _, s := range report.Steps {
		mark := "ok  "
		if !s.OK {
			mark = "FAIL"
		}
		_, _ = fmt.Fprintf(out, "%s  %-22s %s\n", mark, s.Name, s.Detail)
	}
	verdict := "PROVED"
	if !report.OK {
		verdict = "NOT PROVED"
	}
	_, _ = fmt.Fprintf(out, "%s: %d sealed events, root %s, %s\n", verdict, report.Size, report.Root, report.FinishedAt.Sub(report.StartedAt).Round(time.Millisecond))
}

type auditCheckpointCmd struct{}

func (auditCheckpointCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{Shared: true})
	if err != nil {
		return err
	}
	defer done()
	c, err := desk.Log.Checkpoint(r.operator())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.out, "%s\npublic key: %s\n", c.Note, desk.Status.VerifierKey)
	return err
}

type auditRecoverCmd struct {
	Reason string `required:"" help:"What happened, for the log."`
}

func (c auditRecoverCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{})
	if err != nil {
		return err
	}
	defer done()
	if desk.Status.ReadOnly == nil {
		return domain.ErrInvalid.Because("Nothing is wrong with the log: there is nothing to recover from.")
	}
	st, err := desk.Log.Recover(r.operator(), c.Reason)
	if err == nil {
		_, _ = fmt.Fprintf(r.out, "The log goes on as %s.\nPublic key: %s\n", st.Origin, st.VerifierKey)
	}
	return err
}

type userCmd struct {
	List     userListCmd     `cmd:"" help:"List people."`
	Password userPasswordCmd `cmd:"" help:"Set a password, read from standard input."`
	Grant    userGrantCmd    `cmd:"" help:"Grant a role."`
}

type userListCmd struct{}

func (userListCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{Shared: true})
	if err != nil {
		return err
	}
	defer done()
	w := tabwriter.NewWriter(r.out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "LOGIN\tNAME\tACTIVE\tREFERENCE")
	q := people.Query{Limit: 200}
	for {
		page, err := desk.People.Search(r.operator(), q)
		if err != nil {
			return err
		}
		for _, p := range page.People {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%v\t%s\n", p.Login, p.Name, p.Active, p.Ref)
		}
		if q.After = page.Next; q.After == "" {
			return w.Flush()
		}
	}
}

type userPasswordCmd struct {
	Login string `arg:""`
}

func (c userPasswordCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{})
	if err != nil {
		return err
	}
	defer done()
	_, _ = fmt.Fprint(r.err, "New password: ")
	line, err := bufio.NewReader(r.in).ReadString('\n')
	if err != nil && line == "" {
		return domain.ErrInvalid.Because("No password was given.")
	}
	p, err := desk.People.Find(r.operator(), c.Login)
	if err != nil {
		return err
	}
	_, err = desk.People.SetPassword(r.operator(), people.PasswordInput{Ref: p.Ref, Password: strings.TrimRight(line, "\r\n")})
	return err
}

type userGrantCmd struct {
	Login  string `arg:""`
	Role   string `arg:""`
	Scope  string `default:"all" help:"all, team:KEY, site:KEY or board:KEY."`
	Reason string `required:"" help:"Why, for the log."`
}

func (c userGrantCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{})
	if err != nil {
		return err
	}
	defer done()
	p, err := desk.People.Find(r.operator(), c.Login)
	if err != nil {
		return err
	}
	_, err = desk.Gate.Grant(r.operator(), policies.GrantInput{User: p.ID, Role: c.Role, Scope: c.Scope, Reason: c.Reason})
	return err
}

type policyCmd struct {
	Table   policyTableCmd   `cmd:"" help:"Print the role × action table."`
	Explain policyExplainCmd `cmd:"" help:"Say why somebody may, or may not, do something."`
}

type policyExplainCmd struct {
	Login  string `arg:""`
	Action string `arg:"" help:"For instance incident.resolve."`
	Record string `arg:"" optional:"" help:"A record's number."`
}

func (c policyExplainCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{Shared: true})
	if err != nil {
		return err
	}
	defer done()
	ctx := r.operator()
	p, err := desk.People.Find(ctx, c.Login)
	if err != nil {
		return err
	}
	who, err := desk.People.ActorFor(ctx, p.ID, domain.ViaCLI)
	if err != nil {
		return err
	}
	var object policies.Object
	if c.Record != "" {
		t, err := desk.Tickets.Get(ctx, c.Record)
		if err != nil {
			return err
		}
		if object, err = desk.Tickets.Object(ctx, t); err != nil {
			return err
		}
		if t.Kind == domain.KindChange && c.Action == "change.decide" { // asked with the change's band of risk
			change, err := desk.Changes.Get(ctx, c.Record)
			if err != nil {
				return err
			}
			object = change.DecisionObject(0)
		}
	}
	e := desk.Gate.Explain(ctx, who, c.Action, object)
	for _, s := range e.Steps {
		mark := "yes"
		if !s.OK {
			mark = "no "
		}
		_, _ = fmt.Fprintf(r.out, "  %s  %s\n", mark, s.Text)
	}
	_, err = fmt.Fprintln(r.out, e.Sentence)
	return err
}

type policyTableCmd struct{}

func (policyTableCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{Shared: true})
	if err != nil {
		return err
	}
	defer done()
	w := tabwriter.NewWriter(r.out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ROLE\tACTION\tCLASS\tEFFECT\tSCOPE")
	for _, row := range desk.Gate.Table() {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", row.Role, row.Action, row.Class, row.Effect, row.Scope)
	}
	return w.Flush()
}

type flowCmd struct {
	Draw flowDrawCmd `cmd:"" help:"Write the drawings of all flows into a folder."`
}

type flowDrawCmd struct {
	Out string `default:"docs/flows" type:"path"`
}

func (c flowDrawCmd) Run(r *run) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	for name, page := range Drawings() {
		if err := os.WriteFile(filepath.Join(c.Out, name), []byte(page), 0o644); err != nil {
			return err
		}
	}
	return nil
}
