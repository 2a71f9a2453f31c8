package changes_test

import (
	"context"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/changes/policy"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// decided is a change with one vote, sealed.
func decided(t *testing.T, w *world.World) string {
	t.Helper()
	c := w.Raise("maya", "Upgrade the mail server", "amir")
	w.AskForApproval("maya", c.Ticket.Number)
	if _, err := w.Vote("cora", c.Ticket.Number, approval.Approve); err != nil {
		t.Fatal(err)
	}
	w.VerifyLog()
	return c.Ticket.Number
}

// What somebody with the database's own client tries, the guards refuse: the application's error is not asked.
func TestTheDatabaseRefusesToAlterAChangeWithoutItsEvent(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		decided(t, w)
		for _, q := range []string{
			"update changes set backout_plan = 'none'",
			"update changes set backout_plan = 'none', version = version + 1",
			"update tickets set state = 'scheduled' where kind = 'change'",
			"update tickets set state = 'scheduled', version = version + 1 where kind = 'change'",
			"delete from changes", "delete from tickets",
			"update approval_decisions set decision = 'reject'", "delete from approval_decisions",
			"insert into tickets (kind, number, title, state, category, priority, version, opened_at, updated_at) values ('change', 'CHG-000099', 'x', 'draft', 'open', 3, 1, '2026-03-02 09:00:00', '2026-03-02 09:00:00')",
		} {
			if _, err := w.DB.Writer().ExecContext(context.Background(), q); err == nil {
				t.Errorf("accepted: %s", q)
			}
		}
		w.VerifyLog()
	})
}

// The owner of the database can take the guards away. The log finds what was done then.
func TestAnEditBehindTheGuardsIsFound(t *testing.T) {
	for name, attack := range map[string]string{
		"an edited plan":         "update changes set backout_plan = 'none'",
		"an edited state":        "update tickets set state = 'closed', category = 'done', closed_at = updated_at where kind = 'change'",
		"an edited decision":     "update approval_decisions set decision = 'reject'",
		"a removed decision":     "delete from approval_decisions",
		"a version made up":      "update tickets set version = version + 1 where kind = 'change'",
		"an approval slot moved": "update approval_slots set state = 'approved'",
	} {
		t.Run(name, func(t *testing.T) {
			world.Each(t, func(t *testing.T, w *world.World) {
				number := decided(t, w)
				unguard(t, w)
				if _, err := w.DB.Writer().ExecContext(context.Background(), attack); err != nil {
					t.Fatalf("the owner could not even try: %v", err)
				}
				report, err := w.Log.Verify(w.System(), audit.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if report.OK {
					t.Fatal("the log was verified")
				}
				found := false
				for _, s := range report.Steps {
					found = found || !s.OK && s.Name == "record change" && strings.Contains(s.Detail, number)
				}
				if !found {
					t.Errorf("the report does not name %s: %+v", number, report.Steps)
				}
			})
		})
	}
}

// unguard removes the triggers of the records, as only the owner of the database can.
func unguard(t *testing.T, w *world.World) {
	t.Helper()
	ctx := context.Background()
	var drop []string
	if w.DB.IsPostgres() {
		for _, table := range []string{"changes", "tickets", "approval_decisions", "approval_slots"} {
			drop = append(drop, "alter table "+table+" disable trigger all")
		}
	} else {
		rows, err := w.DB.Reader().QueryContext(ctx, "select name from sqlite_master where type = 'trigger' and tbl_name in ('changes', 'tickets', 'approval_decisions')")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			drop = append(drop, "drop trigger "+name)
		}
	}
	for _, q := range drop {
		if _, err := w.DB.Writer().ExecContext(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
}

// The same for what came with change enablement: rules, duties and the flags of a change.
func TestTheDatabaseRefusesToAlterRulesAndDutiesWithoutTheirEvents(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		decided(t, w)
		w.OnDuty("cab", "cora")
		setPolicy(t, w, policy.Seed().Rows...)
		for _, q := range []string{
			"update board_duties set ends_at = starts_at", "update board_duties set version = version + 1", "delete from board_duties",
			"insert into board_duties (ref, board_id, user_id, starts_at, ends_at, version, created_at) select 'x', board_id, user_id, starts_at, ends_at, 1, created_at from board_duties",
			"update change_rules set body = '{}'", "delete from change_rules",
			"insert into change_rules (kind, key, version, body, at) select kind, key, 9, body, at from change_rules",
			"update changes set exceptions = '[]'", "update changes set retro_due_at = null, risk = 'low'",
		} {
			if _, err := w.DB.Writer().ExecContext(context.Background(), q); err == nil {
				t.Errorf("accepted: %s", q)
			}
		}
		w.VerifyLog()
	})
}
