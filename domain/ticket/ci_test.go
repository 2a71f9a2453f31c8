package ticket_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func live(t *testing.T, w *world.World, class, name string) cmdb.CI {
	t.Helper()
	c, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: class, Status: cmdb.Live, Values: map[string]string{"name": name}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func listed(t *testing.T, w *world.World, login, query string) (out []string) {
	t.Helper()
	f, err := ticket.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.Tickets.List(w.As(login), f, w)
	if err != nil {
		t.Fatal(query, err)
	}
	for _, x := range p.Tickets {
		out = append(out, x.Title)
	}
	slices.Sort(out)
	return out
}

func TestARecordNamesWhatItIsAboutAndIsFoundByIt(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		shop, db := live(t, w, "application", "Web shop"), live(t, w, "server", "db-01")
		if _, err := w.CMDB.Relate(w.As("omar"), cmdb.RelateInput{From: shop.Number, Type: "runs_on", To: db.Number}); err != nil {
			t.Fatal(err)
		}
		slow, down := w.Report("ann", "Shop is slow").Ticket, w.Report("ann", "Database is down").Ticket
		for _, x := range []struct {
			login, number, ci string
			role              ticket.CIRole
			want              error
		}{
			{"amir", slow.Number, shop.Number, ticket.Affected, nil}, {"amir", slow.Number, "ci-1", ticket.Affected, nil}, {"amir", down.Number, db.Number, ticket.Affected, nil},
			{"amir", down.Number, shop.Number, ticket.Affected, nil}, {"amir", down.Number, shop.Number, ticket.Impacted, nil},
			{"ann", slow.Number, db.Number, ticket.Affected, domain.ErrForbidden}, {"amir", slow.Number, "CI-999999", ticket.Affected, domain.ErrNotFound},
			{"amir", slow.Number, db.Number, "cause", domain.ErrInvalid}, {"amir", w.Raise("maya", "New disks", "amir").Ticket.Number, db.Number, ticket.Affected, ticket.ErrPlanCIs},
		} {
			if _, err := w.Tickets.AddCI(w.As(x.login), x.number, x.ci, x.role); !errors.Is(err, x.want) {
				t.Errorf("%+v: %v", x, err)
			}
		}
		before, err := w.Tickets.Get(w.As("amir"), slow.Number)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.Tickets.AddCI(w.As("amir"), slow.Number, shop.Number, ticket.Affected); err != nil || again.Version != before.Version {
			t.Errorf("the same again is no event: %d then %d, %v", before.Version, again.Version, err)
		}
		for query, want := range map[string][]string{"ci=" + shop.Number: {"Database is down", "Shop is slow"}, "ci=ci-2": {"Database is down"}, "ci_impact=" + shop.Number: {"Database is down", "Shop is slow"},
			"ci_impact=" + db.Number: {"Database is down"}, "ci=" + shop.Number + "&ci_impact=" + db.Number: {"Database is down"}, "queue=open&ci=CI-2&sort=priority": {"Database is down"}} {
			if got := listed(t, w, "amir", query); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", query, got, want)
			}
		}
		for _, bad := range []string{"ci=CI-999999", "ci=x", "ci_impact=CI-999999"} {
			f, err := ticket.ParseQuery(bad)
			if err == nil {
				_, err = w.Tickets.List(w.As("amir"), f, w)
			}
			if !errors.Is(err, ticket.ErrFilter) {
				t.Errorf("%s: %v", bad, err)
			}
		}
		if f, _ := ticket.ParseQuery("ci=" + shop.Number); true {
			if _, err := w.Tickets.List(w.As("ann"), f, w); !errors.Is(err, ticket.ErrFilter) {
				t.Errorf("an item that ann may not see: %v", err)
			}
		}
		if _, err := w.Tickets.RemoveCI(w.As("amir"), down.Number, shop.Number); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Tickets.RemoveCI(w.As("amir"), down.Number, shop.Number); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("twice: %v", err)
		}
		if got := listed(t, w, "amir", "ci="+shop.Number); !slices.Equal(got, []string{"Shop is slow"}) {
			t.Errorf("after it was taken off: %v", got)
		}
		if _, err := w.Incidents.Move(w.As("ann"), incident.MoveInput{Number: down.Number, Event: "cancel", Reason: "It is back."}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Tickets.AddCI(w.As("amir"), down.Number, shop.Number, ticket.Affected); !errors.Is(err, ticket.ErrFinal) {
			t.Errorf("a closed record: %v", err)
		}
		for _, q := range []string{"insert into ticket_cis (ticket_id, ci_id, role, added_at) select id, 1, 'affected', updated_at from tickets where number = '" + down.Number + "'", "update ticket_cis set role = 'impacted'", "delete from ticket_cis where ci_id = 1"} {
			if q == "delete from ticket_cis where ci_id = 1" {
				if _, err := w.Tickets.Comment(w.As("amir"), ticket.CommentInput{Number: slow.Number, Body: "We look."}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := w.DB.Writer().Exec(q); err == nil {
				t.Errorf("%s was not refused", q)
			}
		}
		w.VerifyLog()
	})
}

func TestFailuresAreCountedAmongWhatTheReaderMaySee(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		c := live(t, w, "printer", "Printer 3")
		for i := range 4 {
			n := w.Report([]string{"ann", "rolf"}[i%2], "It jams").Ticket.Number
			role := ticket.Affected
			if i == 3 {
				role = ticket.Impacted
			}
			if _, err := w.Tickets.AddCI(w.As("amir"), n, c.Number, role); err != nil {
				t.Fatal(err)
			}
			w.Clock.Advance(40 * 24 * time.Hour)
		}
		for login, want := range map[string]ticket.Repairs{"amir": {Failures: 1, Open: 4}, "ann": {Failures: 1, Open: 2}, "rolf": {Failures: 0, Open: 2}} {
			got, err := w.Tickets.RepairsOf(w.As(login), []domain.CIID{c.ID}, w.Clock.Now().Add(-90*24*time.Hour))
			if err != nil || got[c.ID] != want {
				t.Errorf("%s: %+v, %v; want %+v", login, got, err, want)
			}
		}
	})
}
