package cmdb

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// Merge is one item that lives on in another one, with what was moved for that. It can be undone.
type Merge struct {
	ID       int64 `gorm:"primaryKey"`
	FromID   domain.CIID
	IntoID   domain.CIID
	Version  int64 // of the merged item
	Moved    string
	Taken    string // what the other item took over, as JSON
	Reason   string
	ByID     domain.UserID
	MergedAt time.Time
	UndoneAt *time.Time
}

// TableName names the table.
func (Merge) TableName() string { return "ci_merges" }

// moved is a tie that was ended, and the one that took its place: references, empty for none.
type moved struct {
	Kind    string `json:"kind"`
	Ended   string `json:"ended"`
	Created string `json:"created,omitempty"`
}

// MergeInput merges one item into another.
type MergeInput struct {
	Number  string // this one goes
	Version int64
	Into    string
	Reason  string
	// Values says for attributes whose value survives: FromGoing or FromStaying. Where nothing is said, the value of the item that stays
	// does, and if it has none, that of the one that goes.
	Values map[string]Survivor
}

// Survivor says which of two items a value is taken from.
type Survivor string

// The survivors.
const (
	FromGoing   Survivor = "going"
	FromStaying Survivor = "staying"
)

// taken is what the item that stays took over: values, with what it had before, and keys by which sources call the other one.
type taken struct {
	Values map[string]Replaced `json:"values"`
	Keys   []SourceKey         `json:"keys,omitempty"`
}

// SourceKey is what a source calls an item.
type SourceKey struct {
	Source string `json:"source"`
	Key    string `json:"key"`
}

func (m Merge) took() (out taken, err error) {
	if m.Taken != "" { // of a merge before there was such a thing
		err = json.Unmarshal([]byte(m.Taken), &out)
	}
	return out, err
}

// takeOver puts values of the item that goes into the facts of the one that stays, each with the source and the time that it has.
func (in MergeInput) takeOver(m model.Model, c, into CI) (taken, error) {
	out, bad := taken{Values: map[string]Replaced{}}, ErrMerge
	for _, key := range slices.Sorted(maps.Keys(in.Values)) {
		_, known := m.Field(into.Facts.Class, key)
		_, there := c.Facts.Values[key]
		switch from := in.Values[key]; {
		case from != FromGoing && from != FromStaying:
			bad = bad.With("body.values."+short(key), "going or staying")
		case from == FromGoing && !known:
			bad = bad.With("body.values."+short(key), "the item that stays has no such attribute")
		case from == FromGoing && !there:
			bad = bad.With("body.values."+short(key), "the item that goes has no such value")
		}
	}
	if len(bad.Fields) > 0 {
		return out, bad
	}
	for key, v := range c.Facts.Values {
		was, has := into.Facts.Values[key]
		a, known := m.Field(into.Facts.Class, key)
		switch from := in.Values[key]; {
		case !known, from == FromStaying, from == "" && has, v.Same(was):
		case a.Kind == model.Reference && v.Text == into.Number: // it would refer to itself
		default:
			out.Values[key] = Replaced{Is: v, Was: was}
		}
	}
	return out, nil
}

// Merge lets an item live on in another one: its relations and groups go over, with its values as far as they survive; records that
// name it are found by the other one, and sources that know it see the other one from now on. Who may: ci.merge on both. Facts: Changed
// "merged", and "took_over" of the other one where values survive, Tied for what moves. Errors: ci_merge_not_possible, ci_told_apart,
// ci_not_present, reason_required.
func (s *Service) Merge(ctx context.Context, in MergeInput) (c CI, err error) {
	if in.Reason, err = domain.CleanText("body.reason", in.Reason, 4000); err != nil {
		return c, err
	}
	if in.Reason == "" {
		return c, domain.ErrMissing.With("body.reason", "say why the two are one")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		if c, err = s.lock(ctx, in.Number, in.Version, "merge"); err != nil {
			return err
		}
		into, err := s.lock(ctx, in.Into, 0, "merge")
		if err != nil {
			return err
		}
		for _, x := range []CI{c, into} {
			if err := present(x); err != nil {
				return err
			}
		}
		switch {
		case c.ID == into.ID:
			return ErrMerge.Because("An item is not merged into itself.")
		case !m.IsA(c.Facts.Class, into.Facts.Class) && !m.IsA(into.Facts.Class, c.Facts.Class):
			return ErrMerge.Because("Items of different classes are different things; change the class of one first.")
		}
		if err := s.notApart(ctx, m, c, into); err != nil {
			return err
		}
		now := s.db.Now(ctx)
		over, err := in.takeOver(m, c, into)
		if err != nil {
			return err
		}
		ties, err := s.moveTies(ctx, c, into, now)
		if err != nil {
			return err
		}
		err = s.alter(ctx, m, &c, Changed{What: "merged", Reason: in.Reason}, Origin{}, func(f *Facts) error {
			f.Presence, f.MergedInto = Merged, into.ID
			return nil
		})
		if err != nil {
			return err
		}
		// Only now that the other one is gone: no two items have one serial number on the way.
		err = s.alter(ctx, m, &into, Changed{What: "took_over", Reason: "from " + c.Number}, Origin{}, func(f *Facts) error {
			for key, v := range over.Values {
				f.put(key, v.Is)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if over.Keys, err = s.store.moveSightings(ctx, c.ID, into.ID); err != nil {
			return err
		}
		body, err := json.Marshal(ties)
		if err != nil {
			return err
		}
		values, err := json.Marshal(over)
		if err != nil {
			return err
		}
		return s.store.addMerge(ctx, &Merge{FromID: c.ID, IntoID: into.ID, Version: c.Version, Moved: string(body), Taken: string(values), Reason: in.Reason, ByID: domain.ActorFrom(ctx).User, MergedAt: now})
	})
	return c, err
}

func (s *Service) moveTies(ctx context.Context, c, into CI, now time.Time) (out []moved, err error) {
	relations, members, err := s.store.tiesOf(ctx, c.ID, now)
	if err != nil {
		return nil, err
	}
	others := make([]domain.CIID, 0, len(relations))
	for _, r := range relations {
		others = append(others, r.FromID+r.ToID-c.ID)
	}
	items, err := s.store.byIDs(ctx, others)
	if err != nil {
		return nil, err
	}
	why := "merged into " + into.Number
	for i, r := range relations {
		move := moved{Kind: kindRelation, Ended: r.Ref}
		if err := s.end(ctx, r, now, why, ""); err != nil {
			return nil, err
		}
		from, to := into.Number, items[others[i]].Number
		if r.ToID == c.ID {
			from, to = to, from
		}
		if others[i] != into.ID {
			a, b := into.ID, others[i]
			if r.ToID == c.ID {
				a, b = b, a
			}
			was, err := s.store.relationNow(ctx, a, r.Type, b)
			if domain.KindOf(err) == domain.NotFound {
				was, err = s.Relate(ctx, RelateInput{From: from, Type: r.Type, To: to, Redundancy: r.Redundancy, Needed: r.Needed, Origin: Origin{Source: r.Source}})
				switch {
				case err == nil:
					move.Created = was.Ref
				case domain.KindOf(err) == domain.Conflict: // it would close a loop
				default:
					return nil, err
				}
			} else if err != nil {
				return nil, err
			}
		}
		out = append(out, move)
	}
	for _, g := range members {
		move := moved{Kind: kindMembership, Ended: g.Ref}
		if err := s.withdrawMember(ctx, g.Ref, why, ""); err != nil {
			return nil, err
		}
		joined, err := s.Join(ctx, MemberInput{Group: g.Group, Number: into.Number, From: g.ValidFrom, Until: until(g.ValidTo), Reason: why, Source: g.Source})
		switch {
		case err == nil:
			move.Created = joined.Ref
		case domain.KindOf(err) == domain.Conflict: // it is in the group already
		default:
			return nil, err
		}
		out = append(out, move)
	}
	return out, nil
}

func until(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// Unmerge parts an item from the one that it was merged into: it is there again as it was, with its relations and groups; what moved
// and still stands is taken back, and so are values that the other one took over, unless somebody has changed them since. Who may:
// ci.merge on both. Facts: Changed "unmerged" and "gave_back", Tied. Errors: ci_present, ci_merge_not_possible when the other one was merged
// into a third.
func (s *Service) Unmerge(ctx context.Context, number string, version int64, reason string) (c CI, err error) {
	if reason, err = domain.CleanText("body.reason", reason, 4000); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		if c, err = s.lock(ctx, number, version, "merge"); err != nil {
			return err
		}
		if c.Facts.Presence != Merged {
			return ErrPresent.Because("%s has not been merged.", c.Number)
		}
		merge, err := s.store.openMerge(ctx, c.ID)
		if err != nil {
			return err
		}
		items, err := s.store.byIDs(ctx, []domain.CIID{merge.IntoID})
		if err != nil {
			return err
		}
		into, err := s.lock(ctx, items[merge.IntoID].Number, 0, "merge")
		if err != nil {
			return err
		}
		if into.Facts.Presence == Merged {
			return ErrMerge.Because("%s lives on in another item itself; part it from that first.", into.Number)
		}
		err = s.alter(ctx, m, &c, Changed{What: "unmerged", Reason: reason, Effective: merge.MergedAt}, Origin{Effective: merge.MergedAt}, func(f *Facts) error {
			if f.Presence == Merged {
				f.Presence, f.MergedInto = Present, 0
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := s.giveBack(ctx, m, c, into, merge); err != nil {
			return err
		}
		var ties []moved
		if err := json.Unmarshal([]byte(merge.Moved), &ties); err != nil {
			return err
		}
		for _, t := range ties {
			if err := s.moveBack(ctx, t, "parted from another item"); err != nil {
				return err
			}
		}
		return s.store.closeMerge(ctx, merge.ID, s.db.Now(ctx))
	})
	return c, err
}

// giveBack gives the item that stayed the values back that it had, also of the time since, and the other one its keys.
func (s *Service) giveBack(ctx context.Context, m model.Model, c, into CI, merge Merge) error {
	over, err := merge.took()
	if err != nil {
		return err
	}
	if err := s.store.returnSightings(ctx, over.Keys, into.ID, c.ID); err != nil {
		return err
	}
	if len(over.Values) == 0 {
		return nil
	}
	// What a later merge found there was taken from this one: when that is undone, it is not to come back.
	later, err := s.store.openMergesInto(ctx, into.ID)
	if err != nil {
		return err
	}
	for _, l := range later {
		if l.ID <= merge.ID {
			continue
		}
		found, err := l.took()
		if err != nil {
			return err
		}
		for key, v := range over.Values {
			if x, there := found.Values[key]; there && x.Was.Same(v.Is) {
				found.Values[key] = Replaced{Is: x.Is, Was: v.Was}
			}
		}
		body, err := json.Marshal(found)
		if err != nil {
			return err
		}
		if err := s.store.retake(ctx, l.ID, string(body)); err != nil {
			return err
		}
	}
	return s.alter(ctx, m, &into, Changed{What: "gave_back", Reason: "to " + c.Number, Effective: merge.MergedAt}, Origin{Effective: merge.MergedAt}, func(f *Facts) error {
		for key, v := range over.Values {
			if f.Values[key].Same(v.Is) {
				f.put(key, v.Was)
			}
		}
		return nil
	})
}

// KeysTakenOver lists what sources called items that were merged into one, for as long as they are.
func (s *Service) KeysTakenOver(ctx context.Context, into domain.CIID) (out []SourceKey, err error) {
	list, err := s.store.openMergesInto(ctx, into)
	for _, m := range list {
		t, err := m.took()
		if err != nil {
			return nil, err
		}
		out = append(out, t.Keys...)
	}
	return out, err
}

func (s *Service) moveBack(ctx context.Context, t moved, why string) error {
	take, give := s.WithdrawRelation, s.ReinstateRelation
	if t.Kind == kindMembership {
		take, give = s.withdrawMember, s.reinstateMember
	}
	if t.Created != "" {
		// What somebody has ended meanwhile stays ended.
		if err := take(ctx, t.Created, why, ""); err != nil && domain.KindOf(err) != domain.NotFound {
			return err
		}
	}
	return give(ctx, t.Ended, why, "")
}
