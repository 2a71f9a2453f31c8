package app

import (
	"crypto/rand"
	"encoding/base64"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// Config is what a person may set, by flags or by CABINET_* variables. The zero value of each field is usable.
type Config struct {
	Data        string `help:"Folder for the database, attachments, keys and exports." default:"./data" env:"CABINET_DATA" type:"path"`
	DatabaseURL string `help:"PostgreSQL URL, or path of a SQLite file (default: cabinet.db in the data folder)." env:"CABINET_DATABASE_URL"`
	AuditDir    string `help:"Folder with the key that signs the log and the copy of its checkpoints (default: audit in the data folder); instances on one database share the key." env:"CABINET_AUDIT_DIR" type:"path"`
	LogLevel    string `help:"debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"CABINET_LOG_LEVEL"`
	LogFormat   string `help:"text or json." default:"text" enum:"text,json" env:"CABINET_LOG_FORMAT"`
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
