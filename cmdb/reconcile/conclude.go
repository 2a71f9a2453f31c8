package reconcile

import (
	"context"

	"github.com/cabinetdesk/cabinet/cmdb/model"
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
		if r.Summary.Ties, err = p.store.countTies(ctx, r.ID); err != nil {
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
		if sameBranch(m, i.Class, o.Class) {
			out = append(out, o)
		}
	}
	return out
}

// conflict marks rows; the one that the source knows by its key keeps its item.
func (p *proposer) conflict(ctx context.Context, by string, items []Item) error {
	known := 0
	for _, i := range items {
		if i.Matched == "key" {
			known++
		}
	}
	for n, i := range items {
		if by == "ci_id" && i.Matched == "key" && known == 1 || i.Action == Conflicting {
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
