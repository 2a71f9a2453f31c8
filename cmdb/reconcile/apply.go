package reconcile

import (
	"context"
	"fmt"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
)

// ApplyInput accepts a proposal.
type ApplyInput struct {
	Ref string
	// Confirm accepts that the file no longer shows a large share of the source's items.
	Confirm  bool
	Progress func(done, total int64)
}

// Apply does what a run proposes, in batches; a run that was interrupted goes on where it stopped. Who may: cmdb.import. Facts:
// ci_run.started and ci_run.applied, unless nothing changes, and those of the items. Errors: ci_run_state, ci_run_share,
// ci_run_outdated when items were changed since the proposal was made, ci_source_busy.
func (s *Service) Apply(ctx context.Context, in ApplyInput) (Run, error) {
	if err := s.mayImport(ctx); err != nil {
		return Run{}, err
	}
	r, source, err := s.find(ctx, in.Ref)
	if err != nil {
		return r, err
	}
	ctx = s.acting(ctx, r, source)
	if err := s.start(ctx, &r, source, in.Confirm); err != nil {
		return r, err
	}
	if err := s.carryOut(ctx, &r, source, in.Progress); err != nil {
		return s.fail(ctx, r, source, err)
	}
	return r, s.next(ctx, source)
}

// start takes a proposal up, or a run that was interrupted.
func (s *Service) start(ctx context.Context, r *Run, source Source, confirm bool) error {
	return s.DB.Do(ctx, func(ctx context.Context) error {
		again, _, err := s.find(ctx, r.Ref)
		if err != nil {
			return err
		}
		*r = again
		from := r.State
		resumes := from == Failed && r.ProposedAt != nil && r.UndoneAt == nil || from == Applying
		if from != Proposed && !resumes {
			return ErrState.Because("The run is %s: only a proposal is applied.", r.State)
		}
		if r.Summary.Asks && !confirm && from == Proposed {
			return ErrShare.Because("%d of %d items of %s are not in the file. Look at them, and confirm that they are really gone.", r.Summary.Missing, r.Summary.Known, source.Name)
		}
		if err := s.free(ctx, *r, source); err != nil {
			return err
		}
		if from == Proposed {
			changed, n, err := s.store.outdated(ctx, r.ID)
			if err != nil {
				return err
			}
			if n > 0 {
				e := ErrOutdated.Because("%d items have been changed since the proposal was made: make a new one.", n)
				for _, number := range changed {
					e = e.With("items", number)
				}
				return e
			}
		}
		r.State, r.Problem = Applying, ""
		return s.store.saveRun(ctx, r, from)
	})
}

func (s *Service) carryOut(ctx context.Context, r *Run, source Source, progress func(done, total int64)) error {
	total, err := s.store.last(ctx, r.ID)
	if err != nil {
		return err
	}
	for {
		var page []Item
		err := s.unit(ctx, r, func(ctx context.Context, r *Run) error {
			if page, err = s.store.items(ctx, r.ID, "", r.Position, batch); err != nil || len(page) == 0 {
				return err
			}
			return s.applyItems(ctx, r, source, page)
		})
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		if progress != nil {
			progress(r.Position, total)
		}
		if err := s.grown(ctx, r.Position); err != nil {
			return err
		}
	}
	for done := int64(0); ; done += batch {
		n := 0
		err := s.unit(ctx, r, func(ctx context.Context, r *Run) error {
			page, err := s.store.openTies(ctx, r.ID, batch)
			if n = len(page); err != nil || n == 0 {
				return err
			}
			return s.applyTies(ctx, r, source, page)
		})
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if err := s.grown(ctx, done+batch); err != nil {
			return err
		}
	}
	return s.unit(ctx, r, func(ctx context.Context, r *Run) error {
		now := s.DB.Now(ctx)
		r.State, r.AppliedAt = Applied, &now
		// Some were there already, or could not be made.
		var err error
		if r.Summary.Ties, r.Summary.Members, err = s.store.countTies(ctx, r.ID); err != nil {
			return err
		}
		if r.Events == 0 {
			return nil
		}
		return s.note(ctx, r, source, "applied")
	})
}

// grown lets the database look at what a large run has filled, at the beginning and whenever that has doubled.
func (s *Service) grown(ctx context.Context, n int64) error {
	for at := int64(2000); at <= n; at *= 2 {
		if n-batch < at {
			return s.DB.Analyse(ctx, "cis", "ci_revisions", "ci_relations", "ci_memberships", "ci_sightings", "ci_run_items", "ci_run_ties", "audit_events")
		}
	}
	return nil
}

// unit does a part of a run together with how far it came; nobody else may have moved it meanwhile.
func (s *Service) unit(ctx context.Context, r *Run, do func(ctx context.Context, r *Run) error) error {
	var done Run
	err := s.DB.Do(ctx, func(ctx context.Context) error {
		done = *r
		done.Summary.Items = cloned(r.Summary.Items)
		if err := do(ctx, &done); err != nil {
			return err
		}
		return s.store.advance(ctx, &done, r.State, r.Position)
	})
	if err == nil {
		*r = done
	}
	return err
}

func cloned(m map[string]int64) map[string]int64 {
	out := make(map[string]int64, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// began says, with the first change of a run, that it began.
func (s *Service) began(ctx context.Context, r *Run, source Source) error {
	if r.Events > 0 {
		return nil
	}
	return s.note(ctx, r, source, "started")
}

// applyItems does what is proposed for some items.
func (s *Service) applyItems(ctx context.Context, r *Run, source Source, page []Item) error {
	var fresh []cmdb.RegisterInput
	var at []int
	var sightings []sightedAt
	now := s.DB.Now(ctx)
	for i := range page {
		item := &page[i]
		r.Position = item.Seq
		if item.Done != isProposed {
			continue
		}
		var err error
		switch {
		case item.Action == Fresh && item.CIID == 0:
			fresh = append(fresh, cmdb.RegisterInput{Class: item.Class, Status: item.Proposal.Status, Values: item.Proposal.Values, Origin: s.origin(r, source)})
			at = append(at, i)
			continue
		case item.Action == APerson:
			err = s.People.Ensure(ctx, *item.Proposal.Person)
		case item.Action == Fresh, item.Action == Changed, item.Action == Retired:
			if err := s.began(ctx, r, source); err != nil {
				return err
			}
			err = s.change(ctx, r, source, item)
		}
		if err := s.settle(r, item, err); err != nil {
			return err
		}
	}
	if len(fresh) > 0 {
		if err := s.began(ctx, r, source); err != nil {
			return err
		}
		made, errs, err := s.CMDB.RegisterMany(ctx, fresh)
		if err != nil {
			return err
		}
		for n, i := range at {
			page[i].CIID = made[n].ID
			page[i].Outcome = Outcome{Number: made[n].Number, Version: 1, Created: true, Since: now}
			if err := s.settle(r, &page[i], errs[n]); err != nil {
				return err
			}
		}
	}
	for _, i := range page {
		if i.CIID != 0 && i.Done != isFailed && i.Action != Gone && i.Action != Retired {
			sightings = append(sightings, sightedAt{sighting: sighting{source.Key, i.CIID}, key: i.Key, at: r.ObservedAt, status: i.Proposal.Reported})
		}
	}
	if err := s.store.see(ctx, sightings); err != nil {
		return err
	}
	return s.store.settleItems(ctx, page)
}

func (s *Service) origin(r *Run, source Source) cmdb.Origin {
	return cmdb.Origin{Source: source.Key, Run: r.Ref, ObservedAt: r.ObservedAt}
}

// settle notes how an item came out. What the desk refuses is a failure of that item; trouble of the database ends the batch.
func (s *Service) settle(r *Run, i *Item, err error) error {
	if err == nil {
		i.Done = isApplied
		return nil
	}
	switch domain.KindOf(err) {
	case domain.Internal, domain.Unavailable:
		return err
	}
	i.Done, i.CIID = isFailed, 0
	i.Outcome = Outcome{Reason: plainly(err)}
	r.Summary.Failed++
	return nil
}

// change amends one item, keeping what was there.
func (s *Service) change(ctx context.Context, r *Run, source Source, i *Item) error {
	items, err := s.CMDB.ByIDs(ctx, []domain.CIID{i.CIID})
	if err != nil {
		return err
	}
	was := items[i.CIID]
	if was.Version != i.Version {
		return ErrOutdated.Because("%s has been changed since the proposal was made.", was.Number)
	}
	out := Outcome{Number: was.Number, Since: s.DB.Now(ctx), Created: i.Proposal.Reinstate}
	o := s.origin(r, source)
	if i.Proposal.Reinstate {
		if _, err := s.CMDB.Reinstate(ctx, cmdb.PresenceInput{Number: was.Number, Run: r.Ref, Reason: "the source shows it again"}); err != nil {
			return err
		}
	}
	is := was
	if len(i.Proposal.Values) > 0 {
		if is, err = s.CMDB.Amend(ctx, cmdb.AmendInput{Number: was.Number, Values: i.Proposal.Values, Origin: o}); err != nil {
			return err
		}
		out.Replaced = map[string]cmdb.Replaced{}
		for key := range i.Proposal.Values {
			out.Replaced[key] = cmdb.Replaced{Is: is.Facts.Values[key], Was: was.Facts.Values[key]}
		}
	}
	if to := i.Proposal.Status; to != "" && to != was.Facts.Status {
		moved, err := s.CMDB.Bring(ctx, was.Number, to, "observed by "+source.Name, o)
		switch {
		case err == nil:
			is, out.Status = moved, [2]string{to, was.Facts.Status}
		case domain.KindOf(err) == domain.Internal || domain.KindOf(err) == domain.Unavailable:
			return err
		default: // the values stand; the status is said to be kept
			out.Reason = plainly(err)
		}
	}
	now, err := s.CMDB.ByIDs(ctx, []domain.CIID{i.CIID})
	if err != nil {
		return err
	}
	out.Version = now[i.CIID].Version
	if seen, err := s.sightings(ctx, source.Key, []string{i.Key}); err != nil {
		return err
	} else if g, known := seen[i.Key]; known {
		out.Reported = g.Status
	}
	i.Outcome = out
	return nil
}

// next lets the oldest run go on that waits for the source.
func (s *Service) next(ctx context.Context, source Source) error {
	return s.DB.Do(ctx, func(ctx context.Context) error {
		r, err := s.store.waiting(ctx, source.ID)
		if domain.KindOf(err) == domain.NotFound {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the next run of %s: %w", source.Key, err)
		}
		return s.Queue.Enqueue(ctx, Job{Ref: r.Ref})
	})
}
