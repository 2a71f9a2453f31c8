package db

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/cabinetdesk/cabinet/domain"
)

var forUpdate = clause.Locking{Strength: "UPDATE"}

// ErrGuard is returned when a guard of the database refused a write: a trigger, a CHECK, a foreign key.
var ErrGuard = domain.Code(domain.Internal, "guard_refused", "The database refused the write")

// translate is the error border: what a driver says becomes what the desk says. Errors of the desk
// pass unchanged; the driver's text stays inside, as the cause.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var own *domain.Error
	if errors.As(err, &own) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return domain.ErrBrokenOff.Wrap(err)
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return domain.ErrNotFound.Wrap(err)
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch pe.Code {
		case "23505": // unique_violation
			return domain.ErrDuplicate.Wrap(err)
		case "23001", "23503", "23514", "23502": // restrict, foreign key, check, not null
			return ErrGuard.Wrap(err)
		case "25006": // read_only_sql_transaction
			return domain.ErrReadOnly.Wrap(err)
		case "57014": // query_canceled
			return domain.ErrBrokenOff.Wrap(err)
		case "53100", "53200", "53300", "57P01", "57P02", "57P03": // disk full, memory, connections, shutdown
			return domain.ErrStorage.Wrap(err)
		}
		return err
	}
	var ce *pgconn.ConnectError
	if errors.As(err, &ce) {
		return domain.ErrStorage.Wrap(err)
	}
	var se *sqlite.Error
	if errors.As(err, &se) {
		switch se.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
			return domain.ErrDuplicate.Wrap(err)
		}
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_CONSTRAINT:
			return ErrGuard.Wrap(err)
		case sqlite3.SQLITE_INTERRUPT: // by the end of this request, or a moment late by that of the one before it on the connection
			return domain.ErrBrokenOff.Wrap(err)
		case sqlite3.SQLITE_READONLY:
			return domain.ErrReadOnly.Wrap(err)
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY:
			return domain.ErrStorage.Wrap(err)
		}
	}
	return err
}

// Translate is the border for plain SQL in store files.
func Translate(err error) error { return translate(err) }

// isSerialisation tells whether a unit lost a race and may be run again.
func isSerialisation(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code == "40001" || pe.Code == "40P01"
	}
	var se *sqlite.Error
	return errors.As(err, &se) && se.Code()&0xff == sqlite3.SQLITE_BUSY
}
