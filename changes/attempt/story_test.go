package attempt_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.DropTemplates()
	os.Exit(code)
}

// What somebody who has a hand in it tried is kept once, in the log, and cannot be altered or taken away.
func TestAVoteOfWhoeverHasAHandInItIsRefusedAndKept(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := w.AskForApproval("maya", w.Raise("maya", "Upgrade", "carl").Ticket.Number)
		tried := func(by string, verdict approval.Verdict) {
			t.Helper()
			if _, err := w.Vote(by, c.Ticket.Number, verdict); !errors.Is(err, approval.ErrCannotDecide) {
				t.Errorf("%s: %v", by, err)
			}
		}
		tried("carl", approval.Approve) // he is to do it
		tried("carl", approval.Reject)
		tried("maya", approval.Approve) // she asked for it
		tried("amir", approval.Approve) // he is only not one of those asked: nothing to keep
		all, err := w.Attempts.Of(w.System(), c.Ticket.ID)
		if err != nil || len(all) != 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		if a := all[0]; a.UserID != w.ID("carl") || a.Decision != approval.Approve || !slices.Contains([]string(a.Reasons), approval.ReasonImplements) || a.Digest != c.Facet.Digest || !a.At.Equal(w.Clock.Now()) {
			t.Errorf("%+v", a)
		}
		// Stepping aside is what they should do.
		if _, err := w.Vote("carl", c.Ticket.Number, approval.Recuse); err != nil {
			t.Errorf("he steps aside: %v", err)
		}
		if again, err := w.Attempts.Of(w.System(), c.Ticket.ID); err != nil || len(again) != 2 {
			t.Errorf("%+v, %v", again, err)
		}
		for _, q := range []string{"update change_attempts set user_id = 1", "delete from change_attempts", "insert into change_attempts (ref, ticket_id, slot, user_id, revision, digest, decision, at, version) values ('x', 1, 's', 1, 1, 'd', 'approve', '2026-03-02 09:00:00', 1)"} {
			if _, err := w.DB.Writer().ExecContext(context.Background(), q); err == nil {
				t.Errorf("accepted: %s", q)
			}
		}
		if now, err := w.Changes.Get(w.System(), c.Ticket.Number); err != nil || now.Ticket.Version != c.Ticket.Version+1 {
			t.Errorf("an attempt leaves no trace in the change: version %d, was %d, %v", now.Ticket.Version, c.Ticket.Version, err)
		}
		w.VerifyLog()
	})
}
