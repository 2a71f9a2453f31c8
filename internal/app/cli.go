package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/jobs"
	"github.com/cabinetdesk/cabinet/migrations"
)

// cli is every command of the program. A command is a struct with a Run method, in the file of its family.
type cli struct {
	Config

	Serve   serveCmd   `cmd:"" help:"Start the server."`
	Audit   auditCmd   `cmd:"" help:"Verify the log, show its checkpoint, recover after a restore."`
	Import  importCmd  `cmd:"" help:"Bring in the history of another tool."`
	CMDB    cmdbCmd    `cmd:"" name:"cmdb" help:"List and undo imports of configuration items; the model of the CMDB."`
	Migrate migrateCmd `cmd:"" help:"Upgrade the database."`
	Demo    demoCmd    `cmd:"" help:"Fill an empty desk with a demo organisation."`
	Export  exportCmd  `cmd:"" help:"Write a list into a workbook or CSV file."`
	Report  reportCmd  `cmd:"" help:"Print figures."`
	Backup  backupCmd  `cmd:"" help:"Write a verified backup of a SQLite desk, also while it runs."`
	Restore restoreCmd `cmd:"" help:"Put a backup into an empty data folder."`
	User    userCmd    `cmd:"" help:"List people, set a password, grant a role."`
	Policy  policyCmd  `cmd:"" help:"Show who may do what, and explain it."`
	Flow    flowCmd    `cmd:"" help:"Draw the lives of the records."`
	Bench   benchCmd   `cmd:"" help:"Generate a large database and measure the server on it."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// run is what every command gets.
type run struct {
	ctx      context.Context
	cfg      Config
	version  string
	in       io.Reader
	out, err io.Writer
	log      *slog.Logger
}

// ExitError ends the program with a code, after what is to be said has been said.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// Main runs one command and returns the exit code: 0 done, 1 failed, 2 not understood.
func Main(ctx context.Context, version string, args []string, in io.Reader, out, errOut io.Writer) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("cabinet"), kong.Description("A service desk with change management that can prove what it says."),
		kong.UsageOnError(), kong.Writers(out, errOut), kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}))
	if err != nil {
		_, _ = fmt.Fprintln(errOut, err)
		return 2
	}
	exited := -1
	parser.Exit = func(code int) { exited = code }
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		_, _ = fmt.Fprintf(errOut, "cabinet: %v\n", err)
		return 2
	}
	r := &run{ctx: ctx, cfg: c.Config, version: version, in: in, out: out, err: errOut, log: c.Logger(errOut)}
	if err := parsed.Run(r); err != nil {
		var code exitError
		if errors.As(err, &code) {
			return code.code
		}
		_, _ = fmt.Fprintf(errOut, "cabinet: %s\n", plainly(err))
		return 1
	}
	return 0
}

// plainly says an error to somebody at a terminal: its detail, and the cause, which only the operator sees.
func plainly(err error) string {
	var e *domain.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	text := e.Detail
	if text == "" {
		text = e.Title + "."
	}
	for _, f := range e.Fields {
		text += "\n  " + f.Location + ": " + f.Message
	}
	if e.Err != nil {
		text += "\n  (" + e.Err.Error() + ")"
	}
	return text
}

// open opens the database, upgrades it when asked to, and wires the desk. The returned function closes it all.
func (r *run) open(migrate bool, opts db.Config) (*Desk, func(), error) {
	return r.openAt(SystemClock{}, migrate, opts)
}

// openBeside opens the desk for a command that writes no more than an event, also while a server has the SQLite file: then
// SQLite's own locks order the writes of the two, and the server, which looks for events every second, seals.
func (r *run) openBeside() (*Desk, func(), error) {
	desk, done, err := r.open(false, db.Config{})
	if !errors.Is(err, db.ErrLocked) {
		return desk, done, err
	}
	if desk, done, err = r.open(false, db.Config{Shared: true}); err == nil {
		desk.Sealer.LeaveToOthers()
	}
	return desk, done, err
}

func (r *run) openAt(clock domain.Clock, migrate bool, opts db.Config) (*Desk, func(), error) {
	if err := private(r.cfg.Data); err != nil {
		return nil, nil, err
	}
	if _, err := os.Stat(filepath.Join(r.cfg.Audit(), audit.KeyFile)); opts.Shared && err != nil {
		// A command that only reads never makes a key: a new one would prove nothing, and stand in the old one's way.
		return nil, nil, domain.ErrNotFound.Because("The key of the log is not in %s: put the folder back, or name it with --audit-dir.", r.cfg.Audit())
	}
	opts.URL = r.cfg.Database()
	d, err := db.Open(r.ctx, opts, clock)
	if err != nil {
		return nil, nil, err
	}
	closeDB := func() { _ = d.Close() }
	if migrate {
		if err := r.upgrade(d); err != nil {
			closeDB()
			return nil, nil, err
		}
	} else if n, err := migrations.Pending(r.ctx, d); err != nil || n > 0 {
		closeDB()
		if err == nil {
			err = domain.ErrStorage.Because("The database lacks %d upgrades: run `cabinet migrate up` or start the server.", n)
		}
		return nil, nil, err
	}
	desk, err := Wire(r.ctx, d, Options{AuditDir: r.cfg.Audit(), FilesDir: r.cfg.Data + "/files", Outgoing: r.cfg.Outgoing, Log: r.log})
	if err != nil {
		closeDB()
		return nil, nil, err
	}
	return desk, func() { _ = desk.Close(); closeDB() }, nil
}

// upgrade migrates the database. A SQLite file with content is copied first; the copy stays.
func (r *run) upgrade(d *db.DB) error {
	n, err := migrations.Pending(r.ctx, d)
	if err != nil {
		return err
	}
	if n > 0 && !d.IsPostgres() {
		steps, err := migrations.Status(r.ctx, d)
		if err != nil {
			return err
		}
		if len(steps) > n { // something is applied: there is something to lose
			to := fmt.Sprintf("%s.before-%05d", d.Path(), steps[len(steps)-n].Version)
			if _, err := d.Writer().ExecContext(r.ctx, "vacuum into ?", to); err != nil {
				return fmt.Errorf("back up before the upgrade: %w", err)
			}
			r.log.Info("backed up before the upgrade", "copy", to)
		}
	}
	applied, err := migrations.Up(r.ctx, d, func(ctx context.Context) error { return jobs.Migrate(ctx, d) })
	if applied > 0 {
		r.log.Info("database upgraded", "steps", applied)
	}
	return err
}

type versionCmd struct{}

func (versionCmd) Run(r *run) error {
	_, err := fmt.Fprintln(r.out, "cabinet", r.version)
	return err
}

// Config is what a person may set, by flags or by CABINET_* variables. The zero value of each field is usable.
type Config struct {
	Data        string         `help:"Folder for the database, attachments, keys and exports." default:"./data" env:"CABINET_DATA" type:"path"`
	DatabaseURL string         `help:"PostgreSQL URL, or path of a SQLite file (default: cabinet.db in the data folder)." env:"CABINET_DATABASE_URL"`
	AuditDir    string         `help:"Folder with the key that signs the log and the copy of its checkpoints (default: audit in the data folder); instances on one database share the key." env:"CABINET_AUDIT_DIR" type:"path"`
	Outgoing    []netip.Prefix `help:"Networks that are not public and that webhooks may reach all the same, e.g. 10.20.0.0/16." env:"CABINET_OUTGOING"`
	LogLevel    string         `help:"debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"CABINET_LOG_LEVEL"`
	LogFormat   string         `help:"text or json." default:"text" enum:"text,json" env:"CABINET_LOG_FORMAT"`
}

// Database is where the records are.
func (c Config) Database() string {
	if c.DatabaseURL != "" {
		return c.DatabaseURL
	}
	return filepath.Join(c.Data, "cabinet.db")
}

// Audit is the folder of the signing key and of the copy of the checkpoints, outside the database.
func (c Config) Audit() string {
	if c.AuditDir != "" {
		return c.AuditDir
	}
	return filepath.Join(c.Data, "audit")
}

// Logger writes what happens to the server to w.
func (c Config) Logger(w io.Writer) *slog.Logger {
	var level slog.Level
	if level.UnmarshalText([]byte(c.LogLevel)) != nil {
		level = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// SystemClock is the one clock of the program.
type SystemClock struct{}

// Now tells the time of the machine.
func (SystemClock) Now() time.Time { return time.Now() }

var _ domain.Clock = SystemClock{}

// Random makes an unguessable key of 128 bits.
func Random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// private makes a folder that only the server's user may read.
func private(dir string) error { return os.MkdirAll(dir, 0o750) }
