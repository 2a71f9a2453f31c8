package changes_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/policy"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// What the CMDB knows of a plan's items decides on risk and approvers, is kept beside the plan, and is evidence from the
// approval on.
func TestWhatAPlanReachesIsKeptAndFrozenAtTheApproval(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		item := func(class, name, criticality string) cmdb.CI {
			t.Helper()
			c, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: class, Status: cmdb.Live, Values: map[string]string{"name": name, "criticality": criticality, "team": ticket.Int(int64(w.Team("apps")))}})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		shop, vm := item("application_service", "Shop", "1"), item("virtual_machine", "vm1", "3")
		if _, err := w.CMDB.Relate(w.As("omar"), cmdb.RelateInput{From: shop.Number, Type: "runs_on", To: vm.Number}); err != nil {
			t.Fatal(err)
		}
		plan := w.Plan("Patch the machine", "amir")
		plan.Risk, plan.CIs = nil, ptr([]string{vm.Number})
		start := w.Clock.Now().Add(72 * time.Hour)
		plan.PlannedStart, plan.PlannedEnd = &start, ptr(start.Add(time.Hour))
		c, err := w.Changes.Raise(w.As("maya"), changes.RaiseInput{Plan: plan})
		if err != nil || c.Facet.Risk != changes.High {
			t.Fatalf("%s, %v", c.Facet.Risk, err)
		}
		a, _ := c.Facet.Assessed()
		if a.Facts["impacted_services"] != 1.0 || a.Facts["criticality"] != 1.0 || a.Facts["owners_known"] != true {
			t.Errorf("facts %+v", a.Facts)
		}
		c = w.AskForApproval("maya", c.Ticket.Number)
		var kinds []string
		for _, b := range c.Current() {
			kinds = append(kinds, b.Slot.Kind)
		}
		if !slices.Equal(kinds, []string{policy.Board, policy.Owner}) {
			t.Fatalf("asked %v", kinds)
		}
		for i, who := range []string{"cora", "carl"} {
			if _, err := voteIn(w, w.As(who), c.Ticket.Number, 0, approval.Approve); err != nil {
				t.Fatal(i, err)
			}
		}
		v, err := voteIn(w, w.As("alice"), c.Ticket.Number, 1, approval.Approve) // of the team that keeps the machine
		if err != nil || v.Change.Ticket.State != changes.StateScheduled {
			t.Fatalf("%s, %v", v.Change.Ticket.State, err)
		}
		kept, err := w.Impact.Of(w.System(), c.Ticket.ID)
		if err != nil || len(kept.Parts) != 2 || kept.FrozenAt == nil || kept.Revision != c.Facet.Revision {
			t.Errorf("kept %+v, %v", kept, err)
		}
		// The next revision has a closure of its own; what was evidence stays.
		if c, _, err = w.Changes.Amend(w.As("maya"), changes.AmendInput{Number: c.Ticket.Number, Plan: changes.PlanPatch{CIs: ptr([]string{shop.Number})}}); err != nil {
			t.Fatal(err)
		}
		if now, err := w.Impact.Of(w.System(), c.Ticket.ID); err != nil || now.Revision != c.Facet.Revision || now.FrozenAt != nil || len(now.Parts) != 1 {
			t.Errorf("of the next revision: %+v, %v", now, err)
		}
		if before, err := w.Impact.OfRevision(w.System(), c.Ticket.ID, kept.Revision); err != nil || len(before.Parts) != 2 || before.FrozenAt == nil {
			t.Errorf("evidence: %+v, %v", before, err)
		}
		if _, _, err := w.Changes.Amend(w.As("maya"), changes.AmendInput{Number: c.Ticket.Number, Plan: changes.PlanPatch{CIs: ptr([]string{"CI-999999"})}}); !errors.Is(err, changes.ErrItems) {
			t.Errorf("an item that is not there: %v", err)
		}
		w.VerifyLog()
	})
}
