package audit_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestTheSelfTestNoticesEveryGuardThatIsMissing(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		if err := l.SelfTest(desk()); err != nil {
			t.Fatal(err)
		}
		if d.IsPostgres() {
			raw(t, d, "alter table audit_leaves disable trigger audit_leaves_keep")
			if err := l.SelfTest(desk()); !errors.Is(err, audit.ErrGuards) {
				t.Errorf("a trigger that is switched off: %v", err)
			}
			raw(t, d, "alter table audit_leaves enable trigger audit_leaves_keep") // not always: a superuser skips it
			raw(t, d, "alter table tickets enable trigger tickets_keep")
			if err := l.SelfTest(desk()); !errors.Is(err, audit.ErrGuards) {
				t.Errorf("a trigger that a superuser skips: %v", err)
			}
			raw(t, d, "alter table tickets enable always trigger tickets_keep")
			raw(t, d, "alter table audit_leaves enable always trigger audit_leaves_keep")
		} else {
			var recursive int
			if err := d.Writer().QueryRow("pragma recursive_triggers").Scan(&recursive); err != nil || recursive != 1 {
				t.Errorf("the test left recursive triggers at %d, %v", recursive, err)
			}
			var definition string
			if err := d.Writer().QueryRow("select sql from sqlite_master where name = 'audit_nodes_no_replace'").Scan(&definition); err != nil {
				t.Fatal(err)
			}
			raw(t, d, "drop trigger audit_nodes_no_replace")
			if err := l.SelfTest(desk()); !errors.Is(err, audit.ErrGuards) {
				t.Errorf("REPLACE: %v", err)
			}
			raw(t, d, definition)
		}
		if err := l.SelfTest(desk()); err != nil {
			t.Fatal(err)
		}
		triggersOff(t, d, "changes")
		if err := l.SelfTest(desk()); !errors.Is(err, audit.ErrGuards) {
			t.Errorf("no guard on changes: %v", err)
		}
		dir := t.TempDir()
		fresh := testkit.Open(t, d.Dialect(), testkit.NewClock(testkit.Epoch))
		reopen(t, fresh, dir)
		triggersOff(t, fresh, "audit_outbox")
		again, st := reopen(t, fresh, dir)
		if _, err := again.Check(desk()); err != nil || !errors.Is(st.ReadOnly, audit.ErrGuards) {
			t.Errorf("a start without guards: %v, %v", st.ReadOnly, err)
		}
		err := fresh.Do(desk(), func(ctx context.Context) error { return fresh.Emit(ctx, renamed("ber", 1, "", "x")) })
		if !errors.Is(err, audit.ErrGuards) {
			t.Errorf("recording without guards: %v", err)
		}
		verified(t, l)
	})
}

func TestASuperuserWhoPlaysReplicaIsRefusedToo(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.Postgres, testkit.NewClock(testkit.Epoch))
	l := open(t, d)
	emit(t, d, renamed("ber", 1, "", "x"))
	seal(t, l)
	conn, err := d.Writer().Conn(desk())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(desk(), "set session_replication_role = replica"); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		"update audit_events set actor = 'eve'", "delete from audit_events", "truncate audit_events cascade",
		"update audit_leaves set idx = idx + 100", "truncate audit_nodes", "truncate audit_checkpoints", "truncate audit_private", "truncate audit_outbox",
		"update audit_private set value = ''", "delete from audit_origins", "truncate tickets cascade", "truncate changes", "truncate approval_decisions",
		"insert into audit_leaves select * from audit_leaves on conflict (idx) do update set leaf_hash = ''",
	} {
		if _, err := conn.ExecContext(desk(), q); err == nil {
			t.Errorf("%s was not refused", q)
		}
	}
	if _, err := conn.ExecContext(desk(), "set session_replication_role = origin"); err != nil {
		t.Fatal(err)
	}
	verified(t, l)
}

func TestReplaceIsRefusedByEveryKeyAlsoWithoutRecursiveTriggers(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, testkit.NewClock(testkit.Epoch))
	l := open(t, d)
	emit(t, d, renamed("ber", 1, "", "x"))
	seal(t, l)
	emit(t, d, renamed("ber", 2, "", "y"))
	raw(t, d, "pragma recursive_triggers = 0")
	columns := "id, type, entity_kind, entity, entity_version, actor, via, visibility, occurred_at, recorded_at, leaf"
	values := "'x', 'a.b', 'k', 'e', %s, 'eve', 'api', 'public', '2026', '2026', 'x'"
	for name, q := range map[string]string{
		"identifier":     "insert or replace into audit_events (" + columns + ") select id, " + strings.TrimPrefix(strings.Replace(values, "%s", "1", 1), "'x', ") + " from audit_events limit 1",
		"version":        "insert or replace into audit_events (" + columns + ") select 'x', type, entity_kind, entity, entity_version, 'eve', via, visibility, occurred_at, recorded_at, leaf from audit_events limit 1",
		"row id":         "insert or replace into audit_events (rowid, " + columns + ") values (1, " + strings.Replace(values, "%s", "1", 1) + ")",
		"private row id": "insert or replace into audit_private (rowid, event_id, field, salt, value) select 1, event_id, 'other', salt, value from audit_private limit 1",
		"outbox":         "insert or replace into audit_outbox select * from audit_outbox",
		"outbox row id":  "insert or replace into audit_outbox (rowid, event_id) select o.rowid, e.id from audit_outbox o, audit_events e where e.entity_version = 1",
		"origin":         "insert or replace into audit_origins (id, origin, vkey, started_at) values (1, 'x', 'x', '2026')",
		"leaf":           "insert or replace into audit_leaves select idx, event_id, 'x' from audit_leaves",
	} {
		if _, err := d.Writer().Exec(q); err == nil {
			t.Errorf("%s: not refused", name)
		} else if !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: refused by something else: %v", name, err)
		}
	}
	verified(t, l)
}

// guardsOn puts back what triggersOff took, as a restored backup has it.
func guardsOn(t testing.TB, d *db.DB) {
	t.Helper()
	if d.IsPostgres() {
		rows, err := d.Writer().Query("select c.relname, g.tgname from pg_trigger g join pg_class c on c.oid = g.tgrelid where not g.tgisinternal")
		if err != nil {
			t.Fatal(err)
		}
		var statements []string
		for rows.Next() {
			var table, trigger string
			if err := rows.Scan(&table, &trigger); err != nil {
				t.Fatal(err)
			}
			statements = append(statements, "alter table "+table+" enable always trigger "+trigger)
		}
		_ = rows.Close()
		for _, q := range statements {
			raw(t, d, q)
		}
		return
	}
	fresh := testkit.Open(t, db.SQLite, testkit.NewClock(testkit.Epoch))
	rows, err := fresh.Writer().Query("select name, sql from sqlite_master where type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name, q string
		if err := rows.Scan(&name, &q); err != nil {
			t.Fatal(err)
		}
		raw(t, d, "drop trigger if exists "+name)
		raw(t, d, q)
	}
	_ = rows.Close()
}
