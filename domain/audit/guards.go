package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/cabinetdesk/cabinet/internal/db"
)

// attempt is a forbidden write that the database must refuse.
type attempt struct {
	table string
	what  string // update, delete, truncate, replace
	sql   string
}

// guarded are the tables of the log, with a column that an update would touch.
var guarded = [...]struct {
	table, column string
	deletable     bool // its rows may be deleted: values that are erased, events that are sealed
}{
	{"audit_events", "type", false},
	{"audit_leaves", "leaf_hash", false},
	{"audit_nodes", "hash", false},
	{"audit_checkpoints", "note", false},
	{"audit_origins", "reason", false},
	{"audit_private", "value", true},
	{"audit_outbox", "event_id", true},
}

// guardTriggers are the triggers that must exist where the self-test may find no row to try them on.
var guardTriggers = map[db.Dialect][]string{
	db.SQLite: {"audit_events_outbox", "audit_outbox_no_update", "audit_outbox_no_replace", "audit_outbox_only_sealed",
		"tickets_event_insert", "tickets_event_update", "tickets_no_delete", "tickets_no_replace",
		"changes_event_update", "changes_no_delete", "changes_no_replace",
		"approval_decisions_no_update", "approval_decisions_no_delete", "approval_decisions_no_replace",
		"approval_conditions_no_update", "approval_conditions_no_delete", "approval_conditions_no_replace",
		"board_duties_event_insert", "board_duties_event_update", "board_duties_no_delete", "board_duties_no_replace",
		"change_rules_event", "change_rules_no_update", "change_rules_no_delete", "change_rules_no_replace",
		"change_templates_event_insert", "change_templates_event_update", "change_templates_no_delete", "change_templates_no_replace",
		"change_tasks_event_insert", "change_tasks_event_update", "change_tasks_no_delete", "change_tasks_no_replace",
		"board_rhythms_event_insert", "board_rhythms_event_update", "board_rhythms_no_delete", "board_rhythms_no_replace",
		"meetings_event_insert", "meetings_event_update", "meetings_no_delete", "meetings_no_replace",
		"meeting_items_event_insert", "meeting_items_event_update", "meeting_items_no_delete", "meeting_items_no_replace",
		"meeting_people_event_insert", "meeting_people_event_update", "meeting_people_no_delete", "meeting_people_no_replace",
		"meeting_actions_event_insert", "meeting_actions_event_update", "meeting_actions_no_delete", "meeting_actions_no_replace",
		"meeting_addenda_event_insert", "meeting_addenda_event_update", "meeting_addenda_no_delete", "meeting_addenda_no_replace",
		"meetings_signed", "meeting_items_signed",
		"pipelines_event_insert", "pipelines_event_update", "pipelines_no_delete", "pipelines_no_replace",
		"pipeline_runs_event_insert", "pipeline_runs_event_update", "pipeline_runs_no_delete", "pipeline_runs_no_replace",
		"deployments_event_insert", "deployments_event_update", "deployments_no_delete", "deployments_no_replace",
		"webhooks_event_insert", "webhooks_event_update", "webhooks_no_delete", "webhooks_no_replace",
		"change_reviews_event_insert", "change_reviews_event_update", "change_reviews_no_delete", "change_reviews_no_replace",
		"change_causes_event_insert", "change_causes_event_update", "change_causes_no_delete", "change_causes_no_replace",
		"change_attempts_event_insert", "change_attempts_no_update", "change_attempts_no_delete", "change_attempts_no_replace",
		"cis_event_insert", "cis_event_update", "cis_no_delete", "cis_no_replace",
		"ci_revisions_event", "ci_revisions_only_superseded", "ci_revisions_no_delete", "ci_revisions_no_replace",
		"ci_relations_event", "ci_relations_only_superseded", "ci_relations_no_delete", "ci_relations_no_replace",
		"ci_memberships_event", "ci_memberships_only_superseded", "ci_memberships_no_delete", "ci_memberships_no_replace",
		"ci_sources_event_insert", "ci_sources_event_update", "ci_sources_no_delete", "ci_sources_no_replace", "ci_merges_event", "ci_merges_no_delete",
		"ci_apart_event_insert", "ci_apart_event_update", "ci_apart_no_delete", "ci_apart_no_replace",
		"canned_texts_event_insert", "canned_texts_event_update", "canned_texts_no_delete", "canned_texts_no_replace"},
	db.Postgres: {"audit_events_outbox", "audit_outbox_keep", "audit_outbox_keep_all", "audit_outbox_only_sealed",
		"audit_events_keep_all", "audit_leaves_keep_all", "audit_nodes_keep_all", "audit_checkpoints_keep_all",
		"audit_origins_keep_all", "audit_private_keep_all",
		"tickets_event", "tickets_keep", "tickets_keep_all", "changes_event", "changes_keep", "changes_keep_all",
		"approval_decisions_keep", "approval_decisions_keep_all",
		"approval_conditions_once", "approval_conditions_keep", "approval_conditions_keep_all",
		"board_duties_event", "board_duties_keep", "board_duties_keep_all", "change_rules_event", "change_rules_keep", "change_rules_keep_all",
		"change_templates_event", "change_templates_keep", "change_templates_keep_all", "change_tasks_event", "change_tasks_keep", "change_tasks_keep_all",
		"board_rhythms_event", "board_rhythms_keep", "board_rhythms_keep_all", "meetings_event",
		"meetings_keep", "meetings_keep_all", "meeting_items_event", "meeting_items_keep",
		"meeting_items_keep_all", "meeting_people_event", "meeting_people_keep", "meeting_people_keep_all",
		"meeting_actions_event", "meeting_actions_keep", "meeting_actions_keep_all", "meeting_addenda_event",
		"meeting_addenda_keep", "meeting_addenda_keep_all", "meeting_items_signed",
		"pipelines_event", "pipelines_keep", "pipelines_keep_all", "pipeline_runs_event", "pipeline_runs_keep", "pipeline_runs_keep_all",
		"deployments_event", "deployments_keep", "deployments_keep_all", "webhooks_event", "webhooks_keep", "webhooks_keep_all",
		"change_reviews_event", "change_reviews_keep", "change_reviews_keep_all", "change_causes_event", "change_causes_keep", "change_causes_keep_all",
		"change_attempts_event", "change_attempts_keep", "change_attempts_keep_all",
		"cis_event", "cis_keep", "cis_keep_all", "ci_revisions_event", "ci_revisions_only_superseded", "ci_revisions_keep", "ci_revisions_keep_all",
		"ci_relations_event", "ci_relations_only_superseded", "ci_relations_keep", "ci_relations_keep_all",
		"ci_memberships_event", "ci_memberships_only_superseded", "ci_memberships_keep", "ci_memberships_keep_all",
		"ci_sources_event", "ci_sources_keep", "ci_sources_keep_all", "ci_merges_event", "ci_merges_keep", "ci_merges_keep_all",
		"ci_apart_event", "ci_apart_keep", "ci_apart_keep_all",
		"canned_texts_event", "canned_texts_keep", "canned_texts_keep_all"},
}

// attempts are the writes to try, each on one row: SQLite reads all rows that an update is for before it asks the
// first trigger, which takes its time in a large log.
func (l *Log) attempts() []attempt {
	key := "rowid"
	if l.db.IsPostgres() {
		key = "ctid"
	}
	var list []attempt
	for _, g := range guarded {
		one := " where " + key + " = (select " + key + " from " + g.table + " limit 1)"
		list = append(list, attempt{g.table, "update", "update " + g.table + " set " + g.column + " = " + g.column + one})
		if !g.deletable {
			list = append(list, attempt{g.table, "delete", "delete from " + g.table + one})
		}
		if l.db.IsPostgres() {
			list = append(list, attempt{g.table, "truncate", "truncate " + g.table + " cascade"})
		} else {
			list = append(list,
				attempt{g.table, "replace", "insert or replace into " + g.table + " select * from " + g.table + " limit 1"},
				attempt{g.table, "upsert", "insert into " + g.table + " select * from " + g.table +
					" where true limit 1 on conflict do update set " + g.column + " = excluded." + g.column})
		}
	}
	return list
}

// SelfTest tries every forbidden write on the log, each in a transaction that is rolled back, and fails
// with [ErrGuards] when the database allows one, or when a trigger is missing or switched off.
func (l *Log) SelfTest(ctx context.Context) error {
	if err := l.triggers(ctx); err != nil {
		return err
	}
	conn, err := l.db.Writer().Conn(ctx)
	if err != nil {
		return db.Translate(err)
	}
	defer func() { _ = conn.Close() }()
	if !l.db.IsPostgres() {
		// The triggers must hold by themselves: another program that opens the file has this off.
		if _, err := conn.ExecContext(ctx, "pragma recursive_triggers = 0"); err != nil {
			return db.Translate(err)
		}
		defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "pragma recursive_triggers = 1") }()
	}
	for _, a := range l.attempts() {
		refused, err := l.try(ctx, conn, a)
		if err != nil {
			return err
		}
		if !refused {
			return ErrGuards.Because("A forbidden %s of %s was not refused: the triggers of the schema are missing or switched off.", a.what, a.table)
		}
	}
	return nil
}

// try runs a forbidden write and rolls it back. A write that found no row proves nothing and counts as refused.
func (l *Log) try(ctx context.Context, conn *sql.Conn, a attempt) (refused bool, err error) {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return false, db.Translate(err)
	}
	defer func() { _ = tx.Rollback() }()
	if a.what == "truncate" {
		// TRUNCATE would wait for every reader; without the lock at once, the triggers' presence has to do.
		if _, err := tx.ExecContext(ctx, "lock table "+a.table+" in access exclusive mode nowait"); err != nil {
			return true, nil
		}
		if _, err := tx.ExecContext(ctx, "set local lock_timeout = '100ms'"); err != nil {
			return false, db.Translate(err)
		}
	}
	res, err := tx.ExecContext(ctx, a.sql)
	if err == nil {
		n, err := res.RowsAffected()
		return err == nil && n == 0 && a.what != "truncate", db.Translate(err)
	}
	if errors.Is(db.Translate(err), db.ErrGuard) {
		return true, nil
	}
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		switch state.SQLState() {
		case "42501", "55P03": // no privilege; lock not available
			return true, nil
		}
	}
	return false, db.Translate(err)
}

// triggers checks that the triggers are there and, on PostgreSQL, that they fire also for a superuser who
// plays replica (ENABLE ALWAYS).
func (l *Log) triggers(ctx context.Context) error {
	q := "select name, 'A' from sqlite_master where type = 'trigger'"
	if l.db.IsPostgres() {
		q = `select g.tgname, g.tgenabled::text from pg_trigger g join pg_class c on c.oid = g.tgrelid
 where not g.tgisinternal and c.relnamespace = current_schema()::regnamespace`
	}
	enabled := map[string]string{}
	err := l.store.rows(ctx, q, nil, func(r *sql.Rows) error {
		var name, state string
		if err := r.Scan(&name, &state); err != nil {
			return err
		}
		enabled[name] = state
		return nil
	})
	if err != nil {
		return err
	}
	var bad []string
	for _, name := range guardTriggers[l.db.Dialect()] {
		if enabled[name] != "A" {
			bad = append(bad, name)
		}
	}
	if len(bad) > 0 {
		return ErrGuards.Because("Triggers are missing or do not always fire: %s.", strings.Join(bad, ", "))
	}
	return nil
}

// warnings says what weakens the guards.
func (l *Log) warnings(ctx context.Context) ([]string, error) {
	if !l.db.IsPostgres() {
		return nil, nil // whoever has the file owns it: that is known
	}
	var role string
	var super, owner bool
	_, err := l.store.row(ctx, `select current_user, (select rolsuper from pg_roles where rolname = current_user),
 coalesce((select pg_has_role(current_user, c.relowner, 'usage') from pg_class c
           where c.relname = 'audit_events' and c.relnamespace = current_schema()::regnamespace), false)`, nil, &role, &super, &owner)
	if err != nil {
		return nil, err
	}
	const rest = "; the signed checkpoints still show it. Run the server as a role that only may select and insert there."
	switch {
	case super:
		return []string{fmt.Sprintf("The database role %s is a superuser, so it could switch the guards of the log off%s", role, rest)}, nil
	case owner:
		return []string{fmt.Sprintf("The database role %s owns the tables of the log, so it could switch their guards off%s", role, rest)}, nil
	}
	return nil, nil
}
