package reconcile

import (
	"context"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
)

// UndoInput takes a run back.
type UndoInput struct {
	Ref string
	// Rest undoes what nobody has built on, and leaves the rest as it is.
	Rest     bool
	Progress func(done, total int64)
}

// Blocker is something that somebody has changed, or built on, since a run was applied.
type Blocker struct {
	Seq    int64
	Number string
	Reason string
}

// Undo takes back what a run did: items that it made are withdrawn, values are put back with the origin that they had, relations and
// memberships that it made are withdrawn, and those that it ended are there again. An interrupted undoing goes on where it stopped.
// Who may: cmdb.import. Facts: ci_run.undone, and those of the items. Errors: ci_run_state, ci_source_busy, ci_run_built_on with what
// was changed since, unless Rest.
func (s *Service) Undo(ctx context.Context, in UndoInput) (Run, error) {
	if err := s.mayImport(ctx); err != nil {
		return Run{}, err
	}
	r, source, err := s.find(ctx, in.Ref)
	if err != nil {
		return r, err
	}
	ctx = s.acting(ctx, r, source)
	if r.State != Applied && r.State != Undoing {
		return r, ErrState.Because("The run is %s: only what was applied is undone.", r.State)
	}
	blockers, err := s.Blockers(ctx, in.Ref)
	if err != nil {
		return r, err
	}
	if len(blockers) > 0 && !in.Rest {
		e := ErrBuiltOn.Because("%d items have been changed, or built on, since. The rest can be undone.", len(blockers))
		for _, b := range blockers[:min(len(blockers), 20)] {
			e = e.With(b.Number, b.Reason)
		}
		return r, e
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.free(ctx, r, source); err != nil {
			return err
		}
		from := r.State
		r.State = Undoing
		if err := s.keep(ctx, &r, blockers); err != nil {
			return err
		}
		return s.store.saveRun(ctx, &r, from)
	})
	if err != nil {
		return r, err
	}
	if err := s.takeBack(ctx, &r, source, in.Progress); err != nil {
		return r, err // it stays as far as it came, and goes on when it is asked again
	}
	return r, s.next(ctx, source)
}

// keep marks what an undo leaves alone.
func (s *Service) keep(ctx context.Context, r *Run, blockers []Blocker) error {
	for _, b := range blockers {
		i, err := s.store.item(ctx, r.ID, b.Seq)
		if err != nil {
			return err
		}
		i.Done, i.Outcome.Reason = isKept, b.Reason
		if err := s.store.saveItem(ctx, i); err != nil {
			return err
		}
		r.Summary.Kept++
	}
	return nil
}

// Blockers lists what somebody has changed, or built on, since a run was applied, up to 10,000. Who may: cmdb.sources.
func (s *Service) Blockers(ctx context.Context, ref string) (out []Blocker, err error) {
	r, _, err := s.RunByRef(ctx, ref)
	if err != nil {
		return nil, err
	}
	var after int64
	for len(out) < 10_000 {
		page, err := s.store.doneItems(ctx, r.ID, after, batch)
		if err != nil || len(page) == 0 {
			return out, err
		}
		after = page[len(page)-1].Seq
		var ids, made []domain.CIID
		for _, i := range page {
			ids = append(ids, i.CIID)
			if i.Outcome.Created {
				made = append(made, i.CIID)
			}
		}
		items, err := s.CMDB.ByIDs(ctx, ids)
		if err != nil {
			return nil, err
		}
		used, err := s.store.builtOn(ctx, r.ID, made, s.DB.Now(ctx))
		if err != nil {
			return nil, err
		}
		for _, i := range page {
			if why := i.blocked(items[i.CIID], used[i.CIID]); why != "" {
				out = append(out, Blocker{Seq: i.Seq, Number: items[i.CIID].Number, Reason: why})
			}
		}
	}
	return out, nil
}

// blocked says why an item cannot be put back as it was; empty when it can.
func (i Item) blocked(c cmdb.CI, used string) string {
	switch {
	case c.Facts.Presence != cmdb.Present:
		return "it has been merged or withdrawn"
	case i.Outcome.Created && c.Version != i.Outcome.Version:
		return "somebody has changed it since"
	case i.Outcome.Created && used != "":
		return used
	case i.Outcome.Created:
		return ""
	}
	if err := c.Stands(i.back("")); err != nil {
		return "somebody has changed it since"
	}
	return ""
}

func (i Item) back(run string) cmdb.PutBackInput {
	return cmdb.PutBackInput{Number: i.Outcome.Number, Run: run, Since: i.Outcome.Since, Values: i.Outcome.Replaced, Status: i.Outcome.Status}
}

func (s *Service) takeBack(ctx context.Context, r *Run, source Source, progress func(done, total int64)) error {
	total, err := s.store.last(ctx, r.ID)
	if err != nil {
		return err
	}
	for {
		n := 0
		err := s.unit(ctx, r, func(ctx context.Context, r *Run) error {
			page, err := s.store.doneTies(ctx, r.ID, batch)
			if n = len(page); err != nil || n == 0 {
				return err
			}
			if err := s.undoTies(ctx, r, page); err != nil {
				return err
			}
			return s.store.saveTies(ctx, page)
		})
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	for {
		var page []Item
		err := s.unit(ctx, r, func(ctx context.Context, r *Run) error {
			if page, err = s.store.backItems(ctx, r.ID, batch); err != nil || len(page) == 0 {
				return err
			}
			for n := range page {
				if err := s.undoItem(ctx, r, source, &page[n]); err != nil {
					return err
				}
			}
			return s.store.settleItems(ctx, page)
		})
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		if progress != nil {
			progress(total-page[len(page)-1].Seq, total)
		}
	}
	return s.unit(ctx, r, func(ctx context.Context, r *Run) error {
		now := s.DB.Now(ctx)
		r.State, r.UndoneAt = Undone, &now
		if r.Events == 0 {
			return nil
		}
		return s.note(ctx, r, source, "undone")
	})
}

// undoTies takes relations and memberships back, the last one first. One that an item keeps which stays is left.
func (s *Service) undoTies(ctx context.Context, r *Run, page []Tie) error {
	var ids []domain.CIID
	for _, t := range page {
		ids = append(ids, t.FromID, t.ToID)
	}
	ends, err := s.store.fates(ctx, r.ID, ids)
	if err != nil {
		return err
	}
	for i := range page {
		t := &page[i]
		goes := ends[t.FromID] == goesAway || ends[t.ToID] == goesAway
		stays := ends[t.FromID] == staysThere || ends[t.ToID] == staysThere
		t.Done = isUndone
		var err error
		switch {
		case t.Action == Unchanged:
		case stays && !goes:
			t.Done, t.Reason = isKept, "somebody has changed its item since"
		case t.Action == Ended && t.Kind == "member":
			err = s.CMDB.ReinstateMembership(ctx, t.Ref, "the import was undone", r.Ref)
		case t.Action == Ended:
			err = s.CMDB.ReinstateRelation(ctx, t.Ref, "the import was undone", r.Ref)
		case t.Kind == "member":
			err = s.CMDB.WithdrawMembership(ctx, t.Ref, "the import was undone", r.Ref)
		default:
			err = s.CMDB.WithdrawRelation(ctx, t.Ref, "the import was undone", r.Ref)
		}
		// What somebody has taken away meanwhile is away.
		if err != nil && domain.KindOf(err) != domain.NotFound {
			return err
		}
	}
	return nil
}

// undoItem takes one item back.
func (s *Service) undoItem(ctx context.Context, r *Run, source Source, i *Item) error {
	put := i.back(r.Ref)
	var err error
	if len(put.Values) > 0 || put.Status[1] != "" {
		_, err = s.CMDB.PutBack(ctx, put)
	}
	if err == nil && i.Outcome.Created {
		_, err = s.CMDB.Withdraw(ctx, cmdb.PresenceInput{Number: i.Outcome.Number, Run: r.Ref, Reason: "the import was undone"})
	}
	switch {
	case err == nil:
		i.Done = isUndone
	case domain.KindOf(err) == domain.Conflict: // somebody was quicker
		i.Done, i.Outcome.Reason = isKept, plainly(err)
		r.Summary.Kept++
		return nil
	default:
		return err
	}
	if i.Outcome.Status[1] != "" {
		return s.store.report(ctx, source.Key, i.Key, i.Outcome.Reported)
	}
	return nil
}
