package reconcile

import (
	"context"
	"fmt"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
)

// conclude looks at the whole: rows that are one item, relations, and what the source no longer shows.
func (p *proposer) conclude(ctx context.Context, sum cifile.Summary) error {
	if p.seq > 2000 {
		if err := p.DB.Analyse(ctx, "cis", "ci_relations", "ci_sightings", "ci_run_items", "ci_run_ties"); err != nil {
			return err
		}
	}
	if err := p.DB.Do(ctx, p.collide); err != nil {
		return err
	}
	if err := p.resolveTies(ctx); err != nil {
		return err
	}
	if p.run.Whole {
		if err := p.missing(ctx); err != nil {
			return err
		}
		if err := p.endTies(ctx); err != nil {
			return err
		}
	}
	return p.DB.Do(ctx, func(ctx context.Context) error {
		r := p.run
		now := p.DB.Now(ctx)
		var err error
		if r.Summary.Items, r.Summary.Noted, err = p.store.countItems(ctx, r.ID); err != nil {
			return err
		}
		if r.Summary.Ties, r.Summary.Members, err = p.store.countTies(ctx, r.ID); err != nil {
			return err
		}
		r.Summary.Rows, r.Summary.Skipped = sum.Rows, sum.Skipped
		r.Summary.Asks = r.Summary.Missing*100 > int64(p.source.RetireShare)*r.Summary.Known && r.Summary.Missing > 0
		r.State, r.ProposedAt = Proposed, &now
		if err := p.store.saveRun(ctx, &r, Reading); err != nil {
			return err
		}
		p.run = r
		return nil
	})
}

// collide makes a conflict of rows that would be one item: the same key, the same serial number or asset tag, or the same item.
func (p *proposer) collide(ctx context.Context) error {
	for _, by := range []string{"key", "serial", "asset_tag", "ci_id"} {
		groups, err := p.store.shared(ctx, p.run.ID, by)
		if err != nil {
			return err
		}
		for _, g := range groups {
			items, err := p.store.sharing(ctx, p.run.ID, by, g)
			if err != nil {
				return err
			}
			if by != "key" && items[0].related(p.model, items[1:]) == nil {
				continue
			}
			if err := p.conflict(ctx, by, items); err != nil {
				return err
			}
		}
	}
	return nil
}

// related are those of the others that are of a class on the same branch of the tree.
func (i Item) related(m model.Model, others []Item) (out []Item) {
	for _, o := range others {
		if m.SameBranch(i.Class, o.Class) {
			out = append(out, o)
		}
	}
	return out
}

// conflict marks rows; the one that the source knows by its key keeps its item. A row about an item that was merged into that of another
// row says nothing of its own any more: somebody has decided that.
func (p *proposer) conflict(ctx context.Context, by string, items []Item) error {
	merged := map[string]bool{}
	if by == "ci_id" {
		keys, err := p.CMDB.KeysTakenOver(ctx, items[0].CIID)
		if err != nil {
			return err
		}
		for _, k := range keys {
			merged[k.Key] = merged[k.Key] || k.Source == p.source.Key
		}
	}
	known := 0
	for _, i := range items {
		if i.Matched == "key" && !merged[i.Key] {
			known++
		}
	}
	for n, i := range items {
		if by == "ci_id" && i.Matched == "key" && known == 1 && !merged[i.Key] || i.Action == Conflicting {
			continue
		}
		if merged[i.Key] && known == 1 {
			i.Action, i.Proposal = Unchanged, Proposal{Reported: i.Proposal.Reported, Reason: "Its item was merged into that of another row, which counts."}
			if err := p.store.saveItem(ctx, i); err != nil {
				return err
			}
			continue
		}
		i.Action, i.CIID, i.Version = Conflicting, 0, 0
		i.Proposal.Reason = map[string]string{"key": "Several rows have this key.", "serial": "Several rows have this serial number.", "asset_tag": "Several rows have this asset tag.",
			"ci_id": "Several rows are the same item."}[by]
		for k, o := range items {
			if k != n && len(i.Proposal.Others) < 10 {
				i.Proposal.Others = append(i.Proposal.Others, "line "+decimal(int64(o.Line)))
			}
		}
		if err := p.store.saveItem(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// missing lists what the source showed before and no longer shows.
func (p *proposer) missing(ctx context.Context) (err error) {
	if p.run.Summary.Known, err = p.store.knownBy(ctx, p.source.Key); err != nil {
		return err
	}
	after := ""
	for {
		var page []sighted
		err := p.DB.Do(ctx, func(ctx context.Context) error {
			if page, err = p.store.unseen(ctx, p.source.Key, p.run.ID, after, batch); err != nil || len(page) == 0 {
				return err
			}
			items := make([]Item, len(page))
			for i, g := range page {
				p.seq++
				items[i] = Item{RunID: p.run.ID, Seq: p.seq, Key: g.Key, Class: g.Class, Name: g.Name, CIID: g.CIID, Version: g.Version, Matched: "key", Action: Gone}
				if p.source.Missing == Retire && way(g.Status) {
					items[i].Action = Retired
					items[i].Proposal = Proposal{Status: "retired", Changes: []Change{{Field: "status", Before: g.Status, After: "retired"}}}
				}
			}
			return p.store.addItems(ctx, items)
		})
		if err != nil || len(page) == 0 {
			return err
		}
		p.run.Summary.Missing += int64(len(page))
		after = page[len(page)-1].Key
	}
}

// way tells whether moves lead from a status to retired; what is planned is left alone.
func way(status string) bool {
	return status == "live" || status == "in_stock" || status == "under_maintenance"
}

// Conflict is a row that a run could not decide, with the run and its source.
type Conflict struct {
	Item   Item
	Run    Run
	Source Source
}

// Conflicts lists the rows that runs could not decide and nobody has settled since, those of the latest run first: of each source, as its
// last runs saw them. after is the marker of the page before. Who may: cmdb.sources.
func (s *Service) Conflicts(ctx context.Context, after string, limit int) (out []Conflict, next string, err error) {
	if err := s.maySee(ctx); err != nil {
		return nil, "", err
	}
	run, seq := int64(1)<<62, int64(0)
	if after != "" {
		if n, err := fmt.Sscanf(after, "%d_%d", &run, &seq); n != 2 || err != nil {
			return nil, "", domain.ErrCursor
		}
	}
	items, err := s.store.undecided(ctx, run, seq, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(items) > limit {
		items = items[:limit]
		next = decimal(items[limit-1].RunID) + "_" + decimal(items[limit-1].Seq)
	}
	runs, sources := map[int64]Run{}, map[int64]Source{}
	for _, i := range items {
		r, there := runs[i.RunID]
		if !there {
			if r, err = s.store.runByID(ctx, i.RunID); err != nil {
				return nil, "", err
			}
			runs[i.RunID] = r
			if sources[r.SourceID], err = s.store.sourceByID(ctx, r.SourceID); err != nil {
				return nil, "", err
			}
		}
		out = append(out, Conflict{i, r, sources[r.SourceID]})
	}
	return out, next, nil
}

// SettleInput says which item a row is about that a run could not decide; no number takes that back.
type SettleInput struct {
	Ref    string
	Seq    int64
	Number string
	Reason string
}

// Settle decides whose row it is that a run could not decide: from now on the source's key for it means that item, and the next run
// takes the row for it. Who may: cmdb.import, and ci.read on the item. Facts: ci_run.settled or ci_run.unsettled. Errors: ci_row_not_open.
func (s *Service) Settle(ctx context.Context, in SettleInput) (i Item, err error) {
	if in.Reason, err = domain.CleanText("body.reason", in.Reason, 4000); err != nil {
		return i, err
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.mayImport(ctx); err != nil {
			return err
		}
		r, source, err := s.find(ctx, in.Ref)
		if err != nil {
			return err
		}
		if i, err = s.store.item(ctx, r.ID, in.Seq); err != nil {
			return err
		}
		if i.RunID == 0 {
			return domain.ErrNotFound.Because("The run has no such row.")
		}
		if r.State != Proposed && r.State != Applied {
			return ErrSettle.Because("The run is %s.", r.State)
		}
		what, number := "settled", in.Number
		if in.Number == "" {
			what, number = "unsettled", i.Outcome.Number
			err = s.unsettle(ctx, source, r, &i)
		} else {
			err = s.settleRow(ctx, source, r, &i, in.Number)
		}
		if err != nil {
			return err
		}
		fields := []domain.FieldChange{{Field: "key", After: i.Key}, {Field: "item", After: number}}
		if in.Reason != "" {
			fields = append(fields, domain.FieldChange{Field: "reason", After: in.Reason})
		}
		if err := s.note(ctx, &r, source, what, fields...); err != nil {
			return err
		}
		if err := s.store.saveItem(ctx, i); err != nil {
			return err
		}
		return s.store.saveRun(ctx, &r, r.State)
	})
	return i, err
}

func (s *Service) settleRow(ctx context.Context, source Source, r Run, i *Item, number string) error {
	if i.Action != Conflicting || i.Done != isProposed && i.Done != isApplied {
		return ErrSettle.Because("The row is decided already.")
	}
	same, err := s.store.sharing(ctx, r.ID, "key", i.Key)
	if err != nil {
		return err
	}
	if i.Key == "" || len(same) > 1 {
		return ErrSettle.Because("Several rows have this key: the source has to tell them apart.")
	}
	m, _, err := s.CMDB.Model(ctx)
	if err != nil {
		return err
	}
	c, err := s.CMDB.Get(ctx, number)
	switch {
	case err != nil:
		return err
	case c.Facts.Presence != cmdb.Present:
		return ErrSettle.Because("%s has been %s.", c.Number, c.Facts.Presence)
	case !m.SameBranch(c.Facts.Class, i.Class):
		return ErrSettle.Because("%s is of another kind than the row.", c.Number)
	}
	i.Done, i.Outcome = isSettled, Outcome{Number: c.Number}
	return s.store.see(ctx, []sightedAt{{sighting: sighting{source.Key, c.ID}, key: i.Key, at: r.ObservedAt}})
}

func (s *Service) unsettle(ctx context.Context, source Source, r Run, i *Item) error {
	if i.Done != isSettled {
		return ErrSettle.Because("Nobody has settled the row.")
	}
	if err := s.store.unsee(ctx, source.Key, i.Key, r.ObservedAt); err != nil {
		return err
	}
	i.Done, i.Outcome = isApplied, Outcome{}
	if r.State == Proposed {
		i.Done = isProposed
	}
	return nil
}
