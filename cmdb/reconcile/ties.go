package reconcile

import (
	"context"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
)

// resolveTies finds the items of all relations that the file names, and says which of them are there already.
func (p *proposer) resolveTies(ctx context.Context) error {
	var after int64
	for {
		var page []Tie
		err := p.DB.Do(ctx, func(ctx context.Context) (err error) {
			if page, err = p.store.ties(ctx, p.run.ID, "", "", after, batch); err != nil || len(page) == 0 {
				return err
			}
			ends, err := p.ends(ctx, p.run, p.source, page)
			if err != nil {
				return err
			}
			for i := range page {
				page[i].settle(ends)
			}
			if err := p.present(ctx, page); err != nil {
				return err
			}
			return p.store.saveTies(ctx, page)
		})
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].Seq
	}
}

// end is one end of a tie: an item that is there, or one that the run makes.
type end struct {
	ci    domain.CIID
	taken bool // the run makes it, or it is there
}

// ends finds what ties name: rows of the run first, then what the source called so before, then items by what identifies them. Several
// items of one name are none.
func (s *Service) ends(ctx context.Context, r Run, source Source, page []Tie) (map[string]end, error) {
	var keys []string
	by := map[string][]string{}
	for _, t := range page {
		keys = append(keys, t.Key)
		if t.Kind != "relation" {
			continue
		}
		kind, text, _ := strings.Cut(t.Other, ":")
		if kind == "name" {
			_, text, _ = strings.Cut(text, ":")
		}
		by[kind] = append(by[kind], text)
	}
	keys = append(keys, by["key"]...)
	out := map[string]end{}
	seen, err := s.sightings(ctx, source.Key, keys)
	if err != nil {
		return nil, err
	}
	for key, g := range seen {
		if g.CI.Facts.Presence == cmdb.Present {
			out["key:"+key] = end{g.CI.ID, true}
		}
	}
	rows, err := s.store.itemsByKey(ctx, r.ID, keys)
	if err != nil {
		return nil, err
	}
	for key, i := range rows {
		out["key:"+key] = end{i.CIID, i.Action != Refused && i.Action != Conflicting && i.Done != isFailed}
	}
	numbers, err := s.CMDB.ByNumbers(ctx, by["number"])
	if err != nil {
		return nil, err
	}
	for n, c := range numbers {
		out["number:"+n] = end{c.ID, c.Facts.Presence == cmdb.Present}
	}
	for _, column := range []string{"serial", "asset_tag", "name"} {
		found, err := s.store.identified(ctx, column, by[column])
		if err != nil {
			return nil, err
		}
		for text, list := range found {
			if column != "name" {
				if len(list) == 1 {
					out[column+":"+text] = end{list[0].ID, true}
				}
				continue
			}
			classes := map[string][]cmdb.CI{"": list}
			for _, c := range list {
				classes[c.Facts.Class] = append(classes[c.Facts.Class], c)
			}
			for class, of := range classes {
				if len(of) == 1 {
					out["name:"+class+":"+text] = end{of[0].ID, true}
				}
			}
		}
	}
	return out, s.named(ctx, r, page, out)
}

// named finds, for ties that name another item by its name, a row of the run that has it.
func (s *Service) named(ctx context.Context, r Run, page []Tie, out map[string]end) error {
	var names []string
	for _, t := range page {
		if rest, ok := strings.CutPrefix(t.Other, "name:"); ok && !out[t.Other].taken {
			_, name, _ := strings.Cut(rest, ":")
			names = append(names, name)
		}
	}
	rows, err := s.store.itemsByName(ctx, r.ID, names)
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, i := range rows {
		for _, class := range []string{"", i.Class} {
			key := "name:" + class + ":" + i.Name
			if count[key]++; count[key] > 1 {
				delete(out, key)
			} else if !out[key].taken {
				out[key] = end{i.CIID, true}
			}
		}
	}
	return nil
}

// settle gives a tie its ends, and says when it has none.
func (t *Tie) settle(ends map[string]end) {
	own := ends["key:"+t.Key]
	if !own.taken {
		t.Action, t.Reason = Refused, "the item of the row is not taken"
		return
	}
	t.FromID = own.ci
	if t.Kind == "member" {
		return
	}
	other := ends[t.Other]
	if !other.taken {
		t.Action, t.Reason = Unresolved, "what it refers to is not there"
		return
	}
	t.ToID = other.ci
	if t.Inverse {
		t.FromID, t.ToID = t.ToID, t.FromID
	}
}

// present marks ties that are there already.
func (p *proposer) present(ctx context.Context, page []Tie) error {
	var from []domain.CIID
	for _, t := range page {
		if t.FromID != 0 {
			from = append(from, t.FromID)
		}
	}
	relations, err := p.store.relationsFrom(ctx, from)
	if err != nil {
		return err
	}
	members, err := p.store.membersOf(ctx, from, p.DB.Now(ctx))
	if err != nil {
		return err
	}
	for i, t := range page {
		if t.Action != Fresh {
			continue
		}
		key := joined{t.FromID, t.Type, t.ToID}
		ref, there := relations[key]
		if t.Kind == "member" {
			ref, there = members[member{t.FromID, t.Other}]
		}
		if there && t.FromID != 0 {
			page[i].Action, page[i].Ref = Unchanged, ref
		}
	}
	return nil
}

// endTies lists relations and memberships that the source said before and no longer says, of items that it still shows.
func (p *proposer) endTies(ctx context.Context) error {
	if err := p.endMemberships(ctx); err != nil {
		return err
	}
	var after int64
	for {
		var page []relation
		err := p.DB.Do(ctx, func(ctx context.Context) (err error) {
			if page, err = p.store.unsaid(ctx, p.source.Key, p.run.ID, after, batch); err != nil || len(page) == 0 {
				return err
			}
			ties := make([]Tie, len(page))
			for i, r := range page {
				p.ties++
				ties[i] = Tie{RunID: p.run.ID, Seq: p.ties, Kind: "relation", Type: r.Type, FromID: r.FromID, ToID: r.ToID, Ref: r.Ref, Action: Ended, Reason: unsaid}
			}
			return p.store.addTies(ctx, ties)
		})
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].ID
	}
}

const unsaid = "the source says so no longer"

func (p *proposer) endMemberships(ctx context.Context) error {
	var after int64
	for {
		var page []membership
		err := p.DB.Do(ctx, func(ctx context.Context) (err error) {
			if page, err = p.store.unsaidMembers(ctx, p.source, p.run.ID, after, p.DB.Now(ctx), batch); err != nil || len(page) == 0 {
				return err
			}
			ties := make([]Tie, len(page))
			for i, m := range page {
				p.ties++
				ties[i] = Tie{RunID: p.run.ID, Seq: p.ties, Kind: "member", Type: m.Name, Other: m.Key, FromID: m.CIID, Ref: m.Ref, Action: Ended, Reason: unsaid}
			}
			return p.store.addTies(ctx, ties)
		})
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].ID
	}
}

// numbersOf gives the numbers of items by key.
func (s *Service) numbersOf(ctx context.Context, ids []domain.CIID) (map[domain.CIID]string, error) {
	slices.Sort(ids)
	items, err := s.CMDB.ByIDs(ctx, slices.Compact(ids))
	out := make(map[domain.CIID]string, len(items))
	for id, c := range items {
		out[id] = c.Number
	}
	return out, err
}

// applyTies does what is proposed for some relations and memberships. Their items are there by now.
func (s *Service) applyTies(ctx context.Context, r *Run, source Source, page []Tie) error {
	ends, err := s.ends(ctx, *r, source, page)
	if err != nil {
		return err
	}
	var ids []domain.CIID
	for i := range page {
		if page[i].Action != Ended {
			page[i].settle(ends)
		}
		ids = append(ids, page[i].FromID, page[i].ToID)
	}
	numbers, err := s.numbersOf(ctx, ids)
	if err != nil {
		return err
	}
	if err := s.began(ctx, r, source); err != nil {
		return err
	}
	var in []cmdb.RelateInput
	var at []int
	for i := range page {
		t := &page[i]
		switch {
		case t.Action == Refused || t.Action == Unresolved:
			t.Done = isFailed
		case t.Action == Ended && t.Kind == "member":
			ended, failed := s.CMDB.EndMembership(ctx, t.Ref, t.Reason, r.Ref)
			if failed == nil && !ended {
				t.Action = Unchanged // somebody was quicker
			}
			err = t.done(failed)
		case t.Action == Ended:
			_, err = s.CMDB.Unrelate(ctx, cmdb.UnrelateInput{Ref: t.Ref, Reason: t.Reason, Origin: s.origin(r, source)})
			err = t.done(err)
		case t.Kind == "member":
			err = t.done(s.join(ctx, r, source, t, numbers[t.FromID]))
		default:
			in = append(in, cmdb.RelateInput{From: numbers[t.FromID], Type: t.Type, To: numbers[t.ToID], Origin: s.origin(r, source)})
			at = append(at, i)
		}
		if err != nil {
			return err
		}
	}
	made, fresh, errs, err := s.CMDB.RelateMany(ctx, in)
	if err != nil {
		return err
	}
	for n, i := range at {
		if err := page[i].done(errs[n]); err != nil {
			return err
		}
		page[i].Ref = made[n].Ref
		if errs[n] == nil && !fresh[n] {
			page[i].Action = Unchanged
		}
	}
	return s.store.saveTies(ctx, page)
}

// done notes how a tie came out, see settle.
func (t *Tie) done(err error) error {
	if err == nil {
		t.Done = isApplied
		return nil
	}
	switch domain.KindOf(err) {
	case domain.Internal, domain.Unavailable:
		return err
	}
	t.Done, t.Action, t.Reason = isFailed, Refused, plainly(err)
	return nil
}

// join makes an item a member of a group, which is founded when it is not there.
func (s *Service) join(ctx context.Context, r *Run, source Source, t *Tie, number string) error {
	groups, err := s.CMDB.Groups(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(groups, func(g cmdb.Group) bool { return g.Key == t.Other }) {
		name := t.Type
		if name == "" {
			name = t.Other
		}
		if _, err := s.CMDB.SetGroup(ctx, cmdb.Group{Key: t.Other, Name: name}); err != nil {
			return err
		}
	}
	m, err := s.CMDB.Join(ctx, cmdb.MemberInput{Group: t.Other, Number: number, Reason: "the source says so", Source: source.Key, Run: r.Ref})
	if domain.KindOf(err) == domain.Conflict {
		t.Action = Unchanged
		return nil
	}
	t.Ref = m.Ref
	return err
}
