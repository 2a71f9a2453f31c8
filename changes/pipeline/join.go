package pipeline

import (
	"context"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
)

// join ties a run to a change that people planned. Nothing of the plan alters: what the run built, where it goes and who brings
// it there must stand in it, so that exactly this is what was, or will be, approved. From then on the pipeline sees the
// change, may ask its gate, and carry it out. Errors: run_not_of_change, with every reason.
func (s *Service) join(ctx context.Context, p Pipeline, r Run, in RaiseInput) (changes.Change, error) {
	stranger := ErrJoin.Because("There is no change %s, or its plan does not name %s among those who implement it.", strings.ToUpper(in.Change), p.Name)
	n, err := domain.ParseNumber(in.Change)
	if err != nil || n.Kind != domain.KindChange {
		return changes.Change{}, ErrJoin.With("body.change", "a change is named like CHG-000123")
	}
	id, err := s.store.numbered(ctx, n.String())
	if err != nil {
		return changes.Change{}, err
	}
	if id == 0 {
		return changes.Change{}, stranger
	}
	c, err := s.Changes.ByID(ctx, id)
	if err != nil {
		return c, err
	}
	if !slices.Contains(c.Facet.Implementers, p.AccountID) { // nothing is told of a change to whom it does not name
		return changes.Change{}, stranger
	}
	items := []string(p.Items)
	if in.Items != nil {
		items = in.Items
	}
	if why := apart(c, r, items); len(why) > 0 {
		e := ErrJoin.Because("%s", why[0].Text)
		for _, reason := range why {
			e = e.For(reason)
		}
		return changes.Change{}, e
	}
	if err := s.Tickets.Entrust(ctx, c.Ticket.Number, p.AccountID); err != nil {
		return c, err
	}
	return s.Changes.ByID(ctx, id)
}

// apart lists why a run is not of a change: pure.
func apart(c changes.Change, r Run, items []string) (out []domain.Reason) {
	against := func(code, text string) { out = append(out, domain.Reason{Code: code, Text: text}) }
	f := c.Facet
	if !slices.Contains([]string{changes.StateDraft, changes.StateAssess, changes.StateAuthorize, changes.StateScheduled, changes.StateImplementing}, c.Ticket.State) {
		against("change_over", c.Ticket.Number+" is over: it is "+c.Ticket.State+".")
	}
	if f.BackoutAt != nil {
		against(changes.ErrUndoing.Code, "It is being backed out.")
	}
	if f.Environment != r.Environment {
		against("environment_not_planned", "The plan is for "+orNone(f.Environment)+", not for "+r.Environment+".")
	}
	for _, number := range items {
		n, err := domain.ParseNumber(number)
		if err == nil {
			number = n.String()
		}
		if !slices.Contains(f.CIs, number) {
			against("item_not_planned", "The run deploys to "+number+", which the plan does not name.")
		}
	}
	if len(items) == 0 && len(f.CIs) > 0 {
		against("item_not_named", "The plan is for "+strings.Join(f.CIs, ", ")+"; the run does not say to which of these it deploys.")
	}
	for _, a := range r.ArtifactList() {
		if !strings.Contains(strings.ToLower(f.ImplementationPlan), a.Digest) {
			against("artifact_not_planned", "The implementation plan does not name "+a.Digest+": write it there, and have that approved.")
		}
	}
	return out
}
