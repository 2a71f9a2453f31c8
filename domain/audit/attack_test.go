package audit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

// The attacker of these tests owns the database: they switch the guards off first, and write plain SQL. What
// they do not have is the folder with the key and the copy of the checkpoints.

// triggersOff removes the guards of a table, as its owner can.
func triggersOff(t testing.TB, d *db.DB, table string) {
	t.Helper()
	if d.IsPostgres() {
		raw(t, d, "alter table "+table+" disable trigger user")
		return
	}
	rows, err := d.Writer().Query("select name from sqlite_master where type = 'trigger' and tbl_name = ?", table)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	_ = rows.Close()
	for _, n := range names {
		raw(t, d, "drop trigger "+n)
	}
}

// raw runs SQL as the database's owner and expects it to do something.
func raw(t testing.TB, d *db.DB, q string, args ...any) {
	t.Helper()
	if d.IsPostgres() {
		for i := 1; strings.Contains(q, "?"); i++ {
			q = strings.Replace(q, "?", fmt.Sprintf("$%d", i), 1)
		}
	}
	if _, err := d.Writer().Exec(q, args...); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
}

// history is a log of ten sealed renamings of two sites, with the rows of the sites.
func history(t testing.TB, d *db.DB) *audit.Log {
	t.Helper()
	l := open(t, d)
	l.Register("site", func(ctx context.Context, yield func(string, int64, map[string]string) error) error {
		rows, err := d.SQL(ctx).QueryContext(ctx, "select key, name, time_zone from sites order by key")
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var key, name, version string
			if err := rows.Scan(&key, &name, &version); err != nil {
				return err
			}
			var v int64
			if _, err := fmt.Sscan(version, &v); err != nil {
				return err
			}
			if err := yield(key, v, map[string]string{"key": key, "name": name}); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	for v := int64(1); v <= 5; v++ {
		for _, key := range []string{"ber", "muc"} {
			err := d.Do(desk(), func(ctx context.Context) error {
				if err := d.Emit(ctx, renamed(key, v, fmt.Sprint("name ", v-1), fmt.Sprint("name ", v))); err != nil {
					return err
				}
				// The sites of the desk have no version; here the time zone stands in for it.
				return d.Conn(ctx).Exec("insert into sites (key, name, time_zone) values (?, ?, ?) on conflict (key) do update set name = excluded.name, time_zone = excluded.time_zone",
					key, fmt.Sprint("name ", v), fmt.Sprint(v)).Error
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	seal(t, l)
	verified(t, l)
	return l
}

// attack runs one attack on both databases and expects Verify to fail in exactly these steps.
func attack(t *testing.T, do func(t *testing.T, d *db.DB), steps ...string) {
	t.Helper()
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := history(t, d)
		do(t, d)
		failing(t, l, steps...)
	})
}

func TestAChangedColumnOfAnEventIsFound(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := history(t, d)
		triggersOff(t, d, "audit_events")
		raw(t, d, "create table kept as select * from audit_events")
		for column, value := range map[string]string{
			"type": "site.closed", "entity": "mvc", "actor": "usr_eve", "on_behalf_of": "usr_eve", "via": "api", "state_from": "x", "state_to": "x",
			"visibility": "restricted", "occurred_at": "2026-01-01 00:00:00.000000", "recorded_at": "2026-01-01 00:00:00.000000",
		} {
			steps := []string{"leaves"}
			if column == "entity" { // a version of one record is gone, and another has no row
				steps = append(steps, "versions", "record site")
			}
			raw(t, d, "update audit_events set "+column+" = '"+value+"' where entity_version = 3 and entity = 'ber'")
			t.Log(column)
			failing(t, l, steps...)
			raw(t, d, "update audit_events set "+column+" = (select "+column+" from kept where kept.id = audit_events.id)")
		}
		verified(t, l)
	})
}

func TestAChangedLeafIsFoundEvenWhenEverythingAroundItIsChangedToo(t *testing.T) {
	attack(t, func(t *testing.T, d *db.DB) {
		triggersOff(t, d, "audit_events")
		triggersOff(t, d, "audit_leaves")
		var leaf []byte
		if err := d.Writer().QueryRow("select leaf from audit_events where entity = 'ber' and entity_version = 3").Scan(&leaf); err != nil {
			t.Fatal(err)
		}
		forged := []byte(strings.Replace(string(leaf), "usr_bob", "usr_eve", 1))
		hash := audit.LeafHash(forged)
		raw(t, d, "update audit_events set leaf = ?, actor = 'usr_eve' where entity = 'ber' and entity_version = 3", forged)
		raw(t, d, "update audit_leaves set leaf_hash = ? where event_id = (select id from audit_events where entity = 'ber' and entity_version = 3)", hash[:])
	}, "tree", "checkpoints")
}

func TestADeletedEventIsFound(t *testing.T) {
	attack(t, func(t *testing.T, d *db.DB) {
		for _, table := range []string{"audit_events", "audit_private", "audit_leaves"} {
			triggersOff(t, d, table)
		}
		of := "(select id from audit_events where entity = 'ber' and entity_version = 5)"
		raw(t, d, "delete from audit_private where event_id in "+of)
		raw(t, d, "create table gone as select id from audit_events where entity = 'ber' and entity_version = 5")
		raw(t, d, "delete from audit_leaves where event_id in "+of)
		raw(t, d, "delete from audit_events where id in (select id from gone)")
	}, "checkpoints", "events", "leaves", "record site", "tree")
}

func TestAnEventDeletedBeforeItsSealIsFound(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := history(t, d)
		for _, v := range []int64{6, 7} {
			emit(t, d, renamed("ber", v, "", "x"))
		}
		for _, table := range []string{"audit_events", "audit_private", "audit_outbox"} {
			triggersOff(t, d, table)
		}
		of := "(select id from audit_events where entity = 'ber' and entity_version = 6)"
		raw(t, d, "delete from audit_outbox where event_id in "+of)
		raw(t, d, "delete from audit_private where event_id in "+of)
		raw(t, d, "delete from audit_events where id in "+of)
		failing(t, l, "versions", "record site")
	})
}

func TestAnInsertedEventIsFoundWhetherOrNotItGoesThroughTheOutbox(t *testing.T) {
	insert := `insert into audit_events select ?, type, entity_kind, entity, 6, actor, on_behalf_of, via, state_from, state_to, visibility,
 occurred_at, recorded_at, leaf from audit_events where entity = 'ber' and entity_version = 5`
	t.Run("around", func(t *testing.T) {
		attack(t, func(t *testing.T, d *db.DB) {
			triggersOff(t, d, "audit_events")
			raw(t, d, insert, audit.NewID(testkit.Epoch))
		}, "events", "record site")
	})
	t.Run("through", func(t *testing.T) {
		attack(t, func(t *testing.T, d *db.DB) {
			raw(t, d, insert, audit.NewID(testkit.Epoch))
		}, "waiting", "record site", "values")
	})
	t.Run("as a leaf", func(t *testing.T) {
		attack(t, func(t *testing.T, d *db.DB) {
			id := audit.NewID(testkit.Epoch)
			triggersOff(t, d, "audit_events")
			raw(t, d, insert, id)
			raw(t, d, "insert into audit_leaves (idx, event_id, leaf_hash) select 11, ?, leaf_hash from audit_leaves where idx = 10", id)
		}, "checkpoints", "leaves", "record site", "tree", "values")
	})
}

func TestSwappedEventsAreFound(t *testing.T) {
	t.Run("their places", func(t *testing.T) {
		attack(t, func(t *testing.T, d *db.DB) {
			triggersOff(t, d, "audit_leaves")
			swap := "update audit_leaves set idx = %s where idx = %s"
			raw(t, d, fmt.Sprintf(swap, "-1", "4"))
			raw(t, d, fmt.Sprintf(swap, "4", "7"))
			raw(t, d, fmt.Sprintf(swap, "7", "-1"))
		}, "checkpoints", "tree")
	})
	t.Run("their contents", func(t *testing.T) {
		attack(t, func(t *testing.T, d *db.DB) {
			triggersOff(t, d, "audit_events")
			var a, b []byte
			for v, leaf := range map[int]*[]byte{3: &a, 4: &b} {
				if err := d.Writer().QueryRow(fmt.Sprintf("select leaf from audit_events where entity = 'ber' and entity_version = %d", v)).Scan(leaf); err != nil {
					t.Fatal(err)
				}
			}
			raw(t, d, "update audit_events set leaf = ? where entity = 'ber' and entity_version = 3", b)
			raw(t, d, "update audit_events set leaf = ? where entity = 'ber' and entity_version = 4", a)
		}, "checkpoints", "leaves", "tree", "values")
	})
}

func TestAnEditedRowIsFound(t *testing.T) {
	attack(t, func(t *testing.T, d *db.DB) {
		raw(t, d, "update sites set name = 'Eve' where key = 'muc'")
	}, "record site")
}

func TestARowThatIsGoneIsFound(t *testing.T) {
	attack(t, func(t *testing.T, d *db.DB) {
		raw(t, d, "delete from sites where key = 'muc'")
	}, "record site")
}

func TestARowThatNoEventMadeIsFound(t *testing.T) {
	attack(t, func(t *testing.T, d *db.DB) {
		raw(t, d, "insert into sites (key, name, time_zone) values ('eve', 'Eve', '1')")
	}, "record site")
}

func TestAnEditedChangeIsRefusedByItsTriggerAndFoundWhenThatIsOff(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := open(t, d)
		l.Register("change", func(ctx context.Context, yield func(string, int64, map[string]string) error) error {
			var number, risk, title string
			var version int64
			err := d.SQL(ctx).QueryRowContext(ctx, "select t.number, t.version, t.title, c.risk from tickets t join changes c on c.ticket_id = t.id").
				Scan(&number, &version, &title, &risk)
			if err != nil {
				return err
			}
			return yield(number, version, map[string]string{"risk": risk, "title": title})
		})
		err := d.Do(desk(), func(ctx context.Context) error {
			if err := d.Emit(ctx, fact{Type: "change.drafted", EntityKind: "change", Entity: "CHG-000001", Version: 1, Visibility: domain.Public,
				State: map[string]string{"risk": "high", "title": "New switch"}}); err != nil {
				return err
			}
			if err := d.Conn(ctx).Exec(`insert into tickets (id, kind, number, title, state, category, priority, version, opened_at, updated_at)
 values (1, 'change', 'CHG-000001', 'New switch', 'draft', 'open', 3, 1, ?, ?)`, testkit.Epoch, testkit.Epoch).Error; err != nil {
				return err
			}
			return d.Conn(ctx).Exec("insert into changes (ticket_id, version, model, risk, revision, digest) values (1, 1, 'normal', 'high', 1, 'x')").Error
		})
		if err != nil {
			t.Fatal(err)
		}
		seal(t, l)
		verified(t, l)
		for _, q := range []string{
			"update changes set risk = 'low'",
			"update changes set risk = 'low', version = 2",
			"update tickets set title = 'x', version = version + 1",
			"update tickets set title = 'x'",
			"delete from changes",
			"delete from tickets",
		} {
			if _, err := d.Writer().Exec(q); err == nil {
				t.Errorf("%s was not refused", q)
			}
		}
		triggersOff(t, d, "changes")
		raw(t, d, "update changes set risk = 'low'")
		failing(t, l, "record change")
	})
}

func TestAChangedOrStolenValueIsFound(t *testing.T) {
	t.Run("changed", func(t *testing.T) {
		attack(t, func(t *testing.T, d *db.DB) {
			triggersOff(t, d, "audit_private")
			raw(t, d, `update audit_private set value = '["name 2","Eve"]' where field = 'name' and value = '["name 2","name 3"]'`)
		}, "values")
	})
	t.Run("removed without an erasure", func(t *testing.T) {
		attack(t, func(t *testing.T, d *db.DB) {
			raw(t, d, `delete from audit_private where value = '["name 2","name 3"]'`)
		}, "values")
	})
}

func TestAChangedNodeOrCheckpointIsFound(t *testing.T) {
	t.Run("node", func(t *testing.T) {
		attack(t, func(t *testing.T, d *db.DB) {
			triggersOff(t, d, "audit_nodes")
			raw(t, d, "update audit_nodes set hash = (select hash from audit_nodes where pos = 1) where pos = 2")
		}, "tree")
	})
	t.Run("root of a checkpoint", func(t *testing.T) {
		attack(t, func(t *testing.T, d *db.DB) {
			triggersOff(t, d, "audit_checkpoints")
			raw(t, d, "update audit_checkpoints set root = (select leaf_hash from audit_leaves where idx = 3) where size = 1")
		}, "anchors", "checkpoints")
	})
	t.Run("checkpoints removed", func(t *testing.T) {
		attack(t, func(t *testing.T, d *db.DB) {
			triggersOff(t, d, "audit_checkpoints")
			raw(t, d, "delete from audit_checkpoints")
		}, "checkpoints")
	})
}

// TestARewoundDatabaseIsFound cuts the log back to where it was consistent before, as restoring a backup does.
func TestARewoundDatabaseIsFound(t *testing.T) {
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, _ *testkit.Clock) {
		l := history(t, d)
		for _, v := range []int64{6, 7} {
			emit(t, d, renamed("bonn", v-5, "", "x"))
		}
		seal(t, l)
		rewind(t, d, 11)
		failing(t, l, "anchors")
	})
}

// rewind removes all but the first n leaves with everything about them.
func rewind(t testing.TB, d *db.DB, n int) {
	t.Helper()
	for _, table := range []string{"audit_events", "audit_private", "audit_leaves", "audit_nodes", "audit_checkpoints", "audit_outbox"} {
		triggersOff(t, d, table)
	}
	late := "(select event_id from audit_leaves where idx >= ?)"
	raw(t, d, "delete from audit_private where event_id in "+late, n)
	raw(t, d, "create table late as select event_id from audit_leaves where idx >= "+fmt.Sprint(n))
	raw(t, d, "delete from audit_leaves where idx >= ?", n)
	raw(t, d, "delete from audit_events where id in (select event_id from late)")
	raw(t, d, "delete from audit_nodes where pos >= ?", audit.StoredNodes(int64(n)))
	raw(t, d, "delete from audit_checkpoints where size > ?", n)
	raw(t, d, "drop table late")
}
