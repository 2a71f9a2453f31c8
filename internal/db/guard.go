package db

import (
	"regexp"
	"strings"

	"gorm.io/gorm"

	"github.com/cabinetdesk/cabinet/domain"
)

// housekeeping lists the tables that a unit may write without a fact: plumbing, what a person keeps for
// themselves, and the log itself. Everything else is a record, and a record changes only with a fact.
var housekeeping = map[string]bool{
	"counters": true, "sessions": true, "login_failures": true, "policy_state": true, "setup_links": true, "user_preferences": true,
	"saved_views": true, "drafts": true, "idempotency_keys": true, "exports": true, "verifications": true,
	"change_bookings": true, "change_booking_items": true, "change_booking_ties": true, "change_booking_people": true,
	"webhook_deliveries": true, // what was sent; it is forgotten after a while
	"change_cis":         true, // derived; what is frozen of it, triggers guard
	"ci_sightings":       true, "ci_runs": true, "ci_run_items": true, "ci_run_ties": true, "ci_search": true, "ci_attributes": true,
	"import_runs": true, "import_refs": true, "import_refusals": true, "ticket_search": true, "api_tokens": true, "calendar_feeds": true,
	"audit_events": true, "audit_private": true, "audit_outbox": true, "audit_leaves": true, "audit_nodes": true,
	"audit_checkpoints": true, "audit_origins": true,
}

var writes = regexp.MustCompile(`(?is)^\s*(?:with\b.*?\)\s*)?(?:insert\s+(?:or\s+\w+\s+)?into|update|delete\s+from)\s+"?([a-z_0-9]+)"?`)

// install hangs the guards and the error border on GORM's callbacks.
func (d *DB) install() error {
	for _, g := range []*gorm.DB{d.write, d.read} {
		if g == nil {
			continue
		}
		cb := g.Callback()
		guard := func(tx *gorm.DB) {
			table := tx.Statement.Table
			d.guard(tx, table)
		}
		raw := func(tx *gorm.DB) {
			if m := writes.FindStringSubmatch(tx.Statement.SQL.String()); m != nil {
				d.guard(tx, strings.ToLower(m[1]))
			}
		}
		border := func(tx *gorm.DB) {
			if tx.Error != nil {
				tx.Error = translate(tx.Error)
			}
		}
		for _, err := range []error{
			cb.Create().Before("*").Register("cabinet:guard", guard),
			cb.Update().Before("*").Register("cabinet:guard", guard),
			cb.Delete().Before("*").Register("cabinet:guard", guard),
			cb.Raw().Before("*").Register("cabinet:guard", raw),
			cb.Create().After("*").Register("cabinet:border", border),
			cb.Update().After("*").Register("cabinet:border", border),
			cb.Delete().After("*").Register("cabinet:border", border),
			cb.Query().After("*").Register("cabinet:border", border),
			cb.Row().After("*").Register("cabinet:border", border),
			cb.Raw().After("*").Register("cabinet:border", border),
		} {
			if err != nil {
				return err
			}
		}
		if d.read == d.write {
			break
		}
	}
	return nil
}

func (d *DB) guard(tx *gorm.DB, table string) {
	u := unitFrom(tx.Statement.Context)
	if u == nil {
		_ = tx.AddError(domain.ErrOutsideUnit.Because("The table %s was written outside a unit of work.", table))
		return
	}
	if !housekeeping[table] {
		u.wrote = table
	}
}

// ForUpdate adds a row lock where the database has one; SQLite's writer is alone already.
func (d *DB) ForUpdate(q *gorm.DB) *gorm.DB {
	if d.dialect == Postgres {
		return q.Clauses(forUpdate)
	}
	return q
}
